"""Webhooks hear what happens, in order and at least once, whatever their endpoint is like; nobody else waits for it."""

import asyncio
import hmac
import ipaddress
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from acd.config import Channel, MediaPolicy
from acd.decisions import Admit, AttachCaller, Decision, EndContact, EndReason
from acd.ids import ContactId, GroupId, Millis, ProcessId, SessionId, SiteId, VisitorKey
from gateway.app import running
from gateway.jobs.events import EVENTS
from gateway.jobs.webhooks import SIGNATURE, WebhookJob
from gateway.journal.codec import encode_decision
from gateway.journal.port import Commit, Entry
from gateway.journal.sqlite import SqliteJournal
from gateway.outward import Guard, Outward
from gateway.storage import webhooks as storage
from gateway.storage.database import SqliteDatabase, open_sqlite
from gateway.storage.webhooks import StoredWebhooks, Webhook, webhook_secret
from tests.gateway.house import HandClock, House, open_house, quick_passwords
from tests.gateway.people import Office, office
from tools.tree import ROOT

SHOP_ID = SiteId("shop")
SECRET = b"a secret of this test"
HOOKS = "/api/v1/sites/shop/webhooks"
LOOPBACK = Guard([ipaddress.ip_network("127.0.0.0/8")])


class Endpoint:
    """A customer's server: takes events, and can be told to behave badly."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.taken: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Awaitable[int]] = self._fine
        self.url = ""
        self._news = asyncio.Event()

    async def _fine(self, event: dict[str, Any]) -> int:
        return 204

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        event = json.loads(body)
        status = await self.answer(event)
        if 200 <= status < 300:
            self.taken.append(event)
        self._news.set()
        return web.Response(status=status, headers={"Location": f"{self.url}/elsewhere"} if status == 302 else {})

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until it has heard enough."""
        async with asyncio.timeout(15):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    def types(self, subject: str | None = None) -> list[str]:
        return [event["type"] for event in self.taken if subject is None or subject in event["data"].values()]


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    taking = Endpoint()
    app = web.Application()
    app.router.add_post("/{anything:.*}", taking.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        taking.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield taking
    finally:
        await runner.cleanup()


class Outbox:
    """The job on a real database and a real client, with time turned by hand."""

    def __init__(self, database: SqliteDatabase, post: Outward) -> None:
        self.clock = HandClock()
        self.store = StoredWebhooks(database)
        self.counted: Counter[str] = Counter()
        self.is_deciding = True
        self._journal = SqliteJournal(database, SHOP_ID, clock=self.clock)
        self._started: list[Callable[[], Awaitable[None]]] = []
        self._facts = 0
        self.job = WebhookJob(
            sites={SHOP_ID: lambda: self.is_deciding},
            webhooks=self.store,
            post=post.post,
            secret=SECRET,
            clock=self.clock,
            counts=self,
            start=lambda job, name: self._started.append(job),
            draw=lambda: 0.0,
        )

    def delivered(self, site: SiteId, outcome: str, count: int = 1) -> None:
        self.counted[outcome] += count

    async def add(self, url: str, *events: str, name: str = "wh_1") -> None:
        await self.store.add(Webhook(id=name, site=SHOP_ID, url=url, events=events or ("*",), created_at=self.clock()))

    async def decide(self, *decisions: Decision) -> None:
        """Commit these, as the decider does."""
        self._facts += 1
        entry = Entry(source="test", request=str(self._facts), body=b"[]", must=True)
        (position,) = await self._journal.append([entry])
        claim = await self._journal.claim("pr_1", core_version=1, ttl_ms=Millis(60_000))
        assert claim is not None
        made = [(position, self.clock(), encode_decision(decision)) for decision in decisions]
        await self._journal.commit(claim, Commit(upto=position, decisions=made))

    async def look(self) -> None:
        """One look, and everything it started."""
        await self.job.look()
        started, self._started = self._started, []
        await asyncio.gather(*(job() for job in started))

    async def pending(self) -> int:
        return sum(webhook.pending for webhook in await self.store.of_site(SHOP_ID))


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    async with open_sqlite(tmp_path / "test.sqlite3") as database, Outward(LOOPBACK) as post:
        yield Outbox(database, post)


@pytest.fixture
async def taking() -> AsyncIterator[Endpoint]:
    async with endpoint() as opened:
        yield opened


def admitted(contact: str) -> Admit:
    return Admit(
        contact=ContactId(contact),
        session=SessionId("ss_1"),
        group=GroupId("sales"),
        channel=Channel.VIDEO,
        policy=MediaPolicy.DIRECT,
        visitor=VisitorKey("canary"),
        asked_at=Millis(1),
        sequence=1,
        grace_until=None,
    )


def ended(contact: str) -> EndContact:
    return EndContact(contact=ContactId(contact), reason=EndReason.ABANDONED)


# What is told.


async def test_an_event_is_signed_and_names_ids_only(outbox: Outbox, taking: Endpoint) -> None:
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_1"))
    await outbox.look()

    ((headers, body),) = taking.requests
    assert json.loads(body) == {
        "id": "ev_shop_1",
        "type": "contact.waiting",
        "site": "shop",
        "at": outbox.clock(),
        "data": {
            "contact": "ct_1",
            "group": "sales",
            "channel": "video",
            "askedGroup": None,
            "overflowed": None,
        },
    }
    stamp, _, signed = headers[SIGNATURE].partition(",v1=")
    expected = hmac.new(
        webhook_secret(SECRET, "wh_1").encode(), stamp.removeprefix("t=").encode() + b"." + body, "sha256"
    )
    assert signed == expected.hexdigest()
    assert stamp == f"t={outbox.clock() // 1000}"
    assert b"canary" not in body


async def test_only_what_was_asked_for_and_what_is_for_outsiders_is_told(outbox: Outbox, taking: Endpoint) -> None:
    await outbox.add(taking.url, "contact.ended", "agent.*")
    attached = AttachCaller(contact=ContactId("ct_1"), session=SessionId("ss_1"), process=ProcessId("pr_1"))
    await outbox.decide(admitted("ct_1"), attached, ended("ct_1"))
    await outbox.look()

    assert taking.types() == ["contact.ended"]


async def test_nothing_is_told_of_before_the_webhook(outbox: Outbox, taking: Endpoint) -> None:
    await outbox.decide(admitted("ct_old"))
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_new"))
    await outbox.look()

    assert [event["data"]["contact"] for event in taking.taken] == ["ct_new"]


# Endpoints that misbehave.


async def test_a_contacts_events_stay_in_order_when_one_is_refused_and_others_go_on(
    outbox: Outbox, taking: Endpoint
) -> None:
    async def dislikes_the_first(event: dict[str, Any]) -> int:
        return 500 if event["id"] == "ev_shop_1" and len(taking.requests) < 3 else 200

    taking.answer = dislikes_the_first
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_1"), admitted("ct_2"), ended("ct_1"), ended("ct_2"))

    await outbox.look()
    assert taking.types("ct_1") == []
    assert taking.types("ct_2") == ["contact.waiting", "contact.ended"]
    await outbox.look()
    assert taking.types("ct_1") == [], "it waits before it tries again"
    outbox.clock.pass_time(seconds=2)
    await outbox.look()

    assert taking.types("ct_1") == ["contact.waiting", "contact.ended"]
    assert await outbox.pending() == 0


async def test_a_dead_endpoint_is_asked_ever_more_seldom_and_gets_everything_once_it_is_back(
    outbox: Outbox, taking: Endpoint
) -> None:
    async def is_dead(event: dict[str, Any]) -> int:
        return 503

    taking.answer = is_dead
    await outbox.add(taking.url)
    for number in range(40):
        await outbox.decide(admitted(f"ct_{number}"))

    for _ in range(3600):
        await outbox.look()
        outbox.clock.pass_time(seconds=1)
    assert len(taking.requests) < 40 + 75, "all of them once, then one a minute"
    assert taking.taken == []

    taking.answer = taking._fine
    outbox.clock.pass_time(hours=2)
    await outbox.look()
    await outbox.look()
    assert sorted(event["data"]["contact"] for event in taking.taken) == sorted(f"ct_{n}" for n in range(40))


async def test_after_a_day_it_is_given_up_and_counted(outbox: Outbox, taking: Endpoint) -> None:
    async def is_dead(event: dict[str, Any]) -> int:
        return 500

    taking.answer = is_dead
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_1"))
    await outbox.look()

    outbox.clock.pass_time(hours=23)
    await outbox.job.give_up()
    assert await outbox.pending() == 1
    outbox.clock.pass_time(hours=2)
    await outbox.job.give_up()

    assert await outbox.pending() == 0
    assert outbox.counted["given_up"] == 1


async def test_an_endpoint_that_is_slow_or_gone_holds_up_nobody_else(outbox: Outbox, taking: Endpoint) -> None:
    let_go = asyncio.Event()

    async def is_slow(event: dict[str, Any]) -> int:
        await let_go.wait()
        return 200

    async with endpoint() as slow:
        slow.answer = is_slow
        await outbox.add(slow.url, name="wh_slow")
        await outbox.add("http://127.0.0.1:1/", name="wh_gone")
        await outbox.add(taking.url, name="wh_fine")
        await outbox.decide(admitted("ct_1"))
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(outbox.look())
            await taking.until(lambda: taking.types() == ["contact.waiting"])
            await outbox.decide(ended("ct_1"))
            await outbox.look()
            assert taking.types() == ["contact.waiting", "contact.ended"]
            assert len(slow.requests) == 1, "whoever is being served is not served twice"
            let_go.set()
        await outbox.look()

    assert slow.types() == ["contact.waiting", "contact.ended"]


async def test_redirects_are_not_followed(outbox: Outbox, taking: Endpoint) -> None:
    async def sends_away(event: dict[str, Any]) -> int:
        return 302

    taking.answer = sends_away
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_1"))
    await outbox.look()

    assert len(taking.requests) == 1
    assert outbox.counted == {"failed": 1}


async def test_what_finds_no_room_is_counted(outbox: Outbox, taking: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_PENDING", 2)
    outbox.is_deciding = True
    await outbox.add("http://127.0.0.1:1/")
    await outbox.decide(*(admitted(f"ct_{number}") for number in range(5)))
    await outbox.look()

    assert outbox.counted["dropped"] == 3


async def test_who_does_not_decide_tells_nothing(outbox: Outbox, taking: Endpoint) -> None:
    await outbox.add(taking.url)
    await outbox.decide(admitted("ct_1"))
    outbox.is_deciding = False
    await outbox.look()
    await outbox.job.give_up()

    assert taking.requests == []


# Where we do not ask.


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest/",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://[64:ff9b::a00:1]/hook",
        "https://[2002:0a00:0001::1]/hook",
        "https://[fd00::1]/hook",
        "https://0.0.0.0/hook",
        "https://224.0.0.1/hook",
        "https://user:secret@example.org/hook",
        "https://example.org:99999/hook",
        "ftp://example.org/hook",
        "https:///hook",
        "https://example.org/ho\nok",
    ],
)
def test_places_that_only_we_can_reach_are_refused(url: str) -> None:
    assert not Guard([]).is_fit(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/hook?a=b", "https://93.184.216.34:8443/", "https://[2606:4700::1]/"]
)
def test_places_that_everybody_can_reach_are_not(url: str) -> None:
    assert Guard([]).is_fit(url)


