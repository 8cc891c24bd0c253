from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.journal.port import Journal
from tests.conformance.stores import KINDS, Store, open_store
from tests.servers import Postgres


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> AsyncIterator[Store]:
    async with open_store(request.param, tmp_path, postgres) as opened:
        yield opened


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal()
