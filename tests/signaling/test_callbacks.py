"""Callers who leave the page and keep their place, questions while they wait, and messages at the desk."""

import hashlib
from dataclasses import replace

import pytest

from acd.config import (
    Agent,
    Answer,
    AnswerKind,
    Callbacks,
    Channel,
    Group,
    MediaPolicy,
    Site,
    WrapUpRule,
)
from acd.facts import CallbackChosen, CallerAnswered, CallerReturned, GroupClosed, OfferDeclined
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId
from signaling.dispatch import Undecodable
from signaling.ports import ContactContext, SessionRecord
from signaling.protocol.agent import CodeChoice
from signaling.protocol.answers import Refused, Reply, Superseded
from signaling.protocol.caller import CallerQuestion
from signaling.refusals import ConnectRefusal
from tests.signaling.world import SALES, SITE, AgentTab, CallerTab, World, site

EXPERTS = GroupId("experts")
ADDRESS = "vera@mail.example"


def rules(**sales: object) -> Site:
    usual = site()
    group = Group(
        id=SALES,
        channels=(Channel.VOICE, Channel.VIDEO, Channel.MESSAGE),
        callbacks=Callbacks(),
        wrap_up_ms=Millis(0),
    )
    return replace(
        usual,
        groups=(replace(group, **sales), Group(id=EXPERTS, policy=MediaPolicy.RELAY)),  # type: ignore[arg-type]
        agents=tuple(Agent(id=agent.id, groups=(SALES,)) for agent in usual.agents),
    )


async def returned(world: World, contact: ContactId, name: str = "back") -> CallerTab:
    """What the REST interface does for somebody who opened the link."""
    session, token = SessionId(f"ss_{name}"), f"token-of-{name}-who-is-back"
    await world.floor.report(CallerReturned(contact=contact, session=session), source="join:demo", request=name)
    record = SessionRecord(
        id=session,
        site=SITE,
        role="caller",
        contact=contact,
        agent=None,
        expires_at=Millis(world.clock.now + 86_400_000),
    )
    await world.sessions.create(record, hashlib.sha256(token.encode()).digest())
    tab = CallerTab(world, contact, page=world.new_page(), token=token)
    await tab.connect()
    return tab


