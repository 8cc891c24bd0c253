"""Whatever happens, in whatever order: a day on a small site, beside a second opinion.

Three agents, five contacts, two groups and few, short lengths of time, so that the same ids
meet again and again and deadlines collide.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from acd.config import Agent, Channel, Group, Patience, Site
from acd.core import Core
from acd.decisions import Decision, EndContact, Refuse, WithdrawOffer, WithdrawReason
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
    Fact,
    Health,
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
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.state import State
from tests.acd.oracle import Oracle

SALES, SUPPORT = GroupId("sales"), GroupId("support")
BOTH = (Channel.VOICE, Channel.VIDEO)
NORMAL = Site(
    groups=(
        Group(id=SALES, ring_ms=Millis(4), wrap_up_ms=Millis(4), declined_ms=Millis(2), missed_ms=Millis(6)),
        Group(
            id=SUPPORT,
            ring_ms=Millis(2),
            wrap_up_ms=Millis(0),
            declined_ms=Millis(4),
            missed_ms=Millis(4),
            max_waiting=2,
        ),
    ),
    agents=(
        Agent(id=AgentId("ana"), groups=(SALES,)),
        Agent(id=AgentId("ben"), groups=(SALES, SUPPORT)),
        Agent(id=AgentId("chris"), groups=(SUPPORT, SALES)),
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
SITES = (
    NORMAL,
    replace(NORMAL, groups=(replace(NORMAL.groups[0], is_open=False), NORMAL.groups[1])),
    replace(NORMAL, groups=(replace(NORMAL.groups[0], channels=(Channel.VOICE,), ring_ms=Millis(2)), NORMAL.groups[1])),
    replace(NORMAL, groups=NORMAL.groups[:1]),
    replace(NORMAL, agents=NORMAL.agents[:2]),
    replace(NORMAL, agents=(*NORMAL.agents[:2], replace(NORMAL.agents[2], groups=(SUPPORT,)))),
)

AGENTS = st.sampled_from([agent.id for agent in NORMAL.agents])
CONTACTS = st.sampled_from([ContactId(f"c{number}") for number in range(1, 6)])
GROUPS = st.sampled_from([SALES, SALES, SUPPORT])
CHANNELS = st.sampled_from([Channel.VIDEO, Channel.VIDEO, Channel.VOICE])
VISITORS = st.sampled_from([VisitorKey("v1"), VisitorKey("v2")])
PROCESSES = st.sampled_from([ProcessId("p1"), ProcessId("p2")])
EPOCHS = st.integers(0, 3).map(Epoch)
PARTIES = st.sampled_from(Party)
PRESENCES = st.sampled_from([Presence.AVAILABLE, Presence.AVAILABLE, Presence.BREAK, Presence.OFFLINE])
DESKS = st.sampled_from([SessionId("desk"), SessionId("desk"), SessionId("desk"), SessionId("other desk")])
TABS = st.sampled_from([SessionId("tab"), SessionId("tab"), SessionId("tab"), SessionId("other tab")])
LEAVING = st.booleans()
FROM = st.none() | PROCESSES

FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(CallerAttached, contact=CONTACTS, session=TABS, process=PROCESSES),
    st.builds(CallerDetached, contact=CONTACTS, session=TABS, leaving=LEAVING, process=FROM),
    st.builds(CallerHungUp, contact=CONTACTS),
    st.builds(AgentSignedIn, agent=AGENTS, session=DESKS),
    st.builds(AgentAttached, agent=AGENTS, session=DESKS, process=PROCESSES),
    st.builds(AgentDetached, agent=AGENTS, session=DESKS, leaving=LEAVING, process=FROM),
    st.builds(AgentSignedOut, agent=AGENTS),
    st.builds(PresenceChosen, agent=AGENTS, presence=PRESENCES, reason=st.sampled_from(["", "lunch"])),
    st.builds(AgentHealthChanged, agent=AGENTS, session=DESKS, health=st.sampled_from(Health)),
    st.builds(OfferAccepted, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(OfferDeclined, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(MediaConnected, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(MediaFailed, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(AgentHungUp, agent=AGENTS, contact=CONTACTS, epoch=EPOCHS),
    st.builds(WrapUpFinished, agent=AGENTS, contact=CONTACTS, code=st.sampled_from(["", "sold"])),
    st.builds(ContactContradicted, contact=CONTACTS, epoch=EPOCHS, party=PARTIES),
    st.builds(ProcessLost, process=PROCESSES),
    st.builds(SiteConfigured, site=st.sampled_from(SITES)),
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

    def __init__(self) -> None:
        super().__init__()
        self.at = self.told_at = Millis(1000)
        self.core = Core()
        self.replica = Core()
        self.oracle = Oracle()
        self.last: Fact = Ticked()
        self.happen(SiteConfigured(site=NORMAL))

    def happen(self, fact: Fact, at: Millis | None = None) -> list[Decision]:
        at = self.at if at is None else at
        decisions = self.core.decide(fact, at)
        self.told_at = max(self.told_at, at)
        for decision in decisions:
            self.replica.evolve(decision, self.told_at)
        self.oracle.happen(fact, at)
        assert sorted(_news(decisions)) == sorted(self.oracle.news)
        self.last = fact
        return decisions

    # Whole flows, so that days get somewhere.

    @initialize(agents=st.lists(AGENTS, max_size=3, unique=True))
    def morning(self, agents: list[AgentId]) -> None:
        for agent in agents:
            self.come_to_work(agent, ProcessId("p1"))

    @rule(agent=AGENTS, process=PROCESSES)
    def come_to_work(self, agent: AgentId, process: ProcessId) -> None:
        self.happen(AgentSignedIn(agent=agent, session=SessionId("desk")))
        self.happen(AgentAttached(agent=agent, session=SessionId("desk"), process=process))
        self.happen(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))

    @rule(contact=CONTACTS, group=GROUPS, channel=CHANNELS, visitor=VISITORS, process=FROM)
    def call(
        self, contact: ContactId, group: GroupId, channel: Channel, visitor: VisitorKey, process: ProcessId | None
    ) -> None:
        session = SessionId("tab")
        self.happen(ContactRequested(contact=contact, session=session, group=group, channel=channel, visitor=visitor))
        if process is not None:
            self.happen(CallerAttached(contact=contact, session=session, process=process))

    @rule(groups=st.lists(GROUPS, min_size=2, max_size=5))
    def rush(self, groups: list[GroupId]) -> None:
        for number, group in enumerate(groups, 1):
            self.call(ContactId(f"c{number}"), group, Channel.VIDEO, VisitorKey(f"v{1 + number % 2}"), ProcessId("p1"))

    @rule()
    def everybody_at_work(self) -> None:
        for agent in list(self.core.state.agents):
            self.come_to_work(agent, ProcessId("p2"))

    @precondition(lambda self: self._contacts(Phase.OFFERED))
    @rule(choice=st.integers(0, 4), fact=st.sampled_from([OfferAccepted, OfferAccepted, OfferDeclined]))
    def answer(self, choice: int, fact: type[OfferAccepted | OfferDeclined]) -> None:
        contact, agent, epoch = self._chosen(choice, Phase.OFFERED)
        self.happen(fact(agent=agent, contact=contact, epoch=epoch))

    @precondition(lambda self: self._contacts(Phase.CONNECTING))
    @rule(choice=st.integers(0, 4), party=PARTIES, fact=st.sampled_from([MediaConnected, MediaConnected, MediaFailed]))
    def media(self, choice: int, party: Party, fact: type[MediaConnected | MediaFailed]) -> None:
        contact, _, epoch = self._chosen(choice, Phase.CONNECTING)
        self.happen(fact(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._contacts(Phase.OFFERED))
    @rule(choice=st.integers(0, 4), fails=st.booleans())
    def answer_and_connect(self, choice: int, fails: bool) -> None:
        contact, agent, epoch = self._chosen(choice, Phase.OFFERED)
        self.happen(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
        if fails:
            self.happen(MediaFailed(contact=contact, epoch=epoch, party=Party.CALLER))
        else:
            for party in Party:
                self.happen(MediaConnected(contact=contact, epoch=epoch, party=party))

    @precondition(lambda self: self._contacts(Phase.CONNECTING, Phase.TALKING))
    @rule(choice=st.integers(0, 4), party=PARTIES, hangs_up=st.booleans())
    def end_or_deny(self, choice: int, party: Party, hangs_up: bool) -> None:
        contact, agent, epoch = self._chosen(choice, Phase.CONNECTING, Phase.TALKING)
        if not hangs_up:
            self.happen(ContactContradicted(contact=contact, epoch=epoch, party=party))
        elif party is Party.AGENT:
            self.happen(AgentHungUp(agent=agent, contact=contact, epoch=epoch))
        else:
            self.happen(CallerHungUp(contact=contact))

    @rule(fact=CONNECTIONS)
    def connection(self, fact: Fact) -> None:
        self.happen(fact)

    @rule(fact=FACTS)
    def anything(self, fact: Fact) -> None:
        self.happen(fact)

    @rule(fact=FACTS, late=st.integers(1, 3))
    def anything_from_an_earlier_moment(self, fact: Fact, late: int) -> None:
        self.happen(fact, Millis(self.at - late))

    # Time.

    @rule(length=st.sampled_from([1, 2, 2, 4]))
    def time_passes(self, length: int) -> None:
        self.at = Millis(self.at + length)

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
        self.at = max(self.at, deadline)
        early = Core(State.restore(before))
        assert early.decide(Ticked(), Millis(deadline - 1)) == [], "nothing ends before the next deadline"
        assert self.happen(Ticked()), "something ends at the next deadline"

    # What must not matter.

    @precondition(lambda self: not isinstance(self.last, TimeSkipped))
    @rule()
    def again(self) -> None:
        self.happen(self.last)
        before = self.core.state.records()
        self.happen(self.last)
        after = self.core.state.records()
        assert replace(after, at=before.at) == before, "a fact told twice happened once"

    @rule()
    def restart(self) -> None:
        self.core = Core(State.restore(self.core.state.records()))
        self.happen(Ticked())

    # What stays true.

    @invariant()
    def a_fold_of_the_decisions_is_the_state(self) -> None:
        assert self.replica.state.records() == self.core.state.records()
        assert self.replica.next_deadline == self.core.next_deadline

    @invariant()
    def nobody_serves_two_and_nobody_is_served_twice(self) -> None:
        state = self.core.state
        served = {contact.agent: contact for contact in state.contacts.values() if contact.agent is not None}
        assert len(served) == sum(contact.agent is not None for contact in state.contacts.values())
        for agent_id, contact in served.items():
            agent = state.agents[agent_id]
            assert (agent.contact, agent.routing.value) == (contact.id, contact.phase.value)
        for agent in state.agents.values():
            if agent.routing in {Routing.OFFERED, Routing.CONNECTING, Routing.TALKING}:
                assert agent.id in served

    @invariant()
    def nobody_is_idle_beside_somebody_who_waits(self) -> None:
        # Of the world as it was when the core was last asked.
        calls, workers = self.oracle.calls.values(), self.oracle.workers.values()
        assert not [(call.id, worker.id) for call in calls for worker in workers if self.oracle.may_ring(call, worker)]

    @invariant()
    def contacts_are_where_the_oracle_says(self) -> None:
        told: dict[str, tuple[object, ...]] = {
            contact.id: (
                contact.phase,
                contact.agent,
                contact.epoch,
                contact.order,
                contact.deadline,
                contact.media,
                dict(contact.excluded),
                contact.setup_failures,
                contact.caller.process,
                contact.caller.grace_until,
                self.core.state.position(contact.id),
            )
            for contact in self.core.state.contacts.values()
        }
        assert told == {
            call.id: (
                call.phase,
                call.agent,
                call.epoch,
                call.place(),
                call.until,
                call.media,
                call.barred,
                call.failures,
                call.caller.where,
                call.caller.away_until,
                self.oracle.position(call) if call.phase in {"queued", "offered"} else None,
            )
            for call in self.oracle.calls.values()
        }

    @invariant()
    def agents_are_where_the_oracle_says(self) -> None:
        told: dict[str, tuple[object, ...]] = {
            agent.id: (
                agent.routing,
                agent.contact,
                agent.presence,
                agent.presence_reason,
                agent.health,
                agent.idle_since,
                agent.deadline,
                agent.back_off_until or None,
                agent.endpoint and (agent.endpoint.session, agent.endpoint.process, agent.endpoint.grace_until),
            )
            for agent in self.core.state.agents.values()
        }
        assert told == {
            worker.id: (
                worker.doing,
                worker.about,
                worker.presence,
                worker.reason,
                worker.health,
                worker.idle_since,
                worker.wrap_up_until,
                worker.quiet_until,
                (worker.person.session, worker.person.where, worker.person.away_until)
                if worker.person.session
                else None,
            )
            for worker in self.oracle.workers.values()
        }

    @invariant()
    def counters_are_what_a_recount_says(self) -> None:
        state, oracle = self.core.state, self.oracle
        deadlines = oracle.deadlines()
        assert self.core.next_deadline == (deadlines[0][0] if deadlines else None)
        visitors = Counter(call.visitor for call in oracle.calls.values())
        for visitor in ("v1", "v2"):
            assert state.open_contacts(VisitorKey(visitor)) == visitors[visitor]
        for group in (SALES, SUPPORT):
            assert state.waiting(group) == oracle.waiting(group)
            of_group = [worker for worker in oracle.workers.values() if group in worker.groups]
            assert state.agents_staffing(group) == sum(
                worker.presence == "available"
                and worker.person.session is not None
                and worker.doing != "not_responding"
                for worker in of_group
            )
            assert state.agents_ready(group) == sum(
                worker.presence == "available"
                and worker.doing == "idle"
                and worker.health != "lost"
                and worker.person.where is not None
                and worker.quiet_until is None
                for worker in of_group
            )

    def teardown(self) -> None:
        """Everybody closes the browser; left alone for long enough, every contact ends."""
        for process in ("p1", "p2"):
            self.happen(ProcessLost(process=ProcessId(process)))
        for _ in range(200):
            if self.core.next_deadline is None:
                break
            self.the_next_deadline_passes()
        assert not self.core.state.contacts
        assert not [agent for agent in self.core.state.agents.values() if agent.routing is not Routing.IDLE]
        assert self.core.next_deadline is None
        self.counters_are_what_a_recount_says()

    def _contacts(self, *phases: Phase) -> list[tuple[ContactId, AgentId, Epoch]]:
        return [
            (contact.id, contact.agent, contact.epoch)
            for contact in self.core.state.contacts.values()
            if contact.phase in phases and contact.agent is not None
        ]

    def _chosen(self, choice: int, *phases: Phase) -> tuple[ContactId, AgentId, Epoch]:
        there = self._contacts(*phases)
        return there[choice % len(there)]


def _news(decisions: list[Decision]) -> Iterator[tuple[str, str, str]]:
    for decision in decisions:
        match decision:
            case Refuse():
                yield "refused", decision.contact, decision.reason
            case EndContact():
                yield "ended", decision.contact, decision.reason
            case WithdrawOffer(reason=WithdrawReason.MISSED):
                yield "missed", decision.contact, decision.agent
            case _:
                pass
