"""What a contact asks for, and how that becomes less while it waits."""

from typing import Any, ClassVar

import pytest

from acd.config import Agent, Need, Relaxation, Skill
from acd.decisions import PrependStep, StepReason, WithdrawOffer, WithdrawReason
from acd.facts import Presence
from acd.ids import AgentId, ContactId, Millis, SkillId
from acd.requirements import StepStatus, statuses
from tests.acd.desk import SALES, SUPPORT, Desk

GERMAN, TAX = SkillId("german"), SkillId("tax")
AFTER_10, AFTER_30 = Millis(10_000), Millis(30_000)


def german(level: int = 1, *, must: bool = False) -> Need:
    return Need(skill=GERMAN, level=level, must=must)


def tax(level: int = 1, *, must: bool = False) -> Need:
    return Need(skill=TAX, level=level, must=must)


def knows(**levels: int) -> tuple[Skill, ...]:
    return tuple(Skill(skill=SkillId(skill), level=level) for skill, level in levels.items())


def steps(desk: Desk, contact: ContactId) -> list[tuple[dict[str, int], int | None]]:
    return [({need.skill: need.level for need in step.needs}, step.for_ms) for step in desk.contact(contact).steps]


class TestRequirements:
    def test_a_contact_asks_for_the_higher_level_of_what_it_and_its_group_need(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(tax(3), german(2, must=True)))

        contact = desk.caller("first", SALES, needs=(german(5), tax(1)))

        assert desk.contact(contact).step_in_force.needs == (german(5, must=True), tax(3))

    def test_what_must_be_for_either_must_be(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(tax(3), german(2, must=True)))

        contact = desk.caller("first", SALES, needs=(german(1), tax(1, must=True)))

        assert desk.contact(contact).step_in_force.needs == (german(2, must=True), tax(3, must=True))

    def test_only_who_is_good_enough_at_everything_is_asked(self, desk: Desk) -> None:
        desk.ready_agent("no_tax", SALES, skills=knows(german=9))
        desk.ready_agent("weak", SALES, skills=knows(german=3, tax=1))
        good = desk.ready_agent("good", SALES, skills=knows(german=3, tax=2))

        contact = desk.caller("first", SALES, needs=(german(3), tax(2)))

        assert desk.ringing() == {good: contact}

    def test_what_nobody_can_give_is_waited_for_if_nothing_is_relaxed(self, desk: Desk) -> None:
        desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES, needs=(german(),))

        desk.pass_time(seconds=3600)

        assert desk.queue() == [contact]
        assert statuses(desk.contact(contact)) == [StepStatus.ACTIVE]


