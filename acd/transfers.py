"""Transfers: an agent hands a contact on.

Blind: the agent leaves, and the contact waits in front for whom it is meant for. It keeps
its id, its epoch goes on, and in a direct group the new agent's connection is a new one.
"""

from acd.config import Answer, AnswerKind, Group
from acd.decisions import AskCaller, OverflowReason, RequeueReason, Transfer
from acd.elements import Decisions, choose_by_hand, exclude, hand_back, in_epoch, move
from acd.facts import TransferAsked
from acd.ids import Millis
from acd.lifecycle import Trigger
from acd.records import Contact
from acd.requirements import requirement
from acd.state import State


def on_asked(state: State, fact: TransferAsked, at: Millis) -> Decisions:
    """The agent who talks wants somebody else to have the contact."""
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.TRANSFERRED)
    if contact is None or contact.agent != fact.agent or contact.is_consultation:
        return
    to = Transfer(agent=fact.to_agent, group=fact.to_group, needs=fact.needs)
    if not is_possible(state, contact, to):
        return
    group = _target(state, contact, to)
    if group.policy is contact.policy:
        yield from transfer(state, contact, to, at)
    else:
        answer = Answer(kind=AnswerKind.GROUP, group=group.id)
        yield AskCaller(contact=contact.id, answer=answer, reason=OverflowReason.TRANSFERRED, transfer=to)


def is_possible(state: State, contact: Contact, to: Transfer) -> bool:
    """Whether there is somebody at work, or an open group, to hand the contact on to."""
    if state.group(contact.group) is None:
        return False
    if to.agent is not None:
        agent = state.agents.get(to.agent)
        return agent is not None and agent.is_staffing and to.agent != contact.agent
    group = state.group(to.group if to.group is not None else contact.group)
    is_elsewhere = group is not None and (group.id != contact.group or bool(to.needs))
    return group is not None and is_elsewhere and contact.channel in group.channels and state.is_open(group.id)


def transfer(state: State, contact: Contact, to: Transfer, at: Millis) -> Decisions:
    """Take the contact from its agent and let it wait in front for whom it is meant for."""
    agent = contact.agent
    assert agent is not None, "somebody talks"
    group = _target(state, contact, to)
    yield from hand_back(state, contact, RequeueReason.TRANSFERRED, at)
    if to.agent is None:
        needs = requirement((*contact.needs, *to.needs))
        yield move(state, contact, group, OverflowReason.TRANSFERRED, at, needs=needs)
    yield from exclude(state, state.contacts[contact.id], agent, at)
    if to.agent is not None:
        yield choose_by_hand(state, contact, to.agent, at)


def _target(state: State, contact: Contact, to: Transfer) -> Group:
    group = state.group(contact.group if to.agent is not None or to.group is None else to.group)
    assert group is not None, "a contact is handed on only within groups that exist"
    return group
