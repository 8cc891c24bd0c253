"""Public keys that pages embed, and the origins each may be used from."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, insert, select, update

from acd.ids import Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import site_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteKey:
    """A key, whose it is, and the exact origins (``https://shop.example``) it works on."""

    key: str
    site: SiteId
    origins: frozenset[str]


class StoredSiteKeys:
    """The keys of all sites. A key is public: it names a site, it proves nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, key: SiteKey, at: Millis) -> None:
        """Add a key, or change the origins of one; a revoked one works again."""
        origins = msgspec.json.encode(sorted(key.origins)).decode()

        def work(tx: Connection) -> None:
            changed = tx.execute(
                update(site_keys)
                .where(site_keys.c.key == key.key, site_keys.c.site == key.site)
                .values(origins=origins, revoked_at=None)
            )
            if not changed.rowcount:
                tx.execute(insert(site_keys).values(key=key.key, site=key.site, origins=origins, created_at=at))

        await self._database.transact(work)

    async def find(self, key: str) -> SiteKey | None:
        """The key, unless it is unknown or revoked."""

        def work(tx: Connection) -> SiteKey | None:
            row = tx.execute(
                select(site_keys).where(site_keys.c.key == key, site_keys.c.revoked_at.is_(None))
            ).one_or_none()
            return _key(row.key, row.site, row.origins) if row else None

        return await self._database.transact(work)

    async def of_site(self, site: SiteId) -> list[SiteKey]:
        """The keys of a site that work."""

        def work(tx: Connection) -> list[SiteKey]:
            rows = tx.execute(
                select(site_keys)
                .where(site_keys.c.site == site, site_keys.c.revoked_at.is_(None))
                .order_by(site_keys.c.key)
            )
            return [_key(row.key, row.site, row.origins) for row in rows]

        return await self._database.transact(work)

    async def revoke(self, key: str, at: Millis) -> None:
        """Let the key work no more."""
        await self._database.transact(
            lambda tx: tx.execute(update(site_keys).where(site_keys.c.key == key).values(revoked_at=at)).close()
        )


def _key(key: str, site: str, origins: str) -> SiteKey:
    return SiteKey(key=key, site=SiteId(site), origins=msgspec.json.decode(origins, type=frozenset[str]))
