"""A scenario: rules, agents and arrivals of a day, written in one TOML file.

``docs/explanation/simulation.md`` shows one. The site in it has the shape of the core's own
configuration (:class:`acd.config.Site`), so whatever the core can be told can be simulated.
"""

import csv
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from heapq import merge
from pathlib import Path
from random import Random
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct, field

from acd.config import Channel, Site
from acd.facts import AgentAttached, AgentSignedIn, ContactRequested, Fact, Presence, PresenceChosen, SiteConfigured
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, VisitorKey
from gateway.simulation.lengths import Draw, Lengths
from gateway.simulation.play import HERE, Caller, Manner

_DAY_MS: Final = 24 * 60 * 60 * 1000
_HOUR_MS: Final = 60 * 60 * 1000
_MONDAY: Final = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)

Share = Annotated[float, Meta(ge=0, le=1)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Shift = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]


class ScenarioWrong(Exception):
    """The file cannot be used; the message says where and why."""


class Some(Struct, forbid_unknown_fields=True, kw_only=True):
    """What only a share of these agents has, chosen by lot."""

    share: Share
    agent: dict[str, Any]


class Agents(Struct, forbid_unknown_fields=True, kw_only=True):
    """Agents who are alike.

    Attributes:
        name: Their ids are this and a number.
        agent: Anything else the core knows of an agent (:class:`acd.config.Agent`).
        shifts: When they are available, each day, as ``08:00-16:30``; without any: always.
        answers: From the ring to *Accept*.
        misses: Share of offers they let ring.
        declines: Share of offers they decline.
        returns_s: After such a miss they are *Available* again after this time.
    """

    count: Annotated[int, Meta(ge=1)] = 1
    name: str = "agent"
    groups: tuple[str, ...] = ()
    agent: dict[str, Any] = {}
    some: list[Some] = []
    shifts: list[Shift] = []
    answers: Lengths = field(default_factory=lambda: Lengths(mean_s=0))
    misses: Share = 0.0
    declines: Share = 0.0
    returns_s: Annotated[float, Meta(ge=0)] = 60.0


class Arrivals(Struct, forbid_unknown_fields=True, kw_only=True):
    """Callers of one kind: drawn, or read from a file.

    Attributes:
        file: CSV with a heading, or JSON lines; then nothing is drawn. Columns: ``at`` (seconds
            since the start, or ``HH:MM:SS``), ``handling_s``, and if wanted ``group``, ``channel``,
            ``wrap_up_s``, ``patience_s``, ``visitor`` and fields of ``request``.
        per_hour: How many come in an hour: always, or from each time of day on.
        handling: How long they talk.
        wrap_up: How long the agent works on afterwards; without it not at all.
        patience: How long they wait; without it for ever.
        request: Anything else a caller may ask for (:class:`acd.facts.ContactRequested`).
        comes: Share of invited callbacks that open the link, ``comes_after`` the invitation.
        accepts: Share that says yes when another group, a message or a callback is offered.
    """

    group: str = ""
    channel: Channel = Channel.VOICE
    file: str = ""
    per_hour: Annotated[float, Meta(ge=0)] | list[tuple[TimeOfDay, Annotated[float, Meta(ge=0)]]] = 0.0
    handling: Lengths = field(default_factory=lambda: Lengths(mean_s=180))
    wrap_up: Lengths | None = None
    patience: Lengths | None = None
    request: dict[str, Any] = {}
    comes: Share = 1.0
    comes_after: Lengths = field(default_factory=lambda: Lengths(mean_s=30))
    accepts: Share = 0.0

    @property
    def is_steady(self) -> bool:
        """Whether they come at one rate all day."""
        return not self.file and not isinstance(self.per_hour, list)


class Scenario(Struct, forbid_unknown_fields=True, kw_only=True):
    """A day to be played.

    Attributes:
        site: The rules (:class:`acd.config.Site`); agents may be written out, generated, or both.
        starts: When it begins; times of day are those of its offset from UTC.
        hours: For how long callers come.
        warm_up_hours: Callers of this time at the beginning are served but not counted.
        answered_within_s: The service level asks who was answered after that wait at most.
        short_abandon_s: Who leaves sooner is not counted as abandoned by the service level.
    """

    site: dict[str, Any]
    agents: list[Agents] = []
    arrivals: list[Arrivals]
    starts: dt.datetime = _MONDAY
    hours: Annotated[float, Meta(gt=0)] = 24.0
    warm_up_hours: Annotated[float, Meta(ge=0)] = 0.0
    seed: int = 1
    answered_within_s: Annotated[float, Meta(ge=0)] = 20.0
    short_abandon_s: Annotated[float, Meta(ge=0)] = 5.0


