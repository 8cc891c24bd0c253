"""The report as one HTML file: tables, and charts drawn as SVG. No script, nothing from elsewhere."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from gateway.simulation.report import ROWS, Figures, GroupFigures, percent, shown
from gateway.simulation.theory import Verdict

_WIDTH, _HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 8, 24

_STYLE = """
:root { color-scheme: light dark; --text: #1c2430; --faint: #66707f; --line: #d5dae2; --paper: #fff;
  --good: #2b7a55; --late: #d6a021; --bad: #b8403a; --other: #7a8699; --one: #2f62b5; --two: #a3bfe8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6eaf1; --faint: #9aa5b5; --line: #3a4352; --paper: #151a22;
  --good: #4cb285; --late: #e3b950; --bad: #e0736d; --other: #8f9bb0; --one: #7ba7ef; --two: #35507d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
th, td { text-align: right; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th:first-child { text-align: left; } thead th { font-weight: 600; }
.wide { overflow-x: auto; } p.note { color: var(--faint); }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--faint); } .grid { stroke: var(--line); }
.good { fill: var(--good); } .late { fill: var(--late); } .bad { fill: var(--bad); } .other { fill: var(--other); }
.area { fill: var(--two); } .curve { fill: none; stroke: var(--one); stroke-width: 1.5; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
.key.good { background: var(--good); } .key.late { background: var(--late); } .key.bad { background: var(--bad); }
.key.other { background: var(--other); } .key.area { background: var(--two); } .key.one { background: var(--one); }
"""

Point = tuple[float, float]


def as_page(found: Figures) -> str:
    """The whole file."""
    return "\n".join(_page(found)) + "\n"


def _page(found: Figures) -> Iterator[str]:
    title = f"Simulation of {found.hours:g} h from {found.starts:%Y-%m-%d %H:%M}"
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    yield f"<p>{found.agents:,} agents, seed {found.seed}. Occupancy {percent(found.occupancy)}"
    yield f"of {found.agent_hours:,.0f} agent hours. {found.facts:,} facts, {found.decisions:,} decisions.</p>"
    if found.open_at_end:
        yield f"<p>{found.open_at_end:,} contacts were still open when the simulation ended.</p>"
    yield from _table(found.groups)
    yield f'<p class="note">Service level: {escape(found.service_level_is)}. ASA and percentiles are waits'
    yield "of answered contacts. Charts show contacts by the time they were asked for.</p>"
    yield from _theory(found.theory)
    for group in found.groups:
        yield from _charts(group)
    yield "</body></html>"


def _table(groups: Sequence[GroupFigures]) -> Iterator[str]:
    yield '<div class="wide"><table><thead><tr><th></th>'
    yield "".join(f'<th scope="col">{escape(group.group)}</th>' for group in groups) + "</tr></thead><tbody>"
    for title, value in ROWS:
        cells = "".join(f"<td>{value(group)}</td>" for group in groups)
        yield f'<tr><th scope="row">{title}</th>{cells}</tr>'
    for end in sorted({end for group in groups for end in group.other_ends}):
        cells = "".join(f"<td>{group.other_ends.get(end, 0):,}</td>" for group in groups)
        yield f'<tr><th scope="row">{escape(end)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _theory(verdict: Verdict) -> Iterator[str]:
    yield "<h2>Against theory</h2>"
    if verdict.why_not:
        yield f"<p>Erlang C and A do not apply: {escape('; '.join(dict.fromkeys(verdict.why_not)))}.</p>"
        return
    yield f"<p>{escape(verdict.formula)}</p><table><thead><tr><th></th>"
    yield '<th scope="col">played</th><th scope="col">expected</th></tr></thead><tbody>'
    for row in verdict.compared:
        cells = "".join(f"<td>{shown(row.figure, value)}</td>" for value in (row.played, row.expected))
        yield f'<tr><th scope="row">{escape(row.figure)}</th>{cells}</tr>'
    yield "</tbody></table>"


def _charts(group: GroupFigures) -> Iterator[str]:
    spans = group.spans
    times = [f"{span.at:%H:%M}" for span in spans]
    yield f"<h2>{escape(group.group)}</h2>"
    stacks = [
        (
            span.answered_within,
            span.answered - span.answered_within,
            span.abandoned,
            span.offered - span.answered - span.abandoned,
        )
        for span in spans
    ]
    kinds = ("good", "late", "bad", "other")
    words = ("answered in time", "answered later", "abandoned", "other ends")
    yield from _figure("Contacts", list(zip(kinds, words, strict=True)), _bars(stacks, kinds, times))
    most = [float(span.most_waiting) for span in spans]
    means = [span.mean_waiting for span in spans]
    yield from _figure("Waiting", [("area", "mean"), ("one", "most")], _waiting(means, most, times))
    levels = [span.service_level for span in spans]
    yield from _figure("Service level", [], _levels(levels, times))
    if group.waits_by_percent_s:
        yield from _figure("Share answered after a wait of at most", [], _reached(group.waits_by_percent_s))


def _figure(title: str, keys: Sequence[tuple[str, str]], drawn: Iterator[str]) -> Iterator[str]:
    legend = "".join(f'<span class="key {kind}"></span>{word}' for kind, word in keys)
    yield f"<figure><figcaption>{title}</figcaption>"
    if legend:
        yield f"<div>{legend}</div>"
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
    yield from drawn
    yield "</svg></figure>"


def _bars(stacks: Sequence[Sequence[int]], kinds: Sequence[str], times: Sequence[str]) -> Iterator[str]:
    highest = round_up(max((sum(stack) for stack in stacks), default=0))
    yield from _axes([f"{value:g}" for value in _steps(highest)], times)
    width = (_WIDTH - _LEFT - _RIGHT) / max(1, len(stacks))
    for number, stack in enumerate(stacks):
        below = 0
        for kind, count in zip(kinds, stack, strict=True):
            if count:
                top, bottom = _y((below + count) / highest), _y(below / highest)
                x = _LEFT + number * width
                yield (
                    f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{width * 0.9:.1f}" '
                    f'height="{bottom - top:.1f}"/>'
                )
            below += count


def _waiting(means: Sequence[float], most: Sequence[float], times: Sequence[str]) -> Iterator[str]:
    highest = round_up(max(most, default=0))
    yield from _axes([f"{value:g}" for value in _steps(highest)], times)
    area = [(_middle(number, means), _y(mean / highest)) for number, mean in enumerate(means)]
    if area:
        closed = [(area[0][0], _y(0)), *area, (area[-1][0], _y(0))]
        yield f'<polygon class="area" points="{_points(closed)}"/>'
    yield _curve([(_middle(number, most), _y(value / highest)) for number, value in enumerate(most)])


def _levels(levels: Sequence[float | None], times: Sequence[str]) -> Iterator[str]:
    yield from _axes([f"{value:g} %" for value in _steps(100)], times)
    piece: list[Point] = []
    for number, level in enumerate([*levels, None]):
        if level is not None:
            piece.append((_middle(number, levels), _y(level)))
        elif piece:
            yield _curve(piece)
            piece = []


def _reached(waits_s: Sequence[float]) -> Iterator[str]:
    longest = round_up(waits_s[99])
    times = [f"{value:g} s" for value in _steps(longest)]
    yield from _axes([f"{value:g} %" for value in _steps(100)], times, ends=True)
    width = _WIDTH - _LEFT - _RIGHT
    points = [(_LEFT + width * wait / longest, _y(number / 100)) for number, wait in enumerate(waits_s)]
    yield _curve([(x, y) for x, y in points if x <= _WIDTH - _RIGHT])


def _axes(heights: Sequence[str], below: Sequence[str], *, ends: bool = False) -> Iterator[str]:
    """Grid and labels. With ends, labels stand at both ends too; else each at the beginning of its part."""
    for number, label in enumerate(heights):
        y = _y(number / (len(heights) - 1))
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
    step = 1 if ends else max(1, math.ceil(len(below) / 12))
    parts = max(1, len(below) - 1 if ends else len(below))
    for number in range(0, len(below), step):
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * number / parts
        anchor = "end" if ends and number == parts else "start" if number == 0 else "middle"
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{below[number]}</text>'


def round_up(value: float) -> float:
    """The next number that looks good at the end of an axis; 1 at least."""
    if value <= 1:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 4, 5, 8, 10) if power * step >= value)


def _steps(highest: float) -> list[float]:
    return [highest * quarter / 4 for quarter in range(5)]


def _y(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _middle(number: int, among: Sequence[object]) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (number + 0.5) / len(among)


def _curve(points: Sequence[Point]) -> str:
    return f'<polyline class="curve" points="{_points(points)}"/>'


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
