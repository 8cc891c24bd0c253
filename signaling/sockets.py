"""Sockets, as Socket.IO makes them; sessions live elsewhere and outlast them.

The only module that knows Socket.IO. Every frame is read here before the library sees it,
so that the library is only ever given what it can read: it would answer rubbish with
tracebacks. It is also kept from compressing (which costs four times the memory), from
queueing without bound, and from logging what people say.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, Protocol

import engineio
import engineio.exceptions
import msgspec
import socketio
import socketio.exceptions
import socketio.packet
import structlog
from aiohttp import WSMsgType, web

from acd.ids import Millis
from signaling.dispatch import Undecodable
from signaling.metrics import SignalingMetrics
from signaling.ports import Clock, Origins
from signaling.protocol.attach import ConnectRefused
from signaling.protocol.base import Message
from signaling.protocol.limits import (
    AGENT_NAMESPACE,
    CALLER_NAMESPACE,
    EVENT,
    FRAME_BYTES,
    SOCKET_PATH,
    SUPERVISOR_NAMESPACE,
    UNDECODABLE_FRAMES,
)
from signaling.rate import address_prefix
from signaling.refusals import AttachFault, ConnectRefusal
from signaling.sessions import Wire

Start = Callable[[Coroutine[Any, Any, object]], asyncio.Task[None] | None]
Namespace = Literal["/caller", "/agent", "/supervisor"]
NAMESPACES: Final[tuple[Namespace, ...]] = (CALLER_NAMESPACE, AGENT_NAMESPACE, SUPERVISOR_NAMESPACE)

PING_EVERY_S: Final = 10
PING_WITHIN_S: Final = 8
MOST_BYTES_BEHIND: Final = 1_000_000
MOST_PACKETS_BEHIND: Final = 500

_ATTACH_WITHIN_S: Final = 30.0
_MOST_ATTEMPTS: Final = 5
_CLOSE_WITHIN_S: Final = 2.0
_DEEPEST: Final = 16
_PROTOCOL_ERROR: Final = 1002
_KEY: Final = "zuruf.connection"

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The HTTP request that a socket began with, as far as anybody cares.

    Attributes:
        origin: ``None`` outside browsers.
    """

    origin: str | None
    cookies: Mapping[str, str]
    address: str


class Attachment(Protocol):
    """A session, taken up on one socket."""

    def show_from_now(self) -> None:
        """The client was told that it is connected."""

    async def receive(self, body: object) -> None:
        """A message came in.

        Raises:
            Undecodable: If it was none.
        """

    async def detach(self) -> None:
        """The socket is gone."""


class Host(Protocol):
    """Takes sessions up."""

    async def attach(self, namespace: Namespace, auth: object, opening: Opening, wire: Wire) -> Attachment:
        """Take the session up that the client shows.

        Raises:
            ConnectRefusal: If that will not do.
        """


