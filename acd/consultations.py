"""Hold, consultations, conferences and warm transfers: an agent asks a colleague, or brings one in.

A consultation is a contact of its own, in which the asking agent stands where a caller stands
and takes no slot. It waits, rings and connects as any other; what is different is that nobody
but the asker minds: it never waits again after a colleague had it, and never outlives the
contact it is about. A colleague who then joins the contact is its guest: their connection with
the caller has an epoch of its own, so that it stays when they are handed the contact.
"""

from acd.config import Group, Kind, Need
from acd.decisions import (
    IN_FRONT_MS,
    ConnectGuest,
    Consult,
    EndReason,
    ExpectHandOver,
    GuestReason,
    Hold,
    Join,
    MarkMedia,
    Resume,
    Rules,
    Step,
)
from acd.elements import (
    Decisions,
    after,
    agent_of,
    dismiss,
    end,
    end_consultation,
    hand_over,
    in_epoch,
    patience_of,
    rules_for,
)
from acd.facts import (
    ConferenceAsked,
    ConsultAsked,
    ConsultEndAsked,
    HandOverAsked,
    HoldAsked,
    MediaConnected,
    Party,
)
from acd.ids import ContactId, Epoch, Millis
from acd.lifecycle import Phase, Trigger
from acd.records import Contact, Guest
from acd.requirements import requirement
from acd.state import State

# What the agent of a contact asks for.


def on_hold_asked(state: State, fact: HoldAsked) -> Decisions:
    """The agent puts the caller on hold, or talks on."""
    contact = _theirs(state, fact)
    if contact is None or contact.guest is not None:
        return
    if fact.on:
        yield from _hold(state, contact)
    else:
        yield from _resume(state, contact)


def on_asked(state: State, fact: ConsultAsked, at: Millis) -> Decisions:
    """The agent wants to ask a colleague."""
    contact = _theirs(state, fact)
    if contact is None or contact.consult is not None or fact.consult in state.contacts:
        return
    group = state.group(fact.to_group if fact.to_agent is None and fact.to_group is not None else contact.group)
    if group is None or contact.channel not in group.channels:
        return
    needs, rules = _asked_for(state, contact, fact, group, at)
    if not any(state.colleagues(group.id, contact.kind, step, {fact.agent}) for step in rules.steps):
        return
    yield from _hold(state, contact)
    yield Consult(
        contact=fact.consult,
        about=contact.id,
        agent=fact.agent,
        group=group.id,
        channel=contact.channel,
        policy=contact.policy,
        asked_at=at,
        sequence=state.next_sequence,
        head_start_ms=IN_FRONT_MS,
        needs=needs,
        rules=rules,
    )


def on_end_asked(state: State, fact: ConsultEndAsked, at: Millis) -> Decisions:
    """The agent turns to the caller again."""
    contact = _theirs(state, fact)
    if contact is not None and contact.consult is not None:
        yield from end_consultation(state, contact, _how_the_asker_ends(state, contact.consult), at)
        yield from _resume(state, contact)


def on_conference_asked(state: State, fact: ConferenceAsked, at: Millis) -> Decisions:
    """The agent brings the colleague in."""
    contact = _theirs(state, fact)
    if contact is not None and _can_join(state, contact):
        yield from _resume(state, contact)
        yield _join(state, contact, at, takes_over=False)


def on_hand_over_asked(state: State, fact: HandOverAsked, at: Millis) -> Decisions:
    """The agent leaves the contact to the colleague, once the caller hears them."""
    contact = _theirs(state, fact)
    if contact is None:
        return
    if contact.guest is None:
        if _can_join(state, contact):
            yield _join(state, contact, at, takes_over=True)
    elif contact.guest.is_connected:
        yield from hand_over(state, contact, at)
    elif not contact.guest.takes_over:
        yield ExpectHandOver(contact=contact.id)


# What becomes of consultations and guests.


def on_answered(state: State, consult: Contact) -> Decisions:
    """A colleague has accepted: the caller is not to hear what is said."""
    if consult.about is not None:
        yield from _hold(state, state.contacts[consult.about])


