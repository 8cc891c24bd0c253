"""Wait for the agent whom the contact prefers, for a while, if they are there; then ask anybody."""

from typing import ClassVar

from acd.strategies.longest_idle import LongestIdle


class PreferredAgent(LongestIdle):
    """Whoever comes back, or was dropped, talks to the person they know."""

    name: ClassVar[str] = "preferred_agent"
    heeds_preference: ClassVar[bool] = True
