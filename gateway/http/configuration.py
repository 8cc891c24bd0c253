"""A site's configuration: the whole and its parts, its versions, and the way back to one of them.

Every change names the version that it changes, as HTTP has it: ``ETag`` and ``If-Match``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from acd.ids import SiteId
from gateway.configuration.document import GroupRules, NamedSkill, RoutingProfile, SiteDocument
from gateway.configuration.faults import ConfigurationWrong, Fault
from gateway.configuration.in_force import Edit, InForce
from gateway.http.problems import Refused
from gateway.http.route import Answer, Call, Who
from gateway.storage.configuration import Change, Version, VersionConflict

LARGEST_DOCUMENT: Final = 8 * 1024 * 1024
_PAGE = 100
_ETAG = re.compile(r'"([0-9]{1,18})"')

_Part = GroupRules | NamedSkill | RoutingProfile
_List = Literal["groups", "skills", "agents"]
"""The lists of the document whose parts have routes of their own."""

T = TypeVar("T", bound=_Part)


class VersionHead(Struct, frozen=True, kw_only=True, rename="camel"):
    """One version: its number, who made it, when, and by what. ``subject`` is the id of what was changed."""

    number: int
    at: int
    actor: str
    action: str
    subject: str


class VersionPage(Struct, frozen=True, kw_only=True, rename="camel"):
    """Up to a hundred versions, newest first. Ask for more ``before`` the last one's number."""

    versions: list[VersionHead]


class KeptVersion(Struct, frozen=True, kw_only=True, rename="camel"):
    """One version with all that was in it."""

    version: VersionHead
    configuration: SiteDocument


class History(Protocol):
    """Every version there was."""

    async def version(self, site: SiteId, number: int) -> Version | None:
        """One of them."""

    async def changes(self, site: SiteId, *, before: int, limit: int) -> list[tuple[int, Change]]:
        """Numbers and changes before a number, newest first."""


class Configuration:
    """The routes of the configuration."""

    def __init__(self, *, sites: Mapping[SiteId, InForce], history: History) -> None:
        self._sites = sites
        self._history = history

    async def show(self, call: Call) -> Answer:
        """The whole configuration in force."""
        version = await self._site(call).look()
        return _answer(version.document, version)

    async def replace(self, call: Call) -> Answer:
        """Take a whole configuration."""
        document: SiteDocument = call.body
        made = await self._change(call, lambda _: document, "configuration_changed")
        return _answer(made.document, made)

    async def show_group(self, call: Call) -> Answer:
        """One group."""
        return await self._show(call, "groups")

    async def put_group(self, call: Call) -> Answer:
        """Add a group, or change it."""
        return await self._put(call, "groups", "group_changed")

    async def delete_group(self, call: Call) -> Answer:
        """Remove a group. Its open contacts end."""
        return await self._remove(call, "groups", "group_removed")

    async def show_skill(self, call: Call) -> Answer:
        """One skill."""
        return await self._show(call, "skills")

    async def put_skill(self, call: Call) -> Answer:
        """Add a skill, or change it."""
        return await self._put(call, "skills", "skill_changed")

    async def delete_skill(self, call: Call) -> Answer:
        """Remove a skill that nothing asks for and nobody has any more."""
        return await self._remove(call, "skills", "skill_removed")

    async def show_profile(self, call: Call) -> Answer:
        """An agent's routing profile; the usual one if they have none of their own."""
        site, agent = self._site(call), call.request.match_info["agent"]
        if agent not in await site.people():
            raise Refused("not_found")
        version = await site.look()
        profiles = {profile.id: profile for profile in version.document.agents}
        return _answer(profiles.get(agent, RoutingProfile(id=agent)), version)

    async def put_profile(self, call: Call) -> Answer:
        """Give an agent a routing profile, or change it."""
        return await self._put(call, "agents", "profile_changed")

    async def delete_profile(self, call: Call) -> Answer:
        """Take the profile away: the agent serves every group they were granted, as usual."""
        return await self._remove(call, "agents", "profile_removed")

    async def versions(self, call: Call) -> Answer:
        """Who changed what, newest first."""
        before = call.request.query.get("before", str(2**53))
        changes = await self._history.changes(self._site(call).site, before=_number(before), limit=_PAGE)
        return Answer(VersionPage(versions=[_head(number, change) for number, change in changes]))

    async def version(self, call: Call) -> Answer:
        """One version with all that was in it."""
        version = await self._kept(call)
        return Answer(KeptVersion(version=_head(version.number, version.change), configuration=version.document))

    async def roll_back(self, call: Call) -> Answer:
        """Take a former configuration again, as a new version. Profiles of people who are gone are left out."""
        kept = await self._kept(call)
        people = await self._site(call).people()
        agents = tuple(profile for profile in kept.document.agents if profile.id in people)
        document = replace(kept.document, agents=agents)
        made = await self._change(call, lambda _: document, "configuration_rolled_back", str(kept.number))
        return _answer(made.document, made)

    async def _show(self, call: Call, of: _List) -> Answer:
        version = await self._site(call).look()
        return _answer(_found(getattr(version.document, of), _named(call, of)), version)

    async def _put(self, call: Call, to: _List, action: str) -> Answer:
        part: _Part = call.body

        def edit(document: SiteDocument) -> SiteDocument:
            return replace(document, **{to: _with(getattr(document, to), part)})

        return _answer(part, await self._change(call, edit, action, part, to))

    async def _remove(self, call: Call, of: _List, action: str) -> Answer:
        part = _named(call, of)

        def edit(document: SiteDocument) -> SiteDocument:
            return replace(document, **{of: _without(getattr(document, of), part)})

        return _answer(None, await self._change(call, edit, action, part))

    async def _kept(self, call: Call) -> Version:
        number = _number(call.request.match_info["number"])
        version = await self._history.version(self._site(call).site, number)
        if version is None:
            raise Refused("not_found")
        return version

    def _site(self, call: Call) -> InForce:
        site = self._sites.get(SiteId(call.request.match_info["site"]))
        if site is None or site.site != _who(call).site:
            raise Refused("not_found")
        return site

    async def _change(
        self,
        call: Call,
        edit: Edit,
        action: str,
        part: _Part | str = "",
        to: _List | None = None,
    ) -> Version:
        """Make a version of an edit; ``part`` is what was put into the list ``to``, or the id of what was changed."""
        site = self._site(call)
        subject = part if isinstance(part, str) else part.id
        if to is not None and subject != _named(call, to):
            raise Refused("configuration_wrong", faults=[Fault("id", "another_id")])
        change = Change(at=call.at, actor=_who(call).id, action=action, subject=subject)
        return await changed(site, edit, change, after=_after(call), to=to)


