"""One site, its conversation, and verbs for what people in browsers do. No sockets; time by hand."""

import asyncio
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

from prometheus_client import CollectorRegistry

from acd.config import Agent, Channel, Group, MediaPolicy, Patience, Site
from acd.facts import ContactRequested, SiteConfigured
from acd.ids import AgentId, ContactId, GroupId, Millis, ProcessId, SessionId, SiteId, VisitorKey
from acd.records import AgentState, Contact
from signaling.conversation import Conversation, ConversationSettings
from signaling.metrics import SignalingMetrics
from signaling.ports import Authenticator, SessionRecord
from signaling.protocol.agent import AgentAttached, AgentChanged, Desk, Targets
from signaling.protocol.answers import Refused, Reply
from signaling.protocol.base import Message
from signaling.protocol.caller import CallerAttached, CallerChanged, CallerContact
from signaling.protocol.media import IceConfiguration, IceRefreshed, Peer, SecondLeg, SignalReceived
from signaling.sockets import Attachment, Namespace, Opening
from tests.signaling.ports import (
    CookieAuthenticator,
    CoreFloor,
    HandClock,
    ListedOrigins,
    MemoryDirectory,
    MemorySessions,
    NumberedIce,
    PaperFigures,
    PaperWire,
    Shelf,
)

SITE = SiteId("demo")
HERE = ProcessId("pr_here")
THERE = ProcessId("pr_there")
SALES = GroupId("sales")
SHOP = "https://shop.example"
NAMES = ("anna", "ben", "chris")

_M = TypeVar("_M", bound=Message)
Answer = Reply | Refused | IceRefreshed | Targets

SDP = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\n"
)
HOST_CANDIDATE = "candidate:1 1 udp 2122260223 192.168.1.7 50000 typ host generation 0"
RELAY_CANDIDATE = "candidate:2 1 udp 41885439 198.51.100.9 50001 typ relay raddr 0.0.0.0 rport 0 generation 0"


def site(*, turn_only: bool = False, policy: MediaPolicy = MediaPolicy.DIRECT, **patience: int) -> Site:
    return Site(
        groups=(
            Group(id=SALES, turn_only=turn_only, policy=policy),
            Group(id=GroupId("support"), wrap_up_ms=Millis(0)),
        ),
        agents=tuple(Agent(id=AgentId(f"ag_{name}"), groups=(SALES, GroupId("support"))) for name in NAMES),
        patience=Patience(**{name: Millis(value) for name, value in patience.items()}),
        contacts_per_visitor=1_000,
    )


class Refusing(AssertionError):
    """A request was refused though the test did not expect it."""


class Tab:
    """A page in a browser: shows its session, asks, and keeps what it is told."""

    def __init__(
        self, world: "World", namespace: Namespace, *, page: str, token: str | None, cookies: dict[str, str]
    ) -> None:
        self.world = world
        self.namespace = namespace
        self.page = page
        self.token = token
        self.cookies = cookies
        self.wire = PaperWire(world.clock)
        self.attachment: Attachment | None = None
        self._numbers = itertools.count(1)

    async def connect(self, *, origin: str | None = None, leave_out: str = "", **auth: object) -> "Tab":
        """Open a socket and show the session on it."""
        self.wire = PaperWire(self.world.clock)
        hello = {"token": self.token, "page": self.page, "capabilities": ["conference"], **auth}
        hello.pop(leave_out, None)
        opening = Opening(origin=origin, cookies=self.cookies, address="203.0.113.7")
        self.attachment = await self.world.conversation.attach(self.namespace, hello, opening, self.wire)
        self.attachment.show_from_now()
        await self.world.settle()
        for message in self.told(AgentAttached):
            self.token = message.token
        return self

    async def lose_socket(self) -> None:
        assert self.attachment is not None
        self.wire.is_closed = True
        await self.attachment.detach()
        await self.world.settle()

    async def reload(self) -> "Tab":
        """Leave the page and load it anew: the same session, another page."""
        await self.ask("page.leaving")
        await self.lose_socket()
        again = Tab(self.world, self.namespace, page=self.world.new_page(), token=self.token, cookies=self.cookies)
        return await again.connect()

    async def say(self, body: object) -> None:
        """Send a body as it is."""
        assert self.attachment is not None
        self.wire.hear()
        await self.attachment.receive(body)
        await self.world.settle()

    async def ask(self, kind: str, **fields: object) -> Answer:
        """Send a request and answer its reply or refusal."""
        request_id = fields.pop("id", None) or f"{self.page}-{next(self._numbers)}"
        seen = len(self.wire.told)
        await self.say({"type": kind, "id": request_id, **fields})
        answers = [
            message for message in self.wire.told[seen:] if isinstance(message, Answer) and message.id == request_id
        ]
        assert len(answers) == 1, f"{kind}: {answers}"
        return answers[0]

    async def must(self, kind: str, **fields: object) -> None:
        """Send a request that is not refused."""
        answer = await self.ask(kind, **fields)
        if isinstance(answer, Refused):
            raise Refusing(f"{kind}: {answer.code}")

    async def refused(self, kind: str, **fields: object) -> str:
        """Send a request that is refused, and answer the code."""
        answer = await self.ask(kind, **fields)
        assert isinstance(answer, Refused), f"{kind} was not refused"
        return answer.code

    def told(self, kind: type[_M]) -> list[_M]:
        return [message for message in self.wire.told if isinstance(message, kind)]

    @property
    def peer(self) -> Peer | None:
        pictures = self._pictures()
        return pictures[-1].peer

    @property
    def second(self) -> SecondLeg | None:
        return self._pictures()[-1].second

    @property
    def generation(self) -> int:
        return (self.told(CallerAttached) + self.told(AgentAttached))[-1].generation

    @property
    def ice(self) -> IceConfiguration | None:
        return self._pictures()[-1].ice

    def _pictures(self) -> Sequence[CallerAttached | CallerChanged | AgentAttached | AgentChanged]:
        return [
            message
            for message in self.wire.told
            if isinstance(message, CallerAttached | CallerChanged | AgentAttached | AgentChanged)
        ]

    # Media.

    async def signal(self, signal: Mapping[str, object] | None = None, **changed: object) -> Answer:
        contact = self.world.only_contact
        assert self.peer is not None
        fields: dict[str, object] = {
            "contactId": contact.id,
            "epoch": contact.epoch,
            "generation": self.generation,
            "peerGeneration": self.peer.generation,
            "signal": signal or {"kind": "description", "type": "offer", "sdp": SDP},
        }
        return await self.ask("media.signal", **{**fields, **changed})

    async def report_media(self, state: str = "connected", **numbers: object) -> Answer:
        contact = self.world.only_contact
        return await self.ask("media.report", **{**report(contact.id, contact.epoch, state), **numbers})

    def letters(self) -> list[SignalReceived]:
        return self.told(SignalReceived)


