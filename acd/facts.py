"""What happened, as told to the core. Past tense; nothing here is judged yet.

A fact may be late, repeated or wrong about the present; the core decides what it
means. Ids and routing attributes only, never anything personal. Facts are written to
the journal under their class name, so a class is never renamed and a field never
removed; a new field has a default.
"""

from dataclasses import dataclass
from enum import StrEnum

from acd.config import Answer, Channel, Need, Site
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey


class Presence(StrEnum):
    """What an agent chose."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    ONCE = "once"
    """Available for one contact; a break follows by itself."""
    BUSY = "busy"
    """At the desk, but with other work."""
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
        needs: What this contact asks for beside what its group asks for: the visitor's choice
            of a topic or a language, and what the website vouches for.
        priority: Points, as vouched for by the website; each is a head start of ``Site.point_ms``.
        preferred: The agent to ask first, where the group's strategy heeds that.
        callback: They do not wait on the page but want to be called back.
        due_at: Not before then, for a callback with a date.
    """

    contact: ContactId
    session: SessionId
    group: GroupId
    channel: Channel
    visitor: VisitorKey
    needs: tuple[Need, ...] = ()
    priority: int = 0
    preferred: AgentId | None = None
    callback: bool = False
    due_at: Millis | None = None


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
class CallbackChosen:
    """The caller leaves the page but not the line.

    Attributes:
        due_at: Not before then; ``None``: when it is their turn.
    """

    contact: ContactId
    due_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReturned:
    """Somebody opened the link of a callback: this session is the caller's from now on."""

    contact: ContactId
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAnswered:
    """The caller answered what they were asked, with yes or no."""

    contact: ContactId
    accepted: bool


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
    """The agent pressed *Decline*.

    Attributes:
        busy: Not they but their devices said no: something else has the microphone.
    """

    agent: AgentId
    contact: ContactId
    epoch: Epoch
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaConnected:
    """One end says that media flows.

    The epoch says of which connection of the contact: that with its agent or that with a guest.
    """

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
class TransferAsked:
    """The agent wants somebody else to have the contact, and leaves: a blind transfer.

    Attributes:
        to_agent: To this agent, of the contact's group or not; else to a group.
        to_group: To this group; ``None``: the one it is in.
        needs: What the new agent must be able to do, beside what the contact asks for anyway.
    """

    agent: AgentId
    contact: ContactId
    epoch: Epoch
    to_agent: AgentId | None = None
    to_group: GroupId | None = None
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """The agent wants the caller to wait a moment, or to talk on.

    Attributes:
        on: To wait; else to talk on.
    """

    agent: AgentId
    contact: ContactId
    epoch: Epoch
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAsked:
    """The agent wants to ask a colleague about the contact, while its caller waits.

    Attributes:
        consult: The consultation, a contact of its own.
        to_agent: This agent, of the contact's group or not; else somebody of a group.
        to_group: Of this group; ``None``: the one the contact is in.
        needs: What the colleague must be able to do, beside what the contact asks for anyway.
    """

    agent: AgentId
    contact: ContactId
    epoch: Epoch
    consult: ContactId
    to_agent: AgentId | None = None
    to_group: GroupId | None = None
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEndAsked:
    """The agent is done with the colleague, and turns to the caller again."""

    agent: AgentId
    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceAsked:
    """The agent wants the colleague and the caller to talk to each other, too."""

    agent: AgentId
    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverAsked:
    """The agent wants the colleague to have the contact, and leaves once those two are connected: a warm transfer."""

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
class AgentElsewhere:
    """Another system has the agent: a telephone, say.

    Attributes:
        source: Which system. Each has a word of its own; the agent is back when all say so.
        for_ms: How long that holds unless it is said again; 0: the agent is back.
    """

    agent: AgentId
    source: str
    for_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupClosed:
    """A supervisor closed the group now, whatever its hours say.

    Attributes:
        waiting: What those in line get at once; ``None``: they are still served.
    """

    group: GroupId
    waiting: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReopened:
    """A supervisor took back that the group is closed; its hours count again."""

    group: GroupId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAsked:
    """A supervisor wants this agent to have this contact, of their groups or not."""

    contact: ContactId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAsked:
    """A supervisor wants the contact to end."""

    contact: ContactId


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
    | CallbackChosen
    | CallerReturned
    | CallerAnswered
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
    | TransferAsked
    | HoldAsked
    | ConsultAsked
    | ConsultEndAsked
    | ConferenceAsked
    | HandOverAsked
    | WrapUpFinished
    | ContactContradicted
    | AgentElsewhere
    | GroupClosed
    | GroupReopened
    | AssignmentAsked
    | EndAsked
    | ProcessLost
    | TimeSkipped
    | Ticked
)