class _Row(Struct, kw_only=True):
    """One caller of a file; what is not named here goes into the request."""

    at: str | float
    handling_s: float
    group: str = ""
    channel: Channel | None = None
    wrap_up_s: float = 0.0
    patience_s: float | None = None
    visitor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A scenario, ready to be played once.

    Attributes:
        starts: When it begins.
        until: When nobody comes any more.
    """

    site: Site
    starts: Millis
    until: Millis
    told: Iterator[tuple[Millis, Fact]]
    callers: Iterator[Caller]
    manners: Mapping[AgentId, Manner]


def read_scenario(file: Path) -> Scenario:
    """The scenario in this file.

    Raises:
        ScenarioWrong: If it cannot be read or understood.
    """
    try:
        scenario = msgspec.toml.decode(file.read_bytes(), type=Scenario)
    except (OSError, msgspec.MsgspecError) as why:
        raise ScenarioWrong(f"{file}: {why}") from None
    return scenario


def prepare(scenario: Scenario, *, folder: Path, seed: int) -> Prepared:
    """Everything that happens in a scenario by itself. The same seed gives the same callers and agents.

    Files are looked for in the folder.

    Raises:
        ScenarioWrong: If site, agents or arrivals are not such as the core knows.
    """
    starts = Millis(round(_aware(scenario.starts).timestamp() * 1000))
    until = Millis(starts + round(scenario.hours * _HOUR_MS))
    midnight = starts - _since_midnight_ms(scenario.starts)
    people = list(_people(scenario.agents, Random(f"{seed} agents")))
    written = {**scenario.site, "agents": [*scenario.site.get("agents", []), *(made for made, _ in people)]}
    site = site_of(written)
    kinds = {made["id"]: kind for made, kind in people}
    shifts = {agent.id: _spans(kinds[agent.id].shifts if agent.id in kinds else []) for agent in site.agents}
    known = {group.id for group in site.groups}
    sources = []
    for number, kind in enumerate(scenario.arrivals):
        if not kind.file and kind.group not in known:
            raise ScenarioWrong(f"arrivals: the site has no group {kind.group!r}")
        make = _Callers(kind, number)
        random = Random(f"{seed} arrivals {number}")
        if kind.file:
            sources.append(_read(folder / kind.file, make, starts, until, known))
        else:
            sources.append(_drawn(make, random, starts, until, midnight))
    return Prepared(
        site=site,
        starts=starts,
        until=until,
        told=_told(site, shifts, starts, until, midnight),
        callers=merge(*sources, key=lambda caller: caller.asked_at),
        manners={agent.id: _manner(kinds.get(agent.id, Agents())) for agent in site.agents},
    )


def site_of(written: Mapping[str, Any]) -> Site:
    """The core's rules, from plain tables.

    Raises:
        ScenarioWrong: If they are not such rules, or name something the core does not know.
    """
    site: Site = _core_value(written, Site, "site")
    return site


def merged(below: Any, above: Any) -> Any:
    """Two plain values as one: tables by key, lists of things with an id by that id; else the upper one."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        both = {key: merged(below[key], value) if key in below else value for key, value in above.items()}
        return {**below, **both}
    if _have_ids(below) and _have_ids(above):
        return list(merged({item["id"]: item for item in below}, {item["id"]: item for item in above}).values())
    return above


def _have_ids(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, Mapping) and "id" in item for item in value)


def _core_value(written: Mapping[str, Any], kind: type[Any], where: str) -> Any:
    try:
        value = msgspec.convert(written, kind)
    except msgspec.ValidationError as why:
        raise ScenarioWrong(f"{where}: {why}") from None
    strangers = sorted(_strangers(written, msgspec.to_builtins(value), where))
    if strangers:
        raise ScenarioWrong(f"the core knows no {strangers[0]}")
    return value


