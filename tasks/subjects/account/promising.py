"""A promise to pay that a customer made at the phone."""

from datetime import date

from sqlalchemy import Connection, insert, select

from models.kits.outcomes import PromiseMade
from models.ledger.tables import CallAttempt
from models.subjects.account import Account, Promise


def keep_promise(connection: Connection, account_id: int, promise: PromiseMade, made_on: date, attempt_id: int) -> int:
    """Write down what was promised in one try at a call; the promise's id. `made_on` is the store-local day.

    Whoever made the call follows the promise.
    """
    store_id = connection.execute(select(Account.store_id).where(Account.id == account_id)).scalar_one()
    statement = insert(Promise).values(
        store_id=store_id,
        key=f"call:{attempt_id}",
        account_id=account_id,
        made_on=made_on,
        promised_for=promise.on,
        amount=promise.amount,
        currency=promise.currency,
        follower_id=select(CallAttempt.staff_id).where(CallAttempt.id == attempt_id).scalar_subquery(),
    )
    return connection.execute(statement.returning(Promise.id)).scalar_one()
