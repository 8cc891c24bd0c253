"""A site whose process is killed again and again, held each time against what people were told."""

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from acd.core import Core
from acd.decisions import Admit, Assign, Decision, EndContact, MakeOffer, Requeue
from acd.ids import Millis
from acd.lifecycle import Phase
from acd.records import Contact
from acd.state import State
from gateway.clock import system_clock
from gateway.journal.codec import decode_decision, decode_fact
from gateway.journal.port import START, LiveContact, RecordedFact
from gateway.runtime.clock import SteadyClock
from tests.scenarios.busy_site import AGENTS, LANES
from tests.scenarios.grounds import find_damage, open_journal


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

    def kept(self) -> dict[str, Any]:
        """Fit for JSON."""
        assigned = [[contact, epoch, agent] for (contact, epoch), agent in self.assigned.items()]
        return {"asked": sorted(self.asked), "assigned": assigned, "ended": sorted(self.ended), "next": self.next}

    @classmethod
    def recalled(cls, kept: dict[str, Any]) -> "Told":
        """What :meth:`kept` answered."""
        assigned = {(contact, epoch): agent for contact, epoch, agent in kept["assigned"]}
        return cls(set(kept["asked"]), assigned, set(kept["ended"]), kept["next"])


@asynccontextmanager
async def life(address: str, mode: str, begin: list[int]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that serves the file. Inside, it is killed or comes to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.scenarios.busy_site",
        address,
        mode,
        *map(str, begin),
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    finally:
        await process.wait()


async def lines(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    async for line in process.stdout:
        # The last one may be torn: then it was not told.
        if line.endswith(b"\n"):
            yield json.loads(line)


class Record:
    """Reads on in the record after each life, and holds it against itself and what people were told."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._folded = Core(State())
        self._decided_again = Core(State())
        self._facts: list[RecordedFact] = []
        self._number = 0
        self._upto = START
        self._serving: dict[str, str] = {}
        self.asked: set[str] = set()
        self.assigned: dict[tuple[str, int], str] = {}
        self.ended: set[str] = set()

    async def check(self, told: Told) -> None:
        """Everything that must be true while nobody decides."""
        assert await find_damage(self._address) == []
        async with open_journal(self._address, SteadyClock(system_clock, time.monotonic)) as journal:
            facts = await journal.facts(self._facts[-1].position if self._facts else START, 1_000_000)
            decisions = await journal.decisions(self._number, 1_000_000)
            live = await journal.live()
            decided = await journal.decided()
            assert await journal.quarantined() == []

        known = len(self._facts)
        self._facts += facts
        assert [fact.position for fact in facts] == list(range(known + 1, known + len(facts) + 1))
        assert [decision.number - self._number for decision in decisions] == list(range(1, len(decisions) + 1))
        times = [fact.at for fact in self._facts]
        assert times == sorted(times)
        for decision in decisions:
            self._fold(decode_decision(decision.body), decision.at)
        self._number += len(decisions)

        assert told.asked <= self.asked
        assert told.assigned.items() <= self.assigned.items()
        assert told.ended <= self.ended
        contacts = self._folded.state.contacts
        assert live == [_row(contacts[contact]) for contact in sorted(contacts)]

        made = []
        for fact in self._facts[self._upto : decided]:
            made += [(fact.position, one) for one in self._decided_again.decide(decode_fact(fact.body), fact.at)]
        self._upto = decided
        recorded = [(decision.cause, decode_decision(decision.body)) for decision in decisions]
        assert made == recorded, "the same facts decide the same"

    def _fold(self, decision: Decision, at: Millis) -> None:
        match decision:
            case Admit():
                assert decision.contact not in self.asked, "admitted twice"
                self.asked.add(decision.contact)
            case MakeOffer():
                first = min(
                    (one.order, one.id)
                    for one in self._folded.state.contacts.values()
                    if one.can_be_offered and decision.agent not in one.excluded_agents
                )
                assert first[1] == decision.contact, "somebody was passed over"
            case Assign():
                assert decision.agent not in self._serving, "an agent got two"
                assert decision.contact not in self._serving.values(), "a contact went to two"
                self._serving[decision.agent] = decision.contact
                self.assigned[decision.contact, decision.epoch] = decision.agent
            case Requeue():
                del self._serving[decision.agent]
            case EndContact():
                assert decision.contact not in self.ended, "ended twice"
                self.ended.add(decision.contact)
                for agent in [agent for agent, contact in self._serving.items() if contact == decision.contact]:
                    del self._serving[agent]
            case _:
                pass
        self._folded.evolve(decision, at)


def _row(found: Contact) -> LiveContact:
    asked = found.ringing_agents[0] if found.ringing else None
    agent = asked if found.phase is Phase.OFFERED else found.agent
    held = found.phase in {Phase.OFFERED, Phase.CONNECTING, Phase.TALKING}
    assert held == (agent is not None)
    return LiveContact(
        contact=found.id,
        group=found.group,
        phase=found.phase,
        epoch=found.epoch,
        visitor=found.visitor,
        agent=agent,
        slot=0 if held else None,
    )


async def killed_again_and_again(
    address: str, rounds: range, told: Told, after_round: Callable[[int], None] = lambda _: None
) -> None:
    """Live and be killed, once for each round; then live on until every contact has ended.

    Args:
        address: The database, new or as an earlier run left it; see :mod:`tests.scenarios.grounds`.
        told: What was acknowledged before.
        after_round: Told how many rounds are over.
    """
    record, chance, loop = Record(address), random.Random(), asyncio.get_running_loop()
    for number in rounds:
        left = chance.randrange(150)
        async with life(address, "busy", told.next) as process:
            async for line in lines(process):
                told.hear(line)
                if left == 0:
                    # Not at the very moment of an acknowledgement, but at any.
                    loop.call_later(chance.uniform(0, 0.03), process.kill)
                left -= 1
        assert process.returncode == -9
        await record.check(told)
        after_round(number + 1)

    async with life(address, "last", told.next) as process:
        async for line in lines(process):
            told.hear(line)
    assert process.returncode == 0
    await record.check(told)
    assert len(told.asked) > rounds.stop
    assert set(told.assigned.values()) == set(AGENTS)
    async with open_journal(address, SteadyClock(system_clock, time.monotonic)) as journal:
        assert await journal.live() == []
