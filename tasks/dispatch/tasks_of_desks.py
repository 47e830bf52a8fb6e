"""What a task does when it reaches the desk it is for: it opens its case, and holds its account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Interval, Select, Uuid, case, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.base import enumeration
from models.cadence import local_day, moment
from models.ledger import Case, Touch
from models.money import Account
from models.people import Store
from models.words import CaseKind, CaseState, SubjectKind

ANSWER_WITHIN = timedelta(hours=24)
SOLVE_WITHIN = timedelta(hours=48)
HOLD_REASON = "handed to finance: overdue"
COLUMNS = (
    "store_id", "customer_id", "kind", "cause", "title", "state", "opened_at", "answer_by", "solve_by", "touch_id"
)  # fmt: skip
TITLES = {
    CaseKind.FINANCE_HANDOVER: "Overdue account handed to finance",
    CaseKind.BOOKING_REQUEST: "Booking request of a contract customer unanswered",
    CaseKind.COMPLAINT: "Complaint",
    CaseKind.BROKEN_PROMISE: "Promise to pay broken",
}


def carry_out(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> None:
    """Open the cases and hold the accounts that the tasks ask for; a case that is open already stays as it is."""
    if not touch_ids:
        return
    chosen = Touch.id == func.any(literal(list(touch_ids), ARRAY(Uuid)))
    connection.execute(
        insert(Case)
        .from_select(
            [
                "store_id",
                "customer_id",
                "kind",
                "cause",
                "title",
                "state",
                "opened_at",
                "answer_by",
                "solve_by",
                "touch_id",
            ],
            _cases(chosen, now),
        )
        .on_conflict_do_nothing()
    )
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Account.store_id).scalar_subquery()
    connection.execute(
        update(Account)
        .where(
            Account.id.in_(
                select(Touch.subject_id).where(chosen, Touch.holds_account, Touch.subject_kind == SubjectKind.ACCOUNT)
            ),
            Account.held_since.is_(None),
        )
        .values(held_since=today, hold_reason=HOLD_REASON)
    )


def _cases(chosen: Any, now: datetime) -> Select[Any]:
    title = case(*((Touch.opens_case == kind, literal(text, Text)) for kind, text in TITLES.items()))
    return select(
        Touch.store_id,
        Touch.customer_id,
        Touch.opens_case,
        literal("touch:", Text) + cast(Touch.id, Text),
        title,
        literal(CaseState.OPEN, enumeration(CaseState)),
        moment(now),
        moment(now) + literal(ANSWER_WITHIN, Interval),
        moment(now) + literal(SOLVE_WITHIN, Interval),
        Touch.id,
    ).where(chosen, Touch.opens_case.is_not(None))
