"""How a decision changes the state. Judges nothing.

The only module that changes a :class:`~acd.state.State`. Recorded decisions pass
through here in recovery just as fresh ones do, so nothing here may ask whether a
decision was a good one, or depend on anything but the decision, its time and the state.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from acd.config import Site
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
from acd.facts import Health, Presence
from acd.ids import AgentId, ContactId, Millis
from acd.lifecycle import Phase, Routing, SlotTrigger, Trigger, advance, advance_slot
from acd.state import AgentState, Contact, Endpoint, State

_WITHDRAWN = {
    WithdrawReason.DECLINED: Trigger.DECLINED,
    WithdrawReason.MISSED: Trigger.MISSED,
    WithdrawReason.CALLER_GONE: Trigger.CALLER_GONE,
    WithdrawReason.AGENT_LOST: Trigger.AGENT_LOST,
    WithdrawReason.AGENT_UNAVAILABLE: Trigger.AGENT_UNAVAILABLE,
    WithdrawReason.GROUP_GONE: Trigger.GROUP_GONE,
}

_REQUEUED = {
    RequeueReason.SETUP_FAILED: Trigger.SETUP_FAILED,
    RequeueReason.AGENT_LOST: Trigger.AGENT_LOST,
    RequeueReason.CONTRADICTED: Trigger.CONTRADICTED,
}

_ENDED = {
    EndReason.ABANDONED: Trigger.ABANDONED,
    EndReason.CALLER_HUNG_UP: Trigger.CALLER_HUNG_UP,
    EndReason.AGENT_HUNG_UP: Trigger.AGENT_HUNG_UP,
    EndReason.CALLER_LOST: Trigger.CALLER_LOST,
    EndReason.SETUP_FAILED: Trigger.SETUP_GIVEN_UP,
    EndReason.GROUP_GONE: Trigger.GROUP_GONE,
}


def evolve(state: State, decision: Decision, at: Millis) -> None:
    """Take a decision made at this moment into the state."""
    state.at = at
    match decision:
        case ConfigureSite():
            _configure(state, decision.site, at)
        case Admit():
            _admit(state, decision, at)
        case Refuse():
            pass
        case AttachCaller():
            contact = state.contacts[decision.contact]
            endpoint = Endpoint(session=decision.session, process=decision.process)
            state.put_contact(replace(contact, caller=endpoint))
        case DetachCaller():
            contact = state.contacts[decision.contact]
            endpoint = Endpoint(session=contact.caller.session, grace_until=decision.grace_until)
            state.put_contact(replace(contact, caller=endpoint))
        case MakeOffer():
            _make_offer(state, decision, at)
        case WithdrawOffer():
            _to_queue(state, decision.contact, _WITHDRAWN[decision.reason], at)
            _to_slot(state, decision.agent, SlotTrigger.WITHDRAWN, at, contact=None)
        case ExcludeAgent():
            contact = state.contacts[decision.contact]
            others = _without(contact, decision.agent)
            state.put_contact(replace(contact, excluded=(*others, (decision.agent, decision.until))))
        case EndExclusion():
            contact = state.contacts[decision.contact]
            state.put_contact(replace(contact, excluded=_without(contact, decision.agent)))
        case BackOff():
            state.put_agent(replace(state.agents[decision.agent], back_off_until=decision.until))
        case EndBackOff():
            state.put_agent(replace(state.agents[decision.agent], back_off_until=Millis(0)))
        case Assign():
            _assign(state, decision, at)
        case MarkMedia():
            contact = state.contacts[decision.contact]
            state.put_contact(replace(contact, media=contact.media | {decision.party}))
        case Connect():
            _connect(state, decision, at)
        case Requeue():
            contact = _to_queue(state, decision.contact, _REQUEUED[decision.reason], at)
            failed = decision.reason is RequeueReason.SETUP_FAILED
            state.put_contact(
                replace(
                    contact,
                    head_start_ms=decision.head_start_ms,
                    setup_failures=contact.setup_failures + failed,
                )
            )
        case EndContact():
            _advanced(state.contacts[decision.contact].phase, _ENDED[decision.reason])
            state.drop_contact(decision.contact)
        case FreeSlot():
            agent = _to_slot(state, decision.agent, SlotTrigger.FREED, at, contact=None)
            if not decision.keep_idle_since:
                state.put_agent(replace(agent, idle_since=at))
        case StartWrapUp():
            agent = _to_slot(state, decision.agent, SlotTrigger.WRAP_UP_STARTED, at, contact=decision.contact)
            state.put_agent(replace(agent, deadline=decision.until))
        case EndWrapUp():
            state.put_agent(replace(state.agents[decision.agent], deadline=None))
        case MarkNotResponding():
            _to_slot(state, decision.agent, SlotTrigger.MISSED, at, contact=None)
        case SetPresence():
            _set_presence(state, decision, at)
        case SignIn():
            endpoint = Endpoint(session=decision.session, grace_until=decision.grace_until)
            state.put_agent(replace(state.agents[decision.agent], endpoint=endpoint, health=Health.LOST))
        case SignOut():
            _sign_out(state, decision.agent, at)
        case AttachAgent():
            endpoint = Endpoint(session=decision.session, process=decision.process)
            # A socket just opened is a sign of life; heartbeats go on from there.
            state.put_agent(replace(state.agents[decision.agent], endpoint=endpoint, health=Health.HEALTHY))
        case DetachAgent():
            agent = state.agents[decision.agent]
            assert agent.endpoint is not None, "only who is signed in can be detached"
            endpoint = Endpoint(session=agent.endpoint.session, grace_until=decision.grace_until)
            state.put_agent(replace(agent, endpoint=endpoint, health=Health.LOST))
        case SetHealth():
            state.put_agent(replace(state.agents[decision.agent], health=decision.health))
        case MoveDeadlines():
            state.replace_all(
                [_contact_later(contact, decision.skipped_ms) for contact in state.contacts.values()],
                [_agent_later(agent, decision.skipped_ms) for agent in state.agents.values()],
            )
        case _:
            assert_never(decision)


def _configure(state: State, site: Site, at: Millis) -> None:
    def configured() -> Iterable[AgentState]:
        for agent in site.agents:
            known = state.agents.get(agent.id)
            if known is None:
                yield AgentState(id=agent.id, groups=agent.groups, presence_since=at, routing_since=at, idle_since=at)
            else:
                yield replace(known, groups=agent.groups)

    agents = list(configured())
    state.site = site
    state.replace_all(list(state.contacts.values()), agents)


def _admit(state: State, decision: Admit, at: Millis) -> None:
    state.next_sequence = decision.sequence + 1
    state.put_contact(
        Contact(
            id=decision.contact,
            group=decision.group,
            channel=decision.channel,
            policy=decision.policy,
            visitor=decision.visitor,
            asked_at=decision.asked_at,
            sequence=decision.sequence,
            phase=Phase.QUEUED,
            phase_since=at,
            caller=Endpoint(session=decision.session, grace_until=decision.grace_until),
        )
    )


def _make_offer(state: State, decision: MakeOffer, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    state.put_contact(
        replace(
            contact,
            phase=_advanced(contact.phase, Trigger.OFFERED),
            phase_since=at,
            epoch=decision.epoch,
            agent=decision.agent,
            deadline=decision.expires_at,
        )
    )
    _to_slot(state, decision.agent, SlotTrigger.OFFERED, at, contact=decision.contact)


def _assign(state: State, decision: Assign, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    phase = _advanced(contact.phase, Trigger.ACCEPTED)
    state.put_contact(replace(contact, phase=phase, phase_since=at, deadline=decision.setup_until))
    _to_slot(state, decision.agent, SlotTrigger.ASSIGNED, at, contact=decision.contact)


def _connect(state: State, decision: Connect, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    assert contact.agent is not None, "only an assigned contact has media at both ends"
    phase = _advanced(contact.phase, Trigger.MEDIA_CONNECTED)
    state.put_contact(replace(contact, phase=phase, phase_since=at, deadline=None))
    _to_slot(state, contact.agent, SlotTrigger.CONNECTED, at, contact=contact.id)


def _set_presence(state: State, decision: SetPresence, at: Millis) -> None:
    agent = state.agents[decision.agent]
    returns = decision.presence is Presence.AVAILABLE and agent.presence is not Presence.AVAILABLE
    changes = (decision.presence, decision.reason) != (agent.presence, agent.presence_reason)
    agent = replace(
        agent,
        presence=decision.presence,
        presence_reason=decision.reason,
        presence_since=at if changes else agent.presence_since,
        idle_since=at if returns else agent.idle_since,
    )
    state.put_agent(_responding(agent, SlotTrigger.PRESENCE_CHOSEN, at))


def _sign_out(state: State, agent: AgentId, at: Millis) -> None:
    signed_out = replace(
        state.agents[agent],
        endpoint=None,
        health=Health.LOST,
        presence=Presence.OFFLINE,
        presence_reason="",
        presence_since=at,
    )
    state.put_agent(_responding(signed_out, SlotTrigger.SIGNED_OUT, at))


def _responding(agent: AgentState, trigger: SlotTrigger, at: Millis) -> AgentState:
    """The agent after a sign of life, which only *not responding* takes notice of."""
    routing = advance_slot(agent.routing, trigger)
    return agent if routing is None else replace(agent, routing=routing, routing_since=at)


def _to_queue(state: State, contact: ContactId, trigger: Trigger, at: Millis) -> Contact:
    known = state.contacts[contact]
    queued = replace(
        known,
        phase=_advanced(known.phase, trigger),
        phase_since=at,
        agent=None,
        deadline=None,
        media=frozenset(),
    )
    state.put_contact(queued)
    return queued


def _to_slot(
    state: State, agent: AgentId, trigger: SlotTrigger, at: Millis, *, contact: ContactId | None
) -> AgentState:
    known = state.agents[agent]
    moved = replace(known, routing=_slot_advanced(known.routing, trigger), routing_since=at, contact=contact)
    state.put_agent(moved)
    return moved


def _advanced(phase: Phase, trigger: Trigger) -> Phase:
    after = advance(phase, trigger)
    assert after is not None, f"decided too late: {trigger} while {phase}"
    return after


def _slot_advanced(routing: Routing, trigger: SlotTrigger) -> Routing:
    after = advance_slot(routing, trigger)
    assert after is not None, f"decided too late: {trigger} while {routing}"
    return after


def _without(contact: Contact, agent: AgentId) -> tuple[tuple[AgentId, Millis], ...]:
    return tuple((other, until) for other, until in contact.excluded if other != agent)


def _later(moment: Millis | None, skipped_ms: Millis) -> Millis | None:
    return None if moment is None else Millis(moment + skipped_ms)


def _contact_later(contact: Contact, skipped_ms: Millis) -> Contact:
    return replace(
        contact,
        deadline=_later(contact.deadline, skipped_ms),
        caller=replace(contact.caller, grace_until=_later(contact.caller.grace_until, skipped_ms)),
        excluded=tuple((agent, Millis(until + skipped_ms)) for agent, until in contact.excluded),
    )


def _agent_later(agent: AgentState, skipped_ms: Millis) -> AgentState:
    endpoint = agent.endpoint
    if endpoint is not None:
        endpoint = replace(endpoint, grace_until=_later(endpoint.grace_until, skipped_ms))
    back_off_until = Millis(agent.back_off_until + skipped_ms) if agent.back_off_until else Millis(0)
    return replace(
        agent,
        deadline=_later(agent.deadline, skipped_ms),
        endpoint=endpoint,
        back_off_until=back_off_until,
    )
