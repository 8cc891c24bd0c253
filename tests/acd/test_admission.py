"""Who is let in, where, and what those are told who are not."""

from collections.abc import Callable
from typing import Any

import pytest

from acd.config import Absence, Answer, AnswerKind, Callbacks, Capacity, Channel, Group, MediaPolicy
from acd.decisions import Admit, OverflowReason, RefusalReason, Refuse, VisitKind
from acd.facts import Health, Presence, TimeSkipped
from acd.hours import Hours
from acd.ids import AgentId, ContactId, GroupId, Millis, VisitorKey
from tests.acd.desk import SALES, SITE, SUPPORT, Desk

TO_SUPPORT = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
THIRD = GroupId("third")


def absent(desk: Desk, agent: AgentId, absence: Absence) -> None:
    """Make an available agent absent in this way."""
    match absence:
        case Absence.SIGNED_OUT:
            desk.sign_out(agent)
        case Absence.BREAK:
            desk.choose(agent, Presence.BREAK)
        case Absence.BUSY:
            desk.choose(agent, Presence.BUSY)
        case Absence.ELSEWHERE:
            desk.elsewhere(agent, seconds=600)
        case Absence.NOT_RESPONDING:
            desk.caller("nobody answers", SALES)
            desk.pass_time(seconds=20)
        case Absence.LOST:
            desk.beat(agent, Health.LOST)
        case Absence.ENGAGED:
            desk.caller("in hand", SALES)
            desk.talk(agent)


OBSTACLES = [
    pytest.param({"is_open": False}, "when_closed", RefusalReason.GROUP_CLOSED, id="closed"),
    pytest.param({"hours": Hours()}, "when_closed", RefusalReason.GROUP_CLOSED, id="outside its hours"),
    pytest.param({"empty_for": (Absence.SIGNED_OUT,)}, "when_empty", RefusalReason.GROUP_EMPTY, id="empty"),
    pytest.param({"min_staff": 1}, "when_understaffed", RefusalReason.GROUP_UNDERSTAFFED, id="understaffed"),
    pytest.param({"max_waiting": 0}, "when_full", RefusalReason.GROUP_FULL, id="full"),
]


