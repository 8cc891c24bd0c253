"""What is to be done, as the core decided it. Imperatives; state is their fold.

A decision carries everything that :meth:`acd.core.Core.evolve` needs, so that
evolving judges nothing. Decisions are written to the journal under their class name:
a class is never renamed, a field never removed, and a new field has a default.
"""

from dataclasses import dataclass
from enum import StrEnum

from acd.config import Channel, MediaPolicy, Site
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey


class RefusalReason(StrEnum):
    """Why a contact was not admitted. Also the code a client gets."""

    GROUP_UNKNOWN = "group_unknown"
    GROUP_CLOSED = "group_closed"
    GROUP_FULL = "group_full"
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    TOO_MANY_OPEN = "too_many_open"


class EndReason(StrEnum):
    """How a contact ended. Every exit carries one."""

    ABANDONED = "abandoned"
    """The caller left before an agent was connected."""
    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    CALLER_LOST = "caller_lost"
    """The caller was away for longer than the grace."""
    SETUP_FAILED = "setup_failed"
    """Media could not be connected, after every allowed try."""
    GROUP_GONE = "group_gone"
    """The group was removed from the site's configuration."""


class WithdrawReason(StrEnum):
    """Why an offer no longer rings."""

    DECLINED = "declined"
    MISSED = "missed"
    """It rang to the end: RONA."""
    CALLER_GONE = "caller_gone"
    AGENT_LOST = "agent_lost"
    """The agent's tab or connection is gone, or does not answer its heartbeat."""
    AGENT_UNAVAILABLE = "agent_unavailable"
    """The agent chose another presence, signed out, or no longer serves the group."""
    GROUP_GONE = "group_gone"


class RequeueReason(StrEnum):
    """Why an assigned contact waits again."""

    SETUP_FAILED = "setup_failed"
    AGENT_LOST = "agent_lost"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureSite:
    """These are the rules."""

    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """Let the contact wait. Its place is fixed here for life by (asked_at, sequence)."""

    contact: ContactId
    session: SessionId
    group: GroupId
    channel: Channel
    policy: MediaPolicy
    visitor: VisitorKey
    asked_at: Millis
    sequence: int
    grace_until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Do not let the contact wait. It never becomes a contact."""

    contact: ContactId
    reason: RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachCaller:
    """The caller is there."""

    contact: ContactId
    session: SessionId
    process: ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachCaller:
    """The caller is away and has until then to come back."""

    contact: ContactId
    grace_until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer:
    """Reserve the agent for the contact and let it ring. Raises the epoch."""

    contact: ContactId
    agent: AgentId
    epoch: Epoch
    expires_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """Stop ringing; the contact waits again at its old place, the slot is idle as before."""

    contact: ContactId
    agent: AgentId
    epoch: Epoch
    reason: WithdrawReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeAgent:
    """Do not offer this contact to this agent until then."""

    contact: ContactId
    agent: AgentId
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class EndExclusion:
    """This contact may be offered to this agent again."""

    contact: ContactId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOff:
    """Offer nothing to this agent until then."""

    agent: AgentId
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class EndBackOff:
    """The agent may be offered contacts again."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """The agent has the contact; both ends connect their media until then."""

    contact: ContactId
    agent: AgentId
    epoch: Epoch
    setup_until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMedia:
    """One end has media."""

    contact: ContactId
    epoch: Epoch
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Both ends have media: they talk."""

    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue:
    """Take the contact from its agent and let it wait again, in front.

    Attributes:
        head_start_ms: How far in front: it is treated as if it had asked that much earlier.
    """

    contact: ContactId
    agent: AgentId
    reason: RequeueReason
    head_start_ms: Millis = Millis(24 * 60 * 60 * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndContact:
    """The contact is over."""

    contact: ContactId
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlot:
    """The agent's slot is idle, since now for *longest idle* unless ``keep_idle_since``."""

    agent: AgentId
    keep_idle_since: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWrapUp:
    """The agent works on after the contact, until then at most."""

    agent: AgentId
    contact: ContactId
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWrapUp:
    """Wrap-up is over; empty code if none was chosen. The slot is freed by a :class:`FreeSlot`."""

    agent: AgentId
    contact: ContactId
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNotResponding:
    """The agent let an offer ring out: nothing more for them until they say they are there."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence:
    """The agent's chosen presence is this. Clears *not responding*."""

    agent: AgentId
    presence: Presence
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """This session leads for the agent from now on; another one is superseded.

    Attributes:
        grace_until: A session that has not attached by then is signed out again.
    """

    agent: AgentId
    session: SessionId
    grace_until: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The agent has no session any more and is offline."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachAgent:
    """The agent is there."""

    agent: AgentId
    session: SessionId
    process: ProcessId


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachAgent:
    """The agent is away and has until then to come back."""

    agent: AgentId
    grace_until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHealth:
    """The agent's tab is in this state."""

    agent: AgentId
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDeadlines:
    """Time was skipped: every deadline is this much later."""

    skipped_ms: Millis


Decision = (
    ConfigureSite
    | Admit
    | Refuse
    | AttachCaller
    | DetachCaller
    | MakeOffer
    | WithdrawOffer
    | ExcludeAgent
    | EndExclusion
    | BackOff
    | EndBackOff
    | Assign
    | MarkMedia
    | Connect
    | Requeue
    | EndContact
    | FreeSlot
    | StartWrapUp
    | EndWrapUp
    | MarkNotResponding
    | SetPresence
    | SignIn
    | SignOut
    | AttachAgent
    | DetachAgent
    | SetHealth
    | MoveDeadlines
)
