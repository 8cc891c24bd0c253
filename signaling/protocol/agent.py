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
from signaling.protocol.media import IceConfiguration, Peer, SecondLeg

Presence = Literal["offline", "available", "once", "busy", "break"]
RoutingState = Literal["idle", "offered", "connecting", "talking", "held", "wrap_up", "not_responding"]
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


ConsultationEnd = Literal[
    "abandoned",
    "caller_hung_up",
    "agent_hung_up",
    "caller_lost",
    "setup_failed",
    "group_gone",
    "supervisor",
    "not_answered",
    "agent_lost",
]
"""How a consultation ended: ``caller`` is whoever asked, ``agent`` the colleague."""


class Consultation(Part, frozen=True):
    """A colleague who is asked about the contact at hand."""

    contact_id: Identity
    """The consultation, a contact of its own."""
    epoch: EpochNumber
    """Of its present or last assignment."""
    phase: Literal["waiting", "ringing", "connecting", "talking"]
    """Where it stands."""
    asked: str
    """The agent or the group that was asked."""
    agent_name: str | None
    """Who has answered."""
    guest: Literal["no", "joining", "joined"]
    """Whether they talk to the caller, too."""
    takes_over: bool
    """They have the contact as soon as they do."""


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
    asked_by: str
    """The colleague who asks about a caller of theirs, of whom the rest tells; empty if a caller does."""
    consultation: Consultation | None
    """The colleague who is asked about it."""
    consultation_ended: ConsultationEnd | None
    """How the last consultation about it ended; null while there is one."""


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
    second: SecondLeg | None
    """A connection beside it."""
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
    second: SecondLeg | None
    """A connection beside it, whole."""
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


class SkillTarget(Part, frozen=True):
    """A skill that somebody else at work has."""

    id: Code
    """The skill."""
    level: Count
    """The highest there is."""
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
    skills: list[SkillTarget]
    """Skills of theirs, to be asked for in the contact's own group or another."""
    own_group: TransferTarget | None
    """The contact's own group: colleagues in it may be asked, and handed the contact for a skill."""


class SkillWanted(Part, frozen=True):
    """What a colleague must be able to do."""

    id: Code
    """The skill."""
    level: Count
    """At least."""


class HoldContact(Request, frozen=True, tag="contact.hold"):
    """Let the caller wait a moment, or talk on."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""
    on: bool
    """To wait; else to talk on."""


class AskColleague(Request, frozen=True, tag="consult.ask"):
    """Ask a colleague about the contact, while its caller is on hold: an agent, or somebody of a group."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""
    agent_id: Identity | None = None
    """This agent; else somebody of a group."""
    group_id: Identity | None = None
    """Of this group; null: the contact's own."""
    skill: SkillWanted | None = None
    """Who has this skill."""


class EndConsultation(Request, frozen=True, tag="consult.end"):
    """Be done with the colleague, and turn to the caller again."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""


class StartConference(Request, frozen=True, tag="consult.join"):
    """Let the colleague and the caller talk to each other, too."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""


class HandOver(Request, frozen=True, tag="consult.hand_over"):
    """Leave the contact to the colleague, as soon as the caller and they are connected: a warm transfer."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""


class TransferContact(Request, frozen=True, tag="contact.transfer"):
    """Hand the contact on and leave it: a blind transfer, to an agent, a group or whoever has a skill."""

    contact_id: Identity
    """What is in the agent's slot."""
    epoch: EpochNumber
    """Of the assignment."""
    group_id: Identity | None = None
    """To this group. Another media policy than the present one needs the caller's yes."""
    agent_id: Identity | None = None
    """To this agent, of the contact's group or not."""
    skill: SkillWanted | None = None
    """To who has this skill, of the group that is given or else the contact's own."""


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
