"""Taking the database out and putting it back: backup, restore, migration, export.

Plain functions for the command line. Each says in its error what is wrong and what to do.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, count, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import Connection, select

from gateway.storage.database import connect, engine_on, served_here
from gateway.storage.migrate import SchemaIsNewer, bring_up_to_date, is_known, revision_of
from gateway.storage.tables import decisions, facts, journal_heads, quarantined_facts


class BackupRefused(Exception):
    """A backup cannot be made, or cannot be restored; the message says why."""


def migrate(path: Path) -> tuple[str | None, str | None]:
    """Bring the database to this release's schema; answers the revision before and after.

    Raises:
        AlreadyServed: If a running ``zuruf serve`` uses it.
        SchemaIsNewer: If a later release wrote it.
    """
    with served_here(path), closing(connect(path)) as connection, engine_on(connection).begin() as tx:
        before = revision_of(tx)
        bring_up_to_date(tx)
        return before, revision_of(tx)


def backup(path: Path, target: Path) -> int:
    """Copy the database into a new file while it is served or not; answers its size in bytes.

    The copy is the database as of one moment. Nobody who writes has to wait.

    Raises:
        BackupRefused: If there is no database, or the target exists.
    """
    if target.exists():
        raise BackupRefused(f"{target} exists. Choose another name, or move that file away first.")
    with closing(_open_to_read(path)) as source:
        _check(source, path, "`zuruf restore` brings a backup back.")
        _copy(source, target)
    return target.stat().st_size


def restore(copy: Path, path: Path, *, unless_site: str | None = None) -> Path | None:
    """Make a backup the database; what was there is kept beside it under the answered name.

    Args:
        copy: The backup.
        path: The database.
        unless_site: A site that must not come in with the backup.

    Raises:
        AlreadyServed: If a running ``zuruf serve`` uses the database.
        BackupRefused: If the backup is damaged, or no database of Zuruf's.
        SchemaIsNewer: If a later release wrote the backup.
    """
    with served_here(path), closing(_open_to_read(copy)) as source:
        _check(source, copy, "Use another backup.")
        if unless_site is not None and source.execute("SELECT 1 FROM sites WHERE id = ?", (unless_site,)).fetchone():
            raise BackupRefused(
                f"{copy} holds the site '{unless_site}' of demo mode, whose passwords everybody knows. "
                "Use a backup of a real site, or add --demo."
            )
        fresh = path.with_name(path.name + ".restoring")
        fresh.unlink(missing_ok=True)
        _copy(source, fresh)
        kept = _put_aside(path)
        fresh.replace(path)
        _sync_directory(path.parent)
        return kept


def export_journal(path: Path, out: BinaryIO) -> int:
    """Write every site's record in a file as :func:`export_from` does.

    Raises:
        BackupRefused: If there is no database.
    """
    with closing(_open_to_read(path)) as source, engine_on(source, begin="BEGIN").begin() as tx:
        return export_from(tx, out)


def export_from(tx: Connection, out: BinaryIO) -> int:
    """Write every site's record as JSON lines: each fact, then what was decided about it.

    There is nothing personal in it; that stands in other tables. Answers how many lines. The
    transaction has to show one moment throughout.
    """
    lines = 0
    for site in tx.execute(select(journal_heads.c.site).order_by(journal_heads.c.site)).scalars().all():
        for line in _record_of(tx, site):
            out.write(msgspec.json.encode(line) + b"\n")
            lines += 1
    return lines


def _record_of(tx: Connection, site: str) -> Iterator[dict[str, Any]]:
    reasons = select(quarantined_facts.c.position, quarantined_facts.c.reason).where(quarantined_facts.c.site == site)
    set_aside = {row.position: row.reason for row in tx.execute(reasons)}
    made = select(decisions.c.cause, decisions.c.number, decisions.c.at, decisions.c.body)
    told = select(facts.c.position, facts.c.at, facts.c.source, facts.c.request, facts.c.body)
    # A few at a time: a record may be larger than memory.
    a_few = {"yield_per": 1_000}
    by_cause = groupby(
        tx.execute(made.where(decisions.c.site == site).order_by(decisions.c.number), execution_options=a_few),
        key=itemgetter(0),
    )
    cause, caused = next(by_cause, (None, iter(())))
    for position, at, who, request, body in tx.execute(
        told.where(facts.c.site == site).order_by(facts.c.position), execution_options=a_few
    ):
        line = {"site": site, "position": position, "at": at, "source": who, "request": request}
        yield line | {"fact": msgspec.Raw(body)} | ({"setAside": set_aside[position]} if position in set_aside else {})
        # Trimming deletes facts and their decisions together, so the two keep step.
        while cause is not None and cause <= position:
            for _, number, made_at, decision in caused:
                yield {"site": site, "number": number, "cause": cause, "at": made_at, "decision": msgspec.Raw(decision)}
            cause, caused = next(by_cause, (None, iter(())))


def _open_to_read(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise BackupRefused(f"There is no file {path}.")
    if not os.access(path, os.R_OK):
        raise BackupRefused(f"{path} may not be read by this user. Run the command as the user it belongs to.")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _check(source: sqlite3.Connection, path: Path, remedy: str) -> None:
    try:
        found = [line for (line,) in source.execute("PRAGMA integrity_check")]
        if found == ["ok"]:
            with engine_on(source, begin="BEGIN").begin() as tx:
                revision = revision_of(tx)
        else:
            raise BackupRefused(f"{path} is damaged ({found[0]}). {remedy}")
    except sqlite3.DatabaseError as why:
        raise BackupRefused(f"{path} cannot be read as a database ({why}). {remedy}") from why
    if revision is None:
        raise BackupRefused(f"{path} is a database, but not one of Zuruf's.")
    if not is_known(revision):
        raise SchemaIsNewer(revision)


def _copy(source: sqlite3.Connection, target: Path) -> None:
    target.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            # All pages in one step: it reads one moment and never has to begin again.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE")
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _put_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    names = (path.with_name(f"{path.name}.before-restore{more}") for more in chain([""], (f"-{n}" for n in count(2))))
    kept = next(name for name in names if not name.exists())
    for ending in ("", "-wal", "-shm"):
        old = Path(f"{path}{ending}")
        if old.exists():
            old.replace(f"{kept}{ending}")
    return kept


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
