"""Serving until somebody says stop: what ``zuruf serve`` does once settings are read."""

import asyncio
import signal
from collections.abc import Callable

import structlog

from gateway.app import running
from gateway.auth.roles import Role
from gateway.demo import PASSWORD, PEOPLE
from gateway.garbage import leave_alone_what_is_here
from gateway.settings import Settings

_log = structlog.stdlib.get_logger(__name__)


async def serve_until_told(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Start, say where, wait for SIGTERM or SIGINT, drain, stop. A second signal cuts the drain short.

    Raises:
        StartRefused: If it cannot start.
    """
    told, told_again = asyncio.Event(), asyncio.Event()

    def hear() -> None:
        (told_again if told.is_set() else told).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hear)
    async with running(settings) as server:
        leave_alone_what_is_here()
        say(ready_box(server.url, is_demo=settings.demo))
        await told.wait()
        async with asyncio.TaskGroup() as group:
            draining = group.create_task(server.drain(settings.server.drain_seconds))
            impatience = group.create_task(told_again.wait())
            await asyncio.wait([draining, impatience], return_when=asyncio.FIRST_COMPLETED)
            draining.cancel()
            impatience.cancel()
    _log.info("stopped")


def ready_box(url: str, *, is_demo: bool) -> str:
    """Where to go, and with which names."""
    names = {role: f"{name} / {PASSWORD}" if is_demo else "" for name, _, role in reversed(PEOPLE)}
    rows = [
        ("Agent", f"{url}/agent", names[Role.AGENT]),
        ("Supervisor", f"{url}/supervisor", names[Role.SUPERVISOR]),
    ]
    if is_demo:
        rows.insert(0, ("Visitor", f"{url}/", ""))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{who:<{widths[0]}}  {where:<{widths[1]}}    {whom}".rstrip() for who, where, whom in rows]
    return "Ready.  " + "\n        ".join(lines)
