"""What the running site promises to everybody who reports to it and follows it."""

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from acd.core import CORE_VERSION, Core
from acd.decisions import Admit, Assign, Decision, EndReason, Refuse
from acd.facts import (
    CallerAttached,
    CallerHungUp,
    ContactRequested,
    Fact,
    OfferAccepted,
    Ticked,
)
from acd.ids import ContactId, Epoch, Millis, SessionId
from acd.state import State
from gateway.journal.codec import decode_decision
from gateway.journal.port import Entry, OlderCore, Snapshot
from gateway.runtime.clock import SteadyClock
from gateway.runtime.decider import SnapshotRule
from gateway.runtime.fold import Gap
from signaling.ports import FloorBusy
from tests.gateway.running_site import DEMO, NOON, FragileJournal, Hands, request_of, running

# Reporting.


async def test_who_reports_learns_what_was_decided_and_the_state_has_it() -> None:
    async with running() as site:
        await site.open()

        outcome = await site.report(request_of("first"))

        assert outcome.decided is not None
        assert [type(decision) for decision in outcome.decided] == [Admit]
        assert ContactId("ct_first") in site.runtime.state.contacts


async def test_a_fact_that_changes_nothing_is_answered_too() -> None:
    async with running() as site:
        await site.open()

        outcome = await site.report(CallerHungUp(contact=ContactId("ct_nobody")))

        assert outcome.decided == ()


async def test_a_repeated_report_gets_the_first_ones_outcome() -> None:
    async with running() as site:
        await site.open()
        first = await site.report(request_of("first"), request="same")

        again = await site.report(request_of("first"), request="same")

        assert again.decided == first.decided
        assert (await site.journal.kinds())["ContactRequested"] == 1


async def test_reports_at_the_same_time_share_a_transaction() -> None:
    async with running() as site:
        await site.open()
        before = site.journal.appends

        async with asyncio.TaskGroup() as group:
            for number in range(300):
                group.create_task(site.report(request_of(str(number))))

        assert site.journal.appends - before <= 4
        assert len(site.runtime.state.contacts) == 300


async def test_reports_are_decided_in_the_order_they_were_made() -> None:
    async with running() as site:
        await site.open()

        async with asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(site.report(request_of(str(number))))

        positions = [site.runtime.state.position(ContactId(f"ct_{number}")) for number in range(100)]
        assert positions == list(range(1, 101))


async def test_while_somebody_else_decides_the_outcome_is_pending() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    await journal.claim("pr_other", core_version=CORE_VERSION, ttl_ms=Millis(10_000))
    async with running(hands=hands, journal=journal, answer_within_s=0.05) as site:
        assert not site.runtime.is_deciding

        assert (await site.report(request_of("first"))).decided is None


async def test_who_stops_waiting_leaves_nothing_behind() -> None:
    async with running() as site:
        await site.open()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await site.report(request_of("first"), request="same")

        again = await site.report(request_of("first"), request="same")

        assert again.decided is not None
        assert len(site.runtime.state.contacts) == 1


# Being full, and failing stores.


async def test_a_full_journal_turns_new_contacts_away_and_lets_hang_ups_pass() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON, capacity=3)
    await journal.claim("pr_other", core_version=CORE_VERSION, ttl_ms=Millis(10_000))
    async with running(hands=hands, journal=journal, answer_within_s=0.05) as site:
        await journal.append([Entry(source="s", request=str(number), body=b"{}") for number in range(3)])

        with pytest.raises(FloorBusy):
            await site.report(request_of("too many"))
        await site.report(CallerHungUp(contact=ContactId("ct_1")))

        assert len(await journal.facts(await journal.decided())) == 4


async def test_of_one_batch_only_those_who_need_not_pass_are_turned_away() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON, capacity=1)
    await journal.claim("pr_other", core_version=CORE_VERSION, ttl_ms=Millis(10_000))
    async with running(hands=hands, journal=journal, answer_within_s=0.05) as site:
        await journal.append([Entry(source="s", request="0", body=b"{}")])

        results = await asyncio.gather(
            site.report(request_of("too many")),
            site.report(CallerHungUp(contact=ContactId("ct_1"))),
            site.report(request_of("many")),
            return_exceptions=True,
        )

        assert [isinstance(result, FloorBusy) for result in results] == [True, False, True]


