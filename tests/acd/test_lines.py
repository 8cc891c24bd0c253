"""A line is a sorted list that stays fast: it must never differ from one."""

from random import Random

from acd.lines import Line

FULL_BLOCK = 512


def test_a_line_is_a_sorted_list_however_long_it_gets() -> None:
    chance = Random(11)
    line: Line[tuple[int]] = Line()
    sorted_list: list[tuple[int]] = []
    keys = [(number,) for number in range(4 * FULL_BLOCK)]

    for turn in range(6_000):
        # First it grows over several blocks, then it shrinks to nothing.
        grows = chance.random() < (0.8 if turn < 3_000 else 0.2)
        key = chance.choice(keys)
        if grows and key not in sorted_list:
            line.join(key)
            sorted_list = sorted([*sorted_list, key])
        elif not grows and sorted_list:
            key = chance.choice(sorted_list)
            line.leave(key)
            sorted_list.remove(key)
        if turn % 20 == 0:
            assert_same(line, sorted_list, chance.choice(keys))
    for key in sorted_list:
        line.leave(key)
    assert_same(line, [], keys[0])


def test_who_comes_last_in_a_long_line_stands_last() -> None:
    line: Line[tuple[int]] = Line()
    keys = [(number,) for number in range(3 * FULL_BLOCK)]

    for key in keys:
        line.join(key)

    assert_same(line, keys, (FULL_BLOCK,))


def test_who_stands_behind_everybody_has_nobody_behind() -> None:
    line: Line[tuple[int]] = Line()
    line.join((1,))

    assert list(line.after((2,))) == []
    assert line.below((2,), 5) == [(1,)]
    assert line.before((2,)) == 1


def assert_same(line: Line[tuple[int]], sorted_list: list[tuple[int]], key: tuple[int]) -> None:
    smaller = [other for other in sorted_list if other < key]
    assert list(line) == sorted_list
    assert len(line) == len(sorted_list)
    assert line.first == (sorted_list[0] if sorted_list else None)
    assert (key in line) == (key in sorted_list)
    assert line.before(key) == len(smaller)
    for most in (1, 10, len(sorted_list)):
        assert line.below(key, most) == smaller[:most]
    assert list(line.after(key)) == sorted_list[len(smaller) :]


def test_who_left_from_the_end_of_a_line_is_not_in_it() -> None:
    line: Line[tuple[int]] = Line()
    for number in (1, 2, 3):
        line.join((number,))

    line.leave((3,))

    assert (3,) not in line
    assert (4,) not in line
    assert (2,) in line
