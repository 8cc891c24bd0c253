"""What is kept beside the journal: sessions, names, people, and who did what."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec import structs
from sqlalchemy import Connection, event, func, select

from acd.decisions import EndReason
from acd.ids import AgentId, ContactId, GroupId, Millis, SessionId, SiteId
from gateway.storage.audit import ChainBroken, StoredAudit
from gateway.storage.database import Database
from gateway.storage.directory import StoredDirectory
from gateway.storage.forecasts import JudgedForecast, StoredForecasts
from gateway.storage.notices import CallbackLink, Held, NoticeKind, Over, OwedNotice, StoredNotices
from gateway.storage.sessions import StoredSessions
from gateway.storage.tables import sessions as session_table
from gateway.storage.users import BrowserSignIn, Grant, StoredSignIns, StoredUsers, User, UserNameTaken
from signaling.ports import MOST_OWED, MOST_OWED_BYTES, NO_PAGE, ContactContext, MailboxFull, PageLife, SessionRecord
from tests.conformance.stores import NOON, open_database
from tests.servers import Postgres

DEMO, SHOP = SiteId("demo"), SiteId("shop")
FIRST, SECOND = ContactId("ct_1"), ContactId("ct_2")
LATER = Millis(NOON + 60_000)


T = TypeVar("T")


class Counting:
    """A database that counts what it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.queries = 0

    async def transact(self, work: Callable[[Connection], T]) -> T:
        def counted(tx: Connection) -> T:
            event.listen(tx, "before_cursor_execute", self._count)
            return work(tx)

        return await self._database.transact(counted)

    async def look(self, work: Callable[[Connection], T]) -> T:
        return await self.transact(work)

    def _count(self, *_: object) -> None:
        self.queries += 1


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> AsyncIterator[Database]:
    async with open_database(request.param, tmp_path, postgres) as opened:
        yield opened


def session(name: str, *, expires_at: Millis = LATER) -> SessionRecord:
    return SessionRecord(id=SessionId(name), site=DEMO, role="caller", contact=FIRST, agent=None, expires_at=expires_at)


