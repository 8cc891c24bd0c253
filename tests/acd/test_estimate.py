"""What may be said about a wait, and what it is learned from."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from random import Random

import pytest

from acd.config import Answer as Instead
from acd.config import AnswerKind, Callbacks, Channel, Group, Kind, Need, Relaxation, Site, Skill
from acd.decisions import Decision, EndContact, EndReason, FreeSlot, HoldPlace, Requeue, RequeueReason
from acd.estimate import (
    FOUNDED,
    MEMORY,
    SHARE_MEMORY,
    ClassKey,
    Estimator,
    Forecast,
    Past,
    Told,
    Unknown,
    quantiles,
    stages,
    told,
)
from acd.facts import AssignmentAsked, CallbackChosen, ContactRequested, Fact, Presence, TimeSkipped
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SkillId, VisitorKey
from acd.state import State
from tests.acd.desk import ELSEWHERE, SALES, SUPPORT, Desk

FRENCH = SkillId("french")
WHOLE = ClassKey(SALES, Kind.LIVE)
PLAIN = ClassKey(SALES, Kind.LIVE, ())


class Watched(Desk):
    """A desk, and an estimator that learns from it."""

    def __init__(self, site: Site | None = None) -> None:
        self.estimator = Estimator(State())
        self.past = Past()
        self._names = 0
        super().__init__(site or Site(groups=(_group(SALES), _group(SUPPORT)), agents=()))

    def happen(self, fact: Fact) -> list[Decision]:
        decided = self.core.decide(fact, self.at)
        self.estimator.fold(self.state, decided, self.at)
        for decision in decided:
            self.past.fold(decision, self.at)
        return decided

    def forecast(self, contact: ContactId) -> Forecast:
        found = self.estimator.forecast(self.state, contact)
        assert isinstance(found, Forecast), found
        return found

    def unknown(self, contact: ContactId) -> Unknown:
        found = self.estimator.forecast(self.state, contact)
        assert isinstance(found, Unknown), found
        return found

    def wants(self, group: GroupId = SALES, *skills: SkillId, channel: Channel = Channel.VOICE) -> ContactId:
        """One more caller, attached."""
        self._names += 1
        contact = ContactId(f"caller {self._names}")
        self.happen(
            ContactRequested(
                contact=contact,
                session=SessionId(f"tab of {contact}"),
                group=group,
                channel=channel,
                visitor=VisitorKey(contact),
                needs=tuple(Need(skill=skill) for skill in skills),
            )
        )
        if channel is not Channel.MESSAGE:
            self.attach_caller(contact)
        return contact

    def serve(self, agent: AgentId, count: int, *skills: SkillId, group: GroupId = SALES, seconds: int = 60) -> None:
        """So many contacts, one after the other; the next one stands in line meanwhile."""
        self.wants(group, *skills)
        for _ in range(count):
            self.wants(group, *skills)
            self.talk(agent)
            self.pass_time(seconds)
            self.agent_hangs_up(agent)
        self.talk(agent)
        self.agent_hangs_up(agent)


def _group(group: GroupId) -> Group:
    return Group(id=group, wrap_up_ms=Millis(0), max_waiting=10_000, channels=tuple(Channel), callbacks=Callbacks())


def test_nothing_is_said_before_enough_contacts_were_handled() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, FOUNDED - 2)
    desk.wants()
    desk.talk(anna)
    waiting = desk.wants()

    assert desk.unknown(waiting) is Unknown.TOO_FEW
    assert desk.estimator.for_newcomer(desk.state, SALES, Kind.LIVE) is Unknown.TOO_FEW
    assert desk.estimator.for_newcomer(desk.state, SALES, Kind.CHAT) is Unknown.TOO_FEW
    desk.pass_time(60)
    desk.agent_hangs_up(anna)
    desk.talk(anna)
    assert desk.forecast(desk.wants()).ahead == 0


def test_each_contact_ahead_adds_a_handling_time() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 300)
    desk.wants()
    desk.talk(anna)
    first, second, third = (desk.forecast(desk.wants()) for _ in range(3))

    assert [one.ahead for one in (first, second, third)] == [0, 1, 2]
    assert first.mean_ms == pytest.approx(60_000, rel=0.02)
    assert third.mean_ms == pytest.approx(3 * first.mean_ms)
    assert first.low_ms < second.low_ms < third.low_ms < third.high_ms
    assert first.learned_from == PLAIN
    newcomer = desk.estimator.for_newcomer(desk.state, SALES, Kind.LIVE)
    assert isinstance(newcomer, Forecast)
    assert (newcomer.ahead, newcomer.learned_from) == (3, WHOLE)
    assert newcomer.mean_ms == pytest.approx(4 * first.mean_ms, rel=0.02)


def test_twice_the_agents_halve_the_wait() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 200)
    desk.ready_agent("bert", SALES)
    for _ in range(2):
        desk.wants()
    for agent in desk.ringing():
        desk.talk(agent)

    found = desk.forecast(desk.wants())

    assert found.staff == 2
    assert found.mean_ms == pytest.approx(30_000, rel=0.05)


def test_who_waits_moves_up_as_others_leave_and_those_who_leave_shorten_it() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    desk.wants()
    desk.talk(anna)
    before = [desk.wants() for _ in range(5)]
    last = desk.wants()
    patient = desk.forecast(last)
    desk.pass_time(30)
    for contact in before[:3]:
        desk.caller_hangs_up(contact)

    found = desk.forecast(last)

    assert (patient.ahead, found.ahead) == (5, 2)
    assert found.mean_ms < 3 * patient.mean_ms / 6


def test_an_agent_of_two_groups_counts_half_until_more_is_known() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES, SUPPORT)
    for _ in range(FOUNDED):
        desk.wants()
        desk.talk(anna)
        desk.pass_time(60)
        desk.agent_hangs_up(anna)
    desk.wants(SUPPORT)
    desk.talk(anna)

    found = desk.forecast(desk.wants())

    assert found.learned_from == WHOLE
    assert found.mean_ms == pytest.approx(120_000, rel=0.01)


def test_what_agents_give_to_others_is_learned() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES, SUPPORT)
    for group in (SALES, SUPPORT, SUPPORT, SUPPORT):
        desk.wants(group)
    for _ in range(200):
        for group in (SALES, SUPPORT, SUPPORT, SUPPORT):
            desk.wants(group)
            desk.talk(anna)
            desk.pass_time(60)
            desk.agent_hangs_up(anna)
    desk.talk(anna)

    waiting = desk.wants()

    assert desk.forecast(waiting).mean_ms == pytest.approx(240_000, rel=0.05)


def _beside_one_whom_nobody_can_serve(count: int, *, groups: tuple[GroupId, ...] = (SALES,), idle: int = 0) -> Watched:
    """Somebody stands in line all day, and who comes after them is served at once, a contact a minute."""
    desk = Watched()
    anna = desk.ready_agent("anna", *groups)
    desk.wants(SALES, FRENCH)
    for _ in range(count):
        for group in groups:
            desk.wants(group)
            desk.pass_time(idle / 2)
            desk.talk(anna)
            desk.pass_time(60 - idle)
            desk.agent_hangs_up(anna)
            desk.pass_time(idle / 2)
    return desk


def _newcomer_ms(desk: Watched) -> float:
    found = desk.estimator.for_newcomer(desk.state, SALES, Kind.LIVE)
    assert isinstance(found, Forecast)
    assert found.ahead == 1
    return found.mean_ms


def test_who_does_hardly_anything_else_gives_what_they_are_busy_with() -> None:
    desk = _beside_one_whom_nobody_can_serve(150, idle=6)

    assert desk.estimator._classes[WHOLE].taken == 0, "nobody stood in line"
    assert _newcomer_ms(desk) == pytest.approx(2 * 54_000 / 0.9, rel=1e-3)


def test_so_it_is_while_little_is_known() -> None:
    assert _newcomer_ms(_beside_one_whom_nobody_can_serve(FOUNDED + 5)) == pytest.approx(120_000)


def test_who_does_much_else_gives_what_they_take_from_the_line() -> None:
    desk = _beside_one_whom_nobody_can_serve(150, groups=(SALES, SUPPORT))

    assert _newcomer_ms(desk) == pytest.approx(100 * 120_000), "which is hardly anything"


def test_who_came_back_to_the_page_has_stood_in_line_since_they_asked() -> None:
    desk = Watched()
    anna = desk.hire("anna", SALES)
    desk.sign_in(anna)
    contact = desk.wants()
    desk.pass_time(30)
    desk.attach_caller(contact, ELSEWHERE)

    desk.choose(anna, Presence.AVAILABLE)
    desk.talk(anna)

    assert desk.estimator._classes[WHOLE].taken == 1


def test_what_was_taken_from_the_line_counts_the_less_the_longer_ago() -> None:
    desk = Watched()
    anna = desk.hire("anna", SALES)
    desk.sign_in(anna)
    for _ in range(2):
        desk.wants()
    desk.pass_time(10)
    desk.choose(anna, Presence.AVAILABLE)

    desk.talk(anna)
    desk.agent_hangs_up(anna)
    desk.talk(anna)

    assert desk.estimator._classes[WHOLE].taken == pytest.approx(2 - 1 / SHARE_MEMORY, rel=1e-9)


def test_a_guess_still_counts_after_a_few_handling_times() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES, SUPPORT)
    desk.serve(anna, FOUNDED)
    whole = desk.estimator._classes[WHOLE]
    assert whole.seen() < 20 * 5, "until an agent was seen for as long as twenty guesses weigh"

    found = desk.estimator.for_newcomer(desk.state, SALES, Kind.LIVE)

    assert isinstance(found, Forecast)
    assert found.mean_ms == pytest.approx(whole.handling_ms / whole.share(0.5, 5), rel=1e-9)


def test_an_agent_works_once_for_what_is_in_hand_and_not_at_all_when_gone() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.wants()
    desk.talk(anna)
    desk.choose(anna, Presence.ONCE)
    assert _sums(desk.estimator, WHOLE)["busy"] == 1

    desk.configure(agents=())

    assert _sums(desk.estimator, WHOLE)["busy"] == 0


def test_who_left_counts_the_less_the_longer_ago() -> None:
    desk = Watched()
    for _ in range(3):
        desk.caller_hangs_up(desk.wants())

    kept = 1 - 1 / MEMORY
    assert _sums(desk.estimator, WHOLE)["left"] == pytest.approx(1 + kept + kept**2, rel=1e-9)


def test_the_less_is_known_the_wider_is_the_range() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 40)
    desk.wants()
    desk.talk(anna)
    found, own = desk.forecast(desk.wants()), desk.estimator._classes[PLAIN]

    assert found.learned_from == PLAIN
    assert found.mean_ms == pytest.approx(own.handling_ms / own.share(0.0, 0), rel=1e-9)
    low, high = quantiles(found.mean_ms, found.mean_ms**2 * (1 + 1 / own.handled))
    assert (found.low_ms, found.high_ms) == (ceil(low), ceil(high))


def test_what_is_known_of_a_whole_group_needs_no_guess() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES, SUPPORT)
    desk.serve(anna, 300)
    found = desk.estimator.for_newcomer(desk.state, SALES, Kind.LIVE)
    whole = desk.estimator._classes[WHOLE]

    assert isinstance(found, Forecast)
    assert found.mean_ms == pytest.approx(whole.handling_ms / whole.share(0.0, 0), rel=1e-9)


def test_new_rules_end_nobodys_wait_who_talks() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 3)
    desk.wants()
    desk.talk(anna)
    before = _sums(desk.estimator, WHOLE)["waited_ms"]
    assert before > 0

    desk.rule(SALES, needs=(Need(skill=FRENCH),))

    assert _sums(desk.estimator, WHOLE)["waited_ms"] == before


def test_who_is_given_the_group_counts_from_then_on() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    bert = desk.ready_agent("bert", SUPPORT)
    desk.wants(SUPPORT)
    desk.talk(bert)
    for _ in range(2):
        desk.wants()
    desk.talk(anna)
    assert desk.estimator._classes[WHOLE].staff == 1

    desk.configure(agents=tuple(replace(agent, groups=(SALES, SUPPORT)) for agent in desk.site.agents))

    assert desk.estimator._classes[WHOLE].staff == 2


def test_what_was_asked_for_has_a_wait_of_its_own_once_it_is_founded() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.ready_agent("bert", SALES)
    desk.configure(agents=(replace(desk.site.agents[0], skills=(Skill(skill=FRENCH),)), *desk.site.agents[1:]))
    desk.serve(anna, 3, FRENCH, seconds=60)
    for _ in range(60):
        desk.wants()
        desk.wants()
        for agent in list(desk.ringing()):
            desk.talk(agent)
        desk.pass_time(60)
        for agent in (anna, AgentId("bert")):
            desk.agent_hangs_up(agent)
    desk.wants(SALES, FRENCH)
    desk.talk(anna)
    french = desk.wants(SALES, FRENCH)

    rare = desk.forecast(french)
    desk.pass_time(60)
    desk.agent_hangs_up(anna)
    desk.talk(anna)
    desk.agent_hangs_up(anna)
    desk.serve(anna, 100, FRENCH, seconds=60)
    desk.wants(SALES, FRENCH)
    desk.talk(anna)
    own = desk.forecast(desk.wants(SALES, FRENCH))

    assert (rare.learned_from, rare.staff) == (WHOLE, 2)
    assert (own.learned_from, own.staff) == (ClassKey(SALES, Kind.LIVE, ((FRENCH, 1),)), 1)
    assert own.mean_ms == pytest.approx(60_000, rel=0.1)
    desk.rule(SALES, relaxations=(Relaxation(after_ms=Millis(60_000)),), skip_hopeless=False)
    last = desk.wants(SALES, FRENCH)
    desk.choose(anna, Presence.BREAK)
    assert desk.forecast(last).learned_from == WHOLE, "who speaks it is gone"


def test_nobody_at_work_who_could_is_no_wait_of_zero() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    desk.wants()
    desk.talk(anna)
    plain = desk.wants()
    desk.group(
        SALES, lambda group: replace(group, relaxations=(Relaxation(after_ms=Millis(60_000)),), skip_hopeless=False)
    )
    relaxed = desk.wants(SALES, FRENCH)

    assert desk.forecast(relaxed).learned_from == WHOLE
    desk.choose(anna, Presence.BREAK)
    assert desk.unknown(plain) is Unknown.NOBODY
    assert desk.unknown(relaxed) is Unknown.NOBODY


def test_a_skill_that_nobody_has_and_that_is_never_relaxed_has_no_wait() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)

    assert desk.unknown(desk.wants(SALES, FRENCH)) is Unknown.NOBODY


def test_who_rings_talks_has_left_or_writes_does_not_wait() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    contact = desk.wants()
    assert desk.unknown(contact) is Unknown.NOT_WAITING
    desk.talk(anna)
    assert desk.unknown(contact) is Unknown.NOT_WAITING
    desk.agent_hangs_up(anna)
    assert desk.unknown(contact) is Unknown.NOT_WAITING
    desk.wants()
    desk.talk(anna)
    assert desk.unknown(desk.wants(channel=Channel.MESSAGE)) is Unknown.NOT_WAITING
    assert desk.forecast(desk.wants()).ahead == 0


def test_a_kept_place_is_ahead_but_a_date_is_not_and_neither_loses_patience() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    for _ in range(3):
        desk.wants()
    desk.talk(anna)
    kept, dated = desk.wants(), desk.wants()
    assert any(isinstance(one, HoldPlace) for one in desk.happen(CallbackChosen(contact=kept)))
    desk.happen(CallbackChosen(contact=dated, due_at=Millis(desk.at + 3_600_000)))
    last = desk.wants()

    assert desk.forecast(last).ahead == 3
    assert desk.unknown(dated) is Unknown.NOT_WAITING
    before = _sums(desk.estimator, WHOLE)["waited_ms"]
    desk.pass_time(10)
    desk.caller_hangs_up(last)
    assert _sums(desk.estimator, WHOLE)["waited_ms"] == pytest.approx((before + 30_000) * (1 - 1 / MEMORY))
    assert _sums(desk.estimator, WHOLE)["left"] == pytest.approx(1)
    desk.caller_hangs_up(kept)
    assert desk.estimator._classes[WHOLE].patient == 0


def test_a_contact_put_back_in_line_was_not_handled() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.wants()
    contact = desk.talk(anna)
    desk.sign_out(anna)
    assert desk.contact(contact).is_waiting

    assert _sums(desk.estimator, WHOLE)["handled"] == 0
    assert _sums(desk.estimator, WHOLE)["busy"] == 0


def test_what_was_open_when_it_began_is_in_line_but_its_handling_is_not_measured() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.wants()
    desk.talk(anna)
    waiting = desk.wants()

    desk.estimator = Estimator(desk.state)
    desk.pass_time(60)
    desk.agent_hangs_up(anna)

    assert desk.state.contacts[waiting].ringing
    sums = _sums(desk.estimator, WHOLE)
    assert (sums["handled"], sums["busy"], sums["waited_ms"]) == (0, 0, 60_000)


def test_what_another_one_learned_before_is_taken_over() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    past, desk.estimator = desk.past, Estimator(desk.state)
    desk.wants()
    desk.talk(anna)
    waiting = desk.wants()
    assert desk.unknown(waiting) is Unknown.TOO_FEW

    desk.estimator.learn_from(past)

    assert desk.forecast(waiting).mean_ms == pytest.approx(60_000, rel=0.1)


def test_patience_is_taken_over_too() -> None:
    desk = Watched()
    for _ in range(3):
        contact = desk.wants()
        desk.pass_time(10)
        desk.caller_hangs_up(contact)
    fresh = Estimator(desk.state)

    fresh.learn_from(desk.past)

    learned = desk.past.classes[WHOLE]
    assert learned.left > 0
    assert (_sums(fresh, WHOLE)["left"], _sums(fresh, WHOLE)["waited_ms"]) == (learned.left, learned.waited_ms)


def test_decisions_alone_tell_the_same_of_handling_and_patience() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 30)
    desk.wants()
    contact = desk.talk(anna)
    for _ in range(3):
        desk.wants()
    desk.pass_time(20)
    desk.caller_hangs_up(desk.queue(SALES, Channel.VOICE)[0])
    desk.happen(CallbackChosen(contact=desk.queue(SALES, Channel.VOICE)[0]))
    desk.wants(channel=Channel.MESSAGE)
    desk.pass_time(20)
    desk.caller_hangs_up(desk.queue(SALES, Channel.VOICE)[-1])
    desk.sign_out(anna)
    assert desk.contact(contact).is_waiting
    desk.pass_time(5)
    desk.caller_hangs_up(contact)

    told_alone = desk.past.classes[WHOLE]
    learned = _sums(desk.estimator, WHOLE)

    assert told_alone.handled == learned["handled"]
    assert told_alone.left == pytest.approx(learned["left"], rel=0.01)
    assert told_alone.waited_ms == pytest.approx(learned["waited_ms"], rel=0.01)


def test_who_is_led_to_another_group_is_learned_from_there() -> None:
    desk = Watched()
    leads_on = Instead(kind=AnswerKind.GROUP, group=SUPPORT)
    desk.group(SALES, lambda group: replace(group, max_wait_ms=Millis(30_000), when_too_long=leads_on))
    bert = desk.ready_agent("bert", SUPPORT)
    contact = desk.wants()
    desk.pass_time(40)
    assert desk.contact(contact).group == SUPPORT
    desk.talk(bert)
    desk.pass_time(60)
    desk.agent_hangs_up(bert)

    alone = Past()
    alone.fold(Requeue(contact=contact, agent=bert, reason=RequeueReason.AGENT_LOST), desk.at)
    alone.fold(FreeSlot(contact=contact, agent=bert), desk.at)
    alone.fold(EndContact(contact=contact, reason=EndReason.ABANDONED), desk.at)

    assert alone.classes == {}
    assert desk.past.classes[ClassKey(SUPPORT, Kind.LIVE)].handlings_ms == 60_000
    assert desk.past.classes[WHOLE].waited_ms == pytest.approx(30_000, rel=0.01)
    assert _sums(desk.estimator, ClassKey(SUPPORT, Kind.LIVE))["handled"] == 1


def test_time_without_a_decider_is_no_experience() -> None:
    desk = Watched()
    desk.wants()
    desk.pass_time(10)
    desk.at = Millis(desk.at + 60_000)
    desk.happen(TimeSkipped(skipped_ms=Millis(60_000)))
    desk.wants()

    assert _sums(desk.estimator, WHOLE)["waited_ms"] == 10_000


def test_who_asks_for_something_else_from_now_on_stands_in_another_line() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    desk.wants()
    desk.talk(anna)
    moved = desk.wants()
    assert desk.forecast(moved).learned_from == PLAIN

    desk.group(SALES, lambda group: replace(group, needs=(Need(skill=FRENCH),)))
    assert desk.unknown(moved) is Unknown.NOBODY
    desk.group(SALES, lambda group: replace(group, needs=()))

    assert desk.forecast(moved).learned_from == PLAIN
    assert desk.forecast(desk.wants()).ahead == 1


def test_an_agent_by_hand_is_nothing_that_was_asked_for() -> None:
    desk = Watched()
    anna = desk.ready_agent("anna", SALES)
    desk.serve(anna, 100)
    desk.wants()
    desk.talk(anna)
    contact = desk.wants()
    desk.happen(AssignmentAsked(contact=contact, agent=anna))

    assert desk.forecast(contact).learned_from == PLAIN


@pytest.mark.parametrize(
    ("agents", "handling_s", "patience_s", "ahead"),
    [
        (1, 180, None, 0),
        (1, 180, None, 3),
        (30, 180, None, 12),
        (30, 180, 300, 0),
        (30, 180, 300, 40),
        (50, 180, 60, 300),
    ],
)
def test_the_range_is_what_many_played_waits_show(
    agents: int, handling_s: int, patience_s: int | None, ahead: int
) -> None:
    random, rate, theta = Random(7), agents / handling_s, 0.0 if patience_s is None else 1 / patience_s
    rates = [rate + number * theta for number in range(ahead + 1)]
    waits = sorted(sum(map(random.expovariate, rates)) for _ in range(20_000))

    mean, variance = stages(rate, theta, ahead)
    low, high = quantiles(mean, variance)

    assert mean == pytest.approx(sum(1 / one for one in rates), rel=1e-3)
    assert variance == pytest.approx(sum(1 / one**2 for one in rates), rel=1e-3)
    assert low == pytest.approx(waits[10_000], rel=0.03)
    assert high == pytest.approx(waits[18_000], rel=0.03)


@pytest.mark.parametrize("ahead", [31, 32, 99])
def test_a_long_patient_line_is_a_plain_sum(ahead: int) -> None:
    assert stages(0.5, 0.0, ahead) == pytest.approx((2 * (ahead + 1), 4 * (ahead + 1)))


# What a caller is told.


def _forecast(**changes: object) -> Forecast:
    usual = Forecast(
        learned_from=WHOLE, ahead=4, staff=10, mean_ms=100_000.0, low_ms=Millis(90_000), high_ms=Millis(180_000)
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def _range(one: Told) -> tuple[int, int, bool]:
    return one.low_ms // 1000, one.high_ms // 1000, one.longer


Now = Callable[..., Told]


@pytest.fixture
def now() -> Now:
    """Tell of one forecast after the other."""
    said: list[Told | None] = [None]

    def tell(**changes: object) -> Told:
        one = told(said[-1], _forecast(**changes))
        said.append(one)
        return one

    return tell


def test_what_is_told_does_not_move_while_nothing_moves(now: Now) -> None:
    assert _range(now()) == (90, 180, False)
    assert _range(now(low_ms=100_000, high_ms=500_000)) == (90, 180, False)
    assert _range(now(low_ms=10_000, high_ms=20_000)) == (90, 180, False)


def test_moving_up_never_lengthens_what_was_told(now: Now) -> None:
    now()
    assert _range(now(ahead=3, low_ms=80_000, high_ms=200_000)) == (80, 180, False)
    assert _range(now(ahead=2, low_ms=95_000, high_ms=150_000)) == (80, 150, False)
    assert _range(now(ahead=2, staff=12, low_ms=70_000, high_ms=140_000)) == (70, 140, False)


def test_knowing_better_never_lengthens_what_was_told(now: Now) -> None:
    now()
    assert _range(now(learned_from=PLAIN, ahead=9, staff=2, low_ms=100_000, high_ms=300_000)) == (90, 180, False)
    assert _range(now(learned_from=WHOLE, ahead=9, staff=2, low_ms=80_000, high_ms=150_000)) == (80, 150, False)


@pytest.mark.parametrize("worse", [{"ahead": 5}, {"staff": 9}])
def test_a_line_that_got_worse_may_lengthen_it_and_says_so(now: Now, worse: dict[str, int]) -> None:
    now()
    assert _range(now(**worse, low_ms=100_000, high_ms=240_000)) == (100, 240, True)


def test_a_worse_line_that_makes_nothing_longer_says_nothing(now: Now) -> None:
    now()
    assert _range(now(staff=9, low_ms=80_000, high_ms=180_000)) == (80, 180, False)


def test_longer_is_said_until_it_gets_shorter(now: Now) -> None:
    now()
    now(ahead=5, high_ms=240_000)
    assert now(ahead=5, high_ms=230_000).longer
    assert now(ahead=4, high_ms=240_000).longer
    assert not now(ahead=3, high_ms=200_000).longer


def _sums(estimator: Estimator, key: ClassKey) -> dict[str, float]:
    known = estimator._classes[key]
    return {name: getattr(known, name) for name in ("handled", "busy", "waited_ms", "left")}
