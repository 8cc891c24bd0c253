"""Lines in which somebody waits: kept in order, asked for their head."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, Generic, TypeVar

Key = TypeVar("Key", bound=tuple[Any, ...])

_BLOCK: Final = 512
"""Keys in a block at most, before it is split. What moves in memory at once is less than that."""


class Line(Generic[Key]):
    """Keys in ascending order, each at most once.

    Kept in blocks, so that joining and leaving cost the same however long the line is:
    O(log n) comparisons and at most one block to move.

    Attributes:
        size: How many; the same as ``len()``, for who asks often.
    """

    __slots__ = ("_blocks", "_lasts", "size")

    def __init__(self) -> None:
        self._blocks: list[list[Key]] = []
        self._lasts: list[Key] = []
        self.size = 0

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Key]:
        return chain.from_iterable(self._blocks)

    def __contains__(self, key: Key) -> bool:
        number = bisect_left(self._lasts, key)
        if number == len(self._blocks):
            return False
        block = self._blocks[number]
        return block[bisect_left(block, key)] == key

    @property
    def first(self) -> Key | None:
        """The smallest key; ``None`` if nobody waits."""
        return self._blocks[0][0] if self.size else None

    def join(self, key: Key) -> None:
        """Stand in line. A key must not be in it already."""
        self.size += 1
        number = bisect_left(self._lasts, key)
        if number < len(self._blocks):
            block = self._blocks[number]
            insort(block, key)
        elif self._blocks:
            number -= 1
            block = self._blocks[number]
            block.append(key)
            self._lasts[number] = key
        else:
            self._blocks.append([key])
            self._lasts.append(key)
            return
        if len(block) > _BLOCK:
            self._blocks.insert(number + 1, block[_BLOCK // 2 :])
            del block[_BLOCK // 2 :]
            self._lasts.insert(number, block[-1])

    def leave(self, key: Key) -> None:
        """Leave the line. A key must be in it."""
        number = bisect_left(self._lasts, key)
        block = self._blocks[number]
        place = bisect_left(block, key)
        assert block[place] == key, "who leaves a line stood in it"
        del block[place]
        self.size -= 1
        if not block:
            del self._blocks[number]
            del self._lasts[number]
        elif place == len(block):
            self._lasts[number] = block[-1]

    def before(self, key: Key) -> int:
        """How many stand in front of this key."""
        number = bisect_left(self._lasts, key)
        in_front = sum(map(len, self._blocks[:number]))
        return in_front + (bisect_left(self._blocks[number], key) if number < len(self._blocks) else 0)

    def below(self, key: tuple[Any, ...], most: int) -> list[Key]:
        """Who stands in front of this key, in order; this many at most."""
        found: list[Key] = []
        for block in self._blocks:
            found += block[: min(bisect_left(block, key), most - len(found))]
            if len(found) == most or block[-1] >= key:
                break
        return found

    def after(self, key: tuple[Any, ...]) -> Iterator[Key]:
        """Everybody from this key on, in order."""
        number = bisect_left(self._lasts, key)
        if number < len(self._blocks):
            block = self._blocks[number]
            yield from block[bisect_left(block, key) :]
            yield from chain.from_iterable(self._blocks[number + 1 :])
