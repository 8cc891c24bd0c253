"""A caller on hold, a colleague who is asked, a conference of three, and the caller handed over to the colleague."""

from dataclasses import replace

import pytest

from acd.config import Agent, Skill
from acd.ids import AgentId, ContactId, SkillId
from acd.lifecycle import Phase
from acd.records import Contact
from signaling.ports import ContactContext
from signaling.protocol.agent import Consultation, Targets
from signaling.protocol.answers import Reply
from signaling.protocol.media import SecondLeg
from tests.signaling.world import (
    HOST_CANDIDATE,
    SALES,
    SDP,
    AgentTab,
    Beside,
    CallerTab,
    Tab,
    World,
    candidates,
    report,
    site,
)


class Three:
    """Vera calls and talks to anna; ben is at work."""

    def __init__(self, world: World, vera: CallerTab, anna: AgentTab, ben: AgentTab) -> None:
        self.world = world
        self.vera, self.anna, self.ben = vera, anna, ben

    @classmethod
    async def meet(cls, world: World, beside: World | None = None) -> "Three":
        vera, anna = await world.talk()
        return cls(world, vera, anna, await (beside or world).agent("ben"))

    @property
    def first(self) -> Contact:
        return self.world.floor.state.contacts[self.vera.contact_id]

    @property
    def advice(self) -> Contact:
        assert self.first.consult is not None
        return self.world.floor.state.contacts[self.first.consult]

    async def ask(self) -> None:
        await self.says("consult.ask", agentId=self.ben.agent_id)

    async def consult(self) -> None:
        """Anna and ben talk."""
        await self.ask()
        await self.ben.answer("offer.accept")
        await self.connects(self.anna, self.advice.id, self.advice.epoch)
        await self.connects(self.ben, self.advice.id, self.advice.epoch)

    async def confer(self) -> None:
        await self.consult()
        await self.says("consult.join")
        await self.guest_connects()

    async def guest_connects(self) -> None:
        guest = self.first.guest
        assert guest is not None
        for tab in (self.vera, self.ben):
            await self.connects(tab, self.first.id, guest.epoch)

    async def says(self, kind: str, **more: object) -> None:
        contact = self.anna.desk.contact
        assert contact is not None
        await self.anna.must(kind, contactId=contact.id, epoch=contact.epoch, **more)

    async def connects(self, tab: Tab, contact: str, epoch: int) -> None:
        await tab.must("media.state", contactId=contact, epoch=epoch, state="connected")

    def consultation(self) -> Consultation:
        contact = self.anna.desk.contact
        assert contact is not None
        assert contact.consultation is not None
        return contact.consultation


@pytest.fixture
async def three(world: World) -> Three:
    return await Three.meet(world)


def second(tab: Tab) -> SecondLeg:
    assert tab.second is not None
    return tab.second


async def signal(tab: Tab, leg: SecondLeg | tuple[str, int, int], **changed: object) -> object:
    """Send a description on a connection: a second one, or (contact, epoch, the other end's generation)."""
    if isinstance(leg, SecondLeg):
        contact, epoch, generation = leg.contact_id, leg.epoch, leg.peer.generation
    else:
        contact, epoch, generation = leg
    fields: dict[str, object] = {
        "contactId": contact,
        "epoch": epoch,
        "generation": tab.generation,
        "peerGeneration": generation,
        "signal": {"kind": "description", "type": "offer", "sdp": SDP},
    }
    return await tab.ask("media.signal", **{**fields, **changed})


# Hold.


async def test_a_caller_reads_that_they_are_on_hold_and_that_they_are_not(three: Three) -> None:
    await three.says("contact.hold", on=True)
    assert three.vera.contact.held
    assert three.anna.desk.routing == "held"
    assert three.vera.peer is not None, "the connection stays"

    await three.says("contact.hold", on=False)
    assert not three.vera.contact.held
    assert three.anna.desk.routing == "talking"


async def test_nobody_is_held_in_a_conference(three: Three) -> None:
    await three.confer()
    contact = three.anna.desk.contact
    assert contact is not None

    assert await three.anna.refused("contact.hold", contactId=contact.id, epoch=contact.epoch, on=True) == "not_now"


