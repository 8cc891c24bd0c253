"""Widgets in other people's pages are years old, and the server understands what they say.

``recorded`` holds a whole call as a widget of each release said and heard it. A release adds
its own; none is ever changed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signaling.protocol.attach import AttachAsCaller
from signaling.protocol.directions import CallerToServer, ServerToCaller
from signaling.protocol.rest import NewContact

RECORDED = sorted((Path(__file__).parent / "recorded").glob("widget-*.json"))
SCHEMAS, COMPONENTS = msgspec.json.schema_components([ServerToCaller], ref_template="{name}")


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text("utf-8"))


def test_what_an_older_widget_says_is_still_understood(recorded: Any) -> None:
    msgspec.convert(recorded["contact"], NewContact)
    msgspec.convert(recorded["auth"], AttachAsCaller)
    for message in recorded["says"]:
        msgspec.convert(message, CallerToServer)


def test_what_an_older_widget_reads_is_still_said(recorded: Any) -> None:
    for message in recorded["hears"]:
        assert list(_gone(SCHEMAS[0], message, message["type"])) == []


def _gone(schema: Any, value: Any, where: str) -> Iterator[str]:
    """What was recorded and would not be said any more."""
    schema = COMPONENTS[schema["$ref"]] if "$ref" in schema else schema
    if "anyOf" in schema:
        yield from min((list(_gone(each, value, where)) for each in schema["anyOf"]), key=len)
    elif isinstance(value, dict):
        properties = schema.get("properties", {})
        for key, inner in value.items():
            if key in properties:
                yield from _gone(properties[key], inner, f"{where}.{key}")
            else:
                yield f"{where}.{key}"
    elif isinstance(value, list):
        for inner in value:
            yield from _gone(schema.get("items", {}), inner, where)
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}={value}"
