"""How parts of a runtime wake each other."""

import asyncio
from contextlib import suppress


class Bell:
    """Rung while nobody waits, it is heard by the next who does. For one listener."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There may be something to do."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it rings, or this long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
