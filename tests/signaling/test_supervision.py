"""What supervisors see, how soon, and above all what they do not see."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from acd.config import Agent, Callbacks, Channel, Group, Site
from acd.facts import (
    AgentElsewhere,
    AssignmentAsked,
    EndAsked,
    GroupClosed,
    GroupReopened,
    OfferDeclined,
)
from acd.ids import AgentId, GroupId, Millis
from signaling.dispatch import Undecodable
from signaling.ports import DayFigures
from signaling.protocol.agent import SignedOut
from signaling.protocol.answers import Draining, Refused
from signaling.protocol.supervisor import (
    SupervisedAgent,
    SupervisedContact,
    SupervisedGroup,
    SupervisorAttached,
    SupervisorChanged,
)
from signaling.refusals import AttachBusy, MalformedAttach, NotSignedIn, WrongOrigin
from signaling.sockets import Opening
from signaling.supervision import MOST_CONTACTS
from tests.signaling.ports import PaperWire
from tests.signaling.world import SALES, World

SUPPORT = GroupId("support")
RULES = Site(
    groups=(
        Group(id=SALES, alarm_after=1, channels=(Channel.VOICE, Channel.VIDEO, Channel.MESSAGE), callbacks=Callbacks()),
        Group(id=SUPPORT),
    ),
    agents=(
        Agent(id=AgentId("ag_anna"), groups=(SALES,)),
        Agent(id=AgentId("ag_ben"), groups=(SUPPORT,)),
        Agent(id=AgentId("ag_both"), groups=(SALES, SUPPORT)),
    ),
    contacts_per_visitor=10_000,
)


class SupervisorTab:
    """A supervisor's page: keeps everything it was shown, as a page would."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.wire = PaperWire(world.clock)
        self._read = 0
        self.rows: dict[str, SupervisedGroup | SupervisedAgent | SupervisedContact] = {}
        self.sequence = -1

    async def connect(self, *, origin: str | None = None, **hello: str) -> "SupervisorTab":
        opening = Opening(origin=origin, cookies={"who": self.name}, address="203.0.113.9")
        auth = {"page": "p1", "language": "en"} | hello
        self.attachment = await self.world.conversation.attach("/supervisor", auth, opening, self.wire)
        self.attachment.show_from_now()
        await self.world.settle()
        return self

    def look(self) -> None:
        """Take in what was told since the last look."""
        told = [m for m in self.wire.told[self._read :] if isinstance(m, SupervisorAttached | SupervisorChanged)]
        self._read = len(self.wire.told)
        for message in told:
            if isinstance(message, SupervisorAttached):
                self.rows = {}
            else:
                assert message.sequence == self.sequence + 1
                for gone in message.gone:
                    del self.rows[gone]
            self.sequence = message.sequence
            self.rows |= {row.id: row for row in message.groups}
            self.rows |= {row.id: row for row in message.agents}
            self.rows |= {row.id: row for row in message.contacts}

    def group(self, group: GroupId = SALES) -> SupervisedGroup:
        self.look()
        row = self.rows[group]
        assert isinstance(row, SupervisedGroup)
        return row

    def agent(self, name: str = "anna") -> SupervisedAgent:
        self.look()
        row = self.rows[f"ag_{name}"]
        assert isinstance(row, SupervisedAgent)
        return row

    def contact(self, contact: str) -> SupervisedContact:
        self.look()
        row = self.rows[contact]
        assert isinstance(row, SupervisedContact)
        return row

    @property
    def changes(self) -> list[SupervisorChanged]:
        return [message for message in self.wire.told if isinstance(message, SupervisorChanged)]


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with World(RULES) as world:
        world.authenticator.watched = {
            AgentId("ag_sofia"): None,
            AgentId("ag_sam"): frozenset({SALES}),
            AgentId("ag_sue"): frozenset({SUPPORT}),
        }
        yield world


async def supervisor(world: World, name: str = "sofia", **hello: str) -> SupervisorTab:
    return await SupervisorTab(world, name).connect(**hello)


async def test_everything_is_shown_on_attach(world: World) -> None:
    await world.agent("anna")
    caller = await world.caller()
    tab = await supervisor(world)

    group = tab.group()
    assert (group.name, group.waiting, group.talking, group.ready, group.signed_in) == ("Sales", 1, 1, 0, 1)
    assert group.longest_asked_at == world.only_contact.asked_at
    assert (group.takes_messages, group.calls_back, group.is_open, group.closed_by_hand) == (True, True, True, False)
    assert (tab.agent().doing, tab.agent().name, tab.agent().contact_id) == ("ringing", "Anna", caller.contact_id)
    assert tab.contact(caller.contact_id).agent_ids == ["ag_anna"]
    assert set(tab.rows) == {"sales", "support", "ag_anna", "ag_ben", "ag_both", caller.contact_id}


