"""What becomes of contacts while they wait: urgency, something else instead, and new rules."""

from typing import Any, ClassVar

import pytest

from acd.config import (
    Agent,
    Answer,
    AnswerKind,
    Callbacks,
    Channel,
    Group,
    MediaPolicy,
    Membership,
    Need,
    Relaxation,
    Site,
)
from acd.core import Core
from acd.decisions import (
    Admit,
    AskCaller,
    ChangeRules,
    EndContact,
    EndReason,
    Hasten,
    Move,
    OverflowReason,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import CallerAttached, ContactRequested, Presence, SiteConfigured, Ticked, TimeSkipped
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SkillId, VisitorKey
from acd.state import MOST_AT_ONCE
from tests.acd.desk import HERE, SALES, SUPPORT, Desk

TO_SUPPORT = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
MESSAGE, CALLBACK = Answer(kind=AnswerKind.MESSAGE), Answer(kind=AnswerKind.CALLBACK)
GERMAN = Need(skill=SkillId("german"))
MINUTE = Millis(60_000)


def at_most_a_minute(desk: Desk, answer: Answer, **rules: Any) -> None:
    """Nobody waits for longer in sales; where else they could go has all that it takes."""
    channels = (Channel.VIDEO, Channel.MESSAGE)
    desk.rule(SALES, max_wait_ms=MINUTE, when_too_long=answer, channels=channels, callbacks=Callbacks(), **rules)


class TestUrgency:
    RULES: ClassVar[dict[str, Any]] = {"level_ms": Millis(20_000), "urgent_at": 50, "urgent_ms": MINUTE}

    def test_who_may_miss_the_service_level_is_put_forward_once(self, desk: Desk) -> None:
        desk.rule(SUPPORT, **self.RULES)
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=30)
        urgent = desk.caller("urgent", SUPPORT)

        desk.pass_time(seconds=9.999)
        assert desk.contact(first).order < desk.contact(urgent).order
        desk.pass_time(seconds=0.001)
        assert desk.contact(urgent).order < desk.contact(first).order
        desk.pass_time(seconds=600)

        assert desk.all(Hasten) == [Hasten(contact=urgent, by_ms=MINUTE)]

    def test_it_may_be_as_little_as_a_group_likes(self, desk: Desk) -> None:
        desk.rule(SALES, **(self.RULES | {"urgent_ms": Millis(1)}))
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=10)

        assert desk.all(Hasten) == [Hasten(contact=contact, by_ms=Millis(1))]

    def test_who_is_urgent_rings_first(self, desk: Desk) -> None:
        desk.rule(SUPPORT, **self.RULES)
        desk.caller("first", SALES)
        urgent = desk.caller("urgent", SUPPORT)
        desk.pass_time(seconds=10)

        ana = desk.ready_agent("ana", SALES, SUPPORT)

        assert desk.ringing() == {ana: urgent}

    def test_who_moves_is_not_put_forward_again(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT, **self.RULES)
        desk.rule(SUPPORT, **self.RULES)
        desk.caller("first", SALES)

        desk.pass_time(seconds=300)

        assert len(desk.all(Move)) == len(desk.all(Hasten)) == 1


