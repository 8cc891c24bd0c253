"""Makes notices from decisions, and sends them until somebody has them.

Every process runs this; only the one that decides for the site does anything.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from acd.decisions import Decision, EndContact, EndReason, HoldPlace, InviteCaller, MissInvitation
from acd.ids import Millis, SiteId
from gateway.clock import Clock
from gateway.journal.codec import decode_decision
from gateway.journal.port import Journal, JournalUnavailable, RecordedDecision
from gateway.metrics import Metrics
from gateway.notices.links import CallbackLinks, hash_of
from gateway.notices.port import Notices, NotSent
from gateway.notices.writing import Writing
from gateway.runtime.bell import Bell
from gateway.storage.database import StorageUnavailable
from gateway.storage.notices import Held, Noted, NoticeKind, Over, OwedNotice, StoredNotices
from signaling.ports import Floor

_POLL_S: Final = 2.0
_AT_ONCE: Final = 8
_TAKEN_MS: Final = 90_000
"""Longer than any try takes: then another may try, for the process that did is no more."""
_FIRST_PAUSE_MS: Final = 5_000
_LONGEST_PAUSE_MS: Final = 15 * 60_000
_MOST_TRIES: Final = 30

_UNTOLD: Final = frozenset({EndReason.CALLBACK_MISSED, EndReason.CLOSED, EndReason.GROUP_GONE, EndReason.SUPERVISOR})
"""Ends that the caller did not see, and did not ask for."""

_log = structlog.stdlib.get_logger(__name__)


class DecidedFloor(Floor, Protocol):
    """A floor that knows who decides."""

    @property
    def is_deciding(self) -> bool:
        """Whether this process decides for the site."""


class Post:
    """One site's notices.

    Args:
        by: How they are sent; ``None``: not at all, and then none is made.
    """

    def __init__(
        self,
        floor: DecidedFloor,
        journal: Journal,
        store: StoredNotices,
        *,
        by: Notices | None,
        links: CallbackLinks,
        writing: Writing,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._floor = floor
        self._journal = journal
        self._store = store
        self._by = by
        self._links = links
        self._writing = writing
        self._clock = clock
        self._metrics = metrics
        self._bell = Bell()

    @property
    def site(self) -> SiteId:
        """The site it is about."""
        return self._floor.site

    def follow(self) -> Callable[[], None]:
        """Look as soon as something is decided. Answers what ends it."""
        return self._floor.follow(self._on_step)

    async def round(self) -> None:
        """Wait for something to do, but not long, and do it."""
        await self._bell.wait(_POLL_S)
        try:
            await self.step()
        except* (StorageUnavailable, JournalUnavailable):
            _log.warning("notices_put_off", site=self.site)

    async def step(self) -> None:
        """Note what was decided since, and send what is due."""
        if not self._floor.is_deciding:
            return
        await self._note()
        if self._by is not None:
            while due := await self._store.due(self.site, self._clock(), _AT_ONCE):
                async with asyncio.TaskGroup() as sending:
                    for notice in due:
                        sending.create_task(self._deliver(notice, self._by))
            self._metrics.notices_waiting.labels(self.site).set(await self._store.count(self.site))

    def _on_step(self, decisions: Sequence[Decision], _: Millis) -> None:
        if any(isinstance(decision, HoldPlace | InviteCaller | MissInvitation | EndContact) for decision in decisions):
            self._bell.ring()

    async def _note(self) -> None:
        after = await self._store.cursor(self.site)
        while recorded := await self._journal.decisions(after):
            upto = recorded[-1].number
            noted = [one for decision in recorded if (one := self._noted(decision)) is not None]
            if not await self._store.note(self.site, noted, after=after, upto=upto):
                return
            after = upto

    def _noted(self, recorded: RecordedDecision) -> Noted | None:
        decision = decode_decision(recorded.body)
        match decision:
            case EndContact():
                is_told = self._by is not None and decision.reason in _UNTOLD
                notice = self._owed(recorded, NoticeKind.OVER, decision) if is_told else None
                return Over(contact=decision.contact, reason=decision.reason, notice=notice)
            case HoldPlace() if self._by is not None:
                token_hash = hash_of(self._links.token(self.site, decision.contact))
                return Held(notice=self._owed(recorded, NoticeKind.PLACE_HELD, decision), token_hash=token_hash)
            case InviteCaller() if self._by is not None:
                return self._owed(recorded, NoticeKind.INVITATION, decision, until=decision.until)
            case MissInvitation() if self._by is not None:
                return self._owed(recorded, NoticeKind.MISSED, decision, until=decision.retry_at)
            case _:
                return None

    def _owed(
        self,
        recorded: RecordedDecision,
        kind: NoticeKind,
        decision: HoldPlace | InviteCaller | MissInvitation | EndContact,
        *,
        until: Millis | None = None,
    ) -> OwedNotice:
        return OwedNotice(
            site=self.site,
            number=recorded.number,
            kind=kind,
            contact=decision.contact,
            until=until,
            created_at=recorded.at,
            next_at=recorded.at,
        )

    async def _deliver(self, notice: OwedNotice, by: Notices) -> None:
        at = self._clock()
        if notice.until is not None and at >= notice.until:
            await self._store.sent(notice)
            self._count(notice, "outdated")
            return
        if not await self._store.take(notice, until=Millis(at + _TAKEN_MS)):
            return
        written = await self._writing.write(notice, self._floor.state, at)
        if written is None:
            await self._store.sent(notice)
            self._count(notice, "no_address")
            return
        try:
            await by.send(written)
        except NotSent as why:
            await self._failed(notice, why)
            return
        await self._store.sent(notice)
        self._count(notice, "sent")
        _log.info("notice_sent", site=self.site, contact=notice.contact, kind=notice.kind.value)

    async def _failed(self, notice: OwedNotice, why: NotSent) -> None:
        at = self._clock()
        next_at = Millis(at + min(_FIRST_PAUSE_MS * 2**notice.tries, _LONGEST_PAUSE_MS))
        too_late = notice.until is not None and next_at >= notice.until
        if why.is_final or too_late or notice.tries + 1 >= _MOST_TRIES:
            await self._store.give_up(notice, at=at, failure=why.code)
            self._count(notice, "given_up")
            _log.error("notice_given_up", site=self.site, contact=notice.contact, kind=notice.kind.value, code=why.code)
        else:
            await self._store.put_off(notice, next_at=next_at, failure=why.code)
            self._count(notice, "failed")
            _log.warning("notice_failed", site=self.site, contact=notice.contact, kind=notice.kind.value, code=why.code)

    def _count(self, notice: OwedNotice, outcome: str) -> None:
        self._metrics.notices_total.labels(self.site, notice.kind.value, outcome).inc()
