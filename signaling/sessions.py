"""A session as this process knows it: what was shown, what was answered, what was heard.

A session is a tab and outlives its sockets. What happens to sessions is in
:mod:`signaling.hub`; here stands what they are and where they stand in a site's state.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from acd.config import Channel
from acd.facts import Party
from acd.ids import AgentId, ContactId, Epoch, Millis, SessionId
from acd.lifecycle import Phase, Routing
from acd.records import AgentState, Contact, Endpoint, Slot
from acd.state import State
from signaling.media_numbers import MediaNumbers
from signaling.permissions import AGENT, CALLER, SUPERSEDED, Table
from signaling.ports import AgentIdentity, ContactContext
from signaling.protocol.agent import Desk
from signaling.protocol.base import Language, Message
from signaling.protocol.caller import CallerContact
from signaling.protocol.media import Peer, SecondLeg
from signaling.rate import TokenBucket

_REMEMBERED_REPLIES = 64
_HAS_MEDIA = frozenset({Phase.CONNECTING, Phase.TALKING})
_SHOWN_FIRST = (Routing.CONNECTING, Routing.TALKING, Routing.HELD, Routing.OFFERED, Routing.WRAP_UP)


class Wire(Protocol):
    """A socket, as far as a session cares."""

    @property
    def heard_at(self) -> Millis:
        """When anything at all last came from there."""

    async def push(self, message: Message) -> None:
        """Send it after what was sent before. Harmless once the socket is gone."""

    async def probe(self) -> None:
        """Ask whether the page is alive: :attr:`heard_at` tells. Harmless once the socket is gone."""

    async def close(self, farewell: Message | None = None) -> None:
        """Say a last thing, if anything, and end the connection."""


class Replies:
    """The last answers, so that a repeated request gets the first one's."""

    def __init__(self) -> None:
        self._by_request: OrderedDict[str, Message] = OrderedDict()

    def get(self, request: str) -> Message | None:
        """The answer that this request got, if it is remembered."""
        return self._by_request.get(request)

    def keep(self, request: str, reply: Message) -> None:
        """Remember an answer, and forget the oldest."""
        self._by_request[request] = reply
        if len(self._by_request) > _REMEMBERED_REPLIES:
            self._by_request.popitem(last=False)

    def clear(self) -> None:
        """Forget all: another page counts its requests anew."""
        self._by_request.clear()


LegKey = tuple[ContactId, Epoch]
"""What tells the connections of a session apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One of a session's connections with another page, connecting or connected.

    Attributes:
        contact: The contact it belongs to.
        party: What this session is in it. An agent who asks a colleague stands for the caller there.
        other: The agent at the other end; ``None``: it is the caller.
        peer: Where the other end is reached.
        stands: Both ends have said that they have media.
    """

    contact: Contact
    epoch: Epoch
    party: Party
    other: AgentId | None
    peer: Endpoint | None
    stands: bool

    @property
    def key(self) -> LegKey:
        """The contact and the epoch."""
        return self.contact.id, self.epoch

    @property
    def peer_session(self) -> SessionId | None:
        """The session at the other end, if there is one."""
        return None if self.peer is None else self.peer.session

    @property
    def is_peer_present(self) -> bool:
        """Whether the other end's page is there."""
        return self.peer is not None and self.peer.is_attached


@dataclass(eq=False, slots=True, kw_only=True)
class Watch:
    """What a session said of one of its connections.

    Attributes:
        seen_at: When it last said that it has it.
        is_expected: Both ends had it, so silence about it tells something.
        says_closed: It last said that it has not.
        failed_since: Since when all its reports say that the media has failed.
        reported_at: When the last report came.
        suspected_at: When it was first noticed to speak without mentioning it.
        numbers: What its reports said so far.
    """

    seen_at: Millis
    numbers: MediaNumbers
    is_expected: bool = False
    says_closed: bool = False
    failed_since: Millis | None = None
    reported_at: Millis = Millis(0)
    suspected_at: Millis | None = None

    def begin(self, at: Millis) -> None:
        """Count silence from now on."""
        self.seen_at = at
        self.says_closed = False
        self.failed_since = None
        self.suspected_at = None


