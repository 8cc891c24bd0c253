"""Deletes what has been kept long enough, and writes down how much it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from acd.ids import ContactId, Millis, SiteId
from gateway.clock import Clock
from gateway.journal.port import Journal
from gateway.storage.audit import StoredAudit
from gateway.storage.directory import StoredDirectory
from gateway.storage.forecasts import StoredForecasts
from gateway.storage.notices import StoredNotices
from gateway.storage.personal_links import StoredPersonalLinks
from gateway.storage.sessions import StoredSessions
from gateway.storage.users import StoredSignIns

_DAY_MS = 24 * 60 * 60_000

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long things are kept, in days."""

    journal_days: int
    visitor_days: int
    audit_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSite:
    """A site, as far as there is something to delete in it, and what must not be deleted."""

    journal: Journal
    open_contacts: Callable[[], Sequence[ContactId]]


class RetentionJob:
    """One run looks at everything. Safe to repeat and to interrupt."""

    def __init__(
        self,
        *,
        sites: Mapping[SiteId, KeptSite],
        directory: StoredDirectory,
        notices: StoredNotices,
        personal_links: StoredPersonalLinks,
        sessions: StoredSessions,
        sign_ins: StoredSignIns,
        audit: StoredAudit,
        forecasts: StoredForecasts,
        keeping: Keeping,
        clock: Clock,
    ) -> None:
        self._sites = sites
        self._directory = directory
        self._notices = notices
        self._personal_links = personal_links
        self._sessions = sessions
        self._sign_ins = sign_ins
        self._audit = audit
        self._forecasts = forecasts
        self._keeping = keeping
        self._clock = clock

    async def run(self) -> None:
        """Delete what is over."""
        at = self._clock()
        await self._sessions.end_expired(at)
        # Kept a day longer, so that one that expired during a call is told from one that was ended.
        await self._sign_ins.end_expired(Millis(at - _DAY_MS))
        for site, kept in self._sites.items():
            visitors_before, still_open = self._days_before(at, self._keeping.visitor_days), kept.open_contacts()
            deleted = {
                "visitor_rows": await self._directory.erase_contacts_before(site, visitors_before, keep=still_open),
                "callback_links": await self._notices.forget_before(site, visitors_before, keep=still_open),
                "personal_links": await self._personal_links.forget_before(site, visitors_before),
                "facts": await kept.journal.trim(self._days_before(at, self._keeping.journal_days)),
                "forecasts": await self._forecasts.erase_before(
                    site, self._days_before(at, self._keeping.journal_days)
                ),
                "audit_details": await self._audit.erase_details_before(
                    site, self._days_before(at, self._keeping.audit_days)
                ),
            }
            if any(deleted.values()):
                _log.info("retention_ran", site=site, facts=deleted["facts"], visitor_rows=deleted["visitor_rows"])
                details = {what: str(count) for what, count in deleted.items()}
                await self._audit.add(site, at, actor="system", action="retention_ran", details=details)

    def _days_before(self, at: Millis, days: int) -> Millis:
        return Millis(at - days * _DAY_MS)
