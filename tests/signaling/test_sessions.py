"""Sockets come and go, sessions stay: what is promised about that."""

from collections.abc import Awaitable
from typing import Any

import pytest

from acd.facts import (
    AgentAttached,
    AgentDetached,
    AgentHealthChanged,
    AgentSignedIn,
    AgentSignedOut,
    CallerAttached,
    CallerDetached,
    CallerHungUp,
    Health,
    PresenceChosen,
)
from acd.ids import ContactId, Millis
from signaling.conversation import ConversationSettings
from signaling.ports import AgentIdentity, FloorBusy, StoreAway
from signaling.protocol.agent import SignedOut
from signaling.protocol.answers import Draining, Refused, Reply, Superseded
from signaling.protocol.caller import CallerAttached as CallerPicture
from signaling.protocol.caller import CallerChanged
from signaling.refusals import ConnectRefusal
from tests.signaling.world import HERE, SHOP, SITE, AgentTab, CallerTab, Tab, World, site


async def connect_refused(connecting: Awaitable[object]) -> str:
    with pytest.raises(ConnectRefusal) as refused:
        await connecting
    return refused.value.code


# Attaching.


async def test_every_attach_begins_with_the_whole_picture(world: World) -> None:
    caller = await world.caller()
    await caller.lose_socket()

    await caller.connect()

    assert [type(message) for message in caller.wire.told] == [CallerPicture]
    assert caller.told(CallerPicture)[0].sequence == 0


async def test_what_follows_the_picture_is_numbered_without_gaps(world: World) -> None:
    caller, _ = await world.talk()

    numbers = [message.sequence for message in caller.told(CallerChanged)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 2


async def test_losing_the_socket_detaches_and_coming_back_attaches_again(world: World) -> None:
    caller = await world.caller()

    await caller.lose_socket()
    away = world.only_contact.caller
    await caller.connect()

    assert away.process is None
    assert away.grace_until == world.clock.now + 120_000
    assert world.only_contact.caller.is_attached


async def test_a_page_that_says_it_leaves_has_less_grace(world: World) -> None:
    caller = await world.caller()

    await caller.ask("page.leaving")

    assert caller.wire.is_closed, "closing is what starts the grace"
    await caller.lose_socket()
    assert world.floor.facts(CallerDetached) == [
        CallerDetached(contact=caller.contact_id, session=world.only_contact.caller.session, leaving=True, process=HERE)
    ]
    assert world.only_contact.caller.grace_until == world.clock.now + 10_000


async def test_a_mere_reconnect_keeps_the_generation_and_a_reload_raises_it(world: World) -> None:
    caller, agent = await world.talk()
    first = caller.generation
    await caller.lose_socket()
    await caller.connect()
    assert caller.generation == first

    again = await caller.reload()

    assert again.generation == first + 1
    assert agent.peer is not None
    assert agent.peer.generation == first + 1
    assert agent.peer.present


async def test_the_other_end_is_told_who_is_there(world: World) -> None:
    caller, agent = await world.talk()
    assert agent.peer is not None

    await caller.lose_socket()
    while_away = agent.peer
    await caller.connect()

    assert not while_away.present
    assert agent.peer.present


async def test_the_newest_attach_wins_and_the_other_page_is_told(world: World) -> None:
    first = await world.caller()
    copy = CallerTab(world, first.contact_id, page="copied", token=first.token or "")

    await copy.connect()

    assert first.told(Superseded)
    assert first.wire.is_closed
    assert not copy.wire.is_closed
    assert copy.generation == first.generation + 1


async def test_a_page_that_reconnects_early_is_not_told_that_another_took_over(world: World) -> None:
    caller = await world.caller()
    old = caller.wire

    await caller.connect()

    assert old.is_closed
    assert Superseded() not in old.told


async def test_the_end_of_an_old_socket_detaches_nobody(world: World) -> None:
    caller = await world.caller()
    old, old_wire = caller.attachment, caller.wire
    await caller.connect()

    assert old is not None
    await old.detach()
    await old.receive({"type": "contact.leave", "id": "1", "contactId": caller.contact_id})

    assert world.floor.facts(CallerDetached) == []
    assert world.floor.facts(CallerHungUp) == [], "an old socket has nothing to say any more"
    assert old_wire.is_closed
    assert world.only_contact.caller.is_attached


async def test_generations_survive_the_death_of_the_process(world: World) -> None:
    caller, agent = await world.talk()
    caller = await caller.reload()
    before = caller.generation
    await world.restart()

    await caller.connect()
    assert caller.generation == before
    assert caller.peer is not None
    assert caller.peer.generation == agent.generation, "asked for, since the agent is not back yet"

    await agent.connect()
    assert agent.peer is not None
    assert agent.peer.generation == before


# Who may not.


async def test_an_unknown_token_is_refused(world: World) -> None:
    tab = CallerTab(world, ContactId("ct_1"), page="p", token="nobody-ever-got-this-token")

    assert await connect_refused(tab.connect()) == "session_expired"


async def test_an_expired_session_is_refused(world: World) -> None:
    caller = await world.caller()
    await caller.lose_socket()
    world.clock.now = Millis(world.clock.now + 86_400_000)

    assert await connect_refused(caller.connect()) == "session_expired"


async def test_an_agents_token_is_no_callers_token(world: World) -> None:
    agent = await world.agent()
    tab = CallerTab(world, ContactId("ct_1"), page="p", token=agent.token or "")

    assert await connect_refused(tab.connect()) == "session_expired"


async def test_a_callers_token_gives_an_agent_a_session_of_their_own(world: World) -> None:
    caller = await world.caller()
    tab = AgentTab(world, "anna", page="p", token=caller.token)

    await tab.connect()

    assert tab.token != caller.token
    assert world.only_contact.caller.is_attached


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("https://evil.example", "wrong_origin"),
        ("https://other.example", "wrong_origin"),
        ("https://shop.example.evil.example", "wrong_origin"),
        ("null", "wrong_origin"),
        (SHOP, None),
        ("https://zuruf.example", None),
    ],
)
async def test_a_callers_page_must_belong_to_the_site(world: World, origin: str, code: str | None) -> None:
    contact, token = await world.new_contact()
    tab = CallerTab(world, contact, page="p", token=token)

    if code is None:
        await tab.connect(origin=origin)
    else:
        assert await connect_refused(tab.connect(origin=origin)) == code


