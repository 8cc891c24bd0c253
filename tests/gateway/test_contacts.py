"""What a visitor who presses the button gets, whoever they are and however often they press."""

import asyncio
import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDict

from acd.ids import ContactId, Millis, SiteId
from gateway.app import running
from gateway.configuration.document import GroupRules, SiteDocument, Words
from gateway.http.address import Peer
from gateway.http.attributes import AttributeReader
from gateway.http.contacts import Contacts, NobodyAsks
from gateway.http.origins import Origins
from gateway.http.problems import Refused
from gateway.http.route import Call
from gateway.rate import LocalLimit
from gateway.storage.database import open_sqlite
from gateway.storage.directory import StoredDirectory
from gateway.storage.sessions import StoredSessions
from signaling.ports import FloorBusy
from signaling.protocol.rest import ContactCreated, NewContact
from tests.gateway.house import SHOP, SITE, House, open_house, quick_passwords
from tests.gateway.running_site import DEMO, NOON, SALES, RunningSite
from tests.gateway.running_site import running as running_site


async def test_a_visitor_becomes_a_caller_with_a_place_and_a_token(house: House) -> None:
    reply = await house.call(name="Vera", topic="A chair", pageUrl=f"{SHOP}/chairs?basket=77#top", pageTitle="Chairs")

    assert reply.status == 201
    assert reply.said["contactId"].startswith("ct_")
    assert reply.said["sessionId"].startswith("ss_")
    assert reply.said["position"] == 1
    async with house.stores() as stores:
        token = hashlib.sha256(reply.said["sessionToken"].encode()).digest()
        session = await stores.sessions.find(token, Millis(0))
        assert session is not None
        assert (session.role, session.contact) == ("caller", reply.said["contactId"])
        context = await stores.directory.contact_context(SiteId("shop"), ContactId(reply.said["contactId"]))
        assert (context.name, context.topic, context.page_url) == ("Vera", "A chair", f"{SHOP}/chairs")


async def test_the_next_one_stands_behind(house: House) -> None:
    await house.call("the first key")

    assert (await house.call("the second key")).said["position"] == 2


async def test_the_same_key_gets_the_same_answer_token_included(house: House) -> None:
    first = await house.call("key-of-mine")
    again = await house.call("key-of-mine")

    assert (again.status, again.said) == (first.status, first.said)


async def test_presses_at_the_same_time_with_one_key_make_one_contact(house: House) -> None:
    replies = await asyncio.gather(*(house.call("key-of-mine") for _ in range(8)))

    assert len({reply.text for reply in replies}) == 1


