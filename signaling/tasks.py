"""Jobs that run beside the conversation and end with it."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

_log = structlog.stdlib.get_logger(__name__)


class Tasks:
    """Use with ``async with``: leaving it cancels and awaits everything started in it.

    A job that fails is logged; it does not take its neighbours with it.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._is_over = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        for task in self._running:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    def start(self, job: Coroutine[Any, Any, object]) -> asyncio.Task[None] | None:
        """Run it beside everything else; not at all, once this is over."""
        if self._is_over:
            job.close()
            return None
        task = self._group.create_task(self._guarded(job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _guarded(self, job: Coroutine[Any, Any, object]) -> None:
        try:
            await job
        except Exception:
            _log.exception("conversation_job_failed")
