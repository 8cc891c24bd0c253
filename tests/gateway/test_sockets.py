"""HTTP and sockets belong together: who got a token or a cookie gets in, who lost it is out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from signaling.protocol.limits import EVENT
from tests.gateway.house import SHOP, House


class Socket:
    """A browser's socket, spoken by hand."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws

    async def say(self, namespace: str, **message: Any) -> None:
        """Send a message."""
        await self._ws.send_str(f"42/{namespace},{json.dumps([EVENT, message])}")

    async def messages(self) -> list[dict[str, Any]]:
        """What comes until the connection is refused or over."""
        heard: list[dict[str, Any]] = []
        while (message := await self.hear()) is not None:
            heard.append(message)
        return heard

    async def hear(self) -> dict[str, Any] | None:
        """The next message; a refusal comes as one; ``None`` when the socket is closed."""
        async with asyncio.timeout(8):
            async for frame in self._ws:
                text = str(frame.data)
                if text == "2":
                    await self._ws.send_str("3")
                elif text.startswith("44"):
                    return dict(json.loads(text.partition(",")[2]))
                elif text.startswith("42"):
                    return dict(json.loads(text.partition(",")[2])[1])
                elif text.startswith("41"):
                    return None
        return None

    async def hear_type(self, wanted: str) -> dict[str, Any]:
        while (message := await self.hear()) is not None:
            if message.get("type") == wanted:
                return message
        raise AssertionError(f"closed before {wanted} came")


@asynccontextmanager
async def connected(
    house: House, namespace: str, *, token: str | None = None, cookie: str = "", origin: str | None = None
) -> AsyncIterator[Socket]:
    headers = {"Origin": origin or house.url}
    if cookie:
        headers["Cookie"] = cookie
    url = f"ws://127.0.0.1:{house.server.port}/socket.io/?EIO=4&transport=websocket"
    auth: dict[str, Any] = {"token": token, "page": "page-of-this-test", "capabilities": []}
    async with aiohttp.ClientSession() as http, http.ws_connect(url, headers=headers) as ws:
        await ws.receive()
        await ws.send_str(f"40/{namespace},{json.dumps(auth)}")
        yield Socket(ws)


async def test_the_token_of_a_new_contact_opens_the_callers_socket(house: House) -> None:
    created = (await house.call()).said

    async with connected(house, "caller", token=created["sessionToken"], origin=SHOP) as socket:
        attached = await socket.hear_type("caller.attached")

    assert attached["contact"]["id"] == created["contactId"]
    assert attached["contact"]["position"] == 1


async def test_a_guessed_token_opens_nothing(house: House) -> None:
    async with connected(house, "caller", token="0" * 64, origin=SHOP) as socket:
        refused = await socket.hear()

    assert refused is not None
    assert refused["data"]["code"] == "session_expired"


async def test_without_a_sign_in_there_is_no_desk(house: House) -> None:
    admin, _ = await house.signed_in("admin")

    for cookie in ("", admin):
        async with connected(house, "agent", cookie=cookie) as socket:
            refused = await socket.hear()
        assert refused is not None
        assert refused["data"]["code"] == "not_signed_in"


async def test_who_is_disabled_by_a_command_loses_the_desk_within_five_seconds(house: House) -> None:
    cookie, _ = await house.signed_in("anna")

    async with connected(house, "agent", cookie=cookie) as socket:
        await socket.hear_type("agent.attached")
        async with house.stores() as stores:
            anna = await stores.users.by_name("anna")
            assert anna is not None
            await stores.users.disable(anna.id)
        async with asyncio.timeout(5):
            await socket.messages()


async def test_who_signs_out_over_http_loses_the_desk(house: House) -> None:
    cookie, csrf = await house.signed_in("anna")

    async with connected(house, "agent", cookie=cookie) as socket:
        await socket.hear_type("agent.attached")
        await house.ask("POST", "/api/v1/sign-out", cookie=cookie, headers={"X-Zuruf-CSRF": csrf}, origin=house.url)
        async with asyncio.timeout(5):
            await socket.messages()


async def test_a_draining_server_sends_everybody_elsewhere_and_does_not_wait_for_ever(house: House) -> None:
    created = (await house.call()).said

    async with connected(house, "caller", token=created["sessionToken"], origin=SHOP) as socket:
        await socket.hear_type("caller.attached")
        draining = asyncio.timeout(6)
        async with draining, asyncio.TaskGroup() as group:
            group.create_task(house.server.drain(4))
            said = await socket.hear_type("draining")

    assert said["retryAfterMs"] > 0


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_strangers_page_opens_no_socket(house: House, origin: str) -> None:
    created = (await house.call()).said

    with pytest.raises(aiohttp.WSServerHandshakeError):
        async with connected(house, "caller", token=created["sessionToken"], origin=origin):
            pass
