"""How honest is the estimated wait? ``python -m bench.waits``; ``make waits``.

Days are played through the core, as ``zuruf simulate`` plays them, and everybody who has to wait
is given a forecast the moment they come: ours, and those of two others that are often used.
What became of it is compared over contacts that waited **and** were answered; who hung up is
counted apart, because nobody knows how long they would have waited.
"""

import argparse
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from acd.core import Core
from acd.decisions import Admit, Assign, AttachCaller, Decision, EndContact
from acd.estimate import Estimator, Forecast
from acd.facts import Fact
from acd.ids import ContactId, GroupId, Millis
from acd.lifecycle import Phase
from gateway.simulation.play import Play
from gateway.simulation.scenario import Scenario, prepare
from gateway.simulation.tally import Tally

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "explanation" / "estimated-wait.md"
_BEGIN, _END = "<!-- measured -->", "<!-- /measured -->"
_RATE_OVER: Final = 200


def day(name: str, hours: float) -> Scenario:
    """One of the days that are played."""
    return msgspec.convert({**DAYS[name], "hours": hours}, Scenario)


def _line(agents: int, load: float, patience_s: float | None) -> dict[str, Any]:
    arrivals: dict[str, Any] = {"group": "line", "per_hour": load * agents * 20, "handling": {"mean_s": 180}}
    if patience_s is not None:
        arrivals["patience"] = {"mean_s": patience_s}
    return {
        "site": {"groups": [{"id": "line", "max_waiting": 100_000}]},
        "agents": [{"count": agents, "groups": ["line"]}],
        "arrivals": [arrivals],
    }


def _centre() -> dict[str, Any]:
    languages = ("en", "fr", "it")
    groups = ("sales", "support", "billing")
    return {
        "site": {
            "groups": [
                {"id": name, "relaxations": [{"after_ms": 60_000}], "max_waiting": 100_000, "ring_ms": 20_000}
                for name in groups
            ]
        },
        "agents": [
            {
                "count": 30,
                "name": name,
                "groups": [name, other],
                "answers": {"mean_s": 4},
                "misses": 0.01,
                "some": [
                    {"share": 0.4, "agent": {"skills": [{"skill": language, "level": 5}]}} for language in languages
                ],
            }
            for name, other in zip(groups, (*groups[1:], groups[0]), strict=True)
        ],
        "arrivals": [
            {
                "group": name,
                "per_hour": [
                    ["00:00", 150 * size],
                    ["07:00", 480 * size],
                    ["09:00", 560 * size],
                    ["14:00", 500 * size],
                    ["19:00", 300 * size],
                ],
                "handling": {"mean_s": 180, "shape": "lognormal", "deviation_s": 150},
                "wrap_up": {"mean_s": 20},
                "patience": {"mean_s": 240},
                "request": {"needs": [{"skill": language}]} if language else {},
            }
            for name in groups
            for language, size in (("", 0.6), ("en", 0.2), ("fr", 0.15), ("it", 0.1))
        ],
    }


DAYS: Final[dict[str, dict[str, Any]]] = {
    "patient, 30 agents, load 0.95": _line(30, 0.95, None),
    "impatient (300 s), 30 agents, load 1.3": _line(30, 1.3, 300),
    "impatient (120 s), 50 agents, load 1.05": _line(50, 1.05, 120),
    "skills, 3 groups, 90 agents": _centre(),
}


@dataclass(slots=True)
class Error:
    """How far forecasts were off, in seconds."""

    count: int = 0
    squares: float = 0.0
    absolute: float = 0.0

    def add(self, forecast_ms: float, waited_ms: int) -> None:
        off_s = (forecast_ms - waited_ms) / 1000
        self.count += 1
        self.squares += off_s * off_s
        self.absolute += abs(off_s)

    @property
    def rmse(self) -> float:
        return sqrt(self.squares / self.count)

    @property
    def mae(self) -> float:
        return self.absolute / self.count


@dataclass(slots=True)
class Honesty:
    """What one day showed.

    Attributes:
        middle: Of the range that is told.
        inside: Answered between P50 and P90.
        in_time: Answered by P90.
        gone: Who had a forecast and was not answered.
        unfounded: Who waited without a forecast.
    """

    ours: Error = field(default_factory=Error)
    middle: Error = field(default_factory=Error)
    little: Error = field(default_factory=Error)
    last: Error = field(default_factory=Error)
    inside: int = 0
    in_time: int = 0
    gone: int = 0
    unfounded: int = 0


