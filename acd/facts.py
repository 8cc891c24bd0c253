"""What happened, as told to the core. Past tense; nothing here is judged yet.

A fact may be late, repeated or wrong about the present; the core decides what it
means. Ids and routing attributes only, never anything personal. Facts are written to
the journal under their class name, so a class is never renamed and a field never
removed; a new field has a default.
"""

from dataclasses import dataclass
from enum import StrEnum

from acd.config import Channel, Site
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey


class Presence(StrEnum):
    """What an agent chose."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"


class Health(StrEnum):
    """What the heartbeat of an agent's tab says."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    LOST = "lost"


class Party(StrEnum):
    """One of the two ends of a contact."""

    CALLER = "caller"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfigured:
    """The rules are these from now on."""

    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRequested:
    """A visitor asked to talk to a group. Makes the visitor a caller.

    Attributes:
        session: The caller's session, born with the contact; not attached yet.
    """

    contact: ContactId
    session: SessionId
    group: GroupId
    channel: Channel
    visitor: VisitorKey


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAttached:
    """The caller's session has a socket again, on this process."""

    contact: ContactId
    session: SessionId
    process: ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerDetached:
    """The caller's socket is gone.

    Attributes:
        leaving: The page said it was closing, so the grace is short.
        process: Where the socket was. Given, it keeps a late word from a process they
            already left from detaching them from where they are now.
    """

    contact: ContactId
    session: SessionId
    leaving: bool = False
    process: ProcessId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHungUp:
    """The caller left the queue or ended the call."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedIn:
    """An agent opened the desk: this session leads, any older one of theirs no longer does."""

    agent: AgentId
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAttached:
    """The agent's session has a socket, on this process."""

    agent: AgentId
    session: SessionId
    process: ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDetached:
    """The agent's socket is gone.

    Attributes:
        leaving: The page said it was closing, so the grace is short.
        process: Where the socket was. Given, it keeps a late word from a process they
            already left from detaching them from where they are now.
    """

    agent: AgentId
    session: SessionId
    leaving: bool = False
    process: ProcessId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSignedOut:
    """The agent signed out, or an administrator signed them out."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceChosen:
    """The agent chose a presence. Also what clears *not responding*.

    Attributes:
        reason: A code of the site's list, for breaks; empty otherwise.
    """

    agent: AgentId
    presence: Presence
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHealthChanged:
    """The heartbeat of the agent's tab says something new."""

    agent: AgentId
    session: SessionId
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    """The agent pressed *Accept*."""

    agent: AgentId
    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    """The agent pressed *Decline*."""

    agent: AgentId
    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaConnected:
    """One end says that media flows."""

    contact: ContactId
    epoch: Epoch
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFailed:
    """One end gave up connecting, or lost the connection for good."""

    contact: ContactId
    epoch: Epoch
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHungUp:
    """The agent ended the call."""

    agent: AgentId
    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpFinished:
    """The agent is done with the work after the contact.

    Attributes:
        code: Disposition code, a code of the site's list; empty if none was chosen.
    """

    agent: AgentId
    contact: ContactId
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactContradicted:
    """An end's reports say, for longer than the grace, that it has no such call."""

    contact: ContactId
    epoch: Epoch
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLost:
    """A gateway process died: whoever was attached to it is detached, with full grace."""

    process: ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSkipped:
    """Nobody decided for this long, or the clock jumped: every deadline moves by it."""

    skipped_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A deadline may have passed. Told only by whoever holds the claim."""


Fact = (
    SiteConfigured
    | ContactRequested
    | CallerAttached
    | CallerDetached
    | CallerHungUp
    | AgentSignedIn
    | AgentAttached
    | AgentDetached
    | AgentSignedOut
    | PresenceChosen
    | AgentHealthChanged
    | OfferAccepted
    | OfferDeclined
    | MediaConnected
    | MediaFailed
    | AgentHungUp
    | WrapUpFinished
    | ContactContradicted
    | ProcessLost
    | TimeSkipped
    | Ticked
)
