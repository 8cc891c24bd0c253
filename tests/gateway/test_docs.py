"""The reference says what the code says: what is not documented does not exist."""

from pathlib import PurePath

import pytest

from gateway.auth.roles import RIGHTS, Right
from gateway.http.description import describe
from gateway.http.problems import STATUS
from gateway.http.route import Access
from gateway.http.table import TABLE
from gateway.settings import documented
from tools.gen_gateway import all_metrics, outputs
from tools.tree import ROOT


@pytest.mark.parametrize(("path", "text"), outputs().items(), ids=str)
def test_the_page_is_what_its_generator_writes(path: PurePath, text: str) -> None:
    assert (ROOT / path).read_text("utf-8") == text, "run 'make gen'"


def test_every_setting_metric_and_right_is_documented() -> None:
    reference = ROOT / "docs" / "reference"
    settings = (reference / "settings.md").read_text("utf-8")
    metrics = (reference / "metrics.md").read_text("utf-8")
    roles = (reference / "roles.md").read_text("utf-8")

    assert [item.key for item in documented() if item.key != "site" and f"`{item.variable}`" not in settings] == []
    assert [name for name, *_ in all_metrics() if f"`{name}`" not in metrics] == []
    assert [right for right in Right if f"`{right}`" not in roles] == []


def test_every_right_is_in_the_table_and_every_route_asks_for_one_that_exists() -> None:
    assert set(RIGHTS) == set(Right)
    assert {route.right for route in TABLE if route.right is not None} <= {right.value for right in Right}


def test_whatever_changes_something_for_somebody_signed_in_asks_for_a_token() -> None:
    described = describe(TABLE)["paths"]

    for route in TABLE:
        if route.access is Access.SIGNED_IN and route.changes_something:
            answers = described[route.path][route.method.lower()]["responses"]
            assert "`csrf`" in answers["403"]["description"]


def test_every_problem_that_a_route_names_has_a_status() -> None:
    assert {code for route in TABLE for code in route.problems} <= set(STATUS)


def test_the_description_is_openapi_with_every_reference_resolved() -> None:
    description = describe(TABLE)
    schemas = description["components"]["schemas"]

    assert description["openapi"] == "3.1.0"
    assert {"NewContact", "ContactCreated", "Availability", "SignedIn", "Problem"} <= set(schemas)
    assert [
        name for name in _references(description) if name.removeprefix("#/components/schemas/") not in schemas
    ] == []


def test_the_strictest_policy_is_documented_as_it_is_tested() -> None:
    widget = (ROOT / "docs" / "reference" / "widget.md").read_text("utf-8")
    headers = (ROOT / "examples" / "strict-csp" / "headers.txt").read_text("utf-8")
    told = headers.replace("{zuruf-socket}", "wss://call.example").replace("{zuruf}", "https://call.example")

    assert [line for line in told.replace("{nonce}", "…").splitlines() if line not in widget.splitlines()] == []


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [name for inner in value.values() for name in _references(inner)]
    if isinstance(value, list):
        return [name for inner in value for name in _references(inner)]
    return []
