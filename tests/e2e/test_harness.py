"""What the other end-to-end tests rely on, proved with a call that is not the product's."""

from urllib.parse import urlencode

import pytest

from tests.e2e.browsers import Kind
from tests.e2e.coturn import Coturn, Credentials
from tests.e2e.media import to_be_heard, to_be_playing, to_be_seen, to_be_silent
from tests.e2e.media.far_end import candidate_types, far_end
from tests.e2e.network import Proxy
from tests.e2e.people import People, tab_to, to_read, to_show
from tests.e2e.server import Server
from tests.e2e.waiting import until

# Coturn reads it as 32 bits with a sign.
FAR_FUTURE_S = 2_100_000_000

pytestmark = pytest.mark.timeout(90)


def bare_address(server: Server, turn: str, credentials: Credentials) -> str:
    query = {
        "room": "turn",
        "policy": "relay",
        "turn": turn,
        "username": credentials.username,
        "credential": credentials.password,
    }
    return f"{server.url}/?{urlencode(query)}"


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
    ada = await people.person("ada", browser=browser)
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
    ada = await people.person("ada", browser=browser)
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


async def test_where_udp_is_blocked_pages_work_and_media_does_not(people: People, bare: Server) -> None:
    line = await people.network(bare.port)
    ada = await people.person("ada", prefix=line.prefix)
    bob = await people.person("bob")
    await line.block_udp()
    for person in (ada, bob):
        await person.page.open(f"{bare.url}/?room=six")
        await person.page.press("Call")
    checking = "() => window[Symbol.for('e2e')].peers.some((p) => p.iceConnectionState === 'checking')"

    await until(lambda: ada.page.evaluate(checking), limit_s=5, saying="signals pass")
    assert (await far_end(ada.page)).decoded == 0
    assert not await ada.page.texts("status", "Talking")

    await line.restore()
    await to_be_playing(ada.page)


async def test_a_proxy_cuts_and_stalls_and_carries_again(people: People, bare: Server) -> None:
    proxy = await Proxy.start(bare.port)
    ada = await people.person("ada", media=False)
    page = ada.page
    page.complaints.forgive(r"net::ERR_(CONNECTION|SOCKET|EMPTY)_")
    await page.open(f"{proxy.url}/?room=seven")
    reach = "() => fetch('/readyz').then((r) => r.ok, () => false)"
    ask = "() => { window.answered = false; fetch('/readyz').then(() => { window.answered = true }) }"

    proxy.cut()
    assert not await page.evaluate(reach)
    proxy.restore()
    assert await page.evaluate(reach)

    proxy.stall()
    await page.evaluate(ask)
    assert not await page.evaluate("() => window.answered")
    proxy.restore()
    await until(lambda: page.evaluate("() => window.answered"), limit_s=5, saying="the answer comes late")
    await proxy.close()


async def test_a_call_through_turn_alone(people: People, bare: Server, turn: Coturn) -> None:
    ada = await people.person("ada")
    bob = await people.person("bob")
    address = bare_address(bare, turn.tcp, turn.credentials(expires_at_s=FAR_FUTURE_S))

    for person in (ada, bob):
        await person.page.open(address)
        await person.page.press("Call")

    await to_be_heard(ada.page, bob.media)
    await to_be_seen(bob.page, ada.media)
    assert await candidate_types(ada.page) == {("relay", "relay")}


@pytest.mark.parametrize("wrong", ["expired", "forged"])
async def test_turn_refuses_credentials_that_are_not_good(
    people: People, bare: Server, turn: Coturn, wrong: str
) -> None:
    ada = await people.person("ada")
    bad = {
        "expired": turn.credentials(expires_at_s=1),
        "forged": turn.credentials(expires_at_s=FAR_FUTURE_S, secret="guessed"),
    }[wrong]

    refused = await ada.page.evaluate(
        """async (urls, username, credential) => {
          const peer = new RTCPeerConnection({
            iceServers: [{ urls, username, credential }], iceTransportPolicy: "relay" });
          peer.createDataChannel("x");
          const refusals = new Promise((done) => {
            peer.onicecandidateerror = ({ errorCode }) => done(errorCode);
            peer.onicecandidate = ({ candidate }) => candidate?.candidate && done(candidate.type);
          });
          await peer.setLocalDescription();
          return await refusals;
        }""",
        turn.udp,
        bad.username,
        bad.password,
    )

    assert refused == 401