async def test_names_of_groups_are_in_the_language_of_the_page(world: World) -> None:
    assert (await supervisor(world, language="de")).group().name == "Verkauf"


async def test_changes_come_at_once_and_then_at_most_once_a_second(world: World) -> None:
    tab = await supervisor(world)
    first = await world.caller(visitor="a")
    assert tab.contact(first.contact_id).phase == "queued"

    seen = len(tab.changes)
    second = await world.caller(visitor="b")
    await world.caller(visitor="c")
    assert len(tab.changes) == seen
    await world.pass_time(1.1)
    assert len(tab.changes) == seen + 1
    assert tab.contact(second.contact_id).phase == "queued"
    assert tab.group().waiting == 3


async def test_supervisors_of_the_same_groups_share_the_drawing_of_a_picture(world: World) -> None:
    tabs = [await supervisor(world, name) for name in ("sofia", "sofia", "sam", "sue")]
    await world.pass_time(1.1)
    before = world.figures.looks
    await world.caller()
    await world.pass_time(1.1)

    assert world.figures.looks - before == len(RULES.groups) + 1 + 1
    assert [tab.group().waiting for tab in tabs[:3]] == [1, 1, 1]
    assert SALES not in tabs[3].rows


async def test_nothing_is_told_while_nothing_changes(world: World) -> None:
    tab = await supervisor(world)
    await world.pass_time(10)

    assert tab.changes == []


async def test_an_ended_contact_is_gone(world: World) -> None:
    caller = await world.caller()
    tab = await supervisor(world)
    assert tab.contact(caller.contact_id).caller_present
    await world.floor.report(EndAsked(contact=caller.contact_id), source="test", request="end")
    await world.pass_time(1.1)
    tab.look()

    assert caller.contact_id not in tab.rows


async def test_a_supervisor_of_one_group_sees_nothing_of_another(world: World) -> None:
    await world.agent("ben")
    strange = await world.caller(group=SUPPORT)
    tab = await supervisor(world, "sam")
    await world.caller(visitor="w")
    await world.pass_time(1.1)
    tab.look()

    told = repr(tab.wire.told)
    assert "sales" in tab.rows
    assert "support" not in tab.rows
    assert "ag_ben" not in told
    assert "support" not in told
    assert strange.contact_id not in told


async def test_an_agent_of_two_groups_is_shown_without_what_they_do_for_the_other(world: World) -> None:
    await world.agent("both")
    caller = await world.caller(group=SUPPORT)
    sam, sue = await supervisor(world, "sam"), await supervisor(world, "sue")

    assert (sam.agent("both").doing, sam.agent("both").contact_id) == ("ringing", None)
    assert sam.agent("both").group_ids == ["sales"]
    assert sue.agent("both").contact_id == caller.contact_id


async def test_who_was_chosen_by_hand_from_another_group_is_not_named(world: World) -> None:
    await world.agent("ben")
    caller = await world.caller()
    await world.floor.report(
        AssignmentAsked(contact=caller.contact_id, agent=AgentId("ag_ben")), source="test", request="assign"
    )
    tab = await supervisor(world, "sam")

    assert tab.contact(caller.contact_id).phase == "offered"
    assert tab.contact(caller.contact_id).agent_ids == []


async def test_groups_that_are_taken_away_disappear(world: World) -> None:
    tab = await supervisor(world)
    world.authenticator.watched[AgentId("ag_sofia")] = frozenset({SUPPORT})
    await world.pass_time(7)
    tab.look()

    assert set(tab.rows) == {"support", "ag_ben", "ag_both"}


async def test_who_is_no_supervisor_any_more_is_shown_out(world: World) -> None:
    tab = await supervisor(world)
    world.authenticator.watched.clear()
    await world.pass_time(7)

    assert isinstance(tab.wire.told[-1], SignedOut)
    assert tab.wire.is_closed


async def test_agents_and_strangers_are_not_let_in(world: World) -> None:
    for name in ("anna", "nobody"):
        with pytest.raises(NotSignedIn):
            await supervisor(world, name)
    with pytest.raises(WrongOrigin):
        await supervisor(world, origin="https://shop.example")
    with pytest.raises(MalformedAttach):
        await supervisor(world, page="")


async def test_nothing_may_be_said(world: World) -> None:
    tab = await supervisor(world)
    with pytest.raises(Undecodable):
        await tab.attachment.receive({"type": "contact.end", "id": "1", "contactId": "c", "epoch": 1})

    refused = tab.wire.told[-1]
    assert isinstance(refused, Refused)
    assert (refused.id, refused.code) == ("1", "not_allowed")


async def test_who_left_is_told_nothing_more(world: World) -> None:
    tab = await supervisor(world)
    await tab.attachment.detach()
    seen = len(tab.wire.told)
    await world.caller()
    await world.pass_time(2)

    assert len(tab.wire.told) == seen
    assert world.conversation.session_count == 1


