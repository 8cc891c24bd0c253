"""What is missing gets installed by who may, and named to who may not."""

import os
import subprocess
from pathlib import Path

import pytest

from tools.tree import ROOT


class Machine:
    """A machine whose ``apt-get`` only writes down what it was asked for."""

    def __init__(self, directory: Path, *, root: bool) -> None:
        self._directory = directory
        self._log = directory / "apt.log"
        self._program("id", f"echo {0 if root else 1000}")
        self._program("apt-get", f'echo "$@" >> {self._log}')
        self._program("present", "true")

    def need(self, *pairs: str) -> subprocess.CompletedProcess[str]:
        path = f"{self._directory}:{os.environ['PATH']}"
        return subprocess.run(
            [ROOT / "tools" / "need.sh", *pairs], env={"PATH": path}, capture_output=True, text=True, check=False
        )

    @property
    def installed(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def _program(self, name: str, line: str) -> None:
        file = self._directory / name
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)


@pytest.mark.parametrize("root", [True, False])
def test_nothing_happens_while_nothing_is_missing(tmp_path: Path, root: bool) -> None:
    machine = Machine(tmp_path, root=root)

    assert machine.need("present:some-package").returncode == 0
    assert machine.installed == ""


def test_root_gets_what_is_missing(tmp_path: Path) -> None:
    machine = Machine(tmp_path, root=True)

    result = machine.need("present:some-package", "absent-program:its-package")

    assert result.returncode == 0
    assert "Debian packages: its-package" in result.stdout
    assert "install" in machine.installed
    assert "its-package" in machine.installed
    assert "some-package" not in machine.installed


def test_anybody_else_is_told_the_command_and_nothing_is_tried(tmp_path: Path) -> None:
    machine = Machine(tmp_path, root=False)

    result = machine.need("absent-program:its-package", "another-absent:another-package")

    assert result.returncode == 1
    assert "sudo apt-get install --no-install-recommends its-package another-package" in result.stderr
    assert machine.installed == ""
