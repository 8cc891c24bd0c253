"""Limits that several processes keep together, counted in Redis.

Each process counts for itself as well. So whoever asks too much of one is told without
asking Redis, and while Redis is away everybody goes on with their own count.
"""

from collections.abc import Callable
from typing import Final

import structlog

from acd.ids import Millis
from gateway.rate import LocalLimit
from gateway.runtime.wakeups import AWAY, redis_at

_log = structlog.stdlib.get_logger(__name__)

_WITHIN_S: Final = 0.25
"""A request does not wait longer for a count than this."""
_LEFT_ALONE_S: Final = 5.0
"""For so long Redis is not asked after it did not answer."""

_TAKE: Final = """
-- KEYS: the bucket. ARGV: how long one takes to come back, and all of them, ms.
-- Kept is when the bucket will be full again; answers how long to wait, 0: one was taken. Time is the server's.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + tonumber(ARGV[1])
local wait = full - now - tonumber(ARGV[2])
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', math.ceil(full - now))
return 0
"""


class SharedCounts:
    """The counts of all processes on one channel."""

    def __init__(self, url: str, channel: str, *, monotonic: Callable[[], float]) -> None:
        self._redis = redis_at(url, within_s=_WITHIN_S)
        self._prefix = f"{channel}:limit"
        self._monotonic = monotonic
        self._away_until: float | None = None

    async def take(self, key: str, a_minute: int) -> Millis | None:
        """Take one of ``a_minute``; answers how long to wait for it, ``None`` while nobody can say."""
        if self._away_until is not None and self._monotonic() < self._away_until:
            return None
        all_ms = 60_000
        try:
            wait = await self._redis.eval(_TAKE, 1, f"{self._prefix}:{key}", all_ms / a_minute, all_ms)
        except AWAY as why:
            if self._away_until is None:
                _log.warning("limits_counted_alone", why=type(why).__name__)
            self._away_until = self._monotonic() + _LEFT_ALONE_S
            return None
        self._away_until = None
        return Millis(int(wait))

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()


class SharedLimit:
    """What all processes count together."""

    def __init__(self, name: str, a_minute: int, counts: SharedCounts) -> None:
        self._name = name
        self._a_minute = a_minute
        self._counts = counts
        self._own = LocalLimit(a_minute)

    async def take(self, key: str, at: Millis) -> Millis:
        if wait := await self._own.take(key, at):
            return wait
        return await self._counts.take(f"{self._name}:{key}", self._a_minute) or Millis(0)
