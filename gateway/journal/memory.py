"""A journal in memory, for tests and simulation. Nothing survives the process."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from acd.ids import AgentId, ContactId, Millis, SiteId
from gateway.journal.port import (
    START,
    Claim,
    Commit,
    ConstraintBroken,
    Entry,
    Fenced,
    JournalFull,
    LiveContact,
    OlderCore,
    Position,
    RecordedDecision,
    RecordedFact,
    Snapshot,
)


class MemoryJournal:
    """One site's journal in lists and dictionaries.

    Args:
        clock: The store's clock.
        capacity: How many undecided facts make it full.
    """

    def __init__(self, site: SiteId, *, clock: Callable[[], Millis], capacity: int = 10_000) -> None:
        self.site = site
        self._clock = clock
        self._capacity = capacity
        self._facts: list[RecordedFact] = []
        self._last = START
        self._last_at = Millis(0)
        self._known: dict[tuple[str, str], Position] = {}
        self._decisions: list[RecordedDecision] = []
        self._caused: dict[Position, list[RecordedDecision]] = {}
        self._number = 0
        self._upto = START
        self._quarantined: dict[Position, str] = {}
        self._snapshots: list[Snapshot] = []
        self._live: dict[ContactId, LiveContact] = {}
        self._claim: Claim | None = None
        self._core_version = 0
        self._lease_until = Millis(0)
        self._beat_at = Millis(0)

    async def append(self, entries: Sequence[Entry]) -> list[Position]:
        at = max(self._clock(), self._last_at)
        known: dict[tuple[str, str], Position] = {}
        new: list[RecordedFact] = []
        positions = []
        for entry in entries:
            key = (entry.source, entry.request)
            position = self._known.get(key, known.get(key))
            if position is None:
                if not entry.must and self._last + len(new) - self._upto >= self._capacity:
                    raise JournalFull
                position = Position(self._last + len(new) + 1)
                known[key] = position
                new.append(
                    RecordedFact(position=position, at=at, source=entry.source, request=entry.request, body=entry.body)
                )
            positions.append(position)
        if new:
            self._facts += new
            self._known |= known
            self._last, self._last_at = new[-1].position, at
        return positions

    async def facts(self, after: Position, limit: int = 500) -> list[RecordedFact]:
        first = bisect_right(self._facts, after, key=lambda fact: fact.position)
        found = (fact for fact in self._facts[first:] if fact.position not in self._quarantined)
        return [fact for fact, _ in zip(found, range(limit), strict=False)]

    async def claim(self, owner: str, *, core_version: int, ttl_ms: Millis) -> Claim | None:
        now = self._clock()
        before = self._claim
        if core_version < self._core_version:
            raise OlderCore(self._core_version, core_version)
        if before is not None and before.owner != owner and now < self._lease_until:
            return None
        paused = Millis(max(0, now - self._beat_at) if before is not None else 0)
        term = 1 if before is None else before.term if before.owner == owner else before.term + 1
        self._claim = Claim(owner=owner, term=term, paused_ms=paused)
        self._core_version = core_version
        self._lease_until = Millis(now + ttl_ms)
        self._beat_at = now
        return self._claim

    async def release(self, claim: Claim) -> None:
        if self._claim is not None and self._claim.term == claim.term:
            self._lease_until = Millis(0)
            self._beat_at = self._clock()

    async def commit(self, claim: Claim, commit: Commit) -> int:
        self._fence(claim)
        live = dict(self._live)
        for gone in commit.closed:
            live.pop(gone, None)
        live.update((row.contact, row) for row in commit.changed)
        _guard(live.values())
        self._live = live
        for cause, at, body in commit.decisions:
            self._number += 1
            decision = RecordedDecision(number=self._number, cause=cause, at=at, body=body)
            self._decisions.append(decision)
            self._caused.setdefault(cause, []).append(decision)
        self._upto = commit.upto
        self._beat_at = self._clock()
        return self._number

    async def last_at(self) -> Millis:
        return self._last_at

    async def decided(self) -> Position:
        return self._upto

    async def decisions(self, after: int, limit: int = 1000) -> list[RecordedDecision]:
        first = bisect_right(self._decisions, after, key=lambda decision: decision.number)
        return self._decisions[first : first + limit]

    async def caused_by(self, position: Position) -> list[RecordedDecision] | None:
        if position > self._upto:
            return None
        return list(self._caused.get(position, ()))

    async def quarantine(self, claim: Claim, position: Position, reason: str) -> None:
        self._fence(claim)
        if position != self._upto + 1:
            raise ValueError(f"fact {position} is not the next after {self._upto}")
        self._quarantined[position] = reason
        self._upto = position

    async def quarantined(self) -> list[tuple[Position, str]]:
        return sorted(self._quarantined.items())

    async def save_snapshot(self, claim: Claim, snapshot: Snapshot) -> None:
        self._fence(claim)
        others = [kept for kept in self._snapshots if (kept.number, kept.upto) != (snapshot.number, snapshot.upto)]
        self._snapshots = sorted([snapshot, *others], key=lambda kept: (kept.number, kept.upto), reverse=True)[:2]

    async def snapshots(self) -> list[Snapshot]:
        return list(self._snapshots)

    async def trim(self, before: Millis) -> int:
        if len(self._snapshots) < 2:
            return 0
        needed = self._snapshots[-1].upto
        cut = max(
            (fact.position for fact in self._facts if fact.at < before and fact.position <= needed), default=START
        )
        old = [fact for fact in self._facts if fact.position <= cut]
        self._facts = self._facts[len(old) :]
        for fact in old:
            del self._known[fact.source, fact.request]
            self._quarantined.pop(fact.position, None)
            self._caused.pop(fact.position, None)
        self._decisions = [decision for decision in self._decisions if decision.cause > cut]
        return len(old)

    async def live(self) -> list[LiveContact]:
        """The guard's rows, by contact."""
        return [self._live[contact] for contact in sorted(self._live)]

    def _fence(self, claim: Claim) -> None:
        if self._claim is None or self._claim.term != claim.term:
            raise Fenced


def _guard(rows: Iterable[LiveContact]) -> None:
    taken: set[tuple[AgentId, int | None]] = set()
    for row in rows:
        if row.agent is not None:
            if (row.agent, row.slot) in taken:
                raise ConstraintBroken(f"two live contacts on slot {row.slot} of {row.agent}")
            taken.add((row.agent, row.slot))
