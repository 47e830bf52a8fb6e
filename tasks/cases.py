"""Cases: what a person must settle by a deadline, from the opening to the customer's agreement that it is settled."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Text

from models.base import enumeration
from models.cadence import local_day, moment
from models.cases import FOLLOWERS, TITLES, deadlines_of
from models.errors import AftercareError
from models.ledger import Case
from models.money import Account, Promise
from models.people import Customer, StaffMember, Store
from models.words import CaseKind, CaseState, SubjectKind
from tasks import audit
from tasks.staff import find_actor
from tasks.subjects import SUBJECTS
from tasks.subjects.contract import Those

LOOKED_BACK = timedelta(days=30)
"""A promise that was broken longer ago is history, not news: an import of old books opens no cases."""
STAMPS = {
    CaseState.ANSWERED: ("answered_at",),
    CaseState.SOLVED: ("answered_at", "solved_at"),
    CaseState.CLOSED: ("closed_at",),
}
"""What a state says of a case: who gets the solution is answered, too."""


class UnknownCase(AftercareError):
    """A case that there is not."""

    def __init__(self, case_id: int) -> None:
        self.case_id = case_id
        super().__init__(f"There is no case {case_id}.")


class CaseNotThere(AftercareError):
    """A case that cannot go from its state to the one asked for."""

    def __init__(self, case_id: int, state: CaseState, wanted: CaseState) -> None:
        self.case_id, self.state, self.wanted = case_id, state, wanted
        ways = " or ".join(sorted(FOLLOWERS[state])) or "nothing more"
        super().__init__(f"Case {case_id} is {state}, so it cannot become {wanted}; what may follow is {ways}.")


class CustomerHasNotAgreed(AftercareError):
    """A complaint is closed only when the customer agrees (R10)."""

    def __init__(self, case_id: int) -> None:
        self.case_id = case_id
        super().__init__(
            f"Case {case_id} is a complaint: it is closed only when the customer agrees that it is settled."
        )


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened. A cause opens one case of a kind, however often it is seen."""

    store_id: int
    customer_id: int
    kind: CaseKind
    cause: str
    note: str | None = None
    owner_id: int | None = None
    touch_id: Any = None


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A case as a list shows it."""

    id: int
    kind: CaseKind
    state: CaseState
    title: str
    note: str | None
    cause: str
    store: str
    time_zone: str
    customer_id: int
    customer: str
    owner: str | None
    """The owner's staff code."""
    opened_at: datetime
    answer_by: datetime | None
    solve_by: datetime | None
    answered_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    overdue: bool
    """A deadline has passed without what it was for."""


def open_case(connection: Connection, new: NewCase, now: datetime) -> int:
    """Open a case, unless its cause has opened one before; the id of the one or the other."""
    language = connection.execute(select(Store.language).where(Store.id == new.store_id)).scalar_one()
    deadlines = deadlines_of(new.kind, now)
    statement = insert(Case).values(
        **asdict(new), title=TITLES[new.kind][language], state=CaseState.OPEN, opened_at=now, **deadlines._asdict()
    )
    connection.execute(statement.on_conflict_do_nothing(index_elements=["kind", "cause"]))
    same = (Case.kind == new.kind, Case.cause == new.cause)
    return connection.execute(select(Case.id).where(*same)).scalar_one()


def list_cases(
    connection: Connection, now: datetime, *, store: str | None = None, everything: bool = False
) -> list[CaseItem]:
    """The cases that are not closed, or all; those whose deadline is nearest first. `store` is a store's code."""
    next_deadline = case(
        (Case.answered_at.is_(None), func.coalesce(Case.answer_by, Case.solve_by)), else_=Case.solve_by
    )
    late = or_(
        func.coalesce(Case.answer_by < func.coalesce(Case.answered_at, moment(now)), literal(False)),
        func.coalesce(Case.solve_by < func.coalesce(Case.solved_at, moment(now)), literal(False)),
    )
    columns = [Case.__table__.c[name] for name in CaseItem.__dataclass_fields__ if name in Case.__table__.c]
    statement = (
        select(
            *columns,
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            StaffMember.code.label("owner"),
            late.label("overdue"),
        )
        .join(Store, Store.id == Case.store_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Case.owner_id)
        .order_by((Case.state == CaseState.CLOSED), next_deadline.nulls_last(), Case.id)
    )
    if store is not None:
        statement = statement.where(Store.code == store)
    if not everything:
        statement = statement.where(Case.state != CaseState.CLOSED)
    return [CaseItem(**row) for row in connection.execute(statement).mappings()]


