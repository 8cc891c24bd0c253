"""Waiting for something to become true, and tasks that end with their owner.

The only place of these tests where time passes on purpose: everything that waits,
waits through :func:`until` and says how long is too long.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")

GLANCE_S = 0.05
"""How often somebody who waits looks again."""


async def until(
    look: Callable[[], Awaitable[T]],
    good: Callable[[T], bool] = bool,
    *,
    limit_s: float,
    saying: str,
) -> T:
    """Look again and again until what is seen is good, and return it.

    Args:
        look: Looks once. What it raises is not caught.
        good: Judges what was seen.
        limit_s: The promise being tested, or a generous bound where none was made.
        saying: What should have become true, for the error.

    Raises:
        AssertionError: When the limit has passed. Tells what was seen last.
    """
    clock = asyncio.get_running_loop().time
    last_look = clock() + limit_s
    while True:
        late = clock() > last_look
        seen = await look()
        if good(seen):
            return seen
        if late:
            raise AssertionError(f"not within {limit_s:g} s: {saying}; last seen: {seen!r}")
        await asyncio.sleep(GLANCE_S)


@asynccontextmanager
async def passing(seconds: float) -> AsyncIterator[None]:
    """Let a fault last: what is inside may take as long, and is followed by what is left of it."""
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    yield
    await asyncio.sleep(max(end - clock(), 0))


class Background:
    """Tasks that live as long as their owner and not a moment longer.

    For owners whose start and end are in different tasks, as the two halves of a test
    fixture are; a ``TaskGroup`` cannot span those.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._errors: list[BaseException] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run work until it returns or :meth:`close` is called."""
        task = asyncio.create_task(work)  # noqa: TID251 - Kept, and ended by close().
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._errors.append(error)

    async def close(self) -> None:
        """Cancel what still runs and raise what went wrong meanwhile."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._errors:
            errors, self._errors = self._errors, []
            raise BaseExceptionGroup("background work failed", errors)
