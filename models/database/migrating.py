"""The migrations as Alembic runs and compares them. Loading it takes as long as most commands do their work."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from models.database.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def _configuration(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Run the migrations that the database has not seen."""
    command.upgrade(_configuration(connection), "head")


def differences(connection: Connection) -> list[object]:
    """What the tables say that the migrations did not make; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))
