"""Programs that are let in by a token, and keys with which websites sign what they vouch for.

A token is stored as its SHA-256 only. A key is not stored at all: it is made from the
server's secret and the key's id, see :func:`signing_secret`.
"""

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from acd.ids import Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import api_tokens, signing_keys

_USED_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What lets a program in.

    Attributes:
        scopes: What it may be used for.
        used_at: When it was used last, to the minute.
    """

    id: str
    site: SiteId
    scopes: frozenset[str]
    created_at: Millis
    used_at: Millis | None = None
    revoked_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that a website signs with."""

    id: str
    site: SiteId
    created_at: Millis
    revoked_at: Millis | None = None


def signing_secret(server_secret: bytes, site: SiteId, key: str) -> str:
    """What the website signs with; whoever has it can vouch for anything at this site."""
    return hmac.new(server_secret, f"attributes {site} {key}".encode(), "sha256").hexdigest()


class StoredTokens:
    """The tokens of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: ApiToken, token_hash: bytes) -> None:
        """Let a program in."""
        await self._database.transact(
            lambda tx: tx.execute(
                insert(api_tokens).values(
                    id=token.id,
                    site=token.site,
                    scopes=" ".join(sorted(token.scopes)),
                    token_hash=token_hash,
                    created_at=token.created_at,
                )
            ).close()
        )

    async def find(self, token_hash: bytes) -> ApiToken | None:
        """The token with this hash, unless there is none or it was revoked."""

        def work(tx: Connection) -> ApiToken | None:
            row = tx.execute(
                select(api_tokens).where(api_tokens.c.token_hash == token_hash, api_tokens.c.revoked_at.is_(None))
            ).one_or_none()
            return _token(row) if row else None

        return await self._database.look(work)

    async def touch(self, token: ApiToken, at: Millis) -> None:
        """It was used; noted once a minute."""
        if token.used_at is None or at - token.used_at >= _USED_MS:
            await self._database.transact(
                lambda tx: tx.execute(update(api_tokens).where(api_tokens.c.id == token.id).values(used_at=at)).close()
            )

    async def all(self) -> list[ApiToken]:
        """Every token there ever was, by site and age."""
        asked = select(api_tokens).order_by(api_tokens.c.site, api_tokens.c.created_at, api_tokens.c.id)
        return await self._database.look(lambda tx: [_token(row) for row in tx.execute(asked)])

    async def revoke(self, token: str, at: Millis) -> SiteId | None:
        """Let it in no more; answers its site, or ``None`` if there is no such token in force."""

        def work(tx: Connection) -> SiteId | None:
            site = tx.execute(
                update(api_tokens)
                .where(api_tokens.c.id == token, api_tokens.c.revoked_at.is_(None))
                .values(revoked_at=at)
                .returning(api_tokens.c.site)
            ).scalar_one_or_none()
            return None if site is None else SiteId(site)

        return await self._database.transact(work)


class StoredKeys:
    """The signing keys of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, key: SigningKey) -> None:
        """Let a website sign with it."""
        await self._database.transact(
            lambda tx: tx.execute(
                insert(signing_keys).values(id=key.id, site=key.site, created_at=key.created_at)
            ).close()
        )

    async def is_in_force(self, site: SiteId, key: str) -> bool:
        """Whether the site has this key, not revoked."""
        asked = select(signing_keys.c.id).where(
            signing_keys.c.site == site, signing_keys.c.id == key, signing_keys.c.revoked_at.is_(None)
        )
        return await self._database.look(lambda tx: tx.execute(asked).one_or_none() is not None)

    async def all(self) -> list[SigningKey]:
        """Every key there ever was, by site and age."""
        asked = select(signing_keys).order_by(signing_keys.c.site, signing_keys.c.created_at, signing_keys.c.id)

        def work(tx: Connection) -> list[SigningKey]:
            return [
                SigningKey(
                    id=row.id,
                    site=SiteId(row.site),
                    created_at=Millis(row.created_at),
                    revoked_at=None if row.revoked_at is None else Millis(row.revoked_at),
                )
                for row in tx.execute(asked)
            ]

        return await self._database.look(work)

    async def revoke(self, key: str, at: Millis) -> SiteId | None:
        """Take nothing signed with it any more; answers its site, or ``None`` if there is no such key in force."""

        def work(tx: Connection) -> SiteId | None:
            site = tx.execute(
                update(signing_keys)
                .where(signing_keys.c.id == key, signing_keys.c.revoked_at.is_(None))
                .values(revoked_at=at)
                .returning(signing_keys.c.site)
            ).scalar_one_or_none()
            return None if site is None else SiteId(site)

        return await self._database.transact(work)


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        site=SiteId(row.site),
        scopes=frozenset(row.scopes.split()),
        created_at=Millis(row.created_at),
        used_at=None if row.used_at is None else Millis(row.used_at),
        revoked_at=None if row.revoked_at is None else Millis(row.revoked_at),
    )
