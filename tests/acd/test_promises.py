"""What callers and agents may rely on."""

from dataclasses import replace

import pytest

from acd.config import Agent, Channel, Group, MediaPolicy
from acd.core import Core
from acd.decisions import (
    Admit,
    AttachAgent,
    ConfigureSite,
    DetachAgent,
    DetachCaller,
    EndBackOff,
    EndContact,
    EndExclusion,
    EndReason,
    EndWrapUp,
    ExcludeAgent,
    FreeSlot,
    MakeOffer,
    MarkNotResponding,
    MoveDeadlines,
    RefusalReason,
    Refuse,
    RememberVisitor,
    Requeue,
    RequeueReason,
    SignOut,
    StartWrapUp,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    ContactContradicted,
    ContactRequested,
    Health,
    MediaConnected,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    ProcessLost,
    Ticked,
    TimeSkipped,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.state import State
from tests.acd.desk import ELSEWHERE, HERE, SALES, SUPPORT, Desk


class TestAsking:
    def test_who_asks_waits_at_the_end_of_the_line(self, desk: Desk) -> None:
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)

        assert desk.queue() == [first, second]
        assert [desk.state.position(first), desk.state.position(second)] == [1, 2]
        assert desk.state.position(ContactId("nobody")) is None
        assert desk.state.waiting(SALES) == 2

    def test_each_channel_of_a_group_counts_its_own_positions(self, desk: Desk) -> None:
        desk.caller("seen", SALES, Channel.VIDEO)
        heard = desk.caller("heard", SALES, Channel.VOICE)

        assert desk.state.position(heard) == 1
        assert desk.state.waiting(SALES) == 2

    def test_a_contact_gets_the_media_policy_of_its_group_for_life(self, desk: Desk) -> None:
        desk.group(SALES, lambda group: replace(group, policy=MediaPolicy.RECORD))
        contact = desk.caller("first", SALES)
        desk.group(SALES, lambda group: replace(group, policy=MediaPolicy.DIRECT))

        assert desk.contact(contact).policy is MediaPolicy.RECORD

    def test_asking_twice_is_asking_once(self, desk: Desk) -> None:
        contact = desk.caller("first", SALES)
        before = desk.contact(contact)

        assert desk.ask("first", SALES) == []
        assert desk.contact(contact) == before

    @pytest.mark.parametrize(
        ("group", "channel", "reason"),
        [
            (GroupId("nowhere"), Channel.VIDEO, RefusalReason.GROUP_UNKNOWN),
            (GroupId("closed"), Channel.VIDEO, RefusalReason.GROUP_CLOSED),
            (GroupId("full"), Channel.VIDEO, RefusalReason.GROUP_FULL),
            (GroupId("voice"), Channel.VIDEO, RefusalReason.CHANNEL_UNAVAILABLE),
        ],
    )
    def test_who_cannot_be_served_is_told_why(
        self, desk: Desk, group: GroupId, channel: Channel, reason: RefusalReason
    ) -> None:
        desk.configure(
            groups=(
                Group(id=GroupId("closed"), is_open=False),
                Group(id=GroupId("full"), max_waiting=0),
                Group(id=GroupId("voice"), channels=(Channel.VOICE,)),
            )
        )

        assert desk.ask("first", group, channel) == [Refuse(contact=ContactId("first"), reason=reason)]
        assert not desk.state.contacts

    def test_before_there_are_rules_nobody_is_admitted(self) -> None:
        core = Core()
        fact = ContactRequested(
            contact=ContactId("first"),
            session=SessionId("tab"),
            group=SALES,
            channel=Channel.VIDEO,
            visitor=VisitorKey("v"),
        )

        assert core.decide(fact, Millis(1)) == [Refuse(contact=ContactId("first"), reason=RefusalReason.GROUP_UNKNOWN)]

    def test_a_visitor_has_only_so_many_contacts_open(self, desk: Desk) -> None:
        first = desk.caller("first", SALES, visitor="same")
        assert desk.ask("second", SUPPORT, visitor="same") == [
            Refuse(contact=ContactId("second"), reason=RefusalReason.TOO_MANY_OPEN)
        ]

        desk.caller_hangs_up(first)

        assert isinstance(desk.ask("third", SUPPORT, visitor="same")[0], Admit)
        assert desk.state.open_contacts(VisitorKey("same")) == 1

    def test_a_full_group_has_room_again_when_somebody_is_served(self, desk: Desk) -> None:
        desk.group(SALES, lambda group: replace(group, max_waiting=1))
        ana = desk.ready_agent("ana", SALES)
        desk.caller("first", SALES)
        assert isinstance(desk.ask("second", SALES)[0], Refuse), "who rings still waits"

        desk.accept(ana)

        assert isinstance(desk.ask("second", SALES)[0], Admit)