async def test_a_process_that_stops_sends_its_watchers_elsewhere(world: World) -> None:
    tab = await supervisor(world)
    await world.conversation.drain(Millis(500))

    assert isinstance(tab.wire.told[-1], Draining)


async def test_a_store_that_is_away_delays_the_picture(world: World) -> None:
    world.shelf.is_away = True
    with pytest.raises(AttachBusy):
        await supervisor(world)
    world.shelf.is_away = False
    tab = await supervisor(world)
    world.shelf.is_away = True
    await world.pass_time(61)
    await world.floor.report(GroupClosed(group=SALES), source="test", request="close")
    await world.pass_time(2)
    assert tab.group().is_open

    world.shelf.is_away = False
    await world.pass_time(2)
    assert not tab.group().is_open
    assert tab.group().closed_by_hand
    await world.floor.report(GroupReopened(group=SALES), source="test", request="open")
    await world.pass_time(2)
    assert tab.group().is_open


async def test_what_cannot_be_drawn_for_one_does_not_blind_the_others(world: World) -> None:
    world.directory.fails = True
    tab = await supervisor(world)
    assert tab.wire.told == []

    world.directory.fails = False
    await world.caller()
    await world.pass_time(1.1)
    assert tab.group().waiting == 1


async def test_new_rules_are_shown_with_their_names(world: World) -> None:
    tab = await supervisor(world)
    await world.configure(Site(groups=(RULES.groups[0],), agents=RULES.agents[:1]))
    await world.pass_time(1.1)
    tab.look()

    assert set(tab.rows) == {"sales", "ag_anna"}


async def test_today_is_shown_with_its_service_level(world: World) -> None:
    world.figures.figures[SALES] = DayFigures(
        offered=12, answered=8, within_level=6, abandoned=3, short_abandoned=1, otherwise=1
    )
    tab = await supervisor(world)

    day = tab.group().day
    assert (day.offered, day.answered, day.abandoned, day.short_abandoned, day.otherwise) == (12, 8, 3, 1, 1)
    assert day.service_level == 60
    assert tab.group(SUPPORT).day.service_level is None
    attached = tab.wire.told[0]
    assert isinstance(attached, SupervisorAttached)
    assert (attached.day.is_complete, attached.day.short_ms) == (True, 5_000)

    world.figures.figures.clear()
    world.figures.is_new = True
    await world.pass_time(2.1)
    assert tab.group().day.offered == 0


async def test_an_agent_is_shown_by_what_says_most(world: World) -> None:
    tab = await supervisor(world)
    assert tab.agent().doing == "signed_out"
    anna = await world.agent("anna")
    since = world.clock()
    await world.pass_time(3)
    assert (tab.agent().doing, tab.agent().since) == ("ready", since)

    for presence, doing in (("break", "break"), ("busy", "other_work"), ("offline", "offline")):
        await anna.must("presence.set", presence=presence, reason="")
        await world.pass_time(1.1)
        assert tab.agent().doing == doing
    assert tab.group().signed_in == 1

    await anna.be_available()
    await world.floor.report(
        AgentElsewhere(agent=AgentId("ag_anna"), source="telephone", for_ms=Millis(3_000)), source="t", request="e"
    )
    await world.pass_time(1.1)
    assert tab.agent().doing == "elsewhere"
    await world.pass_time(3)

    caller = await world.caller()
    await world.floor.report(
        OfferDeclined(agent=AgentId("ag_anna"), contact=caller.contact_id, epoch=world.only_contact.epoch),
        source="t",
        request="d",
    )
    await world.pass_time(1.1)
    assert tab.agent().doing == "left_alone"
    assert tab.contact(caller.contact_id).has_alarm

    for _ in range(8):
        anna.wire.hear()
        await world.pass_time(4)
    assert tab.agent().doing == "not_responding"
    await anna.lose_socket()
    await world.pass_time(1.1)
    assert tab.agent().doing == "lost"


async def test_a_call_is_shown_through_to_the_wrap_up(world: World) -> None:
    tab = await supervisor(world)
    caller, anna = await world.talk()
    await world.pass_time(1.1)
    assert tab.contact(caller.contact_id).phase == "talking"
    assert (tab.agent().doing, tab.group().talking) == ("talking", 1)

    await anna.answer("contact.end")
    await world.pass_time(1.1)
    assert (tab.agent().doing, tab.group().wrap_up) == ("wrap_up", 1)


async def test_of_very_many_contacts_the_alarms_and_the_oldest_are_shown(world: World) -> None:
    for number in range(MOST_CONTACTS + 5):
        await world.new_contact(visitor=f"v{number}")
        world.clock.advance(1)
    tab = await supervisor(world)
    attached = tab.wire.told[0]

    assert isinstance(attached, SupervisorAttached)
    assert attached.contacts_left_out == 5
    assert [row.asked_at for row in attached.contacts] == sorted(row.asked_at for row in attached.contacts)
