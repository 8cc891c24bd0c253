"""What is to be done about a fact: which rule answers what, and the rules of agents, offers and calls.

Rules are generators over the state, as in :mod:`acd.elements`. Admission, waiting and
callbacks have modules of their own. A fact that is late, repeated or wrong about the
present gets no decisions; nothing here raises.
"""

from typing import Final, assert_never

from acd import admission, callbacks, consultations, transfers, waiting
from acd.config import Channel, Group, Site, WrapUpRule
from acd.decisions import (
    Assign,
    AttachAgent,
    AttachCaller,
    BackOff,
    ChangeRules,
    ConfigureSite,
    Connect,
    DetachAgent,
    DetachCaller,
    EndBackOff,
    EndExclusion,
    EndNotResponding,
    EndReason,
    ExcludeAgent,
    ForgetVisitor,
    GuestReason,
    MakeOffer,
    MarkMedia,
    MarkNotResponding,
    MoveDeadlines,
    RequeueReason,
    SetElsewhere,
    SetHealth,
    SetPresence,
    SignIn,
    SignOut,
    StepReason,
    WithdrawReason,
)
from acd.elements import (
    Decisions,
    after,
    agent_of,
    dismiss,
    end,
    end_wrap_up,
    exclude,
    group_of,
    in_epoch,
    patience_of,
    requeue,
    rules_for,
    stop_ringing_at,
    withdraw,
    withdraw_all,
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
from acd.ids import AgentId, GroupId, Millis, ProcessId, VisitorKey
from acd.lifecycle import Phase, Routing, Trigger
from acd.records import AgentState, Contact, Endpoint
from acd.routing import next_offers
from acd.state import Deadline, Due, State

MOST_SETUP_FAILURES: Final = 3
"""A contact ends when its set-up has failed this many times."""

_AVAILABLE: Final = frozenset({Presence.AVAILABLE, Presence.ONCE})


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


def followed(state: State, at: Millis) -> Decisions:
    """Do what follows from how everything stands now: skip, invite, offer."""
    yield from waiting.hopeless_skipped(state, at)
    yield from consultations.given_up(state, at)
    yield from callbacks.invited(state, at)
    while (offers := next_offers(state, at)) is not None:
        contact, agents = offers
        yield from _offer(state, contact, agents, at)


def about(state: State, fact: Fact, at: Millis) -> Decisions:
    """Answer the fact itself."""
    match fact:
        case ContactRequested():
            return admission.on_request(state, fact, at)
        case CallerAttached():
            return _on_caller_attached(state, fact)
        case CallerDetached():
            return _on_caller_detached(state, fact, at)
        case CallerHungUp():
            return _on_caller_hung_up(state, fact, at)
        case CallbackChosen():
            return callbacks.on_chosen(state, fact, at)
        case CallerReturned():
            return callbacks.on_returned(state, fact, at)
        case CallerAnswered():
            return waiting.on_answered(state, fact, at)
        case AgentSignedIn():
            return _on_signed_in(state, fact, at)
        case AgentAttached():
            return _on_agent_attached(state, fact)
        case AgentDetached():
            return _on_agent_detached(state, fact, at)
        case AgentSignedOut():
            return _on_signed_out(state, fact, at)
        case PresenceChosen():
            return _on_presence(state, fact)
        case AgentHealthChanged():
            return _on_health(state, fact)
        case AgentElsewhere():
            return _on_elsewhere(state, fact, at)
        case OfferAccepted():
            return _on_accepted(state, fact, at)
        case OfferDeclined():
            return _on_declined(state, fact, at)
        case MediaConnected():
            return _on_media_connected(state, fact, at)
        case MediaFailed():
            return _on_media_failed(state, fact, at)
        case AgentHungUp():
            return _on_agent_hung_up(state, fact, at)
        case TransferAsked():
            return transfers.on_asked(state, fact, at)
        case HoldAsked():
            return consultations.on_hold_asked(state, fact)
        case ConsultAsked():
            return consultations.on_asked(state, fact, at)
        case ConsultEndAsked():
            return consultations.on_end_asked(state, fact, at)
        case ConferenceAsked():
            return consultations.on_conference_asked(state, fact, at)
        case HandOverAsked():
            return consultations.on_hand_over_asked(state, fact, at)
        case WrapUpFinished():
            return _on_wrap_up_finished(state, fact)
        case ContactContradicted():
            return _on_contradicted(state, fact, at)
        case AssignmentAsked():
            return waiting.on_assignment_asked(state, fact, at)
        case EndAsked():
            return _on_end_asked(state, fact, at)
        case GroupClosed():
            return waiting.on_closed(state, fact, at)
        case GroupReopened():
            return waiting.on_reopened(state, fact)
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
        case Due.AGENT_GRACE | Due.WRAP_UP | Due.BACK_OFF | Due.ELSEWHERE | Due.NO_ANSWER:
            yield from _on_agents_deadline(state, deadline, at)
        case Due.HOURS:
            yield from waiting.keep_hours(state, _existing(state, deadline.other), at)
        case Due.SERVICE:
            yield from waiting.end_service(state, _existing(state, deadline.other), at)
        case Due.VISITOR:
            yield ForgetVisitor(visitor=VisitorKey(deadline.other))
        case _:
            yield from _on_contacts_deadline(state, deadline, state.contacts[deadline.contact], at)


def _on_agents_deadline(state: State, deadline: Deadline, at: Millis) -> Decisions:
    agent = state.agents[deadline.agent]
    match deadline.due:
        case Due.AGENT_GRACE:
            yield from _sign_out(state, agent, WithdrawReason.AGENT_LOST, at)
        case Due.WRAP_UP:
            yield from end_wrap_up(state, agent, deadline.contact)
        case Due.BACK_OFF:
            yield EndBackOff(agent=agent.id)
        case Due.ELSEWHERE:
            yield SetElsewhere(agent=agent.id, source=deadline.other)
        case _:
            yield EndNotResponding(agent=agent.id)


def _on_contacts_deadline(state: State, deadline: Deadline, contact: Contact, at: Millis) -> Decisions:
    match deadline.due:
        case Due.CALLER_GRACE if contact.callback is not None:
            yield from callbacks.missed(state, contact, at)
        case Due.CALLER_GRACE:
            yield from end(state, contact, EndReason.CALLER_LOST, at)
        case Due.RING:
            yield from _rang_out(state, contact, deadline.agent, at)
        case Due.SETUP:
            yield from _setup_failed(state, contact, at)
        case Due.EXCLUSION:
            yield EndExclusion(contact=contact.id, agent=deadline.agent)
        case Due.STEP:
            yield waiting.next_step(contact, StepReason.EXPIRED, at)
        case Due.URGENT:
            yield from waiting.hasten(state, contact)
        case Due.TOO_LONG:
            yield from waiting.too_long(state, contact, at)
        case Due.QUESTION:
            yield from waiting.declined(state, contact, at)
        case Due.CALLBACK:
            yield from callbacks.resume(contact)
        case Due.INVITATION:
            yield from callbacks.missed(state, contact, at)
        case Due.GUEST:
            assert contact.guest is not None, "only a guest who joins has a deadline"
            yield dismiss(contact, contact.guest, GuestReason.SETUP_FAILED)
        case _:
            yield from end(state, contact, EndReason.CALLBACK_MISSED, at)


def _rang_out(state: State, contact: Contact, agent: AgentId, at: Millis) -> Decisions:
    if contact.shared:
        yield from withdraw(state, contact, agent, WithdrawReason.UNANSWERED)
        return
    no_answer_ms = group_of(state, contact).no_answer_ms
    yield from withdraw(state, contact, agent, WithdrawReason.MISSED)
    yield from exclude(state, contact, agent, at)
    yield MarkNotResponding(agent=agent, until=after(at, no_answer_ms) if no_answer_ms > 0 else None)


# Callers.


def _on_caller_attached(state: State, fact: CallerAttached) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is None or contact.caller.session != fact.session or contact.caller.process == fact.process:
        return
    if contact.channel is Channel.MESSAGE:
        return
    yield AttachCaller(contact=contact.id, session=fact.session, process=fact.process)


def _on_caller_detached(state: State, fact: CallerDetached, at: Millis) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is not None and _is_at(contact.caller, fact):
        yield from _detach_caller(state, contact, at, leaving=fact.leaving)


def _detach_caller(state: State, contact: Contact, at: Millis, *, leaving: bool) -> Decisions:
    patience = patience_of(state)
    # An agent must not ring for nobody; the contact keeps its place meanwhile.
    yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
    grace_ms = patience.caller_queued_ms if contact.is_waiting else patience.caller_talking_ms
    if leaving:
        grace_ms = min(grace_ms, patience.leaving_ms)
    yield DetachCaller(contact=contact.id, grace_until=after(at, grace_ms))


def _on_caller_hung_up(state: State, fact: CallerHungUp, at: Millis) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is None:
        return
    yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
    contact = state.contacts[contact.id]
    if contact.callback is not None:
        reason = EndReason.CALLBACK_CANCELLED
    elif contact.phase is Phase.TALKING:
        reason = EndReason.CALLER_HUNG_UP
    else:
        reason = EndReason.ABANDONED
    yield from end(state, contact, reason, at)


# Agents: sessions, presence, health.


def _on_signed_in(state: State, fact: AgentSignedIn, at: Millis) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or (agent.endpoint is not None and agent.endpoint.session == fact.session):
        return
    yield from stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    yield SignIn(agent=agent.id, session=fact.session, grace_until=after(at, patience_of(state).agent_ms))


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
    patience = patience_of(state)
    yield from stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    grace_ms = min(patience.agent_ms, patience.leaving_ms) if leaving else patience.agent_ms
    yield DetachAgent(agent=agent.id, grace_until=after(at, grace_ms))


def _on_signed_out(state: State, fact: AgentSignedOut, at: Millis) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is not None and agent.is_signed_in:
        yield from _sign_out(state, agent, WithdrawReason.AGENT_UNAVAILABLE, at)


def _sign_out(state: State, agent: AgentState, reason: WithdrawReason, at: Millis) -> Decisions:
    yield from stop_ringing_at(state, agent, reason)
    for slot in agent.slots:
        if slot.routing is Routing.WRAP_UP:
            yield from end_wrap_up(state, agent, slot.contact)
        elif slot.routing is not Routing.OFFERED:
            yield from requeue(state, state.contacts[slot.contact], RequeueReason.AGENT_LOST, at)
    yield SignOut(agent=agent.id)


def _on_presence(state: State, fact: PresenceChosen) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None or not agent.is_signed_in:
        return
    is_news = (fact.presence, fact.reason) != (agent.presence, agent.presence_reason)
    if not is_news and agent.is_responding:
        return
    if fact.presence not in _AVAILABLE:
        yield from stop_ringing_at(state, agent, WithdrawReason.AGENT_UNAVAILABLE)
    yield SetPresence(agent=agent.id, presence=fact.presence, reason=fact.reason)
    if fact.presence in _AVAILABLE:
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
        yield from stop_ringing_at(state, agent, WithdrawReason.AGENT_LOST)
    yield SetHealth(agent=agent.id, health=fact.health)


def _on_elsewhere(state: State, fact: AgentElsewhere, at: Millis) -> Decisions:
    agent = state.agents.get(fact.agent)
    if agent is None:
        return
    if fact.for_ms > 0:
        yield from stop_ringing_at(state, agent, WithdrawReason.AGENT_UNAVAILABLE)
        yield SetElsewhere(agent=agent.id, source=fact.source, until=after(at, fact.for_ms))
    elif any(source == fact.source for source, _ in agent.elsewhere):
        yield SetElsewhere(agent=agent.id, source=fact.source)


# Offers and calls.


def _offer(state: State, contact: Contact, agents: list[AgentId], at: Millis) -> Decisions:
    epoch = contact.epoch if contact.ringing else contact.next_epoch
    expires_at = after(at, group_of(state, contact).ring_ms)
    for agent in agents:
        yield MakeOffer(
            contact=contact.id,
            agent=agent,
            epoch=epoch,
            expires_at=expires_at,
            shared=state.strategy(contact.group).rings_all,
            slot=state.free_slot(state.agents[agent], contact.kind),
        )


def _on_accepted(state: State, fact: OfferAccepted, at: Millis) -> Decisions:
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.ACCEPTED)
    if contact is None or fact.agent not in contact.ringing_agents:
        return
    for other in contact.ringing_agents:
        if other != fact.agent:
            yield from withdraw(state, contact, other, WithdrawReason.TAKEN)
    setup_until = after(at, patience_of(state).setup_ms)
    yield Assign(contact=contact.id, agent=fact.agent, epoch=contact.epoch, setup_until=setup_until)
    if contact.channel is Channel.MESSAGE:
        yield Connect(contact=contact.id, epoch=contact.epoch)
    yield from consultations.on_answered(state, contact)


