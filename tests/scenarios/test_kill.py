"""The process is killed at any moment, and whatever anybody was told stays true."""

import json
from pathlib import Path

import pytest

from tests.scenarios.killing import Told, killed_again_and_again, life, lines
from tests.scenarios.soak import Run, page

ROUNDS = {"embedded": 10, "scaled": 5}
"""In the scaled form, :mod:`tests.scenarios.test_gateways` kills whole servers ten times."""


async def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_given_twice(form: str, address: str) -> None:
    await killed_again_and_again(address, range(ROUNDS[form]), Told())


async def test_a_crowd_stands_in_the_same_order_after_a_kill(address: str) -> None:
    stood: list[list[str]] = []

    for _ in range(2):
        async with life(address, "crowd", []) as process:
            async for line in lines(process):
                if "waiting" in line:
                    assert line["positions"] == list(range(1, 501))
                    stood.append(line["waiting"])
                    process.kill()

    assert len(stood[0]) == 500
    assert stood[0] == stood[1]


async def test_a_soak_that_was_stopped_goes_on_with_what_is_left(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(_: object) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await Run.in_folder(tmp_path, "tree").kill(rounds=2, after_round=stop)
    rounds: list[int] = []
    await Run.in_folder(tmp_path, "tree").kill(rounds=2, after_round=rounds.append)

    assert rounds == [2]
    assert not Run.in_folder(tmp_path, "another tree").told.asked, "another tree begins anew"


def test_the_page_says_what_was_done_when_and_for_how_long() -> None:
    result = {"what": "kill -9 while everybody is busy", "count": "200 rounds", "date": "2026-01-02", "seconds": 421}

    assert "| kill -9 while everybody is busy | 200 rounds | 2026-01-02 | 7 min |" in page(
        json.loads(json.dumps({"kills": result}))
    )
