"""Repair orders as a subject: from the day the car was given back (R2)."""

from typing import Any

from sqlalchemy import ColumnElement

from models.subjects.repair_order import KIND, RepairOrder
from tasks.subjects.visits import Visits


class RepairOrders(Visits):
    """Repair orders, from the day the car was given back."""

    kind = KIND
    table = RepairOrder
    day = RepairOrder.__table__.c.closed_on

    def _own_columns(self) -> list[ColumnElement[Any]]:
        return [RepairOrder.work.label("work")]


SUBJECT = RepairOrders()
