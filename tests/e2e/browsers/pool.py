"""Browsers that outlive the person who used them: a start costs more than many a test.

Only what is left of a person goes, windows with their cookies and storage; the process,
its camera and its microphone stay for the next one with the same face.
"""

from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

from tests.e2e.browsers.chromium import Chromium
from tests.e2e.browsers.firefox import Firefox
from tests.e2e.browsers.port import Browser, Colours, Kind, Media

Key = tuple[Kind, Media | None, Colours]


class Pool:
    """Lends browsers. One for all tests of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """For files that live as long as the browsers."""
        self._idle: dict[Key, list[Browser]] = {}
        self._keys: dict[Browser, Key] = {}
        self._numbers = count(1)

    async def take(self, kind: Kind, media: Media | None, colours: Colours) -> Browser:
        """Lend a browser that nobody else has. Bring it back with :meth:`give_back`."""
        # Chromium's windows choose for themselves.
        key: Key = (kind, media, colours if kind == "firefox" else "light")
        idle = self._idle.setdefault(key, [])
        while idle:
            browser = idle.pop()
            if browser.alive:
                return browser
            await self._forget(browser)
        log = self.folder / f"{kind}-{next(self._numbers)}.log"
        browser = (
            await Chromium.launch(log, media=media)
            if kind == "chromium"
            else await Firefox.launch(log, media=media, colours=colours)
        )
        self._keys[browser] = key
        return browser

    async def give_back(self, browser: Browser) -> None:
        """Take a browser back whose windows are closed; one that was killed is cleared away."""
        if browser.alive:
            self._idle[self._keys[browser]].append(browser)
        else:
            await self._forget(browser)

    async def close(self) -> None:
        """End all browsers, those included that were not given back."""
        async with AsyncExitStack() as stack:
            for browser in self._keys:
                stack.push_async_callback(browser.close)
        self._keys.clear()
        self._idle.clear()

    async def _forget(self, browser: Browser) -> None:
        del self._keys[browser]
        await browser.close()
