"""due items

What customers have that ends on a day: a table of its own, beside all that is there.

Locks: none beyond those of the foreign keys, which last for a moment.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "due_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(40), server_default="open", nullable=False),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status in ('open', 'renewed', 'elsewhere', 'declined')", name=op.f("ck_due_items_dueitemstatus")
        ),
        sa.CheckConstraint("issued_on <= ends_on", name=op.f("ck_due_items_issued_before_end")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_due_items_customer_id_customers")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_due_items_store_id_stores")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_due_items_vehicle_id_vehicles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_items")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_due_items_store_id_key")),
    )
    op.create_index("ix_due_items_ends_on", "due_items", ["ends_on"])
    op.create_index("ix_due_items_renewals", "due_items", ["customer_id", "item", "ends_on"])
