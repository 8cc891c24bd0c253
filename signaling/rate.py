"""How fast somebody may ask. Time is an argument."""

from ipaddress import IPv4Address, ip_address

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

    def is_full(self, at: Millis) -> bool:
        """Whether it holds nothing worth remembering."""
        self._refill(at)
        return self._tokens >= self._burst

    def _refill(self, at: Millis) -> None:
        self._tokens = min(self._burst, self._tokens + max(0, at - self._at) * self._per_ms)
        self._at = at


class TokenBuckets:
    """One bucket for each key. Full ones are forgotten, so strangers do not pile up."""

    _SWEEP_ABOVE = 1_000

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, TokenBucket] = {}
        self._sweep_at = self._SWEEP_ABOVE

    def take(self, key: str, at: Millis) -> Millis:
        """Take one from the key's bucket; answers 0, or how long until there will be one."""
        if len(self._buckets) >= self._sweep_at:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if not bucket.is_full(at)}
            self._sweep_at = max(self._SWEEP_ABOVE, 2 * len(self._buckets))
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_second, self._burst, at)
        return bucket.take(at)

    def __len__(self) -> int:
        return len(self._buckets)


def address_prefix(address: str) -> str:
    """What an address is counted under: /24, or /48 for IPv6, so that nobody has many for the asking."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(ip, IPv4Address):
        if ip.ipv4_mapped is None:
            return str(int(ip) >> 80)
        ip = ip.ipv4_mapped
    return str(int(ip) >> 8)
