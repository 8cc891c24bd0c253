"""What would have been: a recorded day decided again, also under other rules."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from acd.core import Core
from acd.facts import Fact, SiteConfigured
from acd.ids import ContactId, Millis
from gateway.simulation.play import Caller, Play
from gateway.simulation.record import Again, People, Record, decide_again, people, under
from gateway.simulation.report import GroupFigures, columns, group_figures, service_level_is
from gateway.simulation.scenario import ScenarioWrong
from gateway.simulation.tally import Tally

_WITHIN_MS, _SHORT_MS = 20_000, 5_000
_MOST = 10


class Fate(Struct, frozen=True, kw_only=True):
    """What became of one contact."""

    agent: str | None
    wait_s: float
    outcome: str


class Changed(Struct, frozen=True, kw_only=True):
    """One contact, before and after."""

    contact: str
    group: str
    before: Fate
    after: Fate


class Compared(Struct, frozen=True, kw_only=True):
    """One group three times.

    Attributes:
        recorded: As it was.
        modelled: As the model plays it under the rules of then. How far this is from the
            record says how good the model is.
        changed: As the model plays it under the new rules.
    """

    recorded: GroupFigures
    modelled: GroupFigures
    changed: GroupFigures


class Replay(Struct, frozen=True, kw_only=True):
    """Everything.

    Attributes:
        again: ``None`` if the record begins late.
        groups: Empty if no rules were given; likewise the rest.
        other_agent: How many contacts went to another agent than under the rules of then.
        other_end: How many ended in another way.
        changed: Those whose wait changed most.
    """

    site: str
    facts: int
    begins_at: int
    again: Again | None
    service_level_is: str
    groups: list[Compared] = []
    other_agent: int = 0
    other_end: int = 0
    changed: list[Changed] = []


def read_rules(file: Path) -> Mapping[str, Any]:
    """The rules in a scenario, or in a file that is nothing but rules.

    Raises:
        ScenarioWrong: If it cannot be read.
    """
    try:
        written = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as why:
        raise ScenarioWrong(f"{file}: {why}") from None
    rules: Mapping[str, Any] = written.get("site", written)
    return rules


def replay(
    record: Record,
    rules: Mapping[str, Any] | None,
    *,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> Replay:
    """Decide a record again, and if rules are given, play its people under them.

    Raises:
        gateway.simulation.record.RecordWrong: If rules are given and there are none in the record.
        gateway.simulation.scenario.ScenarioWrong: If the core does not know such rules.
    """
    again = None if record.begins_late else decide_again(record, progress)
    begins_at = record.steps[0].position
    says = service_level_is(_WITHIN_MS, _SHORT_MS)
    if rules is None:
        return Replay(
            site=record.site, facts=len(record.steps), begins_at=begins_at, again=again, service_level_is=says
        )
    found = people(record)
    recorded = _tally(found)
    for caller in found.happened:
        recorded.over(caller)
    modelled, before = _played(found, found.told, seed)
    changed, after = _played(found, list(under(found.told, rules)), seed)
    pairs = [(before[contact], after[contact]) for contact in before if contact in after]
    return Replay(
        site=record.site,
        facts=len(record.steps),
        begins_at=begins_at,
        again=again,
        service_level_is=says,
        groups=list(_compared(recorded, modelled, changed)),
        other_agent=sum(one.agent != other.agent for one, other in pairs),
        other_end=sum(one.outcome is not other.outcome for one, other in pairs),
        changed=[
            Changed(contact=one.request.contact, group=one.request.group, before=_fate(one), after=_fate(other))
            for one, other in sorted(pairs, key=_by_change)[:_MOST]
            if one.wait_ms != other.wait_ms or one.agent != other.agent
        ],
    )


class _Noting(Tally):
    """A tally that remembers everybody."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.everybody: dict[ContactId, Caller] = {}

    def over(self, caller: Caller) -> None:
        self.everybody[caller.request.contact] = caller
        super().over(caller)


def _tally(found: People) -> _Noting:
    groups = {group.id: None for site in found.sites for group in site.groups}
    return _Noting(list(groups), starts=found.starts, until=found.until, within_ms=_WITHIN_MS, short_ms=_SHORT_MS)


def _played(found: People, told: Iterable[tuple[Millis, Fact]], seed: int) -> tuple[Tally, dict[ContactId, Caller]]:
    facts = list(told)
    tally = _tally(found)
    manners = dict(found.manners)
    everybody = next(iter(manners.values()), None)
    for _, fact in facts:
        if isinstance(fact, SiteConfigured) and everybody is not None:
            for agent in fact.site.agents:
                manners.setdefault(agent.id, everybody)
    Play(
        Core(),
        told=facts,
        callers=found.callers(seed),
        manners=manners,
        # The same for the same pair, so that a difference is one of the rules and not of chance.
        chance=lambda contact, agent: Random(f"{seed} {contact} {agent}"),
        until=found.until,
        watch=tally,
    ).run()
    tally.close()
    return tally, tally.everybody


def _compared(recorded: Tally, modelled: Tally, changed: Tally) -> Iterator[Compared]:
    for group in recorded.groups:
        if recorded.groups[group].offered:
            yield Compared(
                recorded=group_figures(group, recorded.groups[group], recorded),
                modelled=group_figures(group, modelled.groups[group], modelled),
                changed=group_figures(group, changed.groups[group], changed),
            )


def _by_change(pair: tuple[Caller, Caller]) -> tuple[int, bool, str]:
    one, other = pair
    return -abs(one.wait_ms - other.wait_ms), one.agent == other.agent, one.request.contact


def _fate(caller: Caller) -> Fate:
    return Fate(agent=caller.agent, wait_s=caller.wait_ms / 1000, outcome=str(caller.outcome))


def as_text(found: Replay) -> str:
    """The report as text, for a terminal."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Replay) -> Iterator[str]:
    yield from _again(found)
    if not found.groups:
        return
    for compared in found.groups:
        yield ""
        yield f"{compared.recorded.group}: as recorded, as the model plays it, and as it plays it under the new rules"
        yield from columns([compared.recorded, compared.modelled, compared.changed], ("recorded", "model", "new rules"))
    yield ""
    yield f"Service level: {found.service_level_is}."
    yield "The first column against the second says how good the model is; the second against the third"
    yield "what the rules do. docs/explanation/simulation.md says what the model knows and what it draws by lot."
    yield ""
    yield f"{found.other_agent:,} contacts went to another agent, {found.other_end:,} ended in another way."
    if found.changed:
        yield "Those whose wait changed most:"
    for one in found.changed:
        yield f"  {one.contact} ({one.group}): {_told(one.before)} -> {_told(one.after)}"


def _again(found: Replay) -> Iterator[str]:
    again = found.again
    if again is None:
        yield (
            f"The record of {found.site} begins at position {found.begins_at}: what was before has been deleted, so "
            "it cannot be decided again exactly."
        )
        return
    yield f"{found.site}: {again.facts:,} facts and {again.decisions:,} decisions, decided again."
    if not again.differing:
        yield "Every decision is the same."
        return
    yield f"About {again.differing:,} facts something else is decided now. The first:"
    for one in again.differences:
        yield f"  {one.position} {one.fact}"
        yield f"    recorded: {one.recorded}"
        yield f"    now:      {one.decided}"


def _told(fate: Fate) -> str:
    return f"{fate.agent or 'nobody'} after {fate.wait_s:.1f} s, {fate.outcome}"
