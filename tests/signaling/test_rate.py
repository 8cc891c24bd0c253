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


def test_strangers_are_counted_apart_and_forgotten() -> None:
    buckets = TokenBuckets(1, 1)

    assert [buckets.take("a", Millis(0)), buckets.take("b", Millis(0))] == [0, 0]
    assert buckets.take("a", Millis(0)) > 0
    for count in range(5_000):
        buckets.take(f"stranger {count}", Millis(count * 10))

    assert len(buckets) < 2_100


def test_addresses_are_counted_by_prefix() -> None:
    assert address_prefix("203.0.113.7") == address_prefix("203.0.113.99") != address_prefix("203.0.114.7")
    assert address_prefix("::ffff:203.0.113.7") == address_prefix("203.0.113.7")
    assert address_prefix("2001:db8:1:2::1") == address_prefix("2001:db8:1:ffff::2") != address_prefix("2001:db8:2::1")
    assert address_prefix("fe80::1%eth0") == address_prefix("fe80::2")
    assert address_prefix("a unix socket") == "unknown"
