"""A personal link lets one caller in, once and in its time, to whom it names first."""

from pathlib import Path
from typing import Any

import pytest

from acd.ids import SiteId
from gateway.auth.tokens import Scope, make_token
from gateway.clock import system_clock
from gateway.http.personal_links import CODES_A_MINUTE_PER_ADDRESS, CODES_A_MINUTE_PER_SITE, MOST_CODES
from tests.gateway.house import SHOP, House, Reply, open_house
from tests.gateway.people import agent_id, desk
from tests.gateway.test_sockets import connected

SITE = SiteId("shop")


class Issuer:
    """Somebody who may issue links: an agent who is signed in, or a program."""

    def __init__(self, house: House, path: str, headers: dict[str, str], cookie: str | None = None) -> None:
        self._house = house
        self._path = path
        self._headers = headers
        self._cookie = cookie

    async def ask(self, method: str, more: str = "", body: Any = None) -> Reply:
        origin = None if self._cookie is None else self._house.url
        return await self._house.ask(
            method, self._path + more, body=body, headers=self._headers, cookie=self._cookie, origin=origin
        )

    async def issue(self, **fields: Any) -> Reply:
        return await self.ask("POST", body={"group": "sales"} | fields)


async def _agent(house: House, name: str = "anna") -> Issuer:
    cookie, csrf = await house.signed_in(name)
    return Issuer(house, "/api/v1/me/personal-links", {"X-Zuruf-CSRF": csrf}, cookie)


async def _program(house: House, site: SiteId = SITE, scope: Scope = Scope.LINKS) -> Issuer:
    async with house.stores() as stores:
        _, token = await make_token(stores.tokens, site, [scope], system_clock())
    return Issuer(house, "/api/v1/personal-links", {"Authorization": f"Bearer {token}"})


def _token(issued: Reply) -> str:
    assert issued.status == 201, issued.text
    url: str = issued.said["url"]
    return url.partition("#")[2]


async def _look(house: House, token: str, language: str = "en") -> Reply:
    headers = {"Accept-Language": language}
    return await house.ask("POST", "/api/v1/join/link/look", body={"token": token}, origin=house.url, headers=headers)


async def _come(house: House, token: str, key: str = "a-key-of-its-own") -> Reply:
    headers = {"Idempotency-Key": key}
    return await house.ask("POST", "/api/v1/join/link", body={"token": token}, origin=house.url, headers=headers)


async def _enter(house: House, code: str, site: str = "shop") -> Reply:
    return await house.ask("POST", "/api/v1/join/code", body={"code": code, "site": site}, origin=house.url)


async def test_whom_an_agent_invites_rings_at_this_agent_under_the_name_given(house: House) -> None:
    anna = await agent_id(house, "anna")
    issued = await (await _agent(house)).issue(agentId=anna, channel="voice", name=" Vera Muster ")

    async with desk(house) as socket:
        looked = await _look(house, _token(issued))
        came = await _come(house, _token(issued))
        async with connected(house, "caller", token=came.said["sessionToken"]):
            while (seen := await socket.hear_type("agent.changed"))["desk"]["contact"] is None:
                pass

    assert (looked.said["agentName"], looked.said["groupName"], looked.said["channel"]) == ("Anna", "Sales", "voice")
    assert came.status == 201
    assert seen["desk"]["contact"]["id"] == came.said["contactId"]
    assert seen["desk"]["contact"]["name"] == "Vera Muster"
    async with house.stores() as stores:
        kept = await stores.personal_links.find(SITE, issued.said["link"]["id"])
    assert kept is not None
    assert kept.name == "", "it stands beside the contact now"


async def test_a_program_that_looks_at_the_link_takes_nothing(house: House) -> None:
    token = _token(await (await _agent(house)).issue())

    for _ in range(3):
        assert (await _look(house, token)).status == 200
    assert (await _come(house, token)).status == 201


async def test_a_link_is_used_once_and_a_lost_answer_is_told_again(house: House) -> None:
    token = _token(await (await _agent(house)).issue())

    first, again, other = await _come(house, token), await _come(house, token), await _come(house, token, "another-key")

    assert first.status == 201
    assert again.said == first.said
    assert (other.status, other.said["code"]) == (410, "personal_link_used")
    assert (await _look(house, token)).said["code"] == "personal_link_used"


async def test_a_link_that_finds_the_group_closed_is_not_used_up(house: House) -> None:
    token = _token(await (await _program(house)).issue(group="night"))

    refused = await _come(house, token)

    assert (refused.status, refused.said["code"]) == (409, "group_closed")
    assert (await _look(house, token)).status == 200


async def test_a_revoked_link_says_so_in_words(house: House) -> None:
    anna = await _agent(house)
    issued = await anna.issue(name="Vera")
    link = issued.said["link"]["id"]
    assert [one["id"] for one in (await anna.ask("GET")).said["links"]] == [link]

    assert (await anna.ask("DELETE", f"/{link}")).status == 204

    looked, came = await _look(house, _token(issued), "de"), await _come(house, _token(issued))
    assert (looked.status, looked.said["code"]) == (410, "personal_link_revoked")
    assert came.said["code"] == "personal_link_revoked"
    assert "gilt nicht mehr" in looked.said["title"]
    assert (await anna.ask("GET")).said["links"] == []
    assert (await anna.ask("DELETE", f"/{link}")).status == 404


async def test_a_link_is_good_from_then_on_only(house: House) -> None:
    token = _token(await (await _agent(house)).issue(goodFrom=system_clock() + 60_000))

    assert (await _look(house, token)).said["code"] == "personal_link_not_yet_valid"
    assert (await _come(house, token)).said["code"] == "personal_link_not_yet_valid"


