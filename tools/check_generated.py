"""Generated files are what their generators would write now: ``python -m tools.check_generated``.

Runs every ``tools/gen_*.py`` and compares the tree before and after. What differs is left as
it was generated, ready to be looked at and committed.
"""

import hashlib
import subprocess
import sys
from pathlib import PurePath

from tools.tree import ROOT, listed


def main() -> int:
    before = _digests()
    for generator in sorted((ROOT / "tools").glob("gen_*.py")):
        subprocess.run([sys.executable, "-m", f"tools.{generator.stem}"], cwd=ROOT, check=True)
    after = _digests()
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    for path in changed:
        print(f"{path}: was not what its generator writes; it is now. Look at it and commit it.")
    return 1 if changed else 0


def _digests() -> dict[PurePath, str]:
    return {path: hashlib.sha256((ROOT / path).read_bytes()).hexdigest() for path in listed()}


if __name__ == "__main__":
    sys.exit(main())
