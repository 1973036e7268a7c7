"""One migration history brings both databases to the tables the code expects."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from bot.core.clock import Clock
from storage.database import Database
from storage.migrating import is_current, migrate
from storage.tables import metadata
from tests.storage.people import add_broadcast, add_member


def test_the_migrated_database_is_what_the_code_expects(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    assert is_current(database)


def test_processes_that_start_at_once_on_an_empty_database_migrate_one_after_the_other(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    with databases[0].migrating() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(migrate, databases))
    assert all(is_current(database) for database in databases)
    for database in databases:
        database.close()


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_a_migration_that_makes_a_table_anew_loses_no_row_of_another(
    database: Database, clock: Clock, table: str
) -> None:
    database.transact(lambda session: add_member(session, clock, "1", "education", "health").id)
    database.transact(lambda session: add_broadcast(session, clock))

    def rows() -> dict[str, int]:
        counts = {name: select(func.count()).select_from(one) for name, one in metadata.tables.items()}
        return database.transact(lambda session: {name: session.scalar(one) or 0 for name, one in counts.items()})

    before = rows()
    with database.migrating() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate="always" if database.is_sqlite else "auto"):
            pass
    assert rows() == before