async def test_a_disk_that_is_full_is_said_at_once_and_forgotten_when_it_has_room() -> None:
    async with running() as site:
        await site.open()
        site.journal.is_unwritable = True
        with pytest.raises(FloorBusy):
            await site.report(request_of("first"))

        site.journal.is_unwritable = False

        assert (await site.report(request_of("first"))).decided


async def test_a_commit_whose_answer_was_lost_is_neither_lost_nor_repeated() -> None:
    async with running(answer_within_s=0.05) as site:
        await site.open()
        site.journal.commits_to_lose = 1

        await site.report(request_of("first"))
        await site.until(lambda: site.runtime.is_deciding)
        await site.report(request_of("second"))

        made = await site.journal.made()
        assert [decision.contact for decision in made if isinstance(decision, Admit)] == ["ct_first", "ct_second"]
        assert list(site.runtime.state.contacts) == ["ct_first", "ct_second"]


async def test_a_read_that_fails_half_way_loses_no_decision() -> None:
    async with running(answer_within_s=0.05) as site:
        await site.open()
        site.journal.reads_before_failing = 1
        await site.report(request_of("first"))

        await site.until(lambda: "ct_first" in site.runtime.state.contacts)
        await site.report(CallerHungUp(contact=ContactId("ct_first")))

        assert site.journal.reads_before_failing is None
        assert site.runtime.state.contacts == {}


# Following.


async def test_followers_hear_each_step_in_order_when_the_state_has_it() -> None:
    async with running() as site:
        heard: list[tuple[list[str], int, bool]] = []

        def listen(decisions: Sequence[Decision], at: Millis) -> None:
            names = [type(decision).__name__ for decision in decisions]
            heard.append((names, at - NOON, "ct_first" in site.runtime.state.contacts))

        await site.open()
        end = site.runtime.follow(listen)
        await site.asks("first")
        site.hands.turn(1_000)
        await site.report(CallerHungUp(contact=ContactId("ct_first")))
        end()
        await site.asks("second")

        assert heard == [(["Admit"], 0, True), (["EndContact", "RememberVisitor"], 1_000, False)]


async def test_a_follower_that_fails_harms_nobody() -> None:
    async with running() as site:
        heard = []

        def fail(decisions: Sequence[Decision], at: Millis) -> None:
            raise KeyError("a bug")

        site.runtime.follow(fail)
        site.runtime.follow(lambda decisions, at: heard.append(decisions))

        await site.open()

        assert len(heard) == 1
        assert site.count("follower_errors_total") == 1


async def test_a_process_that_stands_by_follows_too_and_takes_over() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal, process="pr_2", answer_within_s=0.05) as second:
        assert second.runtime.is_deciding
        async with running(hands=hands, journal=journal, process="pr_1") as first:
            await second.open()
            await second.asks("first")
            await first.until(lambda: "ct_first" in first.runtime.state.contacts)
            assert not first.runtime.is_deciding

            hands.turn(11_000)
            await first.until(lambda: first.runtime.is_deciding)
            await second.asks("second")
            await first.until(lambda: "ct_second" in first.runtime.state.contacts)
            await second.until(lambda: "ct_second" in second.runtime.state.contacts)

            # The pause was told once, by who took over.
            assert (await journal.kinds())["TimeSkipped"] == 1
            assert second.runtime.is_deciding != first.runtime.is_deciding


# Facts that cannot be decided.


class Allergic(Core):
    """A core with a bug."""

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        decisions = super().decide(fact, at)
        if isinstance(fact, ContactRequested) and fact.contact.startswith("ct_poison"):
            raise ZeroDivisionError("a bug")
        return decisions


