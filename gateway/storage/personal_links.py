"""Personal links: one caller each, within a time, until they are revoked.

Neither token nor code is stored, only their hashes. The name that an issuer gave stands in
a row of its own, which can be erased without the link.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from acd.config import Channel
from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import personal_link_names, personal_links

_LINKS: Final = select(personal_links, personal_link_names.c.name).outerjoin(
    personal_link_names,
    (personal_link_names.c.site == personal_links.c.site) & (personal_link_names.c.link == personal_links.c.id),
)


class LinkState(StrEnum):
    """What a link is good for at some moment."""

    NOT_YET_VALID = "not_yet_valid"
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalLink:
    """A link for one caller.

    Attributes:
        agent: Who is asked first; anybody of the group if ``None``.
        issued_by: The user, or the token of a program.
        code_until: Until when the code leads to it; ``None`` without one.
        name: Whom it is for, as the issuer put it; empty once erased.
    """

    site: SiteId
    id: str
    group: GroupId
    agent: AgentId | None
    channel: Channel
    issued_by: str
    created_at: Millis
    good_from: Millis
    good_until: Millis
    code_until: Millis | None = None
    used_at: Millis | None = None
    revoked_at: Millis | None = None
    name: str = ""

    def state(self, at: Millis) -> LinkState:
        """What became of it by then."""
        if self.used_at is not None:
            return LinkState.USED
        if self.revoked_at is not None:
            return LinkState.REVOKED
        if at >= self.good_until:
            return LinkState.EXPIRED
        return LinkState.OPEN if at >= self.good_from else LinkState.NOT_YET_VALID


class TooManyCodes(Exception):
    """The site has as many codes in force as it may have, or none is free."""


class TooManyLinks(Exception):
    """The issuer has as many open links as one may have."""


class StoredPersonalLinks:
    """The links of all sites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, link: PersonalLink, token_hash: bytes, codes: Sequence[bytes], *, most: int, open_: int) -> int:
        """Keep a link, with the first of these codes that is free; answers which, or -1 if none was wanted.

        Args:
            link: What it is.
            token_hash: What is known of its token.
            codes: The same of codes that it may have.
            most: So many codes may be in force at the site.
            open_: So many open links one issuer may have.

        Raises:
            TooManyCodes: And nothing is kept.
            TooManyLinks: And nothing is kept.
        """

        def work(tx: Connection) -> int:
            at = link.created_at
            mine = select(func.count()).where(*_open(link.site, at), personal_links.c.issued_by == link.issued_by)
            if tx.execute(mine).scalar_one() >= open_:
                raise TooManyLinks
            chosen = _free_code(tx, link, codes, most) if codes else -1
            row = {
                "site": link.site,
                "id": link.id,
                "group_id": link.group,
                "agent": link.agent,
                "channel": link.channel.value,
                "token_hash": token_hash,
                "code_hash": codes[chosen] if chosen >= 0 else None,
                "code_until": link.code_until if chosen >= 0 else None,
                "issued_by": link.issued_by,
                "created_at": at,
                "good_from": link.good_from,
                "good_until": link.good_until,
            }
            tx.execute(insert(personal_links).values(row))
            if link.name:
                tx.execute(insert(personal_link_names).values(site=link.site, link=link.id, name=link.name))
            return chosen

        return await self._database.transact(work)

    async def by_token(self, token_hash: bytes) -> PersonalLink | None:
        """The link with this token."""
        return await self._one(personal_links.c.token_hash == token_hash)

    async def find(self, site: SiteId, link: str) -> PersonalLink | None:
        """The link with this id."""
        return await self._one(personal_links.c.site == site, personal_links.c.id == link)

    async def by_code(self, site: SiteId, code_hash: bytes, at: Millis) -> PersonalLink | None:
        """The open link that this code leads to. The code is over with that."""

        def work(tx: Connection) -> PersonalLink | None:
            found = tx.execute(
                update(personal_links)
                .where(*_open(site, at), personal_links.c.code_hash == code_hash, personal_links.c.code_until > at)
                .values(code_hash=None, code_until=None)
                .returning(personal_links.c.id)
            ).scalar_one_or_none()
            if found is None:
                return None
            return _link(tx.execute(_LINKS.where(personal_links.c.site == site, personal_links.c.id == found)).one())

        return await self._database.transact(work)

    async def open_of(self, site: SiteId, issued_by: str | None, at: Millis) -> list[PersonalLink]:
        """What can still be used, of one issuer or of all, newest first."""
        asked = _LINKS.where(*_open(site, at)).order_by(personal_links.c.created_at.desc(), personal_links.c.id)
        if issued_by is not None:
            asked = asked.where(personal_links.c.issued_by == issued_by)
        return await self._database.look(lambda tx: [_link(row) for row in tx.execute(asked)])

    async def take(self, link: PersonalLink, key: bytes, at: Millis) -> bool:
        """Use it; ``False`` if somebody else did, or it may not be used. The same key may use it again."""
        this = (personal_links.c.site == link.site) & (personal_links.c.id == link.id)

        def work(tx: Connection) -> bool:
            taken = tx.execute(
                update(personal_links)
                .where(this, *_open(link.site, at), personal_links.c.good_from <= at)
                .values(used_at=at, used_key=key, code_hash=None, code_until=None)
            ).rowcount
            return taken == 1 or tx.execute(select(personal_links.c.used_key).where(this)).scalar_one_or_none() == key

        return await self._database.transact(work)

    async def give_back(self, link: PersonalLink, key: bytes) -> None:
        """Nothing came of its use: it is as good as before."""
        await self._database.transact(
            lambda tx: tx.execute(
                update(personal_links)
                .where(
                    personal_links.c.site == link.site,
                    personal_links.c.id == link.id,
                    personal_links.c.used_key == key,
                )
                .values(used_at=None, used_key=None)
            ).close()
        )

    async def revoke(self, site: SiteId, link: str, issued_by: str | None, at: Millis) -> bool:
        """Let nobody in by it any more, and forget the name; ``False`` if it is not open, or another's."""

        def work(tx: Connection) -> bool:
            asked = (
                update(personal_links)
                .where(*_open(site, at), personal_links.c.id == link)
                .values(revoked_at=at, code_hash=None, code_until=None)
            )
            if issued_by is not None:
                asked = asked.where(personal_links.c.issued_by == issued_by)
            if tx.execute(asked).rowcount == 0:
                return False
            _erase_name(tx, site, link)
            return True

        return await self._database.transact(work)

    async def erase_name(self, site: SiteId, link: str) -> None:
        """Forget whom it was for."""
        await self._database.transact(lambda tx: _erase_name(tx, site, link))

    async def forget_before(self, site: SiteId, before: Millis) -> int:
        """Forget links, and their names, that were good until then at most; answers how many."""
        old = (personal_links.c.site == site) & (personal_links.c.good_until < before)

        def work(tx: Connection) -> int:
            tx.execute(
                delete(personal_link_names).where(
                    personal_link_names.c.site == site,
                    personal_link_names.c.link.in_(select(personal_links.c.id).where(old)),
                )
            )
            return tx.execute(delete(personal_links).where(old)).rowcount

        return await self._database.transact(work)

    async def _one(self, *where: Any) -> PersonalLink | None:
        def work(tx: Connection) -> PersonalLink | None:
            row = tx.execute(_LINKS.where(*where)).one_or_none()
            return None if row is None else _link(row)

        return await self._database.look(work)


