"""What a page has to load, as it goes over the wire."""

import gzip
import re
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome

_ROOT: Final = Path(__file__).parents[1]
_STATIC: Final = _ROOT / "gateway" / "static"
_LIBRARIES: Final = (
    "@lit/reactive-element/reactive-element.js",
    "lit-html/lit-html.js",
    "lit-element/lit-element.js",
)
_LAZY: Final = re.compile(r"""\bimport\(["'`]([^"'`]+)["'`]\)""")
_SCRIPT: Final = re.compile(r"""["'`]([^"'`\s]*?[\w.-]+\.(?:js|css))["'`]""")


async def measure(_: Path, *, small: bool) -> Outcome:  # noqa: ARG001 - all of them, always.
    libraries = sum(packed(_ROOT / "web" / "node_modules" / name) for name in _LIBRARIES)
    loader = _STATIC / "widget.js"
    visitor = _reached(loader)
    desk = _reached(_STATIC / "agent" / "index.html")
    board = _reached(_STATIC / "supervisor" / "index.html")
    waiting = {loader}
    for name in ("bar", "panel", "panel.texts.de"):
        waiting |= reached_at_once(next((_STATIC / "widget").glob(f"{name}-*.js")))
    return Outcome(
        title="What a page loads",
        how=(
            "Scripts and styles that are reached from the entry, each packed by gzip at level 9; 1 kB is 1000 "
            "bytes. The bar is fetched as soon as it is to be seen; the panel when somebody reaches for a button; the "
            "talk, help and the words of one language when they are needed. Beside it: the library that all of it "
            "stands on, Lit, as its authors ship it."
        ),
        figures=[
            _figure("loader, in every page of the website", packed(loader), libraries),
            _figure("all that a visitor fetches until they wait, in German", sum(map(packed, waiting)), libraries),
            _figure("all of the widget, both languages", sum(map(packed, visitor)), libraries),
            _figure("agent desk, scripts and styles", sum(map(packed, desk)), libraries),
            _figure("supervisor's page, scripts and styles", sum(map(packed, board)), libraries),
        ],
    )


def _figure(what: str, ours: int, libraries: int) -> Figure:
    return Figure(
        what=what,
        ours=f"{ours / 1000:.1f} kB",
        beside=f"{libraries / 1000:.1f} kB Lit",
        ratio=ours / libraries,
    )


def packed(file: Path) -> int:
    """How many bytes of it go over the wire."""
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def reached_at_once(entry: Path) -> set[Path]:
    """The script, and each one that it cannot start without."""
    return _reached(entry, but=_LAZY)


def _reached(entry: Path, *, but: re.Pattern[str] | None = None) -> set[Path]:
    """The entry, and each script and style that is named in what was reached."""
    reached = {entry}
    ahead = [entry]
    while ahead:
        file = ahead.pop()
        text = file.read_text("utf-8")
        for name in _SCRIPT.findall(but.sub("", text) if but else text):
            found = _find(file, name)
            if found is not None and found not in reached:
                reached.add(found)
                ahead.append(found)
    return reached


def _find(where: Path, name: str) -> Path | None:
    # Vite names files from the page, from the script, or from the root of the assets.
    for base in (where.parent, where.parent.parent, _STATIC):
        found = (base / name.lstrip("/")).resolve()
        if found.is_file() and found.is_relative_to(_STATIC):
            return found
    return None
