"""Which agent is asked first, and which contact an agent should have."""

from dataclasses import replace

import pytest

from acd.config import Capacity, Channel, Membership, Need, Skill
from acd.decisions import MakeOffer, RaiseAlarm, WithdrawOffer, WithdrawReason
from acd.facts import Presence
from acd.ids import AgentId, ContactId, GroupId, Millis, SkillId
from acd.lifecycle import Phase, Routing
from tests.acd.desk import SALES, SUPPORT, Desk

GERMAN = SkillId("german")


def later(group: GroupId, seconds: int) -> tuple[Membership, ...]:
    """Contacts of the group ring here only after that long."""
    return (Membership(group=group, delay_ms=Millis(seconds * 1000)),)


def earlier(group: GroupId, seconds: int) -> tuple[Membership, ...]:
    """Contacts of the group count here as if they had waited that much longer."""
    return (Membership(group=group, head_start_ms=Millis(seconds * 1000)),)


def asked_in_turn(desk: Desk, times: int) -> list[AgentId]:
    """Whom a caller rings at first, several times: each leaves at once, so nobody is ever less idle."""
    asked = []
    for number in range(times):
        contact = desk.caller(f"caller {number}", SALES)
        asked += list(desk.contact(contact).ringing_agents)
        desk.caller_hangs_up(contact)
    return asked


