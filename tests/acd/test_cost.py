"""A decision costs about the same however many wait. Steps are counted, not time."""

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from acd.config import Agent, Channel, Group, Site
from acd.core import Core
from acd.facts import (
    AgentAttached,
    AgentSignedIn,
    CallerAttached,
    CallerHungUp,
    ContactRequested,
    OfferAccepted,
    OfferDeclined,
    Presence,
    PresenceChosen,
    SiteConfigured,
    Ticked,
)
from acd.ids import AgentId, ContactId, Epoch, Millis, SessionId, VisitorKey
from acd.lifecycle import Phase
from acd.records import Records
from acd.state import State
from tests.acd.desk import HERE, SALES, SITE

FEW, MANY = 100, 10_000

Crowds = tuple[Records, Records]


@pytest.fixture(scope="module")
def crowds() -> Crowds:
    """A few in line, and a hundred times as many."""
    return crowded(FEW).state.records(), crowded(MANY).state.records()


def crowded(waiting: int, agents: int = 1) -> Core:
    """A core with that many callers in line, and agents who are on a break."""
    core = Core()
    staff = tuple(Agent(id=AgentId(f"ag_{number:05}"), groups=(SALES,)) for number in range(agents))
    site = replace(SITE, groups=(Group(id=SALES, max_waiting=2 * MANY),), agents=staff)
    core.decide(SiteConfigured(site=site), Millis(0))
    for agent in staff:
        core.decide(AgentSignedIn(agent=agent.id, session=SessionId("desk")), Millis(0))
        core.decide(AgentAttached(agent=agent.id, session=SessionId("desk"), process=HERE), Millis(0))
    for number in range(waiting):
        ask(core, f"ct_{number:05}", at=number)
    return core


def ask(core: Core, name: str, at: int) -> None:
    contact, session = ContactId(name), SessionId("tab")
    core.decide(
        ContactRequested(
            contact=contact, session=session, group=SALES, channel=Channel.VIDEO, visitor=VisitorKey(name)
        ),
        Millis(at),
    )
    core.decide(CallerAttached(contact=contact, session=session, process=HERE), Millis(at))


def steps(do: Callable[[], object]) -> int:
    """How many byte-code instructions it takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
    return count


def comes(core: Core) -> None:
    core.decide(PresenceChosen(agent=AgentId("ag_00000"), presence=Presence.AVAILABLE), Millis(MANY))
    assert core.state.contacts[ContactId("ct_00000")].phase is Phase.OFFERED


def comes_and_declines(core: Core) -> None:
    comes(core)
    core.decide(OfferDeclined(agent=AgentId("ag_00000"), contact=ContactId("ct_00000"), epoch=Epoch(1)), Millis(MANY))
    core.decide(Ticked(), Millis(MANY + 10_000))


def comes_and_accepts(core: Core) -> None:
    comes(core)
    core.decide(OfferAccepted(agent=AgentId("ag_00000"), contact=ContactId("ct_00000"), epoch=Epoch(1)), Millis(MANY))


def misses(core: Core) -> None:
    comes(core)
    core.decide(Ticked(), Millis(MANY + 20_000))


def asks(core: Core) -> None:
    ask(core, "ct_new", at=MANY)
    assert core.state.position(ContactId("ct_new")) == len(core.state.contacts)


def hangs_up(core: Core) -> None:
    core.decide(CallerHungUp(contact=ContactId("ct_00050")), Millis(MANY))


@pytest.mark.parametrize("day", [comes, comes_and_declines, comes_and_accepts, misses, asks, hangs_up])
def test_a_hundred_times_as_many_in_line_cost_no_more(day: Callable[[Core], None], crowds: Crowds) -> None:
    few, many = (Core(State.restore(crowd)) for crowd in crowds)

    assert steps(lambda: day(many)) <= 1.1 * steps(lambda: day(few))


def test_a_hundred_times_as_many_agents_cost_no_more() -> None:
    few, many = crowded(0, agents=10), crowded(0, agents=1_000)
    for core in (few, many):
        for agent in core.state.agents:
            core.decide(PresenceChosen(agent=agent, presence=Presence.AVAILABLE), Millis(1))

    assert steps(lambda: ask(many, "ct_1", at=2)) <= 1.1 * steps(lambda: ask(few, "ct_1", at=2))


def test_a_crowd_is_matched_in_steps_for_each_offer_and_not_for_each_pair() -> None:
    def everybody_comes(size: int) -> int:
        core = crowded(size, agents=size)
        site: Site | None = core.state.site
        assert site is not None
        without = replace(site, agents=tuple(replace(agent, groups=()) for agent in site.agents))
        core.decide(SiteConfigured(site=without), Millis(MANY))
        for agent in core.state.agents:
            core.decide(PresenceChosen(agent=agent, presence=Presence.AVAILABLE), Millis(MANY))
        spent = steps(lambda: core.decide(SiteConfigured(site=site), Millis(MANY)))
        assert core.state.agents_ready(SALES) == 0
        return spent

    assert everybody_comes(400) <= 5 * everybody_comes(100)
