"""What several rules do: withdraw, exclude, requeue, end, free.

Each is a generator over the state. Every decision is taken into the state before the
rule goes on, so what a rule reads after a ``yield`` already contains it.
"""

from collections.abc import Iterator
from typing import Final

from acd.config import Channel, Group, Need, Patience, WrapUpRule
from acd.decisions import (
    Decision,
    DismissGuest,
    EndContact,
    EndReason,
    EndService,
    EndWrapUp,
    ExcludeAgent,
    FreeSlot,
    GuestReason,
    HandOver,
    Move,
    OverflowReason,
    PrependStep,
    RaiseAlarm,
    RememberVisitor,
    Requeue,
    RequeueReason,
    Rules,
    SetPresence,
    StartWrapUp,
    Step,
    VisitKind,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import Presence
from acd.ids import AgentId, ContactId, Epoch, Millis
from acd.lifecycle import Phase, Routing, Trigger, advance
from acd.records import AgentState, Contact, Guest
from acd.requirements import rules_since, steps_of
from acd.state import State

Decisions = Iterator[Decision]

AFTER_ONE: Final = "after_one"
"""Reason of the break that follows the one contact somebody was available for."""

_DROPPED: Final = frozenset({EndReason.CALLER_LOST, EndReason.SETUP_FAILED})


def withdraw(state: State, contact: Contact, agent: AgentId, reason: WithdrawReason) -> Decisions:
    """Stop ringing at one agent; call a supervisor if that was one failure too many."""
    yield WithdrawOffer(contact=contact.id, agent=agent, epoch=contact.epoch, reason=reason)
    contact = state.contacts[contact.id]
    group = state.group(contact.group)
    most = group.alarm_after if group is not None and not contact.is_consultation else 0
    if 0 < most <= contact.failed_offers and not contact.alarmed:
        yield RaiseAlarm(contact=contact.id, failed_offers=contact.failed_offers)


def withdraw_all(state: State, contact: Contact, reason: WithdrawReason) -> Decisions:
    """Stop ringing wherever it rings; without effect if it does not."""
    for agent in contact.ringing_agents:
        yield from withdraw(state, contact, agent, reason)


def stop_ringing_at(state: State, agent: AgentState, reason: WithdrawReason) -> Decisions:
    """Stop whatever rings at the agent."""
    for slot in agent.slots:
        if slot.routing is Routing.OFFERED:
            yield from withdraw(state, state.contacts[slot.contact], agent.id, reason)


def exclude(state: State, contact: Contact, agent: AgentId, at: Millis) -> Decisions:
    """Do not ask this agent for this contact for a while, if it is still there to be asked for."""
    if contact.id in state.contacts:
        yield ExcludeAgent(contact=contact.id, agent=agent, until=after(at, group_of(state, contact).missed_ms))


def requeue(state: State, contact: Contact, reason: RequeueReason, at: Millis) -> Decisions:
    """Let the contact wait in front again, unless there is nowhere left to wait, or a guest who can have it."""
    if contact.is_consultation:
        yield from end(state, contact, EndReason.AGENT_LOST, at)
        return
    if contact.guest is not None and contact.guest.is_connected:
        yield from hand_over(state, contact, at, wraps_up=False)
        return
    yield from end_consultation(state, contact, EndReason.CONTACT_OVER, at)
    agent = agent_of(contact)
    if state.group(contact.group) is None:
        yield from end(state, contact, EndReason.GROUP_GONE, at, wraps_up=False)
        return
    yield Requeue(contact=contact.id, agent=agent, reason=reason)
    yield from _serve_once_more(state, contact, at)
    yield from free(state, agent, contact.id, talked=contact.phase is Phase.TALKING)


def hand_back(state: State, contact: Contact, reason: RequeueReason, at: Millis) -> Decisions:
    """Let the contact wait in front again; its agent talked and wraps up."""
    yield from end_consultation(state, contact, EndReason.CONTACT_OVER, at)
    yield Requeue(contact=contact.id, agent=agent_of(contact), reason=reason)
    yield from _serve_once_more(state, contact, at)
    yield from _wrap_up(state, contact, at)


def end(state: State, contact: Contact, reason: EndReason, at: Millis, *, wraps_up: bool = True) -> Decisions:
    """End the contact; an agent who talked has wrap-up, one who did not is freed as if nothing was."""
    yield from end_consultation(state, contact, EndReason.CONTACT_OVER, at)
    if contact.about is not None:
        yield from _take_guest_away(state.contacts[contact.about], reason)
        wraps_up = False
    yield EndContact(contact=contact.id, reason=reason)
    group = state.group(contact.group)
    if group is not None and not contact.is_consultation:
        yield from _remember(state, group, contact, reason, at)
    if contact.agent is None:
        return
    if wraps_up:
        yield from _wrap_up(state, contact, at)
    else:
        yield from free(state, contact.agent, contact.id, talked=contact.phase is Phase.TALKING)


def end_consultation(state: State, contact: Contact, reason: EndReason, at: Millis) -> Decisions:
    """End the consultation about the contact, if there is one; a guest leaves with it."""
    if contact.consult is not None:
        yield from withdraw_all(state, state.contacts[contact.consult], WithdrawReason.CALLER_GONE)
        yield from end(state, state.contacts[contact.consult], reason, at)


def hand_over(state: State, contact: Contact, at: Millis, *, wraps_up: bool = True) -> Decisions:
    """Leave the contact to its guest, whom the caller hears already; its agent wraps up, unless they are gone."""
    agent, guest = agent_of(contact), contact.guest
    assert guest is not None, "a contact is handed over to its guest"
    yield EndContact(contact=guest.consult, reason=EndReason.HANDED_OVER)
    yield HandOver(contact=contact.id, agent=agent, to=guest.agent, consult=guest.consult, epoch=guest.epoch)
    if wraps_up:
        yield from _wrap_up(state, contact, at)
    else:
        yield from free(state, agent, contact.id, talked=True)


def dismiss(contact: Contact, guest: Guest, reason: GuestReason) -> DismissGuest:
    """The guest is no longer at the contact; their consultation goes on."""
    return DismissGuest(contact=contact.id, agent=guest.agent, epoch=guest.epoch, reason=reason)


def end_wrap_up(state: State, agent: AgentState, contact: ContactId, code: str = "") -> Decisions:
    """Wrap-up about the contact is over."""
    yield EndWrapUp(agent=agent.id, contact=contact, code=code)
    yield from free(state, agent.id, contact, talked=True)


def free(state: State, agent: AgentId, contact: ContactId, *, talked: bool) -> Decisions:
    """The slot is idle again; who was available for one contact and talked in it takes a break."""
    yield FreeSlot(agent=agent, contact=contact, keep_idle_since=not talked)
    freed = state.agents[agent]
    if talked and freed.presence is Presence.ONCE and not freed.slots:
        yield SetPresence(agent=agent, presence=Presence.BREAK, reason=AFTER_ONE)


def in_epoch(state: State, contact: ContactId, epoch: Epoch, trigger: Trigger) -> Contact | None:
    """The contact, if this was said of its present assignment and is not too late."""
    found = state.contacts.get(contact)
    if found is None or found.epoch != epoch or advance(found.phase, trigger) is None:
        return None
    return found


def agent_of(contact: Contact) -> AgentId:
    """The agent who has the contact."""
    assert contact.agent is not None, f"{contact.phase} without an agent"
    return contact.agent


def group_of(state: State, contact: Contact) -> Group:
    """The rules of the group in which the contact waits."""
    group = state.group(contact.group)
    assert group is not None, "a contact waits only in a group that exists"
    return group


def rules_for(
    state: State,
    group: Group,
    *,
    channel: Channel,
    needs: tuple[Need, ...],
    preferred: AgentId | None,
    asked_at: Millis,
    came_at: Millis,
    at: Millis,
) -> tuple[Rules, int]:
    """What the group's rules make of a contact that came at some moment, and the step in force by now.

    Args:
        state: The site.
        group: Where the contact is, or goes.
        channel: How it is talked to.
        needs: What it asks for itself.
        preferred: The agent it would rather have, of the group or not.
        asked_at: When it was asked for.
        came_at: When it came to the group.
        at: Now.
    """
    known = None if preferred is None else state.agents.get(preferred)
    serves = known is not None and group.id in known.groups
    steps = steps_of(group, state.strategy(group.id), needs, preferred if serves else None)
    return rules_since(came_at, group, steps, channel, asked_at, at)


def move(
    state: State,
    contact: Contact,
    group: Group,
    reason: OverflowReason,
    at: Millis,
    *,
    needs: tuple[Need, ...] | None = None,
) -> Move:
    """Let the contact wait in this group from now on; with other needs of its own, if they are given."""
    rules, _ = rules_for(
        state,
        group,
        channel=contact.channel,
        needs=contact.needs if needs is None else needs,
        preferred=contact.preferred,
        asked_at=contact.asked_at,
        came_at=at,
        at=at,
    )
    return Move(contact=contact.id, group=group.id, policy=group.policy, reason=reason, rules=rules, needs=needs)


def choose_by_hand(state: State, contact: Contact, agent: AgentId, at: Millis) -> PrependStep:
    """Put a step in front that only this agent meets, of the group or not."""
    for_ms = group_of(state, contact).preferred_ms
    step = Step(agent=agent, for_ms=for_ms, by_hand=True)
    return PrependStep(contact=contact.id, step=step, until=after(at, for_ms))


def patience_of(state: State) -> Patience:
    """How long the site waits for whom."""
    assert state.site is not None, "nobody is here before there are rules"
    return state.site.patience


def after(at: Millis, length_ms: Millis) -> Millis:
    """The moment so much later."""
    return Millis(at + length_ms)


def _serve_once_more(state: State, contact: Contact, at: Millis) -> Decisions:
    """Who comes back to the line of a closed group is served for as long as those who were in it."""
    group, stands = group_of(state, contact), state.groups[contact.group]
    if (stands.by_hand or not stands.is_open) and stands.serve_until is None:
        yield EndService(group=group.id, again_at=after(at, group.after_hours_ms))


def _wrap_up(state: State, contact: Contact, at: Millis) -> Decisions:
    """The agent who talked wraps up, if the group wants that; one who did not is free."""
    agent, group = agent_of(contact), state.group(contact.group)
    talked = contact.phase is Phase.TALKING
    if talked and group is not None and _has_wrap_up(group):
        until = None if group.wrap_up is WrapUpRule.MANDATORY else after(at, group.wrap_up_ms)
        yield StartWrapUp(agent=agent, contact=contact.id, until=until)
    else:
        yield from free(state, agent, contact.id, talked=talked)


def _take_guest_away(contact: Contact, reason: EndReason) -> Decisions:
    if contact.guest is not None:
        is_over = reason is EndReason.CONTACT_OVER
        yield dismiss(contact, contact.guest, GuestReason.CONTACT_OVER if is_over else GuestReason.LEFT)


def _has_wrap_up(group: Group) -> bool:
    match group.wrap_up:
        case WrapUpRule.NONE:
            return False
        case WrapUpRule.MANDATORY:
            return True
        case _:
            return group.wrap_up_ms > 0


def _remember(state: State, group: Group, contact: Contact, reason: EndReason, at: Millis) -> Decisions:
    kind = _how_it_went(state, contact, reason)
    if kind is not None and group.returning_ms > 0 and contact.channel is not Channel.MESSAGE:
        until = after(at, group.returning_ms)
        yield RememberVisitor(visitor=contact.visitor, kind=kind, agent=contact.agent, until=until)


def _how_it_went(state: State, contact: Contact, reason: EndReason) -> VisitKind | None:
    if contact.agent is not None and reason in _DROPPED:
        return VisitKind.DROPPED
    if contact.is_waiting and reason is EndReason.ABANDONED:
        return VisitKind.UNANSWERED
    if contact.phase is Phase.TALKING and state.strategy(contact.group).heeds_preference:
        return VisitKind.REACHED
    return None
