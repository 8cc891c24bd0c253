"""Tells webhooks what happened: at least once, each contact's and agent's events in order, for up to a day.

Whoever decides for a site also tells; if that changes hands in between, an event may be
sent twice, and its id says so. Each webhook is served by a job of its own, a few requests
at a time, so that one that is slow or dead holds up nobody else.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final, Protocol

import structlog

from acd.ids import Millis, SiteId
from gateway.clock import Clock
from gateway.jobs.events import Event, event_of
from gateway.journal.codec import Unreadable, decode_decision
from gateway.storage.webhooks import Delivery, Round, StoredWebhooks, Webhook, webhook_secret

SIGNATURE: Final = "Zuruf-Signature"
_AT_ONCE: Final = 4
_A_ROUND: Final = 32
_FIRST_MS: Final = 1_000
_LONGEST_MS: Final = 60 * 60_000
_LONGEST_PAUSE_MS: Final = 60_000
_GIVE_UP_MS: Final = 24 * 60 * 60_000

_log = structlog.stdlib.get_logger(__name__)


class Post(Protocol):
    """Sends one request."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status that was answered.

        Raises:
            OSError: If nothing was.
            TimeoutError: If it took too long.
        """


class Counts(Protocol):
    """What is counted, by site."""

    def delivered(self, site: SiteId, outcome: str, count: int = 1) -> None:
        """So many deliveries ended like this: ``arrived``, ``failed``, ``given_up``, ``dropped``."""


class WebhookJob:
    """Collects and delivers events.

    Args:
        sites: Each site, and whether this process decides for it.
        start: Begins a job beside everything else, by name.
        draw: A random number from 0 up to 1, for jitter.
    """

    def __init__(
        self,
        *,
        sites: Mapping[SiteId, Callable[[], bool]],
        webhooks: StoredWebhooks,
        post: Post,
        secret: bytes,
        clock: Clock,
        counts: Counts,
        start: Callable[[Callable[[], Awaitable[None]], str], None],
        draw: Callable[[], float],
    ) -> None:
        self._sites = sites
        self._webhooks = webhooks
        self._post = post
        self._secret = secret
        self._clock = clock
        self._counts = counts
        self._start = start
        self._draw = draw
        self._busy: set[str] = set()

    async def look(self) -> None:
        """Make events of what was decided, and serve every webhook that has some and is not being served."""
        for site, is_deciding in self._sites.items():
            if is_deciding():
                await self._look_at(site)

    async def give_up(self) -> None:
        """Forget what could not be told for a day."""
        for site, is_deciding in self._sites.items():
            if is_deciding() and (count := await self._webhooks.give_up(site, Millis(self._clock() - _GIVE_UP_MS))):
                self._counts.delivered(site, "given_up", count)
                _log.error("webhook_given_up", site=site, events=count)

    async def _look_at(self, site: SiteId) -> None:
        if not await self._webhooks.of_site(site):
            return
        while True:
            collected = await self._webhooks.collect(site, partial(_event, site), self._clock())
            if collected.dropped:
                self._counts.delivered(site, "dropped", collected.dropped)
                _log.error("webhook_outbox_full", site=site, events=collected.dropped)
            if not collected.decisions:
                break
        at = self._clock()
        for webhook in await self._webhooks.of_site(site):
            if webhook.id not in self._busy and webhook.paused_until <= at:
                self._busy.add(webhook.id)
                self._start(partial(self._serve, webhook), f"webhook {webhook.id}")

    async def _serve(self, webhook: Webhook) -> None:
        """Deliver until nothing is due, or nothing arrives."""
        failures = webhook.failures
        try:
            while True:
                # One that took nothing is asked for one thing only.
                limit = 1 if failures else _A_ROUND
                due = await self._webhooks.due(webhook.id, self._clock(), limit=limit)
                if not due:
                    return
                done = await self._round(webhook, due, failures)
                await self._webhooks.settle(webhook.id, done)
                failures = done.failures
                if failures:
                    return
        finally:
            self._busy.discard(webhook.id)

    async def _round(self, webhook: Webhook, due: list[Delivery], failures: int) -> Round:
        room = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as requests:
            sent = [(delivery, requests.create_task(self._send(webhook, delivery, room))) for delivery in due]
        at = self._clock()
        arrived = [delivery.number for delivery, task in sent if task.result()]
        failed = [
            (delivery, Millis(at + self._wait_ms(delivery.attempts, _LONGEST_MS)))
            for delivery, task in sent
            if not task.result()
        ]
        for outcome, count in (("arrived", len(arrived)), ("failed", len(failed))):
            if count:
                self._counts.delivered(webhook.site, outcome, count)
        if arrived:
            return Round(delivered=arrived, failed=failed, failures=0, paused_until=Millis(0))
        pause_ms = self._wait_ms(failures, _LONGEST_PAUSE_MS)
        return Round(delivered=(), failed=failed, failures=failures + 1, paused_until=Millis(at + pause_ms))

    async def _send(self, webhook: Webhook, delivery: Delivery, room: asyncio.Semaphore) -> bool:
        async with room:
            seconds = self._clock() // 1000
            key = webhook_secret(self._secret, webhook.id)
            headers = {"Content-Type": "application/json", SIGNATURE: signature(key, seconds, delivery.body)}
            try:
                status = await self._post(webhook.url, delivery.body, headers)
            except (OSError, TimeoutError) as why:
                _log.info("webhook_failed", site=webhook.site, webhook=webhook.id, why=type(why).__name__)
                return False
            if not 200 <= status < 300:
                _log.info("webhook_failed", site=webhook.site, webhook=webhook.id, status=status)
            return 200 <= status < 300

    def _wait_ms(self, attempts: int, longest_ms: int) -> int:
        """Twice as long each time, and up to half of it less, so that not everybody comes back at once."""
        full = min(_FIRST_MS << min(attempts, 30), longest_ms)
        return round(full * (1 - self._draw() / 2))


def signature(secret: str, seconds: int, body: bytes) -> str:
    """What proves that we sent this, then: ``t=SECONDS,v1=HEX`` over the seconds, a dot and the body."""
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, "sha256").hexdigest()
    return f"t={seconds},v1={signed}"


def _event(site: SiteId, body: bytes, number: int, at: Millis) -> Event | None:
    try:
        decision = decode_decision(body)
    except Unreadable:
        # A later release decided this.
        return None
    return event_of(site, decision, number=number, at=at)
