"""The life of a contact and of an agent's slot, written down as two tables.

Every change of a contact's phase happens in :func:`advance`, every change of a slot's
routing state in :func:`advance_slot`, and both only read the tables here; nothing else
in the program assigns either. The diagrams in ``docs/explanation/lifecycles.md`` are
drawn from these tables by ``make gen``.

Nothing here chooses an agent, which :mod:`acd.routing` does, or knows
what a fact means: :mod:`acd.policy` turns facts into decisions, and
:mod:`acd.evolution` decisions into triggers.
"""

from collections.abc import Container, Mapping
from enum import StrEnum
from typing import Final, TypeVar


class Phase(StrEnum):
    """Where a contact stands."""

    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    ENDED = "ended"


class Trigger(StrEnum):
    """What moves a contact from one phase to another."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    UNANSWERED = "unanswered"
    BUSY = "busy"
    MOVED = "moved"
    CALLER_GONE = "caller_gone"
    AGENT_UNAVAILABLE = "agent_unavailable"
    AGENT_LOST = "agent_lost"
    MEDIA_CONNECTED = "media_connected"
    SETUP_FAILED = "setup_failed"
    SETUP_GIVEN_UP = "setup_given_up"
    CONTRADICTED = "contradicted"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    CALLER_LOST = "caller_lost"
    GROUP_GONE = "group_gone"
    TOO_LONG = "too_long"
    CLOSED = "closed"
    CHOSE_MESSAGE = "chose_message"
    CALLBACK_CANCELLED = "callback_cancelled"
    CALLBACK_MISSED = "callback_missed"
    SUPERVISOR = "supervisor"
    HANDED_OVER = "handed_over"
    NOT_ANSWERED = "not_answered"
    CONTACT_OVER = "contact_over"
    COLLEAGUE_LOST = "colleague_lost"


class Routing(StrEnum):
    """Where an agent's slot stands."""

    IDLE = "idle"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    HELD = "held"
    WRAP_UP = "wrap_up"
    NOT_RESPONDING = "not_responding"


class SlotTrigger(StrEnum):
    """What moves a slot from one routing state to another."""

    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    MISSED = "missed"
    ASSIGNED = "assigned"
    CONNECTED = "connected"
    HELD = "held"
    RESUMED = "resumed"
    FREED = "freed"
    WRAP_UP_STARTED = "wrap_up_started"
    PRESENCE_CHOSEN = "presence_chosen"
    SIGNED_OUT = "signed_out"
    FORGIVEN = "forgiven"


_Place = TypeVar("_Place", bound=StrEnum)
_Cause = TypeVar("_Cause", bound=StrEnum)


class ImpossibleTransition(AssertionError):
    """Neither table nor race explains this: the program is wrong."""


