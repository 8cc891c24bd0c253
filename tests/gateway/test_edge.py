"""What holds for every request: headers, limits, errors, and whatever rubbish is sent."""

import asyncio
import io
import json
import re
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from acd.ids import SiteId
from gateway.http.address import peer_of
from gateway.http.headers import security_headers
from gateway.http.problems import STATUS
from gateway.http.route import Kind
from gateway.http.table import TABLE
from gateway.texts import LANGUAGES, PAGES_MISSING, PROBLEMS, language_of
from tests.gateway.house import SHOP, House, open_house

TRUSTED = [ip_network("10.0.0.0/8")]


async def test_every_answer_carries_the_headers_that_protect_it(house: House) -> None:
    for route in TABLE:
        reply = await house.ask(route.method, re.sub(r"\{\w+\}", "missing.js", route.path))

        where = f"{route.method} {route.path}"
        csp = reply.headers["Content-Security-Policy"]
        assert csp.startswith("default-src 'none'"), where
        assert "frame-ancestors 'none'" in csp, where
        assert "base-uri 'none'" in csp, where
        assert "unsafe" not in csp, where
        assert "*" not in csp, where
        assert reply.headers["X-Content-Type-Options"] == "nosniff", where
        assert reply.headers["Referrer-Policy"] == "same-origin", where
        assert "camera=" in reply.headers["Permissions-Policy"], where
        assert "Strict-Transport-Security" not in reply.headers, "nobody spoke HTTPS"


async def test_pages_may_load_from_us_only_and_open_sockets_to_us_only(house: House) -> None:
    csp = (await house.ask("GET", "/agent")).headers["Content-Security-Policy"]

    directives = dict(directive.split(" ", 1) for directive in csp.split("; "))
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    port = house.server.port
    assert set(directives["connect-src"].split()) == {"'self'", f"ws://localhost:{port}", f"ws://127.0.0.1:{port}"}


def test_browsers_that_spoke_https_are_told_to_insist() -> None:
    assert "Strict-Transport-Security" in security_headers(Kind.PAGE, is_secure=True, own=())


async def test_the_widget_may_be_fetched_by_any_page_and_its_parts_are_kept_for_ever(tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "widget").mkdir(parents=True)
    (static / "widget.js").write_text("import './widget/panel-1a2b.js'")
    (static / "widget" / "panel-1a2b.js").write_text("export {}")
    (static / "widget" / ".secret.js").write_text("hidden")
    async with open_house(tmp_path, static=static) as house:
        widget = await house.ask("GET", "/widget.js")
        part = await house.ask("GET", "/widget/panel-1a2b.js")
        strays = [
            (await house.ask("GET", path)).status
            for path in ("/widget/.secret.js", "/widget/..%2fwidget.js", "/widget/nothing.js", "/widget/")
        ]

    assert widget.headers["Access-Control-Allow-Origin"] == "*"
    assert widget.headers["Content-Type"].startswith("text/javascript")
    assert "max-age=300" in widget.headers["Cache-Control"]
    assert "immutable" in part.headers["Cache-Control"]
    assert strays == [404] * 4


async def test_pages_that_were_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    async with open_house(tmp_path, static=tmp_path / "nothing") as house:
        reply = await house.ask("GET", "/agent", headers={"Accept-Language": "de-CH"})

    assert reply.status == 503
    assert "make setup" in reply.text
    assert reply.text.startswith("Die Seiten")


async def test_the_shop_of_the_demo_is_not_there_outside_the_demo(house: House) -> None:
    reply = await house.ask("GET", "/")

    assert (reply.status, reply.headers["Location"]) == (302, "/agent")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nowhere"), ("DELETE", "/api/v1/contacts"), ("GET", "/%2e%2e/x")]
)
async def test_what_is_not_there_is_a_problem_too(house: House, method: str, path: str) -> None:
    reply = await house.ask(method, path, headers={"Accept-Language": "de"})

    assert (reply.status, reply.said["code"]) == (404, "not_found")
    assert reply.headers["Content-Language"] == "de"


async def test_a_body_above_64_kb_is_refused(house: House) -> None:
    reply = await house.ask("POST", "/api/v1/contacts", raw=b" " * 70_000, origin=SHOP, headers=_KEY)

    assert (reply.status, reply.said["code"]) == (413, "too_large")


async def test_only_json_is_read(house: House) -> None:
    reply = await house.ask(
        "POST", "/api/v1/contacts", raw=b"site=shop", origin=SHOP, headers=_KEY | {"Content-Type": "text/plain"}
    )

    assert (reply.status, reply.said["code"]) == (400, "malformed")


_KEY = {"Idempotency-Key": "a-key-of-its-own"}
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "site": st.sampled_from(["shop", "", "Shop", "\0"]) | _JSON,
        "group": st.sampled_from(["sales", "night", "nix"]) | _JSON,
        "channel": st.sampled_from(["voice", "video", "fax"]) | _JSON,
        "language": st.sampled_from(["de", "en", "fr"]) | _JSON,
        "name": st.text(max_size=120) | _JSON,
        "pageUrl": st.sampled_from(["https://[::1", "https://a:99999/", "javascript:alert(1)", "//x"])
        | st.text()
        | _JSON,
    },
)
_BODIES = (
    st.binary(max_size=300)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | _NEARLY.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"[" * 5_000, b'{"a":' * 5_000, b'{"site":"\\ud800"}', b"\xff\xfe", b"", b"null"])
)