async def test_a_fact_that_breaks_the_core_is_set_aside_and_the_site_goes_on() -> None:
    async with running(make_core=Allergic) as site:
        await site.open()

        async with asyncio.TaskGroup() as group:
            reports = [group.create_task(site.report(request_of(name))) for name in ("a", "poison", "b", "c")]

        assert [bool(report.result().decided) for report in reports] == [True, False, True, True]
        assert list(site.runtime.state.contacts) == ["ct_a", "ct_b", "ct_c"]
        ((_, reason),) = await site.journal.quarantined()
        assert reason == "ZeroDivisionError: a bug"
        assert site.count("facts_quarantined_total") == 1


async def test_nothing_of_a_fact_that_broke_the_core_stays_in_its_state() -> None:
    async with running(make_core=Allergic) as site:
        await site.open()

        await site.report(request_of("poison"))
        outcome = await site.report(request_of("after"))

        assert isinstance(outcome.decided, Sequence)
        (admit,) = outcome.decided
        assert isinstance(admit, Admit)
        assert admit.sequence == 1


class HalfWay(Core):
    """A core with a bug that shows once it has half done its work."""

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        decisions = super().decide(fact, at)
        if isinstance(fact, CallerHungUp):
            raise ZeroDivisionError("a bug")
        return decisions


async def test_a_fact_that_broke_the_core_half_way_spoils_no_row_of_the_guard() -> None:
    async with running(make_core=HalfWay) as site:
        await site.open()
        contact = await site.asks("first")

        async with asyncio.TaskGroup() as group:
            group.create_task(
                site.report(CallerAttached(contact=contact, session=SessionId("ss_first"), process=site.process))
            )
            group.create_task(site.report(CallerHungUp(contact=contact)))

        assert list(site.runtime.state.contacts) == [contact]
        assert [row.contact for row in await site.journal.live()] == [contact]


async def test_a_fact_nobody_can_read_is_set_aside() -> None:
    async with running() as site:
        await site.open()
        await site.journal.append(
            [
                Entry(source="s", request="1", body=b'["FromTomorrow",{}]'),
                Entry(source="s", request="2", body=b"rubbish"),
            ]
        )

        await site.asks("first")

        assert [reason.split(":")[0] for _, reason in await site.journal.quarantined()] == ["Unreadable", "Unreadable"]
        assert "ct_first" in site.runtime.state.contacts


@pytest.mark.parametrize("size", [1, 2, 7, 100])
async def test_a_fact_the_store_refuses_is_found_in_its_batch_and_set_aside(size: int) -> None:
    chosen = random.Random(size).randrange(size)
    async with running() as site:
        await site.open()
        site.journal.refused.add(ContactId(f"ct_{chosen}"))

        async with asyncio.TaskGroup() as group:
            for number in range(size):
                group.create_task(site.report(request_of(str(number))))
        await site.notice()

        expected = [f"ct_{number}" for number in range(size) if number != chosen]
        assert list(site.runtime.state.contacts) == expected
        assert [row.contact for row in await site.journal.live()] == sorted(expected)
        assert [reason for _, reason in await site.journal.quarantined()] == ["ConstraintBroken: refused"]


# Time.


async def test_a_deadline_passes_without_anybody_saying_anything() -> None:
    async with running() as site:
        await site.open()
        agent = await site.agent(1)
        contact = await site.caller("first")
        assert site.ringing() == {agent: contact}

        for _ in range(21):
            site.hands.turn(1_000)
            await site.let_run()
        await site.until(lambda: site.ringing() == {})

        assert (await site.journal.kinds())["Ticked"] >= 1


async def test_one_deadline_is_one_tick() -> None:
    async with running() as site:
        await site.open()
        await site.agent(1)
        await site.caller("first")
        await site.pass_time(19_500)

        site.hands.turn(500)
        await site.until(lambda: site.ringing() == {})
        await site.let_run()

        assert (await site.journal.kinds())["Ticked"] == 1


