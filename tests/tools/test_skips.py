"""Nothing is skipped in silence."""

import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture
def house(pytester: pytest.Pytester) -> pytest.Pytester:
    shutil.copy(Path(__file__).parents[1] / "conftest.py", pytester.path / "conftest.py")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    return pytester


def test_a_skipped_test_fails(house: pytest.Pytester) -> None:
    house.mkdir("acd").joinpath("test_it.py").write_text(
        "import pytest\n@pytest.mark.skip(reason='later')\ndef test_it(): ...\n"
    )

    house.runpytest_subprocess().assert_outcomes(errors=1)


def test_a_skipped_module_fails(house: pytest.Pytester) -> None:
    house.mkdir("acd").joinpath("test_it.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")

    house.runpytest_subprocess().assert_outcomes(errors=1)


def test_a_test_without_a_category_is_refused(house: pytest.Pytester) -> None:
    house.mkdir("misc").joinpath("test_it.py").write_text("def test_it(): ...\n")

    result = house.runpytest_subprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*put tests into one of*"])
