"""PostgreSQL: many processes, one order, one decider, and nobody waits for a server that is gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from acd.ids import Millis, SiteId
from gateway.journal.port import START, Claim, Commit, Entry, Fenced, JournalUnavailable, Position
from gateway.journal.postgres import POSITIONS, Keeper, PostgresJournal
from gateway.storage.audit import StoredAudit
from gateway.storage.database import StorageUnavailable
from gateway.storage.directory import StoredDirectory
from gateway.storage.migrate import SchemaIsNewer
from gateway.storage.postgres import PostgresDatabase, open_postgres
from tests.conformance.stores import HandClock
from tests.servers import Postgres, running_postgres

DEMO = SiteId("demo")
LONG = Millis(60_000)
AT_ONCE = Millis(0)


class Process:
    """One process's share of the database."""

    def __init__(self, name: str, database: PostgresDatabase, site: str = "demo") -> None:
        self.name = name
        self.database = database
        self.keeper = Keeper(database)
        self.clock = HandClock(Millis(0))
        self.journal = PostgresJournal(database, SiteId(site), keeper=self.keeper, clock=self.clock)

    async def claim(self, *, ttl_ms: Millis = LONG) -> Claim | None:
        return await self.journal.claim(self.name, core_version=1, ttl_ms=ttl_ms)

    def die(self) -> None:
        """Its connections go with it."""
        self.keeper.close()


@asynccontextmanager
async def processes(url: str, *names: str) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as stack:
        made = []
        for name in names:
            process = Process(name, await stack.enter_async_context(open_postgres(url)))
            stack.callback(process.die)
            made.append(process)
        yield made


@pytest.fixture
async def url(postgres: Postgres) -> AsyncIterator[str]:
    async with postgres.lent_database() as lent:
        yield lent


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as server:
        yield server


def entries(*requests: str) -> list[Entry]:
    return [Entry(source="s", request=request, body=b"fact") for request in requests]


