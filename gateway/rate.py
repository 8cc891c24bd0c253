"""How often somebody may ask, counted by this process or, with :mod:`gateway.runtime.limits`, by all together."""

from typing import Protocol

from acd.ids import Millis
from signaling.rate import TokenBuckets


class RateLimit(Protocol):
    """So many a minute for each key, also as a burst."""

    async def take(self, key: str, at: Millis) -> Millis:
        """Take one of the key's; answers 0 if it was there, else how long until there will be one."""


class LocalLimit:
    """What this process alone counts."""

    def __init__(self, a_minute: int) -> None:
        self._buckets = TokenBuckets(a_minute / 60, a_minute)

    async def take(self, key: str, at: Millis) -> Millis:
        return self._buckets.take(key, at)
