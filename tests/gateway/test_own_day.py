"""An agent's own day: what rang, what came of it, and nobody else's."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from acd.config import Channel, MediaPolicy
from acd.decisions import (
    Admit,
    Assign,
    Connect,
    Consult,
    Decision,
    EndContact,
    EndReason,
    EndWrapUp,
    HandOver,
    MakeOffer,
    Move,
    OverflowReason,
    Requeue,
    RequeueReason,
    Rules,
    WithdrawOffer,
    WithdrawReason,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SessionId, VisitorKey
from gateway.app import running
from gateway.runtime.own_day import OwnDays
from tests.gateway.house import House, open_house, quick_passwords, settings_in
from tests.gateway.people import caller, desk, office

SALES = GroupId("sales")
CALL, ADVICE = ContactId("ct_1"), ContactId("ct_2")
ANNA, BEN = AgentId("ag_anna"), AgentId("ag_ben")
FIRST = Epoch(1)
CAME = Admit(
    contact=CALL,
    session=SessionId("s"),
    group=SALES,
    channel=Channel.VIDEO,
    policy=MediaPolicy.DIRECT,
    visitor=VisitorKey("v"),
    asked_at=Millis(0),
    sequence=1,
    grace_until=None,
)
ASKED = Consult(
    contact=ADVICE,
    about=CALL,
    agent=ANNA,
    group=SALES,
    channel=Channel.VIDEO,
    policy=MediaPolicy.DIRECT,
    asked_at=Millis(0),
    sequence=2,
    head_start_ms=Millis(0),
)


def rings(agent: AgentId = ANNA, contact: ContactId = CALL) -> MakeOffer:
    return MakeOffer(contact=contact, agent=agent, epoch=FIRST, expires_at=Millis(99))


def assigned(agent: AgentId = ANNA, contact: ContactId = CALL) -> Assign:
    return Assign(contact=contact, agent=agent, epoch=FIRST, setup_until=Millis(99))


def connected(contact: ContactId = CALL) -> Connect:
    return Connect(contact=contact, epoch=FIRST)


def over(reason: EndReason, contact: ContactId = CALL) -> EndContact:
    return EndContact(contact=contact, reason=reason)


def played(*decisions: Decision) -> OwnDays:
    """One decision a second."""
    days = OwnDays()
    for second, decision in enumerate(decisions):
        days.hear(decision, Millis(second * 1_000))
    return days


def outcomes(days: OwnDays, agent: AgentId = ANNA) -> Sequence[str]:
    return [entry.outcome for entry in days.of(agent)]


def test_a_call_is_noted_with_its_times_and_what_the_wrap_up_said() -> None:
    days = played(
        CAME,
        rings(),
        assigned(),
        connected(),
        over(EndReason.CALLER_HUNG_UP),
        EndWrapUp(agent=ANNA, contact=CALL, code="sold"),
    )

    (entry,) = days.of(ANNA)
    assert (entry.group, entry.channel, entry.about) == (SALES, Channel.VIDEO, None)
    assert (entry.rang_at, entry.answered_at, entry.connected_at, entry.ended_at) == (1_000, 2_000, 3_000, 4_000)
    assert (entry.outcome, entry.code) == ("caller_hung_up", "sold")
    assert days.of(BEN) == []


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (WithdrawReason.MISSED, "missed"),
        (WithdrawReason.DECLINED, "declined"),
        (WithdrawReason.BUSY, "declined"),
        (WithdrawReason.TAKEN, "taken"),
        (WithdrawReason.CALLER_GONE, "gone"),
        (WithdrawReason.AGENT_UNAVAILABLE, "gone"),
    ],
)
def test_why_it_rang_in_vain_is_noted(reason: WithdrawReason, outcome: str) -> None:
    days = played(CAME, rings(), WithdrawOffer(contact=CALL, agent=ANNA, epoch=FIRST, reason=reason))

    (entry,) = days.of(ANNA)
    assert (entry.outcome, entry.answered_at, entry.ended_at) == (outcome, None, 2_000)


def test_the_same_caller_who_rings_again_is_another_entry() -> None:
    missed = WithdrawOffer(contact=CALL, agent=ANNA, epoch=FIRST, reason=WithdrawReason.MISSED)
    moved = Move(
        contact=CALL,
        group=GroupId("support"),
        policy=MediaPolicy.DIRECT,
        reason=OverflowReason.TOO_LONG,
        rules=Rules(),
    )

    days = played(CAME, rings(), missed, moved, rings(), assigned())

    assert outcomes(days) == ["missed", "talking"]
    assert [entry.group for entry in days.of(ANNA)] == [SALES, "support"]


def test_a_caller_given_back_to_the_line_is_over_here_and_somebody_elses_then() -> None:
    back = Requeue(contact=CALL, agent=ANNA, reason=RequeueReason.TRANSFERRED)

    days = played(CAME, rings(), assigned(), connected(), back, rings(BEN), assigned(BEN))

    assert outcomes(days) == ["transferred"]
    assert outcomes(days, BEN) == ["talking"]


def test_a_question_is_noted_as_one_and_a_call_handed_over_is_a_call_of_the_colleague() -> None:
    hand_over = HandOver(contact=CALL, agent=ANNA, to=BEN, consult=ADVICE, epoch=Epoch(2))

    days = played(
        *(CAME, rings(), assigned(), connected(), ASKED, rings(BEN, ADVICE), assigned(BEN, ADVICE), connected(ADVICE)),
        over(EndReason.HANDED_OVER, ADVICE),
        hand_over,
        over(EndReason.AGENT_HUNG_UP),
    )

    assert outcomes(days) == ["handed_over"]
    assert outcomes(days, BEN) == ["handed_over", "agent_hung_up"]
    assert [entry.about for entry in days.of(BEN)] == [CALL, None]
    taken = days.of(BEN)[1]
    assert (taken.rang_at, taken.answered_at, taken.connected_at) == (9_000, 9_000, 9_000)


def test_what_rang_before_the_day_began_is_noted_from_its_answer_on() -> None:
    days = played(assigned(), connected(), over(EndReason.AGENT_HUNG_UP), over(EndReason.CLOSED, ADVICE))

    (entry,) = days.of(ANNA)
    assert (entry.group, entry.rang_at, entry.outcome) == ("", 0, "agent_hung_up")


# Over REST.


async def declined_by_anna(house: House, **said: str) -> None:
    """Somebody calls, and anna declines."""
    async with desk(house) as socket, caller(house, **said) as (_, contact):
        while (shown := (await socket.hear_type("agent.changed"))["desk"]["contact"]) is None:
            pass
        epoch = shown["epoch"]
        await socket.say("agent", type="offer.decline", id="2", contactId=contact, epoch=epoch, busy=False)
        assert (await socket.hear_type("reply"))["id"] == "2"


async def test_an_agent_reads_their_own_day_and_who_is_no_agent_has_none(house: House) -> None:
    await declined_by_anna(house, name="Vera", topic="Ovens")
    anna, sofia = await office(house, "anna"), await office(house, "sofia")

    own = (await anna.ask("GET", "/api/v1/me/day", lang="de")).said

    (entry,) = own["contacts"]
    assert (entry["outcome"], entry["groupName"], entry["name"], entry["topic"]) == (
        "declined",
        "Verkauf",
        "Vera",
        "Ovens",
    )
    assert entry["answeredAt"] is None
    assert own["isComplete"]
    assert own["more"] == 0
    assert (await sofia.ask("GET", "/api/v1/me/day")).status == 403
    assert (await house.ask("GET", "/api/v1/me/day")).status == 401


async def test_the_day_is_read_again_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await declined_by_anna(house)
    settings = settings_in(tmp_path)
    async with (
        running(settings, passwords=quick_passwords()) as server,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        asyncio.timeout(10),
    ):
        anna = await office(House(server, http, settings), "anna")
        while not (said := (await anna.ask("GET", "/api/v1/me/day")).said)["contacts"]:
            pass

    assert [entry["outcome"] for entry in said["contacts"]] == ["declined"]
