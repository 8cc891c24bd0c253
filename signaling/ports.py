"""What the conversation needs from the rest of the program, and nothing more.

The gateway implements these and hands them in; tests bring their own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol

from acd.decisions import Decision, EndReason
from acd.facts import Fact
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SiteId
from acd.records import Contact
from acd.state import State
from signaling.protocol.base import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a reported fact.

    Attributes:
        decided: The decisions it caused, in order; ``None`` while it is still pending
            (nobody decided within the time allowed).
    """

    decided: Sequence[Decision] | None


Listener = Callable[[Sequence[Decision], Millis], None]


Clock = Callable[[], Millis]
"""Says what time it is: milliseconds since the Unix epoch, UTC."""


CodeLabel = Callable[[SiteId, str, Language], str]
"""Says what a disposition code of a site is called; the code itself if nobody knows."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A contact as it was when it ended; the site's state no longer has it."""

    contact: Contact
    reason: EndReason
    at: Millis


class Floor(Protocol):
    """One site's ACD as this process sees it."""

    site: SiteId

    @property
    def state(self) -> State:
        """The replica: every committed decision folded. Read it, never change or keep it."""

    @property
    def ended(self) -> Sequence[Ended]:
        """The contacts that ended last, in order; perhaps before this process began. Bounded, so not all there were."""

    async def report(self, fact: Fact, *, source: str, request: str, must: bool = False) -> Outcome:
        """Write a fact to the journal and learn what was decided, within 2 s.

        Safe to repeat with the same (source, request): the second one gets the first
        one's outcome. When this returns a decided outcome, :attr:`state` contains it.

        Raises:
            FloorBusy: If the journal is full and the fact is not ``must``.
        """

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Call back with each committed step once the replica has it, in order, with its time.

        Returns:
            What ends it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWait:
    """How long a caller will probably wait, in whole minutes, rounded up.

    Attributes:
        longer: More than they were told before; they must be told that, too.
    """

    low_minutes: int
    high_minutes: int
    longer: bool


ExpectedWaits = Callable[[SiteId, ContactId], ExpectedWait | None]
"""What to tell a caller about their wait; ``None``: nothing is known. Asked when it is shown to them."""


class FloorBusy(Exception):
    """Too much waits for a decision; try again a little later."""


class StoreAway(Exception):
    """What is kept cannot be read or written now; try again a little later. Any port below may raise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session as stored. The token itself is never stored.

    Attributes:
        contact: Whose caller it is, for role ``caller``.
        agent: Whose desk it is, for role ``agent``.
        expires_at: Attaching later is refused.
        page: The page that attached last; empty before the first.
        generation: Which life of its leg that page is; 0 before the first.
        capabilities: What that page can do, by name.
    """

    id: SessionId
    site: SiteId
    role: Literal["caller", "agent"]
    contact: ContactId | None
    agent: AgentId | None
    expires_at: Millis
    page: str = ""
    generation: int = 0
    capabilities: frozenset[str] = frozenset()


class PageLife(NamedTuple):
    """What others need to know of the page that has a session.

    Attributes:
        generation: Which life of its leg it is; 0 if there is no such session.
        capabilities: What it can do, by name.
    """

    generation: int
    capabilities: frozenset[str] = frozenset()


NO_PAGE: Final = PageLife(0)


MOST_OWED: Final = 256
"""More messages than these are not kept for a session that never says they arrived."""
MOST_OWED_BYTES: Final = 1_000_000
"""Nor more than this of them."""


class MailboxFull(Exception):
    """The session has not fetched what was kept for it before."""


class Sessions(Protocol):
    """Sessions and what is owed to them; both outlive sockets and processes."""

    async def create(self, record: SessionRecord, token_hash: bytes) -> None:
        """Store a new session under the SHA-256 of its token."""

    async def find(self, token_hash: bytes, at: Millis) -> SessionRecord | None:
        """The session of this token, unless there is none or it expired."""

    async def turn_page(self, session: SessionId, page: str, capabilities: Collection[str]) -> int:
        """Note that another page has the session, and what it can do; answers the raised generation.

        It is higher than that of every other session of the same contact or agent, so that
        the other end notices a change of tab as it does a reload.
        """

    async def page_of(self, session: SessionId) -> PageLife:
        """The page that has the session; :data:`NO_PAGE` if there is no such session."""

    async def changes(self, sessions: Collection[SessionId]) -> dict[SessionId, tuple[PageLife, int]]:
        """Of each of these: its page, and the number of the last message that is owed to it, 0 if none is."""

    async def extend(self, session: SessionId, expires_at: Millis) -> None:
        """Let the session live until then. Harmless if there is none."""

    async def end(self, session: SessionId) -> None:
        """Forget the session, its token and everything owed to it."""

    async def owe(self, session: SessionId, body: bytes) -> int:
        """Keep a message for a session; answers its number, which only grows per session.

        Raises:
            MailboxFull: If :data:`MOST_OWED` messages or :data:`MOST_OWED_BYTES` would be exceeded.
        """

    async def owed(self, session: SessionId, after: int) -> list[tuple[int, bytes]]:
        """What the session was not known to have received, in order."""

    async def acknowledge(self, session: SessionId, upto: int) -> None:
        """Delete what the client says it received."""

    async def discard(self, session: SessionId, numbers: Collection[int]) -> None:
        """Delete these messages, received or not, and no others."""


