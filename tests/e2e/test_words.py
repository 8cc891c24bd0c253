"""Pages speak the browser's language, and nothing happens before the press."""

import pytest

from tests.e2e.browsers import Kind
from tests.e2e.floor import Floor
from tests.e2e.people import People, to_read, to_show
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(90)

LANGUAGES = """() => {
  const of = (element) => element.closest("[lang]")?.lang ?? of(element.getRootNode().host);
  const roots = [document];
  for (const root of roots) for (const e of root.querySelectorAll("*")) if (e.shadowRoot) roots.push(e.shadowRoot);
  const said = roots.flatMap((root) => [...root.querySelectorAll("button, [role=status]")]);
  return [...new Set([document.documentElement.lang, ...said.filter((e) => e.checkVisibility()).map(of)])];
}"""

STORED = """async () => ({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  cookies: document.cookie,
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""

ASKED = "() => window[Symbol.for('e2e')].asked"

NOTHING = {"local": [], "session": [], "cookies": "", "databases": [], "caches": [], "workers": 0}


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_a_german_browser_is_spoken_to_in_german(demo: Floor, people: People, browser: Kind) -> None:
    vera = await demo.visitor("vera", browser=browser, locale="de-DE")
    await to_read(vera.page, "Gerade ist niemand da, Sie können warten")
    assert await vera.page.evaluate(LANGUAGES) == ["de"]
    await vera.page.press("Videoanruf")
    await to_read(vera.page, "Sie sind auf Platz 1 der Warteschlange")
    assert await vera.page.evaluate(LANGUAGES) == ["de"]
    anna = await people.person("anna", locale="de-DE")
    await anna.page.open(f"{demo.server.url}/agent")
    await anna.page.fill("Benutzername", "anna")
    await anna.page.fill("Passwort", demo.password)
    await anna.page.press("Anmelden")
    await anna.page.press("Verfügbar")
    await anna.page.press("Annehmen")

    await to_show(vera.page, "heading", "Sie sprechen mit Anna", limit_s=10)
    await to_show(anna.page, "timer", "Dauer")
    for person in (vera, anna):
        assert await person.page.evaluate(LANGUAGES) == ["de"]
    await vera.page.press("Auflegen")
    await to_show(vera.page, "heading", "Der Anruf ist beendet")
    await anna.page.press("Nacharbeit beenden")
    await to_read(anna.page, "Sie bekommen Anrufe")


async def test_any_other_browser_is_spoken_to_in_english(demo: Floor, people: People) -> None:
    vera = await demo.visitor("vera", locale="fr-FR")
    anna = await people.person("anna", locale="fr-FR", media=False)
    await anna.page.open(f"{demo.server.url}/agent")

    await to_show(vera.page, "button", "Video call")
    await to_show(anna.page, "button", "Sign in")

    for person in (vera, anna):
        assert await person.page.evaluate(LANGUAGES) == ["en"]


async def test_before_the_press_nothing_is_stored_opened_or_asked_for(demo: Floor) -> None:
    vera = await demo.visitor("vera")
    await to_read(vera.page, "Nobody is here right now, you can wait")

    assert await vera.page.evaluate(STORED) == NOTHING
    assert vera.page.frames == []
    assert await vera.page.cookies() == []
    assert await vera.page.evaluate(
        "() => performance.getEntriesByType('resource').every(({ name }) => new URL(name).origin === location.origin)"
    )
    assert await vera.page.evaluate(ASKED) == []

    await vera.page.press("Call")
    await to_read(vera.page, "You are number 1 in line")
    assert await vera.page.evaluate(ASKED) == [{"audio": True, "video": False}]
    stored = await vera.page.evaluate(STORED)
    assert stored == {**NOTHING, "session": ["zuruf.contact"]}
    await vera.page.press("Leave queue")
    await until(
        lambda: vera.page.evaluate(STORED), lambda now: now == NOTHING, limit_s=2, saying="nothing is stored afterwards"
    )
