"""What there was to count: waits, exits and work, by group and by part of the day."""

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from acd.config import Channel
from acd.decisions import EndReason
from acd.ids import AgentId, GroupId, Millis
from gateway.simulation.play import Caller

_MOST_SPANS: Final = 96
_QUARTER_MS: Final = 15 * 60 * 1000


@dataclass(slots=True)
class Span:
    """A part of the day. Contacts belong to the one in which they were asked for."""

    offered: int = 0
    answered: int = 0
    within: int = 0
    abandoned: int = 0
    short: int = 0
    waits_ms: int = 0
    waiting_ms: int = 0
    most_waiting: int = 0

    @property
    def service_level(self) -> float | None:
        """As :attr:`GroupTally.service_level`."""
        counted = self.answered + self.abandoned - self.short
        return self.within / counted if counted else None


class GroupTally:
    """One group's figures.

    Attributes:
        offered: Contacts that were asked for, refused ones included.
        answered: Contacts that an agent accepted.
        within: Those of them answered in time.
        abandoned: Contacts whose caller left before; ``short`` of them very soon.
        ended: Other ends, and refusals, by reason; messages and callbacks, whatever became of them.
        waited: Contacts that were not offered to an agent the moment they came.
        waits: Waits of answered contacts, in ms.
        all_waits_ms: Waits of all contacts together.
        spans: The same by part of the day.
    """

    def __init__(self, spans: int) -> None:
        self.offered = 0
        self.answered = 0
        self.within = 0
        self.abandoned = 0
        self.short = 0
        self.ended: Counter[str] = Counter()
        self.waited = 0
        self.waits = array("q")
        self.all_waits_ms = 0
        self.waiting = 0
        self.since = 0
        self.spans = [Span() for _ in range(spans)]

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all answered and abandoned contacts but the short abandons."""
        counted = self.answered + self.abandoned - self.short
        return self.within / counted if counted else None

    @property
    def abandonment(self) -> float | None:
        """Share of abandoned contacts, short ones included, of all that were let wait."""
        counted = self.answered + self.abandoned
        return self.abandoned / counted if counted else None

    @property
    def asa_ms(self) -> float | None:
        """Mean wait of answered contacts."""
        return sum(self.waits) / len(self.waits) if self.waits else None


class _Worked:
    """What one agent has done up to a moment."""

    __slots__ = ("doing", "since", "spent_ms")

    def __init__(self) -> None:
        self.doing = "away"
        self.since = 0
        self.spent_ms = Counter[str]()


class Tally:
    """Counts while a day is played.

    Attributes:
        starts: Callers who came before are not counted, and no work from before.
        span_ms: Length of one part of the day.
    """

    def __init__(
        self, groups: Sequence[GroupId], *, starts: Millis, until: Millis, within_ms: int, short_ms: int
    ) -> None:
        self.starts = starts
        self.until = until
        self.within_ms = within_ms
        self.short_ms = short_ms
        quarters = -(-(until - starts) // _QUARTER_MS)
        self.span_ms = _QUARTER_MS * max(1, -(-quarters // _MOST_SPANS))
        self._spans = max(1, -(-(until - starts) // self.span_ms))
        self.groups = {group: GroupTally(self._spans) for group in groups}
        """Those given, and any other that somebody asked for."""
        self._workers: dict[AgentId, _Worked] = {}

    def queues(self, group: GroupId, at: Millis) -> None:
        """A contact waits in this group now."""
        tally = self._of(group)
        self._count_waiting(tally, at)
        tally.waiting += 1
        if self.starts <= at < self.until:
            span = tally.spans[(at - self.starts) // self.span_ms]
            span.most_waiting = max(span.most_waiting, tally.waiting)

    def leaves(self, group: GroupId, at: Millis) -> None:
        """One of those who waited there no longer does."""
        tally = self._of(group)
        self._count_waiting(tally, at)
        tally.waiting -= 1

    def over(self, caller: Caller) -> None:
        """This is what became of a caller."""
        asked_at = caller.asked_at
        if not self.starts <= asked_at < self.until:
            return
        tally = self._of(caller.request.group)
        span = tally.spans[(asked_at - self.starts) // self.span_ms]
        tally.offered += 1
        span.offered += 1
        wait_ms = caller.wait_ms
        if caller.is_deferred:
            done = "message_answered" if caller.request.channel is Channel.MESSAGE else "called_back"
            tally.ended[str(caller.outcome) if caller.answered_at is None else done] += 1
            return
        if caller.answered_at is not None:
            tally.answered += 1
            span.answered += 1
            tally.waits.append(wait_ms)
            span.waits_ms += wait_ms
            if wait_ms <= self.within_ms:
                tally.within += 1
                span.within += 1
        elif caller.outcome is EndReason.ABANDONED:
            tally.abandoned += 1
            span.abandoned += 1
            if wait_ms < self.short_ms:
                tally.short += 1
                span.short += 1
        else:
            tally.ended[str(caller.outcome)] += 1
            if not isinstance(caller.outcome, EndReason):
                return
        tally.all_waits_ms += wait_ms
        tally.waited += caller.waited

    def works(self, agent: AgentId, at: Millis, *, available: bool, ringing: int, handling: int) -> None:
        """The agent does this from now on."""
        worked = self._workers.get(agent)
        if worked is None:
            worked = self._workers[agent] = _Worked()
        self._count_work(worked, at)
        worked.doing = "handling" if handling else "ringing" if ringing else "idle" if available else "away"

    def close(self) -> None:
        """The day is over."""
        for worked in self._workers.values():
            self._count_work(worked, self.until)
        for tally in self.groups.values():
            self._count_waiting(tally, self.until)

    @property
    def occupancy(self) -> float | None:
        """Share of handling, wrap-up included, in the time agents handled or could have."""
        handling, idle = self._spent("handling"), self._spent("idle")
        return handling / (handling + idle) if handling + idle else None

    @property
    def agent_hours(self) -> float:
        """How long agents were available or at work, together."""
        return sum(self._spent(doing) for doing in ("handling", "ringing", "idle")) / 3_600_000

    def _of(self, group: GroupId) -> GroupTally:
        tally = self.groups.get(group)
        if tally is None:
            tally = self.groups[group] = GroupTally(self._spans)
        return tally

    def _spent(self, doing: str) -> int:
        return sum(worked.spent_ms[doing] for worked in self._workers.values())

    def _count_work(self, worked: _Worked, at: int) -> None:
        at = min(max(at, self.starts), self.until)
        if at > worked.since > 0:
            worked.spent_ms[worked.doing] += at - worked.since
        worked.since = at

    def _count_waiting(self, tally: GroupTally, at: int) -> None:
        at = min(max(at, self.starts), self.until)
        since = max(tally.since, self.starts)
        if tally.waiting:
            while since < at:
                place = (since - self.starts) // self.span_ms
                end = min(at, self.starts + (place + 1) * self.span_ms)
                tally.spans[place].waiting_ms += tally.waiting * (end - since)
                since = end
        tally.since = at


def percentile(waits: Sequence[int], share: float) -> float | None:
    """The wait, in ms, that this share of contacts did not exceed; the sequence is in order."""
    if not waits:
        return None
    return waits[max(0, math.ceil(share * len(waits)) - 1)]


def total(tally: Tally) -> GroupTally:
    """All groups as one."""
    everything = GroupTally(len(next(iter(tally.groups.values())).spans) if tally.groups else 1)
    for group in tally.groups.values():
        for name in ("offered", "answered", "within", "abandoned", "short", "waited", "all_waits_ms"):
            setattr(everything, name, getattr(everything, name) + getattr(group, name))
        everything.ended += group.ended
        everything.waits.extend(group.waits)
        for mine, theirs in zip(everything.spans, group.spans, strict=True):
            for name in Span.__slots__:
                setattr(mine, name, getattr(mine, name) + getattr(theirs, name))
    return everything
