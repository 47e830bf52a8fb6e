"""When a customer was last really reached: a moment that kits may offer, and which each recorded contact moves."""

from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, func, select

from models.calls.outcomes import names_of
from models.core.cadence import ZONED, Now, moment
from models.ledger.tables import CallAttempt, Reply, Touch
from models.subjects.appointment import Appointment


def last_contact(customer_id: SQLColumnExpression[int], now: Now) -> ColumnElement[datetime]:
    """The latest moment up to `now` at which somebody spoke with the customer on the phone, the customer wrote back, or
    came. Null: never. What was sent to a customer, or rang in vain, is no contact.

    `customer_id` is the column of an outer select.
    """
    return func.greatest(_spoken(customer_id, now), _written(customer_id, now), _come(customer_id, now), type_=ZONED)


def _spoken(customer_id: SQLColumnExpression[int], now: Now) -> ScalarSelect[datetime]:
    spoken = CallAttempt.outcome.in_(names_of(reached=True)), CallAttempt.attempted_at <= moment(now)
    return (
        select(func.max(CallAttempt.attempted_at))
        .join(Touch, Touch.id == CallAttempt.touch_id)
        .where(Touch.customer_id == customer_id, *spoken)
        .correlate_except(CallAttempt, Touch)
        .scalar_subquery()
    )


def _written(customer_id: SQLColumnExpression[int], now: Now) -> ScalarSelect[datetime]:
    return (
        select(func.max(Reply.received_at))
        .where(Reply.customer_id == customer_id, Reply.received_at <= moment(now))
        .correlate_except(Reply)
        .scalar_subquery()
    )


def _come(customer_id: SQLColumnExpression[int], now: Now) -> ScalarSelect[datetime | None]:
    return (
        select(func.max(Appointment.arrived_at))
        .where(Appointment.customer_id == customer_id, Appointment.arrived_at <= moment(now))
        .correlate_except(Appointment)
        .scalar_subquery()
    )
