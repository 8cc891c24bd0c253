"""Does the core serve a line as queueing theory says? ``python -m bench.theory``; ``make theory``.

One group, agents who are alike, exponential times: here Erlang C and A are exact, and what is
played through the core must agree with them. Each cell is played as independent replications.
They start in the stationary state of theory (times are memoryless, so whoever is there is given
a fresh one), which makes a warm-up unnecessary and every replication unbiased. Shares and means
are ratio estimates over replications; their intervals hold for all cells at once with 99.9 %
(Student's t, Bonferroni).

Replications that were played are kept in ``.theory``, under a hash of the code that played
them, so that a run that was stopped goes on where it was.
"""

import argparse
import datetime as dt
import hashlib
import math
import sys
from bisect import bisect
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from acd.config import Channel
from acd.core import Core
from acd.decisions import EndReason
from acd.erlang import ErlangA, ErlangC
from acd.facts import ContactRequested
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, VisitorKey
from gateway.simulation.lengths import Lengths
from gateway.simulation.play import Caller, Play
from gateway.simulation.scenario import Agents, Arrivals, Scenario, prepare

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "reference" / "erlang.md"
KEPT: Final = ROOT / ".theory"

HANDLING_S: Final = 180.0
PATIENCE_S: Final = 120.0
WITHIN_S: Final = 20.0
CONFIDENCE: Final = 0.999
_GROUP: Final = GroupId("line")
_PLAYERS: Final = ("lengths.py", "play.py", "scenario.py")


class Cell(Struct, frozen=True, kw_only=True):
    """One combination.

    Attributes:
        load: Offered load for each agent, 1 being as much as they can do.
        patient: With patience, so Erlang A; else C.
        contacts: How many come in all replications together, on average.
    """

    agents: int
    load: float
    patient: bool
    contacts: int
    replications: int = 100

    @property
    def name(self) -> str:
        return f"{'M/M/c+M' if self.patient else 'M/M/c'}, c = {self.agents}, load {self.load:.2f}"

    @property
    def arrivals_per_s(self) -> float:
        return self.load * self.agents / HANDLING_S

    @property
    def figures(self) -> tuple[str, ...]:
        return ("waits", "wait_s", "abandoned", "level") if self.patient else ("waits", "wait_s", "level")

    def expected(self) -> ErlangA | ErlangC:
        if self.patient:
            return ErlangA(
                agents=self.agents,
                arrivals_per_s=self.arrivals_per_s,
                handling_s=HANDLING_S,
                patience_s=PATIENCE_S,
            )
        return ErlangC(agents=self.agents, arrivals_per_s=self.arrivals_per_s, handling_s=HANDLING_S)


class Counted(Struct, kw_only=True):
    """What one replication counted of those who came after its start."""

    contacts: int = 0
    waits: int = 0
    wait_s: float = 0.0
    abandoned: int = 0
    level: int = 0


class Estimate(Struct, frozen=True, kw_only=True):
    """One figure as played: a ratio and half the width of its interval."""

    figure: str
    expected: float
    played: float
    half_width: float

    @property
    def agrees(self) -> bool:
        return abs(self.played - self.expected) <= self.half_width


# The higher the load, the longer a busy spell is remembered, and the more contacts it takes.
CELLS: Final = tuple(
    Cell(agents=agents, load=load, patient=patient, contacts=contacts)
    for patient, loads in (
        (False, ((0.80, 200_000), (0.90, 400_000), (0.95, 800_000))),
        (True, ((0.80, 200_000), (1.00, 200_000), (1.20, 200_000))),
    )
    for load, contacts in loads
    for agents in (10, 50, 100)
)


class _Counter:
    """Counts those who came after the start, and looks at nothing else."""

    def __init__(self, after: Millis) -> None:
        self.counted = Counted()
        self._after = after

    def queues(self, group: GroupId, at: Millis) -> None:
        pass

    def leaves(self, group: GroupId, at: Millis) -> None:
        pass

    def works(self, agent: AgentId, at: Millis, *, available: bool, ringing: int, handling: int) -> None:
        pass

    def over(self, caller: Caller) -> None:
        if caller.asked_at <= self._after:
            return
        counted, wait_s = self.counted, caller.wait_ms / 1000
        assert isinstance(caller.outcome, EndReason), f"nobody is refused here: {caller.outcome}"
        counted.contacts += 1
        counted.waits += caller.waited
        counted.wait_s += wait_s
        if caller.answered_at is None:
            counted.abandoned += 1
        elif wait_s <= WITHIN_S:
            counted.level += 1


