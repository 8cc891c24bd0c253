"""How a decision changes the state. Judges nothing.

The only module that changes a :class:`~acd.state.State`. Recorded decisions pass
through here in recovery just as fresh ones do, so nothing here may ask whether a
decision was a good one, or depend on anything but the decision, its time and the state.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, assert_never

from acd.config import Channel, Site
from acd.decisions import (
    Admit,
    AskCaller,
    Assign,
    AttachAgent,
    AttachCaller,
    BackOff,
    ChangeRules,
    CloseGroup,
    ConfigureSite,
    Connect,
    ConnectGuest,
    Consult,
    Decision,
    DetachAgent,
    DetachCaller,
    DismissGuest,
    DropQuestion,
    EndBackOff,
    EndContact,
    EndExclusion,
    EndNotResponding,
    EndReason,
    EndService,
    EndWrapUp,
    ExcludeAgent,
    ExpectHandOver,
    ExpireStep,
    ForgetVisitor,
    FreeSlot,
    HandOver,
    Hasten,
    Hold,
    HoldPlace,
    InviteCaller,
    Join,
    MakeOffer,
    MarkMedia,
    MarkNotResponding,
    MissInvitation,
    Move,
    MoveDeadlines,
    OpenGroup,
    PrependStep,
    RaiseAlarm,
    Refuse,
    RememberVisitor,
    RenewCaller,
    Requeue,
    RequeueReason,
    Resume,
    ResumeCallback,
    Rules,
    SetElsewhere,
    SetHealth,
    SetPresence,
    SignIn,
    SignOut,
    StartWrapUp,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Millis, VisitorKey
from acd.lifecycle import Phase, Routing, SlotTrigger, Trigger, advance, advance_slot
from acd.records import (
    NOBODY,
    AgentState,
    Callback,
    Contact,
    Endpoint,
    GroupState,
    Guest,
    Memory,
    Question,
    Ring,
    Slot,
    changed,
)
from acd.state import State

_WITHDRAWN: Final = {
    WithdrawReason.DECLINED: Trigger.DECLINED,
    WithdrawReason.MISSED: Trigger.MISSED,
    WithdrawReason.UNANSWERED: Trigger.UNANSWERED,
    WithdrawReason.BUSY: Trigger.BUSY,
    WithdrawReason.MOVED: Trigger.MOVED,
    WithdrawReason.CALLER_GONE: Trigger.CALLER_GONE,
    WithdrawReason.AGENT_LOST: Trigger.AGENT_LOST,
    WithdrawReason.AGENT_UNAVAILABLE: Trigger.AGENT_UNAVAILABLE,
    WithdrawReason.GROUP_GONE: Trigger.GROUP_GONE,
}

FAILED_OFFERS: Final = frozenset(
    {WithdrawReason.DECLINED, WithdrawReason.MISSED, WithdrawReason.UNANSWERED, WithdrawReason.BUSY}
)
"""The ends of an offer for which the contact deserves better."""

_REQUEUED: Final = {
    RequeueReason.SETUP_FAILED: Trigger.SETUP_FAILED,
    RequeueReason.AGENT_LOST: Trigger.AGENT_LOST,
    RequeueReason.CONTRADICTED: Trigger.CONTRADICTED,
    RequeueReason.TRANSFERRED: Trigger.TRANSFERRED,
}

_ENDED: Final = {
    EndReason.ABANDONED: Trigger.ABANDONED,
    EndReason.CALLER_HUNG_UP: Trigger.CALLER_HUNG_UP,
    EndReason.AGENT_HUNG_UP: Trigger.AGENT_HUNG_UP,
    EndReason.CALLER_LOST: Trigger.CALLER_LOST,
    EndReason.SETUP_FAILED: Trigger.SETUP_GIVEN_UP,
    EndReason.GROUP_GONE: Trigger.GROUP_GONE,
    EndReason.TOO_LONG: Trigger.TOO_LONG,
    EndReason.CLOSED: Trigger.CLOSED,
    EndReason.CHOSE_MESSAGE: Trigger.CHOSE_MESSAGE,
    EndReason.CALLBACK_CANCELLED: Trigger.CALLBACK_CANCELLED,
    EndReason.CALLBACK_MISSED: Trigger.CALLBACK_MISSED,
    EndReason.SUPERVISOR: Trigger.SUPERVISOR,
    EndReason.HANDED_OVER: Trigger.HANDED_OVER,
    EndReason.NOT_ANSWERED: Trigger.NOT_ANSWERED,
    EndReason.CONTACT_OVER: Trigger.CONTACT_OVER,
    EndReason.AGENT_LOST: Trigger.COLLEAGUE_LOST,
}


def evolve(state: State, decision: Decision, at: Millis) -> None:
    """Apply one decision. The state's time becomes the decision's."""
    state.at = max(state.at, at)
    match decision:
        case Admit():
            _admit(state, decision, at)
        case AttachCaller():
            _attach_caller(state, decision)
        case DetachCaller():
            contact = state.contacts[decision.contact]
            caller = Endpoint(session=contact.caller.session, grace_until=decision.grace_until)
            state.put_contact(changed(contact, caller=caller))
        case MakeOffer():
            _make_offer(state, decision, at)
        case WithdrawOffer():
            _withdraw(state, decision, at)
        case Assign():
            _assign(state, decision, at)
        case MarkMedia():
            _mark_media(state, decision)
        case Connect():
            _connect(state, decision, at)
        case Requeue():
            _requeue(state, decision, at)
        case EndContact():
            _end_contact(state, decision)
        case FreeSlot():
            _free_slot(state, decision, at)
        case StartWrapUp():
            agent = state.agents[decision.agent]
            _put_slot(state, agent, decision.contact, SlotTrigger.WRAP_UP_STARTED, at, decision.until)
        case EndWrapUp():
            _end_wrap_up(state, decision)
        case ExcludeAgent():
            contact = state.contacts[decision.contact]
            others = _without(contact.excluded, decision.agent)
            state.put_contact(changed(contact, excluded=(*others, (decision.agent, decision.until))))
        case EndExclusion():
            contact = state.contacts[decision.contact]
            state.put_contact(changed(contact, excluded=_without(contact.excluded, decision.agent)))
        case BackOff():
            state.put_agent(changed(state.agents[decision.agent], back_off_until=decision.until))
        case EndBackOff():
            state.put_agent(changed(state.agents[decision.agent], back_off_until=Millis(0)))
        case ExpireStep():
            contact = state.contacts[decision.contact]
            state.put_contact(changed(contact, step=contact.step + 1, step_until=decision.until))
        case PrependStep():
            contact = state.contacts[decision.contact]
            steps = (*contact.steps[: contact.step], decision.step, *contact.steps[contact.step :])
            state.put_contact(changed(contact, steps=steps, step_until=decision.until))
        case ChangeRules():
            contact = _under(state.contacts[decision.contact], decision.rules)
            state.put_contact(changed(contact, step=decision.step))
        case Hasten():
            contact = state.contacts[decision.contact]
            head_start_ms = Millis(contact.head_start_ms + decision.by_ms)
            state.put_contact(changed(contact, head_start_ms=head_start_ms, urgent_at=None, hastened=True))
        case RaiseAlarm():
            state.put_contact(changed(state.contacts[decision.contact], alarmed=True))
        case Move():
            _move(state, decision, at)
        case AskCaller():
            question = Question(
                answer=decision.answer, reason=decision.reason, until=decision.until, transfer=decision.transfer
            )
            contact = state.contacts[decision.contact]
            state.put_contact(changed(contact, question=question, too_long_at=None, is_settled=True))
        case DropQuestion():
            contact = state.contacts[decision.contact]
            state.put_contact(changed(contact, question=None, too_long_at=None, is_settled=True))
        case HoldPlace():
            _hold_place(state, decision)
        case ResumeCallback():
            _callback(state, decision.contact, due_at=None, retry_at=None)
        case InviteCaller():
            _callback(state, decision.contact, attempt=decision.attempt, invited_until=decision.until)
        case MissInvitation():
            contact = state.contacts[decision.contact]
            assert contact.callback is not None, "only a callback is invited"
            callback = replace(contact.callback, retry_at=decision.retry_at, invited_until=None)
            state.put_contact(changed(contact, callback=callback, caller=NOBODY))
        case RenewCaller():
            caller = Endpoint(session=decision.session, grace_until=decision.grace_until)
            state.put_contact(changed(state.contacts[decision.contact], caller=caller))
        case MarkNotResponding():
            _stop_responding(state, decision, at)
        case EndNotResponding():
            state.put_agent(_responding(state.agents[decision.agent], SlotTrigger.FORGIVEN, at))
        case SetElsewhere():
            _set_elsewhere(state, decision)
        case SetPresence():
            _set_presence(state, decision, at)
        case SignIn():
            endpoint = Endpoint(session=decision.session, grace_until=decision.grace_until)
            state.put_agent(changed(state.agents[decision.agent], endpoint=endpoint, health=Health.LOST))
        case SignOut():
            _sign_out(state, decision.agent, at)
        case AttachAgent():
            endpoint = Endpoint(session=decision.session, process=decision.process)
            # A socket just opened is a sign of life; heartbeats go on from there.
            state.put_agent(changed(state.agents[decision.agent], endpoint=endpoint, health=Health.HEALTHY))
        case DetachAgent():
            agent = state.agents[decision.agent]
            assert agent.endpoint is not None, "only who is signed in can be detached"
            endpoint = Endpoint(session=agent.endpoint.session, grace_until=decision.grace_until)
            state.put_agent(changed(agent, endpoint=endpoint, health=Health.LOST))
        case SetHealth():
            state.put_agent(changed(state.agents[decision.agent], health=decision.health))
        case RememberVisitor():
            state.put_visitor(
                Memory(visitor=decision.visitor, kind=decision.kind, agent=decision.agent, until=decision.until)
            )
        case ForgetVisitor():
            state.drop_visitor(decision.visitor)
        case OpenGroup():
            group = state.groups[decision.group]
            state.put_group(GroupState(id=group.id, changes_at=decision.changes_at, last_asked=group.last_asked))
        case CloseGroup():
            _close_group(state, decision)
        case EndService():
            state.put_group(replace(state.groups[decision.group], serve_until=decision.again_at))
        case ConfigureSite():
            _configure(state, decision.site, at)
        case MoveDeadlines():
            _move_deadlines(state, decision.skipped_ms)
        case Hold():
            _put_slot(state, state.agents[decision.agent], decision.contact, SlotTrigger.HELD, at, None)
        case Resume():
            _put_slot(state, state.agents[decision.agent], decision.contact, SlotTrigger.RESUMED, at, None)
        case Consult():
            _consult(state, decision, at)
        case Join():
            _join(state, decision)
        case ConnectGuest():
            _put_guest(state, decision.contact, deadline=None)
        case ExpectHandOver():
            _put_guest(state, decision.contact, takes_over=True)
        case DismissGuest():
            state.put_contact(changed(state.contacts[decision.contact], guest=None))
        case HandOver():
            _hand_over(state, decision, at)
        case Refuse():
            pass
        case _:
            assert_never(decision)


# The site.


def _configure(state: State, site: Site, at: Millis) -> None:
    def configured() -> Iterable[AgentState]:
        for agent in site.agents:
            known = state.agents.get(agent.id)
            if known is None:
                yield AgentState(id=agent.id, groups=agent.groups, presence_since=at, routing_since=at, idle_since=at)
            else:
                yield changed(known, groups=agent.groups)

    agents = list(configured())
    state.site = site
    state.groups = {group.id: state.groups.get(group.id, GroupState(id=group.id)) for group in site.groups}
    state.replace_all(list(state.contacts.values()), agents)


def _close_group(state: State, decision: CloseGroup) -> None:
    state.put_group(
        replace(
            state.groups[decision.group],
            is_open=decision.is_open,
            changes_at=decision.changes_at,
            by_hand=decision.by_hand,
            serve_until=decision.serve_until,
            waiting=decision.waiting,
        )
    )


def _move_deadlines(state: State, skipped_ms: Millis) -> None:
    state.groups = {
        group.id: replace(group, serve_until=_later(group.serve_until, skipped_ms)) for group in state.groups.values()
    }
    state.visitors = {
        memory.visitor: replace(memory, until=Millis(memory.until + skipped_ms)) for memory in state.visitors.values()
    }
    state.replace_all(
        [_contact_later(contact, skipped_ms) for contact in state.contacts.values()],
        [_agent_later(agent, skipped_ms) for agent in state.agents.values()],
    )


# Contacts that wait.


def _admit(state: State, decision: Admit, at: Millis) -> None:
    state.next_sequence = decision.sequence + 1
    if decision.visitor in state.visitors:
        state.drop_visitor(decision.visitor)
    contact = Contact(
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
        head_start_ms=decision.head_start_ms,
        needs=decision.needs,
        preferred=decision.preferred,
        came_at=at,
        visited=(decision.group,),
    )
    state.put_contact(_under(contact, decision.rules))


def _under(contact: Contact, rules: Rules) -> Contact:
    """The contact under these rules, with their first step in force."""
    return changed(
        contact,
        steps=rules.steps,
        step=0,
        step_until=rules.step_until,
        urgent_at=None if contact.hastened else rules.urgent_at,
        too_long_at=None if contact.is_settled or contact.channel is Channel.MESSAGE else rules.too_long_at,
    )


def _move(state: State, decision: Move, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    moved = changed(
        contact,
        group=decision.group,
        policy=decision.policy,
        came_at=at,
        question=None,
        is_settled=False,
        needs=contact.needs if decision.needs is None else decision.needs,
        visited=(*contact.visited, decision.group),
    )
    state.put_contact(_under(moved, decision.rules))


def _attach_caller(state: State, decision: AttachCaller) -> None:
    contact = state.contacts[decision.contact]
    callback = contact.callback
    state.put_contact(
        changed(
            contact,
            caller=Endpoint(session=decision.session, process=decision.process),
            callback=None if callback is None else replace(callback, invited_until=None),
        )
    )


def _hold_place(state: State, decision: HoldPlace) -> None:
    contact = state.contacts[decision.contact]
    head_start_ms = contact.head_start_ms
    if decision.due_at is not None:
        head_start_ms = Millis(head_start_ms + min(0, contact.asked_at - decision.due_at))
    state.put_contact(
        changed(
            contact,
            callback=Callback(due_at=decision.due_at, expires_at=decision.expires_at),
            caller=NOBODY,
            head_start_ms=head_start_ms,
            question=None,
            too_long_at=None,
            is_settled=True,
        )
    )


def _callback(state: State, contact_id: ContactId, **changes: Millis | int | None) -> None:
    contact = state.contacts[contact_id]
    assert contact.callback is not None, "only a callback is invited"
    state.put_contact(changed(contact, callback=replace(contact.callback, **changes)))  # type: ignore[arg-type]


# Offers and calls.


def _make_offer(state: State, decision: MakeOffer, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    ring = Ring(agent=decision.agent, expires_at=decision.expires_at, slot=decision.slot)
    state.put_contact(
        changed(
            contact,
            phase=_advanced(contact.phase, Trigger.OFFERED),
            phase_since=contact.phase_since if contact.ringing else at,
            epoch=decision.epoch,
            ringing=(*contact.ringing, ring),
            shared=decision.shared,
        )
    )
    agent = state.agents[decision.agent]
    _slot_advanced(agent.vacancy, SlotTrigger.OFFERED)
    slot = Slot(
        contact=contact.id,
        group=contact.group,
        channel=contact.channel,
        routing=Routing.OFFERED,
        since=at,
        deadline=decision.expires_at,
        number=decision.slot,
    )
    state.put_agent(changed(agent, slots=(*agent.slots, slot)))
    group = state.groups.get(contact.group)
    if group is not None and group.last_asked != decision.agent:
        state.note_asked(group.id, decision.agent)


def _withdraw(state: State, decision: WithdrawOffer, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    ringing = tuple([ring for ring in contact.ringing if ring.agent != decision.agent])
    contact = changed(
        contact, ringing=ringing, failed_offers=contact.failed_offers + (decision.reason in FAILED_OFFERS)
    )
    if not ringing:
        phase = _advanced(contact.phase, _WITHDRAWN[decision.reason])
        contact = changed(contact, phase=phase, phase_since=at, shared=False)
    state.put_contact(contact)
    _take_slot(state, state.agents[decision.agent], decision.contact, SlotTrigger.WITHDRAWN, at)


def _assign(state: State, decision: Assign, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    ring = next(ring for ring in contact.ringing if ring.agent == decision.agent)
    state.put_contact(
        changed(
            contact,
            phase=_advanced(contact.phase, Trigger.ACCEPTED),
            phase_since=at,
            agent=decision.agent,
            slot=ring.slot,
            ringing=(),
            shared=False,
            deadline=decision.setup_until,
            came_back=None,
            question=None,
            callback=None,
            too_long_at=None,
            is_settled=True,
        )
    )
    agent = state.agents[decision.agent]
    _put_slot(state, agent, contact.id, SlotTrigger.ASSIGNED, at, decision.setup_until)


def _connect(state: State, decision: Connect, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    assert contact.agent is not None, "only an assigned contact has media at both ends"
    phase = _advanced(contact.phase, Trigger.MEDIA_CONNECTED)
    state.put_contact(changed(contact, phase=phase, phase_since=at, deadline=None))
    _put_slot(state, state.agents[contact.agent], contact.id, SlotTrigger.CONNECTED, at, None)


def _mark_media(state: State, decision: MarkMedia) -> None:
    contact = state.contacts[decision.contact]
    if contact.guest is not None and contact.guest.epoch == decision.epoch:
        _put_guest(state, contact.id, media=contact.guest.media | {decision.party})
    else:
        state.put_contact(changed(contact, media=contact.media | {decision.party}))


def _end_contact(state: State, decision: EndContact) -> None:
    contact = state.contacts[decision.contact]
    _advanced(contact.phase, _ENDED[decision.reason])
    state.drop_contact(contact.id)
    if contact.about is not None:
        about = state.contacts[contact.about]
        state.put_contact(changed(about, consult=None, consult_ended=decision.reason))


def _requeue(state: State, decision: Requeue, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    state.put_contact(
        changed(
            contact,
            phase=_advanced(contact.phase, _REQUEUED[decision.reason]),
            phase_since=at,
            agent=None,
            slot=None,
            deadline=None,
            media=frozenset(),
            head_start_ms=decision.head_start_ms,
            came_back=decision.reason,
            question=None,
            setup_failures=contact.setup_failures + (decision.reason is RequeueReason.SETUP_FAILED),
        )
    )


# Consultations and guests.


def _consult(state: State, decision: Consult, at: Millis) -> None:
    state.next_sequence = decision.sequence + 1
    contact = Contact(
        id=decision.contact,
        group=decision.group,
        channel=decision.channel,
        policy=decision.policy,
        visitor=VisitorKey(decision.contact),
        asked_at=decision.asked_at,
        sequence=decision.sequence,
        phase=Phase.QUEUED,
        phase_since=at,
        caller=NOBODY,
        head_start_ms=decision.head_start_ms,
        needs=decision.needs,
        came_at=at,
        # In front already, and no visitor who might tire of it.
        hastened=True,
        is_settled=True,
        visited=(decision.group,),
        about=decision.about,
        asker=decision.agent,
    )
    state.put_contact(_under(contact, decision.rules))
    about = state.contacts[decision.about]
    state.put_contact(changed(about, consult=decision.contact, consult_ended=None))


def _join(state: State, decision: Join) -> None:
    guest = Guest(
        agent=decision.agent,
        consult=decision.consult,
        epoch=decision.epoch,
        deadline=decision.setup_until,
        takes_over=decision.takes_over,
    )
    contact = state.contacts[decision.contact]
    state.put_contact(changed(contact, guest=guest, guest_epoch=decision.epoch))


def _put_guest(state: State, contact_id: ContactId, **changes: object) -> None:
    contact = state.contacts[contact_id]
    assert contact.guest is not None, "only a guest who joined is connected"
    state.put_contact(changed(contact, guest=replace(contact.guest, **changes)))  # type: ignore[arg-type]


def _hand_over(state: State, decision: HandOver, at: Millis) -> None:
    contact = state.contacts[decision.contact]
    guest = state.agents[decision.to]
    slot = guest.slot_of(decision.consult)
    assert slot is not None, "a guest has the slot of their consultation"
    state.put_contact(
        changed(
            contact,
            agent=guest.id,
            slot=slot.number,
            epoch=decision.epoch,
            media=frozenset(Party),
            guest=None,
            consult_ended=None,
        )
    )
    taken = changed(slot, contact=contact.id, group=contact.group, since=at)
    state.put_agent(changed(guest, slots=tuple(taken if one is slot else one for one in guest.slots)))


# Agents.


def _free_slot(state: State, decision: FreeSlot, at: Millis) -> None:
    agent = state.agents[decision.agent]
    contact = decision.contact if decision.contact is not None else agent.slots[0].contact
    if not decision.keep_idle_since:
        agent = changed(agent, idle_since=at)
    _take_slot(state, agent, contact, SlotTrigger.FREED, at)


def _put_slot(
    state: State, agent: AgentState, contact: ContactId, trigger: SlotTrigger, at: Millis, deadline: Millis | None
) -> None:
    slots = [
        changed(slot, routing=_slot_advanced(slot.routing, trigger), since=at, deadline=deadline)
        if slot.contact == contact
        else slot
        for slot in agent.slots
    ]
    state.put_agent(changed(agent, slots=tuple(slots)))


def _take_slot(state: State, agent: AgentState, contact: ContactId, trigger: SlotTrigger, at: Millis) -> None:
    for slot in agent.slots:
        if slot.contact == contact:
            _slot_advanced(slot.routing, trigger)
    slots = tuple([slot for slot in agent.slots if slot.contact != contact])
    state.put_agent(changed(agent, slots=slots, routing_since=agent.routing_since if slots else at))


def _end_wrap_up(state: State, decision: EndWrapUp) -> None:
    agent = state.agents[decision.agent]
    slots = tuple([changed(slot, deadline=None) if slot.contact == decision.contact else slot for slot in agent.slots])
    state.put_agent(changed(agent, slots=slots))


def _stop_responding(state: State, decision: MarkNotResponding, at: Millis) -> None:
    agent = state.agents[decision.agent]
    _slot_advanced(agent.vacancy, SlotTrigger.MISSED)
    state.put_agent(changed(agent, is_responding=False, not_responding_until=decision.until, routing_since=at))


def _set_elsewhere(state: State, decision: SetElsewhere) -> None:
    agent = state.agents[decision.agent]
    others = tuple((source, until) for source, until in agent.elsewhere if source != decision.source)
    here = () if decision.until is None else ((decision.source, decision.until),)
    state.put_agent(changed(agent, elsewhere=(*others, *here)))


def _set_presence(state: State, decision: SetPresence, at: Millis) -> None:
    agent = state.agents[decision.agent]
    changes = (decision.presence, decision.reason) != (agent.presence, agent.presence_reason)
    becomes_available = decision.presence in {Presence.AVAILABLE, Presence.ONCE}
    agent = changed(
        agent,
        presence=decision.presence,
        presence_reason=decision.reason,
        presence_since=at if changes else agent.presence_since,
        idle_since=at if becomes_available and not agent.is_available else agent.idle_since,
    )
    state.put_agent(_responding(agent, SlotTrigger.PRESENCE_CHOSEN, at))


def _sign_out(state: State, agent: AgentId, at: Millis) -> None:
    signed_out = changed(
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
    if advance_slot(agent.vacancy, trigger) is None:
        return agent
    return changed(agent, is_responding=True, not_responding_until=None, routing_since=at)


# What several of them do.


def _advanced(phase: Phase, trigger: Trigger) -> Phase:
    after = advance(phase, trigger)
    assert after is not None, f"decided too late: {trigger} while {phase}"
    return after


def _slot_advanced(routing: Routing, trigger: SlotTrigger) -> Routing:
    after = advance_slot(routing, trigger)
    assert after is not None, f"decided too late: {trigger} while {routing}"
    return after


def _without(excluded: tuple[tuple[AgentId, Millis], ...], agent: AgentId) -> tuple[tuple[AgentId, Millis], ...]:
    return tuple((other, until) for other, until in excluded if other != agent)


def _later(moment: Millis | None, skipped_ms: Millis) -> Millis | None:
    return None if moment is None else Millis(moment + skipped_ms)


def _contact_later(contact: Contact, skipped_ms: Millis) -> Contact:
    question, callback, guest = contact.question, contact.callback, contact.guest
    if question is not None:
        question = replace(question, until=_later(question.until, skipped_ms))
    if callback is not None:
        # A date is a moment of the world, and stays.
        callback = replace(
            callback,
            expires_at=Millis(callback.expires_at + skipped_ms),
            retry_at=_later(callback.retry_at, skipped_ms),
            invited_until=_later(callback.invited_until, skipped_ms),
        )
    if guest is not None:
        guest = replace(guest, deadline=_later(guest.deadline, skipped_ms))
    return changed(
        contact,
        guest=guest,
        deadline=_later(contact.deadline, skipped_ms),
        ringing=tuple(replace(ring, expires_at=Millis(ring.expires_at + skipped_ms)) for ring in contact.ringing),
        caller=replace(contact.caller, grace_until=_later(contact.caller.grace_until, skipped_ms)),
        excluded=tuple((agent, Millis(until + skipped_ms)) for agent, until in contact.excluded),
        step_until=_later(contact.step_until, skipped_ms),
        urgent_at=_later(contact.urgent_at, skipped_ms),
        too_long_at=_later(contact.too_long_at, skipped_ms),
        question=question,
        callback=callback,
    )


def _agent_later(agent: AgentState, skipped_ms: Millis) -> AgentState:
    endpoint = agent.endpoint
    if endpoint is not None:
        endpoint = replace(endpoint, grace_until=_later(endpoint.grace_until, skipped_ms))
    return changed(
        agent,
        slots=tuple(changed(slot, deadline=_later(slot.deadline, skipped_ms)) for slot in agent.slots),
        endpoint=endpoint,
        back_off_until=Millis(agent.back_off_until + skipped_ms) if agent.back_off_until else Millis(0),
        not_responding_until=_later(agent.not_responding_until, skipped_ms),
        elsewhere=tuple((source, Millis(until + skipped_ms)) for source, until in agent.elsewhere),
    )