async def test_standing_still_ends_nobodys_grace() -> None:
    async with running() as site:
        await site.open()
        agent = await site.agent(1)
        contact = await site.caller("first")

        await site.stand_still(3_600_000)

        assert site.ringing() == {agent: contact}
        assert site.count("time_skipped_seconds_total") == 3_600
        # What was left of the ring is still left, and no more.
        await site.pass_time(21_000)
        assert site.ringing() == {}


async def test_a_clock_set_forward_ends_nobodys_grace() -> None:
    async with running() as site:
        await site.open()
        agent = await site.agent(1)
        contact = await site.caller("first")

        site.hands.set_wall(86_400_000)
        await site.notice()

        assert site.ringing() == {agent: contact}
        assert await site.journal.last_at() == NOON + 86_400_000


async def test_a_clock_set_back_stops_no_deadline() -> None:
    async with running() as site:
        await site.open()
        await site.agent(1)
        await site.caller("first")

        site.hands.set_wall(-86_400_000)
        await site.pass_time(21_000)

        assert site.ringing() == {}
        assert site.count("time_skipped_seconds_total") == 0


async def test_after_a_restart_with_the_clock_set_back_time_goes_on() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
        await site.asks("first")
    hands.set_wall(-86_400_000)

    async with running(hands=hands, journal=journal, process="pr_2") as site:
        await site.pass_time(121_000)

        assert site.runtime.state.contacts == {}


async def test_a_short_gap_is_nothing_special() -> None:
    async with running() as site:
        await site.open()

        await site.stand_still(1_900)

        assert (await site.journal.kinds())["TimeSkipped"] == 0


def test_a_clock_that_is_read_while_it_is_stepped_never_goes_back() -> None:
    hands = Hands()
    meanwhile: list[Callable[[], None]] = []

    def monotonic() -> float:
        if meanwhile:
            meanwhile.pop()()
        return hands.monotonic()

    clock = SteadyClock(hands.wall, monotonic)
    hands.turn(3_600_000)
    hands.set_wall(10)
    before = clock()

    meanwhile.append(clock.follow)

    assert before <= clock() <= clock()


# Starting again.


async def test_how_a_contact_ended_outlives_the_process() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
        contact = await site.caller("a")
        await site.report(CallerHungUp(contact=contact))

    async with running(hands=hands, journal=journal, process="pr_2") as site:
        (before,) = site.runtime.ended
        again = await site.caller("b")
        await site.report(CallerHungUp(contact=again))

        assert (before.contact.id, before.reason, before.at) == (contact, EndReason.ABANDONED, NOON)
        assert [ended.contact.id for ended in site.runtime.ended] == [contact, again]


async def test_after_a_restart_everybody_keeps_place_and_grace() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
        await site.agent(1)
        talking = await site.caller("talking")
        await site.accepts((await journal.live())[0].agent or pytest.fail("nobody rings"), talking)
        waiting = [await site.caller(name) for name in ("a", "b", "c")]
        before = site.runtime.state.records()
    hands.turn(3_600_000)

    async with running(hands=hands, journal=journal, process="pr_2") as site:
        state = site.runtime.state

        assert [state.position(contact) for contact in waiting] == [1, 2, 3]
        assert {contact.id for contact in before.contacts} == set(state.contacts)
        # They were on a process that is no more, and have all their time to come back.
        grace = [contact.caller.grace_until for contact in state.contacts.values()]
        assert grace == [hands.wall_ms + ms for ms in (60_000, 120_000, 120_000, 120_000)]
        kinds = await journal.kinds()
        assert (kinds["TimeSkipped"], kinds["ProcessLost"]) == (1, 1)

        await site.report(
            CallerAttached(contact=waiting[0], session=SessionId("ss_a"), process=site.process), source="ss_a"
        )
        assert state.contacts[waiting[0]].caller.is_attached


async def test_the_pause_is_told_before_anything_that_came_after_it() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
        await site.asks("first")
        last = await journal.decided()
    hands.turn(3_600_000)

    async with running(hands=hands, journal=journal, process="pr_2") as site:
        await site.asks("second")

        assert b"TimeSkipped" in (await journal.facts(last))[0].body
        assert list(site.runtime.state.contacts) == ["ct_first", "ct_second"]


