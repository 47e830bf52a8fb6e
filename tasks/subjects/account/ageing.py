"""How old the debts are: not due, 0-30, 31-60 and over 60 days, in one currency each (R4); and the list of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.types import Text

from models.core.cadence import local_day, moment
from models.core.errors import NotFound
from models.core.rows import AnySelect, Cells
from models.people.tables import Customer, StaffMember, Store
from models.subjects.account import Account, Invoice, UnpaidBecause
from models.subjects.arrangement import Arrangement, ArrangementKind
from tasks.subjects.account.arrangements import is_kept, runs_on
from tasks.subjects.account.netting import balances_of, days_of_accounts, disputed_of
from tasks.subjects.contract import IN_FORCE
from tasks.subjects.customers import stores_today


class UnknownAccount(NotFound):
    """No account of the store has this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no account '{key}' that you may see.")


class Per(StrEnum):
    """What a line of the ageing is about."""

    ACCOUNT = "account"
    SALESPERSON = "salesperson"
    STORE = "store"
    CAUSE = "cause"
    """Why it is not paid."""


@dataclass(frozen=True, slots=True)
class AgeingLine:
    """What is open of one account, salesperson or store in one currency. `disputed` is not among the others."""

    store: str
    """The store's code."""
    key: str | None
    """The account's key, the salesperson's staff code, or the word of the cause; None: of the store, sold by nobody
    that is known, or unpaid for a reason that nobody has found out."""
    name: str
    """The customer's, the salesperson's or the store's; empty for a cause."""
    customer_id: int | None
    account_id: int | None
    currency: str
    not_due: Decimal
    days_0_30: Decimal
    days_31_60: Decimal
    over_60: Decimal
    disputed: Decimal
    total: Decimal
    """All but what is disputed."""
    oldest_due: date | None


@dataclass(frozen=True, slots=True)
class AccountItem:
    """An account in a list."""

    id: int
    key: str
    store: str
    time_zone: str
    customer_id: int
    customer: str
    held_since: date | None
    hold_reason: str | None
    """A reason code, or somebody's own words."""
    unpaid_because: UnpaidBecause | None
    arrangements: Sequence["ArrangementItem"] = ()


@dataclass(frozen=True, slots=True)
class ArrangementItem:
    """A running arrangement."""

    id: int
    kind: ArrangementKind
    invoice: str | None
    starts_on: date
    ends_on: date
    reason: str | None


def read_ageing(connection: Connection, now: datetime, per: Per, store: str | None = None) -> list[AgeingLine]:
    """The ageing of all that is open, or of one store's, the largest sum first. `store`: a store's code."""
    chosen = literal(True) if store is None else Account.store_id.in_(select(Store.id).where(Store.code == store))
    return _ageing(connection, now, per, chosen)


def _ageing(connection: Connection, now: datetime, per: Per, chosen: ColumnElement[bool]) -> list[AgeingLine]:
    looked_at = days_of_accounts(stores_today(now), chosen, IN_FORCE)
    open_items, disputed = balances_of(looked_at), disputed_of(looked_at)
    items = _items(looked_at, open_items, disputed)
    rows = connection.execute(_lines(items, per)).mappings()
    return [AgeingLine(**row) for row in rows]


def _items(looked_at: CTE, open_items: Subquery, disputed: Subquery) -> CTE:
    """Each open and each disputed invoice with its age in days; below zero: not due yet."""
    day = looked_at.c.today
    both = [
        select(
            looked_at.c.account_id,
            looked_at.c.store_id,
            looked_at.c.customer_id,
            looked_at.c.account,
            rows.c.salesperson_id,
            rows.c.currency,
            rows.c.due_on,
            (day - rows.c.due_on).label("days"),
            rows.c.open,
            literal(contested).label("contested"),
        ).join(rows, rows.c.account_id == looked_at.c.account_id)
        for rows, contested in ((open_items, False), (disputed, True))
    ]
    return both[0].union_all(both[1]).cte("items")


