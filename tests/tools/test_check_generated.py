"""A generated file that somebody edited, or forgot to generate, is found."""

import subprocess
from pathlib import Path

import pytest

from tools.check_generated import changed_by_generators


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "__init__.py").touch()
    (tools / "gen_list.py").write_text("import pathlib\npathlib.Path('list.md').write_text('one\\n')\n")
    return tmp_path


def test_a_page_as_generated_is_fine(project: Path) -> None:
    (project / "list.md").write_text("one\n")

    assert changed_by_generators(project) == []


@pytest.mark.parametrize("content", [None, "two\n"])
def test_a_page_that_differs_or_is_missing_is_told(project: Path, content: str | None) -> None:
    if content is not None:
        (project / "list.md").write_text(content)

    assert [str(path) for path in changed_by_generators(project)] == ["list.md"]