def token(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def user(name: str = "anna", **changes: object) -> User:
    values: dict[str, object] = {
        "id": AgentId(f"ag_{name}"),
        "site": DEMO,
        "user_name": name,
        "display_name": name.title(),
        "password_hash": "hash",
    }
    return User(**(values | changes))  # type: ignore[arg-type]


# Sessions.


async def test_a_session_is_found_by_its_token_until_it_expires(database: Database) -> None:
    sessions = StoredSessions(database)
    await sessions.create(session("ss_1"), token("a"))

    assert await sessions.find(token("a"), NOON) == session("ss_1")
    assert await sessions.find(token("b"), NOON) is None
    assert await sessions.find(token("a"), LATER) is None

    await sessions.extend(SessionId("ss_1"), Millis(LATER + 1))
    assert await sessions.find(token("a"), LATER) is not None


async def test_creating_a_session_again_changes_nothing(database: Database) -> None:
    sessions = StoredSessions(database)
    await sessions.create(session("ss_1"), token("a"))
    await sessions.create(session("ss_1"), token("a"))

    assert await sessions.find(token("a"), NOON) == session("ss_1")
    assert await _count_sessions(database) == 1


async def test_what_is_owed_comes_in_order_until_it_is_acknowledged(database: Database) -> None:
    sessions = StoredSessions(database)
    one, other = SessionId("ss_1"), SessionId("ss_2")

    assert [await sessions.owe(one, body) for body in (b"a", b"b", b"c")] == [1, 2, 3]
    assert await sessions.owe(other, b"x") == 1
    await sessions.acknowledge(one, 2)

    assert await sessions.owed(one, 0) == [(3, b"c")]
    assert await sessions.owed(one, 3) == []
    assert await sessions.owed(other, 0) == [(1, b"x")]


@pytest.mark.parametrize(("length", "most"), [(1, MOST_OWED), (100_000, MOST_OWED_BYTES // 100_000)])
async def test_only_so_much_is_owed_to_a_session_that_fetches_nothing(
    database: Database, length: int, most: int
) -> None:
    sessions, one = StoredSessions(database), SessionId("ss_1")
    for _ in range(most):
        await sessions.owe(one, b"x" * length)

    with pytest.raises(MailboxFull):
        await sessions.owe(one, b"x" * length)
    await sessions.owe(SessionId("ss_2"), b"x" * length)
    await sessions.acknowledge(one, 1)

    assert await sessions.owe(one, b"x" * length) == most + 1


async def test_numbers_of_owed_messages_are_never_used_twice(database: Database) -> None:
    sessions = StoredSessions(database)
    await sessions.owe(SessionId("ss_1"), b"a")
    await sessions.acknowledge(SessionId("ss_1"), 1)

    assert await sessions.owe(SessionId("ss_1"), b"b") == 2


async def test_of_what_is_owed_some_is_discarded_and_the_rest_stays(database: Database) -> None:
    sessions, one, other = StoredSessions(database), SessionId("ss_1"), SessionId("ss_2")
    for body in (b"a", b"b", b"c"):
        await sessions.owe(one, body)
    await sessions.owe(other, b"x")

    await sessions.discard(one, [1, 3, 7])
    await sessions.discard(other, [])

    assert await sessions.owed(one, 0) == [(2, b"b")]
    assert await sessions.owed(other, 0) == [(1, b"x")]


async def test_what_a_page_can_do_is_kept_with_its_session(database: Database) -> None:
    sessions, one = StoredSessions(database), SessionId("ss_1")
    await sessions.create(session("ss_1"), token("a"))
    assert await sessions.page_of(SessionId("ss_none")) == NO_PAGE
    assert await sessions.page_of(one) == PageLife(0)

    generation = await sessions.turn_page(one, "page", ["conference", "later"])

    assert await sessions.page_of(one) == PageLife(generation, frozenset({"conference", "later"}))
    assert await sessions.changes([one]) == {one: (await sessions.page_of(one), 0)}
    found = await sessions.find(token("a"), Millis(NOON - 1))
    assert found is not None
    assert found.capabilities == {"conference", "later"}


async def test_an_ended_session_leaves_nothing(database: Database) -> None:
    sessions = StoredSessions(database)
    await sessions.create(session("ss_1"), token("a"))
    await sessions.owe(SessionId("ss_1"), b"a")

    await sessions.end(SessionId("ss_1"))

    assert await sessions.find(token("a"), NOON) is None
    assert await sessions.owed(SessionId("ss_1"), 0) == []


async def test_expired_sessions_are_forgotten_however_many(database: Database) -> None:
    sessions = StoredSessions(database)
    await sessions.create(session("ss_keep"), token("keep"))
    rows = [
        {"id": f"ss_{n}", "site": DEMO, "role": "caller", "token_hash": token(str(n)), "expires_at": NOON}
        | {"page": "", "generation": 0}
        for n in range(1_005)
    ]
    await database.transact(lambda tx: tx.execute(session_table.insert(), rows).close())

    assert await sessions.end_expired(NOON) == 1_005
    assert await _count_sessions(database) == 1
    assert await sessions.find(token("keep"), NOON) is not None


async def _count_sessions(database: Database) -> int:
    counted = select(func.count()).select_from(session_table)
    return await database.look(lambda tx: tx.execute(counted).scalar_one())


# Names and notes.


async def test_a_group_is_named_in_the_language_asked_for_or_in_english(database: Database) -> None:
    directory = StoredDirectory(database)
    await directory.name_group(DEMO, GroupId("sales"), {"de": "Verkauf", "en": "Sales"})

    assert await directory.group_name(DEMO, GroupId("sales"), "de") == "Verkauf"
    assert await directory.group_name(DEMO, GroupId("sales"), "fr") == "Sales"
    assert await directory.group_name(DEMO, GroupId("support"), "en") == "support"
    assert await directory.group_name(SHOP, GroupId("sales"), "de") == "sales"


async def test_a_site_is_added_once(database: Database) -> None:
    directory = StoredDirectory(database)

    assert await directory.add_site(DEMO, "Demo", NOON)
    assert not await directory.add_site(DEMO, "Other", NOON)
    assert await directory.sites() == {DEMO: "Demo"}


async def test_an_agent_is_shown_by_display_name_within_the_site(database: Database) -> None:
    await StoredUsers(database).add(user(), NOON)
    directory = StoredDirectory(database)

    assert await directory.agent_name(DEMO, AgentId("ag_anna")) == "Anna"
    assert await directory.agent_name(SHOP, AgentId("ag_anna")) == ""


async def test_what_a_visitor_said_is_kept_until_erased(database: Database) -> None:
    directory = StoredDirectory(database)
    said = ContactContext(name="Vera", topic="Shoes", language="de", page_url="https://shop/", page_title="Shop")
    await directory.note_contact(DEMO, FIRST, said, NOON)
    await directory.note_contact(DEMO, FIRST, ContactContext(name="Other"), LATER)

    assert await directory.contact_context(DEMO, FIRST) == said
    assert await directory.contact_context(SHOP, FIRST) == ContactContext()
    assert await directory.erase_contact(DEMO, FIRST)
    assert not await directory.erase_contact(DEMO, FIRST)
    assert await directory.contact_context(DEMO, FIRST) == ContactContext()


async def test_old_notes_are_erased_but_not_those_of_open_contacts(database: Database) -> None:
    directory = StoredDirectory(database)
    for contact in ("ct_old", "ct_open"):
        await directory.note_contact(DEMO, ContactId(contact), ContactContext(name="Vera"), NOON)
    await directory.note_contact(DEMO, ContactId("ct_new"), ContactContext(name="Vera"), LATER)

    assert await directory.erase_contacts_before(DEMO, LATER, keep=[ContactId("ct_open")]) == 1
    left = await directory.contact_contexts(DEMO, [ContactId(f"ct_{name}") for name in ("old", "open", "new")])
    assert set(left) == {"ct_open", "ct_new"}


# People.


async def test_a_user_is_found_whatever_the_case_of_the_name(database: Database) -> None:
    users = StoredUsers(database)
    anna = user(grants=frozenset({Grant(role="agent"), Grant(role="supervisor", group=GroupId("sales"))}))
    await users.add(anna, NOON)

    assert await users.by_name(" ANNA ") == anna
    assert await users.by_name("ben") is None
    assert await users.of_site(DEMO) == [anna]
    assert await users.of_site(SHOP) == []


async def test_everybody_of_a_site_is_read_in_one_query(database: Database) -> None:
    counted = Counting(database)
    for name in ("ben", "anna"):
        await StoredUsers(database).add(user(name, id=AgentId(f"ag_{name}")), NOON)
    await StoredUsers(database).set_grants(AgentId("ag_ben"), [Grant(role="agent"), Grant(role="supervisor")])

    found = await StoredUsers(counted).of_site(DEMO)

    assert [(user.user_name, len(user.grants)) for user in found] == [("anna", 0), ("ben", 2)]
    assert counted.queries == 1


async def test_who_is_behind_many_sign_ins_is_found_in_one_query(database: Database) -> None:
    users, counted = StoredUsers(database), Counting(database)
    sign_ins = StoredSignIns(database)
    until = {"anna": LATER, "ben": LATER, "late": NOON, "shut_out": LATER}
    for name, expires_at in until.items():
        agent = AgentId(f"ag_{name}")
        await users.add(user(name, id=agent, grants=frozenset({Grant(role="agent")})), NOON)
        for browser in ("one", "other"):
            await sign_ins.add(
                BrowserSignIn(
                    token_hash=token(name + browser),
                    user=agent,
                    created_at=NOON,
                    seen_at=NOON,
                    expires_at=expires_at,
                )
            )
        await users.disable(agent, disabled=name == "shut_out")
    await sign_ins.add(
        BrowserSignIn(
            token_hash=token("shut out"), user=AgentId("ag_shut_out"), created_at=NOON, seen_at=NOON, expires_at=LATER
        )
    )
    asked = [token(name + browser) for name in until for browser in ("one", "other")]

    found = await StoredSignIns(counted).owners([*asked, token("shut out"), token("of nobody")], NOON)

    assert {of: owner.user_name for of, owner in found.items()} == {
        token("annaone"): "anna",
        token("annaother"): "anna",
        token("benone"): "ben",
        token("benother"): "ben",
    }
    assert all(owner.grants == {Grant(role="agent")} for owner in found.values())
    assert counted.queries == 1


async def test_a_user_name_is_given_once(database: Database) -> None:
    users = StoredUsers(database)
    await users.add(user(), NOON)

    with pytest.raises(UserNameTaken):
        await users.add(user("Anna", id=AgentId("ag_other")), NOON)


async def test_wrong_passwords_lock_and_a_right_one_forgives(database: Database) -> None:
    users = StoredUsers(database)
    await users.add(user(), NOON)
    anna = AgentId("ag_anna")

    counted = [await users.count_failure(anna, lock_after=2, locked_until=LATER) for _ in range(2)]
    locked = await users.by_name("anna")
    await users.forgive(anna)
    free = await users.by_name("anna")

    assert counted == [1, 2]
    assert locked is not None
    assert (locked.failures, locked.locked_until) == (2, LATER)
    assert free == user()


async def test_grants_are_replaced_whole(database: Database) -> None:
    users = StoredUsers(database)
    await users.add(user(grants=frozenset({Grant(role="agent")})), NOON)

    await users.set_grants(AgentId("ag_anna"), [Grant(role="administrator"), Grant(role="administrator")])

    found = await users.by_name("anna")
    assert found is not None
    assert found.grants == {Grant(role="administrator")}


@pytest.mark.parametrize("event", ["new password", "disabled", "removed"])
async def test_a_browser_is_signed_out_when(event: str, database: Database) -> None:
    users, sign_ins = StoredUsers(database), StoredSignIns(database)
    anna = AgentId("ag_anna")
    await users.add(user(), NOON)
    await sign_ins.add(BrowserSignIn(token_hash=token("a"), user=anna, created_at=NOON, seen_at=NOON, expires_at=LATER))
    assert await sign_ins.find(token("a"), NOON) is not None

    match event:
        case "new password":
            await users.set_password(anna, "other")
        case "disabled":
            await users.disable(anna)
        case _:
            assert await users.remove(anna)

    assert await sign_ins.find(token("a"), NOON) is None


async def test_a_sign_in_lasts_as_long_as_it_is_used(database: Database) -> None:
    users, sign_ins = StoredUsers(database), StoredSignIns(database)
    await users.add(user(), NOON)
    await sign_ins.add(
        BrowserSignIn(
            token_hash=token("a"), user=AgentId("ag_anna"), created_at=NOON, seen_at=NOON, expires_at=Millis(NOON + 10)
        )
    )

    await sign_ins.touch(token("a"), Millis(NOON + 5), LATER)
    found = await sign_ins.find(token("a"), Millis(NOON + 20))

    assert found is not None
    assert (found[0].seen_at, found[1].user_name) == (NOON + 5, "anna")
    assert await sign_ins.end_expired(LATER) == 1


# Audit.


async def filled(database: Database) -> StoredAudit:
    audit = StoredAudit(database)
    for number in range(3):
        await audit.add(
            DEMO,
            Millis(NOON + number),
            actor="ag_1",
            action="user_added",
            subject=f"ag_{number}",
            details={"n": "Vera"},
        )
    return audit


async def test_the_audit_log_is_a_chain_that_verifies(database: Database) -> None:
    audit = await filled(database)
    await audit.add(SHOP, NOON, actor="system", action="started")

    assert [await audit.verify(DEMO, page=page) for page in (1, 2, 3, 4)] == [3, 3, 3, 3]
    assert await audit.verify(SHOP) == 1
    assert [(entry.number, entry.subject, entry.details) for entry in await audit.entries(DEMO, after=1)] == [
        (2, "ag_1", {"n": "Vera"}),
        (3, "ag_2", {"n": "Vera"}),
    ]


async def test_erased_words_leave_the_chain_whole(database: Database) -> None:
    audit = await filled(database)

    assert await audit.erase_details_before(DEMO, Millis(NOON + 2)) == 2

    assert await audit.verify(DEMO) == 3
    assert [entry.details for entry in await audit.entries(DEMO)] == [None, None, {"n": "Vera"}]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entries SET actor = 'ag_9' WHERE number = 2",
        "UPDATE audit_entries SET at = at + 1 WHERE number = 1",
        "UPDATE audit_details SET body = '{}' WHERE number = 3",
        "DELETE FROM audit_entries WHERE number = 2",
        "DELETE FROM audit_entries WHERE number = 1",
    ],
)
async def test_tampering_breaks_the_chain(tampering: str, database: Database) -> None:
    audit = await filled(database)
    await database.transact(lambda tx: tx.exec_driver_sql(tampering).close())

    for page in (1, 2, 1_000):
        with pytest.raises(ChainBroken):
            await audit.verify(DEMO, page=page)


async def test_forecasts_are_counted_by_group_and_forgotten_in_time(database: Database) -> None:
    store = StoredForecasts(database)
    usual = JudgedForecast(
        id="fc_1", contact=FIRST, group="sales", made_at=NOON, low_ms=Millis(60_000), high_ms=Millis(120_000),
        position=2, outcome="answered", waited_ms=Millis(100_000),
    )  # fmt: skip
    late = structs.replace(usual, id="fc_2", made_at=LATER, waited_ms=Millis(150_000))
    gone = structs.replace(usual, id="fc_3", outcome="abandoned", waited_ms=Millis(5_000))
    closed = structs.replace(usual, id="fc_4", group="night", outcome="left")
    await store.add(DEMO, [usual, late, gone, closed])
    await store.add(SHOP, [usual])

    night, sales = await store.report(DEMO, NOON, Millis(LATER + 1))

    assert (sales.forecasts, sales.answered, sales.abandoned, sales.left) == (3, 2, 1, 0)
    assert (sales.mean_absolute_error_ms, sales.inside, sales.in_time) == (35_000.0, 0.5, 0.5)
    assert (night.answered, night.left, night.mean_absolute_error_ms, night.in_time) == (0, 1, None, None)
    assert await store.erase_before(DEMO, LATER) == 3
    (left,) = await store.report(DEMO, NOON, Millis(LATER + 1))
    assert left.forecasts == 1
    assert len(await store.report(SHOP, NOON, LATER)) == 1


# Notices and links.


def owed(number: int, kind: NoticeKind = NoticeKind.INVITATION, contact: ContactId = FIRST) -> OwedNotice:
    return OwedNotice(site=DEMO, number=number, kind=kind, contact=contact, until=None, created_at=NOON, next_at=NOON)


async def test_a_notice_is_kept_once_whoever_looked_at_its_decision(database: Database) -> None:
    notices = StoredNotices(database)

    assert await notices.note(DEMO, [owed(3)], after=0, upto=5)
    assert not await notices.note(DEMO, [owed(3)], after=0, upto=5)
    assert await notices.note(DEMO, [], after=5, upto=9)

    assert await notices.cursor(DEMO) == 9
    assert [notice.number for notice in await notices.due(DEMO, NOON, 10)] == [3]
    assert await notices.due(SHOP, NOON, 10) == []


async def test_a_notice_is_taken_by_one_and_sent_later_if_that_one_dies(database: Database) -> None:
    notices = StoredNotices(database)
    await notices.note(DEMO, [owed(1)], after=0, upto=1)
    (notice,) = await notices.due(DEMO, NOON, 10)

    assert await notices.take(notice, until=LATER)
    assert not await notices.take(notice, until=LATER)
    assert await notices.due(DEMO, NOON, 10) == []
    (again,) = await notices.due(DEMO, LATER, 10)
    await notices.sent(again)

    assert await notices.count(DEMO) == 0


async def test_a_link_leads_to_its_callback_and_says_how_that_ended(database: Database) -> None:
    notices = StoredNotices(database)
    held = Held(notice=owed(1, NoticeKind.PLACE_HELD), token_hash=token("a"))
    await notices.note(DEMO, [held, owed(2)], after=0, upto=2)

    assert await notices.link(token("a")) == CallbackLink(site=DEMO, contact=FIRST, ended=None)
    assert [notice.kind for notice in await notices.due(DEMO, NOON, 10)] == [NoticeKind.INVITATION]
    over = Over(contact=FIRST, reason=EndReason.CALLBACK_MISSED, notice=owed(3, NoticeKind.OVER))
    stranger = Over(contact=SECOND, reason=EndReason.CLOSED, notice=owed(4, NoticeKind.OVER, SECOND))
    await notices.note(DEMO, [over, stranger], after=2, upto=4)

    assert await notices.link(token("a")) == CallbackLink(site=DEMO, contact=FIRST, ended=EndReason.CALLBACK_MISSED)
    assert [notice.kind for notice in await notices.due(DEMO, NOON, 10)] == [NoticeKind.OVER]
    assert await notices.forget_before(DEMO, LATER, keep=[FIRST]) == 0
    assert await notices.forget_before(DEMO, LATER) == 1
    assert await notices.link(token("a")) is None


async def test_an_address_is_kept_with_the_words_and_erased_with_them(database: Database) -> None:
    directory = StoredDirectory(database)
    await directory.note_contact(DEMO, FIRST, ContactContext(name="Vera"), NOON)

    await directory.note_address(DEMO, FIRST, "first@mail.example")
    await directory.note_address(DEMO, FIRST, "vera@mail.example")
    assert (await directory.contact_context(DEMO, FIRST)).address == "vera@mail.example"
    await directory.erase_contact(DEMO, FIRST)

    assert (await directory.contact_context(DEMO, FIRST)).address == ""
