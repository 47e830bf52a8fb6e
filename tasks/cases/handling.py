"""Handling cases, from opening to the customer's agreement that the matter is settled."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import Text, Uuid

from models.core.base import enumeration, growing
from models.core.cadence import local_day, moment
from models.core.errors import Conflict, InvalidInput, NotFound
from models.core.rows import AnyRow, AnySelect
from models.core.words import CaseKind, CaseState
from models.ledger.case_causes import Escalated, Received
from models.ledger.cases import FOLLOWERS, OPENS_AGAIN, TAKEN_BACK_TO, TITLES
from models.ledger.tables import Case, CaseNote
from models.people.tables import StaffMember, Store
from models.subjects.account import KIND as ACCOUNT
from models.subjects.account import Account, Promise
from models.subjects.vehicle import Vehicle
from tasks.cases.categories import check_closing
from tasks.cases.deadlines import deadlines_everywhere, deadlines_in_store
from tasks.cases.repeating import escalate_repeated, give_to_manager
from tasks.ledger import audit
from tasks.ledger.case_owners import owner_for, who_follows
from tasks.stores.staff import Actor, find_actor
from tasks.subjects.contract import Those
from tasks.subjects.registry import subject_of

LOOKED_BACK = timedelta(days=30)
"""Promises broken longer ago open no cases, so that importing old books does not."""
STAMPS = {
    CaseState.ANSWERED: ("answered_at",),
    CaseState.SOLVED: ("answered_at", "solved_at"),
    CaseState.CLOSED: ("closed_at",),
}
"""The columns that a state sets: a solved case counts as answered too."""


class UnknownCase(NotFound):
    """There is no such case."""

    def __init__(self, case_id: int) -> None:
        self.case_id = case_id
        super().__init__(f"There is no case {case_id}.")


class CaseNotThere(Conflict):
    """A case cannot go from its state to the requested one."""

    def __init__(self, case_id: int, state: CaseState, wanted: CaseState) -> None:
        self.case_id, self.state, self.wanted = case_id, state, wanted
        ways = " or ".join(sorted(FOLLOWERS[state])) or "nothing more"
        super().__init__(f"Case {case_id} is {state}, so it cannot become {wanted}; the next state may be {ways}.")


class CaseChanged(Conflict):
    """Someone else has changed the case since it was read."""

    def __init__(self, case_id: int, state: CaseState) -> None:
        self.case_id, self.state = case_id, state
        super().__init__(f"Somebody else has changed case {case_id} meanwhile: it is {state}. Look at it again.")


class CaseIsClosed(Conflict):
    """The case is closed."""

    def __init__(self, case_id: int) -> None:
        self.case_id = case_id
        super().__init__(f"Case {case_id} is closed, so nobody works on it any more.")


class ReasonNeeded(InvalidInput):
    """A case is opened again for a reason."""

    field = "note"

    def __init__(self) -> None:
        super().__init__("Say why the case is opened again.")


class CustomerHasNotAgreed(Conflict):
    """A complaint can be closed only if the customer agrees (R10)."""

    def __init__(self, case_id: int) -> None:
        self.case_id = case_id
        super().__init__(
            f"Case {case_id} is a complaint: it is closed only when the customer agrees that it is settled."
        )


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened. A cause opens only one case of a kind, however often it occurs."""

    store_id: int
    customer_id: int
    kind: CaseKind
    cause: str
    note: str | None = None
    owner_id: int | None = None
    """None: by rule."""
    touch_id: Any = None
    solve_by: datetime | None = None
    """None: as its kind and the store's clock say."""
    received: Received | None = None


def open_case(connection: Connection, new: NewCase, now: datetime) -> int:
    """Open a case unless its cause already has one; returns the id of either."""
    language = connection.execute(select(Store.language).where(Store.id == new.store_id)).scalar_one()
    deadlines = deadlines_in_store(connection, new.store_id, new.kind, now)
    owner = new.owner_id or owner_for(
        literal(new.kind.value), literal(new.store_id), literal(new.customer_id), now, literal(new.touch_id, Uuid)
    )
    values = asdict(new) | {
        "owner_id": owner,
        "answer_by": deadlines.answer_by,
        "solve_by": new.solve_by or deadlines.solve_by,
    }
    model = _only_model(new.customer_id) if new.kind is CaseKind.COMPLAINT else None
    statement = insert(Case).values(
        **values, model=model, title=TITLES[new.kind][language], state=CaseState.OPEN, opened_at=now
    )
    made = connection.scalar(statement.on_conflict_do_nothing(index_elements=["kind", "cause"]).returning(Case.id))
    if made is not None:
        escalate_repeated(connection, now, Case.id == made)
        return made
    same = (Case.kind == new.kind, Case.cause == new.cause)
    return connection.execute(select(Case.id).where(*same)).scalar_one()


