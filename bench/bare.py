"""The floor under our sockets: a server that lets everybody in and says one thing to each.

``python -m bench.bare --port N`` serves python-socketio on aiohttp as it comes, with our
namespace, our pings, and a message of the size of our snapshot. No sessions, no queue, no
disk.
"""

import argparse
from typing import Any, Final

import socketio
from aiohttp import web

from bench.line import NAMESPACE
from signaling.sockets import PING_EVERY_S, PING_WITHIN_S

GREETING: Final = {"type": "caller.attached", "contact": {"position": 0}, "padding": "x" * 500}


async def ready(_: web.Request) -> web.Response:
    return web.Response(text="ready")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    port: int = options.parse_args().port
    server = socketio.AsyncServer(
        async_mode="aiohttp",
        transports=["websocket"],
        namespaces=[NAMESPACE],
        always_connect=True,
        cors_allowed_origins=[f"http://localhost:{port}"],
        ping_interval=PING_EVERY_S,
        ping_timeout=PING_WITHIN_S,
    )

    async def on_connect(sid: str, _environ: dict[str, Any], _auth: object) -> None:
        await server.emit("m", GREETING, to=sid, namespace=NAMESPACE)

    server.on("connect", on_connect, namespace=NAMESPACE)
    app = web.Application()
    app.add_routes([web.get("/", ready), web.get("/readyz", ready)])
    server.attach(app)
    web.run_app(app, host="127.0.0.1", port=port, shutdown_timeout=1, print=None, backlog=1024, access_log=None)


if __name__ == "__main__":
    main()
