"""Writes the facts of one site that this process reports, in batches.

One transaction costs the same for one fact as for a hundred, so whatever came while the
last one was being written goes into the next.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from acd.facts import TimeSkipped
from acd.ids import Millis, ProcessId, SiteId
from gateway.journal.codec import encode_fact
from gateway.journal.port import Entry, Journal, JournalFull, JournalUnavailable, Position
from gateway.metrics import Metrics
from gateway.runtime.bell import Bell
from gateway.runtime.clock import Pulse

_log = structlog.stdlib.get_logger(__name__)

_BATCH = 200
_BEAT_S = 0.5

_Waiting = tuple[Entry, "asyncio.Future[Position] | None"]


class Appender:
    """The one place in this process from which the site's facts go into the journal.

    While this process decides for the site, a pause is told before anything that came
    after it: :class:`acd.facts.TimeSkipped` goes in front of the batch.

    Args:
        is_deciding: Asks the journal whether this process still holds the site's claim.
        appended: Called after each batch.
        bound: How many may wait to be written; more are refused unless they must pass.
    """

    def __init__(
        self,
        site: SiteId,
        journal: Journal,
        *,
        process: ProcessId,
        pulse: Pulse,
        metrics: Metrics,
        is_deciding: Callable[[], Awaitable[bool]],
        appended: Callable[[], None],
        bound: int = 2_000,
    ) -> None:
        self._site = site
        self._journal = journal
        self._source = f"process:{process}"
        self._pulse = pulse
        self._metrics = metrics
        self._is_deciding = is_deciding
        self._appended = appended
        self._bound = bound
        self._waiting: deque[_Waiting] = deque()
        self._bell = Bell()
        self._told = 0
        self._skipped_ms = 0
        self._is_closed = False

    async def append(self, entry: Entry) -> Position:
        """Write a fact; answers its position once it is safe.

        Raises:
            JournalFull: If too much waits and the entry need not pass.
            JournalUnavailable: If the journal cannot be written, or the appender was closed.
        """
        if self._is_closed:
            raise JournalUnavailable("stopping")
        if not entry.must and len(self._waiting) >= self._bound:
            raise JournalFull
        written: asyncio.Future[Position] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        self._bell.ring()
        return await written

    def tell(self, body: bytes, request: str) -> None:
        """Write a fact of this process's own, some time soon. Forgotten if the journal fails."""
        self._waiting.append((Entry(source=self._source, request=request, body=body, must=True), None))
        self._bell.ring()

    def skip(self, skipped_ms: Millis) -> None:
        """Tell, before anything else, that this much time passed without a decider."""
        self._pulse.beat()
        self._skipped_ms += skipped_ms
        self._bell.ring()

    def look(self) -> None:
        """It may be later than it was."""
        self._bell.ring()

    def close(self) -> None:
        """Write what waits, take no more, and let :meth:`run` return."""
        self._is_closed = True
        self._bell.ring()

    async def run(self) -> None:
        """Write batches until closed."""
        while not (self._is_closed and not self._waiting):
            if not self._waiting:
                await self._bell.wait(_BEAT_S)
            self._skipped_ms += self._pulse.beat()
            if self._waiting or self._skipped_ms:
                await self._write([self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))])

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        entries = [entry for entry, _ in batch]
        try:
            if self._skipped_ms and not await self._is_deciding():
                # Whoever decides now has told of the pause.
                self._skipped_ms = 0
            skipped = self._skipped_ms
            if skipped:
                entries.insert(0, self._time_skipped(skipped))
            with self._metrics.journal_append_seconds.labels(self._site).time():
                positions = await self._journal.append(entries)
        except JournalFull:
            # Whoever frees something passes; the others hear that it is full.
            for entry, written in batch:
                if not entry.must:
                    _fail(written, JournalFull())
            freeing = [(entry, written) for entry, written in batch if entry.must]
            if freeing:
                await self._write(freeing)
            return
        except JournalUnavailable as why:
            _log.error("journal_unavailable", site=self._site, reason=str(why))
            for _, written in batch:
                _fail(written, JournalUnavailable(str(why)))
            return
        if skipped:
            self._skipped_ms -= skipped
            self._told += 1
            self._metrics.time_skipped_seconds_total.labels(self._site).inc(skipped / 1000)
            _log.warning("time_skipped", site=self._site, skipped_ms=skipped)
            del positions[0]
        for (_, written), position in zip(batch, positions, strict=True):
            if written is not None and not written.done():
                written.set_result(position)
        self._appended()

    def _time_skipped(self, skipped: int) -> Entry:
        body = encode_fact(TimeSkipped(skipped_ms=Millis(skipped)))
        return Entry(source=self._source, request=f"skip-{self._told}", body=body, must=True)


def _fail(written: "asyncio.Future[Position] | None", why: Exception) -> None:
    if written is not None and not written.done():
        written.set_exception(why)
