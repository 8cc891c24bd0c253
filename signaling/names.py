"""Names and numbers that others keep, remembered for a minute.

A picture must be drawn of one moment, so everything it needs is learned before.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial

from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SiteId
from acd.state import State
from signaling.ports import Directory, Ended, PageLife, Sessions
from signaling.protocol.base import Language
from signaling.sessions import AgentSession, AnySession, CallerSession, Roster, shown_slot

_FOR_MS = 60_000


class Names:
    """What to call the groups and agents of a site, and which life of its leg a page is."""

    def __init__(
        self, site: SiteId, directory: Directory, sessions: Sessions, roster: Roster, ended: Mapping[ContactId, Ended]
    ) -> None:
        self._site = site
        self._directory = directory
        self._sessions = sessions
        self._roster = roster
        self._ended = ended
        self._groups: dict[tuple[GroupId, Language], str] = {}
        self._agents: dict[AgentId, str] = {}
        self._pages: dict[SessionId, PageLife] = {}
        self._since = Millis(0)

    def group(self, group: GroupId, language: Language) -> str:
        """The group's name; its id while that is not known."""
        return self._groups.get((group, language), group)

    def groups(self, language: Language) -> dict[GroupId, str]:
        """All names known in this language."""
        return {group: name for (group, of_language), name in self._groups.items() if of_language == language}

    def agent(self, agent: AgentId | None) -> str | None:
        """What callers see the agent as."""
        return None if agent is None else self._agents.get(agent)

    def page(self, session: SessionId) -> PageLife | None:
        """The page that has the session, if it is known here."""
        known = self._roster.get(session)
        return PageLife(known.generation, known.capabilities) if known is not None else self._pages.get(session)

    def generation(self, session: SessionId) -> int | None:
        """Which life of its leg the session's page is, if that is known here."""
        page = self.page(session)
        return None if page is None else page.generation

    def learned(self, session: SessionId, page: PageLife) -> bool:
        """Another process's session has this page now; whether that is news to somebody here."""
        before = self._pages.get(session)
        self._pages[session] = page
        return before != page

    def forget_session(self, session: SessionId) -> None:
        """Its page may be another one by now."""
        self._pages.pop(session, None)

    def forget(self, now: Millis, *, all_groups: bool = False) -> None:
        """Forget what is old, or all names of groups because they were changed."""
        if all_groups or now - self._since >= _FOR_MS:
            self._groups.clear()
        if now - self._since >= _FOR_MS:
            self._since = now
            self._agents.clear()
            self._pages.clear()

    async def learn(self, session: AnySession, state: Callable[[], State]) -> None:
        """Learn all that the session's picture needs. The state moves on meanwhile, so until nothing is missing."""
        while (ask := next(self._unknown(session, state()), None)) is not None:
            await ask()

    async def learn_targets(self, state: State, language: Language) -> None:
        """Learn the names of all groups and of everybody at work."""
        for group in list(state.groups):
            if (group, language) not in self._groups:
                await self._learn_group(group, language)
        for agent in [agent.id for agent in state.agents.values() if agent.is_staffing]:
            if agent not in self._agents:
                await self._learn_agent(agent)

    def _unknown(self, session: AnySession, state: State) -> Iterator[Callable[[], Awaitable[None]]]:
        match session:
            case CallerSession():
                yield from self._unknown_to_caller(session, state)
            case AgentSession():
                yield from self._unknown_to_agent(session, state)
        for peer in session.peer_sessions(state):
            if self._roster.get(peer) is None and peer not in self._pages:
                yield partial(self._learn_page, peer)

    def _unknown_to_caller(self, session: CallerSession, state: State) -> Iterator[Callable[[], Awaitable[None]]]:
        ended = self._ended.get(session.contact)
        contact = state.contacts.get(session.contact) or (ended.contact if ended is not None else None)
        if contact is None:
            return
        yield from self._unknown_group(contact.group, session.language)
        if contact.question is not None and contact.question.answer.group is not None:
            yield from self._unknown_group(contact.question.answer.group, session.language)
        yield from self._unknown_agents(contact.agent, None if contact.guest is None else contact.guest.agent)

    def _unknown_to_agent(self, session: AgentSession, state: State) -> Iterator[Callable[[], Awaitable[None]]]:
        agent = state.agents.get(session.agent)
        if agent is None:
            return
        for group in agent.groups:
            yield from self._unknown_group(group, session.language)
        slot = shown_slot(agent)
        if slot is None:
            session.context = None
            return
        contact = slot.contact
        ended = self._ended.get(contact)
        found = state.contacts.get(contact) or (ended.contact if ended is not None else None)
        if session.context is None or session.context[0] != contact:
            about = contact if found is None or found.about is None else found.about
            yield lambda: self._learn_context(session, contact, about)
        if found is not None:
            yield from self._unknown_group(found.group, session.language)
            yield from self._unknown_agents(found.asker)
        consult = None if found is None or found.consult is None else state.contacts.get(found.consult)
        if consult is not None:
            yield from self._unknown_group(consult.group, session.language)
            yield from self._unknown_agents(consult.agent, consult.steps[0].agent)

    def _unknown_agents(self, *agents: AgentId | None) -> Iterator[Callable[[], Awaitable[None]]]:
        for agent in agents:
            if agent is not None and agent not in self._agents:
                yield partial(self._learn_agent, agent)

    def _unknown_group(self, group: GroupId, language: Language) -> Iterator[Callable[[], Awaitable[None]]]:
        if (group, language) not in self._groups:
            yield lambda: self._learn_group(group, language)

    async def _learn_group(self, group: GroupId, language: Language) -> None:
        self._groups[group, language] = await self._directory.group_name(self._site, group, language)

    async def _learn_agent(self, agent: AgentId) -> None:
        self._agents[agent] = await self._directory.agent_name(self._site, agent)

    async def _learn_context(self, session: AgentSession, contact: ContactId, about: ContactId) -> None:
        session.context = contact, await self._directory.contact_context(self._site, about)

    async def _learn_page(self, session: SessionId) -> None:
        self._pages[session] = await self._sessions.page_of(session)
