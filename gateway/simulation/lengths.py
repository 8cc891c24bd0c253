"""How long things take: drawn from a distribution, or from what was seen."""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Annotated, Literal

from msgspec import Meta, Struct

Draw = Callable[[Random], int]
"""The next length, in ms."""


class Lengths(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A distribution of times.

    Attributes:
        mean_s: The mean, in seconds.
        deviation_s: Standard deviation of a lognormal time, in seconds; without it, as large as the mean.
    """

    mean_s: Annotated[float, Meta(ge=0)]
    shape: Literal["exponential", "lognormal", "fixed"] = "exponential"
    deviation_s: Annotated[float, Meta(gt=0)] | None = None

    def drawn(self) -> Draw:
        """Draws from this distribution."""
        mean_ms = self.mean_s * 1000
        if self.shape == "fixed" or not mean_ms:
            return lambda _: round(mean_ms)
        if self.shape == "exponential":
            return lambda random: round(random.expovariate(1.0) * mean_ms)
        variance = math.log1p(((self.deviation_s or self.mean_s) / self.mean_s) ** 2)
        middle, spread = math.log(mean_ms) - variance / 2, math.sqrt(variance)
        return lambda random: round(random.lognormvariate(middle, spread))


def like(seen_ms: Sequence[int]) -> Draw:
    """Draws one of the lengths that were seen; there must be one at least."""
    return lambda random: seen_ms[int(random.random() * len(seen_ms))]
