"""Who may say what, when: every message of every role in every phase, against a second opinion written by hand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import pytest

from acd.decisions import EndReason
from acd.ids import ContactId, SessionId
from acd.lifecycle import Phase, Routing
from signaling.permissions import AGENT, CALLER, SUPERSEDED
from signaling.protocol.agent import ConsultationEnd, RoutingState
from signaling.protocol.base import Request
from signaling.protocol.caller import CallerPhase
from signaling.protocol.caller import EndReason as ToldEndReason
from signaling.protocol.directions import AgentToServer, CallerToServer
from tests.signaling.world import SITE, AgentTab, CallerTab, Tab, World, report

CALLER_PHASES = ("queued", "offered", "connecting", "talking", "ended")
AGENT_PHASES = ("idle", "offered", "connecting", "talking", "held", "wrap_up", "not_responding")

# What is expected, by phase in the order above: "." answered, otherwise the code of the refusal.
EXPECTED_OF_CALLERS: Mapping[str, tuple[str, ...]] = {
    "contact.leave": (".", ".", ".", ".", "contact_gone"),
    "page.leaving": (".", ".", ".", ".", "."),
    "media.signal": ("not_now", "not_now", ".", ".", "not_now"),
    "media.state": ("not_yours", "not_yours", ".", ".", "not_yours"),
    "media.report": ("not_yours", "not_yours", ".", ".", "not_yours"),
    "ack": (".", ".", ".", ".", "."),
    "ice.refresh": (".", ".", ".", ".", "contact_gone"),
    "presence.set": ("not_allowed",) * 5,
    "offer.accept": ("not_allowed",) * 5,
    "offer.decline": ("not_allowed",) * 5,
    "contact.end": ("not_allowed",) * 5,
    "contact.hold": ("not_allowed",) * 5,
    "consult.ask": ("not_allowed",) * 5,
    "consult.end": ("not_allowed",) * 5,
    "consult.join": ("not_allowed",) * 5,
    "consult.hand_over": ("not_allowed",) * 5,
    "wrapup.finish": ("not_allowed",) * 5,
    "agent.health": ("not_allowed",) * 5,
    "agent.sign_out": ("not_allowed",) * 5,
}
EXPECTED_OF_AGENTS: Mapping[str, tuple[str, ...]] = {
    "presence.set": (".", ".", ".", ".", ".", ".", "."),
    "offer.accept": ("offer_gone", ".", ".", ".", ".", "offer_gone", "offer_gone"),
    "offer.decline": ("offer_gone", ".", "offer_gone", "offer_gone", "offer_gone", "offer_gone", "offer_gone"),
    "contact.end": ("contact_gone", "contact_gone", ".", ".", ".", "contact_gone", "contact_gone"),
    "contact.hold": (*("contact_gone",) * 3, ".", ".", "contact_gone", "contact_gone"),
    "consult.ask": (*("contact_gone",) * 3, "no_target", "no_target", "contact_gone", "contact_gone"),
    "consult.end": (*("contact_gone",) * 3, ".", ".", "contact_gone", "contact_gone"),
    "consult.join": (*("contact_gone",) * 3, "not_now", "not_now", "contact_gone", "contact_gone"),
    "consult.hand_over": (*("contact_gone",) * 3, "not_now", "not_now", "contact_gone", "contact_gone"),
    "wrapup.finish": (*("contact_gone",) * 5, ".", "contact_gone"),
    "agent.health": (".", ".", ".", ".", ".", ".", "."),
    "agent.sign_out": (".", ".", ".", ".", ".", ".", "."),
    "page.leaving": (".", ".", ".", ".", ".", ".", "."),
    "media.signal": ("not_now", "not_now", ".", ".", ".", "not_now", "not_now"),
    "media.state": ("not_yours", "not_yours", ".", ".", ".", "not_yours", "not_yours"),
    "media.report": ("not_yours", "not_yours", ".", ".", ".", "not_yours", "not_yours"),
    "ack": (".", ".", ".", ".", ".", ".", "."),
    "ice.refresh": (".", ".", ".", ".", ".", ".", "."),
    "contact.leave": ("not_allowed",) * 7,
}


async def reach(world: World, phase: str) -> tuple[CallerTab, AgentTab]:
    """Bring a caller and an agent to where the one or the other is in this phase."""
    match phase:
        case "queued":
            return await world.caller(), AgentTab(world, "anna", page="p")
        case "idle":
            agent = await world.agent()
            return CallerTab(world, ContactId("ct_none"), page="p", token=""), agent
        case "offered":
            return await world.caller(), await world.agent()
        case "connecting":
            return await world.call()
        case "talking":
            return await world.talk()
        case "held":
            caller, agent = await world.talk()
            await agent.answer("contact.hold", on=True)
            return caller, agent
        case "wrap_up" | "ended":
            caller, agent = await world.talk()
            await agent.answer("contact.end")
            return caller, agent
        case "not_responding":
            caller, agent = await world.caller(), await world.agent()
            for _ in range(21):
                agent.wire.hear()
                await world.pass_time(1)
            return caller, agent
        case _:
            raise AssertionError(phase)


def fields(kind: str, contact: str, epoch: int, tab: Tab) -> dict[str, object]:
    """A body that is right but for the phase."""
    about = {"contactId": contact, "epoch": epoch}
    match kind:
        case "contact.leave":
            return {"contactId": contact}
        case "presence.set":
            return {"presence": "available", "reason": ""}
        case "wrapup.finish":
            return {"contactId": contact, "code": ""}
        case "agent.health":
            return {"microphone": "ok", "visible": True}
        case "media.state":
            return {**about, "state": "connected"}
        case "media.report":
            return report(contact, epoch)
        case "media.signal":
            peer = tab.peer
            signal = {"kind": "description", "type": "rollback", "sdp": ""}
            generations = {"generation": tab.generation, "peerGeneration": peer.generation if peer is not None else 0}
            return {**about, **generations, "signal": signal}
        case "ack":
            return {"number": 0}
        case "contact.hold":
            return {**about, "on": True}
        case "offer.accept" | "offer.decline" | "contact.end":
            return about
        case "consult.ask" | "consult.end" | "consult.join" | "consult.hand_over":
            return about
        case _:
            return {}


@pytest.mark.parametrize("phase", CALLER_PHASES)
@pytest.mark.parametrize("kind", EXPECTED_OF_CALLERS)
async def test_what_a_caller_may_say(world: World, kind: str, phase: str) -> None:
    caller, _ = await reach(world, phase)
    contact = caller.contact
    assert contact.phase == phase

    answer = await caller.ask(kind, **fields(kind, contact.id, contact.epoch, caller))

    expected = EXPECTED_OF_CALLERS[kind][CALLER_PHASES.index(phase)]
    assert getattr(answer, "code", ".") == expected


@pytest.mark.parametrize("phase", AGENT_PHASES)
@pytest.mark.parametrize("kind", EXPECTED_OF_AGENTS)
async def test_what_an_agent_may_say(world: World, kind: str, phase: str) -> None:
    _, agent = await reach(world, phase)
    assert agent.desk.routing == phase
    contact = agent.desk.contact

    answer = await agent.ask(
        kind, **fields(kind, contact.id if contact else "ct_2", contact.epoch if contact else 0, agent)
    )

    expected = EXPECTED_OF_AGENTS[kind][AGENT_PHASES.index(phase)]
    assert getattr(answer, "code", ".") == expected


@pytest.mark.parametrize("kind", [kind for kind in EXPECTED_OF_AGENTS if kind != "contact.leave"])
async def test_a_tab_that_no_longer_leads_may_only_leave(world: World, kind: str) -> None:
    _, agent = await world.talk()
    contact = agent.desk.contact
    assert contact is not None
    body = fields(kind, contact.id, contact.epoch, agent)
    wire, attachment = agent.wire, agent.attachment
    session = world.conversation._hubs[SITE].roster.desks(agent.agent_id)[0]
    # Another process has the lead, and this one's socket does not know yet.
    state = world.floor.state
    elsewhere = SessionId("ss_elsewhere")
    found = state.agents[agent.agent_id]
    assert found.endpoint is not None
    state.put_agent(replace(found, endpoint=replace(found.endpoint, session=elsewhere)))
    assert session.phase(state) == SUPERSEDED

    answer = await agent.ask(kind, **body)

    assert attachment is not None
    assert wire is agent.wire
    expected = "." if kind in {"ack", "page.leaving"} else AGENT.rules[_type(kind)].otherwise.code
    assert getattr(answer, "code", ".") == expected


def _type(kind: str) -> type[Request]:
    messages: tuple[type[Request], ...] = get_args(AgentToServer)
    return next(message for message in messages if message.__struct_config__.tag == kind)


@pytest.mark.parametrize("kind", ["contact.leave", "media.signal", "media.state", "media.report"])
async def test_a_caller_may_not_speak_of_a_foreign_contact(world: World, kind: str) -> None:
    caller, _ = await world.talk()

    assert await caller.refused(kind, **fields(kind, "ct_foreign", 1, caller)) == "not_yours"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("contact.end", "not_yours"),
        ("media.signal", "not_yours"),
        ("media.state", "not_yours"),
        ("media.report", "not_yours"),
        ("offer.accept", "offer_gone"),
    ],
)
async def test_an_agent_may_not_speak_of_a_foreign_contact(world: World, kind: str, code: str) -> None:
    _, agent = await world.talk()

    assert await agent.refused(kind, **fields(kind, "ct_foreign", 1, agent)) == code


@pytest.mark.parametrize("kind", ["media.signal", "media.state", "media.report", "contact.end"])
async def test_a_stale_epoch_is_refused(world: World, kind: str) -> None:
    _, agent = await world.talk()
    contact = world.only_contact

    assert await agent.refused(kind, **fields(kind, contact.id, contact.epoch - 1, agent)) == "stale_epoch"


async def test_an_offer_that_was_made_to_somebody_else_since_is_gone(world: World) -> None:
    await world.caller()
    anna = await world.agent("anna")
    shown = anna.desk.contact
    assert shown is not None
    await anna.answer("offer.decline")
    ben = await world.agent("ben")
    assert ben.desk.contact is not None

    code = await anna.refused("offer.accept", contactId=shown.id, epoch=shown.epoch)

    assert code == "offer_gone"
    assert world.only_contact.ringing_agents == (ben.agent_id,)


async def test_an_offer_that_rang_out_while_accepting_is_gone(world: World) -> None:
    await world.caller()
    anna = await world.agent()
    # The ring ends, and nobody has noticed when the answer comes.
    world.clock.now = type(world.clock.now)(world.clock.now + 20_000)

    answer = await anna.answer("offer.accept")

    assert getattr(answer, "code", ".") == "offer_gone"


def test_the_tables_speak_of_every_message_and_of_the_phases_there_are() -> None:
    assert set(CALLER.rules) == set(get_args(CallerToServer))
    assert set(AGENT.rules) == set(get_args(AgentToServer))
    assert set(get_args(CallerPhase)) == {phase.value for phase in Phase} == set(CALLER_PHASES)
    assert set(get_args(RoutingState)) == {routing.value for routing in Routing} == set(AGENT_PHASES)
    assert set(AGENT.phases) == {*AGENT_PHASES, SUPERSEDED}
    told = {*get_args(ToldEndReason), *get_args(ConsultationEnd)}
    # One is told as another agent's call, the other as the end of the call it was about.
    assert {reason.value for reason in EndReason} - told == {"handed_over", "contact_over"}
