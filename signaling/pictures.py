"""Shows each session its part of the floor: whole on attach, and again whenever it changed.

A session is told nothing that it was told before. Queue lengths and positions move with
:meth:`Pictures.move_lines`, which the hub calls once a second.
"""

import asyncio
from collections.abc import Mapping

import structlog

from acd.ids import ContactId, GroupId
from acd.records import Contact
from acd.state import State
from signaling.mailbox import Letter, Mailbox
from signaling.means import Means
from signaling.names import Names
from signaling.ports import ContactContext, Ended, Floor, StoreAway
from signaling.protocol.agent import AgentAttached, AgentChanged, Desk
from signaling.protocol.attach import CONFERENCE
from signaling.protocol.base import Message
from signaling.protocol.caller import CallerAttached, CallerChanged, CallerContact
from signaling.protocol.media import IceConfiguration, Peer, SecondLeg
from signaling.sessions import AgentSession, AnySession, CallerSession, Leg, Roster
from signaling.views import (
    Words,
    agents_desk,
    caller_contact,
    ended_contact,
    ice_configuration,
    peer_of,
    queue_lines,
    second_leg,
)

CAPABILITIES = ("direct", CONFERENCE)
"""What this server can do, by name."""

_AT_ONCE = 50

_log = structlog.stdlib.get_logger(__name__)


