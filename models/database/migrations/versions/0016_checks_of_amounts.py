"""amounts above zero, as the models always said

The checks of amounts, of the kilometres that an odometer shows and of the limit of a warranty stood in the models, but
never came into the database. Every import has refused such rows all along, so none is expected; where there is one all
the same, the upgrade ends with its table and changes no row.

Locks, on each table in turn: ACCESS EXCLUSIVE for a moment, while the check is added and no row is read; then, in a
transaction of its own, SHARE UPDATE EXCLUSIVE while the table is read once. Readers and writers go on.

Whatever is cut off after the first step is done again by the next upgrade.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHECKS = (
    ("invoices", "ck_invoices_amount", "amount > 0"),
    ("payments", "ck_payments_amount", "amount > 0"),
    ("promises", "ck_promises_amount", "amount > 0"),
    ("odometer_readings", "ck_odometer_readings_kilometres", "kilometres >= 0"),
    ("warranties", "ck_warranties_limit", "limit_kilometres > 0"),
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for table, name, condition in CHECKS:
            op.execute(f"alter table {table} drop constraint if exists {name}")
            op.execute(f"alter table {table} add constraint {name} check ({condition}) not valid")
            op.execute(f"alter table {table} validate constraint {name}")
