"""What a played day comes to: as values for programs, and as a page of text."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from acd.config import Site
from gateway.simulation.scenario import Scenario
from gateway.simulation.tally import GroupTally, Span, Tally, percentile, total
from gateway.simulation.theory import Verdict, compare

ALL = "all groups"
_BAR = 40
_MOST_COLUMNS = 5


class SpanFigures(Struct, frozen=True, kw_only=True):
    """A part of the day; contacts by the time they were asked for. Shares are from 0 to 1."""

    at: dt.datetime
    offered: int
    answered: int
    answered_within: int
    abandoned: int
    service_level: float | None
    asa_s: float | None
    mean_waiting: float
    most_waiting: int


class GroupFigures(Struct, frozen=True, kw_only=True):
    """One group. ASA and percentiles are of answered contacts; shares are from 0 to 1.

    Attributes:
        other_ends: Refusals and other exits, by reason.
        answered_within_s: For each percent from 0 to 100 of answered contacts the wait it did not exceed.
    """

    group: str
    offered: int
    answered: int
    abandoned: int
    short_abandons: int
    other_ends: dict[str, int]
    service_level: float | None
    abandonment: float | None
    asa_s: float | None
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    longest_s: float | None
    waits_by_percent_s: list[float]
    spans: list[SpanFigures]


class Figures(Struct, frozen=True, kw_only=True):
    """Everything.

    Attributes:
        service_level_is: Which of the service levels in use this one is.
        groups: All together first, if there are several.
        open_at_end: Contacts nobody had served when the simulation ended.
    """

    starts: dt.datetime
    hours: float
    seed: int
    service_level_is: str
    groups: list[GroupFigures]
    agents: int
    agent_hours: float
    occupancy: float | None
    open_at_end: int
    facts: int
    decisions: int
    theory: Verdict


def figures(
    scenario: Scenario, site: Site, tally: Tally, *, seed: int, open_at_end: int, facts: int, decisions: int
) -> Figures:
    """What the day came to."""
    zone = scenario.starts.tzinfo or dt.UTC
    groups = [group_figures(name, group, tally, zone) for name, group in tally.groups.items()]
    if len(groups) > 1:
        groups.insert(0, group_figures(ALL, total(tally), tally, zone))
    return Figures(
        starts=dt.datetime.fromtimestamp(tally.starts / 1000, zone),
        hours=(tally.until - tally.starts) / 3_600_000,
        seed=seed,
        service_level_is=service_level_is(tally.within_ms, tally.short_ms),
        groups=groups,
        agents=len(site.agents),
        agent_hours=tally.agent_hours,
        occupancy=tally.occupancy,
        open_at_end=open_at_end,
        facts=facts,
        decisions=decisions,
        theory=compare(scenario, site, tally),
    )


def service_level_is(within_ms: int, short_ms: int) -> str:
    """The variant of the service level, in words."""
    return (
        f"answered within {within_ms / 1000:g} s, of all contacts that were answered or abandoned, "
        f"without those abandoned in less than {short_ms / 1000:g} s"
    )


def group_figures(name: str, tally: GroupTally, whole: Tally, zone: dt.tzinfo = dt.UTC) -> GroupFigures:
    """One group's figures, of a tally that is closed."""
    waits = sorted(tally.waits)
    return GroupFigures(
        group=name,
        offered=tally.offered,
        answered=tally.answered,
        abandoned=tally.abandoned,
        short_abandons=tally.short,
        other_ends=dict(sorted(tally.ended.items())),
        service_level=tally.service_level,
        abandonment=tally.abandonment,
        asa_s=_seconds(tally.asa_ms),
        p50_s=_seconds(percentile(waits, 0.50)),
        p90_s=_seconds(percentile(waits, 0.90)),
        p95_s=_seconds(percentile(waits, 0.95)),
        longest_s=_seconds(waits[-1] if waits else None),
        waits_by_percent_s=[(percentile(waits, percent / 100) or 0) / 1000 for percent in range(101)] if waits else [],
        spans=[_span(number, span, whole, zone) for number, span in enumerate(tally.spans)],
    )


