"""What the other end-to-end tests rely on, proved with a call that is not the product's."""

import pytest

from tests.e2e.browsers import Kind
from tests.e2e.media import to_be_heard, to_be_playing, to_be_seen, to_be_silent
from tests.e2e.people import People, tab_to, to_read, to_show
from tests.e2e.server import Server

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(90)]


@pytest.mark.parametrize("other", ["chromium", "firefox"])
async def test_two_people_hear_and_see_each_other(people: People, bare: Server, other: Kind) -> None:
    ada = await people.person("ada")
    bob = await people.person("bob", browser=other)
    for person in (ada, bob):
        await person.page.open(f"{bare.url}/?room=one")

    await ada.page.press("Call")
    await to_read(ada.page, "Waiting")
    await bob.page.press("Call")

    await to_be_heard(ada.page, bob.media)
    await to_be_heard(bob.page, ada.media)
    await to_be_seen(ada.page, bob.media)
    await to_be_seen(bob.page, ada.media)
    await to_be_playing(ada.page)
    await to_be_playing(bob.page)

    await ada.page.press("Mute")
    await to_be_silent(bob.page, ada.media)
    await ada.page.press("Hang up")
    await to_read(bob.page, "Over")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_a_page_is_used_by_role_and_name_and_by_keyboard(people: People, bare: Server, browser: Kind) -> None:
    ada = await people.person("ada", browser=browser, locale="de-DE", colours="dark")
    page = ada.page
    await page.open(f"{bare.url}/?room=two")

    await page.fill("Name", "Ada")
    await page.fill("Name", "Ada Lovelace")
    await page.fill("Kennwort", "geheim")
    assert await page.evaluate(
        "(ids) => ids.map((id) => document.querySelector('bare-call').shadowRoot.getElementById(id).value)",
        ["name", "code"],
    ) == ["Ada Lovelace", "geheim"]
    assert await page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    assert not await page.shows("button", "Auflegen"), "it is hidden"

    await tab_to(page, "button", "Anrufen")
    await page.keys("Enter")
    await to_read(page, "Waiting")
    await to_show(page, "button", "Auflegen")
    assert (await page.screenshot()).startswith(b"\x89PNG")
    await page.reload()
    await to_show(page, "button", "Anrufen")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_what_goes_wrong_inside_a_page_is_noticed(people: People, bare: Server, browser: Kind) -> None:
    ada = await people.person("ada", browser=browser, media=False)
    page = ada.page
    await page.open(f"{bare.url}/?room=three")

    await page.evaluate("() => { setTimeout(() => { throw new Error('first') }) }")
    await page.evaluate("() => console.error('second')")
    await page.evaluate("() => { Promise.reject(new Error('third')) }")
    await page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = '0'; document.head.append(s) }"
    )
    await page.evaluate("() => new Promise((done) => setTimeout(done))")

    heard = "\n".join(page.complaints.heard)
    for sign in ("first", "second", "third", "script-src"):
        assert sign in heard
    assert page.complaints.unforgiven
    page.complaints.forgive("first|second|third|script-src")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_who_is_offline_reaches_nothing_new(people: People, bare: Server, browser: Kind) -> None:
    ada = await people.person("ada", browser=browser, media=False)
    page = ada.page
    page.complaints.forgive("ERR_INTERNET_DISCONNECTED|NetworkError")
    await page.open(f"{bare.url}/?room=four")
    reach = "() => fetch('/readyz').then((r) => r.ok, () => false)"
    assert await page.evaluate(reach)

    await page.offline()
    assert not await page.evaluate(reach)
    await page.online()
    assert await page.evaluate(reach)


async def test_a_server_that_is_killed_comes_back_at_the_same_address(bare: Server) -> None:
    address = bare.url

    await bare.restart()

    assert bare.url == address
    assert bare.child.alive
