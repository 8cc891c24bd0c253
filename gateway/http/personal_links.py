"""Personal links: an agent or a program issues one, one caller uses it.

Looking at a link changes nothing; a press on its page does. How often codes may be tried,
and what that leaves to a guesser, is worked out in ``docs/explanation/invitations.md``.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Final

import segno
import structlog

from acd.config import Channel
from acd.decisions import Admit, Refuse
from acd.facts import AssignmentAsked, ContactRequested
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SiteId, VisitorKey
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.ids import new_id
from gateway.rate import RateLimit
from gateway.storage.directory import StoredDirectory
from gateway.storage.personal_links import (
    LinkState,
    PersonalLink,
    StoredPersonalLinks,
    TooManyCodes,
    TooManyLinks,
)
from signaling.ports import ContactContext, Floor, SessionRecord, Sessions
from signaling.protocol.rest import (
    ContactCreated,
    JoinCode,
    JoinLink,
    NewPersonalLink,
    PersonalLinkCreated,
    PersonalLinkPage,
    PersonalLinkShown,
    PersonalPlace,
    PersonalToken,
    Picture,
)

CODES_A_MINUTE_PER_ADDRESS: Final = 5
CODES_A_MINUTE_PER_SITE: Final = 6
CODE_MS: Final = 10 * 60_000
MOST_CODES: Final = 10
MOST_OPEN: Final = 1000
_DRAWS: Final = 8
_MARGIN: Final = 4
_SESSION_MS: Final = 24 * 60 * 60_000
_FURTHEST_MS: Final = 30 * 24 * 60 * 60_000
_PENDING: Final = Millis(1_000)
_DRAINING: Final = Millis(3_000)

_log = structlog.stdlib.get_logger(__name__)


class LinkMaking:
    """Makes tokens and codes from the server's secret, so that neither has to be kept.

    Args:
        secret: The server's.
        url: Where browsers reach it, without a slash at the end.
    """

    def __init__(self, secret: bytes, url: str) -> None:
        self._token_key = hmac.digest(secret, b"personal link", "sha256")
        self._code_key = hmac.digest(secret, b"personal code", "sha256")
        self._session_key = hmac.digest(secret, b"personal session", "sha256")
        self._url = url

    def token(self, site: SiteId, link: str) -> str:
        """256 bits that nobody can guess. The dot tells them from the token of a callback."""
        made = hmac.digest(self._token_key, f"{site} {link}".encode(), "sha256")
        return "pl." + base64.urlsafe_b64encode(made).decode().rstrip("=")

    def url(self, token: str) -> str:
        """The address to pass on. The token stands behind ``#``: it is in nobody's logs."""
        return f"{self._url}/join#{token}"

    def code_url(self, site: SiteId) -> str:
        """Where the code of a link is entered."""
        return f"{self._url}/join/{site}"

    def code_hash(self, site: SiteId, code: str) -> bytes:
        """What the database knows of a code. Without the secret a copy of it tells none of the million."""
        return hmac.digest(self._code_key, f"{site} {code}".encode(), "sha256")

    def session_token(self, contact: ContactId, key: bytes) -> str:
        """The caller's, told again to whoever repeats the request."""
        return hmac.new(self._session_key, contact.encode() + b" " + key, "sha256").hexdigest()


