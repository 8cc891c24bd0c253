"""The stores under test, behind one port: a journal, a clock turned by hand, and a look inside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from acd.ids import Millis, SiteId
from gateway.journal.memory import MemoryJournal
from gateway.journal.port import Journal
from gateway.journal.sqlite import SqliteJournal
from gateway.storage.database import SqliteDatabase, open_sqlite

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


@asynccontextmanager
async def open_store(kind: str, directory: Path) -> AsyncIterator[Store]:
    """A fresh store of this kind."""
    match kind:
        case "memory":
            yield MemoryStore()
        case "sqlite":
            async with open_sqlite(directory / "zuruf.sqlite3") as database:
                yield SqliteStore(database)
        case _:
            raise AssertionError(kind)