@dataclass(eq=False, slots=True, kw_only=True)
class Session:
    """What both roles have in common.

    Attributes:
        page: The page that attached last, ``generation`` which life of the leg it is, and
            ``capabilities`` what it said that it can do.
        expires_at: Taking it up later is refused; put off while it has a socket.
        turn: Held while anything happens to the session: one thing at a time.
        wire: The socket, while there is one.
        leaving: The page said that it closes.
        sequence: Number of the last picture sent on this socket.
        ice_for: The connections that servers were last given for.
        mail_turn: Held while mail is handed out; ``mail_sent`` is the highest number
            sent on this socket, ``is_mail_due`` says that there may be more, and
            ``mail_arrived`` is the highest that arrived and is still kept, or 0;
            ``mail_confirmed`` the highest that arrived of those sent on this socket.
        watches: What it said of its connections.
        is_forgotten: The floor says that it has no socket, though it has.
    """

    party: ClassVar[Party]
    permissions: ClassVar[Table]

    id: SessionId
    page: str
    generation: int
    capabilities: frozenset[str]
    expires_at: Millis
    turn: asyncio.Lock
    bucket: TokenBucket
    replies: Replies = field(default_factory=Replies)
    wire: Wire | None = None
    leaving: bool = False
    detached_at: Millis = Millis(0)
    sequence: int = 0
    ice_for: set[LegKey] = field(default_factory=set)
    mail_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    mail_sent: int = 0
    is_mail_due: bool = False
    mail_arrived: int = 0
    mail_confirmed: int = 0
    watches: dict[LegKey, Watch] = field(default_factory=dict)
    is_forgotten: bool = False

    def take(self, wire: Wire, at: Millis) -> None:
        """Have a socket, and show everything anew on it."""
        self.wire = wire
        self.leaving = False
        self.sequence = 0
        self.ice_for = set()
        self.mail_sent = 0
        self.is_mail_due = False
        self.mail_arrived = 0
        self.mail_confirmed = 0
        for watch in self.watches.values():
            watch.begin(at)

    def watch(self, key: LegKey, at: Millis) -> Watch:
        """What it said of this connection, from now on if nothing so far."""
        found = self.watches.get(key)
        if found is None:
            found = self.watches[key] = Watch(seen_at=at, numbers=MediaNumbers(key))
        return found

    def phase(self, state: State) -> str:
        """The phase that the table of permissions speaks of."""
        raise NotImplementedError

    def contact_id(self, state: State) -> ContactId | None:
        """The contact this session may speak of: the caller's, or that in the agent's slot."""
        raise NotImplementedError

    def legs(self, state: State) -> Sequence[Leg]:
        """Its connections: the one of the contact it may speak of comes first."""
        raise NotImplementedError

    def leg(self, state: State, key: LegKey) -> Leg | None:
        """The connection of this contact and epoch."""
        return next((leg for leg in self.legs(state) if leg.key == key), None)

    def call(self, state: State) -> Contact | None:
        """The contact in which this session is one of two ends that connect or talk."""
        legs = self.legs(state)
        return legs[0].contact if legs else None

    def peer_sessions(self, state: State) -> list[SessionId]:
        """The sessions at the other ends of its connections."""
        return [leg.peer.session for leg in self.legs(state) if leg.peer is not None]

    def endpoint(self, state: State) -> Endpoint | None:
        """Where the floor says that the caller, or the agent, is reached."""
        raise NotImplementedError


@dataclass(eq=False, slots=True, kw_only=True)
class CallerSession(Session):
    """A caller's page."""

    party: ClassVar[Party] = Party.CALLER
    permissions: ClassVar[Table] = CALLER

    contact: ContactId
    language: Language = "en"
    shown: tuple[CallerContact, Peer | None, SecondLeg | None] | None = None

    def take(self, wire: Wire, at: Millis) -> None:
        Session.take(self, wire, at)
        self.shown = None

    def phase(self, state: State) -> str:
        contact = state.contacts.get(self.contact)
        return Phase.ENDED.value if contact is None else contact.phase.value

    def contact_id(self, state: State) -> ContactId | None:  # noqa: ARG002
        return self.contact

    def legs(self, state: State) -> Sequence[Leg]:
        contact = state.contacts.get(self.contact)
        if contact is None or contact.agent is None or not _has_media(contact):
            return ()
        first = _leg(state, contact, Party.CALLER, contact.agent)
        guest = contact.guest
        if guest is None:
            return (first,)
        return first, _leg(state, contact, Party.CALLER, guest.agent, epoch=guest.epoch, stands=guest.is_connected)

    def endpoint(self, state: State) -> Endpoint | None:
        contact = state.contacts.get(self.contact)
        return None if contact is None else contact.caller