class TestRelaxations:
    @pytest.mark.parametrize(
        ("relaxations", "expected"),
        [
            pytest.param(
                (Relaxation(after_ms=AFTER_10),),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4}, None)],
                id="everything that may go",
            ),
            pytest.param(
                (Relaxation(after_ms=AFTER_10, lower_by=1),),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4, "tax": 1}, AFTER_10), ({"german": 4}, None)],
                id="levels",
            ),
            pytest.param(
                (Relaxation(after_ms=AFTER_10, lower_by=2),),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4}, None)],
                id="a level below the first is no need",
            ),
            pytest.param(
                (Relaxation(after_ms=AFTER_10, drop=(GERMAN,)),),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4}, None)],
                id="not what must be; an equal step goes with its time",
            ),
            pytest.param(
                (Relaxation(after_ms=AFTER_10), Relaxation(after_ms=AFTER_30, lower_by=1)),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4}, None)],
                id="nothing is left after everything",
            ),
            pytest.param(
                (Relaxation(after_ms=AFTER_10, lower_by=1), Relaxation(after_ms=AFTER_30, drop=(TAX,), lower_by=1)),
                [({"german": 4, "tax": 2}, AFTER_10), ({"german": 4, "tax": 1}, AFTER_30), ({"german": 4}, None)],
                id="one after the other",
            ),
        ],
    )
    def test_less_is_asked_for_step_by_step(
        self, desk: Desk, relaxations: tuple[Relaxation, ...], expected: list[tuple[dict[str, int], int | None]]
    ) -> None:
        desk.rule(SALES, needs=(german(4, must=True), tax(2)), relaxations=relaxations)

        contact = desk.caller("first", SALES)

        assert steps(desk, contact) == expected

    def test_levels_that_are_lowered_are_lowered_for_what_is_left(self, desk: Desk) -> None:
        desk.rule(
            SALES, needs=(german(4), tax(4)), relaxations=(Relaxation(after_ms=AFTER_10, drop=(TAX,), lower_by=1),)
        )

        contact = desk.caller("first", SALES)

        assert [needs for needs, _ in steps(desk, contact)] == [{"german": 4, "tax": 4}, {"german": 3}, {}]

    def test_one_skill_that_is_dropped_leaves_the_others(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(german(4), tax(2)), relaxations=(Relaxation(after_ms=AFTER_10, drop=(TAX,)),))

        contact = desk.caller("first", SALES)

        assert [needs for needs, _ in steps(desk, contact)] == [{"german": 4, "tax": 2}, {"german": 4}, {}]

    def test_a_step_is_over_when_its_time_is(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(german(4),), relaxations=(Relaxation(after_ms=AFTER_10, lower_by=2),))
        good = desk.ready_agent("good", SALES, skills=knows(german=4))
        fair = desk.ready_agent("fair", SALES, skills=knows(german=2))
        other = desk.caller("other", SALES)
        desk.talk(good)
        contact = desk.caller("first", SALES)

        desk.pass_time(seconds=9.999)
        assert desk.ringing() == {}
        assert statuses(desk.contact(contact)) == [StepStatus.ACTIVE, StepStatus.INACTIVE, StepStatus.INACTIVE]
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {fair: contact}
        assert statuses(desk.contact(contact)) == [StepStatus.EXPIRED, StepStatus.ACTIVE, StepStatus.INACTIVE]
        desk.accept(fair)
        assert statuses(desk.contact(contact)) == [StepStatus.EXPIRED, StepStatus.JOINED, StepStatus.INACTIVE]
        assert statuses(desk.contact(other))[0] is StepStatus.JOINED

    def test_a_step_without_time_is_over_at_once(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(german(),), relaxations=(Relaxation(after_ms=Millis(0)),), skip_hopeless=False)
        contact = desk.caller("first", SALES)

        desk.pass_time()

        assert statuses(desk.contact(contact)) == [StepStatus.EXPIRED, StepStatus.ACTIVE]

    def test_a_step_that_passed_during_the_talk_is_over_when_the_contact_waits_again(self, desk: Desk) -> None:
        desk.rule(SALES, needs=(german(),), relaxations=(Relaxation(after_ms=AFTER_10),), skip_hopeless=False)
        good = desk.ready_agent("good", SALES, skills=knows(german=1))
        any_one = desk.ready_agent("anyone", SALES)
        contact = desk.caller("first", SALES)
        desk.talk(good)
        desk.pass_time(seconds=60)
        assert desk.contact(contact).step == 0

        desk.sign_out(good)
        desk.pass_time()

        assert desk.ringing() == {any_one: contact}

    def test_contacts_that_ask_for_the_same_ring_in_their_order(self, desk: Desk) -> None:
        first = desk.caller("first", SALES, needs=(german(),))
        second = desk.caller("second", SALES, needs=(german(),))

        ana = desk.ready_agent("ana", SALES, skills=knows(german=1))
        ben = desk.ready_agent("ben", SALES, skills=knows(german=1))

        assert desk.ringing() == {ana: first, ben: second}