def _on_declined(state: State, fact: OfferDeclined, at: Millis) -> Decisions:
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.DECLINED)
    if contact is None or fact.agent not in contact.ringing_agents:
        return
    group = group_of(state, contact)
    until = after(at, group.busy_ms if fact.busy else group.declined_ms)
    yield from withdraw(state, contact, fact.agent, WithdrawReason.BUSY if fact.busy else WithdrawReason.DECLINED)
    if not fact.busy:
        yield ExcludeAgent(contact=contact.id, agent=fact.agent, until=until)
    yield BackOff(agent=fact.agent, until=max(until, state.agents[fact.agent].back_off_until))


def _on_media_connected(state: State, fact: MediaConnected, at: Millis) -> Decisions:
    if (joined := consultations.guest_in_epoch(state, fact.contact, fact.epoch)) is not None:
        yield from consultations.on_media_connected(state, fact, *joined, at)
        return
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.MEDIA_CONNECTED)
    if contact is None or fact.party in contact.media:
        return
    yield MarkMedia(contact=contact.id, epoch=contact.epoch, party=fact.party)
    if state.contacts[contact.id].media == frozenset(Party):
        yield Connect(contact=contact.id, epoch=contact.epoch)


def _on_media_failed(state: State, fact: MediaFailed, at: Millis) -> Decisions:
    if (joined := consultations.guest_in_epoch(state, fact.contact, fact.epoch)) is not None:
        yield from consultations.on_media_failed(*joined)
        return
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.SETUP_FAILED)
    if contact is not None:
        yield from _setup_failed(state, contact, at)


