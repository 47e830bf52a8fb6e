"""Repair orders as a subject: from the day the car was given back (R2)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery

from models.core.reasons import ReasonCode
from models.subjects.repair_order import KIND, RepairOrder
from tasks.subjects.visits import Visits
from tasks.subjects.work import OTHER_WORK, for_other_work


class RepairOrders(Visits):
    """Repair orders, from the day the car was given back."""

    kind = KIND
    table = RepairOrder
    day = RepairOrder.__table__.c.closed_on

    def _own_columns(self) -> list[ColumnElement[Any]]:
        return [RepairOrder.work.label("work")]

    def _own_rules(
        self, facts: Subquery, conditions: ColumnElement[Sequence[str]]
    ) -> list[tuple[ColumnElement[bool], ReasonCode]]:
        return [(for_other_work(facts, RepairOrder, conditions), OTHER_WORK)]


SUBJECT = RepairOrders()
