"""A website of somebody else's with the widget in it, and a Zuruf set up for it by settings."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from tests.e2e.process import Child
from tests.e2e.server import TALKATIVE, Server, free_port

SETTINGS: Final = """
[[site]]
id = "shop"
name = "Shop"
origins = ["{origin}"]

[[site.groups]]
id = "sales"
names = {{ de = "Verkauf", en = "Sales" }}
ring_seconds = 4

[[site.groups]]
id = "night"
names = {{ de = "Nachtdienst", en = "Night service" }}
is_open = false

[[site.groups]]
id = "discreet"
names = {{ de = "Vertraulich", en = "Confidential" }}
turn_only = true
"""
"""``sales`` rings briefly, ``night`` is closed, ``discreet`` calls by TURN only."""

PASSWORD: Final = "a password for tests"

PAGE: Final = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Kettles and more</title>
    <link rel="icon" href="data:," />
    <script type="module" src="{zuruf}/widget.js" data-site="shop" data-group="{group}"></script>
  </head>
  <body>
    <main><h1>Kettles</h1></main>
  </body>
</html>
"""


async def shop(folder: Path, *, origin: str, agents: tuple[str, ...], env: Mapping[str, str] | None = None) -> Server:
    """Return a Zuruf for the shop, not started, with its agents.

    Args:
        origin: Of the website's pages.
        env: More settings.
    """
    port = free_port()
    settings = folder / "zuruf.toml"
    settings.write_text(SETTINGS.format(origin=origin))
    command = [sys.executable, "-m", "gateway"]
    where = ["--data-dir", str(folder / "data")]
    environment = {**TALKATIVE, "ZURUF_CONFIG": str(settings), **(env or {})}
    for agent in agents:
        (folder / "password").write_text(f"{PASSWORD}\n")
        adding = await Child.start(
            *("sh", "-c", 'exec "$@" < password', "add", *command, "user", "add", agent, "--role", "agent"),
            *("--display-name", agent.capitalize(), "--password-stdin", *where),
            log=folder / "user-add.log",
            env=environment | {"PYTHONPATH": str(Path.cwd())},
            cwd=folder,
        )
        assert await adding.ended(limit_s=20) == 0, adding.output
    return Server(
        [*command, "serve", "--port", str(port), *where], port=port, log=folder / "zuruf.log", env=environment
    )


@asynccontextmanager
async def website(zuruf_url: str, port: int, pages: Mapping[str, str] | None = None) -> AsyncIterator[str]:
    """Serve the shop's page on a port of its own and yield its address.

    ``?group=G`` says whom the widget calls. The page's own policy lets it load from Zuruf
    and from nowhere else.

    Args:
        pages: Others of the test's own, by name.
    """
    policy = (
        f"default-src 'none'; script-src {zuruf_url}; connect-src {zuruf_url} {zuruf_url.replace('http', 'ws', 1)}; "
        "img-src data:; media-src blob:"
    )

    async def page(request: web.Request) -> web.Response:
        text = PAGE.format(zuruf=zuruf_url, group=request.query.get("group", "sales"))
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def other(request: web.Request) -> web.Response:
        text = (pages or {}).get(request.match_info["name"])
        return web.Response(status=404) if text is None else web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/{name}", other)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://localhost:{port}"
    finally:
        await runner.cleanup()
