"""processes without code

A process may be added while everything runs: its policy and its templates are versions like any other's, its words
stand in `process_wordings`. `processes.removed_at` says when one was removed; its touches and runs stay.

Locks: `processes` (a row for each process) for a moment, for a new column that is nullable and without a default; the
other table is new. No table is rewritten.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("processes", sa.Column("removed_at", sa.TIMESTAMP(timezone=True)))
    op.create_table(
        "process_wordings",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["process"], ["processes.name"], name=op.f("fk_process_wordings_process_processes")),
        sa.PrimaryKeyConstraint("process", "version", name=op.f("pk_process_wordings")),
    )
