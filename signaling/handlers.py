"""What becomes of each message of a browser. Handlers translate; they do not decide.

When a handler is called, the table of permissions was asked, and the message's contact and
epoch are the session's own. A handler that returns has answered the request; one that
raises a :class:`~signaling.refusals.Refusal` has refused it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from acd.callbacks import can_be_called_back
from acd.config import AnswerKind, MediaPolicy, Need
from acd.decisions import Consult, Decision
from acd.facts import (
    AgentHungUp,
    AgentSignedOut,
    CallbackChosen,
    CallerAnswered,
    CallerHungUp,
    ConferenceAsked,
    ConsultAsked,
    ConsultEndAsked,
    Fact,
    HandOverAsked,
    HoldAsked,
    MediaConnected,
    MediaFailed,
    OfferAccepted,
    OfferDeclined,
    Presence,
    PresenceChosen,
    TransferAsked,
    WrapUpFinished,
)
from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SkillId
from acd.state import State
from signaling.hub import SessionHub
from signaling.mailbox import Letter
from signaling.media_rules import MediaRules, passed
from signaling.ports import MailboxFull
from signaling.protocol.agent import (
    AcceptOffer,
    AskColleague,
    AskForTargets,
    DeclineOffer,
    EndConsultation,
    EndContact,
    FinishWrapUp,
    HandOver,
    HealthReport,
    HoldContact,
    SetPresence,
    SignOut,
    SkillWanted,
    StartConference,
    Targets,
    TransferContact,
)
from signaling.protocol.attach import CONFERENCE
from signaling.protocol.base import Message, Request
from signaling.protocol.caller import AnswerQuestion, ChooseCallback, LeaveContact, PageLeaving
from signaling.protocol.media import (
    Acknowledge,
    IceRefreshed,
    MediaReport,
    MediaStateChanged,
    RefreshIce,
    SendSignal,
)
from signaling.refusals import (
    Busy,
    Malformed,
    NotAble,
    NotAllowed,
    NoTarget,
    NotNow,
    OfferGone,
    Pending,
    StaleGeneration,
)
from signaling.sessions import AgentSession, AnySession, CallerSession, Leg
from signaling.transfers import transfer_targets


@dataclass(slots=True)
class Asked:
    """A request being answered: who asks, and under which number the floor knows it.

    Attributes:
        closes: Close the socket once the answer is sent.
    """

    hub: SessionHub
    session: AnySession
    request: str
    closes: bool = False

    @property
    def state(self) -> State:
        """The site's state now."""
        return self.hub.state

    @property
    def caller(self) -> CallerSession:
        """Who asks, where only callers may."""
        assert isinstance(self.session, CallerSession)
        return self.session

    @property
    def desk(self) -> AgentSession:
        """Who asks, where only agents may."""
        assert isinstance(self.session, AgentSession)
        return self.session

    def leg(self, message: SendSignal | MediaStateChanged | MediaReport) -> Leg:
        """The connection of the session's that a message is about."""
        leg = self.session.leg(self.state, (ContactId(message.contact_id), Epoch(message.epoch)))
        if leg is None:
            raise NotNow
        return leg

    async def tell(self, fact: Fact, *, must: bool = False) -> Sequence[Decision]:
        """Tell the floor, and answer what it has decided.

        May be repeated: a request that comes twice has the same id, and the journal answers
        the second with what it decided about the first.

        Raises:
            Pending: If nobody decides at the moment.
        """
        decided = await self.hub.report(self.session.id, self.request, fact, must=must)
        if decided is None:
            raise Pending
        return decided


Handler = Callable[[Any, Asked], Awaitable[Message | None]]
_R = TypeVar("_R", bound=Request)

_FURTHEST_MS: Final = 30 * 24 * 60 * 60_000
"""How far ahead a callback may be wanted."""

_handlers: dict[type[Request], Handler] = {}
HANDLERS: Final[Mapping[type[Request], Handler]] = _handlers
"""Who answers which message; complete once this module is imported."""


