"""The pages that results are kept on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.figures import Outcome, table

_HEAD: Final = """# {title}

Written by `{command}` on {date}; measured, never asserted in a test.

Read the ratios first. Each compares Zuruf with a peer or a floor that was measured in the same run, on the same
machine, in turn with it; another machine, or a busier one, moves both. Absolute figures are of this machine only: one
with {processors} processor cores, shared with others, everything (server, browsers, callers) on it and on its loopback
interface. Load average: {before} when the run began, {after} when it ended; 1 means one core wanted all the time.

{versions}.

"""


def whole_table(outcomes: Iterable[Outcome]) -> str:
    """All figures in one table."""
    return table(figure for outcome in outcomes for figure in outcome.figures)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page, with the measurements on it by their names."""

    file: str
    title: str
    command: str
    names: Sequence[str]

    def text(
        self, outcomes: Sequence[Outcome], *, date: str, processors: int, load: tuple[str, str], versions: str
    ) -> str:
        """The whole page."""
        before, after = load
        head = _HEAD.format(
            title=self.title,
            command=self.command,
            date=date,
            processors=processors,
            before=before,
            after=after,
            versions=versions,
        )
        return head + whole_table(outcomes) + "\n\n" + "\n".join(map(_section, outcomes))


def _section(outcome: Outcome) -> str:
    notes = "".join(f"* {note}\n" for note in outcome.notes)
    return f"## {outcome.title}\n\n{outcome.how}\n" + (f"\n{notes}" if notes else "")
