"""Who is offered whom: the contact that goes first, at the agent who has been idle longest.

Knows lines and exclusions; not why somebody is in a line, nor what an offer is.
"""

from acd.state import AgentState, Contact, State


def best_match(state: State) -> tuple[Contact, AgentState] | None:
    """The next offer to make, or ``None`` when nobody eligible is idle beside a contact.

    Over all groups the contact with the smallest order that some ready agent may have;
    among those agents the one idle longest, then the smaller id. An agent of several
    groups so takes whoever goes first in any of them, and a contact that must not ring
    at an agent does not hold up those behind it.

    Looks at the heads of the lines; it goes further along a line only past contacts from
    which every ready agent is excluded, of which there are never more than misses and
    declines of the last moments.
    """
    best: tuple[Contact, AgentState] | None = None
    for contacts, agents in state.offerable():
        for asked_at, sequence, contact_id in contacts:
            if best is not None and best[0].order < (asked_at, sequence):
                break
            contact = state.contacts[contact_id]
            excluded = contact.excluded_agents
            agent = next((agent for _, agent in agents if agent not in excluded), None)
            if agent is not None:
                best = contact, state.agents[agent]
                break
    return best
