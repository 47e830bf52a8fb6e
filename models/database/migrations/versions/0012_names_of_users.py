"""names of users

A user has a name of their own: two logins of one member of staff are told apart, and users of all stores have names.
Whoever has none is called as the member of staff that they work as.

Locks: `users` (one row per user) for a moment, since the column is null at first.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("name", sa.Text(), nullable=True))
