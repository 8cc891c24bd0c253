"""Opening hours, closing time, and what those get who still wait then."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from acd.config import Answer, AnswerKind, Callbacks, Channel, MediaPolicy
from acd.decisions import AskCaller, CloseGroup, ConfigureSite, EndReason, EndService, Move, OpenGroup, OverflowReason
from acd.facts import Presence, TimeSkipped
from acd.hours import Holiday, Hours, Span
from acd.ids import GroupId, Millis
from tests.acd.desk import SALES, SUPPORT, Desk

BERLIN = ZoneInfo("Europe/Berlin")
WORKING_DAY = (Span(start=9 * 60, to=12 * 60), Span(start=13 * 60, to=17 * 60))
WORKING_WEEK = ((WORKING_DAY,) * 5) + ((), ())
ALWAYS = ((Span(start=0, to=24 * 60),),) * 7
TO_SUPPORT = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
MESSAGE, CALLBACK = Answer(kind=AnswerKind.MESSAGE), Answer(kind=AnswerKind.CALLBACK)


def moment(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> Millis:
    """A time of day there, such as ``2026-03-02 09:00``."""
    local = datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    return Millis(round(local.timestamp() * 1000))


def every_day(start: str, to: str, **more: object) -> Hours:
    def minutes(text: str) -> int:
        return 60 * int(text[:2]) + int(text[3:])

    return Hours(week=((Span(start=minutes(start), to=minutes(to)),),) * 7, **more)  # type: ignore[arg-type]


class TestHours:
    @pytest.mark.parametrize(
        ("at", "is_open", "changes_at"),
        [
            ("2026-03-02 08:59", False, "2026-03-02 09:00"),
            ("2026-03-02 09:00", True, "2026-03-02 12:00"),
            ("2026-03-02 12:00", False, "2026-03-02 13:00"),
            ("2026-03-02 16:59", True, "2026-03-02 17:00"),
            ("2026-03-06 17:00", False, "2026-03-09 09:00"),
            ("2026-03-08 10:00", False, "2026-03-09 09:00"),
        ],
    )
    def test_a_week_has_spans(self, at: str, *, is_open: bool, changes_at: str) -> None:
        hours = Hours(week=WORKING_WEEK)

        assert (hours.is_open(moment(at)), hours.next_change(moment(at))) == (is_open, moment(changes_at))

    def test_a_holiday_has_hours_of_its_own(self) -> None:
        holidays = (Holiday(day="2026-12-24", spans=(Span(start=600, to=720),)), Holiday(day="2026-12-25"))
        hours = Hours(week=WORKING_WEEK, holidays=holidays)

        assert not hours.is_open(moment("2026-12-24 09:30"))
        assert hours.is_open(moment("2026-12-24 11:59"))
        assert not hours.is_open(moment("2026-12-25 11:00"))
        assert hours.next_change(moment("2026-12-24 12:00")) == moment("2026-12-28 09:00")

    def test_midnight_changes_nothing_where_one_day_goes_over_into_the_next(self) -> None:
        hours = Hours(week=((Span(start=20 * 60, to=24 * 60),), (Span(start=0, to=4 * 60),), (), (), (), (), ()))

        assert hours.is_open(moment("2026-03-03 00:00"))
        assert hours.next_change(moment("2026-03-02 21:00")) == moment("2026-03-03 04:00")

    def test_midnight_closes_where_the_next_day_is_closed(self) -> None:
        hours = Hours(week=((Span(start=20 * 60, to=24 * 60),), (), (), (), (), (), ()))

        assert hours.is_open(moment("2026-03-02 23:59"))
        assert hours.next_change(moment("2026-03-02 21:00")) == moment("2026-03-03 00:00")
        assert not hours.is_open(moment("2026-03-03 00:00"))

    @pytest.mark.parametrize("week", [ALWAYS, ((),) * 7])
    def test_what_is_always_so_never_changes(self, week: tuple[tuple[Span, ...], ...]) -> None:
        assert Hours(week=week).next_change(moment("2026-03-02 21:00")) is None

    def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(self) -> None:
        hours = every_day("09:00", "17:00")

        for day, length in (("2026-03-28", 23), ("2026-10-24", 25)):
            at = moment(f"{day} 09:00")
            opens_again = hours.next_change(hours.next_change(at) or Millis(0))
            assert opens_again == at + length * 3_600_000

    def test_in_the_night_when_an_hour_is_missing_it_opens_an_hour_later(self) -> None:
        hours = every_day("02:30", "05:00")

        assert hours.next_change(moment("2026-03-29 01:59")) == moment("2026-03-29 03:30")
        assert not hours.is_open(moment("2026-03-29 03:29"))
        assert hours.is_open(moment("2026-03-29 03:30"))

    def test_in_the_night_when_an_hour_comes_twice_the_first_one_counts(self) -> None:
        hours = every_day("01:00", "02:30")

        assert hours.is_open(moment("2026-10-25 02:29"))
        assert hours.next_change(moment("2026-10-25 02:29")) == moment("2026-10-25 02:30")
        assert not hours.is_open(moment("2026-10-25 02:29", fold=1))

    def test_each_site_has_its_own_time_of_day(self) -> None:
        new_york = every_day("09:00", "17:00", zone="America/New_York")

        assert new_york.next_change(moment("2026-03-02 12:00")) == moment("2026-03-02 15:00")

    def test_a_clock_set_back_over_midnight_lengthens_the_day_before(self) -> None:
        # In Havana the hour from midnight to one comes twice.
        zone = ZoneInfo("America/Havana")
        hours = Hours(zone="America/Havana", week=((),) * 6 + ((Span(start=0, to=24 * 60),),))

        assert hours.is_open(moment("2026-11-01 00:30", zone))
        assert hours.is_open(moment("2026-11-01 00:30", zone, fold=1))
        assert hours.next_change(moment("2026-11-01 00:30", zone)) == moment("2026-11-02 00:00", zone)


class TestClosingByHours:
    @pytest.fixture
    def desk(self) -> Desk:
        """A Monday, an hour before closing time."""
        desk = Desk()
        desk.at = moment("2026-03-02 16:00")
        desk.rule(SALES, hours=Hours(week=WORKING_WEEK))
        return desk

    def test_nobody_new_is_let_in_and_who_is_in_line_is_served_for_a_while(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        desk.pass_time(seconds=3600)
        desk.ask("second", SALES)
        assert (desk.queue(), desk.state.is_open(SALES)) == ([first], False)
        ana = desk.ready_agent("ana", SALES)
        assert desk.ringing() == {ana: first}
        desk.talk(ana)
        desk.pass_time(seconds=15 * 60)

        assert desk.contact(first).agent == ana

    def test_after_that_who_still_waits_gets_the_answer(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        desk.pass_time(seconds=3600 + 15 * 60 - 1)
        assert desk.queue() == [first]
        desk.pass_time(seconds=1)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_the_next_morning_it_is_open_again(self, desk: Desk) -> None:
        desk.pass_time(seconds=17 * 3600)

        assert desk.at == moment("2026-03-03 09:00")
        assert desk.state.is_open(SALES)
        assert desk.all(OpenGroup)[-1] == OpenGroup(group=SALES, changes_at=moment("2026-03-03 12:00"))

    def test_reopening_saves_those_in_line(self, desk: Desk) -> None:
        desk.rule(SALES, after_hours_ms=Millis(90 * 60_000))
        desk.rule(SALES, hours=Hours(week=((Span(start=9 * 60, to=17 * 60), Span(start=18 * 60, to=20 * 60)),) * 7))
        first = desk.caller("first", SALES)

        desk.pass_time(seconds=3 * 3600)

        assert desk.queue() == [first]
        assert desk.all(EndService) == []

    def test_hours_that_are_taken_back_are_none(self, desk: Desk) -> None:
        desk.pass_time(seconds=2 * 3600)
        assert not desk.state.is_open(SALES)

        desk.rule(SALES, hours=None)

        assert desk.state.is_open(SALES)
        assert desk.core.next_deadline is None

    def test_an_outage_lengthens_the_service_but_moves_no_hours(self, desk: Desk) -> None:
        desk.pass_time(seconds=3600)
        before = desk.state.groups[SALES]

        desk.at = Millis(desk.at + 60_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(60_000)))

        after = desk.state.groups[SALES]
        assert before.serve_until is not None
        assert (after.serve_until, after.changes_at) == (before.serve_until + 60_000, before.changes_at)

    def test_new_hours_of_a_closed_group_give_nobody_more_time(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=3600 + 10 * 60)

        desk.rule(SALES, hours=every_day("09:30", "17:00"))
        assert desk.state.groups[SALES].changes_at == moment("2026-03-03 09:30")
        desk.pass_time(seconds=5 * 60)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_closing_time_gives_nobody_more_time_where_it_was_closed_by_hand(self, desk: Desk) -> None:
        desk.rule(SALES, after_hours_ms=Millis(3_610_000))
        first = desk.caller("first", SALES)
        desk.close(SALES)

        desk.pass_time(seconds=3609)
        assert desk.queue() == [first]
        desk.pass_time(seconds=1)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_rules_that_do_not_touch_the_hours_open_and_close_nothing(self, desk: Desk) -> None:
        desk.close(SUPPORT)

        decisions = desk.configure(contacts_per_visitor=5)

        assert [type(decision) for decision in decisions] == [ConfigureSite]

    def test_closed_by_hand_outlasts_the_hours(self, desk: Desk) -> None:
        desk.close(SALES)
        desk.pass_time(seconds=3600)
        assert desk.state.groups[SALES].by_hand
        desk.pass_time(seconds=24 * 3600 - 7200)
        assert not desk.state.is_open(SALES)

        desk.reopen(SALES)

        assert desk.state.is_open(SALES)

    def test_reopened_by_hand_outside_its_hours_it_is_as_closed_as_its_hours_say(self, desk: Desk) -> None:
        desk.close(SALES)
        desk.pass_time(seconds=2 * 3600)

        desk.reopen(SALES)
        assert not desk.state.is_open(SALES)
        desk.pass_time(seconds=15 * 3600)

        assert desk.state.is_open(SALES)

    def test_who_loses_the_agent_after_closing_time_is_served_for_as_long_as_others_were(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.pass_time(seconds=2 * 3600)

        desk.sign_out(ana)
        desk.pass_time(seconds=15 * 60 - 1)
        assert desk.queue() == [first]
        desk.pass_time(seconds=1)

        assert desk.ends() == {first: EndReason.CLOSED}


class TestClosingByHand:
    def test_who_is_in_line_is_still_served_for_a_while(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        desk.close(SALES)
        desk.pass_time(seconds=15 * 60 - 1)
        assert desk.queue() == [first]
        desk.pass_time(seconds=1)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_with_an_answer_for_them_they_get_it_at_once(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)

        closed = desk.close(SALES, waiting=Answer())

        assert closed[0] == CloseGroup(group=SALES, is_open=True, by_hand=True, waiting=Answer())
        assert desk.ends() == {first: EndReason.CLOSED}

    def test_closing_twice_is_closing_once_unless_there_is_another_answer(self, desk: Desk) -> None:
        first = desk.caller("first", SALES)
        desk.close(SALES)

        assert desk.close(SALES) == []
        desk.close(SALES, waiting=TO_SUPPORT)

        assert desk.queue(SUPPORT) == [first]

    def test_only_what_was_closed_by_hand_is_reopened_by_hand(self, desk: Desk) -> None:
        assert desk.reopen(SALES) == []
        assert desk.reopen(GroupId("nowhere")) == []
        assert desk.close(GroupId("nowhere")) == []

    def test_a_group_closed_by_hand_stays_so_under_new_rules(self, desk: Desk) -> None:
        desk.close(SALES)

        desk.rule(SALES, hours=Hours(week=ALWAYS))
        desk.rule(SALES, hours=every_day("09:00", "17:00"))

        assert not desk.state.is_open(SALES)
        assert all(close.by_hand for close in desk.all(CloseGroup))


class TestWhatTheyGet:
    def test_another_group_takes_them_where_they_stand(self, desk: Desk) -> None:
        desk.rule(SALES, when_closing=TO_SUPPORT, after_hours_ms=Millis(0))
        first = desk.caller("first", SALES)

        desk.close(SALES)
        desk.pass_time()

        assert desk.queue(SUPPORT) == [first]
        assert [move.reason for move in desk.all(Move)] == [OverflowReason.CLOSED]

    def test_where_the_other_group_cannot_they_are_told_so(self, desk: Desk) -> None:
        desk.rule(SUPPORT, is_open=False)
        first = desk.caller("first", SALES)

        desk.close(SALES, waiting=TO_SUPPORT)

        assert desk.ends() == {first: EndReason.CLOSED}

    @pytest.mark.parametrize("answer", [MESSAGE, CALLBACK, TO_SUPPORT])
    def test_they_are_asked_and_have_two_minutes(self, desk: Desk, answer: Answer) -> None:
        self.everything_is_possible(desk)
        first = desk.caller("first", SALES)

        desk.close(SALES, waiting=answer)
        until = Millis(desk.at + 120_000)
        assert desk.all(AskCaller) == [
            AskCaller(contact=first, answer=answer, reason=OverflowReason.CLOSED, until=until)
        ]
        desk.pass_time(seconds=119.999)
        assert desk.queue() == [first]
        desk.pass_time(seconds=0.001)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_an_outage_is_no_time_to_answer(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        first = desk.caller("first", SALES)
        desk.close(SALES, waiting=MESSAGE)

        desk.at = Millis(desk.at + 600_000)
        desk.happen(TimeSkipped(skipped_ms=Millis(600_000)))
        desk.pass_time(seconds=119.999)
        assert desk.queue() == [first]
        desk.pass_time(seconds=0.001)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_a_no_ends_it(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        first = desk.caller("first", SALES)
        desk.close(SALES, waiting=MESSAGE)

        desk.answer(first, accepted=False)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_a_no_while_it_rings_just_drops_the_question(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        first = desk.caller("first", SALES)
        desk.close(SALES, waiting=MESSAGE)
        ana = desk.ready_agent("ana", SALES)

        desk.answer(first, accepted=False)

        assert desk.ringing() == {ana: first}
        assert desk.contact(first).question is None

    def test_the_time_to_answer_does_not_run_out_while_it_rings(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        desk.rule(SALES, ring_ms=Millis(300_000))
        first = desk.caller("first", SALES)
        desk.close(SALES, waiting=MESSAGE)
        ana = desk.ready_agent("ana", SALES)

        desk.pass_time(seconds=299)
        assert desk.ringing() == {ana: first}
        desk.pass_time(seconds=1)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_who_was_asked_already_is_not_asked_again(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        first = desk.caller("first", SALES)
        desk.close(SALES, waiting=MESSAGE)

        desk.close(SALES, waiting=CALLBACK)

        assert [question.contact for question in desk.all(AskCaller)] == [first]

    def test_a_question_that_may_stay_unanswered_gives_way_to_the_one_about_closing(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        desk.rule(SALES, max_wait_ms=Millis(60_000), when_too_long=CALLBACK)
        first = desk.caller("first", SALES)
        desk.pass_time(seconds=60)

        desk.close(SALES, waiting=MESSAGE)
        desk.answer(first, accepted=True)

        assert desk.ends() == {first: EndReason.CHOSE_MESSAGE}

    def test_messages_and_callbacks_stay(self, desk: Desk) -> None:
        self.everything_is_possible(desk)
        message, held = desk.message("written"), desk.ask_for_callback("held")

        desk.close(SALES, waiting=Answer())

        assert set(desk.state.contacts) == {message, held}

    def test_who_rings_is_not_interrupted_and_looked_at_again(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        ringing = desk.caller("ringing", SALES)
        waiting = desk.caller("waiting", SALES)
        desk.pass_time(seconds=5)

        desk.close(SALES, waiting=Answer())
        assert desk.ends() == {waiting: EndReason.CLOSED}
        assert desk.ringing() == {ana: ringing}
        desk.pass_time(seconds=15)
        assert desk.queue() == [ringing]
        desk.pass_time(seconds=5)

        assert desk.ends()[ringing] is EndReason.CLOSED

    def test_it_is_not_looked_at_again_all_the_time(self, desk: Desk) -> None:
        desk.rule(SALES, ring_ms=Millis(10))
        desk.ready_agent("ana", SALES)
        desk.caller("ringing", SALES)

        desk.close(SALES, waiting=Answer())

        assert [service.again_at for service in desk.all(EndService)] == [desk.at + 1_000]

    @staticmethod
    def everything_is_possible(desk: Desk) -> None:
        desk.rule(SALES, channels=(Channel.VIDEO, Channel.MESSAGE), callbacks=Callbacks())
        desk.rule(SUPPORT, policy=MediaPolicy.RELAY)


class TestNobodyIsLeftBehind:
    def test_who_loses_the_agent_after_closing_time_is_served_once_more(self, desk: Desk) -> None:
        desk.rule(SALES, after_hours_ms=Millis(60_000), when_closing=Answer())
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.close(waiting=Answer())
        desk.sign_out(ana)

        assert desk.queue() == [first]
        desk.pass_time(seconds=60)

        assert desk.ends() == {first: EndReason.CLOSED}

    def test_who_comes_back_while_the_line_is_still_served_lengthens_nothing(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        first = desk.caller("first", SALES)
        desk.talk(ana)
        desk.close()
        serve_until = desk.state.groups[SALES].serve_until
        desk.pass_time(seconds=60)

        desk.sign_out(ana)

        assert desk.queue() == [first]
        assert desk.state.groups[SALES].serve_until == serve_until

    def test_who_said_no_while_it_rang_is_told_when_nobody_answers(self, desk: Desk) -> None:
        desk.rule(SALES, callbacks=Callbacks(), ring_ms=Millis(10_000))
        ana = desk.ready_agent("ana", SALES)
        desk.choose(ana, Presence.BREAK)
        first = desk.caller("first", SALES)
        desk.close(waiting=CALLBACK)
        desk.choose(ana, Presence.AVAILABLE)
        assert desk.ringing() == {ana: first}

        desk.answer(first, accepted=False)
        desk.pass_time(seconds=20)

        question = desk.contact(first).question
        assert question is not None
        assert question.until is not None

    def test_reopening_takes_back_what_was_asked(self, desk: Desk) -> None:
        desk.rule(SALES, callbacks=Callbacks())
        first = desk.caller("first", SALES)
        desk.close(waiting=CALLBACK)
        assert desk.contact(first).question is not None

        desk.reopen()
        desk.pass_time(seconds=200)

        assert desk.contact(first).question is None
        assert desk.queue() == [first]

    def test_reopening_takes_back_nothing_else(self, desk: Desk) -> None:
        desk.rule(SALES, callbacks=Callbacks(), max_wait_ms=Millis(60_000), when_too_long=CALLBACK)
        first = desk.caller("first", SALES)
        desk.close()
        desk.pass_time(seconds=60)
        question = desk.contact(first).question
        assert question is not None

        desk.reopen()

        assert desk.contact(first).question == question
