"""What every store of the journal must keep, run against each of them."""

import asyncio

import pytest

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
    RecordedDecision,
    Snapshot,
)
from tests.conformance.stores import NOON, Store

TTL = Millis(10_000)


def entry(request: str, *, source: str = "ss_1", must: bool = False) -> Entry:
    return Entry(source=source, request=request, body=f"fact {request}".encode(), must=must)


async def append(journal: Journal, *requests: str) -> list[Position]:
    return await journal.append([entry(request) for request in requests])


async def claimed(journal: Journal, owner: str = "pr_1", *, core_version: int = 1) -> Claim:
    claim = await journal.claim(owner, core_version=core_version, ttl_ms=TTL)
    assert claim is not None
    return claim


def step(upto: int, *bodies: bytes, at: int = NOON) -> Commit:
    return Commit(upto=Position(upto), decisions=[(Position(upto), Millis(at), body) for body in bodies])


def live(contact: str, agent: str | None = None, *, slot: int = 0) -> LiveContact:
    return LiveContact(
        contact=ContactId(contact),
        group=GroupId("sales"),
        phase="queued" if agent is None else "talking",
        epoch=Epoch(0 if agent is None else 1),
        visitor=VisitorKey("v_1"),
        agent=None if agent is None else AgentId(agent),
        slot=None if agent is None else slot,
    )


def snapshot(upto: int, number: int, body: bytes = b"state") -> Snapshot:
    return Snapshot(upto=Position(upto), number=number, at=NOON, version=1, body=body)


def bodies(decisions: list[RecordedDecision] | None) -> list[bytes]:
    assert decisions is not None
    return [decision.body for decision in decisions]


# Appending.


async def test_facts_come_out_in_the_order_they_went_in(journal: Journal) -> None:
    await append(journal, "a")
    await append(journal, "b", "c")

    facts = await journal.facts(START)

    assert [(fact.position, fact.source, fact.request, fact.body) for fact in facts] == [
        (1, "ss_1", "a", b"fact a"),
        (2, "ss_1", "b", b"fact b"),
        (3, "ss_1", "c", b"fact c"),
    ]


async def test_facts_can_be_read_a_piece_at_a_time(journal: Journal) -> None:
    await append(journal, "a", "b", "c")

    assert [fact.position for fact in await journal.facts(START, 2)] == [1, 2]
    assert [fact.position for fact in await journal.facts(Position(2), 2)] == [3]
    assert await journal.facts(Position(3)) == []


async def test_many_at_once_are_numbered_without_a_gap(store: Store) -> None:
    one, other = store.journal(), store.journal()

    async with asyncio.TaskGroup() as group:
        for number in range(50):
            journal = (one, other)[number % 2]
            group.create_task(journal.append([entry(f"{number}-a"), entry(f"{number}-b")]))

    facts = await one.facts(START)
    assert [fact.position for fact in facts] == list(range(1, 101))
    # What was appended together stays together.
    assert all(a.request[:-2] == b.request[:-2] for a, b in zip(facts[::2], facts[1::2], strict=True))


async def test_time_never_goes_back(store: Store) -> None:
    journal = store.journal()
    for ms in (0, 5, -3_600_000, 1, 3_600_500):
        store.clock.turn(ms)
        await append(journal, str(store.clock.now))

    at = [fact.at - NOON for fact in await journal.facts(START)]

    assert at == [0, 5, 5, 5, 506]
    assert await journal.last_at() == NOON + 506


async def test_an_empty_journal_has_no_last_time(journal: Journal) -> None:
    assert await journal.last_at() == 0
    assert await journal.decided() == START


async def test_a_repeated_request_is_the_first_one_again(journal: Journal) -> None:
    (first,) = await append(journal, "a")
    await append(journal, "b")

    again, new = await journal.append([Entry(source="ss_1", request="a", body=b"something else"), entry("c")])

    assert (again, new) == (first, 3)
    assert [fact.body for fact in await journal.facts(START)] == [b"fact a", b"fact b", b"fact c"]


async def test_a_request_repeated_within_one_batch_counts_once(journal: Journal) -> None:
    assert await append(journal, "a", "a", "b") == [1, 1, 2]


async def test_the_same_number_of_another_source_is_another_request(journal: Journal) -> None:
    await append(journal, "1")

    assert await journal.append([entry("1", source="ss_2")]) == [2]