async def test_an_agents_page_must_be_ours(world: World) -> None:
    tab = AgentTab(world, "anna", page="p")

    assert await connect_refused(tab.connect(origin=SHOP)) == "wrong_origin"


async def test_without_a_cookie_nobody_is_an_agent(world: World) -> None:
    tab = Tab(world, "/agent", page="p", token=None, cookies={})

    assert await connect_refused(tab.connect()) == "not_signed_in"


async def test_who_is_not_an_agent_of_the_site_is_refused(world: World) -> None:
    assert await connect_refused(AgentTab(world, "mallory", page="p").connect()) == "not_signed_in"


@pytest.mark.parametrize("auth", [{"page": "no such page!"}, {"page": None}, {"capabilities": 3}, {"token": "short"}])
async def test_an_attach_that_cannot_be_read_is_refused(world: World, auth: dict[str, Any]) -> None:
    contact, token = await world.new_contact()

    assert await connect_refused(CallerTab(world, contact, page="p", token=token).connect(**auth)) == "malformed"


async def test_connections_from_one_address_are_limited() -> None:
    async with World(settings=ConversationSettings(connects_per_second=1, connect_burst=2)) as world:
        caller = await world.caller()
        await caller.connect()

        with pytest.raises(ConnectRefusal) as refused:
            await caller.connect()
        world.clock.advance(refused.value.retry_after_ms or 0)
        await caller.connect()

        assert refused.value.code == "too_many_requests"


# When the floor does not answer.


