"""Pages are loaded anew and browsers die; places and talks outlive them."""

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
from tests.e2e.media import to_be_heard, to_be_seen
from tests.e2e.people import not_to_show, to_read, to_show

pytestmark = pytest.mark.timeout(120)

AGENT_GRACE_S = 20
"""How long an agent may be gone without a word before the caller is given to somebody else."""
DETECTION_S = 1.0
"""From a browser's death to the server's knowledge of it, on one machine."""
OFFER_LIMIT_S = 1.0
RESUME_LIMIT_S = 10.0


async def test_a_reload_while_queued_keeps_the_place(demo: Floor) -> None:
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")
    for place, caller in enumerate((vera, walter), start=1):
        await caller.page.press("Video call")
        await to_wait_at(caller, place)

    await vera.page.reload()

    await to_wait_at(vera, 1)
    await to_wait_at(walter, 2)
    anna = await demo.agent("anna")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    await leave_queue(walter)
    await hang_up(vera, anna)


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_a_talk_goes_on_after_a_reload(demo: Floor, who: str) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await demo.call_between(vera, anna)
    await to_hear_and_see_each_other(vera, anna)

    await (vera if who == "caller" else anna).page.reload()

    await to_be_connected(vera, anna, limit_s=RESUME_LIMIT_S)
    await to_hear_and_see_each_other(vera, anna)
    assert await demo.measure("zuruf_contacts") == {
        f'group="sales",phase="{phase}",site="demo"': float(phase == "talking")
        for phase in ("queued", "offered", "connecting", "talking")
    }
    await hang_up(vera, anna)


async def test_a_camera_that_was_off_stays_off_through_a_reload(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await demo.call_between(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    await vera.page.press("Camera")
    await to_show(anna.page, "heading", "Visitor on “Küchenhaus Morgenrot”")

    await vera.page.reload()

    await to_be_connected(vera, anna, limit_s=RESUME_LIMIT_S)
    await to_be_heard(anna.page, vera.media)
    await to_be_seen(vera.page, anna.media)
    assert not await vera.page.evaluate(
        """() => window[Symbol.for("e2e")].peers
            .flatMap((peer) => peer.getSenders()).some((sender) => sender.track?.kind === "video")"""
    )
    await hang_up(vera, anna)


async def test_losing_the_agent_puts_the_caller_in_front_and_to_the_next_agent(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await demo.call_between(vera, anna)
    ben = await demo.agent("ben")

    await anna.browser.kill()

    await to_read(vera.page, "Anna is away for a moment")
    await to_be_rung(ben, limit_s=DETECTION_S + AGENT_GRACE_S + OFFER_LIMIT_S)
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)
    await to_hear_and_see_each_other(vera, ben)
    await hang_up(vera, ben)
    await not_to_show(ben.page, "alertdialog")
