"""The door and the conversation together: how long a desk stays open, and what closes it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd.ids import AgentId, Millis
from gateway.app import Stores
from gateway.auth.doorkeeper import Doorkeeper
from gateway.auth.passwords import Passwords
from gateway.auth.roles import Role, grants
from gateway.auth.tokens import Tokens
from gateway.door import Door
from gateway.http.edge import COOKIE
from gateway.jobs.retention import Keeping, RetentionJob
from gateway.storage.database import SqliteDatabase, open_sqlite
from gateway.storage.users import User
from signaling.ports import FloorBusy
from signaling.protocol.agent import SignedOut
from tests.gateway.house import PASSWORD, quick_passwords
from tests.signaling.ports import HandClock
from tests.signaling.world import SITE, AgentTab, CallerTab, World

PREFIX = "192.0.2.0/24"
_STEP_S = 30


@dataclass
class Office:
    """Anna's desk in a real conversation, her sign-in in a real store, and one clock for both."""

    door: Door
    stores: Stores
    world: World
    retention: RetentionJob
    clock: HandClock

    async def sign_in(self) -> AgentTab:
        cookie, _ = await self.door.sign_in("anna", PASSWORD, prefix=PREFIX)
        tab = AgentTab(self.world, "anna", page=self.world.new_page())
        tab.cookies = {COOKIE: cookie}
        await tab.connect()
        return await tab.be_available()

    async def talk(self) -> tuple[CallerTab, AgentTab]:
        caller, agent = await self.world.caller(), await self.sign_in()
        await agent.answer("offer.accept")
        for tab in (caller, agent):
            contact = self.world.only_contact
            await tab.must("media.state", contactId=contact.id, epoch=contact.epoch, state="connected")
        return caller, agent

    async def pass_time(self, *talking: CallerTab | AgentTab, minutes: int) -> None:
        """Let time go by while these say that they talk, with everything that looks at desks meanwhile."""
        for step in range(minutes * 60 // _STEP_S):
            self.clock.now = Millis(self.clock.now + _STEP_S * 1000)
            for tab in talking:
                await tab.report_media()
            self.world.floor.tick()
            await self.world.conversation.beat()
            await self.door.close_desks()
            if step % 120 == 0:
                await self.retention.run()
        await self.world.settle()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    async with open_sqlite(tmp_path / "test.sqlite3") as opened:
        yield opened


@pytest.fixture
async def office(database: SqliteDatabase) -> AsyncIterator[Office]:
    clock, stores = HandClock(), Stores.on(database)
    with quick_passwords() as passwords:
        await _add_anna(stores, passwords)
        doorkeeper = Doorkeeper(
            users=stores.users,
            sign_ins=stores.sign_ins,
            audit=stores.audit,
            passwords=passwords,
            secret=b"a secret of this test",
            clock=clock,
            lock_after=3,
            count=lambda outcome: None,
        )
        door = Door(doorkeeper, Tokens(stores.tokens, clock))
        retention = RetentionJob(
            sites={},
            directory=stores.directory,
            notices=stores.notices,
            personal_links=stores.personal_links,
            sessions=stores.sessions,
            sign_ins=stores.sign_ins,
            audit=stores.audit,
            forecasts=stores.forecasts,
            keeping=Keeping(journal_days=30, visitor_days=90, audit_days=365),
            clock=clock,
        )
        async with World(authenticator=door, clock=clock) as world:
            door.on_sign_out(world.conversation.kick)
            yield Office(door, stores, world, retention, clock)


async def _add_anna(stores: Stores, passwords: Passwords) -> None:
    anna = User(
        id=AgentId("ag_anna"),
        site=SITE,
        user_name="anna",
        display_name="Anna",
        password_hash=await passwords.hash(PASSWORD),
        grants=grants([Role.AGENT], []),
    )
    await stores.users.add(anna, HandClock()())


async def test_a_call_may_last_longer_than_an_idle_browser_stays_signed_in(office: Office) -> None:
    caller, agent = await office.talk()

    await office.pass_time(caller, agent, minutes=95)

    assert office.world.only_contact.phase == "talking"
    assert not agent.wire.is_closed


async def test_a_desk_without_a_call_does_not_idle_out_either(office: Office) -> None:
    agent = await office.sign_in()

    await office.pass_time(minutes=95)

    assert not agent.wire.is_closed


async def test_a_browser_without_a_desk_is_signed_out_after_half_an_hour(office: Office) -> None:
    agent = await office.sign_in()
    await agent.lose_socket()

    await office.pass_time(minutes=31)

    assert await office.door.agent_of(agent.cookies) is None


async def test_the_longest_sign_in_ends_after_the_call_and_not_in_it(office: Office) -> None:
    agent = await office.sign_in()
    await office.pass_time(minutes=11 * 60 + 50)
    caller = await office.world.caller()
    await agent.answer("offer.accept")
    for tab in (caller, agent):
        contact = office.world.only_contact
        await tab.must("media.state", contactId=contact.id, epoch=contact.epoch, state="connected")

    await office.pass_time(caller, agent, minutes=90)
    still_talking = not agent.wire.is_closed
    await caller.must("contact.leave", contactId=caller.contact_id)
    await office.pass_time(minutes=1)

    assert still_talking, "nobody is cut off while talking"
    assert agent.told(SignedOut)


async def test_who_is_disabled_loses_the_desk_at_once_even_in_a_call(office: Office) -> None:
    _, agent = await office.talk()
    await office.stores.users.disable(agent.agent_id)

    await office.door.close_desks()
    await office.world.settle()

    assert agent.told(SignedOut)
    assert office.world.only_contact.phase == "queued"


async def test_who_signs_in_again_in_the_same_browser_keeps_the_desk(office: Office) -> None:
    agent = await office.sign_in()

    cookie, _ = await office.door.sign_in("anna", PASSWORD, prefix=PREFIX, former=agent.cookies[COOKIE])
    await office.pass_time(minutes=3)

    assert await office.door.agent_of(agent.cookies) is None
    assert await office.door.agent_of({COOKIE: cookie}) is not None
    assert not agent.told(SignedOut)


async def test_a_desk_that_could_not_be_closed_is_closed_later(office: Office) -> None:
    agent = await office.sign_in()
    await office.stores.users.disable(agent.agent_id)
    report = office.world.floor.report

    async def full(*args: object, **kwargs: object) -> object:
        raise FloorBusy

    office.world.floor.report = full  # type: ignore[method-assign,assignment]
    await office.door.close_desks()
    office.world.floor.report = report  # type: ignore[method-assign]
    await office.door.close_desks()
    await office.world.settle()

    assert agent.told(SignedOut)
