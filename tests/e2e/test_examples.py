"""The websites in ``examples``, with whole calls."""

from typing import Final

import pytest

from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.conftest import OpenShop
from tests.e2e.floor import hang_up, leave_queue, to_hear_and_see_each_other, to_wait_at
from tests.e2e.people import to_show
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(120)

LISTEN: Final = """() => {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (e) =>
    window.violations.push(`${e.effectiveDirective}: ${e.blockedURI} ${e.sample}`));
}"""


async def test_a_plain_website_needs_one_line(open_example: OpenShop) -> None:
    shop = await open_example("plain-website", "anna")
    anna = await shop.agent("anna")
    vera = await shop.visitor("vera")

    await shop.call_between(vera, anna)

    await to_hear_and_see_each_other(vera, anna)
    await hang_up(vera, anna)


async def test_a_call_under_the_strictest_policy_violates_nothing(open_example: OpenShop) -> None:
    shop = await open_example("strict-csp", "anna")
    anna = await shop.agent("anna")
    vera = await shop.people.person("vera")
    assert isinstance(vera.page, ChromiumPage)
    await vera.page.context.add_init_script(f"({LISTEN})()")
    await vera.page.open(shop.lobby)

    await shop.call_between(vera, anna)

    await to_hear_and_see_each_other(vera, anna)
    assert await vera.page.evaluate("() => crossOriginIsolated")
    await hang_up(vera, anna)
    await to_show(vera.page, "heading", "The call has ended")
    assert await vera.page.evaluate("() => window.violations") == []


async def test_a_call_outlives_the_route_that_it_began_on(open_example: OpenShop) -> None:
    shop = await open_example("single-page", "anna")
    anna = await shop.agent("anna")
    vera = await shop.visitor("vera")
    await shop.call_between(vera, anna)

    await vera.page.press("Kettles", role="link")

    await to_show(vera.page, "heading", "Kettles")
    assert await vera.page.evaluate("() => document.querySelector('zuruf-call') === null")
    await to_hear_and_see_each_other(vera, anna)
    await vera.page.evaluate("() => document.querySelector('zuruf-panel').remove()")
    await to_hear_and_see_each_other(vera, anna)
    await vera.page.evaluate("() => window.zuruf.close()")
    await to_show(vera.page, "button", "You are talking to Anna Show call")
    await vera.page.evaluate("() => window.zuruf.open()")
    await hang_up(vera, anna)


async def test_who_waits_keeps_the_place_from_page_to_page(open_example: OpenShop) -> None:
    shop = await open_example("multi-page")
    vera = await shop.visitor("vera")
    await vera.page.press("Call")
    await to_wait_at(vera, 1)

    await vera.page.press("Minimise")
    await vera.page.press("Pots", role="link")

    await to_show(vera.page, "heading", "Pots")
    await to_wait_at(vera, 1)
    await leave_queue(vera)
    await until(shop.open_contacts, lambda number: number == 0, limit_s=2, saying="nobody waits")
