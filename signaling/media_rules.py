"""What two browsers may tell each other about their media. Pure; touches no network.

Whoever sends a candidate chooses an address to which the other browser will send packets,
so candidates are read, not just passed on. What cannot be read is refused; what can be
read but points where it must not is left out, because honest browsers offer such
addresses too (a network card without a lease, for one).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from msgspec.structs import replace

from signaling.protocol.limits import CANDIDATE_CHARACTERS, CANDIDATES, SDP_CHARACTERS
from signaling.protocol.media import Candidates, Description, Signal
from signaling.refusals import BadSignal

_CANDIDATE: Final = re.compile(
    r"candidate:[A-Za-z0-9+/]{1,32} [12] (?P<transport>[A-Za-z]{1,8}) [0-9]{1,10} "
    r"(?P<address>[A-Za-z0-9.:-]{1,255}) (?P<port>[0-9]{1,5}) typ (?P<kind>host|srflx|prflx|relay)"
    r"(?: raddr (?P<related>[A-Za-z0-9.:-]{1,255}) rport [0-9]{1,5})?"
    r"(?: tcptype (?P<tcp>active|passive|so))?"
    r"(?: [!-~]{1,64} [!-~]{1,256}){0,16} ?"
)
_HIDDEN_HOST: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\.local")
_LINE: Final = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f\x7f]{1,4096}")
_MEDIA: Final = re.compile(
    r"m=(?:audio|video) \d{1,5} (?:UDP|TCP)/TLS/RTP/SAVPF?(?: \d{1,3}){1,64}"
    r"|m=application \d{1,5} (?:UDP|TCP)/DTLS/SCTP [!-~]{1,32}"
)
_FINGERPRINT: Final = re.compile(r"a=fingerprint:[a-z0-9-]{3,10} [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){15,63}")
_CANDIDATE_LINE: Final = "a=candidate:"
_MEDIA_LINES: Final = 16
_FIRST_FREE_PORT: Final = 1024
_DISCARD_PORT: Final = 9


@dataclass(frozen=True, kw_only=True)
class MediaRules:
    """What holds for one contact.

    Attributes:
        turn_only: Neither end may learn the other's address.
        allow_loopback: Both ends may be on this machine.
    """

    turn_only: bool
    allow_loopback: bool


def passed(signal: Signal, rules: MediaRules) -> Signal | None:
    """What of the signal may go to the other end; ``None`` if nothing is left of it.

    Raises:
        BadSignal: If it is not what it says it is.
    """
    match signal:
        case Description(type="rollback"):
            if signal.sdp:
                raise BadSignal
            return signal
        case Description():
            return replace(signal, sdp=_passed_sdp(signal.sdp, rules))
        case Candidates():
            if len(signal.candidates) > CANDIDATES:
                raise BadSignal
            # An empty line says that there are no more candidates.
            left = [c for c in signal.candidates if not c.candidate or _may_pass(c.candidate, rules)]
            return replace(signal, candidates=left) if left else None


def _passed_sdp(sdp: str, rules: MediaRules) -> str:
    if len(sdp) > SDP_CHARACTERS:
        raise BadSignal
    lines = sdp.split("\r\n") if "\r\n" in sdp else sdp.split("\n")
    if lines.pop() or not lines or lines[0] != "v=0" or not all(map(_LINE.fullmatch, lines)):
        raise BadSignal
    media = [line for line in lines if line.startswith("m=")]
    if not 1 <= len(media) <= _MEDIA_LINES or not all(map(_MEDIA.fullmatch, media)):
        raise BadSignal
    if not _has_only_good_fingerprints(lines):
        raise BadSignal
    if sum(line.startswith(_CANDIDATE_LINE) for line in lines) > CANDIDATES:
        raise BadSignal
    return "".join(f"{line}\r\n" for line in _without_forbidden(lines, rules))


def _has_only_good_fingerprints(lines: Iterable[str]) -> bool:
    fingerprints = [line for line in lines if line.startswith("a=fingerprint")]
    return bool(fingerprints) and all(map(_FINGERPRINT.fullmatch, fingerprints))


def _without_forbidden(lines: Iterable[str], rules: MediaRules) -> Iterator[str]:
    for line in lines:
        if not line.startswith(_CANDIDATE_LINE) or _may_pass(line.removeprefix("a="), rules):
            yield line


def _may_pass(line: str, rules: MediaRules) -> bool:
    if len(line) > CANDIDATE_CHARACTERS:
        raise BadSignal
    found = _CANDIDATE.fullmatch(line)
    if found is None:
        raise BadSignal
    port = int(found["port"])
    if port > 65_535:
        raise BadSignal
    if rules.turn_only and found["kind"] != "relay":
        return False
    transport = found["transport"].lower()
    if transport not in {"udp", "tcp"}:
        return False
    # A TCP end that only calls has no port of its own and says 9.
    calls = transport == "tcp" and found["tcp"] == "active" and port == _DISCARD_PORT
    return (calls or port >= _FIRST_FREE_PORT) and _may_be_reached(found["address"], rules)


def _may_be_reached(address: str, rules: MediaRules) -> bool:
    if _HIDDEN_HOST.fullmatch(address):
        return True
    try:
        ip = ip_address(address)
    except ValueError:
        raise BadSignal from None
    if isinstance(ip, IPv6Address):
        ip = _inside(ip)
    if ip.is_loopback:
        return rules.allow_loopback
    broadcast = isinstance(ip, IPv4Address) and ip == IPv4Address("255.255.255.255")
    return not (ip.is_unspecified or ip.is_multicast or ip.is_link_local or broadcast)


def _inside(ip: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, in any of the ways to write it."""
    nat64 = ip_address("64:ff9b::")
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if int(ip) >> 32 == int(nat64) >> 32 or (int(ip) >> 32 == 0 and int(ip) > 0xFFFF):
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
