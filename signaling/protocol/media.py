"""How two browsers find each other: session descriptions, candidates, reports."""

from typing import Annotated, Literal

from msgspec import Meta

from signaling.protocol.base import (
    Count,
    EpochNumber,
    Generation,
    Identity,
    Message,
    MillisUtc,
    Part,
    Party,
    Request,
    RequestNumber,
)
from signaling.protocol.limits import CANDIDATE_CHARACTERS, CANDIDATES, SDP_CHARACTERS

Sdp = Annotated[str, Meta(max_length=SDP_CHARACTERS)]
CandidateLine = Annotated[str, Meta(max_length=CANDIDATE_CHARACTERS)]
ConnectionState = Literal["new", "connecting", "connected", "disconnected", "failed", "closed"]


class Description(Part, frozen=True, tag_field="kind", tag="description"):
    """An offer or an answer."""

    type: Literal["offer", "answer", "rollback"]
    """As in the browser's `RTCSessionDescription`."""
    sdp: Sdp
    """The description; empty for a rollback."""


class Candidate(Part, frozen=True):
    """One ICE candidate as the browser wrote it. An empty line ends the candidates."""

    candidate: CandidateLine
    """As in the browser's `RTCIceCandidate`."""
    sdp_mid: Annotated[str, Meta(max_length=64)] | None
    """Likewise."""
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=64)] | None
    """Likewise."""
    username_fragment: Annotated[str, Meta(max_length=256)] | None
    """Likewise."""


class Candidates(Part, frozen=True, tag_field="kind", tag="candidates"):
    """Candidates of one generation: the first of a search at once, the others gathered for 50 ms."""

    candidates: Annotated[list[Candidate], Meta(max_length=CANDIDATES)]
    """In the order in which they were found."""


Signal = Description | Candidates
"""What one end tells the other."""


class SendSignal(Request, frozen=True, tag="media.signal"):
    """For the other end of the contact. Held back until the server says that both are there.

    ``generation`` is the sender's own, ``peer_generation`` the other end's as the sender
    knows it; whichever is old is refused with ``stale_generation``.
    """

    contact_id: Identity
    """The contact both ends are in."""
    epoch: EpochNumber
    """The assignment."""
    generation: Generation
    """The sender's own."""
    peer_generation: Generation
    """The other end, as the sender knows it."""
    signal: Signal
    """What to tell it."""


class SignalReceived(Message, frozen=True, tag="media.signalled"):
    """From the other end. Numbered; acknowledged with :class:`Acknowledge`.

    ``generation`` is the sender's. Signals of an older generation than the newest seen
    are dropped by the client.
    """

    number: Count
    """To acknowledge it by."""
    contact_id: Identity
    """The contact both ends are in."""
    epoch: EpochNumber
    """The assignment."""
    generation: Generation
    """The sender's."""
    signal: Signal
    """What it says."""


class MediaStateChanged(Request, frozen=True, tag="media.state"):
    """This end's media is connected, or has failed for good. Sent once per change."""

    contact_id: Identity
    """The contact."""
    epoch: EpochNumber
    """The assignment."""
    state: Literal["connected", "failed"]
    """How it turned out."""


class MediaReport(Request, frozen=True, tag="media.report"):
    """Numbers only, every 5 s while this end has, or believes it has, a contact's media."""

    contact_id: Identity
    """The contact."""
    epoch: EpochNumber
    """The assignment."""
    connection_state: ConnectionState
    """As in the browser's `RTCPeerConnection`."""
    bytes_sent: Count
    """Since the connection was made."""
    bytes_received: Count
    """Likewise."""
    packets_lost: Count
    """Likewise, of those to receive."""
    round_trip_ms: Count | None
    """Null while unknown."""
    jitter_ms: Count | None
    """Null while unknown."""
    relayed: bool | None
    """Whether a TURN server is in between; null while unknown."""


class Acknowledge(Request, frozen=True, tag="ack"):
    """Every numbered message up to and including this one has arrived."""

    number: Count
    """Of the last message that arrived."""


class IceServer(Part, frozen=True):
    """One entry for ``RTCConfiguration.iceServers``."""

    urls: list[str]
    """As in the browser."""
    username: str
    """Empty if none is needed."""
    credential: str
    """Likewise."""


class IceConfiguration(Part, frozen=True):
    """Where this end may look for a way through NAT. Empty unless the operator set servers.

    ``relay_only``: the present contact's group allows TURN candidates only.
    """

    servers: list[IceServer]
    """Where to ask; empty unless the operator set some."""
    relay_only: bool
    """Whether the contact's group allows TURN candidates only."""
    expires_at: MillisUtc | None
    """When the credentials do; null if they do not."""


class RefreshIce(Request, frozen=True, tag="ice.refresh"):
    """New credentials, please; the old ones are about to expire. Answered by :class:`IceRefreshed`."""


class IceRefreshed(Message, frozen=True, tag="ice.refreshed"):
    """Fresh credentials: the answer to :class:`RefreshIce`, in place of a reply."""

    id: RequestNumber
    """Of the request."""
    ice: IceConfiguration
    """Fresh servers."""


class Peer(Part, frozen=True):
    """The other end, as far as media needs it.

    ``present`` says that the other end's page is there: only then is a description or
    candidate sent. ``generation`` is raised each time its page was loaded anew.
    """

    party: Party
    """Which end it is."""
    present: bool
    """Whether its page is there."""
    generation: Generation
    """Which life of its leg that page is."""
    can_confer: bool
    """Whether that page can have a second connection; a widget of an older release may not."""


class SecondLeg(Part, frozen=True):
    """A connection beside the first one: with a colleague who is asked, or with a guest.

    Connections are told apart by contact and epoch. One that stands first later, because a
    guest was handed the contact, is the same connection and is kept.
    """

    contact_id: Identity
    """The contact it belongs to: the same as the first one's, or the consultation."""
    epoch: EpochNumber
    """Of this connection."""
    party: Party
    """What this page is in it: the caller's side makes the offer and is impolite."""
    name: str
    """Whose end it is; empty if that is not known."""
    peer: Peer
    """The other end."""
