"""The scaled form loses its database for a while: who talks goes on talking, who comes is told so."""

from collections.abc import Iterator
from contextlib import suppress

import aiohttp
import pytest

from tests.e2e.conftest import OpenDemo
from tests.e2e.floor import (
    RECEIVES,
    Floor,
    hang_up,
    to_be_connected,
    to_be_rung,
    to_hear_and_see_each_other,
    to_wait_at,
)
from tests.e2e.people import to_read, to_show
from tests.e2e.waiting import passing, until
from tests.servers import Postgres, Redis, running_postgres

pytestmark = pytest.mark.timeout(120)

PUT_OFF_LIMIT_S = 10.0
BACK_LIMIT_S = 15.0


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop."""
    with running_postgres() as server:
        yield server


async def to_be_ready(demo: Floor) -> None:
    """Wait until the server says that it can do everything again."""
    async with aiohttp.ClientSession() as http:

        async def look() -> int | None:
            with suppress(aiohttp.ClientError):
                async with http.get(f"{demo.server.url}/readyz") as answer:
                    return answer.status
            return None

        await until(look, lambda status: status == 200, limit_s=BACK_LIMIT_S, saying="it is ready again")


async def test_without_its_database_a_talk_goes_on_and_new_callers_are_put_off_in_words(
    open_demo: OpenDemo, own_postgres: Postgres, redis: Redis
) -> None:
    demo = await open_demo(
        expected_error="journal_unavailable",
        ZURUF_MODE="scaled",
        ZURUF_SECRET="only-for-tests-0123456789-0123456789",
        ZURUF_POSTGRES__URL=await own_postgres.new_database(),
        ZURUF_REDIS__URL=redis.url,
        ZURUF_REDIS__CHANNEL="test-e2e-stores",
    )
    anna, vera = await demo.agent("anna"), await demo.visitor("vera")
    walter, xenia = await demo.visitor("walter"), await demo.visitor("xenia", locale="de-DE")
    await demo.call_between(vera, anna)
    await to_hear_and_see_each_other(vera, anna)

    own_postgres.stop()
    async with passing(6):
        # Anna's desk may look for her day meanwhile; it keeps the one it has.
        for person in (walter, xenia, anna):
            person.page.complaints.forgive("status of 503")
        await walter.page.press("Video call")
        await xenia.page.press("Videoanruf")
        await to_show(walter.page, "heading", "We cannot take calls for a moment", limit_s=PUT_OFF_LIMIT_S)
        await to_read(walter.page, "Please try again in 2 seconds.")
        await to_show(xenia.page, "heading", "Wir können gerade keine Anrufe annehmen", limit_s=PUT_OFF_LIMIT_S)
        await to_read(xenia.page, "Bitte versuchen Sie es in 2 Sekunden noch einmal.")
        await to_hear_and_see_each_other(vera, anna)
    own_postgres.start()
    await to_be_ready(demo)

    await to_hear_and_see_each_other(vera, anna)
    await walter.page.press("Try again")
    await to_wait_at(walter, 1)
    await xenia.page.press("Noch einmal versuchen")
    await to_read(xenia.page, "Sie sind auf Platz 2 der Warteschlange")
    await xenia.page.press("Warteschlange verlassen")
    await hang_up(vera, anna)
    await anna.page.press("Finish wrap-up")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(walter, anna)
    await to_hear_and_see_each_other(walter, anna)
    await hang_up(anna, walter)
    await anna.page.press("Finish wrap-up")
    await to_read(anna.page, RECEIVES)
