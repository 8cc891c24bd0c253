"""What each role may do, as a table. ``docs/reference/roles.md`` is generated from it.

A role is granted in one group, in several, or in the whole site. A right that is not in
the table is nobody's.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from acd.ids import GroupId
from gateway.storage.users import WHOLE_SITE, Grant, User


class Role(StrEnum):
    """What somebody is."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What somebody may do."""

    SEE_SELF = "see_self"
    """Sign in and out, and see one's own name and roles."""
    SERVE = "serve"
    """Open the agent desk, choose a presence, take and end contacts of the granted groups."""
    SUPERVISE = "supervise"
    """Set an agent's presence, sign them out, move them between groups; assign and end contacts; close and reopen
    groups. In the granted groups."""
    CONFIGURE = "configure"
    """See and change the configuration, and whom webhooks tell. Needs the role in the whole site."""
    READ_AUDIT = "read_audit"
    """Read who did what. Needs the role in the whole site."""


RIGHTS: Final[Mapping[Right, frozenset[Role]]] = {
    Right.SEE_SELF: frozenset(Role),
    Right.SERVE: frozenset({Role.AGENT}),
    Right.SUPERVISE: frozenset({Role.SUPERVISOR}),
    Right.CONFIGURE: frozenset({Role.ADMINISTRATOR}),
    Right.READ_AUDIT: frozenset({Role.ADMINISTRATOR}),
}

SITE_WIDE: Final = frozenset({Right.CONFIGURE, Right.READ_AUDIT})
"""Rights about a site as a whole: a grant in some of its groups does not give them."""


def roles_of(user: User) -> list[Role]:
    """The user's roles, wherever granted, in the order of :class:`Role`."""
    granted = {grant.role for grant in user.grants}
    return [role for role in Role if role in granted]


def may(user: User, right: Right) -> bool:
    """Whether the user has a right anywhere, or, for one about the whole site, there."""
    return any(
        grant.role in RIGHTS[right] and (right not in SITE_WIDE or grant.group == WHOLE_SITE) for grant in user.grants
    )


def groups_served(user: User, groups: Iterable[GroupId]) -> tuple[GroupId, ...]:
    """Which of a site's groups the user takes contacts of, in the site's order."""
    granted = {grant.group for grant in user.grants if grant.role in RIGHTS[Right.SERVE]}
    return tuple(group for group in groups if WHOLE_SITE in granted or group in granted)


def groups_supervised(user: User) -> frozenset[GroupId]:
    """The groups the user is a supervisor of; :data:`WHOLE_SITE` stands for all."""
    return frozenset(grant.group for grant in user.grants if grant.role in RIGHTS[Right.SUPERVISE])


def grants(roles: Iterable[Role], groups: Iterable[GroupId]) -> frozenset[Grant]:
    """Each role in each group; in the whole site if no group is named."""
    where = list(groups) or [WHOLE_SITE]
    return frozenset(Grant(role=role, group=group) for role in roles for group in where)
