"""A supervisor sees what happens while it happens, and steps in by hand."""

import pytest

from tests.e2e.browsers import Colours, Page
from tests.e2e.floor import Floor, sign_in, to_be_rung, to_wait_at
from tests.e2e.people import People, not_to_show, tab_to, to_read, to_say, to_show
from tests.e2e.test_accessibility import to_be_accessible
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

LIVE_S = 1.0
"""From what happens to where the supervisor sees it."""


async def to_be_supervising(page: Page, demo: Floor) -> None:
    await page.open(f"{demo.server.url}/supervisor")
    await sign_in(page, "sofia", demo.password)
    await to_read(page, "Live")
    await to_show(page, "table", "Groups")


async def to_see_row(page: Page, *words: str, limit_s: float = LIVE_S) -> None:
    """Wait until all of these stand in one row of a table."""
    await until(
        lambda: page.texts("row"),
        lambda rows: any(all(word in row for word in words) for row in rows),
        limit_s=limit_s,
        saying=f"{page.who} sees a row with {words}",
    )


async def test_a_supervisor_sees_who_waits_assigns_by_hand_and_closes_the_group(demo: Floor, people: People) -> None:
    sofia = (await people.person("sofia", media=False)).page
    await to_be_supervising(sofia, demo)
    ben = await demo.agent("ben")
    vera = await demo.visitor("vera")
    await to_see_row(sofia, "Ben", "Ready")

    await ben.page.press("Break")
    await to_see_row(sofia, "Ben", "Break")
    await vera.page.press("Video call")
    await to_wait_at(vera, 1)
    await to_show(sofia, "button", "Assign …", limit_s=LIVE_S)
    await sofia.press("Why?")
    await to_say(sofia, "It waits: those who are signed in take nothing at the moment.")
    await sofia.keys("Escape")
    await not_to_show(sofia, "dialog")

    await sofia.press("Change Ben")
    await sofia.press("Available")
    await to_read(sofia, "Ben is set to “Available”.")
    await to_be_rung(ben)
    await ben.page.press("Decline")
    await to_see_row(sofia, "Ben", "Just declined")
    await sofia.press("Assign …")
    await sofia.press("Assign")
    await to_read(sofia, "The contact goes to Ben next.")

    await sofia.press("Close …")
    await sofia.press("Close group")
    await to_read(sofia, "Sales is closed.")
    await to_see_row(sofia, "Sales", "Closed by hand")
    await sofia.press("End …")
    await sofia.press("End contact")
    await to_read(sofia, "The contact is ended.")
    await to_show(vera.page, "button", "Call again")
    await to_say(sofia, "Nobody waits, nobody talks.", limit_s=LIVE_S)
    await sofia.press("Reopen")
    await to_read(sofia, "Sales is reopened; its hours count again.")


@pytest.mark.parametrize(("locale", "colours"), [("de-DE", "dark"), ("en-GB", "light")])
async def test_the_supervisors_page_is_accessible_and_needs_no_pointer(
    demo: Floor, people: People, locale: str, colours: Colours
) -> None:
    german = locale == "de-DE"
    page = (await people.person("sofia", locale=locale, colours=colours, media=False)).page
    await page.open(f"{demo.server.url}/supervisor")
    await to_show(page, "heading", "Anmelden" if german else "Sign in")
    await to_be_accessible(page, "sign-in")
    await page.fill("Benutzername" if german else "User name", "sofia")
    await page.fill("Passwort" if german else "Password", demo.password)
    await page.press("Anmelden" if german else "Sign in")
    await to_show(page, "table", "Agenten" if german else "Agents")
    await to_be_accessible(page, "board")
    close = "Schließen …" if german else "Close …"
    await tab_to(page, "button", close)
    await page.keys("Enter")
    await to_show(page, "dialog")
    await to_be_accessible(page, "closing")
    await tab_to(page, "button", "Gruppe schließen" if german else "Close group")
    await page.keys("Escape")
    await not_to_show(page, "dialog")
    assert await page.is_focused("button", close)
