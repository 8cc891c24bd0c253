"""One site, running: what :class:`signaling.ports.Floor` promises, kept by four jobs.

The appender writes what is reported, the decider decides it, the replica folds what was
decided, the snapshot writer saves a copy now and then. They know each other only by bells.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import structlog

from acd.core import Core
from acd.facts import (
    AgentDetached,
    AgentHungUp,
    AgentSignedOut,
    CallerDetached,
    CallerHungUp,
    ContactContradicted,
    Fact,
    MediaFailed,
    OfferDeclined,
    ProcessLost,
    WrapUpFinished,
)
from acd.ids import ProcessId, SiteId
from acd.state import State
from gateway.journal.codec import encode_fact
from gateway.journal.port import Entry, Journal, JournalFull, JournalUnavailable
from gateway.metrics import Metrics
from gateway.runtime.appender import Appender
from gateway.runtime.clock import Pulse, SteadyClock
from gateway.runtime.decider import USUAL_RULE, Decider, SnapshotRule
from gateway.runtime.fold import MakeCore
from gateway.runtime.replica import Replica
from gateway.runtime.snapshots import SnapshotWriter
from signaling.ports import Ended, FloorBusy, Listener, Outcome

_log = structlog.stdlib.get_logger(__name__)

_STOP_S = 10.0
_WATCH_S = 1.0

_FREEING = (
    AgentDetached,
    AgentHungUp,
    AgentSignedOut,
    CallerDetached,
    CallerHungUp,
    ContactContradicted,
    MediaFailed,
    OfferDeclined,
    ProcessLost,
    WrapUpFinished,
)
"""What passes a full journal: these make room, they do not ask for any."""


Gone = Callable[[Collection[ProcessId]], Awaitable[Collection[ProcessId]]]


async def _all(processes: Collection[ProcessId]) -> Collection[ProcessId]:
    return processes


class SiteRuntime:
    """Use with ``async with``: inside, the site is decided; afterwards nothing of it is left running.

    Args:
        process: This process, by an id that no process before it had.
        clock: The one the journal stamps with; this makes it go on from the last fact.
        make_core: Makes the core around a state.
        answer_within_s: How long a report waits for its outcome before it is *pending*.
        gone: Which of these other processes are no more; all of them in the embedded form,
            where there is no other.
        news: Called when there is something new in the journal that others may want to see.
    """

    def __init__(
        self,
        site: SiteId,
        journal: Journal,
        *,
        process: ProcessId,
        clock: SteadyClock,
        metrics: Metrics,
        make_core: MakeCore = Core,
        snapshot_rule: SnapshotRule = USUAL_RULE,
        answer_within_s: float = 2.0,
        gone: Gone = _all,
        news: Callable[[], None] = lambda: None,
    ) -> None:
        self.site = site
        self._journal = journal
        self._process = process
        self._clock = clock
        self._answer_within_s = answer_within_s
        self._gone = gone
        self._news = news
        self._pulse = Pulse(clock)
        self._replica = Replica(site, journal, make_core=make_core, metrics=metrics)
        self._snapshots = SnapshotWriter(site, journal)
        self._appender = Appender(
            site,
            journal,
            process=process,
            pulse=self._pulse,
            metrics=metrics,
            is_deciding=lambda: self._decider.confirm(),
            appended=self._on_append,
        )
        self._decider = Decider(
            site,
            journal,
            process=process,
            clock=clock,
            appender=self._appender,
            snapshots=self._snapshots,
            metrics=metrics,
            make_core=make_core,
            committed=self._on_commit,
            snapshot_rule=snapshot_rule,
        )
        self._losses = 0
        self._stack = AsyncExitStack()

    @property
    def state(self) -> State:
        """The replica: every committed decision folded. Read it, never change or keep it."""
        return self._replica.state

    @property
    def ended(self) -> Sequence[Ended]:
        """See :attr:`signaling.ports.Floor.ended`."""
        return self._replica.ended

    @property
    def number(self) -> int:
        """The last decision in :attr:`state`; whoever follows from now on is told of those after it."""
        return self._replica.number

    @property
    def is_deciding(self) -> bool:
        """Whether this process decides for the site."""
        return self._decider.is_deciding

    @property
    def is_decided(self) -> bool:
        """Whether some process decides for the site, as far as is known here."""
        return self._decider.is_decided

    async def report(self, fact: Fact, *, source: str, request: str, must: bool = False) -> Outcome:
        """Write a fact to the journal and learn what was decided; see :meth:`signaling.ports.Floor.report`.

        Raises:
            FloorBusy: If the journal is full and the fact frees nothing, or cannot be written.
        """
        entry = Entry(source=source, request=request, body=encode_fact(fact), must=must or isinstance(fact, _FREEING))
        try:
            position = await self._appender.append(entry)
            return Outcome(decided=await self._replica.outcome(position, within_s=self._answer_within_s))
        except (JournalFull, JournalUnavailable) as why:
            raise FloorBusy from why

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Call back with each committed step once :attr:`state` has it, in order, with its time."""
        return self._replica.follow(listener)

    def look(self) -> None:
        """Somebody says that there may be something new. Without it, a look is taken every second."""
        self._appender.look()
        self._decider.look()
        self._replica.look()

    async def __aenter__(self) -> Self:
        """Fold what was recorded, start deciding, and tell of the processes that are no more.

        Raises:
            OlderCore: If a newer release has decided for this site.
        """
        self._clock.not_before(await self._journal.last_at())
        self._pulse.beat()
        await self._decider.take_over()
        await self._replica.load()
        async with AsyncExitStack() as stack:
            jobs = await stack.enter_async_context(asyncio.TaskGroup())
            stack.push_async_callback(self._stop)
            self._appending = jobs.create_task(self._run(self._appender.run, "appender"))
            self._deciding = jobs.create_task(self._run(self._decider.run, "decider"))
            self._replicating = jobs.create_task(self._run(self._replica.run, "replica"))
            self._saving = jobs.create_task(self._run(self._snapshots.run, "snapshots"))
            await self._tell_of_the_dead()
            self._watching = jobs.create_task(self._run(self._watch, "watch"))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write, decide and fold what is there, give the claim back, and end."""
        # The jobs end the same way whatever happened inside, and what happened there goes on as it is.
        await self._stack.__aexit__(None, None, None)

    async def _run(self, job: Callable[[], Awaitable[None]], name: str) -> None:
        try:
            await job()
        except Exception:
            # Without it the site cannot go on here, and the process ends. Whoever is left takes over.
            _log.exception("site_job_failed", site=self.site, job=name)
            raise

    def _on_append(self) -> None:
        self._decider.look()
        if not self._decider.is_deciding:
            self._news()

    def _on_commit(self) -> None:
        self._replica.look()
        self._news()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            try:
                await self._tell_of_the_dead()
            except FloorBusy:
                _log.warning("process_lost_put_off", site=self.site)

    async def _tell_of_the_dead(self) -> None:
        if not self._decider.is_deciding:
            return
        state = self.state
        endpoints = [contact.caller for contact in state.contacts.values()]
        endpoints += [agent.endpoint for agent in state.agents.values() if agent.endpoint is not None]
        others = {at.process for at in endpoints if at.process is not None} - {self._process}
        for process in sorted(await self._gone(others) if others else ()):
            _log.info("process_lost", site=self.site, process=process)
            # One that was only out of breath may be lost again.
            self._losses += 1
            await self.report(
                ProcessLost(process=process),
                source=f"process:{self._process}",
                request=f"lost-{self._losses}-{process}",
            )

    async def _stop(self) -> None:
        jobs = (
            (self._appender, self._appending),
            (self._decider, self._deciding),
            (self._replica, self._replicating),
            (self._snapshots, self._saving),
        )
        self._watching.cancel()
        try:
            async with asyncio.timeout(_STOP_S):
                for part, job in jobs:
                    part.close()
                    await asyncio.wait([job])
        except TimeoutError:
            # What is acknowledged is in the journal; whoever comes next decides it.
            _log.error("stopped_late", site=self.site)
        finally:
            for _, job in jobs:
                job.cancel()