TRANSITIONS: Final[Mapping[tuple[Phase, Trigger], Phase]] = {
    (Phase.QUEUED, Trigger.OFFERED): Phase.OFFERED,
    (Phase.QUEUED, Trigger.ABANDONED): Phase.ENDED,
    (Phase.QUEUED, Trigger.CALLER_LOST): Phase.ENDED,
    (Phase.QUEUED, Trigger.GROUP_GONE): Phase.ENDED,
    (Phase.QUEUED, Trigger.TOO_LONG): Phase.ENDED,
    (Phase.QUEUED, Trigger.CLOSED): Phase.ENDED,
    (Phase.QUEUED, Trigger.CHOSE_MESSAGE): Phase.ENDED,
    (Phase.QUEUED, Trigger.CALLBACK_CANCELLED): Phase.ENDED,
    (Phase.QUEUED, Trigger.CALLBACK_MISSED): Phase.ENDED,
    (Phase.QUEUED, Trigger.SUPERVISOR): Phase.ENDED,
    # Consultations: an agent asks, and nobody waits in vain.
    (Phase.QUEUED, Trigger.NOT_ANSWERED): Phase.ENDED,
    (Phase.QUEUED, Trigger.CONTACT_OVER): Phase.ENDED,
    # One more agent is asked beside those at whom it rings.
    (Phase.OFFERED, Trigger.OFFERED): Phase.OFFERED,
    (Phase.OFFERED, Trigger.ACCEPTED): Phase.CONNECTING,
    # It waits again, no worse off than before: its place depends on when it asked. A
    # caller who hangs up while it rings passes through here too: first the ringing
    # stops, then the contact ends.
    (Phase.OFFERED, Trigger.DECLINED): Phase.QUEUED,
    (Phase.OFFERED, Trigger.MISSED): Phase.QUEUED,
    (Phase.OFFERED, Trigger.UNANSWERED): Phase.QUEUED,
    (Phase.OFFERED, Trigger.BUSY): Phase.QUEUED,
    (Phase.OFFERED, Trigger.MOVED): Phase.QUEUED,
    (Phase.OFFERED, Trigger.CALLER_GONE): Phase.QUEUED,
    (Phase.OFFERED, Trigger.AGENT_UNAVAILABLE): Phase.QUEUED,
    (Phase.OFFERED, Trigger.AGENT_LOST): Phase.QUEUED,
    (Phase.OFFERED, Trigger.GROUP_GONE): Phase.QUEUED,
    (Phase.CONNECTING, Trigger.MEDIA_CONNECTED): Phase.TALKING,
    # Who had an agent and lost them through no doing of their own waits in front.
    (Phase.CONNECTING, Trigger.SETUP_FAILED): Phase.QUEUED,
    (Phase.CONNECTING, Trigger.AGENT_LOST): Phase.QUEUED,
    (Phase.CONNECTING, Trigger.CONTRADICTED): Phase.QUEUED,
    (Phase.CONNECTING, Trigger.SETUP_GIVEN_UP): Phase.ENDED,
    (Phase.CONNECTING, Trigger.ABANDONED): Phase.ENDED,
    (Phase.CONNECTING, Trigger.AGENT_HUNG_UP): Phase.ENDED,
    (Phase.CONNECTING, Trigger.CALLER_LOST): Phase.ENDED,
    (Phase.CONNECTING, Trigger.GROUP_GONE): Phase.ENDED,
    (Phase.CONNECTING, Trigger.SUPERVISOR): Phase.ENDED,
    (Phase.CONNECTING, Trigger.CONTACT_OVER): Phase.ENDED,
    (Phase.CONNECTING, Trigger.COLLEAGUE_LOST): Phase.ENDED,
    (Phase.TALKING, Trigger.AGENT_LOST): Phase.QUEUED,
    (Phase.TALKING, Trigger.CONTRADICTED): Phase.QUEUED,
    (Phase.TALKING, Trigger.TRANSFERRED): Phase.QUEUED,
    (Phase.TALKING, Trigger.CALLER_HUNG_UP): Phase.ENDED,
    (Phase.TALKING, Trigger.AGENT_HUNG_UP): Phase.ENDED,
    (Phase.TALKING, Trigger.CALLER_LOST): Phase.ENDED,
    (Phase.TALKING, Trigger.GROUP_GONE): Phase.ENDED,
    (Phase.TALKING, Trigger.SUPERVISOR): Phase.ENDED,
    (Phase.TALKING, Trigger.CONTACT_OVER): Phase.ENDED,
    (Phase.TALKING, Trigger.COLLEAGUE_LOST): Phase.ENDED,
    (Phase.TALKING, Trigger.HANDED_OVER): Phase.ENDED,
}

