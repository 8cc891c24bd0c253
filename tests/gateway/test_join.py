"""The link of a callback brings its one caller back to the place they kept."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from acd.ids import GroupId, Millis
from gateway.app import running
from gateway.auth.roles import Role, grants
from tests.gateway.house import SHOP, House, Reply, open_house, quick_passwords, settings_in
from tests.gateway.people import Office, office
from tests.gateway.postbox import Postbox, postbox

CALLBACK = {"address": "vera@mail.example"}


@dataclass
class Shop:
    """A shop that calls back, and where its mail arrives."""

    house: House
    box: Postbox
    office: Office

    async def callback(self, key: str = "a-key-of-its-own", *, language: str = "en", **fields: Any) -> Reply:
        return await self.house.call(key, language=language, callback=CALLBACK | fields)

    async def token(self, number: int = 1) -> str:
        """The token of the link in a mail."""
        return (await self.box.link(number)).partition("#")[2]

    async def join(self, token: str, *, path: str = "", language: str = "en", origin: str | None = None) -> Reply:
        return await self.house.ask(
            "POST",
            f"/api/v1/join{path}",
            body={"token": token},
            origin=origin or self.house.url,
            headers={"Accept-Language": language},
        )


@asynccontextmanager
async def open_shop(directory: Path) -> AsyncIterator[Shop]:
    async with (
        postbox() as box,
        open_house(
            directory,
            notices__smtp_host="127.0.0.1",
            notices__smtp_port=box.port,
            notices__smtp_tls="none",
            notices__sender="Shop <service@shop.example>",
        ) as house,
    ):
        admin = await office(house)
        changed = await admin.change_group("sales", callbacks={}, channels=["voice", "video", "message"])
        assert changed.status == 200, changed.text
        yield Shop(house, box, admin)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path) as opened:
        yield opened


async def test_the_link_leads_back_to_the_place(shop: Shop) -> None:
    created = (await shop.callback(language="de")).said

    mail = await shop.box.mail()
    looked = await shop.join(await shop.token(), path="/look", language="de")
    came = await shop.join(await shop.token())

    assert mail["To"] == "vera@mail.example"
    assert "auf Platz 1" in mail.get_content()
    assert (looked.status, looked.said["groupName"], looked.said["position"]) == (200, "Verkauf", 1)
    assert came.status == 201
    assert came.said["contactId"] == created["contactId"]
    assert came.said["sessionToken"] != created["sessionToken"]
    async with shop.house.stores() as stores:
        session = await stores.sessions.find(hashlib.sha256(came.said["sessionToken"].encode()).digest(), Millis(0))
        assert session is not None
        assert (session.role, session.contact) == ("caller", created["contactId"])


async def test_a_program_that_looks_at_the_link_takes_nothing(shop: Shop) -> None:
    await shop.callback()

    for _ in range(3):
        assert (await shop.join(await shop.token(), path="/look")).status == 200

    assert (await shop.join(await shop.token())).status == 201


async def test_a_callback_that_is_cancelled_says_so_from_then_on(shop: Shop) -> None:
    await shop.callback()

    cancelled = await shop.join(await shop.token(), path="/cancel")
    afterwards = [await shop.join(await shop.token(), path=path, language="de") for path in ("/look", "", "/cancel")]

    assert cancelled.status == 204
    assert {reply.status for reply in afterwards} <= {410}
    assert "abgesagt" in afterwards[0].said["title"]


async def test_a_link_that_nobody_was_sent_leads_nowhere(shop: Shop) -> None:
    reply = await shop.join("x" * 43)

    assert (reply.status, reply.said["code"]) == (404, "link_unknown")


async def test_a_link_is_opened_on_our_own_page_only(shop: Shop) -> None:
    await shop.callback()

    reply = await shop.join(await shop.token(), origin=SHOP)

    assert (reply.status, reply.said["code"]) == (403, "csrf")


async def test_the_link_works_after_a_restart(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop:
        await shop.callback()
        token = await shop.token()
        settings = {"data_dir": shop.house.settings.data_dir}

    async with open_shop_again(tmp_path, **settings) as house:
        reply = await house.ask("POST", "/api/v1/join/look", body={"token": token}, origin=house.url)

    assert reply.status == 200


@asynccontextmanager
async def open_shop_again(directory: Path, **values: Any) -> AsyncIterator[House]:
    settings = settings_in(
        directory, notices__smtp_host="127.0.0.1", notices__smtp_tls="none", notices__sender="a@b.example", **values
    )
    async with running(settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        yield House(server, http, settings)


# What is offered.


async def test_a_refused_visitor_is_told_what_the_group_can_do_instead(shop: Shop) -> None:
    for kind in ("callback", "message", "refuse"):
        await shop.office.change_group("sales", isOpen=False, whenClosed={"kind": kind})

        reply = await shop.house.call(f"key-{kind}-1")

        assert (reply.status, reply.said["code"]) == (409, "group_closed")
        assert reply.said["answer"]["kind"] == kind


async def test_without_a_way_to_people_no_callback_is_ever_offered(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        admin = await office(house)
        await admin.change_group("sales", callbacks={}, isOpen=False, whenClosed={"kind": "callback"})

        refused = await house.call()
        asked_for = await house.call("another-key-of-mine", callback=CALLBACK)
        availability = await house.ask("GET", "/api/v1/sites/shop/availability")

    assert refused.said["answer"]["kind"] == "refuse"
    assert (asked_for.status, asked_for.said["code"]) == (409, "channel_unavailable")
    assert [group["callbacks"] for group in availability.said["groups"] if group["id"] == "sales"] == [False]


async def test_a_group_that_calls_back_says_so(shop: Shop) -> None:
    availability = await shop.house.ask("GET", "/api/v1/sites/shop/availability")

    assert {group["id"]: group["callbacks"] for group in availability.said["groups"]} == {
        "sales": True,
        "night": False,
        "hotline": False,
    }


@pytest.mark.parametrize("address", ["vera", "vera@", "a@b\r\nBcc: all@example", "a@b, c@d", "Vera <v@mail.example>"])
async def test_a_callback_needs_an_address_that_mail_can_go_to(shop: Shop, address: str) -> None:
    reply = await shop.callback(address=address)

    assert (reply.status, reply.said["code"]) == (400, "malformed")
    assert shop.box.mails == []


async def test_a_date_is_kept(shop: Shop) -> None:
    openings = (await shop.house.ask("GET", "/api/v1/sites/shop/groups/sales/openings")).said
    due_at = openings["spans"][0]["start"] + 60 * 60_000

    await shop.callback(at=due_at)

    looked = (await shop.join(await shop.token(), path="/look")).said
    assert looked["dueAt"] == due_at


async def test_opening_hours_are_told_as_moments(shop: Shop) -> None:
    night = (await shop.house.ask("GET", "/api/v1/sites/shop/groups/night/openings")).said
    week = [[{"start": 540, "to": 1020}]] * 5 + [[], []]
    await shop.office.change_group("hotline", hours={"zone": "Europe/Berlin", "week": week})
    daily = (await shop.house.ask("GET", "/api/v1/sites/shop/groups/hotline/openings")).said

    assert night["spans"] == []
    assert daily["zone"] == "Europe/Berlin"
    assert 10 <= len(daily["spans"]) <= 11
    # The first and the last may be cut by now and by how far ahead is looked.
    assert all(span["end"] - span["start"] == 8 * 60 * 60_000 for span in daily["spans"][1:-1])
    assert (await shop.house.ask("GET", "/api/v1/sites/shop/groups/nobody/openings")).said["code"] == "group_unknown"
    assert (await shop.house.ask("GET", "/api/v1/sites/nowhere/groups/a/openings")).said["code"] == "site_unknown"


async def test_supervisors_see_who_could_not_be_told(shop: Shop) -> None:
    shop.box.says_of_recipient = "550 no such person"
    created = (await shop.callback()).said
    sofia = await office(shop.house, "sofia")

    async def given_up() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await sofia.ask("GET", "/api/v1/sites/shop/notices")).said["givenUp"]
        return found

    async with asyncio.timeout(10):
        while not (failed := await given_up()):  # noqa: ASYNC110 - the table rings no bell.
            await asyncio.sleep(0.02)
    assert failed[0]["contactId"] == created["contactId"]
    assert failed[0]["failure"] == "recipient_refused"
    assert (await sofia.ask("GET", "/api/v1/sites/nowhere/notices")).status == 404
    anna = await shop.house.signed_in("anna")
    assert (await shop.house.ask("GET", "/api/v1/sites/shop/notices", cookie=anna[0])).status == 403

    async with shop.house.stores() as stores:
        user = await stores.users.by_name("sofia")
        assert user is not None
        await stores.users.set_grants(user.id, grants([Role.SUPERVISOR], [GroupId("night")]))
    assert await given_up() == [], "of a group that is not hers she is told nothing"
