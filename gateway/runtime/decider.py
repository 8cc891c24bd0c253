"""Decides the facts of one site while it holds the claim, and only then.

A commit that fails leaves a state that ran ahead of the record. It is dropped, and a new
one is built from the record; there is no code that undoes, and none that decides again.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from acd.core import CORE_VERSION
from acd.decisions import Decision
from acd.facts import Ticked
from acd.ids import ContactId, Millis, ProcessId, SiteId
from acd.records import Contact
from acd.state import State
from gateway.journal.codec import decode_fact, encode_decision, encode_fact, kind_of
from gateway.journal.port import (
    Claim,
    Commit,
    ConstraintBroken,
    Fenced,
    Journal,
    JournalUnavailable,
    LiveContact,
    OlderCore,
    Position,
    RecordedFact,
)
from gateway.metrics import Metrics
from gateway.runtime.appender import Appender
from gateway.runtime.bell import Bell
from gateway.runtime.clock import USUAL_MS, SteadyClock
from gateway.runtime.fold import Folded, MakeCore, fold
from gateway.runtime.snapshots import SnapshotWriter, Taken

_log = structlog.stdlib.get_logger(__name__)

_POLL_S = 1.0
_TTL_MS = Millis(10_000)
_RENEW_MS = 3_000
_ASK_AGAIN_MS = 500
_BATCH = 200
_TICK_AGAIN_MS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRule:
    """When to take a snapshot: after so many decisions, or the first one after so long."""

    decisions: int = 2_000
    ms: int = 300_000


USUAL_RULE = SnapshotRule()


@dataclass(slots=True, kw_only=True)
class _Held:
    """What there is only while the claim is held."""

    claim: Claim
    folded: Folded
    renewed_at: Millis
    snapshot_number: int
    snapshot_at: Millis


@dataclass(slots=True)
class _Batch:
    """Facts that were decided one after the other, and what the last good one left in the guard's rows."""

    steps: list[tuple[Position, Millis, Sequence[Decision]]] = field(default_factory=list)
    rows: dict[ContactId, LiveContact | None] = field(default_factory=dict)

    def add(self, fact: RecordedFact, decisions: Sequence[Decision], state: State) -> None:
        self.steps.append((fact.position, fact.at, decisions))
        touched = {contact for decision in decisions if (contact := getattr(decision, "contact", None)) is not None}
        self.rows |= {contact: _row(state.contacts.get(contact)) for contact in touched}


