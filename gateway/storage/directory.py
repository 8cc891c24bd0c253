"""Sites, the names of groups and agents, and what visitors said of themselves.

All of it is for showing to people; the core never sees it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from acd.ids import AgentId, ContactId, GroupId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import closed_notices, contact_notes, contact_words, group_names, sites, users
from signaling.ports import ContactContext

# Made once: everybody who comes back after a restart asks it.
_NOTES: Final = select(
    contact_notes, contact_words.c.text, contact_words.c.address, contact_words.c.reference
).outerjoin(
    contact_words,
    (contact_words.c.site == contact_notes.c.site) & (contact_words.c.contact == contact_notes.c.contact),
)
_BY_CONTACT: Final = _NOTES.where(
    contact_notes.c.site == bindparam("of_site"), contact_notes.c.contact == bindparam("of_contact")
)


class StoredDirectory:
    """Implements :class:`signaling.ports.Directory`, and lets it be filled and erased."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_site(self, site: SiteId, name: str, at: Millis) -> bool:
        """Make a site known; ``False`` if it already was, and then nothing changes."""

        def work(tx: Connection) -> bool:
            if tx.execute(select(sites.c.id).where(sites.c.id == site)).one_or_none():
                return False
            tx.execute(insert(sites).values(id=site, name=name, created_at=at))
            return True

        return await self._database.transact(work)

    async def sites(self) -> dict[SiteId, str]:
        """Every site and its name."""
        return await self._database.transact(
            lambda tx: {
                SiteId(row.id): str(row.name)
                for row in tx.execute(select(sites.c.id, sites.c.name).order_by(sites.c.id))
            }
        )

    async def name_group(self, site: SiteId, group: GroupId, names: Mapping[str, str]) -> None:
        """Give a group its names, by language; replaces those it had."""
        await self._database.transact(lambda tx: write_group_names(tx, site, group, names))

    async def set_closed_notice(self, site: SiteId, group: GroupId, texts: Mapping[str, str]) -> None:
        """What visitors are told while the group is closed by hand, by language; nothing for an empty mapping."""

        def work(tx: Connection) -> None:
            tx.execute(delete(closed_notices).where(closed_notices.c.site == site, closed_notices.c.group_id == group))
            rows = [
                {"site": site, "group_id": group, "language": language, "text": text}
                for language, text in texts.items()
            ]
            if rows:
                tx.execute(insert(closed_notices), rows)

        await self._database.transact(work)

    async def closed_notices(self, site: SiteId) -> dict[GroupId, dict[str, str]]:
        """The notices of all groups closed by hand: group, then language."""
        said = closed_notices.c
        return await self._in_languages(select(said.group_id, said.language, said.text).where(said.site == site))

    async def agent_name(self, site: SiteId, agent: AgentId) -> str:
        """The agent's display name, as callers see it; empty if there is no such agent."""

        def work(tx: Connection) -> str:
            found = tx.execute(
                select(users.c.display_name).where(users.c.site == site, users.c.id == agent)
            ).scalar_one_or_none()
            return found or ""

        return await self._database.look(work)

    async def group_name(self, site: SiteId, group: GroupId, language: str) -> str:
        """The group's name in this language, else in English, else its id."""
        names = (await self.group_names(site)).get(group, {})
        return names.get(language) or names.get("en") or group

    async def group_names(self, site: SiteId) -> dict[GroupId, dict[str, str]]:
        """All names of the site's groups: group, then language."""
        named = group_names.c
        return await self._in_languages(select(named.group_id, named.language, named.name).where(named.site == site))

    async def _in_languages(self, rows: Select[str, str, str]) -> dict[GroupId, dict[str, str]]:
        """From rows of group, language and text: group, then language."""

        def work(tx: Connection) -> dict[GroupId, dict[str, str]]:
            found: dict[GroupId, dict[str, str]] = {}
            for group, language, text in tx.execute(rows):
                found.setdefault(GroupId(group), {})[language] = text
            return found

        return await self._database.look(work)

    async def note_contact(self, site: SiteId, contact: ContactId, context: ContactContext, at: Millis) -> None:
        """Keep what the visitor said. The first note of a contact stays; a repeat changes nothing."""

        def work(tx: Connection) -> None:
            known = select(contact_notes.c.contact).where(
                contact_notes.c.site == site, contact_notes.c.contact == contact
            )
            if tx.execute(known).one_or_none():
                return
            tx.execute(
                insert(contact_notes).values(
                    site=site,
                    contact=contact,
                    name=context.name,
                    topic=context.topic,
                    language=context.language,
                    page_url=context.page_url,
                    page_title=context.page_title,
                    created_at=at,
                )
            )
            if context.text or context.address or context.reference:
                tx.execute(
                    insert(contact_words).values(
                        site=site,
                        contact=contact,
                        text=context.text,
                        address=context.address,
                        reference=context.reference,
                    )
                )

        await self._database.transact(work)

    async def note_address(self, site: SiteId, contact: ContactId, address: str) -> None:
        """Keep where to reach a caller who leaves the page; replaces what was kept."""

        def work(tx: Connection) -> None:
            this = (contact_words.c.site == site) & (contact_words.c.contact == contact)
            if tx.execute(update(contact_words).where(this).values(address=address)).rowcount == 0:
                tx.execute(
                    insert(contact_words).values(site=site, contact=contact, text="", address=address, reference="")
                )

        await self._database.transact(work)

    async def contact_context(self, site: SiteId, contact: ContactId) -> ContactContext:
        """What the visitor said of themselves and where they came from; empty once erased."""

        def work(tx: Connection) -> ContactContext:
            row = tx.execute(_BY_CONTACT, {"of_site": site, "of_contact": contact}).one_or_none()
            return _context(row) if row else ContactContext()

        return await self._database.look(work)

    async def contact_contexts(self, site: SiteId, contacts: Sequence[ContactId]) -> dict[ContactId, ContactContext]:
        """The same for several contacts; those without a note are left out."""

        def work(tx: Connection) -> dict[ContactId, ContactContext]:
            rows = tx.execute(_NOTES.where(contact_notes.c.site == site, contact_notes.c.contact.in_(contacts)))
            return {ContactId(row.contact): _context(row) for row in rows}

        return await self._database.look(work)

    async def erase_contact(self, site: SiteId, contact: ContactId) -> bool:
        """Forget what this visitor said; ``False`` if nothing was kept."""
        return bool(
            await self._database.transact(
                lambda tx: _erase(
                    tx,
                    select(contact_notes.c.contact).where(
                        contact_notes.c.site == site, contact_notes.c.contact == contact
                    ),
                    site,
                )
            )
        )

    async def erase_contacts_before(self, site: SiteId, before: Millis, *, keep: Sequence[ContactId] = ()) -> int:
        """Forget what visitors said before then, except in contacts still open; answers how many."""
        return await self._database.transact(
            lambda tx: _erase(
                tx,
                select(contact_notes.c.contact).where(
                    contact_notes.c.site == site,
                    contact_notes.c.created_at < before,
                    contact_notes.c.contact.not_in(keep),
                ),
                site,
            )
        )


def write_group_names(tx: Connection, site: SiteId, group: GroupId, names: Mapping[str, str]) -> None:
    """Give a group its names in somebody else's transaction."""
    tx.execute(delete(group_names).where(group_names.c.site == site, group_names.c.group_id == group))
    rows = [{"site": site, "group_id": group, "language": language, "name": name} for language, name in names.items()]
    if rows:
        tx.execute(insert(group_names), rows)


def _erase(tx: Connection, chosen: Select[tuple[str]], site: SiteId) -> int:
    tx.execute(delete(contact_words).where(contact_words.c.site == site, contact_words.c.contact.in_(chosen)))
    return tx.execute(
        delete(contact_notes).where(contact_notes.c.site == site, contact_notes.c.contact.in_(chosen))
    ).rowcount


def _context(row: Row[Any]) -> ContactContext:
    return ContactContext(
        name=row.name,
        topic=row.topic,
        language=row.language,
        page_url=row.page_url,
        page_title=row.page_title,
        text=row.text or "",
        address=row.address or "",
        reference=row.reference or "",
    )
