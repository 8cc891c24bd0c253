"""A site's state from what was recorded: a snapshot, and the decisions after it. Decides nothing."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import structlog

from acd.core import CORE_VERSION, Core
from acd.decisions import Decision, EndContact
from acd.ids import Millis, SiteId
from acd.state import State
from gateway.journal.codec import BrokenSnapshot, decode_decision, decode_snapshot
from gateway.journal.port import START, Journal, Position, Snapshot
from gateway.metrics import Metrics
from signaling.ports import Ended

_MOST_ENDED: Final = 1_000

_log = structlog.stdlib.get_logger(__name__)

MakeCore = Callable[[State], Core]


class Gap(Exception):
    """Decisions are missing between the snapshot, or the beginning, and what is recorded."""


@dataclass(slots=True)
class Folded:
    """A core in the state it had after a decision.

    Attributes:
        upto: Every fact up to here is decided and in the state.
        number: The last decision in the state.
        snapshot: The decision at which the snapshot was taken that this began with; 0 if none.
        ended: The latest of those contacts that ended after that snapshot.
    """

    core: Core
    upto: Position
    number: int
    snapshot: int
    ended: deque[Ended] = field(default_factory=lambda: deque(maxlen=_MOST_ENDED))


async def fold(site: SiteId, journal: Journal, make_core: MakeCore, metrics: Metrics) -> Folded:
    """Rebuild the state from the newest snapshot that can be read.

    Raises:
        Gap: If the record does not reach back to any readable snapshot.
    """
    folded = Folded(core=make_core(State()), upto=START, number=0, snapshot=0)
    for snapshot in await journal.snapshots():
        try:
            state = await asyncio.to_thread(_restore, snapshot)
        except BrokenSnapshot as why:
            metrics.snapshots_broken_total.labels(site).inc()
            _log.error("snapshot_broken", site=site, number=snapshot.number, reason=str(why))
            continue
        folded = Folded(core=make_core(state), upto=snapshot.upto, number=snapshot.number, snapshot=snapshot.number)
        break
    # Asked before the decisions: then every decision about these facts is among them.
    folded.upto = max(folded.upto, await journal.decided())
    while recorded := await journal.decisions(folded.number):
        for decision in recorded:
            if decision.number != folded.number + 1:
                raise Gap(f"decision {folded.number + 1} of site {site} is not recorded")
            decided = decode_decision(decision.body)
            folded.ended.extend(ending(folded.core.state, decided, decision.at))
            folded.core.evolve(decided, decision.at)
            folded.number = decision.number
        # Commits are whole: what is decided about one fact of a commit is decided about all before it.
        folded.upto = max(folded.upto, recorded[-1].cause)
        await asyncio.sleep(0)
    return folded


def ending(state: State, decision: Decision, at: Millis) -> Iterator[Ended]:
    """The contact that this decision will end; nothing for any other decision."""
    if isinstance(decision, EndContact) and (contact := state.contacts.get(decision.contact)):
        yield Ended(contact, decision.reason, at)


def _restore(snapshot: Snapshot) -> State:
    if snapshot.version > CORE_VERSION:
        raise BrokenSnapshot(f"of core {snapshot.version}, this is {CORE_VERSION}")
    return State.restore(decode_snapshot(snapshot.body))
