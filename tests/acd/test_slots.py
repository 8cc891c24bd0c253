"""What an agent does at once, when they are left alone, and what comes after a contact."""

from collections.abc import Callable
from typing import Any

import pytest

from acd.config import Capacity, Channel, Interruption, Kind, Need, Skill, WrapUpRule
from acd.decisions import EndReason, EndWrapUp, RaiseAlarm, WithdrawOffer, WithdrawReason
from acd.facts import Presence, TimeSkipped, WrapUpFinished
from acd.ids import AgentId, ContactId, Millis, SkillId
from acd.lifecycle import Routing
from tests.acd.desk import SALES, SUPPORT, Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rule(SALES, channels=tuple(Channel), wrap_up_ms=Millis(0))
    return desk


def come(desk: Desk, name: str, channel: Channel) -> ContactId:
    return desk.message(name) if channel is Channel.MESSAGE else desk.caller(name, SALES, channel)


class TestSeveralAtOnce:
    def test_an_agent_has_so_many_chats_and_no_more(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES, capacity=Capacity(chat=2))
        chats = [come(desk, name, Channel.CHAT) for name in ("first", "second", "third")]

        assert [desk.talk(ana), desk.talk(ana)] == chats[:2]

        assert desk.ringing() == {}
        assert [slot.number for slot in desk.agent(ana).slots] == [100, 101]
        desk.caller_hangs_up(chats[0])
        assert desk.ringing() == {ana: chats[2]}
        assert desk.agent(ana).slots[-1].number == 100, "the place that is free"

    @pytest.mark.parametrize(("channel", "number"), [(Channel.VIDEO, 0), (Channel.CHAT, 100), (Channel.MESSAGE, 200)])
    def test_each_kind_has_numbers_of_its_own(self, desk: Desk, channel: Channel, number: int) -> None:
        ana = desk.ready_agent("ana", SALES)

        _talking(desk, ana, channel)

        assert [slot.number for slot in desk.agent(ana).slots] == [number]

    @pytest.mark.parametrize("channels", [(Channel.CHAT, Channel.CHAT), (Channel.CHAT, Channel.VIDEO)])
    def test_only_one_thing_rings_or_connects_at_a_time(self, desk: Desk, channels: tuple[Channel, Channel]) -> None:
        ana = desk.ready_agent("ana", SALES)
        first, second = come(desk, "first", channels[0]), come(desk, "second", channels[1])

        assert desk.ringing() == {ana: first}
        desk.accept(ana)
        assert desk.ringing() == {}
        desk.media(first)

        assert desk.ringing() == {ana: second}

    def test_during_wrap_up_nothing_rings(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000))
        ana = desk.ready_agent("ana", SALES)
        desk.caller_hangs_up(_talking(desk, ana, Channel.CHAT))

        second = come(desk, "second", Channel.CHAT)
        assert desk.ringing() == {}
        desk.pass_time(seconds=30)

        assert desk.ringing() == {ana: second}

    @pytest.mark.parametrize(
        ("busy", "by", "rings"),
        [
            (Channel.VIDEO, Channel.VOICE, False),
            (Channel.VIDEO, Channel.CHAT, False),
            (Channel.VIDEO, Channel.MESSAGE, False),
            (Channel.CHAT, Channel.VIDEO, True),
            (Channel.CHAT, Channel.MESSAGE, False),
            (Channel.MESSAGE, Channel.VOICE, True),
            (Channel.MESSAGE, Channel.CHAT, True),
            (Channel.MESSAGE, Channel.MESSAGE, False),
        ],
    )
    def test_what_is_more_urgent_may_interrupt_what_is_less(
        self, desk: Desk, busy: Channel, by: Channel, *, rings: bool
    ) -> None:
        ana = desk.ready_agent("ana", SALES)
        _talking(desk, ana, busy)

        come(desk, "second", by)

        assert (ana in desk.ringing()) is rings

    def test_what_may_interrupt_what_is_a_matter_of_the_agents_profile(self, desk: Desk) -> None:
        interruptions = (Interruption(busy=Kind.LIVE, by=Kind.MESSAGE),)
        ana = desk.ready_agent("ana", SALES, capacity=Capacity(interruptions=interruptions))
        _talking(desk, ana, Channel.VIDEO)

        come(desk, "chat", Channel.CHAT)
        assert desk.ringing() == {}
        message = come(desk, "message", Channel.MESSAGE)

        assert desk.ringing() == {ana: message}

    def test_every_kind_in_hand_must_allow_the_interruption(self, desk: Desk) -> None:
        interruptions = (
            Interruption(busy=Kind.MESSAGE, by=Kind.CHAT),
            Interruption(busy=Kind.MESSAGE, by=Kind.LIVE),
        )
        ana = desk.ready_agent("ana", SALES, capacity=Capacity(interruptions=interruptions))
        _talking(desk, ana, Channel.MESSAGE)
        come(desk, "chat", Channel.CHAT)
        desk.talk(ana)

        come(desk, "call", Channel.VIDEO)

        assert desk.ringing() == {}

    def test_who_has_a_chat_in_hand_may_decline_a_call(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        since = desk.agent(ana).routing_since
        desk.pass_time(seconds=1)
        chat = _talking(desk, ana, Channel.CHAT)
        come(desk, "call", Channel.VIDEO)
        assert desk.agent(ana).is_engaged

        desk.decline(ana)

        assert [slot.contact for slot in desk.agent(ana).slots] == [chat]
        assert desk.agent(ana).routing_since == since

    def test_who_has_nothing_more_in_hand_has_been_free_since_then(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        chat = _talking(desk, ana, Channel.CHAT)
        desk.pass_time(seconds=10)

        desk.caller_hangs_up(chat)

        assert desk.agent(ana).routing_since == desk.at

    def test_nobody_has_two_live_contacts_whatever_is_written(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES, capacity=Capacity(live=5))
        _talking(desk, ana, Channel.VIDEO)

        come(desk, "second", Channel.VOICE)

        assert desk.ringing() == {}

    @pytest.mark.parametrize("channel", [Channel.VOICE, Channel.CHAT, Channel.MESSAGE])
    def test_who_has_no_capacity_is_asked_for_nothing(self, desk: Desk, channel: Channel) -> None:
        desk.ready_agent("ana", SALES, capacity=Capacity(live=0, chat=0, message=0))

        come(desk, "first", channel)

        assert desk.ringing() == {}
        assert desk.state.ready == 0

    def test_who_takes_chats_alone_is_asked_for_no_call_whatever_is_asked_for(self, desk: Desk) -> None:
        german = SkillId("german")
        desk.ready_agent("ana", SALES, capacity=Capacity(live=0), skills=(Skill(skill=german),))

        desk.caller("call", SALES, needs=(Need(skill=german),))
        assert desk.ringing() == {}
        chat = desk.caller("chat", SALES, Channel.CHAT, needs=(Need(skill=german),))

        assert list(desk.ringing().values()) == [chat]

    def test_how_many_could_be_asked_depends_on_the_kind(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.ready_agent("ben", SUPPORT)
        _talking(desk, ana, Channel.MESSAGE)

        assert [desk.state.agents_ready(SALES, kind) for kind in (Kind.LIVE, Kind.CHAT, Kind.MESSAGE)] == [1, 1, 0]
        assert desk.state.ready == 2

    def test_of_several_things_a_desk_shows_the_one_that_matters_most(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000))
        ana = desk.ready_agent("ana", SALES)
        chat = _talking(desk, ana, Channel.CHAT)
        call = come(desk, "call", Channel.VIDEO)
        assert (desk.routing(ana), desk.agent(ana).contact) == (Routing.TALKING, chat)

        desk.accept(ana)
        assert (desk.routing(ana), desk.agent(ana).contact) == (Routing.CONNECTING, call)
        desk.media(call)
        assert desk.agent(ana).contact == call, "of two talks the one that is live"
        desk.caller_hangs_up(call)

        assert (desk.routing(ana), desk.agent(ana).contact) == (Routing.TALKING, chat)

    def test_who_is_lost_loses_everything_in_hand(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000))
        ana = desk.ready_agent("ana", SALES)
        chat, over = _talking(desk, ana, Channel.CHAT), come(desk, "over", Channel.CHAT)
        desk.talk(ana)
        desk.caller_hangs_up(over)

        desk.sign_out(ana)

        assert desk.agent(ana).slots == ()
        assert desk.queue(SALES, Channel.CHAT) == [chat]


class TestMessages:
    def test_a_message_is_worked_on_without_anybody_at_the_other_end(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        message = desk.message("first")
        assert desk.ringing() == {ana: message}

        desk.accept(ana)

        assert desk.routing(ana) is Routing.TALKING
        desk.pass_time(seconds=3600)
        assert desk.contact(message).agent == ana

    def test_a_message_waits_for_as_long_as_it_takes(self, desk: Desk) -> None:
        desk.rule(SALES, max_wait_ms=Millis(60_000), channels=(Channel.MESSAGE,))
        message = desk.message("first")

        desk.pass_time(seconds=100_000)

        assert desk.queue(SALES, Channel.MESSAGE) == [message]
        assert desk.state.waiting(SALES) == 0, "nobody waits at the other end"

    def test_there_is_nobody_to_attach_to_a_message(self, desk: Desk) -> None:
        assert desk.attach_caller(desk.message("first")) == []


class TestOnce:
    def test_who_is_available_once_takes_a_break_after_one_contact(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000))
        ana = desk.ready_agent("ana", SALES)
        desk.choose(ana, Presence.ONCE)
        desk.caller_hangs_up(_talking(desk, ana, Channel.VIDEO))
        assert desk.agent(ana).presence is Presence.ONCE, "until its wrap-up is over"

        desk.finish_wrap_up(ana)
        come(desk, "second", Channel.VIDEO)

        assert (desk.agent(ana).presence, desk.agent(ana).presence_reason) == (Presence.BREAK, "after_one")
        assert desk.ringing() == {}

    def test_an_offer_that_nobody_took_was_not_the_one(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.choose(ana, Presence.ONCE)
        first = come(desk, "first", Channel.VIDEO)

        desk.decline(ana)
        desk.pass_time(seconds=10)

        assert desk.ringing() == {ana: first}

    def test_a_set_up_that_failed_was_not_the_one(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.choose(ana, Presence.ONCE)
        first = come(desk, "first", Channel.VIDEO)
        desk.accept(ana)

        desk.media_fails(first)

        assert desk.agent(ana).presence is Presence.ONCE

    def test_once_is_one_of_whatever_kind(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.choose(ana, Presence.ONCE)
        _talking(desk, ana, Channel.CHAT)

        come(desk, "second", Channel.CHAT)

        assert desk.ringing() == {}

    def test_who_chooses_once_finishes_everything_in_hand_first(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        chats = [come(desk, name, Channel.CHAT) for name in ("first", "second")]
        desk.talk(ana), desk.talk(ana)
        desk.choose(ana, Presence.ONCE)

        desk.caller_hangs_up(chats[0])
        assert desk.agent(ana).presence is Presence.ONCE
        desk.caller_hangs_up(chats[1])

        assert desk.agent(ana).presence is Presence.BREAK


class TestBeingLeftAlone:
    def test_who_has_no_devices_is_left_alone_for_a_moment_and_asked_again(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = come(desk, "first", Channel.VIDEO)

        desk.decline(ana, busy=True)
        assert desk.ringing() == {}
        assert desk.contact(first).excluded == ()
        desk.pass_time(seconds=5)

        assert desk.ringing() == {ana: first}
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.BUSY]

    @pytest.mark.parametrize("seconds", [0.001, 60])
    def test_who_does_not_answer_may_count_as_there_again_after_a_while(self, desk: Desk, seconds: float) -> None:
        desk.rule(SALES, no_answer_ms=Millis(round(seconds * 1000)), missed_ms=Millis(0))
        ana = desk.ready_agent("ana", SALES)
        first = come(desk, "first", Channel.VIDEO)
        desk.pass_time(seconds=20)
        assert desk.routing(ana) is Routing.NOT_RESPONDING

        desk.pass_time(seconds)

        assert desk.ringing() == {ana: first}

    def test_a_supervisor_is_called_once_when_offers_keep_failing(self, desk: Desk) -> None:
        desk.rule(SALES, alarm_after=2)
        ana = desk.ready_agent("ana", SALES)
        first = come(desk, "first", Channel.VIDEO)
        for _ in range(4):
            desk.decline(ana, busy=True)
            desk.pass_time(seconds=5)

        assert desk.all(RaiseAlarm) == [RaiseAlarm(contact=first, failed_offers=2)]
        assert desk.ringing() == {ana: first}

    def test_no_supervisor_is_called_where_none_wants_to_be(self, desk: Desk) -> None:
        desk.rule(SALES, alarm_after=0)
        ana = desk.ready_agent("ana", SALES)
        come(desk, "first", Channel.VIDEO)

        desk.decline(ana)

        assert desk.all(RaiseAlarm) == []


class TestElsewhere:
    def test_whom_another_system_has_gets_nothing_for_so_long(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = come(desk, "first", Channel.VIDEO)

        desk.elsewhere(ana, seconds=30)
        assert desk.ringing() == {}
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.AGENT_UNAVAILABLE]
        desk.pass_time(seconds=30)

        assert desk.ringing() == {ana: first}

    def test_it_may_be_for_as_short_as_it_likes(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)

        desk.elsewhere(ana, seconds=0.001)

        assert desk.agent(ana).elsewhere == (("telephone", desk.at + 1),)

    def test_the_other_system_may_say_that_it_is_over(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.elsewhere(ana, seconds=30)
        first = come(desk, "first", Channel.VIDEO)

        desk.elsewhere(ana, seconds=0)

        assert desk.ringing() == {ana: first}

    def test_each_system_speaks_for_itself(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.elsewhere(ana, seconds=10, source="telephone")
        desk.elsewhere(ana, seconds=20, source="meeting")
        first = come(desk, "first", Channel.VIDEO)

        desk.elsewhere(ana, seconds=0, source="telephone")
        assert desk.ringing() == {}
        desk.pass_time(seconds=20)

        assert desk.ringing() == {ana: first}

    def test_what_it_says_last_counts(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.elsewhere(ana, seconds=10)
        desk.elsewhere(ana, seconds=60)
        come(desk, "first", Channel.VIDEO)

        desk.pass_time(seconds=59)

        assert desk.ringing() == {}

    def test_it_has_nothing_to_end_and_nobody_to_have(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)

        assert desk.elsewhere(ana, seconds=0) == []
        assert desk.elsewhere(AgentId("nobody"), seconds=10) == []

    def test_an_outage_lengthens_everything_an_agent_is_left_alone_for(self, desk: Desk) -> None:
        desk.rule(SALES, no_answer_ms=Millis(60_000))
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        come(desk, "first", Channel.VIDEO)
        desk.pass_time(seconds=20)
        desk.elsewhere(ben, seconds=30)

        desk.at = Millis(desk.at + 600_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(600_000)))

        assert desk.agent(ana).not_responding_until == desk.at + 60_000
        assert desk.agent(ben).elsewhere == (("telephone", desk.at + 30_000),)


class TestWrapUp:
    @pytest.mark.parametrize(
        "rules",
        [
            {"wrap_up": WrapUpRule.NONE, "wrap_up_ms": Millis(30_000)},
            {"wrap_up": WrapUpRule.OPTIONAL, "wrap_up_ms": Millis(0)},
            {"wrap_up": WrapUpRule.TIMED, "wrap_up_ms": Millis(0)},
        ],
    )
    def test_some_groups_have_none(self, desk: Desk, rules: dict[str, Any]) -> None:
        desk.rule(SALES, **rules)
        ana = desk.ready_agent("ana", SALES)

        desk.caller_hangs_up(_talking(desk, ana, Channel.VIDEO))

        assert desk.routing(ana) is Routing.IDLE

    @pytest.mark.parametrize("rule", [WrapUpRule.OPTIONAL, WrapUpRule.TIMED])
    def test_it_ends_by_itself(self, desk: Desk, rule: WrapUpRule) -> None:
        desk.rule(SALES, wrap_up=rule, wrap_up_ms=Millis(30_000), codes=("sold",))
        ana = desk.ready_agent("ana", SALES)
        contact = _talking(desk, ana, Channel.VIDEO)
        desk.caller_hangs_up(contact)

        desk.pass_time(seconds=29.999)
        assert desk.routing(ana) is Routing.WRAP_UP
        desk.pass_time(seconds=0.001)

        assert desk.all(EndWrapUp) == [EndWrapUp(agent=ana, contact=contact)]

    @pytest.mark.parametrize("wrap_up_ms", [0, 30_000])
    def test_a_mandatory_one_lasts_until_there_is_a_code(self, desk: Desk, wrap_up_ms: int) -> None:
        desk.rule(SALES, wrap_up=WrapUpRule.MANDATORY, wrap_up_ms=Millis(wrap_up_ms), codes=("sold", "lost"))
        ana = desk.ready_agent("ana", SALES)
        contact = _talking(desk, ana, Channel.VIDEO)
        desk.caller_hangs_up(contact)

        desk.pass_time(seconds=10_000)
        assert desk.finish_wrap_up(ana) == []
        assert desk.finish_wrap_up(ana, "whatever") == [], "an unknown code is none"
        desk.finish_wrap_up(ana, "sold")

        assert desk.all(EndWrapUp) == [EndWrapUp(agent=ana, contact=contact, code="sold")]
        assert desk.routing(ana) is Routing.IDLE

    def test_where_there_are_no_codes_finishing_it_is_enough(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up=WrapUpRule.MANDATORY)
        ana = desk.ready_agent("ana", SALES)
        desk.caller_hangs_up(_talking(desk, ana, Channel.VIDEO))

        desk.finish_wrap_up(ana)

        assert desk.routing(ana) is Routing.IDLE

    def test_an_unknown_code_of_an_optional_one_counts_as_none(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000), codes=("sold",))
        ana = desk.ready_agent("ana", SALES)
        contact = _talking(desk, ana, Channel.VIDEO)
        desk.caller_hangs_up(contact)

        desk.finish_wrap_up(ana, "whatever")

        assert desk.all(EndWrapUp) == [EndWrapUp(agent=ana, contact=contact)]

    def test_a_code_may_still_be_given_when_the_group_is_gone(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up=WrapUpRule.MANDATORY, codes=("sold",))
        ana = desk.ready_agent("ana", SALES)
        contact = _talking(desk, ana, Channel.VIDEO)
        desk.caller_hangs_up(contact)
        desk.configure(groups=tuple(group for group in desk.site.groups if group.id == SUPPORT))

        desk.finish_wrap_up(ana, "anything")

        assert desk.all(EndWrapUp) == [EndWrapUp(agent=ana, contact=contact, code="anything")]

    def test_of_several_the_one_that_is_meant_ends(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up=WrapUpRule.MANDATORY)
        ana = desk.ready_agent("ana", SALES)
        chats = [come(desk, name, Channel.CHAT) for name in ("first", "second")]
        desk.talk(ana), desk.talk(ana)
        for chat in chats:
            desk.caller_hangs_up(chat)

        desk.happen(WrapUpFinished(agent=ana, contact=chats[1]))

        assert [slot.contact for slot in desk.agent(ana).slots] == [chats[0]]

    def test_the_time_of_the_others_runs_on(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(30_000))
        ana = desk.ready_agent("ana", SALES)
        chats = [come(desk, name, Channel.CHAT) for name in ("first", "second")]
        desk.talk(ana), desk.talk(ana)
        for chat in chats:
            desk.caller_hangs_up(chat)

        desk.happen(WrapUpFinished(agent=ana, contact=chats[1]))
        desk.pass_time(seconds=30)

        assert desk.agent(ana).slots == ()


class TestEndingByHand:
    @pytest.mark.parametrize(
        "until",
        [
            pytest.param(lambda desk: None, id="queued"),
            pytest.param(lambda desk: desk.ready_agent("ana", SALES), id="offered"),
            pytest.param(lambda desk: desk.accept(desk.ready_agent("ana", SALES)), id="connecting"),
            pytest.param(lambda desk: desk.talk(desk.ready_agent("ana", SALES)), id="talking"),
        ],
    )
    def test_a_supervisor_may_end_anything(self, desk: Desk, until: Callable[[Desk], object]) -> None:
        contact = come(desk, "first", Channel.VIDEO)
        until(desk)

        desk.end(contact)

        assert desk.ends() == {contact: EndReason.SUPERVISOR}
        assert not any(agent.slots for agent in desk.state.agents.values())

    def test_what_is_over_is_not_ended_again(self, desk: Desk) -> None:
        assert desk.end(ContactId("over")) == []


def _talking(desk: Desk, agent: AgentId, channel: Channel) -> ContactId:
    come(desk, "in hand", channel)
    return desk.talk(agent)
