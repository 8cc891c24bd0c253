"""What is to be done about a fact: all rules of the ACD except who matches whom.

Each rule is a generator over the state. Every decision is taken into the state before
the rule goes on, so what a rule reads after a ``yield`` already contains it. A fact that
is late, repeated or wrong about the present gets no decisions; nothing here raises.
"""

from collections.abc import Iterator
from typing import Final, assert_never

from acd.config import Group, Patience
from acd.decisions import (
    Admit,
    Assign,
    AttachAgent,
    AttachCaller,
    BackOff,
    ConfigureSite,
    Connect,
    Decision,
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
    MarkMedia,
    MarkNotResponding,
    MoveDeadlines,
    RefusalReason,
    Refuse,
    Requeue,
    RequeueReason,
    SetHealth,
    SetPresence,
    SignIn,
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
from acd.ids import AgentId, ContactId, Epoch, Millis, ProcessId
from acd.lifecycle import Phase, Routing, Trigger, advance
from acd.routing import best_match
from acd.state import AgentState, Contact, Deadline, Due, Endpoint, State

Decisions = Iterator[Decision]

MOST_SETUP_FAILURES: Final = 3
"""A contact ends when its set-up has failed this many times."""


def expired(state: State, at: Millis) -> Decisions:
    """Deal with everything that ended by itself by now, earliest first."""
    for deadline in state.due(at):
        # What ended before may have settled this too.
        if state.is_due(deadline):
            yield from _on_deadline(state, deadline, at)


def skipped(fact: Fact) -> Decisions:
    """Move the deadlines if time was skipped; before anybody looks whether they have passed."""
    if isinstance(fact, TimeSkipped) and fact.skipped_ms > 0:
        yield MoveDeadlines(skipped_ms=fact.skipped_ms)


def matched(state: State, at: Millis) -> Decisions:
    """Offer until no contact waits beside an idle agent who may have it."""
    while (match := best_match(state)) is not None:
        contact, agent = match
        yield MakeOffer(
            contact=contact.id,
            agent=agent.id,
            epoch=Epoch(contact.epoch + 1),
            expires_at=_after(at, _group_of(state, contact).ring_ms),
        )


def about(state: State, fact: Fact, at: Millis) -> Decisions:
    """Answer the fact itself."""
    match fact:
        case ContactRequested():
            return _on_request(state, fact, at)
        case CallerAttached():
            return _on_caller_attached(state, fact)
        case CallerDetached():
            return _on_caller_detached(state, fact, at)
        case CallerHungUp():
            return _on_caller_hung_up(state, fact, at)
        case AgentSignedIn():
            return _on_signed_in(state, fact, at)
        case AgentAttached():
            return _on_agent_attached(state, fact)
        case AgentDetached():
            return _on_agent_detached(state, fact, at)
        case AgentSignedOut():
            return _on_signed_out(state, fact)
        case PresenceChosen():
            return _on_presence(state, fact)
        case AgentHealthChanged():
            return _on_health(state, fact)
        case OfferAccepted():
            return _on_accepted(state, fact, at)
        case OfferDeclined():
            return _on_declined(state, fact, at)
        case MediaConnected():
            return _on_media_connected(state, fact)
        case MediaFailed():
            return _on_media_failed(state, fact, at)
        case AgentHungUp():
            return _on_agent_hung_up(state, fact, at)
        case WrapUpFinished():
            return _on_wrap_up_finished(state, fact)
        case ContactContradicted():
            return _on_contradicted(state, fact, at)
        case ProcessLost():
            return _on_process_lost(state, fact.process, at)
        case SiteConfigured():
            return _on_configured(state, fact, at)
        case Ticked() | TimeSkipped():
            return iter(())
        case _:
            assert_never(fact)


# Deadlines.


def _on_deadline(state: State, deadline: Deadline, at: Millis) -> Decisions:
    match deadline.due:
        case Due.CALLER_GRACE:
            yield from _end(state, state.contacts[deadline.contact], EndReason.CALLER_LOST, at)
        case Due.AGENT_GRACE:
            yield from _sign_out(state, state.agents[deadline.agent], WithdrawReason.AGENT_LOST)
        case Due.RING:
            yield from _missed(state, state.contacts[deadline.contact], at)
        case Due.SETUP:
            yield from _setup_failed(state, state.contacts[deadline.contact], at)
        case Due.WRAP_UP:
            yield from _end_wrap_up(state.agents[deadline.agent])
        case Due.EXCLUSION:
            yield EndExclusion(contact=deadline.contact, agent=deadline.agent)
        case Due.BACK_OFF:
            yield EndBackOff(agent=deadline.agent)
        case _:
            assert_never(deadline.due)


def _missed(state: State, contact: Contact, at: Millis) -> Decisions:
    agent = _agent_of(contact)
    yield _withdraw(contact, WithdrawReason.MISSED)
    yield from _exclude(state, contact, agent, at)
    yield MarkNotResponding(agent=agent)


# Callers.


def _on_request(state: State, fact: ContactRequested, at: Millis) -> Decisions:
    if fact.contact in state.contacts:
        return
    group = state.group(fact.group)
    if group is None or state.site is None:
        yield Refuse(contact=fact.contact, reason=RefusalReason.GROUP_UNKNOWN)
    elif not group.is_open:
        yield Refuse(contact=fact.contact, reason=RefusalReason.GROUP_CLOSED)
    elif fact.channel not in group.channels:
        yield Refuse(contact=fact.contact, reason=RefusalReason.CHANNEL_UNAVAILABLE)
    elif state.open_contacts(fact.visitor) >= state.site.contacts_per_visitor:
        yield Refuse(contact=fact.contact, reason=RefusalReason.TOO_MANY_OPEN)
    elif state.waiting(fact.group) >= group.max_waiting:
        yield Refuse(contact=fact.contact, reason=RefusalReason.GROUP_FULL)
    else:
        yield Admit(
            contact=fact.contact,
            session=fact.session,
            group=fact.group,
            channel=fact.channel,
            policy=group.policy,
            visitor=fact.visitor,
            asked_at=at,
            sequence=state.next_sequence,
            grace_until=_after(at, state.site.patience.caller_queued_ms),
        )


def _on_caller_attached(state: State, fact: CallerAttached) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is None or contact.caller.session != fact.session or contact.caller.process == fact.process:
        return
    yield AttachCaller(contact=contact.id, session=fact.session, process=fact.process)


def _on_caller_detached(state: State, fact: CallerDetached, at: Millis) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is not None and _is_at(contact.caller, fact):
        yield from _detach_caller(state, contact, at, leaving=fact.leaving)


def _detach_caller(state: State, contact: Contact, at: Millis, *, leaving: bool) -> Decisions:
    patience = _patience(state)
    # An agent must not ring for nobody; the contact keeps its place meanwhile.
    if contact.phase is Phase.OFFERED:
        yield _withdraw(contact, WithdrawReason.CALLER_GONE)
    grace_ms = patience.caller_queued_ms if contact.is_waiting else patience.caller_talking_ms
    if leaving:
        grace_ms = min(grace_ms, patience.leaving_ms)
    yield DetachCaller(contact=contact.id, grace_until=_after(at, grace_ms))


def _on_caller_hung_up(state: State, fact: CallerHungUp, at: Millis) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is None:
        return
    if contact.phase is Phase.OFFERED:
        yield _withdraw(contact, WithdrawReason.CALLER_GONE)
        contact = state.contacts[contact.id]
    talked = contact.phase is Phase.TALKING
    yield from _end(state, contact, EndReason.CALLER_HUNG_UP if talked else EndReason.ABANDONED, at)


# Agents: sessions, presence, health.


def _on_signed_in(state: State, fact: AgentSignedIn, at: Millis) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or (agent.endpoint is not None and agent.endpoint.session == fact.session):
        return
    yield from _stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    yield SignIn(agent=agent.id, session=fact.session, grace_until=_after(at, _patience(state).agent_ms))


def _on_agent_attached(state: State, fact: AgentAttached) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or agent.endpoint is None or agent.endpoint.session != fact.session:
        return
    if agent.endpoint.process == fact.process and agent.health is Health.HEALTHY:
        return
    yield AttachAgent(agent=agent.id, session=fact.session, process=fact.process)


def _on_agent_detached(state: State, fact: AgentDetached, at: Millis) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is not None and agent.endpoint is not None and _is_at(agent.endpoint, fact):
        yield from _detach_agent(state, agent, at, leaving=fact.leaving)


def _detach_agent(state: State, agent: AgentState, at: Millis, *, leaving: bool) -> Decisions:
    patience = _patience(state)
    yield from _stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    grace_ms = min(patience.agent_ms, patience.leaving_ms) if leaving else patience.agent_ms
    yield DetachAgent(agent=agent.id, grace_until=_after(at, grace_ms))


def _on_signed_out(state: State, fact: AgentSignedOut) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is not None and agent.is_signed_in:
        yield from _sign_out(state, agent, WithdrawReason.AGENT_UNAVAILABLE)


def _sign_out(state: State, agent: AgentState, withdraw: WithdrawReason) -> Decisions:
    contact = _contact_at(state, agent)
    if agent.routing is Routing.WRAP_UP:
        yield from _end_wrap_up(agent)
    elif agent.routing is Routing.OFFERED:
        yield from _stop_ringing_at(state, agent, withdraw)
    elif contact is not None:
        yield from _requeue(state, contact, RequeueReason.AGENT_LOST)
    yield SignOut(agent=agent.id)


def _on_presence(state: State, fact: PresenceChosen) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or not agent.is_signed_in:
        return
    is_news = (fact.presence, fact.reason) != (agent.presence, agent.presence_reason)
    if not is_news and agent.routing is not Routing.NOT_RESPONDING:
        return
    if fact.presence is not Presence.AVAILABLE:
        yield from _stop_ringing_at(state, agent, WithdrawReason.AGENT_UNAVAILABLE)
    yield SetPresence(agent=agent.id, presence=fact.presence, reason=fact.reason)
    if fact.presence is Presence.AVAILABLE:
        # Who says that they are there may be asked for everything again.
        for contact in state.excluding(agent.id):
            yield EndExclusion(contact=contact, agent=agent.id)


def _on_health(state: State, fact: AgentHealthChanged) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or agent.endpoint is None or agent.endpoint.session != fact.session:
        return
    if not agent.endpoint.is_attached or agent.health is fact.health:
        return
    if fact.health is Health.LOST:
        yield from _stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    yield SetHealth(agent=agent.id, health=fact.health)


# Offers and calls.


def _on_accepted(state: State, fact: OfferAccepted, at: Millis) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.ACCEPTED)
    if contact is None or contact.agent != fact.agent:
        return
    setup_until = _after(at, _patience(state).setup_ms)
    yield Assign(contact=contact.id, agent=fact.agent, epoch=contact.epoch, setup_until=setup_until)


