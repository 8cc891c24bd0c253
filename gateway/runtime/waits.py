"""One site's estimated waits: learned from what is decided, told to callers, held against what came of it.

Every process learns from its own replica and keeps what it told its own callers. On start it
learns handling times and patience from the last decisions in the journal, beside everything
else; until then it knows nothing and says nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import structlog

from acd.decisions import Assign, Decision, EndContact, EndReason
from acd.estimate import Estimator, Forecast, Past, Told, told
from acd.ids import ContactId, Millis
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.journal.codec import decode_decision
from gateway.journal.port import Journal
from gateway.metrics import Metrics
from gateway.storage.forecasts import ForecastOutcome, JudgedForecast, StoredForecasts
from signaling.ports import ExpectedWait, Floor

MOST_KEPT: Final = 20_000
"""Judged forecasts that wait for the store; beyond that the oldest are given up."""

LEARNED_AGAIN: Final = 20_000
"""Decisions before the newest snapshot from which is learned on start."""

_MINUTE_MS: Final = 60_000
_AT_ONCE: Final = 100

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Made:
    at: Millis
    group: str
    told: Told


class SiteWaits:
    """What one site's callers are told about their wait."""

    def __init__(self, floor: Floor, *, metrics: Metrics, clock: Clock) -> None:
        self._floor = floor
        self._metrics = metrics
        self._clock = clock
        self._estimator = Estimator(floor.state)
        self._told: dict[ContactId, Told] = {}
        self._made: dict[ContactId, list[_Made]] = {}
        self._judged: list[JudgedForecast] = []

    def follow(self) -> Callable[[], None]:
        """Learn from every step from now on. Answers what ends it."""
        return self._floor.follow(self._fold)

    def expected(self, contact: ContactId) -> ExpectedWait | None:
        """What the caller is to be told now; ``None``: nothing is known. Asked when it is shown to them."""
        forecast = self._estimator.forecast(self._floor.state, contact)
        if not isinstance(forecast, Forecast):
            return None
        before = self._told.get(contact)
        now = self._told[contact] = told(before, forecast)
        if before is None or _minutes(before) != _minutes(now):
            group = self._floor.state.contacts[contact].group
            self._made.setdefault(contact, []).append(_Made(self._clock(), group, now))
        low, high = _minutes(now)
        return ExpectedWait(low_minutes=low, high_minutes=high, longer=now.longer)

    async def learn(self, journal: Journal) -> None:
        """Learn from what was decided before this process began to look, as far back as is worth it."""
        snapshots = await journal.snapshots()
        past, number, learned = Past(), max((one.number for one in snapshots), default=0) - LEARNED_AGAIN, 0
        while recorded := await journal.decisions(max(0, number), _AT_ONCE):
            for one in recorded:
                if one.at > self._estimator.began_at:
                    break
                past.fold(decode_decision(one.body), one.at)
                learned += 1
            else:
                number = recorded[-1].number
                await asyncio.sleep(0)
                continue
            break
        self._estimator.learn_from(past)
        _log.info("waits_learned", site=self._floor.site, decisions=learned)

    async def keep(self, store: StoredForecasts) -> None:
        """Write down the forecasts whose outcome is known by now."""
        judged, self._judged = self._judged, []
        if not judged:
            return
        try:
            await store.add(self._floor.site, judged)
        except BaseException:
            self._judged = [*judged, *self._judged][-MOST_KEPT:]
            raise

    def _fold(self, decided: Sequence[Decision], at: Millis) -> None:
        self._estimator.fold(self._floor.state, decided, at)
        for decision in decided:
            match decision:
                case Assign():
                    self._judge(decision.contact, "answered", at)
                case EndContact():
                    has_left = decision.reason in {EndReason.ABANDONED, EndReason.CALLER_LOST}
                    self._judge(decision.contact, "abandoned" if has_left else "left", at)
                case _:
                    continue

    def _judge(self, contact: ContactId, outcome: ForecastOutcome, at: Millis) -> None:
        self._told.pop(contact, None)
        for made in self._made.pop(contact, ()):
            one = JudgedForecast(
                id=new_id("fc", made.at),
                contact=contact,
                group=made.group,
                made_at=made.at,
                low_ms=made.told.low_ms,
                high_ms=made.told.high_ms,
                position=made.told.ahead + 1,
                outcome=outcome,
                waited_ms=Millis(max(0, at - made.at)),
            )
            self._metrics.judge_forecast(self._floor.site, one)
            self._judged.append(one)
        del self._judged[:-MOST_KEPT]


def _minutes(one: Told) -> tuple[int, int]:
    """The range in whole minutes, rounded up."""
    return ceil(one.low_ms / _MINUTE_MS), ceil(one.high_ms / _MINUTE_MS)
