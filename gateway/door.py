"""The doorkeeper as HTTP and the conversation know it. Translates; decides nothing."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from acd.ids import AgentId, Millis, SiteId
from gateway.auth.doorkeeper import BadCredentials, Doorkeeper, LockedOut, Recognised, key_of
from gateway.auth.passwords import PasswordsBusy
from gateway.auth.roles import Right, groups_supervised, may, roles_of
from gateway.auth.tokens import Tokens
from gateway.http.edge import COOKIE
from gateway.http.problems import Refused
from gateway.http.route import Program, Who
from gateway.storage.users import WHOLE_SITE, User
from signaling.ports import AgentIdentity, FloorBusy, SupervisorIdentity

_BUSY = Millis(2_000)

_log = structlog.stdlib.get_logger(__name__)

Kick = Callable[[SiteId, AgentId], Awaitable[None]]


class Door:
    """Implements what :mod:`gateway.http` and :class:`signaling.ports.Authenticator` want of sign-in."""

    def __init__(self, doorkeeper: Doorkeeper, tokens: Tokens) -> None:
        self._doorkeeper = doorkeeper
        self._tokens = tokens
        self._desks: dict[tuple[SiteId, AgentId], bytes] = {}
        self._kick: Kick | None = None

    def on_sign_out(self, kick: Kick) -> None:
        """Whom to tell that an agent is not signed in any more."""
        self._kick = kick

    async def sign_in(
        self, user_name: str, password: str, *, prefix: str, former: str | None = None
    ) -> tuple[str, Who]:
        """See :meth:`gateway.http.account.Door.sign_in`."""
        try:
            token, recognised = await self._doorkeeper.sign_in(user_name, password, prefix=prefix)
        except BadCredentials:
            raise Refused("bad_credentials") from None
        except LockedOut as locked:
            raise Refused("locked_out", retry_after_ms=locked.retry_after_ms) from None
        except PasswordsBusy:
            raise Refused("busy", retry_after_ms=_BUSY) from None
        if former:
            await self._replace(key_of(former), recognised)
        return token, _who(recognised)

    async def sign_out(self, who: Who) -> None:
        """See :meth:`gateway.http.account.Door.sign_out`."""
        await self._doorkeeper.sign_out(who.id, who.site, who.sign_in)
        if self._desks.get((who.site, who.id)) == who.sign_in:
            await self._close_desk(who.site, who.id)

    async def recognise(self, cookie: str) -> Who | None:
        """See :meth:`gateway.http.edge.Recogniser.recognise`."""
        recognised = await self._doorkeeper.recognise(cookie)
        return _who(recognised) if recognised is not None else None

    async def recognise_program(self, token: str) -> Program | None:
        """See :meth:`gateway.http.edge.Recogniser.recognise_program`."""
        found = await self._tokens.recognise(token)
        return Program(id=found.id, site=found.site, scopes=found.scopes) if found is not None else None

    async def agent_of(self, cookies: Mapping[str, str]) -> AgentIdentity | None:
        """See :meth:`signaling.ports.Authenticator.agent_of`."""
        cookie = cookies.get(COOKIE)
        recognised = await self._doorkeeper.recognise(cookie) if cookie else None
        if recognised is None or not may(recognised.user, Right.SERVE):
            return None
        user = recognised.user
        self._desks[user.site, user.id] = recognised.key
        return AgentIdentity(site=user.site, agent=user.id, display_name=user.display_name, sign_in=recognised.key)

    async def is_still_signed_in(self, identity: AgentIdentity) -> bool:
        """See :meth:`signaling.ports.Authenticator.is_still_signed_in`."""
        # The browser may have another sign-in since it attached.
        user = await self._doorkeeper.keep(self._desks.get((identity.site, identity.agent), identity.sign_in))
        return user is not None and may(user, Right.SERVE)

    async def dismiss(self, site: SiteId, agent: AgentId) -> None:
        """Sign an agent out everywhere and close their desk, because somebody else says so.

        Raises:
            FloorBusy: If the floor cannot be told at the moment.
        """
        await self._doorkeeper.end_all(agent)
        if self._kick is not None:
            await self._kick(site, agent)
        self._desks.pop((site, agent), None)

    async def supervisor_of(self, cookies: Mapping[str, str]) -> SupervisorIdentity | None:
        """See :meth:`signaling.ports.Authenticator.supervisor_of`."""
        cookie = cookies.get(COOKIE)
        recognised = await self._doorkeeper.recognise(cookie) if cookie else None
        return None if recognised is None else _supervisor(recognised.user, recognised.key)

    async def still_supervises(self, identity: SupervisorIdentity) -> SupervisorIdentity | None:
        """See :meth:`signaling.ports.Authenticator.still_supervises`."""
        user = await self._doorkeeper.keep(identity.sign_in)
        return None if user is None else _supervisor(user, identity.sign_in)

    async def close_desks(self) -> None:
        """Close the desks of who was disabled, lost the role or was signed out elsewhere, e.g. by a command.

        At once, also in a call. A sign-in that only expired is none of these: the conversation
        asks for it, and lets a call come to its end.
        """
        desks = dict(self._desks)
        users = await self._doorkeeper.owners(desks.values()) if desks else {}
        for (site, agent), sign_in in desks.items():
            user = users.get(sign_in)
            is_shut_out = user is None or not may(user, Right.SERVE)
            # Whoever signed in again meanwhile has another desk now.
            if is_shut_out and self._desks.get((site, agent)) == sign_in:
                await self._close_desk(site, agent)

    async def _replace(self, former: bytes, recognised: Recognised) -> None:
        desk = recognised.user.site, recognised.user.id
        if self._desks.get(desk) == former:
            # The same person: the desk stays open.
            self._desks[desk] = recognised.key
        await self._doorkeeper.end(former)

    async def _close_desk(self, site: SiteId, agent: AgentId) -> None:
        if self._kick is not None:
            try:
                await self._kick(site, agent)
            except FloorBusy:
                # The desk is still on the list, so the next look at it tries again.
                _log.warning("desk_close_put_off", site=site, agent=agent)
                return
        self._desks.pop((site, agent), None)


def _supervisor(user: User, sign_in: bytes) -> SupervisorIdentity | None:
    if not may(user, Right.SUPERVISE):
        return None
    groups = groups_supervised(user)
    return SupervisorIdentity(
        site=user.site, user=user.id, groups=None if WHOLE_SITE in groups else groups, sign_in=sign_in
    )


def _who(recognised: Recognised) -> Who:
    user: User = recognised.user
    return Who(
        id=user.id,
        site=user.site,
        display_name=user.display_name,
        roles=tuple(role.value for role in roles_of(user)),
        rights=frozenset(right.value for right in Right if may(user, right)),
        csrf=recognised.csrf,
        sign_in=recognised.key,
        supervises=groups_supervised(user),
    )