# Asking.


async def test_the_colleague_reads_who_asks_and_about_whom(three: Three) -> None:
    told = ContactContext(name="Vera Becker", topic="Delivery")
    three.world.directory.contexts[three.vera.contact_id] = told

    await three.ask()

    offer = three.ben.desk.contact
    assert offer is not None
    assert (three.ben.desk.routing, offer.asked_by) == ("offered", "Anna")
    assert (offer.name, offer.topic) == ("Vera Becker", "Delivery")
    assert offer.caller_present
    assert offer.id == three.advice.id


async def test_the_asker_reads_how_far_it_is(three: Three) -> None:
    await three.ask()
    assert (three.consultation().phase, three.consultation().asked) == ("ringing", "Ben")
    assert three.consultation().agent_name is None

    await three.ben.answer("offer.accept")
    assert (three.consultation().phase, three.consultation().agent_name) == ("connecting", "Ben")
    assert three.anna.desk.routing == "held"
    assert three.vera.contact.held

    await three.connects(three.anna, three.advice.id, three.advice.epoch)
    await three.connects(three.ben, three.advice.id, three.advice.epoch)
    assert three.consultation().phase == "talking"
    assert three.consultation().guest == "no"


async def test_a_group_is_asked_by_its_name(three: Three) -> None:
    await three.says("consult.ask", groupId="support")

    assert three.consultation().asked == "Support"


async def test_both_agents_are_connected_and_the_asker_makes_the_offer(three: Three) -> None:
    await three.ask()
    assert three.anna.second is None
    await three.ben.answer("offer.accept")

    leg = second(three.anna)
    assert (leg.contact_id, leg.epoch, leg.party, leg.name) == (three.advice.id, three.advice.epoch, "caller", "Ben")
    assert leg.peer.present
    assert leg.peer.party == "agent"
    assert three.ben.second is None
    assert three.ben.peer is not None
    assert three.ben.peer.party == "caller"
    assert isinstance(await signal(three.anna, leg), Reply)
    assert [letter.contact_id for letter in three.ben.letters()] == [three.advice.id]
    assert isinstance(await signal(three.ben, (three.advice.id, three.advice.epoch, three.ben.peer.generation)), Reply)
    assert [letter.contact_id for letter in three.anna.letters()] == [three.advice.id]
    assert three.vera.letters() == []


async def test_nobody_there_is_said_and_nobody_is_held(three: Three) -> None:
    contact = three.anna.desk.contact
    assert contact is not None

    code = await three.anna.refused("consult.ask", contactId=contact.id, epoch=contact.epoch, agentId="ag_nobody")

    assert code == "no_target"
    assert not three.vera.contact.held


async def test_nobody_there_is_said_after_an_earlier_consultation_too(three: Three) -> None:
    await three.ask()
    await three.ben.answer("offer.decline")
    contact = three.anna.desk.contact
    assert contact is not None

    code = await three.anna.refused("consult.ask", contactId=contact.id, epoch=contact.epoch, agentId="ag_nobody")

    assert code == "no_target"


async def test_one_colleague_is_asked_at_a_time(three: Three) -> None:
    await three.world.agent("chris")
    await three.ask()
    contact = three.anna.desk.contact
    assert contact is not None

    code = await three.anna.refused("consult.ask", contactId=contact.id, epoch=contact.epoch, agentId="ag_chris")

    assert code == "not_now"
    assert three.consultation().phase == "ringing"


async def test_how_a_consultation_ended_is_said(three: Three) -> None:
    await three.ask()

    await three.ben.answer("offer.decline")

    contact = three.anna.desk.contact
    assert contact is not None
    assert (contact.consultation, contact.consultation_ended) == (None, "not_answered")
    assert three.anna.desk.routing == "held"


async def test_the_asker_turns_to_the_caller_again(three: Three) -> None:
    await three.consult()

    await three.says("consult.end")

    assert three.anna.second is None
    assert not three.vera.contact.held
    assert three.ben.desk.routing == "idle"


