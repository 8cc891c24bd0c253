"""Messages of the namespace ``/caller``."""

from typing import Literal

from signaling.protocol.base import (
    Channel,
    Count,
    EpochNumber,
    Generation,
    Identity,
    MailAddress,
    MediaPolicy,
    Message,
    MillisUtc,
    Part,
    Request,
)
from signaling.protocol.media import IceConfiguration, Peer, SecondLeg

CallerPhase = Literal["queued", "offered", "connecting", "talking", "ended"]
EndReason = Literal[
    "abandoned",
    "caller_hung_up",
    "agent_hung_up",
    "caller_lost",
    "setup_failed",
    "group_gone",
    "too_long",
    "closed",
    "chose_message",
    "callback_cancelled",
    "callback_missed",
    "supervisor",
]
"""How a contact ended."""


class ExpectedWait(Part, frozen=True):
    """How long it will probably take: P50 to P90, in whole minutes, rounded up.

    Both ends only go down, unless the line got worse.
    """

    low_minutes: Count
    """One in two waits longer."""
    high_minutes: Count
    """One in ten waits longer."""
    longer: bool
    """The line got worse, and it takes longer than was said before. Tell the caller so."""


class CallerQuestion(Part, frozen=True):
    """What the caller is asked while they wait. They may leave it unanswered, unless ``until`` says otherwise."""

    kind: Literal["group", "message", "callback"]
    """Whether they want another group, to leave a message, or to be called back."""
    group_id: Identity | None
    """Which group, if it is another one."""
    group_name: str
    """Its name in the caller's language; empty for the others."""
    policy: MediaPolicy | None
    """Which way media goes in that group; it is not the way they agreed to."""
    reason: Literal["closed", "empty", "understaffed", "full", "too_long", "transferred"]
    """Why they are asked."""
    until: MillisUtc | None
    """No answer by then ends the contact; null: it goes on waiting."""


class CallerCallback(Part, frozen=True):
    """The place is kept without the caller."""

    held: bool
    """Nobody is expected on the page any more: this page may close its connection."""
    due_at: MillisUtc | None
    """Not before then."""
    expires_at: MillisUtc
    """When the place is given up."""


class CallerContact(Part, frozen=True):
    """The caller's contact as the caller may know it.

    ``offered`` looks like ``queued`` to the caller, except that somebody is about to answer.
    """

    id: Identity
    """The contact."""
    group_id: Identity
    """Where it waits."""
    group_name: str
    """In the caller's language."""
    channel: Channel
    """Voice or video."""
    policy: MediaPolicy
    """Which way media goes."""
    phase: CallerPhase
    """Where it stands."""
    epoch: EpochNumber
    """Of the present or last assignment."""
    asked_at: MillisUtc
    """When the caller asked."""
    phase_since: MillisUtc
    """When the phase began."""
    position: Count | None
    """Place in the line, from 1; null once somebody has it."""
    expected_wait: ExpectedWait | None
    """Null while nothing is known, which is not the same as no wait."""
    agent_name: str | None
    """Who talks, while somebody does."""
    transferred: bool
    """Whether it waits for whom it was handed on to."""
    in_front_again: bool
    """It was in a call that failed and waits in front of the others."""
    ended: EndReason | None
    """How it ended; null while it is open."""
    question: CallerQuestion | None
    """What they are asked."""
    callback: CallerCallback | None
    """That they are to be called back, until an agent has accepted."""
    can_be_called_back: bool
    """Whether they may leave the page and keep the place."""
    held: bool
    """The agent lets them wait a moment: nothing is heard of either end meanwhile."""
    guest_name: str | None
    """Who has joined the call, or is about to."""


class CallerAttached(Message, frozen=True, tag="caller.attached"):
    """The full picture on every attach. The client replaces what it has, and never merges.

    ``sequence`` numbers what follows; a gap means: attach again. ``generation`` is this
    page's own from now on.
    """

    sequence: Count
    """Where the numbers of what follows begin."""
    server_time: MillisUtc
    """For clocks in the picture."""
    capabilities: list[str]
    """What this server can do."""
    generation: Generation
    """This page's own."""
    contact: CallerContact
    """The contact."""
    peer: Peer | None
    """The agent's end, while there is one."""
    second: SecondLeg | None
    """A guest's end."""
    ice: IceConfiguration
    """Where to look for a way through NAT."""


class CallerChanged(Message, frozen=True, tag="caller.changed"):
    """The contact or the other end changed; both parts are whole.

    ``ice`` comes with each new assignment; null: keep what you have.
    """

    sequence: Count
    """One more than the last."""
    server_time: MillisUtc
    """For clocks in the picture."""
    contact: CallerContact
    """The contact, whole."""
    peer: Peer | None
    """The agent's end, whole."""
    second: SecondLeg | None
    """A guest's end, whole."""
    ice: IceConfiguration | None
    """Fresh servers; null: keep what you have."""


class LeaveContact(Request, frozen=True, tag="contact.leave"):
    """Leave the queue, or hang up."""

    contact_id: Identity
    """The caller's own."""


class ChooseCallback(Request, frozen=True, tag="callback.choose"):
    """Leave the page and keep the place."""

    contact_id: Identity
    """The caller's own."""
    address: MailAddress
    """Where to send the link."""
    at: MillisUtc | None
    """Not before then; null: as soon as it is their turn."""


class AnswerQuestion(Request, frozen=True, tag="question.answer"):
    """Say yes or no to what was asked."""

    contact_id: Identity
    """The caller's own."""
    asked: Literal["group", "message", "callback"]
    """What was asked; refused with ``not_now`` if that is something else by now."""
    group_id: Identity | None
    """Likewise."""
    accepted: bool
    """Yes or no."""
    address: MailAddress | None
    """Where to send the link, with a yes to a callback."""


class PageLeaving(Request, frozen=True, tag="page.leaving"):
    """The page is closing or reloading (``pagehide``): what grace is left becomes 10 s."""
