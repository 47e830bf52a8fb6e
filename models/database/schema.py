"""The schema is created by migrations only."""

from pathlib import Path
from time import sleep

from sqlalchemy import Connection, column, create_engine, func, inspect, select, table
from sqlalchemy.pool import NullPool

MIGRATION_LOCK = 727_001
"""The advisory lock that prevents two commands from migrating one database at once."""
BETWEEN_TRIES = 0.2
"""Seconds."""
NEWEST = max(path.stem.partition("_")[0] for path in (Path(__file__).parent / "migrations/versions").glob("0*.py"))
"""The number of the last migration."""
VERSIONS = table("alembic_version", column("version_num"))


def read_version(connection: Connection) -> str | None:
    """The database's current migration; None before the first."""
    if not inspect(connection).has_table(VERSIONS.name):
        return None
    return connection.scalar(select(VERSIONS.c.version_num))


def upgrade(url: str) -> None:
    """Migrate the database at `url` (`postgresql+psycopg://…`) to the newest migration."""
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    with engine.connect() as connection:
        if read_version(connection) == NEWEST:
            return
        from models.database.migrating import migrate  # noqa: PLC0415  most commands find nothing to migrate

        _wait_for_turn(connection)
        migrate(connection)


def _wait_for_turn(connection: Connection) -> None:
    """Hold the migration lock for as long as the connection is open.

    It polls for the lock, each time in a new transaction: waiting inside one transaction would keep the migration in
    progress from building an index, because that waits for all transactions.
    """
    connection.rollback()
    while not connection.scalar(select(func.pg_try_advisory_lock(MIGRATION_LOCK))):
        connection.rollback()
        sleep(BETWEEN_TRIES)
    connection.rollback()
