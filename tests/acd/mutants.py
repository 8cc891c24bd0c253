"""Cores that are wrong in ways in which cores have been wrong: each a line of the core, changed.

They are kept because random days once passed while such bugs lived. Each is put in place of the
right function for the length of a test, and the days must notice.
"""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import pytest

import acd.consultations
import acd.elements
import acd.evolution
import acd.policy
import acd.requirements
import acd.routing
import acd.waiting
from acd.core import Core
from acd.records import AgentState, Contact
from acd.state import State
from acd.strategies.round_robin import RoundRobin


@dataclass(frozen=True)
class Mutant:
    """One bug.

    Attributes:
        name: What the wrong core does.
        function: The function it sits in.
        right: What is written there, once.
        wrong: What is written there instead.
        themes: On which days it shows.
    """

    name: str
    function: Callable[..., Any]
    right: str
    wrong: str
    themes: tuple[str, ...] = ("plain",)

    def put_in_place(self, patch: pytest.MonkeyPatch) -> None:
        """Let everybody who holds the function call the wrong one."""
        function = self.function
        assert isinstance(function, FunctionType)
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.right) == 1, f"the core no longer says {self.right!r} here: say the bug anew"
        module = compile(
            source.replace(self.right, self.wrong), function.__code__.co_filename, "exec", dont_inherit=True
        )
        code = next(
            const for const in module.co_consts if isinstance(const, CodeType) and const.co_name == function.__name__
        )
        patch.setattr(function, "__code__", code)


def _getter(prop: object) -> Callable[..., Any]:
    assert isinstance(prop, property)
    assert prop.fget is not None
    return prop.fget


MUTANTS = (
    Mutant(
        "who came last goes first",
        State._places_of_contact,
        "key = (contact.asked_at - contact.head_start_ms,",
        "key = (contact.head_start_ms - contact.asked_at,",
    ),
    Mutant(
        "a missed offer loses its place",
        acd.evolution._withdraw,
        "phase_since=at, shared=False)",
        "phase_since=at, shared=False, asked_at=at if decision.reason == 'missed' else contact.asked_at)",
    ),
    Mutant(
        "a missed offer goes behind who asked at the same moment",
        acd.evolution._withdraw,
        "phase_since=at, shared=False)",
        "phase_since=at, shared=False, sequence=state.next_sequence)\n        state.next_sequence += 1",
    ),
    Mutant(
        "a missed offer drops the contact",
        acd.policy._rang_out,
        "yield from exclude(state, contact, agent, at)",
        "state.drop_contact(contact.id)",
    ),
    Mutant(
        "nobody winds the ring timer",
        State._places_of_contact,
        "for r in contact.ringing]",
        "for r in contact.ringing[:0]]",
    ),
    Mutant(
        "nobody winds the timer of a routing step",
        State._places_of_contact,
        "if contact.step_until is not None:",
        "if contact.step_until is not None and contact.step == 0:",
        themes=("skills",),
    ),
    Mutant(
        "nobody asks an agent who returns",
        Core._steps,
        "if not self.state.is_settled:",
        "if not self.state.is_settled and 'presence' not in type(fact).__slots__:",
    ),
    Mutant(
        "there is room for one more than there is",
        AgentState.has_room,
        "return same < most",
        "return same <= most",
        themes=("several at once",),
    ),
    Mutant(
        "any other kind may interrupt a talk",
        AgentState.has_room,
        "i.busy is busy and i.by is kind",
        "i.busy is busy or i.by is kind",
        themes=("several at once",),
    ),
    Mutant(
        "nobody counts down",
        State.drop_contact,
        "self._visitors[before.visitor] -= 1",
        "self._visitors[before.visitor] -= 0",
    ),
    Mutant(
        "who is idle is read apart from what they have",
        State.put_agent,
        "self._turn(agent)",
        "self._turn(before or agent)",
        themes=("several at once",),
    ),
    Mutant(
        "an answer to an earlier offer counts for this one",
        acd.elements.in_epoch,
        "found.epoch != epoch",
        "found.epoch < epoch",
    ),
    Mutant(
        "the first of several to accept leaves the others ringing",
        acd.policy._on_accepted,
        "if other != fact.agent:",
        "if other > fact.agent:",
        themes=("ring all",),
    ),
    Mutant(
        "a contact that nobody can serve waits for its step to pass",
        acd.waiting._is_hopeless,
        "not state.staffing(contact, step)",
        "not state.members(contact.group)",
        themes=("skills",),
    ),
    Mutant(
        "what must be is relaxed",
        acd.requirements.relaxed,
        "if need.must:",
        "if need.must and drops_all:",
        themes=("must",),
    ),
    Mutant(
        "nobody remembers whose turn it was",
        RoundRobin.in_turn,
        "if last is None:",
        "if last != 'nobody':",
        themes=("round robin",),
    ),
    Mutant(
        "the date of a callback moves with skipped time",
        acd.evolution._contact_later,
        "retry_at=_later(callback.retry_at, skipped_ms),",
        "retry_at=_later(callback.retry_at, skipped_ms), due_at=_later(callback.due_at, skipped_ms),",
        themes=("callbacks",),
    ),
    Mutant(
        "an invited caller is not there yet",
        _getter(Contact.is_here),
        "self.caller.is_attached or invited",
        "self.caller.is_attached",
        themes=("callbacks",),
    ),
    Mutant(
        "a delay is no deadline",
        acd.routing.next_fit,
        "return Millis(min(moments)) if moments else None",
        "return None",
        themes=("delays",),
    ),
    Mutant(
        "a contact is handed over before both ends of the guest have media",
        acd.consultations.on_media_connected,
        "if guest.media | {fact.party} == frozenset(Party):",
        "if guest.media | {fact.party}:",
        themes=("colleagues",),
    ),
    Mutant(
        "a consultation waits again after a colleague had it",
        acd.elements.requeue,
        "if contact.is_consultation:",
        "if contact.is_consultation and contact.agent is None:",
        themes=("colleagues",),
    ),
    Mutant(
        "the epoch of a guest who has left is given again",
        _getter(Contact.next_epoch),
        "max(self.epoch, self.guest_epoch) + 1",
        "self.epoch + 1",
        themes=("colleagues",),
    ),
)
