"""What a measurement comes to, and how it is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the result.

    Attributes:
        what: What was measured.
        ours: The product's value, with its unit.
        beside: The same of a peer or a floor, measured in the same run; says which.
        ratio: The first by the second; ``None`` where there is nothing to compare with.
        aim: What was aimed at, and ``met`` whether that is reached.
    """

    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one measurement found.

    Attributes:
        title: Its heading on the page.
        how: How it was measured, in a few sentences.
        figures: The results.
        notes: What else is worth knowing about this run.
    """

    title: str
    how: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()


HEADINGS: Final = ("", "Ratio", "Zuruf", "Beside", "Aim")


def table(figures: Iterable[Figure]) -> str:
    """All figures as a table, ratios first, readable as text and as Markdown."""
    rows = [HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * max(width, 3) for width in widths) + " |")
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    verdict = {None: "", True: ", met", False: ", **missed**"}[figure.met]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return figure.what, ratio, figure.ours, figure.beside, f"{figure.aim}{verdict}"


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -int(-part * len(ordered) // 1) - 1))]


def median(values: Sequence[float]) -> float:
    return quantile(values, 0.5)


def ms(value: float) -> str:
    """Milliseconds for people."""
    return f"{value:.0f} ms"


def seconds(value: float) -> str:
    """Seconds for people."""
    return f"{value:.2f} s"


def spread(values: Sequence[float]) -> str:
    """Median and the range around it, in milliseconds."""
    return f"median {ms(median(values))} ({min(values):.0f} to {max(values):.0f})"
