"""A stage for the core: callers and agents act, the hands of the clock are moved by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from acd.config import Agent, Answer, Channel, Group, Patience, Site
from acd.core import Core
from acd.decisions import Decision, EndContact, EndReason, Refuse
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
    ContactRequested,
    EndAsked,
    Fact,
    GroupClosed,
    GroupReopened,
    Health,
    MediaConnected,
    MediaFailed,
    OfferAccepted,
    OfferDeclined,
    Party,
    Presence,
    PresenceChosen,
    SiteConfigured,
    Ticked,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.records import AgentState, Contact
from acd.state import State

SALES = GroupId("sales")
SUPPORT = GroupId("support")
HERE = ProcessId("pr_here")
ELSEWHERE = ProcessId("pr_elsewhere")

Made = TypeVar("Made")

SITE = Site(
    groups=(Group(id=SALES), Group(id=SUPPORT, wrap_up_ms=Millis(0))),
    agents=(),
    patience=Patience(),
    contacts_per_visitor=1,
)


class Desk:
    """One site on one day. Every fact that happens is also folded by a second core, which must agree."""

    def __init__(self, site: Site = SITE) -> None:
        self.core = Core()
        self.replica = Core()
        self.at = Millis(1_000_000)
        self.decided: list[Decision] = []
        self.happen(SiteConfigured(site=site))

    # Time and facts.

    def happen(self, fact: Fact) -> list[Decision]:
        """Tell a fact now; answers what was decided."""
        decisions = self.core.decide(fact, self.at)
        for decision in decisions:
            self.replica.evolve(decision, self.at)
        assert self.replica.state.records() == self.state.records(), "a fold of the decisions is the state"
        assert State.restore(self.state.records()).records() == self.state.records()
        self.decided += decisions
        return decisions

    def pass_time(self, seconds: float = 0) -> None:
        """Let time go by, from deadline to deadline."""
        end = Millis(self.at + round(seconds * 1000))
        while (deadline := self.core.next_deadline) is not None and deadline <= end:
            self.at = max(self.at, deadline)
            assert self.happen(Ticked()), "a deadline decides something"
        self.at = end

    # The site's rules.

    def configure(self, **changes: object) -> list[Decision]:
        return self.happen(SiteConfigured(site=replace(self.site, **changes)))  # type: ignore[arg-type]

    def group(self, group: GroupId, change: Callable[[Group], Group]) -> None:
        self.configure(groups=tuple(change(g) if g.id == group else g for g in self.site.groups))

    def rule(self, group: GroupId, **changes: Any) -> None:
        """From now on these are the rules of the group."""
        self.group(group, lambda known: replace(known, **changes))

    def hire(self, name: str, *groups: GroupId, **profile: Any) -> AgentId:
        agent = Agent(id=AgentId(name), groups=groups, **profile)
        self.configure(agents=(*self.site.agents, agent))
        return agent.id

    # What agents do.

    def ready_agent(self, name: str, *groups: GroupId, **profile: Any) -> AgentId:
        """An agent of these groups who is signed in, attached and available."""
        agent = self.hire(name, *groups, **profile)
        self.sign_in(agent)
        self.choose(agent, Presence.AVAILABLE)
        return agent

    def sign_in(self, agent: AgentId, session: str = "") -> SessionId:
        session_id = SessionId(session or f"desk of {agent}")
        self.happen(AgentSignedIn(agent=agent, session=session_id))
        self.attach_agent(agent)
        return session_id

    def attach_agent(self, agent: AgentId, process: ProcessId = HERE) -> list[Decision]:
        return self.happen(AgentAttached(agent=agent, session=self.session_of(agent), process=process))

    def detach_agent(self, agent: AgentId, *, leaving: bool = False) -> list[Decision]:
        return self.happen(AgentDetached(agent=agent, session=self.session_of(agent), leaving=leaving))

    def sign_out(self, agent: AgentId) -> list[Decision]:
        return self.happen(AgentSignedOut(agent=agent))

    def choose(self, agent: AgentId, presence: Presence, reason: str = "") -> list[Decision]:
        return self.happen(PresenceChosen(agent=agent, presence=presence, reason=reason))

    def beat(self, agent: AgentId, health: Health) -> list[Decision]:
        return self.happen(AgentHealthChanged(agent=agent, session=self.session_of(agent), health=health))

    def accept(self, agent: AgentId) -> list[Decision]:
        contact = self.rings_at(agent)
        return self.happen(OfferAccepted(agent=agent, contact=contact.id, epoch=contact.epoch))

    def decline(self, agent: AgentId, *, busy: bool = False) -> list[Decision]:
        contact = self.rings_at(agent)
        return self.happen(OfferDeclined(agent=agent, contact=contact.id, epoch=contact.epoch, busy=busy))

    def agent_hangs_up(self, agent: AgentId) -> list[Decision]:
        contact = self.served_by(agent)
        return self.happen(AgentHungUp(agent=agent, contact=contact.id, epoch=contact.epoch))

    def finish_wrap_up(self, agent: AgentId, code: str = "") -> list[Decision]:
        contact = self.agent(agent).contact
        assert contact is not None
        return self.happen(WrapUpFinished(agent=agent, contact=contact, code=code))

    # What others do.

    def elsewhere(self, agent: AgentId, seconds: float, source: str = "telephone") -> list[Decision]:
        """Another system says that it has the agent for so long; 0: no longer."""
        return self.happen(AgentElsewhere(agent=agent, source=source, for_ms=Millis(round(seconds * 1000))))

    def assign(self, contact: ContactId, agent: AgentId) -> list[Decision]:
        return self.happen(AssignmentAsked(contact=contact, agent=agent))

    def end(self, contact: ContactId) -> list[Decision]:
        return self.happen(EndAsked(contact=contact))

    def close(self, group: GroupId = SALES, waiting: Answer | None = None) -> list[Decision]:
        return self.happen(GroupClosed(group=group, waiting=waiting))

    def reopen(self, group: GroupId = SALES) -> list[Decision]:
        return self.happen(GroupReopened(group=group))

    # What callers do.

    def ask(
        self, name: str, group: GroupId, channel: Channel = Channel.VIDEO, visitor: str = "", **wishes: Any
    ) -> list[Decision]:
        return self.happen(
            ContactRequested(
                contact=ContactId(name),
                session=SessionId(f"tab of {name}"),
                group=group,
                channel=channel,
                visitor=VisitorKey(visitor or name),
                **wishes,
            )
        )

    def caller(
        self, name: str, group: GroupId, channel: Channel = Channel.VIDEO, visitor: str = "", **wishes: Any
    ) -> ContactId:
        """A caller who asked and is attached."""
        self.ask(name, group, channel, visitor, **wishes)
        self.attach_caller(ContactId(name))
        return ContactId(name)

    def message(self, name: str, group: GroupId = SALES) -> ContactId:
        """A message that somebody left."""
        self.ask(name, group, Channel.MESSAGE)
        return ContactId(name)

    def ask_for_callback(self, name: str, group: GroupId = SALES, due_at: Millis | None = None) -> ContactId:
        """A caller who never waited on the page."""
        self.ask(name, group, callback=True, due_at=due_at)
        return ContactId(name)

    def choose_callback(self, contact: ContactId, due_at: Millis | None = None) -> list[Decision]:
        return self.happen(CallbackChosen(contact=contact, due_at=due_at))

    def open_link(self, contact: ContactId, session: str = "") -> list[Decision]:
        """The caller opens the link of the invitation, and is not attached yet."""
        return self.happen(CallerReturned(contact=contact, session=SessionId(session or f"tab of {contact}")))

    def answer(self, contact: ContactId, *, accepted: bool) -> list[Decision]:
        return self.happen(CallerAnswered(contact=contact, accepted=accepted))

    def attach_caller(self, contact: ContactId, process: ProcessId = HERE) -> list[Decision]:
        return self.happen(CallerAttached(contact=contact, session=SessionId(f"tab of {contact}"), process=process))

    def detach_caller(self, contact: ContactId, *, leaving: bool = False) -> list[Decision]:
        return self.happen(CallerDetached(contact=contact, session=SessionId(f"tab of {contact}"), leaving=leaving))

    def caller_hangs_up(self, contact: ContactId) -> list[Decision]:
        return self.happen(CallerHungUp(contact=contact))

    # What both do.

    def media(self, contact: ContactId, *parties: Party) -> None:
        for party in parties or tuple(Party):
            self.happen(MediaConnected(contact=contact, epoch=self.contact(contact).epoch, party=party))

    def media_fails(self, contact: ContactId, party: Party = Party.CALLER) -> list[Decision]:
        return self.happen(MediaFailed(contact=contact, epoch=self.contact(contact).epoch, party=party))

    def talk(self, agent: AgentId) -> ContactId:
        """Accept what rings and connect it."""
        contact = self.rings_at(agent).id
        self.accept(agent)
        if self.contact(contact).phase is Phase.CONNECTING:
            self.media(contact)
        assert self.contact(contact).phase is Phase.TALKING
        return contact

    # What one sees.

    @property
    def state(self) -> State:
        return self.core.state

    @property
    def site(self) -> Site:
        assert self.state.site is not None
        return self.state.site

    def contact(self, contact: ContactId) -> Contact:
        return self.state.contacts[contact]

    def agent(self, agent: AgentId) -> AgentState:
        return self.state.agents[agent]

    def routing(self, agent: AgentId) -> Routing:
        return self.state.agents[agent].routing

    def session_of(self, agent: AgentId) -> SessionId:
        endpoint = self.agent(agent).endpoint
        assert endpoint is not None, f"{agent} is signed out"
        return endpoint.session

    def process_of(self, agent: AgentId) -> ProcessId | None:
        endpoint = self.agent(agent).endpoint
        assert endpoint is not None, f"{agent} is signed out"
        return endpoint.process

    def served_by(self, agent: AgentId) -> Contact:
        contact = self.agent(agent).contact
        assert contact is not None, f"{agent} has nothing"
        return self.state.contacts[contact]

    def rings_at(self, agent: AgentId) -> Contact:
        contact = next(slot.contact for slot in self.agent(agent).slots if slot.routing is Routing.OFFERED)
        return self.state.contacts[contact]

    def ends(self) -> dict[ContactId, EndReason]:
        """How those ended who are no longer there."""
        return {end.contact: end.reason for end in self.all(EndContact)}

    def refusal(self, name: str) -> Refuse:
        """How somebody was last refused."""
        return [refusal for refusal in self.all(Refuse) if refusal.contact == name][-1]

    def all(self, kind: type[Made]) -> list[Made]:
        """Everything of this kind that was decided."""
        return [decision for decision in self.decided if isinstance(decision, kind)]

    def ringing(self) -> dict[AgentId, ContactId]:
        return {agent: contact.id for contact in self.state.contacts.values() for agent in contact.ringing_agents}

    def queue(self, group: GroupId = SALES, channel: Channel = Channel.VIDEO) -> list[ContactId]:
        """Who waits, in order of their positions."""
        waiting = [
            c.id for c in self.state.contacts.values() if c.is_waiting and (c.group, c.channel) == (group, channel)
        ]
        return sorted(waiting, key=lambda contact: self.state.position(contact) or 0)
