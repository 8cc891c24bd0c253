"""Queueing theory, held against what others published and against slower ways to the same number."""

import math
from fractions import Fraction

import pytest

from acd.erlang import ErlangA, ErlangC, erlang_b

MINUTE = 60.0


def test_nobody_is_blocked_by_more_agents_than_the_tables_say() -> None:
    # By hand: one agent blocks a / (1 + a); two a^2/2 / (1 + a + a^2/2).
    assert erlang_b(0, 3.0) == 1
    assert erlang_b(1, 1.0) == pytest.approx(1 / 2)
    assert erlang_b(2, 1.0) == pytest.approx(1 / 5)
    # From the printed tables of Erlang B.
    assert erlang_b(10, 4.461) == pytest.approx(0.01, abs=5e-6)
    assert erlang_b(100, 84.06) == pytest.approx(0.01, abs=1e-5)


def test_two_agents_are_as_busy_as_paper_and_pencil_say() -> None:
    expected = ErlangC(agents=2, arrivals_per_s=1.0, handling_s=1.0)

    assert expected.waits == pytest.approx(1 / 3)
    assert expected.wait_s == expected.asa_s == pytest.approx(1 / 3)
    assert expected.waiting == pytest.approx(1 / 3)
    assert expected.occupancy == 0.5
    assert expected.abandoned == 0
    assert expected.present[:4] == pytest.approx([1 / 3, 1 / 3, 1 / 6, 1 / 12])
    assert expected.answered_within(0) == pytest.approx(2 / 3)
    assert expected.answered_within(1) == pytest.approx(1 - math.exp(-1) / 3)


def test_the_planners_textbook_example_comes_out() -> None:
    # 100 calls in half an hour of 3 minutes each, 14 agents.
    expected = ErlangC(agents=14, arrivals_per_s=100 / 1800, handling_s=180)

    assert expected.waits == pytest.approx(0.174, abs=5e-4)
    assert expected.asa_s == pytest.approx(7.8, abs=0.05)
    assert expected.answered_within(20) == pytest.approx(0.888, abs=5e-4)
    assert expected.occupancy == pytest.approx(0.714, abs=5e-4)


def test_patience_changes_the_published_call_centre_as_published() -> None:
    # Garnett, Mandelbaum and Reiman (2002): 50 agents, 48 calls a minute of one minute,
    # patience two minutes.
    without = ErlangC(agents=50, arrivals_per_s=48 / MINUTE, handling_s=MINUTE)
    patient = ErlangA(agents=50, arrivals_per_s=48 / MINUTE, handling_s=MINUTE, patience_s=2 * MINUTE)

    assert without.wait_s == pytest.approx(20.8, abs=0.05)
    assert 1 - without.answered_within(58.1) == pytest.approx(0.10, abs=5e-4)
    assert without.waiting == pytest.approx(17, abs=0.5)
    assert without.occupancy == pytest.approx(0.96)
    assert patient.abandoned == pytest.approx(0.031, abs=5e-4)
    assert patient.asa_s == pytest.approx(3.6, abs=0.1)
    assert patient.waiting == pytest.approx(3, abs=0.05)
    assert patient.occupancy == pytest.approx(0.93, abs=5e-3)


@pytest.mark.parametrize(("agents", "load", "patience"), [(1, 2, 1), (2, 3, 2), (3, 2, Fraction(1, 2))])
def test_the_balance_of_flows_gives_the_same(agents: int, load: int, patience: Fraction) -> None:
    top = 40
    rows = [[Fraction(0)] * (top + 1) for _ in range(top + 1)]
    for number in range(top):
        die = min(number + 1, agents) + max(number + 1 - agents, 0) / Fraction(patience)
        for here, there, rate in ((number, number + 1, Fraction(load)), (number + 1, number, die)):
            rows[here][here] -= rate
            rows[there][here] += rate
    rows[0] = [Fraction(1)] * (top + 1)
    shares = [float(share) for share in _solve(rows, [Fraction(1)] + [Fraction(0)] * top)]

    expected = ErlangA(agents=agents, arrivals_per_s=load, handling_s=1, patience_s=float(patience))

    assert expected.present[: agents + 10] == pytest.approx(shares[: agents + 10], rel=1e-9)
    assert expected.waits == pytest.approx(sum(shares[agents:]), rel=1e-9)
    queue = sum((number - agents) * share for number, share in enumerate(shares) if number > agents)
    assert expected.waiting == pytest.approx(queue, rel=1e-9)
    assert expected.wait_s == pytest.approx(queue / load, rel=1e-9)
    assert expected.abandoned == pytest.approx(queue / float(patience) / load, rel=1e-9)
    busy = sum(min(number, agents) * share for number, share in enumerate(shares))
    assert expected.occupancy == pytest.approx(busy / agents, rel=1e-9)


