"""Ask who has the most capacity left."""

from typing import ClassVar

from acd.strategies.strategy import Candidate, Strategy, Turn


class LeastOccupied(Strategy):
    """Spreads chats before anybody gets a second one."""

    name: ClassVar[str] = "least_occupied"

    def turn(self, candidate: Candidate, levels: int) -> Turn:  # noqa: ARG002
        """Part of the capacity in use, then longest idle, then id."""
        return candidate.load, candidate.idle_since, candidate.id
