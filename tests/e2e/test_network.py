"""Networks fail: for some seconds, or for good. Needs root."""

import pytest

from tests.e2e.floor import (
    SETUP_LIMIT_S,
    Floor,
    hang_up,
    to_be_connected,
    to_hear_and_see_each_other,
    to_wait_at,
)
from tests.e2e.media import to_be_playing
from tests.e2e.people import not_to_show, to_read, to_say
from tests.e2e.waiting import passing

pytestmark = pytest.mark.timeout(90)

CUT_S = 8
RESUME_LIMIT_S = 15.0


async def test_a_talk_outlives_a_network_that_is_cut_for_eight_seconds(demo: Floor) -> None:
    line = await demo.people.network(demo.server.port)
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera", prefix=line.prefix)
    await demo.call_between(vera, anna)
    await to_hear_and_see_each_other(vera, anna)

    async with passing(CUT_S):
        await line.cut()
        await to_read(anna.page, "The connection to the caller is interrupted.", limit_s=CUT_S)
        await to_read(vera.page, "The connection is interrupted", limit_s=CUT_S)
    await line.restore()

    for person in (vera, anna):
        await to_be_playing(person.page, limit_s=RESUME_LIMIT_S)
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    assert not any("interrupted" in text for text in await vera.page.texts("status"))
    await hang_up(vera, anna)


async def test_a_network_that_blocks_calls_is_said_clearly_and_costs_nobody_the_place(demo: Floor) -> None:
    line = await demo.people.network(demo.server.port)
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera", prefix=line.prefix)
    await line.block_udp()

    await vera.page.press("Video call")
    await anna.page.press("Accept")

    await to_read(vera.page, "We are connecting you.")
    await to_read(anna.page, "The two browsers could not find a way to each other", limit_s=SETUP_LIMIT_S + 2)
    await to_read(anna.page, "You receive calls")
    await to_wait_at(vera, 1)
    await to_say(vera.page, "We could not connect you. A network may be blocking the call.")
    await to_say(vera.page, "You are at the front of the line again.")
    assert (await demo.measure("zuruf_offers_total")) == {'group="sales",outcome="accepted",site="demo"': 1}

    await line.restore()
    ben = await demo.agent("ben")
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)
    await to_hear_and_see_each_other(vera, ben)
    await hang_up(vera, ben)
    await not_to_show(anna.page, "alertdialog")
