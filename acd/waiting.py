"""What becomes of contacts while they wait: steps, urgency, overflow, questions, closing time."""

from typing import Final

from acd import transfers
from acd.callbacks import can_be_called_back, hold_place
from acd.config import Answer, AnswerKind, Channel, Group
from acd.decisions import (
    AskCaller,
    CloseGroup,
    DropQuestion,
    EndReason,
    EndService,
    ExpireStep,
    Hasten,
    OpenGroup,
    OverflowReason,
    StepReason,
    WithdrawReason,
)
from acd.elements import Decisions, after, choose_by_hand, end, group_of, move, withdraw, withdraw_all
from acd.facts import AssignmentAsked, CallerAnswered, GroupClosed, GroupReopened
from acd.ids import GroupId, Millis
from acd.lifecycle import Phase
from acd.records import Contact
from acd.state import State

ANSWER_WITHIN_MS: Final = Millis(120_000)
"""How long who waits in a closed group may think about what they are offered instead."""

LOOK_AGAIN_MS: Final = Millis(1_000)
"""A closed group looks no more often than this for contacts that have rung out."""


# Routing steps.


def next_step(contact: Contact, reason: StepReason, at: Millis) -> ExpireStep:
    """The step in force is over."""
    for_ms = contact.steps[contact.step + 1].for_ms
    return ExpireStep(contact=contact.id, reason=reason, until=None if for_ms is None else after(at, for_ms))


def hopeless_skipped(state: State, at: Millis) -> Decisions:
    """Do not wait for what nobody at work can give, if somebody can give what is asked for next."""
    while (pool := next(iter(state.doubtful()), None)) is not None:
        for _, _, contact_id in list(pool.relaxable):
            while _is_hopeless(state, state.contacts[contact_id]):
                yield next_step(state.contacts[contact_id], StepReason.HOPELESS, at)
        state.settle(pool)


def _is_hopeless(state: State, contact: Contact) -> bool:
    step = contact.step_in_force
    later = contact.steps[contact.step + 1 :]
    return (
        (group_of(state, contact).skip_hopeless or step.agent is not None)
        and not state.staffing(contact, step)
        and any(state.staffing(contact, other) for other in later)
    )


def on_assignment_asked(state: State, fact: AssignmentAsked, at: Millis) -> Decisions:
    """A supervisor chooses the agent."""
    contact = state.contacts.get(fact.contact)
    if contact is None or not contact.is_waiting or fact.agent not in state.agents or fact.agent == contact.asker:
        return
    step = contact.step_in_force
    if step.by_hand and step.agent == fact.agent:
        return
    for agent in contact.ringing_agents:
        if agent != fact.agent:
            yield from withdraw(state, contact, agent, WithdrawReason.MOVED)
    yield choose_by_hand(state, contact, fact.agent, at)


def hasten(state: State, contact: Contact) -> Decisions:
    """The service level is at risk."""
    yield Hasten(contact=contact.id, by_ms=group_of(state, contact).urgent_ms)


# Something else instead.


def too_long(state: State, contact: Contact, at: Millis) -> Decisions:
    """It has waited for longer than its group lets anybody wait."""
    answer = group_of(state, contact).when_too_long
    if answer.kind is AnswerKind.REFUSE:
        yield from end(state, contact, EndReason.TOO_LONG, at)
    elif _can_have(state, contact, answer):
        yield from _give(state, contact, answer, OverflowReason.TOO_LONG, at, until=None)
    else:
        yield DropQuestion(contact=contact.id)


def on_answered(state: State, fact: CallerAnswered, at: Millis) -> Decisions:
    """The caller said yes or no."""
    contact = state.contacts.get(fact.contact)
    if contact is None or contact.question is None:
        return
    question = contact.question
    if question.transfer is not None:
        if fact.accepted and transfers.is_possible(state, contact, question.transfer):
            yield from transfers.transfer(state, contact, question.transfer, at)
        else:
            yield DropQuestion(contact=contact.id)
    elif not fact.accepted or not _can_have(state, contact, question.answer):
        yield from declined(state, contact, at)
    elif question.answer.kind is AnswerKind.CALLBACK:
        yield from hold_place(state, contact, None, at)
    elif question.answer.kind is AnswerKind.MESSAGE:
        yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
        yield from end(state, state.contacts[contact.id], EndReason.CHOSE_MESSAGE, at)
    else:
        yield from withdraw_all(state, contact, WithdrawReason.MOVED)
        yield move(state, contact, _other_group(state, question.answer), question.reason, at)


def declined(state: State, contact: Contact, at: Millis) -> Decisions:
    """No, or no answer in time. Nobody is sent away while it rings for them."""
    has_limit = contact.question is not None and contact.question.until is not None
    if has_limit and contact.phase is Phase.QUEUED:
        yield from end(state, contact, EndReason.CLOSED, at)
        return
    yield DropQuestion(contact=contact.id)
    if has_limit:
        yield _look_again(group_of(state, contact), at)


