"""How long somebody who guesses passwords has to wait: longer with each wrong one."""

from collections import OrderedDict
from dataclasses import dataclass

from acd.ids import Millis

_FIRST_MS = 30_000
_LONGEST_MS = 15 * 60_000
_FORGOTTEN_MS = 60 * 60_000


def lock_ms(failures: int, lock_after: int) -> Millis:
    """How long to lock after so many wrong passwords in a row: 30 s, doubled each time, at most 15 min."""
    if failures < lock_after:
        return Millis(0)
    return Millis(min(_FIRST_MS << min(failures - lock_after, 16), _LONGEST_MS))


@dataclass(slots=True)
class _Guesses:
    failures: int
    last_at: Millis
    locked_until: Millis


class Lockout:
    """Counts in memory, for keys that have no row of their own: address prefixes, names nobody has.

    Keeps a bounded number of keys; the one that was quiet longest is forgotten first.
    """

    def __init__(self, lock_after: int, *, capacity: int = 10_000) -> None:
        self._lock_after = lock_after
        self._capacity = capacity
        self._guesses: OrderedDict[str, _Guesses] = OrderedDict()

    def locked_until(self, key: str, at: Millis) -> Millis:
        """When the key may try again; ``at`` or earlier if now."""
        found = self._guesses.get(key)
        return found.locked_until if found is not None else at

    def count(self, key: str, at: Millis) -> None:
        """One more wrong password."""
        found = self._guesses.pop(key, None)
        failures = 1
        if found is not None and at - found.last_at < _FORGOTTEN_MS:
            failures = found.failures + 1
        self._guesses[key] = _Guesses(failures, at, Millis(at + lock_ms(failures, self._lock_after)))
        while len(self._guesses) > self._capacity:
            self._guesses.popitem(last=False)
