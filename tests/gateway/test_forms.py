"""What differs between the forms: who else is there, how they wake each other, and what commands say."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis.asyncio
from prometheus_client import CollectorRegistry

from acd.ids import Millis, ProcessId
from gateway.demo import NotForThis, check_sites
from gateway.doctor import Verdict, examine
from gateway.metrics import Metrics
from gateway.runtime.clock import FollowedClock
from gateway.runtime.membership import Membership
from gateway.runtime.wakeups import Wakeups
from gateway.settings import Settings, load
from gateway.storage.database import StorageUnavailable
from gateway.storage.postgres import open_postgres
from gateway.storage.processes import StoredProcesses
from tests.e2e.waiting import until
from tests.servers import Postgres, Redis, running_redis

LEASE = Millis(10_000)
ONE, OTHER = ProcessId("pr_1"), ProcessId("pr_2")


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    async with postgres.lent_database() as lent:
        yield lent


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A server that the test may stop."""
    with running_redis() as server:
        yield server


def scaled(directory: Path, url: str, redis: Redis, **more: object) -> Settings:
    options: dict[str, object] = {
        "mode": "scaled",
        "postgres.url": url,
        "redis.url": redis.url,
        "secret": "0123456789" * 4,
        "data_dir": directory / "data",
        **more,
    }
    return load({}, directory=directory, options={key: ("test", value) for key, value in options.items()}).settings


# Who is alive.


async def test_a_process_is_gone_once_its_lease_ran_out_and_not_before(url: str) -> None:
    async with open_postgres(url) as database:
        register = StoredProcesses(database)
        await register.renew(ONE, LEASE)
        await register.renew(OTHER, Millis(0))

        assert await register.strike_gone({ONE, OTHER, ProcessId("pr_never")}) == {OTHER, "pr_never"}
        await register.renew(OTHER, LEASE)
        assert await register.strike_gone({ONE, OTHER}) == set()
        await register.leave(ONE)
        assert await register.strike_gone({ONE, OTHER}) == {ONE}


async def test_renewing_tells_the_databases_time(url: str) -> None:
    async with open_postgres(url) as database:
        before = await database.now()
        said = await StoredProcesses(database).renew(ONE, LEASE)

        assert before <= said <= await database.now()


class Register:
    """A register that can be away."""

    def __init__(self) -> None:
        self.is_away = False
        self.lost: set[ProcessId] = set()

    async def renew(self, process: ProcessId, ttl_ms: Millis) -> Millis:
        self._reach()
        return Millis(5_000)

    async def strike_gone(self, processes: Collection[ProcessId]) -> set[ProcessId]:
        self._reach()
        return set(processes) & self.lost

    async def leave(self, process: ProcessId) -> None:
        self._reach()

    def _reach(self) -> None:
        if self.is_away:
            raise StorageUnavailable("away")


async def test_after_the_register_was_away_nobody_is_judged_for_a_moment() -> None:
    register, now, heard = Register(), [0.0], list[Millis]()
    register.lost = {OTHER}
    membership = Membership(register, ONE, away=StorageUnavailable, heard=heard.append, monotonic=lambda: now[0])
    await membership.join()
    assert heard == [5_000]
    assert await membership.gone({ONE, OTHER}) == {OTHER}

    register.is_away = True
    assert await membership.gone({OTHER}) == set()
    await membership.leave()
    register.is_away = False
    assert await membership.gone({OTHER}) == set()

    now[0] += 5
    assert await membership.gone({OTHER}) == {OTHER}


def test_a_clock_that_is_followed_is_never_passed() -> None:
    now = [0.0]
    clock = FollowedClock(Millis(10_000), lambda: now[0])

    now[0] = 1.0
    assert clock() == 11_000
    clock.hear(Millis(10_500))
    assert clock() == 11_000
    clock.hear(Millis(12_000))
    now[0] = 1.5
    assert clock() == 12_500


# Wake-ups.


