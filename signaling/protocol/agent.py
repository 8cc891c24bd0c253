"""Messages of the namespace ``/agent``. Supervisors are agents with a role."""

from typing import Literal

from signaling.protocol.base import (
    Channel,
    Code,
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

Presence = Literal["offline", "available", "break"]
RoutingState = Literal["idle", "offered", "connecting", "talking", "wrap_up", "not_responding"]
HealthState = Literal["healthy", "degraded", "lost"]
ReceivesCalls = Literal["yes", "offline", "break", "busy", "wrap_up", "not_responding", "back_off", "lost"]
"""Whether calls come, or the first reason why not. The desk's header says it in words."""


class AgentContact(Part, frozen=True):
    """The contact an agent is offered, connects, talks to or wraps up."""

    id: Identity
    group_id: Identity
    group_name: str
    channel: Channel
    policy: MediaPolicy
    epoch: EpochNumber
    asked_at: MillisUtc
    deadline: MillisUtc | None
    caller_present: bool
    name: str
    topic: str
    language: str
    page_url: str
    page_title: str


class AgentGroup(Part, frozen=True):
    """A group of this agent, and how long its line is."""

    id: Identity
    name: str
    waiting: Count
    longest_asked_at: MillisUtc | None


class Desk(Part, frozen=True):
    """Everything the agent's desk shows."""

    agent_id: Identity
    display_name: str
    presence: Presence
    presence_reason: str
    presence_since: MillisUtc
    routing: RoutingState
    routing_since: MillisUtc
    receives_calls: ReceivesCalls
    contact: AgentContact | None
    groups: list[AgentGroup]


class AgentAttached(Message, frozen=True, tag="agent.attached"):
    """The full picture on every attach. The client replaces what it has, and never merges.

    ``token`` resumes this tab's session after a reload; it belongs into ``sessionStorage``.
    """

    sequence: Count
    server_time: MillisUtc
    capabilities: list[str]
    token: str
    generation: Generation
    desk: Desk
    peer: Peer | None
    ice: IceConfiguration


class AgentChanged(Message, frozen=True, tag="agent.changed"):
    """The desk or the other end changed; both parts are whole. Queue lengths at most once a second.

    ``ice`` comes with each new assignment; null: keep what you have.
    """

    sequence: Count
    server_time: MillisUtc
    desk: Desk
    peer: Peer | None
    ice: IceConfiguration | None


class SetPresence(Request, frozen=True, tag="presence.set"):
    """Choose a presence. Also the way back from *not responding*."""

    presence: Presence
    reason: Code


class AcceptOffer(Request, frozen=True, tag="offer.accept"):
    """Take the contact that is ringing."""

    contact_id: Identity
    epoch: EpochNumber


class DeclineOffer(Request, frozen=True, tag="offer.decline"):
    """Let somebody else take it."""

    contact_id: Identity
    epoch: EpochNumber


class EndContact(Request, frozen=True, tag="contact.end"):
    """Hang up."""

    contact_id: Identity
    epoch: EpochNumber


class FinishWrapUp(Request, frozen=True, tag="wrapup.finish"):
    """Done with the work after the contact."""

    contact_id: Identity
    code: Code


class HealthReport(Request, frozen=True, tag="agent.health"):
    """The tab's own heartbeat, every 5 s: what it knows of itself."""

    microphone: Literal["ok", "missing", "unknown"]
    visible: bool


class SignOut(Request, frozen=True, tag="agent.sign_out"):
    """End this agent's session; the browser cookie ends with HTTP ``POST /api/v1/sign-out``."""


class SignedOut(Message, frozen=True, tag="agent.signed_out"):
    """This agent was signed out, here or elsewhere. This socket closes; sign in again."""
