"""Keeping the place without the caller, and telling them to come when it is nearly their turn."""

from dataclasses import replace
from typing import Any

import pytest

from acd.config import Callbacks, Channel
from acd.decisions import (
    EndReason,
    HoldPlace,
    InviteCaller,
    MissInvitation,
    ResumeCallback,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import TimeSkipped
from acd.ids import ContactId, Millis
from acd.lifecycle import Phase
from tests.acd.desk import SALES, SUPPORT, Desk

HOUR = 3600
TERMS = Callbacks(
    ahead=0,
    invite_ms=Millis(600_000),
    retry_ms=Millis(1_800_000),
    attempts=2,
    expires_ms=Millis(48 * HOUR * 1000),
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rule(SALES, callbacks=TERMS)
    return desk


def invited(desk: Desk) -> list[ContactId]:
    return [invitation.contact for invitation in desk.all(InviteCaller)]


class TestChoosingOne:
    def test_who_chooses_a_callback_keeps_the_place_without_waiting_on_the_page(self, desk: Desk) -> None:
        first, second = desk.caller("first", SALES), desk.caller("second", SALES)

        desk.choose_callback(first)
        desk.pass_time(seconds=HOUR)

        assert desk.queue() == [first, second]
        assert desk.state.waiting(SALES) == 1, "a callback does not fill the line"
        desk.caller_hangs_up(second)

    def test_it_no_longer_rings_for_who_has_left_the_page(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)

        desk.choose_callback(first)

        assert desk.ringing() == {}
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.CALLER_GONE]
        assert desk.state.agents_ready(SALES) == 1
        assert desk.agent(ana).is_responding

    def test_the_page_that_is_left_no_longer_speaks_for_it(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        desk.choose_callback(first)

        assert desk.detach_caller(first) == []
        assert desk.attach_caller(first) == []

    def test_a_date_is_waited_for_and_the_place_is_the_one_of_that_date(self, desk: Desk) -> None:
        desk.ready_agent("ana", SALES)
        due_at = Millis(desk.at + HOUR * 1000)
        first = desk.ask_for_callback("first", due_at=due_at)

        desk.pass_time(seconds=HOUR - 0.001)
        assert invited(desk) == []
        assert desk.contact(first).order[0] == due_at
        desk.pass_time(seconds=0.001)

        assert invited(desk) == [first]

    def test_a_date_that_has_passed_is_none(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        desk.choose_callback(first, due_at=Millis(desk.at))

        (held,) = desk.all(HoldPlace)
        assert (held.due_at, held.expires_at) == (None, desk.at + TERMS.expires_ms)
        assert desk.contact(first).head_start_ms == 0

    def test_the_time_before_the_date_does_not_expire(self, desk: Desk) -> None:
        due_at = Millis(desk.at + HOUR * 1000)
        desk.ask_for_callback("first", due_at=due_at)

        assert [held.expires_at for held in desk.all(HoldPlace)] == [due_at + TERMS.expires_ms]

    def test_there_is_none_where_there_is_none_to_be_had(self, desk: Desk) -> None:
        desk.rule(SALES, channels=(*desk.site.groups[0].channels, Channel.MESSAGE))
        talking, message = desk.caller("talking", SALES), desk.message("message")
        desk.talk(desk.ready_agent("ana", SALES))
        elsewhere, held = desk.caller("elsewhere", SUPPORT), desk.caller("held", SALES)
        desk.choose_callback(held)

        for contact in (talking, message, elsewhere, held, ContactId("nobody")):
            assert desk.choose_callback(contact) == []


class TestInvitations:
    def test_nobody_is_invited_before_it_is_nearly_their_turn(self, desk: Desk) -> None:
        desk.rule(SALES, callbacks=replace(TERMS, ahead=1))
        ahead = [desk.caller(name, SALES) for name in ("first", "second", "third")]
        held = desk.ask_for_callback("held")
        desk.ready_agent("ana", SALES)
        assert desk.state.position(held) == 4
        assert invited(desk) == [], "three go first"

        desk.caller_hangs_up(ahead[1])
        assert invited(desk) == [], "two go first, one of whom rings"
        desk.caller_hangs_up(ahead[2])

        assert invited(desk) == [held]

    def test_each_agent_who_is_free_counts(self, desk: Desk) -> None:
        for name in ("ana", "ben"):
            desk.ready_agent(name, SALES)

        held = [desk.ask_for_callback(name) for name in ("first", "second", "third", "fourth")]

        assert invited(desk) == held[:3]

    def test_who_missed_an_invitation_is_in_nobodys_way(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("busy", SALES)
        desk.talk(ana)
        first, second = (desk.ask_for_callback(name) for name in ("first", "second"))
        assert invited(desk) == [first]

        desk.pass_time(seconds=600)

        assert invited(desk) == [first, second]

    def test_they_are_invited_in_order(self, desk: Desk) -> None:
        held = [desk.ask_for_callback(name) for name in ("first", "second")]
        assert invited(desk) == []

        desk.ready_agent("ana", SALES)

        assert invited(desk) == held

    @pytest.mark.parametrize("rules", [{"is_open": False}, {"strategy": "longest_idle"}])
    def test_nobody_is_invited_to_a_closed_group_or_while_nobody_is_at_work(
        self, desk: Desk, rules: dict[str, Any]
    ) -> None:
        if "is_open" in rules:
            desk.ready_agent("ana", SALES)
        desk.rule(SALES, **rules)

        desk.ask_for_callback("first")
        desk.pass_time(seconds=HOUR)

        assert invited(desk) == []

    def test_somebody_at_work_is_enough_even_if_they_are_busy(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        desk.caller("in hand", SALES)
        desk.talk(ana)

        held = desk.ask_for_callback("first")

        assert invited(desk) == [held]

    def test_who_comes_is_like_anybody_who_waits(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        ana = desk.ready_agent("ana", SALES)
        desk.pass_time(seconds=599)

        desk.open_link(held)
        desk.attach_caller(held)
        assert desk.ringing() == {ana: held}
        desk.accept(ana)

        assert desk.contact(held).callback is None
        desk.caller_hangs_up(held)
        assert desk.ends() == {held: EndReason.ABANDONED}

    def test_the_link_may_be_opened_before_any_invitation(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")

        desk.open_link(held)
        desk.attach_caller(held)
        ana = desk.ready_agent("ana", SALES)

        assert desk.ringing() == {ana: held}
        assert invited(desk) == []

    def test_a_link_that_is_opened_again_in_the_same_page_changes_nothing(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.open_link(held)
        desk.attach_caller(held)

        assert desk.open_link(held) == []

    def test_a_link_that_is_opened_somewhere_else_leads_from_then_on(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        held = desk.ask_for_callback("first")
        desk.open_link(held)
        desk.attach_caller(held)
        assert desk.ringing() == {ana: held}

        desk.open_link(held, session="telephone")

        assert desk.ringing() == {}, "nobody is there yet"
        assert [offer.reason for offer in desk.all(WithdrawOffer)] == [WithdrawReason.CALLER_GONE]
        assert desk.attach_caller(held) == [], "the first page has been superseded"

    def test_a_link_opens_nothing_but_a_callback(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        assert desk.open_link(first) == []
        assert desk.open_link(ContactId("nobody")) == []

    def test_who_does_not_come_is_invited_again_later(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.ready_agent("ana", SALES)

        desk.pass_time(seconds=600)
        assert desk.all(MissInvitation) == [MissInvitation(contact=held, retry_at=Millis(desk.at + 1_800_000))]
        desk.pass_time(seconds=1799.999)
        assert invited(desk) == [held]
        desk.pass_time(seconds=0.001)

        assert [invitation.attempt for invitation in desk.all(InviteCaller)] == [1, 2]
        assert desk.all(ResumeCallback) == [ResumeCallback(contact=held)]

    def test_who_missed_every_invitation_is_given_up(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.ready_agent("ana", SALES)

        desk.pass_time(seconds=600 + 1800 + 600)

        assert desk.ends() == {held: EndReason.CALLBACK_MISSED}

    def test_who_has_come_is_not_told_to_come_when_the_connection_is_lost(self, desk: Desk) -> None:
        desk.ready_agent("ana", SALES)
        first = desk.ask_for_callback("first")
        desk.open_link(first)
        desk.attach_caller(first)

        desk.detach_caller(first)

        assert invited(desk) == [first], "once"

    def test_who_leaves_again_for_longer_than_the_grace_missed_an_invitation(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.open_link(held)
        desk.attach_caller(held)
        desk.detach_caller(held)

        desk.pass_time(seconds=120)

        assert [missed.contact for missed in desk.all(MissInvitation)] == [held]
        assert desk.queue() == [held]

    def test_who_opened_the_link_and_never_arrived_missed_it_too(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.open_link(held)

        desk.pass_time(seconds=120)

        assert [missed.contact for missed in desk.all(MissInvitation)] == [held]

    def test_who_is_invited_counts_as_here(self, desk: Desk) -> None:
        held = [desk.ask_for_callback(name) for name in ("first", "second", "third")]

        desk.ready_agent("ana", SALES)

        assert invited(desk) == held[:2], "the first takes the agent's time, the second may be next"

    def test_the_pause_is_over_at_the_later_of_date_and_pause(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first", due_at=Millis(desk.at + 3 * HOUR * 1000))
        desk.ready_agent("ana", SALES)
        desk.open_link(held)
        desk.pass_time(seconds=120)

        desk.pass_time(seconds=2 * HOUR)
        assert invited(desk) == []
        desk.pass_time(seconds=HOUR - 120)

        assert invited(desk) == [held]


class TestTheEndOfOne:
    def test_what_nobody_came_for_expires(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")

        desk.pass_time(seconds=48 * HOUR - 0.001)
        assert desk.queue() == [held]
        desk.pass_time(seconds=0.001)

        assert desk.ends() == {held: EndReason.CALLBACK_MISSED}

    def test_an_invitation_does_not_outlive_it(self, desk: Desk) -> None:
        desk.rule(SALES, callbacks=replace(TERMS, expires_ms=Millis(300_000)))
        held = desk.ask_for_callback("first")
        desk.ready_agent("ana", SALES)
        assert invited(desk) == [held]

        desk.pass_time(seconds=300)

        assert desk.ends() == {held: EndReason.CALLBACK_MISSED}

    def test_who_is_here_does_not_expire(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.open_link(held)
        desk.attach_caller(held)

        desk.pass_time(seconds=49 * HOUR)

        assert desk.queue() == [held]

    @pytest.mark.parametrize("is_here", [False, True])
    def test_it_may_be_cancelled(self, desk: Desk, *, is_here: bool) -> None:
        held = desk.ask_for_callback("first")
        if is_here:
            desk.open_link(held)
            desk.attach_caller(held)
            desk.ready_agent("ana", SALES)

        desk.caller_hangs_up(held)

        assert desk.ends() == {held: EndReason.CALLBACK_CANCELLED}
        assert not desk.state.visitors, "nothing is left to make up for"

    def test_what_was_promised_is_kept_when_no_more_is_promised(self, desk: Desk) -> None:
        held = desk.ask_for_callback("first")
        desk.rule(SALES, callbacks=None)

        desk.ready_agent("ana", SALES)

        assert invited(desk) == [held]

    def test_an_outage_lengthens_invitation_pause_and_expiry_but_moves_no_date(self, desk: Desk) -> None:
        for name in ("missed", "invited"):
            desk.ask_for_callback(name)
        desk.open_link(ContactId("missed"))
        desk.pass_time(seconds=120)
        desk.ready_agent("ana", SALES)
        due_at = Millis(desk.at + HOUR * 1000)
        desk.ask_for_callback("dated", due_at=due_at)
        before = {contact: desk.contact(contact).callback for contact in desk.state.contacts}

        desk.at = Millis(desk.at + 300_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(300_000)))

        for contact, was in before.items():
            now = desk.contact(contact).callback
            assert now is not None
            assert was is not None
            assert now.expires_at == was.expires_at + 300_000
            for moment in ("retry_at", "invited_until"):
                assert getattr(now, moment) == (getattr(was, moment) and getattr(was, moment) + 300_000)
        dated = desk.contact(ContactId("dated"))
        assert dated.callback is not None
        assert (dated.callback.due_at, dated.phase) == (due_at, Phase.QUEUED)


def test_a_link_is_nothing_to_a_caller_who_waits_on_the_page(desk: Desk) -> None:
    first = desk.caller("first", SALES)

    assert desk.open_link(first, "another tab") == []
