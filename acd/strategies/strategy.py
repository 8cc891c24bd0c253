"""What a strategy is: the rule by which a group chooses among agents who may have a contact."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from acd.ids import AgentId, Millis
from acd.lines import Line

Turn = tuple[Any, ...]
"""An agent's place among the idle ones of a pool; the smaller is asked first. Ends with the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a strategy may know of an idle agent.

    Attributes:
        idle_since: End of the last handled contact with its wrap-up, or when they became available.
        load: Part of the capacity in use, in thousandths.
    """

    id: AgentId
    idle_since: Millis
    load: int


class Strategy(ABC):
    """One way to choose. Stateless: what a group remembers is handed in.

    Attributes:
        name: What a group's configuration calls it.
        rings_all: Everybody is asked at once; the first to accept has it.
        heeds_preference: The agent whom a contact prefers is waited for first.
    """

    name: ClassVar[str]
    rings_all: ClassVar[bool] = False
    heeds_preference: ClassVar[bool] = False

    @abstractmethod
    def turn(self, candidate: Candidate, levels: int) -> Turn:
        """The place among the idle agents. May change only when something of the candidate does.

        Args:
            candidate: Who is idle.
            levels: Sum of their levels over the skills that are asked for.
        """

    def in_turn(self, idle: Line[Turn], last: AgentId | None) -> Iterator[Turn]:
        """Idle agents in the order in which they are asked.

        Args:
            idle: Everybody's turn.
            last: Whom the group asked last.
        """
        del last  # Only a strategy with memory looks at it.
        return iter(idle)

    def rank(self, turn: Turn, last: AgentId | None) -> Turn:
        """What :meth:`in_turn` is sorted by, to merge several lines."""
        del last
        return turn
