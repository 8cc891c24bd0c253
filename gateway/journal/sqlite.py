"""A journal in the SQLite file, through the file's one writer thread.

Statements are plain SQL: a fact is a few microseconds here, and building statements
costs more than running them. The tables are those of ``gateway.storage.tables``.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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
from gateway.storage.database import SqliteDatabase, StorageUnavailable

T = TypeVar("T")

_TRIMMED_AT_ONCE = 2_000


class SqliteJournal:
    """One site's journal in a database file.

    Args:
        clock: The store's clock. One machine, one clock: that of the process.
        capacity: How many undecided facts make it full.
    """

    def __init__(
        self, database: SqliteDatabase, site: SiteId, *, clock: Callable[[], Millis], capacity: int = 10_000
    ) -> None:
        self.site = site
        self._database = database
        self._clock = clock
        self._capacity = capacity

    async def append(self, entries: Sequence[Entry]) -> list[Position]:
        def work(db: sqlite3.Connection) -> list[Position]:
            head = db.execute(
                "SELECT last_position, last_at FROM journal_heads WHERE site = ?", (self.site,)
            ).fetchone()
            last, last_at = head or (0, 0)
            room = self._capacity - (last - _upto(db, self.site))
            at = max(self._clock(), last_at)
            known: dict[tuple[str, str], int] = {}
            rows: list[tuple[object, ...]] = []
            positions = []
            for entry in entries:
                key = (entry.source, entry.request)
                position = known.get(key)
                if position is None:
                    position = self._position_of(db, key)
                if position is None:
                    if not entry.must and len(rows) >= room:
                        raise JournalFull
                    position = last + len(rows) + 1
                    rows.append((self.site, position, at, entry.source, entry.request, entry.body))
                known[key] = position
                positions.append(Position(position))
            if rows:
                db.executemany(
                    "INSERT INTO facts (site, position, at, source, request, body) VALUES (?, ?, ?, ?, ?, ?)", rows
                )
                db.execute(
                    "INSERT INTO journal_heads (site, last_position, last_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (site) DO UPDATE"
                    " SET last_position = excluded.last_position, last_at = excluded.last_at",
                    (self.site, last + len(rows), at),
                )
            return positions

        return await self._write(work)

    async def facts(self, after: Position, limit: int = 500) -> list[RecordedFact]:
        rows = await self._select(
            "SELECT position, at, source, request, body FROM facts WHERE site = ?1 AND position > ?2"
            " AND position NOT IN (SELECT position FROM quarantined_facts WHERE site = ?1)"
            " ORDER BY position LIMIT ?3",
            (self.site, after, limit),
        )
        return [
            RecordedFact(position=position, at=at, source=source, request=request, body=body)
            for position, at, source, request, body in rows
        ]

    async def claim(self, owner: str, *, core_version: int, ttl_ms: Millis) -> Claim | None:
        def work(db: sqlite3.Connection) -> Claim | None:
            now = self._clock()
            row = db.execute(
                "SELECT owner, term, core_version, lease_until, beat_at FROM journal_claims WHERE site = ?",
                (self.site,),
            ).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO journal_claims"
                    " (site, owner, term, core_version, lease_until, beat_at, upto, number)"
                    " VALUES (?, ?, 1, ?, ?, ?, 0, 0)",
                    (self.site, owner, core_version, now + ttl_ms, now),
                )
                return Claim(owner=owner, term=1)
            holder, term, newest, lease_until, beat_at = row
            if core_version < newest:
                raise OlderCore(newest, core_version)
            if holder != owner:
                if now < lease_until:
                    return None
                term += 1
            db.execute(
                "UPDATE journal_claims SET owner = ?, term = ?, core_version = ?, lease_until = ?, beat_at = ?"
                " WHERE site = ?",
                (owner, term, core_version, now + ttl_ms, now, self.site),
            )
            return Claim(owner=owner, term=term, paused_ms=Millis(max(0, now - beat_at)))

        return await self._write(work)

    async def release(self, claim: Claim) -> None:
        await self._write(
            lambda db: db.execute(
                "UPDATE journal_claims SET lease_until = 0, beat_at = ? WHERE site = ? AND term = ?",
                (self._clock(), self.site, claim.term),
            ).close()
        )

    async def commit(self, claim: Claim, commit: Commit) -> int:
        def work(db: sqlite3.Connection) -> int:
            # No row matches once a later claim has raised the term: this is what fences.
            moved = db.execute(
                "UPDATE journal_claims SET upto = ?, number = number + ?, beat_at = ? WHERE site = ? AND term = ?"
                " RETURNING number",
                (commit.upto, len(commit.decisions), self._clock(), self.site, claim.term),
            ).fetchone()
            if moved is None:
                raise Fenced
            (number,) = moved
            first = number - len(commit.decisions) + 1
            db.executemany(
                "INSERT INTO decisions (site, number, cause, at, body) VALUES (?, ?, ?, ?, ?)",
                [
                    (self.site, first + index, cause, at, body)
                    for index, (cause, at, body) in enumerate(commit.decisions)
                ],
            )
            self._move_live(db, commit)
            return int(number)

        return await self._write(work)

    async def last_at(self) -> Millis:
        rows = await self._select("SELECT last_at FROM journal_heads WHERE site = ?", (self.site,))
        return Millis(rows[0][0]) if rows else Millis(0)

    async def decided(self) -> Position:
        return await self._read(lambda db: _upto(db, self.site))

    async def decisions(self, after: int, limit: int = 1000) -> list[RecordedDecision]:
        rows = await self._select(
            "SELECT number, cause, at, body FROM decisions WHERE site = ? AND number > ? ORDER BY number LIMIT ?",
            (self.site, after, limit),
        )
        return [RecordedDecision(number=number, cause=cause, at=at, body=body) for number, cause, at, body in rows]

    async def caused_by(self, position: Position) -> list[RecordedDecision] | None:
        def work(db: sqlite3.Connection) -> list[RecordedDecision] | None:
            if position > _upto(db, self.site):
                return None
            rows = db.execute(
                "SELECT number, cause, at, body FROM decisions WHERE site = ? AND cause = ? ORDER BY number",
                (self.site, position),
            )
            return [RecordedDecision(number=number, cause=cause, at=at, body=body) for number, cause, at, body in rows]

        return await self._read(work)

    async def quarantine(self, claim: Claim, position: Position, reason: str) -> None:
        def work(db: sqlite3.Connection) -> None:
            row = db.execute(
                "SELECT upto FROM journal_claims WHERE site = ? AND term = ?", (self.site, claim.term)
            ).fetchone()
            if row is None:
                raise Fenced
            (upto,) = row
            if position != upto + 1:
                raise ValueError(f"fact {position} is not the next after {upto}")
            db.execute(
                "INSERT INTO quarantined_facts (site, position, reason) VALUES (?, ?, ?)",
                (self.site, position, reason),
            )
            db.execute("UPDATE journal_claims SET upto = ? WHERE site = ?", (position, self.site))

        await self._write(work)

    async def quarantined(self) -> list[tuple[Position, str]]:
        rows = await self._select(
            "SELECT position, reason FROM quarantined_facts WHERE site = ? ORDER BY position", (self.site,)
        )
        return [(Position(position), reason) for position, reason in rows]

    async def live(self) -> list[LiveContact]:
        rows = await self._select(
            "SELECT contact, group_id, phase, epoch, visitor, agent, slot FROM live_contacts WHERE site = ?"
            " ORDER BY contact",
            (self.site,),
        )
        return [
            LiveContact(
                contact=ContactId(contact),
                group=GroupId(group),
                phase=phase,
                epoch=Epoch(epoch),
                visitor=VisitorKey(visitor),
                agent=None if agent is None else AgentId(agent),
                slot=slot,
            )
            for contact, group, phase, epoch, visitor, agent, slot in rows
        ]

    async def save_snapshot(self, claim: Claim, snapshot: Snapshot) -> None:
        def work(db: sqlite3.Connection) -> None:
            held = db.execute("SELECT 1 FROM journal_claims WHERE site = ? AND term = ?", (self.site, claim.term))
            if held.fetchone() is None:
                raise Fenced
            db.execute(
                "INSERT OR REPLACE INTO snapshots (site, number, upto, at, version, body) VALUES (?, ?, ?, ?, ?, ?)",
                (self.site, snapshot.number, snapshot.upto, snapshot.at, snapshot.version, snapshot.body),
            )
            db.execute(
                "DELETE FROM snapshots WHERE site = ?1 AND (number, upto) NOT IN"
                " (SELECT number, upto FROM snapshots WHERE site = ?1 ORDER BY number DESC, upto DESC LIMIT 2)",
                (self.site,),
            )

        await self._write(work)

    async def snapshots(self) -> list[Snapshot]:
        rows = await self._select(
            "SELECT upto, number, at, version, body FROM snapshots WHERE site = ? ORDER BY number DESC, upto DESC",
            (self.site,),
        )
        return [
            Snapshot(upto=upto, number=number, at=at, version=version, body=body)
            for upto, number, at, version, body in rows
        ]

    async def trim(self, before: Millis) -> int:
        def work(db: sqlite3.Connection) -> int:
            kept, needed = db.execute(
                "SELECT count(*), min(upto) FROM snapshots WHERE site = ?", (self.site,)
            ).fetchone()
            if kept < 2:
                return 0
            (first,) = db.execute("SELECT min(position) FROM facts WHERE site = ?", (self.site,)).fetchone()
            if first is None:
                return 0
            # A little at a time: whoever appends waits for this.
            (cut,) = db.execute(
                "SELECT max(position) FROM facts WHERE site = ? AND position BETWEEN ? AND ? AND at < ?",
                (self.site, first, min(needed, first + _TRIMMED_AT_ONCE - 1), before),
            ).fetchone()
            if cut is None:
                return 0
            db.execute("DELETE FROM decisions WHERE site = ? AND cause <= ?", (self.site, cut))
            db.execute("DELETE FROM quarantined_facts WHERE site = ? AND position <= ?", (self.site, cut))
            return db.execute("DELETE FROM facts WHERE site = ? AND position <= ?", (self.site, cut)).rowcount

        trimmed = 0
        while some := await self._write(work):
            trimmed += some
        return trimmed

    def _position_of(self, db: sqlite3.Connection, key: tuple[str, str]) -> int | None:
        row = db.execute(
            "SELECT position FROM facts WHERE site = ? AND source = ? AND request = ?", (self.site, *key)
        ).fetchone()
        return None if row is None else int(row[0])

    def _move_live(self, db: sqlite3.Connection, commit: Commit) -> None:
        # First let go of every slot, then take them: two contacts may swap agents in one commit.
        gone = [(self.site, contact) for contact in commit.closed]
        freed = [(self.site, row.contact) for row in commit.changed]
        db.executemany("DELETE FROM live_contacts WHERE site = ? AND contact = ?", gone + freed)
        try:
            db.executemany(
                "INSERT INTO live_contacts (site, contact, group_id, phase, epoch, visitor, agent, slot)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (self.site, row.contact, row.group, row.phase, row.epoch, row.visitor, row.agent, row.slot)
                    for row in commit.changed
                ],
            )
        except sqlite3.IntegrityError as why:
            raise ConstraintBroken(str(why)) from why

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._database.write(work)
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._database.read(work)
        except StorageUnavailable as why:
            raise JournalUnavailable(str(why)) from why

    async def _select(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        return await self._read(lambda db: db.execute(sql, values).fetchall())


def _upto(db: sqlite3.Connection, site: SiteId) -> Position:
    row = db.execute("SELECT upto FROM journal_claims WHERE site = ?", (site,)).fetchone()
    return START if row is None else Position(row[0])
