"""The conversation of one process with its browsers: the one thing the composition root makes.

Puts sockets, sessions and sites together; knows no policy and no SQL.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

import msgspec
import structlog
from aiohttp import web

from acd.ids import AgentId, Millis, ProcessId, SessionId, SiteId
from signaling.board import Board, Watcher
from signaling.dispatch import Undecodable, receive, refuse_all
from signaling.hub import BEAT_S, SessionHub
from signaling.means import ConversationSettings, Means
from signaling.metrics import SignalingMetrics
from signaling.ports import (
    Authenticator,
    Clock,
    CodeLabel,
    Directory,
    ExpectedWaits,
    Figures,
    Floor,
    IceServers,
    Origins,
    SessionRecord,
    Sessions,
    StoreAway,
)
from signaling.protocol.attach import AttachAsAgent, AttachAsCaller, AttachAsSupervisor
from signaling.protocol.limits import AGENT_NAMESPACE, CALLER_NAMESPACE
from signaling.rate import TokenBuckets, address_prefix
from signaling.refusals import (
    AttachBusy,
    AttachDraining,
    AttachExpired,
    MalformedAttach,
    NotSignedIn,
    TooManyConnects,
    WrongOrigin,
)
from signaling.sessions import AnySession, Wire
from signaling.sockets import Attachment, Namespace, Opening, Sockets
from signaling.tasks import Tasks

__all__ = ["Conversation", "ConversationSettings"]

_STOP_RETRY_MS = Millis(1_000)
_USUAL = ConversationSettings()

_log = structlog.stdlib.get_logger(__name__)
_H = TypeVar("_H", AttachAsCaller, AttachAsAgent, AttachAsSupervisor)


class Conversation:
    """Everything between browsers and the floors of this process.

    Attach it to the application before the server starts, and serve inside ``async with``.

    Args:
        floors: Sites of this process; one that is added later is found.
        figures: What was counted today, of each of these sites.
        process: Who we are, in facts about who is attached where.
        new_id: Makes an id from its prefix and the time.
        address_of: Where a request comes from, proxies seen through; never kept or logged.
        pause: Sleeps for so many seconds.
        tell_of_session: Has the other processes :meth:`look_at` a session.
        expected_wait: What a caller is told about their wait.
        code_label: What a disposition code of a site is called in a language.
    """

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
        figures: Mapping[SiteId, Figures],
        sessions: Sessions,
        directory: Directory,
        ice: IceServers,
        authenticator: Authenticator,
        origins: Origins,
        clock: Clock,
        process: ProcessId,
        new_id: Callable[[str, Millis], str],
        metrics: SignalingMetrics,
        address_of: Callable[[web.Request], str],
        settings: ConversationSettings = _USUAL,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tell_of_session: Callable[[SessionId], None] = lambda _: None,
        expected_wait: ExpectedWaits = lambda *_: None,
        code_label: CodeLabel = lambda _site, code, _language: code,
    ) -> None:
        self._floors = floors
        self._figures = figures
        self._tasks = Tasks()
        self._means = Means(
            sessions=sessions,
            directory=directory,
            ice=ice,
            authenticator=authenticator,
            origins=origins,
            clock=clock,
            process=process,
            new_id=new_id,
            metrics=metrics,
            settings=settings,
            start=self._tasks.start,
            pause=pause,
            tell_of_session=tell_of_session,
            expected_wait=expected_wait,
            code_label=code_label,
        )
        self._hubs: dict[SiteId, SessionHub] = {}
        self._boards: dict[SiteId, Board] = {}
        self._connects = TokenBuckets(settings.connects_per_second, settings.connect_burst)
        self._retry_after_ms: Millis | None = None
        self._life = AsyncExitStack()
        self._sockets = Sockets(
            self,
            origins=origins,
            clock=clock,
            metrics=metrics,
            address_of=address_of,
            start=self._tasks.start,
            most_unattached=settings.unattached_connections,
            most_unattached_per_prefix=settings.unattached_per_prefix,
        )
        for role in ("caller", "agent"):
            metrics.sessions.labels(role).set_function(partial(self._count, role))
        metrics.sessions.labels("supervisor").set_function(self._count_watchers)

    def attach_to(self, app: web.Application) -> None:
        """Serve Socket.IO under its path."""
        self._sockets.attach_to(app)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as life:
            await life.enter_async_context(self._tasks)
            life.push_async_callback(self._stop)
            # Whoever comes back learns how a contact ended, also when it began elsewhere.
            for site in self._floors:
                self._hub(site)
            self._tasks.start(self._keep_beating())
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._life.__aexit__(kind, error, trace)

    async def drain(self, retry_after_ms: Millis) -> None:
        """Take no session up any more, and send those that are here elsewhere."""
        self._retry_after_ms = retry_after_ms
        for hub in list(self._hubs.values()):
            await hub.drain(retry_after_ms)
        for board in list(self._boards.values()):
            await board.drain(retry_after_ms)

    async def kick(self, site: SiteId, agent: AgentId) -> None:
        """Sign an agent out and close their tabs: they signed out by HTTP, or may no longer be here."""
        hub = self._hub(site)
        if hub is not None:
            await hub.kick(agent)

    def look_at(self, session: SessionId) -> None:
        """Another process says that something is owed to this session, or that another page has it.

        Without it, that is noticed with the next beat.
        """
        for hub in self._hubs.values():
            hub.look_at(session)

    @property
    def session_count(self) -> int:
        """How many sessions have a socket here."""
        return sum(len(hub.roster.attached()) for hub in self._hubs.values()) + self._count_watchers()

    async def beat(self) -> None:
        """What is to be done once a second; called by itself inside ``async with``."""
        for hub in list(self._hubs.values()):
            await hub.beat()
        for board in list(self._boards.values()):
            await board.beat()

    # Taking sessions up.

    async def attach(self, namespace: Namespace, auth: object, opening: Opening, wire: Wire) -> Attachment:
        """Take the session up that a client shows at connect.

        Raises:
            ConnectRefusal: If that will not do.
        """
        if self._retry_after_ms is not None:
            raise AttachDraining(self._retry_after_ms)
        if wait_ms := self._connects.take(address_prefix(opening.address), self._means.clock()):
            raise TooManyConnects(wait_ms)
        try:
            if namespace == CALLER_NAMESPACE:
                return await self._attach_caller(_read(auth, AttachAsCaller), opening, wire)
            if namespace == AGENT_NAMESPACE:
                return await self._attach_agent(_read(auth, AttachAsAgent), opening, wire)
            return await self._attach_supervisor(_read(auth, AttachAsSupervisor), opening, wire)
        except StoreAway:
            _log.warning("attach_put_off")
            raise AttachBusy from None

    async def _attach_caller(self, hello: AttachAsCaller, opening: Opening, wire: Wire) -> "_Attached":
        record = await self._find(hello.token)
        hub = None if record is None or record.role != "caller" else self._hub(record.site)
        if record is None or hub is None:
            raise AttachExpired
        origins, origin = self._means.origins, opening.origin
        if origin is not None and not origins.is_own(origin) and not origins.is_allowed(origin, record.site):
            raise WrongOrigin
        return _Attached(hub, await hub.attach_caller(record, hello, wire), wire)

    async def _attach_agent(self, hello: AttachAsAgent, opening: Opening, wire: Wire) -> "_Attached":
        if opening.origin is not None and not self._means.origins.is_own(opening.origin):
            raise WrongOrigin
        identity = await self._means.authenticator.agent_of(opening.cookies)
        hub = None if identity is None else self._hub(identity.site)
        if identity is None or hub is None:
            raise NotSignedIn
        record = None if hello.token is None else await self._find(hello.token)
        if record is not None and (record.site, record.agent) != (identity.site, identity.agent):
            # Somebody else sat in this tab before.
            record = None
        return _Attached(hub, await hub.attach_agent(identity, record, hello, wire), wire)

    async def _attach_supervisor(self, hello: AttachAsSupervisor, opening: Opening, wire: Wire) -> "_Watching":
        if opening.origin is not None and not self._means.origins.is_own(opening.origin):
            raise WrongOrigin
        identity = await self._means.authenticator.supervisor_of(opening.cookies)
        board = None if identity is None else self._board(identity.site)
        if identity is None or board is None:
            raise NotSignedIn
        return _Watching(self._means.metrics, board, board.watch(identity, hello.language, wire))

    async def _find(self, token: str) -> SessionRecord | None:
        return await self._means.sessions.find(hashlib.sha256(token.encode()).digest(), self._means.clock())

    def _hub(self, site: SiteId) -> SessionHub | None:
        hub = self._hubs.get(site)
        if hub is None and (floor := self._floors.get(site)) is not None:
            hub = self._hubs[site] = SessionHub(floor, self._means)
            self._tasks.start(hub.pictures.keep_showing())
        return hub

    def _board(self, site: SiteId) -> Board | None:
        board = self._boards.get(site)
        if board is None and (floor := self._floors.get(site)) is not None:
            board = self._boards[site] = Board(floor, self._figures[site], self._means)
            self._tasks.start(board.keep_showing())
        return board

    def _count_watchers(self) -> int:
        return sum(board.count for board in self._boards.values())

    def _count(self, role: str) -> int:
        return sum(session.party.value == role for hub in self._hubs.values() for session in hub.roster.attached())

    async def _keep_beating(self) -> None:
        while True:
            await self._means.pause(BEAT_S)
            try:
                await self.beat()
            except Exception:
                self._means.metrics.request_errors_total.inc()
                _log.exception("beat_failed")

    async def _stop(self) -> None:
        await self.drain(_STOP_RETRY_MS)
        await self._sockets.close()
        for hub in self._hubs.values():
            hub.close()
        self._hubs.clear()
        for board in self._boards.values():
            board.close()
        self._boards.clear()


class _Attached:
    """One session on one socket."""

    def __init__(self, hub: SessionHub, session: AnySession, wire: Wire) -> None:
        self._hub = hub
        self._session = session
        self._wire = wire

    def show_from_now(self) -> None:
        self._hub.pictures.show(self._session)

    async def receive(self, body: object) -> None:
        await receive(self._hub, self._session, self._wire, body)

    async def detach(self) -> None:
        await self._hub.detach(self._session, self._wire)


class _Watching:
    """A supervisor's page on one socket."""

    def __init__(self, metrics: SignalingMetrics, board: Board, watcher: Watcher) -> None:
        self._metrics = metrics
        self._board = board
        self._watcher = watcher

    def show_from_now(self) -> None:
        self._board.show(self._watcher)

    async def receive(self, body: object) -> None:
        """Supervisors act by REST; here they only look on."""
        await refuse_all(self._metrics, self._watcher.wire, body)
        raise Undecodable

    async def detach(self) -> None:
        self._board.leave(self._watcher)


def _read(auth: object, hello: type[_H]) -> _H:
    try:
        return msgspec.convert(auth, hello)
    except msgspec.ValidationError:
        raise MalformedAttach from None
