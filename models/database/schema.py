"""How the schema comes about: by the migrations, and in no other way."""

from pathlib import Path
from time import sleep

from sqlalchemy import Connection, column, create_engine, func, inspect, select, table
from sqlalchemy.pool import NullPool

MIGRATION_LOCK = 727_001
"""The advisory lock that keeps two commands from migrating one database at once."""
BETWEEN_TRIES = 0.2
"""Seconds."""
NEWEST = max(path.stem.partition("_")[0] for path in (Path(__file__).parent / "migrations/versions").glob("0*.py"))
"""The number of the last migration."""
VERSIONS = table("alembic_version", column("version_num"))


def read_version(connection: Connection) -> str | None:
    """The number of the migration that the database is at; None before the first."""
    if not inspect(connection).has_table(VERSIONS.name):
        return None
    return connection.scalar(select(VERSIONS.c.version_num))


def upgrade(url: str) -> None:
    """Bring the database at `url` (`postgresql+psycopg://…`) to the newest migration."""
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    with engine.connect() as connection:
        if read_version(connection) == NEWEST:
            return
        from models.database.migrating import migrate  # noqa: PLC0415  most commands find nothing to migrate

        _wait_for_turn(connection)
        migrate(connection)


def _wait_for_turn(connection: Connection) -> None:
    """Hold the lock of migrations for as long as the connection is open.

    It is asked for again and again, each time in a transaction of its own: who waits inside one keeps the migration in
    progress from building an index, for that waits for all transactions.
    """
    connection.rollback()
    while not connection.scalar(select(func.pg_try_advisory_lock(MIGRATION_LOCK))):
        connection.rollback()
        sleep(BETWEEN_TRIES)
    connection.rollback()
