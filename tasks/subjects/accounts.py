"""Accounts as the subject of overdue-accounts (R4): the oldest open invoice sets the level of the whole account."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.cadence import at_local, midnight, shift
from models.money import Account, Invoice
from models.people import Customer, Store
from models.policy import Policy, Step
from models.words import Condition, SubjectKind
from tasks.subjects.contract import SLACK, DueWithin, OfCustomer, Scope, Those, asked, first_reason
from tasks.subjects.customers import about_customer
from tasks.subjects.netting import day_after, days_of_accounts, latest_promises, open_invoices, statements

PAID = "nothing is owed any more"
TOLERATED = "the balance is within the tolerance"
PROMISED = "a promise to pay is running"


class Accounts:
    """Anchored at the store-local midnight of the due date of the oldest open invoice."""

    kind = SubjectKind.ACCOUNT

    def facts(self, now: datetime, scope: Scope) -> Select[Any]:
        """One row an account in scope; without an anchor where nothing is owed."""
        looked_at = days_of_accounts(now, _accounts(scope))
        owed = statements(looked_at, open_invoices(looked_at))
        promise = latest_promises(looked_at)
        broken = and_(~promise.c.kept, ~promise.c.running, promise.c.promised_for >= owed.c.oldest_due)
        return (
            select(
                Account.id.label("subject_id"),
                Account.store_id,
                Account.customer_id,
                *about_customer(now),
                midnight(owed.c.oldest_due, Store.time_zone).label("anchor_at"),
                Account.key.label("account"),
                owed.c.oldest_due,
                func.coalesce(owed.c.owes, False).label("owes"),
                owed.c.totals,
                owed.c.invoices,
                promise.c.promised_for,
                and_(func.coalesce(promise.c.running, False), ~promise.c.kept).label("promise_running"),
                case((broken, promise.c.promise_id)).label("broken_promise_id"),
                case((broken, day_after(promise.c.promised_for))).label("resumes_on"),
                case((broken, promise.c.made_on - owed.c.oldest_due)).label("reached_days"),
            )
            .join_from(looked_at, Account, Account.id == looked_at.c.account_id)
            .join(Store, Store.id == Account.store_id)
            .join(Customer, Customer.id == Account.customer_id)
            .outerjoin(owed, owed.c.account_id == Account.id)
            .outerjoin(promise, promise.c.account_id == Account.id)
        )

    def due_at(self, facts: Subquery, step: Step, policy: Policy) -> ColumnElement[datetime]:
        """So many days from the oldest due date; after a broken promise, from the level that comes next.

        The next level is due the day after the promised one. The levels behind it keep their distance to it, and
        never come before their own day.
        """
        row = facts.c
        natural = shift(row.anchor_at, row.time_zone, step.after, step.at)
        days = step.after.days
        resumed = _resumed_level(row.reached_days, policy)
        resumed_day = row.resumes_on + (literal(days, Integer) - resumed)
        hour = step.at or time(0)
        by_promise = at_local(resumed_day, hour, row.time_zone)
        return case(
            (or_(row.resumes_on.is_(None), resumed.is_(None), resumed > days), natural),
            (resumed == days, at_local(row.resumes_on, hour, row.time_zone)),
            else_=func.greatest(natural, by_promise),
        )

    def reason(
        self,
        facts: Subquery,
        now: datetime,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Any],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """Paid, tolerated, or promised."""
        owes = asked(Condition.STILL_OWES, conditions)
        return first_reason(
            (and_(owes, facts.c.oldest_due.is_(None)), PAID),
            (and_(owes, ~facts.c.owes), TOLERATED),
            (and_(asked(Condition.NO_PROMISE, conditions), facts.c.promise_running), PROMISED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Any]:
        """Totals, invoices, the oldest due date, the promise."""
        row = facts.c
        return func.jsonb_build_object(
            literal("totals", Text), row.totals,
            literal("oldest_due", Text), row.oldest_due,
            literal("invoices", Text), row.invoices,
            literal("promised_for", Text), row.promised_for,
            type_=JSONB,
        )  # fmt: skip

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The statement: account, totals, oldest due date, invoices."""
        return [facts.c[name] for name in ("account", "totals", "oldest_due", "invoices")]


def _resumed_level(reached_days: ColumnElement[int], policy: Policy) -> ColumnElement[int | None]:
    """The first level, in days after the due date, beyond the one that stood when the promise was made.

    Nobody who broke a promise is told that something will fall due: levels up to the due date do not come again.
    """
    levels = sorted(step.after.days for step in policy.steps if step.after.days > 0)
    return case(*((func.greatest(reached_days, 0) < level, literal(level, Integer)) for level in levels), else_=None)


def _accounts(scope: Scope) -> Select[Any]:
    """The ids of the accounts in scope."""
    match scope:
        case DueWithin():
            latest = max(window.until for _, window in scope.steps) + SLACK
            yesterday = scope.now - timedelta(days=1)
            return (
                select(Invoice.account_id)
                .join(Account, Account.id == Invoice.account_id)
                .where(
                    Account.store_id.in_(scope.stores),
                    or_(Invoice.settled_on.is_(None), Invoice.settled_on >= yesterday.date()),
                    Invoice.due_on <= latest.date(),
                )
            )
        case Those():
            return scope.ids
        case OfCustomer():
            return select(Account.id).where(Account.customer_id == scope.customer_id)
