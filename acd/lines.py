"""Lines in which somebody waits: kept in order, asked for their head."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=tuple[Any, ...])


class Line(Generic[Key]):
    """Keys in ascending order, each at most once.

    Joining, leaving and finding a place take O(log n) comparisons; what moves in
    memory behind a place is one block.
    """

    __slots__ = ("_keys",)

    def __init__(self) -> None:
        self._keys: list[Key] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __contains__(self, key: Key) -> bool:
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key

    @property
    def first(self) -> Key | None:
        """The smallest key; ``None`` if nobody waits."""
        return self._keys[0] if self._keys else None

    def join(self, key: Key) -> None:
        """Stand in line. A key must not be in it already."""
        insort(self._keys, key)

    def leave(self, key: Key) -> None:
        """Leave the line. A key must be in it."""
        del self._keys[bisect_left(self._keys, key)]

    def before(self, key: Key) -> int:
        """How many stand in front of this key."""
        return bisect_left(self._keys, key)

    def below(self, key: tuple[Any, ...]) -> list[Key]:
        """Everybody in front of this key, in order."""
        return self._keys[: bisect_left(self._keys, key)]
