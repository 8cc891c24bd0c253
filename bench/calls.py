"""From *Accept* to sound and picture at both ends, beside the smallest call there is."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome, median, ms, spread
from bench.servers import demo, running
from bench.tabs import START, browser, marked, window
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.floor import RECEIVES, sign_in
from tests.e2e.people import not_to_show, to_read, to_show
from tests.e2e.server import bare_call

AIM: Final = 1.3
_QUIET_S: Final = 1.0
"""Between the ring and *Accept*: what is under way then comes to rest, as it would with people."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One call, in milliseconds since the press that began it, both ends there."""

    heard: float
    seen: float
    connected: float
    devices: float


async def measure(folder: Path, *, small: bool) -> Outcome:
    rounds = 3 if small else 15
    ours: list[Round] = []
    bare: list[Round] = []
    async with (
        running(demo(folder)) as product,
        running(bare_call(folder)) as peer,
        browser(folder) as chromium,
    ):
        vera, anna = await window(chromium, "vera", "anna")
        ada, bob = await window(chromium, "ada", "bob")
        await anna.open(f"{product.url}/agent")
        await sign_in(anna, "anna", "zuruf-demo")
        await anna.press("Available")
        await to_read(anna, RECEIVES)
        for number in range(rounds + 1):
            # The first is for the browser to load what it needs for any call at all.
            call = await _through_zuruf(vera, anna, product.url)
            between = await _bare(ada, bob, f"{peer.url}/?via=page&room=r{number}")
            if number:
                ours.append(call)
                bare.append(between)
    return Outcome(
        title="From Accept to hearing and seeing each other",
        how=(
            "Two tabs of one Chromium, with a camera and a microphone that play files. Through Zuruf: a visitor "
            "waits, the agent's tab rings, the agent presses *Accept*. Beside it: two tabs of the smallest page "
            "that can call, which signals from tab to tab inside the browser, without any server; one waits, the "
            "other presses *Call*. In both, the press opens the devices of whoever pressed, and those of whoever "
            "waits are open. *Hearing* is an element that plays sound of the far end above silence, *seeing* one "
            f"that has shown a frame of it; counted is the later of the two ends, looked for every 5 ms. {rounds} "
            "rounds of each in turn; a ratio is one of medians."
        ),
        figures=[
            _figure("Accept to both hear", [r.heard for r in ours], [r.heard for r in bare], aim=True),
            _figure("Accept to both see", [r.seen for r in ours], [r.seen for r in bare]),
            _figure("Accept to both connected", [r.connected for r in ours], [r.connected for r in bare]),
            _figure("of it the agent's devices", [r.devices for r in ours], [r.devices for r in bare]),
        ],
        notes=[
            f"Accept to both hear: {spread([r.heard for r in ours])}; beside it {spread([r.heard for r in bare])}.",
            f"Accept to both see: {spread([r.seen for r in ours])}; beside it {spread([r.seen for r in bare])}.",
        ],
    )


def _figure(what: str, ours: list[float], bare: list[float], *, aim: bool = False) -> Figure:
    ratio = median(ours) / median(bare)
    return Figure(
        what=f"{what}, median",
        ours=ms(median(ours)),
        beside=f"{ms(median(bare))} bare call",
        ratio=ratio,
        aim=f"<= {AIM:g} times" if aim else "",
        met=ratio <= AIM if aim else None,
    )


async def _through_zuruf(vera: ChromiumPage, anna: ChromiumPage, url: str) -> Round:
    await vera.open(f"{url}/")
    await vera.press("Video call")
    await to_show(anna, "button", "Accept")
    await asyncio.sleep(_QUIET_S)
    taken = await _time(vera, anna, "Accept")
    await vera.press("Hang up")
    await anna.press("Finish wrap-up")
    await to_read(anna, RECEIVES)
    return taken


async def _bare(ada: ChromiumPage, bob: ChromiumPage, url: str) -> Round:
    for page in (ada, bob):
        await page.open(url)
    await ada.press("Call")
    await to_read(ada, "Waiting")
    await asyncio.sleep(_QUIET_S)
    taken = await _time(ada, bob, "Call")
    await ada.press("Hang up")
    await not_to_show(bob, "button", "Hang up")
    return taken


async def _time(waits: ChromiumPage, presses: ChromiumPage, button: str) -> Round:
    for page in (waits, presses):
        await page.evaluate(START)
    await presses.press(button)
    here = await marked(presses, "pressed", "heard", "seen", "connected")
    there = await marked(waits, "heard", "seen", "connected")
    begun = here["pressed"]
    return Round(
        heard=max(here["heard"], there["heard"]) - begun,
        seen=max(here["seen"], there["seen"]) - begun,
        connected=max(here["connected"], there["connected"]) - begun,
        devices=here.get("devices", 0.0),
    )
