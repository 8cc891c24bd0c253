"""Messages of the namespace ``/caller``."""

from typing import Literal

from signaling.protocol.base import (
    Channel,
    Count,
    EpochNumber,
    Generation,
    Identity,
    MediaPolicy,
    Message,
    MillisUtc,
    Part,
    Request,
)
from signaling.protocol.media import IceConfiguration, Peer

CallerPhase = Literal["queued", "offered", "connecting", "talking", "ended"]
EndReason = Literal[
    "abandoned",
    "caller_hung_up",
    "agent_hung_up",
    "caller_lost",
    "setup_failed",
    "group_gone",
]
"""How a contact ended."""


class CallerContact(Part, frozen=True):
    """The caller's contact as the caller may know it.

    ``offered`` looks like ``queued`` to the caller, except that somebody is about to answer.
    ``head`` tells that the contact went back to the front after a failed set-up or a lost agent.
    """

    id: Identity
    group_id: Identity
    group_name: str
    channel: Channel
    policy: MediaPolicy
    phase: CallerPhase
    epoch: EpochNumber
    asked_at: MillisUtc
    phase_since: MillisUtc
    position: Count | None
    agent_name: str | None
    in_front_again: bool
    ended: EndReason | None


class CallerAttached(Message, frozen=True, tag="caller.attached"):
    """The full picture on every attach. The client replaces what it has, and never merges.

    ``sequence`` numbers what follows; a gap means: attach again. ``generation`` is this
    page's own from now on.
    """

    sequence: Count
    server_time: MillisUtc
    capabilities: list[str]
    generation: Generation
    contact: CallerContact
    peer: Peer | None
    ice: IceConfiguration


class CallerChanged(Message, frozen=True, tag="caller.changed"):
    """The contact or the other end changed; both parts are whole.

    ``ice`` comes with each new assignment; null: keep what you have.
    """

    sequence: Count
    server_time: MillisUtc
    contact: CallerContact
    peer: Peer | None
    ice: IceConfiguration | None


class LeaveContact(Request, frozen=True, tag="contact.leave"):
    """Leave the queue, or hang up."""

    contact_id: Identity


class PageLeaving(Request, frozen=True, tag="page.leaving"):
    """The page is closing or reloading (``pagehide``): what grace is left becomes 10 s."""
