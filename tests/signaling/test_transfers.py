"""An agent hands a contact on."""

from signaling.protocol.agent import Targets
from tests.signaling.world import World


async def test_an_agent_who_talks_learns_to_whom_the_contact_can_be_handed_on(world: World) -> None:
    _, anna = await world.talk()
    await world.agent("ben")

    await anna.must("transfer.targets")

    (targets,) = anna.told(Targets)
    assert [(agent.id, agent.ready) for agent in targets.agents] == [("ag_ben", True)]
    assert anna.agent_id not in {agent.id for agent in targets.agents}


async def test_a_contact_that_was_handed_on_rings_there_and_is_no_longer_a_call_here(world: World) -> None:
    vera, anna = await world.talk()
    ben = await world.agent("ben")
    contact = world.only_contact

    await anna.must("contact.transfer", contactId=contact.id, epoch=contact.epoch, agentId="ag_ben")

    assert ben.desk.routing == "offered"
    assert anna.desk.routing == "wrap_up"
    assert anna.peer is None
    assert vera.contact.transferred
    await ben.answer("offer.accept")
    assert ben.peer is not None
    assert anna.peer is None, "who wraps up a contact has no part in its next call"


async def test_nobody_to_hand_on_to_is_said_and_the_call_goes_on(world: World) -> None:
    _, anna = await world.talk()
    contact = world.only_contact

    code = await anna.refused("contact.transfer", contactId=contact.id, epoch=contact.epoch, agentId="ag_nobody")

    assert code == "no_target"
    assert anna.desk.routing == "talking"