def _setup_failed(state: State, contact: Contact, at: Millis) -> Decisions:
    agent = agent_of(contact)
    if contact.is_consultation or contact.setup_failures + 1 >= MOST_SETUP_FAILURES:
        yield from end(state, contact, EndReason.SETUP_FAILED, at)
        return
    yield from requeue(state, contact, RequeueReason.SETUP_FAILED, at)
    yield from exclude(state, contact, agent, at)


def _on_agent_hung_up(state: State, fact: AgentHungUp, at: Millis) -> Decisions:
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.AGENT_HUNG_UP)
    if contact is not None and contact.agent == fact.agent:
        yield from end(state, contact, EndReason.AGENT_HUNG_UP, at)


def _on_contradicted(state: State, fact: ContactContradicted, at: Millis) -> Decisions:
    if (joined := consultations.guest_in_epoch(state, fact.contact, fact.epoch)) is not None:
        yield from consultations.on_contradicted(*joined)
        return
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.CONTRADICTED)
    if contact is None:
        return
    if fact.party is Party.AGENT:
        yield from requeue(state, contact, RequeueReason.CONTRADICTED, at)
    else:
        yield from end(state, contact, EndReason.CALLER_LOST, at)


def _on_wrap_up_finished(state: State, fact: WrapUpFinished) -> Decisions:
    agent = state.agents.get(fact.agent)
    slot = None if agent is None else agent.slot_of(fact.contact)
    if agent is None or slot is None or slot.routing is not Routing.WRAP_UP:
        return
    group = state.group(slot.group)
    code = fact.code if group is None or not group.codes or fact.code in group.codes else ""
    if group is not None and group.wrap_up is WrapUpRule.MANDATORY and group.codes and not code:
        return
    yield from end_wrap_up(state, agent, fact.contact, code)