async def test_a_colleague_hangs_up_as_in_any_call(three: Three) -> None:
    await three.consult()

    await three.ben.answer("contact.end")

    contact = three.anna.desk.contact
    assert contact is not None
    assert contact.consultation_ended == "agent_hung_up"
    assert three.vera.contact.held


async def test_targets_name_groups_agents_and_skills(three: Three) -> None:
    experts = replace(
        site(),
        agents=(
            Agent(id=AgentId("ag_anna"), groups=(SALES,), skills=(Skill(skill=SkillId("secret"), level=5),)),
            Agent(id=AgentId("ag_ben"), groups=(SALES,), skills=(Skill(skill=SkillId("tax"), level=2),)),
            Agent(id=AgentId("ag_chris"), groups=(SALES,), skills=(Skill(skill=SkillId("tax"), level=3),)),
        ),
    )
    await three.world.configure(experts)
    await three.world.agent("chris")

    await three.anna.must("transfer.targets")

    targets = three.anna.told(Targets)[-1]
    assert [(skill.id, skill.level, skill.ready) for skill in targets.skills] == [("tax", 3, True)]
    assert targets.own_group is not None
    assert targets.own_group.id == SALES
    await three.says("consult.ask", skill={"id": "tax", "level": 3})
    assert three.consultation().phase == "ringing"
    assert three.ben.desk.contact is None


async def test_a_call_is_handed_on_to_who_has_a_skill(three: Three) -> None:
    rules = replace(
        site(),
        agents=(
            Agent(id=AgentId("ag_anna"), groups=(SALES,)),
            Agent(id=AgentId("ag_ben"), groups=(SALES,), skills=(Skill(skill=SkillId("tax"), level=2),)),
        ),
    )
    await three.world.configure(rules)

    await three.says("contact.transfer", skill={"id": "tax", "level": 1})

    assert three.ben.desk.routing == "offered"


# Conferences.


async def test_all_three_have_a_connection_with_each_other(three: Three) -> None:
    await three.consult()
    await three.says("consult.join")

    of_vera, of_ben = second(three.vera), second(three.ben)
    guest = three.first.guest
    assert guest is not None
    assert (of_vera.contact_id, of_vera.epoch, of_vera.party, of_vera.name) == (
        three.first.id,
        guest.epoch,
        "caller",
        "Ben",
    )
    assert (of_ben.contact_id, of_ben.epoch, of_ben.party) == (three.first.id, guest.epoch, "agent")
    assert second(three.anna).contact_id == three.advice.id
    assert three.vera.contact.guest_name == "Ben"
    assert three.consultation().guest == "joining"

    await signal(three.vera, of_vera)
    assert [(letter.contact_id, letter.epoch) for letter in three.ben.letters()] == [(three.first.id, guest.epoch)]
    await signal(three.ben, of_ben)
    assert [(letter.contact_id, letter.epoch) for letter in three.vera.letters()] == [(three.first.id, guest.epoch)]

    await three.guest_connects()
    assert three.consultation().guest == "joined"


async def test_a_conference_before_anybody_answered_is_too_early(three: Three) -> None:
    await three.ask()
    contact = three.anna.desk.contact
    assert contact is not None

    for kind in ("consult.join", "consult.hand_over"):
        assert await three.anna.refused(kind, contactId=contact.id, epoch=contact.epoch) == "not_now"


@pytest.mark.parametrize("who", ["vera", "anna", "ben"])
async def test_a_page_that_reloads_in_a_conference_is_new_to_the_two_others_and_to_nobody_else(
    three: Three, who: str
) -> None:
    await three.confer()
    before = {name: getattr(three, name).generation for name in ("vera", "anna", "ben")}

    setattr(three, who, await getattr(three, who).reload())

    tabs = {"vera": three.vera, "anna": three.anna, "ben": three.ben}
    others = {"vera": ("anna", "ben"), "anna": ("vera", "ben"), "ben": ("anna", "vera")}
    for name, tab in tabs.items():
        assert tab.peer is not None
        seen = (tab.peer.generation, second(tab).peer.generation)
        assert seen == tuple(tabs[other].generation for other in others[name])
    assert tabs[who].generation > before[who]
    assert len(three.world.floor.state.contacts) == 2