def _only_model(customer_id: int) -> ScalarSelect[str | None]:
    """The model of a customer's cars, where it is one."""
    cars = select(func.min(Vehicle.model)).where(Vehicle.customer_id == customer_id, Vehicle.disposed_on.is_(None))
    return cars.having(func.count(Vehicle.model.distinct()) == 1).scalar_subquery()


def answer_case(
    connection: Connection, case_id: int, now: datetime, staff_code: str, note: str | None, *, seen: int | None = None
) -> None:
    """Mark a case as answered.

    Here and below, `seen` is the case's version that the user acts on; None: any version. Raises
    `UnknownCase`, `CaseChanged`, `CaseNotThere`, `UnknownStaff`, `InactiveStaff`.
    """
    _advance(connection, lock_case(connection, case_id, seen), CaseState.ANSWERED, now, staff_code, note)


def solve_case(
    connection: Connection, case_id: int, now: datetime, staff_code: str, note: str | None, *, seen: int | None = None
) -> None:
    """Mark a case as solved."""
    _advance(connection, lock_case(connection, case_id, seen), CaseState.SOLVED, now, staff_code, note)


def close_case(
    connection: Connection,
    case_id: int,
    now: datetime,
    staff_code: str,
    note: str | None,
    *,
    customer_agrees: bool,
    seen: int | None = None,
) -> None:
    """Close a case. Also raises `CustomerHasNotAgreed` for a complaint without the customer's agreement, and
    `CauseMissing` where its category asks for a cause and a measure."""
    found = lock_case(connection, case_id, seen)
    if found.kind is CaseKind.COMPLAINT and not customer_agrees:
        raise CustomerHasNotAgreed(case_id)
    if CaseState.CLOSED in FOLLOWERS[found.state]:
        check_closing(connection, case_id, found.store_id, found.category, found.root_cause, found.measure)
    _advance(connection, found, CaseState.CLOSED, now, staff_code, note)


def reopen_case(
    connection: Connection, case_id: int, now: datetime, staff_code: str, note: str, *, seen: int | None = None
) -> None:
    """Open a solved or closed case again, with the reason as a note: its deadlines begin anew, and it goes to the
    manager at once. Also raises `CaseNotThere` for a case that is open, and `ReasonNeeded`."""
    found = lock_case(connection, case_id, seen)
    if found.state not in OPENS_AGAIN:
        raise CaseNotThere(case_id, found.state, CaseState.OPEN)
    if not note.strip():
        raise ReasonNeeded
    actor = find_actor(connection, staff_code, found.store_id)
    deadlines = deadlines_in_store(connection, found.store_id, found.kind, now)
    unsettled = dict.fromkeys(("answered_at", "solved_at", "closed_at"))
    anew: dict[str, object] = {"state": CaseState.OPEN, "reopened_at": now, **unsettled}
    change_case(connection, found, anew | deadlines._asdict())
    note_case(connection, case_id, now, actor, note.strip())
    give_to_manager(connection, Case.id == case_id, Escalated.OPENED_AGAIN, now)
    before, after = {"state": found.state}, {"state": CaseState.OPEN, "note": note.strip()}
    audit.record(connection, now, actor.code, "case.opened-again", "case", case_id, before, after)


def take_step_back(
    connection: Connection, case_id: int, now: datetime, staff_code: str, to: CaseState, *, seen: int
) -> None:
    """Take back the step that led a case to its state, if nobody has changed the case since; the notes stay.

    Raises `UnknownCase`, `CaseChanged`, `CaseNotThere`, `UnknownStaff`, `InactiveStaff`.
    """
    found = lock_case(connection, case_id, seen)
    if to not in TAKEN_BACK_TO[found.state]:
        raise CaseNotThere(found.id, found.state, to)
    actor = find_actor(connection, staff_code, found.store_id)
    kept = set(STAMPS.get(to, ()))
    unstamped = {name: None for names in STAMPS.values() for name in names if name not in kept}
    change_case(connection, found, {"state": to, **unstamped})
    audit.record(
        connection, now, actor.code, "case.taken-back", "case", found.id, {"state": found.state}, {"state": to}
    )


def give_case(
    connection: Connection, case_id: int, now: datetime, staff_code: str, to_code: str, *, seen: int | None = None
) -> None:
    """Assign a case to a member of the store's staff, possibly oneself. Also raises `CaseIsClosed`."""
    found = lock_case(connection, case_id, seen)
    if found.state is CaseState.CLOSED:
        raise CaseIsClosed(case_id)
    actor, owner = (find_actor(connection, code, found.store_id) for code in (staff_code, to_code))
    change_case(connection, found, {"owner_id": owner.id})
    before = {"owner": connection.scalar(select(StaffMember.code).where(StaffMember.id == found.owner_id))}
    audit.record(connection, now, actor.code, "case.given", "case", case_id, before, {"owner": owner.code})