@pytest.mark.parametrize("url", ["https://localhost/", "http://localhost/", "https://127.0.0.1/", "https://127.1/"])
async def test_a_name_that_means_such_a_place_is_not_asked(url: str) -> None:
    async with Outward(Guard([])) as post:
        with pytest.raises(OSError):
            await post.post(url, b"{}", {})


async def test_inside_the_allowed_networks_and_nowhere_else_it_goes_without_tls(taking: Endpoint) -> None:
    elsewhere = Guard([ipaddress.ip_network("10.0.0.0/8")])
    async with Outward(LOOPBACK) as allowed, Outward(elsewhere) as other:
        assert await allowed.post(taking.url, b"{}", {}) == 204
        assert await allowed.post(taking.url.replace("127.0.0.1", "localhost"), b"{}", {}) == 204
        for url in (taking.url, taking.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(OSError):
                await other.post(url, b"{}", {})


# The whole house.


async def _hook(admin: Office, url: str, *events: str) -> Any:
    reply = await admin.ask("POST", HOOKS, {"url": url, "events": list(events) or ["*"]})
    assert reply.status == 201, reply.text
    return reply.said


async def test_a_webhook_hears_of_a_visitor_from_the_button_to_the_end(tmp_path: Path, taking: Endpoint) -> None:
    async with open_house(tmp_path, webhooks__private_networks=["127.0.0.0/8"]) as house:
        admin, sofia = await office(house), await office(house, "sofia")
        made = await _hook(admin, taking.url, "contact.*")

        contact = (await house.call()).said["contactId"]
        assert (await sofia.ask("POST", f"/api/v1/contacts/{contact}/end")).status == 204
        await taking.until(lambda: len(taking.taken) == 2)
        shown = (await admin.ask("GET", HOOKS)).said["webhooks"]

    assert taking.types(contact) == ["contact.waiting", "contact.ended"]
    assert taking.taken[1]["data"]["reason"] == "supervisor"
    assert [(one["id"], one["url"]) for one in shown] == [(made["webhook"]["id"], taking.url)]
    assert "secret" not in shown[0]
    headers, body = taking.requests[0]
    stamp, _, signed = headers[SIGNATURE].removeprefix("t=").partition(",v1=")
    assert hmac.new(made["secret"].encode(), stamp.encode() + b"." + body, "sha256").hexdigest() == signed


async def test_what_could_not_be_told_is_told_after_a_restart(tmp_path: Path, taking: Endpoint) -> None:
    async def is_dead(event: dict[str, Any]) -> int:
        return 500

    taking.answer = is_dead
    async with open_house(tmp_path, webhooks__private_networks=["127.0.0.0/8"]) as house:
        await _hook(await office(house), taking.url)
        contact = (await house.call()).said["contactId"]
        await taking.until(lambda: len(taking.requests) > 0)

    taking.answer = taking._fine
    async with running(house.settings, passwords=quick_passwords()) as server, aiohttp.ClientSession() as http:
        House(server, http, house.settings)
        await taking.until(lambda: "contact.waiting" in taking.types(contact))


async def test_a_removed_webhook_hears_nothing_more(tmp_path: Path, taking: Endpoint) -> None:
    async with open_house(tmp_path, webhooks__private_networks=["127.0.0.0/8"]) as house, endpoint() as other:
        admin = await office(house)
        removed = await _hook(admin, taking.url)
        await _hook(admin, other.url)

        assert (await admin.ask("DELETE", f"{HOOKS}/{removed['webhook']['id']}")).status == 204
        assert (await admin.ask("DELETE", f"{HOOKS}/{removed['webhook']['id']}")).status == 404
        await house.call()
        await other.until(lambda: len(other.taken) == 1)
        async with house.stores() as stores:
            actions = [entry.action for entry in await stores.audit.entries(SHOP_ID)]

    assert taking.requests == []
    assert actions.count("webhook_added") == 2
    assert actions.count("webhook_removed") == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"url": "https://10.0.0.1/"}, "url", "unfit_address"),
        ({"url": "http://example.org/"}, "url", "unfit_address"),
        ({"url": "https://example.org/", "events": ["contact.fainted"]}, "events[0]", "unknown_event"),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused_by_field(
    house: House, body: dict[str, Any], field: str, code: str
) -> None:
    admin = await office(house)

    reply = await admin.ask("POST", HOOKS, body)

    assert (reply.status, reply.said["code"]) == (422, "configuration_wrong")
    assert [(error["field"], error["code"]) for error in reply.said["errors"]] == [(field, code)]


async def test_webhooks_are_for_administrators(house: House) -> None:
    sofia = await office(house, "sofia")

    assert (await sofia.ask("GET", HOOKS)).status == 403
    assert (await sofia.ask("POST", HOOKS, {"url": "https://example.org/"})).status == 403


def test_every_event_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "explanation" / "configuration.md").read_text("utf-8")

    assert [event for event in EVENTS if f"`{event}`" not in page] == []
