"""providers: what they are asked about messages, and the templates registered with them

`touches.provider` says by which kind of channel a message was handed over, so that only that provider is asked what
became of it. `delivery_questions` has what was asked, `registered_templates` the templates of providers that send no
free text. Earlier touches have no provider, and nobody is asked about them.

Locks: ACCESS EXCLUSIVE on `touches` for a moment: the new column is nullable and has no default, so no row is
rewritten or read.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touches", sa.Column("provider", sa.Text()))
    op.create_table(
        "delivery_questions",
        sa.Column("touch_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("again_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("answer", sa.Text()),
        sa.ForeignKeyConstraint(["touch_id"], ["touches.id"], name=op.f("fk_delivery_questions_touch_id_touches")),
        sa.PrimaryKeyConstraint("touch_id", name=op.f("pk_delivery_questions")),
    )
    op.create_table(
        "registered_templates",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("store_id", sa.BigInteger()),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("registered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'approved', 'refused')", name=op.f("ck_registered_templates_registrationstate")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_registered_templates_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_templates")),
        sa.UniqueConstraint(
            "provider", "key", "language", "store_id", "branch",
            name=op.f("uq_registered_templates_provider_key_language_store_id_branch"),
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.create_index("ix_registered_templates_store_id", "registered_templates", ["store_id"])
