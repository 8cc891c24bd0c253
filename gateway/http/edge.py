"""What happens to every request, whatever it asks: limits, origin, sign-in, body, errors, headers.

Here our own bugs end: whoever asked gets a sentence and a reference, the log a
traceback without personal data, the metrics a count.
"""

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from acd.ids import Millis
from gateway.clock import Clock
from gateway.configuration.faults import Fault
from gateway.http.address import Network, Peer, peer_of
from gateway.http.headers import security_headers
from gateway.http.origins import Origins
from gateway.http.problems import Refused, problem
from gateway.http.route import Access, Answer, Call, Kind, Program, Route, Who
from gateway.metrics import Metrics
from gateway.rate import RateLimit
from gateway.storage.database import StorageUnavailable
from gateway.texts import language_of
from signaling.ports import FloorBusy

COOKIE = "__Host-zuruf"
CSRF_HEADER = "X-Zuruf-CSRF"
_BODY_SECONDS = 10
_BUSY = Millis(2_000)
_ALLOWED_HEADERS = "Content-Type, Idempotency-Key, X-Zuruf-Visitor"

AiohttpHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = structlog.stdlib.get_logger(__name__)


class Recogniser(Protocol):
    """Knows people again by their cookie."""

    async def recognise(self, cookie: str) -> Who | None:
        """Who has this cookie; ``None`` if nobody, or not any more."""

    async def recognise_program(self, token: str) -> Program | None:
        """Whose token this is; ``None`` if nobody's, or not any more."""