class TestCallersWhoComeAndGo:
    def test_a_caller_who_never_arrives_is_forgotten_when_the_grace_ends(self, desk: Desk) -> None:
        desk.ask("first", SALES)

        desk.pass_time(seconds=119.999)
        assert desk.state.contacts
        desk.pass_time(seconds=0.001)

        assert not desk.state.contacts
        assert EndContact(contact=ContactId("first"), reason=EndReason.CALLER_LOST) in desk.decided

    def test_nothing_ends_before_its_time_because_something_else_does(self, desk: Desk) -> None:
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        desk.detach_caller(first)
        desk.pass_time(seconds=0.001)
        desk.detach_caller(second)

        desk.pass_time(seconds=119.999)
        assert desk.queue() == [second]
        desk.pass_time(seconds=0.001)

        assert desk.queue() == []

    def test_a_reload_keeps_the_place(self, desk: Desk) -> None:
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)

        desk.detach_caller(first)
        desk.pass_time(seconds=60)
        assert desk.queue() == [first, second]
        desk.attach_caller(first, ELSEWHERE)
        desk.pass_time(seconds=600)

        assert desk.queue() == [first, second]

    def test_an_agent_does_not_ring_for_nobody(self, desk: Desk) -> None:
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        desk.detach_caller(first)

        ana = desk.ready_agent("ana", SALES)
        assert desk.ringing() == {ana: second}
        desk.attach_caller(first)
        ben = desk.ready_agent("ben", SALES)

        assert desk.ringing() == {ana: second, ben: first}

    def test_ringing_stops_when_the_caller_loses_the_connection_and_nobody_missed_anything(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        idle_since = desk.agent(ana).idle_since
        desk.pass_time(seconds=5)

        decisions = desk.detach_caller(first)

        assert decisions == [
            WithdrawOffer(contact=first, agent=ana, epoch=Epoch(1), reason=WithdrawReason.CALLER_GONE),
            DetachCaller(contact=first, grace_until=Millis(desk.at + 120_000)),
        ]
        assert (desk.routing(ana), desk.agent(ana).idle_since) == (Routing.IDLE, idle_since)
        desk.attach_caller(first)
        assert desk.ringing() == {ana: first}

    def test_a_page_that_says_goodbye_leaves_a_short_grace(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        desk.detach_caller(first, leaving=True)
        desk.pass_time(seconds=9.999)
        assert desk.queue() == [first]
        desk.pass_time(seconds=0.001)

        assert desk.queue() == []

    def test_saying_goodbye_never_lengthens_a_grace(self, desk: Desk) -> None:
        desk.configure(patience=replace(desk.site.patience, caller_queued_ms=Millis(3_000)))
        first = desk.caller("first", SALES)

        desk.detach_caller(first, leaving=True)

        assert desk.contact(first).caller.grace_until == desk.at + 3_000

    def test_being_told_twice_that_a_caller_is_away_does_not_lengthen_the_grace(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        desk.detach_caller(first)
        desk.pass_time(seconds=60)

        assert desk.detach_caller(first) == []
        desk.pass_time(seconds=60)

        assert desk.queue() == []

    def test_what_is_said_of_another_session_or_an_older_socket_is_harmless(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        tab = SessionId("tab of first")
        stranger = SessionId("another tab")
        desk.attach_caller(first, ELSEWHERE)

        assert desk.happen(CallerAttached(contact=first, session=stranger, process=HERE)) == []
        assert desk.happen(CallerDetached(contact=first, session=stranger)) == []
        assert desk.happen(CallerDetached(contact=first, session=tab, process=HERE)) == []
        assert desk.attach_caller(first, ELSEWHERE) == []

        assert desk.contact(first).caller.process == ELSEWHERE

    def test_what_is_said_of_a_contact_that_is_over_is_harmless(self, desk: Desk) -> None:
        gone = ContactId("gone")

        assert desk.happen(CallerHungUp(contact=gone)) == []
        assert desk.attach_caller(gone) == []
        assert desk.detach_caller(gone) == []
        assert desk.happen(ContactContradicted(contact=gone, epoch=Epoch(1), party=Party.AGENT)) == []
        assert desk.happen(AgentHungUp(contact=gone, agent=AgentId("ana"), epoch=Epoch(1))) == []

    def test_a_caller_who_talks_and_is_lost_ends_the_call_after_a_minute(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.detach_caller(first)
        desk.pass_time(seconds=59)
        assert desk.routing(ana) is Routing.TALKING
        desk.pass_time(seconds=1)

        assert desk.routing(ana) is Routing.WRAP_UP
        assert EndContact(contact=first, reason=EndReason.CALLER_LOST) in desk.decided

    def test_a_caller_who_is_back_in_time_goes_on_talking(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.detach_caller(first)
        desk.pass_time(seconds=59)
        desk.attach_caller(first)
        desk.pass_time(seconds=600)

        assert desk.contact(first).phase is Phase.TALKING


class TestOffers:
    def test_the_oldest_caller_rings_at_the_agent_who_was_idle_longest(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=1)
        ben = desk.ready_agent("ben", SALES)

        first, second = desk.caller("first", SALES), desk.caller("second", SALES)

        assert desk.ringing() == {ana: first, ben: second}

    def test_of_agents_idle_equally_long_the_smaller_id_goes_first(self, desk: Desk) -> None:
        desk.ready_agent("ben", SALES)
        ana = desk.ready_agent("ana", SALES)

        first = desk.caller("first", SALES)

        assert desk.ringing() == {ana: first}

    @pytest.mark.parametrize("groups", [(SALES, SUPPORT), (SUPPORT, SALES)])
    def test_an_agent_of_two_groups_takes_whoever_waited_longer(
        self, desk: Desk, groups: tuple[GroupId, GroupId]
    ) -> None:
        ana = desk.ready_agent("ana", SALES, SUPPORT)
        desk.choose(ana, Presence.BREAK)
        for group in (SALES, SUPPORT):
            desk.caller_hangs_up(desk.caller("earlier", group))
        first = desk.caller("first", groups[0])
        desk.caller("second", groups[1])

        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: first}

    def test_an_agent_is_not_offered_what_another_group_has(self, desk: Desk) -> None:
        desk.caller("first", SUPPORT)
        desk.ready_agent("ana", SALES)

        assert desk.ringing() == {}

    def test_an_unanswered_offer_goes_to_the_next_agent_and_keeps_its_place(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        assert desk.ringing() == {ana: first}

        desk.pass_time(seconds=20)
        assert desk.queue() == [first, second]
        ben = desk.ready_agent("ben", SALES)

        assert desk.ringing() == {ben: first}, "who asked first rings first"

    def test_who_let_it_ring_gets_nothing_more_before_saying_so(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.caller("second", SALES)

        desk.pass_time(seconds=19.999)
        assert desk.ringing() == {ana: first}
        desk.pass_time(seconds=600)
        assert (desk.ringing(), desk.routing(ana)) == ({}, Routing.NOT_RESPONDING)
        assert MarkNotResponding(agent=ana) in desk.decided
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: first}

    def test_who_let_it_ring_and_says_they_are_back_is_asked_for_it_at_once(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=20)

        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: first}
        assert EndExclusion(contact=first, agent=ana) in desk.decided

    def test_after_a_failed_set_up_an_agent_is_asked_for_another_contact_first(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)
        desk.accept(ana)
        desk.pass_time(seconds=10)

        assert desk.ringing() == {ana: second}
        desk.caller_hangs_up(second)
        assert desk.ringing() == {}
        desk.pass_time(seconds=30)

        assert desk.ringing() == {ana: first}, "the end of the exclusion is a deadline of its own"
        assert EndExclusion(contact=first, agent=ana) in desk.decided

    def test_callers_who_asked_at_the_same_moment_keep_their_order_through_missed_offers(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        callers = [desk.caller(name, SALES) for name in ("first", "second", "third")]

        for _ in range(3):
            desk.pass_time(seconds=60)
            desk.choose(ana, Presence.AVAILABLE)

        assert desk.queue() == callers

    def test_who_declines_is_left_alone_for_a_while(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.caller("second", SALES)

        desk.decline(ana)
        desk.choose(ana, Presence.AVAILABLE)
        desk.pass_time(seconds=9.999)
        assert (desk.ringing(), desk.routing(ana)) == ({}, Routing.IDLE)
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {ana: first}
        assert EndBackOff(agent=ana) in desk.decided

    def test_a_declined_contact_rings_at_the_next_agent_at_once(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=1)
        ben = desk.ready_agent("ben", SALES)
        first = desk.caller("first", SALES)

        decisions = desk.decline(ana)

        assert isinstance(decisions[-1], MakeOffer)
        assert desk.ringing() == {ben: first}
        assert desk.contact(first).epoch == 2

    @pytest.mark.parametrize(
        ("gone", "reason"),
        [
            (lambda desk, ana: desk.detach_agent(ana), WithdrawReason.AGENT_LOST),
            (lambda desk, ana: desk.beat(ana, Health.LOST), WithdrawReason.AGENT_LOST),
            (lambda desk, ana: desk.sign_in(ana, "a new tab"), WithdrawReason.AGENT_LOST),
            (lambda desk, ana: desk.choose(ana, Presence.BREAK), WithdrawReason.AGENT_UNAVAILABLE),
            (lambda desk, ana: desk.sign_out(ana), WithdrawReason.AGENT_UNAVAILABLE),
            (lambda desk, ana: desk.configure(agents=desk.site.agents[1:]), WithdrawReason.AGENT_UNAVAILABLE),
            (
                lambda desk, ana: desk.configure(agents=(Agent(id=ana, groups=(SUPPORT,)), desk.site.agents[1])),
                WithdrawReason.AGENT_UNAVAILABLE,
            ),
        ],
    )
    def test_an_agent_who_is_gone_while_it_rings_missed_nothing(  # type: ignore[no-untyped-def]
        self, desk: Desk, gone, reason: WithdrawReason
    ) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=1)
        ben = desk.ready_agent("ben", SALES)
        first = desk.caller("first", SALES)

        gone(desk, ana)

        assert desk.ringing() == {ben: first}, "and the next one is asked at once"
        assert WithdrawOffer(contact=first, agent=ana, epoch=Epoch(1), reason=reason) in desk.decided
        assert not [decision for decision in desk.decided if isinstance(decision, MarkNotResponding)]

    def test_a_caller_who_leaves_while_it_rings_is_not_a_miss(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=1)
        ben = desk.ready_agent("ben", SALES)
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=1)

        decisions = desk.caller_hangs_up(first)

        assert EndContact(contact=first, reason=EndReason.ABANDONED) in decisions
        second = desk.caller("second", SALES)
        assert desk.ringing() == {ana: second}, "she still is idle longest"
        assert desk.routing(ben) is Routing.IDLE

    def test_an_answer_from_yesterday_is_harmless(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.decline(ana)
        desk.pass_time(seconds=10)
        assert desk.contact(first).epoch == 2

        assert desk.happen(OfferAccepted(agent=ana, contact=first, epoch=Epoch(1))) == []
        assert desk.happen(OfferAccepted(agent=AgentId("ben"), contact=first, epoch=Epoch(2))) == []

        assert desk.ringing() == {ana: first}

    def test_an_agent_who_is_back_is_offered_what_waits(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.detach_agent(ana)
        first = desk.caller("first", SALES)
        assert desk.ringing() == {}

        desk.pass_time(seconds=19)
        desk.attach_agent(ana)

        assert desk.ringing() == {ana: first}

    def test_an_agent_whose_tab_answers_again_is_offered_what_waits(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.beat(ana, Health.LOST)
        first = desk.caller("first", SALES)
        assert desk.ringing() == {}

        desk.beat(ana, Health.DEGRADED)

        assert desk.ringing() == {ana: first}


class TestCalls:
    def test_who_accepts_and_has_media_at_both_ends_talks(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)

        desk.accept(ana)
        assert desk.contact(first).phase is Phase.CONNECTING
        assert desk.state.position(first) is None
        desk.media(first, Party.AGENT)
        assert desk.contact(first).phase is Phase.CONNECTING
        assert desk.happen(MediaConnected(contact=first, epoch=Epoch(1), party=Party.AGENT)) == [], "said already"
        desk.media(first, Party.CALLER)

        assert (desk.contact(first).phase, desk.routing(ana)) == (Phase.TALKING, Routing.TALKING)

    def test_media_that_does_not_come_frees_the_agent_and_puts_the_caller_in_front(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        idle_since = desk.agent(ana).idle_since
        desk.pass_time(seconds=5)
        desk.accept(ana)
        desk.pass_time(seconds=5)
        second = desk.caller("second", SALES)

        desk.pass_time(seconds=5)

        assert Requeue(contact=first, agent=ana, reason=RequeueReason.SETUP_FAILED) in desk.decided
        assert FreeSlot(agent=ana, contact=first, keep_idle_since=True) in desk.decided, "freed without a miss"
        assert desk.agent(ana).idle_since == idle_since
        assert desk.queue() == [first, second]
        assert desk.ringing() == {ana: second}, "she is not asked for the same one at once"

    def test_a_set_up_that_failed_stands_before_who_waited_longer(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        oldest = desk.caller("oldest", SALES)
        desk.detach_caller(oldest)
        desk.pass_time(seconds=60)
        first = desk.caller("first", SALES)
        desk.accept(ana)

        desk.media_fails(first)

        assert desk.queue() == [first, oldest]

    def test_a_third_failed_set_up_ends_the_contact(self, desk: Desk) -> None:
        agents = [desk.ready_agent(name, SALES) for name in ("ana", "ben", "chris")]
        first = desk.caller("first", SALES)

        for agent in agents:
            assert desk.ringing() == {agent: first}
            desk.accept(agent)
            desk.media_fails(first, Party.AGENT)

        assert [type(decision) for decision in desk.decided[-3:]] == [EndContact, RememberVisitor, FreeSlot]
        assert desk.decided[-3] == EndContact(contact=first, reason=EndReason.SETUP_FAILED)
        assert desk.decided[-1] == FreeSlot(agent=agents[-1], contact=first, keep_idle_since=True)

    def test_each_set_up_needs_media_at_both_ends_anew(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.accept(ana)
        desk.media(first, Party.CALLER)
        desk.media_fails(first, Party.AGENT)
        ben = desk.ready_agent("ben", SALES)
        desk.accept(ben)

        desk.media(first, Party.AGENT)

        assert desk.contact(first).phase is Phase.CONNECTING

    def test_an_agent_who_is_gone_explains_why_media_did_not_come(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.accept(ana)
        desk.detach_agent(ana, leaving=True)
        assert desk.contact(first).deadline == desk.core.next_deadline == desk.at + 10_000

        desk.pass_time(seconds=10)

        assert Requeue(contact=first, agent=ana, reason=RequeueReason.AGENT_LOST) in desk.decided
        assert desk.contact(first).setup_failures == 0

    def test_a_reload_while_connecting_survives(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.accept(ana)

        desk.detach_caller(first, leaving=True)
        desk.detach_agent(ana, leaving=True)
        desk.pass_time(seconds=5)
        desk.attach_caller(first)
        desk.attach_agent(ana)
        desk.media(first)

        assert desk.contact(first).phase is Phase.TALKING

    def test_media_that_breaks_during_the_talk_is_left_to_the_browsers(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        assert desk.media_fails(first) == []
        assert desk.contact(first).phase is Phase.TALKING

    @pytest.mark.parametrize("party", Party)
    def test_hanging_up_starts_wrap_up_and_wrap_up_makes_idle_anew(self, desk: Desk, party: Party) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.pass_time(seconds=100)

        ended = desk.caller_hangs_up(first) if party is Party.CALLER else desk.agent_hangs_up(ana)
        desk.pass_time(seconds=30)
        finished = desk.finish_wrap_up(ana, "sold")

        reason = EndReason.CALLER_HUNG_UP if party is Party.CALLER else EndReason.AGENT_HUNG_UP
        assert ended[0] == EndContact(contact=first, reason=reason)
        assert isinstance(ended[1], StartWrapUp)
        assert finished == [EndWrapUp(agent=ana, contact=first, code="sold"), FreeSlot(agent=ana, contact=first)]
        assert desk.agent(ana).idle_since == desk.at

    def test_nothing_is_finished_before_wrap_up_has_begun(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        assert desk.happen(WrapUpFinished(agent=ana, contact=first)) == []
        assert desk.routing(ana) is Routing.TALKING

    def test_wrap_up_ends_by_itself(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        second = desk.caller("second", SALES)
        desk.talk(ana)
        desk.caller_hangs_up(first)

        desk.pass_time(seconds=59.999)
        assert desk.ringing() == {}
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {ana: second}
        assert EndWrapUp(agent=ana, contact=first) in desk.decided

    def test_a_group_without_wrap_up_frees_its_agents_at_once(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SUPPORT)
        first, second = desk.caller("first", SUPPORT), desk.caller("second", SUPPORT)
        desk.talk(ana)
        desk.pass_time(seconds=100)

        desk.caller_hangs_up(first)

        assert desk.ringing() == {ana: second}
        assert desk.agent(ana).idle_since == desk.at

    def test_wrap_up_may_be_as_short_as_a_group_likes(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(1))
        ana = desk.ready_agent("ana", SALES)
        desk.caller("first", SALES)
        desk.talk(ana)

        desk.agent_hangs_up(ana)

        assert desk.routing(ana) is Routing.WRAP_UP
        assert desk.core.next_deadline == desk.agent(ana).deadline == desk.at + 1
        desk.pass_time(seconds=0.001)
        assert (desk.agent(ana).contact, desk.agent(ana).deadline) == (None, None)

    @pytest.mark.parametrize("party", Party)
    def test_a_call_that_ends_while_connecting_has_no_wrap_up(self, desk: Desk, party: Party) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.accept(ana)

        ended = desk.caller_hangs_up(first) if party is Party.CALLER else desk.agent_hangs_up(ana)

        reason = EndReason.ABANDONED if party is Party.CALLER else EndReason.AGENT_HUNG_UP
        assert ended == [
            EndContact(contact=first, reason=reason),
            FreeSlot(agent=ana, contact=first, keep_idle_since=True),
        ]

    def test_an_agent_declines_and_ends_only_what_is_theirs(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        ben = desk.hire("ben", SALES)
        desk.sign_in(ben)
        first = desk.caller("first", SALES)
        epoch = desk.state.contacts[first].epoch

        assert desk.happen(OfferDeclined(agent=ben, contact=first, epoch=epoch)) == []
        assert desk.ringing() == {ana: first}
        desk.talk(ana)
        assert desk.happen(AgentHungUp(agent=ben, contact=first, epoch=epoch)) == []
        assert desk.routing(ana) is Routing.TALKING

    def test_a_visitor_who_ends_one_of_two_contacts_has_one_left(self, desk: Desk) -> None:
        desk.configure(contacts_per_visitor=2)
        first = desk.caller("first", SALES, visitor="eve")
        desk.caller("second", SALES, visitor="eve")

        desk.caller_hangs_up(first)

        assert desk.state.open_contacts(VisitorKey("eve")) == 1

    def test_finishing_somebody_elses_wrap_up_is_harmless(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.caller_hangs_up(first)

        assert desk.happen(WrapUpFinished(agent=ana, contact=ContactId("other"))) == []
        assert desk.happen(WrapUpFinished(agent=AgentId("nobody"), contact=first)) == []
        assert desk.routing(ana) is Routing.WRAP_UP

    def test_an_agent_who_knows_no_such_call_gives_the_caller_back_to_the_front(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.caller("second", SALES)

        assert desk.happen(ContactContradicted(contact=first, epoch=Epoch(9), party=Party.AGENT)) == []
        desk.happen(ContactContradicted(contact=first, epoch=Epoch(1), party=Party.AGENT))

        assert Requeue(contact=first, agent=ana, reason=RequeueReason.CONTRADICTED) in desk.decided
        assert desk.ringing() == {ana: first}

    def test_a_caller_who_knows_no_such_call_is_lost(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.happen(ContactContradicted(contact=first, epoch=Epoch(1), party=Party.CALLER))

        assert EndContact(contact=first, reason=EndReason.CALLER_LOST) in desk.decided
        assert desk.routing(ana) is Routing.WRAP_UP


class TestAgentsWhoComeAndGo:
    def test_losing_the_agent_puts_the_caller_back_in_front(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        second = desk.caller("second", SALES)

        desk.detach_agent(ana)
        desk.pass_time(seconds=19.999)
        assert desk.contact(first).phase is Phase.TALKING
        desk.pass_time(seconds=0.001)

        assert desk.queue() == [first, second]
        assert desk.decided[-3:] == [
            Requeue(contact=first, agent=ana, reason=RequeueReason.AGENT_LOST),
            FreeSlot(agent=ana, contact=first),
            SignOut(agent=ana),
        ]
        ben = desk.ready_agent("ben", SALES)
        assert desk.ringing() == {ben: first}

    def test_an_agent_who_is_back_in_time_goes_on_talking(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.detach_agent(ana)
        desk.pass_time(seconds=19)
        desk.attach_agent(ana, ELSEWHERE)
        desk.pass_time(seconds=600)

        assert desk.contact(first).phase is Phase.TALKING

    def test_a_desk_that_says_goodbye_leaves_a_short_grace(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)

        desk.detach_agent(ana, leaving=True)
        desk.pass_time(seconds=10)

        assert not desk.agent(ana).is_signed_in

    def test_signing_out_in_a_call_gives_the_caller_back_to_the_front_at_once(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.sign_out(ana)

        assert desk.queue() == [first]
        assert desk.sign_out(ana) == []

    def test_signing_out_ends_wrap_up_and_not_responding(self, desk: Desk) -> None:
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SUPPORT)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.caller_hangs_up(first)
        desk.caller("second", SUPPORT)
        desk.pass_time(seconds=20)
        assert [desk.routing(ana), desk.routing(ben)] == [Routing.WRAP_UP, Routing.NOT_RESPONDING]

        desk.sign_out(ana)
        desk.sign_out(ben)

        assert [desk.routing(ana), desk.routing(ben)] == [Routing.IDLE, Routing.IDLE]
        assert EndWrapUp(agent=ana, contact=first) in desk.decided

    def test_a_new_tab_takes_over_and_keeps_the_call(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        old = desk.session_of(ana)

        desk.sign_in(ana, "a new tab")

        assert desk.contact(first).phase is Phase.TALKING
        assert desk.agent(ana).presence is Presence.AVAILABLE
        assert desk.happen(AgentAttached(agent=ana, session=old, process=HERE)) == []
        assert desk.happen(AgentAttached(agent=ana, session=old, process=ELSEWHERE)) == []
        assert desk.happen(AgentDetached(agent=ana, session=old)) == []
        assert desk.happen(AgentHealthChanged(agent=ana, session=old, health=Health.LOST)) == []

    def test_a_desk_that_never_attaches_is_signed_out_again(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES)
        desk.happen(AgentSignedIn(agent=ana, session=SessionId("tab")))
        desk.choose(ana, Presence.AVAILABLE)
        desk.caller("first", SALES)
        assert desk.ringing() == {}

        desk.pass_time(seconds=20)

        assert not desk.agent(ana).is_signed_in

    def test_a_fresh_desk_gets_nothing_before_a_presence_is_chosen(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES)
        first = desk.caller("first", SALES)

        desk.sign_in(ana)
        assert desk.agent(ana).presence is Presence.OFFLINE
        assert desk.ringing() == {}
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: first}

    def test_whoever_chooses_to_have_one_more_contact_may_take_the_one_that_rings(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)

        desk.choose(ana, Presence.ONCE)

        assert desk.ringing() == {ana: first}
        assert desk.all(WithdrawOffer) == []

    def test_a_break_does_not_end_an_exclusion(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.decline(ana)

        desk.choose(ana, Presence.BREAK)

        assert desk.state.excluding(ana) == [first]

    def test_a_break_during_a_call_is_taken_after_it(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SUPPORT)
        first = desk.caller("first", SUPPORT)
        desk.talk(ana)

        desk.choose(ana, Presence.BREAK, "lunch")
        assert desk.contact(first).phase is Phase.TALKING
        desk.caller("second", SUPPORT)
        desk.caller_hangs_up(first)

        assert desk.ringing() == {}
        assert desk.agent(ana).presence_reason == "lunch"

    def test_back_from_a_break_an_agent_is_idle_from_then(self, desk: Desk) -> None:
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        desk.choose(ana, Presence.BREAK)
        desk.pass_time(seconds=60)
        desk.choose(ana, Presence.AVAILABLE)

        first = desk.caller("first", SALES)

        assert desk.ringing() == {ben: first}

    def test_a_desk_shows_since_when_a_presence_has_been_chosen(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        available_since = desk.at
        desk.caller("first", SALES)
        desk.pass_time(seconds=30)
        assert desk.routing(ana) is Routing.NOT_RESPONDING

        desk.choose(ana, Presence.AVAILABLE)
        assert desk.agent(ana).presence_since == available_since
        desk.pass_time(seconds=5)
        desk.choose(ana, Presence.BREAK)

        assert desk.agent(ana).presence_since == desk.at

    def test_who_is_there_for_one_more_contact_is_at_work(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)

        desk.choose(ana, Presence.ONCE)

        assert (desk.state.agents_staffing(SALES), desk.state.agents_ready(SALES)) == (1, 1)

    def test_who_stays_available_or_away_is_idle_since_when_they_were(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        idle_since, routing_since = desk.agent(ana).idle_since, desk.agent(ana).routing_since

        for presence in (Presence.ONCE, Presence.BREAK, Presence.BUSY):
            desk.pass_time(seconds=5)
            desk.choose(ana, presence)

        assert (desk.agent(ana).idle_since, desk.agent(ana).routing_since) == (idle_since, routing_since)

    def test_choosing_the_same_presence_again_changes_nothing(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=60)

        assert desk.choose(ana, Presence.AVAILABLE) == []

    def test_nothing_is_heard_from_agents_nobody_knows_or_who_are_signed_out(self, desk: Desk) -> None:
        ana, nobody, tab = desk.hire("ana", SALES), AgentId("nobody"), SessionId("tab")

        assert desk.happen(AgentSignedIn(agent=nobody, session=tab)) == []
        for agent in (ana, nobody):
            assert desk.happen(AgentAttached(agent=agent, session=tab, process=HERE)) == []
            assert desk.happen(AgentDetached(agent=agent, session=tab)) == []
            assert desk.happen(AgentHealthChanged(agent=agent, session=tab, health=Health.HEALTHY)) == []
            assert desk.happen(AgentSignedOut(agent=agent)) == []
            assert desk.happen(PresenceChosen(agent=agent, presence=Presence.AVAILABLE)) == []

    def test_signing_in_again_with_the_same_session_changes_nothing(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)

        assert desk.happen(AgentSignedIn(agent=ana, session=desk.session_of(ana))) == []
        assert desk.attach_agent(ana) == []

    def test_a_new_socket_is_a_sign_of_life(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.beat(ana, Health.LOST)

        assert [type(decision) for decision in desk.attach_agent(ana)] == [AttachAgent]
        assert desk.agent(ana).health is Health.HEALTHY

    def test_a_heartbeat_of_somebody_away_or_without_news_is_harmless(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        assert desk.beat(ana, Health.HEALTHY) == []
        desk.detach_agent(ana)

        assert desk.beat(ana, Health.HEALTHY) == []
        assert desk.detach_agent(ana) == []

    def test_it_rings_on_at_a_desk_that_answers_slowly(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)

        desk.beat(ana, Health.DEGRADED)

        assert desk.ringing() == {ana: first}
        assert desk.all(WithdrawOffer) == []

    def test_losing_the_heartbeat_in_a_call_does_not_end_it(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.beat(ana, Health.LOST)

        assert desk.contact(first).phase is Phase.TALKING


class TestWhatHappensToAll:
    def test_a_process_that_dies_detaches_everybody_on_it_with_full_grace(self, desk: Desk) -> None:
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SUPPORT)
        desk.attach_agent(ben, ELSEWHERE)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        second = desk.caller("second", SALES)
        third = desk.caller("third", SALES)
        desk.attach_caller(third, ELSEWHERE)
        desk.hire("chris", SALES)

        desk.happen(ProcessLost(process=HERE))

        assert desk.contact(first).caller.grace_until == desk.at + 60_000
        assert desk.contact(second).caller.grace_until == desk.at + 120_000
        assert desk.contact(third).caller.process == ELSEWHERE
        assert desk.process_of(ana) is None
        assert desk.all(DetachAgent) == [DetachAgent(agent=ana, grace_until=Millis(desk.at + 20_000))]
        assert desk.process_of(ben) == ELSEWHERE
        assert desk.happen(ProcessLost(process=ProcessId("never heard of"))) == []

    def test_an_outage_ends_nobodys_grace_ring_or_wrap_up(self, desk: Desk) -> None:
        ana, ben, chris = (desk.ready_agent(name, SALES) for name in ("ana", "ben", "chris"))
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.caller_hangs_up(first)
        desk.caller("second", SALES)
        desk.decline(ben)
        third = desk.caller("third", SALES)
        desk.detach_caller(third)
        desk.detach_agent(ben)
        desk.hire("dora", SALES)
        before = desk.state.records()

        desk.at = Millis(desk.at + 3_600_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(3_600_000)))

        later = 3_600_000
        for old, new in zip(before.contacts, desk.state.records().contacts, strict=True):
            assert new.deadline == (old.deadline and old.deadline + later)
            assert new.caller.grace_until == (old.caller.grace_until and old.caller.grace_until + later)
            assert [until for _, until in new.excluded] == [until + later for _, until in old.excluded]
            assert new.asked_at == old.asked_at
        for was, now in zip(before.agents, desk.state.records().agents, strict=True):
            assert now.deadline == (was.deadline and was.deadline + later)
            assert now.back_off_until == (was.back_off_until and was.back_off_until + later)
            grace = was.endpoint and was.endpoint.grace_until
            assert (now.endpoint and now.endpoint.grace_until) == (grace and grace + later)
            assert now.routing is was.routing
        assert desk.routing(chris) is Routing.OFFERED
        desk.pass_time(seconds=10)
        assert desk.agent(ben).back_off_until == 0

    def test_the_shortest_outage_counts(self, desk: Desk) -> None:
        desk.ask("first", SALES)
        desk.ready_agent("ana", SALES)

        assert desk.happen(TimeSkipped(skipped_ms=Millis(1))) == [MoveDeadlines(skipped_ms=Millis(1))]

    @pytest.mark.parametrize("skipped", [0, -5])
    def test_no_time_skipped_moves_nothing(self, desk: Desk, skipped: int) -> None:
        desk.ask("first", SALES)

        assert desk.happen(TimeSkipped(skipped_ms=Millis(skipped))) == []

    def test_everything_that_ended_meanwhile_is_dealt_with_at_once_and_in_order(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        second = desk.caller("second", SALES)
        desk.detach_caller(second)

        desk.at = Millis(desk.at + 200_000)
        decisions = desk.happen(Ticked())

        assert [type(decision) for decision in decisions] == [
            WithdrawOffer,
            ExcludeAgent,
            MarkNotResponding,
            EndContact,
        ]
        assert (desk.queue(), desk.routing(ana)) == ([first], Routing.NOT_RESPONDING)
        assert desk.state.agents_staffing(SALES) == 0

    def test_time_does_not_go_back(self, desk: Desk) -> None:
        desk.ask("first", SALES)
        desk.core.decide(Ticked(), Millis(desk.at + 5_000))

        desk.core.decide(
            CallerAttached(contact=ContactId("first"), session=SessionId("tab of first"), process=HERE),
            Millis(desk.at - 5_000),
        )

        assert desk.state.at == desk.at + 5_000

    def test_rules_that_did_not_change_are_no_news(self, desk: Desk) -> None:
        assert desk.configure() == []

    def test_a_group_that_is_gone_ends_who_waits_and_lets_who_talks_finish(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        talking = desk.caller("talking", SALES)
        desk.talk(ana)
        ben = desk.ready_agent("ben", SALES)
        ringing = desk.caller("ringing", SALES)
        waiting = desk.caller("waiting", SALES)

        desk.configure(groups=(Group(id=SUPPORT),))

        assert list(desk.state.contacts) == [talking]
        for contact in (ringing, waiting):
            assert EndContact(contact=contact, reason=EndReason.GROUP_GONE) in desk.decided
        assert desk.routing(ben) is Routing.IDLE
        assert desk.caller_hangs_up(talking) == [
            EndContact(contact=talking, reason=EndReason.CALLER_HUNG_UP),
            FreeSlot(agent=ana, contact=talking),
        ]

    @pytest.mark.parametrize("talks", [True, False])
    def test_who_loses_the_agent_of_a_group_that_is_gone_has_nowhere_to_wait(self, desk: Desk, *, talks: bool) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.accept(ana)
        if talks:
            desk.media(first)
        desk.configure(groups=(Group(id=SUPPORT),))

        if talks:
            desk.sign_out(ana)
        else:
            desk.media_fails(first)

        assert not desk.state.contacts
        assert EndContact(contact=first, reason=EndReason.GROUP_GONE) in desk.decided

    def test_a_group_that_comes_back_finds_who_talks_as_they_were(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        talking, groups = desk.contact(first), desk.site.groups
        desk.configure(groups=(Group(id=SUPPORT),))

        decisions = desk.configure(groups=groups)

        assert [type(decision) for decision in decisions] == [ConfigureSite]
        assert desk.contact(first) == talking

    def test_an_agent_who_was_removed_is_signed_out_and_forgotten(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.hire("ben", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)

        desk.configure(agents=())

        assert desk.state.agents == {}
        assert [decision.agent for decision in desk.all(SignOut)] == [ana], "who was not there is just forgotten"
        assert desk.queue() == [first]

    def test_an_agent_who_is_given_another_group_serves_it_at_once(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SUPPORT)

        desk.configure(agents=(Agent(id=ana, groups=(SALES, SUPPORT)),))

        assert desk.ringing() == {ana: first}

    def test_agents_are_counted_by_group(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.ready_agent("ben", SALES, SUPPORT)
        desk.hire("chris", SALES)
        desk.caller("first", SALES)

        assert desk.ringing().keys() == {ana}
        assert (desk.state.agents_staffing(SALES), desk.state.agents_ready(SALES)) == (2, 1)
        assert (desk.state.agents_staffing(SUPPORT), desk.state.agents_ready(SUPPORT)) == (1, 1)
        assert (desk.state.agents_staffing(GroupId("nowhere")), desk.state.waiting(GroupId("nowhere"))) == (0, 0)
        assert desk.state.agents_ready(GroupId("nowhere")) == 0

    def test_an_id_used_again_does_not_touch_the_wrap_up_of_its_first_life(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.caller_hangs_up(first)
        ben = desk.ready_agent("ben", SALES)
        desk.caller("first", SALES)

        desk.choose(ana, Presence.BREAK)

        assert desk.ringing() == {ben: first}
        assert desk.routing(ana) is Routing.WRAP_UP


class TestRecovery:
    def test_a_restored_core_goes_on_as_the_first_one_would(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("first", SALES)
        desk.talk(ana)
        ben = desk.ready_agent("ben", SALES)
        second, third = desk.caller("second", SALES), desk.caller("third", SALES)

        desk.core = Core(State.restore(desk.state.records()))

        assert desk.ringing() == {ben: second}
        desk.pass_time(seconds=20)
        assert desk.queue() == [second, third]
        assert desk.routing(ben) is Routing.NOT_RESPONDING

    def test_a_snapshot_is_not_changed_by_what_happens_after_it(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        snapshot = desk.state.records()

        desk.caller_hangs_up(first)

        assert [contact.id for contact in snapshot.contacts] == [first]

    def test_a_slot_that_was_freed_when_there_was_but_one_is_freed(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("first", SALES)
        desk.talk(ana)
        core = Core(State.restore(desk.state.records()))

        core.evolve(FreeSlot(agent=ana), desk.at)

        assert core.state.agents[ana].slots == ()

    def test_a_site_without_a_past_can_be_restored(self) -> None:
        assert State.restore(State().records()).records() == State().records()
        assert Core().next_deadline is None