@dataclass(eq=False, slots=True, kw_only=True)
class AgentSession(Session):
    """A tab of an agent's.

    Attributes:
        token: What takes this session up again.
        context: What is known of the person in the slot, with the contact it is about.
        microphone_missing: The tab said so.
        checked_at: When the sign-in behind it was last asked for, and ``is_sign_in_over``
            what was answered.
    """

    party: ClassVar[Party] = Party.AGENT
    permissions: ClassVar[Table] = AGENT

    identity: AgentIdentity
    token: str
    language: Language
    context: tuple[ContactId, ContactContext] | None = None
    microphone_missing: bool = False
    checked_at: Millis = Millis(0)
    is_sign_in_over: bool = False
    shown: tuple[Desk, Peer | None, SecondLeg | None] | None = None

    @property
    def agent(self) -> AgentId:
        """Whose tab it is."""
        return self.identity.agent

    def take(self, wire: Wire, at: Millis) -> None:
        Session.take(self, wire, at)
        self.shown = None
        self.microphone_missing = False
        self.checked_at = at
        self.is_sign_in_over = False

    def leads(self, state: State) -> bool:
        """Whether this tab is the agent's desk now."""
        agent = state.agents.get(self.agent)
        return agent is not None and agent.endpoint is not None and agent.endpoint.session == self.id

    def phase(self, state: State) -> str:
        if not self.leads(state):
            return SUPERSEDED
        agent = state.agents[self.agent]
        slot = shown_slot(agent)
        return (agent.vacancy if slot is None else slot.routing).value

    def contact_id(self, state: State) -> ContactId | None:
        slot = shown_slot(state.agents[self.agent]) if self.leads(state) else None
        return None if slot is None else slot.contact

    def legs(self, state: State) -> Sequence[Leg]:
        contact_id = self.contact_id(state)
        contact = None if contact_id is None else state.contacts.get(contact_id)
        # A contact that was handed on is somebody else's, though it is still wrapped up here.
        if contact is None or contact.agent != self.agent or not _has_media(contact):
            return ()
        first = _leg(state, contact, Party.AGENT, contact.asker)
        second = self._beside(state, contact)
        return (first,) if second is None else (first, second)

    def _beside(self, state: State, contact: Contact) -> Leg | None:
        """The colleague whom the agent asks, or the caller whose guest they are."""
        if contact.consult is not None:
            consult = state.contacts[contact.consult]
            return _leg(state, consult, Party.CALLER, consult.agent) if _has_media(consult) else None
        about = None if contact.about is None else state.contacts[contact.about]
        guest = None if about is None else about.guest
        if about is None or guest is None:
            return None
        return _leg(state, about, Party.AGENT, None, epoch=guest.epoch, stands=guest.is_connected)

    def endpoint(self, state: State) -> Endpoint | None:
        agent = state.agents.get(self.agent)
        return None if agent is None else agent.endpoint


AnySession = CallerSession | AgentSession


class Roster:
    """Every session this process knows, with a socket or lately without."""

    def __init__(self) -> None:
        self._by_id: dict[SessionId, AnySession] = {}
        self._callers: dict[ContactId, CallerSession] = {}
        self._desks: defaultdict[AgentId, dict[SessionId, AgentSession]] = defaultdict(dict)

    def add(self, session: AnySession) -> None:
        """Know it. Harmless if it is known."""
        self._by_id[session.id] = session
        match session:
            case CallerSession():
                self._callers[session.contact] = session
            case AgentSession():
                self._desks[session.agent][session.id] = session

    def forget(self, session: AnySession) -> None:
        """Know it no more. Harmless if it is not known."""
        self._by_id.pop(session.id, None)
        match session:
            case CallerSession():
                if self._callers.get(session.contact) is session:
                    del self._callers[session.contact]
            case AgentSession():
                self._desks[session.agent].pop(session.id, None)
                if not self._desks[session.agent]:
                    del self._desks[session.agent]

    def get(self, session: SessionId) -> AnySession | None:
        """The session, if it is known here."""
        return self._by_id.get(session)

    def all(self) -> list[AnySession]:
        """All of them, now."""
        return list(self._by_id.values())

    def attached(self) -> list[AnySession]:
        """Those that have a socket."""
        return [session for session in self._by_id.values() if session.wire is not None]

    def caller(self, contact: ContactId | None) -> CallerSession | None:
        """The caller's session of a contact."""
        return None if contact is None else self._callers.get(contact)

    def callers(self) -> list[CallerSession]:
        """All callers' sessions, now."""
        return list(self._callers.values())

    def desks(self, agent: AgentId) -> list[AgentSession]:
        """An agent's tabs, of which one leads."""
        return list(self._desks.get(agent, {}).values())

    def agents(self) -> list[AgentId]:
        """Whose tabs are known, now."""
        return list(self._desks)


def shown_slot(agent: AgentState) -> Slot | None:
    """What stands on the desk: of several contacts the one that cannot wait. A message being worked off can."""

    def urgency(slot: Slot) -> tuple[bool, int, int]:
        can_wait = slot.channel is Channel.MESSAGE and slot.routing is Routing.TALKING
        return can_wait, _SHOWN_FIRST.index(slot.routing), slot.number

    return min(agent.slots, key=urgency, default=None)


def _leg(
    state: State,
    contact: Contact,
    party: Party,
    other: AgentId | None,
    *,
    epoch: Epoch | None = None,
    stands: bool | None = None,
) -> Leg:
    agent = None if other is None else state.agents.get(other)
    return Leg(
        contact=contact,
        epoch=contact.epoch if epoch is None else epoch,
        party=party,
        other=other,
        peer=contact.caller if other is None else None if agent is None else agent.endpoint,
        stands=contact.phase is Phase.TALKING if stands is None else stands,
    )


def _has_media(contact: Contact) -> bool:
    return contact.phase in _HAS_MEDIA and contact.channel is not Channel.MESSAGE
