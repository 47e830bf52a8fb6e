"""Complaints as the subject of complaint-followup (R10): one more call after the customer agreed to close one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, local_day, moment
from models.core.reasons import GivenReason, declare, give
from models.core.rows import AnySelect
from models.core.words import CaseKind, CaseState
from models.ledger.tables import Case
from models.people.tables import Customer
from models.subjects.case import CASE_CLOSED, KIND, NO_NEWER_COMPLAINT
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    within,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today

NOT_CLOSED = declare("complaint-not-closed")
STILL_OPEN = declare("complaint-still-open")
NEW_COMPLAINT = declare("newer-complaint-open")


class Cases(Subject):
    """Complaints, anchored at their closing. Until then there is nothing to count from."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a complaint that was open by then; what was closed later is not closed yet."""
        stores, languages = stores_today(now), own_languages()
        closed = and_(Case.state == CaseState.CLOSED, Case.closed_at <= moment(now))
        return (
            select(
                Case.id.label("subject_id"),
                Case.store_id,
                Case.customer_id,
                *about_customer(stores, languages),
                case((closed, Case.closed_at)).label("anchor_at"),
                Case.opened_at,
                local_day(Case.opened_at, stores.c.time_zone).label("opened_on"),
                case((closed, local_day(Case.closed_at, stores.c.time_zone))).label("day"),
            )
            .join_from(Case, stores, stores.c.id == Case.store_id)
            .outerjoin(languages, languages.c.id == Case.customer_id)
            .outerjoin(Customer, Customer.id == Case.customer_id)
            .where(Case.kind == CaseKind.COMPLAINT, Case.opened_at <= moment(now), _in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The case is not closed, or the customer has complained of something else since."""
        return first_reason(
            (and_(asked(CASE_CLOSED, conditions), facts.c.anchor_at.is_(None)), NOT_CLOSED),
            (and_(asked(NO_NEWER_COMPLAINT, conditions), _newer_is_open(facts, now)), NEW_COMPLAINT),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """When it was opened and closed."""
        return func.jsonb_build_object(
            literal("opened_at", Text), facts.c.opened_at, literal("closed_at", Text), facts.c.anchor_at, type_=JSONB
        )

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That it is not closed yet."""
        return [] if row["anchor_at"] else [give(STILL_OPEN)]

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The number of the case, and the days on which it was opened and closed."""
        return [facts.c.subject_id.label("case"), facts.c.opened_on, facts.c.day]


SUBJECT = Cases()


def _newer_is_open(facts: Subquery, now: Now) -> ColumnElement[bool]:
    """Whether the customer has a complaint that was opened later and not closed by then."""
    newer = aliased(Case)
    return exists(
        select(literal(1)).where(
            newer.customer_id == facts.c.customer_id,
            newer.kind == CaseKind.COMPLAINT,
            newer.id != facts.c.subject_id,
            newer.opened_at.between(facts.c.opened_at, moment(now)),
            or_(newer.closed_at.is_(None), newer.closed_at > moment(now)),
        )
    )


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks for the closed ones only: theirs is the index."""
    match scope:
        case DueWithin():
            windows = [(moment(window.since), moment(window.until)) for _, window in scope.steps]
            return and_(
                within(Case.closed_at, windows),
                Case.state == CaseState.CLOSED,
                Case.store_id.in_(scope.stores),
            )
        case Those():
            return Case.id.in_(scope.ids)
        case OfCustomer():
            return Case.customer_id == scope.customer_id