class TestChoosing:
    def test_a_strategy_that_nobody_knows_is_longest_idle(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="by horoscope")
        ben = desk.ready_agent("ben", SALES)
        desk.pass_time(seconds=1)
        desk.ready_agent("ana", SALES)

        assert asked_in_turn(desk, 2) == [ben, ben]

    def test_least_occupied_spreads_chats_before_anybody_has_two(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="least_occupied", channels=tuple(Channel))
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        asked = []
        for name in ("first", "second", "third"):
            contact = desk.caller(name, SALES, Channel.CHAT)
            asked += list(desk.contact(contact).ringing_agents)
            desk.talk(asked[-1])

        assert asked == [ana, ben, ana]

    def test_least_occupied_looks_at_the_part_of_what_somebody_can_do(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="least_occupied", channels=tuple(Channel))
        much = desk.ready_agent("much", SALES, capacity=Capacity(chat=8))
        desk.caller("first", SALES, Channel.CHAT)
        desk.talk(much)
        desk.caller("second", SALES, Channel.CHAT)
        desk.talk(much)
        little = desk.ready_agent("little", SALES, capacity=Capacity(chat=2))
        desk.caller("third", SALES, Channel.CHAT)
        desk.talk(little)

        contact = desk.caller("fourth", SALES, Channel.CHAT)

        assert desk.ringing() == {much: contact}

    def test_round_robin_asks_nobody_twice_in_a_row_whatever_their_delays(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="round_robin")
        ana = desk.ready_agent("ana", SALES, memberships=later(SALES, 5))
        ben = desk.ready_agent("ben", SALES)
        asked = []
        for name in ("first", "second", "third"):
            desk.ask(name, SALES)
            desk.pass_time(seconds=15)
            desk.attach_caller(ContactId(name))
            asked += list(desk.contact(ContactId(name)).ringing_agents)
            desk.caller_hangs_up(ContactId(name))

        assert asked == [ana, ben, ana]

    @pytest.mark.parametrize(
        ("ana", "ben", "asked"),
        [
            (Capacity(chat=2, message=0), Capacity(live=5, chat=2, message=0), "ana"),
            (Capacity(chat=4, message=0), Capacity(chat=3, message=2), "ben"),
        ],
    )
    def test_what_somebody_can_do_is_one_call_and_so_many_chats_and_messages(
        self, desk: Desk, ana: Capacity, ben: Capacity, asked: str
    ) -> None:
        desk.rule(SALES, strategy="least_occupied", channels=tuple(Channel))
        desk.ready_agent("ana", SALES, capacity=ana)
        desk.pass_time(seconds=1)
        desk.ready_agent("ben", SALES, capacity=ben)
        for number in range(2):
            contact = desk.caller(f"chat {number}", SALES, Channel.CHAT)
            desk.talk(desk.contact(contact).ringing_agents[0])
        assert [len(desk.agent(AgentId(name)).slots) for name in ("ana", "ben")] == [1, 1]

        contact = desk.caller("third", SALES, Channel.CHAT)

        assert desk.ringing() == {AgentId(asked): contact}

    def test_who_goes_first_is_asked_for_as_their_own_group_asks(self, desk: Desk) -> None:
        desk.rule(SUPPORT, strategy="round_robin")
        ana = desk.ready_agent("ana", SUPPORT)
        desk.caller_hangs_up(desk.caller("whose turn was ana", SUPPORT))
        desk.pass_time(seconds=1)
        ben = desk.ready_agent("ben")
        desk.configure(agents=tuple(replace(agent, groups=()) for agent in desk.site.agents))
        first, second = desk.caller("first", SALES), desk.caller("second", SUPPORT)

        desk.configure(agents=tuple(replace(agent, groups=(SALES, SUPPORT)) for agent in desk.site.agents))

        assert desk.ringing() == {ana: first, ben: second}

    def test_best_skilled_asks_who_can_do_most_of_what_is_asked_for(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="best_skilled")
        desk.ready_agent("fair", SALES, skills=(Skill(skill=GERMAN, level=3), Skill(skill=SkillId("tax"), level=9)))
        best = desk.ready_agent("best", SALES, skills=(Skill(skill=GERMAN, level=8),))
        desk.pass_time(seconds=1)
        desk.ready_agent("also", SALES, skills=(Skill(skill=GERMAN, level=8),))

        contact = desk.caller("first", SALES, needs=(Need(skill=GERMAN, level=2),))

        assert desk.ringing() == {best: contact}

    def test_an_agent_without_a_delay_of_their_own_is_asked_before_somebody_idle_longer(self, desk: Desk) -> None:
        slow = desk.ready_agent("slow", SALES, memberships=later(SALES, 15))
        desk.pass_time(seconds=60)
        fast = desk.ready_agent("fast", SALES)

        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        assert desk.ringing() == {fast: first}
        desk.pass_time(seconds=14.999)
        assert desk.ringing() == {fast: first}
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {fast: first, slow: second}

    def test_once_a_delay_is_over_the_strategy_alone_decides(self, desk: Desk) -> None:
        slow = desk.ready_agent("slow", SALES, memberships=later(SALES, 15))
        desk.pass_time(seconds=1)
        desk.ready_agent("fast", SALES)
        desk.ask("first", SALES)
        desk.pass_time(seconds=15)

        desk.attach_caller(ContactId("first"))

        assert desk.ringing() == {slow: ContactId("first")}

    def test_a_delay_hides_nothing_that_ends_before_it(self, desk: Desk) -> None:
        desk.ready_agent("slow", SALES, memberships=later(SALES, 60))
        fast = desk.ready_agent("fast", SALES)
        first, _ = desk.caller("first", SALES), desk.caller("second", SALES)
        assert desk.ringing() == {fast: first}

        assert desk.core.next_deadline == desk.at + desk.site.groups[0].ring_ms

    @pytest.mark.parametrize("strategy", ["longest_idle", "best_skilled", "round_robin"])
    def test_a_delay_is_waited_for_only_by_those_who_may_ring_there(self, desk: Desk, strategy: str) -> None:
        desk.rule(SALES, strategy=strategy, no_answer_ms=Millis(1_000), missed_ms=Millis(600_000))
        ben = desk.ready_agent("ben", SALES)
        desk.caller("first", SALES)
        desk.pass_time(seconds=20)
        desk.configure(agents=(replace(desk.site.agents[0], memberships=later(SALES, 60)),))
        desk.pass_time(seconds=5)
        second = desk.caller("second", SALES)

        desk.pass_time(seconds=59.999)
        assert desk.ringing() == {}
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {ben: second}

    def test_each_delay_is_waited_for_by_the_first_who_may_ring_there(self, desk: Desk) -> None:
        middle = desk.ready_agent("middle", SALES, memberships=later(SALES, 10))
        slow = desk.ready_agent("slow", SALES, memberships=later(SALES, 30))
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)

        desk.pass_time(seconds=10)
        assert desk.ringing() == {middle: first}
        desk.talk(middle)
        desk.pass_time(seconds=20)

        assert desk.ringing() == {slow: second}


