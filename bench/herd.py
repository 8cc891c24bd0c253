"""A server is killed with everybody waiting, and comes back to all of them at once."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome, quantile, seconds
from bench.servers import bare_sockets, crowd, running, with_a_line
from tests.e2e.server import Server

AIM_S: Final = 5.0
_SETTLE_S: Final = 6.0
_WITHIN_S: Final = 60
_GLANCE_S: Final = 0.005


@dataclass(frozen=True, kw_only=True)
class Return:
    """How everybody came back.

    Attributes:
        away: How long the port was closed.
        back: For each, how long after the port opened again they were attached.
        chosen: For each, how much of that they had let pass before the attempt that succeeded.
        cpu: Processor time of the server since the port opened.
    """

    away: float
    back: list[float]
    chosen: list[float]
    attempts: list[int]
    cpu: float
    missing: int
    displaced: int


async def measure(folder: Path, *, small: bool) -> Outcome:
    count = 200 if small else 2_000
    floor = await _kill_and_return(bare_sockets(folder), "connect", count)
    ours = await _kill_and_return(with_a_line(folder), "join", count)
    lost = ours.missing + ours.displaced
    figures = [
        Figure(
            what=f"{count} callers back after `kill -9`, p95",
            ours=seconds(quantile(ours.back, 0.95)),
            beside=f"{seconds(quantile(floor.back, 0.95))} bare Socket.IO",
            ratio=quantile(ours.back, 0.95) / quantile(floor.back, 0.95),
            aim=f"<= {AIM_S:g} s",
            met=quantile(ours.back, 0.95) <= AIM_S and not lost,
        )
    ]
    for name, part in (("p50", 0.5), ("slowest", 1.0)):
        figures.append(
            Figure(
                what=f"the same, {name}",
                ours=seconds(quantile(ours.back, part)),
                beside=seconds(quantile(floor.back, part)),
                ratio=quantile(ours.back, part) / quantile(floor.back, part),
            )
        )
    figures.append(
        Figure(
            what="of it the server's part, p95",
            ours=seconds(quantile(_served(ours), 0.95)),
            beside=seconds(quantile(_served(floor), 0.95)),
            ratio=quantile(_served(ours), 0.95) / quantile(_served(floor), 0.95),
        )
    )
    figures.append(
        Figure(
            what="processor time per caller",
            ours=f"{ours.cpu / count * 1000:.2f} ms",
            beside=f"{floor.cpu / count * 1000:.2f} ms",
            ratio=ours.cpu / floor.cpu,
        )
    )
    figures.append(
        Figure(
            what="callers who lost their place, or did not return",
            ours=str(lost),
            aim="0",
            met=not lost,
        )
    )
    return Outcome(
        title="Everybody comes back at once",
        how=(
            f"{count} callers wait in one line, each with a contact of their own. The server is killed with `kill "
            "-9` and started again on the same data. The callers come back with the pauses of the widget "
            "(`backoff.ts`): at first up to half a second, then up to a third of the time the server has been away, "
            "but up to a second at least. Measured from the moment the port opens until each has its snapshot; the "
            "place in it is compared with the one before. The floor is python-socketio as it comes, which knows "
            "nobody and keeps nothing, killed and met by the same crowd in the same way."
        ),
        figures=figures,
        notes=[
            f"The port was closed for {seconds(ours.away)} (floor: {seconds(floor.away)}), mostly Python starting.",
            (
                f"What callers let pass by chance before the attempt that succeeded: {_p50_p95(ours.chosen)} "
                f"(floor: {_p50_p95(floor.chosen)}). The rest is the server's part: from that attempt to the snapshot."
            ),
            f"Attempts until it succeeded: {quantile(ours.attempts, 0.5):.0f} (p50), {max(ours.attempts)} (most).",
        ],
    )


def _p50_p95(values: list[float]) -> str:
    return f"p50 {seconds(quantile(values, 0.5))}, p95 {seconds(quantile(values, 0.95))}"


def _served(one: Return) -> list[float]:
    return [back - chosen for back, chosen in zip(one.back, one.chosen, strict=True)]


async def _kill_and_return(server: Server, coming: str, count: int) -> Return:
    loop = asyncio.get_running_loop()
    async with running(server), crowd() as callers:
        await callers.do(coming, port=server.port, count=count)
        await asyncio.sleep(_SETTLE_S)
        await server.kill()
        killed_at = loop.time()
        async with asyncio.TaskGroup() as jobs:
            opening = jobs.create_task(_opens(server.port))
            jobs.create_task(server.start(limit_s=_WITHIN_S))
            opened_at = await opening
            begun = _cpu_s(server.child.pid)
        answer = await callers.do("return", within=_WITHIN_S)
        cpu = _cpu_s(server.child.pid) - begun
    return Return(
        away=opened_at - killed_at,
        back=[at - opened_at for at in answer["attached"]],
        chosen=[max(0.0, at - opened_at) for at in answer["attempted"]],
        attempts=answer["attempts"],
        cpu=cpu,
        missing=answer["missing"],
        displaced=answer["displaced"],
    )


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _opens(port: int) -> float:
    """When the port takes connections again."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_GLANCE_S)
        else:
            writer.close()
            return loop.time()
