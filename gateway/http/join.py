"""``/api/v1/join``: somebody opened the link of their callback.

Looking at a link changes nothing, for programs that check mail open links, too. Who comes
is given a session of the same contact; any page that had it before is superseded.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Final

import structlog

from acd.decisions import EndContact, EndReason, RenewCaller
from acd.facts import CallerHungUp, CallerReturned
from acd.ids import Millis, SessionId, SiteId
from acd.records import Contact
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.ids import new_id
from gateway.storage.directory import StoredDirectory
from gateway.storage.notices import StoredNotices
from signaling.ports import Floor, SessionRecord, Sessions
from signaling.protocol.rest import ContactCreated, JoinLink, KeptPlace

_SESSION_MS: Final = 24 * 60 * 60_000
_PENDING: Final = Millis(1_000)
_CODES: Final[Mapping[EndReason, str]] = {
    EndReason.CALLBACK_CANCELLED: "link_cancelled",
    EndReason.CALLBACK_MISSED: "link_expired",
    EndReason.CLOSED: "link_expired",
    EndReason.GROUP_GONE: "link_expired",
    EndReason.SUPERVISOR: "link_expired",
}

_log = structlog.stdlib.get_logger(__name__)


class Join:
    """The routes of the page behind a link."""

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
        links: StoredNotices,
        sessions: Sessions,
        directory: StoredDirectory,
    ) -> None:
        self._floors = floors
        self._links = links
        self._sessions = sessions
        self._directory = directory

    async def look(self, call: Call) -> Answer:
        """See what the link is about."""
        floor, contact = await self._held(call)
        assert contact.callback is not None, "only a callback has a link"
        return Answer(
            KeptPlace(
                site=floor.site,
                group=contact.group,
                group_name=await self._directory.group_name(floor.site, contact.group, call.language),
                channel=contact.channel.value,
                position=floor.state.position(contact.id),
                due_at=contact.callback.due_at,
                good_until=contact.callback.invited_until,
                expires_at=contact.callback.expires_at,
            )
        )

    async def come(self, call: Call) -> Answer:
        """Take the place up again, on this page."""
        floor, contact = await self._held(call)
        session = SessionId(new_id("ss", call.at))
        outcome = await floor.report(
            CallerReturned(contact=contact.id, session=session), source=f"join:{floor.site}", request=session
        )
        if outcome.decided is None:
            raise Refused("busy", retry_after_ms=_PENDING)
        if not any(isinstance(decision, RenewCaller) for decision in outcome.decided):
            # Somebody came or cancelled a moment earlier; looked at once more, it says which.
            await self._held(call)
            raise Refused("link_in_use")
        token = secrets.token_urlsafe(32)
        record = SessionRecord(
            id=session,
            site=floor.site,
            role="caller",
            contact=contact.id,
            agent=None,
            expires_at=Millis(call.at + _SESSION_MS),
        )
        await self._sessions.create(record, hashlib.sha256(token.encode()).digest())
        _log.info("caller_returned", contact=contact.id, group=contact.group, session=session)
        return Answer(
            ContactCreated(
                contact_id=contact.id,
                session_id=session,
                session_token=token,
                position=floor.state.position(contact.id) or 0,
                # They have heard them while they waited, and are next.
                announcements=[],
            ),
            status=201,
        )

    async def cancel(self, call: Call) -> Answer:
        """Give the place up."""
        floor, contact = await self._held(call)
        outcome = await floor.report(
            CallerHungUp(contact=contact.id),
            source=f"join:{floor.site}",
            request=new_id("rq", call.at),
            must=True,
        )
        if outcome.decided is None:
            raise Refused("busy", retry_after_ms=_PENDING)
        for decision in outcome.decided:
            if isinstance(decision, EndContact) and decision.contact == contact.id:
                # Also noted by who follows the decisions, but the link may be opened again before.
                await self._links.mark_ended(floor.site, contact.id, decision.reason)
        return Answer(status=204)

    async def _held(self, call: Call) -> tuple[Floor, Contact]:
        """The site and the callback that the link leads to.

        Raises:
            Refused: If it leads nowhere (any more), in words that say why.
        """
        asked: JoinLink = call.body
        link = await self._links.link(hashlib.sha256(asked.token.encode()).digest())
        floor = None if link is None else self._floors.get(link.site)
        if link is None or floor is None:
            raise Refused("link_unknown")
        structlog.contextvars.bind_contextvars(site=floor.site)
        contact = floor.state.contacts.get(link.contact)
        if contact is None:
            raise Refused(_CODES.get(link.ended, "link_used") if link.ended is not None else "link_used")
        if contact.callback is None:
            raise Refused("link_in_use")
        return floor, contact
