"""A day in the life: three agents, two groups, and all that may come between a caller and an answer."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.e2e.conftest import OpenDemo
from tests.e2e.floor import Floor, hang_up, to_be_connected, to_be_rung, to_hear_and_see_each_other
from tests.e2e.people import to_say, to_show
from tests.gateway.postbox import postbox

pytestmark = pytest.mark.timeout(180)

RINGS_MS, RELAXES_MS, LONGEST_WAIT_MS = 4_000, 5_000, 16_000


async def arrange(floor: Floor) -> None:
    """Sales asks for French, for a while; who waits for too long goes to the experts."""
    ids = {user: await floor.agent_id(user) for user in ("anna", "ben", "chris")}

    def arranged(site: dict[str, Any]) -> dict[str, Any]:
        (sales,) = site["groups"]
        experts = {"id": "experts", "names": {"de": "Fachleute", "en": "Experts"}, "channels": sales["channels"]}
        rules = {
            "needs": [{"skill": "french"}],
            "relaxations": [{"afterMs": RELAXES_MS}],
            "ringMs": RINGS_MS,
            "maxWaitMs": LONGEST_WAIT_MS,
            "whenTooLong": {"kind": "group", "group": "experts"},
            "callbacks": {"ahead": 0},
        }
        return site | {
            "groups": [sales | rules, experts],
            "skills": [{"id": "french", "names": {"de": "Französisch", "en": "French"}}],
            "agents": [
                {"id": ids["anna"], "groups": ["sales"]},
                {"id": ids["ben"], "groups": ["sales"], "skills": [{"skill": "french", "level": 3}]},
                {"id": ids["chris"], "groups": ["experts"]},
            ],
        }

    await floor.configure(arranged)


async def test_a_day_with_a_skill_a_miss_an_overflow_a_transfer_and_a_callback(
    open_demo: OpenDemo, underneath: AsyncExitStack
) -> None:
    box = await underneath.enter_async_context(postbox())
    demo = await open_demo(
        ZURUF_NOTICES__SMTP_HOST="127.0.0.1",
        ZURUF_NOTICES__SMTP_PORT=str(box.port),
        ZURUF_NOTICES__SMTP_TLS="none",
        ZURUF_NOTICES__SENDER="Shop <service@shop.example>",
    )
    await arrange(demo)

    # Anna has been idle for longer, but Ben speaks French.
    anna, ben = await demo.agent("anna"), await demo.agent("ben")
    vera = await demo.visitor("vera")
    await vera.page.press("Video call")
    await to_be_rung(ben)
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)

    # Nobody else does. After a while anybody will do, and Anna does not answer.
    walter = await demo.visitor("walter")
    await walter.page.press("Video call")
    await to_be_rung(anna, limit_s=RELAXES_MS / 1000 + 3)
    await to_show(anna.page, "button", "I am back", limit_s=RINGS_MS / 1000 + 3)

    # It takes too long: the experts have him, and hand him on to Anna, who is back.
    chris = await demo.agent("chris")
    await to_be_rung(chris, limit_s=LONGEST_WAIT_MS / 1000 + 3)
    await chris.page.press("Accept")
    await to_be_connected(walter, chris)
    await anna.page.press("I am back")
    await chris.page.press("Transfer")
    await chris.page.press("Transfer now: Anna")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(walter, anna)
    await to_hear_and_see_each_other(walter, anna)
    await chris.page.press("Finish wrap-up")
    await chris.page.press("Break")
    await hang_up(vera, ben)
    await ben.page.press("Finish wrap-up")
    await ben.page.press("Break")

    # Xenia does not wait on the page, and is called when it is her turn.
    xenia = await demo.visitor("xenia")
    await xenia.page.press("Video call")
    await xenia.page.press("Call me back")
    await xenia.page.fill("Your e-mail address", "xenia@mail.example")
    await xenia.page.press("Keep my place")
    await to_show(xenia.page, "heading", "Your place is kept")
    await hang_up(walter, anna)
    await anna.page.press("Finish wrap-up")
    await xenia.page.open(await box.link(1))
    await to_show(xenia.page, "heading", "It is your turn")
    await xenia.page.press("Start video call")
    await to_be_rung(anna)
    await to_say(anna.page, "Callback by video")
    await anna.page.press("Accept")
    await to_be_connected(xenia, anna)
    await to_hear_and_see_each_other(xenia, anna)
    await hang_up(xenia, anna)
    await anna.page.press("Finish wrap-up")

    # Everybody reads what their own day was.
    await to_say(anna.page, "2 answered · 1 missed")
    await to_say(chris.page, "Transferred")
