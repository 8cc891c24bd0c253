"""Logs hold no words of exceptions and no arguments of libraries; metrics count what happens."""

import asyncio
import io
import json
import logging
from collections.abc import Sequence
from typing import Any

import pytest
import structlog
from prometheus_client import CollectorRegistry

from acd.config import Agent, Channel, Group, Site
from acd.core import Core
from acd.facts import (
    AgentAttached,
    AgentHealthChanged,
    AgentSignedIn,
    CallerAttached,
    CallerHungUp,
    ContactRequested,
    Fact,
    Health,
    OfferDeclined,
    Presence,
    PresenceChosen,
    SiteConfigured,
    Ticked,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, ProcessId, SessionId, SiteId, VisitorKey
from gateway.http.availability import groups_of
from gateway.metrics import Metrics
from gateway.telemetry import configure_logs, frames, log_loop_errors
from signaling.ports import Ended, Listener, Outcome


def _lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_an_exception_is_logged_as_places_and_types(log: io.StringIO) -> None:
    def inner() -> None:
        raise ValueError("canary")

    try:
        try:
            inner()
        except ValueError as why:
            raise RuntimeError("canary") from why
    except RuntimeError:
        structlog.stdlib.get_logger("test").exception("it_failed", contact="ct_1")

    (line,) = _lines(log)
    assert line["event"] == "it_failed"
    assert line["contact"] == "ct_1"
    assert "canary" not in log.getvalue()
    assert line["exception"].index("ValueError") < line["exception"].index("RuntimeError")
    assert "inner" in line["exception"]


def test_exceptions_in_a_group_are_all_told() -> None:
    told = frames(ExceptionGroup("canary", [ValueError("canary"), KeyError("canary")]))

    assert {"ExceptionGroup", "ValueError", "KeyError"} <= set(told.splitlines())
    assert "canary" not in told


def test_what_libraries_log_is_reduced_to_its_template(log: io.StringIO) -> None:
    library = logging.getLogger("some.library")

    library.warning("User %s came from %s", "canary", "canary")
    library.error("canary was put together before")
    library.info("not interesting")

    first, second = _lines(log)
    assert (first["logger"], first["template"]) == ("some.library", "User %s came from %s")
    assert second["level"] == "error"
    assert "canary" not in log.getvalue()


async def test_errors_that_nobody_awaited_are_logged_and_counted(log: io.StringIO) -> None:
    counted: list[str] = []
    loop = asyncio.get_running_loop()
    log_loop_errors(loop, counted.append)

    loop.call_exception_handler({"message": "canary", "exception": ZeroDivisionError("canary")})

    (line,) = _lines(log)
    assert (line["event"], line["exception"], counted) == ("loop_error", "ZeroDivisionError", ["loop"])


def test_console_output_is_for_people() -> None:
    written = io.StringIO()
    restore = configure_logs(form="console", level="info", stream=written)
    try:
        structlog.stdlib.get_logger("test").info("ready", sites=1)
        structlog.stdlib.get_logger("test").debug("not_shown")
    finally:
        restore()

    assert "ready" in written.getvalue()
    assert "sites=1" in written.getvalue()
    assert "not_shown" not in written.getvalue()


class CoreFloor:
    """A floor with a core and no journal."""

    site = SiteId("shop")

    def __init__(self) -> None:
        self.core = Core()
        self.ended: Sequence[Ended] = ()
        self._listeners: list[Listener] = []

    @property
    def state(self) -> Any:
        return self.core.state

    async def report(self, fact: Fact, *, source: str, request: str, must: bool = False) -> Outcome:
        raise NotImplementedError

    def follow(self, listener: Listener) -> Any:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def happen(self, fact: Fact, at: int) -> None:
        decided = self.core.decide(fact, Millis(at))
        for listener in self._listeners:
            listener(decided, Millis(at))


@pytest.fixture
def floor() -> CoreFloor:
    made = CoreFloor()
    sales = GroupId("sales")
    made.happen(
        SiteConfigured(site=Site(groups=(Group(id=sales),), agents=(Agent(id=AgentId("ag_1"), groups=(sales,)),))), 0
    )
    return made


def test_waiting_is_shown_and_measured(floor: CoreFloor) -> None:
    metrics = Metrics(CollectorRegistry())
    end = metrics.follow(floor)

    floor.happen(_request("ct_1"), 1_000)
    waiting = metrics.render().decode()
    floor.happen(CallerHungUp(contact=ContactId("ct_1")), 8_000)
    after = metrics.render().decode()
    end()

    assert 'zuruf_contacts_waiting{group="sales",site="shop"} 1.0' in waiting
    assert 'zuruf_contacts_waiting{group="sales",site="shop"} 0.0' in after
    labels = 'group="sales",outcome="abandoned",site="shop"'
    assert f"zuruf_contact_wait_seconds_sum{{{labels}}} 7.0" in after
    assert "zuruf_contacts_waiting{" not in metrics.render().decode()


def test_who_waited_before_we_looked_is_measured_too(floor: CoreFloor) -> None:
    floor.happen(_request("ct_1"), 1_000)
    metrics = Metrics(CollectorRegistry())
    metrics.follow(floor)

    floor.happen(CallerHungUp(contact=ContactId("ct_1")), 3_000)

    assert 'outcome="abandoned",site="shop"} 2.0' in metrics.render().decode()


def test_ready_and_waiting_mean_the_same_to_visitors_and_in_metrics(floor: CoreFloor) -> None:
    agent, session = AgentId("ag_1"), SessionId("ss_2")
    metrics = Metrics(CollectorRegistry())
    metrics.follow(floor)

    def seen() -> tuple[str, float | None]:
        (group,) = groups_of(floor.state, {}, {}, "en")
        ready = metrics.registry.get_sample_value("zuruf_agents_ready", {"site": "shop"})
        waiting = metrics.registry.get_sample_value("zuruf_contacts_waiting", {"site": "shop", "group": "sales"})
        assert waiting == group.waiting
        return group.state, ready

    assert seen() == ("nobody", 0)
    for at_work in (
        AgentSignedIn(agent=agent, session=session),
        AgentAttached(agent=agent, session=session, process=ProcessId("pr_1")),
        AgentHealthChanged(agent=agent, session=session, health=Health.HEALTHY),
        PresenceChosen(agent=agent, presence=Presence.AVAILABLE),
    ):
        floor.happen(at_work, 0)
    assert seen() == ("available", 1)

    # Nobody is there to be answered: the contact waits beside an idle agent.
    floor.happen(_request("ct_1"), 1_000)
    assert seen() == ("busy", 1)

    floor.happen(CallerAttached(contact=ContactId("ct_1"), session=SessionId("ss_1"), process=ProcessId("pr_1")), 2_000)
    assert seen() == ("busy", 0)

    # Who declined is left alone for a while.
    epoch = floor.state.contacts[ContactId("ct_1")].epoch
    floor.happen(OfferDeclined(agent=agent, contact=ContactId("ct_1"), epoch=epoch), 3_000)
    floor.happen(CallerHungUp(contact=ContactId("ct_1")), 4_000)
    assert seen() == ("busy", 0)

    floor.happen(Ticked(), 14_000)
    assert seen() == ("available", 1)


def _request(contact: str) -> ContactRequested:
    return ContactRequested(
        contact=ContactId(contact),
        session=SessionId("ss_1"),
        group=GroupId("sales"),
        channel=Channel.VOICE,
        visitor=VisitorKey("v"),
    )
