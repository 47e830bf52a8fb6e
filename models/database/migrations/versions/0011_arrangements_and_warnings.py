"""arrangements about accounts, who sold, and who was told of a case

Revision ID: 0011
Revises: 0010

What is arranged about an account (disputes, blocks, instalments) gets tables of its own; an invoice may name who sold
what it is for; and what the owner of a case and the managers were told of its deadlines is on record.

Locks: ACCESS EXCLUSIVE on `invoices` for a moment: its new column is nullable, and no row is read or rewritten.
Otherwise those of foreign keys, which last for a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invoices", sa.Column("salesperson_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_invoices_salesperson_id_staff"), "invoices", "staff", ["salesperson_id"], ["id"])
    op.create_table(
        "account_arrangements",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.CHAR(3), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("set_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_account_arrangements_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_arrangements_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoices.id"], name=op.f("fk_account_arrangements_invoice_id_invoices")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_account_arrangements_set_by_staff")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_account_arrangements_ended_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_arrangements")),
    )
    op.create_index("ix_account_arrangements_account_id", "account_arrangements", ["account_id"])
    op.create_index(
        "ix_account_arrangements_invoice_id",
        "account_arrangements",
        ["invoice_id"],
        postgresql_where=sa.text("invoice_id is not null"),
    )
    op.create_table(
        "account_instalments",
        sa.Column("arrangement_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_account_instalments_amount")),
        sa.ForeignKeyConstraint(
            ["arrangement_id"],
            ["account_arrangements.id"],
            name=op.f("fk_account_instalments_arrangement_id_account_arrangements"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("arrangement_id", "due_on", name=op.f("pk_account_instalments")),
    )
    op.create_table(
        "case_warnings",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("told_id", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_warnings_case_id_cases")),
        sa.ForeignKeyConstraint(["told_id"], ["staff.id"], name=op.f("fk_case_warnings_told_id_staff")),
        sa.PrimaryKeyConstraint("case_id", "deadline", "level", name=op.f("pk_case_warnings")),
    )
    op.create_index("ix_case_warnings_told_id", "case_warnings", ["told_id"])
