"""Shows supervisors their groups: whole on attach, then what changed, at most once a second.

A watcher says nothing, so there is no session to take up: a page that comes back attaches
anew and gets everything again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from acd.decisions import ConfigureSite, Decision
from acd.ids import AgentId, GroupId, Millis
from signaling.means import Means
from signaling.ports import Figures, Floor, StoreAway, SupervisorIdentity
from signaling.protocol.agent import SignedOut
from signaling.protocol.answers import Draining
from signaling.protocol.base import Language, Message
from signaling.protocol.supervisor import SupervisorAttached, SupervisorChanged
from signaling.sessions import Wire
from signaling.supervision import Overview, overview

SHOW_EVERY_S: Final = 1.0
"""Pause between two pictures."""

_CHECK_EVERY_MS: Final = 5_000
_NAMES_FOR_MS: Final = 60_000

_log = structlog.stdlib.get_logger(__name__)


@dataclass(eq=False, slots=True, kw_only=True)
class Watcher:
    """One page of a supervisor's.

    Attributes:
        shown: What it was told last; ``None`` before the first picture.
    """

    who: SupervisorIdentity
    wire: Wire
    language: Language
    checked_at: Millis
    sequence: int = 0
    shown: Overview | None = None


@dataclass(slots=True)
class _Names:
    groups: dict[tuple[GroupId, Language], str] = field(default_factory=dict)
    agents: dict[AgentId, str] = field(default_factory=dict)
    since: Millis = Millis(0)


_Drawn = dict[tuple[frozenset[GroupId] | None, Language], Overview]
"""The pictures of one round, by watched groups and language."""


class Board:
    """One site's watchers on this process."""

    def __init__(self, floor: Floor, figures: Figures, means: Means) -> None:
        self._floor = floor
        self._figures = figures
        self._means = means
        self._watchers: dict[Watcher, None] = {}
        self._names = _Names()
        self._something_new = asyncio.Event()
        self._unfollow = floor.follow(self._on_step)

    @property
    def count(self) -> int:
        """How many watch here."""
        return len(self._watchers)

    def close(self) -> None:
        """Hear nothing more from the floor."""
        self._unfollow()

    def watch(self, who: SupervisorIdentity, language: Language, wire: Wire) -> Watcher:
        """Show somebody what they watch over, once :meth:`show` says that they can be told."""
        _log.info("supervisor_attached", site=self._floor.site, agent=who.user)
        return Watcher(who=who, wire=wire, language=language, checked_at=self._means.clock())

    def show(self, watcher: Watcher) -> None:
        """The page is there: send it everything, at once."""
        self._watchers[watcher] = None
        self._means.start(self._apart(watcher, {}))

    def leave(self, watcher: Watcher) -> None:
        """The page is gone. Harmless if it was."""
        self._watchers.pop(watcher, None)

    async def drain(self, retry_after_ms: Millis) -> None:
        """Send everybody elsewhere."""
        async with asyncio.TaskGroup() as leaving:
            for watcher in list(self._watchers):
                leaving.create_task(self._part(watcher, Draining(retry_after_ms=retry_after_ms)))

    async def keep_showing(self) -> None:
        """Send what is new as it comes up, with a pause after each time, until cancelled."""
        while True:
            await self._something_new.wait()
            self._something_new.clear()
            await self.show_now()
            await self._means.pause(SHOW_EVERY_S)

    async def show_now(self) -> None:
        """Send everybody what is new. Whoever sees the same groups in the same language shares one picture."""
        drawn: _Drawn = {}
        # Whoever comes during the round gets a picture of their own, and must not be shown an older one after it.
        for watcher, pictures in [(watcher, {} if watcher.shown is None else drawn) for watcher in self._watchers]:
            await self._apart(watcher, pictures)
            # A long line takes some milliseconds to draw: let others in between.
            await asyncio.sleep(0)

    async def beat(self) -> None:
        """Once a second: ask now and then whether they still may watch. Midnight, too, is news."""
        now = self._means.clock()
        if self._watchers and self._figures.turn(now):
            self._something_new.set()
        for watcher in list(self._watchers):
            if now - watcher.checked_at >= _CHECK_EVERY_MS:
                watcher.checked_at = now
                self._means.start(self._check(watcher))

    def _on_step(self, decisions: Sequence[Decision], _: Millis) -> None:
        if any(isinstance(decision, ConfigureSite) for decision in decisions):
            self._names = _Names()
        if self._watchers and decisions:
            self._something_new.set()

    async def _check(self, watcher: Watcher) -> None:
        try:
            who = await self._means.authenticator.still_supervises(watcher.who)
        except StoreAway:
            return
        if who is None:
            await self._part(watcher, SignedOut())
        elif who != watcher.who:
            watcher.who = who
            self._something_new.set()

    async def _part(self, watcher: Watcher, farewell: Message) -> None:
        self.leave(watcher)
        await watcher.wire.close(farewell)

    async def _apart(self, watcher: Watcher, drawn: _Drawn) -> None:
        """Keep what goes wrong for one from the others."""
        try:
            await self._send(watcher, drawn)
        except StoreAway:
            # With the next change, or the next look at who they are, it is tried again.
            self._something_new.set()
            _log.info("overview_put_off", site=self._floor.site)
        except Exception:
            self._means.metrics.request_errors_total.inc()
            _log.exception("overview_failed", site=self._floor.site)

    async def _send(self, watcher: Watcher, drawn: _Drawn) -> None:
        await self._learn(watcher)
        if watcher not in self._watchers:
            return
        key = (watcher.who.groups, watcher.language)
        # What has changed since it was drawn has asked for the next round.
        now = drawn[key] = drawn.get(key) or self._overview(watcher)
        before, watcher.shown = watcher.shown, now
        if before is None:
            await watcher.wire.push(self._whole(now))
        elif now != before:
            watcher.sequence += 1
            await watcher.wire.push(self._difference(before, now, watcher.sequence))

    def _overview(self, watcher: Watcher) -> Overview:
        groups = {group: name for (group, language), name in self._names.groups.items() if language == watcher.language}
        return overview(self._floor.state, watcher.who, self._figures, groups=groups, agents=self._names.agents)

    def _whole(self, now: Overview) -> SupervisorAttached:
        return SupervisorAttached(
            sequence=0,
            server_time=self._means.clock(),
            day=now.day,
            groups=list(now.groups.values()),
            agents=list(now.agents.values()),
            contacts=list(now.contacts.values()),
            contacts_left_out=now.contacts_left_out,
        )

    def _difference(self, before: Overview, now: Overview, sequence: int) -> SupervisorChanged:
        gone = [
            *(key for key in before.groups if key not in now.groups),
            *(key for key in before.agents if key not in now.agents),
            *(key for key in before.contacts if key not in now.contacts),
        ]
        return SupervisorChanged(
            sequence=sequence,
            server_time=self._means.clock(),
            day=now.day,
            groups=[row for key, row in now.groups.items() if before.groups.get(key) != row],
            agents=[row for key, row in now.agents.items() if before.agents.get(key) != row],
            contacts=[row for key, row in now.contacts.items() if before.contacts.get(key) != row],
            gone=gone,
            contacts_left_out=now.contacts_left_out,
        )

    async def _learn(self, watcher: Watcher) -> None:
        """Learn the names that the picture needs."""
        now, names, site = self._means.clock(), self._names, self._floor.site
        if now - names.since >= _NAMES_FOR_MS:
            names = self._names = _Names(since=now)
        state, directory = self._floor.state, self._means.directory
        groups = [group for group in state.groups if watcher.who.watches(group)]
        for group in groups:
            if (group, watcher.language) not in names.groups:
                names.groups[group, watcher.language] = await directory.group_name(site, group, watcher.language)
        for agent in {agent for group in groups for agent in state.members(group)}:
            if agent not in names.agents:
                names.agents[agent] = await directory.agent_name(site, agent)
