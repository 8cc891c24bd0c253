"""Who is let in, where, and what becomes of those who are not."""

from typing import Final

from acd.callbacks import hold_place
from acd.config import Absence, Answer, AnswerKind, Channel, Group, Kind
from acd.decisions import Admit, OverflowReason, RefusalReason, Refuse, VisitKind
from acd.elements import Decisions, after, rules_for
from acd.facts import ContactRequested, Health, Presence
from acd.ids import GroupId, Millis
from acd.records import AgentState
from acd.state import State

_REFUSED: Final = {
    OverflowReason.CLOSED: RefusalReason.GROUP_CLOSED,
    OverflowReason.EMPTY: RefusalReason.GROUP_EMPTY,
    OverflowReason.UNDERSTAFFED: RefusalReason.GROUP_UNDERSTAFFED,
    OverflowReason.FULL: RefusalReason.GROUP_FULL,
}


def on_request(state: State, fact: ContactRequested, at: Millis) -> Decisions:
    """Let the contact wait, lead it to another group, or refuse it."""
    if fact.contact in state.contacts:
        return
    group = state.group(fact.group)
    if group is None:
        yield Refuse(contact=fact.contact, reason=RefusalReason.GROUP_UNKNOWN)
    elif fact.callback or fact.channel is Channel.MESSAGE:
        yield from _let_in_anyway(state, fact, group, at)
    else:
        yield from _let_in(state, fact, group, at)


def _let_in_anyway(state: State, fact: ContactRequested, group: Group, at: Millis) -> Decisions:
    """Whoever does not wait on the page may come at any hour."""
    is_callback = fact.callback and fact.channel is not Channel.MESSAGE
    if fact.channel not in group.channels or (is_callback and group.callbacks is None):
        yield Refuse(contact=fact.contact, reason=RefusalReason.CHANNEL_UNAVAILABLE)
    elif _has_too_many(state, fact):
        yield Refuse(contact=fact.contact, reason=RefusalReason.TOO_MANY_OPEN)
    else:
        yield from _admit(state, fact, group, at, waits_here=False, overflowed=None)
        if is_callback:
            yield from hold_place(state, state.contacts[fact.contact], fact.due_at, at)


def _let_in(state: State, fact: ContactRequested, group: Group, at: Millis) -> Decisions:
    overflowed: OverflowReason | None = None
    tried: set[GroupId] = set()
    while True:
        tried.add(group.id)
        if state.is_open(group.id):
            if fact.channel not in group.channels:
                yield Refuse(contact=fact.contact, reason=RefusalReason.CHANNEL_UNAVAILABLE)
                return
            if _has_too_many(state, fact):
                yield Refuse(contact=fact.contact, reason=RefusalReason.TOO_MANY_OPEN)
                return
        obstacle = _obstacle(state, group)
        if obstacle is None:
            yield from _admit(state, fact, group, at, waits_here=True, overflowed=overflowed)
            return
        overflowed = overflowed or obstacle
        answer = _answer_to(group, obstacle)
        other = state.group(answer.group) if answer.kind is AnswerKind.GROUP and answer.group is not None else None
        leads_on = other is not None and fact.channel in other.channels and other.id not in tried
        if other is None or not leads_on or other.policy is not group.policy:
            if answer.kind is AnswerKind.GROUP and not leads_on:
                answer = Answer()
            yield Refuse(contact=fact.contact, reason=_REFUSED[obstacle], answer=answer)
            return
        group = other


def _admit(
    state: State,
    fact: ContactRequested,
    group: Group,
    at: Millis,
    *,
    waits_here: bool,
    overflowed: OverflowReason | None,
) -> Decisions:
    assert state.site is not None, "a group belongs to a site"
    head_start_ms = fact.priority * state.site.point_ms
    memory = state.visitors.get(fact.visitor)
    if memory is not None and memory.kind is VisitKind.DROPPED:
        head_start_ms += group.dropped_ms
    elif memory is not None and memory.kind is VisitKind.UNANSWERED:
        head_start_ms += group.unanswered_ms
    preferred = fact.preferred if fact.preferred is not None or memory is None else memory.agent
    rules, _ = rules_for(
        state, group, channel=fact.channel, needs=fact.needs, preferred=preferred, asked_at=at, came_at=at, at=at
    )
    yield Admit(
        contact=fact.contact,
        session=fact.session,
        group=group.id,
        channel=fact.channel,
        policy=group.policy,
        visitor=fact.visitor,
        asked_at=at,
        sequence=state.next_sequence,
        grace_until=after(at, state.site.patience.caller_queued_ms) if waits_here else None,
        head_start_ms=Millis(head_start_ms),
        needs=fact.needs,
        rules=rules,
        preferred=preferred,
        asked_group=fact.group,
        overflowed=overflowed,
    )


def _has_too_many(state: State, fact: ContactRequested) -> bool:
    return state.site is not None and state.open_contacts(fact.visitor) >= state.site.contacts_per_visitor


def _obstacle(state: State, group: Group) -> OverflowReason | None:
    if not state.is_open(group.id):
        return OverflowReason.CLOSED
    if group.empty_for or group.min_staff:
        counting = _counting(state, group)
        if group.empty_for and not counting:
            return OverflowReason.EMPTY
        if sum(Absence.SIGNED_OUT not in _absences(state, agent) for agent in counting) < group.min_staff:
            return OverflowReason.UNDERSTAFFED
    if state.waiting(group.id) >= group.max_waiting:
        return OverflowReason.FULL
    return None


def _counting(state: State, group: Group) -> list[AgentState]:
    """The agents of the group who are free of all the absences that matter to it."""
    matters = set(group.empty_for)
    agents = (state.agents[agent] for agent in state.members(group.id))
    return [agent for agent in agents if matters.isdisjoint(_absences(state, agent))]


def _absences(state: State, agent: AgentState) -> set[Absence]:
    found = {
        Absence.SIGNED_OUT: not agent.is_signed_in or agent.presence is Presence.OFFLINE,
        Absence.BREAK: agent.presence is Presence.BREAK,
        Absence.BUSY: agent.presence is Presence.BUSY,
        Absence.ELSEWHERE: bool(agent.elsewhere),
        Absence.NOT_RESPONDING: not agent.is_responding,
        Absence.LOST: agent.health is Health.LOST or agent.endpoint is None or not agent.endpoint.is_attached,
        Absence.ENGAGED: agent.is_engaged or not agent.has_room(Kind.LIVE, state.profile(agent.id).capacity),
    }
    return {absence for absence, holds in found.items() if holds}


def _answer_to(group: Group, obstacle: OverflowReason) -> Answer:
    match obstacle:
        case OverflowReason.CLOSED:
            return group.when_closed
        case OverflowReason.EMPTY:
            return group.when_empty
        case OverflowReason.UNDERSTAFFED:
            return group.when_understaffed
        case _:
            return group.when_full
