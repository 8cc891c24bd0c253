"""What Erlang would have said about a scenario, where Erlang has something to say."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

import msgspec
from msgspec import Struct

from acd.config import Channel, Group, Site
from acd.erlang import ErlangA, ErlangC
from gateway.simulation.scenario import Scenario
from gateway.simulation.tally import GroupTally, Tally

_HARMLESS: Final = frozenset(
    {"channels", "codes", "declined_ms", "id", "missed_ms", "policy", "ring_ms", "turn_only", "wrap_up", "wrap_up_ms"}
)
"""Rules of a group that change nothing where callers bring no wrap-up and offers are accepted at once."""


class Compared(Struct, frozen=True, kw_only=True):
    """One figure as played and as expected; seconds or shares."""

    figure: str
    played: float
    expected: float


class Verdict(Struct, frozen=True, kw_only=True):
    """What theory says.

    Attributes:
        formula: Erlang A or C, with the numbers that went in; empty if neither applies.
        why_not: Why neither does.
    """

    formula: str = ""
    why_not: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()


def compare(scenario: Scenario, site: Site, tally: Tally) -> Verdict:
    """Hold what was played against Erlang A, if callers have a patience, else against Erlang C."""
    reasons = tuple(_why_not(scenario, site))
    if reasons:
        return Verdict(why_not=reasons)
    (kind,) = scenario.arrivals
    (group,) = tally.groups.values()
    arrivals_per_s = float(str(kind.per_hour)) / 3600
    agents, handling_s = len(site.agents), kind.handling.mean_s
    numbers = f"{agents} agents, {arrivals_per_s * handling_s:.1f} erlang, handling {handling_s:g} s"
    expected: ErlangA | ErlangC
    if kind.patience is not None:
        patience_s = kind.patience.mean_s
        formula = f"Erlang A ({numbers}, patience {patience_s:g} s)"
        expected = ErlangA(agents=agents, arrivals_per_s=arrivals_per_s, handling_s=handling_s, patience_s=patience_s)
    elif arrivals_per_s * handling_s < agents:
        formula = f"Erlang C ({numbers})"
        expected = ErlangC(agents=agents, arrivals_per_s=arrivals_per_s, handling_s=handling_s)
    else:
        return Verdict(why_not=("more load than agents, and nobody hangs up: the line grows for ever",))
    return Verdict(formula=formula, compared=tuple(_compared(expected, group, tally)))


def _compared(expected: ErlangA | ErlangC, group: GroupTally, tally: Tally) -> Iterator[Compared]:
    counted = group.answered + group.abandoned
    if not counted:
        return
    within_s = tally.within_ms / 1000
    yield Compared(figure="waits at all", played=group.waited / counted, expected=expected.waits)
    yield Compared(figure="mean wait, s", played=group.all_waits_ms / counted / 1000, expected=expected.wait_s)
    yield Compared(figure="ASA, s", played=(group.asa_ms or 0) / 1000, expected=expected.asa_s)
    yield Compared(figure="abandoned", played=group.abandoned / counted, expected=expected.abandoned)
    yield Compared(
        figure=f"answered within {within_s:g} s, of all",
        played=group.within / counted,
        expected=expected.answered_within(within_s),
    )
    yield Compared(figure="occupancy", played=tally.occupancy or 0, expected=expected.occupancy)


def _why_not(scenario: Scenario, site: Site) -> Iterator[str]:
    """What of the scenario the formulas know nothing of."""
    if len(site.groups) != 1:
        yield "there are several groups"
    for group in site.groups:
        if own := sorted(name for name in _differing(group, Group(id=group.id)) if name not in _HARMLESS):
            yield f"the group has rules of its own ({', '.join(own)})"
    if len(scenario.arrivals) != 1 or not scenario.arrivals[0].is_steady:
        yield "callers do not come at one constant rate"
    for kind in scenario.arrivals:
        if kind.request:
            yield "callers ask for something particular"
        if kind.channel not in {Channel.VOICE, Channel.VIDEO}:
            yield "agents may do several at once"
        if kind.handling.shape != "exponential" or not kind.handling.mean_s:
            yield "handling times are not exponential"
        if kind.wrap_up is not None:
            yield "wrap-up comes on top of handling"
        if kind.patience is not None and kind.patience.shape != "exponential":
            yield "patience is not exponential"
    for people in scenario.agents:
        if people.shifts:
            yield "agents work in shifts"
        if people.answers.mean_s or people.misses or people.declines:
            yield "offers ring, or are not always accepted"
    if len({_without_id(agent) for agent in site.agents}) > 1:
        yield "agents are not alike"
    if not site.agents:
        yield "there are no agents"


def _differing(one: Group, other: Group) -> Iterator[str]:
    return (field.name for field in fields(Group) if getattr(one, field.name) != getattr(other, field.name))


def _without_id(agent: object) -> bytes:
    plain: dict[str, Any] = msgspec.to_builtins(agent)
    return msgspec.json.encode({**plain, "id": ""}, order="deterministic")
