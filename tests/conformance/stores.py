"""The stores under test, behind one port: a journal, a clock turned by hand, and a look inside."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from acd.ids import Millis, SiteId
from gateway.journal.memory import MemoryJournal
from gateway.journal.port import Journal
from gateway.journal.postgres import Keeper, PostgresJournal
from gateway.journal.sqlite import SqliteJournal
from gateway.storage.database import Database, SqliteDatabase, open_sqlite
from gateway.storage.postgres import PostgresDatabase, open_postgres
from tests.servers import Postgres

KINDS = ("memory", "sqlite", "postgres")
NOON = Millis(1_800_000_000_000)


class HandClock:
    """Says what it was set to."""

    def __init__(self, now: Millis = NOON) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now

    def turn(self, ms: int) -> None:
        """Forward, or back with a negative number."""
        self.now = Millis(self.now + ms)


class Store(Protocol):
    """Something that keeps journals."""

    clock: HandClock

    def journal(self, site: str = "demo", *, capacity: int = 1000) -> Journal:
        """The journal of a site, as one more process would open it."""


class MemoryStore:
    def __init__(self) -> None:
        self.clock = HandClock()
        self._journals: dict[str, MemoryJournal] = {}

    def journal(self, site: str = "demo", *, capacity: int = 1000) -> Journal:
        return self._journals.setdefault(site, MemoryJournal(SiteId(site), clock=self.clock, capacity=capacity))


class SqliteStore:
    def __init__(self, database: SqliteDatabase) -> None:
        self.clock = HandClock()
        self._database = database

    def journal(self, site: str = "demo", *, capacity: int = 1000) -> Journal:
        return SqliteJournal(self._database, SiteId(site), clock=self.clock, capacity=capacity)


class PostgresStore:
    def __init__(self, database: PostgresDatabase, keepers: AsyncExitStack) -> None:
        self.clock = HandClock()
        self._database = database
        self._keepers = keepers

    def journal(self, site: str = "demo", *, capacity: int = 1000) -> Journal:
        keeper = Keeper(self._database)
        self._keepers.callback(keeper.close)
        # The database's own clock cannot be turned by hand, and is far behind this one.
        return PostgresJournal(
            self._database,
            SiteId(site),
            keeper=keeper,
            clock=self.clock,
            lease_clock=self.clock,
            capacity=capacity,
        )


@asynccontextmanager
async def open_database(kind: str, directory: Path, postgres: Postgres) -> AsyncIterator[Database]:
    """A fresh database of this kind."""
    if kind == "sqlite":
        async with open_sqlite(directory / "zuruf.sqlite3") as sqlite:
            yield sqlite
    else:
        async with postgres.lent_database() as url, open_postgres(url) as database:
            yield database


@asynccontextmanager
async def open_store(kind: str, directory: Path, postgres: Postgres) -> AsyncIterator[Store]:
    """A fresh store of this kind."""
    match kind:
        case "memory":
            yield MemoryStore()
        case "sqlite":
            async with open_sqlite(directory / "zuruf.sqlite3") as database:
                yield SqliteStore(database)
        case "postgres":
            async with (
                postgres.lent_database() as url,
                open_postgres(url) as postgresql,
                AsyncExitStack() as keepers,
            ):
                yield PostgresStore(postgresql, keepers)
        case _:
            raise AssertionError(kind)
