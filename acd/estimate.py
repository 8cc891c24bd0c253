"""How long a contact will probably wait, as a range, from what was decided so far.

With ``k`` contacts ahead, the wait is a sum of ``k + 1`` exponential stages: while ``i`` of them
are still ahead, the line gets shorter by agents becoming free (``c / AHT``) and by callers who
leave (``i * theta``), so ``E[W] = sum 1 / (c / AHT + i * theta)``, ``i = 0..k``.

- ``AHT``: how long a contact takes its agent's slot, from *Accept* to the end of wrap-up.
- ``theta``: callers who left unanswered, per second that callers waited.
- ``c``: the agents' shares in this line. A share is measured, not configured: how much of an
  agent at work served the line while somebody stood in it. Before there is enough of that, an
  agent in ``n`` groups counts ``1 / n``.

All three are learned from the past with exponential forgetting: with each contact, what was
learned before loses one part in :data:`MEMORY` (:data:`SHARE_MEMORY` for shares) of its weight.
Contacts are counted, not dated, so that a morning begins with what the evening knew. The memory is that of a class: a
group and kind of channel with what the contact asked for when it joined, if there is enough
of that (:data:`FOUNDED`), else the whole group and kind.

Nothing here decides anything, and no decision depends on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, log1p, sqrt
from typing import Final, NamedTuple

from acd.config import KIND, Channel, Kind
from acd.decisions import (
    Admit,
    Assign,
    ConfigureSite,
    Decision,
    EndContact,
    EndReason,
    FreeSlot,
    HandOver,
    HoldPlace,
    Move,
    MoveDeadlines,
    Requeue,
    Step,
)
from acd.ids import AgentId, ContactId, GroupId, Millis, SkillId
from acd.lifecycle import Phase, Routing
from acd.lines import Line
from acd.pools import InLine
from acd.records import Contact
from acd.state import State

MEMORY: Final = 1_000
"""Contacts that count for handling times and patience, roughly; older ones fade."""
SHARE_MEMORY: Final = 200
"""The same for shares, which change with the hours and the rota."""
FOUNDED: Final = 20
"""Fewer handled contacts than this, and nothing is said."""

_KEPT: Final = 1 - 1 / MEMORY
_SHARE_KEPT: Final = 1 - 1 / SHARE_MEMORY
_GUESSED: Final = 5
"""The configured share weighs as much as an agent seen for this many handling times."""
_SEEN: Final = 20 * _GUESSED
"""After so many, it no longer does."""
_LEAST_SHARE: Final = 0.01
_WHOLLY: Final = 0.9
_ONE_BY_ONE: Final = 32
_Z90: Final = 1.2815515655446004
_LEFT: Final = frozenset({EndReason.ABANDONED, EndReason.CALLER_LOST, EndReason.CHOSE_MESSAGE})


class Unknown(StrEnum):
    """Why there is no forecast."""

    NOT_WAITING = "not_waiting"
    """It does not stand in a line: it rings, is talked to, is over, or is a message."""
    TOO_FEW = "too_few"
    """Fewer than :data:`FOUNDED` contacts have been handled."""
    NOBODY = "nobody"
    """Nobody is at work who could take it."""


class ClassKey(NamedTuple):
    """Contacts that wait for the same.

    Attributes:
        needs: What they asked for when they joined; ``None``: the whole group and kind.
    """

    group: GroupId
    kind: Kind
    needs: tuple[tuple[SkillId, int], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How long it will take from now until an agent has the contact.

    Attributes:
        learned_from: The class whose past this is.
        ahead: Contacts of the class that go first.
        staff: Agents at work for it.
        mean_ms: The expected wait.
        low_ms: It will take longer than this with probability 1/2 (P50).
        high_ms: It will take longer than this with probability 1/10 (P90).
    """

    learned_from: ClassKey
    ahead: int
    staff: int
    mean_ms: float
    low_ms: Millis
    high_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller has been told, in the terms of :class:`Forecast`.

    Attributes:
        longer: More than they were told before, because something changed; they must be told that, too.
    """

    learned_from: ClassKey
    ahead: int
    staff: int
    low_ms: Millis
    high_ms: Millis
    longer: bool = False


def told(before: Told | None, now: Forecast) -> Told:
    """What a caller may be told now.

    Both ends of the range only ever go down, also when our knowledge of handling times has
    changed, unless the line itself got worse for the caller: more contacts ahead, or fewer
    agents at work, than when they were told last. Then the range is made anew, and
    ``longer`` says so if its upper end rose.
    """
    if before is None:
        return Told(
            learned_from=now.learned_from, ahead=now.ahead, staff=now.staff, low_ms=now.low_ms, high_ms=now.high_ms
        )
    same = before.learned_from == now.learned_from
    if same and (now.ahead > before.ahead or now.staff < before.staff):
        return replace(
            before,
            ahead=now.ahead,
            staff=now.staff,
            low_ms=now.low_ms,
            high_ms=now.high_ms,
            longer=now.high_ms > before.high_ms,
        )
    if same and (now.ahead, now.staff) == (before.ahead, before.staff):
        return before
    return Told(
        learned_from=now.learned_from,
        ahead=now.ahead,
        staff=now.staff,
        low_ms=min(before.low_ms, now.low_ms),
        high_ms=min(before.high_ms, now.high_ms),
        longer=before.longer and now.high_ms >= before.high_ms,
    )


class _Class:
    """What was learned of one class, and who stands in its line.

    Attributes:
        waiting: Who stands in line and could be taken.
        patient: Those of them who cannot hang up, as nobody is on the page: callbacks.
        busy: Slots that work for the class.
        taken: Contacts that stood in line and were given to an agent.
        staff: Agents at work for it, as last looked at.
        handled: Handled contacts ever; the other sums fade.
    """

    __slots__ = (
        "busy",
        "busy_ms",
        "handled",
        "handlings",
        "handlings_ms",
        "key",
        "left",
        "patient",
        "since",
        "staff",
        "staffed_ms",
        "step",
        "taken",
        "waited_ms",
        "waiting",
    )

    def __init__(self, key: ClassKey, step: Step, at: Millis) -> None:
        self.key = key
        self.step = step
        self.waiting: Line[InLine] = Line()
        self.patient = 0
        self.busy = 0
        self.staff = 0
        self.since = at
        self.handled = 0
        self.handlings = 0.0
        self.handlings_ms = 0.0
        self.left = 0.0
        self.waited_ms = 0.0
        self.taken = 0.0
        self.busy_ms = 0.0
        self.staffed_ms = 0.0

    def settle(self, at: Millis) -> None:
        """Count the time up to this moment."""
        if self.waiting.size:
            passed = at - self.since
            self.waited_ms += passed * (self.waiting.size - self.patient)
            self.busy_ms += passed * self.busy
            self.staffed_ms += passed * self.staff
        self.since = at

    def end_wait(self, *, left: bool) -> None:
        """A contact no longer waits."""
        self.left = self.left * _KEPT + left
        self.waited_ms *= _KEPT

    def begin_work(self, *, stood: bool) -> None:
        """A slot works for the class from now on."""
        self.busy += 1
        if stood:
            self.taken = self.taken * _SHARE_KEPT + 1
            self.busy_ms *= _SHARE_KEPT
            self.staffed_ms *= _SHARE_KEPT

    def end_work(self, took_ms: int | None) -> None:
        """It no longer does. ``None``: the contact was not handled to its end."""
        self.busy -= 1
        if took_ms is not None:
            self.handle(took_ms)

    def handle(self, took_ms: int) -> None:
        """A contact was handled to its end."""
        self.handled += 1
        self.handlings = self.handlings * _KEPT + 1
        self.handlings_ms = self.handlings_ms * _KEPT + took_ms

    def add(self, past: "_Class") -> None:
        """Take over what is told of handling and patience in the past."""
        self.handled += past.handled
        self.handlings += past.handlings
        self.handlings_ms += past.handlings_ms
        self.left += past.left
        self.waited_ms += past.waited_ms

    @property
    def is_founded(self) -> bool:
        """Whether enough contacts were handled."""
        return self.handled >= FOUNDED

    @property
    def handling_ms(self) -> float:
        """AHT; at least a millisecond."""
        return max(1.0, self.handlings_ms / self.handlings)

    @property
    def theta(self) -> float:
        """How many leave per millisecond of waiting."""
        return self.left / self.waited_ms if self.waited_ms else 0.0

    def seen(self) -> float:
        """For how many handling times agents were seen while somebody stood in line."""
        return self.staffed_ms / self.handling_ms

    def share(self, guess: float, weight: int) -> float:
        """How much of an agent at work serves the class while somebody stands in line.

        Where agents serve hardly anybody else, it is what they are busy with. Elsewhere it is the
        work they take from the line: a small class may often be next and seldom be served.
        The guess counts as if seen for ``weight`` handling times.
        """
        guessed_ms = weight * self.handling_ms
        seen_ms = self.staffed_ms + guessed_ms
        busy = (self.busy_ms + guess * guessed_ms) / seen_ms
        if busy >= _WHOLLY:
            return busy
        # Never quite nothing: who was handled was handled by somebody.
        return max(_LEAST_SHARE, (self.taken * self.handling_ms + guess * guessed_ms) / seen_ms)

    def forecast(self, ahead: int, staff: int, share: float) -> Forecast:
        """How long it takes with so many ahead, and so many agents at work who give it such a share."""
        rate = share * staff / self.handling_ms
        mean, variance = stages(rate, self.theta, ahead)
        # The rate itself is known the less, the fewer contacts it was learned from.
        variance += mean * mean / min(self.handled, MEMORY)
        low, high = quantiles(mean, variance)
        return Forecast(
            learned_from=self.key,
            ahead=ahead,
            staff=staff,
            mean_ms=mean,
            low_ms=Millis(ceil(low)),
            high_ms=Millis(ceil(high)),
        )


class _Seen:
    """A contact as last looked at."""

    __slots__ = ("classes", "group", "is_patient", "place", "placed_at", "steps", "stood", "waits")

    def __init__(self, contact: Contact, classes: tuple[_Class, _Class]) -> None:
        self.group = contact.group
        self.steps = contact.steps
        self.classes = classes
        self.place: InLine | None = None
        self.placed_at = Millis(0)
        self.stood = False
        self.is_patient = False
        self.waits = False


class Estimator:
    """Learns from decisions, and forecasts. Give it every step of decisions once the state has it.

    Args:
        state: Where it begins; who is there already is counted from now on.
    """

    def __init__(self, state: State) -> None:
        self.began_at = state.at
        self._classes: dict[ClassKey, _Class] = {}
        self._seen: dict[ContactId, _Seen] = {}
        self._work: dict[AgentId, dict[ContactId, tuple[tuple[_Class, _Class], Millis]]] = {}
        self._look(state, dict.fromkeys(state.contacts), state.agents, state.at)

    def fold(self, state: State, decided: Sequence[Decision], at: Millis) -> None:
        """Learn from one step. The state has it already."""
        contacts: dict[ContactId, EndReason | None] = {}
        agents: dict[AgentId, None] = {}
        for decision in decided:
            match decision:
                case EndContact():
                    contacts[decision.contact] = decision.reason
                case ConfigureSite():
                    contacts.update(dict.fromkeys(self._seen))
                    agents.update(dict.fromkeys(self._work))
                case MoveDeadlines():
                    # While nobody decided, nobody could be served.
                    for known in self._classes.values():
                        known.settle(max(known.since, Millis(at - decision.skipped_ms)))
                        known.since = at
                case _:
                    # Whatever it is, how they stand now is in the state.
                    contact, agent = getattr(decision, "contact", None), getattr(decision, "agent", None)
                    if contact is not None:
                        contacts.setdefault(contact, None)
                    if agent is not None:
                        agents[agent] = None
                    if isinstance(decision, HandOver):
                        agents[decision.to] = None
        self._look(state, contacts, agents, at)

    def learn_from(self, past: "Past") -> None:
        """Take over what was learned from decisions before this one began."""
        for key, learned in past.classes.items():
            _class(self._classes, key, learned.step, self.began_at).add(learned)

    def forecast(self, state: State, contact: ContactId) -> Forecast | Unknown:
        """How long this contact will wait from now on."""
        found, seen = state.contacts.get(contact), self._seen.get(contact)
        if found is None or seen is None or seen.place is None:
            return Unknown.NOT_WAITING
        own, whole = seen.classes
        staff = state.staffing(found, own.step)
        if not staff and len(found.steps) == 1:
            return Unknown.NOBODY
        if staff and own.is_founded and own.seen() >= FOUNDED:
            return own.forecast(own.waiting.before(seen.place), staff, own.share(0.0, 0))
        return self._of_group(state, whole, whole.waiting.before(seen.place))

    def for_newcomer(self, state: State, group: GroupId, kind: Kind) -> Forecast | Unknown:
        """How long somebody would wait who came to the group now."""
        whole = self._classes.get(ClassKey(group, kind))
        return Unknown.TOO_FEW if whole is None else self._of_group(state, whole, whole.waiting.size)

    def _of_group(self, state: State, whole: _Class, ahead: int) -> Forecast | Unknown:
        group = whole.key.group
        staff = state.agents_staffing(group)
        if not staff:
            return Unknown.NOBODY
        if not whole.is_founded:
            return Unknown.TOO_FEW
        is_known = whole.seen() > _SEEN
        share = whole.share(0.0, 0) if is_known else whole.share(_configured_share(state, group), _GUESSED)
        return whole.forecast(ahead, staff, share)

    def _look(
        self, state: State, contacts: dict[ContactId, EndReason | None], agents: Iterable[AgentId], at: Millis
    ) -> None:
        for contact in contacts:
            found = state.contacts.get(contact)
            if found is not None and found.channel is not Channel.MESSAGE and not found.is_consultation:
                self._look_at_contact(state, found, at)
        for agent in agents:
            self._look_at_agent(state, agent, at)
        for contact, reason in contacts.items():
            if contact not in state.contacts and contact in self._seen:
                seen = self._seen.pop(contact)
                self._stand(seen, None, at, left=reason in _LEFT)

    def _look_at_contact(self, state: State, contact: Contact, at: Millis) -> None:
        seen = self._seen.get(contact.id)
        if seen is not None and (seen.group != contact.group or seen.steps is not contact.steps):
            self._stand(seen, None, at)
            seen = None
        if seen is None:
            classes = _classes_of(self._classes, contact.group, contact.kind, contact.steps, at)
            seen = self._seen[contact.id] = _Seen(contact, classes)
        self._stand(seen, contact, at)
        own, whole = seen.classes
        own.staff = state.staffing(contact, own.step)
        whole.staff = state.agents_staffing(contact.group)

    def _stand(self, seen: _Seen, contact: Contact | None, at: Millis, *, left: bool = False) -> None:
        """Let the contact stand in its lines, or not, as it does now."""
        place, is_patient, waits = None, False, False
        if contact is not None:
            waits = contact.is_waiting
            callback = contact.callback
            if contact.phase is Phase.QUEUED and (callback is None or callback.due_at is None):
                place, is_patient = (*contact.order, contact.id), callback is not None
        if place is None and seen.place is not None and at > seen.placed_at:
            seen.stood = True
        elif seen.place is None:
            seen.placed_at = at
        for one in seen.classes:
            one.settle(at)
            if place != seen.place:
                if seen.place is not None:
                    one.waiting.leave(seen.place)
                if place is not None:
                    one.waiting.join(place)
            one.patient += is_patient - seen.is_patient
            if seen.waits and not waits:
                one.end_wait(left=left)
        seen.place, seen.is_patient, seen.waits = place, is_patient, waits

    def _look_at_agent(self, state: State, agent: AgentId, at: Millis) -> None:
        found, before = state.agents.get(agent), self._work.get(agent, {})
        slots = () if found is None else found.slots
        works_on = [slot.contact for slot in slots if slot.routing is not Routing.OFFERED]
        for contact in [contact for contact in before if contact not in works_on]:
            classes, since = before.pop(contact)
            again = state.contacts.get(contact)
            is_whole = since > self.began_at and (again is None or not again.is_waiting)
            for one in classes:
                one.settle(at)
                one.end_work(at - since if is_whole else None)
        for contact in works_on:
            seen = self._seen.get(contact)
            if contact not in before and seen is not None:
                before[contact] = seen.classes, at
                for one in seen.classes:
                    one.settle(at)
                    one.begin_work(stood=seen.stood)
        if before:
            self._work[agent] = before
        else:
            self._work.pop(agent, None)


class Past:
    """What decisions alone tell of handling times and patience, where the state they led to is not at hand.

    Give it a stretch of decisions, in order, for :meth:`Estimator.learn_from`. Of contacts that
    were there before it began nothing is learned, nor of shares.
    """

    def __init__(self) -> None:
        self.classes: dict[ClassKey, _Class] = {}
        self._of: dict[ContactId, tuple[Channel, tuple[_Class, _Class]]] = {}
        self._waits: dict[ContactId, Millis] = {}
        self._works: dict[tuple[AgentId, ContactId | None], tuple[tuple[_Class, _Class], Millis]] = {}

    def fold(self, decision: Decision, at: Millis) -> None:
        """Learn from one decision."""
        match decision:
            case Admit() if decision.channel is not Channel.MESSAGE:
                self._join(decision.contact, decision.channel, decision.group, decision.rules.steps, at)
            case Move() if decision.contact in self._of:
                self._wait_over(decision.contact, at)
                channel, _ = self._of[decision.contact]
                self._join(decision.contact, channel, decision.group, decision.rules.steps, at)
            case HoldPlace():
                # Nobody is on the page any more who could lose patience.
                self._wait_over(decision.contact, at)
            case Assign() if decision.contact in self._of:
                self._wait_over(decision.contact, at)
                self._works[decision.agent, decision.contact] = self._of[decision.contact][1], at
            case Requeue() if self._works.pop((decision.agent, decision.contact), None) is not None:
                self._waits[decision.contact] = at
            case FreeSlot() if (decision.agent, decision.contact) in self._works:
                classes, since = self._works.pop((decision.agent, decision.contact))
                for one in classes:
                    one.handle(at - since)
            case EndContact():
                self._wait_over(decision.contact, at, left=decision.reason in _LEFT)
                self._of.pop(decision.contact, None)
            case _:
                pass

    def _join(self, contact: ContactId, channel: Channel, group: GroupId, steps: tuple[Step, ...], at: Millis) -> None:
        self._of[contact] = channel, _classes_of(self.classes, group, KIND[channel], steps, at)
        self._waits[contact] = at

    def _wait_over(self, contact: ContactId, at: Millis, *, left: bool = False) -> None:
        since = self._waits.pop(contact, None)
        if since is not None:
            for one in self._of[contact][1]:
                one.waited_ms += at - since
                one.end_wait(left=left)


def _classes_of(
    known: dict[ClassKey, _Class], group: GroupId, kind: Kind, steps: tuple[Step, ...], at: Millis
) -> tuple[_Class, _Class]:
    """The class of what was asked for, and the whole group's."""
    asked = next((step for step in steps if step.agent is None), Step())
    needs = tuple((need.skill, need.level) for need in asked.needs)
    whole = ClassKey(group, kind)
    return _class(known, whole._replace(needs=needs), asked, at), _class(known, whole, Step(), at)


