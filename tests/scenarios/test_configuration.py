"""A site is configured at any gateway, and every gateway's contacts live by it."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.scenarios.gateways import Gateways, gateways_of
from tests.scenarios.people import PASSWORD, Agent, Caller, browser
from tests.servers import Postgres, Redis

pytestmark = pytest.mark.timeout(120)

WHOLE = "configuration"
SALES = "groups/sales"
FRENCH = {"id": "french", "names": {"de": "Französisch", "en": "French"}}


class Office:
    """An administrator whose requests all go to one gateway."""

    def __init__(self, url: str, origin: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http
        self._headers = {"Origin": origin}

    async def sign_in(self) -> None:
        body = {"userName": "admin", "password": PASSWORD}
        async with self._http.post(f"{self._url}/api/v1/sign-in", json=body, headers=self._headers) as answer:
            assert answer.status == 200, await answer.text()
            self._headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
            self._headers["X-Zuruf-CSRF"] = (await answer.json())["csrf"]

    async def look(self, what: str) -> tuple[dict[str, Any], str]:
        """A part as this gateway has it, and the version that it is of."""
        async with self._http.get(f"{self._url}/api/v1/sites/demo/{what}", headers=self._headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json(), answer.headers["ETag"]

    async def put(self, what: str, rules: dict[str, Any], version: str) -> tuple[int, dict[str, Any]]:
        """Change a part of that version; answers status and body."""
        headers = self._headers | {"If-Match": version}
        async with self._http.put(f"{self._url}/api/v1/sites/demo/{what}", json=rules, headers=headers) as answer:
            return answer.status, await answer.json()

    async def change(self, what: str, **fields: Any) -> None:
        now, version = await self.look(what)
        status, said = await self.put(what, now | fields, version)
        assert status == 200, said


async def offices(site: Gateways, stack: AsyncExitStack) -> tuple[Office, Office]:
    """An administrator at the first gateway and one at the last."""
    made = []
    for server in (site.servers[0], site.servers[-1]):
        office = Office(server.url, site.url, await stack.enter_async_context(browser()))
        await office.sign_in()
        made.append(office)
    return made[0], made[1]


async def test_a_change_at_one_gateway_is_for_who_waits_at_the_other(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site, AsyncExitStack() as stack:
        here, _ = await offices(site, stack)
        there = site.servers[-1].url
        await here.change(WHOLE, skills=[FRENCH])
        await here.change(SALES, needs=[{"skill": "french", "must": True}])
        caller = Caller(there, await stack.enter_async_context(browser()), random.Random())
        agent = Agent("anna", there, await stack.enter_async_context(browser()), random.Random())
        agent.talk_s = (60, 60)
        await agent.sign_in()
        jobs = await stack.enter_async_context(asyncio.TaskGroup())
        working = [jobs.create_task(agent.stay())]
        await agent.until(lambda: agent.is_here, saying="the agent is attached")
        await agent.ask("presence.set", presence="available", reason="")
        await caller.call()
        working += [jobs.create_task(job) for job in (caller.stay(), agent.serve(), caller.talk())]
        await caller.until(lambda: caller.phase == "queued", saying="the caller waits: nobody speaks French")
        assert [contact["phase"] for contact in await site.live()] == ["queued"]

        await here.change(SALES, needs=[])

        await caller.until(lambda: caller.phase == "talking", limit_s=5, saying="French is no longer asked for")
        for job in working:
            job.cancel()


async def test_of_changes_at_the_same_time_one_is_made_and_one_is_told_why_not(
    form: str, tmp_path: Path, postgres: Postgres, redis: Redis
) -> None:
    async with gateways_of(form, tmp_path, postgres, redis) as site, AsyncExitStack() as stack:
        both = await offices(site, stack)
        for turn in range(5):
            seen = [await office.look(SALES) for office in both]
            assert seen[0] == seen[1], "both see the same version, wherever it was made"
            rules, version = seen[0]
            wanted = [rules | {"maxWaiting": 100 * turn + number} for number in (1, 2)]

            answers = await asyncio.gather(
                *(office.put(SALES, one, version) for office, one in zip(both, wanted, strict=True))
            )

            assert sorted(status for status, _ in answers) == [200, 412]
            loser = next(said for status, said in answers if status == 412)
            assert loser["code"] == "version_changed"
            assert loser["detail"]
            winner = next(said for status, said in answers if status == 200)
            for office in both:
                assert (await office.look(SALES))[0] == winner