@pytest.mark.parametrize(("agents", "load"), [(1, 0.5), (10, 10.0), (50, 60.0)])
def test_walking_through_the_line_in_small_steps_gives_the_same_service_level(agents: int, load: float) -> None:
    expected = ErlangA(agents=agents, arrivals_per_s=load / 180, handling_s=180, patience_s=120)

    answered = 1 - expected.waits
    behind = expected.present[agents:]
    step_s = 0.02
    for _ in range(1000):
        # Runge-Kutta of the fourth order on how many wait before one contact.
        k1 = _flow(behind, agents)
        k2 = _flow([x + step_s / 2 * k for x, k in zip(behind, k1, strict=True)], agents)
        k3 = _flow([x + step_s / 2 * k for x, k in zip(behind, k2, strict=True)], agents)
        k4 = _flow([x + step_s * k for x, k in zip(behind, k3, strict=True)], agents)
        slopes = zip(behind, k1, k2, k3, k4, strict=True)
        after = [x + step_s / 6 * (a + 2 * b + 2 * c + d) for x, a, b, c, d in slopes]
        answered += step_s * (behind[0] + after[0]) / 2 * agents / 180
        behind = after

    assert expected.answered_within(20) == pytest.approx(answered, abs=1e-6)
    assert expected.answered_within(0) == 1 - expected.waits
    assert expected.answered_within(2000) == pytest.approx(1 - expected.abandoned, abs=1e-9)


def test_the_mean_wait_of_answered_contacts_is_the_area_under_the_service_level() -> None:
    expected = ErlangA(agents=5, arrivals_per_s=6 / 180, handling_s=180, patience_s=60)

    step_s, longest_s = 2.0, 700.0
    reached = 1 - expected.abandoned
    levels = [expected.answered_within(number * step_s) for number in range(int(longest_s / step_s) + 1)]
    still_waiting = [reached - level for level in levels]
    area = step_s * (sum(still_waiting) - (still_waiting[0] + still_waiting[-1]) / 2)

    assert expected.asa_s == pytest.approx(area / reached, rel=1e-3)


def test_callers_of_endless_patience_wait_as_in_erlang_c() -> None:
    endless = ErlangA(agents=10, arrivals_per_s=9 / 180, handling_s=180, patience_s=1e12)
    without = ErlangC(agents=10, arrivals_per_s=9 / 180, handling_s=180)

    assert endless.abandoned == pytest.approx(0, abs=1e-9)
    for name in ("waits", "wait_s", "asa_s", "occupancy", "waiting"):
        assert getattr(endless, name) == pytest.approx(getattr(without, name), rel=1e-6), name
    assert endless.answered_within(20) == pytest.approx(without.answered_within(20), rel=1e-6)


def test_callers_without_patience_are_blocked_as_in_erlang_b() -> None:
    hasty = ErlangA(agents=10, arrivals_per_s=9 / 180, handling_s=180, patience_s=1e-6)

    assert hasty.abandoned == pytest.approx(erlang_b(10, 9.0), rel=1e-6)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="Erlang B"):
        erlang_b(3, 0)
    with pytest.raises(ValueError, match="more agents than load"):
        ErlangC(agents=2, arrivals_per_s=2, handling_s=1)
    with pytest.raises(ValueError, match="one agent at least"):
        ErlangA(agents=0, arrivals_per_s=2, handling_s=1, patience_s=1)
    with pytest.raises(ValueError, match="one agent at least"):
        ErlangA(agents=1, arrivals_per_s=2, handling_s=1, patience_s=0)


def _flow(behind: list[float], agents: int) -> list[float]:
    rates = [agents / 180 + number / 120 for number in range(len(behind) + 1)]
    return [
        -(rates[number] + 1 / 120) * here + rates[number + 1] * after
        for number, (here, after) in enumerate(zip(behind, [*behind[1:], 0.0], strict=True))
    ]


def _solve(rows: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss with a pivot, in exact numbers."""
    size = len(rows)
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if table[row][column])
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column][column]
        table[column] = [value / lead for value in table[column]]
        for row in range(size):
            factor = table[row][column]
            if row != column and factor:
                table[row] = [value - factor * top for value, top in zip(table[row], table[column], strict=True)]
    return [row[-1] for row in table]
