"""Accounts that have paid come off hold by themselves, and finance restores the same day what was cut off."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from models.core.reasons import declare, read_reason
from models.core.rows import AnyRow
from models.core.words import CaseKind, CaseState, InvoiceKind, InvoiceStatus
from models.ledger.cases import TITLES
from models.ledger.tables import Case
from models.people.tables import Store
from models.subjects.account import KIND, Account, Invoice
from tasks.ledger import audit
from tasks.ledger.case_owners import owner_for
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

HANDED_OVER = declare("handed-to-finance")
REFUSED = declare("refused-to-pay")
BY_ITSELF = (HANDED_OVER, REFUSED)
"""What was put on hold for its debt is released when the debt is gone; what was held by hand, by hand."""
PAID = declare("paid-within-tolerance")
RELEASED_BY = "aftercare"


def release_paid(connection: Connection, now: datetime) -> int:
    """Take every account off hold that was held for its debt and owes no more than is tolerated; how many.

    To do it twice changes nothing more.
    """
    held = select(Account.id).where(Account.held_since.is_not(None), Account.hold_reason.in_(BY_ITSELF))
    facts = subject_of(KIND).facts(now, Those(held)).subquery("facts")
    paid = select(facts.c.subject_id).where(
        or_(facts.c.oldest_due.is_(None), ~facts.c.owes), ~_contested(facts.c.subject_id)
    )
    ids = connection.scalars(paid).all()
    return len(release(connection, ids, PAID, now, RELEASED_BY)) if ids else 0


def _contested(account_id: ColumnElement[int]) -> ColumnElement[bool]:
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


def release(connection: Connection, ids: Sequence[int], reason: str, now: datetime, actor: str) -> list[int]:
    """Take accounts off hold, those of some ids that are; the cases that have the service restored."""
    held = (
        select(Account.__table__, Store.language, Store.time_zone)
        .join(Store, Store.id == Account.store_id)
        .where(Account.id.in_(ids), Account.held_since.is_not(None))
        .with_for_update(of=Account)
    )
    return [_release(connection, account, reason, now, actor) for account in connection.execute(held)]


def _release(connection: Connection, account: AnyRow, reason: str, now: datetime, actor: str) -> int:
    """One release: its audit entry, and the case for finance."""
    connection.execute(update(Account).where(Account.id == account.id).values(held_since=None, hold_reason=None))
    before = {"held_since": account.held_since.isoformat(), "reason": account.hold_reason}
    after = {"held_since": None, "reason": reason}
    audit.record(connection, now, actor, "account.released", "account", account.id, before, after)
    kind, cause = CaseKind.RESTORE_SERVICE, f"account:{account.id}/{now.isoformat()}"
    case = insert(Case).values(
        store_id=account.store_id,
        customer_id=account.customer_id,
        kind=kind,
        cause=cause,
        title=TITLES[kind][account.language],
        note=f"{account.key}: {read_reason(reason).say(account.language)}",
        state=CaseState.OPEN,
        opened_at=now,
        solve_by=_end_of_day(now, ZoneInfo(account.time_zone)),
        owner_id=owner_for(literal(kind.value), literal(account.store_id), literal(account.customer_id), now),
    )
    connection.execute(case.on_conflict_do_nothing(index_elements=["kind", "cause"]))
    return connection.execute(select(Case.id).where(Case.kind == kind, Case.cause == cause)).scalar_one()


def _end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The store-local midnight that the day of `now` ends with."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(0), zone)