async def test_no_body_whatever_makes_the_server_stumble(house: House, log: io.StringIO) -> None:
    keys = iter(range(10_000))

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
    @given(_BODIES)
    def drawn(body: bytes) -> None:
        bodies.append(body)

    bodies: list[bytes] = []
    drawn()
    for body in bodies:
        for path in ("/api/v1/contacts", "/api/v1/sign-in"):
            origin = SHOP if path.endswith("contacts") else house.url
            headers = {"Idempotency-Key": f"key number {next(keys)}"}
            reply = await house.ask("POST", path, raw=body, origin=origin, headers=headers)
            assert reply.status in (201, 400, 401, 404, 409, 429), (body, reply.text)

    assert "request_failed" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


_REQUESTS = (
    b"GET\r\n\r\n",
    b"\0\0\0\0\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: ;;q=\xff,;q=nan\r\nCookie: \xff=;;\r\n\r\n",
)


@pytest.mark.parametrize("request_bytes", _REQUESTS)
async def test_rubbish_below_http_is_answered_or_dropped_without_a_traceback(
    house: House, log: io.StringIO, request_bytes: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(request_bytes)
    writer.write_eof()
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b"Traceback" not in answer
    assert '"level": "error"' not in log.getvalue()
    assert (await house.ask("GET", "/healthz")).status == 200


class Broken:
    """A check with a bug in it."""

    async def is_human(self, proof: str, *, site: SiteId) -> bool:
        raise ZeroDivisionError(f"canary {proof}")


async def test_our_own_bug_is_a_sentence_outside_and_a_bare_traceback_inside(tmp_path: Path, log: io.StringIO) -> None:
    async with open_house(tmp_path, humanity=Broken()) as house:
        reply = await house.call(proof="canary", headers={"Accept-Language": "de"})
        page = (await house.ask("GET", "/metrics")).text

    assert (reply.status, reply.said["code"]) == (500, "internal")
    assert reply.said["trace"] in reply.said["detail"]
    assert "canary" not in reply.text
    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if "request_failed" in line]
    assert line["request"] == reply.said["trace"]
    assert "contacts.py" in line["exception"]
    assert line["exception"].endswith("ZeroDivisionError")
    assert "canary" not in log.getvalue()
    assert 'zuruf_errors_total{where="http"} 1.0' in page


async def test_addresses_and_queries_are_not_logged(house: House, log: io.StringIO) -> None:
    await house.ask("GET", "/api/v1/me?canary=1")
    await house.call(name="canary", topic="canary", pageUrl="https://canary.example/canary")
    await house.sign_in("canary", "canary")
    await house.ask("GET", "/api/v1/sites/shop/availability")

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {"/api/v1/me", "/api/v1/contacts", "/api/v1/sign-in"} <= {line.get("route") for line in lines}
    assert "/api/v1/sites/{site}/availability" not in {line.get("route") for line in lines}
    assert "canary" not in log.getvalue()
    assert "127.0.0.1" not in log.getvalue()


async def test_metrics_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path) -> None:
    async with open_house(tmp_path, metrics__token="a token for prometheus") as house:
        here = await house.ask("GET", "/metrics")
        through_a_proxy = await house.ask("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
        with_token = await house.ask(
            "GET",
            "/metrics",
            headers={"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer a token for prometheus"},
        )

    assert (here.status, through_a_proxy.status, with_token.status) == (200, 403, 200)
    assert 'zuruf_contacts_waiting{group="sales",site="shop"} 0.0' in here.text


async def test_other_requests_have_a_limit_too(tmp_path: Path) -> None:
    async with open_house(tmp_path, limits__requests_per_minute_per_address=2) as house:
        statuses = [(await house.ask("GET", "/api/v1/me")).status for _ in range(3)]

    assert statuses == [401, 401, 429]


@pytest.mark.parametrize(
    ("remote", "headers", "address", "is_secure"),
    [
        ("203.0.113.9", {}, "203.0.113.9", False),
        ("203.0.113.9", {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}, "203.0.113.9", False),
        ("10.0.0.1", {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}, "1.2.3.4", True),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.2"}, "1.2.3.4", False),
        ("10.0.0.1", {"X-Forwarded-For": "1.2.3.4, rubbish"}, "10.0.0.1", False),
        ("10.0.0.1", {}, "10.0.0.1", False),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "2001:db8::1"}, "2001:db8::1", False),
    ],
)
def test_forwarded_headers_are_believed_from_trusted_proxies_only(
    remote: str, headers: dict[str, str], address: str, is_secure: bool
) -> None:
    request = SimpleNamespace(remote=remote, scheme="http", headers=CIMultiDict(headers))

    peer = peer_of(cast("web.Request", request), TRUSTED)

    assert (peer.address, peer.is_secure) == (address, is_secure)


def test_every_problem_is_told_in_every_language() -> None:
    assert set(PROBLEMS) == set(STATUS)
    for code, texts in PROBLEMS.items():
        assert set(texts) == set(LANGUAGES), code
        fields = [set(re.findall(r"\{(\w+)\}", " ".join(text))) for text in texts.values()]
        assert all(field == fields[0] for field in fields), code
    assert set(PAGES_MISSING) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"), ("de", "de"), ("de-AT,en;q=0.5", "de"), ("en,de", "en"), ("fr,de;q=0.8,en;q=0.9", "en"),
        ("fr", "en"), ("de;q=0", "en"), ("de;q=nonsense,en;q=0.1", "en"), ("*", "en"), ("de;q=nan", "en"),
    ],
)  # fmt: skip
def test_the_language_wanted_most_is_spoken(accept: str, language: str) -> None:
    assert language_of(accept) == language
