"""What gateways report of messages later on: delivered, or not. Each report is taken once and settles its touch.

A report may come before the dispatch has written down that the message was sent. It is then held, and settles the
touch in the transaction that writes it down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Uuid, and_, any_, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.cadence import moment
from models.core.reasons import MOMENT, TEXT, GivenReason, declare, give
from models.core.retention import DaysKept
from models.core.rows import AnyRow
from models.core.words import Decision, Gate, ReceiptStatus, TouchState
from models.ledger.tables import DeliveryReceipt, Touch, Verdict
from tasks.ledger.transitions import change

NOT_YET = (TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING)
"""The dispatch has not written down what became of the message."""
SETTLED_BY = {
    ReceiptStatus.DELIVERED: (TouchState.SENT, TouchState.UNKNOWN, TouchState.FAILED),
    ReceiptStatus.UNDELIVERED: (TouchState.SENT, TouchState.UNKNOWN),
}
"""In which states a report settles anything. That it arrived is the last word, whatever was thought before."""
DELIVERED = declare("reported-delivered", at=MOMENT)
UNDELIVERED = declare("reported-undelivered")
UNDELIVERED_WITH = declare("reported-undelivered-because", text=TEXT)
HELD_AT_ONCE = 1000
CLOCKS_DIFFER = timedelta(minutes=5)
"""So much the clock of a gateway may be behind ours, as with the time stamps of its calls."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One report of one message, named by the touch's id, or by the gateway's own, or both."""

    status: ReceiptStatus
    reported_at: datetime
    touch_id: UUID | None = None
    message_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptsTaken:
    """What became of reports; together they are all that came."""

    taken: int
    again: int
    """They had come before, and changed nothing."""
    unknown: int
    """No message has the id (yet)."""
    early: Mapping[int, datetime]
    """By the place of a report from before its message was sent, when that was. It says nothing of the message."""


def record_receipts(connection: Connection, receipts: Sequence[Receipt], now: datetime) -> ReceiptsTaken:
    """Keep what a gateway reports, and settle the touches that it is about, with those merged into them."""
    settle_held(connection, now)
    heads = _heads(connection, receipts)
    states = _lock(connection, set(heads.values()))
    new: list[tuple[UUID, Receipt]] = []
    early: dict[int, datetime] = {}
    again = unknown = 0
    for number, receipt in enumerate(receipts):
        head = heads.get(number)
        if head is None:
            unknown += 1
            _hold(connection, receipt, now)
        elif _is_early(receipt, states[head]):
            early[number] = states[head].first_sent_at
        elif _keep(connection, receipt, states[head], now):
            new.append((head, receipt))
        else:
            again += 1
    _settle(connection, [(head, one) for head, one in new if states[head].state not in NOT_YET], now)
    return ReceiptsTaken(len(new), again, unknown, early)


