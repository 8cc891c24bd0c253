"""Why a contact went the way it went, read back from the journal and put into words.

The work is bounded: where the record no longer reaches back to the contact's beginning, or
reaches back too far to be read again, less is told, and that is said.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from string import Formatter
from typing import Final
from zoneinfo import ZoneInfo

from acd.decisions import Decision
from acd.explain import Entry, Explainer
from acd.ids import AgentId, ContactId, GroupId, Millis, SiteId
from acd.records import Contact
from acd.state import State
from gateway.explanation_texts import EXPLANATIONS, NOTES, WORDS, length_in_words, needs_in_words
from gateway.ids import born_at
from gateway.journal.codec import BrokenSnapshot, decode_decision, decode_snapshot
from gateway.journal.port import Journal, RecordedDecision
from gateway.storage.directory import StoredDirectory
from signaling.protocol.base import Language

MOST_READ: Final = 200_000
"""Decisions read again for one explanation; some seconds' work."""

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What there is to tell of a contact.

    Attributes:
        entries: In order; none if the record knows no such contact.
        groups: Every group it has been in, as far as that is known.
        is_whole: The record reaches back to the contact's beginning.
        is_reasoned: Why agents were chosen, and why nobody was, could be worked out.
        is_finished: It is over, or nothing newer is recorded; otherwise reading was given up.
    """

    entries: tuple[Entry, ...]
    groups: frozenset[GroupId]
    is_whole: bool
    is_reasoned: bool
    is_finished: bool


@dataclass(frozen=True, slots=True)
class _Base:
    """Where reading begins: behind this decision, with the state after it, if there is one."""

    number: int
    state: State | None


async def explain(journal: Journal, contact: ContactId, *, most: int = MOST_READ) -> Explanation:
    """Read what was decided about a contact, of ``most`` decisions at most.

    Raises:
        JournalUnavailable: If the journal cannot be read.
    """
    base = await _base(journal, contact, most)
    known = None if base.state is None else base.state.contacts.get(contact)
    explainer = Explainer(contact, base.state)
    groups = set() if known is None else set(_groups_of(known))
    is_whole, read, is_finished = False, 0, True
    async for at, decisions in _steps(journal, base.number):
        explainer.hear(decisions, at)
        for decision in decisions:
            if getattr(decision, "contact", None) == contact:
                groups.update(_named(decision))
                is_whole = is_whole or type(decision).__name__ in {"Admit", "Refuse"}
        read += len(decisions)
        if explainer.is_over:
            break
        if read >= most:
            is_finished = False
            break
    return Explanation(
        entries=tuple(explainer.entries),
        groups=frozenset(groups),
        is_whole=is_whole,
        is_reasoned=base.state is not None,
        is_finished=is_finished,
    )


async def _base(journal: Journal, contact: ContactId, most: int) -> _Base:
    """The nearest place from which the contact can be followed."""
    asked_at = born_at(contact) or Millis(0)
    for snapshot in await journal.snapshots():
        if snapshot.at < asked_at:
            try:
                return _Base(snapshot.number, await asyncio.to_thread(_restored, snapshot.body))
            except BrokenSnapshot:
                continue
    first = await journal.decisions(0, 1)
    # By the id alone, a little early: ids are made before the fact is stamped.
    asked = await first_since(journal, Millis(asked_at - 1_000))
    if first and first[0].number == 1 and asked < most:
        return _Base(0, State())
    return _Base(asked, None)


async def first_since(journal: Journal, at: Millis) -> int:
    """The number of the last decision made before this moment; 0 if there is none."""
    low, high = 0, 1
    while (found := await journal.decisions(high, 1)) and found[0].at < at:
        low, high = found[0].number, found[0].number * 2
    while low < high:
        middle = (low + high) // 2
        found = await journal.decisions(middle, 1)
        if found and found[0].at < at:
            low = found[0].number
        else:
            high = middle
    return low


def _restored(body: bytes) -> State:
    return State.restore(decode_snapshot(body))


async def _steps(journal: Journal, after: int) -> AsyncIterator[tuple[Millis, Sequence[Decision]]]:
    """Whole steps: a page that ends within one is put together with the next."""
    kept: list[RecordedDecision] = []
    while page := await journal.decisions(after, _AT_ONCE):
        after = page[-1].number
        kept += page
        steps = [list(step) for _, step in groupby(kept, key=lambda one: one.cause)]
        kept = steps.pop()
        for step in steps:
            yield step[0].at, [decode_decision(one.body) for one in step]
        await asyncio.sleep(0)
    if kept:
        yield kept[0].at, [decode_decision(one.body) for one in kept]


def _named(decision: object) -> list[GroupId]:
    named = (getattr(decision, "group", None), getattr(decision, "asked_group", None))
    return [group for group in named if group is not None]


def _groups_of(contact: Contact) -> Sequence[GroupId]:
    return (contact.group, *contact.visited)


async def in_sentences(
    told: Explanation, directory: StoredDirectory, site: SiteId, language: Language, zone: str
) -> list[str]:
    """Each entry in words, in order; times of day by the clocks of this time zone."""
    all_names = await directory.group_names(site)
    groups = {group: names.get(language, group) for group, names in all_names.items()}
    agents: dict[AgentId, str] = {}
    for entry in told.entries:
        for agent in (AgentId(str(entry.says[name])) for name in ("agent", "to_agent") if name in entry.says):
            if agent not in agents:
                agents[agent] = await directory.agent_name(site, agent)
    return [_sentence(entry, language, ZoneInfo(zone), agents, groups) for entry in told.entries]


def notes(told: Explanation, language: Language) -> list[str]:
    """What has to be said about the explanation itself."""
    if not told.entries:
        return [NOTES["unknown"][language]]
    doubts = {"trimmed": told.is_whole, "unreasoned": told.is_reasoned, "unfinished": told.is_finished}
    return [NOTES[name][language] for name, is_fine in doubts.items() if not is_fine]


def _sentence(
    entry: Entry, language: Language, zone: ZoneInfo, agents: Mapping[AgentId, str], groups: Mapping[GroupId, str]
) -> str:
    says = {name: _word(name, value, language, zone, agents, groups) for name, value in entry.says.items()}
    pattern = next(
        pattern
        for pattern in EXPLANATIONS[entry.code][language]
        if all(name is None or name in says for _, name, _, _ in Formatter().parse(pattern))
    )
    return pattern.format(**says)


def _word(
    name: str,
    value: str | int,
    language: Language,
    zone: ZoneInfo,
    agents: Mapping[AgentId, str],
    groups: Mapping[GroupId, str],
) -> str:
    text = str(value)
    if name.endswith("_ms"):
        return length_in_words(int(value))
    if name.endswith("_at"):
        return datetime.fromtimestamp(int(value) / 1000, zone).strftime("%H:%M")
    match name:
        case "agent" | "to_agent":
            return agents.get(AgentId(text)) or text
        case "group" | "asked_group":
            return groups.get(GroupId(text)) or text
        case "needs":
            return needs_in_words(text, language)
        case _:
            return WORDS.get(name, {}).get(language, {}).get(text, text)