async def test_a_signal_of_a_connection_that_one_has_no_part_in_is_refused(three: Three) -> None:
    await three.confer()
    leg = second(three.vera)

    assert await three.vera.refused("media.report", **report(three.advice.id, three.advice.epoch)) == "not_yours"
    assert await three.vera.refused("media.report", **report(leg.contact_id, leg.epoch + 1)) == "stale_epoch"
    assert await three.ben.refused("media.report", **report(three.first.id, three.first.epoch)) == "stale_epoch"


async def test_letters_of_two_connections_are_kept_apart_until_they_arrived(three: Three) -> None:
    await three.confer()
    leg = second(three.vera)
    await signal(three.vera, leg)
    assert three.ben.peer is not None
    of_advice = second(three.anna)
    await signal(three.anna, of_advice, signal=candidates(HOST_CANDIDATE))
    assert [letter.number for letter in three.ben.letters()] == [1, 2]

    # Vera's page is another one; what she wrote before is worth nothing, what anna wrote is.
    three.vera = await three.vera.reload()
    await signal(three.anna, second(three.anna), signal=candidates(HOST_CANDIDATE))
    await three.ben.lose_socket()
    await three.ben.connect()

    assert [letter.number for letter in three.ben.letters()] == [2, 3]


async def test_letters_of_the_call_outlive_the_consultation_about_it(three: Three) -> None:
    await three.confer()
    await signal(three.vera, second(three.vera))
    await signal(three.anna, second(three.anna))
    assert [letter.contact_id for letter in three.ben.letters()] == [three.first.id, three.advice.id]

    await three.says("consult.hand_over")
    await three.ben.lose_socket()
    await three.ben.connect()

    assert [letter.contact_id for letter in three.ben.letters()] == [three.first.id]


async def test_a_ghost_of_the_second_connection_is_found_out(three: Three) -> None:
    await three.confer()
    guest = three.first.guest
    assert guest is not None

    for _ in range(12):
        for tab, calls in (
            (three.vera, [(three.first.id, three.first.epoch)]),
            (three.anna, [(three.first.id, three.first.epoch), (three.advice.id, three.advice.epoch)]),
            (three.ben, [(three.advice.id, three.advice.epoch), (three.first.id, guest.epoch)]),
        ):
            for contact, epoch in calls:
                await tab.ask("media.report", **report(contact, epoch))
        await three.world.pass_time(1)

    assert three.first.guest is None, "vera says nothing of ben"
    assert three.first.phase is Phase.TALKING
    assert three.advice.phase is Phase.TALKING


async def test_two_ends_of_a_consultation_that_both_failed_have_none(three: Three) -> None:
    await three.consult()

    for _ in range(36):
        for tab, contact, epoch, state in (
            (three.vera, three.first.id, three.first.epoch, "connected"),
            (three.anna, three.first.id, three.first.epoch, "connected"),
            (three.anna, three.advice.id, three.advice.epoch, "failed"),
            (three.ben, three.advice.id, three.advice.epoch, "failed"),
        ):
            await tab.ask("media.report", **report(contact, epoch, state))
        await three.world.pass_time(1)
        if three.first.consult is None:
            break

    assert three.first.consult is None
    assert three.first.phase is Phase.TALKING


# Warm transfers.


async def test_the_connection_of_caller_and_colleague_stays_when_the_call_is_handed_over(three: Three) -> None:
    await three.confer()
    key = (second(three.vera).contact_id, second(three.vera).epoch)
    generation = three.ben.generation

    await three.says("consult.hand_over")

    assert (three.vera.contact.id, three.vera.contact.epoch) == key
    contact = three.ben.desk.contact
    assert contact is not None
    assert (contact.id, contact.epoch) == key
    assert three.ben.generation == generation
    assert three.vera.peer is not None
    assert three.vera.peer.generation == generation
    assert (three.vera.second, three.ben.second) == (None, None)
    assert three.vera.contact.agent_name == "Ben"
    assert contact.asked_by == ""
    assert three.ben.desk.routing == "talking"
    assert three.anna.desk.routing == "wrap_up"
    assert three.anna.peer is None


