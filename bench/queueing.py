"""From the press on *Video call* to a place in the line, in the visitor's page."""

import os
import time
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome, ms, quantile
from bench.servers import demo, running
from bench.tabs import FLOOR, START, browser, marked, window
from tests.e2e.people import to_show

AIM_MS: Final = 300.0


async def measure(folder: Path, *, small: bool) -> Outcome:
    rounds = 5 if small else 40
    whole: list[float] = []
    devices: list[float] = []
    floors: list[float] = []
    writes: list[float] = []
    async with running(demo(folder)) as server, browser(folder) as chromium:
        (vera,) = await window(chromium, "vera")
        for number in range(rounds + 1):
            await vera.open(f"{server.url}/")
            await to_show(vera, "button", "Video call")
            floor = await vera.evaluate(FLOOR)
            write = _durable_write(folder / "written")
            await vera.evaluate(START)
            await vera.press("Video call")
            marks = await marked(vera, "pressed", "queued")
            await vera.press("Leave queue")
            await to_show(vera, "heading", "You left the queue")
            if number:
                whole.append(marks["queued"] - marks["pressed"])
                devices.append(marks["devices"])
                floors.append(floor)
                writes.append(write)
    without = [all_of_it - of_it for all_of_it, of_it in zip(whole, devices, strict=True)]
    p95 = quantile(whole, 0.95)
    return Outcome(
        title="From the press to a place in the line",
        how=(
            "A visitor opens the page, presses *Video call*, and reads the place in the line. Measured in the page, "
            "from the click to the text, camera and microphone included, which open at once here: how long people "
            "think about the browser's question is not ours. The floor is what no server of this kind can do "
            f"without, in the same page just before: one request and its answer, then one WebSocket opened. {rounds} "
            "rounds, each on a page loaded anew."
        ),
        figures=[
            Figure(
                what="press to place in the line, p95",
                ours=ms(p95),
                beside=f"{ms(quantile(floors, 0.95))} request + WebSocket",
                ratio=p95 / quantile(floors, 0.95),
                aim=f"<= {AIM_MS:g} ms",
                met=p95 <= AIM_MS,
            ),
            _beside("the same, p50", whole, floors, 0.5),
            Figure(
                what="of it camera and microphone, p50 and p95",
                ours=f"{ms(quantile(devices, 0.5))}, {ms(quantile(devices, 0.95))}",
            ),
            _beside("without them, p50", without, floors, 0.5),
            _beside("without them, p95", without, floors, 0.95),
        ],
        notes=[
            (
                "What is promised to a caller is on disk first, in several transactions one after the other; "
                f"a write of 4 KiB that the disk confirms took {_spread(writes)} between the rounds."
            ),
        ],
    )


def _beside(what: str, ours: list[float], floors: list[float], part: float) -> Figure:
    return Figure(
        what=what,
        ours=ms(quantile(ours, part)),
        beside=ms(quantile(floors, part)),
        ratio=quantile(ours, part) / quantile(floors, part),
    )


def _spread(values: list[float]) -> str:
    p50, p95 = quantile(values, 0.5), quantile(values, 0.95)
    return f"{ms(p50)} (p50), {ms(p95)} (p95), {ms(max(values))} (slowest)"


def _durable_write(path: Path) -> float:
    """How many milliseconds the disk takes to confirm a small write now."""
    with path.open("ab", buffering=0) as file:
        file.write(bytes(4096))
        begun = time.perf_counter()
        os.fdatasync(file.fileno())
        return (time.perf_counter() - begun) * 1000