async def test_a_dead_deciders_claim_is_free_at_once(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as (first, second):
        held = await first.claim()
        assert held is not None
        assert await second.claim() is None

        first.die()
        async with asyncio.timeout(5):
            while (taken := await second.claim()) is None:  # noqa: ASYNC110 - the server notices when it notices.
                await asyncio.sleep(0)

        assert taken.term == held.term + 1
        with pytest.raises(Fenced):
            await first.journal.commit(held, Commit(upto=Position(0), decisions=[]))


async def test_a_decider_that_hangs_loses_its_claim_when_the_lease_is_over(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as (first, second):
        held = await first.claim(ttl_ms=AT_ONCE)
        taken = await second.claim()

        assert held is not None
        assert taken is not None
        assert taken.term == held.term + 1
        # Back again, it may not take over from somebody who is alive.
        assert await first.claim() is None
        assert await first.claim() is None


async def test_a_claim_outlives_a_broken_session_if_nobody_took_it(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as (first, second):
        held = await first.claim()
        first.die()

        again = await first.claim()

        assert again is not None
        assert held is not None
        assert again.term == held.term
        assert await second.claim() is None


async def test_one_session_holds_the_claims_of_all_sites(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as (first, second):
        shop = PostgresJournal(first.database, SiteId("shop"), keeper=first.keeper, clock=first.clock)
        other_shop = PostgresJournal(second.database, SiteId("shop"), keeper=second.keeper, clock=second.clock)
        await first.claim()
        held = await shop.claim("pr_1", core_version=1, ttl_ms=LONG)
        assert held is not None

        await shop.release(held)

        assert await other_shop.claim("pr_2", core_version=1, ttl_ms=LONG) is not None
        assert await second.claim() is None


async def test_facts_of_several_processes_are_seen_in_order_and_without_a_gap(url: str) -> None:
    async with processes(url, "pr_1", "pr_2", "pr_3") as made:
        seen: list[int] = []

        async def write(process: Process) -> None:
            for number in range(30):
                await process.journal.append(entries(f"{process.name}-{number}-a", f"{process.name}-{number}-b"))

        async def read() -> None:
            while len(seen) < 180:
                seen.extend(fact.position for fact in await made[0].journal.facts(Position(len(seen))))

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(read())
            for process in made:
                group.create_task(write(process))

        assert seen == list(range(1, 181))
        times = [fact.at for fact in await made[0].journal.facts(START)]
        assert times == sorted(times)


async def test_the_first_facts_of_a_site_may_come_from_everywhere_at_once(url: str) -> None:
    async with processes(url, "pr_1", "pr_2", "pr_3") as made, asyncio.TaskGroup() as group:
        jobs = [group.create_task(process.journal.append(entries(process.name))) for process in made]
        claims = [group.create_task(process.claim()) for process in made]
    assert sorted(position for job in jobs for position in job.result()) == [1, 2, 3]
    assert [claim.result() is not None for claim in claims].count(True) == 1


async def test_time_goes_on_when_the_databases_clock_was_set_back(url: str) -> None:
    async with processes(url, "pr_1") as (process,):
        (first,) = await process.journal.append(entries("a"))
        tomorrow = Millis((await process.journal.last_at()) + 86_400_000)
        process.clock.now = tomorrow
        await process.journal.append(entries("b"))

        assert first == 1
        assert await process.journal.last_at() == tomorrow


async def test_work_that_collides_is_done_again_until_all_of_it_is_there(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as made:
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                audit = StoredAudit(made[number % 2].database)
                group.create_task(audit.add(DEMO, Millis(number), actor="a", action="b"))
            for process in made:
                group.create_task(StoredDirectory(process.database).add_site(DEMO, "Demo", Millis(0)))

        assert await StoredAudit(made[0].database).verify(DEMO) == 20


async def test_processes_that_start_together_migrate_once(postgres: Postgres) -> None:
    url = await postgres.new_database()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(stack.enter_async_context(open_postgres(url)))


async def test_a_database_of_a_later_release_is_left_alone(postgres: Postgres) -> None:
    url = await postgres.new_database()
    async with open_postgres(url) as database:
        await database.transact(
            lambda tx: tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'").close()
        )

    with pytest.raises(SchemaIsNewer, match="9999"):
        async with open_postgres(url):
            pass


async def test_a_server_that_is_gone_is_said_to_be_and_found_again(own_postgres: Postgres) -> None:
    async with processes(await own_postgres.new_database(), "pr_1") as (process,):
        claim = await process.claim()
        await process.journal.append(entries("a"))
        own_postgres.kill()

        with pytest.raises(JournalUnavailable):
            await process.journal.append(entries("b"))
        with pytest.raises(JournalUnavailable):
            await process.claim()
        with pytest.raises(StorageUnavailable):
            await StoredDirectory(process.database).sites()

        own_postgres.start()
        assert await process.journal.append(entries("a", "c")) == [1, 2]
        again = await process.claim()
        assert claim is not None
        assert again is not None
        assert again.term == claim.term
        assert await StoredDirectory(process.database).sites() == {}


async def test_nobody_waits_long_for_a_server_that_hangs(own_postgres: Postgres) -> None:
    async with processes(await own_postgres.new_database(), "pr_1") as (process,):
        await process.claim()
        await process.journal.append(entries("a"))
        own_postgres.pause()
        try:
            async with asyncio.timeout(8):
                with pytest.raises(JournalUnavailable):
                    await process.journal.append(entries("b"))
        finally:
            own_postgres.go_on()
        await process.journal.append(entries("b"))
        assert [fact.request for fact in await process.journal.facts(START)] == ["a", "b"]


async def test_a_repeat_is_sought_by_the_index_however_long_the_journal(url: str) -> None:
    async with processes(url, "pr_1") as (process,), process.database.connection() as db:
        await db.execute("SET plan_cache_mode = force_generic_plan")
        await db.execute(f"PREPARE positions (text, text[], text[]) AS {POSITIONS}")

        plan = "\n".join(row[0] for row in await db.fetch("EXPLAIN EXECUTE positions ('demo', '{s}', '{a}')"))
        await db.execute("DISCARD ALL")

    (condition,) = [line for line in plan.splitlines() if "Index Cond" in line]
    assert all(column in condition for column in ("site", "source", "request")), plan


async def test_two_who_repeat_the_same_request_at_once_are_told_the_same_position(url: str) -> None:
    async with processes(url, "pr_1", "pr_2") as (first, second):
        for number in range(20):
            request = f"r{number}"
            one, other = await asyncio.gather(
                first.journal.append(entries(request)), second.journal.append(entries(f"own {number}", request))
            )
            assert one[0] == other[1]

        facts = await first.journal.facts(START)
    assert [fact.position for fact in facts] == list(range(1, 41))
