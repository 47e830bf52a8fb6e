"""The list for the weekly meeting: complaints new, open and late, by category, cause and measure; quality alerts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from models.core.cadence import local_day, moment
from models.core.rows import AnySelect
from models.core.words import CaseKind, CaseState
from models.ledger.case_causes import ALERT_FROM, ALERT_WITHIN, CompensationKind, Escalated, Received, week_of
from models.ledger.tables import Case
from models.people.tables import Customer, StaffMember, Store

MOST_CASES = 2000
"""Of one list. A house with more has another trouble."""
TALLIED = ("category", "root_cause", "measure", "department")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLine:
    """One complaint on the list."""

    id: int
    store: str
    time_zone: str
    customer_id: int
    customer: str
    owner: str | None
    owner_name: str | None
    state: CaseState
    opened_at: datetime
    answer_by: datetime | None
    solve_by: datetime | None
    closed_at: datetime | None
    received: Received | None
    category: str | None
    department: str | None
    part: str | None
    model: str | None
    root_cause: str | None
    measure: str | None
    measure_done_on: date | None
    compensation: CompensationKind | None
    compensation_amount: Decimal | None
    compensation_currency: str | None
    escalated: Escalated | None
    new: bool
    """It was opened in the week."""
    open: bool
    """It is not closed at the end of the week, or now."""
    late: bool
    """A deadline passed without what it is for."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many complaints have one category, cause, measure or department; of those that have none, `value` is None."""

    by: str
    value: str | None
    new: int
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class MeetingList:
    """What is discussed in a week: its complaints, and how they spread."""

    since: date
    until: date
    """Exclusive. Days are those of each store."""
    store: str | None
    lines: list[MeetingLine]
    tallies: list[Tally]
    more: bool
    """There are more complaints than are listed."""

    def count(self, name: str) -> int:
        """How many are `new`, `open` or `late`."""
        return sum(getattr(line, name) for line in self.lines)


@dataclass(frozen=True, slots=True)
class QualityAlert:
    """Several complaints about one part of one model within thirty days."""

    store: str
    part: str
    model: str
    count: int
    first_at: datetime
    last_at: datetime
    time_zone: str
    cases: list[int]


def read_meeting(connection: Connection, now: datetime, day: date, store: str | None = None) -> MeetingList:
    """The list of the week of a day, as it stands at `now`: what was opened in it, or was open at its end.

    `store` is a store's code; None: all stores.
    """
    since, until = week_of(day)
    statement = _lines(now, since, until)
    if store is not None:
        statement = statement.where(Store.code == store)
    rows = connection.execute(statement.limit(MOST_CASES + 1)).mappings().all()
    lines = [MeetingLine(**row) for row in rows[:MOST_CASES]]
    return MeetingList(since, until, store, lines, tally(lines), len(rows) > MOST_CASES)


def _lines(now: datetime, since: date, until: date) -> AnySelect:
    opened_on = local_day(Case.opened_at, Store.time_zone)
    closed_on = local_day(Case.closed_at, Store.time_zone)
    ended = or_(Case.closed_at.is_(None), closed_on >= until)
    late = or_(
        func.coalesce(Case.answer_by < func.coalesce(Case.answered_at, moment(now)), literal(False)),
        func.coalesce(Case.solve_by < func.coalesce(Case.solved_at, moment(now)), literal(False)),
    )
    own = [Case.__table__.c[name] for name in MeetingLine.__dataclass_fields__ if name in Case.__table__.c]
    new = opened_on >= since
    return (
        select(
            *own,
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            StaffMember.code.label("owner"),
            StaffMember.name.label("owner_name"),
            new.label("new"),
            ended.label("open"),
            late.label("late"),
        )
        .join(Store, Store.id == Case.store_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
        .where(Case.kind == CaseKind.COMPLAINT, opened_on < until, Case.opened_at <= moment(now), or_(new, ended))
        .order_by(late.desc(), func.coalesce(Case.solve_by, Case.opened_at), Case.id)
    )


def tally(lines: Sequence[MeetingLine]) -> list[Tally]:
    """How the complaints of a list spread, the most frequent first."""
    found = []
    for by in TALLIED:
        counts = {name: _counted(lines, by, name) for name in ("new", "open", "late")}
        values = Counter(getattr(line, by) for line in lines)
        found += [
            Tally(by, value, *(counts[name][value] for name in ("new", "open", "late")))
            for value, _ in sorted(values.items(), key=lambda item: (item[0] is None, -item[1], item[0] or ""))
        ]
    return found


def _counted(lines: Sequence[MeetingLine], by: str, name: str) -> Counter[str | None]:
    return Counter(getattr(line, by) for line in lines if getattr(line, name))


def list_alerts(
    connection: Connection, now: datetime, store: str | None = None, *, store_id: int | None = None
) -> list[QualityAlert]:
    """Where three complaints or more about one part of one model were opened within the last thirty days.

    Parts and models are compared without regard to capitals and spaces around them. The most frequent first.
    """
    part, model = (func.lower(func.btrim(column)) for column in (Case.part, Case.model))
    statement = (
        select(
            Store.code, func.min(func.btrim(Case.part)), func.min(func.btrim(Case.model)), func.count(),
            func.min(Case.opened_at), func.max(Case.opened_at), Store.time_zone,
            func.array_agg(aggregate_order_by(Case.id, Case.id)),
        )
        .join(Store, Store.id == Case.store_id)
        .where(
            Case.kind == CaseKind.COMPLAINT,
            Case.part.is_not(None),
            Case.model.is_not(None),
            Case.opened_at > moment(now - ALERT_WITHIN),
            Case.opened_at <= moment(now),
        )
        .group_by(Store.code, Store.time_zone, part, model)
        .having(func.count() >= ALERT_FROM)
        .order_by(func.count().desc(), Store.code, part, model)
    )  # fmt: skip
    if store is not None:
        statement = statement.where(Store.code == store)
    if store_id is not None:
        statement = statement.where(Store.id == store_id)
    return [QualityAlert(*row) for row in connection.execute(statement)]
