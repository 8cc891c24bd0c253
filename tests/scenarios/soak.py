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

from tests.e2e.waiting import passing
from tests.scenarios.crowd import crowd
from tests.scenarios.gateways import gateways_of
from tests.scenarios.killing import Told, killed_again_and_again
from tests.servers import running_postgres, running_redis

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "docs" / "reference" / "soak.json"
FOLDER: Final = ROOT / ".make" / "soak"
ROUNDS: Final = 200
STRETCH: Final = 20
"""So many rounds are done with the same servers; whoever stops a soak loses no more."""
WITHOUT_REDIS_S: Final = 30.0
EXAMPLES: Final = 5_000
"""As the profile ``soak`` in ``tests/conftest.py`` has it."""

PARTS: Final[Mapping[str, str]] = {
    "kills": "kill -9 while everybody is busy, the record held against what people were told",
    "gateways": "kill -9 of one of two servers on one site, then Redis away for 30 s; people held against the database",
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
        gateway_rounds: How often a server was killed, ``gateway_contacts`` how many callers were
            served then, and ``gateway_seconds`` how long it took.
    """

    folder: Path
    tree: str
    over: list[str] = field(default_factory=list)
    rounds: int = 0
    seconds: float = 0.0
    told: Told = field(default_factory=Told)
    gateway_rounds: int = 0
    gateway_contacts: int = 0
    gateway_seconds: float = 0.0

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
        return cls(
            folder,
            tree,
            kept["over"],
            kept["rounds"],
            kept["seconds"],
            Told.recalled(kept["told"]),
            kept["gateway_rounds"],
            kept["gateway_contacts"],
            kept["gateway_seconds"],
        )

    def keep(self) -> None:
        """Remember it, whole or not at all."""
        kept = {
            "tree": self.tree,
            "over": self.over,
            "rounds": self.rounds,
            "seconds": self.seconds,
            "told": self.told.kept(),
            "gateway_rounds": self.gateway_rounds,
            "gateway_contacts": self.gateway_contacts,
            "gateway_seconds": self.gateway_seconds,
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

    async def kill_gateways(self, *, rounds: int, after_round: Callable[[int], None]) -> None:
        """Do the rounds that are left on two servers, a stretch at a time; each ends with Redis away."""
        with running_postgres() as postgres, running_redis() as redis:
            while self.gateway_rounds < rounds:
                begun, stretch = time.monotonic(), self.folder / f"gateways-{self.gateway_rounds}"
                shutil.rmtree(stretch, ignore_errors=True)
                stretch.mkdir()
                until = min(rounds, self.gateway_rounds + STRETCH)
                async with gateways_of("scaled", stretch, postgres, redis) as site, crowd(site) as people:
                    for number in range(self.gateway_rounds, until):
                        await people.kill_one()
                        after_round(number + 1)
                    if until == rounds:
                        redis.kill()
                        async with passing(WITHOUT_REDIS_S):
                            await people.serve(10, limit_s=WITHOUT_REDIS_S)
                        redis.start()
                        await people.served_again()
                self.gateway_rounds = until
                self.gateway_contacts += len(people.over)
                self.gateway_seconds += time.monotonic() - begun
                self.keep()


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
        count, seconds = _SPECIAL[part](run) if part in _SPECIAL else _tests(part)
        _write(part, {"what": PARTS[part], "count": count, "date": _today(), "seconds": round(seconds)})
        run.over.append(part)
        run.keep()
    if set(run.over) == set(PARTS):
        shutil.rmtree(FOLDER)


def _say(number: int) -> None:
    print(f"    {number} of {ROUNDS}", end="\r", file=sys.stderr, flush=True)


def _kills(run: Run) -> tuple[str, float]:
    asyncio.run(run.kill(rounds=ROUNDS, after_round=_say))
    return f"{ROUNDS} rounds, {len(run.told.asked)} contacts", run.seconds


def _gateway_kills(run: Run) -> tuple[str, float]:
    asyncio.run(run.kill_gateways(rounds=ROUNDS, after_round=_say))
    return f"{ROUNDS} rounds, {run.gateway_contacts} contacts", run.gateway_seconds


_SPECIAL: Final = {"kills": _kills, "gateways": _gateway_kills}


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
