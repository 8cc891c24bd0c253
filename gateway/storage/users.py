"""People who sign in, what they may do, and their browsers' sign-ins.

Hashing and checking passwords is ``gateway.auth``'s; here a hash is text to keep.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, delete, insert, select, update

from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import grants, sign_ins, users

K = TypeVar("K", bound=Hashable)

WHOLE_SITE = GroupId("*")
"""In a grant: every group of the site, also those made later."""


_WITH_GRANTS: Final = select(users, grants.c.role, grants.c.group_id)
_USERS: Final = users.outerjoin(grants, grants.c.user_id == users.c.id)


class UserNameTaken(Exception):
    """Somebody else has this user name."""

    def __init__(self, user_name: str) -> None:
        super().__init__("This user name is taken.")
        self.user_name = user_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role, in one group or in :data:`WHOLE_SITE`. What a role may do is not known here."""

    role: str
    group: GroupId = WHOLE_SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who signs in. Agents are known to the core by the same id.

    Attributes:
        failures: Wrong passwords since the last right one.
        locked_until: No sign-in before, however right the password.
    """

    id: AgentId
    site: SiteId
    user_name: str
    display_name: str
    password_hash: str
    failures: int = 0
    locked_until: Millis = Millis(0)
    is_disabled: bool = False
    grants: frozenset[Grant] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSignIn:
    """A browser that is signed in, behind the cookie with this hash."""

    token_hash: bytes
    user: AgentId
    created_at: Millis
    seen_at: Millis
    expires_at: Millis


class StoredUsers:
    """Users and their grants. User names are compared without regard to case and outer blanks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, user: User, at: Millis) -> None:
        """Add a user with their grants.

        Raises:
            UserNameTaken: If another user has the name.
        """
        name = _plain(user.user_name)

        def work(tx: Connection) -> None:
            if tx.execute(select(users.c.id).where(users.c.user_name == name)).one_or_none():
                raise UserNameTaken(name)
            tx.execute(
                insert(users).values(
                    id=user.id,
                    site=user.site,
                    user_name=name,
                    display_name=user.display_name,
                    password_hash=user.password_hash,
                    failures=user.failures,
                    locked_until=user.locked_until,
                    is_disabled=user.is_disabled,
                    created_at=at,
                )
            )
            _grant(tx, user.id, user.grants)

        await self._database.transact(work)

    async def by_name(self, user_name: str) -> User | None:
        """The user of this name."""
        name = _plain(user_name)

        def work(tx: Connection) -> User | None:
            rows = tx.execute(_WITH_GRANTS.select_from(_USERS).where(users.c.user_name == name))
            return next(iter(_people(rows).values()), None)

        return await self._database.look(work)

    async def of_site(self, site: SiteId) -> list[User]:
        """Everybody of a site, by user name."""

        def work(tx: Connection) -> list[User]:
            rows = tx.execute(_WITH_GRANTS.select_from(_USERS).where(users.c.site == site).order_by(users.c.user_name))
            return list(_people(rows).values())

        return await self._database.look(work)

    async def set_grants(self, user: AgentId, granted: Iterable[Grant]) -> None:
        """Replace what the user may do."""

        def work(tx: Connection) -> None:
            tx.execute(delete(grants).where(grants.c.user_id == user))
            _grant(tx, user, granted)

        await self._database.transact(work)

    async def set_password(self, user: AgentId, password_hash: str) -> None:
        """Change the password, unlock, and end every sign-in of this user."""

        def work(tx: Connection) -> None:
            tx.execute(
                update(users).where(users.c.id == user).values(password_hash=password_hash, failures=0, locked_until=0)
            )
            tx.execute(delete(sign_ins).where(sign_ins.c.user_id == user))

        await self._database.transact(work)

    async def rehash(self, user: AgentId, password_hash: str) -> None:
        """Store the same password under newer parameters; nobody is signed out."""
        await self._set(user, password_hash=password_hash)

    async def disable(self, user: AgentId, *, disabled: bool = True) -> None:
        """Shut a user out, their sign-ins too, or let them in again."""

        def work(tx: Connection) -> None:
            tx.execute(update(users).where(users.c.id == user).values(is_disabled=disabled))
            if disabled:
                tx.execute(delete(sign_ins).where(sign_ins.c.user_id == user))

        await self._database.transact(work)

    async def count_failure(self, user: AgentId, *, lock_after: int, locked_until: Millis) -> int:
        """Count a wrong password; from the ``lock_after``-th on the user is locked until then.

        Counted in the database, so guesses sent at the same time all count. Answers the count.
        """

        def work(tx: Connection) -> int:
            failures = tx.execute(
                update(users)
                .where(users.c.id == user)
                .values(failures=users.c.failures + 1)
                .returning(users.c.failures)
            ).scalar_one()
            if failures >= lock_after:
                tx.execute(update(users).where(users.c.id == user).values(locked_until=locked_until))
            return int(failures)

        return await self._database.transact(work)

    async def forgive(self, user: AgentId) -> None:
        """Forget wrong passwords and unlock: after a right one, or by an administrator."""
        await self._set(user, failures=0, locked_until=0)

    async def remove(self, user: AgentId) -> bool:
        """Erase a user, their grants and sign-ins; ``False`` if there was none."""

        def work(tx: Connection) -> bool:
            tx.execute(delete(grants).where(grants.c.user_id == user))
            tx.execute(delete(sign_ins).where(sign_ins.c.user_id == user))
            return bool(tx.execute(delete(users).where(users.c.id == user)).rowcount)

        return await self._database.transact(work)

    async def _set(self, user: AgentId, **values: object) -> None:
        await self._database.transact(
            lambda tx: tx.execute(update(users).where(users.c.id == user).values(**values)).close()
        )