def write_note(connection: Connection, case_id: int, now: datetime, staff_code: str, text: str) -> None:
    """Add a note. It needs no version, because it changes nothing else."""
    found = lock_case(connection, case_id, None)
    actor = find_actor(connection, staff_code, found.store_id)
    note_case(connection, case_id, now, actor, text)
    audit.record(connection, now, actor.code, "case.noted", "case", case_id, None, {"note": text})


def note_case(connection: Connection, case_id: int, now: datetime, actor: Actor, text: str) -> None:
    """Write a note on a case that is locked."""
    connection.execute(insert(CaseNote).values(case_id=case_id, written_at=now, author=actor.code, text=text))


def lock_case(connection: Connection, case_id: int, seen: int | None) -> AnyRow:
    """The case, locked until the transaction ends. Raises `UnknownCase`, `CaseChanged`."""
    found = connection.execute(select(Case.__table__).where(Case.id == case_id).with_for_update()).one_or_none()
    if found is None:
        raise UnknownCase(case_id)
    if seen is not None and seen != found.version:
        raise CaseChanged(case_id, found.state)
    return found


def change_case(connection: Connection, found: AnyRow, values: dict[str, object]) -> None:
    """Change a case that is locked; what others had read of it is old from now on."""
    changed = update(Case).where(Case.id == found.id).values(**values, version=found.version + 1)
    connection.execute(changed)


def _advance(
    connection: Connection, found: AnyRow, state: CaseState, now: datetime, staff_code: str, note: str | None
) -> None:
    if state not in FOLLOWERS[found.state]:
        raise CaseNotThere(found.id, found.state, state)
    actor = find_actor(connection, staff_code, found.store_id)
    stamps = {name: now for name in STAMPS[state] if getattr(found, name) is None}
    change_case(connection, found, {"state": state, "owner_id": found.owner_id or actor.id, **stamps})
    if note:
        note_case(connection, found.id, now, actor, note)
    before, after = {"state": found.state}, {"state": state, "note": note}
    audit.record(connection, now, actor.code, f"case.{state}", "case", found.id, before, after)


def open_cases_for_broken_promises(connection: Connection, now: datetime) -> int:
    """Open a case for each recently broken promise to pay without one; returns how many."""
    broken = _broken_promises(now).subquery("broken")
    deadlines = deadlines_everywhere(connection, now).subquery("deadlines")
    titles = TITLES[CaseKind.BROKEN_PROMISE]
    statement = (
        insert(Case)
        .from_select(
            ["store_id", "customer_id", "kind", "cause", "title", "state", "opened_at", "solve_by", "owner_id"],
            select(
                broken.c.store_id,
                broken.c.customer_id,
                literal(CaseKind.BROKEN_PROMISE, growing(CaseKind)),
                func.concat("promise:", broken.c.broken_promise_id),
                case(titles, value=Store.language),
                literal(CaseState.OPEN, enumeration(CaseState)),
                moment(now),
                deadlines.c.solve_by,
                func.coalesce(
                    _follower(broken.c.broken_promise_id, now),
                    owner_for(literal(CaseKind.BROKEN_PROMISE.value), broken.c.store_id, broken.c.customer_id, now),
                ),
            )
            .join(Store, Store.id == broken.c.store_id)
            .join(
                deadlines,
                and_(deadlines.c.store_id == broken.c.store_id, deadlines.c.kind == CaseKind.BROKEN_PROMISE.value),
            ),
        )
        .on_conflict_do_nothing(index_elements=["kind", "cause"])
        .returning(Case.id)
    )
    return len(connection.execute(statement).all())


def _follower(promise_id: ColumnElement[int], now: datetime) -> ColumnElement[int | None]:
    """Who took a promise and sees to it, if they are there."""
    of_it = select(Promise.follower_id).where(Promise.id == promise_id).correlate_except(Promise).scalar_subquery()
    return who_follows(of_it, now)


def _broken_promises(now: datetime) -> AnySelect:
    """The accounts whose latest promise was broken, among those with a recently expired promise without a case."""
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
    facts = subject_of(ACCOUNT).facts(now, Those(accounts)).subquery("accounts_now")
    return select(facts).where(
        facts.c.broken_promise_id.is_not(None),
        facts.c.promised_for >= local_day(moment(now - LOOKED_BACK), facts.c.time_zone),
    )
