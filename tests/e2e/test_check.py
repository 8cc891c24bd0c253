"""An agent checks the computer: microphone, server and every way through TURN, and a ring comes first."""

import pytest

from tests.e2e.conftest import OpenDemo
from tests.e2e.coturn import Coturn
from tests.e2e.floor import hang_up, to_be_connected, to_be_rung
from tests.e2e.people import not_to_show, to_say, to_show
from tests.e2e.test_accessibility import to_be_accessible

pytestmark = pytest.mark.timeout(90)


async def test_a_check_finds_out_what_works_and_gives_way_to_a_ring(open_demo: OpenDemo, turn: Coturn) -> None:
    nobody = "turn:127.0.0.1:9?transport=tcp"
    demo = await open_demo(ZURUF_TURN__URLS=f"{turn.udp},{turn.tls},{nobody}", ZURUF_TURN__SECRET=turn.secret)
    anna = await demo.agent("anna", flags=[turn.trust])
    await anna.page.press("Check now")
    await to_show(anna.page, "dialog", "Check of this computer")

    await anna.page.press("Start the check")

    await to_say(anna.page, "We hear you.", limit_s=10)
    await to_say(anna.page, "It answers in")
    await to_say(anna.page, "At least one relay can be reached.", limit_s=15)
    for way in (turn.udp, turn.tls):
        await to_say(anna.page, f"{way}: works")
    await to_say(anna.page, f"{nobody}: no answer")
    await to_be_accessible(anna.page, "check")
    await to_show(anna.page, "button", "Copy the result", limit_s=12)
    await anna.page.press("Check again")
    vera = await demo.visitor("vera")
    await vera.page.press("Call")
    await to_be_rung(anna)
    await not_to_show(anna.page, "dialog", "Check of this computer")
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await hang_up(vera, anna)
