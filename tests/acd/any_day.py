"""Whatever happens, in whatever order: a day on a small site, beside a second opinion.

Four agents, five contacts, three groups and few, short lengths of time, so that the same ids
meet again and again and deadlines collide. The rules of the site are the plain ones and a few
oddities of a long list, drawn for each day and again in its course.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acd.config import (
    Absence,
    Agent,
    Answer,
    AnswerKind,
    Callbacks,
    Capacity,
    Channel,
    Group,
    Interruption,
    Kind,
    MediaPolicy,
    Membership,
    Need,
    Patience,
    Relaxation,
    Site,
    Skill,
    WrapUpRule,
)
from acd.core import Core
from acd.decisions import (
    Admit,
    AskCaller,
    ConnectGuest,
    Consult,
    Decision,
    DismissGuest,
    EndContact,
    EndWrapUp,
    HandOver,
    Hold,
    HoldPlace,
    InviteCaller,
    Join,
    MakeOffer,
    Move,
    RaiseAlarm,
    Refuse,
    Resume,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentElsewhere,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    AgentSignedOut,
    AssignmentAsked,
    CallbackChosen,
    CallerAnswered,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    CallerReturned,
    ConferenceAsked,
    ConsultAsked,
    ConsultEndAsked,
    ContactContradicted,
    ContactRequested,
    EndAsked,
    Fact,
    GroupClosed,
    GroupReopened,
    HandOverAsked,
    Health,
    HoldAsked,
    MediaConnected,
    MediaFailed,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    ProcessLost,
    SiteConfigured,
    Ticked,
    TimeSkipped,
    TransferAsked,
    WrapUpFinished,
)
from acd.hours import Hours, Span
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, SkillId, VisitorKey
from acd.lifecycle import Phase
from acd.records import AgentState, Contact, GroupState
from acd.state import State
from tests.acd.oracle import Call, Door, Oracle, Slot, Worker

# A tiny town: its clock starts shortly before the second minute of 1 January 1970, a Thursday.

MINUTE = 60_000
DAYBREAK = Millis(MINUTE - 8)
WEEK = 7 * 24 * 60 * MINUTE
NEVER = Hours(zone="UTC")


def _on_thursdays(*minutes: tuple[int, int]) -> Hours:
    spans = tuple(Span(start=start, to=to) for start, to in minutes)
    return Hours(zone="UTC", week=((), (), (), spans, (), (), ()))


EARLY, LATE = _on_thursdays((0, 1), (2, 3)), _on_thursdays((1, 2), (3, 5))
OPEN_MINUTES = {NEVER: (), EARLY: ((0, 1), (2, 3)), LATE: ((1, 2), (3, 5))}


def opening(group: Group, at: int) -> tuple[bool, int | None]:
    """Opening hours from a table, knowing nothing of calendars."""
    if group.hours is None:
        return True, None
    spans = [(start * MINUTE, to * MINUTE) for start, to in OPEN_MINUTES[group.hours]]
    now = at % WEEK
    edges = [edge + week for week in (0, WEEK) for span in spans for edge in span]
    change = next((at - now + edge for edge in edges if edge > now), None)
    return any(start <= now < to for start, to in spans), change


# The plain site, and what may be odd about it.

SALES, SUPPORT, EXPERTS = GroupId("sales"), GroupId("support"), GroupId("experts")
ANA, BEN, CHRIS, DORA = (AgentId(name) for name in ("ana", "ben", "chris", "dora"))
GERMAN, FRENCH, LAW = (SkillId(name) for name in ("german", "french", "law"))


def _group(group: GroupId, **rules: Any) -> Group:
    short: dict[str, Any] = {
        "channels": (Channel.VOICE, Channel.CHAT, Channel.MESSAGE),
        "ring_ms": 4,
        "wrap_up_ms": 4,
        "declined_ms": 2,
        "missed_ms": 6,
        "busy_ms": 2,
        "preferred_ms": 4,
        "level_ms": 4,
        "returning_ms": 8,
        "dropped_ms": 6,
        "unanswered_ms": 3,
        "after_hours_ms": 4,
        "alarm_after": 2,
        "callbacks": Callbacks(ahead=0, invite_ms=Millis(4), retry_ms=Millis(4), attempts=2, expires_ms=Millis(20)),
    }
    return Group(id=group, **short | rules)


def _agent(agent: AgentId, *groups: GroupId, **skills: int) -> Agent:
    known = tuple(Skill(skill=SkillId(skill), level=level) for skill, level in skills.items())
    return Agent(id=agent, groups=groups, skills=known, capacity=Capacity(chat=2))


NORMAL = Site(
    groups=(
        _group(SALES),
        _group(SUPPORT, ring_ms=2, wrap_up_ms=0, declined_ms=4, missed_ms=4),
        _group(EXPERTS, max_waiting=2),
    ),
    agents=(
        _agent(ANA, SALES, german=1),
        _agent(BEN, SALES, SUPPORT, german=2, law=3),
        _agent(CHRIS, SUPPORT, SALES, EXPERTS, french=2),
        _agent(DORA, EXPERTS, german=3, french=1, law=1),
    ),
    patience=Patience(
        caller_queued_ms=Millis(6),
        caller_talking_ms=Millis(4),
        agent_ms=Millis(4),
        leaving_ms=Millis(2),
        setup_ms=Millis(4),
    ),
    contacts_per_visitor=3,
)

ANSWERS = (
    Answer(kind=AnswerKind.GROUP, group=SALES),
    Answer(kind=AnswerKind.GROUP, group=SUPPORT),
    Answer(kind=AnswerKind.GROUP, group=EXPERTS),
    Answer(kind=AnswerKind.GROUP, group=GroupId("nowhere")),
    Answer(kind=AnswerKind.MESSAGE),
    Answer(kind=AnswerKind.CALLBACK),
)
NEEDS = (
    (Need(skill=GERMAN),),
    (Need(skill=GERMAN, level=2),),
    (Need(skill=FRENCH, level=2), Need(skill=GERMAN, level=3)),
    (Need(skill=LAW, must=True), Need(skill=GERMAN, level=2)),
)
RELAXATIONS = (
    (Relaxation(after_ms=Millis(2)),),
    (Relaxation(after_ms=Millis(2), lower_by=1), Relaxation(after_ms=Millis(3), drop=(GERMAN,))),
    (Relaxation(after_ms=Millis(4), drop=(FRENCH,), lower_by=1),),
    (Relaxation(after_ms=Millis(0), lower_by=1), Relaxation(after_ms=Millis(2), lower_by=2)),
)
LIVE_WHILE_CHAT = Interruption(busy=Kind.CHAT, by=Kind.LIVE)
CHAT_WHILE_LIVE = Interruption(busy=Kind.LIVE, by=Kind.CHAT)

OF_A_GROUP: dict[str, tuple[Any, ...]] = {
    "strategy": ("least_occupied", "round_robin", "best_skilled", "ring_all", "ring_all", "preferred_agent"),
    "needs": NEEDS,
    "relaxations": RELAXATIONS,
    "skip_hopeless": (False,),
    "preferred_ms": (0, 2),
    "busy_ms": (0, 4),
    "no_answer_ms": (2, 4),
    "alarm_after": (0, 1, 3),
    "wrap_up": tuple(WrapUpRule),
    "wrap_up_ms": (0, 2, 4),
    "codes": (("sold", "lost"),),
    "level_ms": (2, 8),
    "urgent_at": (0, 50, 100),
    "urgent_ms": (2, 6),
    "returning_ms": (0, 4, 16),
    "dropped_ms": (0, 1),
    "unanswered_ms": (0, 6),
    "empty_for": (*((absence,) for absence in Absence), tuple(Absence)),
    "min_staff": (1, 2),
    "max_wait_ms": (2, 4, 5),
    "max_waiting": (0, 1, 2),
    "after_hours_ms": (0, 2, 8),
    "when_closed": ANSWERS,
    "when_empty": ANSWERS,
    "when_full": ANSWERS,
    "when_understaffed": ANSWERS,
    "when_too_long": ANSWERS,
    "when_closing": ANSWERS,
    "callbacks": (
        Callbacks(ahead=1, invite_ms=Millis(2), retry_ms=Millis(0), attempts=1, expires_ms=Millis(4)),
        Callbacks(ahead=0, invite_ms=Millis(4), retry_ms=Millis(2), attempts=3, expires_ms=Millis(12)),
        None,
    ),
    "hours": (EARLY, LATE, LATE, NEVER),
    "is_open": (False,),
    "channels": ((Channel.VOICE,), (Channel.CHAT, Channel.VIDEO), (Channel.VOICE, Channel.VIDEO, Channel.CHAT)),
    "policy": (MediaPolicy.RELAY,),
    "ring_ms": (2, 3, 4),
    "declined_ms": (0, 4),
    "missed_ms": (0, 4),
}
OF_AN_AGENT: dict[str, tuple[Any, ...]] = {
    "groups": ((SALES,), (SUPPORT, EXPERTS), (SALES, SUPPORT, EXPERTS), ()),
    "memberships": (
        (Membership(group=SALES, delay_ms=Millis(2)),),
        (Membership(group=SALES, delay_ms=Millis(4)), Membership(group=SUPPORT, delay_ms=Millis(1))),
        (Membership(group=SUPPORT, head_start_ms=Millis(3)), Membership(group=SALES, head_start_ms=Millis(1))),
        (Membership(group=EXPERTS, head_start_ms=Millis(10), delay_ms=Millis(3)),),
    ),
    "skills": (
        (),
        (Skill(skill=GERMAN, level=3), Skill(skill=FRENCH, level=3)),
        (Skill(skill=LAW, level=1), Skill(skill=GERMAN, level=2)),
    ),
    "capacity": (
        Capacity(chat=2, interruptions=(LIVE_WHILE_CHAT, CHAT_WHILE_LIVE)),
        Capacity(live=2, chat=1, interruptions=()),
        Capacity(live=0, chat=3),
        Capacity(chat=0, message=0),
        Capacity(live=1, chat=2, message=2, interruptions=(Interruption(busy=Kind.LIVE, by=Kind.MESSAGE),)),
    ),
}
OF_THE_SITE: dict[str, tuple[Any, ...]] = {
    "departments": ((SALES,), (SALES, SUPPORT), (SUPPORT, EXPERTS)),
    "staff": ((ANA, BEN), (BEN, CHRIS, DORA)),
    "contacts_per_visitor": (1, 2),
    "point_ms": (2, 5),
    "patience": (
        Patience(
            caller_queued_ms=Millis(2),
            caller_talking_ms=Millis(2),
            agent_ms=Millis(2),
            leaving_ms=Millis(4),
            setup_ms=Millis(2),
        ),
    ),
}


@dataclass(frozen=True)
class Oddity:
    """One rule of the site that is not the plain one."""

    of: str
    rule: str
    value: Any

    def __call__(self, site: Site) -> Site:
        change: dict[str, Any] = {self.rule: self.value}
        if self.rule == "staff":
            return replace(site, agents=tuple(agent for agent in site.agents if agent.id in self.value))
        if self.rule == "departments":
            return replace(site, groups=tuple(group for group in site.groups if group.id in self.value))
        if self.of == "site":
            return replace(site, **change)
        return replace(
            site,
            groups=tuple(replace(group, **change) if group.id == self.of else group for group in site.groups),
            agents=tuple(replace(agent, **change) if agent.id == self.of else agent for agent in site.agents),
        )


def _oddities(whose: tuple[str, ...], rules: dict[str, tuple[Any, ...]]) -> Iterator[Oddity]:
    # A rule with few values comes as often as one with many.
    for (name, values), of, number in product(rules.items(), whose, range(6)):
        yield Oddity(of=of, rule=name, value=values[number % len(values)])


ODDITIES = (
    *_oddities((SALES, SALES, SUPPORT, EXPERTS), OF_A_GROUP),
    *_oddities((ANA, BEN, CHRIS, DORA), OF_AN_AGENT),
    *_oddities(("site",), OF_THE_SITE),
)
ODDITY = st.integers(0, len(ODDITIES) - 1).map(lambda number: ODDITIES[number])


def _all(*agents: AgentId, **rules: Any) -> tuple[Oddity, ...]:
    return tuple(Oddity(of=of, rule=rule, value=value) for of in agents or STAFF for rule, value in rules.items())


def _sales(**rules: Any) -> tuple[Oddity, ...]:
    return tuple(Oddity(of=SALES, rule=rule, value=value) for rule, value in rules.items())


STAFF = (ANA, BEN, CHRIS, DORA)
EVERYWHERE = _all(groups=(SALES, SUPPORT))
LAST_RESORT = Answer(kind=AnswerKind.GROUP, group=SUPPORT)

THEMES: dict[str, tuple[Oddity, ...]] = {
    "plain": (),
    "skills": _sales(needs=NEEDS[2], relaxations=RELAXATIONS[1]),
    "must": _sales(needs=NEEDS[3], relaxations=RELAXATIONS[2]),
    "ring all": (*_sales(strategy="ring_all"), *_all(ANA, CHRIS, groups=(SALES,))),
    "round robin": (*_sales(strategy="round_robin"), *EVERYWHERE),
    "least occupied": (*_sales(strategy="least_occupied"), *EVERYWHERE, *_all(ANA, capacity=Capacity(chat=3))),
    "best skilled": (*_sales(strategy="best_skilled", needs=NEEDS[0], relaxations=RELAXATIONS[0]), *EVERYWHERE),
    "preferred agent": (*_sales(strategy="preferred_agent", returning_ms=16), *EVERYWHERE),
    "several at once": (
        *_all(capacity=Capacity(chat=2, message=2, interruptions=(LIVE_WHILE_CHAT,))),
        *_all(BEN, capacity=Capacity(live=2, chat=1, interruptions=(CHAT_WHILE_LIVE,))),
    ),
    "delays": (
        *_all(ANA, memberships=OF_AN_AGENT["memberships"][0]),
        *_all(BEN, memberships=OF_AN_AGENT["memberships"][1]),
        *_all(CHRIS, memberships=OF_AN_AGENT["memberships"][2]),
    ),
    "callbacks": (
        *_sales(callbacks=Callbacks(ahead=0, invite_ms=Millis(4), retry_ms=Millis(3), expires_ms=Millis(40))),
        *_all(BEN, CHRIS, groups=(SUPPORT,)),
    ),
    "hours": (*_sales(hours=LATE, when_closed=LAST_RESORT), Oddity(of=SUPPORT, rule="hours", value=EARLY)),
    "closing": _sales(hours=EARLY, when_closing=Answer(kind=AnswerKind.CALLBACK), after_hours_ms=2),
    "too long": (*_sales(max_wait_ms=4, when_too_long=LAST_RESORT), Oddity(of=SUPPORT, rule="max_wait_ms", value=2)),
    "service level": _sales(urgent_ms=6, urgent_at=50, level_ms=8),
    "understaffed": _sales(min_staff=2, empty_for=(Absence.BREAK, Absence.ENGAGED), when_empty=LAST_RESORT),
    "colleagues": _all(ANA, BEN, CHRIS, DORA, groups=(SALES,), capacity=Capacity()),
    "experts": (*_sales(needs=NEEDS[0], relaxations=RELAXATIONS[0]), *EVERYWHERE),
    "wrap-up": _sales(wrap_up=WrapUpRule.MANDATORY, codes=("sold", "lost")),
}
"""What a day may be about: oddities that make one thing come up again and again."""


def site_with(oddities: list[Oddity]) -> Site:
    """The plain site with these oddities. First what is odd about who is there at all."""
    site = NORMAL
    for oddity in sorted(oddities, key=lambda oddity: oddity.of != "site"):
        site = oddity(site)
    return site


Told = dict[str, object]
"""What core or oracle say of somebody, by name."""

# What may happen.

AGENTS = st.sampled_from([ANA, BEN, CHRIS, DORA])
CONTACTS = st.sampled_from([ContactId(f"c{number}") for number in range(1, 6)])
GROUPS = st.sampled_from([SALES, SALES, SUPPORT, EXPERTS])
CHANNELS = st.sampled_from([Channel.VOICE, Channel.VOICE, Channel.CHAT, Channel.CHAT, Channel.MESSAGE, Channel.VIDEO])
VISITORS = st.sampled_from([VisitorKey("v1"), VisitorKey("v2")])
PROCESSES = st.sampled_from([ProcessId("p1"), ProcessId("p2")])
EPOCHS = st.integers(0, 3).map(Epoch)
PARTIES = st.sampled_from(Party)
READY = Presence.AVAILABLE
PRESENCES = st.sampled_from([READY, READY, Presence.ONCE, Presence.BREAK, Presence.BUSY, Presence.OFFLINE])
DESKS = st.sampled_from([SessionId("desk"), SessionId("desk"), SessionId("desk"), SessionId("other desk")])
TABS = st.sampled_from([SessionId("tab"), SessionId("tab"), SessionId("tab"), SessionId("link")])
LEAVING = st.booleans()
FROM = st.none() | PROCESSES
OWN_NEEDS = st.sampled_from([(), (), *NEEDS])
PRIORITIES = st.sampled_from([0, 0, 1])
PREFERRED = st.none() | AGENTS
SOURCES = st.sampled_from(["telephone", "meeting"])
CODES = st.sampled_from(["", "sold", "nonsense"])
LEASES = st.sampled_from([0, 2, 4]).map(Millis)
WAITING = st.none() | st.sampled_from([Answer(), *ANSWERS])
SOON = st.sampled_from([-1, 0, 2, 5])

BRINGING_IN = st.sampled_from([ConferenceAsked, ConferenceAsked, HandOverAsked, HandOverAsked, ConsultEndAsked])
OF_MEDIA = st.sampled_from([MediaConnected, MediaConnected, MediaFailed, ContactContradicted])

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(CallerAttached, contact=CONTACTS, session=TABS, process=PROCESSES),
    st.builds(CallerDetached, contact=CONTACTS, session=TABS, leaving=LEAVING, process=FROM),
    st.builds(CallerHungUp, contact=CONTACTS),
    st.builds(CallbackChosen, contact=CONTACTS),
    st.builds(CallerReturned, contact=CONTACTS, session=TABS),
    st.builds(CallerAnswered, contact=CONTACTS, accepted=st.booleans()),
    st.builds(AgentSignedIn, agent=AGENTS, session=DESKS),
    st.builds(AgentAttached, agent=AGENTS, session=DESKS, process=PROCESSES),
    st.builds(AgentDetached, agent=AGENTS, session=DESKS, leaving=LEAVING, process=FROM),
    st.builds(AgentSignedOut, agent=AGENTS),
    st.builds(PresenceChosen, agent=AGENTS, presence=PRESENCES, reason=st.sampled_from(["", "lunch"])),
    st.builds(AgentHealthChanged, agent=AGENTS, session=DESKS, health=st.sampled_from(Health)),
    st.builds(OfferAccepted, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(OfferDeclined, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS, busy=st.booleans()),
    st.builds(MediaConnected, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(MediaFailed, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(AgentHungUp, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(
        TransferAsked, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS, to_agent=st.none() | AGENTS, to_group=GROUPS
    ),
    st.builds(HoldAsked, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS, on=st.booleans()),
    st.builds(
        ConsultAsked,
        agent=AGENTS,
        contact=CONTACTS,
        epoch=EPOCHS,
        consult=CONTACTS,
        to_agent=st.none() | AGENTS,
        to_group=GROUPS,
    ),
    st.builds(ConsultEndAsked, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(ConferenceAsked, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(HandOverAsked, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(WrapUpFinished, agent=AGENTS, contact=CONTACTS, code=CODES),
    st.builds(ContactContradicted, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(AgentElsewhere, agent=AGENTS, source=SOURCES, for_ms=LEASES),
    st.builds(GroupClosed, group=GROUPS, waiting=WAITING),
    st.builds(GroupReopened, group=GROUPS),
    st.builds(AssignmentAsked, contact=CONTACTS, agent=AGENTS),
    st.builds(EndAsked, contact=CONTACTS),
    st.builds(ProcessLost, process=PROCESSES),
    st.builds(TimeSkipped, skipped_ms=st.sampled_from([-1, 0, 1, 2, 5]).map(Millis)),
    st.just(Ticked()),
)

# What browsers say when connections come and go, always of the right session.
CONNECTIONS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(CallerAttached, contact=CONTACTS, session=st.just(SessionId("tab")), process=PROCESSES),
    st.builds(CallerDetached, contact=CONTACTS, session=st.just(SessionId("tab")), leaving=LEAVING),
    st.builds(AgentAttached, agent=AGENTS, session=st.just(SessionId("desk")), process=PROCESSES),
    st.builds(AgentDetached, agent=AGENTS, session=st.just(SessionId("desk")), leaving=LEAVING),
    st.builds(AgentHealthChanged, agent=AGENTS, session=st.just(SessionId("desk")), health=st.sampled_from(Health)),
)


class AnyDay(RuleBasedStateMachine):
    """The core, a replica that folds what it decides, and the oracle, told the same facts."""

    themes: ClassVar[tuple[str, ...]] = tuple(THEMES)

    def __init__(self) -> None:
        super().__init__()
        self.theme: list[Oddity] = []
        self.at = self.told_at = DAYBREAK
        self.core = Core()
        self.replica = Core()
        self.oracle = Oracle(opening)
        self.open: set[str] = set()
        self.last: Fact = Ticked()

    def happen(self, fact: Fact, at: Millis | None = None) -> list[Decision]:
        at = self.at if at is None else at
        decisions = self.core.decide(fact, at)
        self.told_at = max(self.told_at, at)
        for decision in decisions:
            self.replica.evolve(decision, self.told_at)
            if isinstance(decision, Admit | Consult):
                self.open.add(decision.contact)
            elif isinstance(decision, EndContact):
                self.open.remove(decision.contact)
        self.oracle.happen(fact, at)
        told, expected = Counter(_news(decisions)), Counter(self.oracle.news)
        assert told == expected, f"only the core says {told - expected}, only the oracle {expected - told}"
        self.last = fact
        return decisions

    def settle(self) -> None:
        """Deal with what is over already, such as what lasts for no time at all."""
        for _ in range(50):
            if self.core.next_deadline is None or self.core.next_deadline > self.at:
                return
            assert self.happen(Ticked()), "a deadline decides something"
        raise AssertionError("it never settles")

    # Whole flows, so that days get somewhere.

    @initialize(pick=st.integers(0, 999), oddities=st.lists(ODDITY, max_size=3), absent=st.sets(AGENTS, max_size=2))
    def morning(self, pick: int, oddities: list[Oddity], absent: set[AgentId]) -> None:
        self.theme = [*THEMES[self.themes[pick % len(self.themes)]], *oddities]
        self.happen(SiteConfigured(site=site_with(self.theme)))
        for agent in sorted(set(STAFF) - absent):
            self.come_to_work(agent, ProcessId("p1"), READY)

    @rule(oddities=st.lists(ODDITY, max_size=3))
    def the_rules_change(self, oddities: list[Oddity]) -> None:
        self.happen(SiteConfigured(site=site_with([*self.theme, *oddities])))

    @rule(agent=AGENTS, process=PROCESSES, presence=st.sampled_from([READY, READY, Presence.ONCE]))
    def come_to_work(self, agent: AgentId, process: ProcessId, presence: Presence) -> None:
        self.happen(AgentSignedIn(agent=agent, session=SessionId("desk")))
        self.happen(AgentAttached(agent=agent, session=SessionId("desk"), process=process))
        self.happen(PresenceChosen(agent=agent, presence=presence))

    @rule(
        contact=CONTACTS,
        group=GROUPS,
        channel=CHANNELS,
        visitor=VISITORS,
        process=FROM,
        needs=OWN_NEEDS,
        priority=PRIORITIES,
        preferred=PREFERRED,
    )
    def call(
        self,
        contact: ContactId,
        group: GroupId,
        channel: Channel,
        visitor: VisitorKey,
        process: ProcessId | None,
        needs: tuple[Need, ...] = (),
        priority: int = 0,
        preferred: AgentId | None = None,
    ) -> None:
        session = SessionId("tab")
        self.happen(
            ContactRequested(
                contact=contact,
                session=session,
                group=group,
                channel=channel,
                visitor=visitor,
                needs=needs,
                priority=priority,
                preferred=preferred,
            )
        )
        if process is not None:
            self.happen(CallerAttached(contact=contact, session=session, process=process))

    @rule(contact=CONTACTS, group=GROUPS, channel=CHANNELS, visitor=VISITORS, due_in=st.none() | SOON)
    def ask_for_a_callback(
        self, contact: ContactId, group: GroupId, channel: Channel, visitor: VisitorKey, due_in: int | None
    ) -> None:
        due_at = None if due_in is None else Millis(self.at + due_in)
        session = SessionId("tab")
        self.happen(
            ContactRequested(
                contact=contact,
                session=session,
                group=group,
                channel=channel,
                visitor=visitor,
                callback=True,
                due_at=due_at,
            )
        )

    @rule(groups=st.lists(GROUPS, min_size=2, max_size=5), channel=CHANNELS, held=st.sampled_from([False, False, True]))
    def rush(self, groups: list[GroupId], channel: Channel, held: bool) -> None:
        for number, group in enumerate(groups, 1):
            contact, visitor = ContactId(f"c{number}"), VisitorKey(f"v{1 + number % 2}")
            if held:
                self.ask_for_a_callback(contact, group, channel, visitor, None)
            else:
                self.call(contact, group, channel, visitor, ProcessId("p1"))

    @rule()
    def everybody_at_work(self) -> None:
        for agent in list(self.core.state.agents):
            self.come_to_work(agent, ProcessId("p2"), READY)

    @precondition(lambda self: self._ringing())
    @rule(choice=st.integers(0, 7), how=st.sampled_from(["accept", "accept", "decline", "busy"]))
    def answer(self, choice: int, how: str) -> None:
        contact, agent, epoch = self._chosen(choice, self._ringing())
        if how == "accept":
            self.happen(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
        else:
            self.happen(OfferDeclined(agent=agent, contact=contact, epoch=epoch, busy=how == "busy"))

    @precondition(lambda self: self._served(Phase.CONNECTING))
    @rule(choice=st.integers(0, 4), party=PARTIES, fact=st.sampled_from([MediaConnected, MediaConnected, MediaFailed]))
    def media(self, choice: int, party: Party, fact: type[MediaConnected | MediaFailed]) -> None:
        contact, _, epoch = self._chosen(choice, self._served(Phase.CONNECTING))
        self.happen(fact(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._ringing())
    @rule(choice=st.integers(0, 7), fails=st.sampled_from([False, False, True]))
    def answer_and_connect(self, choice: int, fails: bool) -> None:
        contact, agent, epoch = self._chosen(choice, self._ringing())
        self.happen(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
        if fails:
            self.happen(MediaFailed(contact=contact, epoch=epoch, party=Party.CALLER))
        else:
            for party in Party:
                self.happen(MediaConnected(contact=contact, epoch=epoch, party=party))

    @rule()
    def everybody_answers(self) -> None:
        for contact, agent, epoch in self._ringing():
            self.happen(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
            for party in Party:
                self.happen(MediaConnected(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._ringing())
    @rule(choice=st.integers(0, 7), agent=AGENTS, epochs_ago=st.sampled_from([0, 0, 1, 1, -1]))
    def somebody_answers_for_another_or_too_late(self, choice: int, agent: AgentId, epochs_ago: int) -> None:
        contact, _, epoch = self._chosen(choice, self._ringing())
        self.happen(OfferAccepted(agent=agent, contact=contact, epoch=Epoch(epoch - epochs_ago)))

    @precondition(lambda self: self._served(Phase.CONNECTING, Phase.TALKING))
    @rule(choice=st.integers(0, 4), how=st.sampled_from(["agent", "agent", "caller", "no agent", "no caller"]))
    def end_or_deny(self, choice: int, how: str) -> None:
        contact, agent, epoch = self._chosen(choice, self._served(Phase.CONNECTING, Phase.TALKING))
        match how:
            case "agent":
                self.happen(AgentHungUp(agent=agent, contact=contact, epoch=epoch))
            case "caller":
                self.happen(CallerHungUp(contact=contact))
            case _:
                party = Party.AGENT if how == "no agent" else Party.CALLER
                self.happen(ContactContradicted(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._served(Phase.TALKING))
    @rule(
        choice=st.integers(0, 4),
        to_agent=st.none() | AGENTS,
        to_group=st.none() | GROUPS,
        needs=st.sampled_from(NEEDS),
    )
    def hand_on(self, choice: int, to_agent: AgentId | None, to_group: GroupId | None, needs: tuple[Need, ...]) -> None:
        contact, agent, epoch = self._chosen(choice, self._served(Phase.TALKING))
        self.happen(
            TransferAsked(agent=agent, contact=contact, epoch=epoch, to_agent=to_agent, to_group=to_group, needs=needs)
        )

    @precondition(lambda self: self._voices())
    @rule(
        choice=st.integers(0, 4),
        consult=CONTACTS,
        to_agent=st.none() | AGENTS,
        to_group=st.none() | GROUPS,
        needs=st.sampled_from([(), *NEEDS]),
    )
    def ask_a_colleague(
        self,
        choice: int,
        consult: ContactId,
        to_agent: AgentId | None,
        to_group: GroupId | None,
        needs: tuple[Need, ...],
    ) -> None:
        contact, agent, epoch = self._chosen(choice, self._voices())
        self.happen(
            ConsultAsked(
                agent=agent,
                contact=contact,
                epoch=epoch,
                consult=consult,
                to_agent=to_agent,
                to_group=to_group,
                needs=needs,
            )
        )

    @precondition(lambda self: self._asked_about())
    @rule(
        choice=st.integers(0, 4),
        how=BRINGING_IN,
    )
    def bring_the_colleague_in(self, choice: int, how: type[ConferenceAsked | HandOverAsked | ConsultEndAsked]) -> None:
        contact, agent, epoch = self._chosen(choice, self._asked_about())
        self.happen(how(agent=agent, contact=contact, epoch=epoch))

    @rule(
        group=GROUPS,
        to_agent=st.none() | AGENTS,
        to_group=st.none() | GROUPS,
        how=st.none() | st.sampled_from([ConferenceAsked, HandOverAsked]),
        but=st.none() | st.none() | PARTIES,
    )
    def a_call_and_a_colleague(
        self,
        group: GroupId,
        to_agent: AgentId | None,
        to_group: GroupId | None,
        how: type[ConferenceAsked | HandOverAsked] | None,
        but: Party | None,
    ) -> None:
        if not self._voices():
            self.call(ContactId("c1"), group, Channel.VOICE, VisitorKey("v1"), ProcessId("p1"))
            self.everybody_answers()
        for contact, agent, epoch in self._voices()[:1]:
            asks = ConsultAsked(
                agent=agent,
                contact=contact,
                epoch=epoch,
                consult=ContactId("c5"),
                to_agent=to_agent,
                to_group=to_group,
            )
            self.happen(asks)
            if how is not None:
                self.everybody_answers()
                self.happen(how(agent=agent, contact=contact, epoch=epoch))
                self.the_third_connects(but)

    @precondition(lambda self: self._voices())
    @rule(to_agent=st.none() | AGENTS, how=st.sampled_from(["asker", "colleague", "lost", "denied"]))
    def a_colleague_joins_and_goes_and_another_is_asked(self, to_agent: AgentId | None, how: str) -> None:
        contact, agent, epoch = self._voices()[0]
        for colleague in (to_agent, None):
            self.happen(
                ConsultAsked(agent=agent, contact=contact, epoch=epoch, consult=ContactId("c5"), to_agent=colleague)
            )
            self.everybody_answers()
            self.happen(ConferenceAsked(agent=agent, contact=contact, epoch=epoch))
            self.the_third_connects(None)
            self._the_colleague_goes(contact, how)

    @precondition(lambda self: self._joining())
    @rule(but=st.none() | PARTIES, how=OF_MEDIA)
    def of_the_third(self, but: Party | None, how: type[MediaConnected | MediaFailed | ContactContradicted]) -> None:
        contact, epoch = self._joining()[0]
        self.happen(how(contact=contact, epoch=epoch, party=but or Party.CALLER))

    @precondition(lambda self: self._joining())
    @rule(but=st.none() | PARTIES)
    def the_third_connects(self, but: Party | None) -> None:
        for contact, epoch in self._joining():
            for party in Party:
                if party is not but:
                    self.happen(MediaConnected(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._voices())
    @rule(choice=st.integers(0, 4), on=st.booleans())
    def hold(self, choice: int, on: bool) -> None:
        contact, agent, epoch = self._chosen(choice, self._voices())
        self.happen(HoldAsked(agent=agent, contact=contact, epoch=epoch, on=on))

    @precondition(lambda self: self._wrapping_up())
    @rule(choice=st.integers(0, 4), code=CODES)
    def finish_the_work(self, choice: int, code: str) -> None:
        there = self._wrapping_up()
        agent, contact = there[choice % len(there)]
        self.happen(WrapUpFinished(agent=agent, contact=contact, code=code))

    @precondition(lambda self: self._in_line())
    @rule(choice=st.integers(0, 4), due_in=st.none() | SOON)
    def choose_a_callback(self, choice: int, due_in: int | None) -> None:
        there = self._in_line()
        due_at = None if due_in is None else Millis(self.at + due_in)
        self.happen(CallbackChosen(contact=there[choice % len(there)], due_at=due_at))

    @precondition(lambda self: self._called_back())
    @rule(choice=st.integers(0, 4), session=st.sampled_from([SessionId("tab"), SessionId("link")]), arrives=LEAVING)
    def open_the_link(self, choice: int, session: SessionId, arrives: bool) -> None:
        there = self._called_back()
        contact = there[choice % len(there)]
        self.happen(CallerReturned(contact=contact, session=session))
        if arrives:
            self.happen(CallerAttached(contact=contact, session=session, process=ProcessId("p2")))

    @precondition(lambda self: self._in_question())
    @rule(choice=st.integers(0, 4), accepted=st.booleans())
    def answer_the_question(self, choice: int, accepted: bool) -> None:
        there = self._in_question()
        self.happen(CallerAnswered(contact=there[choice % len(there)], accepted=accepted))

    @precondition(lambda self: self._in_line())
    @rule(choice=st.integers(0, 4), agent=AGENTS)
    def assign_by_hand(self, choice: int, agent: AgentId) -> None:
        there = self._in_line()
        self.happen(AssignmentAsked(contact=there[choice % len(there)], agent=agent))

    @rule(agent=AGENTS, source=SOURCES, for_ms=LEASES)
    def the_telephone_rings(self, agent: AgentId, source: str, for_ms: Millis) -> None:
        self.happen(AgentElsewhere(agent=agent, source=source, for_ms=for_ms))

    @rule(group=GROUPS, waiting=WAITING, reopens=LEAVING)
    def close(self, group: GroupId, waiting: Answer | None, reopens: bool) -> None:
        self.happen(GroupReopened(group=group) if reopens else GroupClosed(group=group, waiting=waiting))

    @rule(fact=CONNECTIONS | FACTS)
    def anything(self, fact: Fact) -> None:
        self.happen(fact)

    @rule(fact=FACTS, late=st.integers(1, 3))
    def anything_from_an_earlier_moment(self, fact: Fact, late: int) -> None:
        self.happen(fact, Millis(self.at - late))

    # Time.

    @rule(length=st.sampled_from([1, 2, 2, 4]))
    def time_passes(self, length: int) -> None:
        self.at = Millis(self.at + length)

    @rule(before=st.sampled_from([0, 0, 1, 2]))
    def the_minute_is_nearly_over(self, before: int) -> None:
        self.at = max(self.at, Millis((self.at // MINUTE + 1) * MINUTE - before))

    @rule(length=st.sampled_from([1, 2, 4, 6]))
    def nobody_decides(self, length: int) -> None:
        self.at = Millis(self.at + length)
        self.happen(TimeSkipped(skipped_ms=Millis(length)))

    @precondition(lambda self: self.core.next_deadline is not None)
    @rule()
    def the_next_deadline_passes(self) -> None:
        before = self.core.state.records()
        deadline = self.core.next_deadline
        assert deadline is not None
        if deadline > self.told_at:
            early = Core(State.restore(before))
            assert early.decide(Ticked(), Millis(deadline - 1)) == [], "nothing ends before the next deadline"
        self.at = max(self.at, deadline)
        assert self.happen(Ticked()), "something ends at the next deadline"

    # What must not matter.

    @precondition(lambda self: not isinstance(self.last, TimeSkipped | AssignmentAsked))
    @rule()
    def again(self) -> None:
        last = self.last
        contact = self.core.state.contacts.get(getattr(last, "contact", ContactId("")))
        if contact is not None and getattr(last, "epoch", Epoch(0)) > contact.epoch:
            # Of an assignment yet to come: the second time it may be true.
            return
        self.happen(last)
        self.settle()
        before = self.core.state.records()
        self.happen(last)
        after = self.core.state.records()
        assert replace(after, at=before.at) == before, "a fact told twice happened once"

    @rule()
    def restart(self) -> None:
        deadline = self.core.next_deadline
        self.core = Core(State.restore(self.core.state.records()))
        assert self.core.next_deadline == deadline
        self.happen(Ticked())

    # What stays true.

    @invariant()
    def a_fold_of_the_decisions_is_the_state(self) -> None:
        assert self.replica.state.records() == self.core.state.records()
        assert self.replica.next_deadline == self.core.next_deadline

    @invariant()
    def nothing_is_lost(self) -> None:
        assert set(self.core.state.contacts) == self.open == set(self.oracle.calls)

    @invariant()
    def nobody_does_too_much_and_nobody_is_served_twice(self) -> None:
        state = self.core.state
        held: list[tuple[str, str, str]] = []
        for contact in state.contacts.values():
            assert (contact.phase is Phase.OFFERED) == bool(contact.ringing)
            assert contact.agent is None or not contact.ringing
            if len(contact.ringing) > 1:
                assert self.oracle.calls[contact.id].shared
            held += [(ring.agent, contact.id, "offered") for ring in contact.ringing]
            if contact.agent is not None:
                held.append((contact.agent, contact.id, contact.phase.value))
        slots = [(agent.id, slot) for agent in state.agents.values() for slot in agent.slots]
        assert sorted(held) == sorted(
            (agent, slot.contact, "talking" if slot.routing.value == "held" else slot.routing.value)
            for agent, slot in slots
            if slot.routing.value != "wrap_up"
        )
        for agent in state.agents.values():
            busy = [slot for slot in agent.slots if slot.routing.value != "wrap_up"]
            assert sum(slot.channel in {Channel.VOICE, Channel.VIDEO} for slot in busy) <= 1
            assert sum(slot.channel is Channel.CHAT for slot in busy) <= 3
            assert sum(slot.channel is Channel.MESSAGE for slot in busy) <= 2
            assert sum(slot.routing.value in {"offered", "connecting"} for slot in busy) <= 1

    @invariant()
    def consultations_and_guests_belong_to_a_call(self) -> None:
        contacts = self.core.state.contacts
        for contact in contacts.values():
            if contact.about is not None:
                about = contacts[contact.about]
                assert about.consult == contact.id
                assert about.phase is Phase.TALKING
                assert about.agent == contact.asker
                assert about.about is None
            if contact.guest is not None:
                advice = contacts[contact.guest.consult]
                assert advice.phase is Phase.TALKING
                assert (advice.about, advice.agent) == (contact.id, contact.guest.agent)
                assert contact.guest.agent != contact.agent
                assert contact.guest.epoch > contact.epoch
                assert contact.guest.is_connected == (contact.guest.media == frozenset(Party))

    @invariant()
    def nobody_is_idle_beside_somebody_who_waits(self) -> None:
        # Of the world as it was when the core was last asked.
        calls, workers = self.oracle.calls.values(), self.oracle.workers.values()
        assert not [(call.id, worker.id) for call in calls for worker in workers if self.oracle.fits(call, worker)]

    @invariant()
    def contacts_are_where_the_oracle_says(self) -> None:
        state = self.core.state
        told: dict[str, Told] = {contact.id: _of_contact(contact, state) for contact in state.contacts.values()}
        _agree(told, {call.id: _of_call(call, self.oracle) for call in self.oracle.calls.values()})

    @invariant()
    def agents_are_where_the_oracle_says(self) -> None:
        told: dict[str, Told] = {agent.id: _of_agent(agent) for agent in self.core.state.agents.values()}
        _agree(told, {worker.id: _of_worker(worker, self.oracle) for worker in self.oracle.workers.values()})

    @invariant()
    def groups_are_where_the_oracle_says(self) -> None:
        told: dict[str, Told] = {group: _of_group(known) for group, known in self.core.state.groups.items()}
        _agree(told, {group: _of_door(door) for group, door in self.oracle.doors.items()})

    @invariant()
    def visitors_are_remembered_as_the_oracle_says(self) -> None:
        told = {
            visitor: (memory.kind.value, memory.agent, memory.until)
            for visitor, memory in self.core.state.visitors.items()
        }
        assert told == {
            visitor: (memory.kind, memory.agent, memory.until) for visitor, memory in self.oracle.memories.items()
        }

    @invariant()
    def the_next_deadline_is_the_next_change(self) -> None:
        assert self.core.next_deadline == self.oracle.next_moment()

    @invariant()
    def counters_are_what_a_recount_says(self) -> None:
        state, oracle = self.core.state, self.oracle
        visitors = Counter(call.visitor for call in oracle.calls.values())
        for visitor in ("v1", "v2"):
            assert state.open_contacts(VisitorKey(visitor)) == visitors[visitor]
        for group in map(GroupId, oracle.groups):
            assert state.waiting(group) == oracle.waiting(group)
            of_group = [worker for worker in oracle.workers.values() if group in worker.profile.groups]
            assert state.agents_staffing(group) == sum(worker.at_work for worker in of_group)
            assert state.agents_ready(group) == sum(oracle.takes(worker, Kind.LIVE) for worker in of_group)

    def teardown(self) -> None:
        """Everybody closes the browser; left alone for long enough, every contact ends but the written ones."""
        site = self.core.state.site
        if site is None:
            return
        for process in ("p1", "p2"):
            self.happen(ProcessLost(process=ProcessId(process)))
        self.happen(SiteConfigured(site=replace(site, groups=tuple(replace(g, hours=None) for g in site.groups))))
        for _ in range(300):
            if self.core.next_deadline is None:
                break
            self.the_next_deadline_passes()
        assert self.core.next_deadline is None
        assert {contact.channel for contact in self.core.state.contacts.values()} <= {Channel.MESSAGE}
        assert not [agent for agent in self.core.state.agents.values() if agent.slots or agent.endpoint]
        self.counters_are_what_a_recount_says()

    def _ringing(self) -> list[tuple[ContactId, AgentId, Epoch]]:
        contacts = self.core.state.contacts.values()
        return [(contact.id, ring.agent, contact.epoch) for contact in contacts for ring in contact.ringing]

    def _served(self, *phases: Phase) -> list[tuple[ContactId, AgentId, Epoch]]:
        return [
            (contact.id, contact.agent, contact.epoch)
            for contact in self.core.state.contacts.values()
            if contact.phase in phases and contact.agent is not None
        ]

    def _chosen(self, choice: int, there: list[tuple[ContactId, AgentId, Epoch]]) -> tuple[ContactId, AgentId, Epoch]:
        return there[choice % len(there)]

    def _wrapping_up(self) -> list[tuple[AgentId, ContactId]]:
        return [
            (agent.id, slot.contact)
            for agent in self.core.state.agents.values()
            for slot in agent.slots
            if slot.routing.value == "wrap_up"
        ]

    def _which(self, is_so: Callable[[Contact], bool]) -> list[ContactId]:
        return [contact.id for contact in self.core.state.contacts.values() if is_so(contact)]

    def _voices(self) -> list[tuple[ContactId, AgentId, Epoch]]:
        """Who talks to a caller, and could hold them."""
        contacts = self.core.state.contacts
        served = self._served(Phase.TALKING)
        return [one for one in served if contacts[one[0]].kind is Kind.LIVE and contacts[one[0]].about is None]

    def _asked_about(self) -> list[tuple[ContactId, AgentId, Epoch]]:
        contacts = self.core.state.contacts
        return [there for there in self._served(Phase.TALKING) if contacts[there[0]].consult is not None]

    def _the_colleague_goes(self, contact: ContactId, how: str) -> None:
        about = self.core.state.contacts[contact]
        if about.consult is None or about.agent is None:
            return
        advice = self.core.state.contacts[about.consult]
        if how == "asker" or advice.agent is None:
            self.happen(ConsultEndAsked(agent=about.agent, contact=contact, epoch=about.epoch))
        elif how == "colleague":
            self.happen(AgentHungUp(agent=advice.agent, contact=advice.id, epoch=advice.epoch))
        elif how == "lost":
            self.happen(AgentSignedOut(agent=advice.agent))
        else:
            self.happen(ContactContradicted(contact=advice.id, epoch=advice.epoch, party=Party.AGENT))

    def _joining(self) -> list[tuple[ContactId, Epoch]]:
        contacts = self.core.state.contacts.values()
        return [(contact.id, contact.guest.epoch) for contact in contacts if contact.guest is not None]

    def _in_line(self) -> list[ContactId]:
        return self._which(lambda contact: contact.phase in {Phase.QUEUED, Phase.OFFERED})

    def _called_back(self) -> list[ContactId]:
        return self._which(lambda contact: contact.callback is not None)

    def _in_question(self) -> list[ContactId]:
        return self._which(lambda contact: contact.question is not None)


# The same of both, side by side, to be compared by name.


def _of_contact(contact: Contact, state: State) -> Told:
    question, callback, guest = contact.question, contact.callback, contact.guest
    return {
        "phase": contact.phase.value,
        "place": (contact.group, contact.channel, contact.asked_at - contact.head_start_ms, contact.sequence),
        "position": state.position(contact.id),
        "agent": contact.agent,
        "ringing": {ring.agent: ring.expires_at for ring in contact.ringing},
        "epoch": contact.epoch,
        "deadline": contact.deadline,
        "media": set(contact.media),
        "excluded": dict(contact.excluded),
        "setup failures": contact.setup_failures,
        "failed offers": contact.failed_offers,
        "caller": (contact.caller.session, contact.caller.process, contact.caller.grace_until),
        "steps": [(step.needs, step.agent, step.for_ms, step.by_hand) for step in contact.steps],
        "step": (contact.step, contact.step_until),
        "urgent at": contact.urgent_at,
        "too long at": contact.too_long_at,
        "visited": list(contact.visited),
        "question": question and (question.answer, question.reason.value, question.until),
        "consultation": (contact.about, contact.asker, contact.consult, contact.consult_ended),
        "guest": guest
        and (guest.agent, guest.consult, guest.epoch, guest.deadline, set(guest.media), guest.takes_over),
        "callback": callback
        and (
            callback.due_at,
            callback.retry_at,
            callback.attempt,
            callback.invited_until,
            callback.expires_at,
        ),
    }


def _of_call(call: Call, oracle: Oracle) -> Told:
    question, promise, third = call.question, call.promise, call.third
    return {
        "phase": call.phase,
        "place": (call.group, call.channel, *call.place()),
        "position": oracle.position(call) if call.in_line else None,
        "agent": call.agent,
        "ringing": call.rings,
        "epoch": call.epoch,
        "deadline": call.until,
        "media": call.media,
        "excluded": call.barred,
        "setup failures": call.failures,
        "failed offers": call.failed_offers,
        "caller": (call.caller.session, call.caller.where, call.caller.away_until),
        "steps": [(wish.needs, wish.agent, wish.length, wish.by_hand) for wish in call.wishes],
        "step": (call.wish, call.wish_until),
        "urgent at": call.urgent_at,
        "too long at": call.too_long_at,
        "visited": call.been_in,
        "question": question and (question.answer, question.why, question.until),
        "consultation": (call.about, call.asker, call.advice, call.advice_ended),
        "guest": third and (third.agent, third.advice, third.epoch, third.until, third.media, third.will_have_it),
        "callback": promise
        and (promise.due, promise.pause_until, promise.invitations, promise.invited_until, promise.expires),
    }


def _of_agent(agent: AgentState) -> Told:
    endpoint = agent.endpoint
    return {
        "presence": (agent.presence.value, agent.presence_reason, agent.health.value),
        "session": endpoint and (endpoint.session, endpoint.process, endpoint.grace_until),
        "slots": {slot.contact: (slot.channel, slot.routing.value, slot.deadline) for slot in agent.slots},
        "responding": (agent.is_responding, agent.not_responding_until),
        "elsewhere": dict(agent.elsewhere),
        "idle since": agent.idle_since,
        "back-off": agent.back_off_until or None,
    }


def _of_worker(worker: Worker, oracle: Oracle) -> Told:
    person = worker.person
    return {
        "presence": (worker.presence, worker.reason, worker.health),
        "session": (person.session, person.where, person.away_until) if person.session else None,
        "slots": {
            slot.call: (slot.channel, slot.doing, _until(worker, slot, oracle)) for slot in worker.slots.values()
        },
        "responding": (worker.responding, worker.silent_until),
        "elsewhere": worker.elsewhere,
        "idle since": worker.idle_since,
        "back-off": worker.quiet_until,
    }


def _until(worker: Worker, slot: Slot, oracle: Oracle) -> int | None:
    """When what is in the slot ends by itself."""
    if slot.doing == "wrap_up":
        return slot.until
    call = oracle.calls[slot.call]
    return call.rings.get(worker.id, call.until)


def _of_group(known: GroupState) -> Told:
    return {
        "open": (known.is_open, known.by_hand, known.changes_at),
        "serve until": known.serve_until,
        "waiting get": known.waiting,
        "last asked": known.last_asked,
    }


def _of_door(door: Door) -> Told:
    return {
        "open": (door.open_by_hours, door.by_hand, door.changes_at),
        "serve until": door.serve_until,
        "waiting get": door.answer,
        "last asked": door.last_asked,
    }


def _agree(core: Mapping[str, Told], oracle: Mapping[str, Told]) -> None:
    """Fail with what differs alone."""
    assert set(core) == set(oracle)
    differing = [
        f"{whose}, {what}: the core says {core[whose][what]}, the oracle {said}"
        for whose, all_said in oracle.items()
        for what, said in all_said.items()
        if core[whose][what] != said
    ]
    assert not differing, "\n".join(differing)


def _news(decisions: list[Decision]) -> Iterator[tuple[str, ...]]:
    """What the decisions tell people, in the oracle's words."""
    for decision in decisions:
        match decision:
            case Admit():
                yield "admitted", decision.contact, decision.group
            case Refuse():
                yield "refused", decision.contact, decision.reason, decision.answer.kind, decision.answer.group or ""
            case EndContact():
                yield "ended", decision.contact, decision.reason
            case MakeOffer():
                yield "offered", decision.contact, decision.agent
            case WithdrawOffer(reason=WithdrawReason.MISSED):
                yield "missed", decision.contact, decision.agent
            case RaiseAlarm():
                yield "alarm", decision.contact, str(decision.failed_offers)
            case Move():
                yield "moved", decision.contact, decision.group
            case AskCaller():
                answer = decision.answer
                yield "asked", decision.contact, answer.kind, answer.group or "", decision.reason
            case HoldPlace():
                yield "kept", decision.contact
            case InviteCaller():
                yield "invited", decision.contact, str(decision.attempt)
            case Hold():
                yield "held", decision.contact
            case Resume():
                yield "talking", decision.contact
            case Consult():
                yield "advice", decision.contact, decision.about, decision.group
            case Join():
                yield "joins", decision.contact, decision.agent, str(decision.epoch)
            case ConnectGuest():
                yield "conference", decision.contact
            case DismissGuest():
                yield "leaves", decision.contact, decision.agent, decision.reason
            case HandOver():
                yield "handed over", decision.contact, decision.agent, decision.to
            case EndWrapUp():
                yield "worked on", decision.agent, decision.contact, decision.code
            case _:
                pass
