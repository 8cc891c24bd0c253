"""Fixtures of the end-to-end tests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.coturn import Coturn
from tests.e2e.people import People
from tests.e2e.server import Server, bare_call, running

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know at the end whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture
async def underneath() -> AsyncIterator[AsyncExitStack]:
    """What people stand on. Whatever is pushed here ends after their browsers have closed."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest_asyncio.fixture
async def people(tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack) -> AsyncIterator[People]:
    """Opens browsers for people; fails the test if one of their pages reported an error."""
    all_of_them = People(tmp_path)
    try:
        yield all_of_them
        if request.node.stash.get(FAILED, False):
            await all_of_them.keep_traces()
    finally:
        await all_of_them.leave()
    all_of_them.expect_no_complaints()


@pytest_asyncio.fixture
async def bare(tmp_path: Path, underneath: AsyncExitStack) -> Server:
    """The bare call, served."""
    return await underneath.enter_async_context(running(bare_call(tmp_path)))


@pytest_asyncio.fixture
async def turn(tmp_path: Path, underneath: AsyncExitStack) -> Coturn:
    """A TURN server."""
    server = await Coturn.start(tmp_path)
    underneath.push_async_callback(server.stop)
    return server
