"""Nobody has to wait on the page: a message is left, or a place is kept and taken up by a link."""

from contextlib import AsyncExitStack

import pytest

from tests.e2e.conftest import OpenDemo
from tests.e2e.floor import RECEIVES, hang_up, leave_queue, to_be_connected, to_be_rung, to_hear_and_see_each_other
from tests.e2e.people import to_read, to_say, to_show
from tests.gateway.postbox import postbox

pytestmark = pytest.mark.timeout(60)


async def test_a_closed_group_takes_a_message_that_an_agent_works_off(open_demo: OpenDemo) -> None:
    demo = await open_demo()
    await demo.change_group(
        "sales", isOpen=False, channels=["voice", "video", "message"], whenClosed={"kind": "message"}
    )
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")

    await vera.page.press("Leave a message")
    await vera.page.fill("Your message", "Do you deliver on Saturdays?")
    await vera.page.fill("Your e-mail address (optional)", "vera@mail.example")
    await vera.page.press("Send message")
    await to_show(vera.page, "heading", "Your message has been sent")

    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_say(anna.page, "Do you deliver on Saturdays?")
    await to_say(anna.page, "vera@mail.example")
    await anna.page.press("Done")
    await to_show(anna.page, "button", "Finish wrap-up")
    await anna.page.press("Finish wrap-up")
    await to_read(anna.page, RECEIVES)


async def test_a_caller_leaves_for_a_callback_and_talks_at_the_kept_place(
    open_demo: OpenDemo, underneath: AsyncExitStack
) -> None:
    box = await underneath.enter_async_context(postbox())
    demo = await open_demo(
        ZURUF_NOTICES__SMTP_HOST="127.0.0.1",
        ZURUF_NOTICES__SMTP_PORT=str(box.port),
        ZURUF_NOTICES__SMTP_TLS="none",
        ZURUF_NOTICES__SENDER="Shop <service@shop.example>",
    )
    told = {"de": "Schön, dass Sie da sind.", "en": "Good to have you here."}
    await demo.change_group("sales", callbacks={"ahead": 0}, announcements=[{"text": told}])
    vera = await demo.visitor("vera")
    walter = await demo.visitor("walter")

    await vera.page.press("Video call")
    await to_read(vera.page, told["en"])
    await vera.page.press("Call me back")
    await vera.page.fill("Your e-mail address", "vera@mail.example")
    await vera.page.press("Keep my place")
    await to_show(vera.page, "heading", "Your place is kept")
    assert (await box.mail(1))["Subject"].startswith("Your place in line")
    await walter.page.press("Video call")
    await to_read(walter.page, "You are number 2 in line")

    anna = await demo.agent("anna")
    assert (await box.mail(2))["Subject"].startswith("It is your turn")
    await to_be_rung(anna)
    await vera.page.open(await box.link(2))
    await to_show(vera.page, "heading", "It is your turn")
    await anna.page.press("Decline")
    await vera.page.press("Start video call")
    await to_be_rung(anna, limit_s=15)
    await to_say(anna.page, "Callback by video")
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)

    await hang_up(vera, anna)
    await leave_queue(walter)
    await anna.page.press("Finish wrap-up")


async def test_a_callback_is_cancelled_by_its_link(open_demo: OpenDemo, underneath: AsyncExitStack) -> None:
    box = await underneath.enter_async_context(postbox())
    demo = await open_demo(
        ZURUF_NOTICES__SMTP_HOST="127.0.0.1",
        ZURUF_NOTICES__SMTP_PORT=str(box.port),
        ZURUF_NOTICES__SMTP_TLS="none",
        ZURUF_NOTICES__SENDER="Shop <service@shop.example>",
    )
    await demo.change_group("sales", callbacks={}, isOpen=False, whenClosed={"kind": "callback"})
    vera = await demo.visitor("vera")

    await vera.page.press("Be called back")
    await vera.page.fill("Your e-mail address", "vera@mail.example")
    await vera.page.press("Keep my place")
    await to_show(vera.page, "heading", "Your place is kept")
    link = await box.link(1)
    await vera.page.open(link)
    await to_show(vera.page, "heading", "Your place: Sales")
    await vera.page.press("Cancel the callback")
    await vera.page.press("Yes, cancel")
    await to_show(vera.page, "heading", "The callback is cancelled")
    vera.page.complaints.forgive("410")
    await vera.page.reload()

    await to_show(vera.page, "heading", "The callback is cancelled")
