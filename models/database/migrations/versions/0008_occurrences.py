"""touches of steps that recur

Revision ID: 0008
Revises: 0007

`touches.series` says of an occurrence from which moment of its subject its step recurs, and how often.

Locks: the new column is nullable and without a default, so no row is read or rewritten. ACCESS EXCLUSIVE on `touches`
for a moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touches", sa.Column("series", postgresql.JSONB(none_as_null=True)))
