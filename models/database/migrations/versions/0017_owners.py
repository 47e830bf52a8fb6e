"""owners

A customer has an owner and a deputy among the staff of their store, by hand, by import or by the rule of the store. A
call says until when it is its customer's owner's alone. Members of staff can be away, with somebody standing in, and
their desks can be handed over. A promise to pay says who follows it.

Locks: `stores`, `customers`, `touches` and `promises` are each closed for the moment that their columns are added; the
columns are null or have a constant default, so no row is rewritten. The references to `staff` are not checked against
rows that are there, since they are all null. The indexes of customers are built while writes to customers wait: a few
seconds for a million. That of touches is empty and is built in one scan of the table, while writes to it wait.

Revision ID: 0017
Revises: 0016
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OF_STAFF = (("customers", "owner_id"), ("customers", "deputy_id"), ("promises", "follower_id"))
ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("stores", sa.Column("owner_rule", sa.String(40), server_default="by-hand", nullable=False)),
    ("stores", sa.Column("owner_first_minutes", sa.Integer(), server_default="120", nullable=False)),
    ("customers", sa.Column("owner_id", sa.BigInteger())),
    ("customers", sa.Column("deputy_id", sa.BigInteger())),
    ("customers", sa.Column("owner_by", sa.String(40))),
    ("touches", sa.Column("owner_until", sa.TIMESTAMP(timezone=True))),
    ("promises", sa.Column("follower_id", sa.BigInteger())),
)
INDEXES = (
    ("ix_customers_owner_id", "customers", ["owner_id", "id"], "owner_id is not null"),
    ("ix_customers_deputy_id", "customers", ["deputy_id", "id"], "deputy_id is not null"),
    ("ix_customers_without_owner", "customers", ["store_id", "id"], "owner_id is null and erased_at is null"),
    (
        "ix_touches_assigned",
        "touches",
        ["assigned_to"],
        "state in ('planned', 'awaiting-approval', 'ready') and assigned_to is not null",
    ),
    ("ix_promises_follower_id", "promises", ["follower_id"], "follower_id is not null"),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, column)
    for table, reference in OF_STAFF:
        key = op.f(f"fk_{table}_{reference}_staff")
        op.create_foreign_key(key, table, "staff", [reference], ["id"], postgresql_not_valid=True)
        op.execute(f"alter table {table} validate constraint {key}")
    within = "owner_first_minutes between 0 and 10080"
    op.create_check_constraint(op.f("ck_stores_owner_first_minutes"), "stores", within)
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, postgresql_where=sa.text(where))
    _absences()
    _handovers()


def _absences() -> None:
    op.create_table(
        "staff_absences",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("starts_at <= ends_at", name=op.f("ck_staff_absences_starts_first")),
        sa.CheckConstraint("stand_in_id <> staff_id", name=op.f("ck_staff_absences_another_stands_in")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_absences_staff_id_staff")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["staff.id"], name=op.f("fk_staff_absences_stand_in_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_absences")),
    )
    op.create_index(op.f("ix_staff_absences_staff_id_ends_at"), "staff_absences", ["staff_id", "ends_at"])
    op.create_index(op.f("ix_staff_absences_stand_in_id"), "staff_absences", ["stand_in_id"])


def _handovers() -> None:
    op.create_table(
        "desk_handovers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("handed_over_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("handed_over_by", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("taken_back_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(taken_back_at is null) = (taken_back_by is null)", name=op.f("ck_desk_handovers_taken_back_by_somebody")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_desk_handovers_store_id_stores")),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_desk_handovers_from_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_handovers")),
    )
    op.create_index(op.f("ix_desk_handovers_store_id"), "desk_handovers", ["store_id"])
    op.create_index(op.f("ix_desk_handovers_from_id"), "desk_handovers", ["from_id"])
