"""Who is offered whom.

Knows pools, scores and exclusions; not why somebody is in a pool, nor what an offer is.
"""

from collections.abc import Iterator

from acd.ids import AgentId, Millis
from acd.pools import Pool
from acd.records import Contact
from acd.state import State


def next_offers(state: State, at: Millis) -> tuple[Contact, list[AgentId]] | None:
    """The next contact to offer and the agents to offer it to; ``None`` when no pair is left that fits.

    The first contact in order that has an agent, the agent whom its group's strategy asks
    first, and then the contact which that agent should have. At several agents it rings by
    strategy only.
    """
    first = _first(state, at)
    if first is None:
        return _joining(state, at)
    contact, agent = first
    if state.strategy(contact.group).rings_all:
        return contact, list(_agents_for(state, state.pool(contact), contact, at))
    return _best_for(state, agent, at), [agent]


def next_fit(state: State) -> Millis | None:
    """When the next pair fits by time alone: a delay is over."""
    if not state.open_pools() and not state.joinable_pools():
        return None
    moments = [asked_at + delay_ms for pool in state.open_pools() for asked_at, delay_ms in _waits(state, pool)]
    for pool in state.joinable_pools():
        for asked_at, _, contact_id in pool.ringing:
            contact = state.contacts[contact_id]
            moments += [asked_at + delay_ms for delay_ms in pool.idle if _has_agent(pool, contact, delay_ms)]
    return Millis(min(moments)) if moments else None


def _first(state: State, at: Millis) -> tuple[Contact, AgentId] | None:
    best: tuple[Contact, AgentId] | None = None
    for pool in state.open_pools():
        shortest_ms = pool.shortest_delay
        for asked_at, sequence, contact_id in pool.contacts:
            if best is not None and best[0].order < (asked_at, sequence):
                break
            if at - asked_at < shortest_ms:
                # Nor has anybody behind it waited for long enough.
                break
            contact = state.contacts[contact_id]
            agent = next(_agents_for(state, pool, contact, at), None)
            if agent is not None:
                best = contact, agent
                break
    return best


def _agents_for(state: State, pool: Pool, contact: Contact, at: Millis) -> Iterator[AgentId]:
    """The idle agents who may have the contact now, in the strategy's order."""
    group = state.groups[contact.group]
    score = Millis(at - contact.order[0])
    if not contact.excluded:
        return pool.asked_for(score, group.last_asked)
    excluded = contact.excluded_agents
    return (agent for agent in pool.asked_for(score, group.last_asked) if agent not in excluded)


def _best_for(state: State, agent: AgentId, at: Millis) -> Contact:
    best: tuple[int, int, Contact] | None = None
    for pool in state.pools_of(agent):
        if not pool.contacts.size or pool.strategy.rings_all or not pool.has_idle(agent):
            continue
        fit = pool.fits[agent]
        for asked_at, sequence, contact_id in pool.contacts:
            order = asked_at - fit.head_start_ms, sequence
            if at - asked_at < fit.delay_ms or (best is not None and best[:2] < order):
                break
            contact = state.contacts[contact_id]
            if not contact.excluded or agent not in contact.excluded_agents:
                best = *order, contact
                break
    assert best is not None, "the agent was found by a contact"
    return best[2]


def _joining(state: State, at: Millis) -> tuple[Contact, list[AgentId]] | None:
    """Idle agents who join those at whom the first contact in order rings already."""
    best: tuple[Contact, list[AgentId]] | None = None
    for pool in state.joinable_pools():
        for asked_at, sequence, contact_id in pool.ringing:
            if best is not None and best[0].order < (asked_at, sequence):
                break
            contact = state.contacts[contact_id]
            agents = list(_agents_for(state, pool, contact, at))
            if agents:
                best = contact, agents
                break
    return best


def _waits(state: State, pool: Pool) -> Iterator[tuple[int, Millis]]:
    """For each delay of idle agents the first contact that waits for it."""
    delays = set(pool.idle)
    for asked_at, _, contact_id in pool.contacts:
        contact = state.contacts[contact_id]
        for delay_ms in [delay_ms for delay_ms in delays if _has_agent(pool, contact, delay_ms)]:
            delays.discard(delay_ms)
            yield asked_at, delay_ms
        if not delays:
            break


def _has_agent(pool: Pool, contact: Contact, delay_ms: Millis) -> bool:
    """Whether somebody idle with this delay may have the contact, once the delay is over."""
    excluded = contact.excluded_agents
    return any(turn[-1] not in excluded for turn in pool.idle[delay_ms])
