"""What calls about leads change on them, and which leads a handover wins."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, exists, func, literal, select, update

from models.core.cadence import local_day, moment
from models.core.words import LeadState, LeadUrgency, OutcomeName
from models.kits.outcomes import OutcomeAnswer
from models.people.tables import Store
from models.subjects.handover import Handover
from models.subjects.lead import INTERESTED, LEAD_IS_LOST, ORDER_PLACED, POSTPONED, TEST_DRIVE, Lead, LostKind


def take_outcome(
    connection: Connection, subject_id: int, outcome: OutcomeName, answers: Mapping[str, OutcomeAnswer], day: date
) -> None:
    """Keep on a lead what came of a call on a store-local day. Every call that reached the customer ends a
    postponement that was agreed on before."""
    values = {"postponed_to": None} | _changes(outcome, answers, day)
    connection.execute(update(Lead).where(Lead.id == subject_id).values(values))


def _changes(outcome: OutcomeName, answers: Mapping[str, OutcomeAnswer], day: date) -> dict[str, object]:
    if outcome == INTERESTED.name:
        return {"urgency": LeadUrgency(str(answers["class"])), "urgency_on": day} if "class" in answers else {}
    if outcome == POSTPONED.name:
        return {"postponed_to": answers["on"]}
    if outcome == TEST_DRIVE.name:
        return {"test_drive_on": answers["on"]}
    if outcome == ORDER_PLACED.name:
        return _ordered(answers, day)
    if outcome == LEAD_IS_LOST.name:
        kind = LostKind(str(answers["why"]))
        lost = {"state": LeadState.LOST, "state_on": day, "lost_kind": kind, "lost_reason": kind.value}
        return lost | {"competitor": answers.get("competitor")}
    return {}


def _ordered(answers: Mapping[str, OutcomeAnswer], day: date) -> dict[str, object]:
    ordered: dict[str, object] = {"urgency": LeadUrgency.ORDERED, "urgency_on": day}
    if isinstance(deposit := answers.get("deposit"), Decimal):
        ordered |= {"deposit": deposit, "currency": str(answers.get("currency") or "CNY").upper()}
    return ordered


def close_won_leads(connection: Connection, now: datetime) -> int:
    """Ordered leads of customers who were handed a car since are won from that day on; how many.

    Running it again changes nothing.
    """
    today = local_day(moment(now), Store.time_zone)
    since = Handover.handed_over_on.between(Lead.created_on, today)
    first = (
        select(func.min(Handover.handed_over_on))
        .where(Handover.customer_id == Lead.customer_id, since)
        .correlate(Lead, Store)
        .scalar_subquery()
    )
    won = exists(select(literal(1)).where(Handover.customer_id == Lead.customer_id, since).correlate(Lead, Store))
    closed = connection.execute(
        update(Lead)
        .where(Lead.state == LeadState.OPEN, Lead.urgency == LeadUrgency.ORDERED, Store.id == Lead.store_id, won)
        .values(state=LeadState.WON, state_on=first)
    )
    return closed.rowcount
