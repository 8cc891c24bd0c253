"""Bodies of the REST interface that browsers use."""

from typing import Annotated, Literal

from msgspec import Meta

from signaling.protocol.base import Channel, Count, Identity, MailAddress, MediaPolicy, MillisUtc, Part, Token


class CallbackWanted(Part, frozen=True):
    """Not to wait on the page but to be called back."""

    address: MailAddress
    """Where to send the link."""
    at: MillisUtc | None = None
    """Not before then; without it as soon as it is their turn."""


class NewContact(Part, frozen=True, forbid_unknown_fields=False):
    """``POST /api/v1/contacts``. The header ``Idempotency-Key`` (8 to 128 characters) is required."""

    site: Identity
    """Which customer organisation."""
    group: Identity
    """Whom to talk to."""
    channel: Channel
    """How to talk; or a message that somebody works off later."""
    language: Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)")] = "en"
    """What the visitor speaks, and the language of names and notices where there is one."""
    name: Annotated[str, Meta(max_length=100)] = ""
    """Who it is; optional."""
    topic: Annotated[str, Meta(max_length=200)] = ""
    """What it is about: one of the site's topics by its id, or in words; optional."""
    attributes: Annotated[str, Meta(max_length=8000)] = ""
    """What the website vouches for, signed; optional."""
    text: Annotated[str, Meta(max_length=4000)] = ""
    """The message."""
    address: Annotated[str, Meta(max_length=200)] = ""
    """Where to answer a message."""
    callback: CallbackWanted | None = None
    """To be called back."""
    page_url: Annotated[str, Meta(max_length=2000)] = ""
    """Where the call begins, without query."""
    page_title: Annotated[str, Meta(max_length=200)] = ""
    """Its title."""
    proof: Annotated[str, Meta(max_length=4000)] = ""
    """Answer to a proof-of-humanity challenge, where the operator asks for one."""


class Announced(Part, frozen=True):
    """What somebody who waits is told."""

    text: str
    """In their language, where there is one."""
    after_ms: Count
    """How long after they began to wait."""
    every_ms: Count
    """And then again after so long each time; 0: once."""


class ContactCreated(Part, frozen=True):
    """The contact waits. ``sessionToken`` attaches to ``/caller``; it is told once."""

    contact_id: Identity
    """The contact."""
    session_id: Identity
    """The caller's session."""
    session_token: Token
    """Takes that session up."""
    position: Count
    """Place in the line, from 1."""
    announcements: list[Announced]
    """What to tell them while they wait, as the group has it."""


class JoinLink(Part, frozen=True):
    """The link of a callback, as its page found it behind ``#``."""

    token: Token
    """Personal, and good as long as the callback is."""


class KeptPlace(Part, frozen=True):
    """``POST /api/v1/join/look``: the place that a link keeps."""

    site: Identity
    """Which customer organisation."""
    group: Identity
    """Where the place is."""
    group_name: str
    """In the language asked for."""
    channel: Literal["voice", "video", "chat", "message"]
    """Voice or video."""
    position: Count | None
    """Place in the line, from 1."""
    due_at: MillisUtc | None
    """Not before then, if that was asked for and has not come."""
    good_until: MillisUtc | None
    """While they are invited, until when they are waited for."""
    expires_at: MillisUtc
    """When it is given up."""


class NewPersonalLink(Part, frozen=True):
    """A link for one caller, as an agent or a program asks for it."""

    group: Identity
    """Whom it leads to."""
    agent_id: Identity | None = None
    """Who of the group is asked first; an agent may name only themselves."""
    channel: Literal["voice", "video"] = "video"
    """What the call begins as."""
    good_from: MillisUtc | None = None
    """Not before then; now if left out."""
    valid_ms: Annotated[int, Meta(ge=60_000, le=30 * 24 * 60 * 60_000)] = 24 * 60 * 60_000
    """How long it is good from then on."""
    code: bool = False
    """Whether a six-digit code leads to it for the next ten minutes, too."""
    name: Annotated[str, Meta(max_length=100)] = ""
    """Whom it is for; shown to the agent. Personal: kept apart, and erased on use."""


class PersonalLinkShown(Part, frozen=True):
    """A personal link, without what lets somebody in."""

    id: Identity
    """Of the link."""
    group: Identity
    """Whom it leads to."""
    agent_id: Identity | None
    """Who of the group is asked first."""
    channel: Literal["voice", "video", "chat", "message"]
    """Voice or video."""
    state: Literal["not_yet_valid", "open", "used", "expired", "revoked"]
    """What it is good for."""
    created_at: MillisUtc
    """When it was issued."""
    good_from: MillisUtc
    """Not before then."""
    good_until: MillisUtc
    """Not after then."""
    code_until: MillisUtc | None
    """Until when its code is good; null if it has none, or it was used."""
    name: str
    """Whom it is for, as who issued it put it; empty once erased."""


class Picture(Part, frozen=True):
    """A QR code as an SVG path, to be filled."""

    side: Count
    """Width and height of the `viewBox`, margin included."""
    path: str
    """The `d` of the path."""


class PersonalLinkCreated(Part, frozen=True):
    """A new personal link. What lets somebody in is told only here."""

    link: PersonalLinkShown
    """What was issued."""
    url: str
    """To be passed on."""
    picture: Picture
    """The same address, to be scanned."""
    code: str | None
    """Six digits, to be read out."""
    code_url: str
    """Where the code is entered."""


class PersonalLinkPage(Part, frozen=True):
    """Links that can still be used, newest first."""

    links: list[PersonalLinkShown]
    """Without those that are used, expired or revoked."""


class JoinCode(Part, frozen=True):
    """Six digits that a caller was told."""

    code: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
    """As they were told."""
    site: Annotated[str, Meta(max_length=64)] = ""
    """Whose code it is; may be left out where the server has one site only."""