async def changed(site: InForce, edit: Edit, change: Change, *, after: int | None, to: _List | None = None) -> Version:
    """Change a configuration, with refusals as HTTP has them.

    What is wrong in the part that was put into the list ``to`` is named as it stands in that part.
    """
    prefix = ""

    def noted(document: SiteDocument) -> SiteDocument:
        nonlocal prefix
        edited = edit(document)
        if to is not None:
            prefix = f"{to}[{[one.id for one in getattr(edited, to)].index(change.subject)}]."
        return edited

    try:
        return await site.change(noted, change, after=after)
    except VersionConflict:
        raise Refused("version_changed") from None
    except ConfigurationWrong as wrong:
        faults = [Fault(fault.where.removeprefix(prefix), fault.code, fault.says) for fault in wrong.faults]
        raise Refused("configuration_wrong", faults=faults) from None


def _named(call: Call, of: _List) -> str:
    """The id in the path."""
    return call.request.match_info[of.removesuffix("s")]


def _with(listed: Sequence[T], part: T) -> tuple[T, ...]:
    if any(one.id == part.id for one in listed):
        return tuple(part if one.id == part.id else one for one in listed)
    return (*listed, part)


def _without(listed: Sequence[T], part: str) -> tuple[T, ...]:
    _found(listed, part)
    return tuple(one for one in listed if one.id != part)


def _found(listed: Sequence[T], part: str) -> T:
    for one in listed:
        if one.id == part:
            return one
    raise Refused("not_found")


def _after(call: Call) -> int | None:
    sent = call.request.headers.get("If-Match", "").strip()
    if not sent:
        raise Refused("version_missing")
    if sent == "*":
        return None
    numbers = _ETAG.fullmatch(sent)
    if numbers is None:
        raise Refused("malformed", reason="If-Match has to be the ETag of the version that is changed, or *")
    return int(numbers[1])


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise Refused("malformed", reason="a version is a number")
    return int(written)


def _head(number: int, change: Change) -> VersionHead:
    return VersionHead(number=number, at=change.at, actor=change.actor, action=change.action, subject=change.subject)


def _answer(body: Struct | None, version: Version) -> Answer:
    headers = {"ETag": f'"{version.number}"'}
    return Answer(body, status=200 if body is not None else 204, headers=headers)


def _who(call: Call) -> Who:
    assert call.who is not None, "the table lets only signed-in people in"
    return call.who
