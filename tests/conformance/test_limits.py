"""A limit is kept, whoever counts: one process for itself, or all of them in Redis."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from acd.ids import Millis
from gateway.rate import LocalLimit, RateLimit
from gateway.runtime.limits import SharedCounts, SharedLimit
from tests.e2e.waiting import until
from tests.servers import Redis, running_redis


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A server that the test may stop."""
    with running_redis() as server:
        yield server


class Monotonic:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def two(own_redis: Redis) -> AsyncIterator[tuple[SharedLimit, SharedLimit, Monotonic]]:
    """The same limit, three a minute, in two processes."""
    async with AsyncExitStack() as stack:
        clock = Monotonic()
        made = []
        for _ in range(2):
            counts = SharedCounts(own_redis.url, "test", monotonic=clock)
            stack.push_async_callback(counts.close)
            made.append(SharedLimit("calls", 3, counts))
        yield made[0], made[1], clock


@pytest.fixture(params=["local", "shared"])
async def limit(request: pytest.FixtureRequest, own_redis: Redis) -> AsyncIterator[RateLimit]:
    """Sixty a minute."""
    if request.param == "local":
        yield LocalLimit(60)
        return
    counts = SharedCounts(own_redis.url, "test", monotonic=time.monotonic)
    yield SharedLimit("calls", 60, counts)
    await counts.close()


async def ask(limit: RateLimit, key: str = "vera") -> Millis:
    return await limit.take(key, Millis(time.time_ns() // 1_000_000))


async def test_a_burst_is_let_through_and_then_one_at_a_time(limit: RateLimit) -> None:
    assert [await ask(limit) for _ in range(60)] == [0] * 60
    wait = await ask(limit)
    assert 0 < wait <= 1_001
    assert await ask(limit, "walter") == 0

    await until(lambda: ask(limit), lambda wait: wait == 0, limit_s=2, saying="one is there again")
    assert await ask(limit) > 0


async def test_processes_keep_a_limit_together(two: tuple[SharedLimit, SharedLimit, Monotonic]) -> None:
    here, there, _ = two

    assert [await ask(one) for one in (here, there, here)] == [0, 0, 0]
    assert 0 < await ask(there) <= 20_001


async def test_without_redis_each_process_goes_on_by_its_own_count(
    two: tuple[SharedLimit, SharedLimit, Monotonic], own_redis: Redis
) -> None:
    here, there, clock = two
    own_redis.kill()

    for one in (here, there):
        assert [await ask(one) for _ in range(3)] == [0, 0, 0]
        assert await ask(one) > 0

    own_redis.start()
    clock.now += 10
    assert [await ask(here, "walter"), await ask(there, "walter"), await ask(here, "walter")] == [0, 0, 0]
    assert await ask(there, "walter") > 0, "they count together again"


async def test_a_redis_that_does_not_answer_holds_nobody_up(
    two: tuple[SharedLimit, SharedLimit, Monotonic], own_redis: Redis
) -> None:
    here, _, _ = two
    assert await ask(here) == 0
    own_redis.pause()
    try:
        begin = time.monotonic()
        assert [await ask(here) for _ in range(2)] == [0, 0]
        assert time.monotonic() - begin < 2
    finally:
        own_redis.go_on()
