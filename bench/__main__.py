"""Measure: ``python -m bench [name...]``, with no names everything.

A page of results is written anew once everything on it was measured.
"""

import argparse
import asyncio
import datetime as dt
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import assigning, calls, deciding, herd, memory, queueing, sizes, starting
from bench.figures import Outcome
from bench.page import Page, whole_table
from tests.e2e.browsers.chromium import EXECUTABLE

PAGES: Final = Path(__file__).parents[1] / "docs" / "reference"

MEASUREMENTS: Final[dict[str, tuple[Callable[..., Awaitable[Outcome]], float]]] = {
    "calls": (calls.measure, 400),
    "deciding": (deciding.measure, 300),
    "assigning": (assigning.measure, 300),
    "queueing": (queueing.measure, 300),
    "memory": (memory.measure, 300),
    "herd": (herd.measure, 300),
    "sizes": (sizes.measure, 10),
    "starting": (starting.measure, 300),
}
"""Each with the seconds it may take at most."""

_OF_THE_ACD: Final = ("deciding", "assigning")
WRITTEN: Final = (
    Page(
        file="performance.md",
        title="Performance",
        command="make bench",
        names=tuple(name for name in MEASUREMENTS if name not in _OF_THE_ACD),
    ),
    Page(file="performance-acd.md", title="Performance of the ACD", command="make bench-acd", names=_OF_THE_ACD),
)


async def measure(names: list[str], *, small: bool) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for name in names:
        work, limit_s = MEASUREMENTS[name]
        print(f"==> {name} (at most {limit_s:g} s; load {load()})", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            async with asyncio.timeout(limit_s):
                outcomes[name] = await work(Path(folder), small=small)
    return outcomes


def load() -> str:
    """How many processes wanted to run in the last minute, on average."""
    return f"{os.getloadavg()[0]:.1f}"


def versions() -> str:
    """What it ran on, of the programs those that are here."""
    packages = [
        f"{name} {version(name)}" for name in ("aiohttp", "python-socketio", "msgspec", "sqlalchemy", "asyncpg")
    ]
    programs = [said for program in (EXECUTABLE, "/usr/bin/psql") if (said := _version_of(program))]
    return ", ".join([f"Python {sys.version.split()[0]}", f"SQLite {sqlite3.sqlite_version}", *packages, *programs])


def _version_of(program: str) -> str:
    if not Path(program).exists():
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(re.sub(r"\(.*?\)", "", said).split()[: 2 if "Chromium" in said else 3])


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASUREMENTS))
    options.add_argument("--small", action="store_true", help="small counts, to see whether it works")
    given = options.parse_args()
    if unknown := set(given.names) - set(MEASUREMENTS):
        options.error(f"no such measurement: {', '.join(sorted(unknown))}")
    load_before = load()
    outcomes = asyncio.run(measure(given.names or list(MEASUREMENTS), small=given.small))
    print(whole_table(outcomes.values()))
    for outcome in outcomes.values():
        for note in outcome.notes:
            print(f"* {note}")
    today = dt.datetime.now(dt.UTC).date()
    for page in () if given.small else WRITTEN:
        if outcomes.keys() >= set(page.names):
            text = page.text(
                [outcomes[name] for name in page.names],
                date=today.isoformat(),
                processors=len(os.sched_getaffinity(0)),
                load=(load_before, load()),
                versions=versions(),
            )
            (PAGES / page.file).write_text(text, "utf-8")
            print(f"\nWritten to {page.file}.")


if __name__ == "__main__":
    main()
