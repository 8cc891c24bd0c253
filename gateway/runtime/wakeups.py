"""Wake-ups between processes, by Redis: hints that there is something new, and nothing else.

Whatever a hint is about stands in SQL, and everybody looks there each second anyway. So one
that is lost costs a moment. Publishing into a Redis that is away looks like success, and a
listener may be deaf without knowing: a process listens for its own voice, and connects anew
when it does not hear it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from acd.ids import ProcessId
from gateway.metrics import Metrics
from gateway.runtime.bell import Bell

_log = structlog.stdlib.get_logger(__name__)

_TIMEOUT_S: Final = 2.0
_OWN_VOICE_S: Final = 5.0
_DEAF_S: Final = 10.0
_AGAIN_S: Final = (0.5, 1.0, 2.0, 4.0)
_MOST: Final = 1_000
_AWAY = (RedisError, OSError, TimeoutError)

Hear = Callable[[str], None]


class _Deaf(OSError):
    """Our own voice did not come back."""


class Wakeups:
    """What this process calls out to the others, and hears from them. Run :meth:`run` beside.

    Args:
        channel: The same for all processes on one database.
        hear: Called with each hint of another process; with an empty one when some may have been missed.
    """

    def __init__(self, url: str, channel: str, *, process: ProcessId, metrics: Metrics, hear: Hear) -> None:
        self._url = url
        self._channel = channel
        self._process = process
        self._metrics = metrics
        self._hear = hear
        self._waiting: dict[str, None] = {}
        self._bell = Bell()
        self._is_connected = False
        self._heard_at = 0.0

    def call(self, hint: str) -> None:
        """Tell the others, some time soon. Said twice before it goes out, it goes out once."""
        if self._is_connected and len(self._waiting) < _MOST:
            self._waiting[hint] = None
            self._bell.ring()

    async def run(self) -> None:
        """Call and listen until cancelled, whatever becomes of Redis meanwhile."""
        failures = 0
        while True:
            try:
                async with self._connection() as (redis, listening):
                    failures = 0
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._call_out(redis))
                        both.create_task(self._listen(listening))
            except* _AWAY as why:
                if failures == 0:
                    _log.warning("wakeups_lost", why=type(why.exceptions[0]).__name__)
            finally:
                self._is_connected = False
                self._waiting.clear()
                self._metrics.wakeups_connected.set(0)
            await asyncio.sleep(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
            failures += 1

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[Redis, PubSub]]:
        redis = Redis.from_url(self._url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
        try:
            async with redis.pubsub() as listening:
                await listening.subscribe(self._channel)
                self._heard_at = asyncio.get_running_loop().time()
                self._is_connected = True
                self._metrics.wakeups_connected.set(1)
                _log.info("wakeups_connected")
                self._hear("")
                yield redis, listening
        finally:
            await redis.aclose()

    async def _call_out(self, redis: Redis) -> None:
        while True:
            hints, self._waiting = [*self._waiting, ""], {}
            async with redis.pipeline(transaction=False) as pipe:
                for hint in hints:
                    pipe.publish(self._channel, f"{self._process} {hint}")
                await pipe.execute()
            await self._bell.wait(_OWN_VOICE_S)

    async def _listen(self, listening: PubSub) -> None:
        while True:
            message = await listening.get_message(ignore_subscribe_messages=True, timeout=1.0)
            if message is not None:
                sender, _, hint = message["data"].decode().partition(" ")
                if sender == self._process:
                    self._heard_at = asyncio.get_running_loop().time()
                elif hint:
                    self._hear(hint)
            elif asyncio.get_running_loop().time() - self._heard_at > _DEAF_S:
                raise _Deaf
