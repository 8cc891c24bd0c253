"""The supervisor's socket through the real door: who is let in, what they see, and when that ends."""

import json

import aiohttp
import pytest

from acd.ids import GroupId
from gateway.auth.roles import Role, grants
from tests.gateway.house import House

SOCKET = "/socket.io/?EIO=4&transport=websocket"


class Socket:
    """A supervisor's page, frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def attach(self) -> str:
        """Ask to be let in; answers the server's frame."""
        await self._next()
        await self._socket.send_str('40/supervisor,{"page":"p1","language":"en"}')
        return await self._next()

    async def told(self, kind: str) -> dict[str, list[dict[str, object]]]:
        """The next message of a type."""
        while True:
            frame = await self._next()
            _, _, body = frame.partition(",")
            message = json.loads(body)[1]
            if message["type"] == kind:
                found: dict[str, list[dict[str, object]]] = message
                return found

    async def _next(self) -> str:
        while (frame := await self._socket.receive_str(timeout=10)) == "2":
            await self._socket.send_str("3")
        return frame


async def watch(house: House, http: aiohttp.ClientSession, name: str) -> Socket:
    cookie, _ = await house.signed_in(name)
    url = f"http://127.0.0.1:{house.server.port}{SOCKET}"
    return Socket(await http.ws_connect(url, headers={"Cookie": cookie, "Origin": house.url}))


async def grant(house: House, name: str, role: Role, *groups: str) -> None:
    async with house.stores() as stores:
        found = await stores.users.by_name(name)
        assert found is not None
        await stores.users.set_grants(found.id, grants([role], [GroupId(group) for group in groups]))


async def test_a_supervisor_sees_a_contact_come(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await watch(house, http, "sofia")
        assert (await socket.attach()).startswith("40/supervisor,")
        first = await socket.told("supervisor.attached")
        contact = (await house.call()).said["contactId"]
        change = await socket.told("supervisor.changed")

    assert [group["id"] for group in first["groups"]] == ["sales", "night", "hotline"]
    assert [group["name"] for group in first["groups"]] == ["Sales", "Night desk", "Phone"]
    assert [row["id"] for row in change["contacts"]] == [contact]
    assert [row["day"]["offered"] for row in change["groups"]] == [1]  # type: ignore[index]


async def test_a_supervisor_of_one_group_is_shown_that_one(house: House) -> None:
    await grant(house, "sofia", Role.SUPERVISOR, "hotline")
    async with aiohttp.ClientSession() as http:
        socket = await watch(house, http, "sofia")
        await socket.attach()
        first = await socket.told("supervisor.attached")
        await house.call()
        await house.call("another-key-of-it", group="hotline", channel="voice")
        change = await socket.told("supervisor.changed")

    assert [group["id"] for group in first["groups"]] == ["hotline"]
    assert [row["groupId"] for row in change["contacts"]] == ["hotline"]


@pytest.mark.parametrize("name", ["anna", "admin"])
async def test_agents_and_administrators_are_not_let_in(house: House, name: str) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await watch(house, http, name)
        refused = await socket.attach()

    assert refused.startswith("44/supervisor,")
    assert "not_signed_in" in refused


async def test_who_loses_the_role_is_shown_out_within_seconds(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        socket = await watch(house, http, "sofia")
        await socket.attach()
        await socket.told("supervisor.attached")
        await grant(house, "sofia", Role.AGENT)

        assert await socket.told("agent.signed_out")


async def test_the_page_is_served(house: House) -> None:
    page = await house.ask("GET", "/supervisor")

    assert page.status == 200
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
