"""How a site stands: contacts and agents as values, and the indexes that find them.

Records are frozen and replaced whole, so that a reader on the same loop never sees one
half changed and a snapshot is a shallow copy. Only :mod:`acd.core` changes a
:class:`State`; everybody else reads.
"""

from dataclasses import dataclass, field

from acd.config import Channel, MediaPolicy, Site
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing


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
        back_off_until: Offer nothing before.
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
