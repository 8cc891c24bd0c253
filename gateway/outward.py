"""Requests of ours to addresses that customers name: never to places that only we can reach.

A name is resolved once, every address it has is looked at, and the connection goes to one
of those. Redirects are not followed, cookies not kept, proxies of the environment not used.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_TIMEOUT_S = 5.0
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LONGEST = 2000


class AddressRefused(OSError):
    """The address is one that we do not ask on a customer's behalf."""


class Guard:
    """Says which addresses may be asked.

    Args:
        private: Networks that the operator allows although nobody outside reaches them.
    """

    def __init__(self, private: Sequence[Network]) -> None:
        self._private = tuple(private)

    def may_ask(self, address: Address, *, is_encrypted: bool) -> bool:
        """Whether this address may be asked; unencrypted only inside the allowed networks."""
        meant = _meant(address)
        if any(meant.version == network.version and meant in network for network in self._private):
            return True
        return is_encrypted and meant.is_global and not meant.is_multicast

    def is_fit(self, url: str) -> bool:
        """Whether this could be asked at all, as far as the address itself says."""
        try:
            split = urlsplit(url)
            host, _ = split.hostname, split.port
        except ValueError:
            return False
        if len(url) > _LONGEST or not host or "@" in split.netloc or split.fragment or not url.isprintable():
            return False
        if split.scheme not in ("https", "http") or (split.scheme == "http" and not self._private):
            return False
        literal = _literal(host)
        return literal is None or self.may_ask(literal, is_encrypted=split.scheme == "https")


class Outward:
    """Posts to such addresses. Use with ``async with``."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Post and answer the status; what is answered beside it is not read.

        Raises:
            OSError: If it cannot be asked, or may not.
            TimeoutError: If it takes longer than 5 s.
        """
        split = urlsplit(url)
        literal = _literal(split.hostname or "")
        if not self._guard.is_fit(url) or (literal is not None and not self._may_ask(literal, split.scheme)):
            raise AddressRefused(split.hostname or "")
        session = self._sessions[split.scheme]
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return answer.status
        except (aiohttp.ClientError, ValueError) as why:
            raise OSError(type(why).__name__) from why

    def _may_ask(self, address: Address, scheme: str) -> bool:
        return self._guard.may_ask(address, is_encrypted=scheme == "https")

    async def __aenter__(self) -> Self:
        """Open for requests."""
        for scheme in ("http", "https"):
            resolver = _GuardedResolver(self._guard, is_encrypted=scheme == "https")
            self._sessions[scheme] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver, force_close=True, limit=64),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S),
                trust_env=False,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        for session in self._sessions.values():
            await session.close()


class _GuardedResolver(AbstractResolver):
    def __init__(self, guard: Guard, *, is_encrypted: bool) -> None:
        self._guard = guard
        self._is_encrypted = is_encrypted
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        # One address that may not be asked is enough: the next answer may have only that one.
        for one in found:
            if not self._guard.may_ask(ipaddress.ip_address(one["host"]), is_encrypted=self._is_encrypted):
                raise AddressRefused(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that stands for it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return inner or address
