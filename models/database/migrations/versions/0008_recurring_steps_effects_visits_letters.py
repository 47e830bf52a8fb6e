"""steps that recur, effects of tasks as a list, visits and letters

Revision ID: 0008
Revises: 0007

`touches.series` says of an occurrence from which moment of its subject its step recurs, and how often.
`touches.effects` lists what a task does when it reaches its desk; it takes the place of `opens_case` and
`holds_account`, which are translated and dropped. Versions of policies stay as they were written: they are read as
before. `customers` get a postal address, and there are tables for the visits of staff, and for letters and their
batches.

Locks: ACCESS EXCLUSIVE on `touches` to the end of the transaction, for one reading of the table. No row is rewritten
but those of the tasks that have an effect: the new columns are nullable or have a constant default, and to drop a
column touches no row. ACCESS EXCLUSIVE on `customers` for a moment. Stop the workers.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touches", sa.Column("series", postgresql.JSONB(none_as_null=True)))
    op.add_column(
        "touches", sa.Column("effects", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.execute(
        """
        update touches set effects =
            case when opens_case is null then '[]'::jsonb
                else jsonb_build_array(jsonb_build_object('do', 'open-case', 'kind', opens_case)) end
            || case when holds_account then '[{"do": "hold-account"}]'::jsonb else '[]'::jsonb end
        where opens_case is not null or holds_account
        """
    )
    op.drop_column("touches", "opens_case")
    op.drop_column("touches", "holds_account")
    for name in ("street", "postcode", "city", "country"):
        op.add_column("customers", sa.Column(name, sa.Text()))
    op.create_table(
        "staff_visits",
        sa.Column("touch_id", sa.Uuid(), sa.ForeignKey("touches.id", name="fk_staff_visits_touch_id_touches")),
        sa.Column("planned_for", sa.Date()),
        sa.Column("planned_by", sa.BigInteger(), sa.ForeignKey("staff.id", name="fk_staff_visits_planned_by_staff")),
        sa.Column("done_on", sa.Date()),
        sa.Column("result", sa.Text()),
        sa.Column("next", sa.Text()),
        sa.PrimaryKeyConstraint("touch_id", name="pk_staff_visits"),
    )
    op.create_table(
        "letter_batches",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "store_id",
            sa.BigInteger(),
            sa.ForeignKey("stores.id", name="fk_letter_batches_store_id_stores"),
            nullable=False,
        ),
        sa.Column("printed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "printed_by",
            sa.BigInteger(),
            sa.ForeignKey("staff.id", name="fk_letter_batches_printed_by_staff"),
            nullable=False,
        ),
        sa.Column("posted_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("posted_by", sa.BigInteger(), sa.ForeignKey("staff.id", name="fk_letter_batches_posted_by_staff")),
        sa.PrimaryKeyConstraint("id", name="pk_letter_batches"),
    )
    op.create_index("ix_letter_batches_store_id", "letter_batches", ["store_id"])
    op.create_table(
        "printed_letters",
        sa.Column("touch_id", sa.Uuid(), sa.ForeignKey("touches.id", name="fk_printed_letters_touch_id_touches")),
        sa.Column(
            "batch_id",
            sa.BigInteger(),
            sa.ForeignKey("letter_batches.id", name="fk_printed_letters_batch_id_letter_batches"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("touch_id", name="pk_printed_letters"),
    )
    op.create_index("ix_printed_letters_batch_id", "printed_letters", ["batch_id"])
