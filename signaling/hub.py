"""The sessions of one site on this process: who comes, who goes, who fell silent.

The hub decides nothing about contacts and agents. It tells the floor what happened, and
has what the floor then is shown to everybody concerned. Everything that happens to one
session happens one after the other; all tabs of an agent count as one session for that.
"""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog

from acd.config import Patience
from acd.decisions import (
    Admit,
    Assign,
    AttachAgent,
    AttachCaller,
    ConfigureSite,
    Decision,
    EndContact,
    HandOver,
    MoveDeadlines,
    RenewCaller,
    Requeue,
    SignIn,
    SignOut,
)
from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentHealthChanged,
    AgentSignedIn,
    AgentSignedOut,
    CallerAttached,
    CallerDetached,
    ContactContradicted,
    Fact,
    Health,
    Party,
)
from acd.ids import AgentId, ContactId, Millis, SessionId, SiteId
from acd.records import NOBODY, Contact
from acd.state import State
from signaling.mailbox import Mailbox
from signaling.means import Means
from signaling.pictures import Pictures
from signaling.ports import NO_PAGE, AgentIdentity, Ended, Floor, FloorBusy, SessionRecord, StoreAway
from signaling.protocol.agent import SignedOut
from signaling.protocol.answers import Draining, Superseded
from signaling.protocol.attach import KNOWN, AttachAsAgent, AttachAsCaller
from signaling.protocol.limits import LOST_AFTER_MS, REPORT_EVERY_MS, REQUEST_BURST, REQUESTS_PER_SECOND
from signaling.rate import TokenBucket
from signaling.refusals import AttachBusy, AttachExpired, AttachSuperseded, NotSignedIn
from signaling.sessions import AgentSession, AnySession, CallerSession, Leg, Roster, Watch, Wire

BEAT_S = 1.0
"""Pause between two beats: queue positions are sent no faster."""

_LATE_BEAT_MS = 2_500
_FORGET_AFTER_MS = 300_000
_CHECK_SIGN_IN_EVERY_MS = 60_000
_PROLONG_EVERY_MS = 3_600_000
_RETRY_S = 1.0
_OVERDUE_MS = REPORT_EVERY_MS + 1_000
_SUSPECTED_MS = 1_000
_BOTH_FAILED_MS = 30_000

_log = structlog.stdlib.get_logger(__name__)


