"""What a website vouches for counts if it is signed, and only then."""

import base64
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from acd.facts import ContactRequested
from acd.ids import ContactId, Millis, SiteId
from gateway.clock import system_clock
from gateway.jobs.webhooks import signature
from gateway.secret import server_secret
from gateway.storage.programs import SigningKey, signing_secret
from tests.gateway.house import House, Reply, open_house
from tests.gateway.people import NAMES, office
from tests.gateway.postbox import receiver
from tests.gateway.told import facts_of
from tools.tree import ROOT

SHOP_ID = SiteId("shop")
KEY = "sk_1"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _signed(secret: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {"iss": "shop", "aud": "zuruf", "exp": time.time() + 600} | claims
    text = f"{_part({'alg': 'HS256', 'kid': KEY} | (header or {}))}.{_part(said)}"
    signature = hmac.digest(secret.encode(), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def _secret(house: House) -> str:
    async with house.stores() as stores:
        await stores.keys.add(SigningKey(id=KEY, site=SHOP_ID, created_at=Millis(0)))
    return signing_secret(server_secret(house.settings), SHOP_ID, KEY)


async def _asked(house: House) -> ContactRequested:
    (asked,) = [fact for fact in await facts_of(house) if isinstance(fact, ContactRequested)]
    return asked


async def test_what_is_signed_is_asked_of_the_agent_and_what_is_personal_stays_outside(house: House) -> None:
    secret, admin = await _secret(house), await office(house)
    await admin.ask("PUT", "/api/v1/sites/shop/skills/loans", {"id": "loans", "names": NAMES})

    reply = await house.call(
        name="somebody",
        attributes=_signed(
            secret,
            needs=[{"skill": "loans", "level": 4}],
            priority=7,
            preferred="ag_1",
            name="Vera canary",
            reference="order 77 canary",
            iat=0,
        ),
    )

    assert reply.status == 201, reply.text
    asked = await _asked(house)
    assert [(need.skill, need.level, need.must) for need in asked.needs] == [("loans", 4, False)]
    assert (asked.priority, asked.preferred) == (7, "ag_1")
    assert "canary" not in repr(asked)
    async with house.stores() as stores:
        context = await stores.directory.contact_context(SHOP_ID, ContactId(reply.said["contactId"]))
        assert (context.name, context.reference) == ("Vera canary", "order 77 canary")
        await stores.directory.erase_contact(SHOP_ID, ContactId(reply.said["contactId"]))
        gone = await stores.directory.contact_context(SHOP_ID, ContactId(reply.said["contactId"]))
        assert (gone.name, gone.reference) == ("", "")


@pytest.mark.parametrize(
    ("header", "claims", "says"),
    [
        ({"alg": "none"}, {}, "HS256"),
        ({"alg": "HS512"}, {}, "HS256"),
        ({"kid": "sk_2"}, {}, "kid"),
        ({}, {"iss": "bank"}, "iss"),
        ({}, {"aud": "somebody"}, "aud"),
        ({}, {"aud": ["zuruf"]}, "aud"),
        ({}, {"exp": 1e300}, "24 hours"),
        ({}, {"exp": None}, "exp"),
        ({}, {"priority": 61}, "priority"),
        ({}, {"needs": [{"skill": "juggling"}]}, "no skill juggling"),
    ],
)
async def test_what_is_signed_in_another_way_or_for_somebody_else_is_refused(
    house: House, header: dict[str, Any], claims: dict[str, Any], says: str
) -> None:
    secret = await _secret(house)

    reply = await house.call(attributes=_signed(secret, header=header, **claims))

    assert (reply.status, reply.said["code"]) == (403, "attributes_invalid")
    assert says in reply.said["detail"]


async def test_what_expired_is_refused_with_a_sentence_for_the_visitor(house: House) -> None:
    secret = await _secret(house)

    reply = await house.call(attributes=_signed(secret, exp=time.time() - 1), headers={"Accept-Language": "de"})

    assert (reply.status, reply.said["code"]) == (403, "attributes_expired")
    assert reply.said["detail"] == "Die Seite war zu lange offen. Bitte laden Sie sie neu."


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "ä.ö.ü", "e30.e30.e30", "[" * 4000])
async def test_rubbish_is_refused(house: House, token: str) -> None:
    reply = await house.call(attributes=token)

    assert (reply.status, reply.said["code"]) == (403, "attributes_invalid")


async def test_one_changed_letter_is_noticed(house: House) -> None:
    secret = await _secret(house)
    head, claims, signature = _signed(secret).split(".")

    forged = [
        f"{head}.{_part({'iss': 'shop', 'aud': 'zuruf', 'exp': time.time() + 60, 'priority': 60})}.{signature}",
        f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        f"{head}.{claims}.",
    ]

    assert [(await house.call(attributes=token)).said["code"] for token in forged] == ["attributes_invalid"] * 3


async def test_nothing_signed_with_a_revoked_key_counts(house: House) -> None:
    secret = await _secret(house)
    async with house.stores() as stores:
        assert await stores.keys.revoke(KEY, system_clock()) == SHOP_ID
        assert await stores.keys.revoke(KEY, system_clock()) is None

    assert (await house.call(attributes=_signed(secret))).said["code"] == "attributes_invalid"


