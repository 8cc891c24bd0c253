"""What is known of one site, as plain data: frozen values that are replaced whole.

A reader on the same loop never sees one half changed, and a snapshot is a shallow copy.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from acd.config import KIND, Answer, Capacity, Channel, Kind, MediaPolicy, Need, Site
from acd.decisions import EndReason, OverflowReason, RequeueReason, Step, Transfer, VisitKind
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where somebody is reached.

    Attributes:
        session: Empty while nobody is expected, as with a callback before its link is opened.
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


NOBODY: Final = Endpoint(session=SessionId(""))
"""Where a caller is who left the page and kept the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """An offer at one agent.

    Attributes:
        slot: The number of the agent's slot that it takes.
    """

    agent: AgentId
    expires_at: Millis
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a caller was asked.

    Attributes:
        until: No answer by then is a no that ends the contact.
        transfer: What their agent wants to do, if it is that.
    """

    answer: Answer
    reason: OverflowReason
    until: Millis | None = None
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A place kept for a caller who left the page.

    Attributes:
        due_at: Not before then; ``None`` once that has come.
        retry_at: Not before then, after a missed invitation.
        attempt: Invitations so far.
        invited_until: While an invitation stands, until when.
        expires_at: When it is given up, unless they are here.
    """

    due_at: Millis | None
    expires_at: Millis
    retry_at: Millis | None = None
    attempt: int = 0
    invited_until: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """An agent who has joined a contact beside its agent.

    Attributes:
        consult: The consultation that brought them in; its slot is theirs.
        epoch: Of their connection with the caller.
        deadline: When the set-up of that connection fails by itself; ``None`` once it stands.
        media: The ends that have media in it.
        takes_over: They have the contact as soon as it stands.
    """

    agent: AgentId
    consult: ContactId
    epoch: Epoch
    deadline: Millis | None
    media: frozenset[Party] = frozenset()
    takes_over: bool = False

    @property
    def is_connected(self) -> bool:
        """Whether they and the caller hear each other."""
        return self.deadline is None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One open contact. An ended one leaves the state with its last decision.

    Attributes:
        asked_at: When the caller asked; with ``sequence`` the place in the queue, for life.
        head_start_ms: Taken off ``asked_at`` for the order.
        agent: Who has accepted it.
        slot: Which of their slots it takes.
        ringing: At whom it rings.
        shared: Whether it rings at several by its group's strategy.
        deadline: When the set-up fails by itself.
        phase_since: When the present phase began.
        media: The ends that have media in this epoch.
        excluded: Agents not to be asked again for this contact, and until when.
        setup_failures: Set-ups that failed so far.
        came_back: Why it waits again, after an agent had it.
        failed_offers: Offers that nobody was gone for and nobody took.
        alarmed: A supervisor has been called.
        needs: What it asks for itself, whatever its group asks for.
        preferred: The agent it would rather have.
        steps: Its routing steps.
        step: Which of them is in force.
        step_until: When that one is over.
        came_at: When it came to the group.
        urgent_at: When it is put forward; ``None``: never, or done.
        too_long_at: When it has waited for too long; likewise.
        hastened: It was put forward once.
        is_settled: The rule about waiting for too long no longer counts.
        visited: Groups it has been in.
        about: The contact about which this one is a consultation.
        asker: The agent who stands for the caller in a consultation.
        consult: The consultation about it.
        consult_ended: How the last consultation about it ended.
        guest: Who has joined it.
        guest_epoch: Of the last guest.
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
    slot: int | None = None
    ringing: tuple[Ring, ...] = ()
    shared: bool = False
    deadline: Millis | None = None
    media: frozenset[Party] = frozenset()
    excluded: tuple[tuple[AgentId, Millis], ...] = ()
    setup_failures: int = 0
    came_back: RequeueReason | None = None
    failed_offers: int = 0
    alarmed: bool = False
    needs: tuple[Need, ...] = ()
    preferred: AgentId | None = None
    steps: tuple[Step, ...] = (Step(),)
    step: int = 0
    step_until: Millis | None = None
    came_at: Millis = Millis(0)
    urgent_at: Millis | None = None
    too_long_at: Millis | None = None
    hastened: bool = False
    is_settled: bool = False
    visited: tuple[GroupId, ...] = ()
    question: Question | None = None
    callback: Callback | None = None
    about: ContactId | None = None
    asker: AgentId | None = None
    consult: ContactId | None = None
    consult_ended: EndReason | None = None
    guest: Guest | None = None
    guest_epoch: Epoch = Epoch(0)

    @property
    def next_epoch(self) -> Epoch:
        """Of the next assignment, to an agent or a guest."""
        return Epoch(max(self.epoch, self.guest_epoch) + 1)

    @property
    def is_consultation(self) -> bool:
        """Whether an agent asks here, and no visitor."""
        return self.about is not None

    @property
    def order(self) -> tuple[int, int]:
        """Smaller goes first: (asked_at - head start, arrival sequence)."""
        return self.asked_at - self.head_start_ms, self.sequence

    @property
    def kind(self) -> Kind:
        """What it takes of an agent's capacity."""
        return KIND[self.channel]

    @property
    def step_in_force(self) -> Step:
        """What it asks for now."""
        return self.steps[self.step]

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has it yet. It may be ringing somewhere."""
        return self.phase is Phase.QUEUED or self.phase is Phase.OFFERED

    @property
    def can_be_offered(self) -> bool:
        """Whether it may ring: it waits, and the caller is there to be answered, if there is one."""
        is_there = self.caller.process is not None or self.channel is Channel.MESSAGE or self.about is not None
        return self.phase is Phase.QUEUED and is_there

    @property
    def excluded_agents(self) -> frozenset[AgentId]:
        """Who must not be asked for it now."""
        return frozenset(agent for agent, _ in self.excluded)

    @property
    def ringing_agents(self) -> tuple[AgentId, ...]:
        """At whom it rings, in the order in which they were asked."""
        return tuple(ring.agent for ring in self.ringing)

    @property
    def is_here(self) -> bool:
        """Whether the caller is attached, or has been told to come."""
        invited = self.callback is not None and self.callback.invited_until is not None
        return self.caller.is_attached or invited or self.is_consultation


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Room for one contact at an agent that is taken.

    Attributes:
        group: The group in which the contact was when it was offered.
        number: Which slot; live contacts have 0, others one of their kind's.
        since: When this routing state began.
        deadline: When it ends by itself.
    """

    contact: ContactId
    group: GroupId
    channel: Channel
    routing: Routing
    since: Millis
    deadline: Millis | None = None
    number: int = 0


