"""Alembic's environment: migrations run on the connection handed over in the configuration's attributes."""

from alembic import context
from sqlalchemy import Connection

from models.database.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=True,  # so that one may leave its transaction, to build an index beside the work
)
with context.begin_transaction():
    context.run_migrations()
