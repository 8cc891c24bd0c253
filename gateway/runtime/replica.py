"""The site's state as this process shows it: every committed decision, folded once.

It follows the journal, whoever decides, and tells its followers. Whoever reported a fact
waits here for what was decided about it.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import structlog

from acd.decisions import Decision
from acd.ids import Millis, SiteId
from acd.state import State
from gateway.journal.codec import decode_decision
from gateway.journal.port import Journal, JournalUnavailable, Position, RecordedDecision
from gateway.metrics import Metrics
from gateway.runtime.bell import Bell
from gateway.runtime.fold import Gap, MakeCore, ending, fold
from signaling.ports import Ended, Listener

_log = structlog.stdlib.get_logger(__name__)

_POLL_S = 1.0
_STEPS_AT_ONCE = 50


class Replica:
    """Folds what was committed, in order, and says so."""

    def __init__(self, site: SiteId, journal: Journal, *, make_core: MakeCore, metrics: Metrics) -> None:
        self._site = site
        self._journal = journal
        self._make_core = make_core
        self._metrics = metrics
        self._core = make_core(State())
        self._upto = Position(0)
        self._number = 0
        self._ended: deque[Ended] = deque()
        self._listeners: dict[object, Listener] = {}
        self._awaited: defaultdict[Position, list[asyncio.Future[Sequence[Decision]]]] = defaultdict(list)
        self._bell = Bell()
        self._is_closed = False

    @property
    def state(self) -> State:
        """Every committed decision, folded."""
        return self._core.state

    @property
    def ended(self) -> Sequence[Ended]:
        """The contacts that ended last, those included that had ended before this process began."""
        return tuple(self._ended)

    @property
    def number(self) -> int:
        """The last decision in :attr:`state`; whoever follows from now on is told of those after it."""
        return self._number

    async def load(self) -> None:
        """Fold what there is so far; nobody is told."""
        folded = await fold(self._site, self._journal, self._make_core, self._metrics)
        self._core, self._upto, self._number = folded.core, folded.upto, folded.number
        self._ended = folded.ended

    def look(self) -> None:
        """There may be new decisions."""
        self._bell.ring()

    def close(self) -> None:
        """Fold the rest and let :meth:`run` return."""
        self._is_closed = True
        self._bell.ring()

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Call back with each step once it is folded. Answers what ends it."""
        key = object()
        self._listeners[key] = listener

        def end() -> None:
            self._listeners.pop(key, None)

        return end

    async def outcome(self, position: Position, *, within_s: float) -> Sequence[Decision] | None:
        """What was decided about this fact, once the state has it; ``None`` if that takes longer."""
        if position <= self._upto:
            recorded = await self._journal.caused_by(position)
            return None if recorded is None else [decode_decision(decision.body) for decision in recorded]
        answer: asyncio.Future[Sequence[Decision]] = asyncio.get_running_loop().create_future()
        self._awaited[position].append(answer)
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._forget(position, answer)

    async def run(self) -> None:
        """Follow the journal until closed."""
        is_last = False
        while not is_last:
            await self._bell.wait(_POLL_S)
            is_last = self._is_closed
            try:
                await self._catch_up()
            except JournalUnavailable as why:
                _log.error("journal_unavailable", site=self._site, reason=str(why))

    async def _catch_up(self) -> None:
        decided = await self._journal.decided()
        if decided == self._upto:
            return
        made: dict[Position, Sequence[Decision]] = {}
        for steps, (cause, at, decisions) in enumerate(_steps(await self._decisions_until(decided))):
            for decision in decisions:
                self._ended.extend(ending(self.state, decision, at))
                self._core.evolve(decision, at)
                self._number += 1
            made[cause] = decisions
            self._tell(decisions, at)
            if steps % _STEPS_AT_ONCE == _STEPS_AT_ONCE - 1:
                await asyncio.sleep(0)
        self._upto = decided
        for position in [position for position in self._awaited if position <= decided]:
            for answer in self._awaited[position]:
                if not answer.done():
                    answer.set_result(made.get(position, ()))

    async def _decisions_until(self, decided: Position) -> list[RecordedDecision]:
        found: list[RecordedDecision] = []
        while recorded := await self._journal.decisions(number := self._number + len(found)):
            if recorded[0].number != number + 1:
                raise Gap(f"decision {number + 1} of site {self._site} is not recorded")
            # A later commit may have come in between; it is for the next time.
            now = [decision for decision in recorded if decision.cause <= decided]
            found += now
            if len(now) < len(recorded):
                break
        return found

    def _tell(self, decisions: Sequence[Decision], at: Millis) -> None:
        for listener in list(self._listeners.values()):
            try:
                listener(decisions, at)
            except Exception:
                # One follower's bug is no reason to stop the others, or the site.
                self._metrics.follower_errors_total.labels(self._site).inc()
                _log.exception("follower_failed", site=self._site)

    def _forget(self, position: Position, answer: "asyncio.Future[Sequence[Decision]]") -> None:
        waiting = self._awaited.get(position)
        if waiting is not None and answer in waiting:
            waiting.remove(answer)
            if not waiting:
                del self._awaited[position]


def _steps(recorded: Sequence[RecordedDecision]) -> Iterator[tuple[Position, Millis, list[Decision]]]:
    for (cause, at), step in groupby(recorded, key=lambda decision: (decision.cause, decision.at)):
        yield cause, at, [decode_decision(decision.body) for decision in step]
