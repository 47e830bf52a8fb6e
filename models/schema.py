"""How the schema comes about: by the migrations, and in no other way."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from models.tables import metadata

MIGRATION_LOCK = 727_001
"""The advisory lock that keeps two commands from migrating one database at once."""


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` (`postgresql+psycopg://…`) to the newest migration."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        command.upgrade(_configuration(connection), "head")


def write_revision(url: str, message: str) -> None:
    """Write the next migration from the difference between the tables and the database at `url`."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        command.revision(_configuration(connection), message=message, autogenerate=True)


def differences(connection: Connection) -> list[object]:
    """What the tables say that the migrations did not make; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))
