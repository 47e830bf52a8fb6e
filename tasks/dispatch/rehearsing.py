"""A dry run: the sweep and the claim as they are, in a transaction that is rolled back. Nothing is sent or kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Uuid, any_, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from models.core.words import Decision, ProcessName
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import Dispatcher, Touch
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from tasks.dispatch.claim import claim
from tasks.dispatch.dispatch import account_of_claim
from tasks.planning.sweep import plan

CUSTOMERS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class WouldContact:
    """A customer who would be contacted."""

    customer: str
    customer_key: str
    store: str
    process: str
    step: str
    kind: str
    channel: str | None
    recipient: str | None
    due_at: datetime


def rehearse(connection: Connection, process: ProcessName, now: datetime) -> tuple[RunAccount, list[WouldContact]]:
    """What a run of a process at `now` would do: its account, with `sent` as if every channel accepted, and who would
    be contacted, in due order. The connection's transaction is rolled back to where it was."""
    savepoint = connection.begin_nested()
    try:
        account = plan(connection, process, now, None)
        dispatcher_id = connection.execute(
            insert(Dispatcher).values(started_at=now).returning(Dispatcher.id)
        ).scalar_one()
        contacted: list[UUID] = []
        while judged := claim(connection, now, dispatcher_id=dispatcher_id, limit=CUSTOMERS_AT_ONCE, process=process):
            passed = [one.id for one in judged if one.decision is Decision.PASS]
            merged = sum(one.merged_into is not None for one in judged)
            claimed = account_of_claim(judged)
            claimed.sent, claimed.of_which_merged = len(passed), merged
            account += claimed
            contacted += passed
        return account, _contacts(connection, contacted)
    finally:
        savepoint.rollback()


def _contacts(connection: Connection, touch_ids: list[UUID]) -> list[WouldContact]:
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Touch.customer_id).scalar_subquery()
    rows = connection.execute(
        select(
            Customer.name, key, Store.code, Touch.process, Touch.step, Touch.kind, Touch.channel, ContactPoint.value,
            Touch.due_at,
        )
        .join(Customer, Customer.id == Touch.customer_id)
        .join(Store, Store.id == Touch.store_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .where(Touch.id == any_(literal(touch_ids, ARRAY(Uuid))))
        .order_by(Touch.due_at, Touch.process, Touch.step, Customer.name)
    )  # fmt: skip
    return [WouldContact(*row) for row in rows]
