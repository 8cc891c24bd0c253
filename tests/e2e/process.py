"""A program started by a test: its output is kept in a file and it ends with the test."""

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.e2e.waiting import until


class Child:
    """A running program and everything it started.

    It leads a process group of its own, so that ending it ends its children too and
    nothing else.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: Path, begins_at: int) -> None:
        self._process = process
        self._begins_at = begins_at
        self.log = log

    @classmethod
    async def start(
        cls,
        *command: str | Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Self:
        """Start a program; standard output and error are appended to ``log``.

        Args:
            env: Added to the environment of the test.
        """
        with log.open("ab") as out:
            begins_at = out.tell()
            process = await asyncio.create_subprocess_exec(
                *map(str, command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
        return cls(process, log, begins_at)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def output(self) -> str:
        """What this run has written so far; earlier runs into the same file are left out."""
        return self.log.read_bytes()[self._begins_at :].decode(errors="replace")

    async def wrote(self, pattern: str, *, limit_s: float) -> re.Match[str]:
        """Wait until the output contains a pattern."""

        async def look() -> re.Match[str] | None:
            found = re.search(pattern, self.output)
            if found is None and not self.alive:
                raise AssertionError(f"ended before writing {pattern!r}:\n{self.output[-2000:]}")
            return found

        found = await until(look, limit_s=limit_s, saying=f"{self.log.name} contains {pattern!r}")
        assert found is not None
        return found

    async def ended(self, *, limit_s: float) -> int:
        """Wait until it ends by itself and return its exit code."""

        async def look() -> int | None:
            return self._process.returncode

        await until(look, lambda code: code is not None, limit_s=limit_s, saying=f"{self.log.name}: it ends by itself")
        return await self._process.wait()

    async def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone. Safe to repeat."""
        self._signal_group(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, *, limit_s: float) -> int:
        """Ask it to end and return its exit code.

        Raises:
            AssertionError: If it has not ended within the limit. It is killed then.
        """
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(limit_s):
                return await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"still running {limit_s:g} s after SIGTERM:\n{self.output[-2000:]}") from None
        finally:
            self._signal_group(signal.SIGKILL)

    def pause(self) -> None:
        """Stop it in its tracks: a laptop lid, a very long collection of garbage."""
        self._signal_group(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal_group(signal.SIGCONT)

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            # Everybody in the group is gone already, which is what was wanted.
            return


def resident_kib(pid: int) -> int:
    """Proportional memory of one process, in KiB, as the kernel accounts it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise AssertionError(f"the kernel does not tell the memory of process {pid}")
