"""causes of cases, feedback of departments, arrangements by file, and statements of accounts

A case says how it was received, where it belongs, what caused it and what was done; a store has categories of its own;
departments are asked and answer. An arrangement about an account may come from another system, by its key. Statements
of accounts are kept with the customer's answer, and an account says why it is not paid.

Locks: ACCESS EXCLUSIVE on `cases`, `accounts` and `account_arrangements` for a moment: their new columns are nullable,
and no row is rewritten; the rows of cases are read once for the new checks. New indexes are built while writes to
their tables wait. Otherwise those of foreign keys, which last for a moment.

Revision ID: 0019
Revises: 0018
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)
OF_CASES: tuple[sa.Column[Any], ...] = (
    sa.Column("received", sa.String(40)),
    sa.Column("category", sa.String(40)),
    sa.Column("department", sa.String(40)),
    sa.Column("part", sa.Text()),
    sa.Column("model", sa.Text()),
    sa.Column("root_cause", sa.Text()),
    sa.Column("measure", sa.Text()),
    sa.Column("measure_done_on", sa.Date()),
    sa.Column("compensation", sa.String(40)),
    sa.Column("compensation_amount", sa.Numeric(14, 2)),
    sa.Column("compensation_currency", sa.CHAR(3)),
    sa.Column("reopened_at", TIME),
    sa.Column("escalated", sa.String(40)),
)


def upgrade() -> None:
    _cases()
    _categories()
    _feedback()
    _arrangements()
    _statements()


def _cases() -> None:
    for column in OF_CASES:
        op.add_column("cases", column)
    op.create_check_constraint(op.f("ck_cases_compensation_amount"), "cases", "compensation_amount > 0")
    op.create_check_constraint(
        op.f("ck_cases_amount_has_currency"),
        "cases",
        "(compensation_amount is null) = (compensation_currency is null)",
    )
    op.create_index(
        "ix_cases_of_a_part", "cases", ["store_id", "opened_at"], postgresql_where=sa.text("part is not null")
    )


def _categories() -> None:
    op.create_table(
        "case_categories",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asks_cause", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_case_categories_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "key", name=op.f("pk_case_categories")),
    )


def _feedback() -> None:
    op.create_table(
        "case_feedback",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("late_told_at", TIME, nullable=True),
        sa.CheckConstraint(
            "(answered_at is null) = (answered_by is null)", name=op.f("ck_case_feedback_answered_by_somebody")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_feedback_case_id_cases")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_case_feedback_asked_by_staff")),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_case_feedback_answered_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_feedback")),
    )
    op.create_index(op.f("ix_case_feedback_case_id"), "case_feedback", ["case_id"])
    op.create_index(
        "ix_case_feedback_waiting", "case_feedback", ["due_at"], postgresql_where=sa.text("answered_at is null")
    )


def _arrangements() -> None:
    op.add_column("accounts", sa.Column("unpaid_because", sa.String(40)))
    op.add_column("accounts", sa.Column("unpaid_because_on", sa.Date()))
    op.add_column("account_arrangements", sa.Column("store_id", sa.BigInteger()))
    op.add_column("account_arrangements", sa.Column("key", sa.Text()))
    op.create_foreign_key(
        op.f("fk_account_arrangements_store_id_stores"), "account_arrangements", "stores", ["store_id"], ["id"]
    )
    op.create_unique_constraint(
        op.f("uq_account_arrangements_store_id_key"), "account_arrangements", ["store_id", "key"]
    )


def _statements() -> None:
    op.create_table(
        "account_statements",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("totals", postgresql.JSONB(), nullable=False),
        sa.Column("invoices", postgresql.JSONB(), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("difference", sa.Text(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(answered_at is null) = (agrees is null)", name=op.f("ck_account_statements_answered")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_account_statements_store_id_stores")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_account_statements_customer_id_customers")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_statements_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_account_statements_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_statements")),
        sa.UniqueConstraint("account_id", "month", name=op.f("uq_account_statements_account_id_month")),
    )
    op.create_index(op.f("ix_account_statements_customer_id"), "account_statements", ["customer_id"])
    op.create_index("ix_account_statements_month", "account_statements", ["month", "store_id"])
    op.create_index(
        "ix_account_statements_not_answered",
        "account_statements",
        ["month"],
        postgresql_where=sa.text("answered_at is null"),
    )
