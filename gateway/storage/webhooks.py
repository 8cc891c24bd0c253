"""Webhooks, and the outbox of events that they still have to be told.

The outbox is filled from the committed decisions: rows and the number up to which that was
done change in one transaction, so nothing is left out and nothing told twice from here.
"""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, select, update

from acd.ids import Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import decisions, webhook_cursors, webhook_deliveries, webhooks

MOST_PENDING: Final = 100_000
"""More than these are not kept for a webhook that does not take them."""


class Told(Protocol):
    """An event, as far as the outbox cares."""

    @property
    def type(self) -> str:
        """Which kind."""

    @property
    def subject(self) -> str:
        """Whom it is about."""

    @property
    def body(self) -> bytes:
        """What is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Whom to tell what.

    Attributes:
        events: Kinds (``contact.ended``), families (``contact.*``) or all (``*``).
        pending: How many events it has still to be told.
        failures: Rounds in which nothing arrived, since the last in which something did.
        paused_until: Not asked before.
    """

    id: str
    site: SiteId
    url: str
    events: tuple[str, ...]
    created_at: Millis
    pending: int = 0
    failures: int = 0
    paused_until: Millis = Millis(0)

    def wants(self, event: str) -> bool:
        """Whether this kind of event is told."""
        family = event.partition(".")[0] + ".*"
        return any(wanted in (event, family, "*") for wanted in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event still to be told. ``number`` is that of the decision."""

    number: int
    subject: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one look at the decisions brought: how many there were, and events that found no room."""

    decisions: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How a few deliveries went.

    Attributes:
        delivered: Numbers of those that arrived.
        failed: The others, and when to try again.
    """

    delivered: Sequence[int]
    failed: Sequence[tuple[Delivery, Millis]]
    failures: int
    paused_until: Millis


def webhook_secret(server_secret: bytes, webhook: str) -> str:
    """What events for this webhook are signed with."""
    return hmac.new(server_secret, f"webhook {webhook}".encode(), "sha256").hexdigest()


class StoredWebhooks:
    """The webhooks of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, webhook: Webhook) -> None:
        """Tell it what is decided from now on."""

        def work(tx: Connection) -> None:
            known = select(webhook_cursors.c.number).where(webhook_cursors.c.site == webhook.site)
            if tx.execute(known).one_or_none() is None:
                newest = select(func.max(decisions.c.number)).where(decisions.c.site == webhook.site)
                number = tx.execute(newest).scalar_one() or 0
                tx.execute(insert(webhook_cursors).values(site=webhook.site, number=number))
            tx.execute(
                insert(webhooks).values(
                    id=webhook.id,
                    site=webhook.site,
                    url=webhook.url,
                    events=json.dumps(webhook.events),
                    created_at=webhook.created_at,
                    failures=0,
                    paused_until=0,
                    pending=0,
                )
            )

        await self._database.transact(work)

    async def remove(self, site: SiteId, webhook: str) -> bool:
        """Tell it nothing more; ``False`` if the site has no such webhook."""

        def work(tx: Connection) -> bool:
            mine = delete(webhooks).where(webhooks.c.id == webhook, webhooks.c.site == site)
            if not tx.execute(mine).rowcount:
                return False
            tx.execute(delete(webhook_deliveries).where(webhook_deliveries.c.webhook == webhook))
            if not _of_site(tx, site):
                tx.execute(delete(webhook_cursors).where(webhook_cursors.c.site == site))
            return True

        return await self._database.transact(work)

    async def of_site(self, site: SiteId) -> list[Webhook]:
        """The site's webhooks, oldest first."""
        return await self._database.look(lambda tx: _of_site(tx, site))

    async def collect(
        self,
        site: SiteId,
        event_of: Callable[[bytes, int, Millis], Told | None],
        at: Millis,
        *,
        limit: int = 500,
    ) -> Collected:
        """Make events of the decisions that were committed since the last time."""

        def work(tx: Connection) -> Collected:
            told = _of_site(tx, site)
            if not told:
                return Collected(decisions=0, dropped=0)
            cursor = select(webhook_cursors.c.number).where(webhook_cursors.c.site == site).with_for_update()
            number = tx.execute(cursor).scalar_one()
            rows = tx.execute(
                select(decisions.c.number, decisions.c.at, decisions.c.body)
                .where(decisions.c.site == site, decisions.c.number > number)
                .order_by(decisions.c.number)
                .limit(limit)
            ).all()
            if not rows:
                return Collected(decisions=0, dropped=0)
            tx.execute(update(webhook_cursors).where(webhook_cursors.c.site == site).values(number=rows[-1].number))
            made = [(row.number, event_of(row.body, row.number, Millis(row.at))) for row in rows]
            dropped = sum(_put(tx, webhook, made, at) for webhook in told)
            return Collected(decisions=len(rows), dropped=dropped)

        return await self._database.transact(work)

    async def due(self, webhook: str, at: Millis, *, limit: int) -> list[Delivery]:
        """What to tell now: of each subject its first event, unless that failed and has to wait."""
        first = webhook_deliveries.alias()
        earlier = exists().where(
            and_(
                first.c.webhook == webhook_deliveries.c.webhook,
                first.c.subject == webhook_deliveries.c.subject,
                first.c.number < webhook_deliveries.c.number,
            )
        )
        asked = (
            select(webhook_deliveries)
            .where(webhook_deliveries.c.webhook == webhook, webhook_deliveries.c.next_at <= at, ~earlier)
            .order_by(webhook_deliveries.c.number)
            .limit(limit)
        )

        def work(tx: Connection) -> list[Delivery]:
            return [
                Delivery(number=row.number, subject=row.subject, body=row.body, attempts=row.attempts)
                for row in tx.execute(asked)
            ]

        return await self._database.look(work)

    async def settle(self, webhook: str, done: Round) -> None:
        """Forget what arrived, and put off what did not, with all that stands behind it."""

        def work(tx: Connection) -> None:
            mine = webhook_deliveries.c.webhook == webhook
            tx.execute(delete(webhook_deliveries).where(mine, webhook_deliveries.c.number.in_(done.delivered)))
            for delivery, next_at in done.failed:
                tx.execute(
                    update(webhook_deliveries)
                    .where(mine, webhook_deliveries.c.subject == delivery.subject)
                    .values(next_at=next_at)
                )
                tx.execute(
                    update(webhook_deliveries)
                    .where(mine, webhook_deliveries.c.number == delivery.number)
                    .values(attempts=delivery.attempts + 1)
                )
            tx.execute(
                update(webhooks)
                .where(webhooks.c.id == webhook)
                .values(
                    failures=done.failures,
                    paused_until=done.paused_until,
                    pending=webhooks.c.pending - len(done.delivered),
                )
            )

        await self._database.transact(work)

    async def give_up(self, site: SiteId, before: Millis) -> int:
        """Forget what could not be told since then; answers how much."""

        def work(tx: Connection) -> int:
            given_up = 0
            for webhook in _of_site(tx, site):
                old = delete(webhook_deliveries).where(
                    webhook_deliveries.c.webhook == webhook.id, webhook_deliveries.c.created_at < before
                )
                if count := tx.execute(old).rowcount:
                    _count(tx, webhook.id, -count)
                    given_up += count
            return given_up

        return await self._database.transact(work)


