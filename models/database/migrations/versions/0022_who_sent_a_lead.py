"""who sent a lead, and by which ways it came

A lead says who sent the customer, what was noted, and by when the customer is to be called first. A customer who comes
in again while a lead is open adds a source to that lead. Who was here on a day is found by an index.

Locks: `leads` is closed for the moment that its columns are added and its rows are checked; the columns are empty, so
no row is rewritten. Its index is built while writes wait, over rows that have none of it. Leads from before have no
time for the first contact. `appointments`, `repair_orders` and `customers` take no
writes while an index on each is built.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leads", sa.Column("referred_by_id", sa.BigInteger()))
    op.add_column("leads", sa.Column("note", sa.Text()))
    op.add_column("leads", sa.Column("first_contact_by", sa.TIMESTAMP(timezone=True)))
    op.create_foreign_key(op.f("fk_leads_referred_by_id_customers"), "leads", "customers", ["referred_by_id"], ["id"])
    op.create_check_constraint(op.f("ck_leads_not_referred_by_itself"), "leads", "referred_by_id <> customer_id")
    op.create_index(
        "ix_leads_referred_by_id",
        "leads",
        ["referred_by_id", "created_on"],
        postgresql_where=sa.text("referred_by_id is not null"),
    )
    op.create_table(
        "lead_sources",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(40), nullable=True),
        sa.Column("came_in_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_sources_lead_id_leads")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_lead_sources_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "key", name=op.f("pk_lead_sources")),
    )
    op.create_index(op.f("ix_lead_sources_lead_id"), "lead_sources", ["lead_id"])
    op.create_index(
        "ix_repair_orders_brought_on", "repair_orders", [sa.text("coalesce(opened_on, closed_on)"), "customer_id"]
    )
    op.create_index(
        "ix_appointments_came_at", "appointments", [sa.text("coalesce(arrived_at, starts_at)"), "customer_id"]
    )
    op.create_index("ix_customers_level", "customers", ["level", "id"], postgresql_where=sa.text("level is not null"))
