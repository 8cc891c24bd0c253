"""What each party may see of a site's state. Pure: state and names in, messages out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from acd.callbacks import can_be_called_back
from acd.config import AnswerKind, Channel, Kind
from acd.decisions import EndReason, RequeueReason
from acd.facts import Health, Party, Presence
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId
from acd.lifecycle import Phase, Routing
from acd.records import NOBODY, AgentState, Contact, Slot
from acd.state import State
from signaling.ports import NO_PAGE, ContactContext, Ended, ExpectedWait, PageLife
from signaling.ports import IceServer as IssuedServer
from signaling.protocol.agent import (
    AgentContact,
    AgentGroup,
    CodeChoice,
    Consultation,
    ConsultationEnd,
    Desk,
    ReceivesCalls,
)
from signaling.protocol.attach import CONFERENCE
from signaling.protocol.caller import CallerCallback, CallerContact, CallerQuestion
from signaling.protocol.caller import EndReason as CallersEnd
from signaling.protocol.caller import ExpectedWait as ExpectedWaitShown
from signaling.protocol.media import IceConfiguration, IceServer, Peer, SecondLeg
from signaling.sessions import Leg, shown_slot

PageOf = Callable[[SessionId], PageLife | None]
"""The page that has a session, if it is known."""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """How long a group's line is, and since when its first one waits."""

    waiting: int = 0
    longest_asked_at: Millis | None = None


_ASKED: Final[Mapping[AnswerKind, Literal["group", "message", "callback"]]] = {
    AnswerKind.GROUP: "group",
    AnswerKind.MESSAGE: "message",
    AnswerKind.CALLBACK: "callback",
}

CALLERS_ENDS: Final[Mapping[EndReason, CallersEnd]] = {EndReason(reason): reason for reason in get_args(CallersEnd)}
CONSULTATION_ENDS: Final[Mapping[EndReason, ConsultationEnd]] = {
    EndReason(reason): reason for reason in get_args(ConsultationEnd)
}
_STAGES: Final[Mapping[Phase, Literal["waiting", "ringing", "connecting", "talking"]]] = {
    Phase.QUEUED: "waiting",
    Phase.OFFERED: "ringing",
    Phase.CONNECTING: "connecting",
    Phase.TALKING: "talking",
}

NO_LINE: Final = QueueLine()


def queue_lines(contacts: Iterable[Contact]) -> dict[GroupId, QueueLine]:
    """The line of every group in which somebody waits, in one pass."""
    lines: dict[GroupId, QueueLine] = {}
    for contact in contacts:
        if contact.is_waiting and not contact.is_consultation:
            line = lines.get(contact.group, NO_LINE)
            longest = contact.asked_at if line.longest_asked_at is None else line.longest_asked_at
            lines[contact.group] = QueueLine(line.waiting + 1, min(longest, contact.asked_at))
    return lines


# What a caller sees.


def caller_contact(
    state: State,
    contact: Contact,
    *,
    group_name: str,
    agent_name: str | None,
    guest_name: str | None,
    wait: ExpectedWait | None,
    asked_group_name: str,
) -> CallerContact:
    """The caller's own contact. Who is being rung is not told before they answer."""
    in_call = contact.phase in {Phase.CONNECTING, Phase.TALKING}
    return CallerContact(
        id=contact.id,
        group_id=contact.group,
        group_name=group_name,
        channel=contact.channel.value,
        policy=contact.policy.value,
        phase=contact.phase.value,
        epoch=contact.epoch,
        asked_at=contact.asked_at,
        phase_since=contact.phase_since,
        position=state.position(contact.id),
        expected_wait=None
        if wait is None
        else ExpectedWaitShown(low_minutes=wait.low_minutes, high_minutes=wait.high_minutes, longer=wait.longer),
        agent_name=agent_name if in_call else None,
        in_front_again=contact.came_back is not None,
        transferred=contact.came_back is RequeueReason.TRANSFERRED,
        ended=None,
        question=_question(state, contact, asked_group_name),
        callback=_callback(contact),
        can_be_called_back=can_be_called_back(state, contact),
        held=state.is_held(contact),
        guest_name=guest_name,
    )


