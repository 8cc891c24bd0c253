"""Whatever happens, in whatever order: see :mod:`tests.acd.any_day`.

And what that is worth: cores that are wrong in ways cores have been wrong are noticed.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import acd.core
import acd.evolution
import acd.policy
from acd.core import Core
from acd.decisions import Decision, MakeOffer, WithdrawOffer, WithdrawReason
from acd.facts import AgentAttached, Fact, Presence, PresenceChosen
from acd.ids import ContactId, Millis
from acd.lifecycle import SLOT_TRANSITIONS
from acd.policy import Decisions
from acd.records import AgentState, Contact
from acd.state import State
from tests.acd.any_day import AnyDay

# Making an example small takes minutes. A short run shows what it found as it is; what it found
# is remembered, and the soak profile makes it small.
IS_SHORT = settings.get_current_profile_name() == "short"

TestAnyDay = pytest.mark.timeout(600)(AnyDay.TestCase)
TestAnyDay.settings = settings(
    stateful_step_count=50,
    phases=[Phase.reuse, Phase.generate] if IS_SHORT else tuple(Phase),
)

Mutation = Callable[[pytest.MonkeyPatch], None]


def after(change: Callable[[State, Decision, Millis], None]) -> Mutation:
    """A core that does one thing more with a decision."""
    right = acd.evolution.evolve

    def wrong(state: State, decision: Decision, at: Millis) -> None:
        right(state, decision, at)
        change(state, decision, at)

    return lambda patch: patch.setattr(acd.core, "evolve", wrong)


def who_came_last_goes_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Contact, "order", property(lambda self: (self.head_start_ms - self.asked_at, -self.sequence)))


def a_missed_offer_loses_its_place(state: State, decision: Decision, at: Millis) -> None:
    if isinstance(decision, WithdrawOffer) and decision.reason is WithdrawReason.MISSED:
        state.put_contact(replace(state.contacts[decision.contact], asked_at=at))


def a_missed_offer_goes_behind_who_asked_at_the_same_moment(state: State, decision: Decision, at: Millis) -> None:
    if isinstance(decision, WithdrawOffer) and decision.reason is WithdrawReason.MISSED:
        state.put_contact(replace(state.contacts[decision.contact], sequence=state.next_sequence))
        state.next_sequence += 1


def a_missed_offer_is_dropped(patch: pytest.MonkeyPatch) -> None:
    right = acd.policy._missed

    def wrong(state: State, contact: Contact, at: Millis) -> Decisions:
        yield from right(state, contact, at)
        state.drop_contact(contact.id)

    patch.setattr(acd.policy, "_missed", wrong)


def nobody_winds_the_ring_timer(state: State, decision: Decision, at: Millis) -> None:
    if isinstance(decision, MakeOffer):
        state.put_contact(replace(state.contacts[decision.contact], deadline=None))


def nobody_asks_an_agent_who_returns(patch: pytest.MonkeyPatch) -> None:
    right = acd.core.Core._steps

    def wrong(self: Core, fact: Fact, at: Millis) -> Decisions:
        if isinstance(fact, AgentAttached | PresenceChosen):
            yield from acd.policy.about(self.state, fact, at)
        else:
            yield from right(self, fact, at)

    patch.setattr(Core, "_steps", wrong)


def a_slot_has_room_for_two(patch: pytest.MonkeyPatch) -> None:
    def is_routable(agent: AgentState) -> bool:
        return agent.presence is Presence.AVAILABLE and agent.endpoint is not None and agent.endpoint.is_attached

    leads_to = {trigger: routing for (_, trigger), routing in SLOT_TRANSITIONS.items()}
    patch.setattr(AgentState, "is_routable", property(is_routable))
    patch.setattr(acd.evolution, "_slot_advanced", lambda _, trigger: leads_to[trigger])


def nobody_counts_down(patch: pytest.MonkeyPatch) -> None:
    right = State.drop_contact

    def wrong(self: State, contact: ContactId) -> None:
        self._visitors[self.contacts[contact].visitor] += 1
        right(self, contact)

    patch.setattr(State, "drop_contact", wrong)


@pytest.mark.parametrize(
    "mutate",
    [
        pytest.param(who_came_last_goes_first, id="who came last goes first"),
        pytest.param(after(a_missed_offer_loses_its_place), id="a missed offer loses its place"),
        pytest.param(
            after(a_missed_offer_goes_behind_who_asked_at_the_same_moment),
            id="a missed offer goes behind who asked at the same moment",
        ),
        pytest.param(a_missed_offer_is_dropped, id="a missed offer is dropped"),
        pytest.param(after(nobody_winds_the_ring_timer), id="nobody winds the ring timer"),
        pytest.param(nobody_asks_an_agent_who_returns, id="nobody asks an agent who returns"),
        pytest.param(a_slot_has_room_for_two, id="a slot has room for two"),
        pytest.param(nobody_counts_down, id="nobody counts down"),
    ],
)
def test_a_core_that_is_wrong_is_noticed(mutate: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    mutate(monkeypatch)
    one_look = settings(
        max_examples=300, stateful_step_count=50, phases=[Phase.generate], database=None, derandomize=True
    )

    with pytest.raises(AssertionError):
        run_state_machine_as_test(AnyDay, settings=one_look)
