"""How much anybody may ask for: token buckets, with time handed in."""

from collections import OrderedDict
from dataclasses import dataclass

from acd.ids import Millis


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: Millis


class Allowance:
    """So many a minute for each key, also as a burst.

    Keeps a bounded number of keys; the one that was quiet longest is forgotten first,
    which only ever lets somebody ask again sooner.
    """

    def __init__(self, per_minute: int, *, capacity: int = 20_000) -> None:
        self._burst = float(per_minute)
        self._per_ms = per_minute / 60_000
        self._capacity = capacity
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, at: Millis) -> Millis | None:
        """Take one; ``None`` if it was there, else how long until there is one."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, at)
        self._buckets[key] = bucket
        bucket.tokens = min(self._burst, bucket.tokens + max(at - bucket.at, 0) * self._per_ms)
        bucket.at = at
        while len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return None
        return Millis(int((1 - bucket.tokens) / self._per_ms) + 1)
