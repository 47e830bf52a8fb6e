"""what grows can be purged

Rows of `runs` and `dispatchers` can be deleted without a look at every touch and verdict for each; and a customer's
places on lists are found without a look at every list.

`touches.planned_by` and `verdicts.run_id` lose their foreign keys: an index for each would be paid for by every touch
that is planned and moved, and without one the deletion of a run reads both tables whole. Housekeeping deletes no run
that a touch or a verdict names.

Locks: touches is read once, for an index of what is in flight, while writers wait (about a second for ten million
rows); nothing is rewritten. Dropping the foreign keys then locks touches, verdicts and runs for a moment. The other
indexes are on small tables.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dispatchers_run_id", "dispatchers", ["run_id"])
    op.create_index("ix_dispatchers_started_at", "dispatchers", ["started_at"])
    op.create_index("ix_audience_list_members_customer_id", "audience_list_members", ["customer_id"])
    _index_what_is_in_flight("claimed_by is not null")
    op.drop_constraint("fk_touches_planned_by_runs", "touches", type_="foreignkey")
    op.drop_constraint("fk_verdicts_run_id_runs", "verdicts", type_="foreignkey")


def _index_what_is_in_flight(condition: str) -> None:
    """Under the same name: the new one is made before the old one goes, for what reads meanwhile."""
    op.create_index("ix_touches_in_flight_anew", "touches", ["claimed_by"], postgresql_where=sa.text(condition))
    op.drop_index("ix_touches_in_flight", "touches")
    op.execute("alter index ix_touches_in_flight_anew rename to ix_touches_in_flight")
