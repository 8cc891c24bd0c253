"""Everything can be done without a pointer."""

import pytest

from tests.e2e.floor import (
    RECEIVES,
    Floor,
    to_be_connected,
    to_be_rung,
    to_hear_and_see_each_other,
    to_wait_at,
)
from tests.e2e.media import to_be_silent
from tests.e2e.people import People, Person, tab_to, to_read, to_show
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)


async def press(person: Person, name: str, key: str = "Enter", *, role: str = "button") -> None:
    await to_show(person.page, role, name)
    await tab_to(person.page, role, name)
    await person.page.keys(key)


async def to_have_focus_on(person: Person, role: str, name: str) -> None:
    await until(
        lambda: person.page.is_focused(role, name), limit_s=5, saying=f"{person.who} has the focus on {role} {name!r}"
    )


async def test_a_call_from_the_first_press_to_the_last_by_keyboard_alone(demo: Floor, people: People) -> None:
    anna = await people.person("anna")
    await anna.page.open(f"{demo.server.url}/agent")
    await to_have_focus_on(anna, "textbox", "User name")
    await anna.page.type("anna")
    await anna.page.keys("Tab")
    await anna.page.type(demo.password)
    await anna.page.keys("Enter")
    await press(anna, "Available", "Space")
    await to_read(anna.page, RECEIVES)

    vera = await demo.visitor("vera")
    await press(vera, "Video call")
    await to_have_focus_on(vera, "heading", "Almost there")
    await to_be_rung(anna)
    await anna.page.keys("Enter")
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)

    await press(vera, "Minimise")
    await press(vera, "You are talking to Anna Show call")
    await press(vera, "Mute", "Space")
    await to_be_silent(anna.page, vera.media)
    await press(anna, "Hang up")
    await to_have_focus_on(vera, "heading", "The call has ended")
    await press(anna, "Finish wrap-up")
    await to_read(anna.page, RECEIVES)
    await press(vera, "Call again")
    await to_be_rung(anna)
    await anna.page.keys("Escape")
    await to_read(anna.page, "No calls: you declined one")
    await to_wait_at(vera, 1)
    await press(vera, "Leave queue")
    await press(vera, "Close")
    await to_have_focus_on(vera, "button", "Video call")
