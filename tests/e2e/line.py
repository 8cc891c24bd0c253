"""A page's socket without a page: for saying what no page of ours would say.

Speaks Engine.IO and Socket.IO by hand, so that it can also speak them wrongly.
"""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, Literal, Self

import aiohttp

from tests.e2e.waiting import Background, until

Json = dict[str, Any]
Namespace = Literal["caller", "agent"]

ANSWER_LIMIT_S = 5.0


class NotLetIn(Exception):
    """The server refused the session; ``code`` says why."""

    def __init__(self, told: Json) -> None:
        super().__init__(told)
        self.code: str = told.get("data", {}).get("code", "")


class Line:
    """One socket in one namespace. Open it with :meth:`attach`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, namespace: Namespace) -> None:
        self._socket = socket
        self._namespace = namespace
        self._numbers = count(1)
        self._packets: list[str] = []
        self._background = Background()
        self._background.start(self._read())

    @classmethod
    async def attach(
        cls,
        http: aiohttp.ClientSession,
        url: str,
        namespace: Namespace,
        auth: object,
        *,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Open a socket and take a session up.

        Args:
            origin: Which page it pretends to be; the server's own, if not said.

        Raises:
            NotLetIn: If the session is refused.
            aiohttp.WSServerHandshakeError: If the socket is.
        """
        socket = await http.ws_connect(
            f"{url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket",
            headers={"Origin": origin or url, **(headers or {})},
        )
        self = cls(socket, namespace)
        try:
            await self.say(f"40/{namespace},{json.dumps(auth)}")
            answer = await self._packet(("40", "44"))
            if answer.startswith("44"):
                raise NotLetIn(_body(answer))
        except BaseException:
            await self.close()
            raise
        return self

    @property
    def close_code(self) -> int | None:
        """Why it was closed; ``None`` while it is open."""
        return self._socket.close_code

    @property
    def messages(self) -> list[Json]:
        """What the server has said so far."""
        return [_body(packet)[1] for packet in self._packets if packet.startswith("42")]

    async def say(self, frame: str) -> None:
        """Send a frame as it is."""
        await self._socket.send_str(frame)

    async def tell(self, message: object) -> None:
        """Send something as a message, whatever it is."""
        await self.say(f"42/{self._namespace},{json.dumps(['m', message])}")

    async def ask(self, message: Json) -> Json:
        """Send a request and return its answer."""
        number = f"n{next(self._numbers)}"
        await self.tell({**message, "id": number})
        return await self.told(lambda m: m.get("id") == number, saying=f"{message['type']} is answered")

    async def told(self, good: Any, *, saying: str, limit_s: float = ANSWER_LIMIT_S) -> Json:
        """Wait for a message that satisfies a predicate, past ones included; the newest counts."""

        async def look() -> Json | None:
            return next((m for m in reversed(self.messages) if good(m)), None)

        found = await until(look, limit_s=limit_s, saying=saying)
        assert found is not None
        return found

    async def to_be_closed(self) -> int:
        """Wait until the server has closed it, and return the code."""

        async def look() -> int | None:
            return self.close_code

        code = await until(look, limit_s=ANSWER_LIMIT_S, saying="the server closes the socket")
        assert code is not None
        return code

    async def close(self) -> None:
        await self._socket.close()
        await self._background.close()

    async def _packet(self, kinds: tuple[str, ...]) -> str:
        async def look() -> str | None:
            assert self.close_code is None, f"closed with {self.close_code}"
            return next((p for p in self._packets if p.startswith(kinds)), None)

        found = await until(look, limit_s=ANSWER_LIMIT_S, saying="the server answers the attach")
        assert found is not None
        return found

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                if frame.data == "2":
                    await self._socket.send_str("3")
                else:
                    self._packets.append(frame.data)


def _body(packet: str) -> Any:
    """The JSON behind a packet's type and namespace."""
    return json.loads(packet[packet.index(",") + 1 :])
