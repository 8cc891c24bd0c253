"""Play a scenario once, from its file to its figures."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from acd.core import Core
from acd.ids import Millis
from gateway.simulation.play import Play
from gateway.simulation.report import Figures, figures
from gateway.simulation.scenario import Scenario, prepare
from gateway.simulation.tally import Tally

Progress = Callable[[float], None]
"""Told the share of the time that has been played."""


def simulate(
    scenario: Scenario,
    *,
    folder: Path,
    seed: int | None = None,
    hours: float | None = None,
    progress: Progress = lambda _: None,
) -> Figures:
    """Play it. The same scenario and seed give the same figures, always.

    Files are looked for in the folder. Seed and hours, if given, stand in for the scenario's own.

    Raises:
        gateway.simulation.scenario.ScenarioWrong: If it cannot be played.
    """
    if hours is not None:
        scenario = msgspec.structs.replace(scenario, hours=hours)
    seed = scenario.seed if seed is None else seed
    ready = prepare(scenario, folder=folder, seed=seed)
    length_ms = ready.until - ready.starts
    tally = Tally(
        [group.id for group in ready.site.groups],
        starts=Millis(ready.starts + min(length_ms, round(scenario.warm_up_hours * 3_600_000))),
        until=ready.until,
        within_ms=round(scenario.answered_within_s * 1000),
        short_ms=round(scenario.short_abandon_s * 1000),
    )
    answers = Random(f"{seed} answers")
    play = Play(
        Core(),
        told=ready.told,
        callers=ready.callers,
        manners=ready.manners,
        chance=lambda *_: answers,
        until=ready.until,
        watch=tally,
        progress=lambda at: progress(min(1.0, max(0.0, (at - ready.starts) / length_ms))),
    )
    play.run()
    tally.close()
    return figures(
        scenario,
        ready.site,
        tally,
        seed=seed,
        open_at_end=len(play.open),
        facts=play.facts,
        decisions=play.decisions,
    )
