"""Rules that hold for every test, whatever it tests.

A test belongs to the category of its directory. A test that is skipped is a test that
fails: whatever it needed should have been set up. The order is random, the seed printed.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import Postgres, Redis, running_postgres, running_redis

CATEGORIES = frozenset({"acd", "signaling", "gateway", "conformance", "scenarios", "e2e", "tools"})

# No deadline: how long an example takes says more about the machine than about us.
# The short form looks at the same examples every time; the soak looks at new ones.
settings.register_profile("short", deadline=None, print_blob=True, derandomize=True)
settings.register_profile(
    "soak", deadline=None, print_blob=True, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("mutants", deadline=None, max_examples=100, derandomize=True, database=None)
settings.load_profile("short")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of this run; each has databases of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server for all tests of this run."""
    with running_redis() as server:
        yield server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        category = item.path.relative_to(here).parts[0]
        if category not in CATEGORIES:
            raise pytest.UsageError(
                f"{item.nodeid}: put tests into one of {', '.join(sorted(CATEGORIES))} under tests/"
            )


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        report.longrepr = f"{report.nodeid} was skipped, and nothing may be: {report.longrepr}"
        report.outcome = "failed"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report
