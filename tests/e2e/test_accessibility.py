"""Every state of every page, in both languages and both sets of colours, as axe sees it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.browsers import Colours, Page
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.floor import Floor
from tests.e2e.people import People, to_show

pytestmark = pytest.mark.timeout(120)

AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

RUN: Final = """async (tags) => {
  // What fades in is judged when it is there.
  const moving = () => document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(moving().map((animation) => animation.finished));
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
    preload: false,
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(" ")}: ${failureSummary}`));
}"""


@dataclass(frozen=True)
class Words:
    """What is on the buttons of one language."""

    locale: str
    video: str
    leave: str
    again: str
    hang_up: str
    ended: str
    queue: str
    talking: str
    user: str
    password: str
    sign_in: str
    available: str
    offline: str
    ready: str
    accept: str
    duration: str
    finish: str
    wrap_up: str
    on_break: str
    break_title: str
    keyboard: str
    close: str
    hold: str
    back: str


ENGLISH: Final = Words(
    locale="en-GB",
    video="Video call",
    leave="Leave queue",
    again="Call again",
    hang_up="Hang up",
    ended="The call has ended",
    queue="You are in the queue",
    talking="You are talking to Anna",
    user="User name",
    password="Password",
    sign_in="Sign in",
    available="Available",
    offline="You are offline",
    ready="Ready for the next caller",
    accept="Accept",
    duration="Duration",
    finish="Finish wrap-up",
    wrap_up="Wrap-up · Visitor on “Küchenhaus Morgenrot”",
    on_break="Break",
    break_title="Enjoy your break",
    keyboard="Keyboard",
    close="Close",
    hold="Hold",
    back="Back to caller",
)
GERMAN: Final = Words(
    locale="de-DE",
    video="Videoanruf",
    leave="Warteschlange verlassen",
    again="Noch einmal anrufen",
    hang_up="Auflegen",
    ended="Der Anruf ist beendet",
    queue="Sie sind in der Warteschlange",
    talking="Sie sprechen mit Anna",
    user="Benutzername",
    password="Passwort",
    sign_in="Anmelden",
    available="Verfügbar",
    offline="Sie sind offline",
    ready="Bereit für den nächsten Anruf",
    accept="Annehmen",
    duration="Dauer",
    finish="Nacharbeit beenden",
    wrap_up="Nacharbeit · Gast auf „Küchenhaus Morgenrot“",
    on_break="Pause",
    break_title="Gute Pause",
    keyboard="Tastatur",
    close="Schließen",
    hold="Halten",
    back="Zurück ins Gespräch",
)


async def to_be_accessible(page: Page, state: str) -> None:
    assert isinstance(page, ChromiumPage)
    # By way of the debugger: the page's own policy lets no foreign script in.
    if not await page.evaluate("() => 'axe' in window"):
        await page.page.evaluate(AXE.read_text())
    found = await page.evaluate(RUN, list(RULES))
    assert not found, f"{page.who}, {state}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("visitors", "agents", "visitors_colours", "agents_colours"),
    [(ENGLISH, GERMAN, "light", "dark"), (GERMAN, ENGLISH, "dark", "light")],
    ids=["english-light-german-dark", "german-dark-english-light"],
)
async def test_every_state_of_both_pages_is_accessible(
    demo: Floor, people: People, visitors: Words, agents: Words, visitors_colours: Colours, agents_colours: Colours
) -> None:
    vera = (await people.person("vera", locale=visitors.locale, colours=visitors_colours)).page
    anna = (await people.person("anna", locale=agents.locale, colours=agents_colours)).page

    await vera.open(demo.lobby)
    await to_show(vera, "button", visitors.video)
    await to_be_accessible(vera, "start")
    await anna.open(f"{demo.server.url}/agent")
    await to_show(anna, "heading", agents.sign_in)
    await to_be_accessible(anna, "sign-in")
    await anna.fill(agents.user, "anna")
    await anna.fill(agents.password, demo.password)
    await anna.press(agents.sign_in)
    await to_show(anna, "heading", agents.offline)
    await to_be_accessible(anna, "offline")
    await anna.press(agents.on_break)
    await to_show(anna, "heading", agents.break_title)
    await to_be_accessible(anna, "break")

    await vera.press(visitors.video)
    await to_show(vera, "heading", visitors.queue)
    await to_be_accessible(vera, "queued")
    await vera.press(visitors.leave)
    await to_be_accessible(vera, "left")
    await anna.press(agents.available)
    await to_show(anna, "heading", agents.ready)
    await to_be_accessible(anna, "ready")

    await vera.press(visitors.again)
    await to_show(anna, "button", agents.accept)
    await to_be_accessible(anna, "offer")
    await anna.press(agents.accept)
    await to_show(vera, "heading", visitors.talking, limit_s=10)
    await to_show(anna, "timer", agents.duration)
    await to_be_accessible(vera, "talking")
    await to_be_accessible(anna, "call")
    await anna.press(agents.hold)
    await to_show(anna, "button", agents.back)
    await to_be_accessible(anna, "hold")
    await anna.press(agents.keyboard)
    await to_show(anna, "dialog", agents.keyboard)
    await to_be_accessible(anna, "keys")
    await anna.press(agents.close)
    await anna.press(agents.back)

    await vera.press(visitors.hang_up)
    await to_show(vera, "heading", visitors.ended)
    await to_be_accessible(vera, "ended")
    await to_show(anna, "heading", agents.wrap_up)
    await to_be_accessible(anna, "wrap-up")
    await anna.press(agents.finish)
    await to_show(anna, "heading", agents.ready)
    await to_be_accessible(anna, "ready, with a day behind")
