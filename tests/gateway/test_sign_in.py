"""Who gets in, who does not, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd.ids import AgentId, GroupId, SiteId
from gateway.app import Stores
from gateway.auth.doorkeeper import BadCredentials, Doorkeeper, LockedOut
from gateway.auth.lockout import Lockout, lock_ms
from gateway.auth.passwords import Passwords, PasswordsBusy
from gateway.auth.roles import Right, Role, grants, groups_served, may
from gateway.storage.database import open_sqlite
from gateway.storage.users import User
from tests.gateway.house import PASSWORD, HandClock, House, add_people, quick_passwords, settings_in

PREFIX = "192.0.2.0/24"


@dataclass
class Entrance:
    """A doorkeeper with a clock turned by hand."""

    doorkeeper: Doorkeeper
    stores: Stores
    clock: HandClock

    async def fail(self, user_name: str = "anna", *, prefix: str = PREFIX) -> None:
        with pytest.raises(BadCredentials):
            await self.doorkeeper.sign_in(user_name, "wrong", prefix=prefix)

    async def is_locked(self, user_name: str = "anna", password: str = PASSWORD, *, prefix: str = PREFIX) -> int:
        with pytest.raises(LockedOut) as locked:
            await self.doorkeeper.sign_in(user_name, password, prefix=prefix)
        return locked.value.retry_after_ms // 1000


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    settings = settings_in(tmp_path)
    await add_people(settings)
    clock = HandClock()
    async with open_sqlite(settings.database, alone=False) as database:
        stores = Stores.on(database)
        with quick_passwords() as passwords:
            yield Entrance(_doorkeeper(stores, passwords, clock), stores, clock)


def _doorkeeper(stores: Stores, passwords: Passwords, clock: HandClock) -> Doorkeeper:
    return Doorkeeper(
        users=stores.users,
        sign_ins=stores.sign_ins,
        audit=stores.audit,
        passwords=passwords,
        secret=b"a secret of this test",
        clock=clock,
        lock_after=3,
        count=lambda outcome: None,
    )


async def test_the_cookie_cannot_be_read_by_scripts_nor_sent_elsewhere(house: House) -> None:
    reply = await house.sign_in("anna")

    assert reply.status == 200
    assert reply.said["roles"] == ["agent"]
    assert reply.said["agentId"] == reply.said["userId"]
    name, _, attributes = reply.headers["Set-Cookie"].partition("=")
    assert name == "__Host-zuruf"
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(attributes.split("; "))


async def test_who_is_signed_in_is_known_again_until_signing_out(house: House) -> None:
    cookie, csrf = await house.signed_in("Anna ")

    me = await house.ask("GET", "/api/v1/me", cookie=cookie)
    out = await house.ask("POST", "/api/v1/sign-out", cookie=cookie, headers={"X-Zuruf-CSRF": csrf}, origin=house.url)
    after = await house.ask("GET", "/api/v1/me", cookie=cookie)

    assert (me.status, me.said["displayName"]) == (200, "Anna")
    assert out.status == 204
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert (after.status, after.said["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("cookie", [None, "__Host-zuruf=", "__Host-zuruf=guessed", "zuruf=x", "__Host-zuruf=\xe4"])
async def test_without_a_cookie_of_ours_nobody_is_signed_in(house: House, cookie: str | None) -> None:
    reply = await house.ask("GET", "/api/v1/me", cookie=cookie)

    assert (reply.status, reply.said["code"]) == (401, "not_signed_in")


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(house: House) -> None:
    wrong = await house.sign_in("anna", "wrong")
    unknown = await house.sign_in("nobody", "wrong")

    assert wrong.status == unknown.status == 401
    assert wrong.text == unknown.text
    assert wrong.said["code"] == "bad_credentials"
    assert "Set-Cookie" not in wrong.headers


async def test_too_many_wrong_passwords_lock_known_and_unknown_names_alike(house: House) -> None:
    for _ in range(5):
        await house.sign_in("anna", "wrong")
        await house.sign_in("nobody", "wrong")

    known = await house.sign_in("anna")
    unknown = await house.sign_in("nobody")

    assert known.status == unknown.status == 429
    assert known.said["code"] == unknown.said["code"] == "locked_out"
    assert int(known.headers["Retry-After"]) == pytest.approx(30, abs=3)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Zuruf-CSRF": "0" * 64},
        {"X-Zuruf-CSRF": "right", "Origin": "https://evil.example"},
        {"X-Zuruf-CSRF": "right", "Origin": "null"},
        {"X-Zuruf-CSRF": "right", "Sec-Fetch-Site": "cross-site"},
        {"X-Zuruf-CSRF": "right", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_change_that_another_page_sends_is_refused(house: House, headers: dict[str, str]) -> None:
    cookie, csrf = await house.signed_in("anna")
    sent = {name: csrf if value == "right" else value for name, value in headers.items()}

    reply = await house.ask("POST", "/api/v1/sign-out", cookie=cookie, headers=sent)

    assert (reply.status, reply.said["code"]) == (403, "csrf")
    assert (await house.ask("GET", "/api/v1/me", cookie=cookie)).status == 200


async def test_another_page_cannot_sign_a_visitor_in(house: House) -> None:
    body = {"userName": "anna", "password": PASSWORD}

    reply = await house.ask("POST", "/api/v1/sign-in", body=body, origin="https://shop.example")

    assert (reply.status, reply.said["code"]) == (403, "csrf")


async def test_the_audit_log_is_read_by_administrators_of_the_whole_site_only(house: House) -> None:
    await house.sign_in("anna", "wrong")
    replies = {}
    for name in ("anna", "sofia", "dora", "admin"):
        cookie, _ = await house.signed_in(name)
        replies[name] = await house.ask("GET", "/api/v1/sites/shop/audit", cookie=cookie)
    admin, _ = await house.signed_in("admin")

    assert [replies[name].status for name in ("anna", "sofia", "dora")] == [403, 403, 403]
    assert replies["anna"].said["code"] == "forbidden"
    actions = [entry["action"] for entry in replies["admin"].said["entries"]]
    assert actions[0] == "configuration_seeded"
    assert actions.count("sign_in_failed") == 1
    assert actions.count("signed_in") == 4
    elsewhere = await house.ask("GET", "/api/v1/sites/other/audit", cookie=admin)
    assert (elsewhere.status, elsewhere.said["code"]) == (404, "not_found")
    assert (await house.ask("GET", "/api/v1/sites/shop/audit?after=x", cookie=admin)).status == 400


async def test_who_is_disabled_is_out_at_once(house: House) -> None:
    cookie, _ = await house.signed_in("anna")
    async with house.stores() as stores:
        anna = await stores.users.by_name("anna")
        assert anna is not None
        await stores.users.disable(anna.id)

    assert (await house.ask("GET", "/api/v1/me", cookie=cookie)).status == 401
    assert (await house.sign_in("anna")).said["code"] == "bad_credentials"


async def test_a_sign_in_ends_after_half_an_hour_of_nothing(entrance: Entrance) -> None:
    token, _ = await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)

    entrance.clock.pass_time(minutes=29)
    assert await entrance.doorkeeper.recognise(token) is not None
    entrance.clock.pass_time(minutes=29)
    assert await entrance.doorkeeper.recognise(token) is not None
    entrance.clock.pass_time(minutes=31)
    assert await entrance.doorkeeper.recognise(token) is None


async def test_signing_in_again_in_one_browser_ends_the_former_sign_in(house: House) -> None:
    elsewhere, _ = await house.signed_in("anna")
    before, _ = await house.signed_in("anna")

    reply = await house.sign_in("sofia", cookie=before)
    after = reply.headers["Set-Cookie"].partition(";")[0]

    me = {cookie: await house.ask("GET", "/api/v1/me", cookie=cookie) for cookie in (elsewhere, before, after)}
    assert [answer.status for answer in me.values()] == [200, 401, 200]
    assert me[after].said["displayName"] == "Sofia"


async def test_a_wrong_password_ends_no_sign_in(house: House) -> None:
    cookie, _ = await house.signed_in("anna")

    await house.sign_in("sofia", "wrong", cookie=cookie)

    assert (await house.ask("GET", "/api/v1/me", cookie=cookie)).status == 200


async def test_a_desk_that_is_open_keeps_the_sign_in_but_not_beyond_twelve_hours(entrance: Entrance) -> None:
    _, recognised = await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)

    hours = 0.0
    while await entrance.doorkeeper.keep(recognised.key) is not None:
        entrance.clock.pass_time(minutes=10)
        hours += 1 / 6

    assert hours == pytest.approx(12, abs=0.2)


async def test_each_further_wrong_password_locks_for_longer(entrance: Entrance) -> None:
    for _ in range(3):
        await entrance.fail()
    assert await entrance.is_locked() == 30

    entrance.clock.pass_time(seconds=31)
    await entrance.fail()
    assert await entrance.is_locked() == 60

    entrance.clock.pass_time(seconds=61)
    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)
    for _ in range(2):
        await entrance.fail()
    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)


async def test_guesses_sent_at_once_all_count(entrance: Entrance) -> None:
    outcomes = await asyncio.gather(
        *(entrance.doorkeeper.sign_in("anna", f"guess {number}", prefix=PREFIX) for number in range(12)),
        return_exceptions=True,
    )

    checked = [outcome for outcome in outcomes if isinstance(outcome, BadCredentials)]
    assert len(checked) == 3
    assert sum(isinstance(outcome, LockedOut) for outcome in outcomes) == 9


async def test_who_was_not_checked_for_want_of_room_is_not_counted(entrance: Entrance) -> None:
    with quick_passwords(most_waiting=0) as crowded:
        doorkeeper = _doorkeeper(entrance.stores, crowded, entrance.clock)
        for name in ("anna", "nobody") * 4:
            with pytest.raises(PasswordsBusy):
                await doorkeeper.sign_in(name, PASSWORD, prefix=PREFIX)

    await entrance.fail()
    await entrance.fail()
    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)


async def test_of_a_flood_of_sign_ins_only_a_few_are_checked() -> None:
    with quick_passwords(most_waiting=2) as passwords:
        hashed = await passwords.hash(PASSWORD)
        first, second = passwords.check(PASSWORD, hashed), passwords.check("wrong", hashed)
        with pytest.raises(PasswordsBusy):
            passwords.check(PASSWORD, hashed)

        assert (await first, await second) == (True, False)
        assert await passwords.check(PASSWORD, hashed)


async def test_an_address_that_tries_many_names_is_locked_as_a_whole(entrance: Entrance) -> None:
    for number in range(18):
        await entrance.fail(f"name {number}")

    assert await entrance.is_locked("anna") == 30
    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix="198.51.100.0/24")


async def test_what_was_done_is_written_down_without_names_or_passwords(entrance: Entrance) -> None:
    await entrance.fail()
    await entrance.fail("canary-name")
    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)

    shop = await entrance.stores.audit.entries(SiteId("shop"))
    nowhere = await entrance.stores.audit.entries(SiteId("-"))

    assert [entry.action for entry in shop] == ["sign_in_failed", "signed_in"]
    assert [entry.action for entry in nowhere] == ["sign_in_failed"]
    assert "canary" not in repr(nowhere)
    await entrance.stores.audit.verify(SiteId("shop"))


async def test_a_password_hashed_in_an_older_way_is_hashed_anew(entrance: Entrance) -> None:
    anna = await entrance.stores.users.by_name("anna")
    assert anna is not None

    with Passwords(memory_kib=16, rounds=1) as older:
        await entrance.stores.users.rehash(anna.id, await older.hash(PASSWORD))

    await entrance.doorkeeper.sign_in("anna", PASSWORD, prefix=PREFIX)

    renewed = await entrance.stores.users.by_name("anna")
    assert renewed is not None
    assert "m=8," in renewed.password_hash


def test_locks_grow_and_stop_growing() -> None:
    assert [lock_ms(failures, 5) // 1000 for failures in (4, 5, 6, 7, 30)] == [0, 30, 60, 120, 900]


def test_memory_of_guesses_is_bounded() -> None:
    clock = HandClock()
    lockout = Lockout(1, capacity=2)

    for key in ("a", "b", "c"):
        lockout.count(key, clock())

    assert lockout.locked_until("a", clock()) == clock()
    assert lockout.locked_until("c", clock()) > clock()


def test_rights_hold_where_the_role_was_granted() -> None:
    sales, support = GroupId("sales"), GroupId("support")
    agent = _user(Role.AGENT, sales)
    chief = _user(Role.ADMINISTRATOR)
    deputy = _user(Role.ADMINISTRATOR, sales)

    assert groups_served(agent, [sales, support]) == (sales,)
    assert groups_served(_user(Role.AGENT), [sales, support]) == (sales, support)
    assert groups_served(chief, [sales]) == ()
    assert may(agent, Right.SERVE)
    assert not may(chief, Right.SERVE)
    assert may(chief, Right.READ_AUDIT)
    assert not may(deputy, Right.READ_AUDIT)


def _user(role: Role, *groups: GroupId) -> User:
    return User(
        id=AgentId("ag_1"),
        site=SiteId("shop"),
        user_name="x",
        display_name="X",
        password_hash="",
        grants=grants([role], groups),
    )
