"""Passwords: hashed with argon2id, off the event loop, a few at a time.

A hash takes 50 ms and 19 MiB on purpose. The pool is small and what waits for it is
bounded, so a flood of sign-ins costs memory for two hashes and not for two thousand.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_THREADS = 2


class PasswordsBusy(Exception):
    """Too many passwords wait to be checked; try again a little later."""


class Passwords:
    """Hashes and checks. Use with ``with``: leaving it ends its threads."""

    def __init__(self, *, memory_kib: int = 19 * 1024, rounds: int = 2, most_waiting: int = 32) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1, type=Type.ID)
        self._pool = ThreadPoolExecutor(_THREADS, "passwords")
        self._most_waiting = most_waiting
        self._waiting = 0
        self._nobodys = self._hasher.hash("nobody's password")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    async def hash(self, password: str) -> str:
        """What to store for a password."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._hasher.hash, password)

    def check(self, password: str, hashed: str | None) -> "asyncio.Future[bool]":
        """Begin to find out whether this is the password.

        ``None``, for a user there is not, takes as long and is never right.

        Raises:
            PasswordsBusy: At once, if too many wait already.
        """
        if self._waiting >= self._most_waiting:
            raise PasswordsBusy
        self._waiting += 1
        checking = asyncio.get_running_loop().run_in_executor(self._pool, self._is_right, password, hashed)
        checking.add_done_callback(self._leave)
        return checking

    def is_outdated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(hashed)

    def _leave(self, _: "asyncio.Future[bool]") -> None:
        self._waiting -= 1

    def _is_right(self, password: str, hashed: str | None) -> bool:
        try:
            self._hasher.verify(hashed if hashed is not None else self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None
