"""A desk that nobody looks at still rings, and of two tabs exactly one is the desk."""

import pytest

from tests.e2e.browsers import Page
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.floor import RINGS, Floor, to_be_rung
from tests.e2e.people import not_to_show, to_read, to_show
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

RING_LIMIT_S = 2.0

# What Chrome does with a tab that was hidden for five minutes: it is not drawn, and its timers fire once a
# minute. Workers and sockets go on.
HIDE = """() => {
  const MINUTE = 60_000;
  const later = window.setTimeout.bind(window);
  const untilNext = () => MINUTE - (Date.now() % MINUTE);
  const asleep = (then, ms = 0, ...given) => later(() => later(() => then(...given), untilNext()), ms);
  window.setTimeout = asleep;
  window.setInterval = (then, ms, ...given) => {
    const again = () => { then(...given); asleep(again, ms); };
    return asleep(again, ms);
  };
  window.requestAnimationFrame = () => 0;
  Object.defineProperty(document, "hidden", { get: () => true });
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_a_tab_that_was_hidden_for_long_rings_within_two_seconds(demo: Floor) -> None:
    anna = await demo.agent("anna")
    vera = await demo.visitor("vera")
    await anna.page.evaluate(HIDE)

    await vera.page.press("Call")

    await until(lambda: anna.page.evaluate(RINGS), limit_s=RING_LIMIT_S, saying="a hidden tab rings")
    title = await anna.page.evaluate("() => document.title")
    assert "Sales" in title, title
    await vera.page.press("Leave queue")


async def test_of_two_tabs_exactly_one_is_the_desk(demo: Floor) -> None:
    anna = await demo.agent("anna")
    first = anna.page
    assert isinstance(first, ChromiumPage)
    second: Page = await _another_tab(demo, first)
    await to_read(second, "You receive calls")
    await to_show(first, "heading", "Your desk is open in another tab")

    await first.press("Use this tab")

    await to_read(first, "You receive calls", limit_s=RING_LIMIT_S)
    await to_show(second, "heading", "Your desk is open in another tab", limit_s=RING_LIMIT_S)
    vera = await demo.visitor("vera")
    await vera.page.press("Call")
    await to_be_rung(anna)
    await not_to_show(second, "alertdialog")
    assert not await second.evaluate(RINGS), "it rings in the tab that leads alone"
    await vera.page.press("Leave queue")


async def _another_tab(demo: Floor, first: ChromiumPage) -> ChromiumPage:
    """Of the same browser: same cookies, same storage."""
    second = ChromiumPage("anna again", first.context, await first.context.new_page())
    await second.open(f"{demo.server.url}/agent")
    return second
