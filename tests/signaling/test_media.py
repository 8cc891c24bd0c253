"""How two browsers find each other through us, and how a call that is none is found out."""

import msgspec
import pytest

from acd.config import MediaPolicy
from acd.facts import ContactContradicted, Party
from acd.ids import Millis
from acd.lifecycle import Phase
from signaling.conversation import ConversationSettings
from signaling.mailbox import Letter
from signaling.ports import MOST_OWED, MOST_OWED_BYTES
from signaling.protocol.answers import Refused, Reply
from signaling.protocol.media import Candidates, Description
from tests.signaling.world import (
    HOST_CANDIDATE,
    RELAY_CANDIDATE,
    SDP,
    AgentTab,
    CallerTab,
    World,
    candidates,
    report,
    site,
)

LOOPBACK_CANDIDATE = "candidate:3 1 udp 1 127.0.0.1 50000 typ host"


def mail_of(world: World, tab: CallerTab | AgentTab) -> list[Letter]:
    session = world.only_contact.caller.session
    if isinstance(tab, AgentTab):
        endpoint = world.agent_state(tab.name).endpoint
        assert endpoint is not None
        session = endpoint.session
    return [msgspec.json.decode(body, type=Letter) for _, body in world.sessions.mail.get(session, [])]


# Passing on.


async def test_a_signal_reaches_the_other_end_with_number_epoch_and_generation(world: World) -> None:
    caller, agent = await world.call()

    assert isinstance(await caller.signal(), Reply)

    (letter,) = agent.letters()
    assert letter.number == 1
    assert letter.contact_id == caller.contact_id
    assert letter.epoch == world.only_contact.epoch
    assert letter.generation == caller.generation
    assert letter.signal == Description(type="offer", sdp=SDP)


async def test_signals_arrive_in_the_order_in_which_they_were_sent(world: World) -> None:
    caller, agent = await world.call()

    for port in range(50_000, 50_010):
        await caller.signal(candidates(HOST_CANDIDATE.replace("50000", str(port))))

    assert [letter.number for letter in agent.letters()] == list(range(1, 11))
    ports = [letter.signal.candidates[0].candidate.split()[5] for letter in agent.letters()]  # type: ignore[union-attr]
    assert ports == [str(port) for port in range(50_000, 50_010)]


