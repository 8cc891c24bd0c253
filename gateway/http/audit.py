"""Reading the audit log."""

from typing import Protocol

from msgspec import Struct

from acd.ids import SiteId
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.storage.audit import AuditEntry

_PAGE = 100


class AuditLog(Protocol):
    """The audit log of every site."""

    async def entries(self, site: SiteId, *, after: int = 0, limit: int = 100) -> list[AuditEntry]:
        """The entries behind a number, in order."""


class AuditedAct(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that was done. ``details`` are null once erased."""

    number: int
    at: int
    actor: str
    action: str
    subject: str
    details: dict[str, str] | None


class AuditPage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Up to a hundred entries. Ask for more ``after`` the last one's number."""

    entries: list[AuditedAct]


class Audit:
    """The route of the audit log."""

    def __init__(self, *, log: AuditLog) -> None:
        self._log = log

    async def show(self, call: Call) -> Answer:
        """What was done in one's own site, oldest first."""
        assert call.who is not None, "the table lets only signed-in people in"
        if call.request.match_info["site"] != call.who.site:
            raise Refused("not_found")
        after = call.request.query.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 19):
            raise Refused("malformed", reason="after has to be a number")
        entries = await self._log.entries(call.who.site, after=int(after), limit=_PAGE)
        return Answer(
            AuditPage(
                entries=[
                    AuditedAct(
                        number=entry.number,
                        at=entry.at,
                        actor=entry.actor,
                        action=entry.action,
                        subject=entry.subject,
                        details=dict(entry.details) if entry.details is not None else None,
                    )
                    for entry in entries
                ]
            )
        )
