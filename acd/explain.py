"""Why a contact went the way it went: its decisions, told one after the other as codes.

Reads decisions and, where there is one, the state they fold into; judges nothing and
decides nothing. The words for the codes are in catalogues elsewhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from acd.config import AnswerKind
from acd.decisions import (
    Admit,
    AskCaller,
    Assign,
    AttachCaller,
    ChangeRules,
    CloseGroup,
    Connect,
    ConnectGuest,
    Consult,
    Decision,
    DetachCaller,
    DismissGuest,
    DropQuestion,
    EndContact,
    EndExclusion,
    EndReason,
    EndWrapUp,
    ExcludeAgent,
    ExpectHandOver,
    ExpireStep,
    FreeSlot,
    GuestReason,
    HandOver,
    Hasten,
    Hold,
    HoldPlace,
    InviteCaller,
    Join,
    MakeOffer,
    MarkMedia,
    MissInvitation,
    Move,
    MoveDeadlines,
    OpenGroup,
    PrependStep,
    RaiseAlarm,
    RefusalReason,
    Refuse,
    RenewCaller,
    Requeue,
    RequeueReason,
    Resume,
    ResumeCallback,
    StartWrapUp,
    Step,
    StepReason,
    WithdrawOffer,
    WithdrawReason,
)
from acd.evolution import evolve
from acd.facts import Health, Party
from acd.ids import AgentId, ContactId, Millis
from acd.lifecycle import Phase, Routing
from acd.records import AgentState, Contact
from acd.state import State

Says = Mapping[str, str | int]
"""What a code is about, by name: ids, codes, numbers; lengths as ``..._ms``, moments as ``..._at``."""

_OFFERED: Final = {
    "longest_idle": "offered_longest_idle",
    "preferred_agent": "offered_longest_idle",
    "least_occupied": "offered_least_occupied",
    "round_robin": "offered_round_robin",
    "best_skilled": "offered_best_skilled",
    "ring_all": "offered_at_several",
}
_PLAIN: Final[Mapping[type, str]] = {
    ChangeRules: "rules_changed",
    DropQuestion: "question_over",
    ResumeCallback: "callback_due",
    AttachCaller: "caller_here",
    DetachCaller: "caller_away",
    RenewCaller: "caller_returned",
    Connect: "connected",
    ConnectGuest: "conference",
    ExpectHandOver: "hand_over_expected",
}
_WAITING: Final = (
    "waits_for_caller",
    "waits_for_callback",
    "waits_nobody_serves",
    "waits_nobody_signed_in",
    "waits_nobody_skilled",
    "waits_for_agent",
    "waits_all_busy",
    "waits_all_away",
    "waits_excluded",
    "waits_for_delay",
)

_CONSULTATION_ENDS: Final = (
    EndReason.ABANDONED,
    EndReason.CALLER_HUNG_UP,
    EndReason.AGENT_HUNG_UP,
    EndReason.CALLER_LOST,
    EndReason.AGENT_LOST,
    EndReason.SETUP_FAILED,
    EndReason.GROUP_GONE,
    EndReason.SUPERVISOR,
    EndReason.NOT_ANSWERED,
)
"""How a consultation may end that tells something about the contact it was about."""

CODES: Final[frozenset[str]] = frozenset(
    (
        "admitted",
        "admitted_elsewhere",
        "head_start",
        "step",
        "assigned_by_hand",
        "hastened",
        "alarm",
        "moved",
        "callback",
        "invited",
        "invitation_missed",
        "offered",
        "offered_by_hand",
        "offered_preferred",
        "offered_joining",
        *_OFFERED.values(),
        *_PLAIN.values(),
        *_WAITING,
        "excluded",
        "exclusion_over",
        "assigned",
        "held",
        "resumed",
        "consultation",
        "colleague_asked",
        "colleague_answered",
        "guest_joins",
        "guest_takes_over",
        "handed_over",
        *(f"guest_{reason}" for reason in GuestReason),
        *(f"colleague_{reason}" for reason in _CONSULTATION_ENDS),
        "wrap_up",
        "wrap_up_over",
        "slot_free",
        "time_skipped",
        "group_closed",
        "group_opened",
        *(f"refused_{reason}" for reason in RefusalReason),
        *(f"step_{reason}" for reason in StepReason),
        *(f"asked_{kind}" for kind in AnswerKind),
        *(f"offer_{reason}" for reason in WithdrawReason),
        *(f"media_{party}" for party in Party),
        *(f"again_{reason}" for reason in RequeueReason),
        *(f"ended_{reason}" for reason in EndReason),
    )
)
"""Every code there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened to the contact.

    Attributes:
        code: One of :data:`CODES`.
        decision: The class of the decision behind it; empty for what only the state tells.
    """

    at: Millis
    code: str
    says: Says = field(default_factory=dict)
    decision: str = ""


class Explainer:
    """Hears a site's decisions in order and keeps what they mean for one contact.

    Args:
        state: As it was before the first decision heard; it is folded on. Without it, what
            was decided is told, but not why an agent was chosen or why nobody was.

    Attributes:
        entries: What there is to tell so far, in order.
    """

    def __init__(self, contact: ContactId, state: State | None = None) -> None:
        self.contact = contact
        self.entries: list[Entry] = []
        self._state = state
        self._waiting = ""
        self._has_ended = False
        self._held_by: set[AgentId] = set()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come: it has ended, and whoever had it is done with it."""
        return self._has_ended and not self._held_by

    def hear(self, decisions: Sequence[Decision], at: Millis) -> None:
        """Take one step of the core: what was decided about one fact."""
        for decision in decisions:
            self._tell(decision, at)
            if self._state is not None:
                evolve(self._state, decision, at)
        if self._state is not None:
            self._say_why_it_waits(self._state, at)

    def _tell(self, decision: Decision, at: Millis) -> None:
        contact = None if self._state is None else self._state.contacts.get(self.contact)
        if getattr(decision, "contact", None) == self.contact:
            code, says = self._about(decision, at, contact)
            self.entries.append(Entry(at=at, code=code, says=says, decision=type(decision).__name__))
            self._and_more(decision, at, contact)
        elif contact is not None:
            self._beside(decision, at, contact)

    def _about(self, decision: Decision, at: Millis, contact: Contact | None) -> tuple[str, Says]:
        match decision:
            case Admit():
                where: dict[str, str | int] = {"group": decision.group, "channel": decision.channel.value}
                if decision.overflowed is None or decision.asked_group is None:
                    return "admitted", where
                return "admitted_elsewhere", where | {
                    "asked_group": decision.asked_group,
                    "reason": decision.overflowed.value,
                }
            case Refuse():
                return f"refused_{decision.reason}", {"answer": decision.answer.kind.value}
            case ExpireStep():
                return f"step_{decision.reason}", {}
            case PrependStep():
                return "assigned_by_hand", _wanted(decision.step)
            case Hasten():
                return "hastened", {"by_ms": decision.by_ms}
            case RaiseAlarm():
                return "alarm", {"failed": decision.failed_offers}
            case Move():
                return "moved", {"group": decision.group, "reason": decision.reason.value}
            case AskCaller():
                other = {} if decision.answer.group is None else {"group": str(decision.answer.group)}
                return f"asked_{decision.answer.kind}", {"reason": decision.reason.value, **other}
            case HoldPlace():
                return "callback", {} if decision.due_at is None else {"due_at": decision.due_at}
            case InviteCaller():
                return "invited", {"attempt": decision.attempt, "until_at": decision.until}
            case MissInvitation():
                return "invitation_missed", {"retry_at": decision.retry_at}
            case MakeOffer():
                return self._offered(decision, at, contact)
            case WithdrawOffer():
                return f"offer_{decision.reason}", {"agent": decision.agent}
            case ExcludeAgent():
                return "excluded", {"agent": decision.agent, "for_ms": Millis(decision.until - at)}
            case EndExclusion():
                return "exclusion_over", {"agent": decision.agent}
            case Assign():
                waited = {} if contact is None else {"waited_ms": at - contact.asked_at}
                return "assigned", {"agent": decision.agent, **waited}
            case MarkMedia():
                return f"media_{decision.party}", {}
            case Requeue():
                return f"again_{decision.reason}", {"agent": decision.agent}
            case Hold():
                return "held", {"agent": decision.agent}
            case Resume():
                return "resumed", {"agent": decision.agent}
            case Consult():
                return "consultation", {"agent": decision.agent, "group": decision.group}
            case Join():
                return "guest_takes_over" if decision.takes_over else "guest_joins", {"agent": decision.agent}
            case DismissGuest():
                return f"guest_{decision.reason}", {"agent": decision.agent}
            case HandOver():
                return "handed_over", {"agent": decision.agent, "to_agent": decision.to}
            case EndContact():
                return f"ended_{decision.reason}", {}
            case StartWrapUp():
                return "wrap_up", {"agent": decision.agent}
            case EndWrapUp():
                return "wrap_up_over", {"agent": decision.agent, "code": decision.code}
            case FreeSlot():
                return "slot_free", {"agent": decision.agent}
            case _:
                return _PLAIN[type(decision)], {}

    def _offered(self, offer: MakeOffer, at: Millis, contact: Contact | None) -> tuple[str, Says]:
        """Who was asked, and why that one."""
        agent: dict[str, str | int] = {"agent": offer.agent}
        if self._state is None or contact is None:
            return "offered", agent
        step = contact.step_in_force
        if step.agent is not None:
            return "offered_by_hand" if step.by_hand else "offered_preferred", agent
        if contact.ringing and contact.phase_since < at:
            return "offered_joining", agent
        group, asked = self._state.group(contact.group), self._state.agents[offer.agent]
        code = _OFFERED[group.strategy if group is not None and group.strategy in _OFFERED else "longest_idle"]
        pool = self._state.pool(contact)
        return code, agent | {
            "idle_ms": at - asked.idle_since,
            "free": pool.idle_agents,
            "levels": pool.fits[offer.agent].levels,
        }

    def _and_more(self, decision: Decision, at: Millis, contact: Contact | None) -> None:
        """What is worth a line of its own beside the decision."""
        match decision:
            case Admit():
                if decision.head_start_ms:
                    self._add(at, "head_start", {"by_ms": decision.head_start_ms})
                self._step(at, decision.rules.steps[0])
            case Consult():
                self._step(at, decision.rules.steps[0])
            case HandOver():
                self._held_by.add(decision.to)
            case Move() | ChangeRules():
                step = 0 if isinstance(decision, Move) else decision.step
                self._step(at, decision.rules.steps[step])
            case ExpireStep() if contact is not None:
                self._step(at, contact.steps[contact.step + 1], is_news=True)
            case Assign():
                self._held_by.add(decision.agent)
            case FreeSlot():
                self._held_by.discard(decision.agent)
            case EndContact(reason=EndReason.HANDED_OVER):
                # Whose slot it had has another contact in it from now on.
                self._has_ended, self._held_by = True, set()
            case Refuse() | EndContact():
                self._has_ended = True
            case _:
                pass

    def _step(self, at: Millis, step: Step, *, is_news: bool = False) -> None:
        wanted = _wanted(step)
        if wanted or is_news:
            self._add(at, "step", wanted)

    def _beside(self, decision: Decision, at: Millis, contact: Contact) -> None:
        """Decisions that are not about the contact, and yet matter to it."""
        match decision:
            case MoveDeadlines():
                self._add(at, "time_skipped", {"by_ms": decision.skipped_ms})
            case Consult() if decision.about == contact.id:
                whom = _wanted(decision.rules.steps[0])
                self._add(at, "colleague_asked", whom if "agent" in whom else {"group": decision.group, **whom})
            case Assign() if decision.contact == contact.consult:
                self._add(at, "colleague_answered", {"agent": decision.agent})
            case EndContact() if decision.contact == contact.consult and decision.reason in _CONSULTATION_ENDS:
                self._add(at, f"colleague_{decision.reason}", {})
            case CloseGroup() if decision.group == contact.group and contact.is_waiting:
                self._add(at, "group_closed", {"group": decision.group})
            case OpenGroup() if decision.group == contact.group and contact.is_waiting:
                self._add(at, "group_opened", {"group": decision.group})
            case _:
                pass

    def _say_why_it_waits(self, state: State, at: Millis) -> None:
        found = why_waiting(state, self.contact)
        code, says = found if found is not None else ("", {})
        if code and code != self._waiting:
            self._add(at, code, says)
        self._waiting = code

    def _add(self, at: Millis, code: str, says: Says) -> None:
        self.entries.append(Entry(at=at, code=code, says=says))


