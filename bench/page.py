"""The page that results are kept on."""

from collections.abc import Iterable
from typing import Final

from bench.figures import Outcome, table

_HEAD: Final = """# Performance

Written by `make bench` on {date}; measured, never asserted in a test.

Read the ratios first. Each compares Zuruf with a peer or a floor that was measured in the same run, on the same
machine, in turn with it; another machine, or a busier one, moves both. Absolute figures are of this machine only: one
with {processors} processor cores, shared with others, everything (server, browsers, callers) on it and on its loopback
interface. Load average: {before} when the run began, {after} when it ended; 1 means one core wanted all the time.

{versions}.

"""


def whole_table(outcomes: Iterable[Outcome]) -> str:
    """All figures in one table."""
    return table(figure for outcome in outcomes for figure in outcome.figures)


def page(outcomes: Iterable[Outcome], *, date: str, processors: int, load: tuple[str, str], versions: str) -> str:
    """The whole page."""
    kept = list(outcomes)
    before, after = load
    head = _HEAD.format(date=date, processors=processors, before=before, after=after, versions=versions)
    return head + whole_table(kept) + "\n\n" + "\n".join(map(_section, kept))


def _section(outcome: Outcome) -> str:
    notes = "".join(f"* {note}\n" for note in outcome.notes)
    return f"## {outcome.title}\n\n{outcome.how}\n" + (f"\n{notes}" if notes else "")
