"""Which processes of the scaled form are alive, by leases on the database's clock."""

from collections.abc import Collection

from acd.ids import Millis, ProcessId
from gateway.storage.postgres import PostgresDatabase

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"


class StoredProcesses:
    """A row for each process. It is one's own to renew, and anybody's to strike once it ran out."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def renew(self, process: ProcessId, ttl_ms: Millis) -> Millis:
        """Be alive for so long from now; answers what the database's clock says.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        async with self._database.connection() as db:
            now = await db.fetchval(
                f"INSERT INTO processes (id, lease_until) SELECT $1, {_NOW} + $2"
                " ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until RETURNING lease_until - $2",
                process,
                ttl_ms,
            )
            return Millis(now)

    async def strike_gone(self, processes: Collection[ProcessId]) -> set[ProcessId]:
        """Strike those of these whose lease ran out; answers which of them are no more, struck now or before.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        asked = sorted(processes)
        async with self._database.connection() as db:
            await db.execute(f"DELETE FROM processes WHERE id = ANY($1) AND lease_until <= {_NOW}", asked)  # noqa: S608
            rows = await db.fetch("SELECT id FROM processes WHERE id = ANY($1)", asked)
            return set(asked) - {row["id"] for row in rows}

    async def leave(self, process: ProcessId) -> None:
        """Be no more, from now on.

        Raises:
            StorageUnavailable: If the database cannot be used at the moment.
        """
        async with self._database.connection() as db:
            await db.execute("DELETE FROM processes WHERE id = $1", process)
