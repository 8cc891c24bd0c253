"""Full counts, for hours: ``python -m tests.scenarios.soak [part...]``.

It may be stopped at any time and started again: parts that are over are left out, and the
killing goes on after its last round, as long as the committed code is the same. What passed is kept
in ``docs/reference/soak.json``, and ``soak.md`` beside it is written from that.
"""

import argparse
import asyncio
import datetime as dt
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.scenarios.killing import Told, killed_again_and_again

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "docs" / "reference" / "soak.json"
FOLDER: Final = ROOT / ".make" / "soak"
ROUNDS: Final = 200
EXAMPLES: Final = 5_000
"""As the profile ``soak`` in ``tests/conftest.py`` has it."""

PARTS: Final[Mapping[str, str]] = {
    "kills": "kill -9 while everybody is busy, the record held against what people were told",
    "acd": "tests/acd",
    "signaling": "tests/signaling",
    "gateway": "tests/gateway",
    "conformance": "tests/conformance",
}

_HEAD: Final = """# Soak

Written by `make soak`: the tests whose worth grows with their number, in full counts. Only what passed stands here.
A part that is not listed has not been run in full yet.

| What | How often | When | How long |
| ---- | --------- | ---- | -------- |
"""


@dataclass(slots=True)
class Run:
    """A soak under way, and what it remembers while it is stopped.

    Attributes:
        over: Parts that passed.
        rounds: How often was killed, and ``told`` what was acknowledged then.
        seconds: How long the killing took so far.
    """

    folder: Path
    tree: str
    over: list[str] = field(default_factory=list)
    rounds: int = 0
    seconds: float = 0.0
    told: Told = field(default_factory=Told)

    @classmethod
    def in_folder(cls, folder: Path, tree: str) -> "Run":
        """The one that was stopped there, or a new one if the tree is another."""
        try:
            kept = json.loads((folder / "run.json").read_text())
        except FileNotFoundError:
            kept = {}
        if kept.get("tree") != tree:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            return cls(folder, tree)
        return cls(folder, tree, kept["over"], kept["rounds"], kept["seconds"], Told.recalled(kept["told"]))

    def keep(self) -> None:
        """Remember it, whole or not at all."""
        kept = {
            "tree": self.tree,
            "over": self.over,
            "rounds": self.rounds,
            "seconds": self.seconds,
            "told": self.told.kept(),
        }
        fresh = self.folder / "run.json.new"
        fresh.write_text(json.dumps(kept))
        fresh.replace(self.folder / "run.json")

    async def kill(self, *, rounds: int, after_round: Callable[[int], None]) -> None:
        """Do the rounds that are left."""
        begun = time.monotonic() - self.seconds

        def after(number: int) -> None:
            self.rounds, self.seconds = number, time.monotonic() - begun
            self.keep()
            after_round(number)

        await killed_again_and_again(str(self.folder / "zuruf.sqlite3"), range(self.rounds, rounds), self.told, after)
        self.seconds = time.monotonic() - begun


def page(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of what passed."""
    rows = [
        f"| {one['what']} | {one['count']} | {one['date']} | {max(1, round(one['seconds'] / 60))} min |\n"
        for one in kept.values()
    ]
    return _HEAD + "".join(rows)


def main() -> None:
    """Run what is left of the parts that are named, or of all."""
    options = argparse.ArgumentParser(prog="python -m tests.scenarios.soak", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    wanted = options.parse_args().parts or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        options.error(f"no such part: {', '.join(sorted(unknown))}")
    run = Run.in_folder(FOLDER, _tree())
    for part in [part for part in wanted if part not in run.over]:
        print(f"==> {PARTS[part]}", file=sys.stderr, flush=True)
        count, seconds = _kills(run) if part == "kills" else _tests(part)
        _write(part, {"what": PARTS[part], "count": count, "date": _today(), "seconds": round(seconds)})
        run.over.append(part)
        run.keep()
    if set(run.over) == set(PARTS):
        shutil.rmtree(FOLDER)


def _kills(run: Run) -> tuple[str, float]:
    def say(number: int) -> None:
        print(f"    {number} of {ROUNDS}", end="\r", file=sys.stderr, flush=True)

    asyncio.run(run.kill(rounds=ROUNDS, after_round=say))
    return f"{ROUNDS} rounds, {len(run.told.asked)} contacts", run.seconds


def _tests(part: str) -> tuple[str, float]:
    begun = time.monotonic()
    command = ["-m", "pytest", "-q", "--hypothesis-profile=soak", "--timeout=3600", f"tests/{part}"]
    if subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode:
        sys.exit(f"{part} failed. What passed before is kept; start again to go on here.")
    return f"{EXAMPLES} examples of each property", time.monotonic() - begun


def _write(part: str, result: Mapping[str, Any]) -> None:
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    kept = {name: (kept | {part: result})[name] for name in PARTS if name in kept or name == part}
    KEPT.write_text(json.dumps(kept, indent=2) + "\n")
    KEPT.with_suffix(".md").write_text(page(kept))


def _tree() -> str:
    """What was committed of the code and its tests, in a word. Pages are not asked: results are kept on one."""
    parts = [f"HEAD:{name}" for name in ("acd", "signaling", "gateway", "tests")]
    found = subprocess.run(["git", "rev-parse", *parts], cwd=ROOT, check=True, capture_output=True, text=True)
    return " ".join(found.stdout.split())


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


if __name__ == "__main__":
    main()
