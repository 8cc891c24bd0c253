"""What a page has to load, as it goes over the wire."""

import gzip
import re
from pathlib import Path
from typing import Final

from bench.figures import Figure, Outcome

_ROOT: Final = Path(__file__).parents[1]
_STATIC: Final = _ROOT / "gateway" / "static"
_LIBRARIES: Final = (
    "socket.io-client/dist/socket.io.esm.min.js",
    "@lit/reactive-element/reactive-element.js",
    "lit-html/lit-html.js",
    "lit-element/lit-element.js",
)
_SCRIPT: Final = re.compile(r"""["'`]([^"'`\s]*?[\w.-]+\.(?:js|css))["'`]""")


async def measure(_: Path, *, small: bool) -> Outcome:  # noqa: ARG001 - all of them, always.
    libraries = sum(_packed(_ROOT / "web" / "node_modules" / name) for name in _LIBRARIES)
    loader = _STATIC / "widget.js"
    visitor = _reached(loader)
    desk = _reached(_STATIC / "agent" / "index.html")
    board = _reached(_STATIC / "supervisor" / "index.html")
    panel = sum(_packed(file) for file in visitor if file != loader)
    return Outcome(
        title="What a page loads",
        how=(
            "Scripts and styles that are reached from the entry, each packed by gzip at level 9; 1 kB is 1000 "
            "bytes. The visitor's panel is fetched when somebody reaches for the button, and holds everything from "
            "the question for the camera to the call itself. Beside it: the libraries that it stands on, "
            "socket.io-client and Lit, as their authors ship them."
        ),
        figures=[
            _figure("loader, in every page of the website", _packed(loader), libraries),
            _figure("panel: queue and call, fetched on demand", panel, libraries),
            _figure("agent desk, scripts and styles", sum(map(_packed, desk)), libraries),
            _figure("supervisor's page, scripts and styles", sum(map(_packed, board)), libraries),
        ],
    )


def _figure(what: str, ours: int, libraries: int) -> Figure:
    return Figure(
        what=what,
        ours=f"{ours / 1000:.1f} kB",
        beside=f"{libraries / 1000:.1f} kB socket.io-client + Lit",
        ratio=ours / libraries,
    )


def _packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def _reached(entry: Path) -> set[Path]:
    """The entry, and each script and style that is named in what was reached."""
    reached = {entry}
    ahead = [entry]
    while ahead:
        file = ahead.pop()
        for name in _SCRIPT.findall(file.read_text("utf-8")):
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
