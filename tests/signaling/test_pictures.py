"""What each party is shown, when, and what not."""

import pytest

from acd.config import Agent, Channel, Group, Site
from acd.facts import Presence, TimeSkipped
from acd.ids import AgentId, GroupId, Millis
from signaling.ports import ContactContext
from signaling.protocol.agent import AgentAttached, AgentChanged
from signaling.protocol.answers import Reply
from signaling.protocol.caller import CallerAttached, CallerChanged
from signaling.protocol.media import IceRefreshed
from tests.signaling.world import SALES, AgentTab, World, site


async def test_a_caller_is_not_told_who_is_being_rung(world: World) -> None:
    await world.agent()
    caller = await world.caller()

    assert caller.contact.phase == "offered"
    assert caller.contact.agent_name is None
    assert caller.peer is None


async def test_an_agent_sees_what_the_visitor_said(world: World) -> None:
    contact, token = await world.new_contact()
    world.directory.contexts[contact] = ContactContext(
        name="Maria", topic="A table", language="de", page_url="https://shop.example/tables", page_title="Tables"
    )
    caller = await world.caller()
    await caller.must("contact.leave", contactId=caller.contact_id)
    tab = type(caller)(world, contact, page="p", token=token)
    await tab.connect()

    agent = await world.agent()

    shown = agent.desk.contact
    assert shown is not None
    assert (shown.name, shown.topic, shown.page_title) == ("Maria", "A table", "Tables")
    assert shown.caller_present
    assert shown.deadline == world.clock.now + 20_000
    assert tab.contact.group_name == "Verkauf", "in the visitor's language"
    assert shown.group_name == "Sales", "in the desk's"


async def test_a_desk_shows_the_groups_in_its_language(world: World) -> None:
    tab = AgentTab(world, "anna", page="p")

    await tab.connect(language="de")

    assert [group.name for group in tab.desk.groups] == ["Verkauf", "Support"]


async def test_nobody_is_told_what_they_were_told_before(world: World) -> None:
    caller, agent = await world.caller(), await world.agent("anna")
    await world.pass_time(1)
    told = len(caller.wire.told), len(agent.wire.told)

    ben = await world.agent("ben")
    await ben.must("presence.set", presence="break", reason="")
    await world.pass_time(3)

    assert (len(caller.wire.told), len(agent.wire.told)) == told


async def test_positions_move_once_a_second_however_many_leave(world: World) -> None:
    callers = [await world.caller() for _ in range(5)]
    last = callers.pop()
    await world.pass_time(2)
    before = len(last.wire.told)

    for caller in callers:
        await caller.must("contact.leave", contactId=caller.contact_id)
    assert len(last.wire.told) == before
    await world.pass_time(1)

    assert [message.contact.position for message in last.told(CallerChanged)] == [1]


async def test_positions_count_only_the_same_group_and_channel(world: World) -> None:
    await world.caller()
    await world.caller(channel=Channel.VOICE)
    other = await world.caller(group=GroupId("support"))

    assert other.contact.position == 1
    assert (await world.caller()).contact.position == 2


async def test_an_agent_sees_the_lines_of_their_groups(world: World) -> None:
    agent = AgentTab(world, "anna", page="p")
    await agent.connect()
    first_asked_at = world.clock.now
    await world.caller()
    await world.pass_time(1)
    await world.caller()

    await world.pass_time(1)

    sales = next(group for group in agent.desk.groups if group.id == SALES)
    assert (sales.waiting, sales.longest_asked_at) == (2, first_asked_at)


async def test_a_dropped_caller_sees_that_they_are_in_front_again(world: World) -> None:
    caller, agent = await world.talk()

    await agent.must("agent.sign_out")

    assert caller.contact.phase == "queued"
    assert caller.contact.in_front_again
    assert caller.contact.position == 1


async def test_wrap_up_shows_who_it_is_about(world: World) -> None:
    caller, agent = await world.talk()

    await caller.must("contact.leave", contactId=caller.contact_id)

    assert agent.desk.routing == "wrap_up"
    assert agent.desk.receives_calls == "wrap_up"
    contact = agent.desk.contact
    assert contact is not None
    assert (contact.id, contact.group_id, contact.caller_present) == (caller.contact_id, SALES, False)
    assert contact.deadline == world.clock.now + 60_000
    assert agent.peer is None
    await agent.must("wrapup.finish", contactId=contact.id, code="sold")
    assert agent.desk.contact is None


async def test_wrap_up_can_be_finished_after_a_restart(world: World) -> None:
    caller, agent = await world.talk()
    await caller.must("contact.leave", contactId=caller.contact_id)
    await world.restart()

    await agent.connect()

    contact = agent.desk.contact
    assert contact is not None
    assert contact.id == caller.contact_id
    await agent.must("wrapup.finish", contactId=contact.id, code="")
    assert agent.desk.routing == "idle"