async def test_a_link_that_nobody_was_given_leads_nowhere(house: House) -> None:
    reply = await _look(house, "pl." + "x" * 43)

    assert (reply.status, reply.said["code"]) == (404, "personal_link_unknown")


async def test_a_link_is_opened_on_our_own_page_only(house: House) -> None:
    token = _token(await (await _agent(house)).issue())

    reply = await house.ask("POST", "/api/v1/join/link/look", body={"token": token}, origin=SHOP)

    assert (reply.status, reply.said["code"]) == (403, "csrf")


async def test_the_token_does_not_stand_in_the_database(house: House) -> None:
    issued = await (await _agent(house)).issue(code=True)

    kept = b"".join(path.read_bytes() for path in house.settings.database.parent.glob("*.sqlite3*"))

    assert issued.said["link"]["id"].encode() in kept
    assert _token(issued).encode() not in kept


async def test_an_agent_issues_for_themselves_and_their_groups_only(house: House) -> None:
    anna = await _agent(house)

    assert (await anna.issue(agentId="ag_other")).said["code"] == "forbidden"
    assert (await anna.issue(group="nobody")).said["code"] == "group_unknown"
    assert (await anna.issue(group="hotline", channel="video")).said["code"] == "channel_unavailable"
    assert (await (await _agent(house, "sofia")).issue()).status == 403


async def test_a_program_issues_lists_looks_at_and_revokes(house: House) -> None:
    program, anna = await _program(house), await agent_id(house, "anna")
    issued = await program.issue(agentId=anna, validMs=3_600_000)
    link = issued.said["link"]

    assert link["state"] == "open"
    assert link["goodUntil"] - link["goodFrom"] == 3_600_000
    assert [one["id"] for one in (await program.ask("GET")).said["links"]] == [link["id"]]
    assert (await program.ask("DELETE", f"/{link['id']}")).status == 204
    assert (await program.ask("GET", f"/{link['id']}")).said["state"] == "revoked"
    assert (await program.issue(agentId="ag_nobody")).said["code"] == "malformed"


async def test_a_token_of_another_scope_or_site_does_nothing_here(house: House) -> None:
    link = (await (await _agent(house)).issue()).said["link"]["id"]

    assert (await (await _program(house, scope=Scope.ELSEWHERE)).issue()).status == 403
    assert (await (await _program(house, SiteId("bank"))).ask("GET", f"/{link}")).status == 404
    assert (await (await _program(house, SiteId("bank"))).ask("DELETE", f"/{link}")).status == 404


async def test_a_qr_code_comes_with_its_link(house: House) -> None:
    picture = (await (await _agent(house)).issue()).said["picture"]

    # Finder patterns and a margin of four, at the least.
    assert picture["side"] >= 21 + 8
    assert picture["path"].startswith("M4 4h1v1h-1z")


# Codes.


async def test_a_code_leads_to_its_link_once(house: House) -> None:
    issued = await (await _agent(house)).issue(code=True)
    code = issued.said["code"]

    assert issued.said["codeUrl"] == f"{house.url}/join/shop"
    entered = await _enter(house, code)
    assert entered.said == {"token": _token(issued)}
    assert (await _enter(house, code)).said["code"] == "code_wrong"
    assert (await _come(house, entered.said["token"])).status == 201


async def test_where_there_is_one_site_only_it_need_not_be_named(house: House) -> None:
    code = (await (await _agent(house)).issue(code=True)).said["code"]

    assert (await _enter(house, code, site="")).status == 200
    assert (await _enter(house, code, site="bank")).said["code"] == "site_unknown"


async def test_a_revoked_links_code_is_over(house: House) -> None:
    anna = await _agent(house)
    issued = await anna.issue(code=True)
    await anna.ask("DELETE", f"/{issued.said['link']['id']}")

    assert (await _enter(house, issued.said["code"])).said["code"] == "code_wrong"


async def test_codes_cannot_be_tried_out(house: House) -> None:
    right = (await (await _agent(house)).issue(code=True)).said["code"]
    wrong = f"{(int(right) + 1) % 1_000_000:06}"

    replies = [await _enter(house, wrong) for _ in range(CODES_A_MINUTE_PER_ADDRESS + 1)]

    assert [reply.said["code"] for reply in replies[:-1]] == ["code_wrong"] * CODES_A_MINUTE_PER_ADDRESS
    assert (replies[-1].status, replies[-1].said["code"]) == (429, "too_many_requests")
    assert int(replies[-1].headers["Retry-After"]) > 0
    assert (await _enter(house, right)).status == 429, "not even the right one"


async def test_from_many_addresses_they_cannot_be_tried_out_either(tmp_path: Path) -> None:
    async with open_house(tmp_path, server__trusted_proxies=["127.0.0.1/32"]) as house:
        replies = [
            await house.ask(
                "POST",
                "/api/v1/join/code",
                body={"code": "000000", "site": "shop"},
                origin=house.url,
                headers={"X-Forwarded-For": f"203.0.{number}.1"},
            )
            for number in range(CODES_A_MINUTE_PER_SITE + 1)
        ]

    assert [reply.status for reply in replies] == [404] * CODES_A_MINUTE_PER_SITE + [429]


async def test_so_many_codes_of_a_site_are_good_at_once(house: House) -> None:
    anna = await _agent(house)
    for _ in range(MOST_CODES):
        assert (await anna.issue(code=True)).status == 201

    refused = await anna.issue(code=True)

    assert (refused.status, refused.said["code"]) == (409, "too_many_codes")
    assert (await anna.issue()).status == 201, "a link without a code is still to be had"


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "123456\n", ""])
async def test_a_code_has_six_digits(house: House, code: str) -> None:
    assert (await _enter(house, code)).said["code"] == "malformed"
