"""How fast somebody may ask. Time is an argument."""

from collections import OrderedDict
from ipaddress import ip_address, ip_network

from acd.ids import Millis


class TokenBucket:
    """Lets ``burst`` through at once and ``per_second`` in the long run."""

    __slots__ = ("_at", "_burst", "_per_ms", "_tokens")

    def __init__(self, per_second: float, burst: int, at: Millis) -> None:
        self._per_ms = per_second / 1000
        self._burst = burst
        self._tokens = float(burst)
        self._at = at

    def take(self, at: Millis) -> Millis:
        """Take one; answers 0 if it was there, else how long until there will be one."""
        self._refill(at)
        if self._tokens >= 1:
            self._tokens -= 1
            return Millis(0)
        return Millis(int((1 - self._tokens) / self._per_ms) + 1)

    def _refill(self, at: Millis) -> None:
        self._tokens = min(self._burst, self._tokens + max(0, at - self._at) * self._per_ms)
        self._at = at


class TokenBuckets:
    """One bucket for each key.

    Keeps a bounded number of them; the one that was quiet longest is forgotten first, which
    only ever lets somebody ask again sooner.
    """

    def __init__(self, per_second: float, burst: int, *, capacity: int = 20_000) -> None:
        self._per_second = per_second
        self._burst = burst
        self._capacity = capacity
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, key: str, at: Millis) -> Millis:
        """Take one from the key's bucket; answers 0, or how long until there will be one."""
        bucket = self._buckets.pop(key, None) or TokenBucket(self._per_second, self._burst, at)
        self._buckets[key] = bucket
        if len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
        return bucket.take(at)


def address_prefix(address: str) -> str:
    """What an address is counted under, the network of one household or company: IPv4 /24, IPv6 /56."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip_network((ip, 24 if ip.version == 4 else 56), strict=False))
