"""What a website vouches for: signed by its server, carried by the visitor's page, checked here.

A compact JWS (RFC 7515) with HMAC-SHA256 and the claims of :class:`Attributes`. Any JWT
library makes it, and so do ten lines of any language; ``docs/explanation/configuration.md``
shows them. Only this one algorithm is known, whatever a header says.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from acd.ids import AgentId, Millis, SiteId
from gateway.configuration.document import AnyId, NeedRule, SiteDocument
from gateway.http.problems import Refused
from gateway.storage.programs import signing_secret

AUDIENCE: Final = "zuruf"
_LONGEST_MS: Final = 24 * 60 * 60_000

S = TypeVar("S", bound=Struct)


class Attributes(Struct, frozen=True, kw_only=True):
    """What a website says of a visitor. Other claims are ignored.

    Attributes:
        needs: What to ask of an agent.
        priority: Points, each a head start of the site's ``pointMs``.
        preferred: The agent to ask first.
        name: Who it is. Personal, like the next: kept beside the journal.
        reference: What the website calls them or their matter.
    """

    needs: Annotated[tuple[NeedRule, ...], Meta(max_length=20)] = ()
    priority: Annotated[int, Meta(ge=0, le=60)] = 0
    preferred: AnyId | None = None
    name: Annotated[str, Meta(max_length=100)] = ""
    reference: Annotated[str, Meta(max_length=200)] = ""

    @property
    def preferred_agent(self) -> AgentId | None:
        """The same as the core knows agents."""
        return None if self.preferred is None else AgentId(self.preferred)


class _Header(Struct, frozen=True):
    alg: str
    kid: AnyId


class _Claims(Attributes, frozen=True, kw_only=True):
    iss: str
    aud: str
    exp: float


class AttributeReader:
    """Checks signatures.

    Args:
        is_in_force: Whether a site has a key of this id.
        secret: The server's, of which every key is made.
    """

    def __init__(self, *, is_in_force: Callable[[SiteId, str], Awaitable[bool]], secret: bytes) -> None:
        self._is_in_force = is_in_force
        self._secret = secret

    async def read(self, token: str, document: SiteDocument, *, site: SiteId, at: Millis) -> Attributes:
        """What the website says; nothing if there is no token.

        Raises:
            Refused: With ``attributes_invalid`` or ``attributes_expired``.
        """
        if not token:
            return Attributes()
        signed, _, signature = token.rpartition(".")
        first, _, second = signed.partition(".")
        header = _decoded(first, _Header)
        if header.alg != "HS256":
            raise _invalid("the header's alg has to be HS256")
        if not await self._is_in_force(site, header.kid):
            raise _invalid("the header's kid is no key of this site")
        key = signing_secret(self._secret, site, header.kid).encode()
        expected = hmac.digest(key, signed.encode(), "sha256")
        if not hmac.compare_digest(expected, _bytes(signature)):
            raise _invalid("the signature does not fit")
        claims = _decoded(second, _Claims)
        if claims.iss != site:
            raise _invalid("iss has to be the site")
        if claims.aud != AUDIENCE:
            raise _invalid(f"aud has to be {AUDIENCE}")
        if claims.exp * 1000 <= at:
            raise Refused("attributes_expired")
        if claims.exp * 1000 > at + _LONGEST_MS:
            raise _invalid("exp has to be within 24 hours")
        known = {skill.id for skill in document.skills}
        if strange := [need.skill for need in claims.needs if need.skill not in known]:
            raise _invalid(f"there is no skill {strange[0]}")
        return claims


def _decoded(part: str, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(_bytes(part), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as why:
        raise _invalid(f"it cannot be read: {why}") from None


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part.encode("ascii") + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("it is not three parts in base64url, with dots between") from None


def _invalid(reason: str) -> Refused:
    return Refused("attributes_invalid", reason=reason)
