"""Ask who has been idle longest."""

from typing import ClassVar

from acd.strategies.strategy import Candidate, Strategy, Turn


class LongestIdle(Strategy):
    """Fair to agents: everybody's pause is as long as everybody else's."""

    name: ClassVar[str] = "longest_idle"

    def turn(self, candidate: Candidate, levels: int) -> Turn:  # noqa: ARG002
        """Idle since, then id."""
        return candidate.idle_since, candidate.id
