"""What a case says beside its state: how it was received, where it belongs, its cause, and what was done (R10)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from models.core.errors import InvalidInput
from models.ledger.case_causes import LONGEST_LINE, WITH_AMOUNT, CompensationKind, Received, shipped_departments
from models.ledger.tables import Case
from models.people.tables import Store
from tasks.cases.categories import check_category
from tasks.cases.handling import change_case, lock_case
from tasks.ledger import audit
from tasks.stores.staff import find_actor

CURRENCY_LETTERS = 3
MOST_KNOWN = 50
MOST_MONEY = Decimal(10) ** 12


class UnknownDepartment(InvalidInput):
    """There is no such department."""

    field = "department"

    def __init__(self, department: str) -> None:
        self.department, self.known = department, ", ".join(shipped_departments())
        super().__init__(f"There is no department '{department}'; expected one of {self.known}.")


class LineTooLong(InvalidInput):
    """A part, a model, a cause or a measure is a line, not a letter."""

    def __init__(self, field: str, length: int) -> None:
        self.field, self.length, self.longest = field, length, LONGEST_LINE
        super().__init__(f"At most {LONGEST_LINE} characters; these are {length}.")


class DoneInFuture(InvalidInput):
    """A measure cannot have been done on a day to come."""

    field = "measure_done_on"

    def __init__(self, on: date, today: date) -> None:
        self.on, self.today = on, today
        super().__init__(f"The day {on} is still to come; today is {today}.")


class DoneWithoutMeasure(InvalidInput):
    """A day on which a measure was done, without the measure."""

    field = "measure"

    def __init__(self) -> None:
        super().__init__("Say which measure was done on that day.")


class UnfitCompensation(InvalidInput):
    """A compensation's kind, amount and currency go together."""

    field = "compensation_amount"

    def __init__(self) -> None:
        super().__init__(
            "Money back and a discount need an amount above zero and its currency, such as 200.00 CNY; an amount needs "
            "what it was given as."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is said of a case. None: it is not known."""

    received: Received | None = None
    category: str | None = None
    department: str | None = None
    part: str | None = None
    model: str | None = None
    root_cause: str | None = None
    measure: str | None = None
    measure_done_on: date | None = None
    compensation: CompensationKind | None = None
    compensation_amount: Decimal | None = None
    compensation_currency: str | None = None


PARTICULARS = tuple(one.name for one in fields(Particulars))
LINES = ("part", "model", "root_cause", "measure")


def set_particulars(
    connection: Connection,
    case_id: int,
    said: Mapping[str, object],
    now: datetime,
    staff_code: str,
    *,
    seen: int | None = None,
) -> None:
    """Write down what is said of a case, by the names of `Particulars`. What is not named stays; None clears it.

    `seen` is the case's version that the user acts on; None: any. A closed case takes them, too: causes are found
    late. Raises `UnknownCase`, `CaseChanged`, `UnknownStaff`, `InactiveStaff`, `UnknownCategory`, `UnknownDepartment`,
    `LineTooLong`, `DoneInFuture`, `DoneWithoutMeasure`, `UnfitCompensation`.
    """
    found = lock_case(connection, case_id, seen)
    actor = find_actor(connection, staff_code, found.store_id)
    before = {name: getattr(found, name) for name in PARTICULARS}
    after = before | {name: _plain(value) for name, value in said.items() if name in PARTICULARS}
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed:
        return
    zone = ZoneInfo(connection.execute(select(Store.time_zone).where(Store.id == found.store_id)).scalar_one())
    _check(Particulars(**after), now.astimezone(zone).date())
    if changed.get("category") is not None:
        check_category(connection, found.store_id, changed["category"])
    change_case(connection, found, changed)
    # Words of staff may name somebody: the trail says that they changed, and the case says what they are.
    audit.record(connection, now, actor.code, "case.described", "case", case_id, None, {"fields": sorted(changed)})


def _plain(value: Any) -> Any:
    """An empty text says nothing."""
    return (value.strip() or None) if type(value) is str else value


def _check(said: Particulars, today: date) -> None:
    if said.department is not None and said.department not in shipped_departments():
        raise UnknownDepartment(said.department)
    for name in LINES:
        line = getattr(said, name)
        if line is not None and len(line) > LONGEST_LINE:
            raise LineTooLong(name, len(line))
    if said.measure_done_on is not None:
        if said.measure is None:
            raise DoneWithoutMeasure
        if said.measure_done_on > today:
            raise DoneInFuture(said.measure_done_on, today)
    if not _fits(said.compensation, said.compensation_amount, said.compensation_currency):
        raise UnfitCompensation


def _fits(kind: CompensationKind | None, amount: Decimal | None, currency: str | None) -> bool:
    """An amount needs a currency and a kind of its own; money and discounts need an amount."""
    if amount is None:
        return currency is None and kind not in WITH_AMOUNT
    if currency is None or kind in (None, CompensationKind.NONE):
        return False
    letters = len(currency) == CURRENCY_LETTERS and currency.isascii() and currency.isupper()
    return letters and amount.is_finite() and 0 < amount < MOST_MONEY and round(amount, 2) == amount


def list_known_lines(connection: Connection, store_id: int) -> dict[str, list[str]]:
    """What was written in the lines of a store's cases of late, so that the same is written in the same words."""
    known = {}
    for name in LINES:
        column = Case.__table__.c[name]
        said = select(column).where(Case.store_id == store_id, column.is_not(None))
        known[name] = list(
            connection.scalars(said.group_by(column).order_by(func.max(Case.id).desc()).limit(MOST_KNOWN))
        )
    return known
