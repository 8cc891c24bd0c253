"""Personal links are kept, used once, revoked and forgotten alike in both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from acd.config import Channel
from acd.ids import AgentId, GroupId, Millis, SiteId
from gateway.storage.database import Database
from gateway.storage.personal_links import LinkState, PersonalLink, StoredPersonalLinks, TooManyCodes, TooManyLinks
from gateway.storage.tables import personal_link_names
from tests.conformance.stores import NOON, open_database
from tests.servers import Postgres

SHOP = SiteId("shop")
SOON, LATER = Millis(NOON + 60_000), Millis(NOON + 3_600_000)

LINK = PersonalLink(
    site=SHOP,
    id="pl_1",
    group=GroupId("sales"),
    agent=AgentId("ag_1"),
    channel=Channel.VIDEO,
    issued_by="ag_1",
    created_at=NOON,
    good_from=NOON,
    good_until=LATER,
    code_until=SOON,
    name="Vera",
)


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> AsyncIterator[Database]:
    async with open_database(request.param, tmp_path, postgres) as opened:
        yield opened


def _hash(word: str) -> bytes:
    return word.encode().ljust(32)


async def _add(links: StoredPersonalLinks, link: PersonalLink, *codes: str, most: int = 10, open_: int = 10) -> int:
    return await links.add(link, _hash(link.id), [_hash(code) for code in codes], most=most, open_=open_)


async def _names(database: Database) -> int:
    return await database.look(
        lambda tx: tx.execute(select(func.count()).select_from(personal_link_names)).scalar_one()
    )


async def test_a_link_is_found_by_its_token_as_it_was_issued(database: Database) -> None:
    links = StoredPersonalLinks(database)

    assert await _add(links, LINK, "code") == 0

    assert await links.by_token(_hash("pl_1")) == LINK
    assert await links.find(SHOP, "pl_1") == LINK
    assert await links.by_token(_hash("pl_2")) is None
    assert await links.open_of(SHOP, "ag_1", NOON) == [LINK]
    assert await links.open_of(SHOP, "ag_2", NOON) == []
    assert await links.open_of(SHOP, None, LATER) == []


async def test_a_link_says_what_became_of_it() -> None:
    early = replace(LINK, good_from=SOON)

    assert [early.state(NOON), LINK.state(NOON), LINK.state(LATER)] == [
        LinkState.NOT_YET_VALID,
        LinkState.OPEN,
        LinkState.EXPIRED,
    ]
    assert replace(LINK, used_at=NOON).state(LATER) is LinkState.USED
    assert replace(LINK, revoked_at=NOON).state(LATER) is LinkState.REVOKED


async def test_of_many_who_use_a_link_at_once_one_does(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK)

    taken = await asyncio.gather(*(links.take(LINK, _hash(f"key-{n}"), NOON) for n in range(6)))

    assert sum(taken) == 1
    assert await links.take(LINK, _hash(f"key-{taken.index(True)}"), SOON), "who lost the answer asks again"
    assert not await links.revoke(SHOP, "pl_1", None, SOON)


async def test_a_link_that_led_to_nothing_can_be_used_again(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK)
    await links.take(LINK, _hash("first"), NOON)

    await links.give_back(LINK, _hash("another"))
    assert not await links.take(LINK, _hash("second"), NOON)
    await links.give_back(LINK, _hash("first"))

    assert await links.take(LINK, _hash("second"), NOON)


@pytest.mark.parametrize("at", [Millis(NOON - 1), LATER])
async def test_a_link_is_used_in_its_time_only(database: Database, at: Millis) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK)

    assert not await links.take(LINK, _hash("key"), at)


async def test_a_revoked_link_is_no_good_and_its_name_is_gone(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK, "code")

    assert not await links.revoke(SHOP, "pl_1", "ag_2", NOON)
    assert await links.revoke(SHOP, "pl_1", "ag_1", NOON)

    assert not await links.take(LINK, _hash("key"), NOON)
    assert await links.by_code(SHOP, _hash("code"), NOON) is None
    assert await _names(database) == 0


async def test_a_code_leads_to_its_link_once_and_at_its_own_site(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK, "code")

    assert await links.by_code(SiteId("bank"), _hash("code"), NOON) is None
    assert await links.by_code(SHOP, _hash("wrong"), NOON) is None
    found = await links.by_code(SHOP, _hash("code"), NOON)
    assert found is not None
    assert found.id == "pl_1"
    assert await links.by_code(SHOP, _hash("code"), NOON) is None


async def test_a_code_is_over_before_its_link(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK, "code")

    assert await links.by_code(SHOP, _hash("code"), SOON) is None
    assert await _add(links, replace(LINK, id="pl_2", created_at=SOON), "code", most=1) == 0


async def test_a_site_has_so_many_codes_and_none_twice(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK, "code")

    assert await _add(links, replace(LINK, id="pl_2"), "code", "other") == 1
    with pytest.raises(TooManyCodes):
        await _add(links, replace(LINK, id="pl_3"), "third", most=2)
    with pytest.raises(TooManyCodes):
        await _add(links, replace(LINK, id="pl_3"), "code", "other")
    with pytest.raises(TooManyLinks):
        await _add(links, replace(LINK, id="pl_3"), open_=2)
    assert await links.find(SHOP, "pl_3") is None


async def test_links_that_are_over_are_forgotten_with_their_names(database: Database) -> None:
    links = StoredPersonalLinks(database)
    await _add(links, LINK)
    await _add(links, replace(LINK, id="pl_2", good_until=Millis(LATER + 1)))

    assert await links.forget_before(SHOP, Millis(LATER + 1)) == 1

    assert await links.find(SHOP, "pl_1") is None
    assert await _names(database) == 1
    await links.erase_name(SHOP, "pl_2")
    assert await _names(database) == 0