def given_up(state: State, at: Millis) -> Decisions:
    """End the consultations that nobody at work is left for: all have declined, or gone."""
    for contact_id in state.asking():
        contact = state.contacts[contact_id]
        spared = contact.excluded_agents if contact.asker is None else {contact.asker, *contact.excluded_agents}
        steps = contact.steps[contact.step :]
        if contact.phase is Phase.QUEUED and not any(
            state.colleagues(contact.group, contact.kind, step, spared) for step in steps
        ):
            yield from end(state, contact, EndReason.NOT_ANSWERED, at)


def guest_in_epoch(state: State, contact: ContactId, epoch: Epoch) -> tuple[Contact, Guest] | None:
    """The contact and its guest, if this was said of their connection."""
    found = state.contacts.get(contact)
    if found is None or found.guest is None or found.guest.epoch != epoch:
        return None
    return found, found.guest


def on_media_connected(state: State, fact: MediaConnected, contact: Contact, guest: Guest, at: Millis) -> Decisions:
    """An end of the guest's connection has media."""
    if fact.party in guest.media:
        return
    yield MarkMedia(contact=contact.id, epoch=guest.epoch, party=fact.party)
    if guest.media | {fact.party} == frozenset(Party):
        yield ConnectGuest(contact=contact.id, epoch=guest.epoch)
        if guest.takes_over:
            yield from hand_over(state, state.contacts[contact.id], at)


def on_media_failed(contact: Contact, guest: Guest) -> Decisions:
    """An end of the guest's connection gave up. Once it stood, browsers mend it or a report contradicts it."""
    if not guest.is_connected:
        yield dismiss(contact, guest, GuestReason.SETUP_FAILED)


def on_contradicted(contact: Contact, guest: Guest) -> Decisions:
    """An end says that it has no such connection."""
    yield dismiss(contact, guest, GuestReason.CONTRADICTED)


def _theirs(
    state: State, fact: HoldAsked | ConsultAsked | ConsultEndAsked | ConferenceAsked | HandOverAsked
) -> Contact | None:
    """The contact in which the agent talks to a caller. Only voices are held, and asked about."""
    contact = in_epoch(state, fact.contact, fact.epoch, Trigger.TRANSFERRED)
    if contact is None or contact.agent != fact.agent or contact.is_consultation:
        return None
    return contact if contact.kind is Kind.LIVE else None


def _asked_for(
    state: State, contact: Contact, fact: ConsultAsked, group: Group, at: Millis
) -> tuple[tuple[Need, ...], Rules]:
    """What a colleague must be able to do, and the rules of the group that follow from it."""
    if fact.to_agent is not None:
        return (), Rules(steps=(Step(agent=fact.to_agent, by_hand=True),))
    needs = requirement((*contact.needs, *fact.needs))
    rules, _ = rules_for(
        state, group, channel=contact.channel, needs=needs, preferred=None, asked_at=at, came_at=at, at=at
    )
    return needs, rules


def _hold(state: State, contact: Contact) -> Decisions:
    if not state.is_held(contact):
        yield Hold(contact=contact.id, agent=agent_of(contact))


def _resume(state: State, contact: Contact) -> Decisions:
    if state.is_held(contact):
        yield Resume(contact=contact.id, agent=agent_of(contact))


def _can_join(state: State, contact: Contact) -> bool:
    consult = None if contact.consult is None else state.contacts[contact.consult]
    return consult is not None and consult.phase is Phase.TALKING and contact.guest is None


def _join(state: State, contact: Contact, at: Millis, *, takes_over: bool) -> Join:
    assert contact.consult is not None, "a colleague comes by a consultation"
    return Join(
        contact=contact.id,
        agent=agent_of(state.contacts[contact.consult]),
        consult=contact.consult,
        epoch=contact.next_epoch,
        setup_until=after(at, patience_of(state).setup_ms),
        takes_over=takes_over,
    )


def _how_the_asker_ends(state: State, consult: ContactId) -> EndReason:
    talked = state.contacts[consult].phase is Phase.TALKING
    return EndReason.CALLER_HUNG_UP if talked else EndReason.ABANDONED