async def test_sites_share_nothing(store: Store) -> None:
    demo, shop = store.journal("demo"), store.journal("shop")
    claim = await claimed(demo)
    await append(demo, "a", "b")
    await demo.commit(claim, step(2, b"decided"))

    assert await append(shop, "a") == [1]
    assert await shop.decisions(0) == []
    assert (await claimed(shop, "pr_2")).term == 1


# Being full.


async def test_a_full_journal_takes_only_what_must_pass(store: Store) -> None:
    journal = store.journal(capacity=2)
    await append(journal, "a", "b")

    with pytest.raises(JournalFull):
        await append(journal, "c")

    assert await journal.append([entry("hang up", must=True)]) == [3]


async def test_a_batch_that_does_not_fit_leaves_nothing_behind(store: Store) -> None:
    journal = store.journal(capacity=2)

    with pytest.raises(JournalFull):
        await journal.append([entry("a"), entry("hang up", must=True), entry("c")])

    assert await journal.facts(START) == []


async def test_a_full_journal_still_knows_what_it_has(store: Store) -> None:
    journal = store.journal(capacity=1)
    await append(journal, "a")

    assert await append(journal, "a") == [1]


async def test_deciding_makes_room(store: Store) -> None:
    journal = store.journal(capacity=2)
    claim = await claimed(journal)
    await append(journal, "a", "b")

    await journal.commit(claim, step(1))

    assert await append(journal, "c") == [3]
    with pytest.raises(JournalFull):
        await append(journal, "d")


# Claiming.


async def test_one_decides_at_a_time(store: Store) -> None:
    await claimed(store.journal(), "pr_1")

    assert await store.journal().claim("pr_2", core_version=1, ttl_ms=TTL) is None


async def test_renewing_keeps_the_term(store: Store) -> None:
    journal = store.journal()
    first = await claimed(journal)
    store.clock.turn(TTL - 1)
    again = await claimed(journal)
    store.clock.turn(TTL - 1)

    assert again.term == first.term
    assert await journal.claim("pr_2", core_version=1, ttl_ms=TTL) is None


async def test_a_claim_that_ran_out_can_be_taken_over_with_a_higher_term(store: Store) -> None:
    journal = store.journal()
    old = await claimed(journal, "pr_1")
    store.clock.turn(TTL)

    new = await claimed(journal, "pr_2")

    assert new.term > old.term
    assert await journal.claim("pr_1", core_version=1, ttl_ms=TTL) is None


async def test_a_claim_that_ran_out_is_kept_by_its_owner_if_nobody_took_it(store: Store) -> None:
    journal = store.journal()
    old = await claimed(journal)
    await append(journal, "a")
    store.clock.turn(TTL * 2)

    assert await journal.commit(old, step(1, b"late, but mine")) == 1
    assert (await claimed(journal)).term == old.term


async def test_a_released_claim_is_free_at_once(journal: Journal) -> None:
    old = await claimed(journal, "pr_1")

    await journal.release(old)

    assert (await claimed(journal, "pr_2")).term > old.term


async def test_releasing_an_old_claim_changes_nothing(store: Store) -> None:
    journal = store.journal()
    old = await claimed(journal, "pr_1")
    store.clock.turn(TTL)
    await claimed(journal, "pr_2")

    await journal.release(old)

    assert await journal.claim("pr_3", core_version=1, ttl_ms=TTL) is None


async def test_who_takes_over_learns_how_long_nobody_decided(store: Store) -> None:
    journal = store.journal()
    first = await claimed(journal, "pr_1")
    await append(journal, "a")
    store.clock.turn(4_000)
    await journal.commit(first, step(1))
    store.clock.turn(60_000)

    taken = await claimed(journal, "pr_2")

    assert first.paused_ms == 0
    assert taken.paused_ms == 60_000


async def test_an_older_core_may_not_decide(store: Store) -> None:
    journal = store.journal()
    await claimed(journal, "pr_new", core_version=2)
    store.clock.turn(TTL)

    with pytest.raises(OlderCore):
        await journal.claim("pr_old", core_version=1, ttl_ms=TTL)

    assert (await claimed(journal, "pr_newer", core_version=3)).term == 2


# Committing.