def _can_have(state: State, contact: Contact, answer: Answer) -> bool:
    match answer.kind:
        case AnswerKind.GROUP:
            other = None if answer.group is None else state.group(answer.group)
            return (
                other is not None
                and other.id not in contact.visited
                and contact.channel in other.channels
                and state.is_open(other.id)
            )
        case AnswerKind.CALLBACK:
            return can_be_called_back(state, contact)
        case AnswerKind.MESSAGE:
            return Channel.MESSAGE in group_of(state, contact).channels
        case _:
            return False


def _give(
    state: State, contact: Contact, answer: Answer, reason: OverflowReason, at: Millis, *, until: Millis | None
) -> Decisions:
    """Lead the contact to another group of the same policy, or ask the caller first."""
    if answer.kind is AnswerKind.GROUP and _other_group(state, answer).policy is contact.policy:
        yield move(state, contact, _other_group(state, answer), reason, at)
    else:
        yield AskCaller(contact=contact.id, answer=answer, reason=reason, until=until)


def _other_group(state: State, answer: Answer) -> Group:
    group = state.group(answer.group) if answer.group is not None else None
    assert group is not None, "a contact moves only to a group that exists"
    return group


# Opening hours.


def keep_hours(state: State, group: Group, at: Millis) -> Decisions:
    """Open or close the group as its hours say."""
    stands = state.groups[group.id]
    is_open = group.hours is None or group.hours.is_open(at)
    changes_at = None if group.hours is None else group.hours.next_change(at)
    if (is_open, changes_at) == (stands.is_open, stands.changes_at):
        return
    if is_open and not stands.by_hand:
        yield from _open(state, group.id, changes_at)
        return
    closes = stands.is_open and not is_open and not stands.by_hand
    yield CloseGroup(
        group=group.id,
        is_open=is_open,
        changes_at=changes_at,
        by_hand=stands.by_hand,
        serve_until=after(at, group.after_hours_ms) if closes else stands.serve_until,
        waiting=stands.waiting,
    )


def on_closed(state: State, fact: GroupClosed, at: Millis) -> Decisions:
    """A supervisor closes the group now."""
    group, stands = state.group(fact.group), state.groups.get(fact.group)
    if group is None or stands is None or (stands.by_hand and stands.waiting == fact.waiting):
        return
    yield CloseGroup(
        group=group.id,
        is_open=stands.is_open,
        changes_at=stands.changes_at,
        by_hand=True,
        serve_until=after(at, group.after_hours_ms) if fact.waiting is None else None,
        waiting=fact.waiting,
    )
    if fact.waiting is not None:
        yield from end_service(state, group, at)


def on_reopened(state: State, fact: GroupReopened) -> Decisions:
    """A supervisor takes it back."""
    stands = state.groups.get(fact.group)
    if stands is None or not stands.by_hand:
        return
    if stands.is_open:
        yield from _open(state, stands.id, stands.changes_at)
    else:
        yield CloseGroup(group=stands.id, changes_at=stands.changes_at, serve_until=stands.serve_until)


def end_service(state: State, group: Group, at: Millis) -> Decisions:
    """Tell those who still wait in a closed group what they get instead."""
    stands = state.groups[group.id]
    answer = stands.waiting if stands.waiting is not None else group.when_closing
    some_ring = False
    for contact_id in list(state.in_line(group.id)):
        contact = state.contacts[contact_id]
        is_asked = contact.question is not None and contact.question.until is not None
        has_no_caller = contact.channel is Channel.MESSAGE or contact.is_consultation
        if has_no_caller or contact.callback is not None or is_asked:
            continue
        if contact.phase is Phase.OFFERED:
            some_ring = True
        elif _can_have(state, contact, answer):
            until = after(at, ANSWER_WITHIN_MS)
            yield from _give(state, contact, answer, OverflowReason.CLOSED, at, until=until)
        else:
            yield from end(state, contact, EndReason.CLOSED, at)
    yield _look_again(group, at) if some_ring else EndService(group=group.id)


def _look_again(group: Group, at: Millis) -> EndService:
    """Somebody rings, and will wait again in the closed group if nobody answers."""
    return EndService(group=group.id, again_at=after(at, max(group.ring_ms, LOOK_AGAIN_MS)))


def _open(state: State, group: GroupId, changes_at: Millis | None) -> Decisions:
    """Open the group; who was asked because it closed waits on."""
    yield OpenGroup(group=group, changes_at=changes_at)
    for contact_id in list(state.in_line(group)):
        question = state.contacts[contact_id].question
        if question is not None and question.until is not None:
            yield DropQuestion(contact=contact_id)