class PersonalToken(Part, frozen=True):
    """What a code led to."""

    token: Token
    """Of the link."""


class PersonalPlace(Part, frozen=True):
    """``POST /api/v1/join/link/look``: whom a personal link leads to."""

    site: Identity
    """Which customer organisation."""
    site_name: str
    """What it is called."""
    group: Identity
    """Whom it leads to."""
    group_name: str
    """In the language asked for."""
    agent_name: str
    """Who of the group is asked first, as callers know them; empty for anybody."""
    channel: Literal["voice", "video", "chat", "message"]
    """Voice or video."""
    good_until: MillisUtc
    """Until when it can be used."""


class Opening(Part, frozen=True):
    """A time in which a group is open."""

    start: MillisUtc
    """From then, or since now."""
    end: MillisUtc
    """To then, or to the end of what is told."""


class Openings(Part, frozen=True):
    """``GET /api/v1/sites/SITE/groups/GROUP/openings``: the next two weeks."""

    zone: str | None
    """The IANA time zone of the hours; null for a group without hours, which is always open."""
    spans: list[Opening]
    """In order."""


class GroupAvailability(Part, frozen=True):
    """Whether a call can be started now, and why not."""

    id: Identity
    """The group."""
    name: str
    """In the language asked for."""
    state: Literal["available", "busy", "nobody", "closed"]
    """Whether somebody would answer."""
    channels: list[Channel]
    """Ways to talk, or to write."""
    policy: MediaPolicy
    """Which way media goes."""
    waiting: Count
    """How many wait."""
    callbacks: bool
    """Whether it calls back."""
    instead: Literal["group", "message", "callback"] | None
    """What it offers while it is closed; null while it is open, or if it offers nothing."""
    notice: str | None = None
    """Why it is closed, in the language asked for, if its supervisor said."""


class Availability(Part, frozen=True):
    """``GET /api/v1/sites/SITE/availability?lang=de``. Cached 10 s. One request for all groups."""

    site: Identity
    """Which customer organisation."""
    groups: list[GroupAvailability]
    """All of its groups."""
    privacy_url: str | None = None
    """Its privacy notice, if it has one to show."""
    terms: str | None = None
    """What visitors read before their first call, in the language asked for."""


class SignIn(Part, frozen=True):
    """``POST /api/v1/sign-in``. Sets the cookie ``__Host-zuruf``."""

    user_name: Annotated[str, Meta(min_length=1, max_length=100)]
    """As set up."""
    password: Annotated[str, Meta(min_length=1, max_length=200)]
    """Likewise."""


class SignedIn(Part, frozen=True):
    """Who is signed in; also ``GET /api/v1/me``. ``csrf`` goes into ``X-Zuruf-CSRF`` of every change."""

    user_id: Identity
    """Who it is."""
    agent_id: Identity | None
    """As an agent, if they are one."""
    display_name: str
    """As callers see it."""
    roles: list[Literal["agent", "supervisor", "administrator"]]
    """What they may do."""
    site: Identity
    """Where."""
    csrf: Token
    """For the header of every change."""


class Instead(Part, frozen=True):
    """What a visitor who is not let in may do: nothing (``refuse``), ask another group, leave a message, be called."""

    kind: Literal["refuse", "group", "message", "callback"]
    """Which of these."""
    group: Identity | None = None
    """Which group, if it is another one."""


class WrongField(Part, frozen=True):
    """One field that is wrong."""

    field: str
    """Where in the body, as in ``groups[0].ringMs``."""
    code: str
    """For programs."""
    detail: str
    """For people."""


class Problem(Part, frozen=True):
    """``application/problem+json`` (RFC 9457). ``code`` is for programs, ``detail`` for people, in their language."""

    type: str
    """A URI for the kind of problem."""
    title: str
    """The kind, in words."""
    status: int
    """As in the response."""
    code: str
    """For programs."""
    detail: str
    """For people: what happened, and what to do."""
    retry_after: Count | None = None
    """Seconds until it may succeed."""
    trace: str | None = None
    """To find it in the log."""
    answer: Instead | None = None
    """What to do instead, where a contact was refused."""
    notice: str | None = None
    """What the site says about it: why a group is closed, for instance."""
    errors: list[WrongField] | None = None
    """Everything that is wrong with single fields."""


class OwnContact(Part, frozen=True):
    """One time it rang at an agent, and what came of it."""

    id: Identity
    """The contact."""
    group_name: str
    """Where the caller asked; empty if that was before midnight."""
    channel: Channel
    """Voice, video or message."""
    asked_by: bool
    """A colleague asked about a caller."""
    rang_at: MillisUtc
    """Or when it was handed over."""
    answered_at: MillisUtc | None
    """When it was accepted."""
    talked_ms: Count | None
    """How long both ends had media; null if they never had."""
    outcome: Literal[
        "ringing",
        "missed",
        "declined",
        "gone",
        "taken",
        "talking",
        "caller_hung_up",
        "agent_hung_up",
        "caller_lost",
        "not_connected",
        "transferred",
        "handed_over",
        "lost",
        "ended",
    ]
    """What came of it."""
    code_label: str
    """What the wrap-up said came of it, in words; empty if it said nothing."""
    name: str
    """Of the caller, as far as it is kept."""
    topic: str
    """Likewise."""
    page_title: str
    """Likewise."""


class OwnDay(Part, frozen=True):
    """What an agent did today."""

    since: MillisUtc
    """From when on it is known: midnight in the site's time zone, or later if it was not all kept."""
    is_complete: bool
    """Whether that is midnight."""
    contacts: list[OwnContact]
    """The newest first, so many at most."""
    more: Count
    """How many older ones there are."""