class Pictures:
    """What the sessions of one site are shown."""

    def __init__(
        self, floor: Floor, means: Means, roster: Roster, mailbox: Mailbox, ended: Mapping[ContactId, Ended]
    ) -> None:
        self._floor = floor
        self._means = means
        self._roster = roster
        self._mailbox = mailbox
        self._ended = ended
        self.names = Names(floor.site, means.directory, means.sessions, roster, ended)
        self._lines = queue_lines(floor.state.contacts.values())
        self._moved: set[GroupId] = set()
        self._pending: dict[AnySession, None] = {}
        self._put_off: dict[AnySession, None] = {}
        self._something_pending = asyncio.Event()

    def show(self, *sessions: AnySession | None) -> None:
        """These may have something new to see. Those who do not are not told anything."""
        for session in sessions:
            if session is not None and session.wire is not None:
                self._pending[session] = None
                self._something_pending.set()

    def line_moved(self, group: GroupId) -> None:
        """Somebody came into the group's line, or left it."""
        self._moved.add(group)

    def move_lines(self) -> None:
        """Show everybody concerned how the lines are now."""
        if not self._moved:
            return
        moved, self._moved = self._moved, set()
        state = self._floor.state
        self._lines = queue_lines(state.contacts.values())
        for caller in self._roster.callers():
            contact = state.contacts.get(caller.contact)
            if contact is not None and contact.is_waiting and contact.group in moved:
                self.show(caller)
        for agent_id in self._roster.agents():
            agent = state.agents.get(agent_id)
            if agent is not None and not moved.isdisjoint(agent.groups):
                self.show(*self._roster.desks(agent_id))

    def show_put_off(self) -> None:
        """Try again with those who could not be shown anything because the store was away."""
        put_off, self._put_off = self._put_off, {}
        self.show(*put_off)

    async def keep_showing(self) -> None:
        """Send what is to be shown as it comes up, until cancelled."""
        while True:
            await self._something_pending.wait()
            await self.show_now()

    async def show_now(self) -> None:
        """Send what is to be shown."""
        self._something_pending.clear()
        pending, self._pending = self._pending, {}
        for count, session in enumerate(pending, start=1):
            try:
                await self._send(session)
            except StoreAway:
                self._put_off[session] = None
                _log.info("picture_put_off", site=self._floor.site, session=session.id)
            except Exception:
                # One session that cannot be shown anything must not blind the others.
                self._means.metrics.request_errors_total.inc()
                _log.exception("picture_failed", site=self._floor.site, session=session.id)
            if count % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def hand_out_mail(self, session: AnySession, posted: tuple[int, Letter] | None = None) -> None:
        """Give the session its letters, once it has seen the picture they belong to.

        They are kept, so whoever posted one need not know whether that succeeds now or later.
        """
        if session.shown is None:
            return
        session.is_mail_due = True
        try:
            await self._mailbox.hand_out(session, lambda: self._floor.state, self.names.generation, posted)
        except StoreAway:
            self._put_off[session] = None
            _log.info("mail_put_off", site=self._floor.site, session=session.id)
        else:
            session.is_mail_due = False

    def issue_ice(self, session: AnySession) -> IceConfiguration:
        """Servers with fresh credentials, by the rules of the session's contact."""
        state = self._floor.state
        contact = _contact(state, session)
        group = None if contact is None else state.group(contact.group)
        session.ice_for = {leg.key for leg in session.legs(state)}
        servers, expires_at = self._means.ice.issue(session.id, self._means.clock())
        return ice_configuration(servers, expires_at, relay_only=group is not None and group.turn_only)

    async def _send(self, session: AnySession) -> None:
        wire = session.wire
        await self.names.learn(session, lambda: self._floor.state)
        if wire is None or session.wire is not wire:
            return
        is_first = session.shown is None
        message = self._news(session)
        if message is not None:
            await wire.push(message)
            if is_first and session.call(self._floor.state) is not None:
                session.is_mail_due = True
        if session.is_mail_due:
            await self.hand_out_mail(session)

    def _news(self, session: AnySession) -> Message | None:
        match session:
            case CallerSession():
                return self._callers_news(session)
            case AgentSession():
                return self._agents_news(session)

    def _callers_news(self, session: CallerSession) -> Message | None:
        picture = self._callers_picture(session)
        shown = session.shown
        if picture is None or picture == shown:
            return None
        session.shown = picture
        contact, peer, second = picture
        if shown is None:
            return CallerAttached(
                sequence=session.sequence,
                server_time=self._means.clock(),
                capabilities=list(CAPABILITIES),
                generation=session.generation,
                contact=contact,
                peer=peer,
                second=second,
                ice=self.issue_ice(session),
            )
        session.sequence += 1
        return CallerChanged(
            sequence=session.sequence,
            server_time=self._means.clock(),
            contact=contact,
            peer=peer,
            second=second,
            ice=self._ice_if_assigned_anew(session),
        )

    def _callers_picture(self, session: CallerSession) -> tuple[CallerContact, Peer | None, SecondLeg | None] | None:
        state = self._floor.state
        contact = state.contacts.get(session.contact)
        if contact is not None:
            group_name = self.names.group(contact.group, session.language)
            agent_name = self.names.agent(contact.agent)
            other = None if contact.question is None else contact.question.answer.group
            asked_group_name = "" if other is None else self.names.group(other, session.language)
            return (
                caller_contact(
                    state,
                    contact,
                    group_name=group_name,
                    agent_name=agent_name,
                    guest_name=None if contact.guest is None else self.names.agent(contact.guest.agent),
                    wait=self._means.expected_wait(self._floor.site, contact.id),
                    asked_group_name=asked_group_name,
                ),
                *self._connections(session, state),
            )
        ended = self._ended.get(session.contact)
        if ended is None:
            return None
        return ended_contact(ended, group_name=self.names.group(ended.contact.group, session.language)), None, None

    def _connections(self, session: AnySession, state: State) -> tuple[Peer | None, SecondLeg | None]:
        """The other end of the first connection, and the connection beside it."""
        page_of = self.names.page
        legs = session.legs(state)
        return (
            peer_of(legs[0], page_of) if legs else None,
            second_leg(legs[1], self._name_of(legs[1], session), page_of) if len(legs) > 1 else None,
        )

    def _name_of(self, leg: Leg, session: AnySession) -> str:
        """Whose end it is: a colleague, or the caller whose guest one is."""
        if leg.other is not None:
            return self.names.agent(leg.other) or leg.other
        context = session.context if isinstance(session, AgentSession) else None
        return "" if context is None else context[1].name

    def _agents_news(self, session: AgentSession) -> Message | None:
        picture = self._agents_picture(session)
        shown = session.shown
        if picture is None or picture == shown:
            return None
        session.shown = picture
        desk, peer, second = picture
        if shown is None:
            return AgentAttached(
                sequence=session.sequence,
                server_time=self._means.clock(),
                capabilities=list(CAPABILITIES),
                token=session.token,
                generation=session.generation,
                desk=desk,
                peer=peer,
                second=second,
                ice=self.issue_ice(session),
            )
        session.sequence += 1
        return AgentChanged(
            sequence=session.sequence,
            server_time=self._means.clock(),
            desk=desk,
            peer=peer,
            second=second,
            ice=self._ice_if_assigned_anew(session),
        )

    def _agents_picture(self, session: AgentSession) -> tuple[Desk, Peer | None, SecondLeg | None] | None:
        state = self._floor.state
        if not session.leads(state):
            return None
        words = Words(
            display_name=session.identity.display_name,
            groups=self.names.groups(session.language),
            context=session.context[1] if session.context is not None else ContactContext(),
            code_label=lambda code: self._means.code_label(self._floor.site, code, session.language),
            agent=self.names.agent,
        )
        return (
            agents_desk(state, session.agent, words, self._lines, self._ended),
            *self._connections(session, state),
        )

    def _ice_if_assigned_anew(self, session: AnySession) -> IceConfiguration | None:
        state = self._floor.state
        is_known = session.ice_for.issuperset(leg.key for leg in session.legs(state))
        return None if is_known else self.issue_ice(session)


def _contact(state: State, session: AnySession) -> Contact | None:
    contact = session.contact_id(state)
    return None if contact is None else state.contacts.get(contact)