def answer_case(connection: Connection, case_id: int, now: datetime, staff_code: str, note: str | None) -> None:
    """The customer got a first answer."""
    _advance(connection, case_id, CaseState.ANSWERED, now, staff_code, note)


def solve_case(connection: Connection, case_id: int, now: datetime, staff_code: str, note: str | None) -> None:
    """What was wrong is put right."""
    _advance(connection, case_id, CaseState.SOLVED, now, staff_code, note)


def close_case(
    connection: Connection, case_id: int, now: datetime, staff_code: str, note: str | None, *, customer_agrees: bool
) -> None:
    """The case is settled. Raises `CustomerHasNotAgreed` for a complaint without the customer's word."""
    found = _lock(connection, case_id)
    if found.kind is CaseKind.COMPLAINT and not customer_agrees:
        raise CustomerHasNotAgreed(case_id)
    _advance(connection, case_id, CaseState.CLOSED, now, staff_code, note)


def _lock(connection: Connection, case_id: int) -> Row[Any]:
    found = connection.execute(select(Case.__table__).where(Case.id == case_id).with_for_update()).one_or_none()
    if found is None:
        raise UnknownCase(case_id)
    return found


def _advance(
    connection: Connection, case_id: int, state: CaseState, now: datetime, staff_code: str, note: str | None
) -> None:
    """Raises `UnknownCase`, `CaseNotThere`, `UnknownStaff`, `InactiveStaff`."""
    found = _lock(connection, case_id)
    if state not in FOLLOWERS[found.state]:
        raise CaseNotThere(case_id, found.state, state)
    actor = find_actor(connection, staff_code, found.store_id)
    stamps = {name: now for name in STAMPS[state] if getattr(found, name) is None}
    notes = "\n".join(part for part in (found.note, note) if part) or None
    values = {"state": state, "note": notes, "owner_id": found.owner_id or actor.id}
    connection.execute(update(Case).where(Case.id == case_id).values(**values, **stamps))
    before, after = {"state": found.state, "note": found.note}, {"state": state, "note": notes}
    audit.record(connection, now, actor.code, f"case.{state}", "case", case_id, before, after)


def open_cases_for_broken_promises(connection: Connection, now: datetime) -> int:
    """Open a case for each promise to pay that was broken lately and has none yet; how many."""
    broken = _broken_promises(now).subquery("broken")
    deadlines = deadlines_of(CaseKind.BROKEN_PROMISE, now)
    titles = TITLES[CaseKind.BROKEN_PROMISE]
    statement = (
        insert(Case)
        .from_select(
            ["store_id", "customer_id", "kind", "cause", "title", "state", "opened_at", "solve_by"],
            select(
                broken.c.store_id,
                broken.c.customer_id,
                literal(CaseKind.BROKEN_PROMISE, enumeration(CaseKind)),
                func.concat("promise:", broken.c.broken_promise_id),
                case(titles, value=Store.language),
                literal(CaseState.OPEN, enumeration(CaseState)),
                moment(now),
                literal(deadlines.solve_by, Case.solve_by.type),
            ).join(Store, Store.id == broken.c.store_id),
        )
        .on_conflict_do_nothing(index_elements=["kind", "cause"])
        .returning(Case.id)
    )
    return len(connection.execute(statement).all())


def _broken_promises(now: datetime) -> Select[Any]:
    """The accounts whose latest promise was broken, among those with one that ran out lately and has no case."""
    ran_out = Promise.promised_for.between(
        local_day(moment(now - LOOKED_BACK), Store.time_zone), local_day(moment(now), Store.time_zone)
    )
    has_case = (
        select(literal(1))
        .where(Case.kind == CaseKind.BROKEN_PROMISE, Case.cause == func.concat("promise:", Promise.id.cast(Text)))
        .exists()
    )
    accounts = (
        select(Promise.account_id)
        .join(Account, Account.id == Promise.account_id)
        .join(Store, Store.id == Account.store_id)
        .where(ran_out, ~has_case)
    )
    facts = SUBJECTS[SubjectKind.ACCOUNT].facts(now, Those(accounts)).subquery("accounts_now")
    return select(facts).where(
        facts.c.broken_promise_id.is_not(None),
        facts.c.promised_for >= local_day(moment(now - LOOKED_BACK), facts.c.time_zone),
    )
