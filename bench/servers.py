"""The servers that are measured, and the crowd in front of them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tests.e2e.server import Server, free_port

_SETTINGS: Final = """
[[site]]
id = "bench"

[[site.groups]]
id = "line"
names = { de = "Schlange", en = "Line" }
max_waiting = 10000
"""

UNLIMITED: Final = {
    "ZURUF_LOG__FORMAT": "json",
    "ZURUF_LIMITS__CONTACTS_PER_MINUTE_PER_ADDRESS": "1000000",
    "ZURUF_LIMITS__CONTACTS_PER_MINUTE_PER_SITE": "1000000",
    "ZURUF_LIMITS__REQUESTS_PER_MINUTE_PER_ADDRESS": "1000000",
}
"""All callers come from one address here."""


def with_a_line(folder: Path) -> Server:
    """Zuruf with a group in which nobody answers, not started."""
    port = free_port()
    settings = folder / "zuruf.toml"
    settings.write_text(_SETTINGS)
    return Server(
        [*(sys.executable, "-m", "gateway", "serve", "--port", str(port)), "--data-dir", folder / "data"],
        port=port,
        log=folder / "zuruf.log",
        env={**UNLIMITED, "ZURUF_CONFIG": str(settings)},
    )


def demo(folder: Path) -> Server:
    """The demo, not started."""
    port = free_port()
    return Server(
        [*(sys.executable, "-m", "gateway", "serve", "--demo", "--port", str(port)), "--data-dir", folder / "demo"],
        port=port,
        log=folder / "demo.log",
        env=UNLIMITED,
    )


def bare_sockets(folder: Path) -> Server:
    """The floor under our sockets, not started."""
    port = free_port()
    return Server([sys.executable, "-m", "bench.bare", "--port", str(port)], port=port, log=folder / "bare.log")


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    """Serve; at the end it is killed, for nobody will want its data."""
    await server.start()
    try:
        yield server
    finally:
        if server.child.alive:
            await server.kill()


class Crowd:
    """A process full of callers."""

    def __init__(self, process: asyncio.subprocess.Process, orders: asyncio.StreamWriter) -> None:
        self._process = process
        self._orders = orders

    async def do(self, what: str, **details: int) -> dict[str, Any]:
        """Give an order and wait for the answer."""
        self._orders.write(f"{json.dumps({'do': what, **details})}\n".encode())
        assert self._process.stdout is not None
        answer = await self._process.stdout.readline()
        assert answer, "the crowd is gone"
        answered: dict[str, Any] = json.loads(answer)
        return answered


@asynccontextmanager
async def crowd() -> AsyncIterator[Crowd]:
    """Callers without pages; at the end all hang up at once."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.crowd"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdin is not None
    try:
        yield Crowd(process, process.stdin)
    finally:
        process.stdin.close()
        await process.wait()
