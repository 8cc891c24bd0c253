"""How soon a free agent is offered the next contact, and how many in a second: ``python -m bench assigning``.

Real stores, real processes, no sockets: each process has a share of 200 agents, and reports what
they and their callers do as a gateway would. At first every agent hangs up as soon as both ends
have media, which shows how much goes through; then calls last long enough for 50 assignments a
second, which shows how long a free agent waits for the next offer: from the report of the hang-up
to the offer, at the process that has the agent.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry

from acd.config import Agent, Channel, Group, Site
from acd.decisions import Decision, MakeOffer
from acd.facts import (
    AgentAttached,
    AgentHungUp,
    AgentSignedIn,
    CallerAttached,
    ContactRequested,
    Fact,
    MediaConnected,
    OfferAccepted,
    Party,
    Presence,
    PresenceChosen,
    SiteConfigured,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SessionId, SiteId, VisitorKey
from bench.figures import Figure, Outcome, median, ms, quantile
from gateway.clock import system_clock
from gateway.forms import Form, open_form
from gateway.garbage import leave_alone_what_is_here, look_seldom
from gateway.metrics import Metrics
from gateway.runtime.bell import Bell
from gateway.runtime.site import SiteRuntime
from gateway.settings import load
from tests.servers import running_postgres, running_redis

_AGENTS: Final = 200
_WAITING: Final = 2
"""Contacts that wait, for each agent."""
_FLAT_OUT_S: Final = 10.0
_PACED_S: Final = 15.0
_PER_SECOND: Final = 50
_SITE: Final = SiteId("demo")
_GROUP: Final = GroupId("sales")
_FORMS: Final = (("SQLite", 1), ("PostgreSQL", 1), ("PostgreSQL", 2), ("PostgreSQL", 4))


async def measure(folder: Path, *, small: bool) -> Outcome:
    figures: list[Figure] = []
    for store, processes in _FORMS[:2] if small else _FORMS:
        found = await asyncio.to_thread(_run, folder / f"{store}{processes}", store, processes)
        figures += _figures(f"{store}, {processes} process{'es' if processes > 1 else ''}", found)
    return Outcome(title="From a free agent to the next offer", how=str(__doc__).split("\n\n", 1)[1], figures=figures)


def _figures(what: str, found: dict[str, list[float]]) -> list[Figure]:
    rate = sum(found["rates"])
    waits = found["waits"]
    p95 = quantile(waits, 0.95)
    return [
        Figure(what=f"{what}: assignments per second", ours=f"{rate:.0f}", aim=">= 300", met=rate >= 300),
        Figure(
            what=f"free agent to offer at {_PER_SECOND}/s, p50, p95, p99",
            ours=f"{ms(median(waits))}, {ms(p95)}, {ms(quantile(waits, 0.99))}",
            aim="p95 <= 50 ms",
            met=p95 <= 50,
        ),
    ]


def _run(folder: Path, store: str, processes: int) -> dict[str, list[float]]:
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        environment = {"ZURUF_SECRET": "0123456789abcdef0123456789abcdef", "ZURUF_DATA_DIR": str(folder)}
        if store == "PostgreSQL":
            server = stack.enter_context(running_postgres())
            redis = stack.enter_context(running_redis())
            environment |= {
                "ZURUF_MODE": "scaled",
                "ZURUF_POSTGRES__URL": server.url("postgres"),
                "ZURUF_REDIS__URL": redis.url,
            }
        workers = [_start(environment, number, processes) for number in range(processes)]
        for worker in workers:
            _line(worker, "ready")
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        answers = [json.loads(_line(worker, "{")) for worker in workers]
        for worker in workers:
            worker.wait(60)
    return {
        "rates": [answer["rate"] for answer in answers],
        "waits": [wait for answer in answers for wait in answer["waits"]],
    }


def _start(environment: dict[str, str], number: int, of: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.assigning", str(number), str(of)],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(worker: subprocess.Popen[str], begins: str) -> str:
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.startswith(begins):
            return line
    raise AssertionError(f"a process ended before it said {begins}: {worker.wait()}")


# What each process does.


class Share:
    """The agents and callers of one process."""

    def __init__(self, floor: SiteRuntime, form: Form, number: int, of: int) -> None:
        self._floor = floor
        self._form = form
        self._number = number
        self.own = [AgentId(f"ag_{n}") for n in range(number, _AGENTS, of)]
        self._rings = {agent: Bell() for agent in self.own}
        self._offers: dict[AgentId, tuple[ContactId, Epoch]] = {}
        self._freed: dict[AgentId, float] = {}
        self._requests = 0
        self.assigned = 0
        self.waits: list[float] = []
        floor.follow(self._hear)

    async def open(self) -> None:
        """Everybody comes to work, and the line fills."""
        while not self._floor.state.groups:
            if self._number == 0:
                agents = tuple(Agent(id=AgentId(f"ag_{n}"), groups=(_GROUP,)) for n in range(_AGENTS))
                group = Group(id=_GROUP, max_waiting=10**6, wrap_up_ms=Millis(0))
                await self._say(SiteConfigured(site=Site(groups=(group,), agents=agents)))
            await asyncio.sleep(0.1)
        for agent in self.own:
            session = SessionId(f"desk of {agent}")
            await self._say(AgentSignedIn(agent=agent, session=session))
            await self._say(AgentAttached(agent=agent, session=session, process=self._form.process))
            await self._say(PresenceChosen(agent=agent, presence=Presence.AVAILABLE))
        await asyncio.gather(*(self._somebody_calls() for _ in range((1 + _WAITING) * len(self.own))))

    async def work(self, seconds: float, talks_for: float) -> None:
        """Everybody serves one contact after the other; a talk that has begun is finished."""
        draw = random.Random(self._number)
        until = time.monotonic() + seconds
        async with asyncio.TaskGroup() as jobs:
            for agent in self.own:
                jobs.create_task(self._serve(agent, talks_for, draw, until))

    async def _serve(self, agent: AgentId, talks_for: float, draw: random.Random, until: float) -> None:
        await asyncio.sleep(draw.uniform(0, talks_for))
        while time.monotonic() < until:
            while (offer := self._offers.pop(agent, None)) is None:
                await self._rings[agent].wait(1.0)
            contact, epoch = offer
            await self._say(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
            self.assigned += 1
            await asyncio.gather(
                *(self._say(MediaConnected(contact=contact, epoch=epoch, party=party)) for party in Party)
            )
            if talks_for:
                await asyncio.sleep(draw.uniform(0.5, 1.5) * talks_for)
            self._freed[agent] = time.perf_counter()
            await asyncio.gather(
                self._say(AgentHungUp(agent=agent, contact=contact, epoch=epoch)), self._somebody_calls()
            )

    async def _somebody_calls(self) -> None:
        self._requests += 1
        name = f"{self._number}_{self._requests}"
        contact, session = ContactId(f"ct_{name}"), SessionId(f"ss_{name}")
        visitor = VisitorKey(f"v_{name}")
        await self._say(
            ContactRequested(contact=contact, session=session, group=_GROUP, channel=Channel.VOICE, visitor=visitor)
        )
        await self._say(CallerAttached(contact=contact, session=session, process=self._form.process))

    async def _say(self, fact: Fact) -> None:
        self._requests += 1
        await self._floor.report(fact, source=f"bench {self._number}", request=str(self._requests), must=True)

    def _hear(self, decided: Sequence[Decision], at: Millis) -> None:  # noqa: ARG002
        for decision in decided:
            if isinstance(decision, MakeOffer) and decision.agent in self._rings:
                freed = self._freed.pop(decision.agent, None)
                if freed is not None:
                    self.waits.append((time.perf_counter() - freed) * 1000)
                self._offers[decision.agent] = decision.contact, decision.epoch
                self._rings[decision.agent].ring()


@contextlib.asynccontextmanager
async def _opened() -> AsyncIterator[tuple[SiteRuntime, Form]]:
    metrics = Metrics(CollectorRegistry())
    async with open_form(
        load(os.environ, directory=Path()).settings, wall=system_clock, metrics=metrics, on_failure=sys.exit
    ) as form:
        floor = SiteRuntime(
            _SITE,
            form.journal(_SITE),
            process=form.process,
            clock=form.clock,
            metrics=metrics,
            gone=form.gone,
            news=lambda: form.tell_of_site(_SITE),
        )
        form.hear(of_site=lambda _: floor.look(), of_session=lambda _: None)
        async with floor:
            yield floor, form


async def _be_one(number: int, of: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    look_seldom()
    async with _opened() as (floor, form):
        share = Share(floor, form, number, of)
        await share.open()
        leave_alone_what_is_here()
        _tell("ready")
        await asyncio.to_thread(sys.stdin.readline)
        began = time.monotonic()
        await share.work(_FLAT_OUT_S, 0.0)
        rate = share.assigned / (time.monotonic() - began)
        share.waits.clear()
        await share.work(_PACED_S, _AGENTS / _PER_SECOND)
        answer: dict[str, Any] = {"rate": rate, "waits": share.waits}
        _tell(json.dumps(answer))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_be_one(int(sys.argv[1]), int(sys.argv[2])))
