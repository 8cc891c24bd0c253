"""What the widget does to somebody else's page before anybody calls, and what such a page does to it."""

import base64
import hashlib
from importlib.metadata import version
from typing import Final

import aiohttp
import pytest

from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.conftest import OpenShop
from tests.e2e.floor import Floor, leave_queue, to_wait_at
from tests.e2e.people import not_to_show, to_read, to_show
from tests.e2e.test_words import NOTHING, STORED
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

VERSION: Final = version("zuruf")

BARS: Final = """() => [...document.querySelectorAll("zuruf-call")]
  .filter((e) => e.shadowRoot?.querySelector("button")?.checkVisibility()).length"""

FETCHED: Final = """() => performance.getEntriesByType("resource").map(({ name }) => name)"""

HOSTILE: Final = """
  * { all: unset !important; position: static !important; display: none !important; color: red !important;
      font: 90px fantasy !important; opacity: 0.1 !important; transform: rotate(180deg) !important; }
  html, body, main, h1 { display: block !important; }
  button, div, p, section { display: none !important; }
"""

LOOK: Final = """() => {
  const look = (element, ...names) => {
    const style = getComputedStyle(element);
    return names.map((name) => style[name]);
  };
  const bar = document.querySelector("zuruf-call");
  const video = bar.shadowRoot.querySelector("button.video");
  return {
    bar: look(bar, "position", "opacity", "transform"),
    button: look(video, "display", "fontSize", "backgroundColor", "borderRadius"),
    ink: getComputedStyle(video).color,
  };
}"""


async def opened(shop: Floor, head: str, body: str = "", *, who: str = "vera") -> ChromiumPage:
    """Somebody at a page of the shop with this in it."""
    person = await shop.people.person(who)
    assert isinstance(person.page, ChromiumPage)
    shop.pages["page.html"] = (
        f'<!doctype html><html lang="en"><head><title>Page</title><link rel="icon" href="data:,">{head}</head>'
        f"<body><main><h1>Page</h1>{body}</main></body></html>"
    )
    await person.page.open(f"{shop.lobby}/page.html")
    return person.page


def script(shop: Floor, path: str = "/widget.js", **data: str) -> str:
    said = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in data.items())
    return f'<script type="module" src="{shop.server.url}{path}" {said}></script>'


async def test_nothing_is_fetched_or_shown_before_the_page_says_so(open_shop: OpenShop) -> None:
    shop = await open_shop()
    page = await opened(shop, script(shop, data_site="shop", data_group="sales", data_start="manual"))
    await until(
        lambda: page.evaluate("() => typeof window.zuruf?.start"),
        lambda kind: kind == "function",
        limit_s=5,
        saying="the widget is there",
    )

    assert await page.evaluate(FETCHED) == [f"{shop.server.url}/widget.js"]
    assert await page.evaluate("() => document.querySelector('zuruf-call') === null")
    assert await page.evaluate(STORED) == NOTHING

    await page.evaluate("() => window.zuruf.start()")
    await to_show(page, "button", "Call")


async def test_a_tag_manager_says_it_in_the_address_and_saying_it_twice_is_harmless(open_shop: OpenShop) -> None:
    shop = await open_shop()
    path = "/widget.js?site=shop&group=sales"
    version = script(shop, f"/widget/{VERSION}.js", data_site="shop", data_group="sales")
    line = script(shop, data_site="shop", data_group="sales")
    page = await opened(shop, script(shop, path) * 2 + version + line * 2)

    await to_show(page, "button", "Call")
    await to_read(page, "Nobody is here right now, you can wait")

    assert await page.evaluate(BARS) == 1


async def test_a_page_may_pin_a_version_by_its_checksum_and_still_call(open_shop: OpenShop) -> None:
    shop = await open_shop()
    path = f"/widget/{VERSION}.js"
    async with aiohttp.ClientSession() as http, http.get(shop.server.url + path) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        checksum = base64.b64encode(hashlib.sha384(await answer.read()).digest()).decode()
    pinned = {"data_site": "shop", "data_group": "sales", "crossorigin": "", "integrity": f"sha384-{checksum}"}
    page = await opened(shop, script(shop, path, **pinned))

    await page.press("Call")
    await to_read(page, "You are number 1 in line")
    await page.press("Leave queue")
    await to_show(page, "heading", "You left the queue")


