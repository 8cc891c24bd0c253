"""Messages of the namespace ``/supervisor``: what those see who watch over groups. They act by REST.

Everybody is told of the groups they watch over, of the agents who serve these, and of the
contacts in them; of nothing else.
"""

from typing import Literal

from signaling.protocol.agent import Presence
from signaling.protocol.base import Channel, Count, Identity, Message, MillisUtc, Part

Doing = Literal[
    "signed_out",
    "offline",
    "ready",
    "ringing",
    "connecting",
    "talking",
    "held",
    "wrap_up",
    "break",
    "other_work",
    "elsewhere",
    "left_alone",
    "not_responding",
    "lost",
]
"""What an agent does, of several things the one that says most."""


class GroupDay(Part, frozen=True):
    """A group's day so far, by contacts that came in today; messages are not counted.

    The service level is ``withinLevel / (answered + abandoned - shortAbandoned)``: answered within the target,
    of all that were answered or left, short abandons taken out. Contacts still waiting are in neither part.
    """

    offered: Count
    """Contacts that came into the group's line."""
    answered: Count
    """Of these, those in which they talked."""
    within_level: Count
    """Of these, those accepted within the target."""
    abandoned: Count
    """Callers who left before."""
    short_abandoned: Count
    """Of these, those who left almost at once."""
    otherwise: Count
    """Ended or led elsewhere in some other way: another group, a callback, closing time."""
    service_level: Count | None
    """In percent, rounded; null while there is nothing to divide by."""


class SupervisedGroup(Part, frozen=True):
    """A group, now and today."""

    id: Identity
    """The group."""
    name: str
    """In the language of the page."""
    is_open: bool
    """Whether it lets anybody in."""
    closed_by_hand: bool
    """Whether a supervisor closed it."""
    takes_messages: bool
    """Whether those in line may be offered to leave one."""
    calls_back: bool
    """Whether they may be offered a callback."""
    channels: list[Channel]
    """Ways to talk, or to write."""
    waiting: Count
    """How many wait, ringing ones included; not callbacks and messages."""
    longest_asked_at: MillisUtc | None
    """Since when the longest of them."""
    ready: Count
    """Agents who would get a contact now."""
    talking: Count
    """Agents who are rung, connect or talk."""
    wrap_up: Count
    """Agents in wrap-up."""
    on_break: Count
    """Agents in a break or at other work."""
    signed_in: Count
    """Agents who are signed in at all."""
    level_ms: Count
    """Target of the service level: answered within so long,"""
    level_share: Count
    """in so many of a hundred."""
    day: GroupDay
    """Today."""


class SupervisedAgent(Part, frozen=True):
    """An agent of a group."""

    id: Identity
    """The agent."""
    name: str
    """As callers see it."""
    presence: Presence
    """What they chose."""
    presence_reason: str
    """Why, by its code; empty for none."""
    doing: Doing
    """What they do."""
    since: MillisUtc
    """Since when."""
    group_ids: list[Identity]
    """Groups they serve, of those one watches over."""
    contact_id: Identity | None
    """What they are busy with, if it is in one of these."""


class SupervisedContact(Part, frozen=True):
    """An open contact of a group."""

    id: Identity
    """The contact."""
    group_id: Identity
    """Where it is."""
    channel: Channel
    """How it is talked to."""
    phase: Literal["queued", "offered", "connecting", "talking"]
    """Where it stands."""
    asked_at: MillisUtc
    """When the caller asked."""
    phase_since: MillisUtc
    """When this phase began."""
    agent_ids: list[Identity]
    """Who has it and who has joined it, or at whom it rings."""
    has_alarm: bool
    """Offers of it keep failing."""
    caller_present: bool
    """Whether the caller's page is there."""
    held: bool
    """The caller is on hold."""
    is_consultation: bool
    """An agent asks a colleague in it."""
    asked_by: Identity | None
    """That agent, if they are to be seen."""
    is_callback: bool
    """Whether the caller left the page and keeps the place."""


class Day(Part, frozen=True):
    """What the counts of today are worth."""

    since: MillisUtc
    """From when on they count: midnight, or later if the record does not reach back so far."""
    is_complete: bool
    """Whether they count from midnight."""
    short_ms: Count
    """Who leaves within so long is a short abandon."""


class SupervisorAttached(Message, frozen=True, tag="supervisor.attached"):
    """The full picture on every attach. The client replaces what it has."""

    sequence: Count
    """Where the numbers of what follows begin."""
    server_time: MillisUtc
    """For clocks in the picture."""
    day: Day
    """About today's counts."""
    groups: list[SupervisedGroup]
    """Groups one watches over."""
    agents: list[SupervisedAgent]
    """Agents of these."""
    contacts: list[SupervisedContact]
    """Open contacts in these; alarms first, then by age."""
    contacts_left_out: Count
    """How many more there are than fit."""


class SupervisorChanged(Message, frozen=True, tag="supervisor.changed"):
    """What is new since the last picture, at most once a second. What is not in it is as before."""

    sequence: Count
    """One more than the last."""
    server_time: MillisUtc
    """For clocks in the picture."""
    day: Day
    """About today's counts."""
    groups: list[SupervisedGroup]
    """Those that changed, whole."""
    agents: list[SupervisedAgent]
    """Likewise."""
    contacts: list[SupervisedContact]
    """Likewise."""
    gone: list[Identity]
    """Groups, agents and contacts that are not to be seen any more."""
    contacts_left_out: Count
    """How many more contacts there are than fit."""
