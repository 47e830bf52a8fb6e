"""what falls due by mileage, how often, and what inspections found

Due items may fall due by mileage, be work on a car, and keep the reason for which they are wanted no more. The days on
which they fall due by mileage, the intervals of services, and inspections with their points are tables of their own.

Locks: `due_items` is closed for the moment that its columns are added; the columns are empty, so no row is rewritten.
Its rows are checked against the new rules, and its two indexes are built, while writes wait.

Revision ID: 0021
Revises: 0020
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("status_reason", sa.Text()),
    sa.Column("limit_kilometres", sa.Integer()),
    sa.Column("call_on", sa.Date()),
    sa.Column("call_kilometres", sa.Integer()),
    sa.Column("works", sa.ARRAY(sa.Text())),
)


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("due_items", column)
    op.create_check_constraint(op.f("ck_due_items_limit"), "due_items", "limit_kilometres > 0")
    op.create_check_constraint(
        op.f("ck_due_items_mileage_of_a_car"), "due_items", "limit_kilometres is null or vehicle_id is not null"
    )
    op.create_index("ix_due_items_call_on", "due_items", ["call_on"], postgresql_where=sa.text("call_on is not null"))
    op.create_index(
        "ix_due_items_vehicle", "due_items", ["vehicle_id"], postgresql_where=sa.text("vehicle_id is not null")
    )
    op.create_table(
        "due_item_days",
        sa.Column("due_item_id", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("call_on", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("basis in ('date', 'mileage')", name=op.f("ck_due_item_days_endbasis")),
        sa.CheckConstraint("known_from < known_until", name=op.f("ck_due_item_days_known")),
        sa.ForeignKeyConstraint(
            ["due_item_id"], ["due_items.id"], name=op.f("fk_due_item_days_due_item_id_due_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("due_item_id", "known_from", name=op.f("pk_due_item_days")),
    )
    op.create_index("ix_due_item_days_due_on", "due_item_days", ["due_on"])
    op.create_index(
        "ix_due_item_days_call_on", "due_item_days", ["call_on"], postgresql_where=sa.text("call_on is not null")
    )
    op.create_table(
        "service_intervals",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("make", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("year_from", sa.Integer(), nullable=True),
        sa.Column("year_until", sa.Integer(), nullable=True),
        sa.Column("works", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("kilometres", sa.Integer(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("call_kilometres", sa.Integer(), nullable=True),
        sa.Column("call_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("kilometres > 0", name=op.f("ck_service_intervals_kilometres")),
        sa.CheckConstraint("months > 0", name=op.f("ck_service_intervals_months")),
        sa.CheckConstraint("days > 0", name=op.f("ck_service_intervals_days")),
        sa.CheckConstraint("(months is null) <> (days is null)", name=op.f("ck_service_intervals_months_or_days")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_service_intervals_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_intervals")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_service_intervals_store_id_key")),
    )
    op.create_table(
        "inspections",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("technician_id", sa.BigInteger(), nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("claim_filed_on", sa.Date(), nullable=True),
        sa.Column("claim_amount", sa.Numeric(14, 2), nullable=True),
        sa.Column("claim_currency", sa.CHAR(3), nullable=True),
        sa.CheckConstraint("claim_amount >= 0", name=op.f("ck_inspections_claim_not_negative")),
        sa.CheckConstraint(
            "(claim_amount is null) = (claim_currency is null)", name=op.f("ck_inspections_claim_in_a_currency")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_inspections_store_id_stores")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_inspections_customer_id_customers")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_inspections_vehicle_id_vehicles")),
        sa.ForeignKeyConstraint(["technician_id"], ["staff.id"], name=op.f("fk_inspections_technician_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_inspections_store_id_key")),
    )
    op.create_index(op.f("ix_inspections_customer_id"), "inspections", ["customer_id"])
    op.create_index("ix_inspections_inspected_on", "inspections", ["inspected_on"])
    op.create_index("ix_inspections_vehicle", "inspections", ["vehicle_id", "inspected_on"])
    op.create_table(
        "inspection_points",
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("point", sa.String(40), nullable=False),
        sa.Column("finding", sa.String(40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("finding in ('ok', 'watch', 'fault')", name=op.f("ck_inspection_points_finding")),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspections.id"],
            name=op.f("fk_inspection_points_inspection_id_inspections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("inspection_id", "point", name=op.f("pk_inspection_points")),
    )
