"""Brings a database's tables to the form this release expects, one migration after another."""

from pathlib import Path

from sqlalchemy import Connection, inspect

from gateway.storage.tables import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaIsNewer(Exception):
    """A later release wrote this database; going back means restoring a backup."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database has schema {found}, which this release (schema {REVISION}) does not know. "
            "Use the release that wrote it, or restore a backup made before the upgrade."
        )


def revision_of(tx: Connection) -> str | None:
    """Which migration the database is at; ``None`` if it is empty."""
    if not inspect(tx).has_table("alembic_version"):
        return None
    revision: str | None = tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    return revision


def bring_up_to_date(tx: Connection) -> None:
    """Run the migrations that are missing, inside the caller's transaction.

    Raises:
        SchemaIsNewer: If the database is ahead of this release.
    """
    if revision_of(tx) != REVISION:
        move_to(tx, "head")


def move_to(tx: Connection, revision: str) -> None:
    """Go up or down to a revision (``head``, ``base`` or a number)."""
    # Needed once in many starts, and slow to import.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    here = revision_of(tx)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if here is not None and here not in known:
        raise SchemaIsNewer(here)
    ranks = sorted(known)
    goes_down = revision == "base" or (
        here is not None and revision in known and ranks.index(revision) < ranks.index(here)
    )
    if goes_down:
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)
