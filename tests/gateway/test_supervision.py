"""Supervisors act by hand on what they watch over, on nothing else, and it is written down."""

import pytest

from acd.ids import AgentId, GroupId, SiteId
from gateway.auth.roles import Role, grants
from tests.gateway.house import House, Reply
from tests.gateway.people import Office, agent_id, caller, desk, office
from tests.gateway.test_sockets import connected

SHOP_ID = SiteId("shop")
TEXT = {"de": "Wir feiern heute.", "en": "We are celebrating today."}


async def _grant(house: House, user_name: str, role: Role, *groups: str) -> None:
    async with house.stores() as stores:
        user = await stores.users.by_name(user_name)
        assert user is not None
        await stores.users.set_grants(user.id, grants([role], map(GroupId, groups)))


async def _audited(house: House) -> list[tuple[str, str, str]]:
    async with house.stores() as stores:
        entries = await stores.audit.entries(SHOP_ID, limit=1000)
    return [(entry.actor, entry.action, entry.subject) for entry in entries]


def _said(reply: Reply) -> tuple[int, str | None]:
    return reply.status, reply.said["code"] if reply.text else None


async def test_a_presence_is_set_and_seen_at_the_desk(house: House) -> None:
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")

    async with desk(house) as socket:
        reply = await sofia.ask("PUT", f"/api/v1/agents/{anna}/presence", {"presence": "break", "reason": "lunch"})
        seen = await socket.hear_type("agent.changed")

    assert reply.status == 204, reply.text
    assert seen["desk"]["presence"] == "break"
    assert (await agent_id(house, "sofia"), "presence_set", anna) in await _audited(house)


async def test_who_is_not_signed_in_gets_no_presence(house: House) -> None:
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")

    reply = await sofia.ask("PUT", f"/api/v1/agents/{anna}/presence", {"presence": "available"})

    assert _said(reply) == (409, "not_possible_now")


async def test_who_is_signed_out_loses_desk_and_sign_in(house: House) -> None:
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")

    cookie, _ = await house.signed_in("anna")
    async with connected(house, "agent", cookie=cookie) as socket:
        await socket.hear_type("agent.attached")
        reply = await sofia.ask("POST", f"/api/v1/agents/{anna}/sign-out")
        assert "agent.signed_out" in [message.get("type") for message in await socket.messages()]

    assert reply.status == 204
    assert (await house.ask("GET", "/api/v1/me", cookie=cookie)).status == 401


async def test_an_agent_is_moved_between_groups_by_a_change_of_the_profile(house: House) -> None:
    sofia, admin, anna = await office(house, "sofia"), await office(house), await agent_id(house, "anna")
    move, profile = f"/api/v1/agents/{anna}/move", f"/api/v1/sites/shop/agents/{anna}/profile"

    left = await sofia.ask("POST", move, {"leave": ["sales", "night"]})
    assert left.status == 204, left.text
    assert (await admin.ask("GET", profile)).said["groups"] == ["hotline"]
    async with desk(house), caller(house) as (_, contact):
        joined = await sofia.ask("POST", move, {"leave": ["hotline"], "join": ["sales"]})
        assert joined.status == 204, joined.text
        assert (await admin.ask("GET", profile)).said["groups"] == ["sales"]
        assert (await sofia.ask("POST", f"/api/v1/contacts/{contact}/end")).status == 204

    versions = (await admin.ask("GET", "/api/v1/sites/shop/configuration/versions")).said["versions"]
    assert [version["action"] for version in versions] == ["agent_moved", "agent_moved", "configuration_seeded"]


async def test_nobody_is_moved_where_they_have_no_role_or_nowhere_at_all(house: House) -> None:
    await _grant(house, "anna", Role.AGENT, "sales", "night")
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")
    move = f"/api/v1/agents/{anna}/move"

    stranger = await sofia.ask("POST", move, {"join": ["hotline"]})
    nowhere = await sofia.ask("POST", move, {"leave": ["sales", "night"]})

    assert (stranger.status, stranger.said["errors"][0]["code"]) == (422, "not_granted")
    assert (nowhere.status, nowhere.said["errors"][0]["code"]) == (422, "no_group_left")


async def test_a_contact_is_assigned_by_hand_past_who_came_first(house: House) -> None:
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")
    await sofia.ask("POST", f"/api/v1/agents/{anna}/move", {"leave": ["hotline"]})

    async with desk(house) as socket, caller(house, group="hotline", channel="voice") as (_, contact):
        reply = await sofia.ask("POST", f"/api/v1/contacts/{contact}/assign", {"agentId": anna})
        assert reply.status == 204, reply.text
        while (seen := await socket.hear_type("agent.changed"))["desk"]["contact"] is None:
            pass

    assert seen["desk"]["contact"]["id"] == contact
    assert (await agent_id(house, "sofia"), "contact_assigned", contact) in await _audited(house)


