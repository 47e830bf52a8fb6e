"""word to staff

How each member of staff is reached and what a store allows, what they are told and the messages that tell it; the
sheets of the coming day that departments acknowledge. Nothing that is there changes.

Locks: none beyond those of the foreign keys, which last for a moment.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())
TIMES = postgresql.ARRAY(sa.Time())


def upgrade() -> None:
    _preferences()
    _messages()
    _notices()
    _sheets()


def _preferences() -> None:
    op.create_table(
        "staff_preferences",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("channels", WORDS),
        sa.Column("wecom", sa.Text()),
        sa.Column("digest_at", TIMES),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_preferences_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_preferences")),
    )
    op.create_table(
        "staff_word_rules",
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("channels", WORDS, nullable=False),
        sa.Column("digest_at", TIMES, nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("sheet_at", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_staff_word_rules_store_id_stores"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_staff_word_rules")),
    )


def _messages() -> None:
    op.create_table(
        "staff_messages",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("tried", WORDS, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("resendable", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("reason", sa.String(40)),
        sa.Column("reason_figures", postgresql.JSONB()),
        sa.Column("message_id", sa.Text()),
        sa.Column("claimed_by", sa.BigInteger()),
        sa.CheckConstraint(
            "state in ('waiting', 'sending', 'sent', 'failed', 'unknown')", name=op.f("ck_staff_messages_wordstate")
        ),
        sa.CheckConstraint(
            "(claimed_by is not null) = (state = 'sending')", name=op.f("ck_staff_messages_claimed_while_sending")
        ),
        sa.CheckConstraint(
            "text is not null or state in ('sent', 'failed', 'unknown')", name=op.f("ck_staff_messages_text_until_gone")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_staff_messages_store_id_stores")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_messages_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_messages")),
    )
    op.create_index("ix_staff_messages_created_at", "staff_messages", ["created_at"])
    for name, column, where in (
        ("ix_staff_messages_waiting", "not_before", "state = 'waiting'"),
        ("ix_staff_messages_claimed", "claimed_by", "claimed_by is not null"),
        ("ix_staff_messages_troubled", "state_at", "state in ('failed', 'unknown')"),
    ):
        op.create_index(name, "staff_messages", [column], postgresql_where=sa.text(where))


def _notices() -> None:
    op.create_table(
        "staff_notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("about", sa.BigInteger()),
        sa.Column("detail", sa.String(40)),
        sa.Column("at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("message_id", sa.Uuid()),
        sa.Column("dropped", sa.String(40)),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_staff_notices_store_id_stores")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_notices_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["staff_messages.id"], name=op.f("fk_staff_notices_message_id_staff_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notices")),
        sa.UniqueConstraint(
            "staff_id", "topic", "about", "detail", "at",
            name="uq_staff_notices_once", postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.create_index("ix_staff_notices_created_at", "staff_notices", ["created_at"])
    op.create_index("ix_staff_notices_message_id", "staff_notices", ["message_id"])
    op.create_index(
        "ix_staff_notices_untold",
        "staff_notices",
        ["store_id", "staff_id"],
        postgresql_where=sa.text("message_id is null and dropped is null"),
    )


def _sheets() -> None:
    op.create_table(
        "department_sheets",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("acknowledged_at", TIME),
        sa.Column("acknowledged_by", sa.BigInteger()),
        sa.CheckConstraint(
            "(acknowledged_at is null) = (acknowledged_by is null)",
            name=op.f("ck_department_sheets_acknowledged_by_someone"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_department_sheets_store_id_stores")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["staff.id"], name=op.f("fk_department_sheets_acknowledged_by_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_sheets")),
        sa.UniqueConstraint("store_id", "department", "day", name=op.f("uq_department_sheets_store_id_department_day")),
    )
    op.create_index(
        "ix_department_sheets_waiting",
        "department_sheets",
        ["told_at"],
        postgresql_where=sa.text("acknowledged_at is null"),
    )
    op.create_table(
        "department_sheet_lines",
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["department_sheets.id"],
            name=op.f("fk_department_sheet_lines_sheet_id_department_sheets"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"],
            name=op.f("fk_department_sheet_lines_appointment_id_appointments"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sheet_id", "appointment_id", name=op.f("pk_department_sheet_lines")),
    )  # fmt: skip
    op.create_index("ix_department_sheet_lines_appointment_id", "department_sheet_lines", ["appointment_id"])
