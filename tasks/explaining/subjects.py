"""What each process could be about for one customer, and what there is to say of it beside its steps."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import Connection, RowMapping, Table, Text, cast, or_, select

from models.campaigns.tables import CampaignRecipient
from models.core.sentences import Sentence
from models.core.words import EndBasis, InvoiceStatus, SubjectKind
from models.ledger.tables import Case
from models.messages.letters import write_money
from models.subjects.money import Account, Invoice
from models.subjects.service import Appointment, Handover, RepairOrder
from models.subjects.vehicles import Warranty
from tasks.explaining.recipients import remarks_of_recipient, waits_for_wave
from tasks.subjects import SUBJECTS
from tasks.subjects.contract import OfCustomer

TABLES: Mapping[SubjectKind, Any] = {
    SubjectKind.APPOINTMENT: Appointment,
    SubjectKind.HANDOVER: Handover,
    SubjectKind.REPAIR_ORDER: RepairOrder,
    SubjectKind.WARRANTY: Warranty,
    SubjectKind.ACCOUNT: Account,
    SubjectKind.CASE: Case,
    SubjectKind.RECIPIENT: CampaignRecipient,
}
FORMER = "It is on record for this customer no longer."
NOT_GIVEN_BACK = "The car has not been given back yet."
NOT_CLOSED = "The complaint is not closed yet."
ENDS_BY_MILEAGE = "Ends on {day}, by the mileage limit, as estimated."
ENDS_BY_DATE = "Ends on {day}, by its date."
NOTHING_OWED = "Nothing is owed: no open invoice."
OPEN = "Open: {total}, the oldest due on {day}."
PROMISE_RUNS = "A promise to pay by {day} is running."
PROMISE_BROKEN = "The promise to pay by {day} was broken."
DISPUTED = "Disputed and left out: {invoices}."
ON_HOLD = "On hold since {day}."
ON_HOLD_FOR = "On hold since {day}: {reason}."


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """One subject of a customer."""

    kind: SubjectKind
    id: int
    store_id: int | None
    key: str | None
    about: str | None
    anchor_at: datetime | None
    remarks: list[Sentence] = field(default_factory=list)
    waits_for: str | None = None
    """What keeps the planner from it for now."""


def read_subjects(
    connection: Connection, kinds: Sequence[SubjectKind], customer_id: int, now: datetime
) -> list[SubjectFacts]:
    """The customer's subjects of some kinds as known at `now`, the earliest first."""
    return [subject for kind in kinds for subject in _of_kind(connection, kind, customer_id, now)]


def read_former_subjects(
    connection: Connection, told_of: Collection[tuple[SubjectKind, int]], present: Sequence[SubjectFacts]
) -> list[SubjectFacts]:
    """The subjects that the ledger tells of and the facts do not: the car was sold, the row is gone."""
    missing = sorted(set(told_of) - {(subject.kind, subject.id) for subject in present})
    return [
        SubjectFacts(
            kind,
            subject_id,
            None,
            _keys(connection, kind, [subject_id]).get(subject_id),
            None,
            None,
            [Sentence(FORMER)],
        )
        for kind, subject_id in missing
    ]


def _of_kind(connection: Connection, kind: SubjectKind, customer_id: int, now: datetime) -> Iterator[SubjectFacts]:
    facts = SUBJECTS[kind].facts(now, OfCustomer(customer_id)).subquery("facts")
    statement = select(facts).order_by(facts.c.anchor_at.nulls_last(), facts.c.subject_id)
    rows = connection.execute(statement).mappings().all()
    keys = _keys(connection, kind, [row["subject_id"] for row in rows])
    for row in rows:
        yield SubjectFacts(
            kind,
            row["subject_id"],
            row["store_id"],
            keys[row["subject_id"]],
            row.get("vehicle"),
            row["anchor_at"],
            _remarks(connection, kind, row),
            waits_for_wave(connection, row["subject_id"]) if kind is SubjectKind.RECIPIENT else None,
        )


def _keys(connection: Connection, kind: SubjectKind, ids: Sequence[int]) -> dict[int, str]:
    table: Table = TABLES[kind].__table__
    key = table.c.key if "key" in table.c else cast(table.c.id, Text)  # a case is of our own making: it has its number
    named = select(table.c.id, key.label("key")).where(table.c.id.in_(ids))
    return {row.id: row.key for row in connection.execute(named)}


def _remarks(connection: Connection, kind: SubjectKind, row: RowMapping) -> list[Sentence]:
    match kind:
        case SubjectKind.APPOINTMENT | SubjectKind.HANDOVER:
            return []
        case SubjectKind.REPAIR_ORDER:
            return [] if row["anchor_at"] else [Sentence(NOT_GIVEN_BACK)]
        case SubjectKind.WARRANTY:
            return _of_warranty(row)
        case SubjectKind.ACCOUNT:
            return _of_account(connection, row)
        case SubjectKind.CASE:
            return [] if row["anchor_at"] else [Sentence(NOT_CLOSED)]
        case SubjectKind.RECIPIENT:
            return remarks_of_recipient(connection, row)
        case _:
            assert_never(kind)


def _of_warranty(row: RowMapping) -> list[Sentence]:
    if row["day"] < row["today"]:
        return []
    return [Sentence(ENDS_BY_MILEAGE if row["basis"] == EndBasis.MILEAGE else ENDS_BY_DATE, day=row["day"])]


def _of_account(connection: Connection, row: RowMapping) -> list[Sentence]:
    remarks = []
    if row["oldest_due"] is None:
        remarks.append(Sentence(NOTHING_OWED))
    else:
        total = " + ".join(write_money(Decimal(amount), currency) for currency, amount in sorted(row["totals"].items()))
        remarks.append(Sentence(OPEN, total=total, day=row["oldest_due"]))
    if row["promise_running"]:
        remarks.append(Sentence(PROMISE_RUNS, day=row["promised_for"]))
    if row["broken_promise_id"]:
        remarks.append(Sentence(PROMISE_BROKEN, day=row["promised_for"]))
    return remarks + _disputes(connection, row) + _hold(connection, row)


def _disputes(connection: Connection, row: RowMapping) -> list[Sentence]:
    disputed = connection.execute(
        select(Invoice.key, Invoice.amount, Invoice.currency)
        .where(
            Invoice.account_id == row["subject_id"],
            Invoice.status == InvoiceStatus.DISPUTED,
            or_(Invoice.status_on.is_(None), Invoice.status_on <= row["today"]),
        )
        .order_by(Invoice.due_on, Invoice.key)
    ).all()
    listed = ", ".join(f"{invoice.key} {write_money(invoice.amount, invoice.currency)}" for invoice in disputed)
    return [Sentence(DISPUTED, invoices=listed)] if disputed else []


def _hold(connection: Connection, row: RowMapping) -> list[Sentence]:
    account = connection.execute(
        select(Account.held_since, Account.hold_reason).where(Account.id == row["subject_id"])
    ).one()
    if account.held_since is None or account.held_since > row["today"]:
        return []
    if account.hold_reason:
        return [Sentence(ON_HOLD_FOR, day=account.held_since, reason=account.hold_reason)]
    return [Sentence(ON_HOLD, day=account.held_since)]
