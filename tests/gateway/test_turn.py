"""TURN credentials expire and are the ones coturn takes; a probe tells a server from a wall."""

import asyncio
import base64
import hashlib
import hmac
import ssl
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.ids import Millis, SessionId
from gateway.clock import system_clock
from gateway.settings import Turn
from gateway.turn import TurnServers, turn_credentials
from gateway.turn_probe import CredentialsRefused, TurnUnreachable, parse_address, probe
from tests.e2e.coturn import Coturn
from tests.e2e.server import free_port

SECRET = "the secret both share"
NOW = 1_800_000_000_500


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[Coturn]:
    """Debian's coturn, with a secret of its own."""
    server = await Coturn.start(tmp_path)
    try:
        yield server
    finally:
        await server.stop()


def _servers(*urls: str, ttl_seconds: int = 600) -> TurnServers:
    return TurnServers(Turn.model_validate({"urls": urls, "secret": SECRET, "ttl_seconds": ttl_seconds}))


def test_without_servers_there_are_no_credentials_and_nothing_expires() -> None:
    assert TurnServers(Turn()).issue(SessionId("ss_1"), Millis(NOW)) == ((), None)


def test_credentials_name_the_session_and_when_they_expire() -> None:
    (server,), expires_at = _servers("turn:a.example", "turns:a.example:443").issue(SessionId("ss_1"), Millis(NOW))

    assert server.urls == ("turn:a.example", "turns:a.example:443")
    assert server.username == "1800000600:ss_1"
    expected = hmac.new(SECRET.encode(), b"1800000600:ss_1", hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == expected
    assert expires_at == 1_800_000_600_000


def test_stun_servers_need_no_credentials() -> None:
    servers, expires_at = _servers("stun:a.example", "turn:b.example").issue(SessionId("ss_1"), Millis(NOW))

    assert [(server.urls, bool(server.username)) for server in servers] == [
        (("stun:a.example",), False),
        (("turn:b.example",), True),
    ]
    assert expires_at is not None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("turn:a.example", ("a.example", 3478, "udp", True)),
        ("turn:a.example:99?transport=udp", ("a.example", 99, "udp", True)),
        ("turn:a.example?transport=tcp", ("a.example", 3478, "tcp", True)),
        ("turns:a.example:443?transport=tcp", ("a.example", 443, "tls", True)),
        ("turns:a.example", ("a.example", 5349, "tls", True)),
        ("turn:[2001:db8::1]:99", ("2001:db8::1", 99, "udp", True)),
        ("turn:[2001:db8::1]", ("2001:db8::1", 3478, "udp", True)),
        ("stun:a.example", ("a.example", 3478, "udp", False)),
    ],
)
def test_an_address_is_taken_apart(url: str, address: tuple[str, int, str, bool]) -> None:
    parsed = parse_address(url)

    assert (parsed.host, parsed.port, parsed.transport, parsed.relays) == address


@pytest.mark.parametrize("url", ["http://a.example", "turn:", "turn::99", "turn:a.example:https"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not a TURN address"):
        parse_address(url)


async def test_coturn_takes_our_credentials_over_every_transport_and_no_others(coturn: Coturn, tmp_path: Path) -> None:
    secret = coturn.secret.encode()
    good = turn_credentials(secret, "doctor", system_clock() // 1000 + 600)
    expired = turn_credentials(secret, "doctor", system_clock() // 1000 - 600)
    trust = ssl.create_default_context(cafile=str(tmp_path / "turn.crt"))

    for url in (coturn.udp, coturn.tcp, coturn.tls):
        await probe(parse_address(url), username=good[0], credential=good[1], tls=trust)
        for username, credential in (expired, (good[0], "guessed")):
            with pytest.raises(CredentialsRefused, match="error 401"):
                await probe(parse_address(url), username=username, credential=credential, tls=trust)
    with pytest.raises(TurnUnreachable):
        await probe(parse_address(coturn.tls), username=good[0], credential=good[1])
    await probe(parse_address(f"stun:127.0.0.1:{coturn.port}"), username="", credential="")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_nobody_there_is_told_in_time(transport: str) -> None:
    port = free_port()

    with pytest.raises(TurnUnreachable):
        await probe(
            parse_address(f"turn:127.0.0.1:{port}?transport={transport}"), username="", credential="", within_s=1
        )


async def test_somebody_else_on_the_port_is_not_taken_for_a_server() -> None:
    async def chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(20)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(70_000))
        writer.close()

    server = await asyncio.start_server(chat, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(TurnUnreachable):
            await probe(parse_address(f"turn:127.0.0.1:{port}?transport=tcp"), username="", credential="", within_s=2)


async def test_an_answer_to_somebody_elses_question_is_not_an_answer() -> None:
    class Parrot(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.DatagramTransport)
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            self.transport.sendto(b"short", addr)
            self.transport.sendto(struct.pack("!HHI12s", 0x0101, 0, 0x2112A442, bytes(12)), addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Parrot, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        with pytest.raises(TurnUnreachable):
            await probe(parse_address(f"stun:127.0.0.1:{port}"), username="", credential="", within_s=0.3)
    finally:
        transport.close()
