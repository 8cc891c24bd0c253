"""Sessions and their mailboxes, as :class:`signaling.ports.Sessions` wants them."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from acd.ids import AgentId, ContactId, Millis, SessionId, SiteId
from gateway.storage.database import Database
from gateway.storage.tables import mailboxes, owed_messages, sessions
from signaling.ports import MOST_OWED, MOST_OWED_BYTES, NO_PAGE, MailboxFull, PageLife, SessionRecord

# Made once: everybody who comes back after a restart asks it.
_BY_TOKEN: Final = select(sessions).where(
    sessions.c.token_hash == bindparam("hash"), sessions.c.expires_at > bindparam("at")
)
_OWED_ALREADY: Final = select(func.count(), func.coalesce(func.sum(func.length(owed_messages.c.body)), 0)).where(
    owed_messages.c.session == bindparam("of_session")
)


class StoredSessions:
    """Every site's sessions. Times come from the caller; tokens are only known by their SHA-256."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, record: SessionRecord, token_hash: bytes) -> None:
        """Store a new session. The same again changes nothing, so a repeated request is harmless."""

        def work(tx: Connection) -> None:
            known = tx.execute(select(sessions.c.token_hash).where(sessions.c.id == record.id)).scalar_one_or_none()
            if known == token_hash:
                return
            tx.execute(
                insert(sessions).values(
                    id=record.id,
                    site=record.site,
                    role=record.role,
                    contact=record.contact,
                    agent=record.agent,
                    token_hash=token_hash,
                    expires_at=record.expires_at,
                    page=record.page,
                    generation=record.generation,
                    capabilities=_written(record.capabilities),
                )
            )

        await self._database.transact(work)

    async def find(self, token_hash: bytes, at: Millis) -> SessionRecord | None:
        """The session of this token, unless there is none or it expired."""

        def work(tx: Connection) -> SessionRecord | None:
            row = tx.execute(_BY_TOKEN, {"hash": token_hash, "at": at}).one_or_none()
            return _record(row) if row else None

        return await self._database.look(work)

    async def turn_page(self, session: SessionId, page: str, capabilities: Collection[str]) -> int:
        """Note that another page has the session; answers the raised generation, 0 if there is no such session.

        It is higher than that of every other session of the same contact or agent, so that
        the other end notices a change of tab as it does a reload.
        """

        def work(tx: Connection) -> int:
            row = tx.execute(select(sessions).where(sessions.c.id == session)).one_or_none()
            if row is None:
                return 0
            same_leg = sessions.c.contact == row.contact if row.role == "caller" else sessions.c.agent == row.agent
            highest = tx.execute(
                select(func.max(sessions.c.generation)).where(sessions.c.site == row.site, same_leg)
            ).scalar_one()
            tx.execute(
                update(sessions)
                .where(sessions.c.id == session)
                .values(page=page, generation=highest + 1, capabilities=_written(capabilities))
            )
            return int(highest) + 1

        return await self._database.transact(work)

    async def page_of(self, session: SessionId) -> PageLife:
        """See :meth:`signaling.ports.Sessions.page_of`."""

        def work(tx: Connection) -> PageLife:
            row = tx.execute(
                select(sessions.c.generation, sessions.c.capabilities).where(sessions.c.id == session)
            ).one_or_none()
            return NO_PAGE if row is None else PageLife(row.generation, _read(row.capabilities))

        return await self._database.look(work)

    async def changes(self, asked: Collection[SessionId]) -> dict[SessionId, tuple[PageLife, int]]:
        """See :meth:`signaling.ports.Sessions.changes`."""

        def work(tx: Connection) -> dict[SessionId, tuple[PageLife, int]]:
            page = (sessions.c.id, sessions.c.generation, sessions.c.capabilities)
            rows = tx.execute(
                select(*page, func.coalesce(func.max(owed_messages.c.number), 0))
                .outerjoin(owed_messages, owed_messages.c.session == sessions.c.id)
                .where(sessions.c.id.in_(asked))
                .group_by(*page)
            )
            return {
                SessionId(session): (PageLife(generation, _read(capabilities)), int(number))
                for session, generation, capabilities, number in rows
            }

        return await self._database.look(work)

    async def extend(self, session: SessionId, expires_at: Millis) -> None:
        """Let the session live until then. Harmless if there is none."""
        await self._database.transact(
            lambda tx: tx.execute(
                update(sessions).where(sessions.c.id == session).values(expires_at=expires_at)
            ).close()
        )

    async def end(self, session: SessionId) -> None:
        """Forget the session, its token and everything owed to it."""
        await self._database.transact(lambda tx: _forget(tx, [session]))

    async def end_expired(self, at: Millis) -> int:
        """Forget every session that expired before; answers how many."""

        def work(tx: Connection) -> int:
            ids = tx.execute(select(sessions.c.id).where(sessions.c.expires_at <= at).limit(1000)).scalars().all()
            _forget(tx, ids)
            return len(ids)

        ended = 0
        while some := await self._database.transact(work):
            ended += some
        return ended

    async def owe(self, session: SessionId, body: bytes) -> int:
        """Keep a message for a session; answers its number, which only grows per session.

        Raises:
            MailboxFull: If more is kept for it already than anybody should need.
        """

        def work(tx: Connection) -> int:
            count, length = tx.execute(_OWED_ALREADY, {"of_session": session}).one()
            if count >= MOST_OWED or length + len(body) > MOST_OWED_BYTES:
                raise MailboxFull
            moved = tx.execute(
                update(mailboxes)
                .where(mailboxes.c.session == session)
                .values(last_number=mailboxes.c.last_number + 1)
                .returning(mailboxes.c.last_number)
            ).scalar_one_or_none()
            if moved is None:
                moved = 1
                tx.execute(insert(mailboxes).values(session=session, last_number=moved))
            tx.execute(insert(owed_messages).values(session=session, number=moved, body=body))
            return int(moved)

        return await self._database.transact(work)

    async def owed(self, session: SessionId, after: int) -> list[tuple[int, bytes]]:
        """What the session was not known to have received, in order."""

        def work(tx: Connection) -> list[tuple[int, bytes]]:
            rows = tx.execute(
                select(owed_messages.c.number, owed_messages.c.body)
                .where(owed_messages.c.session == session, owed_messages.c.number > after)
                .order_by(owed_messages.c.number)
            )
            return [(number, body) for number, body in rows]

        return await self._database.look(work)

    async def acknowledge(self, session: SessionId, upto: int) -> None:
        """Delete what the client says it received."""
        await self._database.transact(
            lambda tx: tx.execute(
                delete(owed_messages).where(owed_messages.c.session == session, owed_messages.c.number <= upto)
            ).close()
        )

    async def discard(self, session: SessionId, numbers: Collection[int]) -> None:
        """Delete these messages, received or not, and no others."""
        await self._database.transact(
            lambda tx: tx.execute(
                delete(owed_messages).where(owed_messages.c.session == session, owed_messages.c.number.in_(numbers))
            ).close()
        )


def _forget(tx: Connection, ids: Sequence[str]) -> None:
    tx.execute(delete(sessions).where(sessions.c.id.in_(ids)))
    tx.execute(delete(mailboxes).where(mailboxes.c.session.in_(ids)))
    tx.execute(delete(owed_messages).where(owed_messages.c.session.in_(ids)))


def _record(row: Row[Any]) -> SessionRecord:
    role: Literal["caller", "agent"] = row.role
    return SessionRecord(
        id=SessionId(row.id),
        site=SiteId(row.site),
        role=role,
        contact=ContactId(row.contact) if row.contact is not None else None,
        agent=AgentId(row.agent) if row.agent is not None else None,
        expires_at=Millis(row.expires_at),
        page=row.page,
        generation=row.generation,
        capabilities=_read(row.capabilities),
    )


def _written(capabilities: Collection[str]) -> str:
    return " ".join(sorted(capabilities))


def _read(written: str) -> frozenset[str]:
    return frozenset(written.split())
