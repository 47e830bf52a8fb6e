"""law packs: which one a store goes by, and where the holder of a number may be

`stores.law` names the pack; every store begins with `house`, that is, with its own contact hours alone.
`contact_points.places` is filled when a number is first needed and by housekeeping, not here. `law_notices` has the
texts that a pack has sent beside the processes.

Locks: ACCESS EXCLUSIVE on `stores` and `contact_points` for a moment: one column has a constant default, the other is
nullable, so no row is rewritten or read.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("law", sa.Text(), server_default="house", nullable=False))
    op.add_column("contact_points", sa.Column("places", postgresql.ARRAY(sa.Text())))
    op.create_table(
        "law_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(40)),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text()),
        sa.Column("valid_until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reply_id", sa.BigInteger()),
        sa.Column("answer_id", sa.BigInteger()),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'sent', 'failed', 'unknown')", name=op.f("ck_law_notices_noticestate")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_law_notices_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_law_notices_store_id_stores")),
        sa.ForeignKeyConstraint(["reply_id"], ["replies.id"], name=op.f("fk_law_notices_reply_id_replies")),
        sa.ForeignKeyConstraint(["answer_id"], ["replies.id"], name=op.f("fk_law_notices_answer_id_replies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_notices")),
        sa.UniqueConstraint("reply_id", name=op.f("uq_law_notices_reply_id")),
    )
    op.create_index(op.f("ix_law_notices_customer_id"), "law_notices", ["customer_id"])
    op.create_index(
        "ix_law_notices_waiting", "law_notices", ["made_at"],
        postgresql_where=sa.text("state in ('waiting', 'sending')"),
    )  # fmt: skip