async def test_before_the_press_a_page_asks_once_and_only_us_and_nothing_is_kept(open_shop: OpenShop) -> None:
    shop = await open_shop()
    elements = "".join(f'<zuruf-call inline site="shop" group="{group}"></zuruf-call>' for group in ("sales", "night"))
    page = await opened(shop, script(shop), elements)
    await to_read(page, "Nobody is here right now, you can wait")
    await to_read(page, "Closed right now")

    fetched = [name.removeprefix(shop.server.url).partition("?")[0] for name in await page.evaluate(FETCHED)]
    assert sorted(name.rsplit("-", 1)[0] for name in fetched) == [
        "/api/v1/sites/shop/availability",
        "/widget.js",
        "/widget/bar",
    ]
    assert page.frames == []
    assert await page.cookies() == []
    assert await page.evaluate(STORED) == NOTHING


async def test_a_page_with_hostile_styles_changes_nothing_and_is_not_changed(open_shop: OpenShop) -> None:
    shop = await open_shop()
    line = script(shop, data_site="shop", data_group="sales")
    page = await opened(shop, f"<style>{HOSTILE}</style>{line}")
    await to_show(page, "button", "Call")
    look = await page.evaluate(LOOK)
    assert look["bar"] == ["fixed", "1", "none"]
    assert look["button"][:2] == ["flex", "14px"]
    sheets = "() => [document.styleSheets.length, document.adoptedStyleSheets.length]"
    assert await page.evaluate(sheets) == [1, 0]

    await page.press("Call")
    await to_read(page, "You are number 1 in line")
    width = (
        "() => document.querySelector('zuruf-panel').shadowRoot.querySelector('.panel').getBoundingClientRect().width"
    )
    assert await page.evaluate(width) == 360
    assert await page.evaluate(sheets) == [1, 0]
    await page.press("Leave queue")
    await to_show(page, "heading", "You left the queue")


async def test_a_site_sets_colour_corners_and_parts_and_the_words_stay_readable(open_shop: OpenShop) -> None:
    shop = await open_shop()
    own = """<style>
      zuruf-call { --zuruf-accent: rgb(255, 224, 0); --zuruf-radius: 3px; }
      zuruf-call::part(button) { font-size: 17px; }
      zuruf-panel::part(panel) { border-radius: 5px; }
    </style>"""
    page = await opened(shop, own + script(shop, data_site="shop", data_group="sales"))
    await to_show(page, "button", "Call")

    look = await page.evaluate(LOOK)
    assert look["button"] == ["flex", "17px", "rgb(255, 224, 0)", "3px"]
    assert look["ink"] == "oklch(0 0 0)"

    await page.press("Video call")
    await to_read(page, "You are number 1 in line")
    panel = """() => {
      const panel = document.querySelector("zuruf-panel");
      const style = getComputedStyle(panel);
      const corner = getComputedStyle(panel.shadowRoot.querySelector(".panel")).borderTopLeftRadius;
      return [style.getPropertyValue("--zuruf-accent").trim(), corner];
    }"""
    assert await page.evaluate(panel) == ["rgb(255, 224, 0)", "5px"]
    await page.press("Leave queue")
    await page.press("Close")
    await not_to_show(page, "button", "Close")


async def test_the_page_hears_of_a_call_and_of_nobody(open_shop: OpenShop) -> None:
    shop = await open_shop()
    listening = """<script>
      window.heard = [];
      for (const type of ["zuruf-queued", "zuruf-connected", "zuruf-ended"])
        document.addEventListener(type, ({ detail }) => window.heard.push([type, detail]));
    </script>"""
    page = await opened(shop, listening + script(shop, data_site="shop", data_group="sales"))
    await to_show(page, "button", "Call")
    caller = next(person for person in shop.people.everybody if person.page is page)

    await page.evaluate("() => window.zuruf.call('voice')")
    await to_wait_at(caller, 1)
    await leave_queue(caller)

    about = {"site": "shop", "group": "sales", "channel": "voice"}
    assert await page.evaluate("() => window.heard") == [
        ["zuruf-queued", about],
        ["zuruf-ended", {**about, "outcome": "abandoned"}],
    ]