def settle_held(connection: Connection, now: datetime) -> int:
    """Settle the touches of reports that came too early, as far as their messages are now written down; how many."""
    held = connection.execute(
        select(DeliveryReceipt.__table__)
        .where(DeliveryReceipt.held)
        .order_by(DeliveryReceipt.received_at)
        .limit(HELD_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if not held:
        return 0
    receipts = [Receipt(row.status, row.reported_at, row.touch_id, row.message_id, row.reason) for row in held]
    heads = _heads(connection, receipts)
    states = _lock(connection, set(heads.values()))
    ripe = {number: head for number, head in heads.items() if states[head].state not in NOT_YET}
    early = {number for number, head in ripe.items() if _is_early(receipts[number], states[head])}
    connection.execute(delete(DeliveryReceipt).where(DeliveryReceipt.id.in_([held[number].id for number in early])))
    settles = {number: head for number, head in ripe.items() if number not in early}
    for number, head in settles.items():
        _release(connection, held[number], head)
    _settle(connection, [(head, receipts[number]) for number, head in settles.items()], now)
    return len(settles)


def _is_early(receipt: Receipt, head: AnyRow) -> bool:
    """Whether a report is from before its message was sent: it speaks of another one, or the gateway is mistaken.

    What was cut off and went again under its key is one message, sent when it first went.
    """
    return head.first_sent_at is not None and receipt.reported_at < head.first_sent_at - CLOCKS_DIFFER


def stop_waiting(connection: Connection, now: datetime, days_kept: DaysKept) -> None:
    """Keep a report without waiting further for its message to be written down; of nobody's message it is purged."""
    old = DeliveryReceipt.received_at < moment(now - timedelta(days=days_kept.receipts))
    ours = DeliveryReceipt.touch_id.is_not(None)
    connection.execute(update(DeliveryReceipt).where(DeliveryReceipt.held, old, ours).values(held=False))


def _heads(connection: Connection, receipts: Sequence[Receipt]) -> dict[int, UUID]:
    """By the place of a report, the touch in whose message it is: never by a guess between several."""
    ids = {receipt.touch_id for receipt in receipts if receipt.touch_id}
    names = {receipt.message_id for receipt in receipts if receipt.message_id}
    rows = connection.execute(
        select(Touch.id, Touch.message_id, func.coalesce(Touch.merged_into, Touch.id).label("head")).where(
            or_(
                Touch.id == any_(literal(list(ids), ARRAY(Uuid))),
                Touch.message_id == any_(literal(list(names), ARRAY(Text))),
            )
        )
    ).all()
    by_id = {row.id: row.head for row in rows}
    by_name: dict[str, set[UUID]] = {}
    for row in rows:
        if row.message_id in names:
            by_name.setdefault(row.message_id, set()).add(row.head)
    found = ((number, _head(receipt, by_id, by_name)) for number, receipt in enumerate(receipts))
    return {number: head for number, head in found if head is not None}


def _head(receipt: Receipt, by_id: Mapping[UUID, UUID], by_name: Mapping[str, set[UUID]]) -> UUID | None:
    if receipt.touch_id is not None and receipt.touch_id in by_id:
        return by_id[receipt.touch_id]
    named = by_name.get(receipt.message_id or "", set())
    return next(iter(named)) if len(named) == 1 else None


def _lock(connection: Connection, heads: set[UUID]) -> dict[UUID, AnyRow]:
    """The touches, locked in one order: whoever writes down what became of them comes before or after us."""
    first_claim = (
        select(func.min(Verdict.decided_at))
        .where(Verdict.touch_id == Touch.id, Verdict.gate == Gate.NONE, Verdict.decision == Decision.PASS)
        .scalar_subquery()
    )
    first_sent_at = case((Touch.resendable, func.least(first_claim, Touch.contacted_at)), else_=Touch.contacted_at)
    statement = (
        select(Touch.id, Touch.state, Touch.contacted_at, first_sent_at.label("first_sent_at"))
        .where(Touch.id == any_(literal(list(heads), ARRAY(Uuid))))
        .order_by(Touch.id)
        .with_for_update()
    )
    return {row.id: row for row in connection.execute(statement)}


def _hold(connection: Connection, receipt: Receipt, now: datetime) -> None:
    """Keep a report by the gateway's id, which the dispatch may yet write down."""
    if receipt.message_id:
        values = {"message_id": receipt.message_id, "received_at": now, "held": True, **_said(receipt)}
        connection.execute(insert(DeliveryReceipt).values(**values).on_conflict_do_nothing())


def _keep(connection: Connection, receipt: Receipt, head: AnyRow, now: datetime) -> bool:
    """Keep a report; whether it is news. One of the same status about an earlier sending gives way to it."""
    values = {
        "touch_id": head.id,
        "message_id": receipt.message_id,
        "received_at": now,
        "held": head.state in NOT_YET,
        **_said(receipt),
    }
    statement = insert(DeliveryReceipt).values(**values)
    kept = statement.on_conflict_do_update(
        index_elements=["touch_id", "status"],
        set_=values,
        where=DeliveryReceipt.received_at < head.contacted_at if head.contacted_at else literal(False),
    )
    return connection.execute(kept.returning(DeliveryReceipt.id)).one_or_none() is not None


def _said(receipt: Receipt) -> dict[str, object]:
    return {"status": receipt.status, "reason": receipt.reason, "reported_at": receipt.reported_at}


def _release(connection: Connection, held: AnyRow, head: UUID) -> None:
    """A held report is its touch's from now on, unless the gateway has said the same by the touch's own id."""
    this = DeliveryReceipt.id == held.id
    same = aliased(DeliveryReceipt)
    said = select(same.id).where(same.touch_id == head, same.status == held.status, same.id != held.id).exists()
    connection.execute(delete(DeliveryReceipt).where(this, said))
    connection.execute(update(DeliveryReceipt).where(this).values(touch_id=head, held=False))


def _settle(connection: Connection, reports: Iterable[tuple[UUID, Receipt]], now: datetime) -> None:
    """Settle touches and what went out inside their messages; of two reports of one, that it arrived counts."""
    by_head: dict[UUID, Receipt] = {}
    for head, receipt in reports:
        if head not in by_head or receipt.status is ReceiptStatus.DELIVERED:
            by_head[head] = receipt
    for head, receipt in by_head.items():
        _settle_one(connection, head, receipt, now)


def _why(receipt: Receipt, now: datetime) -> GivenReason:
    """What is said of a touch whose state a report has changed."""
    if receipt.status is ReceiptStatus.DELIVERED:
        return give(DELIVERED, at=min(receipt.reported_at, now).isoformat())
    return give(UNDELIVERED_WITH, text=receipt.reason) if receipt.reason else give(UNDELIVERED)


def _settle_one(connection: Connection, head: UUID, receipt: Receipt, now: datetime) -> None:
    # Looked for among the customer's touches, which an index finds: none leads from a touch to those merged into it.
    customer = select(Touch.customer_id).where(Touch.id == head).scalar_subquery()
    together = and_(Touch.customer_id == customer, or_(Touch.id == head, Touch.merged_into == head))
    delivered = receipt.status is ReceiptStatus.DELIVERED
    state = TouchState.SENT if delivered else TouchState.FAILED
    moves = Touch.state != state
    columns = _why(receipt, now).columns
    settling = change(state, SETTLED_BY[receipt.status], now, restamp=False).where(together)
    figures = literal(columns["reason_figures"], Touch.reason_figures.type)
    settling = settling.values(
        reason=case((moves, literal(columns["reason"], Text)), else_=Touch.reason),
        reason_figures=case((moves, figures), else_=Touch.reason_figures),
    )
    if delivered:
        arrived = func.coalesce(Touch.delivered_at, moment(min(receipt.reported_at, now)))
        connection.execute(settling.values(delivered_at=arrived))
    else:
        connection.execute(settling.where(Touch.delivered_at.is_(None)))