async def test_callers_are_taken_up_though_nobody_decides_at_the_moment(world: World) -> None:
    contact, token = await world.new_contact()
    world.floor.is_stuck = True

    caller = CallerTab(world, contact, page="p", token=token)
    await caller.connect()

    assert caller.contact.phase == "queued"


async def test_a_caller_whose_contact_is_not_known_yet_is_asked_to_come_back(world: World) -> None:
    world.floor.is_stuck = True
    contact, token = await world.new_contact()
    caller = CallerTab(world, contact, page="p", token=token)

    assert await connect_refused(caller.connect()) == "busy"
    world.floor.unstick()
    await caller.connect()

    assert caller.contact.phase == "queued"


async def test_an_agent_is_asked_to_come_back_while_nobody_decides(world: World) -> None:
    world.floor.is_stuck = True
    tab = AgentTab(world, "anna", page="p")

    assert await connect_refused(tab.connect()) == "busy"
    world.floor.unstick()
    await world.settle()

    endpoint = world.agent_state().endpoint
    assert endpoint is not None
    assert not endpoint.is_attached, "the socket that was refused is not counted as one"


# Repeats, order and rate.


async def test_a_repeated_request_gets_the_first_answer_and_happens_once(world: World) -> None:
    agent = await world.agent()

    first = await agent.ask("presence.set", id="1", presence="break", reason="lunch")
    again = await agent.ask("presence.set", id="1", presence="available", reason="")

    assert first == again == Reply(id="1")
    assert world.agent_state().presence == "break"


async def test_a_repeat_on_a_new_socket_gets_the_first_answer_too(world: World) -> None:
    agent = await world.agent()
    first = await agent.ask("presence.set", id="1", presence="break", reason="")
    await agent.lose_socket()
    await agent.connect()

    assert await agent.ask("presence.set", id="1", presence="break", reason="") == first
    assert len(world.floor.facts(PresenceChosen)) == 2, "available, then break, and no more"


async def test_a_reloaded_page_may_count_its_requests_anew(world: World) -> None:
    agent = await world.agent()
    await agent.ask("presence.set", id="1", presence="break", reason="")

    again = await agent.reload()
    await again.ask("presence.set", id="1", presence="available", reason="")

    assert world.agent_state().presence == "available"


async def test_a_pending_request_learns_its_outcome_when_repeated(world: World) -> None:
    agent = await world.agent()
    world.floor.is_stuck = True

    pending = await agent.ask("presence.set", id="1", presence="break", reason="")
    world.floor.unstick()
    outcome = await agent.ask("presence.set", id="1", presence="break", reason="")

    assert isinstance(pending, Refused)
    assert (pending.code, pending.retryable, pending.retry_after_ms) == ("pending", True, 1_000)
    assert outcome == Reply(id="1")
    assert len(world.floor.facts(PresenceChosen)) == 2


async def test_a_full_floor_refuses_what_can_wait_and_takes_what_frees(world: World) -> None:
    caller, agent = await world.talk()
    world.floor.is_full = True

    assert await agent.refused("presence.set", presence="break", reason="") == "busy"
    await caller.must("contact.leave", contactId=caller.contact_id)

    assert world.floor.state.contacts == {}


async def test_only_the_last_answers_are_remembered(world: World) -> None:
    agent = await world.agent()
    await agent.ask("presence.set", id="first", presence="break", reason="")
    for count in range(64):
        await world.pass_time(0.25)
        await agent.ask("ack", id=f"n{count}", number=0)

    await agent.ask("presence.set", id="first", presence="available", reason="")

    assert world.agent_state().presence == "break", "the floor remembers longer than the session does"


async def test_requests_beyond_the_burst_are_refused_and_the_session_goes_on(world: World) -> None:
    caller = await world.caller()
    assert caller.attachment is not None

    for count in range(60):
        await caller.attachment.receive({"type": "ack", "id": f"a{count}", "number": 0})
    refused = await caller_ask_without_waiting(world, caller)
    await world.pass_time(0.25)

    assert refused == "too_many_requests"
    assert not caller.wire.is_closed
    await caller.must("ack", number=0)


