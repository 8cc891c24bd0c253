"""How a site stands: contacts and agents as values, and the indexes that find them.

Records are frozen and replaced whole, so that a reader on the same loop never sees one
half changed and a snapshot is a shallow copy. Everything that is not in a record is
derived from the records: lines, counts and deadlines. Only :mod:`acd.evolution` changes
a :class:`State`; everybody else reads.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from acd.config import Channel, Group, MediaPolicy, Site
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where somebody is reached.

    Attributes:
        process: The gateway process with the socket; ``None`` while detached.
        grace_until: While detached, the moment after which they count as gone.
    """

    session: SessionId
    process: ProcessId | None = None
    grace_until: Millis | None = None

    @property
    def is_attached(self) -> bool:
        """Whether there is a socket right now."""
        return self.process is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One open contact. An ended one leaves the state with its last decision.

    Attributes:
        asked_at: When the caller asked; with ``sequence`` the place in the queue, for life.
        head_start_ms: Taken off ``asked_at`` for the order: who was dropped by us goes in front.
        agent: Who it is offered to, or who has it.
        deadline: When the present phase ends by itself: the offer expires, the set-up fails.
        phase_since: When the present phase began.
        media: The ends that have media in this epoch.
        excluded: Agents not to be asked again for this contact, and until when.
        setup_failures: Set-ups that failed so far.
    """

    id: ContactId
    group: GroupId
    channel: Channel
    policy: MediaPolicy
    visitor: VisitorKey
    asked_at: Millis
    sequence: int
    phase: Phase
    phase_since: Millis
    caller: Endpoint
    epoch: Epoch = Epoch(0)
    head_start_ms: Millis = Millis(0)
    agent: AgentId | None = None
    deadline: Millis | None = None
    media: frozenset[Party] = frozenset()
    excluded: tuple[tuple[AgentId, Millis], ...] = ()
    setup_failures: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """Smaller goes first: (asked_at - head start, arrival sequence)."""
        return self.asked_at - self.head_start_ms, self.sequence

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has it yet. It may be ringing somewhere."""
        return self.phase in {Phase.QUEUED, Phase.OFFERED}

    @property
    def can_be_offered(self) -> bool:
        """Whether it may ring: it waits, and the caller is there to be answered."""
        return self.phase is Phase.QUEUED and self.caller.is_attached

    @property
    def excluded_agents(self) -> frozenset[AgentId]:
        """Who must not be asked for it now."""
        return frozenset(agent for agent, _ in self.excluded)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """One agent of the site's configuration.

    Attributes:
        endpoint: The leading session; ``None`` while signed out.
        routing: The slot's state; the core alone writes it.
        routing_since: When the slot's present state began.
        contact: What the slot is about: offered, connecting, talking or wrap-up.
        deadline: When wrap-up ends by itself.
        idle_since: For *longest idle*: end of the last handled contact, wrap-up included,
            or when the agent became available.
        back_off_until: Offer nothing before; 0 while there is no back-off.
    """

    id: AgentId
    groups: tuple[GroupId, ...]
    endpoint: Endpoint | None = None
    presence: Presence = Presence.OFFLINE
    presence_reason: str = ""
    presence_since: Millis = Millis(0)
    health: Health = Health.LOST
    routing: Routing = Routing.IDLE
    routing_since: Millis = Millis(0)
    contact: ContactId | None = None
    deadline: Millis | None = None
    idle_since: Millis = Millis(0)
    back_off_until: Millis = Millis(0)

    @property
    def is_signed_in(self) -> bool:
        """Whether a session leads for them, attached or in grace."""
        return self.endpoint is not None

    @property
    def is_staffing(self) -> bool:
        """Whether they are at work: available, though perhaps busy or briefly away, and not one who let it ring."""
        return self.is_signed_in and self.presence is Presence.AVAILABLE and self.routing is not Routing.NOT_RESPONDING

    @property
    def is_routable(self) -> bool:
        """Whether an offer may ring here now."""
        return (
            self.presence is Presence.AVAILABLE
            and self.routing is Routing.IDLE
            and self.health is not Health.LOST
            and self.endpoint is not None
            and self.endpoint.is_attached
            and not self.back_off_until
        )


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


