"""Somebody presses a button on a website and talks to somebody who can help."""

import pytest

from tests.e2e.browsers import Kind, Page
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.conftest import OpenShop
from tests.e2e.floor import (
    Floor,
    finish_wrap_up,
    hang_up,
    leave_queue,
    to_be_connected,
    to_be_rung,
    to_hear_and_see_each_other,
    to_wait_at,
)
from tests.e2e.media import to_be_heard, to_be_playing, to_be_silent
from tests.e2e.people import not_to_show, to_read, to_say, to_show
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

CODE = r"""() => {
  const roots = [document];
  for (const root of roots) for (const e of root.querySelectorAll("*")) if (e.shadowRoot) roots.push(e.shadowRoot);
  const shown = roots.flatMap((root) => [...root.querySelectorAll(".code")]).filter((e) => e.checkVisibility());
  return shown.map((e) => /\d{3} \d{3}/.exec(e.textContent)?.[0]).find(Boolean);
}"""


async def code_of(page: Page) -> str:
    code = await until(lambda: page.evaluate(CODE), limit_s=5, saying=f"{page.who} sees the check code")
    return str(code)


async def test_callers_are_answered_in_order_and_hear_and_see_who_answers(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")

    await vera.page.press("Video call")
    await to_be_rung(anna)
    await walter.page.press("Video call")
    await to_wait_at(walter, 2)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_wait_at(walter, 1)
    await to_hear_and_see_each_other(vera, anna)
    assert await code_of(vera.page) == await code_of(anna.page)

    await hang_up(vera, anna)
    await to_show(vera.page, "heading", "The call has ended")
    await to_be_silent(anna.page, vera.media)
    await to_wait_at(walter, 1)
    await anna.page.press("Finish wrap-up")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(walter, anna)
    await to_hear_and_see_each_other(walter, anna)

    await hang_up(anna, walter)
    await to_read(walter.page, "Your adviser hung up")
    await finish_wrap_up(anna)


async def test_an_agent_exchanges_the_microphone_in_the_middle_of_a_call(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Call")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_be_heard(vera.page, anna.media)
    assert isinstance(anna.page, ChromiumPage)
    desk = anna.page.page
    await desk.get_by_text("Devices", exact=True).click()
    microphones = desk.get_by_label("Microphone", exact=True)
    names = await microphones.locator("option").all_inner_texts()

    await microphones.select_option(label=names[-1])

    assert names[0] == "Chosen by the browser"
    await to_be_heard(vera.page, anna.media)
    assert await microphones.evaluate("(one) => one.selectedOptions[0].textContent") == names[-1]
    await hang_up(vera, anna)


async def test_a_call_by_voice_asks_for_no_camera(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")

    await demo.call_between(vera, anna, "Call")

    await to_hear_and_see_each_other(vera, anna, video=False)
    for person in (vera, anna):
        assert not await person.page.shows("button", "Camera")
        assert not await person.page.evaluate(
            """() => window[Symbol.for("e2e")].peers
                .flatMap((peer) => peer.getSenders()).some((sender) => sender.track?.kind === "video")"""
        )
    await hang_up(vera, anna)


async def test_who_begins_with_the_camera_off_is_heard_and_can_switch_it_on(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Video call")
    await anna.page.press("Start with my camera on", role="checkbox")
    await anna.page.press("Accept")

    await to_be_connected(vera, anna)
    await to_be_heard(vera.page, anna.media)
    await to_be_playing(vera.page, video=False)
    await to_say(vera.page, "Anna's camera is off")
    await anna.page.press("Camera")

    await to_hear_and_see_each_other(vera, anna)
    await hang_up(vera, anna)


@pytest.mark.parametrize(("caller", "agent"), [("chromium", "firefox"), ("firefox", "chromium")])
async def test_different_browsers_understand_each_other(demo: Floor, caller: Kind, agent: Kind) -> None:
    anna = await demo.agent("anna", browser=agent)
    vera = await demo.visitor("vera", browser=caller)

    await demo.call_between(vera, anna)

    await to_hear_and_see_each_other(vera, anna)
    assert await code_of(vera.page) == await code_of(anna.page)
    await vera.page.press("Mute")
    await to_be_silent(anna.page, vera.media)
    await hang_up(anna, vera)


async def test_who_leaves_the_queue_gives_the_place_free(demo: Floor) -> None:
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")
    for place, caller in enumerate((vera, walter), start=1):
        await caller.page.press("Video call")
        await to_wait_at(caller, place)

    await leave_queue(vera)

    await to_wait_at(walter, 1)
    await leave_queue(walter)
    await until(demo.open_contacts, lambda number: number == 0, limit_s=1, saying="nobody waits")


async def test_a_caller_who_leaves_while_it_rings_is_not_rung_for_any_more(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Video call")
    await to_be_rung(anna)

    await leave_queue(vera)

    await not_to_show(anna.page, "alertdialog")
    await to_read(anna.page, "The caller hung up before you answered.")
    await to_read(anna.page, "You receive calls")


async def test_an_unanswered_offer_goes_to_the_next_agent_and_keeps_its_place(open_shop: OpenShop) -> None:
    shop = await open_shop("anna", "ben")
    anna = await shop.agent("anna")
    vera = await shop.visitor("vera")
    walter = await shop.visitor("walter")
    await vera.page.press("Video call")
    await to_be_rung(anna)
    await walter.page.press("Video call")
    await to_wait_at(walter, 2)

    await to_read(anna.page, "No calls: you did not answer the last one", limit_s=8)
    await to_wait_at(vera, 1)
    await to_wait_at(walter, 2)
    ben = await shop.agent("ben")

    await to_be_rung(ben)
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)
    await anna.page.press("I am back")
    await to_be_rung(anna)
    await leave_queue(walter)
    await hang_up(vera, ben)


async def test_a_declined_offer_goes_to_the_next_agent_at_once(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Video call")
    await to_be_rung(anna)
    ben = await demo.agent("ben")

    await anna.page.press("Decline")

    await to_be_rung(ben, limit_s=1)
    await to_read(anna.page, "No calls: you declined one")
    await ben.page.press("Accept")
    await to_be_connected(vera, ben)
    await hang_up(ben, vera)
