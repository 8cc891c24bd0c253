"""The configuration of one site that is in force, and the way to change it.

The database is the truth. Each process keeps what it read last and looks again every few
seconds, and at once when it changed something itself.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.configuration.document import SiteDocument
from gateway.configuration.faults import check
from gateway.storage.configuration import Change, StoredConfiguration, Version, VersionConflict
from signaling.ports import FloorBusy

_log = structlog.stdlib.get_logger(__name__)

_SEEDED = "configuration_seeded"

Edit = Callable[[SiteDocument], SiteDocument]
"""Makes another configuration of the one in force. May refuse by raising."""


class InForce:
    """One site's configuration.

    Args:
        people: Everybody who signs in at the site, with those of the groups that they were granted as agents.
        changed: Called after each change made here, so that the core hears of it at once.
    """

    def __init__(
        self,
        site: SiteId,
        store: StoredConfiguration,
        *,
        people: Callable[[SiteDocument], Awaitable[Mapping[AgentId, Sequence[GroupId]]]],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self.site = site
        self._store = store
        self._people = people
        self._changed = changed
        self._version: Version | None = None

    @property
    def version(self) -> Version:
        """What was read last."""
        assert self._version is not None, "opened before it is used"
        return self._version

    @property
    def document(self) -> SiteDocument:
        """The same without its history."""
        return self.version.document

    async def open(self, seed: SiteDocument, at: Millis) -> None:
        """Read what is in force. A site without any version begins with the seed, any other never looks at it."""
        try:
            await self._store.save(self.site, seed, Change(at=at, actor="system", action=_SEEDED), after=0)
        except VersionConflict:
            first = await self._store.version(self.site, 1)
            if first is not None and first.change.action == _SEEDED and first.document != seed:
                _log.warning("changed_settings_not_read", site=self.site)
        await self.look()

    async def look(self) -> Version:
        """Read what is in force now."""
        if self._version is None or self._version.number != await self._store.newest_number(self.site):
            self._version = await self._store.newest(self.site)
        return self.version

    async def people(self) -> Mapping[AgentId, Sequence[GroupId]]:
        """Everybody who signs in at the site, with those of the groups in force that they were granted as agents."""
        return await self._people(self.document)

    async def change(self, edit: Edit, change: Change, *, after: int | None) -> Version:
        """Make another version, and let the core hear of it.

        Args:
            edit: What to make of the version in force.
            change: Who does it, and what it is called.
            after: The version that is changed; ``None``: whichever is in force.

        Raises:
            ConfigurationWrong: If the result cannot be taken.
            VersionConflict: If another version than ``after`` is in force.
        """
        while True:
            now = await self.look()
            if after is not None and after != now.number:
                raise VersionConflict(now.number)
            document = edit(now.document)
            check(document, agents=await self._people(document))
            try:
                number = await self._store.save(self.site, document, change, after=now.number)
            except VersionConflict:
                if after is not None:
                    raise
                continue
            made = self._version = Version(number=number, change=change, document=document)
            break
        _log.info("configuration_changed", site=self.site, action=change.action, number=number, agent=change.actor)
        try:
            await self._changed()
        except FloorBusy:
            # It is kept; the core hears of it with the next look.
            _log.warning("configuration_told_late", site=self.site)
        return made
