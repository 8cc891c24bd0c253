"""What is done beside the calls: forgetting, and following who may do what."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from acd.ids import ContactId, Millis, SessionId, SiteId
from gateway.app import Stores, running
from gateway.jobs.retention import Keeping, KeptSite, RetentionJob
from gateway.journal.sqlite import SqliteJournal
from gateway.lifetime import Lifetime
from gateway.storage.database import SqliteDatabase, open_sqlite
from signaling.ports import ContactContext, SessionRecord
from tests.gateway.house import HandClock, House, add_people, quick_passwords, settings_in

SHOP_ID = SiteId("shop")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with open_sqlite(tmp_path / "test.sqlite3") as opened:
        yield opened


async def test_what_visitors_said_is_forgotten_in_time_unless_the_contact_is_open(database: SqliteDatabase) -> None:
    stores, clock = Stores.on(database), HandClock()
    for contact in ("ct_old", "ct_open"):
        await stores.directory.note_contact(SHOP_ID, ContactId(contact), ContactContext(name="Vera"), clock())
    job = _retention(database, clock)

    clock.pass_time(hours=24 * 89)
    await job.run()
    assert (await stores.directory.contact_context(SHOP_ID, ContactId("ct_old"))).name == "Vera"
    clock.pass_time(hours=24 * 2)
    await job.run()

    assert (await stores.directory.contact_context(SHOP_ID, ContactId("ct_old"))).name == ""
    assert (await stores.directory.contact_context(SHOP_ID, ContactId("ct_open"))).name == "Vera"
    (entry,) = await stores.audit.entries(SHOP_ID)
    assert (entry.actor, entry.action) == ("system", "retention_ran")
    assert entry.details == {
        "visitor_rows": "1",
        "callback_links": "0",
        "personal_links": "0",
        "facts": "0",
        "forecasts": "0",
        "audit_details": "0",
    }


async def test_expired_sessions_are_forgotten_with_what_is_owed_to_them(database: SqliteDatabase) -> None:
    stores, clock = Stores.on(database), HandClock()
    for session, hours in (("ss_old", 1), ("ss_new", 48)):
        record = SessionRecord(
            id=SessionId(session), site=SHOP_ID, role="caller", contact=ContactId("ct_1"), agent=None,
            expires_at=Millis(clock() + hours * 3_600_000),
        )  # fmt: skip
        await stores.sessions.create(record, session.encode().ljust(32))
        await stores.sessions.owe(record.id, b"a description")

    clock.pass_time(hours=24)
    await _retention(database, clock).run()

    assert await stores.sessions.find(b"ss_old".ljust(32), Millis(0)) is None
    assert await stores.sessions.find(b"ss_new".ljust(32), Millis(0)) is not None
    assert await stores.sessions.owed(SessionId("ss_old"), 0) == []
    assert len(await stores.sessions.owed(SessionId("ss_new"), 0)) == 1


async def test_the_words_of_the_audit_log_fade_and_its_chain_still_holds(database: SqliteDatabase) -> None:
    stores, clock = Stores.on(database), HandClock()
    await stores.audit.add(SHOP_ID, clock(), actor="ag_1", action="user_disabled", details={"why": "left"})

    clock.pass_time(hours=24 * 366)
    await _retention(database, clock).run()

    first, _ = await stores.audit.entries(SHOP_ID)
    assert (first.action, first.details) == ("user_disabled", None)
    assert await stores.audit.verify(SHOP_ID) == 2


def _retention(database: SqliteDatabase, clock: HandClock) -> RetentionJob:
    stores = Stores.on(database)
    journal = SqliteJournal(database, SHOP_ID, clock=clock)
    return RetentionJob(
        sites={SHOP_ID: KeptSite(journal=journal, open_contacts=lambda: [ContactId("ct_open")])},
        directory=stores.directory,
        notices=stores.notices,
        personal_links=stores.personal_links,
        sessions=stores.sessions,
        sign_ins=stores.sign_ins,
        audit=stores.audit,
        forecasts=stores.forecasts,
        keeping=Keeping(journal_days=30, visitor_days=90, audit_days=365),
        clock=clock,
    )


@asynccontextmanager
async def _served(directory: Path, **values: Any) -> AsyncIterator[House]:
    settings = settings_in(directory, **values)
    async with running(settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        yield House(server, http, settings)


async def test_a_site_begins_with_the_settings_and_does_not_look_at_them_again(
    tmp_path: Path, log: io.StringIO
) -> None:
    await add_people(settings_in(tmp_path))
    async with _served(tmp_path) as house:
        assert (await house.call("the first key")).status == 201
    assert "changed_settings_not_read" not in log.getvalue()
    closed = {"id": "sales", "names": {"de": "Verkauf", "en": "Sales"}, "is_open": False}
    async with _served(
        tmp_path, site=[{"id": "shop", "origins": ["https://shop.example"], "groups": [closed]}]
    ) as house:
        reply = await house.call("the second key")
        async with house.stores() as stores:
            actions = [entry.action for entry in await stores.audit.entries(SHOP_ID)]

    assert reply.status == 201, "what is in the database counts"
    assert "changed_settings_not_read" in log.getvalue()
    assert actions == ["configuration_seeded", "site_configured"]


async def test_a_restart_with_the_same_settings_configures_nothing(tmp_path: Path) -> None:
    await add_people(settings_in(tmp_path))
    async with _served(tmp_path):
        pass
    async with _served(tmp_path) as house, house.stores() as stores:
        actions = [entry.action for entry in await stores.audit.entries(SHOP_ID)]

    assert actions == ["configuration_seeded", "site_configured"]


async def test_a_failing_job_is_counted_and_done_again_and_its_neighbours_go_on(log: io.StringIO) -> None:
    failed: list[str] = []
    twice, done = asyncio.Event(), asyncio.Event()

    async def broken() -> None:
        if len(failed) == 2:
            twice.set()
        raise ZeroDivisionError("canary")

    async def fine() -> None:
        done.set()

    async with Lifetime(failed.append) as jobs:
        jobs.repeat(broken, "broken", every=0)
        jobs.repeat(fine, "fine", every=0)
        async with asyncio.timeout(5):
            await twice.wait()
            await done.wait()

    assert set(failed) == {"broken"}
    line = json.loads(log.getvalue().splitlines()[0])
    assert (line["event"], line["job"]) == ("job_failed", "broken")
    assert "canary" not in log.getvalue()


async def test_a_store_that_is_away_is_no_bug_and_no_traceback(log: io.StringIO) -> None:
    failed: list[str] = []
    tried = asyncio.Event()

    async def away() -> None:
        tried.set()
        raise ConnectionError("canary")

    async with Lifetime(failed.append, expected=(ConnectionError,)) as jobs:
        jobs.start(away, "away")
        await tried.wait()
        await asyncio.sleep(0)

    assert failed == []
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == ["job_put_off"]
    assert "exception" not in log.getvalue()


async def test_jobs_end_with_their_lifetime_even_when_it_ends_badly() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with suppress(LookupError, ExceptionGroup):
        async with Lifetime() as jobs:
            jobs.start(endless, "endless")
            await started.wait()
            raise LookupError

    assert ended.is_set()
