"""The one place that reads the time of day. Everybody else is handed it."""

import time
from collections.abc import Callable

from acd.ids import Millis

Clock = Callable[[], Millis]
"""Says what time it is: milliseconds since the Unix epoch, UTC."""


def system_clock() -> Millis:
    """The time of this machine."""
    return Millis(time.time_ns() // 1_000_000)