async def test_a_visitors_topic_and_language_ask_for_what_the_site_says(house: House) -> None:
    admin = await office(house)
    now = (await admin.ask("GET", "/api/v1/sites/shop/configuration")).said
    now |= {
        "skills": [{"id": "loans", "names": NAMES}, {"id": "french", "names": NAMES}],
        "topics": [{"id": "loans", "names": NAMES, "needs": [{"skill": "loans", "must": True}]}],
        "languages": [{"language": "fr", "needs": [{"skill": "french", "level": 3}]}],
    }
    assert (await admin.ask("PUT", "/api/v1/sites/shop/configuration", now)).status == 200

    reply = await house.call(topic="loans", language="fr-CH")

    needs = [(need.skill, need.level, need.must) for need in (await _asked(house)).needs]
    assert needs == [("french", 3, False), ("loans", 1, True)]
    async with house.stores() as stores:
        context = await stores.directory.contact_context(SHOP_ID, ContactId(reply.said["contactId"]))
    assert (context.topic, context.language) == ("Complaints", "fr-CH")


async def _refused(house: House, **fields: Any) -> Reply:
    reply = await house.call(**fields)
    assert (reply.status, reply.said["code"]) == (400, "malformed"), reply.text
    return reply


async def test_a_message_has_a_text_and_a_callback_a_time_to_come(house: House) -> None:
    now = system_clock()
    day = 24 * 60 * 60_000

    await _refused(house, channel="message")
    await _refused(house, text="Please write")
    await _refused(house, channel="message", text="Please write", callback={"address": "v@example.org"})
    await _refused(house, callback={"address": "v@example.org", "at": now - day})
    await _refused(house, callback={"address": "v@example.org", "at": now + 40 * day})
    await _refused(house, callback={"address": ""})


async def test_a_message_is_a_contact_whose_words_stay_outside_the_journal(house: House) -> None:
    admin = await office(house)
    await admin.change_group("sales", channels=["voice", "video", "message"])

    reply = await house.call(channel="message", text="Please write, canary", address="vera@example.org")

    assert reply.status == 201, reply.text
    asked = await _asked(house)
    assert asked.channel == "message"
    assert "canary" not in repr(asked)
    async with house.stores() as stores:
        context = await stores.directory.contact_context(SHOP_ID, ContactId(reply.said["contactId"]))
    assert (context.text, context.address) == ("Please write, canary", "vera@example.org")


@asynccontextmanager
async def calling_back(directory: Path) -> AsyncIterator[House]:
    """A house that can tell people that it is their turn."""
    async with (
        receiver() as program,
        open_house(directory, notices__webhook_url=program.url, notices__webhook_secret="s" * 32) as house,
    ):
        yield house


async def test_a_callback_keeps_a_place_without_anybody_on_the_page(tmp_path: Path) -> None:
    async with calling_back(tmp_path) as house:
        admin = await office(house)
        await admin.change_group("sales", callbacks={"attempts": 2})
        due_at = system_clock() + 3_600_000

        reply = await house.call(callback={"address": "vera@example.org", "at": due_at})

        assert reply.status == 201, reply.text
        asked = await _asked(house)
        assert (asked.callback, asked.due_at) == (True, due_at)
        async with house.stores() as stores:
            context = await stores.directory.contact_context(SHOP_ID, ContactId(reply.said["contactId"]))
        assert context.address == "vera@example.org"


async def test_who_is_not_let_in_hears_what_to_do_instead(tmp_path: Path) -> None:
    async with calling_back(tmp_path) as house:
        admin = await office(house)
        await admin.change_group("hotline", channels=["voice", "message"], whenClosed={"kind": "message"}, isOpen=False)
        await admin.change_group("night", callbacks={})
        await admin.change_group("night", whenClosed={"kind": "callback"})

        closed = await house.call("the first key", group="hotline", channel="voice")
        night = await house.call("the second key", group="night")
        nothing = await house.call("the third key", channel="message", text="Hello")

        assert (closed.said["code"], closed.said["answer"]) == ("group_closed", {"kind": "message", "group": None})
        assert (night.said["code"], night.said["answer"]) == ("group_closed", {"kind": "callback", "group": None})
        assert (nothing.said["code"], nothing.said["answer"]) == (
            "channel_unavailable",
            {"kind": "refuse", "group": None},
        )


def _example(name: str) -> Any:
    """A function that stands in the documentation."""
    page = (ROOT / "docs" / "explanation" / "configuration.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(code, names)
    return names[name]


async def test_the_documented_way_to_sign_works(house: House) -> None:
    secret = await _secret(house)

    reply = await house.call(attributes=_example("sign")(KEY, secret, priority=3))

    assert reply.status == 201, reply.text
    assert (await _asked(house)).priority == 3


def test_the_documented_way_to_check_a_webhook_works() -> None:
    is_ours, header = _example("is_ours"), signature("secret", 1_000, b"{}")

    assert is_ours("secret", header, b"{}", 1_010)
    assert not is_ours("secret", header, b"{} ", 1_010)
    assert not is_ours("other", header, b"{}", 1_010)
    assert not is_ours("secret", header, b"{}", 2_000)
