"""The program under test as a child process: started, killed, started again, stopped.

It listens on a loopback port that stays the same over restarts, and everything it says
goes into one log, which must be free of tracebacks at the end.
"""

import re
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from tests.e2e.process import Child
from tests.e2e.waiting import until

STOP_LIMIT_S = 10.0


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server that says at ``/readyz`` that it can be used."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        port: int,
        log: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self.log = log
        self._command = command
        self._env = env
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """By name, not number: ``localhost`` is a secure context and may set ``__Host-`` cookies."""
        return f"http://localhost:{self.port}"

    @property
    def child(self) -> Child:
        assert self._child is not None, "not started"
        return self._child

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.alive

    async def start(self, *, limit_s: float = 30.0) -> None:
        """Start it and wait until it is ready. Also starts it again after :meth:`kill`."""
        assert self._child is None or not self._child.alive, "still running"
        self._child = await Child.start(*self._command, log=self.log, env=self._env)
        async with aiohttp.ClientSession() as http:

            async def look() -> bool:
                assert self.child.alive, f"ended while starting:\n{self.child.output[-3000:]}"
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        return answer.status == 200
                except aiohttp.ClientError:
                    return False

            await until(look, limit_s=limit_s, saying=f"{self.url}/readyz answers 200")

    async def kill(self) -> None:
        """``kill -9``: nothing is written, nothing is said to anybody."""
        await self.child.kill()

    async def restart(self, *, limit_s: float = 30.0) -> None:
        """Kill it and start it on the same port with the same data."""
        await self.kill()
        await self.start(limit_s=limit_s)

    async def stop(self, *, limit_s: float = STOP_LIMIT_S) -> None:
        """Ask it to end and expect that it does, in time and in order. Safe to repeat."""
        if self._child is None or not self._child.alive:
            return
        code = await self._child.stop(limit_s=limit_s)
        assert code in (0, -15), f"ended with {code}:\n{self.child.output[-3000:]}"

    def expect_clean_log(self, *, except_for: str | None = None) -> None:
        """Fail if anything in the log looks like an error nobody handled.

        Args:
            except_for: An event that may well be logged as an error.
        """
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        if except_for is not None:
            text = "\n".join(line for line in text.splitlines() if f'"event": "{except_for}"' not in line)
        for sign in (
            r"Traceback \(most recent call last\)",
            r"was never (awaited|retrieved)",
            r"Task was destroyed",
            r"Unclosed (client session|connector)",
            r'"level": ?"(error|critical)"',
        ):
            found = re.search(sign, text)
            assert found is None, f"in {self.log.name}:\n{text[found.start() :][:3000]}"

    def expect_log_without(self, secrets: Iterable[str]) -> None:
        """Fail if the log contains any of these."""
        text = self.log.read_text(errors="replace")
        found = {secret: line for secret in secrets for line in text.splitlines() if secret in line}
        assert not found, f"in {self.log.name}: {found}"


@asynccontextmanager
async def running(server: Server, *, expected_error: str | None = None) -> AsyncIterator[Server]:
    """Start a server; at the end stop it in good order and expect that its log is clean.

    Args:
        expected_error: An event that may well be logged as an error.
    """
    await server.start()
    try:
        yield server
        await server.stop()
    finally:
        if server.child.alive:
            await server.kill()
    server.expect_clean_log(except_for=expected_error)


TALKATIVE: Final = {"ZURUF_LOG__FORMAT": "json", "ZURUF_LOG__LEVEL": "debug"}
"""Whatever is logged at any level is in the log, one JSON object a line."""


def zuruf(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Server:
    """Return the demo, not started, with data and log in a folder of the test's own.

    Args:
        options: More for ``zuruf serve``.
        env: Settings as ``ZURUF_SECTION__NAME``.
    """
    port = free_port()
    return Server(
        [
            sys.executable,
            "-m",
            "gateway",
            "serve",
            "--demo",
            "--port",
            str(port),
            "--data-dir",
            folder / "data",
            *options,
        ],
        port=port,
        log=folder / "zuruf.log",
        env={**TALKATIVE, **(env or {})},
    )


def bare_call(folder: Path) -> Server:
    """Return the server of the bare call, not started."""
    port = free_port()
    script = Path(__file__).parent / "bare" / "__main__.py"
    return Server([sys.executable, script, "--port", str(port)], port=port, log=folder / "bare.log")