def _on_end_asked(state: State, fact: EndAsked, at: Millis) -> Decisions:
    contact = state.contacts.get(fact.contact)
    if contact is None:
        return
    yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
    yield from end(state, state.contacts[contact.id], EndReason.SUPERVISOR, at)


# Everybody.


def _on_process_lost(state: State, process: ProcessId, at: Millis) -> Decisions:
    for contact in [c for c in state.contacts.values() if c.caller.process == process]:
        yield from _detach_caller(state, contact, at, leaving=False)
    for agent in [a for a in state.agents.values() if a.endpoint is not None and a.endpoint.process == process]:
        yield from _detach_agent(state, state.agents[agent.id], at, leaving=False)


def _on_configured(state: State, fact: SiteConfigured, at: Millis) -> Decisions:
    if fact.site == state.site:
        return
    yield from _let_go(state, fact.site, at)
    before = {group.id: group for group in state.site.groups} if state.site is not None else {}
    yield ConfigureSite(site=fact.site)
    for group in fact.site.groups:
        yield from waiting.keep_hours(state, group, at)
    for contact in list(state.contacts.values()):
        rules = state.group(contact.group)
        if rules is None and contact.phase is Phase.QUEUED:
            yield from end(state, contact, EndReason.GROUP_GONE, at)
        elif rules is not None and rules.id in before and _asks(rules) != _asks(before[rules.id]):
            yield from _change_rules(state, contact, rules, at)


