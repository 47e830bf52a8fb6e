"""What customers do about what they owe: see it, and promise to pay by a day, which pauses the chasing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, literal, select
from sqlalchemy.dialects.postgresql import insert

from models.core.errors import Conflict
from models.subjects.account import KIND as ACCOUNT
from models.subjects.account import Account, Promise
from models.subjects.owing import Owing, read_owing
from models.subjects.promises_to_pay import check_promised_day, latest_day
from tasks.ledger import audit
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of


class NothingToPromise(Conflict):
    """Nothing is owed on the account, or a promise is running or was broken."""

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        super().__init__(f"Nothing can be promised for account {account_id} without the store.")


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What a customer owes, as they see it."""

    key: str
    owing: Owing
    chased: bool
    """It is more than the store lets stand."""
    promised_for: date | None
    """The day of a promise that runs."""
    broken: bool
    """The last promise was not kept: the next is made to a person."""

    @property
    def today(self) -> date:
        """The store-local day."""
        return self.owing.today

    @property
    def may_promise(self) -> bool:
        """Whether the customer may promise a day alone."""
        return self.chased and self.promised_for is None and not self.broken

    @property
    def latest_day(self) -> date:
        """The last day that may be promised."""
        return latest_day(self.today)


def see_account(connection: Connection, account_id: int, now: datetime) -> AccountSeen:
    """What is open of an account, netted afresh."""
    facts = subject_of(ACCOUNT).facts(now, Those(select(literal(account_id))))
    row = connection.execute(facts).mappings().one()
    return AccountSeen(
        key=row["account"],
        owing=read_owing(row["invoices"], row["today"]),
        chased=row["owes"],
        promised_for=row["promised_for"] if row["promise_running"] else None,
        broken=row["broken_promise_id"] is not None,
    )


def promise(connection: Connection, account_id: int, on: date, now: datetime) -> None:
    """The customer promises to pay all that is owed by a day.

    Raises `NothingToPromise`, `PromiseForThePast`, `PromiseTooFarOff`.
    """
    account = connection.execute(
        select(Account.store_id, Account.customer_id).where(Account.id == account_id).with_for_update(key_share=True)
    ).one()
    seen = see_account(connection, account_id, now)
    if seen.promised_for == on:
        return  # the same sent twice, by a second click
    if not seen.may_promise:
        raise NothingToPromise(account_id)
    check_promised_day(on, seen.today)
    values = {"account_id": account_id, "made_on": seen.today, "promised_for": on}
    # A promise of the same day for the same day, paid and owed again meanwhile, says nothing new.
    statement = insert(Promise).values(store_id=account.store_id, key=f"link:{account_id}:{seen.today}:{on}", **values)
    connection.execute(statement.on_conflict_do_nothing(index_elements=["store_id", "key"]))
    after = {"made_on": seen.today.isoformat(), "promised_for": on.isoformat()}
    actor = f"customer:{account.customer_id}"
    audit.record(connection, now, actor, "promise.made", "account", account_id, None, after)
