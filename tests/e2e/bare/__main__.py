"""Serve the bare call: ``python -m tests.e2e.bare --port N``.

``/?room=R`` signals through a WebSocket of this server; ``/?room=R&via=page`` from tab to
tab inside the browser, without any server.
"""

import argparse
from collections import defaultdict
from pathlib import Path

from aiohttp import WSMsgType, web

HERE = Path(__file__).parent

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; img-src 'self' data:"
)

ROOMS: web.AppKey[dict[str, list[web.WebSocketResponse]]] = web.AppKey("rooms")


async def page(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(
        HERE / "call.html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    )


async def script(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(HERE / "call.js", headers={"Cache-Control": "no-store"})


async def ready(request: web.Request) -> web.Response:
    return web.Response(text="ready")


async def nothing(request: web.Request) -> web.Response:
    return web.Response(status=204)


async def room(request: web.Request) -> web.WebSocketResponse:
    """Hand what one side says to the others in the room, in order."""
    socket = web.WebSocketResponse(heartbeat=10)
    await socket.prepare(request)
    present = request.app[ROOMS][request.query["room"]]
    present.append(socket)
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                for other in [s for s in present if s is not socket]:
                    await other.send_str(frame.data)
    finally:
        present.remove(socket)
    return socket


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    port: int = options.parse_args().port
    app = web.Application()
    rooms: dict[str, list[web.WebSocketResponse]] = defaultdict(list)
    app[ROOMS] = rooms
    app.add_routes(
        [
            web.get("/", page),
            web.get("/call.js", script),
            web.get("/readyz", ready),
            web.get("/favicon.ico", nothing),
            web.get("/room", room),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=port, shutdown_timeout=1)


if __name__ == "__main__":
    main()