def _let_go(state: State, site: Site, at: Millis) -> Decisions:
    """Stop what will not be possible under the new rules, while the old ones still hold."""
    staying = {agent.id: agent for agent in site.agents}
    groups = {group.id for group in site.groups}
    for agent_id in list(state.agents):
        agent = state.agents[agent_id]
        if agent_id not in staying:
            if agent.is_signed_in:
                yield from _sign_out(state, agent, WithdrawReason.AGENT_UNAVAILABLE, at)
            continue
        for slot in agent.slots:
            contact = state.contacts.get(slot.contact)
            if slot.routing is not Routing.OFFERED or contact is None:
                continue
            if contact.group not in groups:
                yield from withdraw(state, contact, agent_id, WithdrawReason.GROUP_GONE)
            elif contact.group not in staying[agent_id].groups and not contact.step_in_force.by_hand:
                yield from withdraw(state, contact, agent_id, WithdrawReason.AGENT_UNAVAILABLE)


def _asks(group: Group) -> tuple[object, ...]:
    """What a contact's routing steps and times follow from."""
    return (
        group.needs,
        group.relaxations,
        group.strategy,
        group.preferred_ms,
        group.level_ms,
        group.urgent_at,
        group.urgent_ms,
        group.max_wait_ms,
    )


def _change_rules(state: State, contact: Contact, group: Group, at: Millis) -> Decisions:
    if contact.step_in_force.by_hand:
        return
    rules, step = rules_for(
        state,
        group,
        channel=contact.channel,
        needs=contact.needs,
        preferred=contact.preferred,
        asked_at=contact.asked_at,
        came_at=contact.came_at,
        at=at,
    )
    yield ChangeRules(contact=contact.id, rules=rules, step=step)


# What several of them do.


def _is_at(endpoint: Endpoint, fact: CallerDetached | AgentDetached) -> bool:
    """Whether the socket that is gone is the one we knew of."""
    return endpoint.is_attached and endpoint.session == fact.session and fact.process in {None, endpoint.process}


def _existing(state: State, group: str) -> Group:
    found = state.group(GroupId(group))
    assert found is not None, "only a group that exists has hours"
    return found
