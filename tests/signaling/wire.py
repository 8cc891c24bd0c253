"""A server on loopback, and browsers that speak Socket.IO frame by frame, well or badly."""

import asyncio
import base64
import json
import logging
import os
import struct
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from gateway.ids import new_id
from signaling.conversation import Conversation, ConversationSettings
from signaling.metrics import SignalingMetrics
from signaling.ports import Clock
from tests.signaling.ports import ListedOrigins
from tests.signaling.world import HERE, SHOP, SITE, World

PATH = "/socket.io/?EIO=4&transport=websocket"


class Served(World):
    """A world whose conversation is served on loopback, by the clock on the wall.

    Attributes:
        records: What the standard library's loggers were told meanwhile.
        events: What our own log was told.
        address: Where browsers come from, if not from here.
    """

    def __init__(self, clock: Clock, settings: ConversationSettings | None = None) -> None:
        self._wall = clock
        self.records: list[logging.LogRecord] = []
        self.events: Sequence[Any] = []
        super().__init__(settings=settings)
        self.clock.now = clock()
        self.port = 0
        self.address = ""

    def _new_conversation(self) -> Conversation:
        self.registry = type(self.registry)()
        self.floor._clock = self._wall
        return Conversation(
            floors={SITE: self.floor},
            figures={SITE: self.figures},
            sessions=self.sessions,
            directory=self.directory,
            ice=self.ice,
            authenticator=self.authenticator,
            origins=ListedOrigins(allowed={SHOP: SITE}),
            clock=self._wall,
            process=HERE,
            new_id=new_id,
            metrics=SignalingMetrics(self.registry),
            address_of=lambda request: self.address or request.remote or "",
            settings=self.settings,
        )

    async def browser(self, *, page: str = "p", origin: str | None = SHOP) -> "Browser":
        """A browser whose caller's page is attached."""
        contact, token = await self.new_contact()
        browser = await self.open(origin=origin)
        browser.contact_id = contact
        await browser.attach("/caller", {"token": token, "page": page, "capabilities": []})
        return browser

    async def desk(self, name: str) -> "Browser":
        """A browser whose agent's page is attached."""
        browser = await self.open(origin="https://zuruf.example", cookies={"who": name})
        await browser.attach("/agent", {"token": None, "page": f"desk-of-{name}", "capabilities": []})
        return browser

    async def open(self, *, origin: str | None = SHOP, cookies: Mapping[str, str] | None = None) -> "Browser":
        """A browser with an open Engine.IO connection, and no session shown yet."""
        browser = Browser(self, cookies)
        await browser.open(origin)
        return browser

    @property
    def complaints(self) -> list[str]:
        """Tracebacks and errors in any log."""
        told = [f"{r.name}: {r.getMessage()}" for r in self.records if r.levelno >= logging.ERROR or r.exc_info]
        return told + [str(e) for e in self.events if e["log_level"] in {"error", "critical"} or "exc_info" in e]


