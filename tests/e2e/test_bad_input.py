"""Bad input gets a clear answer and loses nothing: not the sender's place, and not a bystander's."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.e2e.conftest import OpenShop
from tests.e2e.floor import Floor, to_wait_at
from tests.e2e.line import Line, NotLetIn
from tests.e2e.people import People, to_read, to_show
from tests.e2e.server import free_port
from tests.e2e.shop import website
from tests.e2e.waiting import until

pytestmark = pytest.mark.timeout(60)

SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"


@dataclass
class Caller:
    """Somebody in the queue whose page is this test."""

    contact: str
    token: str
    line: Line

    @property
    def state(self) -> dict[str, Any]:
        told = [m["contact"] for m in self.line.messages if m["type"] in ("caller.attached", "caller.changed")]
        newest: dict[str, Any] = told[-1]
        return newest

    async def to_be(self, **state: object) -> None:
        async def look() -> dict[str, Any]:
            return {key: self.state[key] for key in state}

        await until(look, lambda now: now == state, limit_s=5, saying=f"the caller is {state}")


class Strangers:
    """Talks to the server as no page of ours would."""

    def __init__(self, floor: Floor, http: aiohttp.ClientSession, stack: AsyncExitStack) -> None:
        self.url = floor.server.url
        self.http = http
        self._password = floor.password
        self._stack = stack

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Post JSON, or text as it is; return status, answer and cookies."""
        text = {"data": body} if isinstance(body, str) else {"json": body}
        sent = {"Origin": self.url, "Content-Type": "application/json", "Accept-Language": "en"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.post(f"{self.url}/api/v1/{path}", headers=sent, **text) as answer:
            cookies = {name: morsel.value for name, morsel in answer.cookies.items()}
            return answer.status, await answer.json(content_type=None), cookies

    async def ask_for_contact(self, **changed: Any) -> tuple[int, dict[str, Any]]:
        wanted = {"site": "demo", "group": "sales", "channel": "video", **changed}
        visitor = secrets.token_hex(16)
        status, answer, _ = await self.post("contacts", wanted, Idempotency_Key=visitor, X_Zuruf_Visitor=visitor)
        return status, answer

    async def attach(self, namespace: Any, auth: object, **options: Any) -> Line:
        line = await Line.attach(self.http, self.url, namespace, auth, **options)
        self._stack.push_async_callback(line.close)
        return line

    async def caller(self) -> Caller:
        status, made = await self.ask_for_contact()
        assert status == 201, made
        caller = Caller(
            made["contactId"], made["sessionToken"], await self.attach("caller", hello(made["sessionToken"]))
        )
        await caller.line.told(lambda m: m["type"] == "caller.attached", saying="the caller has a picture")
        return caller

    async def agent(self, user: str) -> Line:
        status, _, cookies = await self.post("sign-in", {"userName": user, "password": self._password})
        assert status == 200
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        line = await self.attach("agent", hello(None), headers={"Cookie": cookie})
        await line.told(lambda m: m["type"] == "agent.attached", saying="the desk has a picture")
        assert (await line.ask({"type": "presence.set", "presence": "available", "reason": ""}))["type"] == "reply"
        return line


def hello(token: str | None) -> dict[str, object]:
    return {"token": token, "page": f"pg_{secrets.token_hex(8)}", "capabilities": []}


def signal(caller: Caller, epoch: int, sdp: str) -> dict[str, Any]:
    return {
        "type": "media.signal",
        "contactId": caller.contact,
        "epoch": epoch,
        "generation": 1,
        "peerGeneration": 1,
        "signal": {"kind": "description", "type": "offer", "sdp": sdp},
    }


@pytest_asyncio.fixture(loop_scope="session")
async def strangers(demo: Floor) -> AsyncIterator[Strangers]:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        yield Strangers(demo, http, stack)


@pytest_asyncio.fixture(loop_scope="session")
async def bystander(strangers: Strangers) -> AsyncIterator[Caller]:
    """Waits first in line and must not notice anything."""
    caller = await strangers.caller()
    yield caller
    assert caller.line.close_code is None
    assert caller.state["position"] == 1
    assert (await caller.line.ask({"type": "contact.leave", "contactId": caller.contact}))["type"] == "reply"


async def test_a_contact_that_cannot_be_is_refused_with_a_code_and_a_sentence(
    strangers: Strangers, bystander: Caller
) -> None:
    refusals: dict[str, tuple[int, dict[str, Any]]] = {
        "group_unknown": (404, {"group": "nobody"}),
        "site_unknown": (404, {"site": "nowhere"}),
        "malformed": (400, {"channel": "telepathy"}),
        "too_large": (413, {"topic": "x" * 70_000}),
    }
    for code, (status, changed) in refusals.items():
        answered, problem = await strangers.ask_for_contact(**changed)

        assert (answered, problem["code"]) == (status, code)
        assert problem["detail"], problem


async def test_bodies_and_origins_that_will_not_do_are_refused(strangers: Strangers, bystander: Caller) -> None:
    key = secrets.token_hex(16)
    wanted = {"site": "demo", "group": "sales", "channel": "voice"}

    status, problem, _ = await strangers.post("contacts", "{never closed", Idempotency_Key=key)
    assert (status, problem["code"]) == (400, "malformed")
    status, problem, _ = await strangers.post("contacts", wanted, Idempotency_Key=key, Origin="https://evil.example")
    assert (status, problem["code"]) == (403, "wrong_origin")
    with pytest.raises((NotLetIn, aiohttp.WSServerHandshakeError)):
        await strangers.attach("caller", hello(bystander.token), origin="https://evil.example")
    with pytest.raises(NotLetIn) as refused:
        await strangers.attach("caller", hello(secrets.token_hex(32)))
    assert refused.value.code == "session_expired"
    with pytest.raises(NotLetIn) as refused:
        await strangers.attach("agent", hello(None))
    assert refused.value.code == "not_signed_in"
    with pytest.raises(NotLetIn) as refused:
        await strangers.attach("caller", "no object at all")
    assert refused.value.code == "malformed"


async def test_rubbish_on_a_socket_costs_the_socket_at_most_and_never_the_place(
    strangers: Strangers, bystander: Caller
) -> None:
    caller = await strangers.caller()
    await caller.to_be(position=2)

    refused = await caller.line.ask({"type": "contact.leave"})
    assert (refused["type"], refused["code"]) == ("refused", "malformed")
    refused = await caller.line.ask({"type": "contact.leave", "contactId": bystander.contact})
    assert (refused["type"], refused["code"]) == ("refused", "not_yours")
    refused = await caller.line.ask({"type": "wrapup.finish", "contactId": caller.contact, "code": ""})
    assert refused["code"] == "not_allowed"
    refused = await caller.line.ask(signal(caller, 0, SDP))
    assert refused["code"] == "not_now"
    for _ in range(5):
        await caller.line.say('42/caller,["m",{"broken')
    assert await caller.line.to_be_closed() == 1002

    caller.line = await strangers.attach("caller", hello(caller.token))
    await caller.line.told(lambda m: m["type"] == "caller.attached", saying="the caller is back")
    await caller.to_be(position=2)
    await caller.line.tell({"type": "contact.leave", "contactId": "x" * 70_000})
    assert await caller.line.to_be_closed() == 1009

    caller.line = await strangers.attach("caller", hello(caller.token))
    await caller.line.told(lambda m: m["type"] == "caller.attached", saying="the caller is back again")
    await caller.to_be(position=2)
    assert (await caller.line.ask({"type": "contact.leave", "contactId": caller.contact}))["type"] == "reply"
    await caller.to_be(phase="ended", ended="abandoned")


async def test_who_speaks_of_an_old_assignment_or_of_foreign_contacts_changes_nothing(
    strangers: Strangers, demo: Floor
) -> None:
    first, second = await strangers.caller(), await strangers.caller()
    desk = await strangers.agent("anna")
    offered = await desk.told(lambda m: (m.get("desk") or {}).get("contact"), saying="the first caller is offered")
    epoch = offered["desk"]["contact"]["epoch"]
    assert offered["desk"]["contact"]["id"] == first.contact

    refused = await desk.ask({"type": "offer.accept", "contactId": first.contact, "epoch": epoch + 1})
    assert refused["code"] == "offer_gone"
    refused = await desk.ask({"type": "offer.accept", "contactId": second.contact, "epoch": epoch})
    assert refused["code"] == "offer_gone"
    assert (await desk.ask({"type": "offer.accept", "contactId": first.contact, "epoch": epoch}))["type"] == "reply"
    await first.to_be(phase="connecting", epoch=epoch)
    refused = await first.line.ask(signal(first, epoch - 1, SDP))
    assert refused["code"] == "stale_epoch"
    for rubbish in ("", "v=0", "<script>", SDP, SDP + "m=audio 9 RTP/AVP 0\r\n", "v=0\r\n" + "a=x\r\n" * 6_000):
        refused = await first.line.ask(signal(first, epoch, rubbish))
        assert refused["code"] == "bad_signal", rubbish
    refused = await desk.ask({"type": "contact.end", "contactId": second.contact, "epoch": 0})
    assert refused["code"] == "not_yours"
    await first.to_be(phase="connecting", epoch=epoch)
    await second.to_be(phase="queued", position=1)

    assert (await desk.ask({"type": "contact.end", "contactId": first.contact, "epoch": epoch}))["type"] == "reply"
    await first.to_be(phase="ended", ended="agent_hung_up")
    assert (await second.line.ask({"type": "contact.leave", "contactId": second.contact}))["type"] == "reply"
    assert await demo.open_contacts() == 0


async def test_the_widget_says_what_is_wrong_in_words(open_shop: OpenShop, people: People) -> None:
    shop = await open_shop()
    vera = await people.person("vera")
    page = vera.page
    page.complaints.forgive(r"status of 40[34]|blocked by CORS policy|net::ERR_FAILED")

    await page.open(f"{shop.lobby}/?group=night")
    await to_read(page, "Closed right now")
    assert not await page.shows("button", "Video call")

    await page.open(f"{shop.lobby}/?group=nobody")
    await page.press("Video call")
    await to_show(page, "heading", "This button is not set up correctly")
    await to_read(page, "There is no such group.")

    async with website(shop.server.url, free_port()) as elsewhere:
        await page.open(elsewhere)
        await page.press("Video call")
        await to_show(page, "heading", "Calls are not allowed from this page")

    await page.open(f"{shop.lobby}/?group=sales")
    await page.press("Video call")
    await to_wait_at(vera, 1)
    await page.press("Leave queue")
    await page.evaluate(
        "(contact) => sessionStorage.setItem('zuruf.contact', JSON.stringify(contact))",
        {"site": "shop", "group": "sales", "channel": "voice", "contactId": "ct_1", "sessionToken": "0" * 64},
    )
    await page.reload()
    await to_read(page, "You were away for too long, so your place was given up.")
    assert await page.evaluate("() => sessionStorage.length") == 0