class Undecided(Core):
    """A core that must not be asked."""

    def decide(self, fact: Fact, at: Millis) -> list[Decision]:
        if isinstance(fact, Ticked):
            return []
        raise AssertionError("recovery decided something")


async def test_recovery_decides_nothing() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
        await site.caller("first")
    decided = len(await journal.decisions(0))

    async with running(hands=hands, journal=journal, make_core=Undecided) as site:
        assert "ct_first" in site.runtime.state.contacts
        assert len(await journal.decisions(0)) == decided


async def test_what_was_reported_but_not_decided_is_decided_next_time() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    async with running(hands=hands, journal=journal) as site:
        await site.open()
    await journal.claim("pr_other", core_version=CORE_VERSION, ttl_ms=Millis(10_000))
    async with running(hands=hands, journal=journal, process="pr_2", answer_within_s=0.05) as site:
        assert (await site.report(request_of("first"), request="r")).decided is None
    hands.turn(10_000)

    async with running(hands=hands, journal=journal, process="pr_3") as site:
        outcome = await site.report(request_of("first"), request="r", source="ss_test")

        assert outcome.decided
        assert list(site.runtime.state.contacts) == ["ct_first"]


async def test_an_older_release_refuses_to_start() -> None:
    journal = FragileJournal(lambda: NOON)
    await journal.claim("pr_new", core_version=99, ttl_ms=Millis(0))

    with pytest.raises(OlderCore):
        async with running(journal=journal):
            pass


async def test_stopping_leaves_no_task_and_no_claim() -> None:
    before = asyncio.all_tasks()
    async with running() as site:
        await site.open()
        assert len(asyncio.all_tasks()) > len(before)

    assert asyncio.all_tasks() == before
    with pytest.raises(FloorBusy):
        await site.report(request_of("late"))
    assert await site.journal.claim("pr_2", core_version=99, ttl_ms=Millis(1)) is not None


async def test_what_was_reported_before_stopping_is_still_answered() -> None:
    async with asyncio.TaskGroup() as group, running() as site:
        await site.open()
        report = group.create_task(site.report(request_of("last")))
        await asyncio.sleep(0)

    assert report.result().decided


# Snapshots.

EVERY_STEP = SnapshotRule(decisions=1)


async def _with_snapshots(hands: Hands, journal: FragileJournal) -> None:
    async with running(hands=hands, journal=journal, snapshot_rule=EVERY_STEP) as site:
        await site.open()
        await site.until(lambda: journal.saves == 1)
        for saved, name in enumerate(("a", "b", "c", "d"), 1):
            await site.asks(name)
            await site.until(lambda saved=saved: journal.saves > saved)  # type: ignore[misc]