def _put(tx: Connection, webhook: Webhook, made: Sequence[tuple[int, Told | None]], at: Millis) -> int:
    """Put events into the outbox; answers how many found no room."""
    wanted = [(number, event) for number, event in made if event is not None and webhook.wants(event.type)]
    room = max(MOST_PENDING - webhook.pending, 0)
    rows = [
        {
            "webhook": webhook.id,
            "number": number,
            "subject": event.subject,
            "body": event.body,
            "created_at": at,
            "attempts": 0,
            "next_at": 0,
        }
        for number, event in wanted[:room]
    ]
    if rows:
        tx.execute(insert(webhook_deliveries), rows)
        _count(tx, webhook.id, len(rows))
    return len(wanted) - len(rows)


def _count(tx: Connection, webhook: str, more: int) -> None:
    # Counting rows would take longer the more there are.
    tx.execute(update(webhooks).where(webhooks.c.id == webhook).values(pending=webhooks.c.pending + more))


def _of_site(tx: Connection, site: SiteId) -> list[Webhook]:
    asked = select(webhooks).where(webhooks.c.site == site).order_by(webhooks.c.created_at, webhooks.c.id)
    return [_webhook(row) for row in tx.execute(asked)]


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        site=SiteId(row.site),
        url=row.url,
        events=tuple(json.loads(row.events)),
        created_at=Millis(row.created_at),
        pending=row.pending,
        failures=row.failures,
        paused_until=Millis(row.paused_until),
    )
