"""The process is killed at any moment, and whatever anybody was told stays true."""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from acd.core import Core
from acd.decisions import Admit, Assign, EndContact, MakeOffer, Requeue
from acd.ids import SiteId
from acd.lifecycle import Phase
from acd.state import State
from gateway.clock import system_clock
from gateway.journal.codec import decode_decision, decode_fact
from gateway.journal.port import START, LiveContact
from gateway.journal.sqlite import SqliteJournal
from gateway.storage.database import open_sqlite
from tests.scenarios.busy_site import AGENTS, DEMO, LANES


@pytest.fixture
def rounds(pytestconfig: pytest.Config) -> int:
    """How often to kill: 200 times in a soak."""
    return 200 if pytestconfig.getoption("--hypothesis-profile") == "soak" else 10


@dataclass(slots=True)
class Told:
    """What was acknowledged so far, over all lives."""

    asked: set[str] = field(default_factory=set)
    assigned: dict[tuple[str, int], str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    next: list[int] = field(default_factory=lambda: [0] * LANES)

    def hear(self, line: dict[str, Any]) -> None:
        if "asked" in line:
            # Told again in a later life if the first time was lost on the way.
            self.asked.add(line["asked"])
            self.next[line["lane"]] = max(self.next[line["lane"]], line["number"] + 1)
        elif "assigned" in line:
            place = (line["assigned"], line["epoch"])
            assert place not in self.assigned, f"{place} was given twice"
            self.assigned[place] = line["agent"]
        elif "ended" in line:
            self.ended.add(line["ended"])


@asynccontextmanager
async def life(path: Path, mode: str, begin: list[int]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that serves the file; dead at the end, if it was not before."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.scenarios.busy_site",
        str(path),
        mode,
        *map(str, begin),
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def lines(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    async for line in process.stdout:
        # The last one may be torn: then it was not told.
        if line.endswith(b"\n"):
            yield json.loads(line)


async def check(path: Path, told: Told) -> None:
    """Hold the record against what people were told, and against itself."""
    async with open_sqlite(path) as database:
        journal = SqliteJournal(database, SiteId(DEMO), clock=system_clock)
        facts = await journal.facts(START, 1_000_000)
        decisions = await journal.decisions(0, 1_000_000)
        live = await journal.live()
        assert await journal.quarantined() == []
        assert await database.read(lambda db: db.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]

    assert [fact.position for fact in facts] == list(range(1, len(facts) + 1))
    assert [decision.number for decision in decisions] == list(range(1, len(decisions) + 1))
    assert [fact.at for fact in facts] == sorted(fact.at for fact in facts)
    assert [decision.cause for decision in decisions] == sorted(decision.cause for decision in decisions)

    core, asked, assigned, ended = Core(State()), set[str](), dict[tuple[str, int], str](), set[str]()
    serving: dict[str, str] = {}
    for recorded in decisions:
        decision = decode_decision(recorded.body)
        match decision:
            case Admit():
                assert decision.contact not in asked, "admitted twice"
                asked.add(decision.contact)
            case MakeOffer():
                first = min(
                    (one.order, one.id)
                    for one in core.state.contacts.values()
                    if one.can_be_offered and decision.agent not in one.excluded_agents
                )
                assert first[1] == decision.contact, "somebody was passed over"
            case Assign():
                assert decision.agent not in serving, "an agent got two"
                assert decision.contact not in serving.values(), "a contact went to two"
                serving[decision.agent] = decision.contact
                assigned[decision.contact, decision.epoch] = decision.agent
            case Requeue():
                del serving[decision.agent]
            case EndContact():
                assert decision.contact not in ended, "ended twice"
                ended.add(decision.contact)
                serving = {agent: contact for agent, contact in serving.items() if contact != decision.contact}
            case _:
                pass
        core.evolve(decision, recorded.at)

    assert told.asked <= asked
    assert told.assigned.items() <= assigned.items()
    assert told.ended <= ended
    assert live == [_row(core.state, contact) for contact in sorted(core.state.contacts)]

    again = Core(State())
    upto = decisions[-1].cause if decisions else START
    decided = [d for fact in facts if fact.position <= upto for d in again.decide(decode_fact(fact.body), fact.at)]
    assert decided == [decode_decision(recorded.body) for recorded in decisions], "the same facts decide the same"


def _row(state: State, contact: Any) -> LiveContact:
    found = state.contacts[contact]
    held = found.phase in {Phase.OFFERED, Phase.CONNECTING, Phase.TALKING}
    assert held == (found.agent is not None)
    return LiveContact(
        contact=found.id,
        group=found.group,
        phase=found.phase,
        epoch=found.epoch,
        visitor=found.visitor,
        agent=found.agent,
        slot=0 if held else None,
    )


@pytest.mark.timeout(3600)
async def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_given_twice(tmp_path: Path, rounds: int) -> None:
    path, told, chance = tmp_path / "zuruf.sqlite3", Told(), random.Random()

    for _ in range(rounds):
        left = chance.randrange(150)
        async with life(path, "busy", told.next) as process:
            async for line in lines(process):
                told.hear(line)
                if left == 0:
                    process.kill()
                left -= 1
        assert process.returncode == -9
        await check(path, told)

    async with life(path, "last", told.next) as process:
        async for line in lines(process):
            told.hear(line)
    assert process.returncode == 0
    await check(path, told)
    assert len(told.asked) > rounds
    assert set(told.assigned.values()) == set(AGENTS)
    async with open_sqlite(path) as database:
        assert await SqliteJournal(database, SiteId(DEMO), clock=system_clock).live() == []


async def test_a_crowd_stands_in_the_same_order_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "zuruf.sqlite3"
    stood: list[list[str]] = []

    for _ in range(2):
        async with life(path, "crowd", []) as process:
            async for line in lines(process):
                if "waiting" in line:
                    assert line["positions"] == list(range(1, 501))
                    stood.append(line["waiting"])
                    process.kill()

    assert len(stood[0]) == 500
    assert stood[0] == stood[1]
