"""A site that an earlier release decided is taken over as it stands, on every store."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from acd.core import Core
from acd.facts import AgentAttached, AgentHealthChanged, AgentSignedIn, CallerAttached, Health, Presence, PresenceChosen
from acd.ids import AgentId, Millis, ProcessId, SessionId, SiteId
from acd.state import State
from gateway.journal.codec import decode_decision
from gateway.journal.port import Commit, Entry, Journal, Position
from gateway.metrics import Metrics
from gateway.runtime.clock import SteadyClock
from gateway.runtime.site import SiteRuntime
from tests.conformance.recording import FORMATS
from tests.conformance.stores import Store

VERSIONS = sorted(FORMATS.glob("v*"))
NEW = ProcessId("pr_new")


async def write_as_then(journal: Journal, lines: list[Any]) -> State:
    """Put the record there as that release did, and answer the state it had."""
    claim = await journal.claim("pr_old", core_version=1, ttl_ms=Millis(10_000))
    assert claim is not None
    folded = Core(State())
    facts = [line for line in lines if "fact" in line]
    await journal.append(
        [
            Entry(source="ss_1", request=str(line["position"]), body=msgspec.json.encode(line["fact"]), must=True)
            for line in facts
        ]
    )
    made = [line for line in lines if "decision" in line]
    bodies = [(Position(line["cause"]), Millis(line["at"]), msgspec.json.encode(line["decision"])) for line in made]
    await journal.commit(claim, Commit(upto=Position(len(facts)), decisions=bodies))
    for _, at, body in bodies:
        folded.evolve(decode_decision(body), at)
    await journal.release(claim)
    return folded.state


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
async def test_callers_who_wait_are_served_by_the_release_that_follows(version: Path, store: Store) -> None:
    lines = msgspec.json.decode((version / "journal.json").read_bytes())
    store.clock.now = Millis(max(line["at"] for line in lines))
    journal = store.journal()
    before = await write_as_then(journal, lines)
    waiting = [contact for contact in before.contacts.values() if contact.is_waiting]
    assert waiting, "somebody waits in the record"
    seconds = iter(range(10**9))
    clock = SteadyClock(store.clock, lambda: next(seconds) / 1_000_000)
    requests = iter(range(1000))

    runtime = SiteRuntime(
        SiteId("demo"), store.journal(), process=NEW, clock=clock, metrics=Metrics(CollectorRegistry())
    )
    async with runtime as floor:

        async def say(*facts: Any) -> None:
            for fact in facts:
                await floor.report(fact, source="pr_new", request=str(next(requests)), must=True)

        assert {contact.id for contact in waiting} <= set(floor.state.contacts)
        for contact in waiting:
            await say(CallerAttached(contact=contact.id, session=contact.caller.session, process=NEW))
        for agent in before.agents:
            session = SessionId(f"new-{agent}")
            await say(
                AgentSignedIn(agent=AgentId(agent), session=session),
                AgentAttached(agent=AgentId(agent), session=session, process=NEW),
                AgentHealthChanged(agent=AgentId(agent), session=session, health=Health.HEALTHY),
                PresenceChosen(agent=AgentId(agent), presence=Presence.AVAILABLE),
            )
        assert any(floor.state.contacts[contact.id].ringing for contact in waiting)
