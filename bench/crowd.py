"""Callers without pages, in a process of their own: ``python -m bench.crowd``.

Reads orders, one JSON object a line, and answers each in the same way. Whoever loses the
socket comes back by itself, with the pauses of ``web/packages/protocol/src/backoff.ts``.
Times are of the machine's monotonic clock, which all processes share.
"""

import asyncio
import json
import random
import secrets
import sys
from typing import Any, Final

import aiohttp

from bench.line import Line

_FIRST_S: Final = 0.5
_SHORTEST_S: Final = 1.0
_LONGEST_S: Final = 30.0
_PART: Final = 1 / 3
_SETTLED_S: Final = 5.0
_ATTACH_WITHIN_S: Final = 10.0
_ASKING_AT_ONCE: Final = 16
_ATTACHING_AT_ONCE: Final = 50


def pause(trouble_s: float) -> float:
    """How long a page waits before its next attempt; as ``backoff.ts`` has it."""
    bound = _FIRST_S if trouble_s == 0 else min(_LONGEST_S, max(_SHORTEST_S, trouble_s * _PART))
    return random.random() * bound


class Caller:
    """One caller, who holds on until told to leave."""

    def __init__(self, port: int, token: str, place: int, *, offers_deflate: bool) -> None:
        self._port = port
        self._auth = {"token": token, "page": secrets.token_urlsafe(16), "capabilities": []}
        self._offers_deflate = offers_deflate
        self._trouble_since: float | None = None
        self.place = place
        self.is_here = asyncio.Event()
        self.kept = True
        self.attempts = 0
        self.attempted_at = self.attached_at = self.lost_at = 0.0

    async def stay(self, doorway: asyncio.Semaphore) -> None:
        """Attach, hold on, come back, until cancelled. The doorway is only for the first time."""
        clock = asyncio.get_running_loop().time
        async with doorway:
            line = await self._attempt()
        while True:
            if line is not None:
                self.is_here.set()
                await line.closed.wait()
                self.is_here.clear()
                self.lost_at = clock()
                self.attempts = 0
                if self.lost_at - self.attached_at > _SETTLED_S:
                    self._trouble_since = None
            now = clock()
            if self._trouble_since is None:
                self._trouble_since = now
            await asyncio.sleep(pause(now - self._trouble_since))
            line = await self._attempt()

    async def _attempt(self) -> Line | None:
        loop = asyncio.get_running_loop()
        self.attempts += 1
        self.attempted_at = loop.time()
        try:
            _, line = await loop.create_connection(self._line, "127.0.0.1", self._port)
        except OSError:
            return None
        try:
            async with asyncio.timeout(_ATTACH_WITHIN_S):
                snapshot = await line.attached
        except (TimeoutError, ConnectionError):
            line.close()
            return None
        except asyncio.CancelledError:
            line.close()
            raise
        self.attached_at = loop.time()
        self.kept = snapshot["contact"]["position"] == self.place
        return line

    def _line(self) -> Line:
        return Line(f"localhost:{self._port}", self._auth, offers_deflate=self._offers_deflate)


class Crowd:
    """Everybody in this process."""

    def __init__(self, jobs: asyncio.TaskGroup) -> None:
        self._jobs = jobs
        self._callers: list[Caller] = []
        self._staying: list[asyncio.Task[None]] = []

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do as told and answer."""
        match order:
            case {"do": "join", "port": int(port), "count": int(count)}:
                return await self._join(port, await self._contacts(port, count), offers_deflate=True)
            case {"do": "connect", "port": int(port), "count": int(count)}:
                return await self._join(port, [("none", 0)] * count, offers_deflate=False)
            case {"do": "return", "within": int(within)}:
                return await self._return(within)
            case _:
                raise ValueError(f"not an order: {order}")

    async def _contacts(self, port: int, count: int) -> list[tuple[str, int]]:
        """Ask for so many contacts; answers each one's token and place."""
        asking = asyncio.Semaphore(_ASKING_AT_ONCE)
        body = {"site": "bench", "group": "line", "channel": "voice", "language": "en", "pageUrl": "", "pageTitle": ""}

        async def ask(http: aiohttp.ClientSession) -> tuple[str, int]:
            headers = {"Idempotency-Key": secrets.token_hex(16), "X-Zuruf-Visitor": secrets.token_hex(16)}
            async with asking, http.post("/api/v1/contacts", json=body, headers=headers) as answer:
                created = await answer.json()
                assert answer.status == 201, created
                return created["sessionToken"], created["position"]

        origin = {"Origin": f"http://localhost:{port}"}
        async with (
            aiohttp.ClientSession(f"http://localhost:{port}", headers=origin) as http,
            asyncio.TaskGroup() as jobs,
        ):
            asked = [jobs.create_task(ask(http)) for _ in range(count)]
        return [task.result() for task in asked]

    async def _join(self, port: int, contacts: list[tuple[str, int]], *, offers_deflate: bool) -> dict[str, Any]:
        doorway = asyncio.Semaphore(_ATTACHING_AT_ONCE)
        new = [Caller(port, token, place, offers_deflate=offers_deflate) for token, place in contacts]
        self._callers += new
        self._staying += [self._jobs.create_task(caller.stay(doorway)) for caller in new]
        for caller in new:
            await caller.is_here.wait()
        return {"here": len(self._callers)}

    async def _return(self, within_s: int) -> dict[str, Any]:
        """Wait until everybody is back, but not for ever; answers how each fared."""
        try:
            async with asyncio.timeout(within_s):
                for caller in self._callers:
                    await caller.is_here.wait()
        except TimeoutError:
            pass
        back = [caller for caller in self._callers if caller.is_here.is_set()]
        return {
            "missing": len(self._callers) - len(back),
            "displaced": sum(not caller.kept for caller in back),
            "attempts": [caller.attempts for caller in back],
            "attempted": [caller.attempted_at for caller in back],
            "attached": [caller.attached_at for caller in back],
        }

    def leave(self) -> None:
        for task in self._staying:
            task.cancel()


async def main() -> None:
    orders = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with asyncio.TaskGroup() as jobs:
        crowd = Crowd(jobs)
        while order := await orders.readline():
            print(json.dumps(await crowd.obey(json.loads(order))), flush=True)
        crowd.leave()


if __name__ == "__main__":
    asyncio.run(main())
