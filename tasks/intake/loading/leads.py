"""Loading leads."""

from sqlalchemy import func, literal, select, update

from models.core.words import LeadState
from models.subjects.leads import Lead
from tasks.intake.loading.load import Load
from tasks.intake.loading.people import ERASED, GIVES_CUSTOMER, is_erased
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject, table_of
from tasks.intake.references import find_customers
from tasks.intake.staging import Staged


def load_leads(load: Load, staged: Staged) -> None:
    """Leads are known by key. A file that says what became of a lead says why and since when, too, or nothing of it."""
    find_customers(load.connection, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, Lead)
    _leave_out_reasons_of_erased(load, staged)
    assign_ids(load.connection, staged, Lead)
    fields = [
        Field("customer_id", "customer_id", given_by=GIVES_CUSTOMER),
        *(Field(name, name) for name in ("urgency", "model", "created_on", "contacted_on")),
        Field("state", "state", default=LeadState.OPEN.value),
        *(Field(name, name, given_by=("state",)) for name in ("lost_reason", "state_on")),
    ]
    merge(load.connection, staged, Lead, fields)


def _leave_out_reasons_of_erased(load: Load, staged: Staged) -> None:
    """Why a lead was lost is somebody's own words, which may name a customer who was erased: they do not come back."""
    rows, leads = staged.table, table_of(Lead)
    on_record = select(leads.c.lost_reason).where(leads.c.id == rows.c.target_id).scalar_subquery()
    theirs = rows.c.lost_reason.is_not(None) & is_erased(rows.c.customer_id)
    reject(load.connection, staged, "lost_reason", ERASED, theirs, whole=False)
    kept = func.coalesce(on_record, literal(ERASED))
    load.connection.execute(update(rows).values(lost_reason=kept).where(theirs))
