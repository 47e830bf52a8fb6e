"""What a customer said by themselves, and how it was answered, on their timeline."""

from sqlalchemy.orm import aliased

from models.core.rows import AnySelect
from models.inbound.tables import Inbound
from models.people.tables import StaffMember
from tasks.subjects.contract import CUSTOMER
from tasks.subjects.timeline import EntryKind, Person, Plain, TimelineEntry, Worded, entry

INBOUND = EntryKind("inbound")
INBOUND_ANSWERED = EntryKind("inbound-answered")


def _inbound() -> AnySelect:
    return (
        entry(
            INBOUND, Inbound.received_at, Inbound.id,
            way=Inbound.way, what=Inbound.kind, state=Inbound.state, said=Inbound.text,
        )
        .where(Inbound.customer_id == CUSTOMER)
    )  # fmt: skip


def _answered() -> AnySelect:
    by = aliased(StaffMember)
    return (
        entry(
            INBOUND_ANSWERED, Inbound.answered_at, Inbound.id,
            how=Inbound.answered_how, said=Inbound.answer, by=by.name,
        )
        .outerjoin(by, by.id == Inbound.answered_by)
        .where(Inbound.customer_id == CUSTOMER, Inbound.answered_at.is_not(None))
    )  # fmt: skip


ENTRIES = (
    TimelineEntry(
        INBOUND,
        _inbound,
        (Worded("way", "inbound"), Worded("what", "inbound"), Worded("state", "inbound")),
        (Plain("said"),),
    ),
    TimelineEntry(INBOUND_ANSWERED, _answered, (Worded("how", "inbound"),), (Plain("said"), Person())),
)
