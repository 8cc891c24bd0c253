"""A site's state from what was recorded: a snapshot, and the decisions after it. Decides nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from acd.core import CORE_VERSION, Core
from acd.ids import SiteId
from acd.state import State
from gateway.journal.codec import BrokenSnapshot, decode_decision, decode_snapshot
from gateway.journal.port import START, Journal, Position, Snapshot
from gateway.metrics import Metrics

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
    """

    core: Core
    upto: Position
    number: int
    snapshot: int


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
            folded.core.evolve(decode_decision(decision.body), decision.at)
            folded.number = decision.number
        # Commits are whole: what is decided about one fact of a commit is decided about all before it.
        folded.upto = max(folded.upto, recorded[-1].cause)
        await asyncio.sleep(0)
    return folded


def _restore(snapshot: Snapshot) -> State:
    if snapshot.version > CORE_VERSION:
        raise BrokenSnapshot(f"of core {snapshot.version}, this is {CORE_VERSION}")
    return State.restore(decode_snapshot(snapshot.body))
