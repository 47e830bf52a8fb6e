"""touches of steps that recur, and the effects of tasks as a list

Revision ID: 0008
Revises: 0007

`touches.series` says of an occurrence from which moment of its subject its step recurs, and how often.
`touches.effects` lists what a task does when it reaches its desk; it takes the place of `opens_case` and
`holds_account`, which are translated and dropped. Versions of policies stay as they were written: they are read as
before.

Locks: ACCESS EXCLUSIVE on `touches` to the end of the transaction, for one reading of the table. No row is rewritten
but those of the tasks that have an effect: the new columns are nullable or have a constant default, and to drop a
column touches no row. Stop the workers.
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
