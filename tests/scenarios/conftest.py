"""Each scenario happens in both forms."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers import Postgres


@pytest.fixture(params=["embedded", "scaled"])
def form(request: pytest.FixtureRequest) -> str:
    """Which form is tested."""
    chosen: str = request.param
    return chosen


@pytest.fixture
async def address(form: str, tmp_path: Path, postgres: Postgres) -> AsyncIterator[str]:
    """A database of this form, with nothing in it."""
    if form == "embedded":
        yield str(tmp_path / "zuruf.sqlite3")
    else:
        async with postgres.lent_database() as url:
            yield url