async def test_a_warm_transfer_waits_until_the_two_are_connected(three: Three) -> None:
    await three.consult()

    await three.says("consult.hand_over")
    assert three.consultation().takes_over
    assert three.vera.contact.held
    assert three.vera.contact.agent_name == "Anna"
    await three.guest_connects()

    assert not three.vera.contact.held
    assert three.vera.contact.agent_name == "Ben"


async def loads_an_older_widget(caller: CallerTab) -> None:
    """The page is one of a release that knew of no second connection."""
    await caller.lose_socket()
    caller.page = caller.world.new_page()
    await caller.connect(capabilities=[])


@pytest.mark.parametrize("ask", ["consult.join", "consult.hand_over"])
async def test_an_older_widget_is_not_asked_for_a_second_connection(three: Three, ask: str) -> None:
    await loads_an_older_widget(three.vera)
    assert three.anna.peer is not None
    assert not three.anna.peer.can_confer
    await three.consult()
    contact = three.anna.desk.contact
    assert contact is not None

    code = await three.anna.refused(ask, contactId=contact.id, epoch=contact.epoch)

    assert code == "not_able"
    assert three.first.guest is None
    assert three.consultation().phase == "talking"


async def test_a_widget_that_does_not_say_what_it_can_do_is_not_asked_for_a_second_connection(three: Three) -> None:
    await three.vera.lose_socket()
    three.vera.page = three.world.new_page()
    await three.vera.connect(leave_out="capabilities")
    await three.consult()
    contact = three.anna.desk.contact
    assert contact is not None

    code = await three.anna.refused("consult.join", contactId=contact.id, epoch=contact.epoch)

    assert code == "not_able"


@pytest.mark.parametrize("name", ["a\x00b", "not conference", "of-tomorrow"])
async def test_of_what_a_page_says_it_can_do_only_names_that_we_know_are_kept(three: Three, name: str) -> None:
    vera = three.vera
    await vera.lose_socket()
    vera.page = vera.world.new_page()
    await vera.connect(capabilities=[name])

    kept = {record.capabilities for record in three.world.sessions.records.values() if record.page == vera.page}

    assert kept == {frozenset()}


async def test_an_older_widget_is_handed_on_without_asking_first(three: Three) -> None:
    await loads_an_older_widget(three.vera)

    await three.says("contact.transfer", agentId=three.ben.agent_id)
    await three.ben.answer("offer.accept")

    assert three.vera.contact.agent_name == "Ben"


async def test_a_newer_page_of_the_caller_can_be_joined_again(three: Three) -> None:
    await loads_an_older_widget(three.vera)
    three.vera = await three.vera.reload()

    await three.confer()

    assert three.first.guest is not None
    assert three.first.guest.is_connected


async def test_what_a_page_can_do_is_known_to_another_process(world: World) -> None:
    async with Beside(world) as beside:
        vera = await world.caller()
        anna = await beside.agent("anna")
        await anna.answer("offer.accept")
        await world.settle()
        assert anna.peer is not None
        assert anna.peer.can_confer

        await loads_an_older_widget(vera)
        await beside.pass_time(1)

        assert not anna.peer.can_confer


async def test_the_same_request_again_begins_one_consultation(three: Three) -> None:
    contact = three.anna.desk.contact
    assert contact is not None
    body = {"contactId": contact.id, "epoch": contact.epoch, "agentId": three.ben.agent_id, "id": "once"}

    await three.anna.ask("consult.ask", **body)
    await three.anna.ask("consult.ask", **body)

    assert len(three.world.floor.state.contacts) == 2


async def test_agents_of_two_processes_ask_and_confer(world: World) -> None:
    async with Beside(world) as beside:
        three = await Three.meet(world, beside)
        await three.confer()
        assert second(three.vera).peer.present

        await signal(three.vera, second(three.vera))
        await beside.settle()
        await beside.pass_time(1)
        assert [letter.contact_id for letter in three.ben.letters()] == [three.first.id]

        await three.says("consult.hand_over")
        await beside.settle()
        assert three.ben.desk.routing == "talking"
        assert ContactId(three.vera.contact.id) == three.first.id
