"""The estimated wait is honest: the short form of ``make waits``."""

import pytest

from bench.waits import DAYS, Error, Honesty, play, table

ORDER_OF_MAGNITUDE = dict(zip(DAYS, (26.5, 20.2, 7.6, 15.1), strict=True))
"""RMSE in seconds of the same formula on like days elsewhere, handling times known."""


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> tuple[str, Honesty]:
    return request.param, play(request.param, hours=10, seed=1)


def test_a_forecast_is_better_than_the_usual_ones_and_its_range_is_what_it_says(day: tuple[str, Honesty]) -> None:
    name, found = day
    count = found.ours.count

    assert count > 500
    assert found.ours.rmse < found.little.rmse
    assert found.ours.rmse < found.last.rmse
    assert ORDER_OF_MAGNITUDE[name] / 2 < found.ours.rmse < ORDER_OF_MAGNITUDE[name] * 2
    assert found.middle.mae < 1.2 * found.ours.rmse
    assert 0.30 < found.inside / count < 0.55, "P50 to P90 holds two in five"
    assert 0.85 < found.in_time / count < 0.95, "P90 holds nine in ten"


def test_the_table_has_a_row_for_every_day() -> None:
    off = Error()
    off.add(70_000, 60_000)
    one = Honesty(ours=off, middle=off, little=off, last=off, inside=1, in_time=1, gone=3)

    (_, _, row) = table({"quiet": one}).splitlines()

    assert row == "| quiet | 1 | 3 | 10.0 s | 100% | 100% | **10.0 s** | 10.0 s | 10.0 s |"
