"""What is wrong with a configuration although it is well formed: parts that do not fit each other.

Everything wrong is told at once, each with the field and a code; the words are in
:mod:`gateway.texts`.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from acd.config import AnswerKind, Channel, MediaPolicy
from acd.strategies import STRATEGIES
from gateway.configuration.document import (
    AnswerRule,
    GroupRules,
    HoursRule,
    NeedRule,
    RoutingProfile,
    SiteDocument,
    SpanRule,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: The field, as in ``groups[0].needs[1].skill``.
        code: Which rule it breaks.
        says: What the sentence about it has to name.
    """

    where: str
    code: str
    says: Mapping[str, str] = field(default_factory=dict)


class ConfigurationWrong(Exception):
    """The configuration is not taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{fault.where}: {fault.code}" for fault in faults))
        self.faults = faults


_OBSTACLES: Final = ("when_closed", "when_empty", "when_full", "when_understaffed")
"""Answers to who is not let in. Led from group to group by one obstacle, nobody may come back to the first."""
_ANSWERS: Final = (*_OBSTACLES, "when_too_long", "when_closing")


def check(document: SiteDocument, *, agents: Collection[str]) -> None:
    """Make sure that a configuration can be taken. ``agents`` are the ids of everybody who signs in at the site.

    Raises:
        ConfigurationWrong: If something is wrong.
    """
    if found := list(_faults(document, agents)):
        raise ConfigurationWrong(found)


def _faults(document: SiteDocument, agents: Collection[str]) -> Iterator[Fault]:
    yield from _twice("groups", [group.id for group in document.groups])
    yield from _twice("skills", [skill.id for skill in document.skills])
    yield from _twice("codes", [code.id for code in document.codes])
    yield from _twice("topics", [topic.id for topic in document.topics])
    yield from _twice("languages", [spoken.language.lower() for spoken in document.languages])
    yield from _twice("agents", [profile.id for profile in document.agents])
    groups = {group.id: group for group in document.groups}
    skills = {skill.id for skill in document.skills}
    codes = {code.id for code in document.codes}
    for number, group in enumerate(document.groups):
        yield from _of_group(f"groups[{number}]", group, groups, skills, codes)
    yield from _circles(document.groups, groups)
    for number, topic in enumerate(document.topics):
        yield from _of_needs(f"topics[{number}].needs", topic.needs, skills)
    for number, spoken in enumerate(document.languages):
        yield from _of_needs(f"languages[{number}].needs", spoken.needs, skills)
    for number, profile in enumerate(document.agents):
        yield from _of_profile(f"agents[{number}]", profile, groups, skills, agents)


def _of_group(
    where: str,
    group: GroupRules,
    groups: Mapping[str, GroupRules],
    skills: Collection[str],
    codes: Collection[str],
) -> Iterator[Fault]:
    if group.strategy not in STRATEGIES:
        yield Fault(f"{where}.strategy", "unknown_strategy", {"name": group.strategy, "known": ", ".join(STRATEGIES)})
    if group.policy is not MediaPolicy.DIRECT:
        yield Fault(f"{where}.policy", "policy_unavailable", {"name": group.policy.value})
    if Channel.CHAT in group.channels:
        yield Fault(f"{where}.channels[{group.channels.index(Channel.CHAT)}]", "channel_unavailable")
    yield from _repeats(f"{where}.channels", group.channels)
    yield from _repeats(f"{where}.emptyFor", group.empty_for)
    yield from _of_needs(f"{where}.needs", group.needs, skills)
    for number, relaxation in enumerate(group.relaxations):
        yield from _unknown(f"{where}.relaxations[{number}].drop", relaxation.drop, skills, "unknown_skill")
        yield from _repeats(f"{where}.relaxations[{number}].drop", relaxation.drop)
    yield from _unknown(f"{where}.codes", group.codes, codes, "unknown_code")
    yield from _repeats(f"{where}.codes", group.codes)
    for rule in _ANSWERS:
        yield from faults_of_answer(f"{where}.{_camel(rule)}", getattr(group, rule), group, groups)
    if group.hours is not None:
        yield from _of_hours(f"{where}.hours", group.hours)


def faults_of_answer(
    where: str, answer: AnswerRule, group: GroupRules, groups: Mapping[str, GroupRules]
) -> Iterator[Fault]:
    """What is wrong with an answer of one group, all groups being these."""
    if answer.kind is AnswerKind.CALLBACK and group.callbacks is None:
        yield Fault(f"{where}.kind", "no_callbacks")
    if answer.kind is AnswerKind.MESSAGE and Channel.MESSAGE not in group.channels:
        yield Fault(f"{where}.kind", "no_messages")
    if answer.kind is not AnswerKind.GROUP:
        if answer.group is not None:
            yield Fault(f"{where}.group", "group_not_meant")
    elif answer.group is None:
        yield Fault(f"{where}.group", "group_missing")
    elif answer.group == group.id:
        yield Fault(f"{where}.group", "same_group")
    elif (other := groups.get(answer.group)) is None:
        yield Fault(f"{where}.group", "unknown_group", {"name": answer.group})
    elif not set(other.channels) & set(group.channels):
        yield Fault(f"{where}.group", "no_channel_in_common", {"name": answer.group})


def _circles(listed: Sequence[GroupRules], groups: Mapping[str, GroupRules]) -> Iterator[Fault]:
    for rule in _OBSTACLES:
        for number, first in enumerate(listed):
            way, at = [first.id], _led_to(first, rule)
            while at is not None and at in groups and at not in way:
                way.append(at)
                at = _led_to(groups[at], rule)
            # Told once, at the first of the groups that lead around.
            if at == first.id and len(way) > 1 and first.id == next(one.id for one in listed if one.id in way):
                yield Fault(f"groups[{number}].{_camel(rule)}.group", "circle", {"way": " → ".join([*way, at])})


def _led_to(group: GroupRules, rule: str) -> str | None:
    answer: AnswerRule = getattr(group, rule)
    return answer.group if answer.kind is AnswerKind.GROUP else None


def _of_hours(where: str, hours: HoursRule) -> Iterator[Fault]:
    try:
        ZoneInfo(hours.zone)
    except (KeyError, ValueError, OSError):
        yield Fault(f"{where}.zone", "unknown_zone", {"name": hours.zone[:64]})
    for number, day in enumerate(hours.week):
        yield from _of_spans(f"{where}.week[{number}]", day)
    yield from _twice(f"{where}.holidays", [holiday.day for holiday in hours.holidays])
    for number, holiday in enumerate(hours.holidays):
        if not _is_day(holiday.day):
            yield Fault(f"{where}.holidays[{number}].day", "no_such_day", {"name": holiday.day[:64]})
        yield from _of_spans(f"{where}.holidays[{number}].spans", holiday.spans)


def _of_spans(where: str, spans: Sequence[SpanRule]) -> Iterator[Fault]:
    for number, span in enumerate(spans):
        if span.to <= span.start:
            yield Fault(f"{where}[{number}].to", "ends_before_it_begins")
        if number and span.start < spans[number - 1].to:
            yield Fault(f"{where}[{number}].start", "spans_overlap")


def _is_day(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _of_needs(where: str, needs: Sequence[NeedRule], skills: Collection[str]) -> Iterator[Fault]:
    for number, need in enumerate(needs):
        if need.skill not in skills:
            yield Fault(f"{where}[{number}].skill", "unknown_skill", {"name": need.skill})
    yield from _repeats(where, [need.skill for need in needs])


def _of_profile(
    where: str,
    profile: RoutingProfile,
    groups: Collection[str],
    skills: Collection[str],
    agents: Collection[str],
) -> Iterator[Fault]:
    if profile.id not in agents:
        yield Fault(f"{where}.id", "unknown_agent", {"name": profile.id})
    served = profile.groups if profile.groups is not None else tuple(groups)
    yield from _unknown(f"{where}.groups", served, groups, "unknown_group")
    yield from _repeats(f"{where}.groups", served)
    for number, membership in enumerate(profile.memberships):
        if membership.group not in served:
            yield Fault(f"{where}.memberships[{number}].group", "no_member", {"name": membership.group})
    yield from _repeats(f"{where}.memberships", [membership.group for membership in profile.memberships])
    for number, has in enumerate(profile.skills):
        if has.skill not in skills:
            yield Fault(f"{where}.skills[{number}].skill", "unknown_skill", {"name": has.skill})
    yield from _repeats(f"{where}.skills", [has.skill for has in profile.skills])
    capacity = profile.capacity
    if not (capacity.live or capacity.chat or capacity.message):
        yield Fault(f"{where}.capacity", "no_capacity")
    for number, interruption in enumerate(capacity.interruptions):
        if interruption.busy is interruption.by:
            yield Fault(f"{where}.capacity.interruptions[{number}].by", "interrupts_itself")


def _unknown(where: str, named: Sequence[str], known: Collection[str], code: str) -> Iterator[Fault]:
    for number, name in enumerate(named):
        if name not in known:
            yield Fault(f"{where}[{number}]", code, {"name": name})


def _twice(where: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield Fault(f"{where}[{number}]", "twice", {"name": name})
        seen.add(name)


def _repeats(where: str, values: Sequence[Hashable]) -> Iterator[Fault]:
    return _twice(where, [str(value) for value in values])


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