def _question(state: State, contact: Contact, group_name: str) -> CallerQuestion | None:
    question = contact.question
    kind = None if question is None else _ASKED.get(question.answer.kind)
    if question is None or kind is None:
        return None
    group = None if question.answer.group is None else state.group(question.answer.group)
    return CallerQuestion(
        kind=kind,
        group_id=question.answer.group,
        group_name=group_name,
        policy=None if group is None else group.policy.value,
        reason=question.reason.value,
        until=question.until,
    )


def _callback(contact: Contact) -> CallerCallback | None:
    callback = contact.callback
    if callback is None:
        return None
    return CallerCallback(held=contact.caller == NOBODY, due_at=callback.due_at, expires_at=callback.expires_at)


def ended_contact(ended: Ended, *, group_name: str) -> CallerContact:
    """The caller's contact after it ended, for who asks once more."""
    contact = ended.contact
    return CallerContact(
        id=contact.id,
        group_id=contact.group,
        group_name=group_name,
        channel=contact.channel.value,
        policy=contact.policy.value,
        phase="ended",
        epoch=contact.epoch,
        asked_at=contact.asked_at,
        phase_since=ended.at,
        position=None,
        expected_wait=None,
        agent_name=None,
        in_front_again=False,
        transferred=False,
        ended=CALLERS_ENDS.get(ended.reason),
        question=None,
        callback=None,
        can_be_called_back=False,
        held=False,
        guest_name=None,
    )


# What an agent sees.


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What to call things at one desk. Group names are in the desk's language."""

    display_name: str
    groups: Mapping[GroupId, str]
    context: ContactContext
    code_label: Callable[[str], str] = str
    agent: Callable[[AgentId | None], str | None] = lambda _: None


def agents_desk(
    state: State, agent: AgentId, words: Words, lines: Mapping[GroupId, QueueLine], ended: Mapping[ContactId, Ended]
) -> Desk:
    """Everything on the agent's desk."""
    found = state.agents[agent]
    slot = shown_slot(found)
    return Desk(
        agent_id=agent,
        display_name=words.display_name,
        presence=found.presence.value,
        presence_reason=found.presence_reason,
        presence_since=found.presence_since,
        routing=(found.vacancy if slot is None else slot.routing).value,
        routing_since=found.routing_since if slot is None else _since(state, slot),
        receives_calls=_receives_calls(state, found),
        contact=None if slot is None else _agents_contact(state, slot, words, ended),
        more=max(len(found.slots) - 1, 0),
        groups=[_agents_group(group, words, lines.get(group, NO_LINE)) for group in found.groups],
    )


def _since(state: State, slot: Slot) -> Millis:
    """Since when the slot does what it does. A call that was held in between is one call."""
    contact = state.contacts.get(slot.contact) if slot.routing in {Routing.TALKING, Routing.HELD} else None
    return slot.since if contact is None else contact.phase_since


def _receives_calls(state: State, agent: AgentState) -> ReceivesCalls:
    if agent.presence is Presence.OFFLINE:
        return "offline"
    if agent.presence is Presence.BREAK:
        return "break"
    if agent.presence is Presence.BUSY:
        return "other_work"
    if agent.health is Health.LOST or agent.endpoint is None or not agent.endpoint.is_attached:
        return "lost"
    match agent.routing:
        case Routing.NOT_RESPONDING:
            return "not_responding"
        case Routing.WRAP_UP:
            return "wrap_up"
        case Routing.IDLE:
            return "elsewhere" if agent.elsewhere else "back_off" if agent.back_off_until else "yes"
        case _:
            # Who works off a message may still be called.
            has_room = agent.has_room(Kind.LIVE, state.profile(agent.id).capacity)
            return "yes" if agent.is_routable and has_room else "busy"


