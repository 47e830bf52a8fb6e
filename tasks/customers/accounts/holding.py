"""Holding and releasing accounts by hand, each with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from models.core.errors import Conflict, InvalidInput
from models.core.rows import AnyRow, AnySelect
from models.people.tables import Store
from models.subjects.account import Account, UnpaidBecause
from tasks.ledger import audit
from tasks.stores.staff import find_actor
from tasks.subjects.account.ageing import UnknownAccount
from tasks.subjects.account.releasing import release

LONGEST_REASON = 500


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
    """An action on an account by hand needs a reason."""

    field = "reason"

    def __init__(self) -> None:
        super().__init__("Say why: a reason is needed.")


class ReasonTooLong(InvalidInput):
    """The reason is too long."""

    field = "reason"

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


def _accounts() -> AnySelect:
    return (
        select(Account.__table__, Store.time_zone, Store.code.label("store"))
        .join(Store, Store.id == Account.store_id)
        .with_for_update(of=Account)
    )


def _found(row: AnyRow, now: datetime) -> Found:
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
    actor = find_actor(connection, staff_code, account.store_id)
    if account.held_since is None:
        raise NotHeld(account.key)
    (case,) = release(connection, [account.id], text, now, actor.code)
    return case


def say_why_unpaid(
    connection: Connection, account: Found, because: UnpaidBecause | None, now: datetime, staff_code: str
) -> None:
    """Write down why an account is not paid, as staff found out; None: it is not known any more.

    Raises `UnknownStaff`, `InactiveStaff`.
    """
    actor = find_actor(connection, staff_code, account.store_id)
    before = connection.scalar(select(Account.unpaid_because).where(Account.id == account.id))
    since = account.today if because is not None else None
    changed = update(Account).where(Account.id == account.id)
    connection.execute(changed.values(unpaid_because=because, unpaid_because_on=since))
    said = {"unpaid_because": before}, {"unpaid_because": because}
    audit.record(connection, now, actor.code, "account.why-unpaid", "account", account.id, *said)
