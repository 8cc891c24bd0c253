"""The PostgreSQL database of the scaled form, behind the same port as the SQLite file.

Repositories keep to :class:`gateway.storage.database.Database`; the journal, for which every
round trip counts, takes plain connections. Whatever the server does, nobody waits for it
longer than a few seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from acd.ids import Millis
from gateway.storage.database import StorageUnavailable
from gateway.storage.migrate import bring_up_to_date, revision_of

T = TypeVar("T")

CONNECT_S: Final = 2.0
WORK_S: Final = 3.0
_LONG_S: Final = 3600.0
_MOST: Final = 8
_ATTEMPTS: Final = 12
_AGAIN_S: Final = 0.005
_MIGRATING: Final = 0x7A757275
"""Whoever migrates holds the advisory lock of this number, so two that start at once do not both."""

_CUT_OFF: Final = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a connection says whose server is gone. The second when the server went in the middle of a word."""

_COLLIDED: Final = frozenset({"40001", "40P01", "23505"})
_AWAY: Final = ("08", "25006", "28", "3D", "53", "55", "57", "58")
"""Classes of SQLSTATE in which the server, not the statement, is the reason."""


class PostgresDatabase:
    """A PostgreSQL database as one process uses it. Made by :func:`open_postgres`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self.connect,
            pool_size=_MOST,
            max_overflow=0,
            pool_timeout=CONNECT_S,
            pool_pre_ping=True,
        )
        self._serial = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._idle: list[Any] = []
        self._room = asyncio.Semaphore(_MOST)

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """See :meth:`gateway.storage.database.Database.transact`.

        Serializable: as if there were one writer. Work that collided with another process's is
        done again from the start, so it may change nothing but the database.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._run(self._serial, work, WORK_S)
            except DBAPIError as why:
                if attempt == _ATTEMPTS or _state_of(why) not in _COLLIDED:
                    raise
            await asyncio.sleep(_AGAIN_S * attempt)
        raise AssertionError("the last attempt answers or raises")

    async def look(self, work: Callable[[Connection], T]) -> T:
        """See :meth:`gateway.storage.database.Database.look`."""
        return await self._run(self._engine, work, WORK_S)

    async def look_long(self, work: Callable[[Connection], T]) -> T:
        """Like :meth:`look` for work that takes its time, and sees the database as of one moment."""
        return await self._run(self._engine.execution_options(isolation_level="REPEATABLE READ"), work, _LONG_S)

    async def migrate(self) -> tuple[str | None, str | None]:
        """Bring the tables to this release's form, one process at a time; answers the revision before and after.

        Raises:
            SchemaIsNewer: If a later release of Zuruf wrote this database.
            StorageUnavailable: If the database cannot be reached.
        """

        def work(tx: Connection) -> tuple[str | None, str | None]:
            tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
            before = revision_of(tx)
            bring_up_to_date(tx)
            return before, revision_of(tx)

        return await self._run(self._engine, work, _LONG_S)

    async def now(self) -> Millis:
        """What the database's clock says.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        async with self.connection() as db:
            return Millis(await db.fetchval("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A plain connection, for a few seconds.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        with _in_words():
            async with asyncio.timeout(WORK_S), self._room:
                connection = self._take_idle() or await self.connect()
                try:
                    yield connection
                except asyncpg.InternalClientError:
                    connection.terminate()
                    raise
                except Exception:
                    if not connection.is_closed() and connection.is_in_transaction():
                        connection.terminate()
                    raise
                except BaseException:
                    # Given up in the middle. The server undoes what was not committed.
                    connection.terminate()
                    raise
                finally:
                    if not connection.is_closed():
                        self._idle.append(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A plain connection inside a transaction: all of it is written, or nothing.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        async with self.connection() as connection, inside(connection):
            yield connection

    async def connect(self) -> Any:
        """A connection of one's own, which the caller closes."""
        return await asyncpg.connect(
            self._url,
            timeout=CONNECT_S,
            server_settings={"application_name": "zuruf", "idle_in_transaction_session_timeout": "10000"},
        )

    async def connect_in_words(self) -> Any:
        """Like :meth:`connect`.

        Raises:
            StorageUnavailable: If there is no way.
        """
        with _in_words():
            return await self.connect()

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Do something with a connection of one's own, for no longer than the others may.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        with _in_words():
            async with asyncio.timeout(WORK_S):
                yield

    async def close(self) -> None:
        """Close what is open."""
        for connection in self._idle:
            connection.terminate()
        self._idle.clear()
        await self._engine.dispose()

    def _take_idle(self) -> Any | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _run(self, engine: AsyncEngine, work: Callable[[Connection], T], limit_s: float) -> T:
        with _in_words():
            async with asyncio.timeout(limit_s), engine.begin() as tx:
                return await tx.run_sync(work)


@asynccontextmanager
async def open_postgres(url: str) -> AsyncIterator[PostgresDatabase]:
    """Reach the database, make or migrate its tables, and close it in the end.

    Args:
        url: ``postgresql://user:password@host:port/name``.

    Raises:
        SchemaIsNewer: If a later release of Zuruf wrote this database.
        StorageUnavailable: If it cannot be reached.
    """
    database = PostgresDatabase(url)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def inside(connection: Any) -> AsyncIterator[None]:
    """A transaction on a plain connection."""
    await connection.execute("BEGIN")
    try:
        yield
    except Exception:
        with suppress(*_CUT_OFF, asyncpg.PostgresError):
            await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except asyncpg.PostgresError as why:
        if _is_away(why.sqlstate):
            raise StorageUnavailable(_said(why)) from why
        raise
    except DBAPIError as why:
        if isinstance(why, InterfaceError) or why.connection_invalidated or _is_away(_state_of(why)):
            raise StorageUnavailable(_said(why.orig or why)) from why
        raise
    except (*_CUT_OFF, NoConnectionFree, TimeoutError) as why:
        raise StorageUnavailable(_said(why)) from why


def _state_of(why: DBAPIError) -> str | None:
    state: str | None = getattr(why.orig, "sqlstate", None)
    return state


def _is_away(state: str | None) -> bool:
    return state is not None and state.startswith(_AWAY)


def _said(why: BaseException) -> str:
    return f"PostgreSQL: {why}" if str(why) else f"PostgreSQL: {type(why).__name__}"
