"""What supervisors see of a site's state. Pure: state, names and counts in, rows out.

Everything goes through one question, which groups somebody watches over; nothing of
another group gets past it.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from acd.config import Channel, Group
from acd.facts import Health, Presence
from acd.ids import AgentId, GroupId, Millis
from acd.lifecycle import Routing
from acd.records import AgentState, Contact
from acd.state import State
from signaling.ports import DayFigures, Figures, SupervisorIdentity
from signaling.protocol.supervisor import (
    Day,
    Doing,
    GroupDay,
    SupervisedAgent,
    SupervisedContact,
    SupervisedGroup,
)

MOST_CONTACTS: Final = 300
"""More contacts than these are only counted."""

_BUSY: Final[Mapping[Routing, Doing]] = {
    Routing.OFFERED: "ringing",
    Routing.CONNECTING: "connecting",
    Routing.TALKING: "talking",
    Routing.HELD: "held",
    Routing.WRAP_UP: "wrap_up",
}
_TALKING: Final = ("ringing", "connecting", "talking", "held")
_ON_BREAK: Final = ("break", "other_work")

Row = SupervisedGroup | SupervisedAgent | SupervisedContact


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What one supervisor sees, by id."""

    day: Day
    groups: Mapping[str, SupervisedGroup]
    agents: Mapping[str, SupervisedAgent]
    contacts: Mapping[str, SupervisedContact]
    contacts_left_out: int


def overview(
    state: State,
    who: SupervisorIdentity,
    figures: Figures,
    *,
    groups: Mapping[GroupId, str],
    agents: Mapping[AgentId, str],
) -> Overview:
    """Everything in the groups that they watch over. Of who has no name here the id is shown."""
    watched = {group.id: group for group in _groups(state) if who.watches(group.id)}
    serving = {agent: [group for group in found.groups if group in watched] for agent, found in state.agents.items()}
    doings: defaultdict[GroupId, Counter[Doing]] = defaultdict(Counter)
    rows: dict[str, SupervisedAgent] = {}
    for agent_id, served in serving.items():
        if served:
            row = rows[agent_id] = _agent(
                state, state.agents[agent_id], agents.get(agent_id, agent_id), served, watched
            )
            for group in served:
                doings[group][row.doing] += 1
    here = [contact for contact in state.contacts.values() if contact.group in watched]
    shown = heapq.nsmallest(MOST_CONTACTS, here, key=lambda contact: (not contact.alarmed, contact.asked_at))
    longest = _longest_waits(here)
    return Overview(
        day=Day(since=figures.since, is_complete=figures.is_complete, short_ms=figures.short_ms),
        groups={
            group.id: _group(
                state, group, groups.get(group.id, group.id), doings[group.id], longest.get(group.id), figures
            )
            for group in watched.values()
        },
        agents=rows,
        contacts={contact.id: _contact(state, contact, rows) for contact in shown},
        contacts_left_out=len(here) - len(shown),
    )


def _groups(state: State) -> tuple[Group, ...]:
    return () if state.site is None else state.site.groups


def _longest_waits(contacts: list[Contact]) -> dict[GroupId, Millis]:
    longest: dict[GroupId, Millis] = {}
    for contact in contacts:
        has_caller = contact.channel is not Channel.MESSAGE and not contact.is_consultation
        if contact.is_waiting and has_caller and contact.callback is None:
            longest[contact.group] = min(contact.asked_at, longest.get(contact.group, contact.asked_at))
    return longest


def _group(
    state: State, group: Group, name: str, doing: Counter[Doing], longest: Millis | None, figures: Figures
) -> SupervisedGroup:
    return SupervisedGroup(
        id=group.id,
        name=name,
        is_open=state.is_open(group.id),
        closed_by_hand=state.groups[group.id].by_hand,
        takes_messages=Channel.MESSAGE in group.channels,
        calls_back=group.callbacks is not None,
        channels=[channel.value for channel in group.channels],
        waiting=state.waiting(group.id),
        longest_asked_at=longest,
        ready=doing["ready"],
        talking=sum(doing[one] for one in _TALKING),
        wrap_up=doing["wrap_up"],
        on_break=sum(doing[one] for one in _ON_BREAK),
        signed_in=sum(doing.values()) - doing["signed_out"],
        level_ms=group.level_ms,
        level_share=group.level_share,
        day=_day(figures.of(group.id)),
    )


def _day(counted: DayFigures) -> GroupDay:
    all_that_count = counted.answered + counted.abandoned - counted.short_abandoned
    return GroupDay(
        offered=counted.offered,
        answered=counted.answered,
        within_level=counted.within_level,
        abandoned=counted.abandoned,
        short_abandoned=counted.short_abandoned,
        otherwise=counted.otherwise,
        service_level=round(100 * counted.within_level / all_that_count) if all_that_count else None,
    )


def _agent(
    state: State, agent: AgentState, name: str, served: list[GroupId], watched: Mapping[GroupId, Group]
) -> SupervisedAgent:
    doing, since = _doing(agent)
    contact = None if agent.contact is None else state.contacts.get(agent.contact)
    return SupervisedAgent(
        id=agent.id,
        name=name,
        presence=agent.presence.value,
        presence_reason=agent.presence_reason,
        doing=doing,
        since=since,
        group_ids=list(served),
        contact_id=contact.id if contact is not None and contact.group in watched else None,
    )


def _doing(agent: AgentState) -> tuple[Doing, Millis]:
    slot = agent.shown
    if slot is not None:
        return _BUSY[slot.routing], slot.since
    if not agent.is_signed_in:
        return "signed_out", agent.presence_since
    match agent.presence:
        case Presence.OFFLINE:
            return "offline", agent.presence_since
        case Presence.BREAK:
            return "break", agent.presence_since
        case Presence.BUSY:
            return "other_work", agent.presence_since
        case _:
            return _not_ready(agent), max(agent.presence_since, agent.routing_since)


def _not_ready(agent: AgentState) -> Doing:
    """Why somebody available gets nothing, if so."""
    if agent.endpoint is None or not agent.endpoint.is_attached or agent.health is Health.LOST:
        return "lost"
    if not agent.is_responding:
        return "not_responding"
    return "elsewhere" if agent.elsewhere else "left_alone" if agent.back_off_until else "ready"


def _contact(state: State, contact: Contact, agents: Mapping[str, SupervisedAgent]) -> SupervisedContact:
    has_it = contact.ringing_agents if contact.agent is None else (contact.agent,)
    guest = () if contact.guest is None else (contact.guest.agent,)
    return SupervisedContact(
        id=contact.id,
        group_id=contact.group,
        channel=contact.channel.value,
        phase=contact.phase.value,  # type: ignore[arg-type]  # An open contact has not ended.
        asked_at=contact.asked_at,
        phase_since=contact.phase_since,
        # Whoever was chosen by hand may belong to groups that are not to be seen.
        agent_ids=[agent for agent in (*has_it, *guest) if agent in agents],
        has_alarm=contact.alarmed,
        # In a consultation an agent asks, of whom there is a row.
        caller_present=contact.caller.is_attached or contact.is_consultation,
        held=state.is_held(contact),
        asked_by=contact.asker if contact.asker in agents else None,
        is_consultation=contact.is_consultation,
        is_callback=contact.callback is not None,
    )