async def caller_ask_without_waiting(world: World, caller: CallerTab) -> str:
    # The reader of the socket is held up after a refusal, so this is not awaited to its end.
    assert caller.attachment is not None
    reading = world.conversation._tasks.start(caller.attachment.receive({"type": "ack", "id": "over", "number": 0}))
    await world.settle()
    assert reading is not None
    assert not reading.done(), "a flood waits at its source"
    (refused,) = [message for message in caller.told(Refused) if message.id == "over"]
    return refused.code


# After the end.


async def test_who_comes_back_after_the_end_is_told_how_it_ended(world: World) -> None:
    caller, agent = await world.talk()
    await caller.lose_socket()
    await agent.answer("contact.end")

    await caller.connect()

    assert caller.contact.phase == "ended"
    assert caller.contact.ended == "agent_hung_up"
    assert caller.contact.group_name == "Sales"
    assert caller.peer is None


async def test_a_caller_who_is_there_is_told_the_end_at_once(world: World) -> None:
    caller, agent = await world.talk()

    await agent.answer("contact.end")

    assert caller.told(CallerChanged)[-1].contact.ended == "agent_hung_up"


async def test_the_end_is_forgotten_after_a_while_and_so_is_the_session(world: World) -> None:
    caller = await world.caller()
    await caller.must("contact.leave", contactId=caller.contact_id)

    world.clock.advance(3_600_001)
    await world.settle()
    await world.pass_time(2)

    assert caller.wire.is_closed
    assert not [record for record in world.sessions.records.values() if record.role == "caller"]
    assert await connect_refused(caller.connect()) == "session_expired"


async def test_after_a_restart_a_caller_is_still_told_how_the_contact_had_ended(world: World) -> None:
    caller, agent = await world.talk()
    await caller.lose_socket()
    await agent.answer("contact.end")
    await world.restart()

    await caller.connect()

    assert caller.contact.ended == "agent_hung_up"


async def test_sessions_without_a_socket_are_forgotten(world: World) -> None:
    caller = await world.caller()
    await caller.lose_socket()
    hub = world.conversation._hubs[SITE]
    assert hub.roster.all()

    await world.pass_time(302)

    assert hub.roster.all() == []


async def test_a_session_does_not_grow_old_while_somebody_is_attached(world: World) -> None:
    caller, agent = await world.caller(), await world.agent("ben")
    tokens = caller.token, agent.token

    for _ in range(60):
        world.clock.advance(1_800_000)
        caller.wire.hear()
        agent.wire.hear()
        await world.conversation.beat()
        await world.settle()
        assert all(record.expires_at > world.clock.now for record in world.sessions.records.values())

    await caller.connect()
    await agent.reload()
    assert (caller.token, agent.token) == tokens


async def test_a_session_that_nobody_has_attached_grows_old(world: World) -> None:
    agent = await world.agent()
    await agent.lose_socket()
    world.clock.now = Millis(world.clock.now + 12 * 3_600_000)

    again = AgentTab(world, "anna", page="later", token=agent.token)
    await again.connect()

    assert again.token != agent.token


# Agents' tabs.


async def test_a_tab_without_a_token_gets_a_session_and_signs_the_agent_in(world: World) -> None:
    agent = await world.agent()

    assert agent.token
    assert [type(fact) for _, _, fact in world.floor.told if isinstance(fact, AgentSignedIn | AgentAttached)] == [
        AgentSignedIn,
        AgentAttached,
    ]
    assert agent.desk.receives_calls == "yes"


async def test_a_reloaded_tab_takes_its_session_up_again(world: World) -> None:
    agent = await world.agent()

    again = await agent.reload()

    assert again.token == agent.token
    assert len(world.floor.facts(AgentSignedIn)) == 1
    assert again.desk.presence == "available"


async def test_a_second_tab_takes_over_and_the_first_is_told(world: World) -> None:
    first = await world.agent()
    second = AgentTab(world, "anna", page="second")

    await second.connect()

    assert first.told(Superseded)
    assert first.wire.is_closed
    assert second.desk.presence == "available"


