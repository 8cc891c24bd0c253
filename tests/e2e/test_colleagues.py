"""An agent holds a caller, asks a colleague, brings them in, and leaves the call to them."""

import pytest

from tests.e2e.browsers import Page
from tests.e2e.floor import Floor, finish_wrap_up, hang_up, to_be_connected, to_be_rung
from tests.e2e.media import to_be_heard, to_be_silent
from tests.e2e.people import Person, not_to_show, tab_to, to_be_focused, to_read, to_say, to_show
from tests.e2e.test_accessibility import to_be_accessible

pytestmark = pytest.mark.timeout(120)

CONNECTIONS = """() => window[Symbol.for("e2e")].peers.filter((peer) => peer.connectionState !== "closed").length"""
OPENED = """() => window[Symbol.for("e2e")].peers.length"""


async def to_hear_both(here: Person, *others: Person) -> None:
    for other in others:
        await to_be_heard(here.page, other.media)


async def not_to_hear(here: Person, *others: Person) -> None:
    for other in others:
        await to_be_silent(here.page, other.media)


async def ask_ben(demo: Floor) -> tuple[Person, Person, Person]:
    """Vera and anna talk; anna asks ben, who answers."""
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Call")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    ben = await demo.agent("ben")
    await anna.page.press("Transfer")
    await to_show(anna.page, "dialog", "Ask or transfer to whom?")
    await anna.page.press("Ask first: Ben")
    await to_be_rung(ben)
    await to_show(ben.page, "heading", "Anna asks you about a caller")
    await to_read(anna.page, "It rings at Ben. The caller is on hold.")
    await ben.page.press("Accept")
    await to_read(anna.page, "You talk to Ben.", limit_s=10)
    await to_say(anna.page, "waited 0:")
    return vera, anna, ben


async def test_a_caller_on_hold_hears_nothing_of_the_agent_until_they_talk_again(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await vera.page.press("Call")
    await to_be_rung(anna)
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_hear_both(vera, anna)

    await anna.page.keys("h")

    await to_read(vera.page, "You are on hold")
    await to_read(anna.page, "The caller is on hold.")
    await not_to_hear(vera, anna)
    await not_to_hear(anna, vera)
    await vera.page.press("Turn the tone off")
    await tab_to(anna.page, "button", "Back to caller")
    await anna.page.keys("Enter")
    await to_hear_both(vera, anna)
    await to_hear_both(anna, vera)
    await to_be_focused(anna.page, "button", "Hold")
    await hang_up(vera, anna)


async def test_a_colleague_is_asked_while_the_caller_is_on_hold_and_hears_neither(demo: Floor) -> None:
    vera, anna, ben = await ask_ben(demo)
    await to_read(vera.page, "You are on hold")
    for person in (anna, ben, vera):
        await to_be_accessible(person.page, "consultation")
    await to_hear_both(anna, ben)
    await to_hear_both(ben, anna)
    await not_to_hear(vera, anna, ben)
    await not_to_hear(anna, vera)

    await anna.page.press("Back to caller")

    await to_hear_both(vera, anna)
    await to_hear_both(anna, vera)
    await to_read(ben.page, "You receive calls")
    await hang_up(vera, anna)


async def test_three_confer_and_the_call_is_handed_over_without_a_new_connection(demo: Floor) -> None:
    vera, anna, ben = await ask_ben(demo)

    await tab_to(anna.page, "button", "Conference")
    await anna.page.keys("Enter")

    await to_read(anna.page, "Ben is in the call.", limit_s=10)
    await to_be_focused(anna.page, "button", "Hand over")
    for person in (anna, ben, vera):
        await to_be_accessible(person.page, "conference")
    await to_show(vera.page, "heading", "You are talking to Anna and Ben")
    for here, others in ((vera, (anna, ben)), (anna, (vera, ben)), (ben, (vera, anna))):
        await to_hear_both(here, *others)
    opened = await _counted(vera.page, OPENED)

    await anna.page.press("Hand over")

    await to_show(anna.page, "button", "Finish wrap-up")
    await to_show(vera.page, "heading", "You are talking to Ben")
    await to_hear_both(vera, ben)
    await to_hear_both(ben, vera)
    assert await _counted(vera.page, OPENED) == opened, "the connection that stands is kept"
    assert await _counted(ben.page, CONNECTIONS) == 1
    await finish_wrap_up(anna)
    await hang_up(ben, vera)


async def test_a_colleague_who_is_gone_leaves_agent_and_caller_talking(demo: Floor) -> None:
    vera, anna, ben = await ask_ben(demo)
    await anna.page.press("Conference")
    await to_read(anna.page, "Ben is in the call.", limit_s=10)

    await ben.page.close()

    await to_say(vera.page, "You are talking to Anna")
    await to_read(anna.page, "Your colleague is not connected any more.", limit_s=15)
    await not_to_show(anna.page, "button", "Hand over")
    await to_hear_both(vera, anna)
    await to_hear_both(anna, vera)
    await hang_up(vera, anna)


async def test_a_caller_who_leaves_a_conference_leaves_nobody_wondering(demo: Floor) -> None:
    vera, anna, ben = await ask_ben(demo)
    await anna.page.press("Conference")
    await to_read(anna.page, "Ben is in the call.", limit_s=10)

    await vera.page.press("Hang up")

    await to_read(anna.page, "The caller hung up.")
    await finish_wrap_up(anna)
    await to_read(ben.page, "The conversation with your colleague is over.")
    await to_read(ben.page, "You receive calls")
    for page in (anna.page, ben.page):
        assert await _counted(page, CONNECTIONS) == 0


async def _counted(page: Page, script: str) -> int:
    return int(await page.evaluate(script))
