"""what staff let pass undone is missed, a state of its own

Revision ID: 0003
Revises: 0002

Calls and tasks that were on a list of staff and whose time passed are on record as `skipped`, among what was found too
late; they become `missed`. A touch that was handed to staff has the moment of it in `contacted_at`, which what was
never handed to anybody has not.

Locks, on `touches` alone, each released before the next is taken, so that nobody waits for a reading of the table:

1. The list of states is replaced, not validated: ACCESS EXCLUSIVE for a moment, no row is read.
2. It is validated: SHARE UPDATE EXCLUSIVE while the table is read once. Readers and writers go on.
3. The index of what is missed is built concurrently: SHARE UPDATE EXCLUSIVE while the table is read twice. Readers and
   writers go on; it waits for the transactions that are open.
4. The rows are translated: the locks of those rows, found by the index of what has ended. Nothing else changes them.

Whatever is cut off after the first step is done again by the next upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = (
    "planned", "awaiting-approval", "claimed", "sending", "sent", "ready", "done", "cancelled", "superseded", "skipped",
    "failed", "unknown", "missed",
)  # fmt: skip


def upgrade() -> None:
    _allow(STATES)
    with op.get_context().autocommit_block():
        op.execute("alter table touches validate constraint ck_touches_touchstate")
        op.execute("drop index concurrently if exists ix_touches_missed")  # a build that was cut off leaves it behind
        op.create_index(
            "ix_touches_missed",
            "touches",
            ["due_at", "id"],
            postgresql_where=sa.text("state = 'missed'"),
            postgresql_concurrently=True,
        )
        op.execute(
            "update touches set state = 'missed', reason = 'nobody did it in time' "
            "where state = 'skipped' and gate = 'validity' and kind in ('call', 'task') and contacted_at is not null"
        )


def _allow(states: tuple[str, ...]) -> None:
    """Replace the list of states. The rows that are there are not read."""
    listed = ", ".join(f"'{state}'" for state in states)
    op.execute(
        "alter table touches drop constraint ck_touches_touchstate, "
        f"add constraint ck_touches_touchstate check (state in ({listed})) not valid"
    )
