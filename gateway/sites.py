"""Sites as the operator wrote them down, and as the core has to know them.

Groups come from settings, agents from the users who were granted groups. When what the
core knows differs from that, it is told by a fact, so a replay sees the rules that were
in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from acd.config import Agent, Channel, Group, MediaPolicy, Site
from acd.ids import GroupId, Millis, SiteId
from gateway.auth.roles import groups_served
from gateway.settings import GroupSettings, SiteSettings
from gateway.storage.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A site without its agents.

    Attributes:
        names: Group to language to name.
        origins: Pages that may embed the widget, besides our own.
    """

    id: SiteId
    name: str
    groups: tuple[Group, ...]
    names: Mapping[GroupId, Mapping[str, str]]
    origins: frozenset[str]
    contacts_per_visitor: int


def plan(written: SiteSettings, *, contacts_per_visitor: int) -> SitePlan:
    """What the operator wrote, in the core's words."""
    return SitePlan(
        id=SiteId(written.id),
        name=written.name or written.id,
        groups=tuple(_group(group) for group in written.groups),
        names={GroupId(group.id): {"de": group.names.de, "en": group.names.en} for group in written.groups},
        origins=frozenset(written.origins),
        contacts_per_visitor=contacts_per_visitor,
    )


def as_configured(planned: SitePlan, users: Iterable[User]) -> Site:
    """The site as the core has to know it, with the agents who are let in now."""
    known = [group.id for group in planned.groups]
    agents = [
        Agent(id=user.id, groups=served)
        for user in users
        if not user.is_disabled and (served := groups_served(user, known))
    ]
    return Site(
        groups=planned.groups,
        agents=tuple(sorted(agents, key=lambda agent: agent.id)),
        contacts_per_visitor=planned.contacts_per_visitor,
    )


def _group(written: GroupSettings) -> Group:
    return Group(
        id=GroupId(written.id),
        channels=tuple(Channel(channel) for channel in written.channels),
        policy=MediaPolicy.DIRECT,
        is_open=written.is_open,
        max_waiting=written.max_waiting,
        ring_ms=Millis(written.ring_seconds * 1000),
        wrap_up_ms=Millis(written.wrap_up_seconds * 1000),
        declined_ms=Millis(written.declined_seconds * 1000),
        turn_only=written.turn_only,
    )
