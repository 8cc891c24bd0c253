"""Serves one of the examples, on loopback only.

``{zuruf}``, ``{zuruf-socket}`` and ``{nonce}`` are filled in, in pages and in ``headers.txt``;
everything else is served as it lies there.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

HERE: Final = Path(__file__).parent
NAMES: Final = tuple(sorted(path.name for path in HERE.iterdir() if (path / "index.html").is_file()))

_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@asynccontextmanager
async def website(name: str, zuruf: str, port: int) -> AsyncIterator[str]:
    """Serve an example and yield its address.

    Args:
        name: Which one.
        zuruf: Address of the gateway.
        port: Where to listen.
    """
    folder = HERE / name

    async def answer(request: web.Request) -> web.Response:
        asked = request.path.strip("/") or "index.html"
        file = folder / asked
        if "/" in asked or ".." in asked or file.suffix not in _TYPES or not file.is_file():
            # The addresses inside of a single page are its own business.
            file = folder / "index.html"
        nonce = secrets.token_urlsafe(16)
        filled = {"{zuruf}": zuruf, "{zuruf-socket}": zuruf.replace("http", "ws", 1), "{nonce}": nonce}

        def fill(text: str) -> str:
            for placeholder, value in filled.items():
                text = text.replace(placeholder, value)
            return text

        headers = {}
        if (folder / "headers.txt").is_file():
            for line in fill((folder / "headers.txt").read_text("utf-8")).splitlines():
                field, _, value = line.partition(": ")
                headers[field] = value
        text = file.read_text("utf-8")
        return web.Response(
            text=fill(text) if file.suffix == ".html" else text, content_type=_TYPES[file.suffix], headers=headers
        )

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://localhost:{port}"
    finally:
        await runner.cleanup()