async def test_a_contact_is_assigned_to_agents_only_and_only_while_there_is_one(house: House) -> None:
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")

    async with caller(house) as (_, contact):
        nobody = await sofia.ask("POST", f"/api/v1/contacts/{contact}/assign", {"agentId": "ag_nobody"})
    gone = await sofia.ask("POST", "/api/v1/contacts/ct_gone/assign", {"agentId": anna})

    assert (nobody.status, nobody.said["errors"][0]["code"]) == (422, "unknown_agent")
    assert _said(gone) == (404, "not_found")


async def test_a_contact_is_ended(house: House) -> None:
    sofia = await office(house, "sofia")

    async with caller(house) as (socket, contact):
        reply = await sofia.ask("POST", f"/api/v1/contacts/{contact}/end")
        while (seen := await socket.hear_type("caller.changed"))["contact"]["ended"] is None:
            pass

    assert reply.status == 204
    assert seen["contact"]["ended"] == "supervisor"
    assert _said(await sofia.ask("POST", f"/api/v1/contacts/{contact}/end")) == (404, "not_found")
    assert (await agent_id(house, "sofia"), "contact_ended", contact) in await _audited(house)


async def test_a_closed_group_says_so_in_the_supervisors_words_until_it_is_reopened(house: House) -> None:
    sofia = await office(house, "sofia")

    closed = await sofia.ask("POST", "/api/v1/sites/shop/groups/sales/close", {"text": TEXT})
    german = await house.call("the first key", headers={"Accept-Language": "de"})
    english = await house.call("the second key")
    shown = await house.ask("GET", "/api/v1/sites/shop/availability?lang=de")
    reopened = await sofia.ask("POST", "/api/v1/sites/shop/groups/sales/reopen")
    again = await house.call("the third key")

    assert (closed.status, reopened.status, again.status) == (204, 204, 201)
    assert (german.status, german.said["code"], german.said["notice"]) == (409, "group_closed", TEXT["de"])
    assert english.said["notice"] == TEXT["en"]
    assert (shown.said["groups"][0]["state"], shown.said["groups"][0]["notice"]) == ("closed", TEXT["de"])
    actions = [action for _, action, _ in await _audited(house)]
    assert actions[-2:] == ["group_closed", "group_reopened"]


async def test_who_waits_in_a_group_that_is_closed_gets_the_chosen_answer(house: House) -> None:
    sofia = await office(house, "sofia")

    async with caller(house) as (socket, _):
        reply = await sofia.ask("POST", "/api/v1/sites/shop/groups/sales/close", {"waiting": {"kind": "refuse"}})
        while (seen := await socket.hear_type("caller.changed"))["contact"]["ended"] is None:
            pass

    assert reply.status == 204
    assert seen["contact"]["ended"] == "closed"


async def test_an_answer_that_cannot_be_given_closes_nothing(house: House) -> None:
    sofia = await office(house, "sofia")

    reply = await sofia.ask("POST", "/api/v1/sites/shop/groups/sales/close", {"waiting": {"kind": "callback"}})

    assert (reply.status, reply.said["errors"][0]["field"]) == (422, "waiting.kind")
    assert (await house.call()).status == 201


async def test_supervisors_act_in_their_own_groups_only(house: House) -> None:
    await _grant(house, "sofia", Role.SUPERVISOR, "hotline")
    await _grant(house, "anna", Role.AGENT, "sales")
    sofia, anna = await office(house, "sofia"), await agent_id(house, "anna")
    # Any change is heard at once, and with it who was granted what.
    assert (await (await office(house)).change_group("night", maxWaiting=9)).status == 200

    async with caller(house) as (_, contact):
        asked = [
            ("PUT", f"/api/v1/agents/{anna}/presence", {"presence": "break"}),
            ("POST", f"/api/v1/agents/{anna}/sign-out", None),
            ("POST", f"/api/v1/agents/{anna}/move", {"leave": ["sales"]}),
            ("POST", f"/api/v1/contacts/{contact}/end", None),
            ("POST", f"/api/v1/contacts/{contact}/assign", {"agentId": anna}),
            ("POST", "/api/v1/sites/shop/groups/sales/close", {}),
            ("POST", "/api/v1/sites/shop/groups/sales/reopen", None),
        ]
        replies = [await sofia.ask(*one) for one in asked]
    own = await sofia.ask("POST", "/api/v1/sites/shop/groups/hotline/close", {})
    nowhere = await sofia.ask("POST", "/api/v1/sites/shop/groups/nowhere/close", {})

    assert [_said(reply) for reply in replies] == [(403, "forbidden")] * len(asked)
    assert _said(own) == (204, None)
    assert _said(nowhere) == (404, "not_found")


@pytest.mark.parametrize("user_name", ["anna", "admin"])
async def test_who_is_no_supervisor_acts_on_nothing(house: House, user_name: str) -> None:
    somebody = Office(house, *await house.signed_in(user_name))

    reply = await somebody.ask("POST", "/api/v1/sites/shop/groups/sales/close", {})

    assert _said(reply) == (403, "forbidden")


async def test_nobody_acts_on_agents_who_are_not_there(house: House) -> None:
    sofia = await office(house, "sofia")

    reply = await sofia.ask("POST", f"/api/v1/agents/{AgentId('ag_nobody')}/sign-out")

    assert _said(reply) == (404, "not_found")
