"""The conversation of one process with its browsers: the one thing the composition root makes.

Puts sockets, sessions and sites together; knows no policy and no SQL.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from acd.ids import AgentId, Millis, ProcessId, SiteId
from signaling.metrics import SignalingMetrics
from signaling.ports import Authenticator, Clock, Directory, Floor, IceServers, Origins, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSettings:
    """What an operator may change about the conversation.

    Attributes:
        agent_session_ms: How long an agent's tab may take its session up again.
        remember_ended_ms: How long a caller who comes back is told how the contact ended.
        connects_per_second: Connections from one address prefix; more are refused.
        connect_burst: How many at once, before that rate applies.
        allow_loopback_candidates: Let loopback addresses pass as ICE candidates: for
            demonstrations and tests on one machine only.
    """

    agent_session_ms: Millis = Millis(12 * 3_600_000)
    remember_ended_ms: Millis = Millis(3_600_000)
    connects_per_second: float = 100
    connect_burst: int = 3_000
    allow_loopback_candidates: bool = False


class Conversation:
    """Everything between browsers and the floors of this process.

    Attach it to the application before the server starts, and serve inside ``async with``.

    Args:
        floors: Sites of this process; one that is added later is found.
        process: Who we are, in facts about who is attached where.
        new_id: Makes an id from its prefix and the time.
        address_of: Where a request comes from, proxies seen through; never kept or logged.
        pause: Sleeps for so many seconds.
    """

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
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
        settings: ConversationSettings = ConversationSettings(),
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        raise NotImplementedError

    def attach_to(self, app: web.Application) -> None:
        """Serve Socket.IO under its path."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise NotImplementedError

    async def drain(self, retry_after_ms: Millis) -> None:
        """Take no session up any more, and send those that are here elsewhere."""
        raise NotImplementedError

    async def kick(self, site: SiteId, agent: AgentId) -> None:
        """Sign an agent out and close their tabs: they signed out by HTTP, or may no longer be here."""
        raise NotImplementedError

    @property
    def session_count(self) -> int:
        """How many sessions have a socket here."""
        raise NotImplementedError
