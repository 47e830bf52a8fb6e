"""Accounts on hold: put on by finance or by hand, and taken off by hand, or by themselves as soon as they have paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, and_, exists, literal, or_, select, update

from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.reasons import declare, read_reason
from models.core.words import CaseKind, InvoiceKind, InvoiceStatus
from models.people.tables import Store
from models.subjects.account import KIND, Account, Invoice
from tasks import audit
from tasks.cases.handling import NewCase, open_case
from tasks.stores.staff import Actor, find_actor
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

HANDED_OVER = declare("handed-to-finance")
REFUSED = declare("refused-to-pay")
BY_ITSELF = (HANDED_OVER, REFUSED)
"""What was put on hold for its debt is released when the debt is gone; what was held by hand, by hand."""
PAID = declare("paid-within-tolerance")
LONGEST_REASON = 500
RELEASED_BY = "aftercare"


class UnknownAccount(NotFound):
    """No account of the store has this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no account '{key}' that you may see.")


class SeveralAccounts(InvalidInput):
    """Several stores have an account with this key."""

    def __init__(self, key: str, stores: Sequence[str]) -> None:
        self.key, self.stores = key, tuple(stores)
        super().__init__(f"Several stores have an account '{key}': name one of {', '.join(stores)}.")


class HeldAlready(Conflict):
    """The account is on hold."""

    def __init__(self, account: str, since: date) -> None:
        self.account, self.since = account, since
        super().__init__(f"Account {account} has been on hold since {since}.")


class NotHeld(Conflict):
    """The account is not on hold."""

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(f"Account {account} is not on hold, so there is nothing to release.")


class ReasonMissing(InvalidInput):
    """What is done to an account by hand needs a reason."""

    def __init__(self) -> None:
        super().__init__("Say why: a reason is needed.")


