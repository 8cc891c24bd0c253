"""An agent on the phone issues a link, and whoever opens it talks to this very agent."""

import pytest

from tests.e2e.browsers import Page
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.floor import Floor, hang_up, to_be_connected, to_be_rung, to_hear_and_see_each_other
from tests.e2e.people import Person, to_read, to_say, to_show
from tests.e2e.test_accessibility import AXE, RULES, RUN

pytestmark = pytest.mark.timeout(60)

FIND = """(selector) => {
  const find = (root) => root.querySelector(selector) ??
    [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  const found = find(document);
  return found?.value ?? found?.textContent ?? "";
}"""


async def _issue(anna: Person, name: str = "") -> tuple[str, str]:
    """The link and the code that the dialog shows."""
    await anna.page.press("Invite a caller")
    if name:
        await anna.page.fill("Whom it is for (optional)", name)
    await anna.page.press("Make link")
    await to_show(anna.page, "button", "Copy link")
    link, digits = await anna.page.evaluate(FIND, "#url"), await anna.page.evaluate(FIND, ".digits")
    return str(link), str(digits)


async def _expect_accessible(page: Page) -> None:
    assert isinstance(page, ChromiumPage)
    await page.page.evaluate(AXE.read_text("utf-8"))
    assert await page.evaluate(RUN, list(RULES)) == []


async def test_who_opens_the_link_talks_to_the_agent_who_issued_it(demo: Floor) -> None:
    ben = await demo.agent("ben")
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")

    link, _ = await _issue(anna, "Vera Muster")
    await _expect_accessible(anna.page)
    await anna.page.press("Close")
    await vera.page.open(link)
    await to_show(vera.page, "heading", "Talk to Anna")
    await _expect_accessible(vera.page)
    await vera.page.press("Start video call")
    await to_be_rung(anna)
    await to_say(anna.page, "Vera Muster")
    assert not await ben.page.shows("button", "Accept")
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    await hang_up(vera, anna)
    await anna.page.press("Finish wrap-up")

    walter = await demo.visitor("walter")
    walter.page.complaints.forgive("410")
    await walter.page.open(link)
    await to_show(walter.page, "heading", "This link has been used")


async def test_a_code_leads_to_the_agent_once_and_a_revoked_link_says_so(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")

    _, digits = await _issue(anna)
    await vera.page.open(f"{demo.server.url}/join/demo")
    await to_show(vera.page, "heading", "Enter your code")
    await _expect_accessible(vera.page)
    await vera.page.fill("Six-digit code", digits)
    await vera.page.press("Continue")
    await to_show(vera.page, "heading", "Talk to Anna")

    await anna.page.evaluate(
        """() => { const find = (root) => root.querySelector("zuruf-links") ??
          [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
          find(document).shadowRoot.querySelector("li button").click(); }"""
    )
    await to_read(anna.page, "The link is revoked.")
    vera.page.complaints.forgive("410")
    await vera.page.press("Start video call")
    await to_say(vera.page, "This link is no longer valid")
