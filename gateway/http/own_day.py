"""What an agent did today, for their own eyes."""

from collections.abc import Mapping

from acd.ids import ContactId, SiteId
from gateway.http.route import Answer, Call
from gateway.runtime.own_day import Entry
from gateway.runtime.today import Today
from gateway.storage.directory import StoredDirectory
from signaling.ports import CodeLabel, ContactContext
from signaling.protocol.base import Language
from signaling.protocol.rest import OwnContact, OwnDay

_MOST = 300


class OwnDays:
    """The route of one's own day."""

    def __init__(self, *, days: Mapping[SiteId, Today], directory: StoredDirectory, code_label: CodeLabel) -> None:
        self._days = days
        self._directory = directory
        self._code_label = code_label

    async def show(self, call: Call) -> Answer:
        """Everything since midnight that rang at the desk of whoever asks."""
        who = call.who
        assert who is not None, "the table lets only signed-in people in"
        day = self._days[who.site]
        entries = day.own(who.id)
        shown = entries[: -_MOST - 1 : -1]
        said = await self._directory.contact_contexts(who.site, list({_caller_of(entry) for entry in shown}))
        groups = {
            group: await self._directory.group_name(who.site, group, call.language)
            for group in {entry.group for entry in shown if entry.group}
        }
        return Answer(
            OwnDay(
                since=day.since,
                is_complete=day.is_complete,
                contacts=[
                    self._shown(
                        who.site,
                        entry,
                        call.language,
                        group_name=groups.get(entry.group, ""),
                        said=said.get(_caller_of(entry), ContactContext()),
                    )
                    for entry in shown
                ],
                more=len(entries) - len(shown),
            )
        )

    def _shown(
        self, site: SiteId, entry: Entry, language: Language, *, group_name: str, said: ContactContext
    ) -> OwnContact:
        has_talked = entry.connected_at is not None and entry.ended_at is not None
        return OwnContact(
            id=entry.contact,
            group_name=group_name,
            channel=entry.channel.value,
            asked_by=entry.about is not None,
            rang_at=entry.rang_at,
            answered_at=entry.answered_at,
            talked_ms=(entry.ended_at or 0) - (entry.connected_at or 0) if has_talked else None,
            outcome=entry.outcome,
            code_label=self._code_label(site, entry.code, language) if entry.code else "",
            name=said.name,
            topic=said.topic,
            page_title=said.page_title,
        )


def _caller_of(entry: Entry) -> ContactId:
    """Whoever it was about: of a consultation the caller that was asked about."""
    return entry.contact if entry.about is None else entry.about
