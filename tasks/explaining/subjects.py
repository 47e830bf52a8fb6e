"""What each process could be about for one customer, and what there is to say of it beside its steps."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

from sqlalchemy import Connection, RowMapping, Table, Text, cast, or_, select

from models.campaigns import CampaignRecipient
from models.ledger import Case
from models.letters import write_day, write_money
from models.money import Account, Invoice
from models.service import Appointment, Handover, RepairOrder
from models.vehicles import Warranty
from models.words import EndBasis, InvoiceStatus, SubjectKind, Wave
from tasks.subjects import SUBJECTS
from tasks.subjects.contract import OfCustomer

ENGLISH = "en"
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


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """One subject of a customer."""

    kind: SubjectKind
    id: int
    store_id: int | None
    key: str | None
    about: str | None
    anchor_at: datetime | None
    remarks: list[str] = field(default_factory=list)


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
            kind, subject_id, None, _keys(connection, kind, [subject_id]).get(subject_id), None, None, [FORMER]
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
        )


def _keys(connection: Connection, kind: SubjectKind, ids: Sequence[int]) -> dict[int, str]:
    table: Table = TABLES[kind].__table__
    key = table.c.key if "key" in table.c else cast(table.c.id, Text)  # a case is of our own making: it has its number
    named = select(table.c.id, key.label("key")).where(table.c.id.in_(ids))
    return {row.id: row.key for row in connection.execute(named)}


def _remarks(connection: Connection, kind: SubjectKind, row: RowMapping) -> list[str]:
    match kind:
        case SubjectKind.APPOINTMENT | SubjectKind.HANDOVER:
            return []
        case SubjectKind.REPAIR_ORDER:
            return [] if row["anchor_at"] else ["The car has not been given back yet."]
        case SubjectKind.WARRANTY:
            return _of_warranty(row)
        case SubjectKind.ACCOUNT:
            return _of_account(connection, row)
        case SubjectKind.CASE:
            return [] if row["anchor_at"] else ["The complaint is not closed yet."]
        case SubjectKind.RECIPIENT:
            return _of_recipient(row)
        case _:
            assert_never(kind)


def _of_recipient(row: RowMapping) -> list[str]:
    if row["wave"] == Wave.CONTROL:
        return [f"Held out of '{row['campaign']}' at random, as one of its control group: told nothing."]
    answer = [f"Answered: {row['answer']}."] if row["answer"] else []
    return [f"In the audience of '{row['campaign']}'.", *answer]


def _of_warranty(row: RowMapping) -> list[str]:
    by = "the mileage limit, as estimated" if row["basis"] == EndBasis.MILEAGE else "its date"
    if row["day"] < row["today"]:
        return []
    return [f"Ends on {_day(row['day'])}, by {by}."]


def _of_account(connection: Connection, row: RowMapping) -> list[str]:
    remarks = []
    if row["oldest_due"] is None:
        remarks.append("Nothing is owed: no open invoice.")
    else:
        total = " + ".join(write_money(Decimal(amount), currency) for currency, amount in sorted(row["totals"].items()))
        remarks.append(f"Open: {total}, the oldest due on {_day(row['oldest_due'])}.")
    if row["promise_running"]:
        remarks.append(f"A promise to pay by {_day(row['promised_for'])} is running.")
    if row["broken_promise_id"]:
        remarks.append(f"The promise to pay by {_day(row['promised_for'])} was broken.")
    return remarks + _disputes(connection, row) + _hold(connection, row)


def _disputes(connection: Connection, row: RowMapping) -> list[str]:
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
    return [f"Disputed and left out: {listed}."] if disputed else []


def _hold(connection: Connection, row: RowMapping) -> list[str]:
    account = connection.execute(
        select(Account.held_since, Account.hold_reason).where(Account.id == row["subject_id"])
    ).one()
    if account.held_since is None or account.held_since > row["today"]:
        return []
    why = f": {account.hold_reason}" if account.hold_reason else ""
    return [f"On hold since {_day(account.held_since)}{why}."]


def _day(day: date) -> str:
    return write_day(day, ENGLISH)
