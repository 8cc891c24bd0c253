"""``POST /api/v1/contacts``: a visitor presses the button and becomes a caller."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog

from acd.config import AnswerKind, Channel, Group, Need
from acd.decisions import Admit, RefusalReason, Refuse
from acd.facts import ContactRequested
from acd.ids import ContactId, GroupId, Millis, SessionId, SiteId, VisitorKey
from gateway.configuration.document import SiteDocument
from gateway.configuration.rules import all_needs, chosen_needs
from gateway.http.attributes import AttributeReader, Attributes
from gateway.http.origins import Origins
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.ids import new_id
from gateway.rate import RateLimit
from gateway.storage.directory import StoredDirectory
from gateway.texts import LANGUAGES
from signaling.ports import ContactContext, Floor, SessionRecord, Sessions
from signaling.protocol.rest import Announced, ContactCreated, Instead, NewContact

VISITOR_HEADER = "X-Zuruf-Visitor"
_SESSION_MS: Final = 24 * 60 * 60_000
_PENDING = Millis(1_000)
_DRAINING = Millis(3_000)
_FURTHEST_MS: Final = 30 * 24 * 60 * 60_000
_LATE_MS: Final = 10 * 60_000
"""By how much a visitor's clock, or thinking, may be late."""

_log = structlog.stdlib.get_logger(__name__)


class HumanityCheck(Protocol):
    """Tells people from programs, e.g. by a challenge that the widget solved."""

    async def is_human(self, proof: str, *, site: SiteId) -> bool:
        """Whether the proof that came with a request is good enough."""


class NobodyAsks:
    """The check of who checks nothing."""

    async def is_human(self, proof: str, *, site: SiteId) -> bool:  # noqa: ARG002 - the port's signature.
        """Always."""
        return True


