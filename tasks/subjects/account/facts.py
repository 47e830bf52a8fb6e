"""Accounts as the subject of overdue-accounts (R4): the oldest open invoice sets the level of the whole account."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import Now, at_local, midnight, shift
from models.core.reasons import GivenReason, declare
from models.core.rows import AnySelect
from models.kits.outcomes import PromiseMade
from models.people.tables import Customer
from models.policies.policy import Policy, Step
from models.subjects.account import KIND, NO_PROMISE, PAYMENT, STILL_OWES, Account, Invoice
from models.subjects.arrangement import ArrangementKind
from tasks.subjects.account.arrangements import running_arrangements
from tasks.subjects.account.looks import key_of, same_look
from tasks.subjects.account.netting import day_after, days_of_accounts, latest_promises, statements
from tasks.subjects.account.promising import keep_promise
from tasks.subjects.account.remarks import remarks_of_account
from tasks.subjects.contract import (
    IN_FORCE,
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    Under,
    Window,
    asked,
    counted_within,
    first_reason,
    linked,
    local_days,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today

PAID = declare("nothing-owed")
TOLERATED = declare("within-tolerance")
PROMISED = declare("promise-running")
ARRANGED = {
    ArrangementKind.DISPUTE: declare("account-disputed"),
    ArrangementKind.BLOCK: declare("chasing-blocked"),
    ArrangementKind.INSTALMENTS: declare("instalments-running"),
}


class Accounts(Subject):
    """Anchored at the store-local midnight of the due date of the oldest open invoice."""

    kind = KIND
    anchor_day = "oldest_due"
    by_rules = True
    stays_open = True

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row an account in scope; without an anchor where nothing is owed."""
        return self.facts_under(now, scope, IN_FORCE)

    def facts_under(self, now: Now, scope: Scope, under: Under) -> AnySelect:
        """What is chased depends on the tolerance of who asks: a currency within it is left out of the statement."""
        stores, languages = stores_today(now), own_languages()
        looked_at = days_of_accounts(stores, _in_scope(scope), under)
        _, *version = key_of(looked_at)
        owed = statements(looked_at)
        promise, arranged = latest_promises(looked_at), running_arrangements(looked_at)
        broken = and_(~promise.c.kept, ~promise.c.running, promise.c.promised_for >= owed.c.oldest_due)
        return (
            select(
                looked_at.c.account_id.label("subject_id"),
                *version,
                looked_at.c.store_id,
                looked_at.c.customer_id,
                *about_customer(stores, languages),
                midnight(owed.c.oldest_due, stores.c.time_zone).label("anchor_at"),
                looked_at.c.account,
                owed.c.oldest_due,
                func.coalesce(owed.c.owes, False).label("owes"),
                owed.c.totals,
                owed.c.invoices,
                arranged.c.arranged,
                promise.c.promised_for,
                and_(func.coalesce(promise.c.running, False), ~promise.c.kept).label("promise_running"),
                case((broken, promise.c.promise_id)).label("broken_promise_id"),
                case((broken, day_after(promise.c.promised_for))).label("resumes_on"),
                case((broken, promise.c.made_on - owed.c.oldest_due)).label("reached_days"),
            )
            .join_from(looked_at, stores, stores.c.id == looked_at.c.store_id)
            .outerjoin(languages, languages.c.id == looked_at.c.customer_id)
            .outerjoin(Customer, Customer.id == looked_at.c.customer_id)
            .outerjoin(owed, same_look(owed, looked_at))
            .outerjoin(promise, same_look(promise, looked_at))
            .outerjoin(arranged, same_look(arranged, looked_at))
        )

    def near(self, facts: Subquery, step: Step, window: Window) -> ColumnElement[bool]:  # noqa: ARG002  the contract's
        """The anchor lies in the window, or a broken promise has shifted the levels."""
        return or_(facts.c.resumes_on.is_not(None), counted_within(facts.c.anchor_at, window))

    def due_at(
        self, facts: Subquery, step: Step, policy: Policy, occurs_at: ColumnElement[datetime] | None = None
    ) -> ColumnElement[datetime]:
        """So many days from the oldest due date; after a broken promise, from the level that comes next.

        The next level is due the day after the promised one. The levels behind it keep their distance to it, and
        never come before their own day. Those before it do not come again: null. What recurs goes on after the
        promised day as the calendar says.
        """
        row = facts.c
        if occurs_at is not None:
            by_calendar = super().due_at(facts, step, policy, occurs_at)
            resumed_at = midnight(row.resumes_on, row.time_zone)
            return case((or_(row.resumes_on.is_(None), by_calendar >= resumed_at), by_calendar), else_=null())
        natural = shift(row.anchor_at, row.time_zone, step.after, step.at, day=row.oldest_due)
        days = step.after.days
        resumed = _resumed_level(row.reached_days, policy)
        resumed_day = row.resumes_on + (literal(days, Integer) - resumed)
        hour = step.at or time(0)
        by_promise = at_local(resumed_day, hour, row.time_zone)
        return case(
            (or_(row.resumes_on.is_(None), resumed.is_(None)), natural),
            (resumed > days, null()),
            (resumed == days, at_local(row.resumes_on, hour, row.time_zone)),
            else_=func.greatest(natural, by_promise),
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,  # noqa: ARG002  the contract's
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """Paid, tolerated, arranged otherwise, or promised."""
        owes = asked(STILL_OWES, conditions)
        return first_reason(
            (and_(owes, facts.c.oldest_due.is_(None)), PAID),
            (and_(owes, ~facts.c.owes), TOLERATED),
            *(
                (and_(owes, func.coalesce(facts.c.arranged == kind, literal(False))), code)
                for kind, code in ARRANGED.items()
            ),
            (and_(asked(NO_PROMISE, conditions), facts.c.promise_running), PROMISED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """Totals, invoices, the oldest due date, the promise."""
        row = facts.c
        return func.jsonb_build_object(
            literal("totals", Text), row.totals,
            literal("oldest_due", Text), row.oldest_due,
            literal("invoices", Text), row.invoices,
            literal("promised_for", Text), row.promised_for,
            type_=JSONB,
        )  # fmt: skip

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:
        """What is open, promised, disputed, and on hold."""
        return remarks_of_account(connection, row)

    def take_promise(
        self, connection: Connection, subject_id: int, promise: PromiseMade, made_on: date, attempt_id: int
    ) -> int:
        """It pauses the chasing."""
        return keep_promise(connection, subject_id, promise, made_on, attempt_id)

    def only_in_letters(self) -> frozenset[str]:
        """The account's key."""
        return frozenset({"account"})

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:  # noqa: ARG002  an account has no end
        """The customer's accounts."""
        return linked(PAYMENT, KIND, Account, null()).where(Account.customer_id == customer_id)

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """The statement: account, totals, oldest due date, invoices."""
        return [facts.c[name] for name in ("account", "totals", "oldest_due", "invoices")]


SUBJECT = Accounts()


def _resumed_level(reached_days: ColumnElement[int], policy: Policy) -> ColumnElement[int | None]:
    """The first level, in days after the due date, beyond the one that stood when the promise was made.

    Nobody who broke a promise is told that something will fall due: levels up to the due date do not come again.
    """
    levels = sorted(step.after.days for step in policy.steps if step.after.days > 0)
    return case(*((func.greatest(reached_days, 0) < level, literal(level, Integer)) for level in levels), else_=None)


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            latest = max(local_days(window)[1] for _, window in scope.steps)
            yesterday = scope.now - timedelta(days=1)
            open_lately = select(Invoice.account_id).where(
                or_(Invoice.settled_on.is_(None), Invoice.settled_on >= yesterday.date()), Invoice.due_on <= latest
            )
            return and_(Account.store_id.in_(scope.stores), Account.id.in_(open_lately))
        case Those():
            return Account.id.in_(scope.ids)
        case OfCustomer():
            return Account.customer_id == scope.customer_id
