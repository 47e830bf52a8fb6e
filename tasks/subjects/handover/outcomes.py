"""What a call about a car that is some years old leads to: a lead of our own base (R12)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, insert, select

from models.core.words import LeadState, LeadUrgency, OutcomeName
from models.kits.outcomes import OutcomeAnswer
from models.subjects.handover import Handover
from models.subjects.lead import Lead

OWN_BASE = "own base"
"""The source of a lead that an own customer becomes."""


def take_outcome(
    connection: Connection,
    subject_id: int,
    outcome: OutcomeName,  # noqa: ARG001  the contract's: there is one
    answers: Mapping[str, OutcomeAnswer],  # noqa: ARG001  the contract's
    day: date,
) -> None:
    """Make a lead of the customer who wants to trade in the car of a handover, on a store-local day. The call was the
    first contact. A customer with an open lead in the store keeps the one."""
    found = connection.execute(select(Handover.__table__).where(Handover.id == subject_id)).one()
    theirs = (Lead.customer_id == found.customer_id, Lead.store_id == found.store_id, Lead.state == LeadState.OPEN)
    if connection.scalar(select(Lead.id).where(*theirs).limit(1)) is not None:
        return
    connection.execute(
        insert(Lead).values(
            store_id=found.store_id, key=f"trade-in:{found.id}:{day}", customer_id=found.customer_id,
            urgency=LeadUrgency.WITHIN_A_MONTH, urgency_on=day, created_on=day, contacted_on=day, source=OWN_BASE,
            trades_in=True,
        )
    )  # fmt: skip
