"""Whatever is done to them, in whatever order, all stores answer alike."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, VisitorKey
from gateway.journal.port import (
    START,
    Claim,
    Commit,
    ConstraintBroken,
    Entry,
    Fenced,
    Journal,
    JournalFull,
    LiveContact,
    OlderCore,
    Position,
    Snapshot,
)
from tests.conformance.stores import KINDS, NOON, HandClock, Store, open_store
from tests.servers import Postgres

OWNERS = st.sampled_from(["pr_1", "pr_2"])
REQUESTS = st.sampled_from("abcdefgh")
CONTACTS = st.sampled_from(["ct_1", "ct_2", "ct_3"])
AGENTS = st.sampled_from(["ag_1", "ag_2", None])

Step = tuple[str, Any]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("turn"), st.integers(-2_000, 6_000)),
        st.tuples(st.just("append"), st.lists(st.tuples(REQUESTS, st.booleans()), min_size=1, max_size=4)),
        st.tuples(st.just("claim"), st.tuples(OWNERS, st.integers(1, 3))),
        st.tuples(st.just("release"), OWNERS),
        st.tuples(st.just("commit"), st.tuples(OWNERS, st.integers(0, 3), st.dictionaries(CONTACTS, AGENTS), CONTACTS)),
        st.tuples(st.just("quarantine"), st.tuples(OWNERS, st.integers(0, 2))),
        st.tuples(st.just("snapshot"), OWNERS),
        st.tuples(st.just("trim"), st.integers(-1_000, 10_000)),
    ),
    min_size=25,
    max_size=60,
)


class Driver:
    """Does one thing after another to one journal, and notes every answer."""

    def __init__(self, journal: Journal, clock: HandClock) -> None:
        self._journal = journal
        self._clock = clock
        self._claims: dict[str, Claim] = {}
        self._saved = 0
        self.answers: list[object] = []

    async def play(self, steps: list[Step]) -> list[object]:
        for done, (name, argument) in enumerate(steps, 1):
            try:
                self.answers.append(await getattr(self, f"_{name}")(argument))
            except (Fenced, JournalFull, ConstraintBroken, OlderCore, ValueError) as why:
                self.answers.append(type(why))
            if done % 8 == 0 or done == len(steps):
                self.answers.append(await self._look())
        return self.answers

    async def _look(self) -> object:
        journal = self._journal
        decided = await journal.decided()
        return (
            await journal.facts(START),
            await journal.decisions(0),
            await journal.live(),
            await journal.quarantined(),
            await journal.snapshots(),
            await journal.last_at(),
            decided,
            await journal.caused_by(decided),
            await journal.caused_by(Position(decided + 1)),
        )

    async def _turn(self, ms: int) -> None:
        self._clock.turn(ms)

    async def _append(self, requests: list[tuple[str, bool]]) -> object:
        return await self._journal.append(
            [Entry(source="s", request=request, body=request.encode(), must=must) for request, must in requests]
        )

    async def _claim(self, asked: tuple[str, int]) -> object:
        owner, core_version = asked
        claim = await self._journal.claim(owner, core_version=core_version, ttl_ms=Millis(5_000))
        if claim is not None:
            self._claims[owner] = claim
        return claim

    async def _release(self, owner: str) -> None:
        if owner in self._claims:
            await self._journal.release(self._claims[owner])

    async def _commit(self, step: tuple[str, int, dict[str, str | None], str]) -> object:
        owner, steps, changed, closed = step
        facts = await self._journal.facts(await self._journal.decided(), steps)
        if owner not in self._claims or not facts:
            return None
        return await self._journal.commit(
            self._claims[owner],
            Commit(
                upto=facts[-1].position,
                decisions=[(fact.position, fact.at, b"decided " + fact.body) for fact in facts],
                changed=[_row(contact, agent) for contact, agent in changed.items()],
                closed=[ContactId(closed)] if closed not in changed else [],
            ),
        )

    async def _quarantine(self, asked: tuple[str, int]) -> object:
        owner, ahead = asked
        facts = await self._journal.facts(await self._journal.decided())
        if owner not in self._claims or len(facts) <= ahead:
            return None
        await self._journal.quarantine(self._claims[owner], facts[ahead].position, "no")
        return None

    async def _snapshot(self, owner: str) -> object:
        if owner not in self._claims:
            return None
        self._saved += 1
        decisions = await self._journal.decisions(0)
        number = decisions[-1].number if decisions else 0
        await self._journal.save_snapshot(
            self._claims[owner],
            Snapshot(
                upto=await self._journal.decided(), number=number, at=NOON, version=1, body=str(self._saved).encode()
            ),
        )
        return None

    async def _trim(self, ms: int) -> object:
        return await self._journal.trim(Millis(NOON + ms))


def _row(contact: str, agent: str | None) -> LiveContact:
    return LiveContact(
        contact=ContactId(contact),
        group=GroupId("sales"),
        phase="queued",
        epoch=Epoch(0),
        visitor=VisitorKey("v"),
        agent=None if agent is None else AgentId(agent),
        slot=None if agent is None else 0,
    )


Play = Callable[[list[Step]], list[list[object]]]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Play]:
    """Plays the same steps on a fresh journal of each store; answers what each said."""
    directory: Path = tmp_path_factory.mktemp("alike")
    sites = count()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        stores: list[Store] = [
            runner.run(stack.enter_async_context(open_store(kind, directory, postgres))) for kind in KINDS
        ]

        async def on_each(steps: list[Step]) -> list[list[object]]:
            site = f"site-{next(sites)}"
            said = []
            for store in stores:
                store.clock.now = NOON
                said.append(await Driver(store.journal(site, capacity=5), store.clock).play(steps))
            return said

        yield lambda steps: runner.run(on_each(steps))
        runner.run(stack.aclose())


# Shrinking would take longer than a test may; the steps are printed as they are.
@settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(steps=STEPS)
def test_every_store_gives_the_same_answers(play: Play, steps: list[Step]) -> None:
    first, *others = play(steps)

    assert others == [first] * (len(KINDS) - 1)
