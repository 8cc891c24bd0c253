"""Files say neither where packages come from nor where somebody keeps them."""

from pathlib import PurePath

import pytest

from tools.check_texts import complaints


@pytest.mark.parametrize(
    "text",
    [
        '"resolved": "https://registry.npmjs.org/lit/-/lit-3.3.3.tgz"',
        "--index-url somewhere",
        "registry = somewhere",
        "run /home/anna/zuruf/run",
        "cd /mnt/disk/zuruf",
    ],
)
def test_an_address_or_a_machines_path_is_refused(text: str) -> None:
    assert list(complaints({PurePath("requirements.lock"): text}))


@pytest.mark.parametrize("text", ['"resolved": "packages/call"', "https://localhost:8080/home/it", "./home/x"])
def test_ordinary_texts_pass(text: str) -> None:
    assert list(complaints({PurePath("README.md"): text})) == []
