"""leads and showroom visits

What is known of a lead beside its class: who sells, where it came from, what was agreed on and why it was lost. A lead
can expire. Visits to the showroom are a table of their own.

Locks: `leads` is closed for the moment that its columns are added and its rows are checked against the new list of
states; the columns are empty, so no row is rewritten. Its two indexes are built while writes wait.

Revision ID: 0014
Revises: 0013
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column("urgency_on", sa.Date()),
    sa.Column("lost_kind", sa.String(40)),
    sa.Column("competitor", sa.Text()),
    sa.Column("came_in_at", sa.TIMESTAMP(timezone=True)),
    sa.Column("salesperson_id", sa.BigInteger()),
    sa.Column("source", sa.String(40)),
    sa.Column("deposit", sa.Numeric(14, 2)),
    sa.Column("currency", sa.CHAR(3)),
    sa.Column("test_drive_on", sa.Date()),
    sa.Column("quoted_on", sa.Date()),
    sa.Column("expected_on", sa.Date()),
    sa.Column("postponed_to", sa.Date()),
    sa.Column("trades_in", sa.Boolean()),
)


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("leads", column)
    op.create_foreign_key(op.f("fk_leads_salesperson_id_staff"), "leads", "staff", ["salesperson_id"], ["id"])
    op.create_check_constraint(op.f("ck_leads_deposit_not_negative"), "leads", "deposit >= 0")
    op.drop_constraint(op.f("ck_leads_leadstate"), "leads")
    op.create_check_constraint(op.f("ck_leads_leadstate"), "leads", "state in ('open', 'won', 'lost', 'expired')")
    op.create_index("ix_leads_open", "leads", ["created_on"], postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_leads_state_on", "leads", ["state_on"], postgresql_where=sa.text("state <> 'open'"))
    op.create_table(
        "showroom_visits",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("salesperson_id", sa.BigInteger(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("test_drive", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_showroom_visits_lead_id_leads")),
        sa.ForeignKeyConstraint(["salesperson_id"], ["staff.id"], name=op.f("fk_showroom_visits_salesperson_id_staff")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_showroom_visits_store_id_stores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showroom_visits")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_showroom_visits_store_id_key")),
    )
    op.create_index(op.f("ix_showroom_visits_lead_id"), "showroom_visits", ["lead_id"])