class TestWaitingForTooLong:
    def test_who_has_waited_for_too_long_may_be_told_to_go(self, desk: Desk) -> None:
        at_most_a_minute(desk, Answer())
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=59.999)
        assert desk.queue() == [contact]
        desk.pass_time(seconds=0.001)

        assert desk.ends() == {contact: EndReason.TOO_LONG}

    def test_a_group_may_let_them_wait_as_shortly_as_it_likes(self, desk: Desk) -> None:
        desk.rule(SALES, max_wait_ms=Millis(1))
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=0.001)

        assert desk.ends() == {contact: EndReason.TOO_LONG}

    def test_another_group_takes_who_has_waited_for_too_long_at_the_place_they_have(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, needs=(GERMAN,))
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=1)
        later = desk.caller("later", SUPPORT)

        desk.pass_time(seconds=59)

        assert desk.queue(SUPPORT) == [contact, later]
        assert desk.contact(contact).step_in_force.needs == (GERMAN,)
        assert [move.reason for move in desk.all(Move)] == [OverflowReason.TOO_LONG]

    def test_who_moved_asks_for_what_they_asked_for(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        contact = desk.caller("first", SALES, needs=(GERMAN,))

        desk.pass_time(seconds=60)

        assert desk.contact(contact).group == SUPPORT
        assert desk.contact(contact).needs == desk.contact(contact).step_in_force.needs == (GERMAN,)

    def test_who_moved_keeps_the_agent_they_prefer_if_they_serve_the_new_group_too(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, strategy="preferred_agent")
        ana = desk.hire("ana", SUPPORT)
        contact = desk.caller("first", SALES, preferred=ana)

        desk.pass_time(seconds=60)

        assert desk.contact(contact).step_in_force.agent == ana

    def test_the_time_in_the_new_group_counts_anew_and_nobody_is_sent_in_circles(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, max_wait_ms=MINUTE, when_too_long=Answer(kind=AnswerKind.GROUP, group=SALES))
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=3600)

        assert desk.queue(SUPPORT) == [contact]
        assert len(desk.all(Move)) == 1

    def test_where_a_group_cannot_help_they_wait_on(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, is_open=False)
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=60)
        desk.rule(SUPPORT, is_open=True)
        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]

    def test_where_a_group_has_no_such_channel_they_wait_on(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, channels=(Channel.CHAT,))
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]

    @pytest.mark.parametrize("group", [None, GroupId("nowhere")])
    def test_where_there_is_no_such_group_they_wait_on(self, desk: Desk, group: GroupId | None) -> None:
        at_most_a_minute(desk, Answer(kind=AnswerKind.GROUP, group=group))
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]

    def test_nothing_is_said_of_how_long_a_message_may_wait(self, desk: Desk) -> None:
        at_most_a_minute(desk, Answer())

        desk.message("written")

        assert desk.all(Admit)[-1].rules.too_long_at is None

    def test_nobody_is_moved_while_it_rings(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT, ring_ms=Millis(120_000))
        contact = desk.caller("first", SALES)
        ana = desk.ready_agent("ana", SALES)

        desk.pass_time(seconds=119)
        assert (desk.ringing(), desk.contact(contact).group) == ({ana: contact}, SALES)
        desk.pass_time(seconds=1)

        assert desk.queue(SUPPORT) == [contact]

    def test_who_was_answered_has_never_waited_for_too_long(self, desk: Desk) -> None:
        at_most_a_minute(desk, Answer())
        contact = desk.caller("first", SALES)
        desk.talk(desk.ready_agent("ana", SALES))
        desk.pass_time(seconds=600)

        desk.sign_out(AgentId("ana"))
        desk.rule(SALES, max_wait_ms=Millis(90_000))
        desk.pass_time(seconds=600)

        assert desk.queue() == [contact]

    def test_a_callback_never_waits_for_too_long(self, desk: Desk) -> None:
        at_most_a_minute(desk, Answer())
        contact = desk.caller("first", SALES)
        desk.choose_callback(contact)

        desk.rule(SALES, max_wait_ms=Millis(30_000))
        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]


class TestQuestions:
    def test_who_would_be_recorded_elsewhere_is_asked_first(self, desk: Desk) -> None:
        at_most_a_minute(desk, TO_SUPPORT)
        desk.rule(SUPPORT, policy=MediaPolicy.RECORD)
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=60)
        assert desk.all(AskCaller) == [AskCaller(contact=contact, answer=TO_SUPPORT, reason=OverflowReason.TOO_LONG)]
        assert desk.queue() == [contact]
        desk.answer(contact, accepted=True)

        assert desk.queue(SUPPORT) == [contact]
        assert desk.contact(contact).policy is MediaPolicy.RECORD

    def test_a_yes_to_a_callback_keeps_the_place(self, desk: Desk) -> None:
        at_most_a_minute(desk, CALLBACK)
        contact, other = desk.caller("first", SALES), desk.caller("other", SALES)
        desk.pass_time(seconds=60)

        desk.answer(contact, accepted=True)

        assert desk.queue() == [contact, other]
        assert desk.contact(contact).callback is not None

    def test_a_yes_to_a_message_makes_room_for_it(self, desk: Desk) -> None:
        at_most_a_minute(desk, MESSAGE)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)

        desk.answer(contact, accepted=True)

        assert desk.ends() == {contact: EndReason.CHOSE_MESSAGE}

    @pytest.mark.parametrize("answer", [TO_SUPPORT, MESSAGE, CALLBACK])
    def test_a_no_is_a_no_and_they_wait_on(self, desk: Desk, answer: Answer) -> None:
        at_most_a_minute(desk, answer)
        desk.rule(SUPPORT, policy=MediaPolicy.RECORD)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)

        desk.answer(contact, accepted=False)
        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]
        assert len(desk.all(AskCaller)) == 1
        assert desk.answer(contact, accepted=True) == [], "nothing is asked any more"

    @pytest.mark.parametrize(
        ("answer", "stops"),
        [
            (TO_SUPPORT, WithdrawReason.MOVED),
            (MESSAGE, WithdrawReason.CALLER_GONE),
            (CALLBACK, WithdrawReason.CALLER_GONE),
        ],
    )
    def test_a_yes_while_it_rings_stops_the_ringing(self, desk: Desk, answer: Answer, stops: WithdrawReason) -> None:
        at_most_a_minute(desk, answer)
        desk.rule(SUPPORT, policy=MediaPolicy.RECORD)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)
        desk.ready_agent("ana", SALES)

        desk.answer(contact, accepted=True)

        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [stops]
        assert desk.ringing() == {}

    def test_an_offer_that_is_accepted_drops_the_question(self, desk: Desk) -> None:
        at_most_a_minute(desk, MESSAGE)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)
        ana = desk.ready_agent("ana", SALES)

        desk.accept(ana)

        assert desk.contact(contact).question is None
        assert desk.answer(contact, accepted=True) == []

    def test_a_yes_to_what_is_no_longer_possible_is_a_no(self, desk: Desk) -> None:
        at_most_a_minute(desk, CALLBACK)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)
        desk.rule(SALES, callbacks=None)

        desk.answer(contact, accepted=True)

        assert desk.queue() == [contact]
        assert (desk.contact(contact).callback, desk.contact(contact).question) == (None, None)

    def test_nobody_is_asked_for_what_there_is_not(self, desk: Desk) -> None:
        for answer in (MESSAGE, CALLBACK):
            desk.rule(SALES, max_wait_ms=MINUTE, when_too_long=answer)
            desk.caller(f"wants a {answer.kind}", SALES)
            desk.pass_time(seconds=60)

        assert desk.all(AskCaller) == []
        assert desk.state.waiting(SALES) == 2

    def test_an_answer_to_nothing_is_harmless(self, desk: Desk) -> None:
        contact = desk.caller("first", SALES)

        assert desk.answer(contact, accepted=True) == []
        assert desk.answer(ContactId("nobody"), accepted=True) == []


