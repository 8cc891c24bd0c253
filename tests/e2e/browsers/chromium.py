"""Debian's Chromium, by Playwright.

The browser is started through a small script, which makes its process id known, keeps its
output, and can put it behind a network of its own.
"""

import asyncio
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from playwright.async_api import (
    Browser as PlaywrightBrowser,
)
from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Playwright,
    WebSocket,
    async_playwright,
)
from playwright.async_api import (
    Page as PlaywrightPage,
)

from tests.e2e.browsers.port import PATIENCE_S, WATCH, Colours, Complaints, Kind, Media
from tests.e2e.waiting import until

EXECUTABLE = "/usr/bin/chromium"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Calls between two people on a machine without any other network.
    "--allow-loopback-in-peer-connection",
)

Camera = Literal["allowed", "refused"]


class ChromiumPage:
    kind: Kind = "chromium"

    def __init__(self, who: str, context: BrowserContext, page: PlaywrightPage) -> None:
        self.who = who
        self.complaints = Complaints()
        self.frames: list[str] = []
        self.context = context
        """Playwright's own, for checks that only Chromium can make."""
        self.page = page
        page.on("pageerror", lambda error: self.complaints.add(f"javascript: {error}"))
        page.on("console", self._on_console)
        page.on("websocket", self._on_socket)

    async def open(self, url: str) -> None:
        await self.page.goto(url)

    async def reload(self) -> None:
        await self.page.reload()

    async def press(self, name: str, *, role: str = "button", limit_s: float = PATIENCE_S) -> None:
        await self._thing(role, name).click(timeout=limit_s * 1000)

    async def fill(self, name: str, text: str, *, limit_s: float = PATIENCE_S) -> None:
        field = self.page.get_by_label(name, exact=True)
        await field.fill(text, timeout=limit_s * 1000)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def shows(self, role: str, name: str | None = None) -> bool:
        return bool(await self._visible(role, name))

    async def texts(self, role: str, name: str | None = None) -> list[str]:
        return [(await thing.inner_text()).strip() for thing in await self._visible(role, name)]

    async def is_focused(self, role: str, name: str) -> bool:
        return any(
            [
                await thing.evaluate("(e) => e.getRootNode().activeElement === e")
                for thing in await self._visible(role, name)
            ]
        )

    async def evaluate(self, function: str, *args: Any) -> Any:
        return await self.page.evaluate(f"async (args) => (await ({function})(...args)) ?? null", list(args))

    async def cookies(self) -> list[str]:
        return [cookie["value"] for cookie in await self.context.cookies()]

    async def screenshot(self) -> bytes:
        return await self.page.screenshot()

    async def offline(self) -> None:
        await self.context.set_offline(True)

    async def online(self) -> None:
        await self.context.set_offline(False)

    async def close(self) -> None:
        if not self.page.is_closed():
            await self.page.close(run_before_unload=False)
        await self.context.close()

    def _thing(self, role: str, name: str | None) -> Locator:
        # The set of roles is open on our side and a closed literal on Playwright's.
        any_role: Any = role
        return self.page.get_by_role(any_role, name=name, exact=name is not None)

    async def _visible(self, role: str, name: str | None) -> list[Locator]:
        return [t for t in await self._thing(role, name).all() if await t.is_visible()]

    def _on_socket(self, socket: WebSocket) -> None:
        # Handlers of Playwright's must not return anything.
        def keep(frame: str | bytes) -> None:
            self.frames.append(frame if isinstance(frame, str) else frame.decode(errors="replace"))

        socket.on("framesent", keep)
        socket.on("framereceived", keep)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.add(f"console: {message.text} ({message.location['url']})")


class Chromium:
    """One Chromium. Start it with :meth:`launch`."""

    kind: Kind = "chromium"

    def __init__(
        self,
        playwright: Playwright,
        browser: PlaywrightBrowser,
        start: Path,
        log: Path,
    ) -> None:
        self._playwright = playwright
        self._browser = browser
        self._start = start
        self.log = log

    @classmethod
    async def launch(
        cls,
        log: Path,
        *,
        media: Media | None = None,
        camera: Camera = "allowed",
        prefix: Sequence[str] = (),
        flags: Sequence[str] = (),
        headed: bool = False,
    ) -> Self:
        """Start Chromium.

        Args:
            log: Where its output goes.
            media: What camera and microphone see and hear. ``None``: there are none.
            camera: What the person answers when the page asks for them.
            prefix: Command in front of Chromium's, see :attr:`~..network.Namespace.prefix`.
            flags: More of Chromium's own.
        """
        folder = Path(tempfile.mkdtemp(prefix="chromium-"))
        start = folder / "start"
        command = shlex.join([*prefix, EXECUTABLE])
        start.write_text(
            f'#!/bin/sh\necho $$ > {shlex.quote(str(folder))}/pid\nexec {command} "$@" 2>> {shlex.quote(str(log))}\n'
        )
        start.chmod(0o700)
        playwright = await async_playwright().start()
        try:
            browser = await playwright.chromium.launch(
                executable_path=start,
                headless=not headed,
                args=[*FLAGS, *_devices(media, camera), *flags],
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except BaseException:
            await playwright.stop()
            shutil.rmtree(folder)
            raise
        return cls(playwright, browser, start, log)

    @property
    def pid(self) -> int:
        return int((self._start.parent / "pid").read_text())

    @property
    def alive(self) -> bool:
        return self._browser.is_connected()

    async def page(self, who: str, *, locale: str = "en-US", colours: Colours = "light") -> ChromiumPage:
        context = await self._browser.new_context(locale=locale, color_scheme=colours)
        return await self.tab(who, context)

    async def tab(self, who: str, context: BrowserContext) -> ChromiumPage:
        """Open one more tab for somebody who has one: same cookies, same storage."""
        await context.add_init_script(f"({WATCH})()")
        return ChromiumPage(who, context, await context.new_page())

    async def kill(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)

        async def look() -> bool:
            return not self._browser.is_connected()

        await until(look, limit_s=5, saying="the killed Chromium is gone")

    async def close(self) -> None:
        try:
            await self._browser.close()
        except Error:
            # Killed by the test. A browser that is connected and does not close is a bug.
            if self._browser.is_connected():
                raise
        await self._playwright.stop()
        await asyncio.to_thread(shutil.rmtree, self._start.parent, ignore_errors=True)


def _devices(media: Media | None, camera: Camera) -> list[str]:
    if media is None:
        return []
    answer = "--use-fake-ui-for-media-stream"
    if camera == "refused":
        answer = "--deny-permission-prompts"
    return [
        answer,
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={media.wav}",
        f"--use-file-for-fake-video-capture={media.y4m}",
    ]
