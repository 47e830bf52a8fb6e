"""What a task does when it reaches the desk it is for: it opens its case, and holds its account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Uuid, and_, case, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.cadence import local_day, moment
from models.core.reasons import declare
from models.core.words import CaseState
from models.ledger.cases import TITLES
from models.ledger.tables import Case, Touch
from models.people.tables import Store
from models.subjects.account import KIND as ACCOUNT
from models.subjects.account import Account
from tasks.cases.deadlines import deadlines_everywhere

HOLD_REASON = declare("handed-to-finance")


def carry_out(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> None:
    """Open the cases and hold the accounts that the tasks ask for; a case that is open already stays as it is."""
    if not touch_ids:
        return
    chosen = Touch.id == func.any(literal(list(touch_ids), ARRAY(Uuid)))
    rows = _cases(connection, chosen, now)
    connection.execute(
        insert(Case).from_select([column.name for column in rows.selected_columns], rows).on_conflict_do_nothing()
    )
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Account.store_id).scalar_subquery()
    connection.execute(
        update(Account)
        .where(
            Account.id.in_(select(Touch.subject_id).where(chosen, Touch.holds_account, Touch.subject_kind == ACCOUNT)),
            Account.held_since.is_(None),
        )
        .values(held_since=today, hold_reason=HOLD_REASON)
    )


def _cases(connection: Connection, chosen: Any, now: datetime) -> Select[Any]:
    """The cases, titled in the store's language, with the deadlines of their kind."""
    deadlines = deadlines_everywhere(connection, now).subquery("deadlines")
    titles = [
        (and_(Touch.opens_case == kind, Store.language == language), literal(title, Text))
        for kind, by_language in TITLES.items()
        for language, title in by_language.items()
    ]
    return (
        select(
            Touch.store_id,
            Touch.customer_id,
            Touch.opens_case.label("kind"),
            (literal("touch:", Text) + cast(Touch.id, Text)).label("cause"),
            case(*titles).label("title"),
            literal(CaseState.OPEN, enumeration(CaseState)).label("state"),
            moment(now).label("opened_at"),
            deadlines.c.answer_by,
            deadlines.c.solve_by,
            Touch.id.label("touch_id"),
        )
        .join(Store, Store.id == Touch.store_id)
        .join(deadlines, and_(deadlines.c.store_id == Store.id, deadlines.c.kind == Touch.opens_case))
        .where(chosen, Touch.opens_case.is_not(None))
    )
