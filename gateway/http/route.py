"""What a route is made of. The table itself is in :mod:`gateway.http.table`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Literal

import msgspec
from aiohttp import web

from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.http.address import Peer
from gateway.storage.users import WHOLE_SITE
from signaling.protocol.base import Language


class Kind(Enum):
    """Which headers an answer carries; see :mod:`gateway.http.headers`."""

    API = auto()
    PAGE = auto()
    SCRIPT = auto()
    """Fetched by other people's pages, too."""
    ASSET = auto()
    """The same for parts whose name carries a hash: kept for ever."""
    PLAIN = auto()


class Access(Enum):
    """Who may use a route."""

    ANYBODY = auto()
    OWN_PAGE = auto()
    """Anybody, but a browser only from one of our own pages."""
    SIGNED_IN = auto()
    PROGRAM = auto()
    """Programs with a token of the route's scope."""
    INSIDE = auto()
    """Programs on this machine, or whoever has the token of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody signed in, as far as HTTP cares.

    Attributes:
        csrf: What every change has to carry.
        rights: What they may do.
        sign_in: Stands for this browser's sign-in; never the cookie itself.
        supervises: The groups they watch over; ``*`` for all of the site.
    """

    id: AgentId
    site: SiteId
    display_name: str
    roles: tuple[Literal["agent", "supervisor", "administrator"], ...]
    rights: frozenset[str]
    csrf: str
    sign_in: bytes
    supervises: frozenset[GroupId] = frozenset()

    def watches(self, group: GroupId) -> bool:
        """Whether they are a supervisor of the group."""
        return WHOLE_SITE in self.supervises or group in self.supervises


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program with a token."""

    id: str
    site: SiteId
    scopes: frozenset[str]


@dataclass(slots=True)
class Call:
    """One request, with what was found out about it on the way in."""

    request: web.Request
    at: Millis
    peer: Peer
    language: Language
    trace: str
    who: Who | None = None
    program: Program | None = None
    body: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers: a struct for JSON, bytes as they are, or nothing."""

    body: msgspec.Struct | bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Any, Call], Awaitable[Answer | web.StreamResponse]]
"""A method of one of the parts; the part is its first argument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table.

    Attributes:
        part: The class whose method handles it.
        answers: Status to the struct of the body.
        problems: Codes it may refuse with, besides those every route has.
        right: What a signed-in user needs to be allowed.
        scope: What a program's token needs to be allowed.
        cross_origin: Pages of allowed origins may read the answer.
        largest_body: In bytes.
        is_quiet: Not logged: asked by visitors who only look, and by machines.
    """

    method: str
    path: str
    part: type
    handler: Handler
    summary: str
    kind: Kind = Kind.API
    access: Access = Access.ANYBODY
    right: str | None = None
    scope: str | None = None
    request: type[msgspec.Struct] | None = None
    request_headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[int, type[msgspec.Struct] | None] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    cross_origin: bool = False
    largest_body: int = 64 * 1024
    is_quiet: bool = False

    @property
    def changes_something(self) -> bool:
        """Whether it does more than answer."""
        return self.method not in ("GET", "HEAD")
