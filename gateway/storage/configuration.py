"""Every configuration a site ever had, numbered from 1. The newest is in force.

The names of its groups and the entry in the audit log are written in the same transaction,
so what people see, what is kept and who is said to have done it never differ.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from acd.ids import GroupId, Millis, SiteId
from gateway.configuration.document import SiteDocument
from gateway.storage.audit import write_entry
from gateway.storage.database import Database
from gateway.storage.directory import write_group_names
from gateway.storage.tables import group_names, site_versions

_DOCUMENT = msgspec.json.Decoder(SiteDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changes what.

    Attributes:
        action: As in the audit log (``group_changed``).
        subject: The id of what was changed; empty for the whole.
    """

    at: Millis
    actor: str
    action: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A configuration, and the change that made it."""

    number: int
    change: Change
    document: SiteDocument


class VersionConflict(Exception):
    """Somebody else changed the configuration meanwhile."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} is the newest")
        self.newest = newest


class StoredConfiguration:
    """The configurations of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest_number(self, site: SiteId) -> int:
        """The number of the newest version; 0 if there is none."""
        return await self._database.look(lambda tx: _newest(tx, site))

    async def newest(self, site: SiteId) -> Version | None:
        """The configuration in force; ``None`` while the site has none."""

        def work(tx: Connection) -> Version | None:
            row = tx.execute(
                select(site_versions)
                .where(site_versions.c.site == site)
                .order_by(site_versions.c.number.desc())
                .limit(1)
            ).one_or_none()
            return _version(row) if row else None

        return await self._database.look(work)

    async def version(self, site: SiteId, number: int) -> Version | None:
        """One version; ``None`` if there is none of that number."""

        def work(tx: Connection) -> Version | None:
            row = tx.execute(
                select(site_versions).where(site_versions.c.site == site, site_versions.c.number == number)
            ).one_or_none()
            return _version(row) if row else None

        return await self._database.look(work)

    async def changes(self, site: SiteId, *, before: int, limit: int) -> list[tuple[int, Change]]:
        """Numbers and changes of the versions before a number, newest first."""

        def work(tx: Connection) -> list[tuple[int, Change]]:
            rows = tx.execute(
                select(
                    site_versions.c.number,
                    site_versions.c.at,
                    site_versions.c.actor,
                    site_versions.c.action,
                    site_versions.c.subject,
                )
                .where(site_versions.c.site == site, site_versions.c.number < before)
                .order_by(site_versions.c.number.desc())
                .limit(limit)
            )
            return [(row.number, _change(row)) for row in rows]

        return await self._database.look(work)

    async def save(self, site: SiteId, document: SiteDocument, change: Change, *, after: int) -> int:
        """Make this the newest version; answers its number.

        ``after`` is the version that was changed, 0 for none; it has to be the newest still.

        Raises:
            VersionConflict: If it is not.
        """

        def work(tx: Connection) -> int:
            newest = _newest(tx, site)
            if newest != after:
                raise VersionConflict(newest)
            # Somebody who does the same at once has the same number, and only one of them gets it.
            tx.execute(
                insert(site_versions).values(
                    site=site,
                    number=newest + 1,
                    at=change.at,
                    actor=change.actor,
                    action=change.action,
                    subject=change.subject,
                    body=msgspec.json.encode(document),
                )
            )
            tx.execute(delete(group_names).where(group_names.c.site == site))
            for group in document.groups:
                write_group_names(tx, site, GroupId(group.id), {"de": group.names.de, "en": group.names.en})
            write_entry(
                tx,
                site,
                change.at,
                actor=change.actor,
                action=change.action,
                subject=change.subject,
                details={"version": str(newest + 1)},
            )
            return newest + 1

        try:
            return await self._database.transact(work)
        except IntegrityError:
            raise VersionConflict(after + 1) from None


def _newest(tx: Connection, site: SiteId) -> int:
    return tx.execute(select(func.max(site_versions.c.number)).where(site_versions.c.site == site)).scalar_one() or 0


def _version(row: Row[Any]) -> Version:
    return Version(number=row.number, change=_change(row), document=_DOCUMENT.decode(row.body))


def _change(row: Any) -> Change:
    return Change(at=Millis(row.at), actor=row.actor, action=row.action, subject=row.subject)
