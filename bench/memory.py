"""What a caller who only waits costs the server in memory."""

import asyncio
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome
from bench.servers import Crowd, bare_sockets, crowd, running, with_a_line
from tests.e2e.process import resident_kib
from tests.e2e.server import Server

AIM_KIB: Final = 40.0
_WARM_UP: Final = 200
_SETTLE_S: Final = 15.0
"""Longer than a ping takes, and than the journal's work after so many contacts."""


async def measure(folder: Path, *, small: bool) -> Outcome:
    count = 200 if small else 1_000
    floor = await _each(bare_sockets(folder), "connect", count)
    ours = await _each(with_a_line(folder), "join", count)
    return Outcome(
        title="Memory of an idle connection",
        how=(
            f"After {_WARM_UP} callers have come, {count} more do, each with a contact, a session and a WebSocket, "
            "and wait. Measured is by how much the server's resident memory grows (proportional set size, "
            f"{_SETTLE_S:g} s after the last one came), divided by their number. They offer `permessage-deflate`, as "
            "browsers do, and the server declines it. The floor is python-socketio as it comes, with the same "
            "number of connections that offer no compression; it has no contacts, no sessions and no queue."
        ),
        figures=[
            Figure(
                what=f"memory per idle connection, of {count}",
                ours=f"{ours:.1f} KiB",
                beside=f"{floor:.1f} KiB bare Socket.IO",
                ratio=ours / floor,
                aim=f"<= {AIM_KIB:g} KiB",
                met=ours <= AIM_KIB,
            )
        ],
    )


async def _each(server: Server, coming: str, count: int) -> float:
    async with running(server), crowd() as callers:
        before = await _settled(callers, server, coming, _WARM_UP)
        after = await _settled(callers, server, coming, count)
    return (after - before) / count


async def _settled(callers: Crowd, server: Server, coming: str, count: int) -> int:
    await callers.do(coming, port=server.port, count=count)
    await asyncio.sleep(_SETTLE_S)
    return resident_kib(server.child.pid)
