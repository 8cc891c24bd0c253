"""No file says where a package comes from, or where somebody's disk keeps it.

Lock files name versions and checksums; the machine's own configuration knows the registry.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

_REFUSED = (
    (re.compile(r"https?://[^\s\"']*(?:registry\.|pypi\.|pythonhosted\.|npmjs\.|yarnpkg\.)"), "a package registry"),
    (re.compile(r"\"resolved\": \"https?:"), "a download address"),
    (re.compile(r"--(?:extra-)?index-url|--find-links|^registry\s*=", re.MULTILINE), "a package index"),
    (re.compile(r"(?<![\w.~:/])/(?:home|Users|root|work|mnt)/\w"), "a path of one machine"),
)
_EXEMPT = {PurePath("tools/check_texts.py"), PurePath("tests/tools/test_check_texts.py")}


def complaints(sources: Mapping[PurePath, str]) -> Iterator[str]:
    for path, text in sources.items():
        if path in _EXEMPT:
            continue
        for pattern, what in _REFUSED:
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{path}:{line}: names {what}: {found[0]}"