def why_waiting(state: State, contact_id: ContactId) -> tuple[str, Says] | None:
    """Why the contact rings nowhere now; ``None`` if it does, or waits no longer."""
    contact = state.contacts.get(contact_id)
    if contact is None or contact.phase is not Phase.QUEUED:
        return None
    if not contact.can_be_offered:
        return ("waits_for_callback" if contact.callback is not None else "waits_for_caller"), {}
    pool, step = state.pool(contact), contact.step_in_force
    idle = [agent for agent in pool.fits if pool.has_idle(agent)]
    if idle:
        is_barred = contact.excluded_agents.issuperset(idle)
        return ("waits_excluded" if is_barred else "waits_for_delay"), {"free": len(idle)}
    if step.agent is not None:
        return "waits_for_agent", {"agent": step.agent}
    return _nobody_free(state, contact, [state.agents[agent] for agent in pool.fits])


def _nobody_free(state: State, contact: Contact, able: Sequence[AgentState]) -> tuple[str, Says]:
    members = [state.agents[agent] for agent in state.members(contact.group)]
    if not members:
        return "waits_nobody_serves", {"group": contact.group}
    if not any(agent.is_signed_in for agent in members):
        return "waits_nobody_signed_in", {"group": contact.group}
    wanted = _wanted(contact.step_in_force)
    if wanted and not any(agent.is_signed_in for agent in able):
        return "waits_nobody_skilled", wanted
    doing = Counter(map(_absence, able))
    says: Says = {name: count for name, count in sorted(doing.items()) if name != "signed_out"}
    return ("waits_all_busy" if doing["busy"] else "waits_all_away"), says


def _absence(agent: AgentState) -> str:
    """What keeps the agent from being asked, of several things the first."""
    if not agent.is_signed_in:
        return "signed_out"
    if agent.routing not in {Routing.IDLE, Routing.NOT_RESPONDING}:
        return "busy"
    if not agent.is_available:
        return "on_break"
    if not agent.is_responding:
        return "not_responding"
    if agent.elsewhere:
        return "elsewhere"
    return "lost" if agent.health is Health.LOST else "left_alone"


def _wanted(step: Step) -> dict[str, str | int]:
    """What a step asks for: skills as ``skill:level``, or an agent."""
    wanted: dict[str, str | int] = {}
    if step.needs:
        wanted["needs"] = " ".join(f"{need.skill}:{need.level}" for need in step.needs)
    if step.agent is not None:
        wanted["agent"] = step.agent
    return wanted
