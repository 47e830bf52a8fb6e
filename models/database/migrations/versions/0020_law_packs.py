"""law packs: which one a store goes by, and where the holder of a number may be

`stores.law` names the pack; every store begins with `house`, that is, with its own contact hours alone.
`contact_points.places` is filled when a number is first needed and by housekeeping, not here.

Locks: ACCESS EXCLUSIVE on `stores` and `contact_points` for a moment: one column has a constant default, the other is
nullable, so no row is rewritten or read.

Revision ID: 0020
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("law", sa.Text(), server_default="house", nullable=False))
    op.add_column("contact_points", sa.Column("places", postgresql.ARRAY(sa.Text())))