class PersonalLinks:
    """The routes of those who issue links, and of those who use them."""

    def __init__(
        self,
        *,
        floors: Mapping[SiteId, Floor],
        links: StoredPersonalLinks,
        sessions: Sessions,
        directory: StoredDirectory,
        making: LinkMaking,
        tries: tuple[RateLimit, RateLimit],
        is_draining: Callable[[], bool],
    ) -> None:
        self._floors = floors
        self._links = links
        self._sessions = sessions
        self._directory = directory
        self._making = making
        self._tries_of_address, self._tries_of_site = tries
        self._is_draining = is_draining

    # Issuing.

    async def issue_own(self, call: Call) -> Answer:
        """An agent issues one, for themselves or for a group they serve."""
        asked: NewPersonalLink = call.body
        who = call.who
        assert who is not None, "the table lets only signed-in people in"
        floor = self._floor(who.site)
        if asked.agent_id not in (None, who.id):
            raise Refused("forbidden")
        if GroupId(asked.group) not in _groups_of(floor, who.id):
            raise Refused("group_unknown")
        return await self._issue(call, floor, asked, issued_by=who.id)

    async def issue(self, call: Call) -> Answer:
        """A program issues one, for any agent or group of its site."""
        asked: NewPersonalLink = call.body
        program = call.program
        assert program is not None, "the table lets only programs in"
        floor = self._floor(program.site)
        if asked.agent_id is not None and GroupId(asked.group) not in _groups_of(floor, AgentId(asked.agent_id)):
            raise Refused("malformed", reason="the agent does not serve the group")
        return await self._issue(call, floor, asked, issued_by=program.id)

    async def list_own(self, call: Call) -> Answer:
        """What an agent issued and can still be used."""
        assert call.who is not None, "the table lets only signed-in people in"
        return await self._list(call, call.who.site, call.who.id)

    async def list(self, call: Call) -> Answer:
        """What can still be used at the program's site."""
        assert call.program is not None, "the table lets only programs in"
        return await self._list(call, call.program.site, None)

    async def show(self, call: Call) -> Answer:
        """One link of the program's site, whatever became of it."""
        assert call.program is not None, "the table lets only programs in"
        found = await self._links.find(call.program.site, call.request.match_info["link"])
        if found is None:
            raise Refused("not_found")
        return Answer(_shown(found, call.at))

    async def revoke_own(self, call: Call) -> Answer:
        """An agent takes one of theirs back."""
        assert call.who is not None, "the table lets only signed-in people in"
        return await self._revoke(call, call.who.site, call.who.id)

    async def revoke(self, call: Call) -> Answer:
        """A program takes one of its site back."""
        assert call.program is not None, "the table lets only programs in"
        return await self._revoke(call, call.program.site, None)

    async def _issue(self, call: Call, floor: Floor, asked: NewPersonalLink, *, issued_by: str) -> Answer:
        group = floor.state.group(GroupId(asked.group))
        if group is None:
            raise Refused("group_unknown")
        if Channel(asked.channel) not in group.channels:
            raise Refused("channel_unavailable")
        good_from = call.at if asked.good_from is None else max(call.at, asked.good_from)
        if good_from > call.at + _FURTHEST_MS:
            raise Refused("malformed", reason="goodFrom is within the next 30 days")
        link = PersonalLink(
            site=floor.site,
            id=new_id("pl", call.at),
            group=group.id,
            agent=None if asked.agent_id is None else AgentId(asked.agent_id),
            channel=Channel(asked.channel),
            issued_by=issued_by,
            created_at=call.at,
            good_from=Millis(good_from),
            good_until=Millis(good_from + asked.valid_ms),
            code_until=Millis(min(call.at + CODE_MS, good_from + asked.valid_ms)) if asked.code else None,
            name=asked.name.strip(),
        )
        token = self._making.token(link.site, link.id)
        codes = [f"{secrets.randbelow(1_000_000):06}" for _ in range(_DRAWS)] if asked.code else []
        hashes = [self._making.code_hash(link.site, code) for code in codes]
        try:
            chosen = await self._links.add(link, _hash(token), hashes, most=MOST_CODES, open_=MOST_OPEN)
        except TooManyCodes:
            raise Refused("too_many_codes") from None
        except TooManyLinks:
            raise Refused("too_many_links") from None
        _log.info("personal_link_issued", link=link.id, group=link.group)
        url = self._making.url(token)
        created = PersonalLinkCreated(
            link=_shown(link, call.at),
            url=url,
            picture=_picture(url),
            code=codes[chosen] if chosen >= 0 else None,
            code_url=self._making.code_url(link.site),
        )
        return Answer(created, status=201)

    async def _list(self, call: Call, site: SiteId, issued_by: str | None) -> Answer:
        found = await self._links.open_of(site, issued_by, call.at)
        return Answer(PersonalLinkPage(links=[_shown(link, call.at) for link in found]))

    async def _revoke(self, call: Call, site: SiteId, issued_by: str | None) -> Answer:
        link = call.request.match_info["link"]
        if not await self._links.revoke(site, link, issued_by, call.at):
            raise Refused("not_found")
        _log.info("personal_link_revoked", link=link)
        return Answer(status=204)

    def _floor(self, site: SiteId) -> Floor:
        floor = self._floors.get(site)
        if floor is None:
            raise Refused("not_found")
        return floor

    # Using.

    async def enter(self, call: Call) -> Answer:
        """Exchange a code for the token of its link."""
        asked: JoinCode = call.body
        only = next(iter(self._floors)) if len(self._floors) == 1 else None
        floor = self._floors.get(SiteId(asked.site)) if asked.site or only is None else self._floors[only]
        # Before anything is said about the site: also a wrong one is a try.
        if wait := await self._tries_of_address.take(call.peer.prefix, call.at):
            raise Refused("too_many_requests", retry_after_ms=wait)
        if floor is None:
            raise Refused("site_unknown")
        structlog.contextvars.bind_contextvars(site=floor.site)
        if wait := await self._tries_of_site.take(floor.site, call.at):
            _log.warning("codes_tried_too_often")
            raise Refused("too_many_requests", retry_after_ms=wait)
        link = await self._links.by_code(floor.site, self._making.code_hash(floor.site, asked.code), call.at)
        if link is None:
            raise Refused("code_wrong")
        return Answer(PersonalToken(token=self._making.token(link.site, link.id)))

    async def look(self, call: Call) -> Answer:
        """See whom the link leads to."""
        floor, link = await self._usable(call)
        names = await self._directory.sites()
        return Answer(
            PersonalPlace(
                site=link.site,
                site_name=names.get(link.site, ""),
                group=link.group,
                group_name=await self._directory.group_name(floor.site, link.group, call.language),
                agent_name="" if link.agent is None else await self._directory.agent_name(link.site, link.agent),
                channel=link.channel.value,
                good_until=link.good_until,
            )
        )

    async def come(self, call: Call) -> Answer:
        """Use the link: begin a contact that rings at whom it names first."""
        if self._is_draining():
            raise Refused("busy", retry_after_ms=_DRAINING)
        said = call.request.headers.get("Idempotency-Key", "")
        if not (8 <= len(said) <= 128 and said.isascii() and said.isprintable()):
            raise Refused("malformed", reason="the header Idempotency-Key has to be 8 to 128 printable characters")
        key = hashlib.sha256(said.encode()).digest()
        floor, link = await self._found(call)
        if not await self._links.take(link, key, call.at):
            await self._usable(call)
            raise Refused("personal_link_used")
        return await self._begin(call, floor, link, key)

    async def _begin(self, call: Call, floor: Floor, link: PersonalLink, key: bytes) -> Answer:
        fresh = ContactId(new_id("ct", call.at))
        context = ContactContext(name=link.name, language=call.language)
        # Before the report: an agent may be offered the contact at once, with this name.
        await self._directory.note_contact(floor.site, fresh, context, call.at)
        admitted: Admit | None = None
        try:
            admitted = await self._admitted(call, floor, link, fresh, key)
        finally:
            if admitted is None or admitted.contact != fresh:
                await self._directory.erase_contact(floor.site, fresh)
        if admitted.contact not in floor.state.contacts:
            raise Refused("personal_link_used")
        if admitted.contact != fresh:
            await self._directory.note_contact(floor.site, admitted.contact, context, call.at)
        await self._ask_agent(call, floor, link, admitted)
        token = self._making.session_token(admitted.contact, key)
        record = SessionRecord(
            id=admitted.session,
            site=floor.site,
            role="caller",
            contact=admitted.contact,
            agent=None,
            expires_at=Millis(admitted.asked_at + _SESSION_MS),
        )
        await self._sessions.create(record, _hash(token))
        # It stands beside the contact now, and goes with that.
        await self._links.erase_name(link.site, link.id)
        _log.info("personal_link_used", link=link.id, contact=admitted.contact)
        return Answer(
            ContactCreated(
                contact_id=admitted.contact,
                session_id=admitted.session,
                session_token=token,
                position=floor.state.position(admitted.contact) or 0,
                announcements=[],
            ),
            status=201,
        )

    async def _admitted(self, call: Call, floor: Floor, link: PersonalLink, fresh: ContactId, key: bytes) -> Admit:
        outcome = await floor.report(
            ContactRequested(
                contact=fresh,
                session=SessionId(new_id("ss", call.at)),
                group=link.group,
                channel=link.channel,
                # Nothing tells this caller from others but the link, which nobody else uses.
                visitor=VisitorKey(hashlib.sha256(f"{link.site} {link.id}".encode()).hexdigest()),
                preferred=link.agent,
            ),
            source=f"link:{floor.site}",
            request=hashlib.sha256(link.id.encode() + b" " + key).hexdigest(),
        )
        if outcome.decided is None:
            # The link stays taken by this key: the page asks again and gets what was decided.
            raise Refused("busy", retry_after_ms=_PENDING)
        decided = next((made for made in outcome.decided if isinstance(made, Admit | Refuse)), None)
        assert decided is not None, "a requested contact is admitted or refused"
        if isinstance(decided, Refuse):
            await self._links.give_back(link, key)
            raise Refused(decided.reason.value)
        return decided

    async def _ask_agent(self, call: Call, floor: Floor, link: PersonalLink, admitted: Admit) -> None:
        """Where the group's strategy does not heed whom a contact prefers, choose them by hand."""
        contact = floor.state.contacts.get(admitted.contact)
        if link.agent is None or contact is None or floor.state.strategy(contact.group).heeds_preference:
            return
        await floor.report(
            AssignmentAsked(contact=contact.id, agent=link.agent),
            source=f"link:{floor.site}",
            request=new_id("rq", call.at),
        )

    async def _usable(self, call: Call) -> tuple[Floor, PersonalLink]:
        """The link, if it can be used now.

        Raises:
            Refused: If not, in words that say why.
        """
        floor, link = await self._found(call)
        state = link.state(call.at)
        if state is not LinkState.OPEN:
            raise Refused(f"personal_link_{state.value}")
        return floor, link

    async def _found(self, call: Call) -> tuple[Floor, PersonalLink]:
        asked: JoinLink = call.body
        link = await self._links.by_token(_hash(asked.token))
        floor = None if link is None else self._floors.get(link.site)
        if link is None or floor is None:
            raise Refused("personal_link_unknown")
        structlog.contextvars.bind_contextvars(site=floor.site)
        return floor, link


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _groups_of(floor: Floor, agent: AgentId) -> frozenset[GroupId]:
    site = floor.state.site
    known = () if site is None else site.agents
    return frozenset(group for one in known if one.id == agent for group in one.groups)


def _shown(link: PersonalLink, at: Millis) -> PersonalLinkShown:
    return PersonalLinkShown(
        id=link.id,
        group=link.group,
        agent_id=link.agent,
        channel=link.channel.value,
        state=link.state(at).value,
        created_at=link.created_at,
        good_from=link.good_from,
        good_until=link.good_until,
        code_until=link.code_until,
        name=link.name,
    )


def _picture(url: str) -> Picture:
    """The QR code of an address. Drawn here: nothing of it leaves this machine."""
    rows = segno.make(url, error="m", micro=False).matrix
    path = "".join(
        f"M{x + _MARGIN} {y + _MARGIN}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return Picture(side=len(rows) + 2 * _MARGIN, path=path)
