"""Lets people in, knows them again by their cookie, and lets them out.

An unknown user name gets the same answers as a known one, after the same work. A guess
is counted before anybody learns whether it was right, so guesses sent at once all count.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from acd.ids import AgentId, Millis, SiteId
from gateway.auth.lockout import Lockout, lock_ms
from gateway.auth.passwords import Passwords
from gateway.clock import Clock
from gateway.storage.audit import StoredAudit
from gateway.storage.users import BrowserSignIn, StoredSignIns, StoredUsers, User

LONGEST_MS = 12 * 60 * 60_000
IDLE_MS = 30 * 60_000
_TOUCH_MS = 60_000
_PREFIX_FACTOR = 6

HOUSE = SiteId("-")
"""The audit log of what concerns no site, such as a sign-in of nobody we know."""

_log = structlog.stdlib.get_logger(__name__)


class BadCredentials(Exception):
    """User name or password is wrong; which of them is not said."""


class LockedOut(Exception):
    """Too many wrong passwords."""

    def __init__(self, retry_after_ms: Millis) -> None:
        super().__init__(f"locked for {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Somebody signed in.

    Attributes:
        key: SHA-256 of the cookie's value; stands for this browser's sign-in.
        csrf: What the browser has to send along with every change.
    """

    user: User
    key: bytes
    csrf: str


class Doorkeeper:
    """Sign-in, for all sites."""

    def __init__(
        self,
        *,
        users: StoredUsers,
        sign_ins: StoredSignIns,
        audit: StoredAudit,
        passwords: Passwords,
        secret: bytes,
        clock: Clock,
        lock_after: int,
        count: Callable[[str], None],
    ) -> None:
        self._users = users
        self._sign_ins = sign_ins
        self._audit = audit
        self._passwords = passwords
        self._csrf_key = hmac.digest(secret, b"csrf", "sha256")
        self._clock = clock
        self._lock_after = lock_after
        self._count = count
        self._strangers = Lockout(lock_after)
        self._prefixes = Lockout(lock_after * _PREFIX_FACTOR)

    async def sign_in(self, user_name: str, password: str, *, prefix: str) -> tuple[str, Recognised]:
        """Check a password and start a browser's sign-in; answers the cookie's value, told only here.

        ``prefix`` says where it comes from, as an address prefix.

        Raises:
            BadCredentials: If it is wrong, or the user is disabled.
            LockedOut: If there were too many wrong ones.
            PasswordsBusy: If too many are being checked.
        """
        at = self._clock()
        user = await self._users.by_name(user_name)
        stranger = hashlib.sha256(user_name.strip().casefold().encode()).hexdigest()
        locked_until = max(
            self._prefixes.locked_until(prefix, at),
            user.locked_until if user else self._strangers.locked_until(stranger, at),
        )
        if locked_until > at:
            self._count("locked_out")
            raise LockedOut(Millis(locked_until - at))

        # Begun before it is counted: who finds no room was not checked and is not counted.
        checking = self._passwords.check(password, user.password_hash if user else None)
        is_first = await self._count_attempt(user, stranger, at)
        is_right = await checking
        if not is_first:
            self._count("locked_out")
            raise LockedOut(lock_ms(self._lock_after, self._lock_after))
        if user is None or not is_right or user.is_disabled:
            self._prefixes.count(prefix, at)
            self._count("refused")
            await self._audit.add(
                user.site if user else HOUSE, at, actor=user.id if user else "", action="sign_in_failed"
            )
            raise BadCredentials

        await self._users.forgive(user.id)
        if self._passwords.is_outdated(user.password_hash):
            await self._users.rehash(user.id, await self._passwords.hash(password))
        token = secrets.token_urlsafe(32)
        sign_in = BrowserSignIn(
            token_hash=key_of(token), user=user.id, created_at=at, seen_at=at, expires_at=Millis(at + IDLE_MS)
        )
        await self._sign_ins.add(sign_in)
        await self._audit.add(user.site, at, actor=user.id, action="signed_in")
        self._count("signed_in")
        _log.info("signed_in", agent=user.id, site=user.site)
        return token, self._recognised(sign_in, user)

    async def recognise(self, token: str) -> Recognised | None:
        """Who has this cookie, unless nobody or not any more. Being here keeps the sign-in alive."""
        at = self._clock()
        found = await self._sign_ins.find(key_of(token), at)
        if found is None:
            return None
        sign_in, user = found
        if at - sign_in.seen_at >= _TOUCH_MS:
            await self._touch(sign_in, at)
        return self._recognised(sign_in, user)

    async def keep(self, key: bytes) -> User | None:
        """Keep a sign-in alive while its socket is attached, up to the 12 h; ``None`` once it is over."""
        at = self._clock()
        found = await self._sign_ins.find(key, at)
        if found is None:
            return None
        sign_in, user = found
        if at - sign_in.seen_at >= _TOUCH_MS:
            await self._touch(sign_in, at)
        return user

    async def owners(self, keys: Iterable[bytes]) -> dict[bytes, User]:
        """Who is behind each of these sign-ins, without keeping it alive.

        Those that were ended or whose user was shut out are left out; those that only expired are not.
        """
        return await self._sign_ins.owners(keys, Millis(0))

    async def sign_out(self, user: AgentId, site: SiteId, key: bytes) -> None:
        """End this browser's sign-in. Safe to repeat."""
        await self._sign_ins.end(key)
        await self._audit.add(site, self._clock(), actor=user, action="signed_out")

    async def end(self, key: bytes) -> None:
        """End whatever sign-in this is, if it is one: its browser has another now."""
        found = await self._sign_ins.find(key, Millis(0))
        if found is not None:
            await self.sign_out(found[1].id, found[1].site, key)

    async def end_all(self, user: AgentId) -> None:
        """Sign somebody out of every browser."""
        await self._sign_ins.end_all(user)

    async def _count_attempt(self, user: User | None, stranger: str, at: Millis) -> bool:
        """Count this attempt as wrong for now; ``False`` if others at the same time used it up."""
        if user is None:
            self._strangers.count(stranger, at)
            return True
        failures = await self._users.count_failure(
            user.id,
            lock_after=self._lock_after,
            locked_until=Millis(at + lock_ms(user.failures + 1, self._lock_after)),
        )
        return failures <= max(self._lock_after, user.failures + 1)

    async def _touch(self, sign_in: BrowserSignIn, at: Millis) -> None:
        expires_at = Millis(min(at + IDLE_MS, sign_in.created_at + LONGEST_MS))
        await self._sign_ins.touch(sign_in.token_hash, at, expires_at)

    def _recognised(self, sign_in: BrowserSignIn, user: User) -> Recognised:
        csrf = hmac.new(self._csrf_key, sign_in.token_hash, "sha256").hexdigest()
        return Recognised(user=user, key=sign_in.token_hash, csrf=csrf)


def key_of(token: str) -> bytes:
    """What stands for the sign-in behind a cookie's value."""
    return hashlib.sha256(token.encode()).digest()
