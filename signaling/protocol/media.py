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
    sdp: Sdp


class Candidate(Part, frozen=True):
    """One ICE candidate as the browser wrote it. An empty line ends the candidates."""

    candidate: CandidateLine
    sdp_mid: Annotated[str, Meta(max_length=64)] | None
    sdp_m_line_index: Annotated[int, Meta(ge=0, le=64)] | None
    username_fragment: Annotated[str, Meta(max_length=256)] | None


class Candidates(Part, frozen=True, tag_field="kind", tag="candidates"):
    """Candidates of one generation, gathered for 50 ms before they are sent."""

    candidates: Annotated[list[Candidate], Meta(max_length=CANDIDATES)]


Signal = Description | Candidates
"""What one end tells the other."""


class SendSignal(Request, frozen=True, tag="media.signal"):
    """For the other end of the contact. Held back until the server says that both are there.

    ``generation`` is the sender's own, ``peer_generation`` the other end's as the sender
    knows it; whichever is old is refused with ``stale_generation``.
    """

    contact_id: Identity
    epoch: EpochNumber
    generation: Generation
    peer_generation: Generation
    signal: Signal


class SignalReceived(Message, frozen=True, tag="media.signalled"):
    """From the other end. Numbered; acknowledged with :class:`Acknowledge`.

    ``generation`` is the sender's. Signals of an older generation than the newest seen
    are dropped by the client.
    """

    number: Count
    contact_id: Identity
    epoch: EpochNumber
    generation: Generation
    signal: Signal


class MediaStateChanged(Request, frozen=True, tag="media.state"):
    """This end's media is connected, or has failed for good. Sent once per change."""

    contact_id: Identity
    epoch: EpochNumber
    state: Literal["connected", "failed"]


class MediaReport(Request, frozen=True, tag="media.report"):
    """Numbers only, every 5 s while this end has, or believes it has, a contact's media."""

    contact_id: Identity
    epoch: EpochNumber
    connection_state: ConnectionState
    bytes_sent: Count
    bytes_received: Count
    packets_lost: Count
    round_trip_ms: Count | None
    jitter_ms: Count | None
    relayed: bool | None


class Acknowledge(Request, frozen=True, tag="ack"):
    """Every numbered message up to and including this one has arrived."""

    number: Count


class IceServer(Part, frozen=True):
    """One entry for ``RTCConfiguration.iceServers``."""

    urls: list[str]
    username: str
    credential: str


class IceConfiguration(Part, frozen=True):
    """Where this end may look for a way through NAT. Empty unless the operator set servers.

    ``relay_only``: the present contact's group allows TURN candidates only.
    """

    servers: list[IceServer]
    relay_only: bool
    expires_at: MillisUtc | None


class RefreshIce(Request, frozen=True, tag="ice.refresh"):
    """New credentials, please; the old ones are about to expire. Answered by :class:`IceRefreshed`."""


class IceRefreshed(Message, frozen=True, tag="ice.refreshed"):
    """Fresh credentials: the answer to :class:`RefreshIce`, in place of a reply."""

    id: RequestNumber
    ice: IceConfiguration


class Peer(Part, frozen=True):
    """The other end, as far as media needs it.

    ``present`` says that the other end's page is there: only then is a description or
    candidate sent. ``generation`` is raised each time its page was loaded anew.
    """

    party: Party
    present: bool
    generation: Generation
