"""Migrations lead to the tables the program expects, and back."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from gateway.storage import backup as shop
from gateway.storage.database import open_sqlite
from gateway.storage.migrate import MIGRATIONS, SchemaIsNewer, bring_up_to_date, move_to, revision_of
from gateway.storage.tables import REVISION, metadata
from tests.conformance.stores import open_database
from tests.servers import Postgres


def _differences(tx: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata))


def test_migrations_are_one_line_that_ends_at_the_expected_revision() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert scripts.get_heads() == [REVISION]
    assert all(not isinstance(script.down_revision, tuple) for script in scripts.walk_revisions())


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_every_migration_runs_up_down_and_up(kind: str, tmp_path: Path, postgres: Postgres) -> None:
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]

    def move(tx: Connection, goal: str) -> None:
        move_to(tx, goal)
        assert revision_of(tx) == (None if goal == "base" else goal)

    def compare(tx: Connection) -> None:
        assert _differences(tx) == []
        move_to(tx, "base")
        assert set(inspect(tx).get_table_names()) <= {"alembic_version"}

    async with open_database(kind, tmp_path, postgres) as database:
        await database.transact(lambda tx: move(tx, "base"))
        for revision in revisions:
            for goal in (revision, "base", revision):
                await database.transact(partial(move, goal=goal))
        await database.transact(compare)
        await database.transact(bring_up_to_date)


def test_the_migrated_tables_are_exactly_those_made_from_the_definitions() -> None:
    def schema(fill: bool) -> dict[str, str]:
        engine = create_engine("sqlite://")
        with engine.begin() as tx:
            if fill:
                metadata.create_all(tx)
            else:
                bring_up_to_date(tx)
            rows = tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            made = {name: "".join(sql.split()) for name, sql in rows if name != "alembic_version"}
        engine.dispose()
        return made

    assert schema(fill=False) == schema(fill=True)


async def test_an_old_database_is_migrated_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "zuruf.sqlite3"

    async with open_sqlite(path) as database:
        assert await database.transact(revision_of) == REVISION
        assert await database.transact(_differences) == []


def test_migrating_answers_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "zuruf.sqlite3"

    assert shop.migrate(path) == (None, REVISION)
    assert shop.migrate(path) == (REVISION, REVISION)


async def test_a_database_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "zuruf.sqlite3"
    shop.migrate(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaIsNewer, match="9999"):
        shop.migrate(path)
    with pytest.raises(SchemaIsNewer, match="restore a backup"):
        async with open_sqlite(path):
            pass