def _spoil(snapshot: Snapshot) -> Snapshot:
    spoiled = bytearray(snapshot.body)
    spoiled[len(spoiled) // 2] ^= 0xFF
    return Snapshot(
        upto=snapshot.upto, number=snapshot.number, at=snapshot.at, version=snapshot.version, body=bytes(spoiled)
    )


async def test_a_start_folds_only_what_came_after_the_snapshot() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    await _with_snapshots(hands, journal)
    evolved: list[Decision] = []

    class Counting(Core):
        def evolve(self, decision: Decision, at: Millis) -> Decision:
            evolved.append(decision)
            return super().evolve(decision, at)

    newest = (await journal.snapshots())[0].number
    later = [decode_decision(decision.body) for decision in await journal.decisions(newest)]
    async with running(hands=hands, journal=journal, make_core=Counting) as site:
        # Once for the decider and once for the replica.
        assert evolved == later * 2
        assert list(site.runtime.state.contacts) == ["ct_a", "ct_b", "ct_c", "ct_d"]


@pytest.mark.parametrize("broken", [1, 2])
async def test_a_broken_snapshot_is_passed_over(broken: int) -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    await _with_snapshots(hands, journal)
    claim = await journal.claim("pr_1", core_version=CORE_VERSION, ttl_ms=Millis(1_000))
    assert claim is not None
    for snapshot in (await journal.snapshots())[:broken]:
        await journal.save_snapshot(claim, _spoil(snapshot))

    async with running(hands=hands, journal=journal) as site:
        assert list(site.runtime.state.contacts) == ["ct_a", "ct_b", "ct_c", "ct_d"]
        assert site.count("snapshots_broken_total") == broken * 2


async def test_a_snapshot_of_a_later_core_is_passed_over() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    await _with_snapshots(hands, journal)
    claim = await journal.claim("pr_1", core_version=CORE_VERSION, ttl_ms=Millis(1_000))
    assert claim is not None
    newest = (await journal.snapshots())[0]
    await journal.save_snapshot(
        claim, Snapshot(upto=newest.upto, number=newest.number, at=newest.at, version=99, body=newest.body)
    )

    async with running(hands=hands, journal=journal) as site:
        assert list(site.runtime.state.contacts) == ["ct_a", "ct_b", "ct_c", "ct_d"]


async def test_a_state_that_cannot_be_rebuilt_whole_is_not_served() -> None:
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    await _with_snapshots(hands, journal)
    await journal.trim(Millis(NOON + 1))
    claim = await journal.claim("pr_1", core_version=CORE_VERSION, ttl_ms=Millis(1_000))
    assert claim is not None
    for snapshot in await journal.snapshots():
        await journal.save_snapshot(claim, _spoil(snapshot))

    with pytest.raises(Gap):
        async with running(hands=hands, journal=journal):
            pass


async def test_snapshots_also_come_with_time() -> None:
    async with running(snapshot_rule=SnapshotRule(decisions=1_000_000, ms=60_000)) as site:
        await site.open()
        await site.asks("first")
        assert await site.journal.snapshots() == []

        await site.pass_time(61_000)
        await site.asks("second")
        await site.until(lambda: site.journal.saves == 1)


# Everything together.


async def test_whatever_goes_wrong_the_state_is_the_fold_of_what_was_committed() -> None:
    chance = random.Random(7)
    hands, journal = Hands(), FragileJournal(lambda: NOON)
    for life in range(4):
        async with running(
            hands=hands,
            journal=journal,
            process=f"pr_{life}",
            make_core=Allergic,
            snapshot_rule=SnapshotRule(decisions=20),
        ) as site:
            await site.open()
            agents = [await site.agent(number) for number in (1, 2)]
            for number in range(30):
                name = f"{'poison' if chance.random() < 0.05 else 'c'}{life}_{number}"
                await site.report(request_of(name))
                await site.report(
                    CallerAttached(
                        contact=ContactId(f"ct_{name}"), session=SessionId(f"ss_{name}"), process=site.process
                    )
                )
                if chance.random() < 0.02:
                    site.journal.commits_to_lose = 1
                if chance.random() < 0.1:
                    await site.stand_still(chance.randrange(60_000))
                for agent, contact in site.ringing().items():
                    epoch = site.runtime.state.contacts[contact].epoch
                    await site.report(OfferAccepted(agent=agent, contact=contact, epoch=Epoch(epoch)))
                    await site.report(CallerHungUp(contact=contact))
                await site.pass_time(chance.randrange(3_000))
            await site.until(lambda: site.runtime.is_deciding)
            await site.notice()

            folded = Core(State())
            for recorded in await journal.decisions(0, 1_000_000):
                folded.evolve(decode_decision(recorded.body), recorded.at)
            assert site.runtime.state.records() == folded.state.records()
            assert len(agents) == 2
    made = await journal.made()
    taken = [(decision.contact, decision.epoch) for decision in made if isinstance(decision, Assign)]
    assert len(taken) == len(set(taken)) > 50
    assert not any(isinstance(decision, Refuse) for decision in made)
    assert journal.site == DEMO