async def test_the_same_answer_comes_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.call("key-of-mine")
        settings = house.settings

    async with running(settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        again = await House(server, http, settings).call("key-of-mine")

    assert again.said == first.said


async def test_another_visitor_with_the_same_key_gets_a_contact_of_their_own(house: House) -> None:
    mine = await house.call(headers={"X-Zuruf-Visitor": "visitor-number-1"})
    theirs = await house.call(headers={"X-Zuruf-Visitor": "visitor-number-2"})

    assert mine.said["contactId"] != theirs.said["contactId"]
    assert mine.said["sessionToken"] != theirs.said["sessionToken"]


async def test_a_visitor_may_not_have_two_open_contacts(tmp_path: Path) -> None:
    async with open_house(tmp_path, limits__contacts_per_visitor=1) as house:
        await house.call("the first key")

        second = await house.call("the second key", headers={"Accept-Language": "de"})

    assert (second.status, second.said["code"]) == (409, "too_many_open")
    assert "schon einen Anruf offen" in second.said["detail"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"site": "nowhere"}, 404, "site_unknown"),
        ({"group": "nobody"}, 404, "group_unknown"),
        ({"group": "night"}, 409, "group_closed"),
        ({"group": "hotline", "channel": "video"}, 409, "channel_unavailable"),
        ({"channel": "telepathy"}, 400, "malformed"),
        ({"name": "x" * 101}, 400, "malformed"),
        ({"group": None}, 400, "malformed"),
        ({"site": "../shop"}, 400, "malformed"),
    ],
)
async def test_what_cannot_be_is_refused_with_a_code_and_a_sentence(
    house: House, fields: dict[str, Any], status: int, code: str
) -> None:
    reply = await house.call(**fields)

    assert (reply.status, reply.said["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.said["detail"]
    async with open_sqlite(house.settings.database, alone=False) as database:
        assert await database.read(lambda db: db.execute("SELECT * FROM sessions").fetchall()) == []


async def test_a_full_group_says_so(house: House) -> None:
    await house.call("the first key", group="hotline", channel="voice")

    reply = await house.call("the second key", group="hotline", channel="voice")

    assert (reply.status, reply.said["code"]) == (409, "group_full")


@pytest.mark.parametrize("trouble", ["nothing can be written", "nobody decides"])
async def test_without_a_decision_nothing_of_a_visitor_is_kept_until_they_ask_again(
    tmp_path: Path, trouble: str
) -> None:
    async with running_site(answer_within_s=0.05) as site, open_sqlite(tmp_path / "zuruf.sqlite3") as database:
        await site.open()
        directory = StoredDirectory(database)
        contacts = _contacts(site, directory, StoredSessions(database))
        site.journal.is_unwritable = trouble == "nothing can be written"
        site.journal.cannot_decide = trouble == "nobody decides"
        with pytest.raises((FloorBusy, Refused)):
            await contacts.create(_call(name="Vera"))
        assert await directory.erase_contacts_before(DEMO, Millis(NOON + 1), keep=[]) == 0

        site.journal.is_unwritable = site.journal.cannot_decide = False
        await site.until(lambda: site.runtime.is_deciding)
        await site.notice()
        answer = await contacts.create(_call(name="Vera"))

        assert isinstance(answer.body, ContactCreated)
        context = await directory.contact_context(DEMO, ContactId(answer.body.contact_id))
        assert context.name == "Vera"


def _contacts(site: RunningSite, directory: StoredDirectory, sessions: StoredSessions) -> Contacts:
    return Contacts(
        floors={DEMO: site.runtime},
        sessions=sessions,
        directory=directory,
        origins=Origins([], {DEMO: frozenset({SHOP})}),
        per_address=LocalLimit(60),
        per_site=LocalLimit(60),
        humanity=NobodyAsks(),
        secret=b"a secret of this test",
        is_draining=lambda: False,
        configured=lambda site: SiteDocument(groups=(GroupRules(id=SALES, names=Words(de="Verkauf", en="Sales")),)),
        attributes=AttributeReader(is_in_force=_no_keys, secret=b"a secret of this test"),
    )


async def _no_keys(site: SiteId, key: str) -> bool:
    return False


def _call(**fields: Any) -> Call:
    headers = CIMultiDict({"Idempotency-Key": "a-key-of-its-own", "Origin": SHOP})
    return Call(
        request=cast("web.Request", SimpleNamespace(headers=headers)),
        at=NOON,
        peer=Peer("192.0.2.1", is_secure=True),
        language="en",
        trace="",
        body=NewContact(site=DEMO, group=SALES, channel="video", **fields),
    )


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://shop.example.evil.example",
        "http://shop.example",
        "https://shop.example:444",
        None,
    ],
)
async def test_a_page_that_is_not_allowed_is_refused(house: House, origin: str | None) -> None:
    reply = await house.call(origin=origin)

    assert (reply.status, reply.said["code"]) == (403, "wrong_origin")


async def test_a_page_that_is_not_allowed_may_read_why_and_nothing_else(house: House) -> None:
    evil = "https://evil.example"
    refused = await house.call(origin=evil)
    looked = await house.ask("GET", "/api/v1/sites/shop/availability", origin=evil)

    assert refused.headers["Access-Control-Allow-Origin"] == evil
    assert looked.status == 200
    assert "Access-Control-Allow-Origin" not in looked.headers


async def test_an_allowed_page_may_read_the_answer_and_our_own_page_too(house: House) -> None:
    theirs = await house.call("the first key", origin=SHOP)
    own = await house.call("the second key", origin=house.url)

    assert theirs.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Origin" in theirs.headers["Vary"]
    assert own.status == 201


async def test_without_an_origin_only_our_own_page_is_believed(house: House) -> None:
    reply = await house.call(origin=None, headers={"Sec-Fetch-Site": "same-origin"})

    assert reply.status == 201


async def test_a_browser_that_asks_first_is_told_what_it_may_send(house: House) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}

    allowed = await house.ask("OPTIONS", "/api/v1/contacts", origin=SHOP, headers=asked)

    assert allowed.status == 204
    assert "Idempotency-Key" in allowed.headers["Access-Control-Allow-Headers"]
    assert "X-Zuruf-Visitor" in allowed.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed.headers


