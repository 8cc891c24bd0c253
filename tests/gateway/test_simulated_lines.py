"""The core serves a line as queueing theory says: the short form of ``make theory``."""

from collections.abc import Mapping

import msgspec
import pytest

from bench.theory import CELLS, Cell, Counted, Estimate, estimates, page, replication, t_quantile

SHORT = (
    Cell(agents=10, load=0.80, patient=False, contacts=8_000, replications=40),
    Cell(agents=10, load=1.00, patient=True, contacts=8_000, replications=40),
    Cell(agents=50, load=1.20, patient=True, contacts=8_000, replications=40),
)
INTERVALS = sum(len(cell.figures) for cell in SHORT)


@pytest.fixture(scope="module")
def lines() -> Mapping[Cell, list[Counted]]:
    return {cell: [replication(cell, number) for number in range(cell.replications)] for cell in SHORT}


def held_against(cell: Cell, counted: list[Counted]) -> list[Estimate]:
    return list(estimates(cell, counted, intervals=INTERVALS))


def test_waits_abandons_and_service_level_agree_with_erlang(lines: Mapping[Cell, list[Counted]]) -> None:
    found = {cell.name: held_against(cell, counted) for cell, counted in lines.items()}

    assert [(name, one) for name, every in found.items() for one in every if not one.agrees] == []
    assert sum(len(every) for every in found.values()) == 3 + 4 + 4


def test_a_line_of_another_load_would_be_found_out(lines: Mapping[Cell, list[Counted]]) -> None:
    for cell, counted in lines.items():
        other = msgspec.structs.replace(cell, load=cell.load * 0.9)

        assert not all(one.agrees for one in held_against(other, counted))


def test_student_knows_what_the_tables_say() -> None:
    assert t_quantile(0.975, 10) == pytest.approx(2.2281, abs=1e-4)
    assert t_quantile(0.9995, 4) == pytest.approx(8.6103, abs=1e-3)
    assert t_quantile(0.975, 10_000) == pytest.approx(1.96, abs=1e-3)


def test_the_page_has_a_row_for_every_figure_and_says_what_differs() -> None:
    wrong = Estimate(figure="waits", expected=0.5, played=0.6, half_width=0.05)
    right = Estimate(figure="wait_s", expected=1.0, played=1.2, half_width=0.3)

    written = page([(CELLS[0], 1234, [wrong, right])], date="2026-01-05")

    assert "**1 of 2 figures agree with theory.**" in written
    assert "| 10 | 0.80 | 1,234 | waits at all | 50.00 % | 60.00 % | 5.00 % | **differs** |" in written
    assert "| 10 | 0.80 | 1,234 | mean wait | 1.000 s | 1.200 s | 0.300 s | agrees |" in written