def replication(cell: Cell, number: int) -> Counted:
    """Play one replication. Its seed is its name and number."""
    seed = f"{cell.name} {number}"
    handling = Lengths(mean_s=HANDLING_S)
    patience = Lengths(mean_s=PATIENCE_S) if cell.patient else None
    scenario = Scenario(
        site={"groups": [{"id": _GROUP, "wrap_up_ms": 0, "max_waiting": 1_000_000}]},
        agents=[Agents(count=cell.agents, groups=(_GROUP,))],
        arrivals=[Arrivals(group=_GROUP, per_hour=cell.arrivals_per_s * 3600, handling=handling, patience=patience)],
        hours=cell.contacts / cell.replications / cell.arrivals_per_s / 3600,
    )
    ready = prepare(scenario, folder=ROOT, seed=int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    random = Random(f"{seed} start")
    there = bisect(list(accumulate(cell.expected().present)), random.random())
    start = Millis(ready.starts + 1)
    draw_handling, draw_patience = handling.drawn(), None if patience is None else patience.drawn()
    before = (
        Caller(
            ContactRequested(
                contact=ContactId(f"ct_before_{n}"),
                session=SessionId(f"ss_before_{n}"),
                group=_GROUP,
                channel=Channel.VOICE,
                visitor=VisitorKey(f"before {n}"),
            ),
            start,
            handling_ms=draw_handling(random),
            patience_ms=None if draw_patience is None else draw_patience(random),
        )
        for n in range(there)
    )
    counter = _Counter(start)
    play = Play(
        Core(),
        told=ready.told,
        callers=merge(before, ready.callers, key=lambda caller: caller.asked_at),
        manners=ready.manners,
        chance=lambda *_: random,
        until=ready.until,
        watch=counter,
    )
    play.run()
    assert not play.open, "everybody's wait is known"
    return counter.counted


def estimates(cell: Cell, counted: Sequence[Counted], *, intervals: int) -> Iterator[Estimate]:
    """Each figure of a cell, with an interval that is one of so many at once."""
    expected = cell.expected()
    values = {
        "waits": expected.waits,
        "wait_s": expected.wait_s,
        "abandoned": expected.abandoned,
        "level": expected.answered_within(WITHIN_S),
    }
    contacts = sum(one.contacts for one in counted)
    quantile = t_quantile(1 - (1 - CONFIDENCE) / intervals / 2, len(counted) - 1)
    for figure in cell.figures:
        ratio = math.fsum(getattr(one, figure) for one in counted) / contacts
        squares = math.fsum((getattr(one, figure) - ratio * one.contacts) ** 2 for one in counted)
        error = math.sqrt(squares * len(counted) / (len(counted) - 1)) / contacts
        yield Estimate(figure=figure, expected=values[figure], played=ratio, half_width=quantile * error)


def t_quantile(share: float, freedom: int) -> float:
    """Below which this share of Student's t lies, for a share above a half; by Simpson's rule and bisection."""
    scale: float = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(t: float) -> float:
        steps = 400
        width = t / steps
        heights = [scale * math.pow(1 + (n * width) ** 2 / freedom, -(freedom + 1) / 2) for n in range(steps + 1)]
        weighted = heights[0] + 4 * math.fsum(heights[1:-1:2]) + 2 * math.fsum(heights[2:-1:2]) + heights[-1]
        return 0.5 + width / 3 * weighted

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return high


# The whole table.


def played(cell: Cell, kept: Path) -> list[Counted]:
    """The replications of a cell: those that are kept, then the rest."""
    file = kept / f"{hashlib.sha256(msgspec.json.encode(cell)).hexdigest()[:16]}.jsonl"
    decoder = msgspec.json.Decoder(Counted)
    lines = file.read_bytes().splitlines() if file.exists() else []
    counted = [decoder.decode(line) for line in lines if line.endswith(b"}")]
    kept.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in counted))
    with file.open("ab", buffering=0) as out:
        for number in range(len(counted), cell.replications):
            one = replication(cell, number)
            out.write(msgspec.json.encode(one) + b"\n")
            counted.append(one)
    return counted


