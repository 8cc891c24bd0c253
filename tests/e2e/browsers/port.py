"""What tests need of a browser. They know people and pages, not protocols.

Things on a page are found as people who use a screen reader find them: by role and
accessible name. Names are matched whole and with case. Open shadow roots are searched too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

Kind = Literal["chromium", "firefox"]
Colours = Literal["light", "dark"]

WATCH = Path(__file__).with_name("watch.js").read_text().strip().removesuffix(";")
"""A function expression, to be called in every page before the page's own scripts."""

PATIENCE_S = 5.0
"""How long a thing may take to appear where a test makes no promise of its own."""


@dataclass
class Complaints:
    """What went wrong inside a page without anybody asking.

    Uncaught errors, ``console.error`` and violations of the content security policy. Each
    fails the test, unless it was forgiven because the test itself provoked it.
    """

    heard: list[str] = field(default_factory=list)
    _forgiven: list[re.Pattern[str]] = field(default_factory=list)

    def add(self, complaint: str) -> None:
        self.heard.append(complaint)

    def forgive(self, pattern: str) -> None:
        """Expect complaints that contain a pattern, earlier ones included.

        For what browsers themselves report about a fault the test made, a refused
        connection say; never for errors of our own scripts.
        """
        self._forgiven.append(re.compile(pattern))

    @property
    def unforgiven(self) -> list[str]:
        return [c for c in self.heard if not any(p.search(c) for p in self._forgiven)]


@dataclass(frozen=True)
class Media:
    """The camera and microphone a person has. Made by :func:`~..media.made.media`.

    Attributes:
        hz: Frequency of the tone the microphone hears.
        left, right: Colours of the halves of what the camera sees, as red, green, blue.
            ``None`` where the browser brings a picture of its own (Firefox).
        wav, y4m: Files with both, for browsers that play files.
    """

    hz: int
    left: tuple[int, int, int] | None
    right: tuple[int, int, int] | None
    wav: str | None = None
    y4m: str | None = None


class Page(Protocol):
    """One person's window: cookies, storage and language of its own."""

    who: str
    kind: Kind
    complaints: Complaints
    frames: list[str]
    """What crossed this window's WebSockets, both ways (Chromium only)."""

    async def open(self, url: str) -> None:
        """Go there and wait for the page's ``load`` event."""

    async def reload(self) -> None: ...

    async def press(self, name: str, *, role: str = "button", limit_s: float = PATIENCE_S) -> None:
        """Click with a real pointer, as soon as the thing is there, visible and enabled."""

    async def fill(self, name: str, text: str, *, limit_s: float = PATIENCE_S) -> None:
        """Replace the text of a field, found by its label."""

    async def type(self, text: str) -> None:
        """Type on the keyboard into whatever has the focus."""

    async def keys(self, *keys: str) -> None:
        """Press keys one after the other: ``Tab``, ``Shift+Tab``, ``Enter``, ``Escape``, ``a``."""

    async def shows(self, role: str, name: str | None = None) -> bool:
        """Say whether such a thing is visible now. Does not wait."""

    async def texts(self, role: str, name: str | None = None) -> list[str]:
        """Return the visible texts of all such things, now."""

    async def is_focused(self, role: str, name: str) -> bool:
        """Say whether such a thing has the keyboard focus now."""

    async def evaluate(self, function: str, *args: Any) -> Any:
        """Call a JavaScript function in the page; arguments and result are JSON."""

    async def cookies(self) -> list[str]:
        """Return the values of all cookies of this window, those included that no script can read."""

    async def screenshot(self) -> bytes:
        """Return the window as PNG."""

    async def offline(self) -> None:
        """Refuse new requests. What is open already, sockets and calls, goes on.

        To cut those too, put the person behind a :class:`~..network.Namespace`.
        """

    async def online(self) -> None: ...

    async def close(self) -> None:
        """Close the window as its user would: ``pagehide`` runs. Safe to repeat."""


class Browser(Protocol):
    """One running browser. Each page of it is another person."""

    kind: Kind

    async def page(self, who: str, *, locale: str = "en-US", colours: Colours = "light") -> Page:
        """Open an empty window for a person: nothing is left in it of anybody before.

        Args:
            colours: What the person prefers; with Firefox what it was launched with.
        """

    @property
    def alive(self) -> bool:
        """Whether another window can be opened."""

    async def kill(self) -> None:
        """End the browser without a word to its pages, as a crash does."""

    async def close(self) -> None:
        """End the browser in good order. Safe to repeat, also after :meth:`kill`."""


def chord(keys: str) -> Sequence[str]:
    """Split ``Shift+Tab`` into the keys held together."""
    return keys.split("+") if len(keys) > 1 else [keys]
