"""What is to be done, as the core decided it. Imperatives; state is their fold.

A decision carries everything that :meth:`acd.core.Core.evolve` needs, so that
evolving judges nothing. Decisions are written to the journal under their class name:
a class is never renamed, a field never removed, and a new field has a default.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from acd.config import Answer, Channel, MediaPolicy, Need, Site
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, VisitorKey


class RefusalReason(StrEnum):
    """Why a contact was not admitted. Also the code a client gets."""

    GROUP_UNKNOWN = "group_unknown"
    GROUP_CLOSED = "group_closed"
    GROUP_EMPTY = "group_empty"
    """Nobody who would count as staff is there."""
    GROUP_UNDERSTAFFED = "group_understaffed"
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
    TOO_LONG = "too_long"
    """It waited for longer than its group lets anybody wait."""
    CLOSED = "closed"
    """The group closed before it was its turn."""
    CHOSE_MESSAGE = "chose_message"
    """The caller left a message instead, which is a contact of its own."""
    CALLBACK_CANCELLED = "callback_cancelled"
    CALLBACK_MISSED = "callback_missed"
    """Nobody came to any of the invitations, or it expired."""
    SUPERVISOR = "supervisor"
    HANDED_OVER = "handed_over"
    """A consultation whose colleague has the contact now."""
    NOT_ANSWERED = "not_answered"
    """A consultation for which there is nobody, or nobody any more."""
    CONTACT_OVER = "contact_over"
    """A consultation about a contact that is no longer in the asking agent's hands."""
    AGENT_LOST = "agent_lost"
    """A consultation whose colleague was away for longer than the grace."""


class GuestReason(StrEnum):
    """Why a guest left."""

    LEFT = "left"
    """The consultation that brought them in is over."""
    SETUP_FAILED = "setup_failed"
    CONTRADICTED = "contradicted"
    CONTACT_OVER = "contact_over"


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
    BUSY = "busy"
    """The agent's devices were taken."""
    TAKEN = "taken"
    """Somebody else accepted first."""
    UNANSWERED = "unanswered"
    """It rang at several, and nobody answered. Nobody's fault."""
    MOVED = "moved"
    """It goes somewhere else."""
    GROUP_GONE = "group_gone"


class RequeueReason(StrEnum):
    """Why an assigned contact waits again."""

    SETUP_FAILED = "setup_failed"
    AGENT_LOST = "agent_lost"
    CONTRADICTED = "contradicted"
    TRANSFERRED = "transferred"


class StepReason(StrEnum):
    """Why a routing step is over."""

    EXPIRED = "expired"
    HOPELESS = "hopeless"
    """Nobody at work could have met it, and somebody can meet a later one."""


class OverflowReason(StrEnum):
    """Why a contact is led somewhere else."""

    CLOSED = "closed"
    EMPTY = "empty"
    UNDERSTAFFED = "understaffed"
    FULL = "full"
    TOO_LONG = "too_long"
    TRANSFERRED = "transferred"