class TestRoundRobin:
    def test_everybody_is_asked_in_turn_and_round_again(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="round_robin")
        ana, ben, cid = (desk.ready_agent(name, SALES) for name in ("ana", "ben", "cid"))

        assert asked_in_turn(desk, 5) == [ana, ben, cid, ana, ben]

    def test_whose_turn_it_is_does_not_depend_on_how_long_they_must_wait(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="round_robin")
        ana = desk.ready_agent("ana", SALES)
        ben = desk.ready_agent("ben", SALES, memberships=later(SALES, 5))
        cid = desk.ready_agent("cid", SALES)
        dan = desk.ready_agent("dan", SALES, memberships=later(SALES, 5))
        callers = [ContactId(f"caller {number}") for number in range(6)]
        for contact in callers:
            desk.ask(contact, SALES)
        desk.pass_time(seconds=5)

        asked = []
        for contact in callers:
            desk.attach_caller(contact)
            asked += list(desk.contact(contact).ringing_agents)
            desk.caller_hangs_up(contact)

        assert asked == [ana, ben, cid, dan, ana, ben]

    def test_who_was_last_is_remembered_through_closing_and_new_rules(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="round_robin")
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        assert asked_in_turn(desk, 1) == [ana]

        desk.close(SALES)
        desk.reopen(SALES)
        desk.rule(SALES, max_waiting=5)

        assert asked_in_turn(desk, 2) == [ben, ana]


