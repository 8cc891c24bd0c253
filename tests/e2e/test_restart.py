"""The server dies by ``kill -9`` and comes back; what people do goes on."""

import pytest

from tests.e2e.floor import (
    Floor,
    hang_up,
    leave_queue,
    to_be_connected,
    to_be_rung,
    to_hear_and_see_each_other,
    to_wait_at,
)
from tests.e2e.media import to_be_playing
from tests.e2e.people import to_read
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

BACK_LIMIT_S = 5.0


async def test_killing_the_server_ends_no_talk_and_loses_no_place(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")
    for person in (anna, vera, walter):
        person.page.complaints.forgive("WebSocket connection to .* failed")
    await demo.call_between(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    await walter.page.press("Video call")
    await to_wait_at(walter, 1)

    await demo.server.kill()
    await to_read(anna.page, "Your call goes on.")
    await to_read(vera.page, "Your call goes on")
    await to_read(walter.page, "Connection lost, your place is kept")
    for person in (anna, vera):
        await to_be_playing(person.page)
    await demo.server.start()

    await until(
        lambda: demo.measure("zuruf_sessions"),
        lambda sessions: {role: n for role, n in sessions.items() if n} == {'role="agent"': 1, 'role="caller"': 2},
        limit_s=BACK_LIMIT_S,
        saying="all three are attached again",
    )
    await to_wait_at(walter, 1)
    await to_be_connected(vera, anna)
    for person in (anna, vera):
        assert not any("Your call goes on" in text for text in await person.page.texts("status"))
        await to_be_playing(person.page)
    await hang_up(vera, anna)
    await anna.page.press("Finish wrap-up")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(walter, anna)
    await to_hear_and_see_each_other(walter, anna)
    await hang_up(anna, walter)


async def test_who_waited_before_is_still_first_after(demo: Floor) -> None:
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")
    for place, caller in enumerate((vera, walter), start=1):
        caller.page.complaints.forgive("WebSocket connection to .* failed")
        await caller.page.press("Video call")
        await to_wait_at(caller, place)

    await demo.server.kill()
    await demo.server.start()

    await to_wait_at(vera, 1, limit_s=BACK_LIMIT_S)
    await to_wait_at(walter, 2, limit_s=BACK_LIMIT_S)
    await leave_queue(vera)
    await to_wait_at(walter, 1)
    await leave_queue(walter)
