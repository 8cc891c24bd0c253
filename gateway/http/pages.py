"""The built web: pages, the widget, and their parts with a hash in the name."""

import re
from pathlib import Path

from aiohttp import web

from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.texts import PAGES_MISSING

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".ico": "image/x-icon",
}


class Pages:
    """Serves files of one directory, and nothing that is not a plain name in it."""

    def __init__(self, *, directory: Path, is_demo: bool) -> None:
        self._directory = directory
        self._is_demo = is_demo

    async def home(self, call: Call) -> Answer | web.StreamResponse:
        """The demo shop; outside demo mode the way to the agent desk."""
        if not self._is_demo:
            return Answer(status=302, headers={"Location": "/agent"})
        return self._page(call, "demo")

    async def agent(self, call: Call) -> Answer | web.StreamResponse:
        """The agent desk."""
        return self._page(call, "agent")

    async def supervisor(self, call: Call) -> Answer | web.StreamResponse:
        """The supervisor's page."""
        return self._page(call, "supervisor")

    async def hosted(self, call: Call) -> Answer | web.StreamResponse:
        """The call panel as a page of its own: behind the link of a callback, or of a group."""
        return self._page(call, "hosted")

    async def widget(self, call: Call) -> Answer | web.StreamResponse:
        """What a website embeds."""
        path = self._directory / "widget.js"
        return _file(path) if path.is_file() else self._missing(call)

    async def widget_part(self, call: Call) -> Answer | web.StreamResponse:
        """A part of the widget."""
        return self._part(call, "widget")

    async def agent_part(self, call: Call) -> Answer | web.StreamResponse:
        """A part of the agent desk."""
        return self._part(call, "agent/assets")

    async def supervisor_part(self, call: Call) -> Answer | web.StreamResponse:
        """A part of the supervisor's page."""
        return self._part(call, "supervisor/assets")

    async def demo_part(self, call: Call) -> Answer | web.StreamResponse:
        """A part of the demo shop."""
        return self._part(call, "demo/assets")

    async def hosted_part(self, call: Call) -> Answer | web.StreamResponse:
        """A part of the call page."""
        return self._part(call, "hosted/assets")

    def _page(self, call: Call, app: str) -> Answer | web.StreamResponse:
        path = self._directory / app / "index.html"
        return _file(path) if path.is_file() else self._missing(call)

    def _part(self, call: Call, folder: str) -> web.StreamResponse:
        name = call.request.match_info["name"]
        path = self._directory / folder / name
        if not _NAME.fullmatch(name) or path.suffix not in _TYPES or not path.is_file():
            raise Refused("not_found")
        return _file(path)

    def _missing(self, call: Call) -> Answer:
        return Answer(
            f"{PAGES_MISSING[call.language]}\n".encode(),
            status=503,
            headers={"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"},
        )


def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix]})
