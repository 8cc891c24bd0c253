"""Whether a TURN server is there and takes our credentials: what a browser would do first.

Speaks as much of STUN (RFC 8489) and TURN (RFC 8656) as that takes: a Binding for
``stun:``, an Allocate, refused first for want of credentials, for ``turn:``.
"""

import asyncio
import hashlib
import hmac
import secrets
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Protocol

_MAGIC = 0x2112A442
_HEADER = struct.Struct("!HHI12s")
_BINDING, _ALLOCATE, _REFRESH = 0x0001, 0x0003, 0x0004
_SUCCESS, _ERROR = 0x0100, 0x0110
_USERNAME, _INTEGRITY, _ERROR_CODE, _LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
_REALM, _NONCE, _REQUESTED_TRANSPORT = 0x0014, 0x0015, 0x0019
_OVER_UDP = bytes((17, 0, 0, 0))
_RESEND_S = 0.5


class TurnUnreachable(Exception):
    """Nothing that speaks STUN answers at the address."""


class CredentialsRefused(Exception):
    """The server is there and does not take our credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAddress:
    """A ``turn:`` or ``stun:`` address taken apart."""

    host: str
    port: int
    transport: Literal["udp", "tcp", "tls"]
    relays: bool


def parse_address(url: str) -> TurnAddress:
    """Take an address as in RFC 7065 apart.

    Raises:
        ValueError: If it is none.
    """
    scheme, _, rest = url.partition(":")
    where, _, query = rest.partition("?")
    host, colon, port = where.rpartition(":")
    if not colon or where.endswith("]"):
        host, port = where, ""
    if scheme not in ("turn", "turns", "stun", "stuns") or not host or not (port.isdecimal() or not port):
        raise ValueError(f"{url} is not a TURN address")
    is_tls = scheme.endswith("s")
    return TurnAddress(
        host=host.strip("[]"),
        port=int(port) if port else 5349 if is_tls else 3478,
        transport="tls" if is_tls else "tcp" if query == "transport=tcp" else "udp",
        relays=scheme.startswith("turn"),
    )


async def probe(
    address: TurnAddress, *, username: str, credential: str, within_s: float = 4.0, tls: ssl.SSLContext | None = None
) -> None:
    """Ask for what a browser would ask for.

    Raises:
        TurnUnreachable: If no answer comes in time.
        CredentialsRefused: If the server refuses what it is asked with them.
    """
    try:
        async with asyncio.timeout(within_s), _line(address, tls) as line:
            if not address.relays:
                await _ask(line, _BINDING, {})
                return
            await _allocate(line, username, credential)
    except (TimeoutError, OSError, asyncio.IncompleteReadError) as why:
        raise TurnUnreachable(str(why) or "no answer") from why


async def _allocate(line: "_Line", username: str, credential: str) -> None:
    wanted = {_REQUESTED_TRANSPORT: _OVER_UDP}
    kind, answer = await _ask(line, _ALLOCATE, wanted)
    if kind == _ALLOCATE | _SUCCESS:
        return
    if _REALM not in answer or _NONCE not in answer:
        raise CredentialsRefused(_code(answer))
    realm = answer[_REALM]
    said = {_USERNAME: username.encode(), _REALM: realm, _NONCE: answer[_NONCE]}
    # MD5 is what the protocol prescribes here; the password itself expires.
    key = hashlib.md5(b":".join((username.encode(), realm, credential.encode())), usedforsecurity=False).digest()
    kind, answer = await _ask(line, _ALLOCATE, wanted | said, key)
    if kind != _ALLOCATE | _SUCCESS:
        raise CredentialsRefused(_code(answer))
    await _ask(line, _REFRESH, {_LIFETIME: bytes(4)} | said, key)


def _code(answer: Mapping[int, bytes]) -> str:
    code = answer.get(_ERROR_CODE, b"")
    return f"error {code[2] * 100 + code[3]}" if len(code) >= 4 else "an error without a code"


class _Line(Protocol):
    async def exchange(self, request: bytes) -> bytes:
        """Send a request and wait for a message."""


async def _ask(
    line: _Line, kind: int, attributes: Mapping[int, bytes], key: bytes | None = None
) -> tuple[int, dict[int, bytes]]:
    transaction = secrets.token_bytes(12)
    answer = await line.exchange(_message(kind, transaction, attributes, key))
    answered, _, magic, about = _HEADER.unpack_from(answer)
    if magic != _MAGIC or about != transaction or answered not in (kind | _SUCCESS, kind | _ERROR):
        raise TurnUnreachable("what answers is not a STUN server")
    return answered, _attributes(answer[_HEADER.size :])


def _message(kind: int, transaction: bytes, attributes: Mapping[int, bytes], key: bytes | None) -> bytes:
    body = b"".join(_attribute(name, value) for name, value in attributes.items())
    if key is None:
        return _HEADER.pack(kind, len(body), _MAGIC, transaction) + body
    # The length covers the attribute that the hash then fills.
    signed = _HEADER.pack(kind, len(body) + 24, _MAGIC, transaction) + body
    return signed + _attribute(_INTEGRITY, hmac.digest(key, signed, "sha1"))


def _attribute(name: int, value: bytes) -> bytes:
    return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)


def _attributes(body: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(body) >= 4:
        name, length = struct.unpack_from("!HH", body)
        found.setdefault(name, body[4 : 4 + length])
        body = body[4 + length + -length % 4 :]
    return found


@asynccontextmanager
async def _line(address: TurnAddress, tls: ssl.SSLContext | None) -> AsyncIterator[_Line]:
    if address.transport == "udp":
        transport, line = await asyncio.get_running_loop().create_datagram_endpoint(
            _Datagrams, remote_addr=(address.host, address.port)
        )
        try:
            yield line
        finally:
            transport.close()
        return
    # Whether the certificate is one that browsers accept is part of the question.
    context = (tls or ssl.create_default_context()) if address.transport == "tls" else None
    reader, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    try:
        yield _Stream(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


class _Stream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def exchange(self, request: bytes) -> bytes:
        self._writer.write(request)
        await self._writer.drain()
        header = await self._reader.readexactly(_HEADER.size)
        return header + await self._reader.readexactly(_HEADER.unpack(header)[1])


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self._received: asyncio.Queue[bytes | Exception] = asyncio.Queue(16)

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:  # noqa: ARG002
        if len(data) >= _HEADER.size and not self._received.full():
            self._received.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        if not self._received.full():
            self._received.put_nowait(exc)

    async def exchange(self, request: bytes) -> bytes:
        while True:
            self._transport.sendto(request)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RESEND_S):
                    while True:
                        received = await self._received.get()
                        if isinstance(received, Exception):
                            raise received
                        # An answer to a request sent twice comes twice.
                        if received[8:20] == request[8:20]:
                            return received
