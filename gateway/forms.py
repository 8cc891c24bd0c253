"""The two forms the program runs in, and all that differs between them: stores, time, and the others.

Everything above asks for a :class:`Form` and does not know which one it got.
"""

import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from acd.ids import ProcessId, SessionId, SiteId
from gateway.clock import Clock
from gateway.demo import check_mark, check_sites
from gateway.ids import new_id
from gateway.journal.port import Journal
from gateway.journal.postgres import Keeper, PostgresJournal
from gateway.journal.sqlite import SqliteJournal
from gateway.lifetime import Lifetime
from gateway.metrics import Metrics
from gateway.rate import LocalLimit, RateLimit
from gateway.runtime.clock import FollowedClock, SteadyClock
from gateway.runtime.limits import SharedCounts, SharedLimit
from gateway.runtime.membership import Membership
from gateway.runtime.wakeups import Wakeups
from gateway.settings import Settings
from gateway.storage.database import Database, SqliteDatabase, StorageUnavailable, open_sqlite
from gateway.storage.directory import StoredDirectory
from gateway.storage.postgres import PostgresDatabase, open_postgres
from gateway.storage.processes import StoredProcesses

_SITE, _SESSION = "site", "session"


class Form(Protocol):
    """What a process stands on.

    Attributes:
        process: This process, by an id that no process before it had.
        clock: The time by which journals are stamped.
    """

    process: ProcessId
    clock: SteadyClock

    @property
    def database(self) -> Database:
        """Where repositories keep their rows."""

    def journal(self, site: SiteId) -> Journal:
        """The journal of a site."""

    def limit(self, name: str, a_minute: int) -> RateLimit:
        """A limit by this name, kept by all processes together."""

    async def gone(self, processes: Collection[ProcessId]) -> Collection[ProcessId]:
        """Which of these other processes are no more."""

    def tell_of_site(self, site: SiteId) -> None:
        """There is something new in the site's journal: the other processes may want to look."""

    def tell_of_session(self, session: SessionId) -> None:
        """Something is owed to a session, or its page changed: whoever it concerns may want to look."""

    def hear(self, *, of_site: Callable[[SiteId | None], None], of_session: Callable[[SessionId], None]) -> None:
        """Call back when another process tells; with ``None`` to look at every site."""


class EmbeddedForm:
    """One process and its SQLite file."""

    def __init__(self, database: SqliteDatabase, clock: SteadyClock) -> None:
        self.database = database
        self.clock = clock
        self.process = ProcessId(new_id("pr", clock()))

    def journal(self, site: SiteId) -> Journal:
        return SqliteJournal(self.database, site, clock=self.clock)

    def limit(self, name: str, a_minute: int) -> RateLimit:  # noqa: ARG002 - there is nobody to tell it from.
        return LocalLimit(a_minute)

    async def gone(self, processes: Collection[ProcessId]) -> Collection[ProcessId]:
        return processes

    def tell_of_site(self, site: SiteId) -> None:
        """There is nobody else."""

    def tell_of_session(self, session: SessionId) -> None:
        """There is nobody else."""

    def hear(self, *, of_site: Callable[[SiteId | None], None], of_session: Callable[[SessionId], None]) -> None:
        """There is nobody else."""