def _lines(items: CTE, per: Per) -> AnySelect:
    """Summed by store, by who it is of, and by currency."""
    named = (
        select(Store.code.label("store"), *_who(items, per), items.c.currency, items.c.due_on)
        .add_columns(items.c.days, items.c.open, items.c.contested)
        .join_from(items, Store, Store.id == items.c.store_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .outerjoin(StaffMember, StaffMember.id == items.c.salesperson_id)
        .subquery("named")
    )
    row = named.c
    of = [row[name] for name in ("store", "key", "name", "customer_id", "account_id", "currency")]
    chased = ~row.contested
    total = _sum(row.open, chased)
    return (
        select(
            *of,
            _sum(row.open, and_(chased, row.days < 0)).label("not_due"),
            _sum(row.open, and_(chased, row.days.between(0, 30))).label("days_0_30"),
            _sum(row.open, and_(chased, row.days.between(31, 60))).label("days_31_60"),
            _sum(row.open, and_(chased, row.days > 60)).label("over_60"),
            _sum(row.open, row.contested).label("disputed"),
            total.label("total"),
            func.min(row.due_on).filter(chased).label("oldest_due"),
        )
        .group_by(*of)
        .order_by(row.currency, total.desc(), row.store, row.key)
    )


def _who(items: CTE, per: Per) -> list[ColumnElement[Any]]:
    nobody = null().label("customer_id"), null().label("account_id")
    match per:
        case Per.ACCOUNT:
            row = items.c
            return [
                row.account.label("key"), Customer.name.label("name"), row.customer_id.label("customer_id"),
                row.account_id.label("account_id"),
            ]  # fmt: skip
        case Per.SALESPERSON:
            return [StaffMember.code.label("key"), func.coalesce(StaffMember.name, "").label("name"), *nobody]
        case Per.STORE:
            return [literal(None, Text).label("key"), Store.name.label("name"), *nobody]
        case Per.CAUSE:
            cause = select(cast(Account.unpaid_because, Text)).where(Account.id == items.c.account_id)
            return [cause.scalar_subquery().label("key"), literal("", Text).label("name"), *nobody]


def _sum(amount: ColumnElement[Any], when: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((when, amount))), literal(Decimal("0.00")))


def list_accounts(
    connection: Connection, now: datetime, *, store: str | None = None, account_id: int | None = None
) -> list[AccountItem]:
    """The accounts that are on hold or about which something is arranged; or one account. `store`: a store's code."""
    running = _running(select(Arrangement.account_id), now)
    statement = (
        select(
            Account.id,
            Account.key,
            Store.code.label("store"),
            Store.time_zone,
            Account.customer_id,
            Customer.name.label("customer"),
            Account.held_since,
            Account.hold_reason,
            Account.unpaid_because,
        )
        .join(Store, Store.id == Account.store_id)
        .join(Customer, Customer.id == Account.customer_id)
        .order_by(Account.held_since.nulls_last(), Account.key, Account.id)
    )
    if account_id is not None:
        statement = statement.where(Account.id == account_id)
    else:
        statement = statement.where(or_(Account.held_since.is_not(None), Account.id.in_(running)))
    if store is not None:
        statement = statement.where(Store.code == store)
    rows = connection.execute(statement).mappings().all()
    arranged = _arrangements(connection, now, [row["id"] for row in rows])
    return [AccountItem(**row, arrangements=tuple(arranged.get(row["id"], ()))) for row in rows]


def _arrangements(connection: Connection, now: datetime, accounts: Sequence[int]) -> dict[int, list[ArrangementItem]]:
    if not accounts:
        return {}
    statement = _running(
        select(
            Arrangement.account_id,
            Arrangement.id,
            Arrangement.kind,
            Invoice.key.label("invoice"),
            Arrangement.starts_on,
            Arrangement.ends_on,
            Arrangement.reason,
        ).outerjoin(Invoice, Invoice.id == Arrangement.invoice_id),
        now,
    )
    rows = connection.execute(
        statement.where(Arrangement.account_id.in_(accounts)).order_by(Arrangement.ends_on, Arrangement.id)
    ).mappings()
    found: dict[int, list[ArrangementItem]] = {}
    for row in rows:
        said = dict(row)
        found.setdefault(said.pop("account_id"), []).append(ArrangementItem(**said))
    return found


def _running(arrangements: Select[Cells], now: datetime) -> Select[Cells]:
    """Of a select of arrangements, those that run on the day of their store."""
    today = local_day(moment(now), Store.time_zone)
    return (
        arrangements.join(Account, Account.id == Arrangement.account_id)
        .join(Store, Store.id == Account.store_id)
        .where(runs_on(today), is_kept(today))
    )


def read_account(
    connection: Connection, now: datetime, account_id: int, store_id: int | None
) -> tuple[AccountItem, list[AgeingLine]]:
    """One account and its ageing, for somebody of a store or (None) of all. Raises `UnknownAccount`."""
    reached = select(Account.id).where(Account.id == account_id)
    if connection.scalar(reached if store_id is None else reached.where(Account.store_id == store_id)) is None:
        raise UnknownAccount(str(account_id))
    (item,) = list_accounts(connection, now, account_id=account_id)
    return item, _ageing(connection, now, Per.ACCOUNT, Account.id == account_id)


def accounts_of(connection: Connection, customer_id: int) -> list[tuple[int, str]]:
    """The accounts of a customer: id and key."""
    rows = connection.execute(
        select(Account.id, Account.key).where(Account.customer_id == customer_id).order_by(Account.key, Account.id)
    )
    return [(row.id, row.key) for row in rows]
