"""What is told of a contact: the whole of it, in order, and why."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Skill,
)
from acd.core import Core
from acd.decisions import ChangeRules, Decision
from acd.explain import CODES, Entry, Explainer
from acd.facts import (
    AgentAttached,
    AgentElsewhere,
    AgentHealthChanged,
    AgentSignedIn,
    AgentSignedOut,
    AssignmentAsked,
    CallbackChosen,
    CallerAnswered,
    CallerAttached,
    CallerDetached,
    CallerReturned,
    ContactRequested,
    EndAsked,
    Fact,
    GroupClosed,
    GroupReopened,
    Health,
    MediaConnected,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    SiteConfigured,
    Ticked,
    TimeSkipped,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, Epoch, Millis, ProcessId, SessionId, SkillId, VisitorKey
from acd.state import State
from tests.acd.desk import HERE, SALES, SUPPORT, Desk
from tests.conformance.recording import sample

GERMAN = SkillId("german")
C1 = ContactId("c1")


class Told(Desk):
    """A desk at which somebody takes notes of one contact."""

    def __init__(self, *groups: Group, agents: tuple[Agent, ...] = (), contact: ContactId = C1) -> None:
        self.explainer = Explainer(contact, State())
        super().__init__(Site(groups=groups or (Group(id=SALES),), agents=agents))

    def happen(self, fact: Fact) -> list[Decision]:
        decisions = super().happen(fact)
        self.explainer.hear(decisions, self.at)
        return decisions

    @property
    def entries(self) -> list[Entry]:
        return self.explainer.entries

    @property
    def codes(self) -> list[str]:
        return [entry.code for entry in self.entries]

    def says(self, code: str) -> dict[str, str | int]:
        return dict(next(entry.says for entry in reversed(self.entries) if entry.code == code))

    def arrives(self, agent: str) -> AgentId:
        """Somebody of the site comes to work."""
        self.sign_in(AgentId(agent))
        self.choose(AgentId(agent), Presence.AVAILABLE)
        return AgentId(agent)


def skilled(name: str, *skills: Skill) -> Agent:
    return Agent(id=AgentId(name), groups=(SALES,), skills=skills)


def test_a_contact_is_told_from_asking_to_the_end_of_the_wrap_up() -> None:
    group = Group(
        id=SALES,
        needs=(Need(skill=GERMAN, level=5),),
        relaxations=(Relaxation(after_ms=Millis(30_000), lower_by=3),),
        skip_hopeless=False,
    )
    desk = Told(group, agents=(skilled("ana", Skill(skill=GERMAN, level=3)), skilled("ben")))
    desk.caller("c1", SALES)
    ben = desk.arrives("ben")
    ana = desk.arrives("ana")
    desk.pass_time(30)
    desk.decline(ana)
    desk.pass_time(10)
    desk.talk(ana)
    desk.agent_hangs_up(ana)
    desk.finish_wrap_up(ana, "sold")

    assert [(entry.at - 1_000_000, entry.code, dict(entry.says)) for entry in desk.entries] == [
        (0, "admitted", {"group": "sales", "channel": "video"}),
        (0, "step", {"needs": "german:5"}),
        (0, "waits_for_caller", {}),
        (0, "caller_here", {}),
        (0, "waits_nobody_signed_in", {"group": "sales"}),
        (0, "waits_nobody_skilled", {"needs": "german:5"}),
        (30_000, "step_expired", {}),
        (30_000, "step", {"needs": "german:2"}),
        (30_000, "offered_longest_idle", {"agent": "ana", "idle_ms": 30_000, "free": 1, "levels": 3}),
        (30_000, "offer_declined", {"agent": "ana"}),
        (30_000, "excluded", {"agent": "ana", "for_ms": 10_000}),
        (30_000, "waits_all_away", {"left_alone": 1}),
        (40_000, "exclusion_over", {"agent": "ana"}),
        (40_000, "offered_longest_idle", {"agent": "ana", "idle_ms": 40_000, "free": 1, "levels": 3}),
        (40_000, "assigned", {"agent": "ana", "waited_ms": 40_000}),
        (40_000, "media_caller", {}),
        (40_000, "media_agent", {}),
        (40_000, "connected", {}),
        (40_000, "ended_agent_hung_up", {}),
        (40_000, "wrap_up", {"agent": "ana"}),
        (40_000, "wrap_up_over", {"agent": "ana", "code": "sold"}),
        (40_000, "slot_free", {"agent": "ana"}),
    ]
    assert desk.explainer.is_over
    assert ben not in desk.ringing()


def test_it_is_not_over_while_somebody_works_on_after_it() -> None:
    desk = Told(agents=(skilled("ana"),))
    ana = desk.arrives("ana")
    desk.caller("c1", SALES)
    assert not desk.explainer.is_over
    desk.talk(ana)
    desk.agent_hangs_up(ana)

    assert not desk.explainer.is_over
    desk.finish_wrap_up(ana)
    assert desk.explainer.is_over


@pytest.mark.parametrize(
    ("strategy", "code"),
    [
        ("longest_idle", "offered_longest_idle"),
        ("preferred_agent", "offered_longest_idle"),
        ("least_occupied", "offered_least_occupied"),
        ("round_robin", "offered_round_robin"),
        ("best_skilled", "offered_best_skilled"),
        ("ring_all", "offered_at_several"),
        ("of another release", "offered_longest_idle"),
    ],
)
def test_the_strategy_is_named_that_chose_the_agent(strategy: str, code: str) -> None:
    desk = Told(Group(id=SALES, strategy=strategy), agents=(skilled("ana"), skilled("ben")))
    desk.arrives("ana")
    desk.pass_time(5)
    desk.arrives("ben")
    desk.caller("c1", SALES)

    told = [entry for entry in desk.entries if entry.code == code]
    assert told[0].says["free"] == 2
    assert len(told) == (2 if strategy == "ring_all" else 1)


def test_who_joins_a_ringing_is_told_apart_from_who_was_asked_first() -> None:
    desk = Told(Group(id=SALES, strategy="ring_all"), agents=(skilled("ana"), skilled("ben")))
    desk.arrives("ana")
    desk.caller("c1", SALES)
    desk.pass_time(1)
    ben = desk.arrives("ben")

    assert desk.says("offered_joining") == {"agent": ben}


def test_a_preferred_agent_and_one_chosen_by_hand_are_told_as_such() -> None:
    desk = Told(Group(id=SALES, strategy="preferred_agent"), agents=(skilled("ana"), skilled("ben")))
    ana, ben = desk.arrives("ana"), desk.arrives("ben")
    desk.happen(request(preferred=ana))
    desk.attach_caller(C1)
    desk.happen(AssignmentAsked(contact=C1, agent=ben))

    assert desk.says("step") == {"agent": ana}
    assert desk.says("offered_preferred") == {"agent": ana}
    assert desk.says("assigned_by_hand") == {"agent": ben}
    assert desk.says("offered_by_hand") == {"agent": ben}


def test_a_contact_kept_for_somebody_waits_for_them() -> None:
    desk = Told(agents=(skilled("ana"), skilled("ben")))
    ben = desk.arrives("ben")
    desk.caller("c0", SALES)
    desk.talk(ben)
    desk.caller("c1", SALES)
    desk.happen(AssignmentAsked(contact=C1, agent=ben))

    assert desk.codes[-1] == "waits_for_agent"
    assert desk.says("waits_for_agent") == {"agent": ben}


def test_who_waits_is_told_why() -> None:
    desk = Told(
        Group(id=SALES),
        Group(id=SUPPORT),
        agents=(
            Agent(id=AgentId("ana"), groups=(SALES,)),
            Agent(id=AgentId("ben"), groups=(SALES,), memberships=(Membership(group=SALES, delay_ms=Millis(5_000)),)),
        ),
    )
    ana, ben = desk.arrives("ana"), desk.arrives("ben")
    desk.choose(ben, Presence.BREAK)
    desk.caller("c0", SALES)
    desk.caller("c1", SALES)
    assert desk.says("waits_all_busy") == {"busy": 1, "on_break": 1}

    desk.choose(ben, Presence.AVAILABLE)
    assert desk.says("waits_for_delay") == {"free": 1}

    desk.happen(AgentElsewhere(agent=ben, source="telephone", for_ms=Millis(60_000)))
    desk.caller_hangs_up(ContactId("c0"))
    desk.choose(ana, Presence.BREAK)
    assert desk.says("waits_all_away") == {"elsewhere": 1, "on_break": 1}

    desk.happen(AgentElsewhere(agent=ben, source="telephone", for_ms=Millis(0)))
    desk.pass_time(5)
    desk.pass_time(20)
    assert desk.says("offer_missed") == {"agent": ben}
    assert "waits_all_away" in desk.codes[desk.codes.index("offer_missed") :]

    desk.choose(ana, Presence.AVAILABLE)
    desk.beat(ana, Health.LOST)
    assert desk.says("waits_all_away") == {"lost": 1, "not_responding": 1}


def test_who_is_barred_from_everybody_free_is_told_so() -> None:
    desk = Told(agents=(skilled("ana"),))
    ana = desk.arrives("ana")
    desk.group(SALES, lambda group: replace(group, no_answer_ms=Millis(1_000)))
    desk.caller("c1", SALES)
    desk.pass_time(21)

    assert desk.codes[-1] == "waits_excluded"
    assert desk.says("excluded") == {"agent": ana, "for_ms": 30_000}


def test_a_group_that_nobody_serves_is_named() -> None:
    desk = Told(Group(id=SALES), Group(id=SUPPORT), agents=(skilled("ana"),))
    desk.caller("c1", SUPPORT)

    assert desk.says("waits_nobody_serves") == {"group": "support"}


def test_who_lost_the_connection_of_an_idle_agent_waits_for_all_away() -> None:
    desk = Told(agents=(skilled("ana"),))
    ana = desk.arrives("ana")
    desk.beat(ana, Health.LOST)
    desk.caller("c1", SALES)

    assert desk.says("waits_all_away") == {"lost": 1}


def test_a_refused_contact_is_told_with_its_reason() -> None:
    desk = Told(Group(id=SALES, is_open=False))
    desk.ask("c1", SALES)

    assert desk.says("refused_group_closed") == {"answer": "refuse"}
    assert desk.explainer.is_over


def test_a_contact_led_elsewhere_is_told_from_where_and_why() -> None:
    other = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
    desk = Told(Group(id=SALES, is_open=False, when_closed=other), Group(id=SUPPORT))
    desk.ask("c1", SALES)

    assert desk.says("admitted_elsewhere") == {
        "asked_group": "sales",
        "group": "support",
        "channel": "video",
        "reason": "closed",
    }


def test_a_line_that_is_too_long_moves_asks_and_ends_in_words() -> None:
    other = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
    back = Answer(kind=AnswerKind.CALLBACK)
    desk = Told(
        Group(id=SALES, max_wait_ms=Millis(10_000), when_too_long=other),
        Group(
            id=SUPPORT,
            max_wait_ms=Millis(20_000),
            when_too_long=back,
            callbacks=Callbacks(ahead=0),
            needs=(Need(skill=GERMAN),),
        ),
        agents=(Agent(id=AgentId("ana"), groups=(SUPPORT,), skills=(Skill(skill=GERMAN),)),),
    )
    desk.caller("c1", SALES)
    desk.pass_time(10)
    assert desk.says("moved") == {"group": "support", "reason": "too_long"}
    assert desk.says("step") == {"needs": "german:1"}

    desk.pass_time(20)
    assert desk.says("asked_callback") == {"reason": "too_long"}
    desk.happen(CallerAnswered(contact=C1, accepted=True))
    assert desk.says("callback") == {}
    assert desk.codes[-1] == "waits_for_callback"
    desk.arrives("ana")
    assert desk.says("invited")["attempt"] == 1
    desk.happen(CallerReturned(contact=C1, session=SessionId("tab again")))
    desk.happen(EndAsked(contact=C1))
    assert desk.codes[-1] == "ended_supervisor"


def test_a_question_names_the_other_group() -> None:
    other = Answer(kind=AnswerKind.GROUP, group=SUPPORT)
    desk = Told(Group(id=SALES), Group(id=SUPPORT, policy=MediaPolicy.RELAY))
    desk.caller("c1", SALES)
    desk.happen(GroupClosed(group=SALES, waiting=other))

    assert desk.says("group_closed") == {"group": "sales"}
    assert desk.says("asked_group") == {"group": "support", "reason": "closed"}


def test_closing_reopening_and_skipped_time_are_told_to_who_waits_there() -> None:
    desk = Told(Group(id=SALES), Group(id=SUPPORT))
    desk.caller("c1", SALES)
    desk.happen(GroupClosed(group=SUPPORT))
    desk.happen(GroupReopened(group=SUPPORT))
    desk.happen(GroupClosed(group=SALES))
    desk.happen(GroupReopened(group=SALES))
    desk.happen(TimeSkipped(skipped_ms=Millis(7)))

    assert desk.codes[-3:] == ["group_closed", "group_opened", "time_skipped"]
    assert (desk.codes.count("group_closed"), desk.codes.count("group_opened")) == (1, 1)
    assert desk.says("time_skipped") == {"by_ms": 7}


def test_what_only_those_who_wait_must_know_is_not_told_of_who_talks() -> None:
    desk = Told(agents=(skilled("ana"),))
    ana = desk.arrives("ana")
    desk.caller("c1", SALES)
    desk.talk(ana)

    desk.happen(GroupClosed(group=SALES))
    desk.happen(GroupReopened(group=SALES))

    assert desk.codes[-1] == "connected"


def test_what_becomes_of_others_is_not_told() -> None:
    desk = Told()
    desk.caller("c1", SALES)
    before = desk.codes

    desk.caller_hangs_up(desk.caller("c2", SALES))

    assert desk.codes == before


def test_a_head_start_is_told() -> None:
    desk = Told()
    desk.ask("c1", SALES, priority=2)

    assert desk.says("head_start") == {"by_ms": 120_000}


def test_the_date_of_a_callback_is_told() -> None:
    desk = Told(Group(id=SALES, callbacks=Callbacks()))
    due_at = Millis(desk.at + 3_600_000)
    desk.ask("c1", SALES, callback=True, due_at=due_at)

    assert desk.says("callback") == {"due_at": due_at}


def test_a_step_that_asks_for_nothing_is_told_when_it_comes() -> None:
    desk = Told(Group(id=SALES, needs=(Need(skill=GERMAN),), relaxations=(Relaxation(after_ms=Millis(10_000)),)))
    desk.caller("c1", SALES)
    desk.pass_time(10)

    assert desk.says("step") == {}


def test_under_new_rules_the_step_is_told_that_is_in_force() -> None:
    desk = Told()
    desk.caller("c1", SALES)
    desk.pass_time(15)
    needs, relaxations = (Need(skill=GERMAN, level=5),), (Relaxation(after_ms=Millis(10_000), lower_by=3),)
    desk.rule(SALES, needs=needs, relaxations=relaxations, skip_hopeless=False)

    assert desk.says("step") == {"needs": "german:2"}


def test_who_is_signed_out_is_not_counted() -> None:
    desk = Told(agents=(skilled("ana"), skilled("ben")))
    desk.choose(desk.arrives("ana"), Presence.BREAK)
    desk.caller("c1", SALES)

    assert desk.says("waits_all_away") == {"on_break": 1}


def test_without_the_state_the_decisions_are_told_all_the_same() -> None:
    desk = Told(agents=(skilled("ana"),))
    desk.arrives("ana")
    plain = Explainer(C1)
    plain.hear(desk.ask("c1", SALES), desk.at)
    plain.hear(desk.attach_caller(C1), desk.at)
    plain.hear(desk.accept(AgentId("ana")), desk.at)

    assert [entry.code for entry in plain.entries] == ["admitted", "caller_here", "offered", "assigned"]


KINDS = st.sampled_from([Presence.AVAILABLE, Presence.AVAILABLE, Presence.ONCE, Presence.BREAK])
CONTACTS = st.sampled_from([C1, ContactId("c2")])
AGENTS = st.sampled_from([AgentId("ana"), AgentId("ben")])
GROUPS = st.sampled_from([SALES, SUPPORT])
EPOCHS = st.integers(1, 3).map(Epoch)
ANSWERS = st.sampled_from(
    [
        None,
        Answer(),
        Answer(kind=AnswerKind.GROUP, group=SUPPORT),
        Answer(kind=AnswerKind.CALLBACK),
        Answer(kind=AnswerKind.MESSAGE),
    ]
)
HAPPENINGS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        ContactRequested,
        contact=CONTACTS,
        session=st.just(SessionId("tab")),
        group=GROUPS,
        channel=st.sampled_from([Channel.VIDEO, Channel.CHAT]),
        visitor=st.just(VisitorKey("v")),
        needs=st.sampled_from([(), (Need(skill=GERMAN, level=2),)]),
        priority=st.integers(0, 1),
        preferred=st.none() | AGENTS,
        callback=st.booleans(),
    ),
    st.builds(CallerAttached, contact=CONTACTS, session=st.just(SessionId("tab")), process=st.just(HERE)),
    st.builds(CallerDetached, contact=CONTACTS, session=st.just(SessionId("tab"))),
    st.builds(CallbackChosen, contact=CONTACTS),
    st.builds(CallerReturned, contact=CONTACTS, session=st.just(SessionId("tab"))),
    st.builds(CallerAnswered, contact=CONTACTS, accepted=st.booleans()),
    st.builds(AgentSignedIn, agent=AGENTS, session=st.just(SessionId("desk"))),
    st.builds(AgentAttached, agent=AGENTS, session=st.just(SessionId("desk")), process=st.just(ProcessId("p"))),
    st.builds(AgentSignedOut, agent=AGENTS),
    st.builds(PresenceChosen, agent=AGENTS, presence=KINDS),
    st.builds(AgentHealthChanged, agent=AGENTS, session=st.just(SessionId("desk")), health=st.sampled_from(Health)),
    st.builds(OfferAccepted, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(OfferDeclined, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS, busy=st.booleans()),
    st.builds(MediaConnected, contact=CONTACTS, epoch=EPOCHS, party=st.sampled_from(Party)),
    st.builds(WrapUpFinished, agent=AGENTS, contact=CONTACTS),
    st.builds(AssignmentAsked, contact=CONTACTS, agent=AGENTS),
    st.builds(EndAsked, contact=CONTACTS),
    st.builds(GroupClosed, group=GROUPS, waiting=ANSWERS),
    st.builds(GroupReopened, group=GROUPS),
    st.builds(TimeSkipped, skipped_ms=st.integers(1, 9_000).map(Millis)),
    st.just(Ticked()),
)
SITE = Site(
    groups=(
        Group(
            id=SALES,
            channels=tuple(Channel),
            relaxations=(Relaxation(after_ms=Millis(4_000), lower_by=1),),
            strategy="ring_all",
            urgent_ms=Millis(1_000),
            alarm_after=1,
            max_wait_ms=Millis(15_000),
            when_too_long=Answer(kind=AnswerKind.CALLBACK),
            callbacks=Callbacks(),
        ),
        Group(id=SUPPORT, channels=(Channel.VIDEO, Channel.CHAT), strategy="preferred_agent", max_waiting=1),
    ),
    agents=(
        Agent(id=AgentId("ana"), groups=(SALES, SUPPORT), skills=(Skill(skill=GERMAN, level=1),)),
        Agent(id=AgentId("ben"), groups=(SALES,)),
    ),
    contacts_per_visitor=2,
)


@given(st.lists(st.tuples(HAPPENINGS, st.integers(0, 6_000)), max_size=40))
def test_every_decision_about_the_contact_is_told_in_order(happenings: list[tuple[Fact, int]]) -> None:
    core, explainer, plain = Core(), Explainer(C1, State()), Explainer(C1)
    about: list[str] = []
    at = Millis(1_000_000)
    for fact, later in [(SiteConfigured(site=SITE), 0), *happenings]:
        at = Millis(at + later)
        decisions = core.decide(fact, at)
        about += [type(decision).__name__ for decision in decisions if getattr(decision, "contact", None) == C1]
        explainer.hear(decisions, at)
        plain.hear(decisions, at)

    for told in (explainer.entries, plain.entries):
        assert [entry.decision for entry in told if entry.decision] == about
        assert {entry.code for entry in told} <= CODES
        assert [entry.at for entry in told] == sorted(entry.at for entry in told)


def test_every_decision_that_names_a_contact_has_something_to_say() -> None:
    for kind in get_args(Decision):
        decision = sample(kind)
        if not hasattr(decision, "contact"):
            continue
        if isinstance(decision, ChangeRules):
            decision = replace(decision, step=0)
        explainer = Explainer(decision.contact)
        explainer.hear([decision], Millis(1))
        assert explainer.entries[0].code in CODES


def request(**wanted: object) -> ContactRequested:
    usual = ContactRequested(
        contact=C1,
        session=SessionId("tab of c1"),
        group=SALES,
        channel=Channel.VIDEO,
        visitor=VisitorKey("v"),
    )
    return replace(usual, **wanted)  # type: ignore[arg-type]
