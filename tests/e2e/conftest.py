"""Fixtures of the end-to-end tests.

All tests share one event loop and one pool of browsers; servers and the windows of people
are each test's own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from examples.website import website as example
from tests.e2e.browsers import Pool
from tests.e2e.coturn import Coturn
from tests.e2e.floor import Floor
from tests.e2e.people import People
from tests.e2e.server import Server, bare_call, free_port, running, zuruf
from tests.e2e.shop import PASSWORD, shop, website

FAILED = pytest.StashKey[bool]()
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Let fixtures know at the end whether the test failed."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pool]:
    """Browsers for all tests."""
    browsers = Pool(tmp_path_factory.mktemp("browsers"))
    yield browsers
    await browsers.close()


@pytest_asyncio.fixture(loop_scope="session")
async def underneath() -> AsyncIterator[AsyncExitStack]:
    """What people stand on. Whatever is pushed here ends after their windows have closed."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="session")
async def people(
    tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack, pool: Pool
) -> AsyncIterator[People]:
    """Opens browsers for people; fails the test if one of their pages reported an error."""
    all_of_them = People(tmp_path, pool)
    try:
        yield all_of_them
        if request.node.stash.get(FAILED, False):
            await all_of_them.keep_traces()
    finally:
        await all_of_them.leave()
    all_of_them.expect_no_complaints()


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack, people: People) -> Floor:
    """The demo, served; the test fails if it leaves a contact or a session behind."""
    return await _floor(zuruf(tmp_path), request, underneath, people)


OpenDemo = Callable[..., Awaitable[Floor]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_demo(
    tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack, people: People
) -> OpenDemo:
    """Opens the demo with settings of the test's own, given as ``ZURUF_SECTION__NAME``."""

    async def open_it(*, expected_error: str | None = None, **env: str) -> Floor:
        return await _floor(zuruf(tmp_path, env=env), request, underneath, people, expected_error=expected_error)

    return open_it


OpenShop = Callable[..., Awaitable[Floor]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_shop(
    tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack, people: People
) -> OpenShop:
    """Opens a shop whose pages embed the widget: its settings and agents are those of :mod:`.shop`."""

    async def open_it(*agents: str, **env: str) -> Floor:
        port = free_port()
        server = await shop(tmp_path, origin=f"http://localhost:{port}", agents=agents, env=env)
        floor = await _floor(server, request, underneath, people)
        floor.password = PASSWORD
        floor.lobby = await underneath.enter_async_context(website(server.url, port, floor.pages))
        return floor

    return open_it


@pytest_asyncio.fixture(loop_scope="session")
async def open_example(
    tmp_path: Path, request: pytest.FixtureRequest, underneath: AsyncExitStack, people: People
) -> OpenShop:
    """Opens one of the websites in ``examples``, for which the shop's settings hold."""

    async def open_it(name: str, *agents: str) -> Floor:
        port = free_port()
        server = await shop(tmp_path, origin=f"http://localhost:{port}", agents=agents)
        floor = await _floor(server, request, underneath, people)
        floor.password = PASSWORD
        floor.lobby = await underneath.enter_async_context(example(name, server.url, port))
        return floor

    return open_it


@pytest_asyncio.fixture(loop_scope="session")
async def bare(tmp_path: Path, underneath: AsyncExitStack) -> Server:
    """The bare call, served."""
    return await underneath.enter_async_context(running(bare_call(tmp_path)))


@pytest_asyncio.fixture(loop_scope="session")
async def turn(tmp_path: Path, underneath: AsyncExitStack) -> Coturn:
    """A TURN server."""
    server = await Coturn.start(tmp_path)
    underneath.push_async_callback(server.stop)
    return server


async def _floor(
    server: Server,
    request: pytest.FixtureRequest,
    underneath: AsyncExitStack,
    people: People,
    *,
    expected_error: str | None = None,
) -> Floor:
    underneath.callback(lambda: server.expect_log_without(people.secrets()))
    await underneath.enter_async_context(running(server, expected_error=expected_error))
    floor = Floor(server, people)
    underneath.push_async_callback(floor.close)

    async def look_behind() -> None:
        # After a failure something is left behind of course; it would only hide the failure.
        if not request.node.stash.get(FAILED, True):
            await floor.expect_nothing_left()

    underneath.push_async_callback(look_behind)
    return floor