class ReasonTooLong(InvalidInput):
    """A reason that is longer than anybody reads."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"The reason is too long; it may have {most} characters.")


@dataclass(frozen=True, slots=True)
class Found:
    """An account that somebody acts on, locked."""

    id: int
    key: str
    store_id: int
    customer_id: int
    held_since: date | None
    hold_reason: str | None
    today: date
    """Of its store."""


def find_account(connection: Connection, key: str, now: datetime, store: str | None = None) -> Found:
    """The account with a key, locked until the transaction ends. `store`: a store's code; None: any.

    Raises `UnknownAccount` or `SeveralAccounts`.
    """
    statement = _accounts().where(Account.key == key)
    rows = connection.execute(statement if store is None else statement.where(Store.code == store)).all()
    if not rows:
        raise UnknownAccount(key)
    if len(rows) > 1:
        raise SeveralAccounts(key, sorted(row.store for row in rows))
    return _found(rows[0], now)


def find_account_of(connection: Connection, account_id: int, now: datetime, store_id: int | None) -> Found:
    """The account with an id, for somebody of a store or (None) of all. Raises `UnknownAccount`."""
    statement = _accounts().where(Account.id == account_id)
    row = connection.execute(
        statement if store_id is None else statement.where(Account.store_id == store_id)
    ).one_or_none()
    if row is None:
        raise UnknownAccount(str(account_id))
    return _found(row, now)


def _accounts() -> Select[Any]:
    return (
        select(Account.__table__, Store.time_zone, Store.code.label("store"))
        .join(Store, Store.id == Account.store_id)
        .with_for_update(of=Account)
    )


def _found(row: Row[Any], now: datetime) -> Found:
    today = now.astimezone(ZoneInfo(row.time_zone)).date()
    return Found(row.id, row.key, row.store_id, row.customer_id, row.held_since, row.hold_reason, today)


def check_reason(reason: str | None) -> str:
    """A reason as it is kept. Raises `ReasonMissing` or `ReasonTooLong`."""
    text = (reason or "").strip()
    if not text:
        raise ReasonMissing
    if len(text) > LONGEST_REASON:
        raise ReasonTooLong(LONGEST_REASON)
    return text


def hold_account(connection: Connection, account: Found, reason: str | None, now: datetime, staff_code: str) -> None:
    """Put an account on hold by hand. It stays so until it is released by hand.

    Raises `ReasonMissing`, `ReasonTooLong`, `HeldAlready`, `UnknownStaff`, `InactiveStaff`.
    """
    text = check_reason(reason)
    actor = find_actor(connection, staff_code, account.store_id)
    if account.held_since is not None:
        raise HeldAlready(account.key, account.held_since)
    connection.execute(
        update(Account).where(Account.id == account.id).values(held_since=account.today, hold_reason=text)
    )
    after = {"held_since": account.today.isoformat(), "reason": text}
    audit.record(connection, now, actor.code, "account.held", "account", account.id, {"held_since": None}, after)


def release_account(connection: Connection, account: Found, reason: str | None, now: datetime, staff_code: str) -> int:
    """Take an account off hold by hand; the case that has what was cut off restored.

    Raises `ReasonMissing`, `ReasonTooLong`, `NotHeld`, `UnknownStaff`, `InactiveStaff`.
    """
    text = check_reason(reason)
    actor: Actor = find_actor(connection, staff_code, account.store_id)
    if account.held_since is None:
        raise NotHeld(account.key)
    return _release(connection, account, text, now, actor.code)


def release_paid(connection: Connection, now: datetime, accounts: Select[tuple[int]] | None = None) -> int:
    """Take every account off hold that was held for its debt and owes no more than is tolerated; how many.

    `accounts` selects the ids of those to look at; None: all that are on hold. To do it twice changes nothing more.
    """
    held = select(Account.id).where(Account.held_since.is_not(None), Account.hold_reason.in_(BY_ITSELF))
    if accounts is not None:
        held = held.where(Account.id.in_(accounts))
    facts = subject_of(KIND).facts(now, Those(held)).subquery("facts")
    paid = select(facts.c.subject_id).where(
        or_(facts.c.oldest_due.is_(None), ~facts.c.owes), ~_contested(facts.c.subject_id)
    )
    ids = connection.scalars(paid).all()
    if not ids:
        return 0
    rows = connection.execute(_accounts().where(Account.id.in_(ids), Account.held_since.is_not(None))).all()
    for row in rows:
        _release(connection, _found(row, now), PAID, now, RELEASED_BY)
    return len(rows)


def _contested(account_id: Any) -> Any:
    """An invoice is disputed and not settled: what is contested is not paid."""
    return exists(
        select(literal(1)).where(
            and_(
                Invoice.account_id == account_id,
                Invoice.kind == InvoiceKind.INVOICE,
                Invoice.status == InvoiceStatus.DISPUTED,
                Invoice.settled_on.is_(None),
            )
        )
    )


def _release(connection: Connection, account: Found, reason: str, now: datetime, actor: str) -> int:
    """One release: its audit entry, and the task for finance to restore the same day what was cut off."""
    assert account.held_since is not None  # noqa: S101  whoever calls this has asked
    connection.execute(update(Account).where(Account.id == account.id).values(held_since=None, hold_reason=None))
    before = {"held_since": account.held_since.isoformat(), "reason": account.hold_reason}
    after = {"held_since": None, "reason": reason}
    audit.record(connection, now, actor, "account.released", "account", account.id, before, after)
    language, zone = connection.execute(
        select(Store.language, Store.time_zone).where(Store.id == account.store_id)
    ).one()
    restore = NewCase(
        store_id=account.store_id,
        customer_id=account.customer_id,
        kind=CaseKind.RESTORE_SERVICE,
        cause=f"account:{account.id}/{now.isoformat()}",
        note=f"{account.key}: {read_reason(reason).say(language)}",
        solve_by=_end_of_day(now, ZoneInfo(zone)),
    )
    return open_case(connection, restore, now)


def _end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The store-local midnight that the day of `now` ends with."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(0), zone)
