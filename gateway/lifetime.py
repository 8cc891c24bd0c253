"""Background work that lives as long as something else, and no longer.

A :class:`Lifetime` is a task group whose jobs are expected to run until it ends. A job
that fails is logged and counted, and started again if it is a repeated one; it never
takes its neighbours with it. When the lifetime ends, its jobs are cancelled and awaited.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import structlog

_log = structlog.stdlib.get_logger(__name__)

OnFailure = Callable[[str], None]


class Lifetime:
    """Use with ``async with``: leaving it ends everything started in it.

    Args:
        on_failure: Told the name of each job that failed, e.g. to count it.
        expected: What may well happen to a job, such as a store that is away: no bug, no traceback.
    """

    def __init__(self, on_failure: OnFailure | None = None, *, expected: tuple[type[Exception], ...] = ()) -> None:
        self._expected = expected
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_failure = on_failure

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        # Whatever went wrong inside goes on as it is, and not as a group of one.
        await self._group.__aexit__(None, None, None)

    def start(self, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Run something once, beside everything else."""
        task = self._group.create_task(self._guarded(job, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def repeat(self, step: Callable[[], Awaitable[None]], name: str, *, every: float) -> None:
        """Run a step now and then again, ``every`` so many seconds after it finished."""

        async def forever() -> None:
            while True:
                await self._guarded(step, name)
                await asyncio.sleep(every)

        self.start(forever, name)

    async def _guarded(self, job: Callable[[], Awaitable[None]], name: str) -> None:
        try:
            await job()
        except self._expected as why:
            _log.warning("job_put_off", job=name, why=type(why).__name__)
        except Exception:
            _log.exception("job_failed", job=name)
            if self._on_failure is not None:
                self._on_failure(name)
