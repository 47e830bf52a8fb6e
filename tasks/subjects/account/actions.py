"""What tasks about accounts do when they reach their desk."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from models.core.cadence import local_day, moment
from models.core.reasons import declare
from models.ledger.tables import Touch
from models.people.tables import Store
from models.subjects.account import Account, HoldAccount
from tasks.subjects.contract import Action

HOLD_REASON = declare("handed-to-finance")


def hold(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> None:
    """Put the accounts of the chosen touches on hold from the store-local day on; one that is held stays as it is."""
    today = select(local_day(moment(now), Store.time_zone)).where(Store.id == Account.store_id).scalar_subquery()
    connection.execute(
        update(Account)
        .where(Account.id.in_(select(Touch.subject_id).where(chosen)), Account.held_since.is_(None))
        .values(held_since=today, hold_reason=HOLD_REASON)
    )


ACTIONS: dict[type[HoldAccount], Action] = {HoldAccount: hold}
