"""What was counted today: who counts as what, from midnight on, and again after a restart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from acd.config import Channel, MediaPolicy
from acd.decisions import (
    Admit,
    Assign,
    Connect,
    EndContact,
    EndReason,
    HoldPlace,
    Move,
    OverflowReason,
    Requeue,
    RequeueReason,
    Rules,
)
from acd.facts import CallerHungUp, MediaConnected, Party
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SessionId, VisitorKey
from gateway.day import day_around
from gateway.journal.port import JournalUnavailable
from gateway.runtime.today import DayBook, Today
from signaling.ports import DayFigures
from tests.gateway.running_site import NOON, SALES, RunningSite, running

SUPPORT = GroupId("support")
C1 = ContactId("c1")
AGENT = AgentId("ag_1")


def admit(contact: ContactId = C1, at: int = 0, channel: Channel = Channel.VIDEO) -> Admit:
    return Admit(
        contact=contact,
        session=SessionId("s"),
        group=SALES,
        channel=channel,
        policy=MediaPolicy.DIRECT,
        visitor=VisitorKey("v"),
        asked_at=Millis(at),
        sequence=1,
        grace_until=None,
    )


def book() -> DayBook:
    return DayBook(lambda _: Millis(20_000))


ASSIGN = Assign(contact=C1, agent=AGENT, epoch=Epoch(1), setup_until=Millis(0))
CONNECT = Connect(contact=C1, epoch=Epoch(1))


def end(reason: EndReason) -> EndContact:
    return EndContact(contact=C1, reason=reason)


def test_who_is_accepted_within_the_target_counts_for_the_service_level_once_they_talk() -> None:
    day = book()
    day.hear(admit(), Millis(0))
    day.hear(ASSIGN, Millis(20_000))
    assert day.of(SALES) == DayFigures(offered=1)

    day.hear(CONNECT, Millis(22_000))
    day.hear(end(EndReason.CALLER_HUNG_UP), Millis(60_000))
    assert day.of(SALES) == DayFigures(offered=1, answered=1, within_level=1)


def test_who_is_accepted_later_is_answered_all_the_same() -> None:
    day = book()
    day.hear(admit(), Millis(0))
    day.hear(ASSIGN, Millis(10_000))
    day.hear(
        Requeue(contact=C1, agent=AGENT, reason=RequeueReason.SETUP_FAILED, head_start_ms=Millis(0)), Millis(15_000)
    )
    day.hear(ASSIGN, Millis(20_001))
    day.hear(CONNECT, Millis(21_000))

    assert day.of(SALES) == DayFigures(offered=1, answered=1)


def test_short_abandons_are_told_apart() -> None:
    day = book()
    day.hear(admit(), Millis(0))
    day.hear(end(EndReason.ABANDONED), Millis(4_999))
    day.hear(admit(), Millis(10_000))
    day.hear(end(EndReason.CALLER_LOST), Millis(15_000))

    assert day.of(SALES) == DayFigures(offered=2, abandoned=2, short_abandoned=1)


def test_what_ends_otherwise_is_nobodys_abandon() -> None:
    day = book()
    for reason in (EndReason.TOO_LONG, EndReason.CLOSED, EndReason.SUPERVISOR, EndReason.CHOSE_MESSAGE):
        day.hear(admit(), Millis(0))
        day.hear(end(reason), Millis(30_000))
    day.hear(admit(), Millis(0))
    day.hear(HoldPlace(contact=C1, due_at=None, expires_at=Millis(1)), Millis(1))
    day.hear(end(EndReason.CALLBACK_MISSED), Millis(2))

    assert day.of(SALES) == DayFigures(offered=5, otherwise=5)


def test_who_moves_leaves_one_group_and_comes_to_another() -> None:
    day = book()
    day.hear(admit(), Millis(0))
    day.hear(
        Move(contact=C1, group=SUPPORT, policy=MediaPolicy.DIRECT, reason=OverflowReason.FULL, rules=Rules()),
        Millis(10_000),
    )
    day.hear(ASSIGN, Millis(12_000))
    day.hear(CONNECT, Millis(13_000))

    assert day.of(SALES) == DayFigures(offered=1, otherwise=1)
    assert day.of(SUPPORT) == DayFigures(offered=1, answered=1, within_level=1)


def test_messages_and_contacts_of_yesterday_do_not_count() -> None:
    day = book()
    day.hear(admit(channel=Channel.MESSAGE), Millis(0))
    for decision in (ASSIGN, CONNECT, end(EndReason.AGENT_HUNG_UP)):
        day.hear(decision, Millis(1))

    assert day.of(SALES) == DayFigures()


@asynccontextmanager
async def counted(**options: int) -> AsyncIterator[tuple[RunningSite, Today]]:
    """A site on which an hour of a day has passed, and the counts as a new process finds them."""
    async with running() as site:
        await site.open()
        agent = await site.agent(1)
        await leaves(site, "a")
        answered = await site.caller("b")
        await site.accepts(agent, answered)
        for party in Party:
            epoch = site.runtime.state.contacts[answered].epoch
            await site.report(MediaConnected(contact=answered, epoch=epoch, party=party))
        today = Today(site.runtime, site.journal, site.hands.wall, **options)
        yield site, today
        today.close()


async def leaves(site: RunningSite, name: str) -> None:
    contact = await site.asks(name)
    await site.report(CallerHungUp(contact=contact))


FOUND = DayFigures(offered=2, answered=1, within_level=1, abandoned=1, short_abandoned=1)


async def test_a_day_is_counted_again_from_the_record() -> None:
    async with counted() as (_, today):
        assert not today.is_complete
        await today.load()

        assert today.of(SALES) == FOUND
        assert today.is_complete
        assert today.since == day_around(NOON, "Europe/Berlin")[0]
        assert today.turn(NOON)
        assert not today.turn(NOON)


async def test_what_happens_while_it_is_counted_is_counted_once() -> None:
    async with counted() as (site, today):
        await leaves(site, "c")
        await today.load()
        await leaves(site, "d")

        assert today.of(SALES).offered == FOUND.offered + 2
        assert today.of(SALES).abandoned == FOUND.abandoned + 2


async def test_a_record_that_was_trimmed_today_is_said_to_be_incomplete() -> None:
    async with counted() as (site, today):
        site.journal._decisions = site.journal._decisions[-2:]
        await today.load()

        assert not today.is_complete
        assert today.of(SALES).offered == 0
        assert today.since == NOON


async def test_a_journal_that_is_away_delays_the_count_and_loses_nothing() -> None:
    async with counted() as (site, today):
        site.journal.reads_before_failing = 3
        with pytest.raises(JournalUnavailable):
            await today.load()
        await leaves(site, "c")
        await today.load()
        await today.load()

        assert today.of(SALES).offered == FOUND.offered + 1
        assert today.is_complete


async def test_reading_has_an_end() -> None:
    async with counted(most=1) as (_, today):
        await today.load()

        assert not today.is_complete
        assert today.of(SALES).offered == 0


async def test_at_midnight_everything_begins_anew() -> None:
    async with counted() as (site, today):
        await today.load()
        midnight = day_around(NOON, "Europe/Berlin")[1]
        waiting = await site.asks("late")
        await site.stand_still(midnight - NOON)
        await site.report(CallerHungUp(contact=waiting))
        await leaves(site, "early")

        assert today.since == midnight
        assert today.is_complete
        assert today.of(SALES) == DayFigures(offered=1, abandoned=1, short_abandoned=1)


async def test_midnight_passes_also_while_nothing_happens() -> None:
    async with counted() as (_, today):
        await today.load()
        midnight = day_around(NOON, "Europe/Berlin")[1]

        assert today.turn(midnight)
        assert today.of(SALES) == DayFigures()


async def test_midnight_during_the_count_leaves_yesterday_out() -> None:
    async with counted() as (site, today):
        midnight = day_around(NOON, "Europe/Berlin")[1]
        await site.stand_still(midnight - NOON)
        today.turn(midnight)
        await leaves(site, "early")
        await today.load()

        assert today.of(SALES).offered == 1
        assert today.is_complete
