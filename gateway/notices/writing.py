"""Makes the letter of a notice: the words of the catalogue, and what they are about."""

import datetime as dt
from zoneinfo import ZoneInfo

from acd.ids import Millis, SiteId
from acd.records import Contact
from acd.state import State
from gateway.notices.links import CallbackLinks
from gateway.notices.port import Notice
from gateway.notices.texts import DAYS, GOOD_FOR, PLACE, WHEN_DUE, WHEN_TURN, WORDINGS
from gateway.storage.directory import StoredDirectory
from gateway.storage.notices import OwedNotice
from signaling.protocol.base import Language

_MINUTE_MS = 60_000


class Writing:
    """Writes notices of one site."""

    def __init__(self, site: SiteId, directory: StoredDirectory, links: CallbackLinks) -> None:
        self._site = site
        self._directory = directory
        self._links = links

    async def write(self, owed: OwedNotice, state: State, at: Millis) -> Notice | None:
        """The letter; ``None`` if there is nobody to write to: they were erased, or left no address."""
        context = await self._directory.contact_context(self._site, owed.contact)
        if not context.address:
            return None
        language: Language = "de" if context.language == "de" else "en"
        contact = state.contacts.get(owed.contact)
        group = "" if contact is None else await self._directory.group_name(self._site, contact.group, language)
        site = (await self._directory.sites()).get(self._site, self._site)
        wording, link = WORDINGS[owed.kind][language], self._links.link(self._site, owed.contact)
        minutes = 0 if owed.until is None else (owed.until - at) // _MINUTE_MS
        position = state.position(owed.contact)
        says = {
            "group": group or site,
            "site": site,
            "link": link,
            "when": _when(contact, state, language),
            "place": PLACE[language].format(position=position) if position else "",
            "good": GOOD_FOR[language].format(minutes=minutes) if minutes > 1 else "",
        }
        return Notice(
            key=f"{owed.site}.{owed.number}.{owed.kind.value}",
            kind=owed.kind,
            site=self._site,
            contact=owed.contact,
            address=context.address,
            language=language,
            subject=wording.subject.format_map(says),
            text=wording.text.format_map(says),
            link=link,
            until=owed.until,
            at=owed.created_at,
        )


def _when(contact: Contact | None, state: State, language: Language) -> str:
    due_at = None if contact is None or contact.callback is None else contact.callback.due_at
    if contact is None or due_at is None:
        return WHEN_TURN[language]
    group = state.group(contact.group)
    zone = "UTC" if group is None or group.hours is None else group.hours.zone
    local = dt.datetime.fromtimestamp(due_at / 1000, ZoneInfo(zone))
    return WHEN_DUE[language].format(day=local.strftime(DAYS[language]), time=local.strftime("%H:%M"), zone=zone)