class TestNewRules:
    def test_who_waits_gets_the_steps_as_if_they_had_always_been_so(self, desk: Desk) -> None:
        desk.rule(SALES, skip_hopeless=False)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=25)

        relaxations = (Relaxation(after_ms=Millis(10_000)),)
        desk.rule(SALES, needs=(GERMAN,), relaxations=relaxations)
        assert (desk.contact(contact).step, len(desk.contact(contact).steps)) == (1, 2)
        desk.rule(SALES, relaxations=(Relaxation(after_ms=Millis(40_000)),))

        assert (desk.contact(contact).step, desk.contact(contact).step_until) == (0, desk.at + 15_000)

    def test_each_step_counts_whose_time_is_over_to_the_millisecond(self, desk: Desk) -> None:
        desk.rule(SALES, skip_hopeless=False)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=30)
        need = Need(skill=SkillId("german"), level=4)

        relaxations = tuple(Relaxation(after_ms=Millis(10_000), lower_by=1) for _ in range(3))
        desk.rule(SALES, needs=(need,), relaxations=relaxations)
        assert (desk.contact(contact).step, desk.contact(contact).step_until) == (3, desk.at + 10_000)
        desk.rule(SALES, relaxations=relaxations[1:])

        assert (desk.contact(contact).step, desk.contact(contact).step_until) == (3, None)

    def test_a_time_that_is_over_under_the_new_rules_is_over_at_once(self, desk: Desk) -> None:
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=90)

        desk.rule(SALES, max_wait_ms=MINUTE)
        desk.pass_time()

        assert desk.ends() == {contact: EndReason.TOO_LONG}

    def test_a_rule_may_be_taken_back(self, desk: Desk) -> None:
        desk.rule(SALES, max_wait_ms=MINUTE)
        contact = desk.caller("first", SALES)

        desk.rule(SALES, max_wait_ms=Millis(0))
        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]

    def test_what_was_given_is_not_given_again(self, desk: Desk) -> None:
        at_most_a_minute(desk, MESSAGE, urgent_ms=MINUTE)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=60)
        desk.answer(contact, accepted=False)

        desk.rule(SALES, max_wait_ms=Millis(90_000), urgent_ms=Millis(30_000))
        desk.pass_time(seconds=3600)

        assert (len(desk.all(AskCaller)), len(desk.all(Hasten))) == (1, 1)

    def test_what_was_asked_is_not_asked_again(self, desk: Desk) -> None:
        at_most_a_minute(desk, MESSAGE)
        desk.caller("first", SALES)
        desk.pass_time(seconds=60)

        desk.rule(SALES, max_wait_ms=Millis(90_000))
        desk.pass_time(seconds=3600)

        assert len(desk.all(AskCaller)) == 1

    def test_rules_that_do_not_matter_to_who_waits_leave_them_as_they_are(self, desk: Desk) -> None:
        desk.caller("first", SALES)

        desk.rule(SALES, max_waiting=7, ring_ms=Millis(9_000))

        assert desk.all(ChangeRules) == []

    def test_a_step_made_by_hand_stays_in_force(self, desk: Desk) -> None:
        ana = desk.hire("ana", SUPPORT)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)

        desk.rule(SALES, needs=(GERMAN,))

        assert desk.contact(contact).step_in_force.agent == ana
        assert desk.all(ChangeRules) == []

    def test_a_supervisor_may_insist_on_the_agent_who_is_preferred_already(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.hire("ana", SALES)
        contact = desk.caller("first", SALES, preferred=ana)
        assert not desk.contact(contact).step_in_force.by_hand

        desk.assign(contact, ana)

        assert desk.contact(contact).step_in_force.by_hand

    def test_who_talks_asks_by_the_new_rules_when_they_wait_again(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)
        desk.talk(ana)

        desk.rule(SALES, needs=(GERMAN,))
        desk.sign_out(ana)
        desk.ready_agent("ben", SALES)

        assert desk.ringing() == {}
        assert desk.contact(contact).step_in_force.needs == (GERMAN,)

    def test_a_contact_stops_ringing_at_who_no_longer_serves_its_group(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("first", SALES)

        desk.configure(agents=(Agent(id=ana, groups=(SUPPORT,)),))

        assert desk.ringing() == {}
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.AGENT_UNAVAILABLE]

    def test_what_rings_by_hand_goes_on_ringing_at_who_never_served_its_group(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SUPPORT)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)

        desk.configure(agents=(Agent(id=ana, groups=(SUPPORT, GroupId("new"))),))

        assert desk.ringing() == {ana: contact}
        assert desk.all(WithdrawOffer) == []

    def test_an_agent_who_is_gone_is_not_waited_for(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES)
        ben = desk.ready_agent("ben", SALES)
        desk.choose(ben, Presence.BREAK)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)

        desk.configure(agents=tuple(agent for agent in desk.site.agents if agent.id == ben))
        desk.choose(ben, Presence.AVAILABLE)

        assert desk.ringing() == {ben: contact}

    def test_one_who_goes_takes_nothing_from_another_who_is_meant_for_the_same_agent(self, desk: Desk) -> None:
        ana = desk.hire("ana", SUPPORT)
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        desk.assign(first, ana)
        desk.assign(second, ana)

        desk.end(first)
        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: second}

    def test_an_agent_of_elsewhere_who_goes_is_not_waited_for(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SUPPORT)
        desk.caller("other", SUPPORT)
        desk.talk(ana)
        ben = desk.ready_agent("ben", SALES)
        desk.choose(ben, Presence.BREAK)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)
        desk.choose(ben, Presence.AVAILABLE)
        assert desk.ringing() == {}

        desk.choose(ana, Presence.BREAK)

        assert desk.ringing() == {ben: contact}

    def test_nothing_is_kept_of_whom_a_contact_was_meant_for(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES)
        pools = list(desk.state.pools_of(ana))
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)
        assert len(list(desk.state.pools_of(ana))) == len(pools) + 1
        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)
        assert desk.ringing() == {ana: contact}

        desk.end(contact)

        assert list(desk.state.pools_of(ana)) == pools

    def test_a_place_in_a_profile_counts_for_who_is_asked_alone_too(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.hire("ana", SALES, SUPPORT, memberships=(Membership(group=SALES, head_start_ms=MINUTE),))
        desk.caller("first", SUPPORT)
        desk.pass_time(seconds=1)
        contact = desk.caller("second", SALES, preferred=ana)

        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: contact}

    def test_an_outage_lengthens_every_patience(self, desk: Desk) -> None:
        at_most_a_minute(desk, MESSAGE, urgent_ms=MINUTE, needs=(GERMAN,), relaxations=(Relaxation(after_ms=MINUTE),))
        contact = desk.caller("first", SALES)
        before = desk.contact(contact)

        desk.at = Millis(desk.at + 600_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(600_000)))

        after = desk.contact(contact)
        for moment in ("step_until", "urgent_at", "too_long_at"):
            assert getattr(after, moment) == getattr(before, moment) + 600_000


class TestManyAtOnce:
    def test_what_is_too_much_for_one_step_follows_in_the_next(self) -> None:
        core, now = Core(), Millis(1_000)
        site = Site(groups=(Group(id=SALES, max_wait_ms=MINUTE),), agents=())
        core.decide(SiteConfigured(site=site), now)
        crowd = MOST_AT_ONCE + 10
        for number in range(crowd):
            contact, session = ContactId(f"{number:03}"), SessionId(f"tab {number}")
            visitor = VisitorKey(contact)
            core.decide(
                ContactRequested(contact=contact, session=session, group=SALES, channel=Channel.VIDEO, visitor=visitor),
                now,
            )
            core.decide(CallerAttached(contact=contact, session=session, process=HERE), now)

        end = Millis(now + MINUTE)
        first, second = core.decide(Ticked(), end), core.decide(Ticked(), end)

        assert [type(decision) for decision in (*first, *second)] == [EndContact] * crowd
        assert (len(first), len(second)) == (MOST_AT_ONCE, 10)
        assert core.next_deadline is None
