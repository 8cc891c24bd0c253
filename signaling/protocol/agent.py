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
    RequestNumber,
)
from signaling.protocol.media import IceConfiguration, Peer

Presence = Literal["offline", "available", "once", "busy", "break"]
RoutingState = Literal["idle", "offered", "connecting", "talking", "wrap_up", "not_responding"]
HealthState = Literal["healthy", "degraded", "lost"]
ReceivesCalls = Literal[
    "yes", "offline", "break", "other_work", "elsewhere", "busy", "wrap_up", "not_responding", "back_off", "lost"
]
"""Whether calls come, or the first reason why not. The desk's header says it in words."""


class CodeChoice(Part, frozen=True):
    """A disposition code to choose from."""

    id: Code
    """The code."""
    label: str
    """In the desk's language."""


class AgentContact(Part, frozen=True):
    """The contact an agent is offered, connects, talks to or wraps up."""

    id: Identity
    """The contact."""
    group_id: Identity
    """Where the caller asked."""
    group_name: str
    """In the desk's language."""
    channel: Channel
    """Voice or video."""
    policy: MediaPolicy
    """Which way media goes."""
    epoch: EpochNumber
    """Of this offer or assignment."""
    asked_at: MillisUtc
    """When the caller asked."""
    deadline: MillisUtc | None
    """When ringing, set-up or wrap-up ends by itself."""
    caller_present: bool
    """Whether the caller's page is there."""
    name: str
    """Who it is, as they said; empty if they did not."""
    topic: str
    """What it is about; likewise."""
    language: str
    """Which they speak; likewise."""
    page_url: str
    """Where they called from."""
    page_title: str
    """Its title."""
    text: str
    """What they wrote, if it is a message."""
    address: str
    """Where to answer a message."""
    is_callback: bool
    """They left the page and were called back, or are to be."""
    wrap_up: Literal["none", "optional", "mandatory", "timed"]
    """What is expected after it: with ``mandatory`` it is finished with a code only."""
    codes: list[CodeChoice]
    """Disposition codes of its group."""


class AgentGroup(Part, frozen=True):
    """A group of this agent, and how long its line is."""

    id: Identity
    """The group."""
    name: str
    """In the desk's language."""
    waiting: Count
    """How many wait, ringing ones included."""
    longest_asked_at: MillisUtc | None
    """Since when the longest of them."""


class Desk(Part, frozen=True):
    """Everything the agent's desk shows."""

    agent_id: Identity
    """Whose desk it is."""
    display_name: str
    """As callers see it."""
    presence: Presence
    """What the agent chose."""
    presence_reason: str
    """Why, by its code; empty for none."""
    presence_since: MillisUtc
    """Since when."""
    routing: RoutingState
    """What the slot does."""
    routing_since: MillisUtc
    """Since when."""
    receives_calls: ReceivesCalls
    """Whether calls come."""
    contact: AgentContact | None
    """What the slot is about."""
    more: Count
    """Further contacts at this desk, shown once this one is done with."""
    groups: list[AgentGroup]
    """Whose callers may ring here."""


class AgentAttached(Message, frozen=True, tag="agent.attached"):
    """The full picture on every attach. The client replaces what it has, and never merges.

    ``token`` resumes this tab's session after a reload; it belongs into ``sessionStorage``.
    """

    sequence: Count
    """Where the numbers of what follows begin."""
    server_time: MillisUtc
    """For clocks in the picture."""
    capabilities: list[str]
    """What this server can do."""
    token: str
    """This tab's session."""
    generation: Generation
    """This page's own."""
    desk: Desk
    """The desk."""
    peer: Peer | None
    """The caller's end, while there is one."""
    ice: IceConfiguration
    """Where to look for a way through NAT."""


class AgentChanged(Message, frozen=True, tag="agent.changed"):
    """The desk or the other end changed; both parts are whole. Queue lengths at most once a second.

    ``ice`` comes with each new assignment; null: keep what you have.
    """

    sequence: Count
    """One more than the last."""
    server_time: MillisUtc
    """For clocks in the picture."""
    desk: Desk
    """The desk, whole."""
    peer: Peer | None
    """The caller's end, whole."""
    ice: IceConfiguration | None
    """Fresh servers; null: keep what you have."""


class SetPresence(Request, frozen=True, tag="presence.set"):
    """Choose a presence. Also the way back from *not responding*."""

    presence: Presence
    """What to be."""
    reason: Code
    """Of the list of breaks; empty otherwise."""


class AcceptOffer(Request, frozen=True, tag="offer.accept"):
    """Take the contact that is ringing."""

    contact_id: Identity
    """What rings."""
    epoch: EpochNumber
    """Of the offer."""


class DeclineOffer(Request, frozen=True, tag="offer.decline"):
    """Let somebody else take it."""

    contact_id: Identity
    """What rings."""
    epoch: EpochNumber
    """Of the offer."""
    busy: bool = False
    """Not the agent but their devices said no: something else has the microphone."""


class EndContact(Request, frozen=True, tag="contact.end"):
    """Hang up."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""


class AskForTargets(Request, frozen=True, tag="transfer.targets"):
    """To whom the contact could be handed on now."""


class TransferTarget(Part, frozen=True):
    """A group or an agent to hand a contact on to."""

    id: Identity
    """Of the group or the agent."""
    name: str
    """What to call it or them."""
    ready: bool
    """Whether somebody would be asked at once."""


class Targets(Message, frozen=True, tag="transfer.targets_found"):
    """Answers ``transfer.targets``."""

    id: RequestNumber
    """Of the request."""
    groups: list[TransferTarget]
    """Groups that are open, the contact's own apart."""
    agents: list[TransferTarget]
    """Agents at work, oneself apart."""


class TransferContact(Request, frozen=True, tag="contact.transfer"):
    """Hand the contact on and leave it: a blind transfer. One of the two targets is given."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""
    group_id: Identity | None = None
    """To this group. Another media policy than the present one needs the caller's yes."""
    agent_id: Identity | None = None
    """To this agent, of the contact's group or not."""


class FinishWrapUp(Request, frozen=True, tag="wrapup.finish"):
    """Done with the work after the contact."""

    contact_id: Identity
    """What it was about."""
    code: Code
    """Of the list of dispositions; empty for none."""


class HealthReport(Request, frozen=True, tag="agent.health"):
    """The tab's own heartbeat, every 5 s: what it knows of itself."""

    microphone: Literal["ok", "missing", "unknown"]
    """Whether there is one to speak into."""
    visible: bool
    """Whether the tab is in sight."""


class SignOut(Request, frozen=True, tag="agent.sign_out"):
    """End this agent's session; the browser cookie ends with HTTP ``POST /api/v1/sign-out``."""


class SignedOut(Message, frozen=True, tag="agent.signed_out"):
    """This agent was signed out, here or elsewhere. This socket closes; sign in again."""
