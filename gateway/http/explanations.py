"""Why a contact went the way it went, for supervisors of its groups."""

import asyncio
from collections.abc import Mapping

from msgspec import Struct

from acd.ids import ContactId, SiteId
from gateway.day import zone_of
from gateway.explanation import explain, in_sentences, notes
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.journal.port import Journal, JournalUnavailable
from gateway.storage.directory import StoredDirectory
from signaling.ports import Floor, FloorBusy


class ExplainedEntry(Struct, frozen=True, kw_only=True, rename="camel"):
    """One thing that happened. ``code`` and ``says`` are for programs, the sentence for people."""

    at: int
    code: str
    says: dict[str, str | int]
    sentence: str


class ExplainedContact(Struct, frozen=True, kw_only=True, rename="camel"):
    """What happened to a contact, in order; ``notes`` are about what there is not to tell."""

    contact: str
    entries: list[ExplainedEntry]
    notes: list[str]


class Explanations:
    """The route of explanations."""

    def __init__(
        self, *, floors: Mapping[SiteId, Floor], journals: Mapping[SiteId, Journal], directory: StoredDirectory
    ) -> None:
        self._floors = floors
        self._journals = journals
        self._directory = directory
        # Reading is work: one at a time.
        self._turn = asyncio.Lock()

    async def show(self, call: Call) -> Answer:
        """What happened to a contact of a group one watches over."""
        who, site = call.who, SiteId(call.request.match_info["site"])
        assert who is not None, "the table lets only signed-in people in"
        if site != who.site:
            raise Refused("not_found")
        contact = ContactId(call.request.match_info["contact"])
        try:
            async with self._turn:
                told = await explain(self._journals[site], contact)
        except JournalUnavailable as why:
            raise FloorBusy from why
        if not told.entries or not any(map(who.watches, told.groups)):
            raise Refused("not_found")
        zone = zone_of(self._floors[site].state.site)
        said = await in_sentences(told, self._directory, site, call.language, zone)
        return Answer(
            ExplainedContact(
                contact=contact,
                entries=[
                    ExplainedEntry(at=entry.at, code=entry.code, says=dict(entry.says), sentence=sentence)
                    for entry, sentence in zip(told.entries, said, strict=True)
                ],
                notes=notes(told, call.language),
            )
        )
