"""Real servers behind one port: one in the embedded form, two in the scaled one.

The port is a load balancer's: whoever connects gets to one server after the other, and to the
next one if that is not there.
"""

import asyncio
import itertools
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

import asyncpg

from tests.e2e.network.proxy import Proxy
from tests.e2e.server import TALKATIVE, Server, zuruf
from tests.servers import Postgres, Redis

LIVE: Final = "SELECT contact, phase, epoch, agent FROM live_contacts"


class Gateways:
    """The servers of one form, and what they keep.

    Attributes:
        address: Their database; see :mod:`tests.scenarios.grounds`.
    """

    def __init__(self, servers: list[Server], address: str, door: Proxy) -> None:
        self.servers = servers
        self.address = address
        self.door = door

    @property
    def url(self) -> str:
        return self.door.url

    async def live(self) -> list[dict[str, Any]]:
        """The open contacts that the database knows, read beside the servers."""
        if not self.address.startswith("postgresql://"):
            with closing(sqlite3.connect(f"file:{self.address}?mode=ro", uri=True)) as file:
                file.row_factory = sqlite3.Row
                return [dict(row) for row in file.execute(LIVE)]
        connection = await asyncpg.connect(self.address)
        try:
            return [dict(row) for row in await connection.fetch(LIVE)]
        finally:
            await connection.close()

    async def pretend_core(self, version: int) -> None:
        """Have it look as if a release with another core had decided last. While no server runs."""
        sql = f"UPDATE journal_claims SET core_version = {version}"
        if not self.address.startswith("postgresql://"):
            with closing(sqlite3.connect(self.address)) as file, file:
                file.execute(sql)
            return
        connection = await asyncpg.connect(self.address)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@asynccontextmanager
async def gateways(
    form: str, folder: Path, address: str, redis: Redis, *, expected_error: str | None = None
) -> AsyncIterator[Gateways]:
    """Start them, and expect that they end in good order with a clean log.

    Args:
        address: An empty PostgreSQL database; not used in the embedded form.
        expected_error: An event that may well be logged as an error.
    """
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    env = {
        **TALKATIVE,
        "ZURUF_SERVER__PUBLIC_URL": f"http://localhost:{listener.getsockname()[1]}",
        "ZURUF_LIMITS__CONTACTS_PER_MINUTE_PER_ADDRESS": "1000000",
        "ZURUF_LIMITS__CONTACTS_PER_MINUTE_PER_SITE": "1000000",
        "ZURUF_LIMITS__REQUESTS_PER_MINUTE_PER_ADDRESS": "1000000",
    }
    folders = [folder / "gateway"]
    if form == "scaled":
        env |= {
            "ZURUF_MODE": "scaled",
            "ZURUF_POSTGRES__URL": address,
            "ZURUF_REDIS__URL": redis.url,
            "ZURUF_REDIS__CHANNEL": f"test-{listener.getsockname()[1]}",
            "ZURUF_SECRET": "only-for-tests-0123456789-0123456789",
        }
        folders.append(folder / "other")
    for one in folders:
        one.mkdir()
    servers = [zuruf(one, env=env) for one in folders]
    turns = itertools.cycle(servers)

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        failed: OSError | None = None
        for server in [next(turns) for _ in servers]:
            try:
                return await asyncio.open_connection("127.0.0.1", server.port)
            except OSError as why:
                failed = why
        # One more, so that the next one who comes does not begin with the same again.
        next(turns)
        raise failed or OSError("no server")

    door = await Proxy.on(listener, connect)
    kept = address if form == "scaled" else str(folders[0] / "data" / "zuruf.sqlite3")
    try:
        for server in servers:
            await server.start()
        yield Gateways(servers, kept, door)
        for server in servers:
            await server.stop()
        for server in servers:
            server.expect_clean_log(except_for=expected_error)
    finally:
        for server in servers:
            if server.is_running:
                await server.kill()
        await door.close()


@asynccontextmanager
async def gateways_of(form: str, folder: Path, postgres: Postgres, redis: Redis) -> AsyncIterator[Gateways]:
    """The same, with a database of their own."""
    async with postgres.lent_database() as url, gateways(form, folder, url, redis) as made:
        yield made
