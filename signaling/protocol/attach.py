"""How a browser takes its session up: what it shows at connect, and what it is told if that will not do.

These bodies travel in Socket.IO's own connect and connect-error packets, not as messages.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, field

from signaling.protocol.base import Count, Identity, Language, Part, Token

Capabilities = Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=32)]
"""What this end can do, by name. Unknown names are ignored."""

CONFERENCE: Final = "conference"
"""A page that can have a connection with two others at once."""

KNOWN: Final = frozenset({CONFERENCE})
"""What of that the server asks for. Other names are not kept: they may hold whatever a stranger writes."""

ConnectRefusalCode = Literal[
    "malformed",
    "session_expired",
    "wrong_origin",
    "not_signed_in",
    "superseded",
    "draining",
    "busy",
    "too_many_requests",
    "internal",
]


class AttachAsCaller(Part, frozen=True):
    """``auth`` of the namespace ``/caller``.

    ``page`` is made at random once per page load: the same page again is a mere
    reconnect, another page on the same session is a reload and raises the generation.
    """

    token: Token
    """What `POST /api/v1/contacts` answered."""
    page: Identity
    """This page load."""
    capabilities: Capabilities = field(default_factory=list)
    """What this page can do; nothing beyond a call of two, if it does not say."""


class AttachAsAgent(Part, frozen=True):
    """``auth`` of the namespace ``/agent``; who it is, says the cookie.

    ``token`` is null in a tab that has no session yet; see :class:`AgentAttached`.
    """

    token: Token | None
    """Of this tab's session, if it has one."""
    page: Identity
    """This page load."""
    capabilities: Capabilities = field(default_factory=list)
    """What this page can do; nothing beyond a call of two, if it does not say."""
    language: Language = "en"
    """Of the names of groups."""
    take_over: bool = False
    """A person asked for it: this tab shall lead, though another one does. A new page needs not say so."""


class AttachAsSupervisor(Part, frozen=True):
    """``auth`` of the namespace ``/supervisor``; who it is, says the cookie."""

    page: Identity
    """This page load."""
    language: Language = "en"
    """Of the names of groups."""


class ConnectRefused(Part, frozen=True):
    """``data`` of the connect error.

    ``retryable`` says whether to try again by itself, ``retry_after_ms`` not before when.
    """

    code: ConnectRefusalCode
    """Why not; see the list of refusals."""
    retryable: bool
    """Whether to try again by itself."""
    retry_after_ms: Count | None
    """Not before so long."""