_SHOWN_FIRST: Final = (Routing.CONNECTING, Routing.TALKING, Routing.HELD, Routing.OFFERED, Routing.WRAP_UP)
_ENGAGED: Final = frozenset({Routing.OFFERED, Routing.CONNECTING, Routing.WRAP_UP})


@dataclass(frozen=True, kw_only=True)
class AgentState:
    """One agent of the site's configuration.

    Attributes:
        endpoint: The leading session; ``None`` while signed out.
        slots: Those that are taken; the core alone writes them.
        routing_since: Since when no slot is taken, or since when they do not respond.
        is_responding: False once they let an offer ring out.
        not_responding_until: When they count as there again by themselves.
        elsewhere: Systems that have the agent, each until when.
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
    slots: tuple[Slot, ...] = ()
    routing_since: Millis = Millis(0)
    is_responding: bool = True
    not_responding_until: Millis | None = None
    elsewhere: tuple[tuple[str, Millis], ...] = ()
    idle_since: Millis = Millis(0)
    back_off_until: Millis = Millis(0)

    @property
    def vacancy(self) -> Routing:
        """How the slots stand that are not taken."""
        return Routing.IDLE if self.is_responding else Routing.NOT_RESPONDING

    @property
    def shown(self) -> Slot | None:
        """The slot that says best what they do."""
        if len(self.slots) < 2:
            return self.slots[0] if self.slots else None
        return min(self.slots, key=lambda slot: (_SHOWN_FIRST.index(slot.routing), slot.number))

    @property
    def routing(self) -> Routing:
        """What they do, of several things the one that says most."""
        shown = self.shown
        return self.vacancy if shown is None else shown.routing

    @property
    def contact(self) -> ContactId | None:
        """The contact of the slot that is shown."""
        shown = self.shown
        return None if shown is None else shown.contact

    @property
    def deadline(self) -> Millis | None:
        """When the slot that is shown changes by itself."""
        shown = self.shown
        return None if shown is None else shown.deadline

    def slot_of(self, contact: ContactId) -> Slot | None:
        """The slot that the contact takes."""
        return next((slot for slot in self.slots if slot.contact == contact), None)

    @property
    def is_signed_in(self) -> bool:
        """Whether a session leads for them, attached or in grace."""
        return self.endpoint is not None

    @property
    def is_available(self) -> bool:
        """Whether they chose to be asked."""
        return self.presence is Presence.AVAILABLE or self.presence is Presence.ONCE

    @property
    def is_staffing(self) -> bool:
        """Whether they are at work: available, though perhaps busy or briefly away, and not one who let it ring."""
        return self.endpoint is not None and self.is_available and self.is_responding

    @property
    def is_routable(self) -> bool:
        """Whether an offer may ring here now, as far as slots are not concerned."""
        return (
            self.endpoint is not None
            and self.endpoint.process is not None
            and (self.presence is Presence.AVAILABLE or (self.presence is Presence.ONCE and not self.slots))
            and self.is_responding
            and self.health is not Health.LOST
            and not self.back_off_until
            and not self.elsewhere
        )

    @property
    def is_engaged(self) -> bool:
        """Whether they are doing something that nothing may ring beside."""
        return any(slot.routing in _ENGAGED for slot in self.slots)

    def has_room(self, kind: Kind, capacity: Capacity) -> bool:
        """Whether the capacity allows one more contact of this kind beside those in the slots."""
        most = min(1, capacity.live) if kind is Kind.LIVE else capacity.chat if kind is Kind.CHAT else capacity.message
        if not self.slots:
            return most > 0
        same = 0
        for slot in self.slots:
            busy = KIND[slot.channel]
            if busy is kind:
                same += 1
            elif not any(i.busy is busy and i.by is kind for i in capacity.interruptions):
                return False
        return same < most


@dataclass(frozen=True, kw_only=True)
class GroupState:
    """What is so of a group by itself, not by its configuration.

    Attributes:
        is_open: What its hours say.
        changes_at: When they say something else.
        by_hand: A supervisor closed it.
        serve_until: While it is closed, when those in line get ``waiting``.
        waiting: What they get; ``None``: what the configuration says.
        last_asked: The agent whom the group asked last.
    """

    id: GroupId
    is_open: bool = True
    changes_at: Millis | None = None
    by_hand: bool = False
    serve_until: Millis | None = None
    waiting: Answer | None = None
    last_asked: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is remembered of a visitor for the next contact."""

    visitor: VisitorKey
    kind: VisitKind
    agent: AgentId | None
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All of a :class:`~acd.state.State` that is not derived, as plain data for a snapshot.

    Attributes:
        next_sequence: The arrival sequence of the next contact.
        at: When the last decision was made.
    """

    site: Site | None = None
    contacts: tuple[Contact, ...] = ()
    agents: tuple[AgentState, ...] = ()
    groups: tuple[GroupState, ...] = ()
    visitors: tuple[Memory, ...] = ()
    next_sequence: int = 1
    at: Millis = Millis(0)


_Record = TypeVar("_Record", Contact, AgentState, Slot, GroupState)


def changed(record: _Record, **changes: Any) -> _Record:
    """The record with these fields changed.

    What :func:`dataclasses.replace` does, in a tenth of the time: every decision changes one or
    two of these. That is why they have no ``__slots__``.
    """
    new = object.__new__(type(record))
    fields = record.__dict__.copy()
    fields.update(changes)
    object.__setattr__(new, "__dict__", fields)
    return new
