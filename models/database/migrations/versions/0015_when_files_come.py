"""when files come

Of each source that files are imported from, the name of its last file, when the latest ones came and how new their rows
were, and how often it is to come where a person has said so. By that a source that stays away is told.

Locks: `files_seen` is closed for the moment that its columns are added. It has one row per source, and none is lost.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files_seen", sa.Column("store", sa.Text()))
    op.add_column("files_seen", sa.Column("file_name", sa.Text()))
    op.add_column("files_seen", sa.Column("loads", postgresql.JSONB(), server_default="[]", nullable=False))
    op.add_column("files_seen", sa.Column("expected_days", sa.Integer()))