async def test_a_tab_that_slept_does_not_take_the_desk_from_the_one_in_use(world: World) -> None:
    sleeping = await world.agent()
    await sleeping.lose_socket()
    in_use = AgentTab(world, "anna", page="second")
    await in_use.connect()

    assert await connect_refused(sleeping.connect()) == "superseded"
    assert not in_use.wire.is_closed


async def test_a_tab_takes_over_when_a_person_asks_for_it_or_loads_it_anew(world: World) -> None:
    first = await world.agent()
    second = AgentTab(world, "anna", page="second")
    await second.connect()

    await first.connect(takeOver=True)
    assert second.told(Superseded)

    third = AgentTab(world, "anna", page="second-loaded-anew", token=second.token)
    await third.connect()
    assert first.told(Superseded)


async def test_a_change_of_tab_raises_the_generation_the_caller_sees(world: World) -> None:
    caller, agent = await world.talk()
    assert caller.peer is not None
    before = caller.peer.generation

    second = AgentTab(world, "anna", page="second")
    await second.connect()

    assert caller.peer.generation == second.generation > before
    assert agent.wire.is_closed


async def test_another_agent_in_the_same_tab_gets_another_session(world: World) -> None:
    anna = await world.agent("anna")
    ben = AgentTab(world, "ben", page="p", token=anna.token)

    await ben.connect()

    assert ben.token != anna.token
    assert not anna.wire.is_closed


async def test_losing_the_agents_socket_detaches_the_desk(world: World) -> None:
    agent = await world.agent()

    await agent.lose_socket()

    assert len(world.floor.facts(AgentDetached)) == 1
    assert world.agent_state().health is Health.LOST


async def test_an_agent_whose_grace_is_over_is_signed_in_anew(world: World) -> None:
    agent = await world.agent()
    await agent.lose_socket()
    await world.pass_time(21)
    assert world.agent_state().endpoint is None

    await agent.connect()

    assert len(world.floor.facts(AgentSignedIn)) == 2
    assert agent.desk.presence == "offline"


async def test_signing_out_is_answered_and_closes_every_tab(world: World) -> None:
    agent = await world.agent()

    await agent.must("agent.sign_out")

    assert [type(message) for message in agent.wire.told][-2:] == [Reply, SignedOut]
    assert agent.wire.is_closed
    assert world.agent_state().endpoint is None


async def test_a_kicked_agent_is_signed_out_and_the_token_is_worth_nothing(world: World) -> None:
    agent = await world.agent()
    token = agent.token

    await world.conversation.kick(world.floor.site, agent.agent_id)
    await world.settle()

    assert agent.told(SignedOut)
    assert agent.wire.is_closed
    assert len(world.floor.facts(AgentSignedOut)) == 1
    again = AgentTab(world, "anna", page=agent.page, token=token)
    await again.connect()
    assert again.token != token


async def test_kicking_who_is_not_there_is_harmless(world: World) -> None:
    await world.conversation.kick(world.floor.site, AgentTab(world, "ben", page="p").agent_id)
    await world.agent()
    await world.conversation.kick(world.floor.site, AgentTab(world, "ben", page="p").agent_id)

    assert world.agent_state("anna").is_signed_in


async def test_a_sign_in_that_ended_is_noticed_within_a_minute_but_not_in_a_call(world: World) -> None:
    caller, agent = await world.talk()
    world.authenticator.gone.add(agent.agent_id)

    for _ in range(70):
        await agent.report_media()
        await caller.report_media()
        await world.pass_time(1)
    assert not agent.wire.is_closed, "nobody is cut off while talking"
    await caller.must("contact.leave", contactId=caller.contact_id)
    await world.pass_time(2)

    assert agent.told(SignedOut)


