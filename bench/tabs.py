"""Tabs of one browser with a stopwatch in each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.e2e.browsers.chromium import Chromium, ChromiumPage
from tests.e2e.media import PEOPLE, write_media
from tests.e2e.waiting import until

STOPWATCH: Final = Path(__file__).with_name("stopwatch.js").read_text().strip().removesuffix(";")

START: Final = "() => window[Symbol.for('bench')].start()"
_LOOK: Final = "() => window[Symbol.for('bench')].marks"
_STOP: Final = "() => window[Symbol.for('bench')].stop()"
FLOOR: Final = "() => window[Symbol.for('bench')].floor()"

LIMIT_S: Final = 15.0


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Chromium]:
    """A Chromium with one camera and one microphone."""
    running = await Chromium.launch(folder / "chromium.log", media=write_media(folder, PEOPLE[0]))
    try:
        yield running
    finally:
        await running.close()


async def window(browser: Chromium, *who: str) -> list[ChromiumPage]:
    """Tabs of one window: same process, same cookies, a session of its own each."""
    first = await browser.page(who[0])
    await first.context.add_init_script(f"({STOPWATCH})()")
    return [first, *[await browser.tab(name, first.context) for name in who[1:]]]


async def marked(page: ChromiumPage, *what: str) -> Mapping[str, float]:
    """Wait until the stopwatch has noted all of these, stop it and return what it noted."""
    await until(
        lambda: page.evaluate(_LOOK),
        lambda marks: all(mark in marks for mark in what),
        limit_s=LIMIT_S,
        saying=f"{page.who} comes to {' and '.join(what)}",
    )
    marks: Mapping[str, float] = await page.evaluate(_STOP)
    return marks
