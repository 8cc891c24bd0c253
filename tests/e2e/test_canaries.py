"""What people say, and what opens doors, is in no log at any level."""

import re

import pytest

from tests.e2e.floor import (
    Floor,
    finish_wrap_up,
    hang_up,
    leave_queue,
    sign_in,
    to_be_connected,
    to_hear_and_see_each_other,
)
from tests.e2e.people import People, to_read

pytestmark = pytest.mark.timeout(90)

NAME = "Canary Visitor"
TOPIC = "A canary in a topic"
TITLE = "Canary title of a page"
QUERY = "canary-in-the-query"
USER = "canary-user"
GUESS = "canary-password"

# What an embedding page may do that knows its visitor; the widget takes the contact up after a reload.
ASK = """async (name, topic) => {
  const answer = await fetch("/api/v1/contacts", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ site: "demo", group: "sales", channel: "voice", name, topic, pageUrl: location.href }),
  });
  const { contactId, sessionToken } = await answer.json();
  const contact = { site: "demo", group: "sales", channel: "voice", contactId, sessionToken };
  sessionStorage.setItem("zuruf.contact", JSON.stringify(contact));
}"""


async def test_no_log_tells_who_called_what_they_said_or_what_opens_doors(demo: Floor, people: People) -> None:
    stranger = await people.person("stranger", media=False)
    stranger.page.complaints.forgive("status of 401")
    await stranger.page.open(f"{demo.server.url}/agent?{QUERY}")
    await sign_in(stranger.page, USER, GUESS)
    await to_read(stranger.page, "The user name or the password is wrong", role="alert")
    anna = await demo.agent("anna")
    demo.lobby += f"?{QUERY}#{QUERY}"
    vera = await demo.visitor("vera")
    await vera.page.evaluate("(title) => { document.title = title }", TITLE)

    await vera.page.press("Video call")
    await to_read(anna.page, TITLE, role="alertdialog")
    await anna.page.press("Accept")
    await to_be_connected(vera, anna)
    await to_hear_and_see_each_other(vera, anna)
    cookie, csrf = await anna.page.evaluate(
        "async () => [document.cookie, (await (await fetch('/api/v1/me')).json()).csrf]"
    )
    await vera.page.reload()
    await to_be_connected(vera, anna)
    await hang_up(vera, anna)
    await finish_wrap_up(anna)
    await vera.page.evaluate(ASK, NAME, TOPIC)
    await vera.page.reload()
    await to_read(anna.page, NAME, role="alertdialog")
    await to_read(anna.page, TOPIC, role="alertdialog")
    await leave_queue(vera)

    assert cookie == "", "no script can read it"
    secrets = {*people.secrets(), NAME, TOPIC, TITLE, QUERY, USER, GUESS, csrf}
    secrets |= {value for person in (vera, anna) for value in await person.page.cookies()}
    kinds = {"token": r"[\w-]{40,}", "ice-pwd": r"[\w+/]{22,32}", "fingerprint": r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}"}
    for kind, form in kinds.items():
        assert any(re.fullmatch(form, secret) for secret in secrets), f"no {kind} was seen, so none can be looked for"
    demo.server.expect_log_without(secrets)
    assert '"event"' in demo.server.log.read_text(), "something was logged"
