"""This process among those that serve one database: known while it renews its lease."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Protocol

import structlog

from acd.ids import Millis, ProcessId

_log = structlog.stdlib.get_logger(__name__)

LEASE_MS = Millis(10_000)
_RENEW_S = 3.0
_RETRY_S = 1.0
_DOUBT_S = 5.0


class Register(Protocol):
    """Where processes are known. Any call may raise ``away``."""

    async def renew(self, process: ProcessId, ttl_ms: Millis) -> Millis:
        """Be alive for so long; answers the register's time."""

    async def strike_gone(self, processes: Collection[ProcessId]) -> set[ProcessId]:
        """Which of these are no more."""

    async def leave(self, process: ProcessId) -> None:
        """Be no more."""


class Membership:
    """Renews the lease, follows the register's clock, and says who else is gone.

    After the register was away nobody is judged for a moment: the others could not renew either.

    Args:
        away: What the register raises while it cannot be used.
        heard: Told what the register's clock says.
        monotonic: Seconds, from anywhere.
    """

    def __init__(
        self,
        register: Register,
        process: ProcessId,
        *,
        away: type[Exception],
        heard: Callable[[Millis], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._register = register
        self._process = process
        self._away = away
        self._heard = heard
        self._monotonic = monotonic
        self._judging_since = monotonic()

    async def join(self) -> None:
        """Be known, before anybody is attached here."""
        self._heard(await self._register.renew(self._process, LEASE_MS))

    async def run(self) -> None:
        """Stay known, until cancelled."""
        while True:
            try:
                await self.join()
            except self._away:
                self._judging_since = self._monotonic() + _DOUBT_S
                _log.warning("lease_not_renewed", process=self._process)
                await asyncio.sleep(_RETRY_S)
            else:
                await asyncio.sleep(_RENEW_S)

    async def gone(self, processes: Collection[ProcessId]) -> set[ProcessId]:
        """Which of these are no more, as far as that is sure now."""
        others = set(processes) - {self._process}
        if not others or self._monotonic() < self._judging_since:
            return set()
        try:
            return await self._register.strike_gone(others)
        except self._away:
            self._judging_since = self._monotonic() + _DOUBT_S
            return set()

    async def leave(self) -> None:
        """Be no more; whoever was here is somewhere else by now."""
        with suppress(self._away):
            await self._register.leave(self._process)