def _class(known: dict[ClassKey, _Class], key: ClassKey, step: Step, at: Millis) -> _Class:
    found = known.get(key)
    if found is None:
        found = known[key] = _Class(key, step, at)
    return found


def _configured_share(state: State, group: GroupId) -> float:
    """An agent's share if they gave each of their groups as much; on average over who is at work."""
    at_work = [agent for agent in map(state.agents.__getitem__, state.members(group)) if agent.is_staffing]
    return sum(1 / len(agent.groups) for agent in at_work) / len(at_work)


def stages(rate: float, theta: float, ahead: int) -> tuple[float, float]:
    """Mean and variance of a wait: exponential stages with the rates ``rate + i * theta``, ``i = 0..ahead``."""
    mean = variance = 0.0
    for number in range(min(ahead + 1, _ONE_BY_ONE)):
        stage = 1 / (rate + number * theta)
        mean += stage
        variance += stage * stage
    rest = ahead + 1 - _ONE_BY_ONE
    if rest > 0:
        # What varies slowly is summed by the integral over it.
        first = rate + (_ONE_BY_ONE - 0.5) * theta
        last = first + rest * theta
        mean += log1p(rest * theta / first) / theta if theta else rest / rate
        variance += rest / (first * last)
    return mean, variance


def quantiles(mean: float, variance: float) -> tuple[float, float]:
    """P50 and P90 of a gamma distribution with this mean and variance, by Wilson and Hilferty.

    A sum of exponential stages is nearly one. With a single stage, where both approximations
    are at their worst, P50 is 1.4 % and P90 1.0 % off.
    """
    spread = variance / (9 * mean * mean)
    return mean * (1 - spread) ** 3, mean * (1 - spread + _Z90 * sqrt(spread)) ** 3
