"""The ports of the conversation, kept in memory and moved by hand. They behave; they are not told what to answer."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from acd.core import Core
from acd.decisions import Decision, EndContact
from acd.facts import Fact, Ticked
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SiteId
from acd.state import State
from signaling.ports import (
    MOST_OWED,
    MOST_OWED_BYTES,
    NO_PAGE,
    AgentIdentity,
    ContactContext,
    DayFigures,
    Ended,
    FloorBusy,
    IceServer,
    Listener,
    MailboxFull,
    Outcome,
    PageLife,
    SessionRecord,
    StoreAway,
    SupervisorIdentity,
)
from signaling.protocol.base import Message

F = TypeVar("F")


class HandClock:
    """Time that moves when it is told to. Who sleeps on it is woken in order."""

    def __init__(self) -> None:
        self.now = Millis(1_700_000_000_000)
        self._sleepers: list[tuple[Millis, asyncio.Future[None]]] = []

    def __call__(self) -> Millis:
        return self.now

    async def pause(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((Millis(self.now + int(seconds * 1000)), woken))
        await woken

    def advance(self, length_ms: int) -> None:
        self.now = Millis(self.now + length_ms)
        due = [(at, woken) for at, woken in self._sleepers if at <= self.now]
        self._sleepers = [(at, woken) for at, woken in self._sleepers if at > self.now]
        for _, woken in sorted(due, key=lambda sleeper: sleeper[0]):
            if not woken.done():
                woken.set_result(None)

    @property
    def next_wake(self) -> Millis | None:
        return min((at for at, woken in self._sleepers if not woken.done()), default=None)


class CoreFloor:
    """A floor with a real core behind it and no journal: what is reported is decided at once.

    Attributes:
        told: Every fact, in order, with who said so.
        is_stuck: Nobody decides; what is reported is kept until :meth:`unstick`.
        is_full: Only facts that must be taken are taken.
    """

    def __init__(self, site: SiteId, clock: Callable[[], Millis]) -> None:
        self.site = site
        self.core = Core()
        self.told: list[tuple[str, str, Fact]] = []
        self.is_stuck = False
        self.is_full = False
        self._clock = clock
        self._outcomes: dict[tuple[str, str], Sequence[Decision] | None] = {}
        self._waiting: list[tuple[tuple[str, str], Fact]] = []
        self._listeners: list[Listener] = []
        self._news = asyncio.Event()
        self._ended: list[Ended] = []

    @property
    def ended(self) -> Sequence[Ended]:
        return tuple(self._ended)

    @property
    def state(self) -> State:
        return self.core.state

    def facts(self, kind: type[F]) -> list[F]:
        return [fact for _, _, fact in self.told if isinstance(fact, kind)]

    async def report(self, fact: Fact, *, source: str, request: str, must: bool = False) -> Outcome:
        if self.is_full and not must:
            raise FloorBusy
        key = source, request
        if key not in self._outcomes:
            self.told.append((source, request, fact))
            self._news.set()
            self._outcomes[key] = None
            if self.is_stuck:
                self._waiting.append((key, fact))
            else:
                self._decide(key, fact)
        return Outcome(decided=self._outcomes[key])

    async def heard(self, kind: type[Fact]) -> None:
        """Wait until somebody told a fact of this kind."""
        async with asyncio.timeout(10):
            while not self.facts(kind):
                self._news.clear()
                await self._news.wait()

    def follow(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def unstick(self) -> None:
        self.is_stuck = False
        waiting, self._waiting = self._waiting, []
        for key, fact in waiting:
            self._decide(key, fact)

    def tick(self) -> None:
        """Decide what time alone decides."""
        while (due := self.core.next_deadline) is not None and due <= self._clock():
            self._decide(("process:test", f"tick:{len(self._outcomes)}"), Ticked())

    @property
    def followers(self) -> int:
        return len(self._listeners)

    def _decide(self, key: tuple[str, str], fact: Fact) -> None:
        at, before = self._clock(), dict(self.state.contacts)
        decided = self.core.decide(fact, at)
        self._ended += [
            Ended(before[end.contact], end.reason, at)
            for end in decided
            if isinstance(end, EndContact) and end.contact in before
        ]
        self._outcomes[key] = decided
        for listener in list(self._listeners):
            listener(decided, at)


class Shelf:
    """Where things are kept, unless it is away."""

    def __init__(self) -> None:
        self.is_away = False

    def reach(self) -> None:
        if self.is_away:
            raise StoreAway


class MemorySessions:
    """Sessions and mailboxes in dictionaries.

    Attributes:
        looks_for_mail: How often was asked what is owed to a session.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.records: dict[SessionId, SessionRecord] = {}
        self.mail: dict[SessionId, list[tuple[int, bytes]]] = {}
        self.looks_for_mail = 0
        self._tokens: dict[bytes, SessionId] = {}
        self._numbers: dict[SessionId, int] = {}

    async def create(self, record: SessionRecord, token_hash: bytes) -> None:
        self._shelf.reach()
        self.records[record.id] = record
        self._tokens[token_hash] = record.id

    async def find(self, token_hash: bytes, at: Millis) -> SessionRecord | None:
        self._shelf.reach()
        record = self.records.get(self._tokens.get(token_hash, SessionId("")))
        return record if record is not None and record.expires_at > at else None

    async def turn_page(self, session: SessionId, page: str, capabilities: Collection[str]) -> int:
        self._shelf.reach()
        record = self.records[session]
        highest = max(
            other.generation
            for other in self.records.values()
            if (other.site, other.contact, other.agent) == (record.site, record.contact, record.agent)
        )
        self.records[session] = replace(record, page=page, generation=highest + 1, capabilities=frozenset(capabilities))
        return highest + 1

    async def page_of(self, session: SessionId) -> PageLife:
        self._shelf.reach()
        record = self.records.get(session)
        return NO_PAGE if record is None else PageLife(record.generation, record.capabilities)

    async def changes(self, sessions: Collection[SessionId]) -> dict[SessionId, tuple[PageLife, int]]:
        self._shelf.reach()
        known = [self.records[session] for session in sessions if session in self.records]
        return {
            record.id: (
                PageLife(record.generation, record.capabilities),
                max((number for number, _ in self.mail.get(record.id, [])), default=0),
            )
            for record in known
        }

    async def extend(self, session: SessionId, expires_at: Millis) -> None:
        self._shelf.reach()
        if session in self.records:
            self.records[session] = replace(self.records[session], expires_at=expires_at)

    async def end(self, session: SessionId) -> None:
        self._shelf.reach()
        self.records.pop(session, None)
        self.mail.pop(session, None)

    async def owe(self, session: SessionId, body: bytes) -> int:
        self._shelf.reach()
        kept = self.mail.setdefault(session, [])
        if len(kept) >= MOST_OWED or sum(len(b) for _, b in kept) + len(body) > MOST_OWED_BYTES:
            raise MailboxFull
        number = self._numbers[session] = self._numbers.get(session, 0) + 1
        kept.append((number, body))
        return number

    async def owed(self, session: SessionId, after: int) -> list[tuple[int, bytes]]:
        self._shelf.reach()
        self.looks_for_mail += 1
        return [letter for letter in self.mail.get(session, []) if letter[0] > after]

    async def acknowledge(self, session: SessionId, upto: int) -> None:
        self._shelf.reach()
        self.mail[session] = [letter for letter in self.mail.get(session, []) if letter[0] > upto]

    async def discard(self, session: SessionId, numbers: Collection[int]) -> None:
        self._shelf.reach()
        self.mail[session] = [letter for letter in self.mail.get(session, []) if letter[0] not in numbers]