class Deadline(NamedTuple):
    """A moment at which something ends by itself, in the order in which they are dealt with.

    Attributes:
        contact: Whom it is about; empty for an agent's own deadlines.
        agent: Likewise; empty for a contact's own deadlines.
    """

    at: Millis
    due: Due
    contact: ContactId = ContactId("")
    agent: AgentId = AgentId("")


_DUE_IN_PHASE: Mapping[Phase, Due] = {Phase.OFFERED: Due.RING, Phase.CONNECTING: Due.SETUP}


InLine = tuple[int, int, ContactId]
"""Who waits: the contact's order, and its id."""

Idle = tuple[Millis, AgentId]
"""Who is idle, since when."""

_Place = tuple[Line[Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All of a :class:`State` that is not derived, as plain data for a snapshot.

    Attributes:
        next_sequence: The arrival sequence of the next contact.
        at: When the last decision was made.
    """

    site: Site | None = None
    contacts: tuple[Contact, ...] = ()
    agents: tuple[AgentState, ...] = ()
    next_sequence: int = 1
    at: Millis = Millis(0)


class State:
    """One site: the fold of its decisions.

    Attributes:
        site: The rules in force; ``None`` before the first ones.
        contacts: Open contacts.
        agents: Agents of the site's configuration, signed in or not.
        next_sequence: The arrival sequence of the next contact.
        at: When the last decision was made.
    """

    def __init__(self) -> None:
        self.site: Site | None = None
        self.contacts: dict[ContactId, Contact] = {}
        self.agents: dict[AgentId, AgentState] = {}
        self.next_sequence = 1
        self.at = Millis(0)
        self._groups: dict[GroupId, Group] = {}
        self._forget_lines()

    # What others read.

    def group(self, group: GroupId) -> Group | None:
        """The group's rules, if there is such a group."""
        return self._groups.get(group)

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
        """How many contacts of the group wait, ringing ones included."""
        lines = (self._waiting.get((group, channel)) for channel in Channel)
        return sum(len(line) for line in lines if line is not None)

    def agents_ready(self, group: GroupId) -> int:
        """How many agents could be offered a contact of the group now."""
        return len(self._ready_agents.get(group, ()))

    def agents_staffing(self, group: GroupId) -> int:
        """How many agents of the group are at work, busy ones included."""
        return len(self._staffing.get(group, ()))

    def excluding(self, agent: AgentId) -> list[ContactId]:
        """The contacts that must not be offered to the agent now."""
        return [contact for (contact,) in self._excluding.get(agent, ())]

    def open_contacts(self, visitor: VisitorKey) -> int:
        """How many contacts the visitor has open."""
        return self._visitors[visitor]

    @property
    def next_deadline(self) -> Millis | None:
        """The earliest moment at which something ends by itself."""
        first = self._deadlines.first
        return None if first is None else first.at

    def due(self, at: Millis) -> list[Deadline]:
        """The deadlines that have passed at this moment, in the order to deal with them."""
        return self._deadlines.below((at + 1,))

    def is_due(self, deadline: Deadline) -> bool:
        """Whether the deadline still stands."""
        return deadline in self._deadlines

    def offerable(self) -> Iterator[tuple[Line[InLine], Line[Idle]]]:
        """For each group that has both: contacts that may ring, and agents to ring at, best first."""
        for group, contacts in self._ready_contacts.items():
            agents = self._ready_agents.get(group)
            if contacts and agents:
                yield contacts, agents

    def records(self) -> Records:
        """The state as plain data. Cheap: records are frozen, so nothing is copied deep."""
        return Records(
            site=self.site,
            contacts=tuple(self.contacts.values()),
            agents=tuple(self.agents.values()),
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
        state.replace_all(records.contacts, records.agents)
        return state

    # What only evolution does.

    def replace_all(self, contacts: Iterable[Contact], agents: Iterable[AgentState]) -> None:
        """Take these instead of all that was there, and derive everything anew."""
        self._groups = {group.id: group for group in self.site.groups} if self.site else {}
        self.contacts = {}
        self.agents = {}
        self._forget_lines()
        for contact in contacts:
            self.put_contact(contact)
        for agent in agents:
            self.put_agent(agent)

    def put_contact(self, contact: Contact) -> None:
        """Take this instead of what was known of the contact."""
        before = self.contacts.get(contact.id)
        self.contacts[contact.id] = contact
        if before is None:
            self._visitors[contact.visitor] += 1
        self._move(self._places_of_contact(before), self._places_of_contact(contact))

    def drop_contact(self, contact: ContactId) -> None:
        """Forget the contact."""
        before = self.contacts.pop(contact)
        self._visitors[before.visitor] -= 1
        if not self._visitors[before.visitor]:
            del self._visitors[before.visitor]
        self._move(self._places_of_contact(before), set())

    def put_agent(self, agent: AgentState) -> None:
        """Take this instead of what was known of the agent."""
        before = self.agents.get(agent.id)
        self.agents[agent.id] = agent
        self._move(self._places_of_agent(before), self._places_of_agent(agent))

    def _forget_lines(self) -> None:
        self._waiting: defaultdict[tuple[GroupId, Channel], Line[InLine]] = defaultdict(Line)
        self._ready_contacts: defaultdict[GroupId, Line[InLine]] = defaultdict(Line)
        self._ready_agents: defaultdict[GroupId, Line[Idle]] = defaultdict(Line)
        self._staffing: defaultdict[GroupId, Line[tuple[AgentId]]] = defaultdict(Line)
        self._excluding: defaultdict[AgentId, Line[tuple[ContactId]]] = defaultdict(Line)
        self._deadlines: Line[Deadline] = Line()
        self._visitors: Counter[VisitorKey] = Counter()

    def _move(self, before: set[_Place], after: set[_Place]) -> None:
        for line, key in before - after:
            line.leave(key)
        for line, key in after - before:
            line.join(key)

    def _places_of_contact(self, contact: Contact | None) -> set[_Place]:
        if contact is None:
            return set()
        places: set[_Place] = set()
        key = (*contact.order, contact.id)
        if contact.is_waiting:
            places.add((self._waiting[contact.group, contact.channel], key))
        if contact.can_be_offered:
            places.add((self._ready_contacts[contact.group], key))
        if contact.deadline is not None:
            places.add((self._deadlines, Deadline(contact.deadline, _DUE_IN_PHASE[contact.phase], contact.id)))
        if contact.caller.grace_until is not None:
            places.add((self._deadlines, Deadline(contact.caller.grace_until, Due.CALLER_GRACE, contact.id)))
        for agent, until in contact.excluded:
            places.add((self._deadlines, Deadline(until, Due.EXCLUSION, contact.id, agent)))
            places.add((self._excluding[agent], (contact.id,)))
        return places

    def _places_of_agent(self, agent: AgentState | None) -> set[_Place]:
        if agent is None:
            return set()
        places: set[_Place] = set()
        for group in agent.groups:
            if agent.is_staffing:
                places.add((self._staffing[group], (agent.id,)))
            if agent.is_routable:
                places.add((self._ready_agents[group], (agent.idle_since, agent.id)))
        if agent.deadline is not None:
            places.add((self._deadlines, Deadline(agent.deadline, Due.WRAP_UP, agent=agent.id)))
        if agent.endpoint is not None and agent.endpoint.grace_until is not None:
            places.add((self._deadlines, Deadline(agent.endpoint.grace_until, Due.AGENT_GRACE, agent=agent.id)))
        if agent.back_off_until:
            places.add((self._deadlines, Deadline(agent.back_off_until, Due.BACK_OFF, agent=agent.id)))
        return places
