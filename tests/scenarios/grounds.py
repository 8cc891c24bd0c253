"""What a scenario stands on: the SQLite file of the embedded form, or the databases of the scaled one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from acd.ids import SiteId
from gateway.journal.port import Journal
from gateway.journal.postgres import Keeper, PostgresJournal
from gateway.journal.sqlite import SqliteJournal
from gateway.runtime.clock import SteadyClock
from gateway.storage.database import open_sqlite
from gateway.storage.postgres import open_postgres

DEMO = SiteId("demo")


@asynccontextmanager
async def open_journal(address: str, clock: SteadyClock, *, alone: bool = True) -> AsyncIterator[Journal]:
    """The journal of the demo site in a file, or in a database whose address begins with ``postgresql://``.

    Args:
        alone: Nobody else serves the file.
    """
    if not address.startswith("postgresql://"):
        async with open_sqlite(Path(address), alone=alone) as database:
            yield SqliteJournal(database, DEMO, clock=clock)
        return
    async with open_postgres(address) as shared:
        keeper = Keeper(shared)
        try:
            yield PostgresJournal(shared, DEMO, keeper=keeper, clock=clock)
        finally:
            keeper.close()


async def find_damage(address: str) -> list[str]:
    """What is wrong with the file itself; nothing is known of a server's."""
    if address.startswith("postgresql://"):
        return []
    async with open_sqlite(Path(address)) as database:
        found = await database.read(lambda db: db.execute("PRAGMA integrity_check").fetchall())
        return [line for (line,) in found if line != "ok"]
