"""A journal in PostgreSQL, which many processes append to and one of them decides.

The row in ``journal_heads`` is held while appending, so positions are given in the order of
commits. The row in ``journal_claims`` is the fence. Beside its lease, a claim is an advisory
lock of the claimer's database session: the server drops it when the claimer dies, and the
next one need not wait for the lease to run out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from acd.ids import AgentId, ContactId, Epoch, GroupId, Millis, SiteId, VisitorKey
from gateway.journal.port import (
    START,
    Claim,
    Commit,
    ConstraintBroken,
    Entry,
    Fenced,
    JournalFull,
    JournalUnavailable,
    LiveContact,
    OlderCore,
    Position,
    RecordedDecision,
    RecordedFact,
    Snapshot,
)
from gateway.storage.database import StorageUnavailable
from gateway.storage.postgres import PostgresDatabase, inside

_TRIMMED_AT_ONCE = 2_000
_NOW = "coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)"

# Each of these is one statement, so one round trip and a transaction of its own. The update comes
# first: it holds the row that puts those who write in order, and nothing happens if it finds none.

_APPEND: Final = f"""
WITH head AS (
    UPDATE journal_heads
    SET last_position = last_position + cardinality($5::text[]), last_at = greatest($3::bigint, {_NOW}, last_at)
    WHERE site = $1 AND ($4::bigint IS NULL OR last_position + cardinality($5::text[])
        - coalesce((SELECT upto FROM journal_claims WHERE site = $1), 0) <= $4)
    RETURNING last_position, last_at
), written AS (
    INSERT INTO facts (site, position, at, source, request, body)
    SELECT $1, head.last_position - cardinality($5::text[]) + e.nth, head.last_at, e.source, e.request, e.body
    FROM head, unnest($5::text[], $6::text[], $7::bytea[]) WITH ORDINALITY AS e (source, request, body, nth)
)
SELECT last_position FROM head
"""  # noqa: S608 - of constants

# No row of the claim matches once a later one has raised the term: this is what fences. Slots are
# let go of before any is taken (what is inserted asks what was deleted): two contacts may swap agents.
_COMMIT: Final = f"""
WITH claim AS (
    UPDATE journal_claims SET upto = $4, number = number + $5::bigint, beat_at = {_NOW}
    WHERE site = $1 AND term = $3 RETURNING number
), made AS (
    INSERT INTO decisions (site, number, cause, at, body)
    SELECT $1, claim.number - $5 + d.nth, d.cause, d.at, d.body
    FROM claim, unnest($6::bigint[], $7::bigint[], $8::bytea[]) WITH ORDINALITY AS d (cause, at, body, nth)
), moved AS (
    DELETE FROM live_contacts USING claim WHERE site = $1 AND contact = ANY($9::text[]) RETURNING 1
), live AS (
    INSERT INTO live_contacts (site, contact, group_id, phase, epoch, visitor, agent, slot)
    SELECT $1, l.* FROM claim, unnest($10::text[], $11::text[], $12::text[], $13::int[], $14::text[], $15::text[],
        $16::int[]) AS l
    WHERE (SELECT count(*) FROM moved) >= 0
)
SELECT number FROM claim
"""  # noqa: S608 - of constants

# One by one through the index. A plain join may go through the whole journal, since the server plans
# it while there is little in it.
POSITIONS: Final = """
SELECT e.source, e.request, f.position FROM unnest($2::text[], $3::text[]) AS e (source, request),
    LATERAL (SELECT position FROM facts WHERE site = $1 AND source = e.source AND request = e.request LIMIT 1) AS f
"""


class Keeper:
    """The database session of one process that holds its claims: while it lives, so do they.

    Use one for all sites of a process. It reconnects by itself; the claims it held meanwhile
    may have gone to somebody else.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._connection: Any | None = None
        self._terms: dict[SiteId, int] = {}

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Any]:
        """The session, to oneself. If what is done in it goes wrong, it ends and lets go of everything."""
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._terms.clear()
                self._connection = await self._database.connect_in_words()
            try:
                async with self._database.in_time():
                    yield self._connection
            except (OlderCore, Fenced):
                raise
            except BaseException:
                self._connection.terminate()
                raise

    async def hold(self, session: Any, site: SiteId, term: int) -> None:
        """Hold this term of the site's claim, and no other one."""
        if self._terms.get(site) != term:
            if site in self._terms:
                await self.let_go(session, site, self._terms[site])
            await session.execute("SELECT pg_advisory_lock(hashtextextended($1, $2))", site, term)
            self._terms[site] = term

    async def let_go(self, session: Any, site: SiteId, term: int) -> None:
        """Hold this term no more. Harmless if it is not held."""
        if self._terms.get(site) == term:
            del self._terms[site]
            await session.execute("SELECT pg_advisory_unlock(hashtextextended($1, $2))", site, term)

    async def is_alive(self, session: Any, site: SiteId, term: int) -> bool:
        """Whether some session holds this term."""
        if self._terms.get(site) == term:
            return True
        is_free = await session.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, $2))", site, term)
        if is_free:
            await session.execute("SELECT pg_advisory_unlock(hashtextextended($1, $2))", site, term)
        return not is_free

    def close(self) -> None:
        """End the session."""
        if self._connection is not None:
            self._connection.terminate()