def _on_declined(state: State, fact: OfferDeclined, at: Millis) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.DECLINED)
    if contact is None or contact.agent != fact.agent:
        return
    until = _after(at, _group_of(state, contact).declined_ms)
    yield _withdraw(contact, WithdrawReason.DECLINED)
    yield ExcludeAgent(contact=contact.id, agent=fact.agent, until=until)
    yield BackOff(agent=fact.agent, until=until)


def _on_media_connected(state: State, fact: MediaConnected) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.MEDIA_CONNECTED)
    if contact is None or fact.party in contact.media:
        return
    yield MarkMedia(contact=contact.id, epoch=contact.epoch, party=fact.party)
    if state.contacts[contact.id].media == frozenset(Party):
        yield Connect(contact=contact.id, epoch=contact.epoch)


def _on_media_failed(state: State, fact: MediaFailed, at: Millis) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.SETUP_FAILED)
    if contact is not None:
        yield from _setup_failed(state, contact, at)


def _setup_failed(state: State, contact: Contact, at: Millis) -> Decisions:
    agent = _agent_of(contact)
    if contact.setup_failures + 1 >= MOST_SETUP_FAILURES:
        yield from _end(state, contact, EndReason.SETUP_FAILED, at)
        return
    yield from _requeue(state, contact, RequeueReason.SETUP_FAILED)
    if contact.id in state.contacts:
        yield from _exclude(state, contact, agent, at)