def handles(
    message: type[_R],
) -> Callable[[Callable[[_R, Asked], Awaitable[Message | None]]], Callable[[_R, Asked], Awaitable[Message | None]]]:
    """Register the handler of a message. It answers ``None`` for a plain reply."""

    def register(
        handler: Callable[[_R, Asked], Awaitable[Message | None]],
    ) -> Callable[[_R, Asked], Awaitable[Message | None]]:
        _handlers[message] = handler
        return handler

    return register


# Callers.


@handles(LeaveContact)
async def leave_contact(_: LeaveContact, asked: Asked) -> None:
    """Leave the queue, or hang up."""
    await asked.tell(CallerHungUp(contact=asked.caller.contact), must=True)


@handles(ChooseCallback)
async def choose_callback(message: ChooseCallback, asked: Asked) -> None:
    """Keep the place for who leaves the page. Their address goes nowhere but beside the journal."""
    contact = asked.state.contacts[asked.caller.contact]
    if not can_be_called_back(asked.state, contact):
        raise NotNow
    if message.at is not None and message.at > asked.hub.means.clock() + _FURTHEST_MS:
        raise Malformed
    due_at = None if message.at is None else Millis(message.at)
    await _leave_address(asked, message.address)
    await asked.tell(CallbackChosen(contact=contact.id, due_at=due_at))
    await _expect_held(asked)


@handles(AnswerQuestion)
async def answer_question(message: AnswerQuestion, asked: Asked) -> None:
    """Hear yes or no, if it is still the same question."""
    contact = asked.state.contacts[asked.caller.contact]
    question = contact.question
    if question is None or (question.answer.kind.value, question.answer.group) != (message.asked, message.group_id):
        raise NotNow
    wants_callback = message.accepted and question.answer.kind is AnswerKind.CALLBACK
    if wants_callback:
        if message.address is None:
            raise Malformed
        await _leave_address(asked, message.address)
    await asked.tell(CallerAnswered(contact=contact.id, accepted=message.accepted))
    if wants_callback:
        await _expect_held(asked)


async def _leave_address(asked: Asked, address: str) -> None:
    await asked.hub.means.directory.note_address(asked.hub.site, asked.caller.contact, address)


async def _expect_held(asked: Asked) -> None:
    """Forget the address again of who is not called back after all: somebody has just answered."""
    contact = asked.state.contacts.get(asked.caller.contact)
    if contact is None or contact.callback is None:
        await _leave_address(asked, "")
        raise NotNow


# Agents.


@handles(SetPresence)
async def set_presence(message: SetPresence, asked: Asked) -> None:
    """Choose a presence."""
    fact = PresenceChosen(agent=asked.desk.agent, presence=Presence(message.presence), reason=message.reason)
    await asked.tell(fact)


@handles(AcceptOffer)
async def accept_offer(message: AcceptOffer, asked: Asked) -> None:
    """Take the contact that is ringing."""
    agent = asked.desk.agent
    contact_id = ContactId(message.contact_id)
    await asked.tell(OfferAccepted(agent=agent, contact=contact_id, epoch=Epoch(message.epoch)))
    contact = asked.state.contacts.get(contact_id)
    if contact is None or contact.agent != agent or contact.epoch != message.epoch:
        raise OfferGone


@handles(DeclineOffer)
async def decline_offer(message: DeclineOffer, asked: Asked) -> None:
    """Let somebody else take it."""
    await asked.tell(
        OfferDeclined(
            agent=asked.desk.agent,
            contact=ContactId(message.contact_id),
            epoch=Epoch(message.epoch),
            busy=message.busy,
        ),
        must=True,
    )


@handles(EndContact)
async def end_contact(message: EndContact, asked: Asked) -> None:
    """Hang up."""
    contact = ContactId(message.contact_id)
    await asked.tell(AgentHungUp(agent=asked.desk.agent, contact=contact, epoch=Epoch(message.epoch)), must=True)


@handles(AskForTargets)
async def list_targets(message: AskForTargets, asked: Asked) -> Targets:
    """Say to whom a contact can be handed on."""
    names = asked.hub.pictures.names
    await names.learn_targets(asked.state, asked.desk.language)
    return transfer_targets(message.id, asked.state, asked.desk.agent, names, asked.desk.language)


