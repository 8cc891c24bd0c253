"""Who did what to whom: rows that are only ever added, each hashed together with the one before.

The words of an entry stand in a row of their own that can be erased. The chain covers
only their salted hash, so it verifies afterwards too, and the hash tells nothing.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from acd.ids import Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import audit_details, audit_entries

_BEGINNING = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing somebody did.

    Attributes:
        actor: The id of who did it, or ``system``.
        action: What, as a code (``user_added``).
        subject: The id of what it was done to; empty if nothing in particular.
        details: Anything else, personal or not; ``None`` once erased.
    """

    number: int
    at: Millis
    actor: str
    action: str
    subject: str
    details: Mapping[str, str] | None


class ChainBroken(Exception):
    """An audit row was changed or removed by somebody with access to the database."""

    def __init__(self, site: SiteId, number: int) -> None:
        super().__init__(f"The audit log of site {site} was tampered with at or before entry {number}.")
        self.number = number


def write_entry(
    tx: Connection,
    site: SiteId,
    at: Millis,
    *,
    actor: str,
    action: str,
    subject: str = "",
    details: Mapping[str, str] | None = None,
) -> int:
    """Write down what is done in the same transaction; answers the entry's number, from 1."""
    body = msgspec.json.encode(dict(sorted((details or {}).items())))
    salt = secrets.token_bytes(16)
    last = tx.execute(
        select(audit_entries.c.number, audit_entries.c.chain_hash)
        .where(audit_entries.c.site == site)
        .order_by(audit_entries.c.number.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    number, before = (last.number + 1, last.chain_hash) if last else (1, _BEGINNING)
    details_hash = hashlib.sha256(salt + body).digest()
    tx.execute(
        insert(audit_entries).values(
            site=site,
            number=number,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            details_hash=details_hash,
            chain_hash=_link(before, site, number, at, actor, action, subject, details_hash),
        )
    )
    tx.execute(insert(audit_details).values(site=site, number=number, salt=salt, body=body.decode()))
    return int(number)


class StoredAudit:
    """The audit logs of all sites; each site's is a chain of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        site: SiteId,
        at: Millis,
        *,
        actor: str,
        action: str,
        subject: str = "",
        details: Mapping[str, str] | None = None,
    ) -> int:
        """Write down what was done; answers the entry's number, from 1."""
        return await self._database.transact(
            lambda tx: write_entry(tx, site, at, actor=actor, action=action, subject=subject, details=details)
        )

    async def entries(self, site: SiteId, *, after: int = 0, limit: int = 100) -> list[AuditEntry]:
        """The entries behind a number, in order."""

        def work(tx: Connection) -> list[AuditEntry]:
            return [
                AuditEntry(
                    number=row.number,
                    at=Millis(row.at),
                    actor=row.actor,
                    action=row.action,
                    subject=row.subject,
                    details=None if row.body is None else msgspec.json.decode(row.body, type=dict[str, str]),
                )
                for row in _links(tx, site, after, limit)
            ]

        return await self._database.look(work)

    async def erase_details_before(self, site: SiteId, before: Millis) -> int:
        """Erase the words of entries older than this; the entries stay. Answers how many."""
        old = select(audit_entries.c.number).where(audit_entries.c.site == site, audit_entries.c.at < before)
        return await self._database.transact(
            lambda tx: (
                tx.execute(
                    delete(audit_details).where(audit_details.c.site == site, audit_details.c.number.in_(old))
                ).rowcount
            )
        )

    async def verify(self, site: SiteId, *, page: int = 1_000) -> int:
        """Check the whole chain and the words that are left; answers how many entries there are.

        Raises:
            ChainBroken: If something does not fit.
        """
        before, count = _BEGINNING, 0
        # A page at a time: a server may be writing meanwhile.
        while rows := await self._database.look(lambda tx: _links(tx, site, count, page)):  # noqa: B023 - asked at once.
            for row in rows:
                count += 1
                linked = _link(before, site, row.number, row.at, row.actor, row.action, row.subject, row.details_hash)
                told = row.salt is None or hashlib.sha256(row.salt + row.body.encode()).digest() == row.details_hash
                if row.number != count or linked != row.chain_hash or not told:
                    raise ChainBroken(site, count)
                before = row.chain_hash
        return count


def _links(tx: Connection, site: SiteId, after: int, limit: int) -> Sequence[Row[Any]]:
    return tx.execute(
        select(audit_entries, audit_details.c.salt, audit_details.c.body)
        .outerjoin(
            audit_details,
            (audit_details.c.site == audit_entries.c.site) & (audit_details.c.number == audit_entries.c.number),
        )
        .where(audit_entries.c.site == site, audit_entries.c.number > after)
        .order_by(audit_entries.c.number)
        .limit(limit)
    ).all()


def _link(
    before: bytes, site: str, number: int, at: int, actor: str, action: str, subject: str, details_hash: bytes
) -> bytes:
    said = msgspec.json.encode([site, number, at, actor, action, subject, details_hash.hex()])
    return hashlib.sha256(before + said).digest()
