"""Brings a database's tables to the form this release expects, one migration after another."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from gateway.storage.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

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


def is_known(revision: str) -> bool:
    """Whether this release has a migration of that name, and so could bring it up to date."""
    return revision in _revisions(_config())


def move_to(tx: Connection, revision: str) -> None:
    """Go up or down to a revision: ``head``, ``base`` or a name.

    Raises:
        SchemaIsNewer: If the database is ahead of this release.
    """
    from alembic import command

    config = _config()
    config.attributes["connection"] = tx
    known = _revisions(config)
    here = revision_of(tx)
    if here is not None and here not in known:
        raise SchemaIsNewer(here)
    ranks = {None: 0, "base": 0, "head": len(known)} | {name: rank for rank, name in enumerate(known, 1)}
    if ranks[revision] < ranks[here]:
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _config() -> "Config":
    # Needed once in many starts, and slow to import.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _revisions(config: "Config") -> list[str]:
    """All of them, first to last."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]
