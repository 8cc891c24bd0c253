"""What every test of the conversation stands on, and what must not be left behind by any."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.signaling.world import World


@pytest.fixture(autouse=True)
async def nothing_left_behind() -> AsyncIterator[None]:
    """No task of a test may outlive it."""
    before = asyncio.all_tasks()
    yield
    left = [task for task in asyncio.all_tasks() - before - {asyncio.current_task()} if not task.done()]
    assert not left, f"still running: {left}"


@pytest.fixture
async def world(nothing_left_behind: None) -> AsyncIterator[World]:
    async with World() as made:
        yield made
    assert made.conversation.session_count == 0
    assert made.floor.followers == 0