class StoredSignIns:
    """Signed-in browsers. The cookie's value is never stored, only its SHA-256."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, sign_in: BrowserSignIn) -> None:
        """Remember a browser that has just signed in."""
        await self._database.transact(
            lambda tx: tx.execute(
                insert(sign_ins).values(
                    token_hash=sign_in.token_hash,
                    user_id=sign_in.user,
                    created_at=sign_in.created_at,
                    seen_at=sign_in.seen_at,
                    expires_at=sign_in.expires_at,
                )
            ).close()
        )

    async def find(self, token_hash: bytes, at: Millis) -> tuple[BrowserSignIn, User] | None:
        """The sign-in and its user, unless it ended, expired, or the user is shut out."""

        def work(tx: Connection) -> tuple[BrowserSignIn, User] | None:
            row = tx.execute(
                select(sign_ins).where(sign_ins.c.token_hash == token_hash, sign_ins.c.expires_at > at)
            ).one_or_none()
            if row is None:
                return None
            owner = _owners(tx, [token_hash], at).get(token_hash)
            if owner is None:
                return None
            found = BrowserSignIn(
                token_hash=row.token_hash,
                user=AgentId(row.user_id),
                created_at=Millis(row.created_at),
                seen_at=Millis(row.seen_at),
                expires_at=Millis(row.expires_at),
            )
            return found, owner

        return await self._database.look(work)

    async def owners(self, token_hashes: Iterable[bytes], at: Millis) -> dict[bytes, User]:
        """Whose these sign-ins are; one that ended, expired or whose user is shut out is left out."""
        asked = list(token_hashes)
        return await self._database.look(lambda tx: _owners(tx, asked, at))

    async def touch(self, token_hash: bytes, at: Millis, expires_at: Millis) -> None:
        """The browser was here; it stays signed in until then."""
        await self._database.transact(
            lambda tx: tx.execute(
                update(sign_ins).where(sign_ins.c.token_hash == token_hash).values(seen_at=at, expires_at=expires_at)
            ).close()
        )

    async def end(self, token_hash: bytes) -> None:
        """Sign the browser out."""
        await self._database.transact(
            lambda tx: tx.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash)).close()
        )

    async def end_all(self, user: AgentId) -> None:
        """Sign every browser of this user out."""
        await self._database.transact(lambda tx: tx.execute(delete(sign_ins).where(sign_ins.c.user_id == user)).close())

    async def end_expired(self, at: Millis) -> int:
        """Forget sign-ins that expired; answers how many."""
        return await self._database.transact(
            lambda tx: tx.execute(delete(sign_ins).where(sign_ins.c.expires_at <= at)).rowcount
        )


def _plain(user_name: str) -> str:
    return user_name.strip().casefold()


def _grant(tx: Connection, user: AgentId, granted: Iterable[Grant]) -> None:
    rows = [{"user_id": user, "role": grant.role, "group_id": grant.group} for grant in set(granted)]
    if rows:
        tx.execute(insert(grants), rows)


def _owners(tx: Connection, token_hashes: Sequence[bytes], at: Millis) -> dict[bytes, User]:
    rows = tx.execute(
        _WITH_GRANTS.add_columns(sign_ins.c.token_hash)
        .select_from(_USERS.join(sign_ins, sign_ins.c.user_id == users.c.id))
        .where(sign_ins.c.token_hash.in_(token_hashes), sign_ins.c.expires_at > at, users.c.is_disabled.is_(False))
    )
    return _people(rows, lambda row: row.token_hash)


def _people(rows: Iterable[Row[Any]], key: Callable[[Row[Any]], K] = attrgetter("id")) -> dict[K, User]:
    """Users from rows of which each has one grant, or none."""
    found: dict[K, tuple[Row[Any], set[Grant]]] = {}
    for row in rows:
        _, granted = found.setdefault(key(row), (row, set()))
        if row.role is not None:
            granted.add(Grant(role=row.role, group=GroupId(row.group_id)))
    return {of: _user(row, granted) for of, (row, granted) in found.items()}


def _user(row: Row[Any], granted: Iterable[Grant]) -> User:
    return User(
        id=AgentId(row.id),
        site=SiteId(row.site),
        user_name=row.user_name,
        display_name=row.display_name,
        password_hash=row.password_hash,
        failures=row.failures,
        locked_until=Millis(row.locked_until),
        is_disabled=row.is_disabled,
        grants=frozenset(granted),
    )
