"""Ask everybody at once."""

from typing import ClassVar

from acd.strategies.longest_idle import LongestIdle


class RingAll(LongestIdle):
    """The first to accept has it."""

    name: ClassVar[str] = "ring_all"
    rings_all: ClassVar[bool] = True
