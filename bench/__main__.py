"""Measure: ``python -m bench [name...]``. With no names everything, and the page is written anew."""

import argparse
import asyncio
import datetime as dt
import os
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
from bench.page import page, whole_table
from tests.e2e.browsers.chromium import EXECUTABLE

PAGE: Final = Path(__file__).parents[1] / "docs" / "reference" / "performance.md"

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
    """What it ran on."""
    chromium = subprocess.run([EXECUTABLE, "--version"], capture_output=True, text=True, check=True).stdout.split()
    python = sys.version.split()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("aiohttp", "python-socketio", "msgspec", "sqlalchemy"))
    return f"Python {python}, SQLite {sqlite3.sqlite_version}, {packages}, Chromium {chromium[1]}"


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
    if not given.names and not given.small:
        today = dt.datetime.now(dt.UTC).date()
        PAGE.write_text(
            page(
                outcomes.values(),
                date=today.isoformat(),
                processors=len(os.sched_getaffinity(0)),
                load=(load_before, load()),
                versions=versions(),
            ),
            "utf-8",
        )
        print(f"\nWritten to {PAGE.name}.")


if __name__ == "__main__":
    main()
