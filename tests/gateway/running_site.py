"""A site that runs on a journal in memory, and a clock turned by hand."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from acd.config import Agent, Channel, Group, Site
from acd.core import Core
from acd.decisions import Decision
from acd.facts import (
    AgentAttached,
    AgentHealthChanged,
    AgentSignedIn,
    CallerAttached,
    CallerDetached,
    ContactRequested,
    Fact,
    Health,
    OfferAccepted,
    Presence,
    PresenceChosen,
    SiteConfigured,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, ProcessId, SessionId, SiteId, VisitorKey
from gateway.journal.codec import decode_decision, decode_fact
from gateway.journal.memory import MemoryJournal
from gateway.journal.port import (
    START,
    Claim,
    Commit,
    ConstraintBroken,
    Entry,
    JournalUnavailable,
    Position,
    RecordedDecision,
    Snapshot,
)
from gateway.metrics import Metrics
from gateway.runtime.clock import SteadyClock
from gateway.runtime.decider import USUAL_RULE, SnapshotRule
from gateway.runtime.fold import MakeCore
from gateway.runtime.site import SiteRuntime
from signaling.ports import Outcome

DEMO = SiteId("demo")
SALES = GroupId("sales")
RULES = Site(
    groups=(Group(id=SALES),),
    agents=(Agent(id=AgentId("ag_1"), groups=(SALES,)), Agent(id=AgentId("ag_2"), groups=(SALES,))),
)
NOON = Millis(1_800_000_000_000)


class Hands:
    """Both clocks of a machine: the one on the wall can be set, the other only goes on."""

    def __init__(self) -> None:
        self.wall_ms = NOON
        self.monotonic_ms = 0

    def wall(self) -> Millis:
        return self.wall_ms

    def monotonic(self) -> float:
        return self.monotonic_ms / 1000

    def turn(self, ms: int) -> None:
        self.monotonic_ms += ms
        self.set_wall(ms)

    def set_wall(self, ms: int) -> None:
        """Set the clock on the wall forward, or back."""
        self.wall_ms = Millis(self.wall_ms + ms)


class FragileJournal(MemoryJournal):
    """A journal that can be told to fail."""

    def __init__(self, clock: Callable[[], Millis], *, capacity: int = 1000) -> None:
        super().__init__(DEMO, clock=clock, capacity=capacity)
        self.appends = 0
        self.saves = 0
        self.is_unwritable = False
        self.cannot_decide = False
        self.commits_to_lose = 0
        self.reads_before_failing: int | None = None
        self.refused: set[ContactId] = set()

    def use_clock(self, clock: Callable[[], Millis]) -> None:
        """Another process, another clock."""
        self._clock = clock

    async def append(self, entries: Sequence[Entry]) -> list[Position]:
        if self.is_unwritable:
            raise JournalUnavailable("disk is full")
        self.appends += 1
        return await super().append(entries)

    async def commit(self, claim: Claim, commit: Commit) -> int:
        if self.cannot_decide:
            raise JournalUnavailable("the decider cannot write")
        if any(row.contact in self.refused for row in commit.changed):
            raise ConstraintBroken("refused")
        number = await super().commit(claim, commit)
        if self.commits_to_lose:
            self.commits_to_lose -= 1
            raise JournalUnavailable("the answer was lost")
        return number

    async def decisions(self, after: int, limit: int = 1000) -> list[RecordedDecision]:
        match self.reads_before_failing:
            case None:
                pass
            case 0:
                self.reads_before_failing = None
                raise JournalUnavailable("a bad sector")
            case left:
                self.reads_before_failing = left - 1
        return await super().decisions(after, limit)

    async def save_snapshot(self, claim: Claim, snapshot: Snapshot) -> None:
        await super().save_snapshot(claim, snapshot)
        self.saves += 1

    async def kinds(self) -> Counter[str]:
        """How many facts there are of each kind."""
        return Counter(type(decode_fact(fact.body)).__name__ for fact in await self.facts(START, 10_000))

    async def made(self) -> list[Decision]:
        """Every decision that was committed."""
        return [decode_decision(decision.body) for decision in await self.decisions(0, 100_000)]


class RunningSite:
    """A running site with verbs for what people do."""

    def __init__(self, runtime: SiteRuntime, journal: FragileJournal, hands: Hands, metrics: Metrics) -> None:
        self.runtime = runtime
        self.journal = journal
        self.hands = hands
        self.metrics = metrics
        self.process = ProcessId("pr_1")
        self._requests = 0

    async def report(self, fact: Fact, *, source: str = "ss_test", request: str | None = None) -> Outcome:
        self._requests += 1
        return await self.runtime.report(fact, source=source, request=request or f"{self.process}-{self._requests}")

    async def open(self) -> None:
        await self.report(SiteConfigured(site=RULES))

    async def caller(self, name: str) -> ContactId:
        """Somebody asks for sales and is there."""
        contact = await self.asks(name)
        await self.report(CallerAttached(contact=contact, session=SessionId(f"ss_{name}"), process=self.process))
        return contact

    async def asks(self, name: str) -> ContactId:
        """Somebody asks for sales."""
        await self.report(request_of(name))
        return ContactId(f"ct_{name}")

    async def agent(self, number: int) -> AgentId:
        """An agent signs in and is available."""
        agent, session = AgentId(f"ag_{number}"), SessionId(f"ss_agent_{number}")
        await self.report(AgentSignedIn(agent=agent, session=session))
        await self.report(AgentAttached(agent=agent, session=session, process=self.process))
        await self.report(AgentHealthChanged(agent=agent, session=session, health=Health.HEALTHY))
        await self.report(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))
        return agent

    async def accepts(self, agent: AgentId, contact: ContactId) -> Outcome:
        epoch = self.runtime.state.contacts[contact].epoch
        return await self.report(OfferAccepted(agent=agent, contact=contact, epoch=epoch))

    async def pass_time(self, ms: int) -> None:
        """Time goes by while the process works: it notices every second of it."""
        while ms > 0:
            self.hands.turn(min(ms, 1_000))
            ms -= 1_000
            await self.notice()

    async def stand_still(self, ms: int) -> None:
        """Time goes by and the process notices only afterwards."""
        self.hands.turn(ms)
        await self.notice()

    async def notice(self) -> None:
        """Whatever is due by now has happened afterwards: facts are decided in order."""
        await self.report(CallerDetached(contact=ContactId("ct_nobody"), session=SessionId("ss_nobody")))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let everything run until it is so."""
        async with asyncio.timeout(10):
            while not is_so():
                self.runtime.look()
                await asyncio.sleep(0)

    async def let_run(self) -> None:
        """Let everything run for a few turns, whatever comes of it."""
        for _ in range(20):
            self.runtime.look()
            await asyncio.sleep(0)

    def ringing(self) -> dict[AgentId, ContactId]:
        return {
            agent.id: agent.contact
            for agent in self.runtime.state.agents.values()
            if agent.contact is not None and agent.routing == "offered"
        }

    def count(self, metric: str) -> float:
        return self.metrics.registry.get_sample_value(f"zuruf_{metric}", {"site": DEMO}) or 0.0


