"""What a contact asks for, step by step: requirements and how they are relaxed."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from acd.config import Channel, Group, Need, Relaxation
from acd.decisions import Rules, Step
from acd.ids import AgentId, Millis, SkillId
from acd.records import Contact
from acd.strategies import Strategy


class StepStatus(StrEnum):
    """How a routing step stands. The words are those of Amazon Connect's routing criteria."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    JOINED = "joined"
    EXPIRED = "expired"


def statuses(contact: Contact) -> list[StepStatus]:
    """How each of the contact's steps stands."""
    in_force = StepStatus.ACTIVE if contact.is_waiting else StepStatus.JOINED
    return [
        StepStatus.EXPIRED if n < contact.step else in_force if n == contact.step else StepStatus.INACTIVE
        for n in range(len(contact.steps))
    ]


def requirement(needs: Iterable[Need]) -> tuple[Need, ...]:
    """All needs at once: of each skill the highest level, sorted by skill."""
    merged: dict[SkillId, Need] = {}
    for need in needs:
        known = merged.get(need.skill, need)
        level, must = max(known.level, need.level), known.must or need.must
        merged[need.skill] = Need(skill=need.skill, level=level, must=must)
    return tuple(merged[skill] for skill in sorted(merged))


def relaxed(needs: tuple[Need, ...], relaxation: Relaxation) -> tuple[Need, ...]:
    """What is left of a requirement after one relaxation."""
    drops_all = not relaxation.drop and not relaxation.lower_by

    def left(need: Need) -> Need | None:
        if need.must:
            return need
        if drops_all or need.skill in relaxation.drop or need.level <= relaxation.lower_by:
            return None
        return replace(need, level=need.level - relaxation.lower_by)

    return tuple(need for need in map(left, needs) if need is not None)


def steps_of(group: Group, strategy: Strategy, needs: tuple[Need, ...], preferred: AgentId | None) -> tuple[Step, ...]:
    """The routing steps of a contact in a group.

    Args:
        group: The group's rules.
        strategy: The group's strategy.
        needs: What the contact itself asks for.
        preferred: The agent it would rather have, if they serve the group.
    """
    asked = [requirement((*group.needs, *needs))]
    for relaxation in group.relaxations:
        asked.append(relaxed(asked[-1], relaxation))
    lengths: list[Millis | None] = [relaxation.after_ms for relaxation in group.relaxations]
    if lengths:
        lengths += [lengths[-1], None]
        asked.append(tuple(need for need in asked[0] if need.must))
    else:
        lengths = [None]
    steps = [Step(needs=needs, for_ms=length) for needs, length in zip(asked, lengths, strict=True)]
    steps = [step for n, step in enumerate(steps) if n == 0 or step.needs != steps[n - 1].needs]
    steps[-1] = replace(steps[-1], for_ms=None)
    if preferred is not None and strategy.heeds_preference and group.preferred_ms > 0:
        steps.insert(0, Step(agent=preferred, for_ms=group.preferred_ms))
    return tuple(steps)


def rules_since(
    came_at: Millis, group: Group, steps: tuple[Step, ...], channel: Channel, asked_at: Millis, at: Millis
) -> tuple[Rules, int]:
    """The rules of a contact that came to the group at some moment, and the step in force by now."""
    began, step = came_at, 0
    while (for_ms := steps[step].for_ms) is not None and began + for_ms <= at and came_at < at:
        began, step = Millis(began + for_ms), step + 1
    # Nobody waits at the other end of a message.
    has_limit = group.max_wait_ms > 0 and channel is not Channel.MESSAGE
    rules = Rules(
        steps=steps,
        step_until=None if for_ms is None else Millis(began + for_ms),
        urgent_at=Millis(asked_at + group.level_ms * group.urgent_at // 100) if group.urgent_ms > 0 else None,
        too_long_at=Millis(came_at + group.max_wait_ms) if has_limit else None,
    )
    return rules, step