class SessionHub:
    """One site's sessions on this process."""

    def __init__(self, floor: Floor, means: Means) -> None:
        self.means = means
        self.roster = Roster()
        self.mailbox = Mailbox(means.sessions)
        self._floor = floor
        self._known: dict[ContactId, Contact] = dict(floor.state.contacts)
        self._ended: dict[ContactId, Ended] = {ended.contact.id: ended for ended in floor.ended}
        self.pictures = Pictures(floor, means, self.roster, self.mailbox, self._ended)
        self._agent_turns: defaultdict[AgentId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last_beat = self._judging_since = means.clock()
        self._unfollow = floor.follow(self._on_step)

    @property
    def site(self) -> SiteId:
        """The site it is about."""
        return self._floor.site

    @property
    def state(self) -> State:
        """The site's state now."""
        return self._floor.state

    def close(self) -> None:
        """Hear nothing more from the floor."""
        self._unfollow()

    async def report(self, source: str, request: str, fact: Fact, *, must: bool = False) -> Sequence[Decision] | None:
        """Tell the floor what happened; answers what was decided, ``None`` while that is pending.

        Raises:
            FloorBusy: If the floor takes nothing on and the fact is not ``must``.
        """
        return (await self._floor.report(fact, source=source, request=request, must=must)).decided

    async def _note(self, session: SessionId, fact: Fact, *, must: bool = True) -> Sequence[Decision] | None:
        """Tell the floor about something that nobody asked for."""
        return await self.report(session, self.means.new_id("rq", self.means.clock()), fact, must=must)

    # Coming.

    async def attach_caller(self, record: SessionRecord, hello: AttachAsCaller, wire: Wire) -> CallerSession:
        """Take a caller's session up on this socket.

        Raises:
            AttachExpired: If the contact ended so long ago that nobody remembers.
            AttachBusy: If nobody decides at the moment and the contact is not known here.
        """
        assert record.contact is not None, "a caller's session is about a contact"
        known = self.roster.caller(record.contact)
        is_another = known is not None and known.id != record.id
        session = self._new_caller(record, record.contact) if known is None or is_another else known
        async with session.turn:
            if not is_another:
                self.roster.add(session)
            try:
                await self._turn_page(session, hello, wire)
                decided = await self._note(session.id, self._attached(session))
                if session.contact not in self.state.contacts and session.contact not in self._ended:
                    raise AttachBusy if decided is None else AttachExpired
                self._check_expected(session, is_decided=decided is not None)
                context = await self.means.directory.contact_context(self.site, session.contact)
                session.language = "de" if context.language == "de" else "en"
                self.roster.add(session)
                session.take(wire, self.means.clock())
            except FloorBusy:
                raise AttachBusy from None
            finally:
                if session.wire is not wire:
                    self._attach_failed(session)
        self._show_peer(session)
        _log.debug("caller_attached", site=self.site, contact=session.contact, session=session.id)
        return session

    async def attach_agent(
        self, identity: AgentIdentity, record: SessionRecord | None, hello: AttachAsAgent, wire: Wire
    ) -> AgentSession:
        """Take an agent's session up on this socket, or begin one.

        Raises:
            NotSignedIn: If the sign-in just ended, or the site has no such agent.
            AttachSuperseded: If another tab leads and nobody asked this one to take over.
            AttachBusy: If nobody decides at the moment.
        """
        agent = identity.agent
        async with self._agent_turns[agent]:
            # Asked again inside the turn: somebody may have signed them out meanwhile.
            if agent not in self.state.agents or not await self.means.authenticator.is_still_signed_in(identity):
                raise NotSignedIn
            session = await self._agent_session(identity, record, hello)
            leads = session.leads(self.state)
            another_leads = not leads and self.state.agents[agent].is_signed_in
            if another_leads and hello.page == session.page and not hello.take_over:
                raise AttachSuperseded
            self.roster.add(session)
            try:
                await self._turn_page(session, hello, wire)
                if not leads:
                    await self._note(session.id, AgentSignedIn(agent=agent, session=session.id))
                await self._note(session.id, self._attached(session))
                if not session.leads(self.state):
                    raise AttachBusy
                for other in self.roster.desks(agent):
                    if other is not session:
                        self._drop(other, Superseded())
                self.roster.add(session)
                session.take(wire, self.means.clock())
            except FloorBusy:
                raise AttachBusy from None
            finally:
                if session.wire is not wire:
                    self._attach_failed(session)
        self._show_peer(session)
        _log.info("agent_attached", site=self.site, agent=agent, session=session.id)
        return session

    def _check_expected(self, session: CallerSession, *, is_decided: bool) -> None:
        """Refuse the page of a caller who has left for a callback, or came back on another one."""
        contact = self.state.contacts.get(session.contact)
        if contact is None or contact.caller.session == session.id:
            return
        if not is_decided:
            raise AttachBusy
        raise AttachExpired if contact.caller == NOBODY else AttachSuperseded

    def _new_caller(self, record: SessionRecord, contact: ContactId) -> CallerSession:
        return CallerSession(
            id=record.id,
            page=record.page,
            generation=record.generation,
            capabilities=record.capabilities,
            expires_at=record.expires_at,
            turn=asyncio.Lock(),
            bucket=self._bucket(),
            contact=contact,
        )

    async def _agent_session(
        self, identity: AgentIdentity, record: SessionRecord | None, hello: AttachAsAgent
    ) -> AgentSession:
        known = None if record is None else self.roster.get(record.id)
        if isinstance(known, AgentSession):
            known.identity = identity
            known.language = hello.language
            return known
        token = hello.token
        if record is None or token is None:
            token = secrets.token_urlsafe(32)
            at = self.means.clock()
            record = SessionRecord(
                id=SessionId(self.means.new_id("ss", at)),
                site=self.site,
                role="agent",
                contact=None,
                agent=identity.agent,
                expires_at=Millis(at + self.means.settings.agent_session_ms),
            )
            await self.means.sessions.create(record, hashlib.sha256(token.encode()).digest())
        return AgentSession(
            id=record.id,
            page=record.page,
            generation=record.generation,
            capabilities=record.capabilities,
            expires_at=record.expires_at,
            turn=self._agent_turns[identity.agent],
            bucket=self._bucket(),
            identity=identity,
            token=token,
            language=hello.language,
        )

    async def _turn_page(self, session: AnySession, hello: AttachAsCaller | AttachAsAgent, wire: Wire) -> None:
        """Let the newest socket win, and notice whether its page is a new one."""
        is_new = hello.page != session.page
        if session.wire is not wire:
            self._drop(session, Superseded() if is_new else None)
        if is_new:
            capabilities = KNOWN.intersection(hello.capabilities)
            session.generation = await self.means.sessions.turn_page(session.id, hello.page, capabilities)
            session.page = hello.page
            session.capabilities = capabilities
            session.replies.clear()
            self.means.tell_of_session(session.id)

    def _attach_failed(self, session: AnySession) -> None:
        # The floor may know it as attached, and the socket it had is gone.
        session.detached_at = self.means.clock()
        self.means.start(self._detach_later(session))

    def _bucket(self) -> TokenBucket:
        return TokenBucket(REQUESTS_PER_SECOND, REQUEST_BURST, self.means.clock())

    # Going.

    async def detach(self, session: AnySession, wire: Wire) -> None:
        """This socket of the session's is gone. Harmless if another one has taken its place."""
        async with session.turn:
            if session.wire is not wire:
                return
            session.wire = None
            session.detached_at = self.means.clock()
            try:
                await self._note(session.id, self._detached(session))
            except FloorBusy:
                self.means.start(self._detach_later(session))
        _log.debug("session_detached", site=self.site, session=session.id, leaving=session.leaving)

    async def _detach_later(self, session: AnySession) -> None:
        while session.wire is None:
            try:
                async with session.turn:
                    if session.wire is None:
                        await self._note(session.id, self._detached(session))
                    return
            except FloorBusy:
                await self.means.pause(_RETRY_S)

    def _attached(self, session: AnySession) -> Fact:
        match session:
            case CallerSession():
                return CallerAttached(contact=session.contact, session=session.id, process=self.means.process)
            case AgentSession():
                return AgentAttached(agent=session.agent, session=session.id, process=self.means.process)

    def _detached(self, session: AnySession) -> Fact:
        match session:
            case CallerSession():
                return CallerDetached(
                    contact=session.contact,
                    session=session.id,
                    leaving=session.leaving,
                    process=self.means.process,
                )
            case AgentSession():
                return AgentDetached(
                    agent=session.agent, session=session.id, leaving=session.leaving, process=self.means.process
                )

    def _drop(self, session: AnySession, farewell: Superseded | SignedOut | None) -> None:
        """Part with the session's socket, without waiting for it."""
        wire, session.wire = session.wire, None
        if wire is not None:
            session.detached_at = self.means.clock()
            self.means.start(wire.close(farewell))

    async def drain(self, retry_after_ms: Millis) -> None:
        """Send everybody elsewhere."""
        async with asyncio.TaskGroup() as leaving:
            for session in self.roster.attached():
                leaving.create_task(self._send_away(session, retry_after_ms))

    async def _send_away(self, session: AnySession, retry_after_ms: Millis) -> None:
        wire = session.wire
        if wire is not None:
            await wire.close(Draining(retry_after_ms=retry_after_ms))
            await self.detach(session, wire)

    async def kick(self, agent: AgentId) -> None:
        """Sign the agent out and close their tabs for good."""
        async with self._agent_turns[agent]:
            await self._note(SessionId(self.means.process), AgentSignedOut(agent=agent))
            for session in self.roster.desks(agent):
                self._drop(session, SignedOut())
                self.roster.forget(session)
                self.means.start(self._surely(partial(self.means.sessions.end, session.id)))

    # What the floor says.

    def _on_step(self, decisions: Sequence[Decision], at: Millis) -> None:
        for decision in decisions:
            match decision:
                case EndContact():
                    self._on_end(decision, at)
                case AttachCaller() | AttachAgent() if decision.process != self.means.process:
                    self._went_elsewhere(decision.session)
                case RenewCaller():
                    self._came_back(decision)
                case SignIn() if self.roster.get(decision.session) is None:
                    # Another tab leads, and its process is another one.
                    for desk in self.roster.desks(decision.agent):
                        self._drop(desk, Superseded())
                case SignOut():
                    for desk in self.roster.desks(decision.agent):
                        self.means.start(self._say_signed_out(desk))
                case ConfigureSite():
                    self.pictures.names.forget(at, all_groups=True)
                    self.pictures.show(*self.roster.all())
                case MoveDeadlines():
                    self.pictures.show(*self.roster.all())
                case HandOver():
                    self._agent_changed(decision.to)
                case Admit() | Assign() | Requeue():
                    self._line_moved(decision.contact)
                case _:
                    pass
            # Whom a decision is about is said by its fields.
            contact: ContactId | None = getattr(decision, "contact", None)
            agent: AgentId | None = getattr(decision, "agent", None)
            if contact is not None:
                self._contact_changed(contact)
            if agent is not None:
                self._agent_changed(agent)

    def _went_elsewhere(self, session_id: SessionId) -> None:
        """Another process has the session's newest socket, or maybe has had it."""
        self.pictures.names.forget_session(session_id)
        session = self.roster.get(session_id)
        if session is not None:
            self._drop(session, Superseded())
            self.roster.forget(session)

    def _came_back(self, decision: RenewCaller) -> None:
        """The caller is on another page from now on."""
        session = self.roster.caller(decision.contact)
        if session is not None and session.id != decision.session:
            self._drop(session, Superseded())
            self.roster.forget(session)

    def look_at(self, session_id: SessionId) -> None:
        """Another process says that there is something new about this session."""
        session = self.roster.get(session_id)
        if session is not None:
            session.is_mail_due = True
            self.pictures.show(session)
            return
        self.pictures.names.forget_session(session_id)
        for here in self._with_peer(session_id):
            self.pictures.show(here)

    def _with_peer(self, peer: SessionId) -> list[AnySession]:
        return [session for session in self.roster.attached() if peer in session.peer_sessions(self.state)]

    def _on_end(self, decision: EndContact, at: Millis) -> None:
        contact = self._known.pop(decision.contact, None)
        if contact is not None:
            self._ended[contact.id] = Ended(contact, decision.reason, at)
            self.pictures.line_moved(contact.group)
            self._show_agents_of(contact)
            self.means.start(self._throw_mail_away(contact))

    async def _throw_mail_away(self, contact: Contact) -> None:
        agents = [agent for agent in (contact.agent, contact.asker) if agent is not None]
        desks = [desk.id for agent in agents for desk in self.roster.desks(agent)]
        for session in (*((contact.caller.session,) if contact.caller.session else ()), *desks):
            await self._surely(partial(self.mailbox.throw_away, session, contact.id))

    async def _surely(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask something of the store until it is done."""
        while True:
            try:
                return await ask()
            except StoreAway:
                await self.means.pause(_RETRY_S)

    async def _say_signed_out(self, session: AgentSession) -> None:
        # In turn, so that whoever asked for it gets the reply first.
        async with session.turn:
            if not session.leads(self.state):
                self._drop(session, SignedOut())

    def _line_moved(self, contact_id: ContactId) -> None:
        contact = self.state.contacts.get(contact_id) or self._known.get(contact_id)
        if contact is not None:
            self.pictures.line_moved(contact.group)

    def _contact_changed(self, contact_id: ContactId) -> None:
        contact = self.state.contacts.get(contact_id)
        if contact is not None:
            self._known[contact_id] = contact
        self.pictures.show(self.roster.caller(contact_id))
        self._show_agents_of(contact)

    def _agent_changed(self, agent_id: AgentId) -> None:
        self.pictures.show(*self.roster.desks(agent_id))
        agent = self.state.agents.get(agent_id)
        for slot in agent.slots if agent is not None else ():
            contact = self.state.contacts.get(slot.contact)
            self.pictures.show(self.roster.caller(slot.contact))
            if contact is not None and (contact.consult is not None or contact.about is not None):
                self._show_agents_of(contact)
                self.pictures.show(self.roster.caller(contact.about))

    def _show_agents_of(self, contact: Contact | None) -> None:
        """Whoever has the contact, asks in it, is asked about it or has joined it."""
        if contact is None:
            return
        consult = None if contact.consult is None else self.state.contacts.get(contact.consult)
        guest = None if contact.guest is None else contact.guest.agent
        asked = None if consult is None else consult.agent
        for agent in (contact.agent, contact.asker, guest, asked):
            if agent is not None:
                self.pictures.show(*self.roster.desks(agent))

    def _show_peer(self, session: AnySession) -> None:
        for peer in session.peer_sessions(self.state):
            self.pictures.show(self.roster.get(peer))

    # What only time tells.

    async def beat(self) -> None:
        """Once a second: move queue positions, hear who fell silent, forget what has arrived or is over."""
        now = self.means.clock()
        if now - self._last_beat > _LATE_BEAT_MS:
            # It was us who were away. Silence is counted anew.
            self._judging_since = now
        self._last_beat = now
        self.pictures.move_lines()
        self.pictures.show_put_off()
        await self._apart(self._look_elsewhere())
        for session in self.roster.attached():
            self._stay_attached(session)
            self._let_go(session)
            if isinstance(session, AgentSession):
                await self._apart(self.judge_health(session))
                await self._apart(self._check_sign_in(session, now))
            legs = session.legs(self.state)
            for key in [key for key in session.watches if all(leg.key != key for leg in legs)]:
                del session.watches[key]
            for leg in legs:
                await self._apart(self._judge_media(session, leg, now))
            if session.mail_arrived:
                # Not awaited: the beat does not wait for the store.
                self.means.start(self._apart(self.mailbox.forget_arrived(session)))
            self._prolong(session, now)
        self._forget_old(now)

    async def _apart(self, step: Awaitable[None]) -> None:
        """Keep what goes wrong with one session from the others. The next beat tries again."""
        try:
            await step
        except (FloorBusy, StoreAway) as why:
            _log.info("beat_put_off", site=self.site, why=type(why).__name__)
        except Exception:
            self.means.metrics.request_errors_total.inc()
            _log.exception("beat_failed", site=self.site)

    async def _look_elsewhere(self) -> None:
        """Notice what other processes did for sessions in a call with ours, though no word of it came."""
        apart = [
            (here, peer)
            for here in self.roster.attached()
            for peer in here.peer_sessions(self.state)
            if self.roster.get(peer) is None
        ]
        if not apart:
            return
        changes = await self.means.sessions.changes({session for here, peer in apart for session in (here.id, peer)})
        for here, peer in apart:
            _, owed = changes.get(here.id, (NO_PAGE, 0))
            page, _ = changes.get(peer, (NO_PAGE, 0))
            if owed > here.mail_sent:
                here.is_mail_due = True
            if self.pictures.names.learned(peer, page) or here.is_mail_due:
                self.pictures.show(here)

    def _stay_attached(self, session: AnySession) -> None:
        """Say again that a session is attached here when the floor thinks that it is not.

        That is so when this process was taken for dead, being only slow.
        """
        at = session.endpoint(self.state)
        is_forgotten = at is not None and at.session == session.id and not at.is_attached
        if session.turn.locked() or not is_forgotten:
            session.is_forgotten = False
        elif not session.is_forgotten:
            # Perhaps it is about to detach. The next beat will tell.
            session.is_forgotten = True
        else:
            session.is_forgotten = False
            self.means.start(self._observe(session, self._attached(session)))

    def _let_go(self, session: AnySession) -> None:
        """Part with the page of a caller who is called back: it was told so, and may have closed by itself."""
        at = session.endpoint(self.state)
        is_held = isinstance(session, CallerSession) and at == NOBODY
        if is_held and session.shown is not None and not session.turn.locked():
            self._drop(session, None)
            self.roster.forget(session)

    async def judge_health(self, session: AgentSession) -> None:
        """Tell the floor how an agent's tab is, if that is news."""
        if session.wire is None or not session.leads(self.state):
            return
        heard_at = max(session.wire.heard_at, self._judging_since)
        if self.means.clock() - heard_at >= LOST_AFTER_MS:
            health = Health.LOST
        else:
            health = Health.DEGRADED if session.microphone_missing else Health.HEALTHY
        if health is not self.state.agents[session.agent].health:
            await self._observe(session, AgentHealthChanged(agent=session.agent, session=session.id, health=health))

    async def _check_sign_in(self, session: AgentSession, now: Millis) -> None:
        if now - session.checked_at >= _CHECK_SIGN_IN_EVERY_MS:
            # In calls too: being asked for is what keeps a sign-in alive. Not awaited: the
            # beat does not wait for the store.
            session.checked_at = now
            self.means.start(self._apart(self._ask_for_sign_in(session)))
        in_call = session.call(self.state) is not None
        if session.is_sign_in_over and not in_call:
            await self.kick(session.agent)

    async def _ask_for_sign_in(self, session: AgentSession) -> None:
        identity = session.identity
        is_signed_in = await self.means.authenticator.is_still_signed_in(identity)
        if session.identity is identity:
            session.is_sign_in_over = not is_signed_in

    def _prolong(self, session: AnySession, now: Millis) -> None:
        """Let a session outlive its socket by as long as one that has just begun."""
        until = Millis(now + self.means.settings.agent_session_ms)
        if until - session.expires_at >= _PROLONG_EVERY_MS:
            session.expires_at = until
            self.means.start(self._surely(partial(self.means.sessions.extend, session.id, until)))

    async def _judge_media(self, session: AnySession, leg: Leg, now: Millis) -> None:
        """Find the call out that an end does not have any more.

        - An end that speaks, but not of its call, for ``ghost_ms``, does not have it. Reports
          come every 5 s; an end whose report is overdue is asked whether it is alive, so that
          a page that says nothing else speaks too. So no ghost lives longer than 10 s, and
          pings need not come in closer order, which a network that is cut for 17 s would break.
        - An end that is silent altogether has a network that is cut; its grace is the core's.
        - Two ends of which each has said for 30 s that the media has failed, longer than any
          page goes on mending it, have no call either. Nobody hangs up on the caller for that:
          it counts as the agent's, so the caller waits in front and is put through anew.
        """
        watch = session.watch(leg.key, now)
        if not leg.stands:
            return
        if not watch.is_expected:
            watch.is_expected = True
            watch.seen_at = now
            watch.failed_since = None
        if leg.party is Party.AGENT and self._have_both_failed(watch, leg):
            watch.failed_since = None
            await self._contradict(session, leg)
            return
        patience = self.state.site.patience if self.state.site is not None else Patience()
        wire, seen_at = session.wire, max(watch.seen_at, self._judging_since)
        if wire is None or now - seen_at < _OVERDUE_MS:
            watch.suspected_at = None
            return
        # Not awaited: a socket whose client is stalled would hold up the beat.
        self.means.start(wire.probe())
        if wire.heard_at - seen_at < _OVERDUE_MS:
            watch.suspected_at = None
            return
        if watch.suspected_at is None:
            watch.suspected_at = now
        # A page that woke up may speak of other things first and of its call a moment later.
        is_sure = watch.says_closed or now - watch.suspected_at >= _SUSPECTED_MS
        if is_sure and now - seen_at >= patience.ghost_ms:
            watch.seen_at = now
            watch.suspected_at = None
            await self._contradict(session, leg)

    def _have_both_failed(self, watch: Watch, leg: Leg) -> bool:
        other = None if leg.peer_session is None else self.roster.get(leg.peer_session)
        theirs = None if other is None or other.wire is None else other.watches.get(leg.key)
        return theirs is not None and min(self._failed_for(watch), self._failed_for(theirs)) >= _BOTH_FAILED_MS

    def _failed_for(self, watch: Watch) -> int:
        """How long an end's own reports say that its media has failed. Who is silent says nothing more."""
        if watch.failed_since is None:
            return 0
        return watch.reported_at - max(watch.failed_since, self._judging_since)

    async def _contradict(self, session: AnySession, leg: Leg) -> None:
        self.means.metrics.contacts_contradicted_total.labels(leg.party.value).inc()
        _log.warning("contact_contradicted", site=self.site, contact=leg.contact.id, party=leg.party.value)
        fact = ContactContradicted(contact=leg.contact.id, epoch=leg.epoch, party=leg.party)
        await self._observe(session, fact)

    async def _observe(self, session: AnySession, fact: Fact) -> None:
        try:
            await self._note(session.id, fact, must=False)
        except FloorBusy:
            # The next beat sees the same and tries again.
            _log.info("observation_postponed", site=self.site, session=session.id)

    def _forget_old(self, now: Millis) -> None:
        self.pictures.names.forget(now)
        for session in self.roster.all():
            is_away = session.wire is None and not session.turn.locked()
            if is_away and now - session.detached_at > _FORGET_AFTER_MS:
                self.roster.forget(session)
        for ended in [e for e in self._ended.values() if now - e.at > self.means.settings.remember_ended_ms]:
            del self._ended[ended.contact.id]
            caller = self.roster.caller(ended.contact.id)
            if caller is not None:
                self._drop(caller, None)
                self.roster.forget(caller)
            self.means.start(self._surely(partial(self.means.sessions.end, ended.contact.caller.session)))
