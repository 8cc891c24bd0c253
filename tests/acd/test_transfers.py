"""Agents hand contacts on."""

from dataclasses import replace

import pytest

from acd.config import Answer, AnswerKind, Channel, Group, MediaPolicy, Need, Skill
from acd.decisions import AskCaller, Decision, EndReason, Move, OverflowReason, Requeue, RequeueReason
from acd.facts import CallerAnswered, GroupClosed, Presence, TransferAsked
from acd.ids import AgentId, ContactId, Epoch, GroupId, SkillId
from acd.lifecycle import Phase, Routing
from tests.acd.desk import SALES, SUPPORT, Desk

BANK = GroupId("bank")
TAX = SkillId("tax")


def transfer(
    desk: Desk,
    agent: AgentId,
    *,
    to_agent: AgentId | None = None,
    to_group: GroupId | None = None,
    needs: tuple[Need, ...] = (),
) -> list[Decision]:
    contact = desk.served_by(agent)
    return desk.happen(
        TransferAsked(
            agent=agent, contact=contact.id, epoch=contact.epoch, to_agent=to_agent, to_group=to_group, needs=needs
        )
    )


@pytest.fixture
def talk(desk: Desk) -> tuple[AgentId, ContactId]:
    """Ana of sales talks."""
    ana = desk.ready_agent("ana", SALES)
    first = desk.caller("first", SALES)
    desk.talk(ana)
    return ana, first


def test_a_contact_is_handed_to_an_agent_of_another_group_and_rings_there(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    ben = desk.ready_agent("ben", SUPPORT)

    decisions = transfer(desk, ana, to_agent=ben)

    assert decisions[0] == Requeue(contact=first, agent=ana, reason=RequeueReason.TRANSFERRED)
    assert desk.ringing() == {ben: first}
    assert desk.contact(first).epoch == 2, "and the new connection is a new one"
    assert desk.contact(first).came_back is RequeueReason.TRANSFERRED
    assert desk.all(Move) == [], "it stays in its group"
    assert desk.routing(ana) is Routing.WRAP_UP


def test_who_does_not_take_it_in_time_leaves_it_to_the_group_but_not_to_who_gave_it_away(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    ben, chris = desk.ready_agent("ben", SUPPORT), desk.ready_agent("chris", SALES)
    transfer(desk, ana, to_agent=ben)
    desk.finish_wrap_up(ana)

    desk.pass_time(seconds=20)

    assert desk.ringing() == {chris: first}


def test_a_contact_is_handed_to_another_group_and_stands_in_front_there(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    second = desk.caller("second", SUPPORT)

    decisions = transfer(desk, ana, to_group=SUPPORT)

    assert desk.queue(SUPPORT) == [first, second]
    moved = next(decision for decision in decisions if isinstance(decision, Move))
    assert (moved.group, moved.reason) == (SUPPORT, OverflowReason.TRANSFERRED)
    ben = desk.ready_agent("ben", SUPPORT)
    assert desk.ringing() == {ben: first}


def test_a_contact_is_handed_to_a_skill_and_asks_for_it_from_then_on(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    desk.ready_agent("ben", SALES)
    chris = desk.ready_agent("chris", SALES)
    desk.configure(
        agents=tuple(
            replace(agent, skills=(Skill(skill=TAX, level=3),)) if agent.id == chris else agent
            for agent in desk.site.agents
        )
    )

    transfer(desk, ana, needs=(Need(skill=TAX, level=2),))

    assert desk.ringing() == {chris: first}
    assert desk.contact(first).needs == (Need(skill=TAX, level=2),)


def test_who_is_handed_to_an_agent_stays_in_the_group_whatever_group_is_named(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    ben = desk.ready_agent("ben", SUPPORT)
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, policy=MediaPolicy.RECORD)))

    transfer(desk, ana, to_agent=ben, to_group=BANK)

    assert desk.ringing() == {ben: first}
    assert desk.contact(first).group == SALES


def test_into_a_group_of_another_policy_only_with_the_callers_consent(
    desk: Desk, talk: tuple[AgentId, ContactId]
) -> None:
    ana, first = talk
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, policy=MediaPolicy.RECORD)))

    decisions = transfer(desk, ana, to_group=BANK)

    assert [type(decision) for decision in decisions] == [AskCaller]
    question = desk.contact(first).question
    assert question is not None
    assert question.answer == Answer(kind=AnswerKind.GROUP, group=BANK)
    assert desk.contact(first).phase is Phase.TALKING, "they talk on meanwhile"

    desk.happen(CallerAnswered(contact=first, accepted=True))

    assert (desk.contact(first).group, desk.contact(first).policy) == (BANK, MediaPolicy.RECORD)
    assert desk.contact(first).phase is Phase.QUEUED
    assert desk.contact(first).question is None