class MemoryDirectory:
    """Names, as a site would have them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.contexts: dict[ContactId, ContactContext] = {}
        self.asked = 0
        self.fails = False

    async def agent_name(self, site: SiteId, agent: AgentId) -> str:
        self._shelf.reach()
        self.asked += 1
        if self.fails:
            raise RuntimeError("no directory")
        return agent.removeprefix("ag_").title()

    async def group_name(self, site: SiteId, group: GroupId, language: str) -> str:
        self._shelf.reach()
        self.asked += 1
        if self.fails:
            raise RuntimeError("no directory")
        return {("sales", "de"): "Verkauf", ("sales", "en"): "Sales"}.get((group, language), group.title())

    async def note_address(self, site: SiteId, contact: ContactId, address: str) -> None:
        self._shelf.reach()
        self.contexts[contact] = replace(self.contexts.get(contact, ContactContext()), address=address)

    async def contact_context(self, site: SiteId, contact: ContactId) -> ContactContext:
        self._shelf.reach()
        self.asked += 1
        return self.contexts.get(contact, ContactContext())


class PaperFigures:
    """A day as somebody wrote it down."""

    def __init__(self) -> None:
        self.since = Millis(0)
        self.is_complete = True
        self.short_ms = Millis(5_000)
        self.figures: dict[GroupId, DayFigures] = {}
        self.is_new = False
        self.looks = 0

    def of(self, group: GroupId) -> DayFigures:
        self.looks += 1
        return self.figures.get(group, DayFigures())

    def turn(self, at: Millis) -> bool:
        was_new, self.is_new = self.is_new, False
        return was_new


class NumberedIce:
    """Hands out credentials that can be told apart."""

    def __init__(self) -> None:
        self.issued = 0
        self.fails = False

    def issue(self, session: SessionId, at: Millis) -> tuple[tuple[IceServer, ...], Millis | None]:
        if self.fails:
            raise RuntimeError("no secret")
        self.issued += 1
        server = IceServer(urls=("turn:turn.example:3478",), username=f"{self.issued}:{session}", credential="made-up")
        return (server,), Millis(at + 600_000)


class CookieAuthenticator:
    """The cookie says who it is, until they are signed out."""

    def __init__(self, site: SiteId, shelf: Shelf) -> None:
        self.site = site
        self._shelf = shelf
        self.gone: set[AgentId] = set()
        self.watched: dict[AgentId, frozenset[GroupId] | None] = {}

    async def agent_of(self, cookies: Mapping[str, str]) -> AgentIdentity | None:
        self._shelf.reach()
        name = cookies.get("who")
        if name is None or AgentId(f"ag_{name}") in self.gone:
            return None
        return AgentIdentity(site=self.site, agent=AgentId(f"ag_{name}"), display_name=name.title())

    async def is_still_signed_in(self, identity: AgentIdentity) -> bool:
        self._shelf.reach()
        return identity.agent not in self.gone

    async def supervisor_of(self, cookies: Mapping[str, str]) -> SupervisorIdentity | None:
        self._shelf.reach()
        name = cookies.get("who")
        return None if name is None else self._supervisor(AgentId(f"ag_{name}"))

    async def still_supervises(self, identity: SupervisorIdentity) -> SupervisorIdentity | None:
        self._shelf.reach()
        return self._supervisor(identity.user)

    def _supervisor(self, user: AgentId) -> SupervisorIdentity | None:
        if user not in self.watched:
            return None
        return SupervisorIdentity(site=self.site, user=user, groups=self.watched[user])


@dataclass
class ListedOrigins:
    """Our own origin, and one that may embed the widget of one site."""

    own: str = "https://zuruf.example"
    allowed: Mapping[str, SiteId] | None = None

    def is_own(self, origin: str) -> bool:
        return origin == self.own

    def is_allowed(self, origin: str, site: SiteId | None) -> bool:
        found = (self.allowed or {}).get(origin)
        return found is not None and site in {None, found}


class PaperWire:
    """A socket that writes down what it was told.

    Attributes:
        answers_probes: Its page is alive, and its network too.
    """

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self.heard_at = clock()
        self.told: list[Message] = []
        self.is_closed = False
        self.answers_probes = True

    def hear(self) -> None:
        self.heard_at = self._clock()

    async def push(self, message: Message) -> None:
        if not self.is_closed:
            self.told.append(message)

    async def probe(self) -> None:
        if self.answers_probes and not self.is_closed:
            self.hear()

    async def close(self, farewell: Message | None = None) -> None:
        if farewell is not None:
            await self.push(farewell)
        self.is_closed = True