async def test_who_was_just_signed_out_does_not_slip_in(world: World) -> None:
    tab = AgentTab(world, "anna", page="p")
    identity = await world.authenticator.agent_of({"who": "anna"})
    world.authenticator.gone.add(tab.agent_id)

    async def as_before(_: object) -> object:
        return identity

    world.authenticator.agent_of = as_before  # type: ignore[method-assign,assignment]

    assert await connect_refused(tab.connect()) == "not_signed_in"


async def test_an_agent_removed_from_the_site_is_signed_out(world: World) -> None:
    agent = await world.agent()
    rules = site()

    await world.configure(type(rules)(groups=rules.groups, agents=rules.agents[1:]))

    assert agent.told(SignedOut)
    assert agent.wire.is_closed


# Health.


async def test_a_silent_tab_is_lost_and_one_that_speaks_again_is_not(world: World) -> None:
    agent = await world.agent()

    await world.pass_time(16)
    assert world.agent_state().health is Health.LOST
    agent.wire.hear()
    await world.pass_time(1)

    assert world.agent_state().health is Health.HEALTHY
    assert [fact.health for fact in world.floor.facts(AgentHealthChanged)] == [Health.LOST, Health.HEALTHY]


async def test_heartbeats_are_no_facts_unless_they_say_something_new(world: World) -> None:
    agent = await world.agent()

    for _ in range(10):
        await agent.must("agent.health", microphone="ok", visible=True)
        await world.pass_time(5)

    assert world.floor.facts(AgentHealthChanged) == []


async def test_a_missing_microphone_is_told_and_mended(world: World) -> None:
    agent = await world.agent()

    await agent.must("agent.health", microphone="missing", visible=True)
    assert world.agent_state().health is Health.DEGRADED
    await agent.must("agent.health", microphone="ok", visible=True)

    assert world.agent_state().health is Health.HEALTHY


async def test_nobody_is_called_silent_because_we_were_away(world: World) -> None:
    await world.agent()
    await world.talk()

    world.clock.advance(60_000)
    await world.settle()
    await world.pass_time(5)

    assert world.floor.facts(AgentHealthChanged) == []
    assert world.only_contact.phase == "talking"


async def test_an_observation_the_floor_did_not_take_is_made_again(world: World) -> None:
    await world.agent()
    world.floor.is_full = True
    await world.pass_time(17)
    assert world.agent_state().health is Health.HEALTHY
    world.floor.is_full = False

    await world.pass_time(1)

    assert world.agent_state().health is Health.LOST


# When the store is away.


async def test_nobody_is_taken_up_while_the_store_is_away_but_asked_to_come_back(world: World) -> None:
    caller, agent = await world.caller(), await world.agent()
    world.shelf.is_away = True

    assert await connect_refused(caller.connect()) == "busy"
    assert await connect_refused(agent.connect()) == "busy"
    world.shelf.is_away = False
    await caller.connect()

    assert caller.contact.phase == "offered"


async def test_a_request_that_needs_the_store_is_refused_as_busy_and_may_be_repeated(world: World) -> None:
    caller, agent = await world.call()
    world.shelf.is_away = True
    refused = await caller.signal(id="1")
    world.shelf.is_away = False

    again = await caller.signal(id="1")

    assert isinstance(refused, Refused)
    assert (refused.code, refused.retryable) == ("busy", True)
    assert isinstance(again, Reply)
    assert len(agent.letters()) == 1
    assert world.measured("request_errors_total") == 0


async def test_what_cannot_be_shown_while_the_store_is_away_is_shown_afterwards(world: World) -> None:
    anna = await world.agent()
    await world.pass_time(59)
    anna.wire.hear()
    await world.pass_time(1)
    caller = await world.caller()
    await world.pass_time(4)
    world.shelf.is_away = True
    await anna.answer("offer.accept")
    world.shelf.is_away = False

    await world.pass_time(2)

    assert caller.contact.agent_name == "Anna"
    assert world.measured("request_errors_total") == 0