class PostgresJournal:
    """One site's journal in a database.

    Args:
        keeper: The session that holds this process's claims.
        clock: The process's, which follows the database's. A fact is stamped with the later
            of the two, so that time goes on when the database's is set back.
        lease_clock: What leases run on; the database's own if left out, as it has to be
            wherever there are two processes.
        capacity: How many undecided facts make it full.
    """

    def __init__(
        self,
        database: PostgresDatabase,
        site: SiteId,
        *,
        keeper: Keeper,
        clock: Callable[[], Millis],
        lease_clock: Callable[[], Millis] | None = None,
        capacity: int = 10_000,
    ) -> None:
        self.site = site
        self._database = database
        self._keeper = keeper
        self._clock = clock
        self._lease_clock = lease_clock
        self._capacity = capacity

    async def append(self, entries: Sequence[Entry]) -> list[Position]:
        last = await self._append_new(entries)
        if last is not None:
            return [Position(last - len(entries) + n) for n in range(1, len(entries) + 1)]
        async with self._write() as db:
            head = await self._head(db)
            room = self._capacity - (head["last_position"] - head["upto"])
            known = await self._positions_of(db, entries)
            new: list[Entry] = []
            positions = []
            for entry in entries:
                key = (entry.source, entry.request)
                if key not in known:
                    if not entry.must and len(new) >= room:
                        raise JournalFull
                    new.append(entry)
                    known[key] = head["last_position"] + len(new)
                positions.append(Position(known[key]))
            if new:
                await db.fetchval(_APPEND, self.site, self._leased_now, self._clock(), None, *_columns(new))
            return positions

    async def _append_new(self, entries: Sequence[Entry]) -> int | None:
        """Append in one round trip; the last position, or ``None`` if there is no room or not all of them are new."""
        try:
            async with self._plain() as db:
                last: int | None = await db.fetchval(
                    _APPEND, self.site, self._leased_now, self._clock(), self._capacity, *_columns(entries)
                )
                return last
        except asyncpg.UniqueViolationError:
            return None

    async def facts(self, after: Position, limit: int = 500) -> list[RecordedFact]:
        rows = await self._select(
            "SELECT position, at, source, request, body FROM facts WHERE site = $1 AND position > $2"
            " AND position NOT IN (SELECT position FROM quarantined_facts WHERE site = $1)"
            " ORDER BY position LIMIT $3",
            after,
            limit,
        )
        return [RecordedFact(**row) for row in rows]

    async def claim(self, owner: str, *, core_version: int, ttl_ms: Millis) -> Claim | None:
        try:
            async with self._keeper.session() as session, inside(session):
                return await self._claim(session, owner, core_version, ttl_ms)
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    async def release(self, claim: Claim) -> None:
        try:
            async with self._keeper.session() as session:
                await session.execute(
                    f"UPDATE journal_claims SET lease_until = 0, beat_at = {_NOW} WHERE site = $1 AND term = $3",  # noqa: S608
                    self.site,
                    self._leased_now,
                    claim.term,
                )
                await self._keeper.let_go(session, self.site, claim.term)
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    async def commit(self, claim: Claim, commit: Commit) -> int:
        made = len(commit.decisions)
        causes, times, bodies = map(list, zip(*commit.decisions, strict=True)) if made else ([], [], [])
        try:
            async with self._plain() as db:
                number: int | None = await db.fetchval(
                    _COMMIT,
                    self.site,
                    self._leased_now,
                    claim.term,
                    commit.upto,
                    made,
                    causes,
                    times,
                    bodies,
                    [*commit.closed, *(row.contact for row in commit.changed)],
                    [row.contact for row in commit.changed],
                    [row.group for row in commit.changed],
                    [row.phase for row in commit.changed],
                    [row.epoch for row in commit.changed],
                    [row.visitor for row in commit.changed],
                    [row.agent for row in commit.changed],
                    [row.slot for row in commit.changed],
                )
        except asyncpg.IntegrityConstraintViolationError as why:
            if why.table_name != "live_contacts":
                raise
            raise ConstraintBroken(str(why)) from why
        if number is None:
            raise Fenced
        return number

    async def last_at(self) -> Millis:
        rows = await self._select("SELECT last_at FROM journal_heads WHERE site = $1")
        return Millis(rows[0]["last_at"]) if rows else Millis(0)

    async def decided(self) -> Position:
        rows = await self._select("SELECT upto FROM journal_claims WHERE site = $1")
        return Position(rows[0]["upto"]) if rows else START

    async def decisions(self, after: int, limit: int = 1000) -> list[RecordedDecision]:
        rows = await self._select(
            "SELECT number, cause, at, body FROM decisions WHERE site = $1 AND number > $2 ORDER BY number LIMIT $3",
            after,
            limit,
        )
        return [RecordedDecision(**row) for row in rows]

    async def caused_by(self, position: Position) -> list[RecordedDecision] | None:
        if position > await self.decided():
            return None
        rows = await self._select(
            "SELECT number, cause, at, body FROM decisions WHERE site = $1 AND cause = $2 ORDER BY number", position
        )
        return [RecordedDecision(**row) for row in rows]

    async def quarantine(self, claim: Claim, position: Position, reason: str) -> None:
        async with self._write() as db:
            upto = await db.fetchval(
                "SELECT upto FROM journal_claims WHERE site = $1 AND term = $2 FOR UPDATE", self.site, claim.term
            )
            if upto is None:
                raise Fenced
            if position != upto + 1:
                raise ValueError(f"fact {position} is not the next after {upto}")
            await db.execute("INSERT INTO quarantined_facts VALUES ($1, $2, $3)", self.site, position, reason)
            await db.execute("UPDATE journal_claims SET upto = $2 WHERE site = $1", self.site, position)

    async def quarantined(self) -> list[tuple[Position, str]]:
        rows = await self._select("SELECT position, reason FROM quarantined_facts WHERE site = $1 ORDER BY position")
        return [(Position(row["position"]), row["reason"]) for row in rows]

    async def live(self) -> list[LiveContact]:
        rows = await self._select(
            "SELECT contact, group_id, phase, epoch, visitor, agent, slot FROM live_contacts WHERE site = $1"
            ' ORDER BY contact COLLATE "C"'
        )
        return [
            LiveContact(
                contact=ContactId(row["contact"]),
                group=GroupId(row["group_id"]),
                phase=row["phase"],
                epoch=Epoch(row["epoch"]),
                visitor=VisitorKey(row["visitor"]),
                agent=None if row["agent"] is None else AgentId(row["agent"]),
                slot=row["slot"],
            )
            for row in rows
        ]

    async def save_snapshot(self, claim: Claim, snapshot: Snapshot) -> None:
        async with self._write() as db:
            await db.execute(
                "INSERT INTO snapshots (site, number, upto, at, version, body) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (site, number, upto) DO UPDATE"
                " SET at = excluded.at, version = excluded.version, body = excluded.body",
                self.site,
                snapshot.number,
                snapshot.upto,
                snapshot.at,
                snapshot.version,
                snapshot.body,
            )
            await db.execute(
                "DELETE FROM snapshots WHERE site = $1 AND (number, upto) NOT IN"
                " (SELECT number, upto FROM snapshots WHERE site = $1 ORDER BY number DESC, upto DESC LIMIT 2)",
                self.site,
            )
            # Asked last: whoever commits waits for this row, and a snapshot may be large.
            held = await db.fetchval(
                "SELECT 1 FROM journal_claims WHERE site = $1 AND term = $2 FOR SHARE", self.site, claim.term
            )
            if held is None:
                raise Fenced

    async def snapshots(self) -> list[Snapshot]:
        rows = await self._select(
            "SELECT upto, number, at, version, body FROM snapshots WHERE site = $1 ORDER BY number DESC, upto DESC"
        )
        return [Snapshot(**row) for row in rows]

    async def trim(self, before: Millis) -> int:
        trimmed = 0
        while some := await self._trim_some(before):
            trimmed += some
        return trimmed

    async def _claim(self, session: Any, owner: str, core_version: int, ttl_ms: Millis) -> Claim | None:
        row = await session.fetchrow(
            f"SELECT owner, term, core_version, lease_until, beat_at, {_NOW} AS now"  # noqa: S608
            " FROM journal_claims WHERE site = $1 FOR UPDATE",
            self.site,
            self._leased_now,
        )
        if row is None:
            return await self._claim_first(session, owner, core_version, ttl_ms)
        if core_version < row["core_version"]:
            raise OlderCore(row["core_version"], core_version)
        now, term = row["now"], row["term"]
        if row["owner"] != owner:
            if now < row["lease_until"] and await self._keeper.is_alive(session, self.site, term):
                return None
            term += 1
        # Before the commit: whoever sees the new term finds its lock taken.
        await self._keeper.hold(session, self.site, term)
        await session.execute(
            "UPDATE journal_claims SET owner = $2, term = $3, core_version = $4, lease_until = $5, beat_at = $6"
            " WHERE site = $1",
            self.site,
            owner,
            term,
            core_version,
            now + ttl_ms,
            now,
        )
        return Claim(owner=owner, term=term, paused_ms=Millis(max(0, now - row["beat_at"])))

    async def _claim_first(self, session: Any, owner: str, core_version: int, ttl_ms: Millis) -> Claim | None:
        made = await session.fetchval(
            "INSERT INTO journal_claims (site, owner, term, core_version, lease_until, beat_at, upto, number)"  # noqa: S608
            f" SELECT $1, $3, 1, $4, now.now + $5, now.now, 0, 0 FROM (SELECT {_NOW} AS now) AS now"
            " ON CONFLICT (site) DO NOTHING RETURNING term",
            self.site,
            self._leased_now,
            owner,
            core_version,
            ttl_ms,
        )
        if made is None:
            return None
        await self._keeper.hold(session, self.site, 1)
        return Claim(owner=owner, term=1)

    async def _head(self, db: Any) -> Any:
        ask = (
            "SELECT h.last_position,"
            " coalesce((SELECT c.upto FROM journal_claims AS c WHERE c.site = h.site), 0) AS upto"
            " FROM journal_heads AS h WHERE h.site = $1 FOR UPDATE OF h"
        )
        head = await db.fetchrow(ask, self.site)
        if head is None:
            await db.execute("INSERT INTO journal_heads VALUES ($1, 0, 0) ON CONFLICT DO NOTHING", self.site)
            head = await db.fetchrow(ask, self.site)
        return head

    async def _positions_of(self, db: Any, entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
        rows = await db.fetch(
            POSITIONS,
            self.site,
            [entry.source for entry in entries],
            [entry.request for entry in entries],
        )
        return {(row["source"], row["request"]): row["position"] for row in rows}

    async def _trim_some(self, before: Millis) -> int:
        async with self._write() as db:
            kept = await db.fetchrow(
                "SELECT count(*) AS n, min(upto) AS needed FROM snapshots WHERE site = $1", self.site
            )
            first = await db.fetchval("SELECT min(position) FROM facts WHERE site = $1", self.site)
            if kept["n"] < 2 or first is None:
                return 0
            # A little at a time: others want to write, too.
            cut = await db.fetchval(
                "SELECT max(position) FROM facts WHERE site = $1 AND position BETWEEN $2 AND $3 AND at < $4",
                self.site,
                first,
                min(kept["needed"], first + _TRIMMED_AT_ONCE - 1),
                before,
            )
            if cut is None:
                return 0
            await db.execute("DELETE FROM decisions WHERE site = $1 AND cause <= $2", self.site, cut)
            await db.execute("DELETE FROM quarantined_facts WHERE site = $1 AND position <= $2", self.site, cut)
            rows = await db.fetch(
                "DELETE FROM facts WHERE site = $1 AND position <= $2 RETURNING position", self.site, cut
            )
            return len(rows)

    @property
    def _leased_now(self) -> Millis | None:
        return None if self._lease_clock is None else self._lease_clock()

    @asynccontextmanager
    async def _plain(self) -> AsyncIterator[Any]:
        """A connection for one statement, which is a transaction of its own."""
        try:
            async with self._database.connection() as db:
                yield db
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[Any]:
        try:
            async with self._database.transaction() as db:
                yield db
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    async def _select(self, sql: str, *values: object) -> list[Any]:
        async with self._plain() as db:
            rows: list[Any] = await db.fetch(sql, self.site, *values)
            return rows


def _columns(entries: Sequence[Entry]) -> tuple[list[str], list[str], list[bytes]]:
    return (
        [entry.source for entry in entries],
        [entry.request for entry in entries],
        [entry.body for entry in entries],
    )
