"""Leads of a customer who has one already: one lead, with both sources kept."""

from sqlalchemy import Table, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.reasons import NUMBER, declare, give
from models.core.rows import AnyRow, AnySelect
from models.core.words import LeadState
from models.subjects.lead import Lead, LeadSource
from tasks.intake.load import Load
from tasks.intake.merging import table_of
from tasks.intake.staging import Staged

DOUBLE_LEADS = declare("double-leads", leads=NUMBER)


def set_doubles_apart(load: Load, staged: Staged) -> list[dict[str, object]]:
    """Take the rows that are doubles out of the staged ones, of which every one has its `target_id`; their sources.

    A row is a double if it was taken for one before, or if it is new and open, and its customer has an open lead in
    the store: on record, or in an earlier row. What the first one says of the lead counts.
    """
    rows = staged.table
    found = load.connection.execute(_doubles(rows)).all()
    if found:
        load.connection.execute(delete(rows).where(rows.c.entry.in_([double.entry for double in found])))
        staged.counts.repeated += len(found)
    return [_source(double) for double in found]


def keep_sources(load: Load, sources: list[dict[str, object]]) -> None:
    """Write down by which ways the leads came in again. What is on record stays as it is."""
    if not sources:
        return
    added = upsert(LeadSource).on_conflict_do_nothing().returning(LeadSource.key)
    count = len(load.connection.execute(added, sources).all())
    if count:
        load.notices.append(give(DOUBLE_LEADS, leads=count))


def _source(double: AnyRow) -> dict[str, object]:
    return {
        "store_id": double.store_id, "key": double.key, "lead_id": double.lead_id, "source": double.source,
        "came_in_on": double.created_on,
    }  # fmt: skip


def _doubles(rows: Table) -> AnySelect:
    leads, sources = table_of(Lead), table_of(LeadSource)
    known = select(sources.c.lead_id).where(sources.c.store_id == rows.c.store_id, sources.c.key == rows.c.key)
    on_record = select(func.min(leads.c.id)).where(
        leads.c.customer_id == rows.c.customer_id, leads.c.store_id == rows.c.store_id, leads.c.state == LeadState.OPEN
    )
    comes_in = and_(rows.c.fresh, func.coalesce(rows.c.state, LeadState.OPEN.value) == LeadState.OPEN.value)
    same = (rows.c.store_id, rows.c.customer_id, comes_in)
    before = func.first_value(rows.c.target_id).over(partition_by=same, order_by=rows.c.entry)
    offered = select(
        *(rows.c[name] for name in ("entry", "store_id", "key", "source", "created_on", "target_id")),
        comes_in.label("comes_in"),
        known.correlate(rows).scalar_subquery().label("known"),
        on_record.correlate(rows).scalar_subquery().label("on_record"),
        before.label("before"),
    ).where(rows.c.fresh)
    row = offered.subquery().c
    lead_id = func.coalesce(row.known, row.on_record, row.before)
    double = or_(row.known.is_not(None), and_(row.comes_in, lead_id != row.target_id))
    return select(row.entry, row.store_id, row.key, row.source, row.created_on, lead_id.label("lead_id")).where(double)
