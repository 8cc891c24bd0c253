"""An agent puts a caller on hold, asks a colleague, brings them in, and leaves the contact to them."""

from collections.abc import Callable
from typing import Any

import pytest

from acd.config import Callbacks, Channel, Kind, Need, Skill
from acd.decisions import (
    ConnectGuest,
    Consult,
    Decision,
    DismissGuest,
    EndReason,
    GuestReason,
    HandOver,
    Hold,
    InviteCaller,
    Join,
    Requeue,
    Resume,
    StartWrapUp,
)
from acd.estimate import ClassKey, Estimator, Unknown
from acd.explain import CODES, Explainer
from acd.facts import (
    ConferenceAsked,
    ConsultAsked,
    ConsultEndAsked,
    ContactContradicted,
    Fact,
    HandOverAsked,
    HoldAsked,
    MediaConnected,
    MediaFailed,
    Party,
    Presence,
    TimeSkipped,
    TransferAsked,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SkillId
from acd.lifecycle import Phase, Routing
from acd.records import NOBODY, Contact, Guest
from acd.state import State
from tests.acd.desk import SALES, SUPPORT, Desk

TAX = SkillId("tax")
FIRST = ContactId("first")
ADVICE = ContactId("advice")


class Floor:
    """Ana of sales talks to a caller; ben of support and chris of sales are at work."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ana = desk.ready_agent("ana", SALES)
        desk.caller(FIRST, SALES)
        desk.talk(self.ana)
        self.ben = desk.ready_agent("ben", SUPPORT)
        self.chris = desk.ready_agent("chris", SALES)

    @property
    def first(self) -> Contact:
        return self.desk.contact(FIRST)

    @property
    def guest(self) -> Guest:
        assert self.first.guest is not None
        return self.first.guest

    def says(self, fact: Callable[..., Any], **more: Any) -> list[Decision]:
        """Ana asks for something about her contact."""
        return self.desk.happen(fact(agent=self.ana, contact=FIRST, epoch=self.first.epoch, **more))

    def consult(self, **whom: Any) -> list[Decision]:
        return self.says(ConsultAsked, consult=ADVICE, **(whom or {"to_agent": self.ben}))

    def ask_ben(self) -> None:
        """Ana and ben talk, and the caller is on hold."""
        self.consult(to_agent=self.ben)
        self.desk.talk(self.ben)

    def guest_media(self, *parties: Party) -> list[Decision]:
        decided = []
        for party in parties or tuple(Party):
            decided += self.desk.happen(MediaConnected(contact=FIRST, epoch=self.guest.epoch, party=party))
        return decided

    def confer(self) -> None:
        """All three talk."""
        self.ask_ben()
        self.says(ConferenceAsked)
        self.guest_media()


@pytest.fixture
def floor(desk: Desk) -> Floor:
    return Floor(desk)


# Hold.


def test_a_caller_is_put_on_hold_and_talked_to_again(floor: Floor) -> None:
    assert floor.says(HoldAsked, on=True) == [Hold(contact=FIRST, agent=floor.ana)]
    assert floor.desk.routing(floor.ana) is Routing.HELD
    assert floor.first.phase is Phase.TALKING

    assert floor.says(HoldAsked, on=False) == [Resume(contact=FIRST, agent=floor.ana)]
    assert floor.desk.routing(floor.ana) is Routing.TALKING


@pytest.mark.parametrize("on", [True, False])
def test_hold_said_twice_changes_nothing(floor: Floor, on: bool) -> None:
    floor.says(HoldAsked, on=True)
    floor.says(HoldAsked, on=on)

    assert floor.says(HoldAsked, on=on) == []


def test_hold_is_for_the_agent_of_the_call_and_of_this_assignment(floor: Floor) -> None:
    desk, epoch = floor.desk, floor.first.epoch

    assert desk.happen(HoldAsked(agent=floor.ben, contact=FIRST, epoch=epoch, on=True)) == []
    assert desk.happen(HoldAsked(agent=floor.ana, contact=FIRST, epoch=Epoch(epoch + 1), on=True)) == []
    assert desk.happen(HoldAsked(agent=floor.ana, contact=ContactId("nobody"), epoch=epoch, on=True)) == []


def test_a_message_is_neither_held_nor_asked_about(desk: Desk) -> None:
    desk.rule(SALES, channels=(Channel.VIDEO, Channel.MESSAGE))
    ana = desk.ready_agent("ana", SALES)
    desk.ready_agent("ben", SUPPORT)
    desk.message("letter")
    desk.accept(ana)
    letter = desk.contact(ContactId("letter"))

    assert desk.happen(HoldAsked(agent=ana, contact=letter.id, epoch=letter.epoch, on=True)) == []
    asks = ConsultAsked(agent=ana, contact=letter.id, epoch=letter.epoch, consult=ADVICE, to_agent=AgentId("ben"))
    assert desk.happen(asks) == []


def test_who_hangs_up_on_hold_leaves_wrap_up_behind(floor: Floor) -> None:
    floor.says(HoldAsked, on=True)

    floor.desk.caller_hangs_up(FIRST)

    assert floor.desk.ends() == {FIRST: EndReason.CALLER_HUNG_UP}
    assert floor.desk.routing(floor.ana) is Routing.WRAP_UP


def test_an_agent_lost_on_hold_puts_the_caller_in_front_again(floor: Floor) -> None:
    floor.says(HoldAsked, on=True)
    floor.desk.detach_agent(floor.ana)

    floor.desk.pass_time(seconds=20)

    assert floor.desk.ringing() == {floor.chris: FIRST}


# Asking a colleague.


def test_a_colleague_is_asked_while_the_caller_is_held(floor: Floor) -> None:
    decisions = floor.consult(to_agent=floor.ben)

    assert [type(decision) for decision in decisions[:2]] == [Hold, Consult]
    assert floor.desk.ringing() == {floor.ben: ADVICE}
    assert floor.first.consult == ADVICE
    advice = floor.desk.contact(ADVICE)
    assert (advice.about, advice.asker, advice.caller) == (FIRST, floor.ana, NOBODY)
    assert (advice.channel, advice.policy) == (floor.first.channel, floor.first.policy)


def test_asking_takes_no_slot_of_the_asker_and_is_no_visitors_contact(floor: Floor) -> None:
    floor.consult(to_group=SUPPORT)

    assert [slot.contact for slot in floor.desk.agent(floor.ana).slots] == [FIRST]
    assert floor.desk.state.waiting(SUPPORT) == 0
    assert floor.desk.state.open_contacts(floor.first.visitor) == 1


def test_a_group_is_asked_by_its_line_in_front_of_its_callers_and_without_the_asker(floor: Floor) -> None:
    desk = floor.desk
    desk.choose(floor.ben, Presence.BREAK)
    desk.choose(floor.chris, Presence.BREAK)
    dora = desk.ready_agent("dora", SUPPORT)
    desk.caller("busy", SUPPORT)
    desk.talk(dora)
    desk.caller("second", SUPPORT)
    floor.consult(to_group=SUPPORT)

    desk.choose(floor.ben, Presence.AVAILABLE)

    assert desk.ringing() == {floor.ben: ADVICE}


def test_the_own_group_is_asked_without_the_asker(floor: Floor) -> None:
    floor.consult(needs=())

    assert floor.desk.ringing() == {floor.chris: ADVICE}


def test_a_skill_is_asked_for(desk: Desk) -> None:
    floor = Floor(desk)
    expert = desk.ready_agent("expert", SALES, skills=(Skill(skill=TAX, level=3),))

    floor.consult(needs=(Need(skill=TAX, level=2),))

    assert desk.ringing() == {expert: ADVICE}


@pytest.mark.parametrize(
    "whom",
    [
        {"to_agent": AgentId("ana")},
        {"to_agent": AgentId("nobody")},
        {"to_group": GroupId("nowhere")},
        {"needs": (Need(skill=TAX, level=1),)},
    ],
)
def test_who_is_not_there_is_not_asked_and_nobody_held(floor: Floor, whom: dict[str, Any]) -> None:
    assert floor.consult(**whom) == []


def test_a_group_without_the_channel_is_not_asked(floor: Floor) -> None:
    floor.desk.rule(SUPPORT, channels=(Channel.VOICE,))

    assert floor.consult(to_group=SUPPORT) == []


def test_a_closed_group_can_be_asked_by_colleagues(floor: Floor) -> None:
    floor.desk.close(SUPPORT)

    floor.consult(to_group=SUPPORT)

    assert floor.desk.ringing() == {floor.ben: ADVICE}


def test_one_colleague_is_asked_at_a_time_and_never_about_a_consultation(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    assert floor.says(ConsultAsked, consult=ContactId("more"), to_agent=floor.chris) == []
    floor.desk.talk(floor.ben)
    advice = floor.desk.contact(ADVICE)

    def of_ben(fact: Callable[..., Any], **more: Any) -> list[Decision]:
        return floor.desk.happen(fact(agent=floor.ben, contact=ADVICE, epoch=advice.epoch, **more))

    assert of_ben(ConsultAsked, consult=ContactId("more"), to_agent=floor.chris) == []
    assert of_ben(TransferAsked, to_agent=floor.chris) == []
    assert of_ben(HoldAsked, on=True) == []


def test_a_consultation_that_is_asked_for_twice_begins_once(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    floor.says(ConsultEndAsked)
    floor.desk.caller("another", SUPPORT)

    assert floor.says(ConsultAsked, consult=ContactId("another"), to_agent=floor.ben) == []


def test_who_talked_to_the_caller_meanwhile_holds_them_when_the_colleague_answers(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    floor.says(HoldAsked, on=False)

    floor.desk.talk(floor.ben)

    assert floor.desk.routing(floor.ana) is Routing.HELD
    assert floor.desk.routing(floor.ben) is Routing.TALKING


def test_a_consultation_is_never_urgent_too_long_or_an_alarm(floor: Floor) -> None:
    floor.desk.rule(
        SALES, max_wait_ms=Millis(5_000), urgent_ms=Millis(60_000), level_ms=Millis(1_000), urgent_at=100, alarm_after=1
    )
    dora = floor.desk.ready_agent("dora", SALES)
    floor.consult(needs=())
    advice = floor.desk.contact(ADVICE)
    assert (advice.too_long_at, advice.urgent_at) == (None, None)

    floor.desk.decline(next(iter(floor.desk.ringing())))

    assert floor.desk.ringing() in ({dora: ADVICE}, {floor.chris: ADVICE})
    assert not floor.desk.contact(ADVICE).alarmed


def test_rules_that_change_leave_a_consultation_its_patience(floor: Floor) -> None:
    floor.desk.choose(floor.ben, Presence.BREAK)
    busy = floor.desk.ready_agent("busy", SUPPORT)
    floor.desk.caller("second", SUPPORT)
    floor.desk.talk(busy)
    floor.consult(to_group=SUPPORT)

    floor.desk.rule(SUPPORT, max_wait_ms=Millis(5_000))

    assert floor.desk.contact(ADVICE).too_long_at is None


@pytest.mark.parametrize("how", ["declines", "lets it ring", "leaves", "is let go"])
def test_a_colleague_who_does_not_answer_ends_it_and_the_caller_stays_held(floor: Floor, how: str) -> None:
    desk = floor.desk
    floor.consult(to_agent=floor.ben)

    match how:
        case "declines":
            desk.decline(floor.ben)
        case "lets it ring":
            desk.pass_time(seconds=20)
        case "leaves":
            desk.sign_out(floor.ben)
        case _:
            desk.configure(agents=tuple(agent for agent in desk.site.agents if agent.id != floor.ben))

    assert desk.ends() == {ADVICE: EndReason.NOT_ANSWERED}
    assert (floor.first.consult, floor.first.consult_ended) == (None, EndReason.NOT_ANSWERED)
    assert desk.routing(floor.ana) is Routing.HELD, "nobody is put on air unasked"


def test_a_group_is_asked_until_nobody_is_left(floor: Floor) -> None:
    dora = floor.desk.ready_agent("dora", SALES)
    floor.consult(needs=())
    floor.desk.decline(floor.chris)
    assert floor.desk.ringing() == {dora: ADVICE}

    floor.desk.decline(dora)

    assert floor.desk.ends() == {ADVICE: EndReason.NOT_ANSWERED}


def test_a_colleague_who_is_busy_is_waited_for(floor: Floor) -> None:
    floor.desk.caller("second", SUPPORT)
    floor.desk.talk(floor.ben)

    floor.consult(to_agent=floor.ben)
    assert floor.desk.contact(ADVICE).phase is Phase.QUEUED
    floor.desk.agent_hangs_up(floor.ben)

    assert floor.desk.ringing() == {floor.ben: ADVICE}


def test_a_supervisor_may_choose_another_colleague_but_not_the_asker(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    assert floor.desk.assign(ADVICE, floor.ana) == []

    floor.desk.assign(ADVICE, floor.chris)

    assert floor.desk.ringing() == {floor.chris: ADVICE}


# How consultations end.


@pytest.mark.parametrize(
    ("talks", "reason"), [(False, EndReason.ABANDONED), (True, EndReason.CALLER_HUNG_UP)], ids=["rings", "talks"]
)
def test_the_asker_turns_to_the_caller_again(floor: Floor, talks: bool, reason: EndReason) -> None:
    floor.consult(to_agent=floor.ben)
    if talks:
        floor.desk.talk(floor.ben)

    floor.says(ConsultEndAsked)

    assert floor.desk.ends() == {ADVICE: reason}
    assert floor.desk.routing(floor.ana) is Routing.TALKING
    assert floor.desk.routing(floor.ben) is Routing.IDLE, "who was only asked has nothing to wrap up"
    assert floor.says(ConsultEndAsked) == []


def test_a_colleague_who_hangs_up_leaves_the_caller_held(floor: Floor) -> None:
    floor.ask_ben()

    floor.desk.agent_hangs_up(floor.ben)

    assert floor.desk.ends() == {ADVICE: EndReason.AGENT_HUNG_UP}
    assert floor.desk.routing(floor.ana) is Routing.HELD
    assert floor.desk.routing(floor.ben) is Routing.IDLE


def test_a_consultation_that_cannot_be_connected_ends_at_once(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    floor.desk.accept(floor.ben)

    floor.desk.media_fails(ADVICE)

    assert floor.desk.ends() == {ADVICE: EndReason.SETUP_FAILED}
    assert floor.desk.routing(floor.ben) is Routing.IDLE


@pytest.mark.parametrize("connected", [False, True])
def test_a_colleague_who_is_lost_ends_it(floor: Floor, connected: bool) -> None:
    floor.consult(to_agent=floor.ben)
    floor.desk.accept(floor.ben)
    if connected:
        floor.desk.media(ADVICE)

    floor.desk.sign_out(floor.ben)

    assert floor.desk.ends() == {ADVICE: EndReason.AGENT_LOST}
    assert floor.first.agent == floor.ana


@pytest.mark.parametrize(
    ("party", "reason"), [(Party.AGENT, EndReason.AGENT_LOST), (Party.CALLER, EndReason.CALLER_LOST)]
)
def test_a_ghost_of_a_consultation_ends(floor: Floor, party: Party, reason: EndReason) -> None:
    floor.ask_ben()

    floor.desk.happen(ContactContradicted(contact=ADVICE, epoch=floor.desk.contact(ADVICE).epoch, party=party))

    assert floor.desk.ends() == {ADVICE: reason}


def test_nobody_is_called_back_before_a_colleague_who_waits_has_been_answered(floor: Floor) -> None:
    floor.desk.rule(SALES, callbacks=Callbacks(ahead=0))
    floor.desk.caller("second", SALES)
    floor.desk.talk(floor.chris)
    floor.consult(to_group=SALES)

    held = floor.desk.ask_for_callback("held")
    assert floor.desk.all(InviteCaller) == []
    floor.says(ConsultEndAsked)

    assert [invitation.contact for invitation in floor.desk.all(InviteCaller)] == [held]


def test_a_consultation_asks_until_a_colleague_has_it(floor: Floor) -> None:
    floor.consult(to_agent=floor.ben)
    assert floor.desk.state.asking() == [ADVICE]

    floor.desk.accept(floor.ben)

    assert floor.desk.state.asking() == []


def test_who_declined_and_went_leaves_it_to_a_colleague_who_is_busy(floor: Floor) -> None:
    desk = floor.desk
    dora = desk.ready_agent("dora", SUPPORT)
    desk.choose(floor.ben, Presence.BREAK)
    desk.caller("other", SUPPORT)
    desk.talk(dora)
    desk.choose(floor.ben, Presence.AVAILABLE)
    floor.consult(to_group=SUPPORT)

    desk.decline(floor.ben)
    desk.choose(floor.ben, Presence.BREAK)
    assert desk.contact(ADVICE).is_waiting
    desk.choose(dora, Presence.BREAK)

    assert desk.ends() == {ADVICE: EndReason.NOT_ANSWERED}


@pytest.mark.parametrize("stage", ["rings", "connects", "talks"])
def test_no_consultation_outlives_its_contact(floor: Floor, stage: str) -> None:
    floor.consult(to_agent=floor.ben)
    if stage != "rings":
        floor.desk.accept(floor.ben)
    if stage == "talks":
        floor.desk.media(ADVICE)

    floor.desk.caller_hangs_up(FIRST)

    assert floor.desk.ends() == {ADVICE: EndReason.CONTACT_OVER, FIRST: EndReason.CALLER_HUNG_UP}
    assert floor.desk.routing(floor.ana) is Routing.WRAP_UP
    assert floor.desk.routing(floor.ben) is Routing.IDLE


def test_handing_the_contact_on_ends_the_consultation_first(floor: Floor) -> None:
    floor.ask_ben()

    floor.says(TransferAsked, to_agent=floor.chris)

    assert floor.desk.ends() == {ADVICE: EndReason.CONTACT_OVER}
    assert floor.desk.ringing() == {floor.chris: FIRST}


def test_an_asker_who_is_lost_ends_it_and_the_caller_waits_in_front(floor: Floor) -> None:
    floor.ask_ben()

    floor.desk.sign_out(floor.ana)

    assert floor.desk.ends() == {ADVICE: EndReason.CONTACT_OVER}
    assert floor.desk.ringing() == {floor.chris: FIRST}


def test_an_asker_who_reloads_keeps_everything(floor: Floor) -> None:
    floor.confer()

    floor.desk.detach_agent(floor.ana)
    floor.desk.pass_time(seconds=5)
    floor.desk.attach_agent(floor.ana)

    assert floor.guest.is_connected
    assert floor.desk.ends() == {}


def test_a_supervisor_ends_a_consultation_alone(floor: Floor) -> None:
    floor.ask_ben()

    floor.desk.end(ADVICE)

    assert floor.desk.ends() == {ADVICE: EndReason.SUPERVISOR}
    assert floor.first.agent == floor.ana


def test_a_group_that_is_removed_takes_its_consultations_along(floor: Floor) -> None:
    busy = floor.desk.ready_agent("busy", SUPPORT)
    floor.desk.choose(floor.ben, Presence.BREAK)
    floor.desk.caller("second", SUPPORT)
    floor.desk.talk(busy)
    floor.consult(to_group=SUPPORT)

    floor.desk.configure(groups=tuple(group for group in floor.desk.site.groups if group.id != SUPPORT))

    assert floor.desk.ends() == {ADVICE: EndReason.GROUP_GONE}


def test_closing_time_is_no_matter_to_a_consultation(floor: Floor) -> None:
    busy = floor.desk.ready_agent("busy", SUPPORT)
    floor.desk.choose(floor.ben, Presence.BREAK)
    floor.desk.caller("second", SUPPORT)
    floor.desk.talk(busy)
    floor.consult(to_group=SUPPORT)

    floor.desk.close(SUPPORT)
    floor.desk.pass_time(seconds=3600)

    assert floor.desk.contact(ADVICE).phase is Phase.QUEUED


def test_a_consultation_cannot_be_kept_for_later(floor: Floor) -> None:
    floor.desk.rule(SALES, callbacks=Callbacks())
    floor.consult(to_agent=floor.ben)

    assert floor.desk.choose_callback(ADVICE) == []


# Conferences.


def test_a_colleague_joins_with_a_connection_and_an_epoch_of_their_own(floor: Floor) -> None:
    floor.ask_ben()

    decisions = floor.says(ConferenceAsked)

    assert [type(decision) for decision in decisions] == [Resume, Join]
    assert floor.guest.epoch == floor.first.epoch + 1
    assert floor.desk.routing(floor.ana) is Routing.TALKING
    assert floor.guest_media(Party.CALLER)[1:] == []
    assert floor.guest_media(Party.AGENT)[-1] == ConnectGuest(contact=FIRST, epoch=floor.guest.epoch)
    assert floor.first.agent == floor.ana


def test_a_conference_needs_a_colleague_who_talks_and_happens_once(floor: Floor) -> None:
    assert floor.says(ConferenceAsked) == []
    floor.consult(to_agent=floor.ben)
    assert floor.says(ConferenceAsked) == []
    floor.desk.talk(floor.ben)
    floor.says(ConferenceAsked)

    assert floor.says(ConferenceAsked) == []
    assert floor.says(HoldAsked, on=True) == [], "nobody is held in a conference"


def test_media_said_twice_or_of_an_old_guest_changes_nothing(floor: Floor) -> None:
    floor.confer()
    old = floor.guest.epoch

    assert floor.guest_media() == []
    floor.says(ConsultEndAsked)
    assert floor.desk.happen(MediaConnected(contact=FIRST, epoch=old, party=Party.CALLER)) == []
    assert floor.desk.happen(MediaFailed(contact=FIRST, epoch=old, party=Party.CALLER)) == []


def test_every_guest_has_a_new_epoch_and_so_has_the_next_agent(floor: Floor) -> None:
    floor.confer()
    floor.says(ConsultEndAsked)
    floor.confer()
    assert floor.guest.epoch == floor.first.epoch + 2
    floor.says(ConsultEndAsked)

    floor.says(TransferAsked, to_agent=floor.chris)

    assert floor.desk.rings_at(floor.chris).epoch == 4


@pytest.mark.parametrize("how", ["time", "word"])
def test_a_guest_who_cannot_be_connected_is_dismissed_and_still_consulted(floor: Floor, how: str) -> None:
    floor.ask_ben()
    floor.says(ConferenceAsked)
    dismissed = DismissGuest(contact=FIRST, agent=floor.ben, epoch=floor.guest.epoch, reason=GuestReason.SETUP_FAILED)

    if how == "time":
        floor.desk.pass_time(seconds=10)
    else:
        floor.desk.happen(MediaFailed(contact=FIRST, epoch=floor.guest.epoch, party=Party.AGENT))

    assert floor.desk.all(DismissGuest) == [dismissed]
    assert floor.first.consult == ADVICE
    assert floor.desk.contact(ADVICE).phase is Phase.TALKING


def test_a_connected_guest_who_says_failed_is_given_time_to_mend_it(floor: Floor) -> None:
    floor.confer()

    assert floor.desk.happen(MediaFailed(contact=FIRST, epoch=floor.guest.epoch, party=Party.AGENT)) == []


def test_a_ghost_of_a_guest_leaves_the_others_talking(floor: Floor) -> None:
    floor.confer()
    epoch = floor.guest.epoch

    decisions = floor.desk.happen(ContactContradicted(contact=FIRST, epoch=epoch, party=Party.CALLER))

    assert decisions == [DismissGuest(contact=FIRST, agent=floor.ben, epoch=epoch, reason=GuestReason.CONTRADICTED)]
    assert floor.first.phase is Phase.TALKING


def test_time_that_was_skipped_fails_no_guest(floor: Floor) -> None:
    floor.ask_ben()
    floor.says(ConferenceAsked)

    floor.desk.at = Millis(floor.desk.at + 60_000)
    floor.desk.happen(TimeSkipped(skipped_ms=Millis(60_000)))
    floor.desk.pass_time(seconds=9)

    assert floor.first.guest is not None


@pytest.mark.parametrize("how", ["hangs up", "is lost", "is sent away"])
def test_a_guest_leaves_and_the_others_talk_on(floor: Floor, how: str) -> None:
    floor.confer()

    match how:
        case "hangs up":
            floor.desk.agent_hangs_up(floor.ben)
        case "is lost":
            floor.desk.detach_agent(floor.ben)
            floor.desk.pass_time(seconds=20)
        case _:
            floor.says(ConsultEndAsked)

    assert floor.first.guest is None
    assert list(floor.desk.ends()) == [ADVICE]
    assert floor.desk.routing(floor.ana) is Routing.TALKING
    assert [dismissed.reason for dismissed in floor.desk.all(DismissGuest)] == [GuestReason.LEFT]


def test_who_hangs_up_on_a_conference_ends_it_for_all(floor: Floor) -> None:
    floor.confer()

    floor.desk.caller_hangs_up(FIRST)

    assert [dismissed.reason for dismissed in floor.desk.all(DismissGuest)] == [GuestReason.CONTACT_OVER]
    assert floor.desk.ends() == {ADVICE: EndReason.CONTACT_OVER, FIRST: EndReason.CALLER_HUNG_UP}
    assert floor.desk.routing(floor.ben) is Routing.IDLE


# Warm transfers.


def test_the_caller_is_connected_to_the_colleague_before_the_agent_leaves(floor: Floor) -> None:
    floor.ask_ben()
    floor.says(HandOverAsked)
    assert floor.first.agent == floor.ana
    assert floor.desk.routing(floor.ana) is Routing.HELD, "the caller hears the tone until somebody is there"
    epoch = floor.guest.epoch

    decisions = floor.guest_media()

    assert HandOver(contact=FIRST, agent=floor.ana, to=floor.ben, consult=ADVICE, epoch=epoch) in decisions
    assert floor.desk.ends() == {ADVICE: EndReason.HANDED_OVER}
    assert (floor.first.agent, floor.first.epoch, floor.first.guest) == (floor.ben, epoch, None)
    assert floor.desk.routing(floor.ben) is Routing.TALKING
    assert floor.desk.routing(floor.ana) is Routing.WRAP_UP
    assert [slot.contact for slot in floor.desk.agent(floor.ben).slots] == [FIRST]


def test_a_conference_is_handed_over_at_once(floor: Floor) -> None:
    floor.confer()

    floor.says(HandOverAsked)

    assert floor.first.agent == floor.ben
    assert floor.first.group == SALES, "the contact stays where it was asked for"


def test_who_is_still_connecting_takes_over_when_connected(floor: Floor) -> None:
    floor.ask_ben()
    floor.says(ConferenceAsked)

    floor.says(HandOverAsked)
    assert floor.guest.takes_over
    assert floor.says(HandOverAsked) == []
    floor.guest_media()

    assert floor.first.agent == floor.ben


def test_nobody_is_handed_over_to_whom_nobody_talks(floor: Floor) -> None:
    assert floor.says(HandOverAsked) == []
    floor.consult(to_agent=floor.ben)
    assert floor.says(HandOverAsked) == []

    assert floor.desk.happen(HandOverAsked(agent=floor.ben, contact=FIRST, epoch=floor.first.epoch)) == []


def test_a_contact_handed_over_goes_on_like_any_other(floor: Floor) -> None:
    floor.ask_ben()
    floor.says(HandOverAsked)
    floor.guest_media()

    floor.desk.agent_hangs_up(floor.ben)

    assert floor.desk.ends()[FIRST] is EndReason.AGENT_HUNG_UP
    assert floor.desk.routing(floor.ben) is Routing.WRAP_UP
    wrapped = [(start.agent, start.contact) for start in floor.desk.all(StartWrapUp)]
    assert wrapped == [(floor.ana, FIRST), (floor.ben, FIRST)]


def test_an_agent_lost_in_a_conference_leaves_the_caller_to_the_guest(floor: Floor) -> None:
    floor.confer()
    floor.desk.detach_agent(floor.ana)

    floor.desk.pass_time(seconds=20)

    assert floor.first.agent == floor.ben
    assert floor.first.phase is Phase.TALKING
    assert floor.desk.all(Requeue) == []


def test_a_guest_who_is_handed_the_contact_keeps_what_they_had_beside(floor: Floor) -> None:
    desk = floor.desk
    desk.rule(SUPPORT, channels=tuple(Channel))
    written = desk.caller("written", SUPPORT, Channel.CHAT)
    desk.talk(floor.ben)
    floor.confer()

    floor.says(HandOverAsked)

    assert {slot.contact: slot.routing for slot in desk.agent(floor.ben).slots} == {
        written: Routing.TALKING,
        FIRST: Routing.TALKING,
    }


def test_a_consultation_counts_among_those_who_came(floor: Floor) -> None:
    before = floor.desk.caller("who comes before", SUPPORT)
    floor.desk.talk(floor.ben)
    floor.consult(to_group=SALES)

    later = floor.desk.caller("a later one", SALES)

    assert floor.desk.contact(before).sequence < floor.desk.contact(ADVICE).sequence
    assert floor.desk.contact(ADVICE).sequence < floor.desk.contact(later).sequence


def test_a_ghost_at_the_agent_leaves_the_caller_to_the_guest(floor: Floor) -> None:
    floor.confer()

    floor.desk.pass_time(seconds=5)

    floor.desk.happen(ContactContradicted(contact=FIRST, epoch=floor.first.epoch, party=Party.AGENT))

    assert floor.first.agent == floor.ben
    assert floor.desk.routing(floor.ana) is Routing.IDLE
    assert floor.desk.agent(floor.ana).idle_since == floor.desk.at, "she talked until now"


def test_an_agent_lost_before_the_guest_is_connected_puts_the_caller_in_front(floor: Floor) -> None:
    floor.ask_ben()
    floor.says(HandOverAsked)

    floor.desk.sign_out(floor.ana)

    assert floor.desk.ends() == {ADVICE: EndReason.CONTACT_OVER}
    assert FIRST in floor.desk.ringing().values()


def test_a_contact_without_a_group_is_handed_over_without_wrap_up(floor: Floor) -> None:
    floor.confer()
    floor.desk.configure(groups=tuple(group for group in floor.desk.site.groups if group.id != SALES))

    floor.says(HandOverAsked)

    assert floor.desk.routing(floor.ana) is Routing.IDLE
    assert floor.first.agent == floor.ben


def test_a_guest_accepts_nothing_else_meanwhile(floor: Floor) -> None:
    floor.confer()
    floor.desk.choose(floor.chris, Presence.BREAK)

    floor.desk.caller("second", SUPPORT)

    assert floor.desk.ringing() == {}


# What is told and learned of them.


class Told(Desk):
    """A desk of which it is told what becomes of the call and of the consultation."""

    def __init__(self) -> None:
        self.of_call, self.of_advice = Explainer(FIRST, State()), Explainer(ADVICE, State())
        self.estimator = Estimator(State())
        super().__init__()

    def happen(self, fact: Fact) -> list[Decision]:
        decided = super().happen(fact)
        self.of_call.hear(decided, self.at)
        self.of_advice.hear(decided, self.at)
        self.estimator.fold(self.state, decided, self.at)
        return decided


def told(explainer: Explainer) -> list[str]:
    return [entry.code for entry in explainer.entries]


def test_of_the_call_it_is_told_who_was_asked_joined_and_took_over() -> None:
    floor = Floor(Told())
    floor.consult(to_agent=floor.ben)
    floor.desk.decline(floor.ben)
    floor.consult(to_group=SUPPORT)
    floor.says(ConsultEndAsked)
    floor.desk.pass_time(seconds=60)
    floor.ask_ben()
    floor.says(ConferenceAsked)
    floor.says(HandOverAsked)
    floor.guest_media()
    floor.desk.agent_hangs_up(floor.ben)
    assert isinstance(floor.desk, Told)

    assert told(floor.desk.of_call)[8:] == [
        "held",
        "colleague_asked",
        "colleague_not_answered",
        "colleague_asked",
        "colleague_abandoned",
        "resumed",
        "held",
        "colleague_asked",
        "colleague_answered",
        "resumed",
        "guest_joins",
        "hand_over_expected",
        "media_caller",
        "media_agent",
        "conference",
        "handed_over",
        "wrap_up",
        "ended_agent_hung_up",
        "wrap_up",
    ]
    by_whom = [entry.says for entry in floor.desk.of_call.entries if entry.code == "colleague_asked"]
    assert by_whom == [{"agent": "ben"}, {"group": "support"}, {"agent": "ben"}]
    assert set(told(floor.desk.of_call)) <= CODES
    assert not floor.desk.of_call.is_over, "two still work on after it"
    floor.desk.finish_wrap_up(floor.ana)
    assert not floor.desk.of_call.is_over, "ben still does"
    floor.desk.finish_wrap_up(floor.ben)
    assert floor.desk.of_call.is_over


def test_of_a_consultation_it_is_told_who_asked_and_that_it_was_taken_over() -> None:
    floor = Floor(Told())
    floor.consult(to_group=SUPPORT)
    floor.desk.talk(floor.ben)
    floor.says(HandOverAsked)
    floor.guest_media()
    assert isinstance(floor.desk, Told)

    codes = told(floor.desk.of_advice)
    assert codes[0] == "consultation"
    assert codes[-1] == "ended_handed_over"
    assert floor.desk.of_advice.entries[0].says == {"agent": "ana", "group": "support"}
    assert floor.desk.of_advice.is_over
    assert "guest_takes_over" in told(floor.desk.of_call)


def test_a_guest_who_leaves_is_told_with_the_reason() -> None:
    floor = Floor(Told())
    floor.confer()
    floor.desk.agent_hangs_up(floor.ben)
    assert isinstance(floor.desk, Told)

    assert told(floor.desk.of_call)[-2:] == ["guest_left", "colleague_agent_hung_up"]


def test_a_consultation_is_nobodys_wait_and_the_new_agents_work_is_learned_of() -> None:
    floor = Floor(Told())
    floor.desk.caller("other", SUPPORT)
    floor.desk.talk(floor.ben)
    floor.consult(to_group=SUPPORT)
    assert isinstance(floor.desk, Told)
    assert floor.desk.estimator.forecast(floor.desk.state, ADVICE) is Unknown.NOT_WAITING
    floor.desk.agent_hangs_up(floor.ben)
    floor.desk.talk(floor.ben)
    floor.says(HandOverAsked)
    floor.guest_media()
    floor.desk.finish_wrap_up(floor.ana)
    floor.desk.pass_time(seconds=60)

    floor.desk.agent_hangs_up(floor.ben)
    floor.desk.finish_wrap_up(floor.ben)

    learned = floor.desk.estimator._classes[ClassKey(SALES, Kind.LIVE)]
    assert (learned.handled, learned.handlings_ms) == (2, 60_000)

    assert floor.desk.estimator.forecast(floor.desk.state, FIRST) is Unknown.NOT_WAITING


def test_whom_a_consultation_is_for_is_told_of_it_too() -> None:
    floor = Floor(Told())
    floor.consult(to_agent=floor.ben)
    assert isinstance(floor.desk, Told)

    assert told(floor.desk.of_advice)[:2] == ["consultation", "step"]
    assert floor.desk.of_advice.entries[1].says == {"agent": "ben"}
