"""Generated files are what their generators would write now: ``python -m tools.check_generated``.

Runs every ``tools/gen_*.py`` and compares the tree before and after. What differs is left as
it was generated, ready to be looked at and committed.
"""

import hashlib
import subprocess
import sys
from pathlib import Path, PurePath

from tools.tree import ROOT, listed


def changed_by_generators(root: Path) -> list[PurePath]:
    """Run all generators and return the files that are not what they were."""
    before = _digests(root)
    for generator in sorted((root / "tools").glob("gen_*.py")):
        subprocess.run([sys.executable, "-m", f"tools.{generator.stem}"], cwd=root, check=True)
    after = _digests(root)
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def main() -> int:
    changed = changed_by_generators(ROOT)
    for path in changed:
        print(f"{path}: was not what its generator writes; it is now. Look at it and commit it.")
    return 1 if changed else 0


def _digests(root: Path) -> dict[PurePath, str]:
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in listed(root)}


if __name__ == "__main__":
    sys.exit(main())
