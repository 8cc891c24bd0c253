"""Sites as the operator sets them up, and as the core has to know them.

Settings say which sites there are, whose pages may embed them, and what a new site begins
with. From then on its configuration is in the database. Who may serve which groups is
granted to users.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from acd.config import Channel, Site
from acd.ids import AgentId, GroupId, SiteId
from gateway.auth.roles import groups_served
from gateway.configuration.document import GroupRules, SiteDocument, Words
from gateway.configuration.rules import site_of
from gateway.settings import GroupSettings, SiteSettings
from gateway.storage.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A site without what it decides itself.

    Attributes:
        seed: What it begins with.
        origins: Pages that may embed the widget, besides our own.
        privacy_url: Its privacy notice.
        terms: What visitors read before their first call, by language.
    """

    id: SiteId
    name: str
    seed: SiteDocument
    origins: frozenset[str]
    privacy_url: str | None = None
    terms: Mapping[str, str] = field(default_factory=dict)


def plan(written: SiteSettings, *, contacts_per_visitor: int) -> SitePlan:
    """What the operator wrote."""
    return SitePlan(
        id=SiteId(written.id),
        name=written.name or written.id,
        seed=SiteDocument(
            groups=tuple(_group(group) for group in written.groups), contacts_per_visitor=contacts_per_visitor
        ),
        origins=frozenset(written.origins),
        privacy_url=written.privacy_url,
        terms={"de": written.terms.de, "en": written.terms.en} if written.terms else {},
    )


def without_callbacks(site: Site) -> Site:
    """The site where nobody could be told that it is their turn."""
    return replace(site, groups=tuple(replace(group, callbacks=None) for group in site.groups))


def granted_groups(document: SiteDocument, users: Iterable[User]) -> dict[AgentId, tuple[GroupId, ...]]:
    """Everybody, with those of the site's groups that they were granted as agents."""
    known = [GroupId(group.id) for group in document.groups]
    return {user.id: groups_served(user, known) for user in users}


def as_configured(document: SiteDocument, users: Iterable[User]) -> Site:
    """The site as the core has to know it, with the agents who are let in now."""
    return site_of(document, granted_groups(document, [user for user in users if not user.is_disabled]))


def _group(written: GroupSettings) -> GroupRules:
    return GroupRules(
        id=written.id,
        names=Words(de=written.names.de, en=written.names.en),
        channels=tuple(Channel(channel) for channel in written.channels),
        is_open=written.is_open,
        max_waiting=written.max_waiting,
        ring_ms=written.ring_seconds * 1000,
        wrap_up_ms=written.wrap_up_seconds * 1000,
        declined_ms=written.declined_seconds * 1000,
        turn_only=written.turn_only,
    )
