"""What is to be sent to callers who left the page, and the links that bring them back.

A notice is made from a decision, in the transaction that remembers how far decisions were
looked at: a restart neither loses one nor makes it twice. Nothing personal stands here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from acd.decisions import EndReason
from acd.ids import ContactId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import callback_links, notice_cursors, notices


class NoticeKind(StrEnum):
    """What a notice says."""

    PLACE_HELD = "place_held"
    """The place is kept, here is the link, and this is how to cancel."""
    INVITATION = "invitation"
    """It is nearly their turn."""
    MISSED = "missed"
    """They did not come in time, and will be told again."""
    OVER = "over"
    """There will be no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedNotice:
    """A notice that is still to be sent, or could not be.

    Attributes:
        number: Of the decision it tells of; with the site, what makes it this one and no other.
        until: After that it is no longer true.
        tries: How often sending it failed.
        next_at: When it is tried next.
        failure: Why it failed last, as a code; empty if it did not.
        given_up_at: When it was given up.
    """

    site: SiteId
    number: int
    kind: NoticeKind
    contact: ContactId
    until: Millis | None
    created_at: Millis
    tries: int = 0
    next_at: Millis = Millis(0)
    failure: str = ""
    given_up_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackLink:
    """What a link leads to.

    Attributes:
        ended: How the contact ended; ``None`` while it is open.
    """

    site: SiteId
    contact: ContactId
    ended: EndReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A place is kept from now on: the link to it has to work."""

    notice: OwedNotice
    token_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A contact ended; if it was a callback, its link is of no use any more.

    Attributes:
        notice: What the caller is told, if anything.
    """

    contact: ContactId
    reason: EndReason
    notice: OwedNotice | None


Noted = Held | Over | OwedNotice


