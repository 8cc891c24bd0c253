"""What webhooks are told: decisions in the words of outsiders. Ids and codes only, nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from acd.decisions import (
    Admit,
    Assign,
    CloseGroup,
    ConfigureSite,
    Connect,
    ConnectGuest,
    Consult,
    Decision,
    DismissGuest,
    EndContact,
    EndNotResponding,
    EndWrapUp,
    FreeSlot,
    HandOver,
    Hold,
    HoldPlace,
    InviteCaller,
    Join,
    MakeOffer,
    MarkNotResponding,
    MissInvitation,
    Move,
    OpenGroup,
    RaiseAlarm,
    Refuse,
    Requeue,
    Resume,
    SetElsewhere,
    SetHealth,
    SetPresence,
    SignIn,
    SignOut,
    StartWrapUp,
    WithdrawOffer,
)
from acd.ids import Millis, SiteId

_TOLD: Final[Mapping[type, tuple[str, str, tuple[str, ...]]]] = {
    Admit: ("contact.waiting", "contact", ("group", "channel", "asked_group", "overflowed")),
    Refuse: ("contact.refused", "contact", ("reason",)),
    Move: ("contact.moved", "contact", ("group", "reason")),
    HoldPlace: ("contact.held", "contact", ("due_at", "expires_at")),
    InviteCaller: ("contact.invited", "contact", ("attempt", "until")),
    MissInvitation: ("contact.invitation_missed", "contact", ("retry_at",)),
    MakeOffer: ("contact.ringing", "contact", ("agent", "epoch", "expires_at")),
    WithdrawOffer: ("contact.not_taken", "contact", ("agent", "epoch", "reason")),
    Assign: ("contact.accepted", "contact", ("agent", "epoch")),
    Connect: ("contact.talking", "contact", ()),
    Requeue: ("contact.waiting_again", "contact", ("reason",)),
    Hold: ("contact.on_hold", "contact", ("agent",)),
    Resume: ("contact.off_hold", "contact", ("agent",)),
    # What follows about this id is about the consultation.
    Consult: ("contact.consultation", "contact", ("about", "agent", "group")),
    Join: ("contact.guest_joining", "contact", ("agent", "epoch")),
    ConnectGuest: ("contact.conference", "contact", ("epoch",)),
    DismissGuest: ("contact.guest_left", "contact", ("agent", "reason")),
    HandOver: ("contact.handed_over", "contact", ("agent", "to", "epoch")),
    RaiseAlarm: ("contact.alarm", "contact", ("failed_offers",)),
    EndContact: ("contact.ended", "contact", ("reason",)),
    SignIn: ("agent.signed_in", "agent", ()),
    SignOut: ("agent.signed_out", "agent", ()),
    SetPresence: ("agent.presence", "agent", ("presence", "reason")),
    SetHealth: ("agent.health", "agent", ("health",)),
    SetElsewhere: ("agent.elsewhere", "agent", ("source", "until")),
    MarkNotResponding: ("agent.not_responding", "agent", ()),
    EndNotResponding: ("agent.responding", "agent", ()),
    StartWrapUp: ("agent.wrap_up", "agent", ("contact", "until")),
    EndWrapUp: ("agent.wrap_up_ended", "agent", ("contact", "code")),
    FreeSlot: ("agent.free", "agent", ("contact",)),
    OpenGroup: ("group.opened", "group", ()),
    CloseGroup: ("group.closed", "group", ("by_hand",)),
    ConfigureSite: ("site.configured", "", ()),
}
"""Kind of decision to the event, whom it is about, and which of its fields are told."""

EVENTS: Final = frozenset(event for event, _, _ in _TOLD.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, as it is sent.

    Attributes:
        subject: Whom it is about. Events of one subject come in order.
    """

    type: str
    subject: str
    body: bytes


def event_of(site: SiteId, decision: Decision, *, number: int, at: Millis) -> Event | None:
    """The event of a decision, by its number; ``None`` if outsiders are not told."""
    told = _TOLD.get(type(decision))
    if told is None:
        return None
    event, about, fields = told
    subject = str(getattr(decision, about)) if about else site
    said: dict[str, Any] = {about: subject} if about else {}
    said |= {_camel(field): getattr(decision, field, None) for field in fields}
    body = {"id": f"ev_{site}_{number}", "type": event, "site": site, "at": at, "data": said}
    return Event(type=event, subject=subject, body=msgspec.json.encode(body))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