class Awake:
    """A process that wakes others, and notes what it hears."""

    def __init__(self, url: str, name: str) -> None:
        self.metrics = Metrics(CollectorRegistry())
        self.heard: list[str] = []
        self._news = asyncio.Event()
        self.wakeups = Wakeups(url, "test", process=ProcessId(name), metrics=self.metrics, hear=self._hear)

    def _hear(self, hint: str) -> None:
        self.heard.append(hint)
        self._news.set()

    async def hears(self, *hints: str) -> None:
        async with asyncio.timeout(20):
            while self.heard != list(hints):
                self._news.clear()
                await self._news.wait()

    @property
    def is_connected(self) -> bool:
        return self.metrics.registry.get_sample_value("zuruf_wakeups_connected") == 1


@asynccontextmanager
async def awake(url: str, *names: str) -> AsyncIterator[list[Awake]]:
    made = [Awake(url, name) for name in names]
    async with asyncio.TaskGroup() as jobs:
        running = [jobs.create_task(job()) for one in made for job in (one.wakeups.call_out, one.wakeups.listen)]
        for one in made:
            await one.hears("")
        yield made
        for job in running:
            job.cancel()


async def test_a_hint_reaches_the_others_and_not_oneself(own_redis: Redis) -> None:
    async with awake(own_redis.url, "pr_1", "pr_2", "pr_3") as (one, two, three):
        one.wakeups.call("site demo")

        await two.hears("", "site demo")
        await three.hears("", "site demo")
        assert one.heard == [""]


async def test_redis_may_go_and_come(own_redis: Redis) -> None:
    async with awake(own_redis.url, "pr_1", "pr_2") as (one, two):
        own_redis.kill()
        one.wakeups.call("site lost")
        own_redis.start()

        # Whatever was missed meanwhile, everybody looks now.
        await one.hears("", "")
        await two.hears("", "")
        assert one.is_connected
        one.wakeups.call("site demo")
        await two.hears("", "", "site demo")


async def test_a_listener_that_was_cut_off_listens_again(own_redis: Redis) -> None:
    async with awake(own_redis.url, "pr_1", "pr_2") as (one, two):
        other = redis.asyncio.Redis.from_url(own_redis.url)
        await other.client_kill_filter(_type="pubsub")
        await other.aclose()

        async def called() -> list[str]:
            one.wakeups.call("site demo")
            return two.heard

        await until(called, lambda heard: "site demo" in heard, limit_s=15, saying="a hint arrives again")


# Commands and refusals.


def test_demo_and_real_are_kept_apart_in_a_database_too() -> None:
    from acd.ids import SiteId

    demo, shop = SiteId("demo"), SiteId("shop")
    check_sites([demo], is_demo=True)
    check_sites([shop], is_demo=False)
    with pytest.raises(NotForThis, match="holds a real site"):
        check_sites([demo, shop], is_demo=True)
    with pytest.raises(NotForThis, match="used by demo mode"):
        check_sites([demo], is_demo=False)


async def test_the_doctor_looks_at_both_stores(tmp_path: Path, url: str, own_redis: Redis) -> None:
    settings = scaled(tmp_path, url, own_redis, **{"server.port": 0})

    found = {finding.subject: finding.verdict for finding in await examine(settings)}
    own_redis.kill()
    without = {finding.subject: finding.verdict for finding in await examine(settings)}

    assert (found["Redis"], found["Clock"], found["Audit log"]) == (Verdict.GOOD,) * 3
    assert without["Redis"] is Verdict.DOUBTFUL


def test_commands_work_on_postgresql_or_say_what_does(tmp_path: Path, own_redis: Redis, postgres: Postgres) -> None:
    with asyncio.Runner() as runner:
        address = runner.run(postgres.new_database())
    environ = {
        "ZURUF_MODE": "scaled",
        "ZURUF_POSTGRES__URL": address,
        "ZURUF_REDIS__URL": own_redis.url,
        "ZURUF_SECRET": "0123456789" * 4,
        "PYTHONPATH": ":".join(sys.path),
    }

    def zuruf(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            cwd=tmp_path,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    assert "From nothing to" in zuruf("migrate").stdout
    assert "The database is at" in zuruf("migrate").stdout
    assert zuruf("user", "list").stdout == "Nobody.\n"
    exported = zuruf("journal", "export")
    assert (exported.returncode, exported.stderr) == (0, "0 lines.\n")
    refused = zuruf("backup", "copy")
    assert refused.returncode == 1
    assert "pg_dump" in refused.stderr