class StoredNotices:
    """Every site's notices and links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cursor(self, site: SiteId) -> int:
        """The last decision that was looked at; 0 before the first."""
        found = await self._database.look(
            lambda tx: tx.execute(
                select(notice_cursors.c.number).where(notice_cursors.c.site == site)
            ).scalar_one_or_none()
        )
        return int(found or 0)

    async def note(self, site: SiteId, noted: Sequence[Noted], *, after: int, upto: int) -> bool:
        """Keep what follows from the decisions behind ``after``, up to and including ``upto``.

        Returns:
            Whether that was done; not if somebody else has looked at them meanwhile.
        """

        def work(tx: Connection) -> bool:
            if not _move_cursor(tx, site, after, upto):
                return False
            for one in noted:
                match one:
                    case Held():
                        _make_link(tx, one)
                        _insert(tx, one.notice)
                    case Over():
                        _end(tx, site, one)
                    case OwedNotice():
                        # What was said before is no longer true.
                        _drop_unsent(tx, site, one.contact)
                        _insert(tx, one)
            return True

        return await self._database.transact(work)

    async def due(self, site: SiteId, at: Millis, limit: int) -> list[OwedNotice]:
        """What is to be sent now, in the order in which it was decided."""

        def work(tx: Connection) -> list[OwedNotice]:
            rows = tx.execute(
                select(notices)
                .where(notices.c.site == site, notices.c.next_at <= at, notices.c.given_up_at.is_(None))
                .order_by(notices.c.number)
                .limit(limit)
            )
            return [_owed(row) for row in rows]

        return await self._database.look(work)

    async def take(self, notice: OwedNotice, *, until: Millis) -> bool:
        """Keep everybody else from sending it until then; ``False`` if somebody has done that, or it is gone."""
        return await self._change(notice, next_at=until)

    async def sent(self, notice: OwedNotice) -> None:
        """It has arrived, or is not to be sent any more."""
        await self._database.transact(
            lambda tx: tx.execute(
                delete(notices).where(notices.c.site == notice.site, notices.c.number == notice.number)
            ).close()
        )

    async def put_off(self, notice: OwedNotice, *, next_at: Millis, failure: str) -> None:
        """It failed; try again then."""
        await self._set(notice, tries=notice.tries + 1, next_at=next_at, failure=failure)

    async def give_up(self, notice: OwedNotice, *, at: Millis, failure: str) -> None:
        """It failed for good. It stays, for a supervisor to see."""
        await self._set(notice, tries=notice.tries + 1, failure=failure, given_up_at=at)

    async def unsent(self, site: SiteId, *, given_up: bool = False, limit: int = 200) -> list[OwedNotice]:
        """What has failed at least once and is still to be sent, or what was given up; newest first."""
        is_it = notices.c.given_up_at.is_not(None) if given_up else notices.c.given_up_at.is_(None)

        def work(tx: Connection) -> list[OwedNotice]:
            rows = tx.execute(
                select(notices)
                .where(notices.c.site == site, is_it, notices.c.tries > 0)
                .order_by(notices.c.number.desc())
                .limit(limit)
            )
            return [_owed(row) for row in rows]

        return await self._database.look(work)

    async def count(self, site: SiteId) -> int:
        """How many are still to be sent."""
        found = await self._database.look(
            lambda tx: tx.execute(
                select(func.count()).select_from(notices).where(notices.c.site == site, notices.c.given_up_at.is_(None))
            ).scalar_one()
        )
        return int(found)

    async def link(self, token_hash: bytes) -> CallbackLink | None:
        """What the link with this token leads to."""

        def work(tx: Connection) -> CallbackLink | None:
            row = tx.execute(select(callback_links).where(callback_links.c.token_hash == token_hash)).one_or_none()
            if row is None:
                return None
            ended = EndReason(row.ended) if row.ended else None
            return CallbackLink(site=SiteId(row.site), contact=ContactId(row.contact), ended=ended)

        return await self._database.look(work)

    async def mark_ended(self, site: SiteId, contact: ContactId, reason: EndReason) -> None:
        """The contact ended so; harmless if it was no callback, or is marked."""
        await self._database.transact(lambda tx: _mark_ended(tx, site, contact, reason))

    async def forget_before(self, site: SiteId, before: Millis, *, keep: Sequence[ContactId] = ()) -> int:
        """Forget links and failed notices from before then, except of contacts still open; answers how many."""

        def work(tx: Connection) -> int:
            tx.execute(
                delete(notices).where(
                    notices.c.site == site, notices.c.created_at < before, notices.c.contact.not_in(keep)
                )
            )
            return tx.execute(
                delete(callback_links).where(
                    callback_links.c.site == site,
                    callback_links.c.created_at < before,
                    callback_links.c.contact.not_in(keep),
                )
            ).rowcount

        return await self._database.transact(work)

    async def _set(self, notice: OwedNotice, **values: Any) -> None:
        await self._database.transact(
            lambda tx: tx.execute(
                update(notices).where(notices.c.site == notice.site, notices.c.number == notice.number).values(**values)
            ).close()
        )

    async def _change(self, notice: OwedNotice, **values: Any) -> bool:
        """Like :meth:`_set`, unless it has changed meanwhile."""
        return await self._database.transact(
            lambda tx: (
                tx.execute(
                    update(notices)
                    .where(
                        notices.c.site == notice.site,
                        notices.c.number == notice.number,
                        notices.c.next_at == notice.next_at,
                        notices.c.given_up_at.is_(None),
                    )
                    .values(**values)
                ).rowcount
                == 1
            )
        )


def _move_cursor(tx: Connection, site: SiteId, after: int, upto: int) -> bool:
    moved = tx.execute(
        update(notice_cursors)
        .where(notice_cursors.c.site == site, notice_cursors.c.number == after)
        .values(number=upto)
    ).rowcount
    if moved == 1:
        return True
    if after or tx.execute(select(notice_cursors.c.site).where(notice_cursors.c.site == site)).one_or_none():
        return False
    tx.execute(insert(notice_cursors).values(site=site, number=upto))
    return True


def _make_link(tx: Connection, held: Held) -> None:
    notice = held.notice
    known = select(callback_links.c.contact).where(
        callback_links.c.site == notice.site, callback_links.c.contact == notice.contact
    )
    if tx.execute(known).one_or_none():
        return
    tx.execute(
        insert(callback_links).values(
            site=notice.site,
            contact=notice.contact,
            token_hash=held.token_hash,
            created_at=notice.created_at,
            ended="",
        )
    )


def _end(tx: Connection, site: SiteId, over: Over) -> None:
    if _mark_ended(tx, site, over.contact, over.reason):
        _drop_unsent(tx, site, over.contact)
        if over.notice is not None:
            _insert(tx, over.notice)


def _mark_ended(tx: Connection, site: SiteId, contact: ContactId, reason: EndReason) -> bool:
    return (
        tx.execute(
            update(callback_links)
            .where(callback_links.c.site == site, callback_links.c.contact == contact)
            .values(ended=reason.value)
        ).rowcount
        == 1
    )


def _drop_unsent(tx: Connection, site: SiteId, contact: ContactId) -> None:
    tx.execute(
        delete(notices).where(
            notices.c.site == site,
            notices.c.contact == contact,
            notices.c.given_up_at.is_(None),
        )
    )


def _insert(tx: Connection, notice: OwedNotice) -> None:
    tx.execute(
        insert(notices).values(
            site=notice.site,
            number=notice.number,
            kind=notice.kind.value,
            contact=notice.contact,
            until=notice.until,
            created_at=notice.created_at,
            tries=0,
            next_at=notice.created_at,
            failure="",
            given_up_at=None,
        )
    )


def _owed(row: Row[Any]) -> OwedNotice:
    return OwedNotice(
        site=SiteId(row.site),
        number=row.number,
        kind=NoticeKind(row.kind),
        contact=ContactId(row.contact),
        until=None if row.until is None else Millis(row.until),
        created_at=Millis(row.created_at),
        tries=row.tries,
        next_at=Millis(row.next_at),
        failure=row.failure,
        given_up_at=None if row.given_up_at is None else Millis(row.given_up_at),
    )
