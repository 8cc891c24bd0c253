"""``GET /api/v1/sites/SITE/groups/GROUP/openings``: when somebody may ask to be called back."""

from collections.abc import Iterator, Mapping
from typing import Final

from acd.config import Group
from acd.ids import GroupId, Millis, SiteId
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from signaling.ports import Floor
from signaling.protocol.rest import Opening, Openings

_AHEAD_MS: Final = 14 * 24 * 60 * 60_000
_MOST: Final = 100


class OpeningHours:
    """Opening hours as moments, for date pickers."""

    def __init__(self, *, floors: Mapping[SiteId, Floor]) -> None:
        self._floors = floors

    async def show(self, call: Call) -> Answer:
        """The times within the next two weeks in which a group is open."""
        floor = self._floors.get(SiteId(call.request.match_info["site"]))
        if floor is None:
            raise Refused("site_unknown")
        group = floor.state.group(GroupId(call.request.match_info["group"]))
        if group is None:
            raise Refused("group_unknown")
        spans = list(_spans(group, call.at))
        return Answer(
            Openings(zone=None if group.hours is None else group.hours.zone, spans=spans[:_MOST]),
            headers={"Cache-Control": "public, max-age=60"},
        )


def _spans(group: Group, at: Millis) -> Iterator[Opening]:
    """The spans, cut to what is still to come."""
    until = Millis(at + _AHEAD_MS)
    if not group.is_open:
        return
    if group.hours is None:
        yield Opening(start=at, end=until)
        return
    while at < until:
        changes_at = group.hours.next_change(at)
        end = until if changes_at is None else min(changes_at, until)
        if group.hours.is_open(at):
            yield Opening(start=at, end=end)
        at = Millis(end)
