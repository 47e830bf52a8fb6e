"""Leads on the timeline of a customer."""

from models.core.rows import AnySelect
from models.subjects.lead import Lead, ShowroomVisit
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.timeline import Because, EntryKind, OnDay, Plain, TimelineEntry, Whether, Worded, day_begins, entry

LEAD = EntryKind("lead")
SHOWROOM_VISIT = EntryKind("showroom-visit")


def _leads() -> AnySelect:
    return entry(
        LEAD, day_begins(Lead.created_on), Lead.key,
        day=Lead.created_on, urgency=Lead.urgency, model=Lead.model, state=Lead.state, reason=Lead.lost_reason,
        contacted_on=Lead.contacted_on, state_on=Lead.state_on,
    ).where(Lead.customer_id == CUSTOMER)  # fmt: skip


def _visits() -> AnySelect:
    return (
        entry(
            SHOWROOM_VISIT, day_begins(ShowroomVisit.visited_on), ShowroomVisit.key,
            day=ShowroomVisit.visited_on, test_drive=ShowroomVisit.test_drive, model=Lead.model,
        )
        .join(Lead, Lead.id == ShowroomVisit.lead_id)
        .where(Lead.customer_id == CUSTOMER)
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        LEAD,
        _leads,
        (Worded("urgency", "urgency"), Plain("model"), Worded("state", "lead")),
        (OnDay("state_on", "state_since"), OnDay("contacted_on", "contacted_on"), Because()),
        to_the_day=True,
    ),
    TimelineEntry(
        SHOWROOM_VISIT,
        _visits,
        (Plain("model"), Whether("test_drive", "test_drive")),
        to_the_day=True,
    ),
)
