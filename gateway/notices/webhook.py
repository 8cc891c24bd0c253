"""Notices through a program of the operator's, which sends them on: as text messages, say.

It is posted JSON, signed so that it can tell it from anybody else's:
``Zuruf-Signature: t=SECONDS,v1=HEX``, as events are, under the secret of the settings.
``Idempotency-Key`` is the same whenever a notice comes again.
"""

from typing import Final

import aiohttp
import msgspec

from gateway.clock import Clock
from gateway.jobs.webhooks import SIGNATURE, signature
from gateway.notices.port import Notice, NotSent

_WITHIN_S: Final = 20.0
_FINAL: Final = frozenset({400, 410, 413, 422})


class _Body(msgspec.Struct, kw_only=True, rename="camel"):
    key: str
    kind: str
    site: str
    contact_id: str
    address: str
    language: str
    subject: str
    text: str
    link: str
    until: int | None


class WebhookNotices:
    """Implements :class:`gateway.notices.port.Notices`."""

    def __init__(self, url: str, secret: str, *, clock: Clock) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        """See :meth:`gateway.notices.port.Notices.send`."""
        body = msgspec.json.encode(
            _Body(
                key=notice.key,
                kind=notice.kind.value,
                site=notice.site,
                contact_id=notice.contact,
                address=notice.address,
                language=notice.language,
                subject=notice.subject,
                text=notice.text,
                link=notice.link,
                until=notice.until,
            )
        )
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notice.key,
            SIGNATURE: signature(self._secret, self._clock() // 1000, body),
        }
        within = aiohttp.ClientTimeout(total=_WITHIN_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=within) as http,
                http.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (TimeoutError, aiohttp.ClientError):
            raise NotSent("unreachable") from None
        if not 200 <= status < 300:
            raise NotSent(f"http_{status}", is_final=status in _FINAL)
