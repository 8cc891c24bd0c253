"""How much the core decides, in memory: ``python -m bench deciding``.

A busy centre: every agent talks, a line stands in every group, skills are asked for. Somebody
hangs up, the next contact rings, is accepted and connected, and another caller comes, over and
over. What is counted is processor time of this process alone.
"""

import gc
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from acd.config import Agent, Channel, Group, Need, Site, Skill
from acd.core import Core
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
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, ProcessId, SessionId, SkillId, VisitorKey
from bench.figures import Figure, Outcome
from gateway.garbage import leave_alone_what_is_here, look_seldom

_GROUPS: Final = 50
_SKILLS: Final = 8
_HERE: Final = ProcessId("pr_1")
_CASES: Final = ((1_000, 1_000), (1_000, 10_000), (1_000, 100_000), (10_000, 10_000))
"""Agents and waiting contacts."""

_ROUNDS: Final = 5
_CALLS: Final = 2_000
"""Calls that end in each round; the fastest round counts, the others were disturbed by neighbours."""


class Centre:
    """A site with this many agents, all of them talking, and this many who wait."""

    def __init__(self, agents: int, waiting: int) -> None:
        self._draw = random.Random(1)
        self._skills = [SkillId(f"skill {number}") for number in range(_SKILLS)]
        self._groups = [GroupId(f"group {number}") for number in range(_GROUPS)]
        self._core = Core()
        self._at = 1_800_000_000_000
        self._asked = 0
        self._talking: list[tuple[AgentId, ContactId, Epoch]] = []
        self.decided = 0
        self.longest_ms = 0.0
        site = Site(
            groups=tuple(Group(id=group, max_waiting=10**9, wrap_up_ms=Millis(0)) for group in self._groups),
            agents=tuple(self._agent(number) for number in range(agents)),
        )
        self._tell(SiteConfigured(site=site))
        for agent in site.agents:
            session = SessionId(f"desk of {agent.id}")
            self._tell(AgentSignedIn(agent=agent.id, session=session))
            self._tell(AgentAttached(agent=agent.id, session=session, process=_HERE))
            self._tell(PresenceChosen(agent=agent.id, presence=Presence.AVAILABLE))
        while len(self._core.state.contacts) < agents + waiting:
            self._somebody_calls()

    def end_a_call(self) -> None:
        """Somebody hangs up, and somebody else calls."""
        chosen = self._draw.randrange(len(self._talking))
        self._talking[chosen], self._talking[-1] = self._talking[-1], self._talking[chosen]
        agent, contact, epoch = self._talking.pop()
        self._at += 1
        self._tell(AgentHungUp(agent=agent, contact=contact, epoch=epoch))
        self._somebody_calls()

    def _agent(self, number: int) -> Agent:
        skills = self._draw.sample(self._skills, _SKILLS // 2)
        return Agent(
            id=AgentId(f"agent {number}"),
            groups=tuple(self._draw.sample(self._groups, 2)),
            skills=tuple(Skill(skill=skill, level=self._draw.randint(1, 5)) for skill in skills),
        )

    def _somebody_calls(self) -> None:
        self._asked += 1
        self._at += 1
        contact, session = ContactId(f"ct_{self._asked}"), SessionId(f"ss_{self._asked}")
        asks = self._draw.random() < 0.7
        need = Need(skill=self._draw.choice(self._skills), level=self._draw.randint(1, 3))
        self._tell(
            ContactRequested(
                contact=contact,
                session=session,
                group=self._draw.choice(self._groups),
                channel=Channel.VIDEO,
                visitor=VisitorKey(f"visitor {self._asked}"),
                needs=(need,) if asks else (),
            )
        )
        self._tell(CallerAttached(contact=contact, session=session, process=_HERE))

    def _tell(self, fact: Fact) -> None:
        began = time.thread_time()
        decisions = self._core.decide(fact, Millis(self._at))
        self.longest_ms = max(self.longest_ms, (time.thread_time() - began) * 1000)
        self.decided += len(decisions)
        self._answer(decisions)

    def _answer(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, MakeOffer):
                agent, contact, epoch = decision.agent, decision.contact, decision.epoch
                self._tell(OfferAccepted(agent=agent, contact=contact, epoch=epoch))
                for party in Party:
                    self._tell(MediaConnected(contact=contact, epoch=epoch, party=party))
                self._talking.append((agent, contact, epoch))


async def measure(_: Path, *, small: bool) -> Outcome:
    rates: dict[tuple[int, int], float] = {}
    figures: list[Figure] = []
    look_seldom()
    for agents, waiting in _CASES[:2] if small else _CASES:
        centre = Centre(agents, waiting)
        leave_alone_what_is_here()
        rate, longest_ms = _play(centre)
        gc.unfreeze()
        rates[agents, waiting] = rate
        figures += _figures(agents, waiting, rate, rates[_CASES[0]], longest_ms)
    return Outcome(title="How much the core decides", how=str(__doc__).split("\n\n", 1)[1].strip(), figures=figures)


def _play(centre: Centre) -> tuple[float, float]:
    """Decisions in a second of processor time, and the longest single step in milliseconds of it."""
    best = 0.0
    for number in range(1 + _ROUNDS):
        if number == 1:
            # The first round meets what the centre was built with for the first time.
            best = centre.longest_ms = 0.0
        decided, began = centre.decided, time.process_time()
        for _ in range(_CALLS):
            centre.end_a_call()
        best = max(best, (centre.decided - decided) / (time.process_time() - began))
    return best, centre.longest_ms


def _figures(agents: int, waiting: int, rate: float, first: float, longest_ms: float) -> list[Figure]:
    size = f"{agents:,} agents, {waiting:,} waiting"
    is_largest = waiting == max(waiting for _, waiting in _CASES)
    return [
        Figure(
            what=f"{size}: decisions per CPU-second",
            ours=f"{rate:,.0f}",
            beside=f"{first:,.0f} with {_CASES[0][0]:,} and {_CASES[0][1]:,}",
            ratio=first / rate,
            aim=">= 20,000" + (", cost <= 1.2 times" if is_largest else ""),
            met=rate >= 20_000 and (first / rate <= 1.2 or not is_largest),
        ),
        Figure(what="longest step", ours=f"{longest_ms:.1f} ms", aim="<= 50 ms", met=longest_ms <= 50),
    ]
