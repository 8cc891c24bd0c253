"""WebDriver BiDi over a WebSocket: commands out, results and events in.

Knows the envelope only; what the commands mean is known to :mod:`.firefox`.
"""

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Any, Self

import aiohttp

from tests.e2e.waiting import Background

Json = dict[str, Any]

REPLY_LIMIT_S = 30.0


class BidiError(Exception):
    """The browser refused a command."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Bidi:
    """One connection. Events are handed to ``on_event`` in the order they arrive."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        on_event: Callable[[str, Json], None],
    ) -> None:
        self._http = http
        self._socket = socket
        self._on_event = on_event
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._background = Background()
        self._background.start(self._read())

    @classmethod
    async def connect(cls, url: str, on_event: Callable[[str, Json], None]) -> Self:
        http = aiohttp.ClientSession()
        try:
            socket = await http.ws_connect(url, max_msg_size=0)
        except BaseException:
            await http.close()
            raise
        return cls(http, socket, on_event)

    async def call(self, method: str, **params: Any) -> Json:
        """Send a command and return its result.

        Raises:
            BidiError: If the browser refuses it, or is gone.
        """
        number = next(self._ids)
        reply = asyncio.get_running_loop().create_future()
        self._waiting[number] = reply
        try:
            await self._socket.send_str(json.dumps({"id": number, "method": method, "params": params}))
            async with asyncio.timeout(REPLY_LIMIT_S):
                result: Json = await reply
                return result
        except (ConnectionError, aiohttp.ClientError) as error:
            raise BidiError("connection closed", str(error)) from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        await self._socket.close()
        await self._http.close()
        await self._background.close()

    async def _read(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame.data)
            if message.get("type") == "event":
                self._on_event(message["method"], message["params"])
                continue
            reply = self._waiting.get(message["id"])
            # A reply that came too late has nobody waiting for it.
            if reply is None or reply.done():
                continue
            if message["type"] == "error":
                reply.set_exception(BidiError(message["error"], message["message"]))
            else:
                reply.set_result(message["result"])
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(BidiError("connection closed", "the browser is gone"))
