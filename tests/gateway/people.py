"""People of the shop who use it through HTTP and sockets: administrators, supervisors, agents, callers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from acd.ids import AgentId
from tests.gateway.house import SHOP, House, Reply
from tests.gateway.test_sockets import Socket, connected

WHOLE = "/api/v1/sites/shop/configuration"
NAMES = {"de": "Reklamation", "en": "Complaints"}


class Office:
    """Somebody signed in, with a browser that keeps the cookie, the token and the last ETag."""

    def __init__(self, house: House, cookie: str, csrf: str) -> None:
        self.house = house
        self._cookie = cookie
        self._csrf = csrf
        self.etag = ""

    async def ask(
        self, method: str, path: str, body: Any = None, *, etag: str | None = None, lang: str = "en"
    ) -> Reply:
        headers = {"X-Zuruf-CSRF": self._csrf, "Accept-Language": lang}
        if method != "GET" and (sent := self.etag if etag is None else etag):
            headers["If-Match"] = sent
        reply = await self.house.ask(
            method, path, body=body, cookie=self._cookie, headers=headers, origin=self.house.url
        )
        self.etag = reply.headers.get("Etag", self.etag)
        return reply

    async def change_group(self, group: str, **fields: Any) -> Reply:
        path = f"/api/v1/sites/shop/groups/{group}"
        now = await self.ask("GET", path)
        return await self.ask("PUT", path, now.said | fields)


async def office(house: House, user_name: str = "admin") -> Office:
    opened = Office(house, *await house.signed_in(user_name))
    await opened.ask("GET", WHOLE)
    return opened


async def agent_id(house: House, user_name: str) -> AgentId:
    async with house.stores() as stores:
        user = await stores.users.by_name(user_name)
        assert user is not None
        return user.id


@asynccontextmanager
async def desk(house: House, user_name: str = "anna") -> AsyncIterator[Socket]:
    """An agent who is there and available."""
    cookie, _ = await house.signed_in(user_name)
    async with connected(house, "agent", cookie=cookie) as socket:
        await socket.hear_type("agent.attached")
        await socket.say("agent", type="presence.set", id="1", presence="available", reason="")
        await socket.hear_type("reply")
        yield socket


@asynccontextmanager
async def caller(house: House, **fields: Any) -> AsyncIterator[tuple[Socket, str]]:
    """A caller who is there, and the contact."""
    created = await house.call(**fields)
    assert created.status == 201, created.text
    async with connected(house, "caller", token=created.said["sessionToken"], origin=SHOP) as socket:
        await socket.hear_type("caller.attached")
        yield socket, created.said["contactId"]
