"""The program under test with people at it: visitors who call, agents who answer.

:class:`Floor` starts nothing by itself; its fixtures in ``conftest.py`` do, and look
afterwards whether anything was left behind. Steps that tests share are here too, named
for what people do and see; the words are those of the English pages.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.e2e.browsers import Kind, Page
from tests.e2e.media import to_be_heard, to_be_playing, to_be_seen
from tests.e2e.people import People, Person, not_to_show, to_read, to_show
from tests.e2e.server import Server
from tests.e2e.waiting import until

ATTACH_LIMIT_S = 5.0
"""From opening a page to what the server has to say of it."""
SETUP_LIMIT_S = 10.0
"""From *Accept* to media at both ends; the product itself gives up after that."""
LEFT_BEHIND_LIMIT_S = 3.0

RECEIVES = "You receive calls"
RINGS_NOW = "It is ringing"
"""What the desk's header says of an available agent: nobody waited, or somebody did."""

RINGS = """() => {
  const { sounding } = window[Symbol.for("e2e")];
  return [...sounding].some((source) => source.loop && source.context.state === "running");
}"""


class Floor:
    """One running server and the people of one test.

    Attributes:
        lobby: Where visitors are: the page that embeds the widget.
        password: The agents'.
        pages: What more stands on the shop's website, by name; without a policy.
    """

    def __init__(self, server: Server, people: People) -> None:
        self.server = server
        self.people = people
        self.lobby = f"{server.url}/"
        self.password = "zuruf-demo"
        self.pages: dict[str, str] = {}
        self._http = aiohttp.ClientSession()

    async def visitor(
        self,
        who: str = "vera",
        *,
        browser: Kind = "chromium",
        locale: str = "en-US",
        prefix: Iterable[str] = (),
        flags: Iterable[str] = (),
    ) -> Person:
        """Bring somebody to the page with the widget."""
        visitor = await self.people.person(
            who, browser=browser, locale=locale, prefix=tuple(prefix), flags=tuple(flags)
        )
        await visitor.page.open(self.lobby)
        return visitor

    async def agent(
        self,
        user: str = "anna",
        *,
        browser: Kind = "chromium",
        flags: Iterable[str] = (),
    ) -> Person:
        """Bring an agent to the desk, signed in and available."""
        agent = await self.people.person(user, browser=browser, flags=tuple(flags))
        await agent.page.open(f"{self.server.url}/agent")
        await sign_in(agent.page, user, self.password)
        await agent.page.press("Available")
        await until(
            lambda: agent.page.texts("status", "Calls"),
            lambda says: bool(says) and says[0] in (RECEIVES, RINGS_NOW),
            limit_s=ATTACH_LIMIT_S,
            saying=f"{user} receives calls",
        )
        return agent

    async def call_between(self, visitor: Person, agent: Person, channel: str = "Video call") -> None:
        """Let a visitor call and an agent answer; returns when both are connected."""
        await visitor.page.press(channel)
        await agent.page.press("Accept")
        await to_be_connected(visitor, agent)

    async def measure(self, name: str) -> Mapping[str, float]:
        """Ask ``/metrics`` for one measure: from its labels, as written there, to its value."""
        async with self._http.get(f"{self.server.url}/metrics") as answer:
            assert answer.status == 200
            page = await answer.text()
        rows = re.findall(rf"^{re.escape(name)}(?:\{{(.*)\}})? (\S+)$", page, re.MULTILINE)
        return {labels: float(value) for labels, value in rows}

    async def open_contacts(self) -> float:
        return sum((await self.measure("zuruf_contacts")).values())

    async def expect_nothing_left(self) -> None:
        """Fail if a contact is still open, or a session has a socket though its page is gone."""
        for name in ("zuruf_contacts", "zuruf_contacts_waiting", "zuruf_sessions"):
            await until(
                lambda name=name: self.measure(name),  # type: ignore[misc]
                lambda values: not any(values.values()),
                limit_s=LEFT_BEHIND_LIMIT_S,
                saying=f"{name} is 0",
            )
        for name in ("zuruf_errors_total", "zuruf_request_errors_total", "zuruf_facts_quarantined_total"):
            assert not any((await self.measure(name)).values()), name

    async def change_group(self, group: str, **fields: Any) -> None:
        """Change rules of a group as its administrator does; the demo's only."""
        await self._change(f"groups/{group}", lambda rules: rules | fields)

    async def configure(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change all rules of the site as its administrator does; the demo's only."""
        await self._change("configuration", change)

    async def agent_id(self, user: str) -> str:
        """By which id the agent's profile is known."""
        async with self._signed_in(user) as (_, who):
            return str(who["agentId"])

    async def _change(self, what: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        async with self._signed_in("admin") as (http, _):
            path = f"{self.server.url}/api/v1/sites/demo/{what}"
            async with http.get(path) as answer:
                now, tag = await answer.json(), answer.headers["Etag"]
            async with http.put(path, json=change(now), headers={"If-Match": tag}) as answer:
                assert answer.status == 200, await answer.text()

    @asynccontextmanager
    async def _signed_in(self, user: str) -> AsyncIterator[tuple[aiohttp.ClientSession, dict[str, Any]]]:
        """A program that acts for somebody, and who that is."""
        async with aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), headers={"Origin": self.server.url}
        ) as http:
            body = {"userName": user, "password": self.password}
            async with http.post(f"{self.server.url}/api/v1/sign-in", json=body) as answer:
                assert answer.status == 200, await answer.text()
                who = await answer.json()
                http.headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
                http.headers["X-Zuruf-CSRF"] = who["csrf"]
            yield http, who

    async def close(self) -> None:
        await self._http.close()


