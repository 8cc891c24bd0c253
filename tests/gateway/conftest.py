"""What every test of the gateway gets: a house, and the promise that nothing of it is left behind."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.telemetry import configure_logs
from tests.gateway.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path, log: io.StringIO) -> AsyncIterator[House]:
    """A gateway with a site and people, and what it logs kept apart."""
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged during the test, as JSON lines."""
    written = io.StringIO()
    restore = configure_logs(form="json", level="info", stream=written)
    yield written
    restore()


@pytest.fixture(autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """After the test no task is left but this one."""
    yield
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == [], "tasks were left running"
