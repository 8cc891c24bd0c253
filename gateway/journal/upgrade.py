"""Records of the first format, as they are kept now.

Then an agent had a single slot, whose state stood in the agent, and a contact that rang
named its agent as one that was served does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from acd.config import Channel
from acd.ids import AgentId, ContactId, GroupId, Millis
from acd.lifecycle import Phase, Routing
from acd.records import AgentState, Contact, Ring, Slot


class SingleSlot(msgspec.Struct, frozen=True):
    """What an agent's record of the first format says of the slot; nothing, in a later one.

    Attributes:
        routing: ``None`` in a record of a later format.
    """

    id: AgentId
    groups: tuple[GroupId, ...]
    routing: Routing | None = None
    routing_since: Millis = Millis(0)
    contact: ContactId | None = None
    deadline: Millis | None = None


def contact_of_today(contact: Contact) -> Contact:
    """A contact of the first format with what is kept of it now."""
    came = replace(contact, came_at=contact.asked_at, visited=(contact.group,))
    if contact.agent is None:
        return came
    if contact.phase is not Phase.OFFERED:
        return replace(came, slot=0)
    assert contact.deadline is not None, "what rings stops by itself"
    return replace(came, agent=None, deadline=None, ringing=(Ring(agent=contact.agent, expires_at=contact.deadline),))


def agent_of_today(agent: AgentState, single: SingleSlot, contacts: Mapping[ContactId, Contact]) -> AgentState:
    """An agent of the first format with what is kept of them now."""
    if single.routing is Routing.NOT_RESPONDING:
        return replace(agent, is_responding=False)
    if single.contact is None or single.routing is None:
        return agent
    contact = contacts.get(single.contact)
    slot = Slot(
        contact=single.contact,
        group=contact.group if contact is not None else agent.groups[0],
        channel=contact.channel if contact is not None else Channel.VIDEO,
        routing=single.routing,
        since=single.routing_since,
        deadline=single.deadline if contact is None or contact.deadline is None else contact.deadline,
    )
    return replace(agent, slots=(slot,))


def upgraded(
    contacts: Sequence[Contact], agents: Sequence[AgentState], singles: Sequence[SingleSlot]
) -> tuple[tuple[Contact, ...], tuple[AgentState, ...]]:
    """All records of a snapshot, whichever format it has."""
    if all(single.routing is None for single in singles):
        return tuple(contacts), tuple(agents)
    old = {contact.id: contact for contact in contacts}
    return (
        tuple(map(contact_of_today, contacts)),
        tuple(agent_of_today(agent, single, old) for agent, single in zip(agents, singles, strict=True)),
    )
