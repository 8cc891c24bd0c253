"""Servers are killed, stopped and upgraded, stores go away, and nobody who was told something is let down."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from acd.core import CORE_VERSION
from tests.e2e.waiting import passing, until
from tests.scenarios.crowd import crowd
from tests.scenarios.gateways import Gateways, gateways, gateways_of
from tests.scenarios.people import Agent, Caller, all_here, browser
from tests.servers import Postgres, Redis, running_postgres, running_redis

ROUNDS = {"scaled": 10, "embedded": 2}
"""In the embedded form, :mod:`tests.scenarios.test_kill` kills what decides ten times."""


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A server that the test may stop."""
    with running_redis() as server:
        yield server


@pytest.mark.timeout(180)
async def test_a_gateway_killed_at_any_moment_costs_nobody_the_contact(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site, crowd(site) as people:
        for _ in range(ROUNDS[form]):
            await people.kill_one()


@pytest.mark.timeout(120)
async def test_a_gateway_that_is_stopped_in_order_costs_nobody_the_contact(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site, crowd(site) as people:
        for server in site.servers:
            await people.go_on()
            await server.stop()
            await server.start()
            await people.served_again()


@pytest.mark.timeout(120)
async def test_caller_and_agent_on_two_gateways_find_each_other(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with AsyncExitStack() as stack, gateways_of(form, tmp_path, postgres, redis) as site:
        caller, agent, jobs = await one_call(site, stack)

        await caller.until(lambda: caller.phase == "talking", saying="they talk")
        contact = caller.pictures["contact"]
        await signal(caller, contact["epoch"])
        await agent.until(lambda: len(agent.letters) == 1, limit_s=3, saying="the agent has the signal")
        await signal(agent, contact["epoch"])
        await caller.until(lambda: len(caller.letters) == 1, limit_s=3, saying="the caller has the signal")
        for job in jobs:
            job.cancel()


@pytest.mark.timeout(120)
async def test_who_missed_the_end_because_everything_died_is_told_how_it_ended(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with AsyncExitStack() as stack, gateways_of(form, tmp_path, postgres, redis) as site:
        caller, agent, jobs = await one_call(site, stack)
        await caller.until(lambda: caller.phase == "talking", saying="they talk")
        for job in jobs[1:]:
            job.cancel()
        await asyncio.wait(jobs[1:])
        contact = caller.pictures["contact"]
        await agent.ask("contact.end", contactId=contact["id"], epoch=contact["epoch"])
        jobs[0].cancel()

        for server in site.servers:
            await server.kill()
        for server in site.servers:
            await server.start()

        async with asyncio.TaskGroup() as again:
            coming_back = again.create_task(caller.stay())
            await caller.until(lambda: caller.attaches == 2, saying="the caller is back")
            coming_back.cancel()
        assert caller.ended == "agent_hung_up"


@pytest.mark.timeout(120)
async def test_callers_who_wait_outlast_an_upgrade(form: str, tmp_path: Path, postgres: Postgres, redis: Redis) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site, crowd(site, lanes=0) as people:
        waiting = [await people.call() for _ in range(5)]
        await all_here(people.people, limit_s=10)
        before = [caller.pictures["contact"]["position"] for caller in waiting]

        for server in site.servers:
            await server.stop()
        await site.pretend_core(CORE_VERSION - 1)
        for server in site.servers:
            await server.start()
        await all_here(people.people, limit_s=15)

        assert [caller.pictures["contact"]["position"] for caller in waiting] == before == [1, 2, 3, 4, 5]
        for caller in waiting:
            people.see_through(caller)
        await people.open_desks()
        await people.serve(5, limit_s=20)


@pytest.mark.timeout(120)
async def test_a_release_that_came_before_does_not_take_over(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site:
        for server in site.servers:
            await server.stop()
        await site.pretend_core(CORE_VERSION + 1)

        with pytest.raises(AssertionError, match="A later release"):
            await site.servers[0].start()

        await site.pretend_core(CORE_VERSION)


@pytest.mark.timeout(120)
async def test_without_redis_everything_goes_on_more_slowly(
    tmp_path: Path, postgres: Postgres, own_redis: Redis
) -> None:
    async with (
        postgres.lent_database() as url,
        gateways("scaled", tmp_path, url, own_redis) as site,
        crowd(site) as people,
    ):
        await people.serve(3, limit_s=10)
        attaches = {person: person.attaches for person in people.agents}
        own_redis.kill()
        async with passing(5):
            await people.serve(3, limit_s=30)
        own_redis.start()

        async def connected() -> bool:
            return all([await measured(server.port, "zuruf_wakeups_connected") == 1 for server in site.servers])

        await until(connected, limit_s=10, saying="wake-ups arrive again")
        await people.serve(3, limit_s=10)
        assert {person: person.attaches for person in people.agents} == attaches, "nobody lost the socket"


@pytest.mark.timeout(120)
async def test_without_postgresql_new_callers_are_put_off_and_calls_go_on(
    tmp_path: Path, own_postgres: Postgres, redis: Redis
) -> None:
    url = await own_postgres.new_database()
    async with (
        gateways("scaled", tmp_path, url, redis, expected_error="journal_unavailable") as site,
        crowd(site) as people,
    ):
        await people.serve(3, limit_s=10)
        attaches = {person: person.attaches for person in people.agents}
        own_postgres.stop()
        async with passing(4), browser() as http:
            put_off = Caller(site.url, http, random.Random())
            async with asyncio.TaskGroup() as jobs:
                asking = jobs.create_task(put_off.call())

                async def refused() -> list[tuple[int, int]]:
                    return put_off.put_off

                await until(refused, limit_s=8, saying="a new caller is told to come back")
                asking.cancel()
            status, retry_after = put_off.put_off[0]
            assert status == 503
            assert retry_after >= 1
        own_postgres.start()

        await people.served_again(limit_s=20)
        assert {person: person.attaches for person in people.agents} == attaches, "nobody lost the socket"


async def one_call(site: Gateways, stack: AsyncExitStack) -> tuple[Caller, Agent, list[asyncio.Task[None]]]:
    """A caller at the first server and an agent at the last; they talk, soon."""
    first, last = site.servers[0], site.servers[-1]
    caller = Caller(first.url, await stack.enter_async_context(browser()), random.Random())
    agent = Agent("anna", last.url, await stack.enter_async_context(browser()), random.Random())
    agent.talk_s = (60, 60)
    await agent.sign_in()
    await caller.call()
    group = await stack.enter_async_context(asyncio.TaskGroup())
    work = [agent.stay(), caller.stay(), agent.serve(), caller.talk()]
    return caller, agent, [group.create_task(job) for job in work]


async def signal(person: Caller | Agent, epoch: int) -> None:
    contact = person.pictures["contact"] if isinstance(person, Caller) else person.desk["contact"]
    await person.ask(
        "media.signal",
        contactId=contact["id"],
        epoch=epoch,
        generation=person.pictures["generation"],
        peerGeneration=person.pictures["peer"]["generation"],
        signal={"kind": "description", "type": "rollback", "sdp": ""},
    )


async def measured(port: int, name: str) -> float:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))