class CallerTab(Tab):
    """A caller's page."""

    def __init__(self, world: "World", contact: ContactId, *, page: str, token: str) -> None:
        super().__init__(world, "/caller", page=page, token=token, cookies={})
        self.contact_id = contact

    async def reload(self) -> "CallerTab":
        await self.ask("page.leaving")
        await self.lose_socket()
        assert self.token is not None
        again = CallerTab(self.world, self.contact_id, page=self.world.new_page(), token=self.token)
        await again.connect()
        return again

    @property
    def contact(self) -> CallerContact:
        pictures = [m for m in self.wire.told if isinstance(m, CallerAttached | CallerChanged)]
        return pictures[-1].contact


class AgentTab(Tab):
    """An agent's page."""

    def __init__(self, world: "World", name: str, *, page: str, token: str | None = None) -> None:
        super().__init__(world, "/agent", page=page, token=token, cookies={"who": name})
        self.name = name
        self.agent_id = AgentId(f"ag_{name}")

    async def reload(self) -> "AgentTab":
        await self.ask("page.leaving")
        await self.lose_socket()
        again = AgentTab(self.world, self.name, page=self.world.new_page(), token=self.token)
        await again.connect()
        return again

    @property
    def desk(self) -> Desk:
        pictures = [m for m in self.wire.told if isinstance(m, AgentAttached | AgentChanged)]
        return pictures[-1].desk

    async def be_available(self) -> "AgentTab":
        await self.must("presence.set", presence="available", reason="")
        return self

    async def answer(self, kind: str, **changed: object) -> Answer:
        """Accept, decline or end what is on the desk."""
        contact = self.desk.contact
        assert contact is not None
        return await self.ask(kind, **{"contactId": contact.id, "epoch": contact.epoch, **changed})


