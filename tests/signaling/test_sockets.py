"""Socket.IO on a real server: what is promised to browsers, and what no client can do to the others."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.facts import CallerDetached
from acd.ids import Millis
from gateway.clock import system_clock
from signaling.conversation import ConversationSettings
from signaling.protocol.agent import SignedOut
from signaling.protocol.base import Message
from signaling.protocol.limits import FRAME_BYTES
from tests.signaling.wire import PATH, Browser, Closed, RawBrowser, Served, served


class _Bulk(Message, frozen=True, tag="test.bulk"):
    """A long message."""

    text: str


@pytest.fixture
async def server(nothing_left_behind: None) -> AsyncIterator[Served]:
    async with served(system_clock) as world:
        yield world


# What browsers are promised.


async def test_a_caller_attaches_asks_and_is_answered(server: Served) -> None:
    contact, token = await server.new_contact()
    async with await server.open() as browser:
        picture = await browser.attach("/caller", {"token": token, "page": "p", "capabilities": []})

        assert picture["type"] == "caller.attached"
        assert picture["contact"]["id"] == contact
        assert picture["contact"]["position"] == 1
        assert (await browser.ask("ack", number=0))["type"] == "reply"


async def test_an_agent_is_known_by_the_cookie(server: Served) -> None:
    browser = await server.open(origin=None)
    async with browser:
        await browser.send('40/agent,{"token":null,"page":"p","capabilities":[]}')
        refusal = await browser.frame()

    assert refusal.startswith("44/agent,")
    assert json.loads(refusal.removeprefix("44/agent,")) == {
        "message": "not_signed_in",
        "data": {"code": "not_signed_in", "retryable": False, "retryAfterMs": None},
    }
    async with (
        ClientSession(cookies={"who": "anna"}) as session,
        session.ws_connect(
            f"http://127.0.0.1:{server.port}{PATH}", headers={"Origin": "https://zuruf.example"}
        ) as socket,
    ):
        await socket.receive_str()
        await socket.send_str('40/agent,{"token":null,"page":"p","capabilities":[]}')
        assert (await socket.receive_str()).startswith("40/agent,")
        picture = json.loads((await socket.receive_str()).removeprefix("42/agent,"))[1]
        assert picture["desk"]["displayName"] == "Anna"

        await server.conversation.kick(server.floor.site, server.agent_state().id)

        farewell = json.loads((await socket.receive_str()).removeprefix("42/agent,"))[1]
        assert farewell == {"type": SignedOut.__struct_config__.tag}
        assert (await socket.receive()).data == 1000, "closed"


async def test_two_events_of_one_client_never_overtake_each_other(server: Served) -> None:
    async with await server.browser() as browser:
        for count in range(40):
            await browser.say({"type": "ack", "id": f"a{count}", "number": 0})

        answers = [(await browser.message())["id"] for _ in range(40)]

    assert answers == [f"a{count}" for count in range(40)]


async def test_the_other_tab_is_told_and_its_connection_is_closed(server: Served) -> None:
    contact, token = await server.new_contact()
    auth = {"token": token, "page": "one", "capabilities": []}
    async with await server.open() as one, await server.open() as two:
        await one.attach("/caller", auth)
        await two.attach("/caller", {**auth, "page": "two"})

        assert (await one.message())["type"] == "superseded"
        assert await one.until_closed() == 1000
        assert await two.is_alive()
    assert contact in server.floor.state.contacts


async def test_a_closed_socket_detaches_the_session(server: Served) -> None:
    browser = await server.browser()

    await browser.close()
    await server.floor.heard(CallerDetached)

    assert server.conversation.session_count == 0


async def test_a_page_that_is_probed_answers_as_to_any_ping_and_goes_on(server: Served) -> None:
    async with await server.browser() as browser:
        (session,) = server.conversation._hubs[server.floor.site].roster.attached()
        wire = session.wire
        assert wire is not None

        for _ in range(3):
            await wire.probe()
            assert await browser.socket.receive_str() == "2"
            await browser.send("3")

        assert await browser.is_alive()
    await server.floor.heard(CallerDetached)
    await wire.probe()
    assert server.complaints == []


async def test_a_page_that_leaves_is_detached_before_its_socket_is_given_up(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.sockets._CLOSE_WITHIN_S", 3_600.0)
    async with await server.browser() as browser:
        assert (await browser.ask("page.leaving"))["type"] == "reply"
        assert await browser.until_closed() == 1000
        await server.floor.heard(CallerDetached)

    assert [fact.leaving for fact in server.floor.facts(CallerDetached)] == [True]


async def test_leaving_the_namespace_detaches_too_and_one_may_come_back(server: Served) -> None:
    contact, token = await server.new_contact()
    auth = {"token": token, "page": "one", "capabilities": []}
    async with await server.open() as browser:
        await browser.attach("/caller", auth)
        await browser.send("41/caller,")
        await server.floor.heard(CallerDetached)

        picture = await browser.attach("/caller", auth)

    assert picture["contact"]["id"] == contact


async def test_an_attach_may_fail_and_be_tried_again_but_not_for_ever(server: Served) -> None:
    async with await server.open() as browser:
        for _ in range(5):
            await browser.send('40/caller,{"token":"there-is-no-such-token","page":"p","capabilities":[]}')
            assert "session_expired" in await browser.frame()
        for _ in range(5):
            await browser.send('40/caller,{"token":"there-is-no-such-token","page":"p","capabilities":[]}')

        assert await browser.until_closed() == 1002


async def test_draining_says_so_and_then_refuses(server: Served) -> None:
    async with await server.browser() as browser, await server.open() as late:
        async with asyncio.TaskGroup() as meanwhile:
            meanwhile.create_task(server.conversation.drain(Millis(3_000)))
            assert await browser.message() == {"type": "draining", "retryAfterMs": 3_000}
            assert await browser.until_closed() == 1000
        await late.send('40/caller,{"token":"there-is-no-such-token","page":"p","capabilities":[]}')
        assert '"code":"draining","retryable":true' in (await late.frame()).replace(", ", ",").replace(": ", ":")


async def test_a_fault_at_attach_is_ours_and_told_as_such(server: Served) -> None:
    async def broken(token_hash: bytes, at: Millis) -> None:
        raise RuntimeError("no store")

    server.sessions.find = broken  # type: ignore[method-assign]
    async with await server.open() as browser:
        await browser.send('40/caller,{"token":"there-is-no-such-token","page":"p","capabilities":[]}')

        assert '"internal"' in await browser.frame()
    assert [event["event"] for event in server.events if event["log_level"] == "error"] == ["attach_failed"]


async def test_a_fault_while_answering_is_ours_and_the_session_goes_on(server: Served) -> None:
    async with await server.browser() as browser:
        server.ice.fails = True
        answer = await browser.ask("ice.refresh")
        server.ice.fails = False

        assert (answer["code"], answer["retryable"]) == ("internal", True)
        assert await browser.is_alive()
    assert server.measured("request_errors_total") == 1


# What the edge keeps out.


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{'https://shop.example'}.evil.example"])
async def test_a_page_of_a_foreign_origin_gets_no_socket(server: Served, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await server.open(origin=origin)

    assert refused.value.status == 400
    assert server.complaints == []


async def test_there_is_no_polling(server: Served) -> None:
    async with ClientSession() as session:
        base = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4"
        assert (await session.get(f"{base}&transport=polling")).status == 426
        assert (await session.post(f"{base}&transport=polling", data="x")).status == 405
        assert (await session.get(f"{base}&transport=websocket")).status == 426
        for odd in ("EIO=3&transport=websocket", "EIO=4&transport=polling", "EIO=4&transport=websocket&sid=x"):
            with pytest.raises(WSServerHandshakeError):
                await session.ws_connect(f"http://127.0.0.1:{server.port}/socket.io/?{odd}")
    assert server.complaints == []


async def test_nothing_is_compressed_though_browsers_offer_it(server: Served) -> None:
    browser = await RawBrowser.open(server.port, extensions="permessage-deflate; client_max_window_bits")

    assert browser.response.startswith("HTTP/1.1 101 ")
    assert "sec-websocket-extensions" not in browser.response.lower()
    await browser.close()


async def test_an_oversized_frame_closes_the_connection(server: Served) -> None:
    async with await server.browser() as browser, await server.browser() as other:
        await browser.send("4" * (FRAME_BYTES + 1))

        assert await browser.until_closed() == 1009
        assert await other.is_alive()


async def test_a_frame_of_just_the_size_is_read(server: Served) -> None:
    async with await server.browser() as browser:
        frame = '42/caller,["m",{"type":"ack","id":"big","number":0,"x":""}]'
        await browser.send(frame.replace('"x":""', f'"x":"{"x" * (FRAME_BYTES - len(frame) - 1)}"'))

        assert (await browser.message())["id"] == "big"


UNREADABLE = [
    b"\x00\x01binary",
    "",
    "x",
    "9",
    "0{}",
    "2",
    "3probe",
    "5",
    "6",
    "bAAAA",
    "4",
    "4x",
    "42",
    "42[]",
    "42/caller,",
    "42/caller,{}",
    "42/caller,[]",
    '42/caller,["m"]',
    '42/caller,["m",{},{}]',
    '42/caller,["n",{}]',
    "42/caller,[1,{}]",
    '42/agent,["m",{}]',
    '42["m",{}]',
    '42/caller,17["m",{}]',
    '42/caller,["m",{',
    "42/caller," + "9" * 200 + '["m",{}]',
    "42/caller," + "[" * 30_000,
    '42/caller,["m",' + "[" * 900 + "]" * 900 + "]",
    '42/caller,["m",{"type":"\\ud800"}]',
    '42/caller,["m",{"type":"ack","id":"' + "9" * 5_000 + '","number":' + "9" * 5_000 + "}]",
    "40/caller,{}",
    "40",
    "40/nowhere,{}",
    "43/caller,1[]",
    "44/caller,{}",
    '451-/caller,["m",{"_placeholder":true,"num":0}]',
    '4599999999999-/caller,["m"]',
    "461-/caller,1[]",
    '42/caller,["m",null]',
    '42/caller,["m","text"]',
    '42/caller,["m",{"type":1}]',
    '42/caller,["m",{"type":"ack","id":"x","number":-1}]',
    '42/caller,["m",{"type":"ack","id":"","number":0}]',
    '42/caller,["m",{"type":"ack","id":"a b","number":0}]',
    '42/caller,["m",{"type":"media.signal","id":"x"}]',
]


@pytest.mark.parametrize("frame", UNREADABLE, ids=lambda frame: repr(frame)[:40])
async def test_five_frames_that_cannot_be_read_close_the_connection(server: Served, frame: str | bytes) -> None:
    async with await server.browser() as browser, await server.browser(page="q") as other:
        for _ in range(4):
            await browser.send(frame)
        await browser.say({"type": "ack", "id": "alive", "number": 0})
        while (message := await browser.message())["id"] != "alive":
            assert message["code"] == "malformed"
        assert message["type"] == "reply", "four are forgiven"

        await browser.send(frame)

        assert await browser.until_closed() == 1002
        assert await other.is_alive()
        assert sum(server.measured("frames_undecodable_total", level=lv) for lv in ("engine", "socket", "message")) == 5
        assert server.measured("sockets_dropped_total", reason="undecodable") == 1
    assert server.complaints == []


async def test_unknown_types_and_fields_are_no_offence(server: Served) -> None:
    async with await server.browser() as browser:
        for count in range(10):
            await browser.say({"type": "from.the.future", "id": f"f{count}"})
            assert (await browser.message())["code"] == "unknown_type"
        await browser.say({"type": "from.the.future"})

        assert (await browser.ask("ack", number=0, more={"deep": [1]}))["type"] == "reply"


async def test_requests_beyond_the_burst_are_refused_and_nobody_is_disconnected(server: Served) -> None:
    async with await server.browser() as browser, await server.browser(page="q") as other:
        for count in range(70):
            await browser.say({"type": "ack", "id": f"a{count}", "number": 0})
        answers = [await browser.message() for _ in range(70)]

        refused = [answer for answer in answers if answer["type"] == "refused"]
        assert refused
        assert {answer["code"] for answer in refused} == {"too_many_requests"}
        assert all(answer["retryAfterMs"] > 0 for answer in refused)
        assert await other.is_alive()


async def test_who_never_reads_is_cut_off_and_the_others_do_not_notice(server: Served) -> None:
    contact, token = await server.new_contact()
    async with await server.browser(page="q") as other:
        stalled = await RawBrowser.open(server.port)
        stalled.send(f'40/caller,{{"token":"{token}","page":"p","capabilities":[]}}')
        await stalled.read_until("caller.attached")
        stalled.stop_reading()
        (session,) = [
            session
            for session in server.conversation._hubs[server.floor.site].roster.callers()
            if session.contact == contact
        ]

        pushed = 0
        while session.wire is not None and pushed < 100_000:
            await session.wire.push(_Bulk(text="x" * 1_000))
            pushed += 1
            await asyncio.sleep(0)

        assert session.wire is None
        assert server.measured("sockets_dropped_total", reason="stalled") == 1
        assert await other.is_alive()
        await stalled.close()
    assert server.complaints == []


async def test_a_connection_that_shows_no_session_is_closed(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.sockets._ATTACH_WITHIN_S", 0.2)
    async with await server.open() as browser:
        assert await browser.until_closed() == 1000
    assert server.measured("sockets_dropped_total", reason="never_attached") == 1


async def test_connections_from_one_place_are_limited() -> None:
    async with served(system_clock, ConversationSettings(connects_per_second=0.01, connect_burst=1)) as server:
        async with await server.browser(), await server.open() as second:
            await second.send('40/caller,{"token":"there-is-no-such-token","page":"p","capabilities":[]}')

            assert "too_many_requests" in await second.frame()
        assert server.measured("connects_refused_total", code="too_many_requests") == 1


async def test_connections_that_show_no_session_are_limited() -> None:
    async with served(system_clock, ConversationSettings(unattached_connections=2)) as server:
        async with await server.browser(), await server.open(), await server.open():
            with pytest.raises(WSServerHandshakeError) as refused:
                await server.open()

        assert refused.value.status == 503


async def test_one_address_cannot_keep_all_others_out() -> None:
    rules = ConversationSettings(unattached_connections=5, unattached_per_prefix=2)
    async with served(system_clock, rules) as server:
        async with await server.open(), await server.open():
            with pytest.raises(WSServerHandshakeError) as refused:
                await server.open()
            server.address = "198.51.100.7"
            async with await server.browser() as elsewhere:
                assert await elsewhere.is_alive()

        assert refused.value.status == 503


async def test_who_shows_a_session_makes_room_for_the_next_from_there() -> None:
    rules = ConversationSettings(unattached_per_prefix=1)
    async with served(system_clock, rules) as server:
        contact, token = await server.new_contact()
        auth = {"token": token, "page": "p", "capabilities": []}
        async with await server.browser(), await server.browser(page="q"), await server.open() as third:
            await third.attach("/caller", auth)
            await third.send("41/caller,")
            await server.floor.heard(CallerDetached)
            with pytest.raises(WSServerHandshakeError):
                await server.open()
            await third.attach("/caller", auth)
            async with await server.open():
                assert contact in server.floor.state.contacts


async def test_the_server_stops_though_browsers_are_connected() -> None:
    browsers: list[Browser] = []
    async with served(system_clock) as server:
        browsers += [await server.browser(page=f"p{count}") for count in range(5)]
        browsers.append(await server.open())
    for browser in browsers:
        assert await browser.until_closed() is not None
        await browser.close()
    assert server.complaints == []


# Whatever is sent.

_CALLERS = ["contact.leave", "media.signal", "media.report", "ack", "ice.refresh", "offer.accept", "x"]
_AGENTS = [
    *_CALLERS, "presence.set", "offer.decline", "contact.end", "wrapup.finish", "agent.health", "agent.sign_out",
    "media.state", "page.leaving",
]  # fmt: skip


def _frames(namespace: str, types: list[str]) -> st.SearchStrategy[str | bytes]:
    def event(body: object) -> str:
        return f"42{namespace},{json.dumps(['m', body])}"

    return st.one_of(
        st.sampled_from([frame for frame in UNREADABLE if frame]).map(
            lambda frame: frame.replace("/caller", namespace) if isinstance(frame, str) else frame
        ),
        st.text(max_size=60),
        st.binary(max_size=60),
        st.text(alphabet='0123456789-,/[]{}"\\callermagnt:', max_size=60).map(lambda text: f"4{text}"),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        ).map(event),
        st.fixed_dictionaries(
            {"type": st.sampled_from(types)},
            optional={
                "id": st.text(max_size=5) | st.integers() | st.sampled_from(["1", "2"]),
                "contactId": st.text(max_size=5),
                "epoch": st.integers(),
                "number": st.integers(),
                "presence": st.sampled_from(["available", "break", "offline"]) | st.text(max_size=5),
                "reason": st.text(max_size=5),
                "microphone": st.sampled_from(["ok", "missing"]) | st.integers(),
                "visible": st.booleans() | st.none(),
                "code": st.text(max_size=5),
                "state": st.sampled_from(["connected", "failed"]),
                "signal": st.none() | st.dictionaries(st.sampled_from(["kind", "sdp", "type"]), st.text(max_size=5)),
            },
        ).map(event),
    )


@pytest.mark.parametrize(
    ("namespace", "frames"),
    [("/caller", _frames("/caller", _CALLERS)), ("/agent", _frames("/agent", _AGENTS))],
    ids=["caller", "agent"],
)
def test_no_frame_whatsoever_leaves_a_traceback_or_harms_another_session(
    namespace: str, frames: st.SearchStrategy[str | bytes]
) -> None:
    runner = asyncio.Runner()

    async def start() -> tuple[object, Served, Browser, Browser]:
        context = served(system_clock)
        world = await context.__aenter__()
        return context, world, await world.browser(page="bystander"), await world.desk("ben")

    context, world, caller, desk = runner.run(start())

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(frames, min_size=1, max_size=8), st.booleans())
    def attack(sent: list[str | bytes], attach_first: bool) -> None:
        async def one() -> None:
            async with await attacker(attach_first) as browser:
                try:
                    for frame in sent:
                        await browser.send(frame)
                    await browser.send(f"41{namespace},")
                    await browser.send("1")
                    await browser.until_closed()
                except (Closed, ConnectionError):
                    pass
            assert await caller.is_alive(), "somebody else's session was harmed"
            assert await desk.is_alive(), "somebody else's desk was harmed"
            assert world.complaints == []
            assert world.measured("request_errors_total") == 0

        runner.run(one())

    async def attacker(attach_first: bool) -> Browser:
        if not attach_first:
            return await world.open()
        return await (world.browser() if namespace == "/caller" else world.desk("anna"))

    async def stop() -> None:
        await caller.close()
        await desk.close()
        await context.__aexit__(None, None, None)  # type: ignore[attr-defined]

    try:
        attack()
    finally:
        runner.run(stop())
        runner.close()
