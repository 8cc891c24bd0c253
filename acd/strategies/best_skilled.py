"""Ask who can do best what is asked for."""

from typing import ClassVar

from acd.strategies.strategy import Candidate, Strategy, Turn


class BestSkilled(Strategy):
    """The highest sum of levels, which among agents for one requirement is the highest mean."""

    name: ClassVar[str] = "best_skilled"

    def turn(self, candidate: Candidate, levels: int) -> Turn:
        """Levels, the higher first, then longest idle, then id."""
        return -levels, candidate.idle_since, candidate.id