class Edge:
    """Wraps the table's handlers."""

    def __init__(
        self,
        *,
        clock: Clock,
        metrics: Metrics,
        origins: Origins,
        trusted: Sequence[Network],
        door: Recogniser,
        requests: RateLimit,
        inside_token: str | None,
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._origins = origins
        self._trusted = trusted
        self._door = door
        self._requests = requests
        self._inside_token = inside_token

    def handler(self, route: Route, part: object) -> AiohttpHandler:
        """What aiohttp calls for a row of the table."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, part, request)

        return handle

    def preflight(self, methods: Sequence[str]) -> AiohttpHandler:
        """What answers a browser that asks whether it may ask: it always may.

        Every page is let ask, so that one that is not allowed can be told so in words; see
        :meth:`_refusal`. Nothing is done for it, and cookies are never part of it.
        """

        async def handle(request: web.Request) -> web.StreamResponse:
            headers = security_headers(Kind.API, is_secure=False, own=())
            headers |= self._cross_origin(request.headers.get("Origin", ""))
            headers["Access-Control-Allow-Methods"] = ", ".join(methods)
            headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
            headers["Access-Control-Max-Age"] = "600"
            return web.Response(status=204, headers=headers)

        return handle

    def unmatched(self) -> Middleware:
        """A middleware for what is in no table: unknown addresses and methods."""

        @web.middleware
        async def middleware(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException:
                headers = security_headers(Kind.API, is_secure=False, own=())
                self._metrics.http_requests_total.labels("-", "-", "404").inc()
                return self._refusal(Refused("not_found"), request, headers)

        return middleware

    async def _serve(self, route: Route, part: object, request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        started = loop.time()
        trace = secrets.token_hex(8)
        peer = peer_of(request, self._trusted)
        headers = security_headers(route.kind, is_secure=peer.is_secure, own=self._origins.own)
        if route.cross_origin:
            origin = request.headers.get("Origin", "")
            headers["Vary"] = "Origin"
            if self._origins.is_allowed(origin, None):
                headers |= self._cross_origin(origin)
        call = Call(
            request=request,
            at=self._clock(),
            peer=peer,
            language=language_of(request.headers.get("Accept-Language", "")),
            trace=trace,
        )
        with structlog.contextvars.bound_contextvars(request=trace):
            response = await self._respond(route, part, call, headers)
            took = loop.time() - started
            self._metrics.http_requests_total.labels(request.method, route.path, str(response.status)).inc()
            self._metrics.http_request_seconds.labels(route.path).observe(took)
            if not route.is_quiet:
                _log.info(
                    "request_answered",
                    method=route.method,
                    route=route.path,
                    status=response.status,
                    milliseconds=round(took * 1000),
                )
        return response

    async def _respond(self, route: Route, part: object, call: Call, headers: dict[str, str]) -> web.StreamResponse:
        try:
            await self._admit(route, call)
            if route.request is not None:
                call.body = await _body(call.request, route)
            answer = await route.handler(part, call)
        except Refused as refused:
            return self._refusal(refused, call.request, headers)
        except (StorageUnavailable, FloorBusy) as why:
            _log.warning("answered_busy", route=route.path, why=type(why).__name__)
            return self._refusal(Refused("busy", retry_after_ms=_BUSY), call.request, headers)
        except Exception:
            # The edge: a bug ends here, as a sentence for whoever asked and a traceback for us.
            self._metrics.errors_total.labels("http").inc()
            _log.exception("request_failed", route=route.path)
            return self._refusal(Refused("internal"), call.request, headers, trace=call.trace)
        if isinstance(answer, Answer):
            return _response(answer, headers)
        answer.headers.update(headers)
        return answer

    async def _admit(self, route: Route, call: Call) -> None:
        if route.access is Access.INSIDE:
            if not self._is_inside(call.request, call.peer):
                raise Refused("forbidden")
            return
        is_counted = route.kind is Kind.API and not route.is_quiet
        if is_counted and (wait := await self._requests.take(call.peer.prefix, call.at)):
            raise Refused("too_many_requests", retry_after_ms=wait)
        if route.access is Access.OWN_PAGE and not self._origins.is_own_page(call.request):
            raise Refused("csrf")
        if route.access is Access.SIGNED_IN:
            await self._recognise(route, call)
        if route.access is Access.PROGRAM:
            await self._recognise_program(route, call)

    async def _recognise(self, route: Route, call: Call) -> None:
        cookie = call.request.cookies.get(COOKIE)
        call.who = await self._door.recognise(cookie) if cookie else None
        if call.who is None:
            raise Refused("not_signed_in")
        structlog.contextvars.bind_contextvars(agent=call.who.id, site=call.who.site)
        if route.changes_something:
            sent = call.request.headers.get(CSRF_HEADER, "")
            if not self._origins.is_own_page(call.request) or not _same(sent, call.who.csrf):
                raise Refused("csrf")
        if route.right is not None and route.right not in call.who.rights:
            raise Refused("forbidden")

    async def _recognise_program(self, route: Route, call: Call) -> None:
        scheme, _, token = call.request.headers.get("Authorization", "").partition(" ")
        call.program = await self._door.recognise_program(token.strip()) if scheme.lower() == "bearer" else None
        if call.program is None:
            raise Refused("token_wrong")
        structlog.contextvars.bind_contextvars(program=call.program.id, site=call.program.site)
        if route.scope not in call.program.scopes:
            raise Refused("forbidden")

    def _is_inside(self, request: web.Request, peer: Peer) -> bool:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._inside_token is not None and _same(sent, self._inside_token):
            return True
        # Through a proxy nobody told us of, everybody seems to be here.
        is_relayed = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
        return peer.is_loopback and not (is_relayed and not self._trusted)

    def _refusal(
        self, refused: Refused, request: web.Request, headers: dict[str, str], *, trace: str | None = None
    ) -> web.Response:
        self._metrics.refused_total.labels(refused.code).inc()
        if refused.code == "wrong_origin":
            origin = request.headers.get("Origin", "")
            _log.warning("wrong_origin", origin=origin[:200])
            # The one answer that a page of any origin may read.
            headers = headers | (self._cross_origin(origin) if origin else {})
        language = language_of(request.headers.get("Accept-Language", ""))
        status, body, more = problem(refused, language, trace=trace)
        no_store = {"Cache-Control": "no-store"}
        return web.Response(status=status, body=body, headers=headers | no_store | more)

    def _cross_origin(self, origin: str) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }


async def _body(request: web.Request, route: Route) -> Any:
    if request.content_type != "application/json":
        raise Refused("malformed", reason="Content-Type has to be application/json")
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            raw = await request.clone(client_max_size=route.largest_body).read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused("too_large") from None
    except TimeoutError:
        raise Refused("malformed", reason="the body took too long") from None
    except (web.RequestPayloadError, ValueError):
        raise Refused("malformed", reason="the body could not be read") from None
    try:
        return msgspec.json.decode(raw, type=route.request)
    except RecursionError:
        raise Refused("malformed", reason="nested too deeply") from None
    except msgspec.ValidationError as why:
        says, _, where = str(why).partition(" - at `$.")
        faults = [Fault(where.rstrip("`"), "wrong_value", {"reason": says})] if where else []
        raise Refused("malformed", reason=str(why), faults=faults) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as why:
        raise Refused("malformed", reason=str(why)) from None


def _response(answer: Answer, headers: dict[str, str]) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers={**headers, **answer.headers})
    if isinstance(answer.body, bytes):
        return web.Response(status=answer.status, body=answer.body, headers={**headers, **answer.headers})
    body = msgspec.json.encode(answer.body)
    own = {"Content-Type": "application/json", **answer.headers}
    return web.Response(status=answer.status, body=body, headers={**headers, **own})


def _same(sent: str, expected: str) -> bool:
    return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), expected.encode())
