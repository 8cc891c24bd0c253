"""The wheel, installed alone, serves what a checkout serves, and needs no Node for it."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory], cwd=ROOT, check=True)
    (built,) = directory.glob("zuruf-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` of an environment with the wheel in it.

    The libraries are borrowed from the environment of the tests; an editable install there
    is not, because a borrowed directory's own ``.pth`` files do not count.
    """
    directory = tmp_path_factory.mktemp("installed")
    venv.create(directory, with_pip=False, symlinks=True)
    binaries = directory / "bin"
    libraries = sysconfig.get_path("purelib", vars={"base": str(directory), "platbase": str(directory)})
    Path(libraries, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            binaries / "python",
            "install",
            "-q",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
    )
    return binaries


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where ``zuruf serve --demo`` answers, with nothing else on its PATH."""
    with subprocess.Popen(
        [installed / "zuruf", "serve", "--demo", "--port", "0"],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env={"PATH": str(installed), "HOME": os.environ["HOME"], "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            yield _announced(server)
        finally:
            server.send_signal(signal.SIGTERM)


def _announced(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said: list[str] = []
    for line in server.stdout:
        said.append(line)
        if found := re.search(r"http://localhost:\d+", line):
            return found[0]
    raise AssertionError("the server ended before it said where it is:\n" + "".join(said))


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html"), ("/agent", "text/html"), ("/widget.js", "text/javascript")]
)
def test_the_installed_wheel_serves_the_built_page(address: str, path: str, kind: str) -> None:
    with urllib.request.urlopen(address + path) as answer:
        body = answer.read().decode()

    assert answer.headers.get_content_type() == kind
    assert body
    for asset in re.findall(r"(?:src|href)=\"(/[^\"]+\.(?:js|css))\"", body):
        with urllib.request.urlopen(address + asset) as part:
            assert part.read(), f"{path} needs {asset}"


def test_every_chunk_of_the_widget_is_in_the_wheel(address: str) -> None:
    with urllib.request.urlopen(f"{address}/widget.js") as answer:
        chunks = set(re.findall(r"\./(widget/[\w.-]+\.js)", answer.read().decode()))

    assert chunks
    for chunk in chunks:
        with urllib.request.urlopen(f"{address}/{chunk}") as part:
            assert part.read()


def test_what_was_only_a_stamp_of_the_build_is_not_served(address: str) -> None:
    stamps = [path.name for path in (ROOT / "gateway" / "static").glob(".built-*")]
    assert stamps, "the web was built by make, which leaves a stamp"

    for stamp in stamps:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/{stamp}")