def _strangers(written: Any, understood: Any, where: str) -> Iterator[str]:
    """What was written down and has no place in what was understood."""
    if isinstance(written, Mapping) and isinstance(understood, Mapping):
        for key, value in written.items():
            if key not in understood:
                yield f"{where}.{key}"
            else:
                yield from _strangers(value, understood[key], f"{where}.{key}")
    elif isinstance(written, Sequence) and isinstance(understood, Sequence) and not isinstance(written, str):
        for value, known in zip(written, understood, strict=False):
            yield from _strangers(value, known, where)


# Agents.


def _people(kinds: Sequence[Agents], random: Random) -> Iterator[tuple[dict[str, Any], Agents]]:
    for kind in kinds:
        digits = len(str(kind.count))
        people: list[dict[str, Any]] = [
            merged({"id": f"{kind.name}_{number:0{digits}}", "groups": list(kind.groups)}, kind.agent)
            for number in range(1, kind.count + 1)
        ]
        for some in kind.some:
            for place in random.sample(range(kind.count), round(some.share * kind.count)):
                people[place] = merged(people[place], some.agent)
        for made in people:
            yield made, kind


def _manner(kind: Agents) -> Manner:
    returns_ms = round(kind.returns_s * 1000)
    return Manner(
        answers=kind.answers.drawn(), misses=kind.misses, declines=kind.declines, returns=lambda _: returns_ms
    )


def _told(
    site: Site, shifts: Mapping[AgentId, list[tuple[int, int]]], starts: Millis, until: Millis, midnight: int
) -> Iterator[tuple[Millis, Fact]]:
    yield starts, SiteConfigured(site=site)
    changes = []
    for agent in site.agents:
        session = SessionId(f"ss_{agent.id}")
        yield starts, AgentSignedIn(agent=agent.id, session=session)
        yield starts, AgentAttached(agent=agent.id, session=session, process=HERE)
        spans = shifts[agent.id]
        if not spans or any(begin <= starts - midnight + day < end for begin, end in spans for day in (0, _DAY_MS)):
            yield starts, PresenceChosen(agent=agent.id, presence=Presence.AVAILABLE)
        changes += [(begin % _DAY_MS, Presence.AVAILABLE, agent.id) for begin, _ in spans]
        changes += [(end % _DAY_MS, Presence.OFFLINE, agent.id) for _, end in spans]
    # Who comes stands before who goes, so that a change of shift leaves no gap.
    changes.sort()
    while changes and midnight < until:
        for at, presence, agent_id in changes:
            if starts < midnight + at <= until:
                yield Millis(midnight + at), PresenceChosen(agent=agent_id, presence=presence)
        midnight += _DAY_MS


def _spans(shifts: Sequence[str]) -> list[tuple[int, int]]:
    """From and until, in ms after midnight; past midnight the end is on the next day."""
    spans = []
    for shift in shifts:
        begin, end = (_time_of_day_ms(time) for time in shift.split("-"))
        spans.append((begin, end if end > begin else end + _DAY_MS))
    return spans


# Arrivals.