class TestObstacles:
    @pytest.mark.parametrize(("rules", "answer", "reason"), OBSTACLES)
    @pytest.mark.parametrize("kind", [AnswerKind.REFUSE, AnswerKind.MESSAGE, AnswerKind.CALLBACK])
    def test_each_has_an_answer_of_its_own(
        self, desk: Desk, rules: dict[str, Any], answer: str, reason: RefusalReason, kind: AnswerKind
    ) -> None:
        desk.rule(SALES, **rules, **{answer: Answer(kind=kind)})

        desk.ask("first", SALES)

        assert desk.refusal("first") == Refuse(contact=ContactId("first"), reason=reason, answer=Answer(kind=kind))

    @pytest.mark.parametrize(("rules", "answer", "reason"), OBSTACLES)
    def test_another_group_may_help(
        self, desk: Desk, rules: dict[str, Any], answer: str, reason: RefusalReason
    ) -> None:
        desk.rule(SALES, **rules, **{answer: TO_SUPPORT})
        ben = desk.ready_agent("ben", SUPPORT)

        contact = desk.caller("first", SALES)

        assert desk.ringing() == {ben: contact}
        (admitted,) = desk.all(Admit)
        assert (admitted.group, admitted.asked_group) == (SUPPORT, SALES)
        assert f"group_{admitted.overflowed}" == reason

    def test_closed_by_hand_is_closed(self, desk: Desk) -> None:
        desk.close(SALES)
        desk.ask("first", SALES)
        assert desk.refusal("first").reason is RefusalReason.GROUP_CLOSED

        desk.reopen(SALES)
        desk.ask("second", SALES)

        assert desk.queue() == [ContactId("second")]

    @pytest.mark.parametrize("absence", list(Absence))
    def test_a_group_is_empty_when_everybody_is_absent_in_a_way_that_matters(
        self, desk: Desk, absence: Absence
    ) -> None:
        desk.rule(SALES, empty_for=(absence,))
        ana = desk.ready_agent("ana", SALES)
        desk.ask("while they are there", SALES)
        assert desk.state.contacts
        desk.end(ContactId("while they are there"))

        absent(desk, ana, absence)
        desk.ask("first", SALES)

        assert desk.refusal("first").reason is RefusalReason.GROUP_EMPTY

    @pytest.mark.parametrize("absence", list(Absence))
    def test_an_absence_that_does_not_matter_does_not_make_it_empty(self, desk: Desk, absence: Absence) -> None:
        desk.rule(SALES, empty_for=tuple(other for other in Absence if other is not absence))
        ana = desk.ready_agent("ana", SALES)
        absent(desk, ana, absence)
        expected = absence is Absence.SIGNED_OUT  # Who is signed out is lost as well.

        desk.ask("first", SALES)

        assert (desk.all(Refuse) != []) is expected

    def test_who_is_offline_counts_as_signed_out(self, desk: Desk) -> None:
        desk.rule(SALES, empty_for=(Absence.SIGNED_OUT,))
        ana = desk.ready_agent("ana", SALES)

        desk.choose(ana, Presence.OFFLINE)
        desk.ask("first", SALES)

        assert desk.refusal("first").reason is RefusalReason.GROUP_EMPTY

    def test_who_has_no_room_for_a_live_contact_is_engaged(self, desk: Desk) -> None:
        desk.rule(SALES, empty_for=(Absence.ENGAGED,))
        desk.ready_agent("ana", SALES, capacity=Capacity(live=0))

        desk.ask("first", SALES)

        assert desk.refusal("first").reason is RefusalReason.GROUP_EMPTY

    def test_who_wraps_up_is_engaged_even_where_a_call_may_interrupt(self, desk: Desk) -> None:
        desk.rule(SALES, empty_for=(Absence.ENGAGED,), channels=tuple(Channel))
        ana = desk.ready_agent("ana", SALES)
        written = desk.caller("written", SALES, Channel.CHAT)
        desk.talk(ana)
        desk.ask("first", SALES)
        assert not desk.all(Refuse), "a call may interrupt a chat"
        desk.end(ContactId("first"))

        desk.caller_hangs_up(written)
        desk.ask("second", SALES)

        assert desk.refusal("second").reason is RefusalReason.GROUP_EMPTY

    def test_who_is_absent_does_not_count_as_staff(self, desk: Desk) -> None:
        desk.rule(SALES, min_staff=2, empty_for=(Absence.BREAK,))
        desk.ready_agent("ana", SALES)
        ben = desk.ready_agent("ben", SALES)
        desk.ask("first", SALES)
        assert desk.queue() == [ContactId("first")]

        desk.choose(ben, Presence.BREAK)
        desk.ask("second", SALES)

        assert desk.refusal("second").reason is RefusalReason.GROUP_UNDERSTAFFED

    def test_who_is_signed_out_is_never_staff(self, desk: Desk) -> None:
        desk.rule(SALES, min_staff=1, empty_for=(Absence.BREAK,))
        desk.hire("ana", SALES)

        desk.ask("first", SALES)

        assert desk.refusal("first").reason is RefusalReason.GROUP_UNDERSTAFFED

    def test_a_closed_group_says_so_before_it_looks_at_the_channel(self, desk: Desk) -> None:
        desk.rule(SALES, is_open=False)

        desk.ask("first", SALES, Channel.CHAT)

        assert desk.refusal("first").reason is RefusalReason.GROUP_CLOSED