class VisitKind(StrEnum):
    """How a visitor's last contact went, as far as it matters for the next."""

    REACHED = "reached"
    DROPPED = "dropped"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A routing step: what a contact asks for, and for how long.

    Attributes:
        needs: All of them, sorted by skill.
        agent: Only this one.
        for_ms: How long; ``None`` for the last one, which stays.
        by_hand: A supervisor said so: membership of the group does not matter.
    """

    needs: tuple[Need, ...] = ()
    agent: AgentId | None = None
    for_ms: Millis | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """To whom a contact is handed on.

    Attributes:
        agent: To this agent; else to a group.
        group: To this group; ``None``: the one it is in.
        needs: What is asked for there, beside what the contact asks for anyway.
    """

    agent: AgentId | None = None
    group: GroupId | None = None
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a group's rules make of a contact when it joins.

    Attributes:
        steps: In this order; at least one.
        step_until: When the first one is over.
        urgent_at: When it is put forward for the sake of the service level.
        too_long_at: When it has waited for too long.
    """

    steps: tuple[Step, ...] = (Step(),)
    step_until: Millis | None = None
    urgent_at: Millis | None = None
    too_long_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureSite:
    """These are the rules."""

    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """Let the contact wait. Its place is fixed here for life by (asked_at, sequence).

    Attributes:
        group: Where it waits. Not always where it was asked for: see ``overflowed``.
        grace_until: ``None``: nobody needs to be there.
        head_start_ms: Taken off ``asked_at`` for the order.
        needs: What the contact itself asks for, whatever group it is in.
        overflowed: Why it waits in another group than ``asked_group``.
    """

    contact: ContactId
    session: SessionId
    group: GroupId
    channel: Channel
    policy: MediaPolicy
    visitor: VisitorKey
    asked_at: Millis
    sequence: int
    grace_until: Millis | None
    head_start_ms: Millis = Millis(0)
    needs: tuple[Need, ...] = ()
    rules: Rules = field(default_factory=Rules)
    preferred: AgentId | None = None
    asked_group: GroupId | None = None
    overflowed: OverflowReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Do not let the contact wait. It never becomes a contact.

    Attributes:
        answer: What the visitor may do instead.
    """

    contact: ContactId
    reason: RefusalReason
    answer: Answer = field(default_factory=Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireStep:
    """The contact's routing step is over; the next one is in force, until then."""

    contact: ContactId
    reason: StepReason
    until: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrependStep:
    """Put this step in front of the one in force, until then."""

    contact: ContactId
    step: Step
    until: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRules:
    """The group's rules have changed: these are the contact's now, and this step is in force."""

    contact: ContactId
    rules: Rules
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hasten:
    """Put the contact forward by this much, for the sake of the service level."""

    contact: ContactId
    by_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Call a supervisor: offers of this contact keep failing. It goes on waiting."""

    contact: ContactId
    failed_offers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Let the contact wait in this group from now on, at the place it has earned.

    Attributes:
        needs: What the contact itself asks for from now on; ``None``: as before.
    """

    contact: ContactId
    group: GroupId
    policy: MediaPolicy
    reason: OverflowReason
    rules: Rules
    needs: tuple[Need, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCaller:
    """Ask the caller whether they want this instead. They go on waiting meanwhile.

    Attributes:
        until: No answer by then ends the contact; ``None``: it may stay unanswered.
        transfer: What their agent wants to do, if it is that.
    """

    contact: ContactId
    answer: Answer
    reason: OverflowReason
    until: Millis | None = None
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropQuestion:
    """What the caller was asked no longer matters; they wait on. Nor is it too long any more."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlace:
    """The caller has left the page, and keeps the place for a callback."""

    contact: ContactId
    due_at: Millis | None
    expires_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeCallback:
    """The callback may be invited from now on: its date has come, or its pause is over."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteCaller:
    """It is nearly their turn: send them the link, good until then."""

    contact: ContactId
    attempt: int
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class MissInvitation:
    """They did not come, or left again; they are invited again from then on."""

    contact: ContactId
    retry_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewCaller:
    """This session is the caller's now; it has until then to attach."""

    contact: ContactId
    session: SessionId
    grace_until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberVisitor:
    """Remember until then how the visitor's contact went, and who talked to them."""

    visitor: VisitorKey
    kind: VisitKind
    agent: AgentId | None
    until: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetVisitor:
    """That is long ago."""

    visitor: VisitorKey


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGroup:
    """The group is open; its hours change next at that time."""

    group: GroupId
    changes_at: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseGroup:
    """The group lets nobody in any more.

    Attributes:
        is_open: What its hours say meanwhile.
        changes_at: When its hours change next.
        by_hand: A supervisor said so.
        serve_until: Who is in line is served until then, and then gets ``waiting``.
    """

    group: GroupId
    is_open: bool = False
    changes_at: Millis | None = None
    by_hand: bool = False
    serve_until: Millis | None = None
    waiting: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndService:
    """Who is still in line of the closed group has been told; look again then, if some rang."""

    group: GroupId
    again_at: Millis | None = None


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
    """Reserve the agent for the contact and let it ring. Raises the epoch.

    Attributes:
        shared: It rings at several, who share the epoch; the first to accept has it.
        slot: The number of the agent's slot that it takes.
    """

    contact: ContactId
    agent: AgentId
    epoch: Epoch
    expires_at: Millis
    shared: bool = False
    slot: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """Stop ringing there, the slot is idle as before. Ringing nowhere else, the contact waits at its old place."""

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


IN_FRONT_MS: Final = Millis(24 * 60 * 60 * 1000)
"""Head start of who has been talking already, longer than anybody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue:
    """Take the contact from its agent and let it wait again, in front.

    Attributes:
        head_start_ms: How far in front: it is treated as if it had asked that much earlier.
    """

    contact: ContactId
    agent: AgentId
    reason: RequeueReason
    head_start_ms: Millis = IN_FRONT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Let the caller wait while their agent is busy with something else."""

    contact: ContactId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The agent and the caller talk on."""

    contact: ContactId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Let a consultation wait for a colleague: a contact of its own, in which the asking agent stands for the caller.

    Attributes:
        about: The contact that is asked about.
        agent: Who asks.
        head_start_ms: Taken off ``asked_at`` for the order: a caller is held meanwhile.
    """

    contact: ContactId
    about: ContactId
    agent: AgentId
    group: GroupId
    channel: Channel
    policy: MediaPolicy
    asked_at: Millis
    sequence: int
    head_start_ms: Millis
    needs: tuple[Need, ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Let the colleague of the consultation join the contact; they and the caller connect their media until then.

    Attributes:
        epoch: Of the connection between the two. Raised as by a new assignment.
        takes_over: They have the contact as soon as they are connected.
    """

    contact: ContactId
    agent: AgentId
    consult: ContactId
    epoch: Epoch
    setup_until: Millis
    takes_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectGuest:
    """The guest and the caller both have media: a conference."""

    contact: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectHandOver:
    """The guest has the contact as soon as they are connected to the caller."""

    contact: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissGuest:
    """The guest is no longer at the contact."""

    contact: ContactId
    agent: AgentId
    epoch: Epoch
    reason: GuestReason


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The guest has the contact from now on, in the slot of their consultation; the connection stays.

    Attributes:
        agent: Who had it.
        to: The guest.
        consult: The consultation, which has just ended.
        epoch: The guest's, and from now on the contact's.
    """

    contact: ContactId
    agent: AgentId
    to: AgentId
    consult: ContactId
    epoch: Epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class EndContact:
    """The contact is over."""

    contact: ContactId
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlot:
    """The slot that the contact had is idle, since now for *longest idle* unless ``keep_idle_since``.

    Attributes:
        contact: ``None`` in records from when an agent had a single slot.
    """

    agent: AgentId
    keep_idle_since: bool = False
    contact: ContactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWrapUp:
    """The agent works on after the contact, until then at most; ``None``: until they say so."""

    agent: AgentId
    contact: ContactId
    until: Millis | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWrapUp:
    """Wrap-up is over; empty code if none was chosen. The slot is freed by a :class:`FreeSlot`."""

    agent: AgentId
    contact: ContactId
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNotResponding:
    """The agent let an offer ring out: nothing more for them until they say they are there, or until then."""

    agent: AgentId
    until: Millis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndNotResponding:
    """The agent counts as there again."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetElsewhere:
    """Another system has the agent until then; ``None``: that system has not."""

    agent: AgentId
    source: str
    until: Millis | None = None


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
    | ExpireStep
    | PrependStep
    | ChangeRules
    | Hasten
    | RaiseAlarm
    | Move
    | AskCaller
    | DropQuestion
    | HoldPlace
    | ResumeCallback
    | InviteCaller
    | MissInvitation
    | RenewCaller
    | RememberVisitor
    | ForgetVisitor
    | OpenGroup
    | CloseGroup
    | EndService
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
    | Hold
    | Resume
    | Consult
    | Join
    | ConnectGuest
    | ExpectHandOver
    | DismissGuest
    | HandOver
    | EndContact
    | FreeSlot
    | StartWrapUp
    | EndWrapUp
    | MarkNotResponding
    | EndNotResponding
    | SetElsewhere
    | SetPresence
    | SignIn
    | SignOut
    | AttachAgent
    | DetachAgent
    | SetHealth
    | MoveDeadlines
)