@pytest.mark.parametrize("key", ["", "short", "x" * 129])
async def test_a_request_without_a_usable_key_is_refused(house: House, key: str) -> None:
    reply = await house.call(key)

    assert (reply.status, reply.said["code"]) == (400, "malformed")
    assert "Idempotency-Key" in reply.said["detail"]


async def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with open_house(tmp_path, limits__contacts_per_minute_per_address=2) as house:
        replies = [await house.call(f"key number {number}") for number in range(3)]

    assert [reply.status for reply in replies] == [201, 201, 429]
    assert replies[2].said["code"] == "too_many_requests"
    assert 1 <= int(replies[2].headers["Retry-After"]) <= 30
    assert replies[2].said["retryAfter"] == int(replies[2].headers["Retry-After"])
    assert f"{replies[2].headers['Retry-After']} seconds" in replies[2].said["detail"]


async def test_a_site_has_a_limit_of_its_own(tmp_path: Path) -> None:
    async with open_house(tmp_path, limits__contacts_per_minute_per_site=1) as house:
        await house.call("the first key")

        assert (await house.call("the second key")).status == 429


async def test_a_draining_server_takes_no_new_contacts_and_says_so(house: House) -> None:
    house.server.is_draining = True

    reply = await house.call()
    ready = await house.ask("GET", "/readyz")

    assert (reply.status, reply.said["code"]) == (503, "busy")
    assert "Retry-After" in reply.headers
    assert (ready.status, ready.said["checks"]["accepting"]) == (503, False)
    assert (await house.ask("GET", "/healthz")).status == 200


class OnlyBertrand:
    """Lets in who knows a word."""

    async def is_human(self, proof: str, *, site: SiteId) -> bool:
        return proof == f"bertrand at {site}"


async def test_a_proof_of_humanity_can_be_asked_for(tmp_path: Path) -> None:
    async with open_house(tmp_path, humanity=OnlyBertrand()) as house:
        refused = await house.call("the first key")
        let_in = await house.call("the second key", proof="bertrand at shop")

    assert (refused.status, refused.said["code"]) == (403, "proof_required")
    assert let_in.status == 201


async def test_availability_is_told_in_the_visitors_language_and_kept_for_ten_seconds(house: House) -> None:
    german = await house.ask("GET", "/api/v1/sites/shop/availability?lang=de", origin=SHOP)
    await house.call()
    again = await house.ask("GET", "/api/v1/sites/shop/availability?lang=de", origin=SHOP)
    english = await house.ask("GET", "/api/v1/sites/shop/availability", origin=SHOP)

    by_id = {group["id"]: group for group in german.said["groups"]}
    assert by_id["sales"] == {
        "id": "sales", "name": "Verkauf", "state": "nobody", "channels": ["voice", "video"], "policy": "direct",
        "waiting": 0, "callbacks": False, "instead": None, "notice": None,
    }  # fmt: skip
    assert by_id["night"]["state"] == "closed"
    assert german.headers["Cache-Control"] == "public, max-age=10"
    assert german.headers["Access-Control-Allow-Origin"] == SHOP
    assert again.text == german.text
    assert english.said["groups"][0]["name"] == "Sales"
    assert english.said["groups"][0]["waiting"] == 1


async def test_what_a_site_wants_read_first_is_told_with_its_availability(tmp_path: Path) -> None:
    terms = {"de": "Wir zeichnen nichts auf.", "en": "We record nothing."}
    site = SITE | {"privacy_url": "https://shop.example/privacy", "terms": terms}
    async with open_house(tmp_path, site=[site]) as house:
        german = await house.ask("GET", "/api/v1/sites/shop/availability?lang=de", origin=SHOP)

    assert german.said["privacyUrl"] == "https://shop.example/privacy"
    assert german.said["terms"] == "Wir zeichnen nichts auf."


async def test_who_looks_whether_somebody_is_there_is_not_logged(house: House, log: io.StringIO) -> None:
    await house.ask("GET", "/api/v1/sites/shop/availability", origin=SHOP, headers={"User-Agent": "seen before"})
    await house.call()

    said = log.getvalue()
    assert "/api/v1/contacts" in said, "whoever calls is"
    assert not any(word in said for word in ("availability", "seen before", "127.0.0.1", SHOP))


async def test_the_availability_of_an_unknown_site_is_not_found(house: House) -> None:
    reply = await house.ask("GET", "/api/v1/sites/nowhere/availability")

    assert (reply.status, reply.said["code"]) == (404, "site_unknown")
