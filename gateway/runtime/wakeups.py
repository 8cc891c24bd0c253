"""Wake-ups between processes, by Redis: hints that there is something new, and nothing else.

Whatever a hint is about stands in SQL, and everybody looks there each second anyway. So one
that is lost costs a moment. Publishing into a Redis that is away looks like success, and a
listener may be deaf without knowing: a process listens for its own voice, and connects anew
when it does not hear it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
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
AWAY: Final = (RedisError, OSError, TimeoutError)
"""How a Redis that cannot be used looks like from here."""

Hear = Callable[[str], None]


class _Deaf(OSError):
    """Our own voice did not come back."""


def redis_at(url: str, *, within_s: float = _TIMEOUT_S) -> Redis:
    """A client that gives up after so long."""
    # Never connected anew behind our back: what was missed meanwhile has to be looked for.
    return Redis.from_url(url, socket_timeout=within_s, socket_connect_timeout=within_s, retry=Retry(NoBackoff(), 0))


async def why_not(url: str) -> str | None:
    """Why this Redis cannot be used; ``None`` if it can."""
    redis = redis_at(url)
    try:
        await redis.ping()
    except AWAY as why:
        return str(why)
    finally:
        await redis.aclose()
    return None


class Wakeups:
    """What this process calls out to the others, and hears from them. Run :meth:`call_out` and :meth:`listen` beside.

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

    async def call_out(self) -> None:
        """Tell what is to be told, until cancelled, whatever becomes of Redis meanwhile."""
        while True:
            redis = redis_at(self._url)
            try:
                while True:
                    await self._publish(redis)
                    await self._bell.wait(_OWN_VOICE_S if self._is_connected else _AGAIN_S[0])
            except AWAY:
                # Whoever listens says so. What was not told is seen anyway.
                self._waiting.clear()
            finally:
                await redis.aclose()
            await asyncio.sleep(_AGAIN_S[0])

    async def listen(self) -> None:
        """Hear what the others tell, until cancelled, whatever becomes of Redis meanwhile."""
        failures = 0
        while True:
            redis = redis_at(self._url)
            try:
                async with redis.pubsub() as listening:
                    await listening.subscribe(self._channel)
                    self._heard_at = asyncio.get_running_loop().time()
                    while True:
                        self._on_message(await listening.get_message(ignore_subscribe_messages=True, timeout=1.0))
            except AWAY as why:
                if self._is_connected or failures == 0:
                    _log.warning("wakeups_lost", why=type(why).__name__)
                failures = 0 if self._is_connected else failures + 1
            finally:
                self._is_connected = False
                self._metrics.wakeups_connected.set(0)
                await redis.aclose()
            await asyncio.sleep(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])

    async def _publish(self, redis: Redis) -> None:
        hints, self._waiting = [*self._waiting, ""], {}
        async with redis.pipeline(transaction=False) as pipe:
            for hint in hints:
                pipe.publish(self._channel, f"{self._process} {hint}")
            await pipe.execute()

    def _on_message(self, message: dict[str, Any] | None) -> None:
        if message is not None:
            sender, _, hint = message["data"].decode().partition(" ")
            if sender == self._process:
                self._on_own_voice()
            elif hint:
                self._hear(hint)
        elif asyncio.get_running_loop().time() - self._heard_at > _DEAF_S:
            raise _Deaf

    def _on_own_voice(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if not self._is_connected:
            self._is_connected = True
            self._metrics.wakeups_connected.set(1)
            _log.info("wakeups_connected")
            self._hear("")