def test_who_says_no_talks_on(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    ana, first = talk
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, policy=MediaPolicy.RECORD)))
    transfer(desk, ana, to_group=BANK)

    desk.happen(CallerAnswered(contact=first, accepted=False))

    assert desk.contact(first).question is None
    assert desk.contact(first).agent == ana


def test_a_yes_that_comes_after_the_group_closed_changes_nothing(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    ana, first = talk
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, policy=MediaPolicy.RECORD)))
    transfer(desk, ana, to_group=BANK)
    desk.happen(GroupClosed(group=BANK))

    desk.happen(CallerAnswered(contact=first, accepted=True))

    assert desk.contact(first).agent == ana


def test_a_question_about_a_transfer_ends_with_the_talk(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    ana, first = talk
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, policy=MediaPolicy.RECORD)))
    transfer(desk, ana, to_group=BANK)
    desk.sign_out(ana)

    assert desk.contact(first).question is None
    assert desk.happen(CallerAnswered(contact=first, accepted=True)) == []


def test_nothing_is_handed_on_to_nowhere(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    ana, _ = talk
    ben = desk.ready_agent("ben", SALES)
    desk.choose(ben, Presence.BREAK)
    desk.happen(GroupClosed(group=SUPPORT))
    desk.configure(groups=(*desk.site.groups, Group(id=BANK, channels=(Channel.CHAT,))))

    assert transfer(desk, ana, to_agent=AgentId("nobody")) == []
    assert transfer(desk, ana, to_agent=ben) == [], "who is on a break"
    assert transfer(desk, ana, to_agent=ana) == []
    assert transfer(desk, ana, to_group=GroupId("nowhere")) == []
    assert transfer(desk, ana, to_group=SUPPORT) == [], "which is closed"
    assert transfer(desk, ana, to_group=SALES) == [], "where it is already"
    assert transfer(desk, ana, to_group=BANK) == [], "where nobody is seen"
    assert desk.routing(ana) is Routing.TALKING


def test_only_who_talks_hands_on(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    _, first = talk
    ben = desk.ready_agent("ben", SALES)
    asked = TransferAsked(agent=ben, contact=first, epoch=Epoch(1), to_group=SUPPORT)

    assert desk.happen(asked) == []
    assert desk.happen(replace(asked, epoch=Epoch(7))) == []
    assert desk.happen(replace(asked, contact=ContactId("unknown"))) == []


def test_a_group_without_wrap_up_frees_who_handed_on(desk: Desk) -> None:
    ana = desk.ready_agent("ana", SUPPORT)
    first = desk.caller("first", SUPPORT)
    desk.talk(ana)

    transfer(desk, ana, to_group=SALES)

    assert desk.routing(ana) is Routing.IDLE
    assert desk.queue(SALES) == [first]
    desk.caller_hangs_up(first)
    assert EndReason.ABANDONED in {getattr(decision, "reason", None) for decision in desk.decided}


def test_who_talks_for_a_group_that_is_gone_cannot_hand_on(desk: Desk, talk: tuple[AgentId, ContactId]) -> None:
    ana, _ = talk
    ben = desk.ready_agent("ben", SUPPORT)
    desk.configure(groups=tuple(group for group in desk.site.groups if group.id != SALES))

    assert transfer(desk, ana, to_agent=ben) == []
