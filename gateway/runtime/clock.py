"""Time for the journals of this process: it goes on, never back, and notices when it was missed."""

from collections.abc import Callable

from acd.ids import Millis
from gateway.clock import Clock

USUAL_MS = 2_000
"""A longer gap than this is time that nobody could act in."""


class SteadyClock:
    """Follows the wall clock forward, and a monotonic one while the wall clock is behind.

    Set back by an hour, the wall clock would hold all deadlines for an hour; this one goes
    on from where it was. Read by any thread, stepped by one.

    Args:
        wall: Milliseconds since the epoch.
        monotonic: Seconds, from anywhere.
    """

    def __init__(self, wall: Clock, monotonic: Callable[[], float]) -> None:
        self._wall = wall
        self._monotonic = monotonic
        # One value, replaced whole: whoever reads meanwhile has the old one or the new one.
        self._from = (wall(), monotonic())

    def __call__(self) -> Millis:
        then, since = self._from
        return Millis(then + int((self._monotonic() - since) * 1000))

    def not_before(self, at: Millis) -> None:
        """Go on from ``at`` if it is later than now, as after a restart with the clock set back."""
        if at > self():
            self._from = (at, self._monotonic())

    def follow(self) -> None:
        """Look at the wall clock, and step forward with it if it is ahead."""
        self.not_before(self._wall())


class Pulse:
    """Beats while the process works; says how much time went by unseen.

    That is a loop that stood still, a process that was stopped, a machine that slept, a
    clock that was set forward: callers and agents could not act meanwhile.
    """

    def __init__(self, clock: SteadyClock) -> None:
        self._clock = clock
        self._last = clock()

    def beat(self) -> Millis:
        """How long ago the last beat was if that is unusual, else 0."""
        self._clock.follow()
        now = self._clock()
        gap, self._last = now - self._last, now
        return Millis(gap if gap > USUAL_MS else 0)


class FollowedClock:
    """A clock that stands elsewhere, told now and then what it says: never ahead of it.

    What it said is old by the time it is heard, so of all that was heard the latest counts.

    Args:
        monotonic: Seconds, from anywhere.
    """

    def __init__(self, said: Millis, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._from = (said, monotonic())

    def __call__(self) -> Millis:
        then, since = self._from
        return Millis(then + int((self._monotonic() - since) * 1000))

    def hear(self, said: Millis) -> None:
        """It says so now, or said so a moment ago."""
        if said > self():
            self._from = (said, self._monotonic())