def _on_agent_hung_up(state: State, fact: AgentHungUp, at: Millis) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.AGENT_HUNG_UP)
    if contact is not None and contact.agent == fact.agent:
        yield from _end(state, contact, EndReason.AGENT_HUNG_UP, at)


def _on_contradicted(state: State, fact: ContactContradicted, at: Millis) -> Decisions:
    contact = _in_epoch(state, fact.contact, fact.epoch, Trigger.CONTRADICTED)
    if contact is None:
        return
    if fact.party is Party.AGENT:
        yield from _requeue(state, contact, RequeueReason.CONTRADICTED)
    else:
        yield from _end(state, contact, EndReason.CALLER_LOST, at)


def _on_wrap_up_finished(state: State, fact: WrapUpFinished) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is not None and agent.routing is Routing.WRAP_UP and agent.contact == fact.contact:
        yield from _end_wrap_up(agent, fact.code)


# Everybody.


def _on_process_lost(state: State, process: ProcessId, at: Millis) -> Decisions:
    for contact in [c for c in state.contacts.values() if c.caller.process == process]:
        yield from _detach_caller(state, contact, at, leaving=False)
    for agent in [a for a in state.agents.values() if a.endpoint is not None and a.endpoint.process == process]:
        yield from _detach_agent(state, state.agents[agent.id], at, leaving=False)