def code_hash() -> str:
    """What was played by other code is played again."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    files = [*(ROOT / "acd").rglob("*.py"), *(ROOT / "gateway/simulation" / name for name in _PLAYERS)]
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


_FORMATS: Final = {"waits": "{:.2%}", "wait_s": "{:.3f} s", "abandoned": "{:.2%}", "level": "{:.2%}"}
_TITLES: Final = {
    "waits": "waits at all",
    "wait_s": "mean wait",
    "abandoned": "abandoned",
    "level": f"answered within {WITHIN_S:g} s",
}


def page(table: Sequence[tuple[Cell, int, Sequence[Estimate]]], *, date: str) -> str:
    """The reference page."""
    return "\n".join(_lines(table, date)) + "\n"


def _lines(table: Sequence[tuple[Cell, int, Sequence[Estimate]]], date: str) -> Iterator[str]:
    every = [estimate for _, _, found in table for estimate in found]
    outside = sum(not estimate.agrees for estimate in every)
    yield "# Simulation against theory"
    yield ""
    yield f"Written by `make theory` on {date}."
    yield ""
    yield "One group, agents who are alike, Poisson arrivals, exponential handling of"
    yield f"{HANDLING_S:g} s on average, contacts served in the order in which they came: here Erlang's formulas"
    yield "(`acd/erlang.py`) are exact, C if nobody hangs up (M/M/c), A if callers have an exponential patience of"
    yield f"{PATIENCE_S:g} s on average (M/M/c+M). The same lines were played through the core, as"
    yield "`zuruf simulate` does, with instant answers and without wrap-up. Load is the offered load for each agent."
    yield ""
    yield f"Each cell is {table[0][0].replications} independent replications with fixed seeds, each started in the"
    yield f"stationary state. The ± is half of an interval that holds with {CONFIDENCE:.1%} for all"
    yield f"{len(every)} figures together (ratio estimates, Student's t, Bonferroni)."
    yield f"**{len(every) - outside} of {len(every)} figures agree with theory.**"
    yield ""
    yield "Mean waits are of all contacts, those that did not wait or gave up included. Who gives up is not"
    yield "answered in time."
    for patient, title in ((False, "Erlang C: nobody hangs up"), (True, "Erlang A: callers have patience")):
        yield ""
        yield f"## {title}"
        yield ""
        yield "| Agents | Load | Contacts | Figure | Theory | Played | ± | |"
        yield "| ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |"
        for cell, contacts, found in table:
            if cell.patient is patient:
                for estimate in found:
                    write = _FORMATS[estimate.figure].format
                    numbers = (write(estimate.expected), write(estimate.played), write(estimate.half_width))
                    yield (
                        f"| {cell.agents} | {cell.load:.2f} | {contacts:,} | {_TITLES[estimate.figure]} | "
                        f"{' | '.join(numbers).replace('%', ' %')} | {'agrees' if estimate.agrees else '**differs**'} |"
                    )


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.theory", description=__doc__)
    options.add_argument("--factor", type=float, default=1.0, help="so many times the contacts; no page is written")
    given = options.parse_args()
    intervals = sum(len(cell.figures) for cell in CELLS)
    kept = KEPT / code_hash()
    table = []
    for whole in CELLS:
        cell = msgspec.structs.replace(whole, contacts=round(whole.contacts * given.factor))
        print(f"==> {cell.name}, {cell.contacts:,} contacts", file=sys.stderr, flush=True)
        counted = played(cell, kept)
        found = list(estimates(cell, counted, intervals=intervals))
        for one in found:
            print(
                f"    {_TITLES[one.figure]:<22} expected {one.expected:10.5f}  played {one.played:10.5f} "
                f"± {one.half_width:.5f}  {'' if one.agrees else 'DIFFERS'}",
                flush=True,
            )
        table.append((cell, sum(one.contacts for one in counted), found))
    if given.factor == 1.0:
        PAGE.write_text(page(table, date=dt.datetime.now(dt.UTC).date().isoformat()), "utf-8")
    return 0 if all(one.agrees for _, _, found in table for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