async def test_decisions_come_out_numbered_with_their_cause_and_time(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "b")

    last = await journal.commit(
        claim,
        Commit(
            upto=Position(2),
            decisions=[
                (Position(1), Millis(NOON + 1), b"one"),
                (Position(2), Millis(NOON + 2), b"two"),
                (Position(2), Millis(NOON + 2), b"three"),
            ],
        ),
    )

    assert last == 3
    assert await journal.decided() == 2
    assert [(d.number, d.cause, d.at - NOON, d.body) for d in await journal.decisions(0)] == [
        (1, 1, 1, b"one"),
        (2, 2, 2, b"two"),
        (3, 2, 2, b"three"),
    ]
    assert [d.number for d in await journal.decisions(1, 1)] == [2]
    assert await journal.decisions(3) == []


async def test_a_fact_may_cause_nothing(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a")

    assert await journal.commit(claim, step(1)) == 0
    assert await journal.caused_by(Position(1)) == []


async def test_what_a_fact_caused_is_not_known_before_it_is_decided(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "b")
    assert await journal.caused_by(Position(1)) is None

    await journal.commit(claim, step(1, b"one", b"two"))

    assert bodies(await journal.caused_by(Position(1))) == [b"one", b"two"]
    assert await journal.caused_by(Position(2)) is None


async def test_who_was_replaced_cannot_commit(store: Store) -> None:
    journal = store.journal()
    old = await claimed(journal, "pr_1")
    await append(journal, "a")
    store.clock.turn(TTL)
    await claimed(journal, "pr_2")

    with pytest.raises(Fenced):
        await journal.commit(
            old,
            Commit(
                upto=Position(1),
                decisions=[(Position(1), NOON, b"from the grave")],
                changed=[live("ct_1")],
            ),
        )

    assert await journal.decided() == START
    assert await journal.decisions(0) == []
    assert await journal.live() == []


async def test_who_was_replaced_cannot_set_aside_or_save(store: Store) -> None:
    journal = store.journal()
    old = await claimed(journal, "pr_1")
    await append(journal, "a")
    store.clock.turn(TTL)
    await claimed(journal, "pr_2")

    with pytest.raises(Fenced):
        await journal.quarantine(old, Position(1), "no")
    with pytest.raises(Fenced):
        await journal.save_snapshot(old, snapshot(0, 0))

    assert await journal.quarantined() == []
    assert await journal.snapshots() == []


async def test_decisions_and_live_contacts_come_together(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a")

    await journal.commit(
        claim,
        Commit(
            upto=Position(1),
            decisions=[(Position(1), NOON, b"one")],
            changed=[live("ct_1", "ag_1"), live("ct_2")],
        ),
    )

    assert await journal.live() == [live("ct_1", "ag_1"), live("ct_2")]


async def test_closed_contacts_leave_the_guard(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "b")
    await journal.commit(claim, Commit(upto=Position(1), decisions=[], changed=[live("ct_1", "ag_1"), live("ct_2")]))

    await journal.commit(
        claim, Commit(upto=Position(2), decisions=[], closed=[ContactId("ct_1"), ContactId("ct_never_was")])
    )

    assert await journal.live() == [live("ct_2")]


async def test_two_contacts_on_one_slot_are_refused_and_nothing_is_written(store: Store) -> None:
    journal = store.journal()
    claim = await claimed(journal)
    await append(journal, "a", "b")
    await journal.commit(claim, Commit(upto=Position(1), decisions=[], changed=[live("ct_1", "ag_1")]))

    with pytest.raises(ConstraintBroken):
        await journal.commit(
            claim,
            Commit(
                upto=Position(2),
                decisions=[(Position(2), NOON, b"wrong")],
                changed=[live("ct_2", "ag_1")],
                closed=[ContactId("ct_0")],
            ),
        )

    assert await journal.decided() == 1
    assert await journal.decisions(0) == []
    assert await journal.live() == [live("ct_1", "ag_1")]


async def test_another_slot_or_another_agent_is_no_conflict(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a")
    rows = [live("ct_1", "ag_1"), live("ct_2", "ag_1", slot=1), live("ct_3", "ag_2"), live("ct_4"), live("ct_5")]

    await journal.commit(claim, Commit(upto=Position(1), decisions=[], changed=rows))

    assert await journal.live() == rows


async def test_contacts_may_swap_agents_in_one_commit(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "b")
    await journal.commit(
        claim, Commit(upto=Position(1), decisions=[], changed=[live("ct_1", "ag_1"), live("ct_2", "ag_2")])
    )

    swapped = [live("ct_1", "ag_2"), live("ct_2", "ag_1")]
    await journal.commit(claim, Commit(upto=Position(2), decisions=[], changed=swapped))

    assert await journal.live() == swapped


# Quarantine.


async def test_a_fact_set_aside_is_decided_and_left_out(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "poison", "c")
    await journal.commit(claim, step(1, b"one"))

    await journal.quarantine(claim, Position(2), "ValueError: no")

    assert await journal.quarantined() == [(2, "ValueError: no")]
    assert await journal.decided() == 2
    assert await journal.caused_by(Position(2)) == []
    assert [fact.request for fact in await journal.facts(START)] == ["a", "c"]
    assert [fact.request for fact in await journal.facts(Position(2))] == ["c"]


async def test_facts_before_a_fact_set_aside_cannot_be_passed_over(journal: Journal) -> None:
    claim = await claimed(journal)
    await append(journal, "a", "poison")

    with pytest.raises(ValueError, match="not the next"):
        await journal.quarantine(claim, Position(2), "no")

    assert await journal.decided() == START


# Snapshots and trimming.


async def test_two_snapshots_are_kept_newest_first(journal: Journal) -> None:
    claim = await claimed(journal)
    assert await journal.snapshots() == []

    for number in (10, 20, 30):
        await journal.save_snapshot(claim, snapshot(number + 1, number))

    assert await journal.snapshots() == [snapshot(31, 30), snapshot(21, 20)]


async def test_the_same_snapshot_again_replaces_itself(journal: Journal) -> None:
    claim = await claimed(journal)
    await journal.save_snapshot(claim, snapshot(1, 1, b"first"))
    await journal.save_snapshot(claim, snapshot(2, 2, b"broken"))
    await journal.save_snapshot(claim, snapshot(2, 2, b"whole"))

    assert [kept.body for kept in await journal.snapshots()] == [b"whole", b"first"]


async def test_trimming_deletes_what_is_old_and_no_snapshot_needs(store: Store) -> None:
    journal = store.journal()
    claim = await claimed(journal)
    for position in range(1, 6):
        await append(journal, str(position))
        await journal.commit(claim, step(position, f"d{position}".encode(), at=store.clock.now))
        store.clock.turn(1_000)
    await journal.save_snapshot(claim, snapshot(3, 3))
    await journal.save_snapshot(claim, snapshot(5, 5))

    assert await journal.trim(Millis(NOON + 1_000)) == 1
    assert [fact.position for fact in await journal.facts(START)] == [2, 3, 4, 5]
    assert [decision.number for decision in await journal.decisions(0)] == [2, 3, 4, 5]

    # The older snapshot needs what came after it, however old that is.
    assert await journal.trim(Millis(NOON + 3_600_000)) == 2
    assert [fact.position for fact in await journal.facts(START)] == [4, 5]
    assert [decision.number for decision in await journal.decisions(0)] == [4, 5]


async def test_without_two_snapshots_nothing_is_trimmed(store: Store) -> None:
    journal = store.journal()
    claim = await claimed(journal)
    await append(journal, "a")
    await journal.commit(claim, step(1, b"one"))
    await journal.save_snapshot(claim, snapshot(1, 1))

    assert await journal.trim(Millis(NOON + 3_600_000)) == 0
    assert len(await journal.facts(START)) == 1


async def test_numbers_go_on_after_everything_was_trimmed(store: Store) -> None:
    journal = store.journal()
    claim = await claimed(journal)
    await append(journal, "a", "b")
    await journal.commit(claim, step(2, b"one"))
    await journal.save_snapshot(claim, snapshot(1, 0))
    await journal.save_snapshot(claim, snapshot(2, 1))
    await journal.save_snapshot(claim, snapshot(2, 2))
    await journal.trim(Millis(NOON + 1))

    assert await journal.facts(START) == []
    assert await append(journal, "c") == [3]
    assert await journal.commit(claim, step(3, b"two")) == 2
    assert await journal.decided() == 3


async def test_a_long_record_is_trimmed_to_its_end(store: Store) -> None:
    journal = store.journal(capacity=10_000)
    claim = await claimed(journal)
    await append(journal, *(str(number) for number in range(5_000)))
    await journal.commit(claim, step(5_000, b"one"))
    await journal.save_snapshot(claim, snapshot(5_000, 0))
    await journal.save_snapshot(claim, snapshot(5_000, 1))

    assert await journal.trim(Millis(NOON + 1)) == 5_000
    assert await journal.facts(START) == []
