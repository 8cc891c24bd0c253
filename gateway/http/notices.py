"""``GET /api/v1/sites/SITE/notices``: which callers could not be told that it is their turn."""

from collections.abc import Mapping
from typing import Literal

from acd.ids import SiteId
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.storage.notices import OwedNotice, StoredNotices
from signaling.ports import Floor
from signaling.protocol.base import Count, Identity, MillisUtc, Part


class FailedNotice(Part, frozen=True):
    """A notice that could not be sent so far, or was given up."""

    contact_id: Identity
    """Whose it is."""
    kind: Literal["place_held", "invitation", "missed", "over"]
    """What it says."""
    failure: str
    """Why it failed last: `recipient_refused`, `unreachable`, `sign_in_refused`, `http_500` and the like."""
    tries: Count
    """How often it failed."""
    created_at: MillisUtc
    """Since when it is owed."""
    given_up_at: MillisUtc | None
    """When it was given up; null while it is tried again."""


class NoticesPage(Part, frozen=True):
    """What is wrong with notices at a site; nothing if both lists are empty."""

    waiting: Count
    """How many are still to be sent, new ones included."""
    failing: list[FailedNotice]
    """Tried again."""
    given_up: list[FailedNotice]
    """Not tried again: somebody has to do something else."""


class FailedNotices:
    """The route for supervisors."""

    def __init__(self, *, floors: Mapping[SiteId, Floor], store: StoredNotices) -> None:
        self._floors = floors
        self._store = store

    async def show(self, call: Call) -> Answer:
        """What could not be sent, of the groups one watches over."""
        site = SiteId(call.request.match_info["site"])
        who, floor = call.who, self._floors.get(site)
        if who is None or who.site != site or floor is None:
            raise Refused("not_found")
        state = floor.state

        def may_see(notice: OwedNotice) -> bool:
            contact = state.contacts.get(notice.contact)
            # Where one that is over was, is not known here any more.
            return all(map(who.watches, state.groups)) if contact is None else who.watches(contact.group)

        return Answer(
            NoticesPage(
                waiting=await self._store.count(site),
                failing=[_shown(notice) for notice in await self._store.unsent(site) if may_see(notice)],
                given_up=[
                    _shown(notice) for notice in await self._store.unsent(site, given_up=True) if may_see(notice)
                ],
            )
        )


def _shown(notice: OwedNotice) -> FailedNotice:
    return FailedNotice(
        contact_id=notice.contact,
        kind=notice.kind.value,
        failure=notice.failure,
        tries=notice.tries,
        created_at=notice.created_at,
        given_up_at=notice.given_up_at,
    )