@handles(TransferContact)
async def transfer_contact(message: TransferContact, asked: Asked) -> None:
    """Hand the contact on."""
    agent, contact_id = asked.desk.agent, ContactId(message.contact_id)
    await asked.tell(
        TransferAsked(
            agent=agent,
            contact=contact_id,
            epoch=Epoch(message.epoch),
            to_agent=None if message.agent_id is None else AgentId(message.agent_id),
            to_group=None if message.group_id is None else GroupId(message.group_id),
            needs=_needs(message.skill),
        ),
        must=True,
    )
    contact = asked.state.contacts.get(contact_id)
    if contact is not None and contact.agent == agent and contact.question is None:
        raise NoTarget


@handles(HoldContact)
async def hold_contact(message: HoldContact, asked: Asked) -> None:
    """Let the caller wait a moment, or talk on."""
    contact_id, epoch = ContactId(message.contact_id), Epoch(message.epoch)
    await asked.tell(HoldAsked(agent=asked.desk.agent, contact=contact_id, epoch=epoch, on=message.on), must=True)
    contact = asked.state.contacts.get(contact_id)
    if contact is not None and asked.state.is_held(contact) is not message.on:
        raise NotNow


@handles(AskColleague)
async def ask_colleague(message: AskColleague, asked: Asked) -> None:
    """Begin a consultation."""
    contact_id = ContactId(message.contact_id)
    consult = ContactId(asked.hub.means.new_id("ct", asked.hub.means.clock()))
    decided = await asked.tell(
        ConsultAsked(
            agent=asked.desk.agent,
            contact=contact_id,
            epoch=Epoch(message.epoch),
            consult=consult,
            to_agent=None if message.agent_id is None else AgentId(message.agent_id),
            to_group=None if message.group_id is None else GroupId(message.group_id),
            needs=_needs(message.skill),
        ),
        must=True,
    )
    contact = asked.state.contacts.get(contact_id)
    # One that began may have ended at once; that shows at the desk.
    if contact is not None and not any(isinstance(decision, Consult) for decision in decided):
        raise NoTarget if contact.consult is None else NotNow


@handles(EndConsultation)
async def end_consultation(message: EndConsultation, asked: Asked) -> None:
    """Turn to the caller again."""
    await asked.tell(_of_talk(ConsultEndAsked, message, asked), must=True)


@handles(StartConference)
async def start_conference(message: StartConference, asked: Asked) -> None:
    """Bring the colleague in."""
    await _check_that_all_can_confer(asked)
    await asked.tell(_of_talk(ConferenceAsked, message, asked), must=True)
    contact = asked.state.contacts.get(ContactId(message.contact_id))
    if contact is not None and contact.guest is None:
        raise NotNow


@handles(HandOver)
async def hand_over(message: HandOver, asked: Asked) -> None:
    """Leave the contact to the colleague."""
    await _check_that_all_can_confer(asked)
    await asked.tell(_of_talk(HandOverAsked, message, asked), must=True)
    contact = asked.state.contacts.get(ContactId(message.contact_id))
    if contact is not None and contact.agent == asked.desk.agent and contact.guest is None:
        raise NotNow


async def _check_that_all_can_confer(asked: Asked) -> None:
    """Caller and colleague get a connection beside the one that they have: an older page knows of no such thing."""
    names = asked.hub.pictures.names
    await names.learn(asked.session, lambda: asked.state)
    pages = [names.page(peer) for peer in asked.session.peer_sessions(asked.state)]
    if any(page is not None and CONFERENCE not in page.capabilities for page in pages):
        raise NotAble


_T = TypeVar("_T", ConsultEndAsked, ConferenceAsked, HandOverAsked)


def _of_talk(fact: type[_T], message: EndConsultation | StartConference | HandOver, asked: Asked) -> _T:
    return fact(agent=asked.desk.agent, contact=ContactId(message.contact_id), epoch=Epoch(message.epoch))


def _needs(skill: SkillWanted | None) -> tuple[Need, ...]:
    return () if skill is None else (Need(skill=SkillId(skill.id), level=skill.level),)


