"""Describes the table of routes as OpenAPI 3.1. The schemas are those of the structs themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.http.edge import COOKIE
from gateway.http.problems import STATUS
from gateway.http.route import Access, Answer, Call, Kind, Route
from signaling.protocol.rest import Problem

_DONE = {200: "Done.", 202: "Noted; it is decided in a moment.", 204: "Done."}
_EVERYWHERE = ("too_many_requests", "busy", "internal")


class Description:
    """The route that serves the description."""

    def __init__(self, *, body: bytes) -> None:
        self._body = body

    async def show(self, call: Call) -> Answer:  # noqa: ARG002 - every handler gets its call.
        """OpenAPI 3.1, as JSON."""
        return Answer(self._body, headers={"Content-Type": "application/json", "Cache-Control": "public, max-age=60"})


def describe(table: Iterable[Route]) -> dict[str, Any]:
    """OpenAPI of the routes that programs use; pages and their parts are left out."""
    routes = [route for route in table if route.kind is Kind.API]
    structs = {Problem: None} | {
        struct: None for route in routes for struct in (route.request, *route.answers.values()) if struct is not None
    }
    schemas, components = msgspec.json.schema_components(list(structs), ref_template="#/components/schemas/{name}")
    schema_of = dict(zip(structs, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zuruf",
            "version": "1",
            "description": "Errors are `application/problem+json`, in German or English by `Accept-Language`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def encode(description: Mapping[str, Any]) -> bytes:
    """As it is committed: indented, with a line's end."""
    return msgspec.json.format(msgspec.json.encode(description), indent=2) + b"\n"


def _operation(route: Route, schema_of: Mapping[type[msgspec.Struct], Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.part.__name__[0].lower()}{route.part.__name__[1:]}_{route.handler.__name__}",
        "summary": route.summary,
        "description": _said(route.handler.__doc__),
    }
    if parameters := list(_parameters(route)):
        operation["parameters"] = parameters
    if route.request is not None:
        operation["requestBody"] = {"required": True, "content": _json(schema_of[route.request])}
    if route.access is Access.SIGNED_IN:
        operation["security"] = [{"cookie": []}]
    if route.access is Access.PROGRAM:
        operation["security"] = [{"token": []}]
    operation["responses"] = _responses(route, schema_of)
    return operation


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    text = {"schema": {"type": "string"}}
    for part in route.path.split("/"):
        if part.startswith("{"):
            yield {"name": part.strip("{}"), "in": "path", "required": True, **text}
    for name, meaning in route.query.items():
        yield {"name": name, "in": "query", "description": meaning, **text}
    for name, meaning in route.request_headers.items():
        is_optional = meaning.endswith("Optional.")
        yield {"name": name, "in": "header", "required": not is_optional, "description": meaning, **text}


def _responses(route: Route, schema_of: Mapping[type[msgspec.Struct], Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, struct in route.answers.items():
        responses[str(status)] = {"description": _said(struct.__doc__) if struct else _DONE[status]}
        if struct is not None:
            responses[str(status)]["content"] = _json(schema_of[struct])
    by_status: dict[int, list[str]] = {}
    for code in _codes(route):
        by_status.setdefault(int(STATUS[code]), []).append(code)
    for status, codes in sorted(by_status.items()):
        responses.setdefault(
            str(status),
            {
                "description": "Refused: " + ", ".join(f"`{code}`" for code in codes),
                "content": {"application/problem+json": {"schema": schema_of[Problem]}},
            },
        )
    return responses


def _codes(route: Route) -> Iterable[str]:
    yield from route.problems
    if route.request is not None:
        yield from ("malformed", "too_large")
    if route.access is Access.SIGNED_IN:
        yield "not_signed_in"
        if route.changes_something:
            yield "csrf"
        if route.right is not None:
            yield "forbidden"
    if route.access is Access.PROGRAM:
        yield from ("token_wrong", "forbidden")
    if route.access is Access.OWN_PAGE:
        yield "csrf"
    yield from _EVERYWHERE


def _said(doc: str | None) -> str:
    """The first paragraph of a docstring, as Markdown."""
    return " ".join((doc or "").strip().split("\n\n")[0].split()).replace("``", "`")


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