async def test_a_signal_is_kept_until_it_is_acknowledged(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()
    await caller.signal(candidates(HOST_CANDIDATE))

    await agent.must("ack", number=1)
    await world.pass_time(1)
    assert [type(letter.signal) for letter in mail_of(world, agent)] == [Candidates]
    await agent.must("ack", number=2)
    await world.pass_time(1)

    assert mail_of(world, agent) == []


async def test_what_was_not_acknowledged_is_sent_again_after_the_picture(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()
    await caller.signal(candidates(HOST_CANDIDATE))
    await agent.must("ack", number=1)
    await world.pass_time(1)
    await agent.lose_socket()

    await agent.connect()

    assert type(agent.wire.told[0]).__name__ == "AgentAttached"
    assert [letter.number for letter in agent.letters()] == [2]


async def test_an_acknowledgement_that_was_not_kept_yet_costs_a_repeat_and_no_letter(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()
    await agent.must("ack", number=1)
    await agent.lose_socket()

    await agent.connect()
    await caller.signal(candidates(HOST_CANDIDATE))

    assert [letter.number for letter in agent.letters()] == [1, 2]


async def test_a_letter_for_who_is_here_is_kept_first_and_not_asked_for_again(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()
    looked = world.sessions.looks_for_mail

    await caller.signal(candidates(HOST_CANDIDATE))

    assert world.sessions.looks_for_mail == looked
    assert [letter.number for letter in agent.letters()] == [1, 2]
    assert len(mail_of(world, agent)) == 2


async def test_nobody_can_acknowledge_what_they_were_not_sent(world: World) -> None:
    caller, agent = await world.call()
    await agent.must("ack", number=1_000_000)

    await caller.signal()

    await world.pass_time(1)
    assert len(mail_of(world, agent)) == 1
    await agent.must("ack", number=1_000_000)
    await world.pass_time(1)
    assert mail_of(world, agent) == []


async def test_a_signal_sent_twice_with_one_id_arrives_once(world: World) -> None:
    caller, agent = await world.call()
    body = signal_of(world, caller, agent)

    await caller.ask("media.signal", id="1", **body)
    await caller.ask("media.signal", id="1", **body)

    assert len(agent.letters()) == 1


async def test_only_so_many_letters_wait_for_a_page_that_never_says_they_arrived(world: World) -> None:
    caller, agent = await world.call()
    for count in range(MOST_OWED):
        await caller.must("media.signal", **signal_of(world, caller, agent), id=f"s{count}")
        world.clock.now = Millis(world.clock.now + 60)

    one_more = await caller.ask("media.signal", **signal_of(world, caller, agent), id="more")
    await agent.must("ack", number=1)
    await world.conversation.beat()
    await world.settle()
    the_same = await caller.ask("media.signal", **signal_of(world, caller, agent), id="more")

    assert isinstance(one_more, Refused)
    assert (one_more.code, one_more.retryable) == ("busy", True)
    assert isinstance(the_same, Reply)
    assert len(mail_of(world, agent)) == MOST_OWED


async def test_long_letters_are_fewer(world: World) -> None:
    caller, agent = await world.call()
    long = {"kind": "description", "type": "offer", "sdp": SDP + "a=x:" + "y" * 4_000 + "\r\n"}
    long["sdp"] += ("a=x:" + "y" * 4_000 + "\r\n") * 6
    answers: list[object] = []
    for count in range(50):
        body = signal_of(world, caller, agent) | {"signal": long}
        answers.append(await caller.ask("media.signal", **body, id=f"s{count}"))
        world.clock.now = Millis(world.clock.now + 60)

    assert [getattr(answer, "code", "") for answer in answers[-2:]] == ["busy", "busy"]
    assert sum(len(body) for mail in world.sessions.mail.values() for _, body in mail) <= MOST_OWED_BYTES


def signal_of(world: World, caller: CallerTab, agent: AgentTab) -> dict[str, object]:
    contact = world.only_contact
    return {
        "contactId": contact.id,
        "epoch": contact.epoch,
        "generation": caller.generation,
        "peerGeneration": agent.generation,
        "signal": candidates(HOST_CANDIDATE),
    }


# Holding back, and who is out of date.


async def test_signals_are_held_back_until_both_are_there(world: World) -> None:
    caller, agent = await world.call()
    await agent.lose_socket()

    answer = await caller.signal()

    assert isinstance(answer, Refused)
    assert answer.code == "not_now"
    assert caller.peer is not None
    assert not caller.peer.present


async def test_the_agents_signals_are_held_back_too(world: World) -> None:
    caller, agent = await world.call()
    await caller.lose_socket()

    assert getattr(await agent.signal(), "code", "") == "not_now"


async def test_a_page_that_was_left_cannot_speak_for_the_leg(world: World) -> None:
    caller, _ = await world.call()

    assert getattr(await caller.signal(generation=caller.generation - 1), "code", "") == "stale_generation"


async def test_nothing_is_sent_to_a_page_that_was_left(world: World) -> None:
    caller, agent = await world.call()
    again = await agent.reload()

    stale = await caller.signal(peerGeneration=agent.generation)
    assert again.letters() == []
    fresh = await caller.signal()

    assert getattr(stale, "code", "") == "stale_generation"
    assert isinstance(fresh, Reply)
    assert len(again.letters()) == 1


async def test_a_reloaded_page_does_not_get_what_was_meant_for_the_one_before(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()

    again = await agent.reload()

    assert again.letters() == []
    assert mail_of(world, again) == []


async def test_letters_of_a_page_that_was_left_are_thrown_away(world: World) -> None:
    caller, agent = await world.call()
    await caller.signal()
    await agent.lose_socket()
    await caller.reload()

    await agent.connect()

    assert agent.letters() == []
    assert mail_of(world, agent) == []


async def test_letters_of_an_assignment_that_is_over_are_thrown_away(world: World) -> None:
    caller, anna = await world.call()
    contact = world.only_contact
    await anna.signal()
    await caller.lose_socket()
    await anna.must("media.state", contactId=contact.id, epoch=contact.epoch, state="failed")
    await caller.connect()
    ben = await world.agent("ben")
    await ben.answer("offer.accept")

    assert world.only_contact.epoch > contact.epoch
    assert caller.letters() == []
    await ben.signal()
    assert [letter.epoch for letter in caller.letters()] == [world.only_contact.epoch]


async def test_nothing_is_kept_once_the_contact_is_over(world: World) -> None:
    caller, agent = await world.talk()
    await caller.signal()
    await agent.signal()

    await caller.must("contact.leave", contactId=caller.contact_id)

    assert not any(world.sessions.mail.values())


async def test_letters_wait_for_a_tab_that_is_away_though_the_floor_does_not_know(world: World) -> None:
    caller, agent = await world.call()
    await world.restart()
    await caller.connect()
    # The floor still believes the agent to be attached: nobody told it otherwise.
    state = world.floor.state
    found = state.agents[agent.agent_id]
    assert found.endpoint is not None
    assert not found.endpoint.is_attached
    await agent.connect()
    await caller.signal()

    assert len(agent.letters()) == 1


async def test_a_relayed_contact_has_no_signals_between_its_ends() -> None:
    async with World(site(policy=MediaPolicy.RELAY)) as world:
        caller, _ = await world.call()

        assert getattr(await caller.signal(), "code", "") == "not_allowed"


# What may pass.


async def test_rubbish_is_refused_and_nothing_is_kept(world: World) -> None:
    caller, agent = await world.call()

    for signal in (
        {"kind": "description", "type": "offer", "sdp": "rubbish"},
        {"kind": "description", "type": "rollback", "sdp": SDP},
        candidates("candidate:rubbish"),
    ):
        assert getattr(await caller.signal(signal), "code", "") == "bad_signal"

    assert agent.letters() == []
    assert mail_of(world, agent) == []


async def test_a_turn_only_group_passes_relay_candidates_alone() -> None:
    async with World(site(turn_only=True)) as world:
        caller, agent = await world.call()

        await caller.signal(candidates(HOST_CANDIDATE, RELAY_CANDIDATE))
        await caller.signal(candidates(HOST_CANDIDATE))

        (letter,) = agent.letters()
        assert [c.candidate for c in letter.signal.candidates] == [RELAY_CANDIDATE]  # type: ignore[union-attr]


@pytest.mark.parametrize("allowed", [True, False])
async def test_loopback_passes_on_one_machine_only(allowed: bool) -> None:
    async with World(settings=ConversationSettings(allow_loopback_candidates=allowed)) as world:
        caller, agent = await world.call()

        await caller.signal(candidates(LOOPBACK_CANDIDATE))

        assert len(agent.letters()) == allowed


async def test_who_could_not_connect_is_heard(world: World) -> None:
    caller, _ = await world.call()
    contact = world.only_contact

    await caller.must("media.state", contactId=contact.id, epoch=contact.epoch, state="failed")

    assert world.only_contact.phase is Phase.QUEUED
    assert world.only_contact.head_start_ms > 0
    assert world.agent_state().routing == "idle"


# Numbers.


async def test_what_ends_report_is_measured_without_saying_whose_it_is(world: World) -> None:
    caller, agent = await world.talk()

    await caller.report_media(roundTripMs=80, jitterMs=5, packetsLost=3)
    await caller.report_media(roundTripMs=120, jitterMs=15, packetsLost=10)
    await agent.report_media(roundTripMs=None, jitterMs=None, packetsLost=0)

    assert world.measured("media_round_trip_seconds_sum", party="caller") == pytest.approx(0.2)
    assert world.measured("media_round_trip_seconds_count", party="caller") == 2
    assert world.measured("media_jitter_seconds_sum", party="caller") == pytest.approx(0.02)
    assert world.measured("media_packets_lost_sum", party="caller") == 10, "what is new in each report"
    assert world.measured("media_packets_lost_count", party="agent") == 1
    assert world.measured("media_round_trip_seconds_count", party="agent") == 0


async def test_a_new_connection_counts_its_losses_from_nothing(world: World) -> None:
    caller, _ = await world.talk()

    for lost in (7, 2, 4):
        await caller.report_media(packetsLost=lost)

    assert world.measured("media_packets_lost_sum", party="caller") == 7 + 2 + 2


async def test_media_by_a_turn_server_is_counted_once_for_each_call_and_end(world: World) -> None:
    caller, agent = await world.talk()

    for relayed in (None, True, True, False, True):
        await caller.report_media(relayed=relayed)
    await agent.report_media(relayed=False)

    assert world.measured("media_relayed_total", party="caller") == 1
    assert world.measured("media_relayed_total", party="agent") == 0


async def test_made_up_numbers_do_not_drown_the_others(world: World) -> None:
    caller, _ = await world.talk()
    most = 2**53 - 1

    await caller.report_media(roundTripMs=most, jitterMs=most, packetsLost=most)

    assert world.measured("media_round_trip_seconds_sum", party="caller") <= 60
    assert world.measured("media_jitter_seconds_sum", party="caller") <= 60
    assert world.measured("media_packets_lost_sum", party="caller") <= 10_000


# Ghosts.


async def talk_on(world: World, seconds: int, *tabs: CallerTab | AgentTab, state: str = "connected") -> None:
    for second in range(seconds):
        for tab in tabs:
            tab.wire.hear()
            if second % 5 == 0:
                await tab.report_media(state)
        await world.pass_time(1)


async def test_two_who_report_talk_on(world: World) -> None:
    caller, agent = await world.talk()

    await talk_on(world, 60, caller, agent)

    assert world.only_contact.phase is Phase.TALKING
    assert world.floor.facts(ContactContradicted) == []


@pytest.mark.parametrize("offset_s", [0.0, 0.3, 0.999])
@pytest.mark.parametrize("party", list(Party))
async def test_a_page_that_only_answers_whether_it_is_alive_is_a_ghost_within_ten_seconds(
    world: World, party: Party, offset_s: float
) -> None:
    caller, agent = await world.talk()
    contact = world.only_contact
    await talk_on(world, 6, caller, agent)
    await world.pass_time(offset_s)
    ghost, other = (caller, agent) if party is Party.CALLER else (agent, caller)

    await ghost.report_media()
    await talk_on(world, 10, other)

    assert world.floor.facts(ContactContradicted) == [
        ContactContradicted(contact=contact.id, epoch=contact.epoch, party=party)
    ]
    assert world.measured("contacts_contradicted_total", party=party.value) == 1
    assert contact.epoch != getattr(world.floor.state.contacts.get(contact.id), "epoch", None)


async def test_a_desk_that_speaks_of_all_but_its_call_is_a_ghost_within_ten_seconds(world: World) -> None:
    caller, agent = await world.talk()
    await talk_on(world, 6, caller, agent)

    await agent.report_media()
    agent.wire.answers_probes = False
    for _ in range(10):
        await agent.must("agent.health", microphone="ok", visible=True)
        await talk_on(world, 1, caller)

    assert [fact.party for fact in world.floor.facts(ContactContradicted)] == [Party.AGENT]


@pytest.mark.parametrize("late_s", [1, 2])
async def test_a_report_that_is_a_little_late_contradicts_nothing(world: World, late_s: int) -> None:
    caller, agent = await world.talk()

    for _ in range(5):
        await caller.report_media()
        await agent.report_media()
        await world.pass_time(5 + late_s)

    assert world.floor.facts(ContactContradicted) == []


@pytest.mark.parametrize("length_s", [8, 12, 17])
async def test_a_network_that_is_silent_altogether_contradicts_nothing(world: World, length_s: int) -> None:
    caller, agent = await world.talk()
    await talk_on(world, 6, caller, agent)

    caller.wire.answers_probes = False
    await talk_on(world, length_s, agent)
    # The first that comes through again says nothing of the call yet.
    caller.wire.answers_probes = True
    caller.wire.hear()
    await talk_on(world, 1, agent)
    await talk_on(world, 10, caller, agent)

    assert world.only_contact.phase is Phase.TALKING
    assert world.floor.facts(ContactContradicted) == []


async def test_an_end_that_says_closed_does_not_have_the_call(world: World) -> None:
    caller, agent = await world.talk()
    await talk_on(world, 6, caller, agent)

    for _ in range(9):
        await agent.report_media()
        await caller.report_media("closed")
        await world.pass_time(1)
        if not world.floor.state.contacts:
            break

    assert [fact.party for fact in world.floor.facts(ContactContradicted)] == [Party.CALLER]
    assert caller.contact.ended == "caller_lost"


async def test_a_connection_that_is_being_mended_is_still_a_call(world: World) -> None:
    caller, agent = await world.talk()

    await talk_on(world, 20, caller, agent, state="disconnected")

    assert world.only_contact.phase is Phase.TALKING


async def test_a_call_that_both_ends_say_has_failed_is_begun_anew(world: World) -> None:
    caller, agent = await world.talk()
    contact = world.only_contact
    await talk_on(world, 6, caller, agent)

    await talk_on(world, 30, caller, agent, state="failed")
    at_first = world.only_contact.phase
    await talk_on(world, 6, caller, agent, state="failed")

    assert at_first is Phase.TALKING
    assert [fact.party for fact in world.floor.facts(ContactContradicted)] == [Party.AGENT]
    assert world.only_contact.id == contact.id, "nobody hangs up on the caller"
    assert world.only_contact.phase is Phase.OFFERED


async def test_a_call_that_one_end_says_has_failed_goes_on(world: World) -> None:
    caller, agent = await world.talk()

    for _ in range(12):
        await caller.report_media("failed")
        await talk_on(world, 5, agent)

    assert world.only_contact.phase is Phase.TALKING


async def test_a_call_that_was_mended_in_time_goes_on(world: World) -> None:
    caller, agent = await world.talk()

    for _ in range(3):
        await talk_on(world, 25, caller, agent, state="failed")
        await talk_on(world, 5, caller, agent, state="connected")

    assert world.only_contact.phase is Phase.TALKING


async def test_failing_before_the_network_was_cut_is_not_counted_on_while_it_is(world: World) -> None:
    caller, agent = await world.talk()
    await talk_on(world, 20, caller, agent, state="failed")

    caller.wire.answers_probes = False
    await talk_on(world, 17, agent, state="failed")

    assert world.floor.facts(ContactContradicted) == []


async def test_coming_back_gives_an_end_time_to_report(world: World) -> None:
    caller, agent = await world.talk()
    await talk_on(world, 6, caller, agent)
    await caller.lose_socket()
    await talk_on(world, 6, agent)

    await caller.connect()
    await talk_on(world, 6, agent)

    assert world.only_contact.phase is Phase.TALKING


async def test_who_reports_a_call_that_is_over_is_told_so(world: World) -> None:
    caller, agent = await world.talk()
    contact = world.only_contact
    await agent.answer("contact.end")

    for tab in (caller, agent):
        assert await tab.refused("media.report", **report(contact.id, contact.epoch)) == "not_yours"