async def called_back(world: World) -> CallerTab:
    """Somebody who waited and has just chosen a callback."""
    caller = await world.caller()
    await caller.must("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=None)
    return caller


# Leaving the page, and coming back.


async def test_a_caller_leaves_the_page_and_keeps_the_place() -> None:
    async with World(rules()) as world:
        caller = await world.caller()
        assert caller.contact.can_be_called_back
        await caller.must("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=None)

        assert caller.contact.callback is not None
        assert caller.contact.callback.held
        assert caller.contact.position == 1
        await world.pass_time(3)
        assert caller.wire.is_closed
        await world.pass_time(600)
        assert caller.contact_id in world.floor.state.contacts


async def test_the_address_is_nowhere_but_beside_the_journal() -> None:
    async with World(rules()) as world:
        caller = await called_back(world)

        assert world.directory.contexts[caller.contact_id].address == ADDRESS
        assert ADDRESS not in repr(world.floor.told)
        assert ADDRESS not in repr(world.floor.state.records())


async def test_a_date_reaches_the_floor() -> None:
    async with World(rules()) as world:
        caller = await world.caller()
        at = world.clock.now + 3_600_000

        await caller.must("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=at)

        assert [fact.due_at for fact in world.floor.facts(CallbackChosen)] == [at]
        assert caller.contact.callback is not None
        assert caller.contact.callback.due_at == at


async def test_a_date_in_the_next_year_is_not_understood() -> None:
    async with World(rules()) as world:
        caller = await world.caller()

        at = world.clock.now + 365 * 86_400_000
        assert (
            await caller.refused("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=at) == "malformed"
        )


@pytest.mark.parametrize("address", ["vera", "a@b\r\nBcc: c@d", "Vera <vera@mail.example>"])
async def test_what_is_no_mail_address_is_not_understood(address: str) -> None:
    async with World(rules()) as world:
        caller = await world.caller()

        with pytest.raises(Undecodable):
            await caller.ask("callback.choose", contactId=caller.contact_id, address=address, at=None)

        assert [refused.code for refused in caller.told(Refused)] == ["malformed"]
        assert caller.contact_id not in world.directory.contexts


async def test_where_nobody_calls_back_it_is_not_offered_and_refused() -> None:
    async with World(rules(callbacks=None)) as world:
        caller = await world.caller()

        assert not caller.contact.can_be_called_back
        refused = await caller.refused("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=None)
        assert refused == "not_now"


async def test_who_is_answered_at_the_same_moment_leaves_no_address_behind() -> None:
    async with World(rules()) as world:
        caller, agent = await world.caller(), await world.agent()
        world.floor.is_stuck = True
        await agent.answer("offer.accept")
        choosing = await caller.refused("callback.choose", contactId=caller.contact_id, address=ADDRESS, at=None)
        assert choosing == "pending"

        world.floor.unstick()
        request = f"{caller.page}-{1}"
        again = await caller.refused(
            "callback.choose", contactId=caller.contact_id, address=ADDRESS, at=None, id=request
        )

        assert again == "not_now"
        assert world.floor.state.contacts[caller.contact_id].agent == agent.agent_id


async def test_the_page_that_was_left_cannot_take_the_place_up_again() -> None:
    async with World(rules()) as world:
        caller = await called_back(world)
        await world.pass_time(3)

        again = CallerTab(world, caller.contact_id, page="page-again", token=caller.token or "")
        with pytest.raises(ConnectRefusal) as why:
            await again.connect()

        await world.settle()
        assert why.value.code == "session_expired"
        assert world.only_contact.callback is not None


async def test_who_opens_the_link_is_offered_once_they_are_there() -> None:
    async with World(rules()) as world:
        caller = await called_back(world)
        agent = await world.agent()
        assert agent.desk.contact is None

        back = await returned(world, caller.contact_id)

        assert back.contact.callback is not None
        assert not back.contact.callback.held
        shown = agent.desk.contact
        assert shown is not None
        assert shown.id == caller.contact_id
        assert shown.is_callback
        assert shown.address == ""
        assert isinstance(await agent.answer("offer.accept"), Reply)
        assert back.contact.phase == "connecting"
        assert back.peer is not None


async def test_the_link_opened_elsewhere_supersedes_the_page_before() -> None:
    async with World(rules()) as world:
        caller = await called_back(world)
        first = await returned(world, caller.contact_id, "first")

        second = await returned(world, caller.contact_id, "second")

        assert first.told(Superseded)
        await world.pass_time(3)
        assert not second.wire.is_closed
        with pytest.raises(ConnectRefusal) as why:
            await CallerTab(world, caller.contact_id, page="late", token=first.token or "").connect()
        await world.settle()
        assert why.value.code == "superseded"
        assert world.only_contact.caller.session == SessionId("ss_second")
        assert world.only_contact.caller.is_attached
        await second.must("contact.leave", contactId=caller.contact_id)
        assert second.contact.ended == "callback_cancelled"


async def test_while_nobody_decides_the_link_is_tried_again() -> None:
    async with World(rules()) as world:
        caller = await called_back(world)
        tab = CallerTab(world, caller.contact_id, page="p", token=caller.token or "")
        world.floor.is_stuck = True

        with pytest.raises(ConnectRefusal) as why:
            await tab.connect()

        await world.settle()
        assert why.value.code == "busy"
        world.floor.unstick()


# Questions.


def full(answer: Answer, **sales: object) -> Site:
    return rules(max_wait_ms=Millis(30_000), when_too_long=answer, **sales)


async def asked(world: World) -> CallerTab:
    """A caller who has waited for too long and is asked."""
    caller = await world.caller()
    await world.pass_time(31)
    return caller


async def test_a_caller_is_asked_before_the_media_policy_changes() -> None:
    async with World(full(Answer(kind=AnswerKind.GROUP, group=EXPERTS))) as world:
        caller = await asked(world)

        assert caller.contact.question == CallerQuestion(
            kind="group", group_id=EXPERTS, group_name="Experts", policy="relay", reason="too_long", until=None
        )
        await answer(caller, "group", EXPERTS, accepted=True)

        assert caller.contact.group_id == EXPERTS
        assert caller.contact.policy == "relay"
        assert caller.contact.question is None


async def test_a_no_is_a_no_and_the_caller_waits_on() -> None:
    async with World(full(Answer(kind=AnswerKind.GROUP, group=EXPERTS))) as world:
        caller = await asked(world)

        await answer(caller, "group", EXPERTS, accepted=False)

        assert caller.contact.question is None
        assert (caller.contact.phase, caller.contact.group_id) == ("queued", SALES)
        assert [fact.accepted for fact in world.floor.facts(CallerAnswered)] == [False]


async def test_a_yes_to_a_message_ends_the_waiting() -> None:
    async with World(full(Answer(kind=AnswerKind.MESSAGE))) as world:
        caller = await asked(world)

        await answer(caller, "message", None, accepted=True)

        assert caller.contact.ended == "chose_message"


async def test_a_yes_to_a_callback_needs_an_address() -> None:
    async with World(full(Answer(kind=AnswerKind.CALLBACK))) as world:
        caller = await asked(world)
        yes = {"contactId": caller.contact_id, "asked": "callback", "groupId": None, "accepted": True}

        assert await caller.refused("question.answer", **yes, address=None) == "malformed"
        await caller.must("question.answer", **yes, address=ADDRESS)

        assert caller.contact.callback is not None
        assert world.directory.contexts[caller.contact_id].address == ADDRESS


async def test_an_answer_to_another_question_is_not_taken() -> None:
    async with World(full(Answer(kind=AnswerKind.MESSAGE))) as world:
        caller = await asked(world)

        fields = {"contactId": caller.contact_id, "accepted": True, "address": ADDRESS}
        assert await caller.refused("question.answer", asked="callback", groupId=None, **fields) == "not_now"
        assert await caller.refused("question.answer", asked="message", groupId=SALES, **fields) == "not_now"
        assert caller.contact.phase == "queued"


async def test_a_question_at_closing_time_says_until_when() -> None:
    async with World(rules()) as world:
        caller = await world.caller()

        await world.floor.report(
            GroupClosed(group=SALES, waiting=Answer(kind=AnswerKind.MESSAGE)), source="sofia", request="1"
        )
        await world.settle()

        assert caller.contact.question is not None
        assert caller.contact.question.until == world.clock.now + 120_000
        await world.pass_time(121)
        assert caller.contact.ended == "closed"


async def answer(caller: CallerTab, kind: str, group: str | None, *, accepted: bool) -> None:
    await caller.must(
        "question.answer", contactId=caller.contact_id, asked=kind, groupId=group, accepted=accepted, address=None
    )


# At the desk.


async def message(world: World, text: str = "Do you deliver on Saturdays?") -> ContactId:
    contact, _ = await world.new_contact(channel=Channel.MESSAGE)
    world.directory.contexts[contact] = ContactContext(text=text, address=ADDRESS)
    await world.settle()
    return contact


async def test_a_message_is_read_and_done_with_at_the_desk() -> None:
    async with World(rules()) as world:
        contact, agent = await message(world), await world.agent()

        shown = agent.desk.contact
        assert shown is not None
        assert (shown.channel, shown.text, shown.address) == ("message", "Do you deliver on Saturdays?", ADDRESS)
        assert not shown.is_callback
        assert isinstance(await agent.answer("offer.accept"), Reply)
        assert agent.desk.routing == "talking"
        assert agent.peer is None
        await world.pass_time(60)
        assert contact in world.floor.state.contacts, "nobody misses media in it"

        assert isinstance(await agent.answer("contact.end"), Reply)

        assert contact not in world.floor.state.contacts
        assert agent.desk.contact is None


async def test_a_call_comes_before_the_message_that_is_worked_off() -> None:
    async with World(rules()) as world:
        contact, agent = await message(world), await world.agent()
        await agent.answer("offer.accept")
        calls_before = agent.desk.receives_calls

        caller = await world.caller()
        shown = agent.desk.contact
        assert shown is not None
        assert (shown.id, agent.desk.routing, agent.desk.more) == (caller.contact_id, "offered", 1)
        await agent.answer("offer.accept")
        assert (calls_before, agent.desk.receives_calls) == ("yes", "busy")
        assert agent.peer is not None
        assert isinstance(await agent.answer("contact.end"), Reply)

        shown = agent.desk.contact
        assert shown is not None
        assert (shown.id, shown.text, agent.desk.more) == (contact, "Do you deliver on Saturdays?", 0)


async def test_taken_devices_are_said_to_be_so() -> None:
    async with World(rules()) as world:
        await world.caller()
        agent = await world.agent()

        await agent.answer("offer.decline", busy=True)

        assert [fact.busy for fact in world.floor.facts(OfferDeclined)] == [True]
        assert agent.desk.receives_calls == "back_off"


async def test_the_codes_of_the_group_are_at_the_desk() -> None:
    wanted = rules(wrap_up=WrapUpRule.MANDATORY, codes=("sold", "later"), wrap_up_ms=Millis(60_000))
    async with World(wanted) as world:
        _, agent = await world.talk()

        await agent.answer("contact.end")

        shown = agent.desk.contact
        assert shown is not None
        assert (agent.desk.routing, shown.wrap_up) == ("wrap_up", "mandatory")
        assert shown.codes == [CodeChoice(id="sold", label="sold"), CodeChoice(id="later", label="later")]
        await agent.must("wrapup.finish", contactId=shown.id, code="sold")
        assert agent.desk.routing == "idle"


@pytest.mark.parametrize(("presence", "says"), [("once", "yes"), ("busy", "other_work")])
async def test_presences_are_said_at_the_desk(presence: str, says: str) -> None:
    async with World(rules()) as world:
        agent = AgentTab(world, "anna", page="p")
        await agent.connect()

        await agent.must("presence.set", presence=presence, reason="")

        assert agent.desk.presence == presence
        assert agent.desk.receives_calls == says
        assert world.agent_state().id == AgentId("ag_anna")


async def test_a_head_start_is_no_setback() -> None:
    async with World(rules()) as world:
        caller = await world.caller(priority=5)

        assert not caller.contact.in_front_again