@pytest.mark.parametrize(
    ("doing", "reason"),
    [
        ("nothing", "offline"),
        ("break", "break"),
        ("available", "yes"),
        ("ring", "busy"),
        ("decline", "back_off"),
        ("miss", "not_responding"),
        ("silence", "lost"),
    ],
)
async def test_an_agent_is_told_why_no_call_comes(world: World, doing: str, reason: str) -> None:
    agent = AgentTab(world, "anna", page="p")
    await agent.connect()
    if doing == "break":
        await agent.must("presence.set", presence="break", reason="lunch")
    elif doing != "nothing":
        await agent.be_available()
    if doing in {"ring", "decline", "miss"}:
        await world.caller()
    if doing == "decline":
        await agent.answer("offer.decline")
    if doing == "miss":
        for _ in range(21):
            agent.wire.hear()
            await world.pass_time(1)
    if doing == "silence":
        await world.pass_time(16)

    assert agent.desk.receives_calls == reason


async def test_a_change_of_rules_is_shown(world: World) -> None:
    agent = await world.agent()

    await world.configure(Site(groups=(Group(id=SALES),), agents=(Agent(id=AgentId("ag_anna"), groups=(SALES,)),)))

    assert [group.id for group in agent.desk.groups] == [SALES]


async def test_fresh_servers_come_with_each_assignment_and_not_in_between(world: World) -> None:
    caller, agent = await world.talk()

    for changes in (caller.told(CallerChanged), agent.told(AgentChanged)):
        given = [change.ice for change in changes if change.ice is not None]
        assert len(given) == 1
        assert given[0].servers[0].urls == ["turn:turn.example:3478"]


async def test_a_picture_in_a_call_brings_servers_once(world: World) -> None:
    caller, agent = await world.talk()
    await caller.lose_socket()
    await caller.connect()

    await agent.lose_socket()

    assert caller.told(CallerAttached)[0].ice.servers
    assert [message.ice for message in caller.told(CallerChanged)] == [None]


async def test_fresh_servers_are_given_when_asked_for(world: World) -> None:
    caller = await world.caller()
    first = caller.told(CallerAttached)[0].ice

    answer = await caller.ask("ice.refresh", id="r")

    assert isinstance(answer, IceRefreshed)
    assert answer.ice.servers != first.servers
    assert answer.ice.expires_at == world.clock.now + 600_000


async def test_a_turn_only_group_says_so_to_both() -> None:
    async with World(site(turn_only=True)) as world:
        caller, agent = await world.talk()

        assert caller.told(CallerAttached)[0].ice.relay_only
        assert not agent.told(AgentAttached)[0].ice.relay_only, "there was no contact yet"
        assert [m.ice.relay_only for m in agent.told(AgentChanged) if m.ice is not None] == [True]


async def test_deadlines_that_moved_because_time_was_skipped_are_shown(world: World) -> None:
    caller, agent = await world.talk()
    await caller.must("contact.leave", contactId=caller.contact_id)
    assert agent.desk.contact is not None
    before = agent.desk.contact.deadline
    assert before is not None

    await world.floor.report(TimeSkipped(skipped_ms=Millis(30_000)), source="process:x", request="1")
    await world.settle()

    assert agent.desk.contact is not None
    assert agent.desk.contact.deadline == before + 30_000 == world.agent_state().deadline


async def test_a_directory_that_fails_blinds_nobody_for_long(world: World) -> None:
    caller = await world.caller()
    world.directory.fails = True
    await world.pass_time(61)
    await world.agent()
    world.directory.fails = False

    await world.caller()
    await caller.connect()

    assert caller.contact.phase in {"queued", "offered"}
    assert world.measured("request_errors_total") > 0


async def test_names_are_asked_for_once_a_minute_at_most(world: World) -> None:
    await world.talk()
    asked = world.directory.asked

    for _ in range(20):
        await (await world.caller()).lose_socket()

    assert world.directory.asked - asked == 20, "only each visitor's own words"


async def test_presence_is_shown_with_its_reason_and_since_when(world: World) -> None:
    agent = await world.agent()
    await world.pass_time(1)

    assert await agent.ask("presence.set", id="x", presence="break", reason="lunch") == Reply(id="x")

    assert (agent.desk.presence, agent.desk.presence_reason) == (Presence.BREAK, "lunch")
    assert agent.desk.presence_since == world.clock.now
    assert agent.desk.display_name == "Anna"


async def test_a_thousand_sessions_are_shown_without_holding_up_the_others(world: World) -> None:
    callers = [await world.caller() for _ in range(120)]

    first = callers[0]
    await first.must("contact.leave", contactId=first.contact_id)
    await world.pass_time(1)

    assert [caller.contact.position for caller in callers[1:]] == list(range(1, 120))
    assert Millis(first.contact.phase_since) <= world.clock.now
