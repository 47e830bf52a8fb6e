"""Statements as the subject of account-statements (R4): sent as they are made, and asked about once more."""

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
    func,
    literal,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, local_day, midnight, moment
from models.core.reasons import DAY, GivenReason, declare, give
from models.core.rows import AnySelect
from models.people.tables import Customer
from models.subjects.account import Account
from models.subjects.statement import KIND, NOT_ANSWERED, STATEMENT, STATEMENT_LASTS, AccountStatement
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    asked,
    first_reason,
    linked,
    local_days,
    within,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today

ANSWERED = declare("statement-answered")
WAITS = declare("statement-waits", day=DAY)


class Statements(Subject):
    """Anchored at the store-local midnight of the day on which a statement was made."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row a statement that was made by then."""
        stores, languages = stores_today(now), own_languages()
        made_on = local_day(AccountStatement.made_at, stores.c.time_zone)
        answered = and_(AccountStatement.answered_at.is_not(None), AccountStatement.answered_at <= moment(now))
        return (
            select(
                AccountStatement.id.label("subject_id"),
                AccountStatement.store_id,
                AccountStatement.customer_id,
                *about_customer(stores, languages),
                midnight(made_on, stores.c.time_zone).label("anchor_at"),
                made_on.label("day"),
                AccountStatement.month,
                AccountStatement.totals,
                func.coalesce(answered, literal(False)).label("answered"),
                case((answered, AccountStatement.agrees)).label("agrees"),
                Account.key.label("account"),
            )
            .join_from(AccountStatement, stores, stores.c.id == AccountStatement.store_id)
            .join(Account, Account.id == AccountStatement.account_id)
            .outerjoin(languages, languages.c.id == AccountStatement.customer_id)
            .outerjoin(Customer, Customer.id == AccountStatement.customer_id)
            .where(AccountStatement.made_at <= moment(now), _in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The customer has agreed, or said what differs."""
        return first_reason((and_(asked(NOT_ANSWERED, conditions), facts.c.answered), ANSWERED))

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """The month, what was open, and whether the customer agrees."""
        return func.jsonb_build_object(
            literal("month", Text), facts.c.month,
            literal("totals", Text), facts.c.totals,
            literal("agrees", Text), facts.c.agrees,
            type_=JSONB,
        )  # fmt: skip

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That the customer has not answered."""
        return [] if row["answered"] else [give(WAITS, day=row["day"])]

    def only_in_letters(self) -> frozenset[str]:
        """The account's key."""
        return frozenset({"account"})

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:
        """The statements of late."""
        return (
            linked(STATEMENT, KIND, AccountStatement, null(), Account.key)
            .join(Account, Account.id == AccountStatement.account_id)
            .where(
                AccountStatement.customer_id == customer_id,
                AccountStatement.made_at.between(moment(now - STATEMENT_LASTS), moment(now)),
            )
        )

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The account, the day of the statement, and what was open."""
        return [facts.c.account, facts.c.day, facts.c.totals]


SUBJECT = Statements()


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    """A sweep looks at the statements of the months that its windows touch: theirs is the index."""
    match scope:
        case DueWithin():
            windows = [local_days(window) for _, window in scope.steps]
            months = [(since.replace(day=1), until) for since, until in windows]
            return and_(within(AccountStatement.month, months), AccountStatement.store_id.in_(scope.stores))
        case Those():
            return AccountStatement.id.in_(scope.ids)
        case OfCustomer():
            return AccountStatement.customer_id == scope.customer_id