async def test_letters_that_could_not_be_fetched_are_handed_out_afterwards(world: World) -> None:
    caller, agent = await world.call()
    fetch = world.sessions.owed

    async def away(session: object, after: int) -> list[tuple[int, bytes]]:
        raise StoreAway

    world.sessions.owed = away  # type: ignore[method-assign]
    answer = await caller.signal()
    world.sessions.owed = fetch  # type: ignore[method-assign]
    await world.pass_time(2)

    assert isinstance(answer, Reply), "it is kept, so it must not be sent again"
    assert len(agent.letters()) == 1


@pytest.mark.parametrize(("fault", "counted"), [(StoreAway(), 0), (RuntimeError("broken"), 1)])
async def test_what_fails_for_one_session_is_not_felt_by_the_others(
    world: World, fault: Exception, counted: int
) -> None:
    anna, ben = await world.agent("anna"), await world.agent("ben")
    ask = world.authenticator.is_still_signed_in

    async def fails_for_anna(identity: AgentIdentity) -> bool:
        if identity.agent == anna.agent_id:
            raise fault
        return await ask(identity)

    world.authenticator.is_still_signed_in = fails_for_anna  # type: ignore[method-assign]
    world.authenticator.gone.add(ben.agent_id)
    await world.pass_time(62)

    assert ben.told(SignedOut)
    assert not anna.wire.is_closed
    assert world.measured("request_errors_total") == counted


async def test_a_sign_out_the_floor_did_not_take_harms_nobody_and_is_made_again(world: World) -> None:
    anna, ben = await world.agent("anna"), await world.agent("ben")
    world.authenticator.gone.add(anna.agent_id)
    report = world.floor.report

    async def full(*args: object, **kwargs: object) -> object:
        raise FloorBusy

    await world.pass_time(58)
    world.floor.report = full  # type: ignore[method-assign,assignment]
    await world.pass_time(5)
    world.floor.report = report  # type: ignore[method-assign]
    was_open = not anna.wire.is_closed
    await world.pass_time(2)

    assert was_open
    assert anna.told(SignedOut)
    assert world.measured("request_errors_total") == 0
    assert not ben.wire.is_closed


async def test_what_is_over_is_forgotten_once_the_store_is_back(world: World) -> None:
    caller, agent = await world.talk()
    await caller.signal()
    world.shelf.is_away = True
    await caller.must("contact.leave", contactId=caller.contact_id)
    await world.pass_time(2)
    await world.conversation.kick(SITE, agent.agent_id)
    world.clock.advance(3_600_001)
    await world.pass_time(2)
    world.shelf.is_away = False

    await world.pass_time(2)

    assert world.sessions.records == {}
    assert not any(world.sessions.mail.values())


# The end of a process.


async def test_draining_sends_everybody_elsewhere_and_takes_nobody(world: World) -> None:
    caller, agent = await world.talk()

    await world.conversation.drain(Millis(3_000))

    for tab in (caller, agent):
        assert tab.told(Draining) == [Draining(retry_after_ms=3_000)]
        assert tab.wire.is_closed
    assert world.conversation.session_count == 0
    assert not world.only_contact.caller.is_attached
    assert await connect_refused(caller.connect()) == "draining"


async def test_sessions_with_a_socket_are_counted(world: World) -> None:
    caller, _ = await world.talk()
    assert world.conversation.session_count == 2
    assert world.measured("sessions", role="caller") == 1

    await caller.lose_socket()

    assert world.conversation.session_count == 1
    assert world.measured("sessions", role="caller") == 0


async def test_a_detach_that_the_floor_could_not_take_is_told_later(world: World) -> None:
    caller = await world.caller()
    refuse = world.floor.report

    async def full(*args: object, **kwargs: object) -> object:
        raise FloorBusy

    world.floor.report = full  # type: ignore[method-assign,assignment]
    await caller.lose_socket()
    await world.pass_time(2)
    world.floor.report = refuse  # type: ignore[method-assign]
    await world.pass_time(2)

    assert len(world.floor.facts(CallerDetached)) == 1
    assert len(world.floor.facts(CallerAttached)) == 1
