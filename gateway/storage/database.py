"""The database as the rest of storage sees it, and the SQLite file behind it.

One thread owns the one connection that writes; everybody's work queues for it. So there
is one writer by construction, and no work can see another's half. The way to the thread and
back costs as much as a query: whatever waits goes together, and looks share a transaction.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from gateway.storage.migrate import bring_up_to_date, revision_of
from gateway.storage.tables import REVISION
from signaling.ports import StoreAway

T = TypeVar("T")

_BUSY_MS = 5_000
_TOGETHER = 64


class AlreadyServed(Exception):
    """Another process serves this database file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use by another 'zuruf serve'. Stop that one first, or give this one its own database file."
        )


class StorageUnavailable(StoreAway):
    """The database could not be read or written now: locked, full, gone. Nothing was written."""


class Database(Protocol):
    """Where the repositories keep their rows."""

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do some work in one transaction: all of it, or none.

        ``work`` runs outside the event loop and has to be quick.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Like :meth:`transact` for work that only reads; cheaper, for looks share a transaction."""


@dataclass(frozen=True, slots=True)
class _Job:
    """Work that waits for the thread, by itself (``step``) or inside a transaction of looks."""

    step: Callable[[], Any] | None
    look: Callable[[Connection], Any] | None
    done: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Failed:
    why: BaseException


class SqliteDatabase:
    """A SQLite file with its one writer thread. Made by :func:`open_sqlite`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self.path = path
        self._connection = connection
        self._thread = thread
        self._engine = engine_on(connection)
        self._ahead: deque[_Job] = deque()
        self._is_at_work = False

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """See :meth:`Database.transact`."""

        def step() -> T:
            with _in_words(), self._engine.begin() as tx:
                return work(tx)

        return await self._in_thread(step)

    async def look(self, work: Callable[[Connection], T]) -> T:
        """See :meth:`Database.look`."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue(_Job(None, work, done))
        return await done

    async def close(self) -> None:
        """Close the connection, after whatever still waits for it."""
        await self._in_thread(self._connection.close)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Like :meth:`transact` for who speaks SQLite directly, as the journal does."""

        def step() -> T:
            with _available():
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    result = work(self._connection)
                    self._connection.commit()
                except BaseException:
                    self._connection.rollback()
                    raise
                return result

        return await self._in_thread(step)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Look something up. Nothing of this process writes in between."""

        def step() -> T:
            with _available():
                return work(self._connection)

        return await self._in_thread(step)

    async def _in_thread(self, step: Callable[[], T]) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue(_Job(step, None, done))
        return await done

    def _queue(self, job: _Job) -> None:
        self._ahead.append(job)
        if not self._is_at_work:
            self._send()

    def _send(self) -> None:
        """Give the thread what waits."""
        self._is_at_work = bool(self._ahead)
        if self._is_at_work:
            jobs = [self._ahead.popleft() for _ in range(min(_TOGETHER, len(self._ahead)))]
            sent = asyncio.get_running_loop().run_in_executor(self._thread, self._do, jobs)
            sent.add_done_callback(self._on_done)

    def _on_done(self, sent: "asyncio.Future[list[tuple[_Job, Any]]]") -> None:
        for job, outcome in sent.result():
            if job.done.done():
                continue
            if isinstance(outcome, _Failed):
                job.done.set_exception(outcome.why)
            else:
                job.done.set_result(outcome)
        self._send()

    # In the thread.

    def _do(self, jobs: Sequence[_Job]) -> list[tuple[_Job, Any]]:
        # Whoever stopped waiting before it was begun does not want it done.
        wanted = [job for job in jobs if not job.done.cancelled()]
        outcomes: list[tuple[_Job, Any]] = []
        for only_looks, group in groupby(wanted, key=lambda job: job.look is not None):
            if only_looks:
                outcomes += self._look_together(list(group))
            else:
                outcomes += [(job, _outcome(job.step)) for job in group if job.step is not None]
        return outcomes

    def _look_together(self, jobs: Sequence[_Job]) -> list[tuple[_Job, Any]]:
        def step() -> list[Any]:
            with _in_words(), self._engine.begin() as tx:
                return [_outcome(partial(job.look, tx)) for job in jobs if job.look is not None]

        outcomes = _outcome(step)
        if isinstance(outcomes, _Failed):
            return [(job, outcomes) for job in jobs]
        return list(zip(jobs, outcomes, strict=True))


def _outcome(step: Callable[[], Any]) -> Any:
    try:
        with _in_words():
            return step()
    except BaseException as why:
        return _Failed(why)


@asynccontextmanager
async def open_sqlite(path: Path, *, alone: bool = True) -> AsyncIterator[SqliteDatabase]:
    """Open the file, make or migrate its tables, and close it in the end.

    Args:
        path: The database file; made, readable by its owner only, if there is none.
        alone: Be the one process that serves the file, and free what a dead one left
            claimed. Short commands that only touch a row or two pass ``False``.

    Raises:
        AlreadyServed: If ``alone`` and another process serves the file.
        SchemaIsNewer: If a later release of Zuruf wrote this file.
    """
    with served_here(path) if alone else nullcontext(), ThreadPoolExecutor(1, "sqlite") as thread:
        loop = asyncio.get_running_loop()
        database = SqliteDatabase(path, await loop.run_in_executor(thread, connect, path), thread)
        try:
            await _bring_up_to_date(database, alone=alone)
            if alone:
                # The lock on the file says that nobody else lives who could hold a claim.
                await database.write(lambda db: db.execute("UPDATE journal_claims SET lease_until = 0").close())
            yield database
        finally:
            await database.close()


async def _bring_up_to_date(database: SqliteDatabase, *, alone: bool) -> None:
    if alone:
        await database.transact(bring_up_to_date)
    elif await database.transact(revision_of) != REVISION:
        # Tables do not change under a server of another release.
        with served_here(database.path):
            await database.transact(bring_up_to_date)


@contextmanager
def served_here(path: Path) -> Iterator[None]:
    """Hold the file as ``serve`` does; for whatever must be alone with it.

    Raises:
        AlreadyServed: If another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            # The kernel lets go of it when the process dies, however it dies.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(path) from None
        yield
    finally:
        os.close(lock)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as why:
        if isinstance(why.orig, sqlite3.OperationalError):
            raise StorageUnavailable(str(why.orig)) from why
        raise


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as why:
        raise StorageUnavailable(str(why)) from why


def connect(path: Path) -> sqlite3.Connection:
    """A connection that writes, as the writer thread has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    # isolation_level=None: transactions begin where the code says so and nowhere else.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=True, cached_statements=256)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def engine_on(connection: sqlite3.Connection, *, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """SQLAlchemy on top of a connection that somebody else opened and will close."""
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connection, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def say_begin(tx: Connection) -> None:
        tx.exec_driver_sql(begin)

    return engine