class _Callers:
    """Makes the callers of one kind."""

    def __init__(self, kind: Arrivals, source: int) -> None:
        self.kind = kind
        self._prefix = f"{source}_"
        self._made = 0
        self._known = {field.name for field in fields(ContactRequested)}
        self._extras = self.extras(kind.request)
        self.handling = kind.handling.drawn()
        self.wrap_up: Draw | None = None if kind.wrap_up is None else kind.wrap_up.drawn()
        self._comes_after = kind.comes_after.drawn()
        self.patience: Draw | None = None if kind.patience is None else kind.patience.drawn()

    def extras(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """What else is asked for, in the core's words."""
        if not written:
            return {}
        blank = {"contact": "", "session": "", "group": "", "channel": "voice", "visitor": ""}
        request = _core_value({**blank, **written}, ContactRequested, "request")
        return {name: getattr(request, name) for name in written}

    def comes(self, random: Random) -> int | None:
        """After what time they come to a callback. Nobody draws who will not be called back."""
        if not self.kind.accepts and not self._extras.get("callback", False):
            return 0
        return self._comes_after(random) if random.random() < self.kind.comes else None

    def request(
        self, group: str, channel: Channel, extras: Mapping[str, Any] | None = None, visitor: str = ""
    ) -> ContactRequested:
        self._made += 1
        name = f"{self._prefix}{self._made}"
        return ContactRequested(
            contact=ContactId(f"ct_{name}"),
            session=SessionId(f"ss_{name}"),
            group=GroupId(group),
            channel=channel,
            visitor=VisitorKey(visitor or name),
            **(self._extras if extras is None else extras),
        )


def _drawn(make: _Callers, random: Random, starts: Millis, until: Millis, midnight: int) -> Iterator[Caller]:
    kind = make.kind
    group, channel = kind.group, kind.channel
    handling, wrap_up, patience = make.handling, make.wrap_up, make.patience
    for at in _moments(kind, random, starts, until, midnight):
        yield Caller(
            make.request(group, channel),
            at,
            handling_ms=handling(random),
            wrap_up_ms=0 if wrap_up is None else wrap_up(random),
            patience_ms=None if patience is None else patience(random),
            comes_ms=make.comes(random),
            accepts=kind.accepts > 0 and random.random() < kind.accepts,
        )


def _moments(kind: Arrivals, random: Random, starts: Millis, until: Millis, midnight: int) -> Iterator[Millis]:
    """A Poisson process: an exponential amount of expected arrivals lies between two of them."""
    due = random.expovariate(1.0)
    for begin, end, per_hour in _pieces(kind, starts, until, midnight):
        at, per_ms = float(begin), per_hour / _HOUR_MS
        while per_ms and at + due / per_ms < end:
            at += due / per_ms
            due = random.expovariate(1.0)
            yield Millis(int(at))
        due -= (end - at) * per_ms


def _pieces(kind: Arrivals, starts: int, until: int, midnight: int) -> Iterator[tuple[int, int, float]]:
    """From, until, and how many come in an hour."""
    if not isinstance(kind.per_hour, list):
        yield starts, until, kind.per_hour
        return
    steps = sorted((_time_of_day_ms(time), per_hour) for time, per_hour in kind.per_hour)
    steps = [(0, steps[-1][1]), *steps]
    while midnight < until:
        ends = [*(begin for begin, _ in steps[1:]), _DAY_MS]
        for (begin, per_hour), end in zip(steps, ends, strict=True):
            if max(midnight + begin, starts) < min(midnight + end, until):
                yield max(midnight + begin, starts), min(midnight + end, until), per_hour
        midnight += _DAY_MS


def _read(file: Path, make: _Callers, starts: Millis, until: Millis, groups: set[GroupId]) -> Iterator[Caller]:
    try:
        rows = _rows(file)
        callers = [_given(written, make, starts) for written in rows]
    except (OSError, ValueError, msgspec.ValidationError) as why:
        raise ScenarioWrong(f"{file}: {why}") from None
    for caller in callers:
        if caller.request.group not in groups:
            raise ScenarioWrong(f"{file}: the site has no group {caller.request.group!r}")
    callers.sort(key=lambda caller: caller.asked_at)
    return (caller for caller in callers if caller.asked_at < until)


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".csv":
            return [
                {name: value for name, value in row.items() if name is not None and value not in {"", None}}
                for row in csv.DictReader(lines)
            ]
        return [json.loads(line) for line in lines if line.strip()]


def _given(written: Mapping[str, Any], make: _Callers, starts: Millis) -> Caller:
    row = msgspec.convert(written, _Row, strict=False)
    own = set(_Row.__struct_fields__)
    others = {name: value for name, value in written.items() if name not in own}
    extras = make.extras({**make.kind.request, **others.pop("request", {}), **others})
    request = make.request(row.group or make.kind.group, row.channel or make.kind.channel, extras, row.visitor)
    return Caller(
        request,
        Millis(starts + _moment_ms(row.at)),
        handling_ms=round(row.handling_s * 1000),
        wrap_up_ms=round(row.wrap_up_s * 1000),
        patience_ms=None if row.patience_s is None else round(row.patience_s * 1000),
    )


def _moment_ms(at: str | float) -> int:
    if isinstance(at, str) and ":" in at:
        hours, minutes, seconds = at.split(":")
        return round(((int(hours) * 60 + int(minutes)) * 60 + float(seconds)) * 1000)
    return round(float(at) * 1000)


def _time_of_day_ms(time: str) -> int:
    hours, minutes = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000


def _since_midnight_ms(moment: dt.datetime) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1000 + moment.microsecond // 1000


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