def _agents_group(group: GroupId, words: Words, line: QueueLine) -> AgentGroup:
    return AgentGroup(
        id=group,
        name=words.groups.get(group, group),
        waiting=line.waiting,
        longest_asked_at=line.longest_asked_at,
    )


def _agents_contact(state: State, slot: Slot, words: Words, ended: Mapping[ContactId, Ended]) -> AgentContact:
    open_contact = state.contacts.get(slot.contact)
    past = ended.get(slot.contact)
    contact = open_contact if open_contact is not None else past.contact if past is not None else None
    context, group = words.context, state.group(slot.group)
    asker = None if contact is None or contact.asker is None else state.agents.get(contact.asker)
    ended_by = None if contact is None else contact.consult_ended
    is_message = slot.channel is Channel.MESSAGE
    return AgentContact(
        id=slot.contact,
        # In wrap-up after a restart of ours only the id is left, and that is enough to finish.
        group_id=contact.group if contact is not None else "unknown",
        group_name=words.groups.get(contact.group, contact.group) if contact is not None else "",
        channel=slot.channel.value,
        policy=contact.policy.value if contact is not None else "direct",
        epoch=contact.epoch if contact is not None else 0,
        asked_at=contact.asked_at if contact is not None else slot.since,
        deadline=slot.deadline,
        caller_present=open_contact is not None
        and (open_contact.caller.is_attached or (asker is not None and _is_here(asker))),
        name=context.name,
        topic=context.topic,
        language=context.language,
        page_url=context.page_url,
        page_title=context.page_title,
        text=context.text,
        address=context.address if is_message else "",
        # Nobody else but who is called back leaves an address.
        is_callback=not is_message and context.address != "",
        wrap_up="optional" if group is None else group.wrap_up.value,
        codes=[] if group is None else [CodeChoice(id=code, label=words.code_label(code)) for code in group.codes],
        asked_by="" if asker is None else words.agent(asker.id) or asker.id,
        consultation=None if open_contact is None else _consultation(state, open_contact, words),
        consultation_ended=None if ended_by is None else CONSULTATION_ENDS.get(ended_by),
    )


def _consultation(state: State, contact: Contact, words: Words) -> Consultation | None:
    consult = None if contact.consult is None else state.contacts.get(contact.consult)
    if consult is None:
        return None
    asked, guest = consult.steps[0].agent, contact.guest
    return Consultation(
        contact_id=consult.id,
        epoch=consult.epoch,
        phase=_STAGES[consult.phase],
        asked=words.groups.get(consult.group, consult.group) if asked is None else words.agent(asked) or asked,
        agent_name=None if consult.agent is None else words.agent(consult.agent) or consult.agent,
        guest="no" if guest is None else "joined" if guest.is_connected else "joining",
        takes_over=guest is not None and guest.takes_over,
    )


def _is_here(agent: AgentState) -> bool:
    return agent.endpoint is not None and agent.endpoint.is_attached


# What both see.


def peer_of(leg: Leg, page_of: PageOf) -> Peer:
    """The other end of a connection, as media needs it."""
    page = NO_PAGE if leg.peer_session is None else page_of(leg.peer_session) or NO_PAGE
    return Peer(
        party="agent" if leg.party is Party.CALLER else "caller",
        present=leg.is_peer_present,
        generation=page.generation,
        can_confer=CONFERENCE in page.capabilities,
    )


def second_leg(leg: Leg, name: str, page_of: PageOf) -> SecondLeg:
    """A connection beside the first one."""
    return SecondLeg(
        contact_id=leg.contact.id,
        epoch=leg.epoch,
        party=leg.party.value,
        name=name,
        peer=peer_of(leg, page_of),
    )


def ice_configuration(
    servers: Iterable[IssuedServer], expires_at: Millis | None, *, relay_only: bool
) -> IceConfiguration:
    """Where to look for a way through NAT, as the browser is told."""
    return IceConfiguration(
        servers=[
            IceServer(urls=list(server.urls), username=server.username, credential=server.credential)
            for server in servers
        ],
        relay_only=relay_only,
        expires_at=expires_at,
    )