class ScaledForm:
    """One of several processes that share PostgreSQL, wake each other by Redis and count there."""

    def __init__(
        self,
        settings: Settings,
        database: PostgresDatabase,
        keeper: Keeper,
        followed: FollowedClock,
        metrics: Metrics,
    ) -> None:
        assert settings.redis.url is not None, "settings see to it"
        self.database = database
        self.clock = SteadyClock(followed, time.monotonic)
        self.process = ProcessId(new_id("pr", self.clock()))
        self.membership = Membership(
            StoredProcesses(database),
            self.process,
            away=StorageUnavailable,
            heard=followed.hear,
            monotonic=time.monotonic,
        )
        url, channel = settings.redis.url.get_secret_value(), settings.redis.channel
        self.wakeups = Wakeups(url, channel, process=self.process, metrics=metrics, hear=self._on_hint)
        self.counts = SharedCounts(url, channel, monotonic=time.monotonic)
        self._keeper = keeper
        self._of_site: Callable[[SiteId | None], None] = lambda _: None
        self._of_session: Callable[[SessionId], None] = lambda _: None

    def journal(self, site: SiteId) -> Journal:
        return PostgresJournal(self.database, site, keeper=self._keeper, clock=self.clock)

    def limit(self, name: str, a_minute: int) -> RateLimit:
        return SharedLimit(name, a_minute, self.counts)

    async def gone(self, processes: Collection[ProcessId]) -> Collection[ProcessId]:
        return await self.membership.gone(processes)

    def tell_of_site(self, site: SiteId) -> None:
        self.wakeups.call(f"{_SITE} {site}")

    def tell_of_session(self, session: SessionId) -> None:
        self.wakeups.call(f"{_SESSION} {session}")

    def hear(self, *, of_site: Callable[[SiteId | None], None], of_session: Callable[[SessionId], None]) -> None:
        self._of_site, self._of_session = of_site, of_session

    def _on_hint(self, hint: str) -> None:
        about, _, name = hint.partition(" ")
        if about == _SESSION:
            self._of_session(SessionId(name))
        else:
            self._of_site(SiteId(name) if about == _SITE else None)


@asynccontextmanager
async def open_form(
    settings: Settings, *, wall: Clock, metrics: Metrics, on_failure: Callable[[str], None]
) -> AsyncIterator[Form]:
    """Open what the settings say, and close it in the end.

    Raises:
        NotForThis: If what is kept there belongs to the other of demo and real.
        AlreadyServed: If another process serves the file of the embedded form.
        SchemaIsNewer: If a later release of Zuruf wrote the database.
        StorageUnavailable: If the database cannot be used.
    """
    if settings.mode == "embedded":
        check_mark(settings.data_dir, is_demo=settings.demo)
        async with open_sqlite(settings.database) as database:
            yield EmbeddedForm(database, SteadyClock(wall, time.monotonic))
        return
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(open_database(settings))
        assert isinstance(postgres, PostgresDatabase)
        check_sites(list(await StoredDirectory(postgres).sites()), is_demo=settings.demo)
        keeper = Keeper(postgres)
        stack.callback(keeper.close)
        followed = FollowedClock(await postgres.now(), time.monotonic)
        form = ScaledForm(settings, postgres, keeper, followed, metrics)
        stack.push_async_callback(form.counts.close)
        await form.membership.join()
        stack.push_async_callback(form.membership.leave)
        jobs = await stack.enter_async_context(Lifetime(on_failure))
        jobs.start(form.membership.run, "membership")
        jobs.start(form.wakeups.call_out, "wakeups")
        jobs.start(form.wakeups.listen, "wakeups")
        yield form


def journal_to_read(database: SqliteDatabase | PostgresDatabase, site: SiteId, clock: Clock) -> Journal:
    """The journal of a site beside servers that may be running. It is not written to."""
    if isinstance(database, SqliteDatabase):
        return SqliteJournal(database, site, clock=clock)
    return PostgresJournal(database, site, keeper=Keeper(database), clock=clock)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[SqliteDatabase | PostgresDatabase]:
    """The database of either form, for short work beside servers that may be running.

    Raises:
        AlreadyServed: If tables have to change, and a server runs on the file.
        SchemaIsNewer: If a later release of Zuruf wrote the database.
        StorageUnavailable: If it cannot be used.
    """
    if settings.mode == "embedded":
        async with open_sqlite(settings.database, alone=False) as sqlite:
            yield sqlite
    else:
        assert settings.postgres.url is not None, "settings see to it"
        async with open_postgres(settings.postgres.url.get_secret_value()) as postgres:
            yield postgres
