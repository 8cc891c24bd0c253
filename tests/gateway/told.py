"""What the journal of a house was told."""

from acd.facts import Fact
from acd.ids import SiteId
from gateway.clock import system_clock
from gateway.journal.codec import decode_fact
from gateway.journal.port import START
from gateway.journal.sqlite import SqliteJournal
from gateway.storage.database import open_sqlite
from tests.gateway.house import House


async def facts_of(house: House) -> list[Fact]:
    """Every fact of the shop, in order."""
    async with open_sqlite(house.settings.database, alone=False) as database:
        journal = SqliteJournal(database, SiteId("shop"), clock=system_clock)
        return [decode_fact(fact.body) for fact in await journal.facts(START, 10_000)]