@handles(FinishWrapUp)
async def finish_wrap_up(message: FinishWrapUp, asked: Asked) -> None:
    """Be done with the work after the contact."""
    contact = ContactId(message.contact_id)
    await asked.tell(WrapUpFinished(agent=asked.desk.agent, contact=contact, code=message.code), must=True)


@handles(HealthReport)
async def report_health(message: HealthReport, asked: Asked) -> None:
    """Hear how the tab is. Only a change of it is news to the floor."""
    asked.desk.microphone_missing = message.microphone == "missing"
    await asked.hub.judge_health(asked.desk)


@handles(SignOut)
async def sign_out(_: SignOut, asked: Asked) -> None:
    """End the agent's session; the hub closes all tabs once the floor has decided."""
    await asked.tell(AgentSignedOut(agent=asked.desk.agent), must=True)


# Both.


@handles(PageLeaving)
async def page_leaving(_: PageLeaving, asked: Asked) -> None:
    """Shorten the grace: closing the socket now starts it. A page that comes back connects again."""
    asked.session.leaving = True
    asked.closes = True


@handles(SendSignal)
async def send_signal(message: SendSignal, asked: Asked) -> None:
    """Post a session description or candidates to the other end."""
    hub, session, leg = asked.hub, asked.session, asked.leg(message)
    contact = leg.contact
    if contact.policy is not MediaPolicy.DIRECT:
        raise NotAllowed
    if message.generation != session.generation:
        raise StaleGeneration
    await hub.pictures.names.learn(session, lambda: hub.state)
    leg = asked.leg(message)
    peer = leg.peer_session
    if peer is None or not leg.is_peer_present:
        raise NotNow
    if message.peer_generation != hub.pictures.names.generation(peer):
        raise StaleGeneration
    group = asked.state.group(contact.group)
    rules = MediaRules(
        turn_only=group is not None and group.turn_only,
        allow_loopback=hub.means.settings.allow_loopback_candidates,
    )
    signal = passed(message.signal, rules)
    if signal is None:
        return
    letter = Letter(
        contact=contact.id,
        epoch=leg.epoch,
        generation=session.generation,
        for_generation=message.peer_generation,
        signal=signal,
    )
    try:
        number = await hub.mailbox.post(peer, letter)
    except MailboxFull:
        raise Busy from None
    receiver = hub.roster.get(peer)
    if receiver is None:
        hub.means.tell_of_session(peer)
    else:
        await hub.pictures.hand_out_mail(receiver, (number, letter))


@handles(Acknowledge)
async def acknowledge(message: Acknowledge, asked: Asked) -> None:
    """Note what has arrived; it is thrown away with the next beat."""
    asked.hub.mailbox.acknowledge(asked.session, message.number)


@handles(MediaStateChanged)
async def change_media_state(message: MediaStateChanged, asked: Asked) -> None:
    """Pass on that media is connected, or has failed for good."""
    leg = asked.leg(message)
    contact, epoch, party = leg.contact.id, leg.epoch, leg.party
    if message.state == "connected":
        await asked.tell(MediaConnected(contact=contact, epoch=epoch, party=party))
    else:
        await asked.tell(MediaFailed(contact=contact, epoch=epoch, party=party), must=True)


@handles(MediaReport)
async def hear_media_report(message: MediaReport, asked: Asked) -> None:
    """Note that this end still has the call. Whoever has one that is over was refused already."""
    leg, now = asked.leg(message), asked.hub.means.clock()
    watch = asked.session.watch(leg.key, now)
    watch.reported_at = now
    watch.says_closed = message.connection_state == "closed"
    if not watch.says_closed:
        watch.seen_at = now
    if message.connection_state not in ("failed", "closed"):
        watch.failed_since = None
    elif watch.failed_since is None:
        watch.failed_since = now
    watch.numbers.measure(message, leg.party, asked.hub.means.metrics)


@handles(RefreshIce)
async def refresh_ice(message: RefreshIce, asked: Asked) -> IceRefreshed:
    """Give out fresh credentials."""
    return IceRefreshed(id=message.id, ice=asked.hub.pictures.issue_ice(asked.session))
