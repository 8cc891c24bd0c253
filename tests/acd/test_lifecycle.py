"""The two tables say everything there is to say, once."""

import pytest

from acd.core import Core
from acd.decisions import EndContact, EndReason, FreeSlot
from acd.ids import Millis
from acd.lifecycle import (
    SLOT_STALE,
    SLOT_TRANSITIONS,
    STALE,
    TRANSITIONS,
    ImpossibleTransition,
    Phase,
    Routing,
    SlotTrigger,
    Trigger,
    advance,
    advance_slot,
)
from tests.acd.desk import SALES, Desk
from tools.gen_lifecycles import PAGE, page

# What people and browsers may say at any time, and so in the wrong phase.
SAID_BY_OTHERS = {
    Trigger.ACCEPTED,
    Trigger.DECLINED,
    Trigger.MEDIA_CONNECTED,
    Trigger.SETUP_FAILED,
    Trigger.CONTRADICTED,
    Trigger.AGENT_HUNG_UP,
}


def test_no_trigger_is_both_a_step_and_stale() -> None:
    assert not TRANSITIONS.keys() & STALE
    assert not SLOT_TRANSITIONS.keys() & SLOT_STALE


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.ENDED])
@pytest.mark.parametrize("trigger", sorted(SAID_BY_OTHERS))
def test_whatever_others_say_in_whatever_phase_has_an_answer(phase: Phase, trigger: Trigger) -> None:
    assert advance(phase, trigger) is None or isinstance(advance(phase, trigger), Phase)


@pytest.mark.parametrize("routing", [Routing.IDLE, Routing.NOT_RESPONDING])
def test_a_presence_may_be_chosen_however_vacant_slots_stand(routing: Routing) -> None:
    after = advance_slot(routing, SlotTrigger.PRESENCE_CHOSEN)

    assert after is (Routing.IDLE if routing is Routing.NOT_RESPONDING else None)


def test_every_trigger_has_a_use() -> None:
    assert {trigger for _, trigger in TRANSITIONS} == set(Trigger)
    assert {trigger for _, trigger in SLOT_TRANSITIONS} == set(SlotTrigger)


def test_every_phase_is_reached_and_every_contact_can_end() -> None:
    assert set(TRANSITIONS.values()) == set(Phase)
    for phase in (Phase.QUEUED, Phase.CONNECTING, Phase.TALKING):
        assert Phase.ENDED in {after for (before, _), after in TRANSITIONS.items() if before is phase}


def test_what_no_race_explains_is_our_mistake() -> None:
    with pytest.raises(ImpossibleTransition, match="contact: missed while talking"):
        advance(Phase.TALKING, Trigger.MISSED)
    with pytest.raises(ImpossibleTransition, match="slot: freed while idle"):
        advance_slot(Routing.IDLE, SlotTrigger.FREED)


def test_a_decision_that_cannot_be_is_not_folded(desk: Desk) -> None:
    ana = desk.ready_agent("ana", SALES)
    contact = desk.caller("first", SALES)

    with pytest.raises(ImpossibleTransition):
        desk.core.evolve(EndContact(contact=contact, reason=EndReason.CALLER_HUNG_UP), desk.at)
    with pytest.raises(ImpossibleTransition):
        desk.core.evolve(FreeSlot(agent=ana, contact=contact), desk.at)


def test_an_empty_core_has_nothing_to_fold() -> None:
    with pytest.raises(KeyError):
        Core().evolve(FreeSlot(agent="nobody"), Millis(1))  # type: ignore[arg-type]


def test_the_diagrams_are_drawn_from_these_tables() -> None:
    assert PAGE.read_text() == page(), "run make gen"