def _on_configured(state: State, fact: SiteConfigured, at: Millis) -> Decisions:
    if fact.site == state.site:
        return
    staying = {agent.id: agent for agent in fact.site.agents}
    groups = {group.id for group in fact.site.groups}
    for agent in list(state.agents.values()):
        if agent.id not in staying:
            if agent.is_signed_in:
                yield from _sign_out(state, agent, WithdrawReason.AGENT_UNAVAILABLE)
            continue
        contact = _contact_at(state, agent)
        if contact is None or contact.phase is not Phase.OFFERED:
            continue
        if contact.group not in groups:
            yield _withdraw(contact, WithdrawReason.GROUP_GONE)
        elif contact.group not in staying[agent.id].groups:
            yield _withdraw(contact, WithdrawReason.AGENT_UNAVAILABLE)
    yield ConfigureSite(site=fact.site)
    for contact in [c for c in state.contacts.values() if c.phase is Phase.QUEUED and c.group not in groups]:
        yield from _end(state, contact, EndReason.GROUP_GONE, at)


# What several of them do.


def _withdraw(contact: Contact, reason: WithdrawReason) -> WithdrawOffer:
    return WithdrawOffer(contact=contact.id, agent=_agent_of(contact), epoch=contact.epoch, reason=reason)


def _stop_ringing_at(state: State, agent: AgentState, reason: WithdrawReason) -> Decisions:
    contact = _contact_at(state, agent)
    if contact is not None and contact.phase is Phase.OFFERED:
        yield _withdraw(contact, reason)


def _exclude(state: State, contact: Contact, agent: AgentId, at: Millis) -> Decisions:
    until = _after(at, _group_of(state, contact).missed_ms)
    yield ExcludeAgent(contact=contact.id, agent=agent, until=until)


def _requeue(state: State, contact: Contact, reason: RequeueReason) -> Decisions:
    """Let the contact wait in front again, unless there is nowhere left to wait."""
    agent = _agent_of(contact)
    if state.group(contact.group) is None:
        yield EndContact(contact=contact.id, reason=EndReason.GROUP_GONE)
    else:
        yield Requeue(contact=contact.id, agent=agent, reason=reason)
    yield FreeSlot(agent=agent, keep_idle_since=contact.phase is Phase.CONNECTING)


def _end(state: State, contact: Contact, reason: EndReason, at: Millis) -> Decisions:
    """End the contact; an agent who talked has wrap-up, one who did not is freed as if nothing was."""
    yield EndContact(contact=contact.id, reason=reason)
    if contact.agent is None:
        return
    group = state.group(contact.group)
    if contact.phase is Phase.TALKING and group is not None and group.wrap_up_ms > 0:
        yield StartWrapUp(agent=contact.agent, contact=contact.id, until=_after(at, group.wrap_up_ms))
    else:
        yield FreeSlot(agent=contact.agent, keep_idle_since=contact.phase is Phase.CONNECTING)


def _end_wrap_up(agent: AgentState, code: str = "") -> Decisions:
    assert agent.contact is not None, "wrap-up is about a contact"
    yield EndWrapUp(agent=agent.id, contact=agent.contact, code=code)
    yield FreeSlot(agent=agent.id)


def _in_epoch(state: State, contact: ContactId, epoch: Epoch, trigger: Trigger) -> Contact | None:
    """The contact, if this was said of its present assignment and is not too late."""
    found = state.contacts.get(contact)
    if found is None or found.epoch != epoch or advance(found.phase, trigger) is None:
        return None
    return found


def _is_at(endpoint: Endpoint, fact: CallerDetached | AgentDetached) -> bool:
    """Whether the socket that is gone is the one we knew of."""
    return endpoint.is_attached and endpoint.session == fact.session and fact.process in {None, endpoint.process}


def _contact_at(state: State, agent: AgentState) -> Contact | None:
    """The open contact in the agent's slot. The one that wrap-up is about is no longer open."""
    contact = None if agent.contact is None else state.contacts.get(agent.contact)
    return contact if contact is not None and contact.agent == agent.id else None


def _agent_of(contact: Contact) -> AgentId:
    assert contact.agent is not None, f"{contact.phase} without an agent"
    return contact.agent


def _group_of(state: State, contact: Contact) -> Group:
    group = state.group(contact.group)
    assert group is not None, "a contact waits only in a group that exists"
    return group


def _patience(state: State) -> Patience:
    assert state.site is not None, "nobody is here before there are rules"
    return state.site.patience


def _after(at: Millis, length_ms: Millis) -> Millis:
    return Millis(at + length_ms)