# Said in good faith and overtaken on the way, or said twice.
STALE: Final[frozenset[tuple[Phase, Trigger]]] = frozenset(
    {
        (Phase.QUEUED, Trigger.ACCEPTED),
        (Phase.CONNECTING, Trigger.ACCEPTED),
        (Phase.TALKING, Trigger.ACCEPTED),
        (Phase.QUEUED, Trigger.DECLINED),
        (Phase.CONNECTING, Trigger.DECLINED),
        (Phase.TALKING, Trigger.DECLINED),
        (Phase.QUEUED, Trigger.MEDIA_CONNECTED),
        (Phase.OFFERED, Trigger.MEDIA_CONNECTED),
        (Phase.TALKING, Trigger.MEDIA_CONNECTED),
        (Phase.QUEUED, Trigger.SETUP_FAILED),
        (Phase.OFFERED, Trigger.SETUP_FAILED),
        # Browsers repair a broken path by an ICE restart; when that is hopeless,
        # somebody hangs up, a grace ends or a report contradicts the state.
        (Phase.TALKING, Trigger.SETUP_FAILED),
        (Phase.QUEUED, Trigger.AGENT_HUNG_UP),
        (Phase.OFFERED, Trigger.AGENT_HUNG_UP),
        (Phase.QUEUED, Trigger.TRANSFERRED),
        (Phase.OFFERED, Trigger.TRANSFERRED),
        (Phase.CONNECTING, Trigger.TRANSFERRED),
        (Phase.QUEUED, Trigger.CONTRADICTED),
        (Phase.OFFERED, Trigger.CONTRADICTED),
    }
)

SLOT_TRANSITIONS: Final[Mapping[tuple[Routing, SlotTrigger], Routing]] = {
    (Routing.IDLE, SlotTrigger.OFFERED): Routing.OFFERED,
    # Somebody who does not pick up has probably left the desk; spare the next caller.
    (Routing.IDLE, SlotTrigger.MISSED): Routing.NOT_RESPONDING,
    (Routing.OFFERED, SlotTrigger.WITHDRAWN): Routing.IDLE,
    (Routing.OFFERED, SlotTrigger.ASSIGNED): Routing.CONNECTING,
    (Routing.CONNECTING, SlotTrigger.CONNECTED): Routing.TALKING,
    (Routing.CONNECTING, SlotTrigger.FREED): Routing.IDLE,
    (Routing.TALKING, SlotTrigger.WRAP_UP_STARTED): Routing.WRAP_UP,
    (Routing.TALKING, SlotTrigger.FREED): Routing.IDLE,
    (Routing.TALKING, SlotTrigger.HELD): Routing.HELD,
    (Routing.HELD, SlotTrigger.RESUMED): Routing.TALKING,
    (Routing.HELD, SlotTrigger.WRAP_UP_STARTED): Routing.WRAP_UP,
    (Routing.HELD, SlotTrigger.FREED): Routing.IDLE,
    (Routing.WRAP_UP, SlotTrigger.FREED): Routing.IDLE,
    (Routing.NOT_RESPONDING, SlotTrigger.PRESENCE_CHOSEN): Routing.IDLE,
    (Routing.NOT_RESPONDING, SlotTrigger.SIGNED_OUT): Routing.IDLE,
    (Routing.NOT_RESPONDING, SlotTrigger.FORGIVEN): Routing.IDLE,
}

# Presence is an axis of its own: only *not responding* listens to it, which is how all
# idle slots of an agent stand at once.
SLOT_STALE: Final[frozenset[tuple[Routing, SlotTrigger]]] = frozenset(
    {
        (Routing.IDLE, SlotTrigger.PRESENCE_CHOSEN),
        (Routing.IDLE, SlotTrigger.SIGNED_OUT),
    }
)


def advance(phase: Phase, trigger: Trigger) -> Phase | None:
    """Where the trigger leads a contact; ``None`` if it came too late to matter.

    Raises:
        ImpossibleTransition: If the tables know no such pair.
    """
    return _look_up("contact", TRANSITIONS, STALE, (phase, trigger))


def advance_slot(routing: Routing, trigger: SlotTrigger) -> Routing | None:
    """Where the trigger leads a slot; ``None`` if it does not concern it.

    Raises:
        ImpossibleTransition: If the tables know no such pair.
    """
    return _look_up("slot", SLOT_TRANSITIONS, SLOT_STALE, (routing, trigger))


def _look_up(
    whose: str, table: Mapping[tuple[_Place, _Cause], _Place], stale: Container[object], pair: tuple[_Place, _Cause]
) -> _Place | None:
    after = table.get(pair)
    if after is None and pair not in stale:
        place, cause = pair
        raise ImpossibleTransition(f"{whose}: {cause} while {place}")
    return after
