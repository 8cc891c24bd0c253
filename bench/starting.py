"""From the command to the first answer, once everything is set up."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiohttp

from bench.figures import Figure, Outcome, median, seconds
from tests.e2e.process import Child
from tests.e2e.server import free_port

AIM_S: Final = 5.0
_ROOT: Final = Path(__file__).parents[1]
_LIMIT_S: Final = 60.0
_SET_UP_S: Final = 120.0
_GLANCE_S: Final = 0.01
_STOP_S: Final = 15.0


async def measure(folder: Path, *, small: bool) -> Outcome:
    rounds = 2 if small else 7
    data = folder / "started"
    made: list[float] = []
    served: list[float] = []
    bare: list[float] = []
    for number in range(rounds + 1):
        await _set_up(folder / "setup.log")
        port = str(free_port())
        with_make = await _first_answer(
            ["make", "run", f"ARGS=--port {port} --data-dir {data}"], port, folder / "make.log"
        )
        port = str(free_port())
        without = await _first_answer(
            [sys.executable, "-m", "gateway", "serve", "--demo", "--port", port, "--data-dir", data],
            port,
            folder / "serve.log",
        )
        port = str(free_port())
        floor = await _first_answer([sys.executable, "-m", "bench.bare", "--port", port], port, folder / "bare.log")
        if number:
            made.append(with_make)
            served.append(without)
            bare.append(floor)
    return Outcome(
        title="From the command to the first answer",
        how=(
            "A second `make run`: everything is set up and built, the demo's data are there. Measured from the "
            "command until `/` is answered. Beside it: `zuruf serve --demo` without make, and a server of aiohttp "
            f"and python-socketio that does nothing. {rounds} rounds of each in turn."
        ),
        figures=[
            Figure(
                what="a second `make run`, slowest",
                ours=seconds(max(made)),
                beside=f"{seconds(max(bare))} bare Socket.IO",
                ratio=max(made) / max(bare),
                aim=f"<= {AIM_S:g} s",
                met=max(made) <= AIM_S,
            ),
            Figure(
                what="the same, median",
                ours=seconds(median(made)),
                beside=seconds(median(bare)),
                ratio=median(made) / median(bare),
            ),
            Figure(
                what="`zuruf serve --demo`, median",
                ours=seconds(median(served)),
                beside=seconds(median(bare)),
                ratio=median(served) / median(bare),
            ),
        ],
    )


async def _set_up(log: Path) -> None:
    """Whatever was changed since the last time is built now, and not while it is measured."""
    child = await Child.start("make", "setup", log=log, cwd=_ROOT)
    assert await child.ended(limit_s=_SET_UP_S) == 0, child.output[-2000:]


async def _first_answer(command: Sequence[str | Path], port: str, log: Path) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    child = await Child.start(*command, log=log, cwd=_ROOT)
    try:
        async with asyncio.timeout(_LIMIT_S), aiohttp.ClientSession() as http:
            while not await _answers(http, port):
                assert child.alive, child.output[-2000:]
                await asyncio.sleep(_GLANCE_S)
        return loop.time() - begun
    finally:
        await child.stop(limit_s=_STOP_S)


async def _answers(http: aiohttp.ClientSession, port: str) -> bool:
    try:
        async with http.get(f"http://127.0.0.1:{port}/") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
