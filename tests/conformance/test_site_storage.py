"""What is kept of a site's configuration, of programs and of webhooks, in both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert

from acd.ids import GroupId, Millis, SiteId
from gateway.configuration.document import GroupRules, SiteDocument, Words
from gateway.storage.audit import StoredAudit
from gateway.storage.configuration import Change, StoredConfiguration, VersionConflict
from gateway.storage.database import Database
from gateway.storage.directory import StoredDirectory
from gateway.storage.programs import ApiToken, SigningKey, StoredKeys, StoredTokens
from gateway.storage.tables import decisions
from gateway.storage.webhooks import Collected, Delivery, Round, StoredWebhooks, Webhook
from tests.conformance.stores import NOON, open_database
from tests.servers import Postgres

DEMO, SHOP = SiteId("demo"), SiteId("shop")
LATER = Millis(NOON + 60_000)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> AsyncIterator[Database]:
    async with open_database(request.param, tmp_path, postgres) as opened:
        yield opened


# Configurations.


def _document(*groups: str) -> SiteDocument:
    return SiteDocument(groups=tuple(GroupRules(id=name, names=Words(de=name, en=name.title())) for name in groups))


def _change(action: str = "configuration_changed") -> Change:
    return Change(at=NOON, actor="ag_1", action=action, subject="sales")


async def test_a_version_is_kept_with_its_names_and_its_entry_in_the_audit_log(database: Database) -> None:
    store, directory, audit = StoredConfiguration(database), StoredDirectory(database), StoredAudit(database)
    await store.save(DEMO, _document("sales", "night"), _change(), after=0)
    assert await store.save(DEMO, _document("sales"), _change("group_removed"), after=1) == 2

    newest, first = await store.newest(DEMO), await store.version(DEMO, 1)

    assert newest is not None
    assert first is not None
    assert (newest.number, newest.document, newest.change) == (2, _document("sales"), _change("group_removed"))
    assert first.document == _document("sales", "night")
    assert await store.version(DEMO, 3) is None
    assert await store.newest(SHOP) is None
    assert (await store.newest_number(DEMO), await store.newest_number(SHOP)) == (2, 0)
    assert await store.changes(DEMO, before=2, limit=10) == [(1, _change())]
    assert await directory.group_names(DEMO) == {GroupId("sales"): {"de": "sales", "en": "Sales"}}
    entries = await audit.entries(DEMO)
    assert [(entry.actor, entry.action, entry.details) for entry in entries] == [
        ("ag_1", "configuration_changed", {"version": "1"}),
        ("ag_1", "group_removed", {"version": "2"}),
    ]
    assert await audit.verify(DEMO) == 2


async def test_of_those_who_save_after_the_same_version_one_succeeds(database: Database) -> None:
    store = StoredConfiguration(database)

    outcomes = await asyncio.gather(
        *(store.save(DEMO, _document(f"group-{n}"), _change(), after=0) for n in range(6)), return_exceptions=True
    )

    assert [outcome for outcome in outcomes if outcome == 1] == [1]
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 5
    assert await store.newest_number(DEMO) == 1


# Programs.


async def test_a_token_is_found_by_its_hash_until_it_is_revoked(database: Database) -> None:
    tokens = StoredTokens(database)
    token = ApiToken(id="at_1", site=DEMO, scopes=frozenset({"elsewhere", "other"}), created_at=NOON)
    await tokens.add(token, b"a".ljust(32))

    assert await tokens.find(b"a".ljust(32)) == token
    assert await tokens.find(b"b".ljust(32)) is None
    await tokens.touch(token, LATER)
    (used,) = await tokens.all()
    assert used.used_at == LATER
    await tokens.touch(used, Millis(LATER + 59_999))
    assert await tokens.all() == [used]
    assert await tokens.revoke("at_1", LATER) == DEMO
    assert await tokens.revoke("at_1", LATER) is None
    assert await tokens.find(b"a".ljust(32)) is None


async def test_a_key_is_in_force_at_its_own_site_until_it_is_revoked(database: Database) -> None:
    keys = StoredKeys(database)
    await keys.add(SigningKey(id="sk_1", site=DEMO, created_at=NOON))

    assert await keys.is_in_force(DEMO, "sk_1")
    assert not await keys.is_in_force(SHOP, "sk_1")
    assert await keys.revoke("sk_1", LATER) == DEMO
    assert not await keys.is_in_force(DEMO, "sk_1")
    assert [key.revoked_at for key in await keys.all()] == [LATER]


# Notices.


async def test_the_notice_of_a_closed_group_is_replaced_and_taken_back(database: Database) -> None:
    directory = StoredDirectory(database)
    sales, night = GroupId("sales"), GroupId("night")
    await directory.set_closed_notice(DEMO, sales, {"de": "Zu", "en": "Shut"})
    await directory.set_closed_notice(DEMO, sales, {"en": "Closed"})
    await directory.set_closed_notice(DEMO, night, {"de": "Zu"})

    assert await directory.closed_notices(DEMO) == {sales: {"en": "Closed"}, night: {"de": "Zu"}}
    await directory.set_closed_notice(DEMO, sales, {})
    assert await directory.closed_notices(DEMO) == {night: {"de": "Zu"}}
    assert await directory.closed_notices(SHOP) == {}


# Webhooks.


@dataclass(frozen=True)
class Told:
    type: str
    subject: str
    body: bytes


def _told(body: bytes, number: int, at: Millis) -> Told | None:
    kind, _, subject = body.decode().partition(" ")
    return Told(kind, subject, body) if subject else None


async def _decide(database: Database, *bodies: str, first: int = 1) -> None:
    rows = [
        {"site": DEMO, "number": first + place, "cause": 1, "at": NOON, "body": body.encode()}
        for place, body in enumerate(bodies)
    ]
    await database.transact(lambda tx: tx.execute(insert(decisions), rows).close())


def _hook(name: str = "wh_1", *events: str) -> Webhook:
    return Webhook(id=name, site=DEMO, url="https://example.org", events=events or ("*",), created_at=NOON)


async def _bodies(webhooks: StoredWebhooks, name: str = "wh_1", *, at: Millis = NOON, limit: int = 10) -> list[str]:
    return [delivery.body.decode() for delivery in await webhooks.due(name, at, limit=limit)]


async def test_each_decision_is_told_once_to_whom_it_concerns(database: Database) -> None:
    webhooks = StoredWebhooks(database)
    await _decide(database, "contact.waiting ct_0")
    await webhooks.add(_hook())
    await webhooks.add(_hook("wh_2", "agent.*"))
    await _decide(database, "contact.waiting ct_1", "secret", "agent.free ag_1", first=2)

    assert await webhooks.collect(DEMO, _told, NOON, limit=2) == Collected(decisions=2, dropped=0)
    assert await webhooks.collect(DEMO, _told, NOON) == Collected(decisions=1, dropped=0)
    assert await webhooks.collect(DEMO, _told, NOON) == Collected(decisions=0, dropped=0)
    assert await webhooks.collect(SHOP, _told, NOON) == Collected(decisions=0, dropped=0)

    assert await _bodies(webhooks) == ["contact.waiting ct_1", "agent.free ag_1"]
    assert await _bodies(webhooks, "wh_2") == ["agent.free ag_1"]
    assert [webhook.pending for webhook in await webhooks.of_site(DEMO)] == [2, 1]


async def test_two_who_collect_at_once_tell_nothing_twice(database: Database) -> None:
    webhooks = StoredWebhooks(database)
    await webhooks.add(_hook())
    await _decide(database, *(f"contact.waiting ct_{number}" for number in range(50)))

    collected = await asyncio.gather(*(webhooks.collect(DEMO, _told, NOON, limit=20) for _ in range(6)))

    assert sum(one.decisions for one in collected) == 50
    assert len(await _bodies(webhooks, limit=100)) == 50


async def test_what_failed_waits_with_all_that_stands_behind_it(database: Database) -> None:
    webhooks = StoredWebhooks(database)
    await webhooks.add(_hook())
    await _decide(database, "a one", "a two", "b one", "b two")
    await webhooks.collect(DEMO, _told, NOON)
    one, two = await webhooks.due("wh_1", NOON, limit=10)

    done = Round(delivered=[two.number], failed=[(one, LATER)], failures=1, paused_until=LATER)
    await webhooks.settle("wh_1", done)

    assert await _bodies(webhooks) == ["b two"]
    assert await webhooks.due("wh_1", LATER, limit=1) == [Delivery(number=1, subject="one", body=b"a one", attempts=1)]
    (webhook,) = await webhooks.of_site(DEMO)
    assert (webhook.pending, webhook.failures, webhook.paused_until) == (3, 1, LATER)


async def test_what_is_too_old_is_given_up(database: Database) -> None:
    webhooks = StoredWebhooks(database)
    await webhooks.add(_hook())
    await _decide(database, "a one")
    await webhooks.collect(DEMO, _told, NOON)
    await _decide(database, "a two", first=2)
    await webhooks.collect(DEMO, _told, LATER)

    assert await webhooks.give_up(DEMO, NOON) == 0
    assert await webhooks.give_up(DEMO, LATER) == 1
    assert await _bodies(webhooks) == ["a two"]
    assert [webhook.pending for webhook in await webhooks.of_site(DEMO)] == [1]


async def test_a_removed_webhook_leaves_nothing_and_the_next_begins_anew(database: Database) -> None:
    webhooks = StoredWebhooks(database)
    await webhooks.add(_hook())
    await _decide(database, "a one")
    await webhooks.collect(DEMO, _told, NOON)

    assert not await webhooks.remove(SHOP, "wh_1")
    assert await webhooks.remove(DEMO, "wh_1")
    assert not await webhooks.remove(DEMO, "wh_1")
    await _decide(database, "a two", first=2)
    await webhooks.add(_hook())
    await _decide(database, "a three", first=3)
    await webhooks.collect(DEMO, _told, NOON)

    assert await _bodies(webhooks) == ["a three"]
