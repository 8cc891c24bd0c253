"""What strangers' pages have to load for us, in kilobytes of 1000 bytes as gzip packs them."""

from pathlib import Path

import pytest

from bench.sizes import packed, reached_at_once
from tools.tree import ROOT

STATIC = ROOT / "gateway" / "static"
WIDGET = STATIC / "widget"

LOADER_KB = 2.0
UNTIL_QUEUED_KB = 25.0
PART_KB = {"talk": 4.5, "legs": 5.0, "help": 5.5, "instead": 0.5}
WORDS_KB = 2.5


def chunk(name: str) -> Path:
    found = [path for path in WIDGET.glob(f"{name}-*.js") if path.name.count(".") == name.count(".") + 1]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def kilobytes(*entries: Path) -> float:
    files = set().union(*(reached_at_once(entry) for entry in entries))
    return sum(map(packed, files)) / 1000


def test_every_page_loads_little_for_us() -> None:
    assert kilobytes(STATIC / "widget.js") <= LOADER_KB


@pytest.mark.parametrize("language", ["de", "en"])
def test_until_somebody_waits_they_load_little(language: str) -> None:
    entries = (STATIC / "widget.js", chunk("bar"), chunk("panel"), chunk(f"panel.texts.{language}"))

    assert kilobytes(*entries) <= UNTIL_QUEUED_KB


@pytest.mark.parametrize("part", PART_KB)
def test_what_is_fetched_when_it_is_needed_stays_small(part: str) -> None:
    before = reached_at_once(chunk("panel"))

    assert sum(packed(file) for file in reached_at_once(chunk(part)) - before) / 1000 <= PART_KB[part]


def test_words_come_in_one_language_and_with_the_part_that_says_them() -> None:
    words = sorted(WIDGET.glob("*.texts.*.js"))

    assert len(words) == 6
    assert all(packed(file) / 1000 <= WORDS_KB for file in words)
    for entry in (STATIC / "widget.js", chunk("panel"), chunk("talk"), chunk("help")):
        assert not reached_at_once(entry) & set(words)
