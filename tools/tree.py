"""The files of the project, as the checks see them."""

import subprocess
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parent.parent


def listed(root: Path = ROOT) -> list[PurePath]:
    """Files that git knows or would add, as paths relative to the root."""
    run = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(PurePath(name) for name in run.stdout.split("\0") if name and (root / name).is_file())


def sources(root: Path = ROOT) -> dict[PurePath, str]:
    """Every listed file that is text, with its text."""
    texts: dict[PurePath, str] = {}
    for path in listed(root):
        content = (root / path).read_bytes()
        if b"\0" not in content:
            texts[path] = content.decode()
    return texts
