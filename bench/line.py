"""A caller's socket at the least cost: WebSocket and Socket.IO by hand, text frames only.

Cheap, so that a crowd of thousands in one process measures the server and not itself.
"""

import asyncio
import base64
import json
import os
import struct
from typing import Any, Final

NAMESPACE: Final = "/caller"

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_MASK: Final = b"\0\0\0\0"
"""Masks nothing, which is allowed, and costs nothing."""


class Line(asyncio.Protocol):
    """One socket. Ends by itself when the server does; ``closed`` tells."""

    def __init__(self, host: str, auth: dict[str, Any], *, offers_deflate: bool) -> None:
        self._host = host
        self._auth = auth
        self._offer = (
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" if offers_deflate else ""
        )
        self._transport: asyncio.Transport | None = None
        self._pending = b""
        self._is_open = False
        loop = asyncio.get_running_loop()
        self.attached: asyncio.Future[dict[str, Any]] = loop.create_future()
        """The server's snapshot. Fails if the server says no, or nothing."""
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Origin: http://{self._host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{self._offer}\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._pending += data
        if not self._is_open:
            head, found, rest = self._pending.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self.close()
                return
            self._is_open, self._pending = True, rest
        while (frame := self._next_frame()) is not None:
            kind, body = frame
            if kind == _TEXT:
                self._told(body.decode())
            elif kind == _PING:
                self._write(_PONG, body)
            elif kind == _CLOSE:
                self.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.attached.done():
            self.attached.set_exception(ConnectionError("closed before it was attached"))
            # Whoever stopped waiting for it does not want to hear of it.
            self.attached.exception()
        self.closed.set()

    def close(self) -> None:
        """End it. Safe to repeat."""
        if self._transport is not None:
            self._transport.abort()

    def _told(self, packet: str) -> None:
        if packet == "2":
            self._write(_TEXT, b"3")
        elif packet.startswith("0"):
            self._write(_TEXT, f"40{NAMESPACE},{json.dumps(self._auth)}".encode())
        elif packet.startswith("44"):
            self.close()
        elif packet.startswith("42") and not self.attached.done():
            message = json.loads(packet[packet.index(",") + 1 :])[1]
            if message["type"] == "caller.attached":
                self.attached.set_result(message)

    def _write(self, kind: int, body: bytes) -> None:
        assert self._transport is not None
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        self._transport.write(bytes([0x80 | kind]) + length + _MASK + body)

    def _next_frame(self) -> tuple[int, bytes] | None:
        pending = self._pending
        if len(pending) < 2:
            return None
        size, start = pending[1] & 0x7F, 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(pending) < start:
                return None
            size = int.from_bytes(pending[2:start], "big")
        if len(pending) < start + size:
            return None
        self._pending = pending[start + size :]
        return pending[0] & 0x0F, pending[start : start + size]