@dataclass(slots=True)
class _Guesses:
    made_at: Millis
    group: GroupId
    ours: Forecast
    little_ms: float
    last_ms: float


class _Watched(Core):
    """The core, with somebody who looks on."""

    def __init__(self) -> None:
        super().__init__()
        self.watch: Callable[[Sequence[Decision], Millis], None] = lambda *_: None

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        decided = super().decide(fact, at)
        self.watch(decided, at)
        return decided


class _Judge:
    def __init__(self, core: _Watched) -> None:
        self.found = Honesty()
        self._core = core
        self._estimator = Estimator(core.state)
        self._came: dict[GroupId, deque[Millis]] = {}
        self._last_ms: dict[GroupId, float] = {}
        self._waiting: dict[ContactId, tuple[GroupId, Millis]] = {}
        self._open: dict[ContactId, _Guesses] = {}
        core.watch = self.look

    def look(self, decided: Sequence[Decision], at: Millis) -> None:
        state = self._core.state
        self._estimator.fold(state, decided, at)
        for decision in decided:
            match decision:
                case Admit():
                    self._waiting[decision.contact] = decision.group, at
                    self._came.setdefault(decision.group, deque(maxlen=_RATE_OVER)).append(at)
                case AttachCaller() if state.contacts[decision.contact].phase is Phase.QUEUED:
                    self._guess(decision.contact, state.contacts[decision.contact].group, at)
                case Assign() if decision.contact in self._waiting:
                    group, since = self._waiting.pop(decision.contact)
                    self._last_ms[group] = at - since
                    self._judge(decision.contact, at)
                case EndContact():
                    self._waiting.pop(decision.contact, None)
                    if self._open.pop(decision.contact, None) is not None:
                        self.found.gone += 1
                case _:
                    continue

    def _guess(self, contact: ContactId, group: GroupId, at: Millis) -> None:
        ours, came = self._estimator.forecast(self._core.state, contact), self._came[group]
        if not isinstance(ours, Forecast) or len(came) < _RATE_OVER or group not in self._last_ms:
            self.found.unfounded += 1
            return
        rate = (len(came) - 1) / (at - came[0])
        self._open[contact] = _Guesses(at, group, ours, self._core.state.waiting(group) / rate, self._last_ms[group])

    def _judge(self, contact: ContactId, at: Millis) -> None:
        guesses = self._open.pop(contact, None)
        if guesses is None:
            return
        waited_ms, found, ours = at - guesses.made_at, self.found, guesses.ours
        found.ours.add(ours.mean_ms, waited_ms)
        found.middle.add((ours.low_ms + ours.high_ms) / 2, waited_ms)
        found.little.add(guesses.little_ms, waited_ms)
        found.last.add(guesses.last_ms, waited_ms)
        found.inside += ours.low_ms <= waited_ms <= ours.high_ms
        found.in_time += waited_ms <= ours.high_ms


def play(name: str, *, hours: float, seed: int) -> Honesty:
    """Play one day."""
    scenario = day(name, hours)
    ready = prepare(scenario, folder=ROOT, seed=seed)
    core = _Watched()
    judge = _Judge(core)
    answers = Random(f"{seed} answers")
    tally = Tally(
        [group.id for group in ready.site.groups], starts=ready.starts, until=ready.until, within_ms=0, short_ms=0
    )
    Play(
        core,
        told=ready.told,
        callers=ready.callers,
        manners=ready.manners,
        chance=lambda *_: answers,
        until=ready.until,
        watch=tally,
    ).run()
    return judge.found


def table(found: dict[str, Honesty]) -> str:
    """What was measured, in Markdown."""
    rows = [
        "| Day | Answered | Gone | MAE of the middle | P50 to P90 | By P90 | RMSE | Line by rate | Last answered |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, day in found.items():
        count = day.ours.count
        rows.append(
            f"| {name} | {count} | {day.gone} | {day.middle.mae:.1f} s | {day.inside / count:.0%} |"
            f" {day.in_time / count:.0%} |"
            f" **{day.ours.rmse:.1f} s** | {day.little.rmse:.1f} s | {day.last.rmse:.1f} s |"
        )
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Play every day, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    found = {}
    for name in DAYS:
        found[name] = play(name, hours=given.hours, seed=given.seed)
        print(table({name: found[name]}).splitlines()[-1], flush=True)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{table(found)}\n\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
