"""The SQLite file: one server at a time, nothing acknowledged lost, everything can be taken out and put back."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from acd.ids import Millis, SiteId
from gateway.journal.port import START, Commit, Entry, JournalUnavailable, Position
from gateway.journal.sqlite import SqliteJournal
from gateway.storage import backup as shop
from gateway.storage.database import AlreadyServed, StorageUnavailable, open_sqlite
from gateway.storage.directory import StoredDirectory
from gateway.storage.migrate import SchemaIsNewer, move_to
from tests.conformance.stores import NOON, HandClock

DEMO = SiteId("demo")
TTL = Millis(10_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "zuruf.sqlite3"


def entry(request: str) -> Entry:
    return Entry(source="ss_1", request=request, body=json.dumps(["Ticked", {"request": request}]).encode())


async def write_some(path: Path, clock: HandClock) -> None:
    async with open_sqlite(path) as database:
        journal = SqliteJournal(database, DEMO, clock=clock)
        claim = await journal.claim("pr_1", core_version=1, ttl_ms=TTL)
        assert claim is not None
        await journal.append([entry("a"), entry("b"), entry("c")])
        decisions = [(Position(1), NOON, b'["One",{}]'), (Position(1), NOON, b'["Two",{}]')]
        await journal.commit(claim, Commit(upto=Position(1), decisions=decisions))
        await journal.quarantine(claim, Position(2), "ValueError: no")


def mode_of(path: Path) -> int:
    return path.stat().st_mode


def contents(path: Path) -> bytes:
    return path.read_bytes()


def spoil(copy: Path, damage: str) -> None:
    match damage:
        case "torn":
            copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
        case "rubbish":
            copy.write_bytes(b"rubbish" * 1000)
        case "foreign":
            copy.unlink()
            with closing(sqlite3.connect(copy)) as other:
                other.execute("CREATE TABLE cakes (name)")
        case "newer":
            with closing(sqlite3.connect(copy, isolation_level=None)) as other:
                other.execute("UPDATE alembic_version SET version_num = '9999'")
        case "missing":
            copy.unlink()


async def test_a_second_server_on_the_file_is_told_so(path: Path) -> None:
    async with open_sqlite(path):
        with pytest.raises(AlreadyServed, match="in use by another 'zuruf serve'"):
            async with open_sqlite(path):
                pass


async def test_a_short_command_may_use_the_file_meanwhile(path: Path) -> None:
    async with open_sqlite(path) as served, open_sqlite(path, alone=False) as command:
        await command.write(lambda db: db.execute("INSERT INTO sites VALUES ('s', 'Shop', 0)").close())

        assert await served.read(lambda db: db.execute("SELECT name FROM sites").fetchone()) == ("Shop",)


async def test_a_short_command_makes_the_file_if_there_is_none(path: Path) -> None:
    async with open_sqlite(path, alone=False) as database:
        assert await database.read(lambda db: db.execute("SELECT count(*) FROM users").fetchone()) == (0,)


async def test_a_short_command_changes_no_tables_under_a_server(path: Path) -> None:
    async with open_sqlite(path) as served:
        await served.transact(lambda tx: move_to(tx, "base"))

        with pytest.raises(AlreadyServed):
            async with open_sqlite(path, alone=False):
                pass


async def test_the_file_is_readable_by_its_owner_only(path: Path) -> None:
    async with open_sqlite(path):
        assert mode_of(path) & 0o077 == 0


async def test_everything_written_is_synced_to_disk(path: Path) -> None:
    async with open_sqlite(path) as database:
        assert await database.read(lambda db: db.execute("PRAGMA synchronous").fetchone()) == (2,)
        assert await database.read(lambda db: db.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


async def test_what_was_written_is_there_after_opening_again(path: Path) -> None:
    clock = HandClock()
    await write_some(path, clock)

    async with open_sqlite(path) as database:
        journal = SqliteJournal(database, DEMO, clock=clock)

        assert [fact.request for fact in await journal.facts(START)] == ["a", "c"]
        assert await journal.decided() == 2
        assert len(await journal.decisions(0)) == 2
        assert await journal.append([entry("a"), entry("d")]) == [1, 4]


async def test_a_dead_process_does_not_hold_the_claim_of_a_file_opened_alone(path: Path) -> None:
    clock = HandClock()
    await write_some(path, clock)
    clock.turn(1_500)

    async with open_sqlite(path) as database:
        claim = await SqliteJournal(database, DEMO, clock=clock).claim("pr_2", core_version=1, ttl_ms=TTL)

    assert claim is not None
    assert (claim.term, claim.paused_ms) == (2, 1_500)


async def test_a_database_that_is_full_loses_nothing_and_works_again_with_room(path: Path) -> None:
    clock = HandClock()
    async with open_sqlite(path) as database:
        journal = SqliteJournal(database, DEMO, clock=clock)
        await journal.append([entry("a")])
        pages = await database.read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
        await database.read(lambda db: db.execute(f"PRAGMA max_page_count = {pages}").close())

        with pytest.raises(JournalUnavailable, match="full"):
            await journal.append([Entry(source="ss_1", request="big", body=bytes(1_000_000))])

        assert [fact.request for fact in await journal.facts(START)] == ["a"]
        await database.read(lambda db: db.execute("PRAGMA max_page_count = 1000000").close())
        assert await journal.append([entry("b")]) == [2]


async def test_a_locked_database_is_waited_for_and_then_reported(path: Path) -> None:
    async with open_sqlite(path) as database:
        await database.read(lambda db: db.execute("PRAGMA busy_timeout = 10").close())
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StorageUnavailable, match="locked"):
                await database.transact(lambda tx: tx.exec_driver_sql("DELETE FROM sites").close())
            with pytest.raises(JournalUnavailable, match="locked"):
                await SqliteJournal(database, DEMO, clock=HandClock()).append([entry("a")])
            other.execute("COMMIT")

        assert await SqliteJournal(database, DEMO, clock=HandClock()).append([entry("a")]) == [1]


async def test_work_that_fails_half_way_leaves_nothing(path: Path) -> None:
    async with open_sqlite(path) as database:

        def half(db: sqlite3.Connection) -> None:
            db.execute("INSERT INTO sites VALUES ('s', 'Shop', 0)")
            raise KeyError("half")

        with pytest.raises(KeyError):
            await database.write(half)

        assert await database.read(lambda db: db.execute("SELECT count(*) FROM sites").fetchone()) == (0,)


# Backup and restore.


async def test_a_backup_taken_while_served_restores_to_that_moment(path: Path, tmp_path: Path) -> None:
    clock, copy = HandClock(), tmp_path / "copy.sqlite3"
    await write_some(path, clock)
    async with open_sqlite(path) as database:
        journal = SqliteJournal(database, DEMO, clock=clock)
        await journal.append([entry("before")])
        assert shop.backup(path, copy) > 0
        await journal.append([entry("after")])

    kept = shop.restore(copy, path)

    assert kept is not None
    assert kept.exists()
    async with open_sqlite(path) as database:
        facts = await SqliteJournal(database, DEMO, clock=clock).facts(START)
        assert [fact.request for fact in facts] == ["a", "c", "before"]


async def test_every_restore_keeps_what_was_there(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    await write_some(path, HandClock())
    shop.backup(path, copy)

    kept = [shop.restore(copy, path) for _ in range(3)]

    assert len(set(kept)) == 3
    assert all(file is not None and file.exists() for file in kept)


async def test_a_site_that_must_not_come_in_does_not_come_by_a_backup(path: Path, tmp_path: Path) -> None:
    clock, copy = HandClock(), tmp_path / "copy.sqlite3"
    async with open_sqlite(path) as database:
        await StoredDirectory(database).add_site(DEMO, "Demo", clock())
    shop.backup(path, copy)
    elsewhere = tmp_path / "elsewhere.sqlite3"

    with pytest.raises(shop.BackupRefused, match="demo"):
        shop.restore(copy, elsewhere, unless_site=DEMO)

    assert not elsewhere.exists()


async def test_a_backup_restores_where_there_was_no_database(path: Path, tmp_path: Path) -> None:
    clock, copy, elsewhere = HandClock(), tmp_path / "copy.sqlite3", tmp_path / "elsewhere" / "new.sqlite3"
    await write_some(path, clock)
    shop.backup(path, copy)

    assert shop.restore(copy, elsewhere) is None

    async with open_sqlite(elsewhere) as database:
        assert await SqliteJournal(database, DEMO, clock=clock).decided() == 2


async def test_a_backup_never_overwrites_a_file(path: Path, tmp_path: Path) -> None:
    await write_some(path, HandClock())
    copy = tmp_path / "copy.sqlite3"
    copy.write_text("something else")

    with pytest.raises(shop.BackupRefused, match="exists"):
        shop.backup(path, copy)

    assert copy.read_text() == "something else"


async def test_nothing_is_restored_under_a_running_server(path: Path, tmp_path: Path) -> None:
    await write_some(path, HandClock())
    shop.backup(path, tmp_path / "copy.sqlite3")

    async with open_sqlite(path):
        with pytest.raises(AlreadyServed):
            shop.restore(tmp_path / "copy.sqlite3", path)


@pytest.mark.parametrize("damage", ["torn", "rubbish", "foreign", "newer", "missing"])
async def test_a_bad_backup_is_refused_and_the_database_left_alone(damage: str, path: Path, tmp_path: Path) -> None:
    await write_some(path, HandClock())
    before = contents(path)
    copy = tmp_path / "copy.sqlite3"
    shop.backup(path, copy)
    spoil(copy, damage)

    with pytest.raises((shop.BackupRefused, SchemaIsNewer)):
        shop.restore(copy, path)

    assert contents(path) == before


async def test_the_export_tells_each_fact_and_then_what_was_decided(path: Path) -> None:
    await write_some(path, HandClock())
    out = io.BytesIO()

    assert shop.export_journal(path, out) == 5

    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {
            "site": "demo",
            "position": 1,
            "at": NOON,
            "source": "ss_1",
            "request": "a",
            "fact": ["Ticked", {"request": "a"}],
        },
        {"site": "demo", "number": 1, "cause": 1, "at": NOON, "decision": ["One", {}]},
        {"site": "demo", "number": 2, "cause": 1, "at": NOON, "decision": ["Two", {}]},
        {
            "site": "demo",
            "position": 2,
            "at": NOON,
            "source": "ss_1",
            "request": "b",
            "fact": ["Ticked", {"request": "b"}],
            "setAside": "ValueError: no",
        },
        {
            "site": "demo",
            "position": 3,
            "at": NOON,
            "source": "ss_1",
            "request": "c",
            "fact": ["Ticked", {"request": "c"}],
        },
    ]


async def test_the_export_works_while_served(path: Path) -> None:
    async with open_sqlite(path) as database:
        await SqliteJournal(database, DEMO, clock=HandClock()).append([entry("a")])

        assert shop.export_journal(path, io.BytesIO()) == 1
