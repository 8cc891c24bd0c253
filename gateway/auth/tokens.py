"""Lets programs in by a token, for as much as its scopes say."""

import secrets
from collections.abc import Iterable
from enum import StrEnum

from acd.ids import Millis, SiteId
from gateway.auth.doorkeeper import key_of
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.storage.programs import ApiToken, StoredTokens

_PREFIX = "zt_"


class Scope(StrEnum):
    """What a token may be used for."""

    ELSEWHERE = "elsewhere"
    """Say that another system has an agent, and that it no longer has."""
    LINKS = "links"
    """Issue personal links, look at them and revoke them."""


class Tokens:
    """The tokens of programs, for all sites."""

    def __init__(self, tokens: StoredTokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    async def recognise(self, token: str) -> ApiToken | None:
        """Whose token this is; ``None`` if nobody's, or not any more."""
        if not token.startswith(_PREFIX):
            return None
        found = await self._tokens.find(key_of(token))
        if found is not None:
            await self._tokens.touch(found, self._clock())
        return found


async def make_token(tokens: StoredTokens, site: SiteId, scopes: Iterable[Scope], at: Millis) -> tuple[ApiToken, str]:
    """A new token and its value, which is told only here."""
    value = _PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(id=new_id("at", at), site=site, scopes=frozenset(scope.value for scope in scopes), created_at=at)
    await tokens.add(made, key_of(value))
    return made, value
