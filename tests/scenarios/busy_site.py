"""A busy site in a process of its own, made to be killed.

Visitors ask, agents accept, talk and hang up, as fast as they can. Whatever was
acknowledged to somebody is told on standard output, one JSON line each, and only then.
Sessions and request numbers are the same in every life, so whoever is back goes on where
the last acknowledgement left them.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence

import structlog
from prometheus_client import CollectorRegistry

from acd.config import Agent, Channel, Group, Site
from acd.decisions import Admit, Assign, Decision, EndContact
from acd.facts import (
    AgentAttached,
    AgentHealthChanged,
    AgentHungUp,
    AgentSignedIn,
    CallerAttached,
    ContactRequested,
    Fact,
    Health,
    MediaConnected,
    OfferAccepted,
    Party,
    Presence,
    PresenceChosen,
    SiteConfigured,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, GroupId, ProcessId, SessionId, VisitorKey
from acd.lifecycle import Phase, Routing
from acd.records import AgentState
from gateway.clock import system_clock
from gateway.ids import new_id
from gateway.metrics import Metrics
from gateway.runtime.bell import Bell
from gateway.runtime.clock import SteadyClock
from gateway.runtime.decider import SnapshotRule
from gateway.runtime.site import SiteRuntime
from tests.scenarios.grounds import DEMO, open_journal

SALES = GroupId("sales")
LANES = 4
AGENTS = tuple(AgentId(f"ag_{number}") for number in range(1, 6))
MOST_WAITING = 40


def tell(**said: object) -> None:
    """Say that something was acknowledged. Whoever reads the line relies on it."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


class BusySite:
    def __init__(self, floor: SiteRuntime, process: ProcessId) -> None:
        self._floor = floor
        self._process = process
        self._requests = 0
        self._bells: list[Bell] = []
        floor.follow(self._ring)

    async def open(self) -> None:
        """Whoever was there before is there again."""
        rules = Site(groups=(Group(id=SALES),), agents=tuple(Agent(id=agent, groups=(SALES,)) for agent in AGENTS))
        if self._floor.state.site != rules:
            await self._say(SiteConfigured(site=rules))
        for agent in AGENTS:
            session = SessionId(f"ss_{agent}")
            if self._floor.state.agents[agent].endpoint is None:
                await self._say(AgentSignedIn(agent=agent, session=session))
            await self._say(AgentAttached(agent=agent, session=session, process=self._process))
            await self._say(AgentHealthChanged(agent=agent, session=session, health=Health.HEALTHY))
            await self._say(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))
        for contact in list(self._floor.state.contacts.values()):
            await self._say(CallerAttached(contact=contact.id, session=contact.caller.session, process=self._process))

    async def lane(self, lane: int, number: int) -> None:
        """Visitors who ask one after the other, beginning with this one."""
        bell = self._bell()
        while True:
            while len(self._floor.state.contacts) >= MOST_WAITING:
                await bell.wait(1.0)
            await self.ask(lane, number)
            number += 1

    async def ask(self, lane: int, number: int) -> None:
        """A visitor asks, perhaps once more because nobody answered the first time."""
        contact, session = ContactId(f"ct_{lane}_{number}"), SessionId(f"ss_{lane}_{number}")
        outcome = await self._floor.report(
            ContactRequested(
                contact=contact,
                session=session,
                group=SALES,
                channel=Channel.VIDEO,
                visitor=VisitorKey(f"v_{lane}_{number}"),
            ),
            source=f"visitor-{lane}",
            request=str(number),
        )
        if any(isinstance(decision, Admit) for decision in outcome.decided or ()):
            tell(asked=contact, lane=lane, number=number)
            await self._say(CallerAttached(contact=contact, session=session, process=self._process))

    async def agent(self, agent: AgentId) -> None:
        """Somebody who takes every call, and not for long."""
        bell = self._bell()
        while True:
            standing = self._floor.state.agents[agent]
            match standing.routing:
                case Routing.OFFERED | Routing.CONNECTING | Routing.TALKING:
                    await self._serve(standing)
                case Routing.WRAP_UP:
                    assert standing.contact is not None
                    await self._say(WrapUpFinished(agent=agent, contact=standing.contact))
                case Routing.NOT_RESPONDING:
                    await self._say(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))
                case _:
                    await bell.wait(1.0)

    async def until_empty(self) -> None:
        """Until nobody waits or talks."""
        bell = self._bell()
        while self._floor.state.contacts:
            await bell.wait(1.0)

    async def _serve(self, standing: AgentState) -> None:
        assert standing.contact is not None
        contact = self._floor.state.contacts[standing.contact]
        agent, epoch = standing.id, contact.epoch
        match contact.phase:
            case Phase.OFFERED:
                decided = await self._say(OfferAccepted(agent=agent, contact=contact.id, epoch=epoch))
                if any(isinstance(decision, Assign) and decision.agent == agent for decision in decided):
                    tell(assigned=contact.id, agent=agent, epoch=epoch)
            case Phase.CONNECTING:
                for party in Party:
                    await self._say(MediaConnected(contact=contact.id, epoch=epoch, party=party))
            case _:
                decided = await self._say(AgentHungUp(agent=agent, contact=contact.id, epoch=epoch))
                if any(isinstance(decision, EndContact) for decision in decided):
                    tell(ended=contact.id)

    async def _say(self, fact: Fact) -> Sequence[Decision]:
        self._requests += 1
        outcome = await self._floor.report(fact, source=f"life-{self._process}", request=str(self._requests), must=True)
        return outcome.decided or ()

    def _bell(self) -> Bell:
        self._bells.append(Bell())
        return self._bells[-1]

    def _ring(self, *_: object) -> None:
        for bell in self._bells:
            bell.ring()


async def live(address: str, mode: str, begin: Sequence[int]) -> None:
    """``busy``: until killed. ``crowd``: 500 ask and wait, until killed. ``last``: until all were served."""
    clock = SteadyClock(system_clock, time.monotonic)
    process = ProcessId(new_id("pr", clock()))
    async with (
        open_journal(address, clock) as journal,
        SiteRuntime(
            DEMO,
            journal,
            process=process,
            clock=clock,
            metrics=Metrics(CollectorRegistry()),
            snapshot_rule=SnapshotRule(decisions=150),
        ) as floor,
    ):
        if mode == "crowd":
            await crowd(floor, process)
        site = BusySite(floor, process)
        await site.open()
        tell(open=sorted(floor.state.contacts))
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(site.agent(agent)) for agent in AGENTS]
            if mode == "busy":
                jobs += [group.create_task(site.lane(lane, number)) for lane, number in enumerate(begin)]
                await asyncio.Event().wait()
            await site.until_empty()
            for job in jobs:
                job.cancel()
    tell(done=True)


async def crowd(floor: SiteRuntime, process: ProcessId) -> None:
    """A crowd waits, with nobody to answer. Tells the order in which they stand, again in each life."""
    if floor.state.site is None:
        await floor.report(SiteConfigured(site=Site(groups=(Group(id=SALES),), agents=())), source="s", request="0")
    site = BusySite(floor, process)
    async with asyncio.TaskGroup() as group:
        for number in range(500):
            group.create_task(site.ask(0, number))
    waiting = sorted(floor.state.contacts, key=lambda contact: floor.state.position(contact) or 0)
    tell(waiting=waiting, positions=[floor.state.position(contact) for contact in waiting])
    await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(live(sys.argv[1], sys.argv[2], [int(number) for number in sys.argv[3:]]))
