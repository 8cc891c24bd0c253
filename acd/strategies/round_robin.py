"""Ask one after the other, and remember who was last."""

from collections.abc import Iterator
from itertools import chain
from typing import ClassVar

from acd.ids import AgentId
from acd.lines import Line
from acd.strategies.strategy import Candidate, Strategy, Turn


class RoundRobin(Strategy):
    """By id, from the one behind whom the group asked last, and round again."""

    name: ClassVar[str] = "round_robin"

    def turn(self, candidate: Candidate, levels: int) -> Turn:  # noqa: ARG002
        """The id alone: memory decides where to begin."""
        return (candidate.id,)

    def in_turn(self, idle: Line[Turn], last: AgentId | None) -> Iterator[Turn]:
        """Who comes behind the last one, then who comes before."""
        if last is None:
            return iter(idle)
        # An id with nothing behind it sorts before every longer one, so this is the next place.
        behind = (last + "\0",)
        return chain(idle.after(behind), iter(idle.below(behind, len(idle))))

    def rank(self, turn: Turn, last: AgentId | None) -> Turn:
        """Whether it is behind the last one, then the id."""
        return last is not None and turn[0] <= last, *turn