class Contacts:
    """Begins contacts. The same request with the same key gets the same answer, token included.

    The token is not stored: it is made from the server's secret, the contact and the
    idempotency key, which only the visitor's page knows, so the repeat of a lost answer
    tells it again and a copy of the database does not tell it at all.
    """

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
        sessions: Sessions,
        directory: StoredDirectory,
        origins: Origins,
        per_address: RateLimit,
        per_site: RateLimit,
        humanity: HumanityCheck,
        secret: bytes,
        is_draining: Callable[[], bool],
        configured: Callable[[SiteId], SiteDocument],
        attributes: AttributeReader,
    ) -> None:
        self._floors = floors
        self._configured = configured
        self._attributes = attributes
        self._sessions = sessions
        self._directory = directory
        self._origins = origins
        self._per_address = per_address
        self._per_site = per_site
        self._humanity = humanity
        self._token_key = hmac.digest(secret, b"session token", "sha256")
        self._visitor_key = hmac.digest(secret, b"visitor", "sha256")
        self._is_draining = is_draining

    async def create(self, call: Call) -> Answer:
        """Let a visitor ask for a group; answered once the ACD has decided."""
        asked: NewContact = call.body
        key = call.request.headers.get("Idempotency-Key", "")
        if not (8 <= len(key) <= 128 and key.isascii() and key.isprintable()):
            raise Refused("malformed", reason="the header Idempotency-Key has to be 8 to 128 printable characters")
        floor = self._floors.get(SiteId(asked.site))
        if floor is None:
            raise Refused("site_unknown")
        structlog.contextvars.bind_contextvars(site=floor.site)
        if not self._origins.is_allowed_page(call.request, floor.site):
            raise Refused("wrong_origin")
        if self._is_draining():
            raise Refused("busy", retry_after_ms=_DRAINING)
        for limit, counted in ((self._per_address, call.peer.prefix), (self._per_site, floor.site)):
            if wait := await limit.take(counted, call.at):
                raise Refused("too_many_requests", retry_after_ms=wait)
        if not await self._humanity.is_human(asked.proof, site=floor.site):
            raise Refused("proof_required")
        _check(asked, call.at)
        document = self._configured(floor.site)
        said = await self._attributes.read(asked.attributes, document, site=floor.site, at=call.at)
        return await self._report(call, _Request(asked, document, said), floor, key)

    async def _report(self, call: Call, request: "_Request", floor: Floor, key: str) -> Answer:
        fresh, context = ContactId(new_id("ct", call.at)), request.context
        # Before the report: an agent may be offered the contact at once, with these words.
        await self._directory.note_contact(floor.site, fresh, context, call.at)
        admitted: Admit | None = None
        try:
            admitted = await self._admitted(call, request, floor, fresh, key)
        finally:
            # What did not become a contact leaves nothing of the visitor behind.
            if admitted is None or admitted.contact != fresh:
                await self._directory.erase_contact(floor.site, fresh)
        if admitted.contact != fresh and admitted.contact in floor.state.contacts:
            # The first request may have gone without an answer, and so without its words.
            await self._directory.note_contact(floor.site, admitted.contact, context, call.at)
        return await self._created(floor, admitted, key, request)

    async def _admitted(self, call: Call, request: "_Request", floor: Floor, fresh: ContactId, key: str) -> Admit:
        visitor, asked = self._visitor(call), request.asked
        outcome = await floor.report(
            ContactRequested(
                contact=fresh,
                session=SessionId(new_id("ss", call.at)),
                group=GroupId(asked.group),
                channel=Channel(asked.channel),
                visitor=visitor,
                needs=request.needs,
                priority=request.said.priority,
                preferred=request.said.preferred_agent,
                callback=asked.callback is not None,
                due_at=Millis(asked.callback.at) if asked.callback is not None and asked.callback.at else None,
            ),
            source=f"post:{floor.site}",
            request=hashlib.sha256(f"{visitor} {key}".encode()).hexdigest(),
        )
        if outcome.decided is None:
            # Nobody decided in time. The page asks again with the same key and gets what was decided.
            raise Refused("busy", retry_after_ms=_PENDING)
        decided = next((made for made in outcome.decided if isinstance(made, Admit | Refuse)), None)
        assert decided is not None, "a requested contact is admitted or refused"
        if isinstance(decided, Refuse):
            raise await self._refusal(floor, GroupId(asked.group), decided)
        return decided

    async def _refusal(self, floor: Floor, group: GroupId, decided: Refuse) -> Refused:
        is_closed = decided.reason is RefusalReason.GROUP_CLOSED
        notices = await self._directory.closed_notices(floor.site) if is_closed else {}
        return Refused(
            decided.reason.value,
            instead=_instead(floor.state.group(group), decided),
            notice=notices.get(group),
        )

    async def _created(self, floor: Floor, admitted: Admit, key: str, request: "_Request") -> Answer:
        token = self._token(floor.site, admitted.contact, key)
        if admitted.contact in floor.state.contacts:
            record = SessionRecord(
                id=admitted.session,
                site=floor.site,
                role="caller",
                contact=admitted.contact,
                agent=None,
                expires_at=Millis(admitted.asked_at + _SESSION_MS),
            )
            await self._sessions.create(record, hashlib.sha256(token.encode()).digest())
        _log.info("contact_created", contact=admitted.contact, group=admitted.group, session=admitted.session)
        created = ContactCreated(
            contact_id=admitted.contact,
            session_id=admitted.session,
            session_token=token,
            position=floor.state.position(admitted.contact) or 0,
            announcements=request.announcements(admitted.group),
        )
        return Answer(created, status=201)

    def _visitor(self, call: Call) -> VisitorKey:
        """Who asks, without saying who: the page's own random id, or else the address, hashed."""
        own = call.request.headers.get(VISITOR_HEADER, "")
        said = f"page {own[:128]}" if len(own) >= 16 else f"address {call.peer.address}"
        return VisitorKey(hmac.new(self._visitor_key, said.encode("utf-8", "surrogateescape"), "sha256").hexdigest())

    def _token(self, site: SiteId, contact: ContactId, key: str) -> str:
        return hmac.new(self._token_key, f"{site} {contact} {key}".encode(), "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class _Request:
    """What a visitor asks for, what the site makes of it, and what it vouches for."""

    asked: NewContact
    document: SiteDocument
    said: Attributes

    def announcements(self, group: GroupId) -> list[Announced]:
        """What is told to who waits in a group, in the visitor's language."""
        rules = next((rules for rules in self.document.groups if rules.id == group), None)
        is_german = self.asked.language.lower().startswith("de")
        return [
            Announced(
                text=announcement.text.de if is_german else announcement.text.en,
                after_ms=announcement.after_ms,
                every_ms=announcement.every_ms,
            )
            for announcement in (rules.announcements if rules is not None else ())
        ]

    @property
    def needs(self) -> tuple[Need, ...]:
        """What to ask of an agent."""
        chosen = chosen_needs(self.document, topic=self.asked.topic, language=self.asked.language)
        return all_needs((*chosen, *self.said.needs))

    @property
    def context(self) -> ContactContext:
        """What is kept beside the journal, for people."""
        asked = self.asked
        language = asked.language.lower().partition("-")[0]
        address = asked.address if asked.callback is None else asked.callback.address
        return ContactContext(
            name=self.said.name or asked.name.strip(),
            topic=self._topic(),
            language=language if language in LANGUAGES else asked.language,
            page_url=_page(asked.page_url),
            page_title=asked.page_title.strip(),
            text=asked.text.strip(),
            address=address.strip(),
            reference=self.said.reference,
        )

    def _topic(self) -> str:
        known = next((topic for topic in self.document.topics if topic.id == self.asked.topic), None)
        if known is None:
            return self.asked.topic.strip()
        return known.names.de if self.asked.language.lower().startswith("de") else known.names.en


def _instead(group: Group | None, decided: Refuse) -> Instead:
    """What the visitor may do, as far as the group they asked for can do it."""
    kind = decided.answer.kind
    is_possible = group is not None and {
        AnswerKind.MESSAGE: Channel.MESSAGE in group.channels,
        AnswerKind.CALLBACK: group.callbacks is not None,
    }.get(kind, True)
    return Instead(kind=kind.value, group=decided.answer.group) if is_possible else Instead(kind="refuse")


def _check(asked: NewContact, at: Millis) -> None:
    """Refuse a message without words and a callback that cannot be.

    Raises:
        Refused: With ``malformed``.
    """
    is_message = asked.channel == "message"
    if is_message and not asked.text.strip():
        raise Refused("malformed", reason="a message needs a text")
    if asked.text and not is_message:
        raise Refused("malformed", reason="only a message has a text")
    if asked.callback is None:
        return
    if is_message:
        raise Refused("malformed", reason="a message is not called back")
    if asked.callback.at is not None and not at - _LATE_MS <= asked.callback.at <= at + _FURTHEST_MS:
        raise Refused("malformed", reason="a callback is within the next 30 days")


def _page(url: str) -> str:
    """Origin and path only: a query may hold anything."""
    try:
        split = urlsplit(url)
    except ValueError:
        return ""
    if split.scheme not in ("http", "https") or not split.hostname:
        return ""
    host = f"[{split.hostname}]" if ":" in split.hostname else split.hostname
    try:
        port = f":{split.port}" if split.port else ""
    except ValueError:
        return ""
    return f"{split.scheme}://{host}{port}{split.path}"
