"""Where a request comes from: through proxies we trust, and no further."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from signaling.rate import address_prefix

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_UNKNOWN = "0.0.0.0"  # noqa: S104 - an address to count by, nothing listens there.


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a request.

    Attributes:
        address: Counted and hashed; never stored, never logged.
        is_secure: Whether the browser spoke HTTPS.
    """

    address: str
    is_secure: bool

    @property
    def prefix(self) -> str:
        """What it is counted under."""
        return address_prefix(self.address)

    @property
    def is_loopback(self) -> bool:
        """Whether it is a program on this machine."""
        return ipaddress.ip_address(self.address).is_loopback


def peer_of(request: web.Request, trusted: Sequence[Network]) -> Peer:
    """Who sent this. ``X-Forwarded-*`` is believed only as far as it was written by trusted proxies."""
    address = _plain(request.remote or _UNKNOWN) or _UNKNOWN
    is_secure = request.scheme == "https"
    if not _is_trusted(address, trusted):
        return Peer(address, is_secure)
    is_secure = request.headers.get("X-Forwarded-Proto", "").split(",")[-1].strip().lower() == "https"
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for hop in reversed(hops):
        plain = _plain(hop.strip())
        if plain is None:
            break
        address = plain
        if not _is_trusted(address, trusted):
            break
    return Peer(address, is_secure)


def _plain(written: str) -> str | None:
    try:
        address = ipaddress.ip_address(written.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in trusted if network.version == parsed.version)
