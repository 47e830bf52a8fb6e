"""Repair orders as a subject: from the day the car was given back (R2)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, literal, select

from models.core.reasons import ReasonCode, declare
from models.subjects.repair_order import CAME_BACK, KIND, RepairOrder
from tasks.subjects.contract import asked
from tasks.subjects.repair_order.coming_back import follows_the_same
from tasks.subjects.visits import Visits
from tasks.subjects.work import OTHER_WORK, for_other_work

NOT_BACK = declare("did-not-come-back")


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
        # Asked for one row, PostgreSQL looks at this order alone; asked whether there is any, it reads all orders once.
        same = select(literal(1)).where(RepairOrder.id == facts.c.subject_id, follows_the_same()).limit(1)
        came_back = same.scalar_subquery().is_not(None)
        return [
            (for_other_work(facts, RepairOrder, conditions), OTHER_WORK),
            (and_(asked(CAME_BACK, conditions), ~came_back), NOT_BACK),
        ]


SUBJECT = RepairOrders()