class TestChainsOfGroups:
    def test_a_chain_is_followed_to_its_end(self, desk: Desk) -> None:
        third = Group(id=THIRD)
        desk.configure(groups=(*desk.site.groups, third))
        desk.rule(SALES, is_open=False, when_closed=TO_SUPPORT)
        desk.rule(SUPPORT, max_waiting=0, when_full=Answer(kind=AnswerKind.GROUP, group=THIRD))

        desk.ask("first", SALES)

        (admitted,) = desk.all(Admit)
        assert (admitted.group, admitted.overflowed) == (THIRD, OverflowReason.CLOSED), "why it could not stay"

    def test_the_last_group_that_cannot_help_has_the_word(self, desk: Desk) -> None:
        desk.rule(SALES, is_open=False, when_closed=TO_SUPPORT)
        desk.rule(SUPPORT, max_waiting=0, when_full=Answer(kind=AnswerKind.CALLBACK))

        desk.ask("first", SALES)

        refusal = desk.refusal("first")
        assert (refusal.reason, refusal.answer.kind) == (RefusalReason.GROUP_FULL, AnswerKind.CALLBACK)

    def test_a_circle_ends_where_it_began(self, desk: Desk) -> None:
        desk.rule(SALES, is_open=False, when_closed=TO_SUPPORT)
        desk.rule(SUPPORT, max_waiting=0, when_full=Answer(kind=AnswerKind.GROUP, group=SALES))

        desk.ask("first", SALES)

        assert desk.refusal("first") == Refuse(contact=ContactId("first"), reason=RefusalReason.GROUP_FULL)

    @pytest.mark.parametrize("group", [None, GroupId("nowhere"), SALES])
    def test_a_group_that_cannot_be_meant_is_a_refusal(self, desk: Desk, group: GroupId | None) -> None:
        desk.rule(SALES, is_open=False, when_closed=Answer(kind=AnswerKind.GROUP, group=group))

        desk.ask("first", SALES)

        assert desk.refusal("first") == Refuse(contact=ContactId("first"), reason=RefusalReason.GROUP_CLOSED)

    def test_a_group_counts_only_where_the_answer_is_a_group(self, desk: Desk) -> None:
        answer = Answer(kind=AnswerKind.MESSAGE, group=SUPPORT)
        desk.rule(SALES, is_open=False, when_closed=answer)

        desk.ask("first", SALES)

        assert desk.refusal("first").answer == answer

    def test_a_group_without_the_channel_cannot_help(self, desk: Desk) -> None:
        desk.rule(SALES, max_waiting=0, when_full=TO_SUPPORT, channels=(Channel.CHAT,))

        desk.ask("first", SALES, Channel.CHAT)

        assert desk.refusal("first") == Refuse(contact=ContactId("first"), reason=RefusalReason.GROUP_FULL)

    def test_nobody_is_led_to_another_media_policy_without_being_asked(self, desk: Desk) -> None:
        desk.rule(SALES, is_open=False, when_closed=TO_SUPPORT)
        desk.rule(SUPPORT, policy=MediaPolicy.RECORD)

        desk.ask("first", SALES)

        refusal = desk.refusal("first")
        assert (refusal.reason, refusal.answer) == (RefusalReason.GROUP_CLOSED, TO_SUPPORT)
        desk.ask("again", SUPPORT)
        assert desk.contact(ContactId("again")).policy is MediaPolicy.RECORD

    def test_who_has_too_many_open_is_led_nowhere(self, desk: Desk) -> None:
        desk.rule(SALES, max_waiting=0, when_full=TO_SUPPORT)
        desk.caller("first", SUPPORT, visitor="same")

        desk.ask("second", SALES, visitor="same")

        assert desk.refusal("second").reason is RefusalReason.TOO_MANY_OPEN


class TestComingAtAnyHour:
    @pytest.mark.parametrize(
        "rules", [{"is_open": False}, {"max_waiting": 0}, {"min_staff": 1}, {"empty_for": (Absence.BREAK,)}]
    )
    def test_messages_and_callbacks_are_let_in_anyway(self, desk: Desk, rules: dict[str, Any]) -> None:
        desk.rule(SALES, **rules, channels=tuple(Channel), callbacks=Callbacks())

        desk.message("written")
        desk.ask_for_callback("called back")

        assert list(desk.state.contacts) == [ContactId("written"), ContactId("called back")]
        assert desk.state.waiting(SALES) == 0
        assert list(desk.state.in_line(SALES)) == [ContactId("called back"), ContactId("written")]

    def test_where_there_are_none_there_are_none(self, desk: Desk) -> None:
        desk.message("written")
        desk.ask_for_callback("called back")

        assert not desk.state.contacts
        assert {refusal.reason for refusal in desk.all(Refuse)} == {RefusalReason.CHANNEL_UNAVAILABLE}

    def test_nor_has_anybody_too_many_of_them_open(self, desk: Desk) -> None:
        desk.rule(SALES, channels=tuple(Channel))
        desk.caller("written", SALES)

        desk.ask("second", SALES, Channel.MESSAGE, visitor="written")

        assert desk.refusal("second").reason is RefusalReason.TOO_MANY_OPEN

    def test_a_message_is_not_called_back(self, desk: Desk) -> None:
        desk.rule(SALES, channels=tuple(Channel))

        desk.ask("written", SALES, Channel.MESSAGE, callback=True)

        assert desk.contact(ContactId("written")).callback is None


