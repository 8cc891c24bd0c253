from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.journal.port import Journal
from tests.conformance.stores import Store, open_store


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal()