def _span(number: int, span: Span, whole: Tally, zone: dt.tzinfo) -> SpanFigures:
    at = whole.starts + number * whole.span_ms
    length_ms = min(whole.span_ms, whole.until - at)
    return SpanFigures(
        at=dt.datetime.fromtimestamp(at / 1000, zone),
        offered=span.offered,
        answered=span.answered,
        answered_within=span.within,
        abandoned=span.abandoned,
        service_level=span.service_level,
        asa_s=span.waits_ms / span.answered / 1000 if span.answered else None,
        mean_waiting=span.waiting_ms / length_ms,
        most_waiting=span.most_waiting,
    )


def _seconds(length_ms: float | None) -> float | None:
    return None if length_ms is None else length_ms / 1000


def as_text(found: Figures) -> str:
    """The report as text, for a terminal."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Figures) -> Iterator[str]:
    yield f"{found.hours:g} h from {found.starts:%Y-%m-%d %H:%M %z}, {found.agents} agents, seed {found.seed}"
    yield ""
    yield from columns(found.groups, [group.group for group in found.groups])
    yield ""
    yield f"Service level: {found.service_level_is}."
    yield "ASA and percentiles are waits of answered contacts."
    yield f"Occupancy {percent(found.occupancy)} of {found.agent_hours:,.0f} agent hours."
    if found.open_at_end:
        yield f"{found.open_at_end:,} contacts were still open when the simulation ended; they are in no figure."
    yield ""
    yield from _queue(found.groups[0])
    yield ""
    yield from theory_lines(found.theory)
    yield ""
    yield f"{found.facts:,} facts, {found.decisions:,} decisions."


def columns(groups: Sequence[GroupFigures], titles: Sequence[str]) -> Iterator[str]:
    """A table with a column for each, or a row if there are many."""
    table = [["", *titles]]
    table += [[title, *(value(group) for group in groups)] for title, value in ROWS]
    ends = sorted({end for group in groups for end in group.other_ends})
    table += [[end, *(f"{group.other_ends.get(end, 0):,}" for group in groups)] for end in ends]
    if len(groups) > _MOST_COLUMNS:
        table = [list(row) for row in zip(*table, strict=True)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    for row in table:
        cells = [
            f"{row[0]:<{widths[0]}}",
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield "  ".join(cells).rstrip()


def _queue(group: GroupFigures) -> Iterator[str]:
    yield "Waiting over the day, mean (and most):"
    step = max(1, len(group.spans) // 24)
    rows = [group.spans[start : start + step] for start in range(0, len(group.spans), step)]
    means = [sum(span.mean_waiting for span in row) / len(row) for row in rows]
    highest = max(means, default=0.0)
    for row, mean in zip(rows, means, strict=True):
        bar = "#" * (round(mean / highest * _BAR) if highest else 0)
        yield f"{row[0].at:%H:%M}  {mean:8.1f} ({max(span.most_waiting for span in row):5})  {bar}".rstrip()


def theory_lines(verdict: Verdict) -> Iterator[str]:
    """What theory says, as text."""
    if verdict.why_not:
        yield f"Erlang C and A do not apply: {'; '.join(dict.fromkeys(verdict.why_not))}."
        return
    yield f"{verdict.formula}:"
    yield f"{'':<28}{'played':>10}{'expected':>10}"
    for row in verdict.compared:
        played, expected = shown(row.figure, row.played), shown(row.figure, row.expected)
        yield f"{row.figure:<28}{played:>10}{expected:>10}"


def shown(figure: str, value: float) -> str:
    """A figure of theory with its unit's usual digits."""
    return f"{value:.2f}" if figure.endswith(", s") else percent(value)


def percent(share: float | None) -> str:
    """A share as per cent; a dash if there is none."""
    return "-" if share is None else f"{share:.1%}".replace("%", " %")


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f} s"


ROWS: Final[tuple[tuple[str, Callable[[GroupFigures], str]], ...]] = (
    ("offered", lambda group: f"{group.offered:,}"),
    ("answered", lambda group: f"{group.answered:,}"),
    ("abandoned", lambda group: f"{group.abandoned:,}"),
    ("of them short", lambda group: f"{group.short_abandons:,}"),
    ("abandonment", lambda group: percent(group.abandonment)),
    ("service level", lambda group: percent(group.service_level)),
    ("ASA", lambda group: _time(group.asa_s)),
    ("P50 wait", lambda group: _time(group.p50_s)),
    ("P90 wait", lambda group: _time(group.p90_s)),
    ("P95 wait", lambda group: _time(group.p95_s)),
    ("longest wait", lambda group: _time(group.longest_s)),
)
"""Title of each figure of a group, and how it is written."""