class TestRingingAtAll:
    def test_the_first_to_accept_has_it_and_nobody_missed_anything(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        contact = desk.caller("first", SALES)
        assert desk.ringing() == {ana: contact, ben: contact}
        assert desk.contact(contact).epoch == 1, "they share an assignment"

        desk.accept(ben)

        assert desk.contact(contact).agent == ben
        assert desk.routing(ana) is Routing.IDLE
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.TAKEN]

    def test_who_has_been_idle_longest_is_asked_first(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ben = desk.ready_agent("ben", SALES)
        desk.pass_time(seconds=1)
        ana = desk.ready_agent("ana", SALES)

        contact = desk.caller("first", SALES)

        assert desk.contact(contact).ringing_agents == (ben, ana)

    def test_who_declines_leaves_it_to_the_others(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        contact = desk.caller("first", SALES)

        desk.decline(ana)

        assert desk.ringing() == {ben: contact}
        assert desk.contact(contact).phase is Phase.OFFERED

    def test_nobody_is_to_blame_when_nobody_answers(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all", alarm_after=4)
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=20)
        assert desk.ringing() == {ana: contact, ben: contact}
        assert (desk.contact(contact).epoch, desk.contact(contact).excluded) == (2, ())
        assert {offer.reason for offer in desk.all(WithdrawOffer)} == {WithdrawReason.UNANSWERED}
        assert desk.all(RaiseAlarm) == []
        desk.pass_time(seconds=40)

        assert desk.all(RaiseAlarm) == [RaiseAlarm(contact=contact, failed_offers=4)], "once"

    def test_the_first_offer_that_fails_may_be_one_too_many(self, desk: Desk) -> None:
        desk.rule(SALES, alarm_after=1)
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)

        desk.decline(ana)

        assert desk.all(RaiseAlarm) == [RaiseAlarm(contact=contact, failed_offers=1)]

    def test_who_comes_later_joins(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=15)

        ben = desk.ready_agent("ben", SALES)
        assert desk.ringing() == {ana: contact, ben: contact}
        assert {offer.epoch for offer in desk.all(MakeOffer)} == {1}
        assert desk.contact(contact).phase_since == desk.at - 15_000
        desk.pass_time(seconds=5)
        assert AgentId("ben") in desk.ringing()
        desk.accept(ben)

        assert desk.contact(contact).agent == ben

    def test_it_rings_since_it_began_to_ring(self, desk: Desk) -> None:
        contact = desk.caller("first", SALES)
        desk.pass_time(seconds=5)

        desk.ready_agent("ana", SALES)

        assert desk.contact(contact).phase_since == desk.at

    def test_nobody_joins_who_is_put_back_in_line_while_the_caller_is_away(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)
        desk.talk(ana)
        desk.ready_agent("ben", SALES)
        desk.detach_caller(contact)

        desk.sign_out(ana)

        assert (desk.queue(), desk.ringing()) == ([contact], {})

    def test_who_joins_joins_the_first_in_order(self, desk: Desk) -> None:
        for group in (SALES, SUPPORT):
            desk.rule(group, strategy="ring_all")
        for first_group, second_group in ((SUPPORT, SALES), (SALES, SUPPORT)):
            one = desk.ready_agent(f"one of {first_group}", first_group)
            other = desk.ready_agent(f"other of {second_group}", second_group)
            first = desk.caller(f"first in {first_group}", first_group)
            second = desk.caller(f"second in {first_group}", second_group)

            both = desk.ready_agent(f"both of {first_group}", SALES, SUPPORT)

            assert desk.ringing() == {one: first, other: second, both: first}
            for contact in (first, second):
                desk.caller_hangs_up(contact)
            for agent in (one, other, both):
                desk.sign_out(agent)

    def test_who_must_wait_joins_when_that_is_over(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        ana = desk.ready_agent("ana", SALES)
        ben = desk.ready_agent("ben", SALES, memberships=later(SALES, 10))
        contact = desk.caller("first", SALES)
        assert desk.ringing() == {ana: contact}

        desk.pass_time(seconds=10)

        assert desk.ringing() == {ana: contact, ben: contact}

    def test_who_is_excluded_joins_when_that_is_over(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all", ring_ms=Millis(60_000))
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        contact = desk.caller("first", SALES)
        desk.accept(ana)
        desk.media_fails(contact)
        assert desk.ringing() == {ben: contact}

        desk.pass_time(seconds=30)

        assert desk.ringing() == {ana: contact, ben: contact}

    def test_one_who_serves_another_group_too_rings_for_it_like_everybody(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="ring_all")
        memberships = earlier(SALES, 600)
        both = desk.hire("both", SALES, SUPPORT, memberships=memberships)
        alone, shared = desk.caller("alone", SUPPORT), desk.caller("shared", SALES)

        desk.sign_in(both)
        desk.choose(both, Presence.AVAILABLE)

        assert desk.ringing() == {both: alone}, "a head start is for choosing among those that ring at one"
        ana = desk.ready_agent("ana", SALES)
        assert desk.ringing() == {both: alone, ana: shared}


class TestWhatAnAgentShouldHave:
    def test_a_group_may_have_a_head_start_with_an_agent(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES, SUPPORT, memberships=earlier(SUPPORT, 30))
        desk.caller("first", SALES)
        desk.pass_time(seconds=29.999)
        support = desk.caller("second", SUPPORT)

        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: support}

    def test_a_head_start_is_no_more_than_it_says(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES, SUPPORT, memberships=earlier(SUPPORT, 30))
        sales = desk.caller("first", SALES)
        desk.pass_time(seconds=30.001)
        desk.caller("second", SUPPORT)

        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: sales}

    def test_a_head_start_does_not_shorten_a_delay(self, desk: Desk) -> None:
        membership = Membership(group=SUPPORT, head_start_ms=Millis(30_000), delay_ms=Millis(10_000))
        ana = desk.hire("ana", SALES, SUPPORT, memberships=(membership,))
        sales = desk.caller("first", SALES)
        desk.caller("second", SUPPORT)

        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: sales}

    def test_what_an_agent_must_not_have_again_yet_is_not_the_best_for_them(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(0))
        ana = desk.ready_agent("ana", SALES, SUPPORT, memberships=earlier(SALES, 600))
        first = desk.caller("first", SALES)
        desk.accept(ana)
        desk.caller("second", SUPPORT)
        third = desk.caller("third", SALES)

        desk.media_fails(first)

        assert desk.ringing() == {ana: third}

    def test_an_agent_who_must_not_have_anything_of_a_group_yet_serves_another(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES, SUPPORT)
        first = desk.caller("first", SALES)
        desk.accept(ana)
        second = desk.caller("second", SUPPORT)

        desk.media_fails(first)

        assert desk.ringing() == {ana: second}

    def test_a_caller_without_an_agent_does_not_keep_back_those_behind(self, desk: Desk) -> None:
        desk.caller("first", SUPPORT)
        second = desk.caller("second", SALES)

        ana = desk.ready_agent("ana", SALES)

        assert desk.ringing() == {ana: second}