class Decider:
    """The one that decides, or stands by to.

    Args:
        clock: What deadlines are compared with. It goes on from each fact's time: those of
            other processes may be a little ahead.
        committed: Called after each commit.
    """

    def __init__(
        self,
        site: SiteId,
        journal: Journal,
        *,
        process: ProcessId,
        clock: SteadyClock,
        appender: Appender,
        snapshots: SnapshotWriter,
        metrics: Metrics,
        make_core: MakeCore,
        committed: Callable[[], None],
        snapshot_rule: SnapshotRule,
    ) -> None:
        self._site = site
        self._journal = journal
        self._process = process
        self._clock = clock
        self._appender = appender
        self._snapshots = snapshots
        self._metrics = metrics
        self._make_core = make_core
        self._committed = committed
        self._snapshot_rule = snapshot_rule
        self._bell = Bell()
        self._held: _Held | None = None
        self._is_elsewhere = False
        self._asked_at = Millis(0)
        self._batch = _BATCH
        self._untold_ms = 0
        self._ticks = 0
        self._ticked_for: Millis | None = None
        self._tick_again_at = Millis(0)
        self._is_closed = False

    @property
    def is_deciding(self) -> bool:
        """Whether the claim is held."""
        return self._held is not None

    @property
    def is_decided(self) -> bool:
        """Whether somebody decides for the site, as far as is known here."""
        return self._held is not None or self._is_elsewhere

    def look(self) -> None:
        """There may be a new fact, or it is later than it was."""
        self._bell.ring()

    def close(self) -> None:
        """Decide what is there, give the claim back, and let :meth:`run` return."""
        self._is_closed = True
        self._bell.ring()

    async def confirm(self) -> bool:
        """Whether the claim is still held, after a pause in which somebody else may have taken it."""
        if self._held is None:
            return False
        try:
            await self._renew(self._held)
        except Fenced:
            self._held = None
            return False
        return True

    async def take_over(self) -> bool:
        """Claim the site and fold what was recorded; ``False`` while somebody else decides.

        Raises:
            OlderCore: If a newer release has decided for this site.
        """
        self._is_elsewhere = False
        claim = await self._journal.claim(self._process, core_version=CORE_VERSION, ttl_ms=_TTL_MS)
        if claim is None:
            self._is_elsewhere = True
            return False
        if claim.paused_ms > USUAL_MS:
            # Kept until it is told: the journal may fail before the state is whole.
            self._untold_ms += claim.paused_ms
        folded = await fold(self._site, self._journal, self._make_core, self._metrics)
        now = self._clock()
        self._held = _Held(claim=claim, folded=folded, renewed_at=now, snapshot_number=folded.snapshot, snapshot_at=now)
        _log.info(
            "claimed", site=self._site, term=claim.term, number=folded.number, contacts=len(folded.core.state.contacts)
        )
        if self._untold_ms:
            self._appender.skip(Millis(self._untold_ms))
            self._untold_ms = 0
        return True

    async def run(self) -> None:
        """Decide until closed."""
        while True:
            try:
                is_idle = not (await self._stand_by() if self._held is None else await self._step(self._held))
            except Fenced:
                _log.warning("fenced", site=self._site)
                self._held = None
                continue
            except JournalUnavailable as why:
                # Whether the last commit happened is not known; the record will tell.
                _log.error("journal_unavailable", site=self._site, reason=str(why))
                self._held = None
                is_idle = True
            if is_idle and self._is_closed:
                break
            if is_idle:
                await self._bell.wait(self._seconds_to_wait())
        if self._held is not None:
            claim, self._held = self._held.claim, None
            # If it cannot be given back, it runs out by itself.
            with suppress(JournalUnavailable):
                await self._journal.release(claim)

    async def _stand_by(self) -> bool:
        now = self._clock()
        if self._is_elsewhere and now - self._asked_at < _ASK_AGAIN_MS:
            # Woken for each fact that another process decides; asking costs a transaction.
            return False
        self._asked_at = now
        try:
            return await self.take_over()
        except OlderCore:
            _log.warning("newer_core_decides", site=self._site)
            self._is_elsewhere = True
            return False

    async def _step(self, held: _Held) -> bool:
        """Decide one batch, or tick if it is time; whether there may be more at once."""
        if self._clock() - held.renewed_at >= _RENEW_MS:
            await self._renew(held)
        facts = await self._journal.facts(held.folded.upto, self._batch)
        if facts:
            self._clock.not_before(facts[-1].at)
            await self._decide(held, facts)
            self._take_snapshot(held)
            return True
        self._tick(held)
        return False

    async def _renew(self, held: _Held) -> None:
        try:
            claim = await self._journal.claim(self._process, core_version=CORE_VERSION, ttl_ms=_TTL_MS)
        except OlderCore:
            raise Fenced from None
        if claim is None or claim.term != held.claim.term:
            raise Fenced
        held.renewed_at = self._clock()

    async def _decide(self, held: _Held, facts: Sequence[RecordedFact]) -> None:
        batch = _Batch()
        undecidable: Exception | None = None
        for fact in facts:
            try:
                decisions = held.folded.core.decide(decode_fact(fact.body), fact.at)
            except Exception as why:
                # A fact that breaks the core must not stop the site: here it is set aside.
                undecidable = why
                break
            # Now, and not at the end: a fact that breaks the core leaves the state half changed.
            batch.add(fact, decisions, held.folded.core.state)
        if batch.steps:
            try:
                await self._commit(held, batch)
            except ConstraintBroken as why:
                await self._divide(held, facts[: len(batch.steps)], why)
                return
            self._metrics.decider_lag_seconds.labels(self._site).observe(max(0, self._clock() - facts[0].at) / 1000)
        if undecidable is not None:
            await self._set_aside(held, facts[len(batch.steps)], undecidable)

    async def _commit(self, held: _Held, batch: _Batch) -> None:
        folded = held.folded
        upto = batch.steps[-1][0]
        folded.number = await self._journal.commit(
            held.claim,
            Commit(
                upto=upto,
                decisions=[
                    (cause, at, encode_decision(decision)) for cause, at, made in batch.steps for decision in made
                ],
                changed=[row for _, row in sorted(batch.rows.items()) if row is not None],
                closed=sorted(contact for contact, row in batch.rows.items() if row is None),
            ),
        )
        folded.upto = upto
        self._batch = min(_BATCH, self._batch * 2)
        self._committed()

    async def _divide(self, held: _Held, facts: Sequence[RecordedFact], why: ConstraintBroken) -> None:
        """The store refused a batch: try less at a time, until the one to blame stands alone."""
        if len(facts) == 1:
            await self._set_aside(held, facts[0], why)
        else:
            self._batch = len(facts) // 2
            await self._fold_again(held)

    async def _set_aside(self, held: _Held, fact: RecordedFact, why: Exception) -> None:
        await self._journal.quarantine(held.claim, fact.position, f"{type(why).__name__}: {why}"[:500])
        self._metrics.facts_quarantined_total.labels(self._site).inc()
        _log.error("fact_quarantined", site=self._site, position=fact.position, kind=kind_of(fact.body), exc_info=why)
        await self._fold_again(held)
        self._committed()

    async def _fold_again(self, held: _Held) -> None:
        held.folded = await fold(self._site, self._journal, self._make_core, self._metrics)

    def _tick(self, held: _Held) -> None:
        deadline, now = held.folded.core.next_deadline, self._clock()
        if deadline is None or now < self._tick_at(deadline):
            return
        self._ticks += 1
        self._ticked_for, self._tick_again_at = deadline, Millis(now + _TICK_AGAIN_MS)
        self._appender.tell(encode_fact(Ticked()), f"tick-{self._ticks}")

    def _tick_at(self, deadline: Millis) -> Millis:
        # One tick for one deadline; another only if the first was lost.
        return max(deadline, self._tick_again_at) if deadline == self._ticked_for else deadline

    def _seconds_to_wait(self) -> float:
        deadline = None if self._held is None else self._held.folded.core.next_deadline
        if deadline is None:
            return _POLL_S
        return min(_POLL_S, max(0.001, (self._tick_at(deadline) - self._clock()) / 1000))

    def _take_snapshot(self, held: _Held) -> None:
        made, now = held.folded.number - held.snapshot_number, self._clock()
        is_due = made >= self._snapshot_rule.decisions or (
            made > 0 and now - held.snapshot_at >= self._snapshot_rule.ms
        )
        if is_due and not self._snapshots.is_busy:
            held.snapshot_number, held.snapshot_at = held.folded.number, now
            records = held.folded.core.state.records()
            self._snapshots.write(
                Taken(claim=held.claim, records=records, upto=held.folded.upto, number=held.folded.number)
            )


def _row(contact: Contact | None) -> LiveContact | None:
    """What the guard knows of an open contact; nothing of one that ended."""
    if contact is None:
        return None
    agent, slot = contact.agent, contact.slot
    if len(contact.ringing) == 1:
        agent, slot = contact.ringing[0].agent, contact.ringing[0].slot
    return LiveContact(
        contact=contact.id,
        group=contact.group,
        phase=contact.phase,
        epoch=contact.epoch,
        visitor=contact.visitor,
        agent=agent,
        slot=slot,
    )