class World:
    """A conversation without sockets. Use with ``async with``."""

    def __init__(
        self,
        rules: Site | None = None,
        settings: ConversationSettings | None = None,
        authenticator: Authenticator | None = None,
        clock: HandClock | None = None,
    ) -> None:
        self.clock = clock or HandClock()
        self.floor = CoreFloor(SITE, self.clock)
        self.shelf = Shelf()
        self.sessions = MemorySessions(self.shelf)
        self.directory = MemoryDirectory(self.shelf)
        self.figures = PaperFigures()
        self.ice = NumberedIce()
        self.authenticator = CookieAuthenticator(SITE, self.shelf)
        self._judge: Authenticator = authenticator or self.authenticator
        self.registry = CollectorRegistry()
        self._rules = rules or site()
        self._numbers = itertools.count(1)
        self.settings = settings or ConversationSettings()
        self.process = HERE
        self.neighbours: list[World] = []
        self.conversation = self._new_conversation()

    def _new_conversation(self) -> Conversation:
        self.registry = CollectorRegistry()
        return Conversation(
            floors={SITE: self.floor},
            figures={SITE: self.figures},
            sessions=self.sessions,
            directory=self.directory,
            ice=self.ice,
            authenticator=self._judge,
            origins=ListedOrigins(allowed={SHOP: SITE, "https://other.example": SiteId("other")}),
            clock=self.clock,
            process=self.process,
            new_id=lambda prefix, at: f"{prefix}_{next(self._numbers):06d}",
            metrics=SignalingMetrics(self.registry),
            address_of=lambda request: request.remote or "",
            settings=self.settings,
            pause=self.clock.pause,
            tell_of_session=self._tell_of_session,
        )

    def _tell_of_session(self, session: SessionId) -> None:
        for neighbour in self.neighbours:
            neighbour.conversation.look_at(session)

    async def __aenter__(self) -> Self:
        await self.conversation.__aenter__()
        await self.configure(self._rules)
        return self

    async def __aexit__(self, *why: Any) -> None:
        await self.conversation.__aexit__(*why)

    async def configure(self, rules: Site) -> None:
        await self.floor.report(SiteConfigured(site=rules), source="test", request=f"site:{next(self._numbers)}")
        await self.settle()

    async def restart(self) -> None:
        """Put another conversation in place of this one, as after the process died."""
        await self.conversation.__aexit__(None, None, None)
        self.conversation = self._new_conversation()
        await self.conversation.__aenter__()

    async def settle(self) -> None:
        """Let everything run that can run now."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def pass_time(self, seconds: float) -> None:
        """Let time go by; deadlines pass and sleepers wake in order."""
        end = self.clock.now + int(seconds * 1000)
        while self.clock.now < end:
            next_ones = [at for at in (self.clock.next_wake, self.floor.core.next_deadline) if at is not None]
            self.clock.advance(max(1, min([end, *next_ones]) - self.clock.now))
            self.floor.tick()
            await self.settle()

    def new_page(self) -> str:
        return f"page{next(self._numbers)}"

    async def new_contact(
        self, *, channel: Channel = Channel.VIDEO, group: GroupId = SALES, visitor: str = "v", priority: int = 0
    ) -> tuple[ContactId, str]:
        """What the REST interface does: a contact, and a session token for it."""
        number = next(self._numbers)
        contact, session = ContactId(f"ct_{number}"), SessionId(f"ss_{number}")
        await self.floor.report(
            ContactRequested(
                contact=contact,
                session=session,
                group=group,
                channel=channel,
                visitor=VisitorKey(visitor),
                priority=priority,
            ),
            source=f"post:{number}",
            request="1",
        )
        token = f"token-of-caller-{number}"
        record = SessionRecord(
            id=session,
            site=SITE,
            role="caller",
            contact=contact,
            agent=None,
            expires_at=Millis(self.clock.now + 86_400_000),
        )
        await self.sessions.create(record, hashlib.sha256(token.encode()).digest())
        return contact, token

    async def caller(self, **wanted: Any) -> CallerTab:
        contact, token = await self.new_contact(**wanted)
        tab = CallerTab(self, contact, page=self.new_page(), token=token)
        await tab.connect()
        return tab

    async def agent(self, name: str = "anna") -> AgentTab:
        tab = AgentTab(self, name, page=self.new_page())
        await tab.connect()
        return await tab.be_available()

    async def call(self) -> tuple[CallerTab, AgentTab]:
        """A caller and an agent who accepted; media is not there yet."""
        caller, agent = await self.caller(), await self.agent()
        assert isinstance(await agent.answer("offer.accept"), Reply)
        return caller, agent

    async def talk(self) -> tuple[CallerTab, AgentTab]:
        """A caller and an agent who hear each other."""
        caller, agent = await self.call()
        for tab in (caller, agent):
            contact = self.only_contact
            await tab.must("media.state", contactId=contact.id, epoch=contact.epoch, state="connected")
        return caller, agent

    @property
    def only_contact(self) -> Contact:
        (contact,) = self.floor.state.contacts.values()
        return contact

    def agent_state(self, name: str = "anna") -> AgentState:
        return self.floor.state.agents[AgentId(f"ag_{name}")]

    def measured(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"zuruf_{name}", labels) or 0.0


class Beside(World):
    """Another process of the same site, for people who come to it instead.

    Args:
        is_woken: Wake-ups go to and fro. Without them it looks by itself.
    """

    def __init__(self, first: World, *, is_woken: bool = True) -> None:
        super().__init__(first._rules, first.settings, clock=first.clock)
        self.floor, self.shelf = first.floor, first.shelf
        self.sessions, self.directory = first.sessions, first.directory
        self.authenticator, self._judge = first.authenticator, first._judge
        self._numbers = first._numbers
        self.process = THERE
        if is_woken:
            self.neighbours, first.neighbours = [first], [self]
        self.conversation = self._new_conversation()


def report(contact: str, epoch: int, state: str = "connected") -> dict[str, object]:
    return {
        "contactId": contact,
        "epoch": epoch,
        "connectionState": state,
        "bytesSent": 1,
        "bytesReceived": 1,
        "packetsLost": 0,
        "roundTripMs": None,
        "jitterMs": None,
        "relayed": None,
    }


def candidates(*lines: str) -> dict[str, object]:
    return {
        "kind": "candidates",
        "candidates": [
            {"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": None} for line in lines
        ],
    }
