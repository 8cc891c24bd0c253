"""A TCP proxy with faults: cut, stalled, half open.

For faults between a browser and the server on loopback. It does not touch media; for that
put the person behind a :class:`~tests.e2e.network.Namespace`.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from tests.e2e.waiting import Background

CHUNK = 65_536

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Proxy:
    """Passes connections on to a server until told otherwise. Start it with :meth:`start`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._background = Background()
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._refusing = False
        self._server: asyncio.Server
        self.port: int

    @classmethod
    async def start(cls, port: int) -> "Proxy":
        """Listen on a free loopback port for a server on another."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        return await cls.on(listener, lambda: asyncio.open_connection("127.0.0.1", port))

    @classmethod
    async def on(cls, listener: socket.socket, connect: Connect) -> "Proxy":
        """Listen on a socket that is bound already and connect by other means than usual."""
        self = cls(connect)
        self._server = await asyncio.start_server(self._accept, sock=listener)
        self.port = listener.getsockname()[1]
        return self

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def cut(self) -> None:
        """Reset what is open and refuse what comes, until :meth:`restore`."""
        self._refusing = True
        for writer in list(self._open):
            writer.transport.abort()

    def stall(self) -> None:
        """Keep connections open and carry nothing, until :meth:`restore`.

        This is what a half-open connection looks like from both ends: nobody says goodbye.
        """
        self._flowing.clear()

    def restore(self) -> None:
        """Carry again. What was stalled arrives late and complete."""
        self._refusing = False
        self._flowing.set()

    def forget(self) -> None:
        """Drop the server's side only: the browser's side stays open and hears nothing more."""
        self.stall()
        for writer in list(self._open):
            if writer.get_extra_info("towards") == "server":
                writer.transport.abort()

    async def close(self) -> None:
        self._server.close()
        self.cut()
        await self._background.close()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._background.start(self._serve(reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            await self._flowing.wait()
            far_reader, far_writer = await self._connect()
        except OSError:
            # The server is not there. To the browser that is a reset.
            self._drop(writer)
            return
        self._open.add(far_writer)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, far_writer))
                both.create_task(self._carry(far_reader, writer))
        finally:
            self._drop(writer)
            self._drop(far_writer)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.transport.abort()

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(CHUNK):
                await self._flowing.wait()
                sink.write(chunk)
                await sink.drain()
            await self._flowing.wait()
            sink.write_eof()
        except OSError:
            # One side is gone; then the other goes too.
            sink.transport.abort()
