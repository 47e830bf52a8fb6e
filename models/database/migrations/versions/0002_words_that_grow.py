"""Sets of words that grow are no longer listed in check constraints.

Kinds of subject, of step, of case, of work and of contact point, purposes, roles, gates, channels, outcomes of calls,
meanings of replies, sources of surveys and grades of leads gain members with new processes. The application checks
them where it writes them (`models.core.base.Word`). Closed sets, which are states and decisions, keep theirs.
See `docs/decisions/0013-words-that-grow.md`.

Locks: `DROP CONSTRAINT` takes ACCESS EXCLUSIVE on each of the 14 tables below, until the migration commits. It changes
the catalogue alone: no table is read or rewritten and no index is built, so it takes milliseconds whatever they hold.

There are no lookup tables, because of what they cost at each sweep. An INSERT of 100,000 touches took 24.8 s with the
check constraints of 0001, 22.9 s without them, and 30.4 s with foreign keys from the eight columns to lookup tables
(medians of four rounds on two busy cores: only the ratios count). This migration took 0.1 to 0.2 s on 1,000,000 touches
and as many verdicts.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LISTED = {
    "appointments": ("workkind",),
    "call_attempts": ("calloutcome",),
    "cases": ("casekind",),
    "channel_pauses": ("channelname",),
    "consents": ("channelname", "purpose"),
    "contact_points": ("contactkind",),
    "leads": ("leadurgency",),
    "repair_orders": ("workkind",),
    "replies": ("channelname", "replymeaning"),
    "staff": ("role",),
    "survey_answers": ("subjectkind", "surveysource"),
    "touches": ("calloutcome", "casekind", "channelname", "gate", "purpose", "role", "stepkind", "subjectkind"),
    "users": ("role",),
    "verdicts": ("gate",),
}
"""By table, the sets that its check constraints listed."""


def upgrade() -> None:
    for table, sets in LISTED.items():
        for name in sets:
            op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