class _Keeper(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@asynccontextmanager
async def served(clock: Clock, settings: ConversationSettings | None = None) -> AsyncIterator[Served]:
    """Serve a conversation until left; nothing may be left of it then."""
    keeper = _Keeper([])
    root = logging.getLogger()
    root.addHandler(keeper)
    try:
        with structlog.testing.capture_logs() as events:
            world = Served(clock, settings)
            world.records, world.events = keeper._records, events
            app = web.Application()
            world.conversation.attach_to(app)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            try:
                async with world:
                    await site.start()
                    world.port = runner.addresses[0][1]
                    yield world
            finally:
                await runner.cleanup()
            assert world.conversation.session_count == 0
            assert world.conversation._sockets._connections.is_empty
            assert world.conversation._sockets._attached == {}
    finally:
        root.removeHandler(keeper)


class Closed(Exception):
    """The server closed the connection, with this code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Browser:
    """One WebSocket, used as a browser would, or not."""

    def __init__(self, world: Served, cookies: Mapping[str, str] | None = None) -> None:
        self.world = world
        self.contact_id = ""
        self.namespace = ""
        self._session = ClientSession(cookies=cookies)
        self._socket: ClientWebSocketResponse | None = None
        self._count = 0

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *why: object) -> None:
        await self.close()

    @property
    def socket(self) -> ClientWebSocketResponse:
        assert self._socket is not None
        return self._socket

    async def open(self, origin: str | None) -> None:
        headers = {} if origin is None else {"Origin": origin}
        try:
            self._socket = await self._session.ws_connect(
                f"http://127.0.0.1:{self.world.port}{PATH}", headers=headers, max_msg_size=0
            )
        except BaseException:
            await self._session.close()
            raise
        assert (await self.frame()).startswith("0{")

    async def attach(self, namespace: str, auth: object) -> dict[str, Any]:
        """Show a session; answers the picture."""
        self.namespace = namespace
        await self.send(f"40{namespace},{json.dumps(auth)}")
        answer = await self.frame()
        assert answer.startswith(f"40{namespace},"), answer
        return await self.message()

    async def send(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            await self.socket.send_bytes(frame)
        else:
            await self.socket.send_str(frame)

    async def say(self, body: object) -> None:
        await self.send(f"42{self.namespace},{json.dumps(['m', body])}")

    async def ask(self, kind: str, **fields: object) -> dict[str, Any]:
        self._count += 1
        number = f"n{self._count}"
        await self.say({"type": kind, "id": number, **fields})
        while True:
            message = await self.message()
            if message.get("id") == number:
                return message

    async def frame(self) -> str:
        """The next frame; pings are answered and left out.

        Raises:
            Closed: If there is none any more.
        """
        async with asyncio.timeout(20):
            while True:
                message = await self.socket.receive()
                if message.type is not WSMsgType.TEXT:
                    raise Closed(self.socket.close_code)
                if message.data == "2":
                    await self.send("3")
                else:
                    return str(message.data)

    async def message(self) -> dict[str, Any]:
        frame = await self.frame()
        opening = f"42{self.namespace},"
        assert frame.startswith(opening), frame
        event, body = json.loads(frame.removeprefix(opening))
        assert event == "m"
        assert isinstance(body, dict)
        return body

    async def until_closed(self) -> int | None:
        """Read on until the server closes; answers the code."""
        try:
            while True:
                await self.frame()
        except Closed as closed:
            return closed.code

    async def is_alive(self) -> bool:
        """Whether a request is still answered as it should be."""
        answer = await self.ask("ack", number=0)
        return bool(answer["type"] == "reply")

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()


class RawBrowser:
    """A TCP connection that speaks WebSocket by hand, so that it can be slow, odd or silent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, response: str) -> None:
        self.reader = reader
        self.writer = writer
        self.response = response

    @classmethod
    async def open(cls, port: int, *, path: str = PATH, extensions: str = "") -> "RawBrowser":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
        key = base64.b64encode(os.urandom(16)).decode()
        offered = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{offered}\r\n".encode()
        )
        async with asyncio.timeout(10):
            response = await reader.readuntil(b"\r\n\r\n")
        return cls(reader, writer, response.decode())

    async def read_until(self, text: str) -> None:
        """Read frames, as bytes, until this was said."""
        async with asyncio.timeout(10):
            await self.reader.readuntil(text.encode())

    def stop_reading(self) -> None:
        """Leave everything that comes in the network's buffers."""
        assert isinstance(self.writer.transport, asyncio.ReadTransport)
        self.writer.transport.pause_reading()

    def send(self, text: str) -> None:
        payload = text.encode()
        mask = os.urandom(4)
        length = len(payload)
        head = bytes([0x81, 0x80 | length]) if length < 126 else struct.pack("!BBH", 0x81, 0xFE, length)
        self.writer.write(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return
