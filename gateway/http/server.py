"""Makes an aiohttp application of the table."""

import logging
from collections.abc import Callable, Iterable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.http.edge import Edge
from gateway.http.route import Route


def application(edge: Edge, table: Iterable[Route], parts: Iterable[object]) -> web.Application:
    """Every route of the table, handled by the part it names.

    Raises:
        KeyError: If a part is missing.
    """
    by_type = {type(part): part for part in parts}
    app = web.Application(middlewares=[edge.unmatched()])
    cross_origin: dict[str, list[str]] = {}
    for route in table:
        handler = edge.handler(route, by_type[route.part])
        app.router.add_route(route.method, route.path, handler)
        if route.method == "GET":
            app.router.add_route("HEAD", route.path, handler)
        if route.cross_origin:
            cross_origin.setdefault(route.path, []).append(route.method)
    for path, methods in cross_origin.items():
        app.router.add_route("OPTIONS", path, edge.preflight(methods))
    return app


def protocol_log(count: Callable[[], None]) -> logging.Logger:
    """Where aiohttp reports what went wrong below the table.

    Whoever sends what is not HTTP is answered and counted, and no news for the log.
    """

    class NotHttp(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            error = record.exc_info[1] if record.exc_info else None
            if isinstance(error, HttpProcessingError):
                count()
                return False
            return True

    log = logging.Logger("gateway.http.protocol")  # noqa: LOG001 - its filter counts for one server only.
    log.parent = logging.getLogger()
    log.addFilter(NotHttp())
    return log
