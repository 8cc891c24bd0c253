"""People of one call on two processes: to them it makes no difference."""

from collections.abc import AsyncIterator

import pytest

from acd.facts import AgentAttached, CallerAttached, ProcessLost
from acd.lifecycle import Phase
from signaling.protocol.agent import SignedOut
from signaling.protocol.answers import Reply, Superseded
from tests.signaling.world import HERE, THERE, AgentTab, Beside, CallerTab, World


@pytest.fixture(params=["woken", "not woken"])
async def there(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Beside]:
    async with Beside(world, is_woken=request.param == "woken") as beside:
        yield beside
    assert beside.conversation.session_count == 0


async def soon(world: World) -> None:
    """At once where processes wake each other, else with the next beat."""
    await world.pass_time(0.001 if world.neighbours else 1)


async def call(here: World, there: World) -> tuple[CallerTab, AgentTab]:
    caller, agent = await here.caller(), await there.agent()
    assert isinstance(await agent.answer("offer.accept"), Reply)
    return caller, agent


async def test_signals_go_from_process_to_process_and_back(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)

    await caller.signal()
    await soon(world)
    await agent.signal()
    await soon(world)

    assert [letter.number for letter in agent.letters()] == [1]
    assert [letter.number for letter in caller.letters()] == [1]


async def test_a_signal_arrives_once_however_often_one_looks(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)

    await caller.signal()
    await world.pass_time(5)

    assert len(agent.letters()) == 1


async def test_a_reload_on_one_process_is_seen_on_the_other(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)
    before = agent.peer

    again = await caller.reload()
    await soon(world)

    assert before is not None
    assert agent.peer is not None
    assert agent.peer.generation == again.generation > before.generation
    await agent.signal()
    await soon(world)
    assert len(again.letters()) == 1


async def test_a_caller_who_comes_to_another_process_goes_on_there(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)

    moved = CallerTab(there, caller.contact_id, page=world.new_page(), token=caller.token or "")
    await moved.connect()

    assert caller.wire.is_closed
    assert caller.told(Superseded)
    assert world.only_contact.caller.process == THERE
    assert isinstance(await moved.signal(), Reply)
    assert len(agent.letters()) == 1


async def test_whoever_comes_back_to_a_process_finds_its_newest_page(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)
    await CallerTab(there, caller.contact_id, page=world.new_page(), token=caller.token or "").connect()

    back = CallerTab(world, caller.contact_id, page=caller.page, token=caller.token or "")
    await back.connect()
    await soon(world)

    assert back.generation == 3
    assert agent.peer is not None
    assert agent.peer.generation == 3


async def test_an_agent_who_takes_over_on_another_process_has_one_desk(world: World, there: Beside) -> None:
    desk = await world.agent()

    other = AgentTab(there, "anna", page=world.new_page())
    await other.connect(takeOver=True)

    assert desk.told(Superseded)
    assert desk.wire.is_closed
    assert other.desk.presence == "available"


async def test_signing_out_on_one_process_closes_the_desk_on_the_other(world: World, there: Beside) -> None:
    desk = await world.agent()

    await there.conversation.kick(world.floor.site, desk.agent_id)
    await soon(world)

    assert desk.told(SignedOut)


async def test_a_caller_learns_on_another_process_how_the_contact_ended(world: World, there: Beside) -> None:
    caller = await world.caller()
    await caller.must("contact.leave", contactId=caller.contact_id)

    again = CallerTab(there, caller.contact_id, page=world.new_page(), token=caller.token or "")
    await again.connect()

    assert again.contact.phase == Phase.ENDED.value


async def test_a_process_that_was_taken_for_dead_says_who_is_still_there(world: World, there: Beside) -> None:
    caller, agent = await call(world, there)
    await world.floor.report(ProcessLost(process=HERE), source="process:pr_there", request="lost")
    assert not world.only_contact.caller.is_attached

    await world.pass_time(3)

    assert world.only_contact.caller.process == HERE
    assert [fact.process for fact in world.floor.facts(CallerAttached)] == [HERE, HERE]
    assert [fact.process for fact in world.floor.facts(AgentAttached)] == [THERE]
    assert not caller.wire.is_closed
    assert agent.desk.contact is not None
