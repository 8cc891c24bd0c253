"""The program as it is started: soon there, alone with its data, gone in good order."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.e2e.process import Child


@asynccontextmanager
async def serving(directory: Path, *options: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    command = (sys.executable, "-m", "gateway", "serve", "--port", "0", "--data-dir", str(directory / "data"), *options)
    child = await Child.start(*command, log=directory / "zuruf.log", env=env, cwd=directory)
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


async def test_it_says_where_it_is_answers_and_stops_when_told(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as child, aiohttp.ClientSession() as http:
        url = await _ready(child)
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 200
        assert re.search(r"Agent +http://localhost:\d+/agent +anna / zuruf-demo", child.output)
        assert "aiortc" not in _modules(child)

        assert await child.stop(limit_s=10) == 0

    assert '"event": "stopped"' in child.output
    assert "Traceback" not in child.output


def _modules(child: Child) -> str:
    """Which libraries the process has mapped: media would cost a second of every start."""
    return Path(f"/proc/{child.pid}/maps").read_text()


async def test_after_kill_9_it_starts_again_on_the_same_data(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as child:
        await _ready(child)
        await child.kill()
    async with serving(tmp_path, "--demo") as again:
        await _ready(again)


async def test_a_second_one_on_the_same_data_says_why_it_does_not_start(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo") as child:
        await _ready(child)

        assert "in use by another 'zuruf serve'" in await refused(tmp_path, "--demo")


async def test_without_a_site_it_says_how_to_set_one_up(tmp_path: Path) -> None:
    assert "[[site]]" in await refused(tmp_path)


async def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = str(taken.sockets[0].getsockname()[1])
    async with taken:
        assert "cannot be listened on" in await refused(tmp_path, "--demo", "--port", port)


async def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    async with serving(tmp_path, "--demo", env={"ZURUF_SERVER__DRAIN_SECONDS": "600"}) as child:
        await _ready(child)
        os.kill(child.pid, signal.SIGINT)
        os.kill(child.pid, signal.SIGTERM)
        assert await child.stop(limit_s=10) == 0