class TestRememberedVisitors:
    def test_who_was_dropped_waits_in_front_the_next_time_and_only_then(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("lost", SALES, visitor="same")
        desk.detach_caller(desk.talk(ana))
        desk.pass_time(seconds=60)
        desk.sign_out(ana)
        other = desk.caller("other", SALES)
        desk.pass_time(seconds=599)

        back = desk.caller("back", SALES, visitor="same")

        assert desk.queue() == [back, other]
        desk.end(back)
        again = desk.caller("again", SALES, visitor="same")
        assert desk.queue() == [other, again]

    def test_who_was_not_answered_waits_a_little_in_front(self, desk: Desk) -> None:
        desk.caller_hangs_up(desk.caller("gone", SALES, visitor="same"))
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=30)
        second = desk.caller("second", SALES)
        desk.pass_time(seconds=40)

        back = desk.caller("back", SALES, visitor="same")

        assert desk.queue() == [first, back, second]

    def test_who_was_served_has_no_head_start_the_next_time(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.ready_agent("ana", SALES)
        desk.caller("served", SALES, visitor="same")
        desk.caller_hangs_up(desk.talk(ana))
        assert desk.state.visitors[VisitorKey("same")].kind is VisitKind.REACHED
        other = desk.caller("other", SALES)

        back = desk.caller("back", SALES, visitor="same")

        assert desk.queue() == [other, back]

    def test_who_asks_for_an_agent_is_not_led_to_the_one_they_had(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana, ben = desk.ready_agent("ana", SALES), desk.hire("ben", SALES)
        desk.caller("served", SALES, visitor="same")
        desk.caller_hangs_up(desk.talk(ana))

        back = desk.caller("back", SALES, visitor="same", preferred=ben)

        assert desk.contact(back).preferred == ben

    @pytest.mark.parametrize("leaves", ["while it rings", "while nobody is there"])
    def test_it_does_not_matter_whether_it_rang(self, desk: Desk, leaves: str) -> None:
        if leaves == "while it rings":
            desk.ready_agent("ana", SALES)

        desk.caller_hangs_up(desk.caller("gone", SALES))

        assert desk.state.visitors[VisitorKey("gone")].kind is VisitKind.UNANSWERED

    @pytest.mark.parametrize(
        "ends",
        [
            pytest.param(lambda desk, contact: desk.end(contact), id="by hand"),
            pytest.param(
                lambda desk, contact: desk.caller_hangs_up(desk.talk(desk.ready_agent("ana", SALES))), id="well"
            ),
            pytest.param(lambda desk, contact: (desk.detach_caller(contact), desk.pass_time(120)), id="lost in line"),
        ],
    )
    def test_other_ends_are_not_remembered(self, desk: Desk, ends: Callable[[Desk, ContactId], object]) -> None:
        contact = desk.caller("gone", SALES)

        ends(desk, contact)

        assert not desk.state.contacts
        assert not desk.state.visitors

    def test_a_set_up_that_failed_for_good_is_remembered_as_dropped(self, desk: Desk) -> None:
        contact = desk.caller("first", SALES)
        for name in ("ana", "ben", "cid"):
            desk.accept(desk.ready_agent(name, SALES))
            desk.media_fails(contact)

        memory = desk.state.visitors[VisitorKey("first")]
        assert (memory.kind, memory.agent) == (VisitKind.DROPPED, AgentId("cid"))

    def test_who_left_a_message_is_not_remembered_for_it(self, desk: Desk) -> None:
        desk.rule(SALES, channels=tuple(Channel))

        desk.caller_hangs_up(desk.message("written"))

        assert not desk.state.visitors

    def test_a_group_may_remember_nobody(self, desk: Desk) -> None:
        desk.rule(SALES, returning_ms=Millis(0))

        desk.caller_hangs_up(desk.caller("gone", SALES))

        assert not desk.state.visitors

    def test_a_group_may_remember_for_as_short_as_it_likes(self, desk: Desk) -> None:
        desk.rule(SALES, returning_ms=Millis(1))

        desk.caller_hangs_up(desk.caller("gone", SALES))

        assert desk.state.visitors[VisitorKey("gone")].until == desk.at + 1

    def test_after_half_an_hour_it_is_forgotten(self, desk: Desk) -> None:
        desk.caller_hangs_up(desk.caller("gone", SALES))

        desk.pass_time(seconds=30 * 60)

        assert not desk.state.visitors

    def test_an_outage_is_no_time_to_forget(self, desk: Desk) -> None:
        desk.caller_hangs_up(desk.caller("gone", SALES))
        desk.pass_time(seconds=20 * 60)

        desk.at = Millis(desk.at + 3_600_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(3_600_000)))
        desk.pass_time(seconds=9 * 60)
        assert desk.state.visitors
        desk.pass_time(seconds=60)

        assert not desk.state.visitors


class TestPriority:
    def test_a_point_counts_as_much_as_the_site_says(self, desk: Desk) -> None:
        assert SITE.point_ms == 60_000
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=100)
        second = desk.caller("second", SALES)
        desk.pass_time(seconds=19)

        urgent = desk.caller("urgent", SALES, priority=2)
        one_point = desk.caller("one point", SALES, priority=1)

        assert desk.queue() == [urgent, first, one_point, second]

    def test_nothing_starves(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=121)

        desk.caller("urgent", SALES, priority=2)

        assert desk.queue()[0] == first
