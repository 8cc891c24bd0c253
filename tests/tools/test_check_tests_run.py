"""Every function in a test module earns its place."""

from pathlib import PurePath

import pytest

from tools.check_tests_run import complaints


def told(path: str, text: str) -> list[str]:
    return list(complaints({PurePath(path): text}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/acd/test_offers.py", "def an_offer_rings(): ...\n"),
        ("tests/acd/test_offers.py", "class TestOffers:\n    def an_offer_rings(self): ...\n"),
        ("tests/acd/test_offers.py", "class Offers:\n    def test_an_offer_rings(self): ...\n"),
        ("tests/acd/offers.py", "async def test_an_offer_rings(): ...\n"),
    ],
)
def test_a_test_that_never_runs_is_found(path: str, text: str) -> None:
    assert len(told(path, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "async def test_an_offer_rings(): ...\n",
        "import pytest\n@pytest.fixture\ndef desk(): ...\n",
        "def ring(): ...\ndef test_it(): ring()\n",
        "def pytest_generate_tests(metafunc): ...\n",
        "class Desk:\n    def ring(self): ...\n",
    ],
)
def test_tests_fixtures_hooks_and_used_functions_are_fine(text: str) -> None:
    assert told("tests/acd/test_offers.py", text) == []
