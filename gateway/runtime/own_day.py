"""What each agent did today: a fold of decisions, for their own eyes.

Every time it rang at an agent is an entry, with what came of it. Names stay where they are kept;
here are ids alone.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from acd.config import Channel
from acd.decisions import (
    Admit,
    Assign,
    Connect,
    Consult,
    Decision,
    EndContact,
    EndReason,
    EndWrapUp,
    HandOver,
    MakeOffer,
    Move,
    Requeue,
    RequeueReason,
    WithdrawOffer,
    WithdrawReason,
)
from acd.ids import AgentId, ContactId, GroupId, Millis

Outcome = Literal[
    "ringing",
    "missed",
    "declined",
    "gone",
    "taken",
    "talking",
    "caller_hung_up",
    "agent_hung_up",
    "caller_lost",
    "not_connected",
    "transferred",
    "handed_over",
    "lost",
    "ended",
]
"""What came of it.

Without an answer: it rang out, was declined, the caller or the question was gone, or somebody else was first.
After one: who hung up or was lost, that media could not be connected, that it was put through or handed over to
somebody else, that the agent was lost, or that it ended in another way.
"""

_WITHDRAWN: Final[dict[WithdrawReason, Outcome]] = {
    WithdrawReason.MISSED: "missed",
    WithdrawReason.UNANSWERED: "missed",
    WithdrawReason.DECLINED: "declined",
    WithdrawReason.BUSY: "declined",
    WithdrawReason.TAKEN: "taken",
}
_REQUEUED: Final[dict[RequeueReason, Outcome]] = {
    RequeueReason.SETUP_FAILED: "not_connected",
    RequeueReason.CONTRADICTED: "not_connected",
    RequeueReason.AGENT_LOST: "lost",
    RequeueReason.TRANSFERRED: "transferred",
}
_ENDED: Final[dict[EndReason, Outcome]] = {
    EndReason.ABANDONED: "caller_hung_up",
    EndReason.CALLER_HUNG_UP: "caller_hung_up",
    EndReason.CONTACT_OVER: "caller_hung_up",
    EndReason.AGENT_HUNG_UP: "agent_hung_up",
    EndReason.CALLER_LOST: "caller_lost",
    EndReason.SETUP_FAILED: "not_connected",
    EndReason.HANDED_OVER: "handed_over",
}

_NO_GROUP: Final = GroupId("")


@dataclass(slots=True, kw_only=True)
class Entry:
    """One time it rang at an agent.

    Attributes:
        group: Empty if the contact came in before the day began.
        about: The contact that a colleague asked about; ``None`` for a caller.
        rang_at: Or when it was handed over.
        answered_at: When they accepted, and ``connected_at`` when both ends had media.
        ended_at: When it stopped ringing, or the talk was over.
        code: The disposition code of the wrap-up.
    """

    contact: ContactId
    group: GroupId
    channel: Channel
    about: ContactId | None
    rang_at: Millis
    answered_at: Millis | None = None
    connected_at: Millis | None = None
    ended_at: Millis | None = None
    outcome: Outcome = "ringing"
    code: str = ""


@dataclass(slots=True)
class _Open:
    """A contact that is not over: where it stands, and the entries that are not either."""

    group: GroupId
    channel: Channel
    about: ContactId | None = None
    entries: dict[AgentId, Entry] = field(default_factory=dict)
    agent: AgentId | None = None


class OwnDays:
    """Everybody's day, each for themselves."""

    def __init__(self) -> None:
        self._of: dict[AgentId, list[Entry]] = {}
        self._open: dict[ContactId, _Open] = {}
        self._last: dict[tuple[AgentId, ContactId], Entry] = {}

    def of(self, agent: AgentId) -> list[Entry]:
        """An agent's entries, the newest last."""
        return self._of.get(agent, [])

    def hear(self, decision: Decision, at: Millis) -> None:
        """Note what was decided."""
        match decision:
            case Admit():
                self._open[decision.contact] = _Open(decision.group, decision.channel)
            case Consult():
                self._open[decision.contact] = _Open(decision.group, decision.channel, decision.about)
            case Move():
                self._at(decision.contact).group = decision.group
            case MakeOffer():
                self._begin(decision.agent, decision.contact, at)
            case WithdrawOffer():
                self._end(decision.contact, decision.agent, at, _WITHDRAWN.get(decision.reason, "gone"))
            case Assign():
                self._answer(decision.contact, decision.agent, at)
            case Connect():
                self._connect(decision.contact, at)
            case Requeue():
                self._end(decision.contact, decision.agent, at, _REQUEUED.get(decision.reason, "ended"))
            case HandOver():
                self._end(decision.contact, decision.agent, at, "handed_over")
                self._begin(decision.to, decision.contact, at)
                self._answer(decision.contact, decision.to, at)
                self._connect(decision.contact, at)
            case EndContact():
                for agent in list(self._at(decision.contact).entries):
                    self._end(decision.contact, agent, at, _ENDED.get(decision.reason, "ended"))
                del self._open[decision.contact]
            case EndWrapUp() if (entry := self._last.get((decision.agent, decision.contact))) is not None:
                entry.code = decision.code
            case _:
                pass

    def _at(self, contact: ContactId) -> _Open:
        return self._open.setdefault(contact, _Open(_NO_GROUP, Channel.VOICE))

    def _begin(self, agent: AgentId, contact: ContactId, at: Millis) -> None:
        found = self._at(contact)
        entry = Entry(contact=contact, group=found.group, channel=found.channel, about=found.about, rang_at=at)
        found.entries[agent] = self._last[agent, contact] = entry
        self._of.setdefault(agent, []).append(entry)

    def _answer(self, contact: ContactId, agent: AgentId, at: Millis) -> None:
        found = self._at(contact)
        if agent not in found.entries:
            # It rang before the day began.
            self._begin(agent, contact, at)
        found.agent = agent
        found.entries[agent].answered_at, found.entries[agent].outcome = at, "talking"

    def _connect(self, contact: ContactId, at: Millis) -> None:
        found = self._at(contact)
        entry = None if found.agent is None else found.entries.get(found.agent)
        if entry is not None and entry.connected_at is None:
            entry.connected_at = at

    def _end(self, contact: ContactId, agent: AgentId, at: Millis, outcome: Outcome) -> None:
        entry = self._at(contact).entries.pop(agent, None)
        if entry is not None:
            entry.ended_at, entry.outcome = at, outcome
