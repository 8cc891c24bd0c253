"""``GET /api/v1/sites/SITE/availability``: what the widget shows before anybody calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from acd.config import AnswerKind, Channel, Group
from acd.ids import GroupId, Millis, SiteId
from acd.state import State
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call
from gateway.storage.directory import StoredDirectory
from gateway.texts import LANGUAGES
from signaling.ports import Floor
from signaling.protocol.base import Language
from signaling.protocol.rest import Availability, GroupAvailability

_CACHED_MS = 10_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What a site tells visitors of itself before they call."""

    privacy_url: str | None
    terms: Mapping[str, str]


_NO_NOTICE: Final = Notice(None, {})


class Availabilities:
    """One answer for everybody who looks, made anew every 10 s. Who looked is nowhere kept or logged."""

    def __init__(
        self, *, floors: Mapping[SiteId, Floor], directory: StoredDirectory, notices: Mapping[SiteId, Notice]
    ) -> None:
        self._floors = floors
        self._directory = directory
        self._notices = notices
        self._made: dict[tuple[SiteId, Language], tuple[Millis, Availability]] = {}

    async def show(self, call: Call) -> Answer:
        """Every group of a site, and whether somebody could answer."""
        floor = self._floors.get(SiteId(call.request.match_info["site"]))
        if floor is None:
            raise Refused("site_unknown")
        wanted = call.request.query.get("lang", "")
        language = next((known for known in LANGUAGES if known == wanted), call.language)
        made = self._made.get((floor.site, language))
        if made is None or not 0 <= call.at - made[0] < _CACHED_MS:
            names = await self._directory.group_names(floor.site)
            notices = await self._directory.closed_notices(floor.site)
            groups = groups_of(floor.state, names, notices, language)
            notice = self._notices.get(floor.site, _NO_NOTICE)
            made = (
                call.at,
                Availability(
                    site=floor.site,
                    groups=groups,
                    privacy_url=notice.privacy_url,
                    terms=notice.terms.get(language),
                ),
            )
            self._made[floor.site, language] = made
        return Answer(made[1], headers={"Cache-Control": "public, max-age=10"})


def groups_of(
    state: State,
    names: Mapping[GroupId, Mapping[str, str]],
    notices: Mapping[GroupId, Mapping[str, str]],
    language: Language,
) -> list[GroupAvailability]:
    """How each group of a site stands, in words for visitors."""
    if state.site is None:
        return []
    return [
        GroupAvailability(
            id=group.id,
            name=names.get(group.id, {}).get(language) or names.get(group.id, {}).get("en") or group.id,
            state=(
                "closed"
                if not state.is_open(group.id)
                else "available"
                if state.agents_ready(group.id) and not state.waiting(group.id)
                else "busy"
                if state.agents_staffing(group.id)
                else "nobody"
            ),
            channels=[channel.value for channel in group.channels],
            policy=group.policy.value,
            waiting=state.waiting(group.id),
            notice=None if state.is_open(group.id) else notices.get(group.id, {}).get(language),
            callbacks=group.callbacks is not None,
            instead=None if state.is_open(group.id) else _offered(group),
        )
        for group in state.site.groups
    ]


def _offered(group: Group) -> Literal["group", "message", "callback"] | None:
    match group.when_closed.kind:
        case AnswerKind.GROUP:
            return "group"
        case AnswerKind.MESSAGE if Channel.MESSAGE in group.channels:
            return "message"
        case AnswerKind.CALLBACK if group.callbacks is not None:
            return "callback"
        case _:
            return None
