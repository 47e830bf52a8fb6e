"""Monthly statements of accounts for contract customers, made once a month; what became of their differences (R4)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Date, Select, cast, extract, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from models.core.cadence import local_day, moment
from models.core.words import CaseState
from models.ledger.tables import Case
from models.people.tables import Customer, Store
from models.subjects.account import KIND, Account, AccountRules, Invoice, Payment
from models.subjects.arrangement import Arrangement
from models.subjects.statement import AccountStatement
from tasks.subjects.contract import RulesOf, Those
from tasks.subjects.registry import subject_of

MADE_UNTIL = 7
"""The last day of a month on which its statements are made: after a longer outage there is none."""
MOVED_WITHIN = 31
"""Days: an account without open invoices gets a statement if something was invoiced or paid so lately."""
MOST_LISTED = 2000
OF_A_STATEMENT = "statement:"
"""How the key of the arrangement begins that a difference makes."""


def make_statements(connection: Connection, now: datetime) -> int:
    """Make this month's statements of the accounts of contract customers, where it is early in the store's month.

    How many were made; each account gets one a month, however often this runs. Everything open is on it, also what is
    too little to be chased.
    """
    facts = subject_of(KIND).facts_under(now, Those(_accounts(now)), RulesOf(AccountRules())).subquery("accounts_now")
    row = facts.c
    rows = select(
        row.store_id,
        row.customer_id,
        row.subject_id,
        cast(func.date_trunc("month", row.today), Date),
        moment(now),
        func.coalesce(row.totals, literal({}, JSONB)),
        func.coalesce(row.invoices, literal([], JSONB)),
    ).where(row.store_id.is_not(None))
    columns = ["store_id", "customer_id", "account_id", "month", "made_at", "totals", "invoices"]
    made = insert(AccountStatement).from_select(columns, rows)
    return len(connection.execute(made.on_conflict_do_nothing().returning(AccountStatement.id)).all())


def _accounts(now: datetime) -> Select[tuple[int]]:
    today = local_day(moment(now), Store.time_zone)
    lately = today - MOVED_WITHIN
    open_or_new = select(Invoice.account_id).where(
        or_(Invoice.settled_on.is_(None), Invoice.settled_on >= lately, Invoice.issued_on >= lately)
    )
    paid = select(Payment.account_id).where(Payment.paid_on >= lately)
    done = select(AccountStatement.account_id).where(
        AccountStatement.month == cast(func.date_trunc("month", today), Date)
    )
    return (
        select(Account.id)
        .join(Store, Store.id == Account.store_id)
        .join(Customer, Customer.id == Account.customer_id)
        .where(
            Customer.has_contract,
            Customer.erased_at.is_(None),
            extract("day", today) <= MADE_UNTIL,
            or_(Account.id.in_(open_or_new), Account.id.in_(paid)),
            Account.id.not_in(done),
        )
    )


def resume_settled(connection: Connection, now: datetime) -> int:
    """End the disputes of differences whose case is closed: chasing goes on today. How many."""
    closed = (
        select(func.concat(OF_A_STATEMENT, AccountStatement.id))
        .join(Case, Case.id == AccountStatement.case_id)
        .where(Case.state == CaseState.CLOSED, Case.closed_at <= moment(now))
    )
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Arrangement.store_id).scalar_subquery()
    running = Arrangement.ended_on.is_(None), Arrangement.ends_on >= today
    ended = update(Arrangement).where(Arrangement.key.in_(closed), *running).values(ended_on=today)
    return connection.execute(ended).rowcount


@dataclass(frozen=True, slots=True)
class StatementItem:
    """A statement in a list."""

    id: int
    store: str
    time_zone: str
    account_id: int
    account: str
    customer_id: int
    customer: str
    month: date
    totals: dict[str, str]
    """What was open, by currency."""
    answered_at: datetime | None
    agrees: bool | None
    """None: the customer has not answered."""
    difference: str | None
    case_id: int | None


def list_statements(
    connection: Connection, *, store: str | None = None, month: date | None = None, account_id: int | None = None
) -> list[StatementItem]:
    """The statements of a month (any of its days), or the latest ones; those that differ first.

    `store` is a store's code.
    """
    statement = (
        select(
            AccountStatement.id, Store.code, Store.time_zone, Account.id, Account.key, Customer.id, Customer.name,
            AccountStatement.month, AccountStatement.totals, AccountStatement.answered_at, AccountStatement.agrees,
            AccountStatement.difference, AccountStatement.case_id,
        )
        .join(Account, Account.id == AccountStatement.account_id)
        .join(Customer, Customer.id == AccountStatement.customer_id)
        .join(Store, Store.id == AccountStatement.store_id)
        .order_by(AccountStatement.month.desc(), AccountStatement.agrees.nulls_last(), Store.code, Account.key)
        .limit(MOST_LISTED)
    )  # fmt: skip
    chosen = [
        *([Store.code == store] if store is not None else []),
        *([AccountStatement.month == month.replace(day=1)] if month is not None else []),
        *([AccountStatement.account_id == account_id] if account_id is not None else []),
    ]
    return [StatementItem(*row) for row in connection.execute(statement.where(*chosen))]
