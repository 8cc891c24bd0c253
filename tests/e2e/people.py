"""The people in a test: each has a browser, and a browser that complains fails the test.

A person is one browser process with a camera and microphone of its own, on a page of its
own. :class:`People` opens them, keeps what is needed to understand a failure, and closes
everything at the end.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.e2e.browsers import Browser, Chromium, Colours, Kind, Media, Page, Pool
from tests.e2e.browsers.chromium import Camera
from tests.e2e.media.made import FIREFOX_HZ, PEOPLE, write_media
from tests.e2e.network import Namespace
from tests.e2e.waiting import until

SECRET = re.compile(
    r"""(?<="token":")[^"]+|(?<="credential":")[^"]+|(?<=a=ice-pwd:)[^\\]+|(?<=a=fingerprint:sha-256 )[0-9A-F:]+"""
)

SAYS = """(text) => {
  const says = (root) => [...root.querySelectorAll("*")].some((e) =>
    (e.checkVisibility() && e.innerText?.includes(text)) || (e.shadowRoot && says(e.shadowRoot)));
  return says(document);
}"""


class Person:
    """Somebody at a page: the page itself, what they say and show, and their browser."""

    def __init__(self, who: str, page: Page, media: Media | None, browser: Browser) -> None:
        self.who = who
        self.page = page
        self.browser = browser
        self._media = media

    @property
    def media(self) -> Media:
        """What the far end must hear and see of this person."""
        assert self._media is not None, f"{self.who} has neither camera nor microphone"
        return self._media


class People:
    """Opens browsers. One per test, closed by the test's fixture."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self._folder = folder
        self._pool = pool
        self._faces = iter(PEOPLE)
        self._here: list[Person] = []
        self._own: list[Browser] = []
        self._networks: list[Namespace] = []

    async def person(
        self,
        who: str,
        *,
        browser: Kind = "chromium",
        locale: str = "en-US",
        colours: Colours = "light",
        media: bool = True,
        camera: Camera = "allowed",
        prefix: Sequence[str] = (),
        flags: Sequence[str] = (),
    ) -> Person:
        """Open a browser for somebody.

        Args:
            who: A word for messages and file names.
            media: Whether there are camera and microphone. Tones and pictures differ from
                person to person; the order of opening decides who has which.
            camera: What the person answers when asked (Chromium only).
            prefix: See :attr:`.network.Namespace.prefix` (Chromium only).
            flags: Chromium's own flags.
        """
        face: Media | None = None
        if media and browser == "firefox":
            # It makes the tone itself and shows a picture of its own. There is never more than one in a test.
            face = Media(hz=FIREFOX_HZ, left=None, right=None)
        elif media:
            face = write_media(self._pool.folder, next(self._faces))
        if prefix or flags or camera != "allowed":
            assert browser == "chromium", "Chromium only"
            log = self._folder / f"{who}.browser.log"
            running: Browser = await Chromium.launch(log, media=face, camera=camera, prefix=prefix, flags=flags)
            self._own.append(running)
        else:
            running = await self._pool.take(browser, face, colours)
        person = Person(who, await running.page(who, locale=locale, colours=colours), face, running)
        self._here.append(person)
        return person

    async def network(self, server_port: int) -> Namespace:
        """Make a network for one person, from which only that server can be reached.

        Its ``prefix`` goes to :meth:`person`.
        """
        network = await Namespace.create(server_port)
        self._networks.append(network)
        return network

    @property
    def everybody(self) -> Sequence[Person]:
        """Who is here, in the order of coming."""
        return self._here

    def secrets(self) -> set[str]:
        """What crossed people's sockets and nobody else may learn: tokens, credentials, keys of calls."""
        return {found for person in self._here for frame in person.page.frames for found in SECRET.findall(frame)}

    async def keep_traces(self) -> None:
        """Save what everybody sees now, for whoever has to find out what went wrong."""
        for person in self._here:
            (self._folder / f"{person.who}.png").write_bytes(await person.page.screenshot())

    async def leave(self) -> None:
        """Close all windows, then the networks they were in."""
        async with AsyncExitStack() as stack:
            for network in self._networks:
                stack.push_async_callback(network.close)
            async with asyncio.TaskGroup() as leaving:
                for person in self._here:
                    leaving.create_task(self._part_with(person))

    async def _part_with(self, person: Person) -> None:
        if person.browser in self._own:
            await person.browser.close()
            return
        if person.browser.alive:
            await person.page.close()
        await self._pool.give_back(person.browser)

    def expect_no_complaints(self) -> None:
        """Fail if any page reported an error that was not forgiven."""
        complaints = {p.who: p.page.complaints.unforgiven for p in self._here}
        complaints = {who: heard for who, heard in complaints.items() if heard}
        assert not complaints, f"pages complained: {complaints}"


async def to_read(page: Page, text: str, *, role: str = "status", limit_s: float = 5.0) -> None:
    """Wait until some thing of a role, a status line unless said otherwise, contains a text."""
    await until(
        lambda: page.texts(role),
        lambda texts: any(text in t for t in texts),
        limit_s=limit_s,
        saying=f"{page.who} reads {text!r} in a {role}",
    )


async def to_say(page: Page, text: str, *, limit_s: float = 5.0) -> None:
    """Wait until a text stands anywhere on the page, shadow roots included."""
    await until(lambda: page.evaluate(SAYS, text), limit_s=limit_s, saying=f"{page.who} reads {text!r} on the page")


async def to_show(page: Page, role: str, name: str | None = None, *, limit_s: float = 5.0) -> None:
    """Wait until a thing is visible."""
    await until(lambda: page.shows(role, name), limit_s=limit_s, saying=f"{page.who} sees {role} {name!r}")


async def not_to_show(page: Page, role: str, name: str | None = None, *, limit_s: float = 5.0) -> None:
    """Wait until a thing is not visible any more."""
    await until(
        lambda: page.shows(role, name),
        lambda there: not there,
        limit_s=limit_s,
        saying=f"{page.who} does not see {role} {name!r}",
    )


async def to_be_focused(page: Page, role: str, name: str, *, limit_s: float = 5.0) -> None:
    """The keyboard is at this."""
    await until(
        lambda: page.is_focused(role, name), limit_s=limit_s, saying=f"{page.who} has the keyboard at {role} {name!r}"
    )


async def tab_to(page: Page, role: str, name: str, *, at_most: int = 40) -> None:
    """Reach a thing with the Tab key alone.

    Raises:
        AssertionError: If it is not reached within so many presses.
    """
    for _ in range(at_most):
        if await page.is_focused(role, name):
            return
        await page.keys("Tab")
    raise AssertionError(f"{page.who} cannot reach {role} {name!r} with the Tab key")
