"""Put the built web into the wheel, so that whoever installs it needs no Node.

An editable install and a source archive carry no built web. A wheel does: what
``gateway/static`` already holds, or, in a checkout with Node, what is built now.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltWeb(BuildHookInterface[Any]):
    """Makes sure that there is a built web, and adds it to the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        static = root / "gateway" / "static"
        if not (static / "widget.js").is_file():
            self._build_web(root / "web")
        for file in sorted(static.rglob("*")):
            inside = file.relative_to(root)
            # A name with a dot in front is a stamp of the build, not something to serve.
            if file.is_file() and not file.name.startswith("."):
                build_data["force_include"][str(file)] = inside.as_posix()

    def _build_web(self, web: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "gateway/static is empty and there is no npm to fill it. "
                "Install Node 20 with npm and run 'make wheel', or install a wheel that was built already."
            )
        subprocess.run([npm, "ci", "--silent"], cwd=web, check=True)
        subprocess.run([npm, "run", "--silent", "build"], cwd=web, check=True)