async def sign_in(page: Page, user: str, password: str) -> None:
    await page.fill("User name", user)
    await page.fill("Password", password)
    await page.press("Sign in")


async def to_wait_at(caller: Person, place: int, *, limit_s: float = ATTACH_LIMIT_S) -> None:
    """Wait until a caller reads this place in the queue."""
    await to_read(caller.page, f"You are number {place} in line", limit_s=limit_s)


async def to_be_rung(agent: Person, *, limit_s: float = ATTACH_LIMIT_S) -> None:
    """Wait until an agent both sees and hears that somebody calls."""
    await to_show(agent.page, "alertdialog", limit_s=limit_s)
    await to_show(agent.page, "button", "Accept")
    await until(lambda: agent.page.evaluate(RINGS), limit_s=2, saying=f"it rings at {agent.who}")


async def to_be_connected(visitor: Person, agent: Person, *, limit_s: float = SETUP_LIMIT_S) -> None:
    """Wait until both pages say that the two talk."""
    await to_show(visitor.page, "heading", "You are talking to " + agent.who.capitalize(), limit_s=limit_s)
    await to_show(agent.page, "timer", "Duration", limit_s=limit_s)


async def to_hear_and_see_each_other(one: Person, other: Person, *, video: bool = True) -> None:
    """Check at both far ends: the tone, the colours, and that both go on."""
    for here, there in ((one, other), (other, one)):
        await to_be_heard(here.page, there.media)
        if video:
            await to_be_seen(here.page, there.media)
        await to_be_playing(here.page, video=video)


async def leave_queue(caller: Person) -> None:
    await caller.page.press("Leave queue")
    await to_show(caller.page, "heading", "You left the queue")


async def hang_up(who: Person, *others: Person) -> None:
    """End a talk from one side; returns when all of them see that it is over."""
    await who.page.press("Hang up")
    for person in (who, *others):
        await not_to_show(person.page, "button", "Hang up")


async def finish_wrap_up(agent: Person) -> None:
    await agent.page.press("Finish wrap-up")
    await to_read(agent.page, RECEIVES)
