"""What was counted at a site today: a fold of decisions from midnight on.

A contact counts on the day on which it came in, and in each group that it came to. On
start the day is read again from the journal, with an end to the work; where that does not
reach back to midnight, the counts say from when on they hold.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from acd.config import Channel
from acd.decisions import (
    Admit,
    Assign,
    Connect,
    Consult,
    Decision,
    EndContact,
    EndReason,
    EndWrapUp,
    HandOver,
    HoldPlace,
    MakeOffer,
    Move,
    Requeue,
    WithdrawOffer,
)
from acd.ids import AgentId, ContactId, GroupId, Millis
from gateway.clock import Clock
from gateway.day import day_around, zone_of
from gateway.explanation import first_since
from gateway.journal.codec import decode_decision, kind_of
from gateway.journal.port import Journal
from gateway.runtime.own_day import Entry, OwnDays
from gateway.runtime.site import SiteRuntime
from signaling.ports import DayFigures

SHORT_MS: Final = Millis(5_000)
"""A caller who leaves within this time has hardly waited."""
MOST_READ: Final = 500_000
"""Decisions read again on start at most: the newest of the day."""

_LEFT: Final = frozenset({EndReason.ABANDONED, EndReason.CALLER_HUNG_UP, EndReason.CALLER_LOST})
_COUNTED: Final = frozenset(
    kind.__name__
    for kind in (
        *(Admit, Assign, Connect, Consult, EndContact, EndWrapUp, HandOver, HoldPlace, MakeOffer, Move, Requeue),
        WithdrawOffer,
    )
)
_AT_ONCE: Final = 500

_log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class _Open:
    """A contact of today that was not answered yet."""

    group: GroupId
    asked_at: Millis
    assigned_at: Millis | None = None


class DayBook:
    """The counts of one day, by group, and what each agent did.

    Args:
        level_of: The target of a group's service level.
    """

    def __init__(self, level_of: Callable[[GroupId], Millis]) -> None:
        self._level_of = level_of
        self.own = OwnDays()
        self._figures: dict[GroupId, DayFigures] = {}
        self._open: dict[ContactId, _Open] = {}

    def of(self, group: GroupId) -> DayFigures:
        """A group's counts."""
        return self._figures.get(group, DayFigures())

    def hear(self, decision: Decision, at: Millis) -> None:
        """Count what was decided."""
        self.own.hear(decision, at)
        match decision:
            case Admit() if decision.channel is not Channel.MESSAGE:
                self._open[decision.contact] = _Open(decision.group, decision.asked_at)
                self._count(decision.group, offered=1)
            case Assign() if decision.contact in self._open:
                self._open[decision.contact].assigned_at = at
            case Requeue() if decision.contact in self._open:
                self._open[decision.contact].assigned_at = None
            case Connect():
                self._answered(decision.contact, at)
            case Move() if decision.contact in self._open:
                found = self._open[decision.contact]
                self._count(found.group, otherwise=1)
                self._count(decision.group, offered=1)
                found.group = decision.group
            case HoldPlace():
                self._ended(decision.contact, at, is_left=False)
            case EndContact():
                self._ended(decision.contact, at, is_left=decision.reason in _LEFT)
            case _:
                pass

    def _answered(self, contact: ContactId, at: Millis) -> None:
        found = self._open.pop(contact, None)
        if found is not None:
            waited = (found.assigned_at or at) - found.asked_at
            self._count(found.group, answered=1, within_level=waited <= self._level_of(found.group))

    def _ended(self, contact: ContactId, at: Millis, *, is_left: bool) -> None:
        found = self._open.pop(contact, None)
        if found is None:
            return
        if is_left:
            self._count(found.group, abandoned=1, short_abandoned=at - found.asked_at < SHORT_MS)
        else:
            self._count(found.group, otherwise=1)

    def _count(self, group: GroupId, **more: int) -> None:
        before = self.of(group)
        self._figures[group] = replace(before, **{name: getattr(before, name) + by for name, by in more.items()})


class Today:
    """Implements :class:`signaling.ports.Figures` for one site."""

    def __init__(self, floor: SiteRuntime, journal: Journal, clock: Clock, *, most: int = MOST_READ) -> None:
        self._floor = floor
        self._journal = journal
        self._clock = clock
        self._most = most
        self._since, self._until = self._day(clock())
        self._book = DayBook(self._level_of)
        self._is_complete = False
        self._is_new = False
        # Taken together, so that no decision is counted twice or not at all.
        self._known = floor.number
        self._meanwhile: list[tuple[Sequence[Decision], Millis]] | None = []
        self.close = floor.follow(self._on_step)

    @property
    def since(self) -> Millis:
        """From when on contacts are counted."""
        return self._since

    @property
    def is_complete(self) -> bool:
        """Whether that is midnight, and everything since then is in."""
        return self._is_complete

    @property
    def short_ms(self) -> Millis:
        """Who leaves within this time is a short abandon."""
        return SHORT_MS

    def of(self, group: GroupId) -> DayFigures:
        """The group's day so far."""
        return self._book.of(group)

    def own(self, agent: AgentId) -> list[Entry]:
        """What the agent did, the newest last."""
        return self._book.own.of(agent)

    def turn(self, at: Millis) -> bool:
        """Begin a new day if it is time; answers whether anything is new since this was last asked."""
        if at >= self._until:
            self._since, self._until = self._day(at)
            self._book = DayBook(self._level_of)
            self._is_complete = self._is_new = True
        was_new, self._is_new = self._is_new, False
        return was_new

    async def load(self) -> None:
        """Count what was decided today before this process began. Once that is done, this does nothing more.

        Raises:
            JournalUnavailable: If the journal cannot be read.
        """
        if self._meanwhile is None:
            return
        book, day = DayBook(self._level_of), self._since
        midnight = await first_since(self._journal, day)
        after = max(midnight, self._known - self._most)
        first = await self._journal.decisions(after, 1)
        is_complete = after == midnight and (not first or first[0].number == after + 1)
        since = day if is_complete else first[0].at
        while after < self._known and (page := await self._journal.decisions(after, _AT_ONCE)):
            for one in page:
                if one.number <= self._known and kind_of(one.body) in _COUNTED:
                    book.hear(decode_decision(one.body), one.at)
            after = page[-1].number
            await asyncio.sleep(0)
        meanwhile, self._meanwhile = self._meanwhile, None
        if self._since > day:
            # Midnight has passed meanwhile. What came in since then is in the list.
            book, since, is_complete = DayBook(self._level_of), self._since, True
        self._book, self._since, self._is_complete, self._is_new = book, since, is_complete, True
        for decisions, at in meanwhile:
            self._on_step(decisions, at)
        _log.info("day_counted", site=self._floor.site, decisions=self._known - midnight, complete=is_complete)

    def _on_step(self, decisions: Sequence[Decision], at: Millis) -> None:
        if self._meanwhile is not None:
            self._meanwhile.append((decisions, at))
            return
        if at >= self._until:
            self.turn(at)
            self._is_new = True
        for decision in decisions:
            self._book.hear(decision, at)

    def _day(self, at: Millis) -> tuple[Millis, Millis]:
        return day_around(at, zone_of(self._floor.state.site))

    def _level_of(self, group: GroupId) -> Millis:
        found = self._floor.state.group(group)
        return Millis(0) if found is None else found.level_ms
