"""A site's webhooks: who is told what happens."""

from collections.abc import Callable
from typing import Annotated, Protocol

from msgspec import Meta, Struct

from acd.ids import SiteId
from gateway.configuration.document import Piece
from gateway.configuration.faults import Fault
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call, Who
from gateway.ids import new_id
from gateway.storage.audit import StoredAudit
from gateway.storage.webhooks import StoredWebhooks, Webhook, webhook_secret

_MOST = 20


class Fitness(Protocol):
    """Knows which addresses may be asked."""

    def is_fit(self, url: str) -> bool:
        """Whether this could be asked at all, as far as the address itself says."""


class NewWebhook(Piece, frozen=True):
    """Where to post events, and which: kinds (``contact.ended``), families (``agent.*``) or all (``*``)."""

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    events: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(min_length=1, max_length=50)] = ("*",)


class ShownWebhook(Struct, frozen=True, kw_only=True, rename="camel"):
    """A webhook, and how it takes what it is told.

    ``pending`` events are still to be told; ``failures`` attempts in a row failed.
    """

    id: str
    url: str
    events: list[str]
    created_at: int
    pending: int
    failures: int


class WebhookPage(Struct, frozen=True, kw_only=True, rename="camel"):
    """All webhooks of a site."""

    webhooks: list[ShownWebhook]


class WebhookCreated(Struct, frozen=True, kw_only=True, rename="camel"):
    """The webhook, with the secret that its events are signed with. It is told once."""

    webhook: ShownWebhook
    secret: str


class Webhooks:
    """The routes of webhooks."""

    def __init__(
        self,
        *,
        webhooks: StoredWebhooks,
        audit: StoredAudit,
        fitness: Fitness,
        secret: bytes,
        events: frozenset[str],
        serves: Callable[[SiteId], bool],
    ) -> None:
        self._webhooks = webhooks
        self._audit = audit
        self._fitness = fitness
        self._secret = secret
        families = {event.partition(".")[0] + ".*" for event in events}
        self._known = events | families | {"*"}
        self._serves = serves

    async def show(self, call: Call) -> Answer:
        """Every webhook of one's own site, oldest first."""
        site = self._site(call)
        return Answer(WebhookPage(webhooks=[_shown(webhook) for webhook in await self._webhooks.of_site(site)]))

    async def add(self, call: Call) -> Answer:
        """Tell somebody what happens from now on."""
        wanted: NewWebhook = call.body
        site = self._site(call)
        faults = [] if self._fitness.is_fit(wanted.url) else [Fault("url", "unfit_address")]
        faults += [
            Fault(f"events[{number}]", "unknown_event", {"name": event, "known": ", ".join(sorted(self._known))})
            for number, event in enumerate(wanted.events)
            if event not in self._known
        ]
        if len(await self._webhooks.of_site(site)) >= _MOST:
            faults.append(Fault("", "too_many", {"most": str(_MOST)}))
        if faults:
            raise Refused("configuration_wrong", faults=faults)
        added = Webhook(id=new_id("wh", call.at), site=site, url=wanted.url, events=wanted.events, created_at=call.at)
        await self._webhooks.add(added)
        await self._audit.add(site, call.at, actor=_who(call).id, action="webhook_added", subject=added.id)
        created = WebhookCreated(webhook=_shown(added), secret=webhook_secret(self._secret, added.id))
        return Answer(created, status=201)

    async def remove(self, call: Call) -> Answer:
        """Tell it nothing more, not even what it has not been told yet."""
        site, webhook = self._site(call), call.request.match_info["webhook"]
        if not await self._webhooks.remove(site, webhook):
            raise Refused("not_found")
        await self._audit.add(site, call.at, actor=_who(call).id, action="webhook_removed", subject=webhook)
        return Answer(status=204)

    def _site(self, call: Call) -> SiteId:
        site = SiteId(call.request.match_info["site"])
        if site != _who(call).site or not self._serves(site):
            raise Refused("not_found")
        return site


def _shown(webhook: Webhook) -> ShownWebhook:
    return ShownWebhook(
        id=webhook.id,
        url=webhook.url,
        events=list(webhook.events),
        created_at=webhook.created_at,
        pending=webhook.pending,
        failures=webhook.failures,
    )


def _who(call: Call) -> Who:
    assert call.who is not None, "the table lets only signed-in people in"
    return call.who
