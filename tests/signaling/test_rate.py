"""How fast somebody may ask."""

from acd.ids import Millis
from signaling.rate import TokenBucket, TokenBuckets, address_prefix


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    bucket = TokenBucket(20, 60, Millis(0))

    assert sum(bucket.take(Millis(0)) == 0 for _ in range(100)) == 60
    assert sum(bucket.take(Millis(1_000)) == 0 for _ in range(100)) == 20


def test_who_must_wait_is_told_how_long() -> None:
    bucket = TokenBucket(20, 1, Millis(0))
    bucket.take(Millis(0))

    wait_ms = bucket.take(Millis(0))

    assert bucket.take(Millis(wait_ms - 2)) > 0
    assert bucket.take(wait_ms) == 0


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    bucket = TokenBucket(20, 1, Millis(10_000))
    bucket.take(Millis(10_000))

    assert bucket.take(Millis(0)) > 0


def test_strangers_are_counted_apart() -> None:
    buckets = TokenBuckets(1, 1)

    assert [buckets.take("a", Millis(0)), buckets.take("b", Millis(0))] == [0, 0]
    assert buckets.take("a", Millis(0)) > 0


def test_who_was_quiet_longest_is_forgotten_first() -> None:
    buckets = TokenBuckets(1, 1, capacity=2)
    for key in ("a", "b", "a", "c"):
        buckets.take(key, Millis(0))

    assert buckets.take("a", Millis(0)) > 0
    assert buckets.take("b", Millis(0)) == 0, "forgotten, hence full"


def test_addresses_are_counted_by_the_network_of_a_household() -> None:
    assert address_prefix("203.0.113.7") == address_prefix("203.0.113.99") == "203.0.113.0/24"
    assert address_prefix("::ffff:203.0.113.7") == "203.0.113.0/24"
    assert address_prefix("2001:db8:0:1200::1") == address_prefix("2001:db8:0:12ff::1") == "2001:db8:0:1200::/56"
    assert address_prefix("2001:db8:0:1300::1") == "2001:db8:0:1300::/56"
    assert address_prefix("fe80::1%eth0") == address_prefix("fe80::2")
    assert address_prefix("a unix socket") == "unknown"
