"""A gateway that runs: real server on a loopback port, real SQLite, in a directory of the test's own."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.app import Running, Stores, running
from gateway.auth.passwords import Passwords
from gateway.auth.roles import Role, grants
from gateway.clock import system_clock
from gateway.http.contacts import HumanityCheck
from gateway.ids import new_id
from gateway.settings import Settings, load
from gateway.storage.database import open_sqlite
from gateway.storage.users import User

SHOP = "https://shop.example"
PASSWORD = "correct horse battery"

SITE = {
    "id": "shop",
    "origins": [SHOP],
    "groups": [
        {"id": "sales", "names": {"de": "Verkauf", "en": "Sales"}},
        {"id": "night", "names": {"de": "Nachtdienst", "en": "Night desk"}, "is_open": False},
        {"id": "hotline", "names": {"de": "Telefon", "en": "Phone"}, "channels": ["voice"], "max_waiting": 1},
    ],
}


def quick_passwords(*, most_waiting: int = 32) -> Passwords:
    """Hashing that is as strong as a test needs."""
    return Passwords(memory_kib=8, rounds=1, most_waiting=most_waiting)


def settings_in(directory: Path, **values: Any) -> Settings:
    """Settings of a site that runs in a test; ``section__name=value`` changes one."""
    options: dict[str, object] = {
        "data_dir": directory / "data",
        "server.port": 0,
        "site": [SITE],
        # Tests ask faster than people do.
        "limits.contacts_per_minute_per_address": 1000,
        "limits.requests_per_minute_per_address": 10_000,
        "limits.contacts_per_visitor": 100,
    }
    options |= {name.replace("__", "."): value for name, value in values.items()}
    given = {key: ("test", value) for key, value in options.items() if value is not None}
    return load({}, directory=directory, options=given).settings


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def said(self) -> Any:
        return json.loads(self.text)


class House:
    """The gateway from outside."""

    def __init__(self, server: Running, http: aiohttp.ClientSession, settings: Settings) -> None:
        self.server = server
        self.settings = settings
        self.url = server.url
        self._http = http

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        raw: bytes | None = None,
        origin: str | None = None,
        cookie: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = dict(headers or {})
        if origin is not None:
            sent["Origin"] = origin
        if cookie is not None:
            sent["Cookie"] = cookie
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        async with self._http.request(
            method, f"http://127.0.0.1:{self.server.port}{path}", data=raw, headers=sent, allow_redirects=False
        ) as answer:
            return Reply(answer.status, dict(answer.headers), (await answer.read()).decode())

    async def call(
        self,
        key: str = "a-key-of-its-own",
        *,
        origin: str | None = SHOP,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Reply:
        """A visitor presses the button."""
        body = {"site": "shop", "group": "sales", "channel": "video"} | fields
        return await self.ask(
            "POST", "/api/v1/contacts", body=body, origin=origin, headers={"Idempotency-Key": key} | dict(headers or {})
        )

    async def sign_in(self, user_name: str, password: str = PASSWORD, **more: Any) -> Reply:
        body = {"userName": user_name, "password": password}
        return await self.ask("POST", "/api/v1/sign-in", body=body, origin=self.url, **more)

    async def signed_in(self, user_name: str) -> tuple[str, str]:
        """Cookie and CSRF token of somebody who signed in."""
        reply = await self.sign_in(user_name)
        assert reply.status == 200, reply.text
        return reply.headers["Set-Cookie"].partition(";")[0], reply.said["csrf"]

    @asynccontextmanager
    async def stores(self) -> AsyncIterator[Stores]:
        """The database, beside the server, as commands use it."""
        async with open_sqlite(self.settings.database, alone=False) as database:
            yield Stores.on(database)


async def add_people(settings: Settings) -> None:
    """Somebody for each role: anna, sofia, admin; and dora, an administrator of one group only."""
    async with open_sqlite(settings.database, alone=False) as database:
        users = Stores.on(database).users
        with quick_passwords() as passwords:
            hashed = await passwords.hash(PASSWORD)
        people: list[tuple[str, Role, list[GroupId]]] = [
            ("anna", Role.AGENT, []),
            ("sofia", Role.SUPERVISOR, []),
            ("admin", Role.ADMINISTRATOR, []),
            ("dora", Role.ADMINISTRATOR, [GroupId("sales")]),
        ]
        for name, role, groups in people:
            at = system_clock()
            added = User(
                id=AgentId(new_id("ag", at)),
                site=SiteId("shop"),
                user_name=name,
                display_name=name.title(),
                password_hash=hashed,
                grants=grants([role], groups),
            )
            await users.add(added, at)


@asynccontextmanager
async def open_house(
    directory: Path, *, static: Path | None = None, humanity: HumanityCheck | None = None, **values: Any
) -> AsyncIterator[House]:
    """Add people, serve, and look at it from outside."""
    settings = settings_in(directory, **values)
    if not settings.demo:
        await add_people(settings)
    more: dict[str, Any] = {} if static is None else {"static": static}
    async with (
        running(settings, passwords=quick_passwords(), humanity=humanity, **more) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        yield House(server, http, settings)


class HandClock:
    """Turned by hand."""

    def __init__(self, at: int = 1_800_000_000_000) -> None:
        self.at = Millis(at)

    def __call__(self) -> Millis:
        return self.at

    def pass_time(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        self.at = Millis(self.at + int((seconds + minutes * 60 + hours * 3600) * 1000))
