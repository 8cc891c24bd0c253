"""Who may say what in which phase, written down as two tables; what is not in them is refused.

The phase is the contact's for a caller, the slot's for an agent. Whose contact it is and
which epoch, is checked besides, by :mod:`signaling.dispatch`. The reference page is drawn
from these tables by ``make gen``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

from signaling.protocol.agent import (
    AcceptOffer,
    AskColleague,
    AskForTargets,
    DeclineOffer,
    EndConsultation,
    EndContact,
    FinishWrapUp,
    HandOver,
    HealthReport,
    HoldContact,
    RoutingState,
    SetPresence,
    SignOut,
    StartConference,
    TransferContact,
)
from signaling.protocol.base import Request
from signaling.protocol.caller import AnswerQuestion, CallerPhase, ChooseCallback, LeaveContact, PageLeaving
from signaling.protocol.media import Acknowledge, MediaReport, MediaStateChanged, RefreshIce, SendSignal
from signaling.refusals import ContactGone, NotAllowed, NotNow, NotYours, OfferGone, Refusal

SUPERSEDED: Final = "superseded"
"""The phase of an agent's session that no longer leads: another tab took over, or nobody is signed in."""


@dataclass(frozen=True)
class Rule:
    """When a message is allowed, and what it is refused with at any other time."""

    phases: frozenset[str]
    otherwise: type[Refusal]


@dataclass(frozen=True)
class Table:
    """What one role may say."""

    phases: tuple[str, ...]
    rules: Mapping[type[Request], Rule]

    def judge(self, message: type[Request], phase: str) -> type[Refusal] | None:
        """Say no, or ``None`` if the message is allowed in the phase."""
        rule = self.rules.get(message)
        if rule is None:
            return NotAllowed
        return None if phase in rule.phases else rule.otherwise


def _when(*phases: str, otherwise: type[Refusal] = NotNow) -> Rule:
    return Rule(frozenset(phases), otherwise)


CALLER: Final = Table(
    phases=get_args(CallerPhase),
    rules={
        LeaveContact: _when("queued", "offered", "connecting", "talking", otherwise=ContactGone),
        ChooseCallback: _when("queued", "offered"),
        AnswerQuestion: _when("queued", "offered", "connecting", "talking"),
        PageLeaving: _when("queued", "offered", "connecting", "talking", "ended"),
        SendSignal: _when("connecting", "talking"),
        MediaStateChanged: _when("connecting", "talking", otherwise=NotYours),
        MediaReport: _when("connecting", "talking", otherwise=NotYours),
        Acknowledge: _when("queued", "offered", "connecting", "talking", "ended"),
        RefreshIce: _when("queued", "offered", "connecting", "talking", otherwise=ContactGone),
    },
)

_LEADING: Final[tuple[str, ...]] = get_args(RoutingState)

AGENT: Final = Table(
    phases=(*_LEADING, SUPERSEDED),
    rules={
        SetPresence: _when(*_LEADING),
        # Allowed beyond the ring, so that a second press is answered like the first.
        AcceptOffer: _when("offered", "connecting", "talking", "held", otherwise=OfferGone),
        DeclineOffer: _when("offered", otherwise=OfferGone),
        EndContact: _when("connecting", "talking", "held", otherwise=ContactGone),
        AskForTargets: _when("talking", "held"),
        TransferContact: _when("talking", "held", otherwise=ContactGone),
        HoldContact: _when("talking", "held", otherwise=ContactGone),
        AskColleague: _when("talking", "held", otherwise=ContactGone),
        EndConsultation: _when("talking", "held", otherwise=ContactGone),
        StartConference: _when("talking", "held", otherwise=ContactGone),
        HandOver: _when("talking", "held", otherwise=ContactGone),
        FinishWrapUp: _when("wrap_up", otherwise=ContactGone),
        HealthReport: _when(*_LEADING),
        SignOut: _when(*_LEADING),
        PageLeaving: _when(*_LEADING, SUPERSEDED),
        SendSignal: _when("connecting", "talking", "held"),
        MediaStateChanged: _when("connecting", "talking", "held", otherwise=NotYours),
        MediaReport: _when("connecting", "talking", "held", otherwise=NotYours),
        Acknowledge: _when(*_LEADING, SUPERSEDED),
        RefreshIce: _when(*_LEADING),
    },
)