class Sockets:
    """The Socket.IO endpoint of one process.

    Args:
        start: Runs a job beside everything else, until the conversation ends.
        most_unattached: How many connections may be open that showed no session yet, in all
            and from one address prefix.
    """

    def __init__(
        self,
        host: Host,
        *,
        origins: Origins,
        clock: Clock,
        metrics: SignalingMetrics,
        address_of: Callable[[web.Request], str],
        start: Start,
        most_unattached: int,
        most_unattached_per_prefix: int,
    ) -> None:
        self._host = host
        self._origins = origins
        self._clock = clock
        self._metrics = metrics
        self._address_of = address_of
        self._start = start
        self._connections = _Connections(most_unattached, most_unattached_per_prefix)
        self._attached: dict[str, _Connection] = {}
        self._server = _Server(
            start,
            async_mode="aiohttp",
            transports=["websocket"],
            namespaces=list(NAMESPACES),
            async_handlers=False,
            ping_interval=PING_EVERY_S,
            ping_timeout=PING_WITHIN_S,
            max_http_buffer_size=FRAME_BYTES,
            cors_allowed_origins=self._may_open,
            cors_credentials=False,
            logger=_Quiet(metrics),
            engineio_logger=_Quiet(metrics),
        )
        # The driver's table is the library's own: change a copy.
        self._server.eio._async = {**self._server.eio._async, "websocket": self._driver}
        for namespace in NAMESPACES:
            self._server.on("connect", partial(self._on_connect, namespace), namespace=namespace)
            self._server.on(EVENT, self._on_message, namespace=namespace)
            self._server.on("disconnect", self._on_disconnect, namespace=namespace)

    def attach_to(self, app: web.Application) -> None:
        """Serve under the one path there is."""
        app.router.add_get(f"{SOCKET_PATH}/", self._on_request)

    async def close(self) -> None:
        """End every connection, and the library's own jobs."""
        async with asyncio.TaskGroup() as closing:
            for connection in self._connections.open():
                closing.create_task(connection.end())
        await self._server.shutdown()

    # HTTP.

    async def _on_request(self, request: web.Request) -> web.StreamResponse:
        if not web.WebSocketResponse().can_prepare(request):
            return web.Response(status=426, headers={"Upgrade": "websocket"}, text="WebSocket only")
        if self._connections.are_full_for(self._prefix_of(request)):
            return web.Response(status=503, headers={"Retry-After": "2"}, text="Too many connections")
        response: web.StreamResponse = await self._server.handle_request(request)
        return response

    def _prefix_of(self, request: web.Request) -> str:
        return address_prefix(self._address_of(request))

    def _may_open(self, origin: str, _: object = None) -> bool:
        return self._origins.is_own(origin) or self._origins.is_allowed(origin, None)

    def _driver(self, handler: "_Handler", _: object) -> "_Connection":
        return _Connection(handler, self._clock, self._metrics, self._connections, self._prefix_of)

    # Socket.IO.

    async def _on_connect(self, namespace: Namespace, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        connection: _Connection = environ[_KEY]
        request = connection.request
        opening = Opening(
            origin=request.headers.get("Origin"), cookies=request.cookies, address=self._address_of(request)
        )
        engine_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
        wire = _SocketWire(connection, namespace, partial(self._server.eio.send, engine_sid))
        try:
            attachment = await self._host.attach(namespace, auth, opening, wire)
        except ConnectRefusal as refusal:
            raise self._refused(refusal) from None
        except Exception:
            self._metrics.request_errors_total.inc()
            _log.exception("attach_failed")
            raise self._refused(AttachFault()) from None
        connection.attached(namespace, attachment)
        self._attached[sid] = connection
        # Runs after the library has queued its own answer, for nothing is awaited until then.
        self._start(_later(attachment.show_from_now))

    def _refused(self, refusal: ConnectRefusal) -> socketio.exceptions.ConnectionRefusedError:
        self._metrics.connects_refused_total.labels(refusal.code).inc()
        told = ConnectRefused(code=refusal.code, retryable=refusal.retryable, retry_after_ms=refusal.retry_after_ms)
        return socketio.exceptions.ConnectionRefusedError(refusal.code, msgspec.to_builtins(told))

    async def _on_message(self, sid: str, body: object) -> None:
        connection = self._attached.get(sid)
        if connection is not None and connection.attachment is not None:
            try:
                await connection.attachment.receive(body)
            except Undecodable:
                connection.strike("message")

    async def _on_disconnect(self, sid: str, _: object = None) -> None:
        connection = self._attached.pop(sid, None)
        if connection is not None and (attachment := connection.detached()) is not None:
            # Not awaited: whoever found the socket dead may hold the session's turn.
            self._start(attachment.detach())


async def _later(call: Callable[[], None]) -> None:
    call()


# One connection.

_Handler = Callable[["_Connection"], Coroutine[Any, Any, None]]


class _Connections:
    """Those that are open, and which of them show no session."""

    def __init__(self, most_unattached: int, most_per_prefix: int) -> None:
        self._most_unattached = most_unattached
        self._most_per_prefix = most_per_prefix
        self._open: set[_Connection] = set()
        self._unattached: set[_Connection] = set()
        self._from: Counter[str] = Counter()

    def open(self) -> "list[_Connection]":
        """All of them, now."""
        return list(self._open)

    @property
    def is_empty(self) -> bool:
        """Whether none is open, and nothing of any is remembered."""
        return not self._open and not self._unattached and not self._from

    def are_full_for(self, prefix: str) -> bool:
        """Whether nobody may open another one, or nobody from there, before more sessions are shown."""
        return len(self._unattached) >= self._most_unattached or self._from[prefix] >= self._most_per_prefix

    def opened(self, connection: "_Connection") -> None:
        """It is open, and shows no session yet."""
        self._open.add(connection)
        self.detached(connection)

    def closed(self, connection: "_Connection") -> None:
        """It is closed."""
        self._open.discard(connection)
        self.attached(connection)

    def detached(self, connection: "_Connection") -> None:
        """It shows no session any more. Harmless if it is closed."""
        if connection in self._open and connection not in self._unattached:
            self._unattached.add(connection)
            self._from[connection.prefix] += 1

    def attached(self, connection: "_Connection") -> None:
        """It shows a session."""
        if connection in self._unattached:
            self._unattached.remove(connection)
            self._from[connection.prefix] -= 1
            if not self._from[connection.prefix]:
                del self._from[connection.prefix]


class _Connection:
    """A WebSocket, as Engine.IO's aiohttp driver wants it: called once, then read and written."""

    def __init__(
        self,
        handler: _Handler,
        clock: Clock,
        metrics: SignalingMetrics,
        connections: _Connections,
        prefix_of: Callable[[web.Request], str],
    ) -> None:
        self._handler = handler
        self._clock = clock
        self._metrics = metrics
        self._connections = connections
        self._prefix_of = prefix_of
        self.prefix = ""
        self._socket = web.WebSocketResponse(max_msg_size=FRAME_BYTES, compress=False, timeout=_CLOSE_WITHIN_S)
        self._request: web.Request | None = None
        self._namespace: Namespace | None = None
        self._attach_by = 0.0
        self._attempts = 0
        self._strikes = 0
        self._packets_behind = 0
        self._bytes_behind = 0
        self._is_cut_off = False
        self._is_probing = False
        self._is_finished = False
        # Made only once somebody waits: most connections are idle, and each is to be small.
        self._changed: asyncio.Event | None = None
        self.attachment: Attachment | None = None
        self.heard_at = clock()

    async def __call__(self, environ: dict[str, Any]) -> web.StreamResponse:
        request: web.Request = environ["aiohttp.request"]
        self._request, self.prefix = request, self._prefix_of(request)
        await self._socket.prepare(request)
        # The library keeps this as long as the connection, and reads nothing of it any more.
        environ.clear()
        environ[_KEY] = self
        self._connections.opened(self)
        self._expect_attach()
        try:
            await self._handler(self)
        finally:
            self._connections.closed(self)
            self._is_finished = True
            self._wake()
        return self._socket

    # What the library asks of it.

    async def wait(self) -> str:
        """The next frame that can be read. Frames that cannot are counted and left out."""
        while True:
            if self._strikes >= UNDECODABLE_FRAMES:
                self._metrics.sockets_dropped_total.labels("undecodable").inc()
                await self._socket.close(code=_PROTOCOL_ERROR)
                raise OSError
            frame = await self._next_frame()
            self.heard_at = self._clock()
            if frame == _CLOSE:
                # The library would go on waiting for what cannot come any more.
                await self._socket.close()
                raise OSError
            if frame is None:
                self.strike("engine")
            elif (level := self._unreadable(frame)) is not None:
                self.strike(level)
            else:
                return frame

    async def send(self, frame: str) -> None:
        """Write a frame; returns once the far end takes it."""
        await self._socket.send_str(frame)
        if frame.startswith("42"):
            self._packets_behind -= 1
            self._bytes_behind -= len(frame)
            self._wake()

    async def close(self) -> None:
        """The library is done with it."""
        await self._socket.close()

    # What sessions ask of it, through their wire.

    def may_queue(self, length: int) -> bool:
        """Count a frame as queued; ``False``, and the connection is cut off, if there are too many."""
        if self._is_finished:
            return False
        self._packets_behind += 1
        self._bytes_behind += length
        if self._packets_behind <= MOST_PACKETS_BEHIND and self._bytes_behind <= MOST_BYTES_BEHIND:
            return True
        if not self._is_cut_off:
            self._metrics.sockets_dropped_total.labels("stalled").inc()
            self._cut_off()
        return False

    async def probe(self) -> None:
        """Have the client answer at once, as every one of them answers the library's own pings.

        Written past the library, which takes an answer for one to its own ping and does not
        know that this one was asked: when it takes a client for dead does not change.
        """
        if not self._is_probing and not self._is_finished:
            self._is_probing = True
            try:
                await self._socket.send_str(_PING)
            except ConnectionError:
                _log.debug("probed_closed_socket")
            finally:
                self._is_probing = False

    async def end(self) -> None:
        """Send what is queued, close, and wait until it is closed; cut it off if that takes long."""
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                await self._until(lambda: self._is_finished or not self._packets_behind)
                await self._socket.close()
                await self._until(lambda: self._is_finished)
        except (TimeoutError, ConnectionError):
            self._cut_off()

    def attached(self, namespace: Namespace, attachment: Attachment) -> None:
        """A session was taken up."""
        self._namespace = namespace
        self.attachment = attachment
        self._connections.attached(self)

    def detached(self) -> Attachment | None:
        """Let go of the session. The client may show one again, if it does so soon."""
        attachment, self.attachment, self._namespace = self.attachment, None, None
        self._connections.detached(self)
        self._expect_attach()
        return attachment

    def strike(self, level: str) -> None:
        """Count a frame that could not be read."""
        self._strikes += 1
        self._metrics.frames_undecodable_total.labels(level).inc()

    async def _until(self, what: Callable[[], bool]) -> None:
        if self._changed is None:
            self._changed = asyncio.Event()
        while not what():
            self._changed.clear()
            await self._changed.wait()

    def _wake(self) -> None:
        if self._changed is not None:
            self._changed.set()

    def _expect_attach(self) -> None:
        self._attach_by = asyncio.get_running_loop().time() + _ATTACH_WITHIN_S

    def _cut_off(self) -> None:
        self._is_cut_off = True
        if self._request is not None and self._request.transport is not None:
            self._request.transport.abort()

    @property
    def request(self) -> web.Request:
        """What it began with."""
        assert self._request is not None, "a connection begins with a request"
        return self._request

    async def _next_frame(self) -> str | None:
        """The next frame, ``None`` for one that is not text.

        Raises:
            OSError: If there will be no more.
        """
        try:
            async with asyncio.timeout_at(self._attach_by if self.attachment is None else None):
                message = await self._socket.receive()
        except TimeoutError:
            self._metrics.sockets_dropped_total.labels("never_attached").inc()
            await self._socket.close()
            raise OSError from None
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.BINARY:
            return None
        raise OSError

    def _unreadable(self, frame: str) -> str | None:
        """At which level the frame cannot be read; ``None`` if it can."""
        if frame == _PONG:
            return None
        if not frame.startswith(_MESSAGE) or frame[1:2] not in {_CONNECT, _DISCONNECT, _EVENT}:
            return "engine" if frame[:1] != _MESSAGE else "socket"
        try:
            packet = socketio.packet.Packet(encoded_packet=frame[1:])
        except (ValueError, IndexError, RecursionError):
            return "socket"
        return None if self._makes_sense(packet) else "socket"

    def _makes_sense(self, packet: Any) -> bool:
        if packet.id is not None or not _is_plain(packet.data):
            return False
        match packet.packet_type:
            case socketio.packet.CONNECT:
                self._attempts += 1
                return self._namespace is None and self._attempts <= _MOST_ATTEMPTS
            case socketio.packet.DISCONNECT:
                return self._namespace is not None and packet.namespace == self._namespace
            case _:
                return (
                    self._namespace is not None
                    and packet.namespace == self._namespace
                    and isinstance(packet.data, list)
                    and len(packet.data) == 2
                    and packet.data[0] == EVENT
                )


_MESSAGE, _PING, _PONG, _CLOSE = "4", "2", "3", "1"
_CONNECT, _DISCONNECT, _EVENT = "0", "1", "2"


def _is_plain(value: object) -> bool:
    """Whether a JSON value is nested no deeper than ours are, and its strings can be written again."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for item in level:
            match item:
                case str() if not item.isascii() and not _can_be_written(item):
                    return False
                case dict():
                    inner.extend(item.keys())
                    inner.extend(item.values())
                case list():
                    inner.extend(item)
                case _:
                    pass
        if not inner:
            return True
        level = inner
    return False


def _can_be_written(text: str) -> bool:
    """Half of a surrogate pair can be said in JSON, but not in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _SocketWire:
    """A connection, as a session sees it."""

    def __init__(
        self, connection: _Connection, namespace: Namespace, send: Callable[[str], Coroutine[Any, Any, None]]
    ) -> None:
        self._connection = connection
        self._opening = f'2{namespace},["{EVENT}",'
        self._send = send

    @property
    def heard_at(self) -> Millis:
        return self._connection.heard_at

    async def push(self, message: Message) -> None:
        frame = f"{self._opening}{msgspec.json.encode(message).decode()}]"
        # The library adds one character for Engine.IO.
        if self._connection.may_queue(len(frame) + 1):
            try:
                await self._send(frame)
            except engineio.exceptions.SocketIsClosedError:
                _log.debug("pushed_to_closed_socket")

    async def probe(self) -> None:
        await self._connection.probe()

    async def close(self, farewell: Message | None = None) -> None:
        if farewell is not None:
            await self.push(farewell)
        await self._connection.end()


# The library, kept in its place.


class _Engine(engineio.AsyncServer):  # type: ignore[misc]  # The library is not typed.
    """Engine.IO whose background jobs end when the conversation does."""

    def __init__(self, start: Start, **options: Any) -> None:
        self._start = start
        super().__init__(**options)

    def start_background_task(
        self, target: Callable[..., Coroutine[Any, Any, object]], *args: Any, **kwargs: Any
    ) -> asyncio.Task[None] | None:
        return self._start(target(*args, **kwargs))


class _Server(socketio.AsyncServer):  # type: ignore[misc]  # The library is not typed.
    """Socket.IO on that Engine.IO."""

    def __init__(self, start: Start, **options: Any) -> None:
        self._start = start
        super().__init__(**options)

    def _engineio_server_class(self) -> Callable[..., _Engine]:
        return partial(_Engine, self._start)


class _Quiet:
    """What the libraries would log contains what people say. Only that something broke is told."""

    def __init__(self, metrics: SignalingMetrics) -> None:
        self._metrics = metrics

    def debug(self, *_: object) -> None:
        """Nothing to tell."""

    info = warning = error = debug

    def exception(self, *_: object) -> None:
        """The library could not cope with something."""
        self._metrics.request_errors_total.inc()
        kind = sys.exc_info()[0]
        _log.error("socket_library_failed", kind=kind.__name__ if kind is not None else "")
