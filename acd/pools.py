"""Pools: the contacts that ask for the same, and the agents who can give it.

A pool is one class of contacts: the same group, the same kind of channel, the same
requirement in force. Who waits and who is idle stand in order in it, so that the next
offer is found at the heads of lines and never by going through callers or agents.
"""

from collections.abc import Iterator, Mapping
from heapq import merge
from typing import NamedTuple

from acd.config import Kind
from acd.ids import AgentId, ContactId, GroupId, Millis, SkillId
from acd.lines import Line
from acd.strategies import Candidate, Strategy, Turn

InLine = tuple[int, int, ContactId]
"""Who waits: the contact's order, and its id."""


class PoolKey(NamedTuple):
    """What the contacts of a pool have in common.

    Attributes:
        needs: Skills and levels, sorted by skill.
        agent: Only this one may have them.
        by_hand: Of the group or not.
    """

    group: GroupId
    kind: Kind
    needs: tuple[tuple[SkillId, int], ...] = ()
    agent: AgentId | None = None
    by_hand: bool = False


class Fit(NamedTuple):
    """How an agent fits a pool.

    Attributes:
        delay_ms: Contacts ring here only once their score is this much.
        head_start_ms: How much longer they count as having waited, for this agent.
        levels: Sum of the agent's levels over the skills of the pool.
    """

    delay_ms: Millis = Millis(0)
    head_start_ms: Millis = Millis(0)
    levels: int = 0


class Pool:
    """One class of contacts, and the agents for it.

    Attributes:
        fits: The agents who may have these contacts, here or not.
        contacts: Those that may be offered.
        ringing: Those that ring at several agents, whom others may join.
        relaxable: Those that wait and have another step behind this one.
        idle: Agents who would take one now, by their delay.
        idle_agents: How many.
        staffing: How many of the agents are at work.
        members: How many open contacts belong to it, waiting or not.
    """

    __slots__ = (
        "_turns",
        "contacts",
        "fits",
        "idle",
        "idle_agents",
        "key",
        "members",
        "relaxable",
        "ringing",
        "staffing",
        "strategy",
    )

    def __init__(self, key: PoolKey, strategy: Strategy, fits: Mapping[AgentId, Fit]) -> None:
        self.key = key
        self.strategy = strategy
        self.fits = fits
        self.contacts: Line[InLine] = Line()
        self.ringing: Line[InLine] = Line()
        self.relaxable: Line[InLine] = Line()
        self.idle: dict[Millis, Line[Turn]] = {}
        self.idle_agents = 0
        self._turns: dict[AgentId, Turn] = {}
        self.staffing = 0
        self.members = 0

    def become_idle(self, candidate: Candidate) -> None:
        """The agent would take a contact now."""
        delay_ms, _, levels = self.fits[candidate.id]
        line = self.idle.get(delay_ms)
        if line is None:
            line = self.idle[delay_ms] = Line()
        turn = self._turns[candidate.id] = self.strategy.turn(candidate, levels)
        line.join(turn)
        self.idle_agents += 1

    def become_taken(self, agent: AgentId) -> None:
        """The agent would not any more."""
        delay_ms = self.fits[agent].delay_ms
        line = self.idle[delay_ms]
        line.leave(self._turns.pop(agent))
        self.idle_agents -= 1
        if not line.size:
            del self.idle[delay_ms]

    def has_idle(self, agent: AgentId) -> bool:
        """Whether the agent would take a contact now."""
        return agent in self._turns

    def asked_for(self, score: Millis, last: AgentId | None) -> Iterator[AgentId]:
        """The idle agents for a contact with this score, in the strategy's order."""
        lines = [line for delay_ms, line in self.idle.items() if delay_ms <= score]
        if len(lines) == 1:
            turns = self.strategy.in_turn(lines[0], last)
        else:
            strategy = self.strategy
            turns = merge(*(strategy.in_turn(line, last) for line in lines), key=lambda turn: strategy.rank(turn, last))
        return (turn[-1] for turn in turns)

    @property
    def shortest_delay(self) -> Millis:
        """The delay of the idle agent who waits least."""
        return min(self.idle)
