"""Writes snapshots beside the deciding, one at a time."""

import asyncio
from dataclasses import dataclass

import structlog

from acd.core import CORE_VERSION
from acd.ids import Millis, SiteId
from acd.records import Records
from gateway.journal.codec import encode_snapshot
from gateway.journal.port import Claim, Fenced, Journal, JournalUnavailable, Position, Snapshot
from gateway.runtime.bell import Bell

_log = structlog.stdlib.get_logger(__name__)

_IDLE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A state as it was after a decision; cheap to take, its records are shared."""

    claim: Claim
    records: Records
    upto: Position
    number: int


class SnapshotWriter:
    """Encodes in a thread and saves; the decider goes on meanwhile."""

    def __init__(self, site: SiteId, journal: Journal) -> None:
        self._site = site
        self._journal = journal
        self._next: Taken | None = None
        self._bell = Bell()
        self._is_closed = False

    @property
    def is_busy(self) -> bool:
        """Whether one is being written; do not take another yet."""
        return self._next is not None

    def write(self, taken: Taken) -> None:
        """Save this one, some time soon."""
        self._next = taken
        self._bell.ring()

    def close(self) -> None:
        """Let :meth:`run` return once the last one is written."""
        self._is_closed = True
        self._bell.ring()

    async def run(self) -> None:
        """Write what comes until closed."""
        while self._next is not None or not self._is_closed:
            if self._next is None:
                await self._bell.wait(_IDLE_S)
            else:
                await self._save(self._next)
                self._next = None

    async def _save(self, taken: Taken) -> None:
        body = await asyncio.to_thread(encode_snapshot, taken.records)
        snapshot = Snapshot(
            upto=taken.upto, number=taken.number, at=Millis(taken.records.at), version=CORE_VERSION, body=body
        )
        try:
            await self._journal.save_snapshot(taken.claim, snapshot)
        except (Fenced, JournalUnavailable) as why:
            # The record is complete without it; the next one comes soon.
            _log.warning("snapshot_not_saved", site=self._site, reason=type(why).__name__)
        else:
            _log.info("snapshot_saved", site=self._site, number=taken.number, size=len(body))