class Directory(Protocol):
    """Names and words that are kept outside the journal, for showing to people."""

    async def agent_name(self, site: SiteId, agent: AgentId) -> str:
        """The agent's display name, as callers see it."""

    async def group_name(self, site: SiteId, group: GroupId, language: str) -> str:
        """The group's name in this language (``de`` or ``en``)."""

    async def note_address(self, site: SiteId, contact: ContactId, address: str) -> None:
        """Keep where to reach a caller who leaves the page; replaces what was kept."""

    async def contact_context(self, site: SiteId, contact: ContactId) -> "ContactContext":
        """What the visitor said of themselves and where they came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactContext:
    """Personal side data of a contact, shown to its agent. Empty strings when unknown.

    Attributes:
        page_url: Origin and path of the page the call began on, without query.
        text: The message, if one was left.
        address: Where to reach them for an answer or a callback.
        reference: What the website calls them or their matter.
    """

    name: str = ""
    topic: str = ""
    language: str = ""
    page_url: str = ""
    page_title: str = ""
    text: str = ""
    address: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IceServer:
    """One entry of a browser's ``RTCConfiguration.iceServers``; credentials expire."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class IceServers(Protocol):
    """Where browsers find their way through NAT; nowhere, unless settings say so."""

    def issue(self, session: SessionId, at: Millis) -> tuple[tuple[IceServer, ...], Millis | None]:
        """Servers with fresh credentials, and when these expire (``None``: never, there are none)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIdentity:
    """Who a browser is signed in as, if they are an agent.

    Attributes:
        sign_in: The browser's sign-in, for whoever gave this out; means nothing here.
    """

    site: SiteId
    agent: AgentId
    display_name: str
    sign_in: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorIdentity:
    """Who a browser is signed in as, if they are a supervisor.

    Attributes:
        user: The same kind of id that agents have.
        groups: Those they watch over; ``None``: all of the site, also later ones.
        sign_in: The browser's sign-in, for whoever gave this out; means nothing here.
    """

    site: SiteId
    user: AgentId
    groups: frozenset[GroupId] | None
    sign_in: bytes = b""

    def watches(self, group: GroupId) -> bool:
        """Whether they may see the group."""
        return self.groups is None or group in self.groups


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A group's counts of one day, by contacts that came in on it; messages do not count.

    Attributes:
        offered: Came into the group's line.
        answered: Talked.
        within_level: Of these, accepted within the group's target.
        abandoned: Left by the caller before.
        short_abandoned: Of these, within :attr:`Figures.short_ms`.
        otherwise: Ended, or led elsewhere, in another way.
    """

    offered: int = 0
    answered: int = 0
    within_level: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    otherwise: int = 0


class Figures(Protocol):
    """What was counted at a site today."""

    @property
    def since(self) -> Millis:
        """From when on contacts are counted."""

    @property
    def is_complete(self) -> bool:
        """Whether that is midnight, and everything since then is in."""

    @property
    def short_ms(self) -> Millis:
        """Who leaves within this time is a short abandon."""

    def of(self, group: GroupId) -> DayFigures:
        """The group's day so far."""

    def turn(self, at: Millis) -> bool:
        """Begin a new day if it is time; answers whether anything is new since this was last asked."""


class Authenticator(Protocol):
    """Knows agents and supervisors by their cookie."""

    async def agent_of(self, cookies: Mapping[str, str]) -> AgentIdentity | None:
        """Who is signed in with these cookies; ``None`` if nobody is, or not as an agent."""

    async def is_still_signed_in(self, identity: AgentIdentity) -> bool:
        """Asked once a minute while a desk is attached, also in a call: keeps the sign-in alive, unless it is over."""

    async def supervisor_of(self, cookies: Mapping[str, str]) -> SupervisorIdentity | None:
        """Who is signed in with these cookies; ``None`` if nobody is, or not as a supervisor."""

    async def still_supervises(self, identity: SupervisorIdentity) -> SupervisorIdentity | None:
        """Asked every few seconds while they watch: as they are now; ``None`` once they may not any more."""


class Origins(Protocol):
    """Which pages may connect. Browsers alone tell the truth here."""

    def is_own(self, origin: str) -> bool:
        """Whether pages of this origin are ours: the desk, the call page, the demo site."""

    def is_allowed(self, origin: str, site: SiteId | None) -> bool:
        """Whether a widget on this origin may call the site, or any site if none is named."""