def _open(site: SiteId, at: Millis) -> tuple[Any, ...]:
    columns = personal_links.c
    return columns.site == site, columns.good_until > at, columns.used_at.is_(None), columns.revoked_at.is_(None)


def _free_code(tx: Connection, link: PersonalLink, codes: Sequence[bytes], most: int) -> int:
    columns = personal_links.c
    # One that is over makes room for the next.
    tx.execute(
        update(personal_links)
        .where(columns.site == link.site, columns.code_until <= link.created_at)
        .values(code_hash=None, code_until=None)
    )
    taken = set(
        tx.execute(select(columns.code_hash).where(columns.site == link.site, columns.code_hash.is_not(None))).scalars()
    )
    if len(taken) >= most:
        raise TooManyCodes
    found = next((n for n, code in enumerate(codes) if code not in taken), None)
    if found is None:
        raise TooManyCodes
    return found


def _erase_name(tx: Connection, site: SiteId, link: str) -> None:
    names = personal_link_names.c
    tx.execute(delete(personal_link_names).where(names.site == site, names.link == link))


def _millis(value: int | None) -> Millis | None:
    return None if value is None else Millis(value)


def _link(row: Row[Any]) -> PersonalLink:
    return PersonalLink(
        site=SiteId(row.site),
        id=row.id,
        group=GroupId(row.group_id),
        agent=None if row.agent is None else AgentId(row.agent),
        channel=Channel(row.channel),
        issued_by=row.issued_by,
        created_at=Millis(row.created_at),
        good_from=Millis(row.good_from),
        good_until=Millis(row.good_until),
        code_until=_millis(row.code_until),
        used_at=_millis(row.used_at),
        revoked_at=_millis(row.revoked_at),
        name=row.name or "",
    )
