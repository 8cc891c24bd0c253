"""One site's call distributor, as a value: give it a fact and a moment, get decisions.

It reads no clock and waits for nothing; whoever runs it brings the time along with each
fact. Deciding and applying are kept apart: :meth:`Core.decide` asks the rules,
:meth:`Core.evolve` changes the state, and a restart needs the second alone.
"""

from collections.abc import Iterator
from typing import Final

from acd.decisions import Decision
from acd.evolution import evolve
from acd.facts import Fact
from acd.ids import Millis
from acd.policy import about, expired, followed, skipped
from acd.routing import next_fit
from acd.state import State

CORE_VERSION: Final = 3
"""Raised when this core makes decisions an older one could not fold."""


class Core:
    """Decides for one site.

    Decisions are taken into the state as they are made, because those of one step follow
    from each other. If their commit is then refused, throw the core away and fold the
    recorded decisions into a new one; nothing is undone by hand.
    """

    def __init__(self, state: State | None = None) -> None:
        self.state = State() if state is None else state
        self._seen = self.state.at

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        """Answer a fact with what follows from it, in order.

        First comes what ended by itself by now, then the fact, then new offers. Facts that
        are late, repeated or odd are harmless and cause nothing of their own.

        Args:
            fact: What happened.
            at: When it happened. Time does not go back: a moment before the last one counts
                as the last one.
        """
        at = self._seen = max(at, self._seen, self.state.at)
        return [self.evolve(decision, at) for decision in self._steps(fact, at)]

    def evolve(self, decision: Decision, at: Millis) -> Decision:
        """Apply a decision, fresh or read back from the journal; answers it."""
        evolve(self.state, decision, at)
        return decision

    @property
    def next_deadline(self) -> Millis | None:
        """The earliest moment at which :class:`acd.facts.Ticked` would decide something."""
        first, fits = self.state.first_deadline, next_fit(self.state)
        return first if fits is None else fits if first is None else min(first, fits)

    def _steps(self, fact: Fact, at: Millis) -> Iterator[Decision]:
        # One after the other: each part must see what the one before it decided.
        yield from skipped(fact)
        yield from expired(self.state, at)
        yield from about(self.state, fact, at)
        if not self.state.is_settled:
            yield from followed(self.state, at)
