"""inbound

Whatever customers say by themselves: a table of its own, beside all that is there. Replies that no rule has read
before stay where they are: nobody owes them an answer any more.

Locks: none beyond those of the foreign keys, which last for a moment.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NOT_ANSWERED = "state <> 'answered'"
REFERENCES = (
    ("store_id", sa.BigInteger(), "stores", False),
    ("customer_id", sa.BigInteger(), "customers", True),
    ("reply_id", sa.BigInteger(), "replies", True),
    ("appointment_id", sa.BigInteger(), "appointments", True),
    ("touch_id", sa.Uuid(), "touches", True),
    ("recorded_by", sa.BigInteger(), "staff", True),
    ("responsible_id", sa.BigInteger(), "staff", True),
    ("answered_by", sa.BigInteger(), "staff", True),
    ("case_id", sa.BigInteger(), "cases", True),
)
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *(sa.Column(name, kind, nullable=nullable) for name, kind, _, nullable in REFERENCES),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("wanted_at", TIME, nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("escalated_at", TIME, nullable=True),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("suggested", sa.String(40), nullable=True),
        sa.Column("suggested_by", sa.String(40), nullable=True),
        sa.Column("acted_on", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("answered_how", sa.String(40), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_channel", sa.String(40), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state in ('open', 'taken', 'answered')", name=op.f("ck_inbound_inboundstate")),
        sa.CheckConstraint("(state = 'answered') = (answered_at is not null)", name=op.f("ck_inbound_answered_at")),
        sa.CheckConstraint(
            "(answered_at is not null) = (answered_how is not null)", name=op.f("ck_inbound_answered_how")
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_inbound_{name}_{table}"))
            for name, _, table, _ in REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("source", "source_key", name="uq_inbound_once"),
    )
    partial = (
        ("ix_inbound_open", ["due_at", "id"], NOT_ANSWERED),
        ("ix_inbound_open_of_store", ["store_id", "due_at", "id"], NOT_ANSWERED),
        ("ix_inbound_open_of_staff", ["responsible_id", "due_at", "id"], NOT_ANSWERED),
        ("ix_inbound_open_of_nobody", ["store_id", "due_at", "id"], f"{NOT_ANSWERED} and responsible_id is null"),
        ("ix_inbound_not_escalated", ["due_at"], f"{NOT_ANSWERED} and escalated_at is null"),
        ("ix_inbound_of_open_appointments", ["appointment_id"], NOT_ANSWERED),
        ("ix_inbound_unknown_sender", ["sender"], "customer_id is null"),
    )
    for name, columns, where in partial:
        op.create_index(name, "inbound", columns, postgresql_where=sa.text(where))
    op.create_index("ix_inbound_answered_at", "inbound", ["answered_at", "id"])
    op.create_index("ix_inbound_customer_id", "inbound", ["customer_id"])
