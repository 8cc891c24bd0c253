"""The program as it is started: soon there, alone with its data, gone in good order."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from acd.core import CORE_VERSION
from acd.ids import Millis, SiteId
from gateway.clock import system_clock
from gateway.demo import check_mark
from gateway.journal.sqlite import SqliteJournal
from gateway.storage.database import open_sqlite
from tests.e2e.process import Child


@asynccontextmanager
async def serving(directory: Path, *options: str) -> AsyncIterator[Child]:
    command = (sys.executable, "-m", "gateway", "serve", "--port", "0", "--data-dir", str(directory / "data"), *options)
    child = await Child.start(*command, log=directory / "zuruf.log", cwd=directory)
    try:
        yield child
    finally:
        await child.kill()


async def refused(directory: Path, *options: str) -> str:
    """What it says when it does not start."""
    command = (sys.executable, "-m", "gateway", "serve", "--port", "0", "--data-dir", str(directory / "data"), *options)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=directory, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(30):
        said, _ = await process.communicate()
    assert process.returncode == 1
    assert b"Traceback" not in said
    return said.decode()


async def _ready(child: Child) -> str:
    return (await child.wrote(r"Ready\..*?(http://localhost:\d+)", limit_s=20))[1]


def _mapped(pid: int) -> str:
    """The libraries that a process has loaded."""
    return Path(f"/proc/{pid}/maps").read_text()


async def test_it_is_soon_there_alone_with_its_data_survives_kill_9_and_stops_when_told(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as child, aiohttp.ClientSession() as http:
        url = await _ready(child)
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 200
        assert re.search(r"Agent +http://localhost:\d+/agent +anna / zuruf-demo", child.output)
        # Media would cost a second of every start.
        assert "/av/" not in _mapped(child.pid)
        assert "in use by another 'zuruf serve'" in await refused(tmp_path, "--demo")
        await child.kill()

    async with serving(tmp_path, "--demo") as again:
        await _ready(again)
        assert await again.stop(limit_s=10) == 0

    assert '"event": "stopped"' in again.output
    assert "Traceback" not in again.output


async def test_it_does_not_start_on_data_that_a_later_release_decided(tmp_path: Path) -> None:
    database = tmp_path / "data" / "zuruf.sqlite3"
    check_mark(database.parent, is_demo=True)
    async with open_sqlite(database) as stored:
        journal = SqliteJournal(stored, SiteId("demo"), clock=system_clock)
        claim = await journal.claim("a later release", core_version=CORE_VERSION + 1, ttl_ms=Millis(1_000))
        assert claim is not None
        await journal.release(claim)

    assert "A later release" in await refused(tmp_path, "--demo")
