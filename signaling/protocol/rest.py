"""Bodies of the REST interface that browsers use."""

from typing import Annotated, Literal

from msgspec import Meta

from signaling.protocol.base import Channel, Count, Identity, Language, MediaPolicy, Part, Token


class NewContact(Part, frozen=True, forbid_unknown_fields=False):
    """``POST /api/v1/contacts``. The header ``Idempotency-Key`` (8 to 128 characters) is required."""

    site: Identity
    group: Identity
    channel: Channel
    language: Language = "en"
    name: Annotated[str, Meta(max_length=100)] = ""
    topic: Annotated[str, Meta(max_length=200)] = ""
    page_url: Annotated[str, Meta(max_length=2000)] = ""
    page_title: Annotated[str, Meta(max_length=200)] = ""
    proof: Annotated[str, Meta(max_length=4000)] = ""
    """Answer to a proof-of-humanity challenge, where the operator asks for one."""


class ContactCreated(Part, frozen=True):
    """The contact waits. ``sessionToken`` attaches to ``/caller``; it is told once."""

    contact_id: Identity
    session_id: Identity
    session_token: Token
    position: Count


class GroupAvailability(Part, frozen=True):
    """Whether a call can be started now, and why not."""

    id: Identity
    name: str
    state: Literal["available", "busy", "nobody", "closed"]
    channels: list[Channel]
    policy: MediaPolicy
    waiting: Count


class Availability(Part, frozen=True):
    """``GET /api/v1/sites/SITE/availability?lang=de``. Cached 10 s. One request for all groups."""

    site: Identity
    groups: list[GroupAvailability]


class SignIn(Part, frozen=True):
    """``POST /api/v1/sign-in``. Sets the cookie ``__Host-zuruf``."""

    user_name: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class SignedIn(Part, frozen=True):
    """Who is signed in; also ``GET /api/v1/me``. ``csrf`` goes into ``X-Zuruf-CSRF`` of every change."""

    user_id: Identity
    agent_id: Identity | None
    display_name: str
    roles: list[Literal["agent", "supervisor", "administrator"]]
    site: Identity
    csrf: Token


class Problem(Part, frozen=True):
    """``application/problem+json`` (RFC 9457). ``code`` is for programs, ``detail`` for people, in their language."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    retry_after: Count | None = None
    trace: str | None = None