def request_of(name: str) -> ContactRequested:
    return ContactRequested(
        contact=ContactId(f"ct_{name}"),
        session=SessionId(f"ss_{name}"),
        group=SALES,
        channel=Channel.VIDEO,
        visitor=VisitorKey(f"v_{name}"),
    )


@asynccontextmanager
async def running(
    *,
    hands: Hands | None = None,
    journal: FragileJournal | None = None,
    process: str = "pr_1",
    make_core: MakeCore = Core,
    snapshot_rule: SnapshotRule = USUAL_RULE,
    capacity: int = 1000,
    answer_within_s: float = 5.0,
) -> AsyncIterator[RunningSite]:
    """The site, run by a process of this name, on this journal or on a new one."""
    hands = hands or Hands()
    clock = SteadyClock(hands.wall, hands.monotonic)
    if journal is None:
        journal = FragileJournal(clock, capacity=capacity)
    else:
        journal.use_clock(clock)
    metrics = Metrics(CollectorRegistry())
    runtime = SiteRuntime(
        DEMO,
        journal,
        process=ProcessId(process),
        clock=clock,
        metrics=metrics,
        make_core=make_core,
        snapshot_rule=snapshot_rule,
        answer_within_s=answer_within_s,
    )
    async with runtime:
        site = RunningSite(runtime, journal, hands, metrics)
        site.process = ProcessId(process)
        yield site
