"""How a site stands: its records, and the indexes that find them.

Everything that is not in :mod:`acd.records` is derived from there: lines, pools, counts
and deadlines. Only :mod:`acd.evolution` changes a :class:`State`; everybody else reads.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Any, Final, NamedTuple

from acd.config import KIND, Agent, Channel, Group, Kind, Site
from acd.decisions import Step
from acd.ids import AgentId, ContactId, GroupId, Millis, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.lines import Line
from acd.pools import Fit, InLine, Pool, PoolKey
from acd.records import AgentState, Callback, Contact, GroupState, Memory, Records, changed
from acd.strategies import STRATEGIES, Candidate, Strategy


class Due(IntEnum):
    """What a deadline is about.

    At the same moment the smaller goes first: who is gone explains why nobody answers
    and why media fails.
    """

    CALLER_GRACE = 1
    AGENT_GRACE = 2
    RING = 3
    SETUP = 4
    WRAP_UP = 5
    EXCLUSION = 6
    BACK_OFF = 7
    HOURS = 8
    SERVICE = 9
    STEP = 10
    URGENT = 11
    TOO_LONG = 12
    QUESTION = 13
    CALLBACK = 14
    INVITATION = 15
    CALLBACK_EXPIRY = 16
    ELSEWHERE = 17
    NO_ANSWER = 18
    VISITOR = 19
    GUEST = 20


class Deadline(NamedTuple):
    """A moment at which something ends by itself, in the order in which they are dealt with.

    Attributes:
        contact: Whom it is about; empty if it is not about a contact.
        agent: Likewise.
        other: The group, visitor or source that it is about, if it is about one.
    """

    at: Millis
    due: Due
    contact: ContactId = ContactId("")
    agent: AgentId = AgentId("")
    other: str = ""


MOST_AT_ONCE: Final = 256
"""Deadlines dealt with in one step. After an outage the rest follow in the next ones, so that no step is long."""

_FIRST_SLOT: Final[Mapping[Kind, int]] = {Kind.LIVE: 0, Kind.CHAT: 100, Kind.MESSAGE: 200}
_KINDS: Final = tuple(Kind)

_Place = tuple[Line[Any], tuple[Any, ...]]
_Turned = tuple[tuple[Kind, ...], Candidate]


class State:
    """One site: the fold of its decisions.

    Attributes:
        site: The rules in force; ``None`` before the first ones.
        contacts: Open contacts.
        agents: Agents of the site's configuration, signed in or not.
        groups: The groups of the site's configuration.
        visitors: Visitors who are remembered.
        next_sequence: The arrival sequence of the next contact.
        at: When the last decision was made.
    """

    def __init__(self) -> None:
        self.site: Site | None = None
        self.contacts: dict[ContactId, Contact] = {}
        self.agents: dict[AgentId, AgentState] = {}
        self.groups: dict[GroupId, GroupState] = {}
        self.visitors: dict[VisitorKey, Memory] = {}
        self.next_sequence = 1
        self.at = Millis(0)
        self._forget_derived()

    # What others read.

    def group(self, group: GroupId) -> Group | None:
        """The group's rules, if there is such a group."""
        return self._groups.get(group)

    def profile(self, agent: AgentId) -> Agent:
        """The agent's routing profile."""
        return self._profiles[agent]

    def members(self, group: GroupId) -> list[AgentId]:
        """The agents who serve the group."""
        return self._members.get(group, [])

    def strategy(self, group: GroupId) -> Strategy:
        """How the group chooses among agents."""
        return self._strategies[group]

    def is_open(self, group: GroupId) -> bool:
        """Whether the group lets anybody in now."""
        rules, stands = self._groups.get(group), self.groups.get(group)
        return rules is not None and stands is not None and rules.is_open and stands.is_open and not stands.by_hand

    def position(self, contact: ContactId) -> int | None:
        """The place in the queue, from 1: who of the same group and channel goes first.

        A contact keeps its place while it rings. ``None`` once an agent has it, and for
        contacts that are not open.
        """
        found = self.contacts.get(contact)
        if found is None or not found.is_waiting:
            return None
        return 1 + self._waiting[found.group, found.channel].before((*found.order, found.id))

    def waiting(self, group: GroupId) -> int:
        """How many contacts of the group wait, ringing ones included; not callbacks, messages and consultations."""
        lines = (self._waiting.get((group, channel)) for channel in Channel if channel is not Channel.MESSAGE)
        return sum(len(line) for line in lines if line is not None) - len(self._kept.get(group, ()))

    def in_line(self, group: GroupId) -> Iterator[ContactId]:
        """Everybody who waits in the group, callbacks and messages included."""
        for channel in Channel:
            for _, _, contact in self._waiting.get((group, channel), ()):
                yield contact

    def agents_ready(self, group: GroupId, kind: Kind = Kind.LIVE) -> int:
        """How many agents could be offered a contact of the group now."""
        return 0 if group not in self._groups else self._pool_at(PoolKey(group, kind)).idle_agents

    @property
    def ready(self) -> int:
        """How many agents of the site could be offered a contact of some kind now."""
        return len(self._turned)

    def agents_staffing(self, group: GroupId) -> int:
        """How many agents of the group are at work, busy ones included."""
        return self._staffing[group]

    def excluding(self, agent: AgentId) -> list[ContactId]:
        """The contacts that must not be offered to the agent now."""
        return [contact for (contact,) in self._excluding.get(agent, ())]

    def open_contacts(self, visitor: VisitorKey) -> int:
        """How many contacts the visitor has open."""
        return self._visitors[visitor]

    @property
    def first_deadline(self) -> Millis | None:
        """The earliest moment at which something ends by itself."""
        first = self._deadlines.first
        return None if first is None else first[0]

    def due(self, at: Millis) -> list[Deadline]:
        """The deadlines that have passed at this moment, in the order to deal with them; the first of them, if many."""
        first = self._deadlines.first
        if first is None or first[0] > at:
            return []
        return [Deadline(*key) for key in self._deadlines.below((at + 1,), MOST_AT_ONCE)]

    def is_due(self, deadline: Deadline) -> bool:
        """Whether the deadline still stands."""
        return deadline in self._deadlines

    # Pools, for routing.

    def open_pools(self) -> Collection[Pool]:
        """Pools with both contacts that may ring and idle agents."""
        return self._open

    def joinable_pools(self) -> Collection[Pool]:
        """Pools with both contacts that ring at several and idle agents."""
        return self._joinable

    def pools_of(self, agent: AgentId) -> Iterable[Pool]:
        """The pools whose contacts the agent may be asked for."""
        return self._pools_of.get(agent, ())

    def pool(self, contact: Contact) -> Pool:
        """The pool of an open contact."""
        return self._pool_of[contact.id]

    def staffing(self, contact: Contact, step: Step) -> int:
        """How many agents at work could meet this step of the contact."""
        return self._pool_at(_key(contact, step)).staffing

    def doubtful(self) -> Iterable[Pool]:
        """Pools in which a contact may stand whose step nobody at work can meet."""
        return self._doubtful

    def asking(self) -> list[ContactId]:
        """Consultations that wait for a colleague, ringing ones included."""
        return list(self._asking)

    def colleagues(self, group: GroupId, kind: Kind, step: Step, spared: Collection[AgentId]) -> bool:
        """Whether somebody at work could meet the step, these apart."""
        if step.agent is not None:
            agent = self.agents.get(step.agent)
            return agent is not None and agent.is_staffing and agent.id not in spared
        pool = self._pool_at(_key_of(group, kind, step))
        return pool.staffing > sum(agent in pool.fits and self.agents[agent].is_staffing for agent in spared)

    def is_held(self, contact: Contact) -> bool:
        """Whether the contact's caller has been asked by their agent to wait a moment."""
        slot = None if contact.agent is None else self.agents[contact.agent].slot_of(contact.id)
        return slot is not None and slot.routing is Routing.HELD

    def settle(self, pool: Pool) -> None:
        """Note that every contact of the pool was looked at. Derived: a state without this note looks once more."""
        self._doubtful.pop(pool, None)

    @property
    def is_settled(self) -> bool:
        """Whether nothing can follow by itself: nobody to offer, nobody to invite, no step to doubt."""
        if self._open or self._joinable or self._doubtful or self._asking:
            return False
        return not any(line.size for line in self._callable.values())

    def callable(self) -> Iterator[tuple[GroupId, Kind, ContactId, int]]:
        """Of each group and kind the callback to invite next: with how many go first who are here."""
        for (group, kind), line in self._callable.items():
            if line.first is not None:
                yield group, kind, line.first[2], self._here[group, kind].before(line.first)

    def free_slot(self, agent: AgentState, kind: Kind) -> int:
        """The number for the slot that one more contact of this kind takes."""
        taken = {slot.number for slot in agent.slots}
        number = _FIRST_SLOT[kind]
        while number in taken:
            number += 1
        return number

    # Snapshots.

    def records(self) -> Records:
        """The state as plain data. Cheap: records are frozen, so nothing is copied deep."""
        return Records(
            site=self.site,
            contacts=tuple(self.contacts.values()),
            agents=tuple(self.agents.values()),
            groups=tuple(self.groups.values()),
            visitors=tuple(self.visitors.values()),
            next_sequence=self.next_sequence,
            at=self.at,
        )

    @classmethod
    def restore(cls, records: Records) -> "State":
        """The state that these records were taken from."""
        state = cls()
        state.next_sequence = records.next_sequence
        state.at = records.at
        state.site = records.site
        state.visitors = {memory.visitor: memory for memory in records.visitors}
        known = {group.id: group for group in records.groups}
        groups = records.site.groups if records.site is not None else ()
        state.groups = {group.id: known.get(group.id, GroupState(id=group.id)) for group in groups}
        state.replace_all(records.contacts, records.agents)
        return state

    # What only evolution does.

    def replace_all(self, contacts: Iterable[Contact], agents: Iterable[AgentState]) -> None:
        """Take these instead of all that was there, and derive everything anew."""
        self.contacts = {}
        self.agents = {}
        self._forget_derived()
        for agent in agents:
            self.put_agent(agent)
        # Made while there is time. Pools of particular needs are made with the first contact that has them.
        for rules in self._groups.values():
            for kind in {KIND[channel] for channel in rules.channels}:
                self._pool_at(PoolKey(rules.id, kind))
        for contact in contacts:
            self.put_contact(contact)
        for group in self.groups.values():
            self.put_group(group)
        for memory in self.visitors.values():
            self.put_visitor(memory)

    def put_contact(self, contact: Contact) -> None:
        """Take this instead of what was known of the contact."""
        before = self.contacts.get(contact.id)
        self.contacts[contact.id] = contact
        if before is None:
            self._visitors[contact.visitor] += 1
        if contact.about is not None:
            if contact.is_waiting:
                self._asking[contact.id] = None
            else:
                self._asking.pop(contact.id, None)
        left = self._pool_of.get(contact.id)
        stays = before is not None and before.group == contact.group and before.step_in_force is contact.step_in_force
        pool = left if left is not None and stays else self._pool_at(_key(contact, contact.step_in_force))
        if pool is not left:
            self._pool_of[contact.id] = pool
            pool.members += 1
        self._move(contact.id, self._places_of_contact(contact))
        self._look_at(pool)
        if left is not None and left is not pool:
            self._leave(left)

    def drop_contact(self, contact: ContactId) -> None:
        """Forget the contact."""
        before = self.contacts.pop(contact)
        self._visitors[before.visitor] -= 1
        if not self._visitors[before.visitor]:
            del self._visitors[before.visitor]
        self._asking.pop(contact, None)
        self._move(contact, [])
        del self._places[contact]
        self._leave(self._pool_of.pop(contact))

    def put_agent(self, agent: AgentState) -> None:
        """Take this instead of what was known of the agent."""
        before = self.agents.get(agent.id)
        self.agents[agent.id] = agent
        self._move(agent.id, self._places_of_agent(agent))
        was_staffing = before is not None and before.is_staffing
        if agent.is_staffing is not was_staffing:
            self._staff(agent, 1 if agent.is_staffing else -1)
        self._turn(agent)

    def note_asked(self, group: GroupId, agent: AgentId) -> None:
        """Remember whom the group asked last."""
        self.groups[group] = changed(self.groups[group], last_asked=agent)

    def put_group(self, group: GroupState) -> None:
        """Take this instead of what was known of the group."""
        self.groups[group.id] = group
        places: list[_Place] = []
        if group.changes_at is not None:
            places.append((self._deadlines, (group.changes_at, Due.HOURS, "", "", group.id)))
        if group.serve_until is not None:
            places.append((self._deadlines, (group.serve_until, Due.SERVICE, "", "", group.id)))
        self._move(("group", group.id), places)

    def put_visitor(self, memory: Memory) -> None:
        """Take this instead of what was remembered of the visitor."""
        self.visitors[memory.visitor] = memory
        self._move(
            ("visitor", memory.visitor), [(self._deadlines, (memory.until, Due.VISITOR, "", "", memory.visitor))]
        )

    def drop_visitor(self, visitor: VisitorKey) -> None:
        """Forget the visitor."""
        del self.visitors[visitor]
        self._move(("visitor", visitor), [])
        del self._places["visitor", visitor]

    # How it is derived.

    def _forget_derived(self) -> None:
        site = self.site
        self._groups: dict[GroupId, Group] = {group.id: group for group in site.groups} if site else {}
        self._profiles: dict[AgentId, Agent] = {agent.id: agent for agent in site.agents} if site else {}
        self._strategies: dict[GroupId, Strategy] = {
            group.id: STRATEGIES.get(group.strategy, STRATEGIES["longest_idle"]) for group in self._groups.values()
        }
        self._members: dict[GroupId, list[AgentId]] = {}
        for agent in self._profiles.values():
            for group in agent.groups:
                self._members.setdefault(group, []).append(agent.id)
        self._waiting: defaultdict[tuple[GroupId, Channel], Line[InLine]] = defaultdict(Line)
        self._kept: defaultdict[GroupId, Line[tuple[ContactId]]] = defaultdict(Line)
        self._here: defaultdict[tuple[GroupId, Kind], Line[InLine]] = defaultdict(Line)
        self._callable: defaultdict[tuple[GroupId, Kind], Line[InLine]] = defaultdict(Line)
        self._excluding: defaultdict[AgentId, Line[tuple[ContactId]]] = defaultdict(Line)
        self._deadlines: Line[tuple[Any, ...]] = Line()
        self._visitors: Counter[VisitorKey] = Counter()
        self._staffing: Counter[GroupId] = Counter()
        self._pools: dict[PoolKey, Pool] = {}
        self._pools_of: defaultdict[AgentId, list[Pool]] = defaultdict(list)
        self._pool_of: dict[ContactId, Pool] = {}
        self._turned: dict[AgentId, _Turned] = {}
        # Dictionaries as sets that keep their order.
        self._open: dict[Pool, None] = {}
        self._joinable: dict[Pool, None] = {}
        self._doubtful: dict[Pool, None] = {}
        self._asking: dict[ContactId, None] = {}
        self._places: dict[Any, list[_Place]] = {}

    def _move(self, whose: object, after: list[_Place]) -> None:
        before = self._places.get(whose, ())
        self._places[whose] = after
        for place in before:
            if place not in after:
                place[0].leave(place[1])
        for place in after:
            if place not in before:
                place[0].join(place[1])

    def _look_at(self, pool: Pool) -> None:
        """Note whether something may be offered from the pool."""
        if pool.contacts.size and pool.idle_agents:
            self._open[pool] = None
        elif pool in self._open:
            del self._open[pool]
        if pool.ringing.size and pool.idle_agents:
            self._joinable[pool] = None
        elif pool in self._joinable:
            del self._joinable[pool]
        if pool.relaxable.size and not pool.staffing:
            self._doubtful[pool] = None

    def _pool_at(self, key: PoolKey) -> Pool:
        pool = self._pools.get(key)
        return pool if pool is not None else self._make_pool(key)

    def _make_pool(self, key: PoolKey) -> Pool:
        fits = dict(self._fits(key))
        # A contact that agents talk in may outlive its group.
        strategy = self._strategies.get(key.group, STRATEGIES["longest_idle"])
        pool = self._pools[key] = Pool(key, strategy, fits)
        for agent_id in fits:
            self._pools_of[agent_id].append(pool)
            pool.staffing += self.agents[agent_id].is_staffing
            turned = self._turned.get(agent_id)
            if turned is not None and key.kind in turned[0]:
                pool.become_idle(turned[1])
        return pool

    def _fits(self, key: PoolKey) -> Iterator[tuple[AgentId, Fit]]:
        if key.agent is not None:
            profile = self._profiles.get(key.agent)
            if profile is not None and (key.by_hand or key.group in profile.groups):
                membership = next((m for m in profile.memberships if m.group == key.group), None)
                yield key.agent, Fit(head_start_ms=membership.head_start_ms if membership else Millis(0))
            return
        for agent in self._members.get(key.group, ()):
            profile = self._profiles[agent]
            levels = {skill.skill: skill.level for skill in profile.skills} if key.needs else {}
            if all(levels.get(skill, 0) >= level for skill, level in key.needs):
                membership = next((m for m in profile.memberships if m.group == key.group), None)
                yield (
                    agent,
                    Fit(
                        delay_ms=membership.delay_ms if membership else Millis(0),
                        head_start_ms=membership.head_start_ms if membership else Millis(0),
                        levels=sum(levels[skill] for skill, _ in key.needs),
                    ),
                )

    def _leave(self, pool: Pool) -> None:
        """A contact is no longer in the pool. One made for one agent goes with its last contact; others come again."""
        pool.members -= 1
        self._look_at(pool)
        if pool.key.agent is not None and pool.members == 0:
            for agent in pool.fits:
                self._pools_of[agent].remove(pool)
            del self._pools[pool.key]
            for pools in (self._open, self._joinable, self._doubtful):
                pools.pop(pool, None)

    def _staff(self, agent: AgentState, change: int) -> None:
        for group in agent.groups:
            self._staffing[group] += change
        groups = set(agent.groups)
        for pool in self._pools_of.get(agent.id, ()):
            pool.staffing += change
            groups.add(pool.key.group)
        # Somebody coming makes a later step possible, somebody going makes a step hopeless.
        for pool in self._pools.values():
            if pool.key.group in groups:
                self._look_at(pool)

    def _turn(self, agent: AgentState) -> None:
        """Let the agent stand in the pools where they belong now."""
        before, after = self._turned.get(agent.id), self._turn_of(agent)
        if before == after:
            return
        was: tuple[Kind, ...] = ()
        becomes: tuple[Kind, ...] = ()
        if before is not None:
            was, _ = before
        if after is None:
            del self._turned[agent.id]
            candidate = None
        else:
            self._turned[agent.id] = after
            becomes, candidate = after
        for pool in self._pools_of.get(agent.id, ()):
            kind = pool.key.kind
            if kind in was:
                pool.become_taken(agent.id)
            if kind in becomes and candidate is not None:
                pool.become_idle(candidate)
            # Most pools have nobody to offer: there is nothing to note.
            if pool.contacts.size or pool.ringing.size:
                self._look_at(pool)

    def _turn_of(self, agent: AgentState) -> _Turned | None:
        """Which kinds of contacts the agent would take now, and what strategies may know of them."""
        profile = self._profiles.get(agent.id)
        if profile is None or not agent.is_routable or agent.is_engaged:
            return None
        capacity = profile.capacity
        kinds = tuple([kind for kind in _KINDS if agent.has_room(kind, capacity)])
        if not kinds:
            return None
        most = min(1, capacity.live) + capacity.chat + capacity.message
        return kinds, Candidate(id=agent.id, idle_since=agent.idle_since, load=len(agent.slots) * 1000 // most)

    def _places_of_contact(self, contact: Contact) -> list[_Place]:
        places: list[_Place] = []
        deadlines = self._deadlines
        caller, callback = contact.caller, contact.callback
        if contact.is_waiting:
            pool = self._pool_of[contact.id]
            key = (contact.asked_at - contact.head_start_ms, contact.sequence, contact.id)
            kind = pool.key.kind
            places.append((self._waiting[contact.group, contact.channel], key))
            if contact.is_here:
                places.append((self._here[contact.group, kind], key))
            if contact.can_be_offered:
                places.append((pool.contacts, key))
            elif contact.shared:
                places.append((pool.ringing, key))
            if contact.step + 1 < len(contact.steps):
                places.append((pool.relaxable, key))
            if contact.step_until is not None:
                places.append((deadlines, (contact.step_until, Due.STEP, contact.id, "", "")))
            if contact.urgent_at is not None:
                places.append((deadlines, (contact.urgent_at, Due.URGENT, contact.id, "", "")))
            places += [(deadlines, (r.expires_at, Due.RING, contact.id, r.agent, "")) for r in contact.ringing]
            if contact.question is not None and contact.question.until is not None and contact.phase is Phase.QUEUED:
                places.append((deadlines, (contact.question.until, Due.QUESTION, contact.id, "", "")))
            if callback is not None:
                places += self._places_of_callback(contact, callback, key)
            elif contact.about is not None:
                places.append((self._kept[contact.group], (contact.id,)))
            if contact.too_long_at is not None and contact.phase is Phase.QUEUED:
                places.append((deadlines, (contact.too_long_at, Due.TOO_LONG, contact.id, "", "")))
        if contact.deadline is not None:
            places.append((deadlines, (contact.deadline, Due.SETUP, contact.id, "", "")))
        if contact.guest is not None and contact.guest.deadline is not None:
            places.append((deadlines, (contact.guest.deadline, Due.GUEST, contact.id, "", "")))
        if caller.grace_until is not None:
            places.append((deadlines, (caller.grace_until, Due.CALLER_GRACE, contact.id, "", "")))
        for agent, until in contact.excluded:
            places.append((deadlines, (until, Due.EXCLUSION, contact.id, agent, "")))
            places.append((self._excluding[agent], (contact.id,)))
        return places

    def _places_of_callback(self, contact: Contact, callback: Callback, key: InLine) -> Iterator[_Place]:
        deadlines = self._deadlines
        yield self._kept[contact.group], (contact.id,)
        if contact.caller.is_attached:
            return
        yield deadlines, (callback.expires_at, Due.CALLBACK_EXPIRY, contact.id, "", "")
        pause = max((m for m in (callback.due_at, callback.retry_at) if m is not None), default=None)
        if callback.invited_until is not None:
            yield deadlines, (callback.invited_until, Due.INVITATION, contact.id, "", "")
        elif pause is not None:
            yield deadlines, (pause, Due.CALLBACK, contact.id, "", "")
        elif not contact.caller.session:
            yield self._callable[contact.group, contact.kind], key

    def _places_of_agent(self, agent: AgentState) -> list[_Place]:
        deadlines = self._deadlines
        places: list[_Place] = [
            (deadlines, (slot.deadline, Due.WRAP_UP, slot.contact, agent.id, ""))
            for slot in agent.slots
            if slot.routing is Routing.WRAP_UP and slot.deadline is not None
        ]
        if agent.endpoint is not None and agent.endpoint.grace_until is not None:
            places.append((deadlines, (agent.endpoint.grace_until, Due.AGENT_GRACE, "", agent.id, "")))
        if agent.back_off_until:
            places.append((deadlines, (agent.back_off_until, Due.BACK_OFF, "", agent.id, "")))
        if agent.not_responding_until is not None:
            places.append((deadlines, (agent.not_responding_until, Due.NO_ANSWER, "", agent.id, "")))
        for source, until in agent.elsewhere:
            places.append((deadlines, (until, Due.ELSEWHERE, "", agent.id, source)))
        return places


def _key(contact: Contact, step: Step) -> PoolKey:
    return _key_of(contact.group, contact.kind, step)


def _key_of(group: GroupId, kind: Kind, step: Step) -> PoolKey:
    needs = tuple((need.skill, need.level) for need in step.needs)
    return PoolKey(group, kind, needs, step.agent, step.by_hand)
