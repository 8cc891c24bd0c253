"""An exported journal: read, decided again, and turned back into people.

A record says what callers and agents did under the rules of then. What they would have done
under others it cannot say; :func:`people` takes from it what does not depend on the rules, and
``docs/explanation/simulation.md`` says what it makes of the rest.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from msgspec import Struct

from acd.config import Site
from acd.core import Core
from acd.decisions import (
    Assign,
    Connect,
    Decision,
    EndContact,
    EndReason,
    EndWrapUp,
    MakeOffer,
    MarkNotResponding,
    Refuse,
    SetPresence,
    StartWrapUp,
    WithdrawOffer,
    WithdrawReason,
)
from acd.facts import (
    AgentAttached,
    AgentSignedIn,
    ContactRequested,
    Fact,
    Presence,
    PresenceChosen,
    SiteConfigured,
    Ticked,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId
from gateway.journal.codec import Unreadable, decode_decision, decode_fact, kind_of
from gateway.simulation.lengths import Draw, like
from gateway.simulation.play import HERE, Caller, Manner
from gateway.simulation.scenario import merged, site_of

_RETURNS_MS: Final = 60_000


class RecordWrong(Exception):
    """The file is not such a record; the message says why."""


@dataclass(slots=True)
class Step:
    """A fact, and what was decided about it.

    Attributes:
        decided: Each decision with the time it was made at.
    """

    position: int
    at: Millis
    kind: str
    fact: Fact | None
    """``None`` if it was set aside: nothing follows from it."""
    decided: list[tuple[Millis, Decision]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Record:
    """What happened at one site, in order."""

    site: str
    steps: list[Step]

    @property
    def begins_late(self) -> bool:
        """Whether older facts were deleted, so that nobody knows from what state it went on."""
        return self.steps[0].position > 1


class _Line(Struct, rename="camel"):
    site: str
    at: int
    position: int = 0
    fact: msgspec.Raw = msgspec.Raw()
    cause: int = 0
    decision: msgspec.Raw = msgspec.Raw()
    set_aside: str | None = None


def read_record(file: Path, site: str | None) -> Record:
    """Read what ``zuruf journal export`` wrote, of one site.

    Raises:
        RecordWrong: If it cannot be read, or it is not clear which site is meant.
    """
    decoder = msgspec.json.Decoder(_Line)
    sites: dict[str, dict[int, Step]] = defaultdict(dict)
    number = 0
    try:
        with file.open("rb") as lines:
            for text in lines:
                number += 1
                _take(decoder.decode(text), sites)
    except OSError as why:
        raise RecordWrong(str(why)) from None
    except (msgspec.DecodeError, Unreadable, KeyError) as why:
        raise RecordWrong(f"{file}, line {number}: {why}") from None
    if site is None and len(sites) == 1:
        (site,) = sites
    if site is None or site not in sites:
        raise RecordWrong(f"Say which site with --site: {', '.join(sites) or 'the file has none'}.")
    return Record(site, list(sites[site].values()))


def _take(line: _Line, sites: dict[str, dict[int, Step]]) -> None:
    steps = sites[line.site]
    body, decision = bytes(line.fact), bytes(line.decision)
    if body:
        fact = None if line.set_aside is not None else decode_fact(body)
        steps[line.position] = Step(line.position, Millis(line.at), kind_of(body), fact)
    elif decision:
        steps[line.cause].decided.append((Millis(line.at), decode_decision(decision)))


# The same again.


class Difference(Struct, frozen=True, kw_only=True):
    """A fact about which something else is decided now."""

    position: int
    fact: str
    recorded: list[Any]
    decided: list[Any]


class Again(Struct, frozen=True, kw_only=True):
    """What deciding everything again came to.

    Attributes:
        differences: The first ones.
        differing: How many there are.
    """

    facts: int
    decisions: int
    differing: int
    differences: list[Difference]


def decide_again(record: Record, progress: Callable[[float], None] = lambda _: None, *, most: int = 10) -> Again:
    """Tell a fresh core the facts of a whole record, and compare what it decides.

    After the first difference it decides from another state than was recorded, so further
    differences follow.
    """
    core = Core()
    differences: list[Difference] = []
    differing = decisions = 0
    for number, step in enumerate(record.steps):
        if number % 4096 == 0:
            progress(number / len(record.steps))
        decided = [] if step.fact is None else core.decide(step.fact, step.at)
        recorded = [decision for _, decision in step.decided]
        decisions += len(recorded)
        if decided != recorded:
            differing += 1
            if len(differences) < most:
                differences.append(
                    Difference(
                        position=step.position, fact=step.kind, recorded=_plain(recorded), decided=_plain(decided)
                    )
                )
    return Again(facts=len(record.steps), decisions=decisions, differing=differing, differences=differences)


def _plain(decisions: list[Decision]) -> list[Any]:
    return [(type(decision).__name__, msgspec.to_builtins(decision)) for decision in decisions]


# What callers and agents did.


@dataclass(slots=True)
class _Story:
    """What is recorded of one contact."""

    request: ContactRequested
    asked_at: Millis
    answered_at: Millis | None = None
    assigned_at: Millis | None = None
    agent: AgentId | None = None
    connected: bool = False
    ended_at: Millis | None = None
    outcome: Any = None
    wrapping_since: Millis | None = None
    wrap_up_ms: int = 0

    @property
    def left_unanswered(self) -> bool:
        return self.answered_at is None and self.outcome in {EndReason.ABANDONED, EndReason.CALLER_LOST}

    @property
    def handling_ms(self) -> int | None:
        if not self.connected or self.ended_at is None or self.assigned_at is None:
            return None
        return self.ended_at - self.assigned_at


@dataclass(slots=True)
class _Habits:
    """What is recorded of how an agent treats offers."""

    answers_ms: list[int] = field(default_factory=list)
    returns_ms: list[int] = field(default_factory=list)
    missed: int = 0
    declined: int = 0


@dataclass(frozen=True, slots=True)
class People:
    """Callers and agents of a record.

    Attributes:
        happened: Each caller as recorded.
        told: Facts that happened whatever the core decided: rules, sign-ins, presence.
    """

    happened: list[Caller]
    told: list[tuple[Millis, Fact]]
    manners: Mapping[AgentId, Manner]
    sites: list[Site]
    starts: Millis
    until: Millis
    stories: list[_Story]

    def callers(self, seed: int) -> Iterator[Caller]:
        """The callers anew, with what the record cannot know drawn by lot: always the same lot."""
        talks: dict[GroupId, list[int]] = defaultdict(list)
        waits_ms: dict[GroupId, int] = defaultdict(int)
        left: dict[GroupId, int] = defaultdict(int)
        for story in self.stories:
            group = story.request.group
            if story.handling_ms is not None:
                talks[group].append(story.handling_ms)
            left[group] += story.left_unanswered
            until = story.answered_at or story.ended_at or self.until
            waits_ms[group] += until - story.asked_at
        every = [length for lengths in talks.values() for length in lengths]
        for story in self.stories:
            group = story.request.group
            random = Random(f"{seed} {story.request.contact}")
            handling_ms = story.handling_ms
            if handling_ms is None:
                seen = talks[group] or every
                handling_ms = like(seen)(random) if seen else 0
            patience_ms: int | None = (story.ended_at or self.until) - story.asked_at
            if not story.left_unanswered:
                waited_ms = (story.answered_at or story.ended_at or self.until) - story.asked_at
                further_ms = (
                    random.expovariate(left[group] / waits_ms[group]) if left[group] and waits_ms[group] else None
                )
                patience_ms = None if further_ms is None else round(waited_ms + further_ms)
            yield Caller(
                story.request,
                story.asked_at,
                handling_ms=handling_ms,
                wrap_up_ms=story.wrap_up_ms,
                patience_ms=patience_ms,
            )


def people(record: Record) -> People:
    """Who is in the record.

    Raises:
        RecordWrong: If no rules are in it.
    """
    stories: dict[ContactId, _Story] = {}
    habits: dict[AgentId, _Habits] = defaultdict(_Habits)
    ringing: dict[tuple[ContactId, AgentId], Millis] = {}
    gone: dict[AgentId, Millis] = {}
    told: list[tuple[Millis, Fact]] = []
    sites: list[Site] = []
    for step in record.steps:
        fact = step.fact
        if isinstance(fact, ContactRequested):
            stories.setdefault(fact.contact, _Story(fact, step.at))
        elif fact is not None and not isinstance(fact, Ticked) and not hasattr(fact, "contact"):
            told.append((step.at, fact))
            if isinstance(fact, SiteConfigured):
                sites.append(fact.site)
        for at, decision in step.decided:
            _note_contact(stories, decision, at)
            _note_agent(habits, ringing, gone, decision, at)
    if not sites:
        raise RecordWrong("There are no rules in the record: it begins after they were last changed.")
    until = Millis(record.steps[-1].at + 1)
    if record.begins_late:
        told = [*_as_they_must_have_been(record, sites[0], told), *told]
    return People(
        happened=[_as_it_was(story) for story in stories.values()],
        told=told,
        manners=_manners(sites, habits),
        sites=sites,
        starts=record.steps[0].at,
        until=until,
        stories=list(stories.values()),
    )


def under(told: list[tuple[Millis, Fact]], rules: Mapping[str, Any]) -> Iterator[tuple[Millis, Fact]]:
    """The same, with these rules laid over each version of the recorded ones.

    Raises:
        gateway.simulation.scenario.ScenarioWrong: If the core does not know such rules.
    """
    for at, fact in told:
        if isinstance(fact, SiteConfigured):
            yield at, SiteConfigured(site=site_of(merged(msgspec.to_builtins(fact.site), rules)))
        else:
            yield at, fact


def _note_contact(stories: dict[ContactId, _Story], decision: Decision, at: Millis) -> None:
    contact: ContactId | None = getattr(decision, "contact", None)
    story = None if contact is None else stories.get(contact)
    if story is None:
        return
    match decision:
        case Refuse():
            story.ended_at, story.outcome = at, decision.reason
        case Assign():
            story.assigned_at, story.agent, story.connected = at, decision.agent, False
            if story.answered_at is None:
                story.answered_at = at
        case Connect():
            story.connected = True
        case EndContact():
            story.ended_at, story.outcome = at, decision.reason
        case StartWrapUp():
            story.wrapping_since = at
        case EndWrapUp() if story.wrapping_since is not None:
            story.wrap_up_ms = at - story.wrapping_since


def _note_agent(
    habits: dict[AgentId, _Habits],
    ringing: dict[tuple[ContactId, AgentId], Millis],
    gone: dict[AgentId, Millis],
    decision: Decision,
    at: Millis,
) -> None:
    match decision:
        case MakeOffer():
            ringing[decision.contact, decision.agent] = at
        case Assign():
            since = ringing.pop((decision.contact, decision.agent), at)
            habits[decision.agent].answers_ms.append(at - since)
        case WithdrawOffer():
            since = ringing.pop((decision.contact, decision.agent), at)
            if decision.reason is WithdrawReason.DECLINED:
                habits[decision.agent].declined += 1
                habits[decision.agent].answers_ms.append(at - since)
            elif decision.reason is WithdrawReason.MISSED:
                habits[decision.agent].missed += 1
        case MarkNotResponding():
            gone[decision.agent] = at
        case SetPresence() if decision.agent in gone:
            habits[decision.agent].returns_ms.append(at - gone.pop(decision.agent))


def _as_they_must_have_been(
    record: Record, site: Site, told: list[tuple[Millis, Fact]]
) -> Iterator[tuple[Millis, Fact]]:
    """What older facts must have said: these rules, and who of those who took part was there already."""
    at = record.steps[0].at
    yield at, SiteConfigured(site=site)
    first: dict[AgentId, Fact] = {}
    for _, fact in told:
        agent: AgentId | None = getattr(fact, "agent", None)
        if agent is not None:
            first.setdefault(agent, fact)
    took_part = {getattr(decision, "agent", None) for step in record.steps for _, decision in step.decided}
    for known in site.agents:
        fact_of_theirs = first.get(known.id)
        if known.id in took_part and not isinstance(fact_of_theirs, AgentSignedIn):
            session = getattr(fact_of_theirs, "session", SessionId(f"ss_{known.id}"))
            yield at, AgentSignedIn(agent=known.id, session=session)
            yield at, AgentAttached(agent=known.id, session=session, process=HERE)
            yield at, PresenceChosen(agent=known.id, presence=Presence.AVAILABLE)


def _manners(sites: list[Site], habits: Mapping[AgentId, _Habits]) -> dict[AgentId, Manner]:
    answers = [length for found in habits.values() for length in found.answers_ms]
    returns = [length for found in habits.values() for length in found.returns_ms]
    agents = {agent.id for site in sites for agent in site.agents}
    return {agent: _manner(habits.get(agent, _Habits()), answers, returns) for agent in sorted(agents)}


def _manner(found: _Habits, answers_ms: list[int], returns_ms: list[int]) -> Manner:
    """As recorded; where nothing is recorded of them, as everybody."""
    offers = len(found.answers_ms) + found.missed
    return Manner(
        answers=_seen(found.answers_ms or answers_ms, 0),
        misses=found.missed / offers if offers else 0.0,
        declines=found.declined / offers if offers else 0.0,
        returns=_seen(found.returns_ms or returns_ms, _RETURNS_MS),
    )


def _seen(lengths_ms: list[int], otherwise_ms: int) -> Draw:
    return like(lengths_ms) if lengths_ms else lambda _: otherwise_ms


def _as_it_was(story: _Story) -> Caller:
    caller = Caller(story.request, story.asked_at, handling_ms=story.handling_ms or 0)
    caller.answered_at, caller.agent = story.answered_at, story.agent
    caller.ended_at, caller.outcome = story.ended_at, story.outcome
    return caller
