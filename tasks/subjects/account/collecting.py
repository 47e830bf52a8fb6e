"""The collection list of the week: who owes what has passed its day, why, and what comes next (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, literal, select

from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import TouchState
from models.ledger.case_causes import week_of
from models.ledger.tables import Touch
from models.people.tables import Customer, StaffMember, Store
from models.subjects.account import KIND, Account, Invoice, UnpaidBecause
from models.subjects.arrangement import Arrangement, ArrangementKind, Instalment
from tasks.subjects.account.arrangements import runs_on
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

COMING = (TouchState.PLANNED, TouchState.AWAITING_APPROVAL, TouchState.READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionLine:
    """One account that owes something whose day has passed."""

    store: str
    account_id: int
    key: str
    customer_id: int
    customer: str
    overdue: dict[str, Decimal]
    """By currency."""
    oldest_due: date
    days: int
    """Since then."""
    salespeople: str
    """Who sold what is overdue, by name."""
    unpaid_because: UnpaidBecause | None
    held: bool
    arranged: ArrangementKind | None
    """Why nobody chases it for now."""
    promised_for: date | None
    broken: bool
    """The last promise was not kept."""
    part_due_on: date | None
    """Of a plan: when the next part is due."""
    next_step: str | None
    """What comes next of its process, and when."""
    next_at: datetime | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class CollectionList:
    """The accounts to see about in a week, the oldest debt first."""

    since: date
    until: date
    """Exclusive."""
    lines: list[CollectionLine]

    def total(self) -> dict[str, Decimal]:
        """What is overdue in all, by currency."""
        totals: dict[str, Decimal] = {}
        for line in self.lines:
            for currency, amount in line.overdue.items():
                totals[currency] = totals.get(currency, Decimal(0)) + amount
        return dict(sorted(totals.items()))


def read_collection(connection: Connection, now: datetime, store: str | None = None) -> CollectionList:
    """The collection list of the week of `now`. `store` is a store's code; None: all stores."""
    chosen = select(Invoice.account_id).join(Account, Account.id == Invoice.account_id)
    chosen = chosen.where(Invoice.settled_on.is_(None), Invoice.due_on <= now.date() + timedelta(days=1))
    if store is not None:
        chosen = chosen.join(Store, Store.id == Account.store_id).where(Store.code == store)
    facts = subject_of(KIND).facts(now, Those(chosen)).subquery("accounts_now")
    rows = connection.execute(_lines(facts, now)).mappings().all()
    since, until = week_of(rows[0]["today"] if rows else now.date())
    return CollectionList(since, until, [_line(row) for row in rows])


def _lines(facts: Any, now: datetime) -> AnySelect:
    row = facts.c
    coming = (
        select(Touch.step, Touch.due_at)
        .where(Touch.subject_kind == KIND, Touch.subject_id == row.subject_id, Touch.state.in_(COMING))
        .where(Touch.valid_until > moment(now))
        .order_by(Touch.due_at, Touch.id)
        .limit(1)
        .lateral("coming")
    )
    sold = (
        select(func.string_agg(StaffMember.name.distinct(), literal(", ")))
        .join(Invoice, Invoice.salesperson_id == StaffMember.id)
        .where(Invoice.account_id == row.subject_id, Invoice.settled_on.is_(None), Invoice.due_on < row.today)
        .scalar_subquery()
    )
    part = (
        select(func.min(Instalment.due_on))
        .join(Arrangement, Arrangement.id == Instalment.arrangement_id)
        .where(Arrangement.account_id == row.subject_id, runs_on(row.today), Instalment.due_on >= row.today)
        .scalar_subquery()
    )
    return (
        select(
            Store.code.label("store"), Store.time_zone, row.subject_id.label("account_id"), row.account.label("key"),
            row.customer_id, Customer.name.label("customer"), row.invoices, row.today, row.oldest_due,
            Account.unpaid_because, Account.held_since.is_not(None).label("held"), row.arranged,
            row.promised_for, row.promise_running, row.broken_promise_id, sold.label("salespeople"),
            part.label("part_due_on"), coming.c.step.label("next_step"), coming.c.due_at.label("next_at"),
        )
        .join(Store, Store.id == row.store_id)
        .join(Account, Account.id == row.subject_id)
        .join(Customer, Customer.id == row.customer_id)
        .outerjoin(coming, literal(True))
        .where(and_(row.owes, row.oldest_due < row.today))
        .order_by(row.oldest_due, Store.code, row.account)
    )  # fmt: skip


def _line(row: Any) -> CollectionLine:
    overdue: dict[str, Decimal] = {}
    for one in row["invoices"] or ():
        if date.fromisoformat(one["due_on"]) < row["today"]:
            overdue[one["currency"]] = overdue.get(one["currency"], Decimal(0)) + Decimal(one["open"])
    taken: Sequence[str] = (
        "store", "time_zone", "account_id", "key", "customer_id", "customer", "oldest_due", "unpaid_because", "held",
        "arranged", "part_due_on", "next_step", "next_at",
    )  # fmt: skip
    return CollectionLine(
        **{name: row[name] for name in taken},
        overdue=dict(sorted(overdue.items())),
        days=(row["today"] - row["oldest_due"]).days,
        salespeople=row["salespeople"] or "",
        promised_for=row["promised_for"] if row["promise_running"] else None,
        broken=row["broken_promise_id"] is not None,
    )
