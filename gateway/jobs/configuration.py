"""Tells the core when the site's configuration or its people are not those it knows any more."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from acd.config import Site
from acd.facts import SiteConfigured
from acd.ids import ProcessId
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.storage.audit import StoredAudit
from signaling.ports import Floor

_log = structlog.stdlib.get_logger(__name__)


class ConfigurationJob:
    """Compares one site's rules with those in force, and reports a fact when they differ.

    Args:
        wanted: The rules as configuration and users say they should be now.
    """

    def __init__(
        self,
        *,
        floor: Floor,
        wanted: Callable[[], Awaitable[Site]],
        audit: StoredAudit,
        process: ProcessId,
        clock: Clock,
    ) -> None:
        self._floor = floor
        self._wanted = wanted
        self._audit = audit
        self._process = process
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Look once."""
        # Else a look that began before a change could tell the core the former rules after it.
        async with self._one_at_a_time:
            wanted = await self._wanted()
            if self._floor.state.site == wanted:
                return
            at = self._clock()
            await self._floor.report(
                SiteConfigured(site=wanted), source=f"process:{self._process}", request=new_id("cf", at), must=True
            )
        _log.info("site_configured", site=self._floor.site, groups=len(wanted.groups), agents=len(wanted.agents))
        details = {"groups": str(len(wanted.groups)), "agents": str(len(wanted.agents))}
        await self._audit.add(self._floor.site, at, actor="system", action="site_configured", details=details)
