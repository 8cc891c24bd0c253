"""A busy site with real people on real servers, and everything that has to be true of it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import aiohttp

from tests.e2e.waiting import passing, until
from tests.scenarios.gateways import Gateways
from tests.scenarios.people import Agent, Caller, Person, all_here, browser

NAMES: Final = ("anna", "ben", "chris")
GHOST_S: Final = 10.0
_LOOK_S: Final = 0.25


class Crowd:
    """Three agents, and callers who come as fast as they are served."""

    def __init__(
        self,
        gateways: Gateways,
        http: aiohttp.ClientSession,
        jobs: asyncio.TaskGroup,
        stack: AsyncExitStack,
        chance: random.Random,
    ) -> None:
        self.gateways = gateways
        self.agents: list[Agent] = []
        self.callers: list[Caller] = []
        self.over: list[Caller] = []
        self.ghosts: list[str] = []
        self.chance = chance
        self._is_closing = False
        self._http = http
        self._jobs = jobs
        self._stack = stack
        self._coming: list[asyncio.Task[None]] = []
        self._staying: dict[Person, asyncio.Task[None]] = {}
        self._working: list[asyncio.Task[None]] = []

    def begin(self, *, lanes: int) -> None:
        """Callers begin to come, so many at a time."""
        self._working.append(self._jobs.create_task(self._watch()))
        self._coming += [self._jobs.create_task(self._lane()) for _ in range(lanes)]

    async def open_desks(self) -> None:
        """Three agents sign in and begin to serve."""
        for name in NAMES:
            agent = Agent(name, self.gateways.url, await self._stack.enter_async_context(browser()), self.chance)
            await agent.sign_in()
            self._stay(agent)
            self.agents.append(agent)
        await all_here(list(self.agents), limit_s=20)
        self._working += [self._jobs.create_task(agent.serve()) for agent in self.agents]

    @property
    def people(self) -> list[Person]:
        """Who should have a socket."""
        return [*self.agents, *(caller for caller in self.callers if caller.contact)]

    async def call(self) -> Caller:
        """One more caller, there with a picture."""
        caller = Caller(self.gateways.url, self._http, self.chance)
        self.callers.append(caller)
        await caller.call()
        self._stay(caller)
        return caller

    async def go_on(self, *, longest_s: float = 1.0) -> None:
        """Let everybody do what they do for a while, nobody knows how long."""
        async with passing(self.chance.uniform(0.2, longest_s)):
            pass

    async def serve(self, count: int, *, limit_s: float) -> None:
        """Until so many more contacts were served."""
        wanted = len(self.over) + count

        async def look() -> int:
            return len(self.over)

        await until(look, lambda over: over >= wanted, limit_s=limit_s, saying=f"{count} more contacts were served")

    async def served_again(self, *, limit_s: float = GHOST_S) -> None:
        """Everybody is there, and calls go on."""
        await all_here(self.people, limit_s=limit_s)
        await self.serve(3, limit_s=limit_s)
        self.check()

    async def kill_one(self) -> None:
        """Kill a server at any moment, start it again, and see that nobody is let down."""
        await self.go_on()
        await self.chance.choice(self.gateways.servers).restart()
        await self.served_again()

    async def finish(self) -> None:
        """Let nobody new come, everybody be served, and check that nothing is left."""
        self._is_closing = True
        async with asyncio.timeout(40):
            for lane in self._coming:
                await lane

        async def open_contacts() -> list[object]:
            return list(await self.gateways.live())

        await until(open_contacts, lambda live: not live, limit_s=40, saying="every contact has ended")
        for task in [*self._working, *self._staying.values()]:
            task.cancel()
        self.check()

    def check(self) -> None:
        """What people's own logs say, of everybody so far."""
        reasons = Counter(caller.ended for caller in self.over)
        assert set(reasons) <= {"agent_hung_up", "caller_hung_up"}, f"lost: {reasons}"
        accepted = Counter(place for agent in self.agents for place in agent.accepted)
        assert max(accepted.values(), default=1) == 1, f"assigned twice: {accepted.most_common(3)}"
        assert not self.ghosts, f"ghosts: {self.ghosts}"

    async def _lane(self) -> None:
        while not self._is_closing:
            await self._talk(await self.call())

    def see_through(self, caller: Caller) -> None:
        """Have somebody who was called in do what callers do, to the end."""
        self._working.append(self._jobs.create_task(self._talk(caller)))

    async def _talk(self, caller: Caller) -> None:
        try:
            await caller.until(lambda: bool(caller.pictures), saying=f"{caller} is attached")
            await caller.talk()
            self.over.append(caller)
        finally:
            self.callers.remove(caller)
            self._staying.pop(caller).cancel()

    def _stay(self, person: Person) -> None:
        self._staying[person] = self._jobs.create_task(person.stay())

    async def _watch(self) -> None:
        """Hold the database against what people see: what does not fit for too long is a ghost."""
        since: dict[str, float] = {}
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                live = await self.gateways.live()
            except OSError:
                # The database is away; nothing can be said.
                since.clear()
                continue
            wrong = set(self._contradictions(live))
            now = time.monotonic()
            since = {what: since.get(what, now) for what in wrong}
            self.ghosts += [what for what, then in since.items() if now - then > GHOST_S and what not in self.ghosts]

    def _contradictions(self, live: list[dict[str, object]]) -> list[str]:
        callers = {caller.contact for caller in self.callers}
        serving = {(agent.desk["contact"] or {}).get("id"): agent for agent in self.agents}
        found = [f"{row['contact']} has no caller" for row in live if row["contact"] not in callers]
        found += [
            f"{row['contact']} has no agent"
            for row in live
            if row["agent"] is not None and row["contact"] not in serving
        ]
        known = {row["contact"] for row in live}
        found += [
            f"{agent} has {contact}"
            for contact, agent in serving.items()
            if contact is not None and contact not in known and agent.desk["routing"] != "wrap_up"
        ]
        return found


@asynccontextmanager
async def crowd(gateways: Gateways, *, lanes: int = 6) -> AsyncIterator[Crowd]:
    """A crowd that is served until the end of the block, and checked then.

    Args:
        lanes: How many callers come at a time; none, and then no agents either, until they are asked in.
    """
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(browser())
        async with asyncio.TaskGroup() as jobs:
            made = Crowd(gateways, http, jobs, stack, random.Random())
            if lanes:
                await made.open_desks()
            made.begin(lanes=lanes)
            yield made
            await made.finish()
