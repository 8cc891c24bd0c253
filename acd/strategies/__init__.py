"""Which agent is asked first: one strategy a file, registered by name."""

from collections.abc import Mapping
from typing import Final

from acd.strategies.best_skilled import BestSkilled
from acd.strategies.least_occupied import LeastOccupied
from acd.strategies.longest_idle import LongestIdle
from acd.strategies.preferred_agent import PreferredAgent
from acd.strategies.ring_all import RingAll
from acd.strategies.round_robin import RoundRobin
from acd.strategies.strategy import Candidate, Strategy, Turn

STRATEGIES: Final[Mapping[str, Strategy]] = {
    strategy.name: strategy
    for strategy in (LongestIdle(), LeastOccupied(), RoundRobin(), BestSkilled(), RingAll(), PreferredAgent())
}
"""Every strategy there is."""

__all__ = ["STRATEGIES", "Candidate", "Strategy", "Turn"]