class TestHopelessSteps:
    RULES: ClassVar[dict[str, Any]] = {"needs": (german(),), "relaxations": (Relaxation(after_ms=AFTER_10),)}

    def test_what_nobody_at_work_can_give_is_not_waited_for(self, desk: Desk) -> None:
        desk.rule(SALES, **self.RULES)
        ana = desk.ready_agent("ana", SALES)

        contact = desk.caller("first", SALES)

        assert desk.ringing() == {ana: contact}
        assert statuses(desk.contact(contact))[0] is StepStatus.EXPIRED

    def test_a_step_becomes_hopeless_when_the_last_who_could_meet_it_goes(self, desk: Desk) -> None:
        desk.rule(SALES, **self.RULES)
        good = desk.ready_agent("good", SALES, skills=knows(german=1))
        desk.caller("other", SALES)
        desk.talk(good)
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)
        assert desk.ringing() == {}

        desk.choose(good, Presence.BREAK)

        assert desk.ringing() == {ana: contact}

    def test_who_is_busy_is_waited_for(self, desk: Desk) -> None:
        desk.rule(SALES, **self.RULES)
        good = desk.ready_agent("good", SALES, skills=knows(german=1))
        desk.caller("other", SALES)
        desk.talk(good)
        desk.ready_agent("ana", SALES)

        desk.caller("first", SALES)

        assert desk.ringing() == {}

    def test_while_nobody_is_at_work_nothing_is_skipped(self, desk: Desk) -> None:
        desk.rule(SALES, **self.RULES)
        contact = desk.caller("first", SALES)

        assert statuses(desk.contact(contact))[0] is StepStatus.ACTIVE

    def test_a_group_may_wait_for_it_all_the_same(self, desk: Desk) -> None:
        desk.rule(SALES, **self.RULES, skip_hopeless=False)
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)
        assert desk.ringing() == {}

        desk.pass_time(seconds=10)

        assert desk.ringing() == {ana: contact}


