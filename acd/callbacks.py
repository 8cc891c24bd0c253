"""Callbacks that keep the place: the caller leaves the page, but not the line."""

from acd.config import Callbacks, Channel, Group
from acd.decisions import (
    EndReason,
    HoldPlace,
    InviteCaller,
    MissInvitation,
    RenewCaller,
    ResumeCallback,
    WithdrawReason,
)
from acd.elements import Decisions, after, end, group_of, patience_of, withdraw_all
from acd.facts import CallbackChosen, CallerReturned
from acd.ids import Millis
from acd.records import Contact
from acd.state import State


def on_chosen(state: State, fact: CallbackChosen, at: Millis) -> Decisions:
    """A caller who waits wants to be called back."""
    contact = state.contacts.get(fact.contact)
    if contact is not None and can_be_called_back(state, contact):
        yield from hold_place(state, contact, fact.due_at, at)


def can_be_called_back(state: State, contact: Contact) -> bool:
    """Whether the contact may become a callback."""
    return (
        contact.is_waiting
        and contact.callback is None
        and contact.channel is not Channel.MESSAGE
        and not contact.is_consultation
        and group_of(state, contact).callbacks is not None
    )


def hold_place(state: State, contact: Contact, due_at: Millis | None, at: Millis) -> Decisions:
    """Keep the place without the caller.

    Args:
        state: The site.
        contact: One that waits.
        due_at: Not before then; a moment that has passed does not count.
        at: Now.
    """
    yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
    due_at = due_at if due_at is not None and due_at > at else None
    expires_at = after(due_at or at, _terms(group_of(state, contact)).expires_ms)
    yield HoldPlace(contact=contact.id, due_at=due_at, expires_at=expires_at)


def on_returned(state: State, fact: CallerReturned, at: Millis) -> Decisions:
    """The link was opened: the caller has a session again."""
    contact = state.contacts.get(fact.contact)
    if contact is None or contact.callback is None or contact.caller.session == fact.session:
        return
    yield from withdraw_all(state, contact, WithdrawReason.CALLER_GONE)
    grace_until = after(at, patience_of(state).caller_queued_ms)
    yield RenewCaller(contact=contact.id, session=fact.session, grace_until=grace_until)


def invited(state: State, at: Millis) -> Decisions:
    """Tell those to come whose turn it nearly is."""
    while (invitation := _next_invitation(state, at)) is not None:
        yield invitation


def resume(contact: Contact) -> Decisions:
    """The date has come, or the pause is over."""
    yield ResumeCallback(contact=contact.id)


def missed(state: State, contact: Contact, at: Millis) -> Decisions:
    """They did not come, or left again."""
    terms = _terms(group_of(state, contact))
    assert contact.callback is not None, "only a callback is invited"
    if contact.callback.attempt >= terms.attempts:
        yield from end(state, contact, EndReason.CALLBACK_MISSED, at)
    else:
        yield MissInvitation(contact=contact.id, retry_at=after(at, terms.retry_ms))


def _next_invitation(state: State, at: Millis) -> InviteCaller | None:
    for group_id, kind, contact_id, ahead in state.callable():
        contact = state.contacts[contact_id]
        terms = _terms(group_of(state, contact))
        is_served = state.is_open(group_id) and state.agents_staffing(group_id) > 0
        if is_served and ahead <= state.agents_ready(group_id, kind) + terms.ahead:
            assert contact.callback is not None, "only a callback is invited"
            attempt = contact.callback.attempt + 1
            return InviteCaller(contact=contact_id, attempt=attempt, until=after(at, terms.invite_ms))
    return None


def _terms(group: Group) -> Callbacks:
    """How the group calls back. Promised callbacks are kept even if the group makes no new ones."""
    return group.callbacks or Callbacks()