class TestPreferredAgents:
    def test_nobody_is_waited_for_who_no_longer_serves_the_group(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.hire("ana", SALES)
        desk.caller("first", SALES, preferred=ana)

        desk.configure(agents=(Agent(id=ana, groups=(SUPPORT,)),))
        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {}

    def test_who_asked_first_goes_first_whomever_others_prefer(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.hire("ana", SALES, SUPPORT)
        first = desk.caller("first", SUPPORT)
        desk.caller("second", SALES, preferred=ana)

        desk.sign_in(ana)
        desk.choose(ana, Presence.AVAILABLE)

        assert desk.ringing() == {ana: first}

    @pytest.mark.parametrize(("preferred_ms", "waits"), [(0, False), (1, True)])
    def test_a_group_may_wait_for_them_as_long_as_it_likes_or_not_at_all(
        self, desk: Desk, preferred_ms: int, *, waits: bool
    ) -> None:
        desk.rule(SALES, strategy="preferred_agent", preferred_ms=Millis(preferred_ms))
        ana = desk.hire("ana", SALES)

        contact = desk.caller("first", SALES, preferred=ana)

        assert [step.agent for step in desk.contact(contact).steps] == [ana, None][not waits :]

    def test_the_agent_whom_a_contact_names_is_waited_for(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        ana = desk.ready_agent("ana", SALES)
        other = desk.caller("other", SALES)
        desk.talk(ana)
        ben = desk.ready_agent("ben", SALES)

        contact = desk.caller("first", SALES, preferred=ana)
        desk.pass_time(seconds=19.999)
        assert desk.ringing() == {}
        desk.pass_time(seconds=0.001)

        assert desk.ringing() == {ben: contact}
        assert desk.contact(other).agent == ana

    def test_they_ring_before_anybody_who_was_idle_longer(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        desk.ready_agent("ben", SALES)
        desk.pass_time(seconds=5)
        ana = desk.ready_agent("ana", SALES)

        contact = desk.caller("first", SALES, preferred=ana)

        assert desk.ringing() == {ana: contact}

    def test_who_talked_to_somebody_gets_them_again(self, desk: Desk) -> None:
        desk.rule(SALES, strategy="preferred_agent", wrap_up_ms=Millis(0))
        ben = desk.ready_agent("ben", SALES)
        desk.caller("first", SALES, visitor="same")
        desk.caller_hangs_up(desk.talk(ben))
        desk.ready_agent("ana", SALES)
        desk.choose(ben, Presence.BREAK)
        desk.choose(ben, Presence.AVAILABLE)

        again = desk.caller("again", SALES, visitor="same")

        assert desk.ringing() == {ben: again}

    def test_another_strategy_remembers_nobody_and_waits_for_nobody(self, desk: Desk) -> None:
        desk.rule(SALES, wrap_up_ms=Millis(0))
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        first = desk.caller("first", SALES, visitor="same")
        desk.talk(ana)
        desk.pass_time(seconds=1)
        desk.caller_hangs_up(first)

        again = desk.caller("again", SALES, visitor="same", preferred=ana)

        assert desk.ringing() == {ben: again}

    @pytest.mark.parametrize("rules", [{"preferred_ms": Millis(0)}, {"skip_hopeless": False}])
    def test_who_is_not_at_work_is_not_waited_for(self, desk: Desk, rules: dict[str, Any]) -> None:
        desk.rule(SALES, strategy="preferred_agent", **rules)
        away = desk.hire("away", SALES)
        ben = desk.ready_agent("ben", SALES)

        contact = desk.caller("first", SALES, preferred=away)

        assert desk.ringing() == {ben: contact}

    @pytest.mark.parametrize("name", ["of another group", "nobody knows"])
    def test_who_does_not_serve_the_group_is_not_waited_for(self, desk: Desk, name: str) -> None:
        desk.rule(SALES, strategy="preferred_agent")
        desk.ready_agent("of another group", SUPPORT)

        contact = desk.caller("first", SALES, preferred=AgentId(name))

        assert len(desk.contact(contact).steps) == 1


class TestAssignmentsByHand:
    def test_a_supervisor_may_choose_an_agent_of_any_group(self, desk: Desk) -> None:
        stranger = desk.ready_agent("stranger", SUPPORT)
        contact = desk.caller("first", SALES, needs=(german(),))

        desk.assign(contact, stranger)

        assert desk.ringing() == {stranger: contact}
        assert statuses(desk.contact(contact)) == [StepStatus.ACTIVE, StepStatus.INACTIVE]

    def test_it_stops_ringing_where_it_rang_before(self, desk: Desk) -> None:
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        contact = desk.caller("first", SALES)

        desk.assign(contact, ben)

        assert desk.ringing() == {ben: contact}
        assert [(offer.agent, offer.reason) for offer in desk.all(WithdrawOffer)] == [(ana, WithdrawReason.MOVED)]

    def test_where_it_rings_already_it_goes_on_ringing(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        contact = desk.caller("first", SALES)

        desk.assign(contact, ana)

        assert (desk.ringing(), desk.all(WithdrawOffer)) == ({ana: contact}, [])

    def test_asking_for_the_same_twice_is_asking_once(self, desk: Desk) -> None:
        ana = desk.hire("ana", SALES)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)

        assert desk.assign(contact, ana) == []

    def test_after_a_while_anybody_is_asked(self, desk: Desk) -> None:
        ana, ben = desk.ready_agent("ana", SALES), desk.ready_agent("ben", SALES)
        desk.caller("other", SALES)
        desk.talk(ana)
        contact = desk.caller("first", SALES)
        desk.assign(contact, ana)
        assert desk.ringing() == {}

        desk.pass_time(seconds=20)

        assert desk.ringing() == {ben: contact}

    def test_who_is_not_at_work_is_not_waited_for(self, desk: Desk) -> None:
        ana, away = desk.ready_agent("ana", SALES), desk.hire("away", SUPPORT)
        contact = desk.caller("first", SALES)

        decisions = desk.assign(contact, away)

        assert desk.ringing() == {ana: contact}
        assert PrependStep in map(type, decisions)
        assert StepReason.HOPELESS in {getattr(decision, "reason", None) for decision in decisions}

    def test_nothing_is_assigned_that_does_not_wait_or_to_nobody(self, desk: Desk) -> None:
        ana = desk.ready_agent("ana", SALES)
        talking = desk.caller("first", SALES)
        desk.talk(ana)
        waiting = desk.caller("second", SALES)

        assert desk.assign(talking, ana) == []
        assert desk.assign(ContactId("nobody"), ana) == []
        assert desk.assign(waiting, AgentId("nobody")) == []
