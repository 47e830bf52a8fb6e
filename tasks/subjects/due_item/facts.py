"""Due items as a subject: from the day they end or fall due (R5, R6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import aliased
from sqlalchemy.types import Date, Text

from models.core.base import Facts, enumeration
from models.core.cadence import Now, midnight, moment, shift
from models.core.reasons import DAY, GivenReason, declare, give
from models.core.rows import AnySelect
from models.core.words import ANCHOR, AppointmentStatus, EndBasis, OutcomeName, StepKind
from models.kits.outcomes import OutcomeAnswer
from models.people.tables import Customer
from models.policies.policy import Policy, Step
from models.subjects.appointment import Appointment
from models.subjects.due_item import (
    ASKED_ITEM,
    CALL_DUE,
    CALLED_ITEM,
    FIRST_ITEM,
    KIND,
    LATER_ITEM,
    MOST_TOGETHER,
    NOT_BOOKED,
    NOT_RENEWED,
    PAGE,
    PAGE_LASTS,
    DueItem,
    DueItemDay,
    DueItemRules,
    DueItemStatus,
)
from models.subjects.repair_order import RepairOrder
from models.subjects.vehicle import Vehicle
from models.subjects.visit import VEHICLE_KEPT
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    Window,
    asked,
    counted_within,
    first_reason,
    linked,
    local_days,
    within,
)
from tasks.subjects.customers import SOLD, about_customer, own_languages, stores_today, vehicle_name
from tasks.subjects.due_item.outcomes import take_outcome
from tasks.subjects.vehicle.mileage import remarks_on

OTHER_ITEM = declare("item-of-another-kind")
NOT_CALLED = declare("item-not-called-about")
NOT_ASKED = declare("item-not-asked-about")
RENEWED = declare("item-renewed")
ELSEWHERE = declare("item-renewed-elsewhere")
DECLINED = declare("item-declined")
DONE = declare("service-done")
BOOKED = declare("service-booked")
NOT_FIRST = declare("item-not-the-first")
NOT_LATER = declare("item-is-the-first")
DUE_BY_MILEAGE = declare("item-due-by-mileage", day=DAY)
EARLY = 90
"""Days: work done so long before an item ends counts for it, where nobody says since when it is known."""
_OPEN = literal(DueItemStatus.OPEN, enumeration(DueItemStatus))


class DueItems(Subject):
    """Anchored at the store-local midnight of the day they end or fall due: by date, or earlier by mileage."""

    kind = KIND
    anchor_day = "day"

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row an item that was known by then, with what had become of it."""
        stores, languages = stores_today(now), own_languages()
        today, zone = stores.c.today, stores.c.time_zone
        item = _items(scope)
        row = item.c
        return (
            select(
                row.subject_id,
                row.store_id,
                row.customer_id,
                *about_customer(stores, languages),
                row.day,
                midnight(row.day, zone).label("anchor_at"),
                midnight(row.call_on, zone).label(CALL_DUE),
                row.item,
                row.provider,
                row.vehicle_id,
                row.issued_on,
                row.works,
                row.limit_kilometres,
                row.basis,
                row.figures,
                case((row.status_on > today, _OPEN), else_=row.status).label("status"),
                func.coalesce(Vehicle.disposed_on <= today, False).label("sold"),
                vehicle_name().label("vehicle"),
            )
            .join_from(item, stores, stores.c.id == row.store_id)
            .outerjoin(languages, languages.c.id == row.customer_id)
            .outerjoin(Customer, Customer.id == row.customer_id)
            .outerjoin(Vehicle, Vehicle.id == row.vehicle_id)
            .where(
                func.coalesce(row.known_from <= today, True),
                func.coalesce(today < row.known_until, True),
                func.coalesce(row.issued_on <= today, True),
            )
        )

    def near(self, facts: Subquery, step: Step, window: Window) -> ColumnElement[bool]:
        """A message may come earlier, together with that about another item."""
        if not _may_go_together(step):
            return super().near(facts, step, window)
        later = Window(window.since, window.until + timedelta(days=MOST_TOGETHER))
        return counted_within(self.counted_from(facts, step), later)

    def due_at(
        self, facts: Subquery, step: Step, policy: Policy, occurs_at: ColumnElement[datetime] | None = None
    ) -> ColumnElement[datetime]:
        """A message about an item counts from the earliest of the customer's items that end within some days before it
        and are still to be written about, so that all go as one message."""
        rules = policy.rules
        if occurs_at is None and _may_go_together(step) and isinstance(rules, DueItemRules) and rules.together_days:
            day = func.least(facts.c.day, _earliest_beside(facts, step, rules))
            return shift(facts.c.anchor_at, facts.c.time_zone, step.after, step.at, day=day)
        return super().due_at(facts, step, policy, occurs_at)

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],  # noqa: ARG002  the contract's
        rules: Any,
    ) -> ColumnElement[str | None]:
        """The step is not about such an item, the car was sold, or the item was renewed, done, booked or given up."""
        still_open, item = asked(NOT_RENEWED, conditions), _Item.of(facts)
        first = _among(facts, rules, "first_items")
        return first_reason(
            (~_among(facts, rules, "items"), OTHER_ITEM),
            (and_(asked(FIRST_ITEM, conditions), ~first), NOT_FIRST),
            (and_(asked(LATER_ITEM, conditions), first), NOT_LATER),
            (and_(asked(CALLED_ITEM, conditions), ~_among(facts, rules, "called_items")), NOT_CALLED),
            (and_(asked(ASKED_ITEM, conditions), ~_among(facts, rules, "asked_items")), NOT_ASKED),
            (and_(asked(VEHICLE_KEPT, conditions), facts.c.sold), SOLD),
            (and_(still_open, facts.c.status == DueItemStatus.ELSEWHERE), ELSEWHERE),
            (and_(still_open, facts.c.status == DueItemStatus.DECLINED), DECLINED),
            (and_(still_open, _done(item)), DONE),
            (and_(still_open, or_(facts.c.status == DueItemStatus.RENEWED, _followed(item))), RENEWED),
            (and_(asked(NOT_BOOKED, conditions), _booked(item, moment(now))), BOOKED),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """What ends, when, what had become of it, and what its day was estimated from."""
        said = func.jsonb_build_object(
            *(literal("item", Text), facts.c.item),
            *(literal("ends_on", Text), facts.c.day),
            *(literal("status", Text), facts.c.status),
            *(literal("vehicle_sold", Text), facts.c.sold),
            type_=JSONB,
        )
        estimate = func.coalesce(facts.c.figures, literal({}, JSONB)).op("||", return_type=JSONB())(
            func.jsonb_strip_nulls(func.jsonb_build_object("basis", facts.c.basis))
        )
        return estimate.op("||", return_type=JSONB())(said)

    def remarks(self, connection: Connection, row: RowMapping) -> list[GivenReason]:  # noqa: ARG002  the contract's
        """That the mileage decides when it is due, and how sure that is."""
        if row["day"] < row["today"] or row["status"] != DueItemStatus.OPEN:
            return []
        by_mileage = row["basis"] == EndBasis.MILEAGE
        told = [give(DUE_BY_MILEAGE, day=row["day"].isoformat())] if by_mileage else []
        return [*told, *remarks_on(row["figures"])]

    def only_in_letters(self) -> frozenset[str]:
        """The car, and with whom it is."""
        return frozenset({"vehicle", "provider"})

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """What ends, when, with whom, and the car."""
        return [facts.c.day, facts.c.item, facts.c.provider, facts.c.vehicle, facts.c.limit_kilometres]

    def take_outcome(
        self,
        connection: Connection,
        subject_id: int,
        outcome: OutcomeName,
        answers: Mapping[str, OutcomeAnswer],
        day: date,
    ) -> None:
        """Keep that it was done elsewhere, or is wanted no more, with the reason."""
        take_outcome(connection, subject_id, outcome, answers, day)

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:
        """The services that are due soon, or were lately."""
        since, until = (now - PAGE_LASTS).date(), (now + PAGE_LASTS).date()
        return linked(PAGE, KIND, DueItem, None).where(
            DueItem.customer_id == customer_id,
            DueItem.works.is_not(None),
            DueItem.status == DueItemStatus.OPEN,
            DueItem.ends_on.between(since, until),
        )


def _may_go_together(step: Step) -> bool:
    return step.kind is StepKind.MESSAGE and step.counts_from == ANCHOR and step.at is not None


@dataclass(frozen=True, slots=True)
class _Item:
    """The columns that tell what had become of an item."""

    subject_id: SQLColumnExpression[int]
    customer_id: SQLColumnExpression[int]
    vehicle_id: SQLColumnExpression[int | None]
    item: SQLColumnExpression[object]
    day: ColumnElement[date]
    issued_on: SQLColumnExpression[object]
    works: SQLColumnExpression[object]
    today: ColumnElement[date]

    @classmethod
    def of(cls, facts: Subquery) -> "_Item":
        return cls(**{name: facts.c[name] for name in cls.__slots__})


def _among(facts: Subquery, rules: Any, name: str) -> ColumnElement[bool]:
    """Whether the item is of one of the kinds that a rule lists."""
    listed = rules.op("->", return_type=JSONB())(literal(name, Text))
    among: ColumnElement[bool] = listed.contains(func.to_jsonb(facts.c.item))
    return among


def _followed(item: _Item) -> ColumnElement[bool]:
    """The customer has another item of the kind, for the same car if for any, that ends later."""
    later = aliased(DueItem)
    return exists(
        select(literal(1)).where(
            later.customer_id == item.customer_id,
            later.item == item.item,
            later.vehicle_id.is_not_distinct_from(item.vehicle_id),
            later.id != item.subject_id,
            later.ends_on > item.day,
            or_(later.works.is_(None), later.issued_on > item.issued_on),
            func.coalesce(later.issued_on <= item.today, True),
        )
    )


def _done(item: _Item) -> ColumnElement[bool]:
    """A repair order says that it was done since the item came about."""
    since = func.coalesce(item.issued_on, item.day - EARLY)
    return exists(
        select(literal(1)).where(
            RepairOrder.vehicle_id == item.vehicle_id,
            cast(RepairOrder.work_kind, Text) == any_(item.works),
            RepairOrder.closed_on > since,
            RepairOrder.closed_on <= item.today,
        )
    )


def _booked(item: _Item, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """A visit for it is booked or asked for, and to come. A visit that names no car is taken to be for the customer's.

    These are two questions, because each has an index of its own.
    """
    off = and_(
        Appointment.status == AppointmentStatus.CANCELLED,
        or_(Appointment.cancelled_at.is_(None), Appointment.cancelled_at <= now),
    )
    visit = select(literal(1)).where(
        cast(Appointment.work_kind, Text) == any_(item.works),
        or_(Appointment.booked_at.is_(None), Appointment.booked_at <= now),
        ~off,
        Appointment.starts_at > now,
    )
    of_car = visit.where(Appointment.vehicle_id == item.vehicle_id)
    unnamed = visit.where(Appointment.vehicle_id.is_(None), Appointment.customer_id == item.customer_id)
    return and_(item.works.is_not(None), or_(of_car.exists(), unnamed.exists()))


def _earliest_beside(facts: Subquery, step: Step, rules: DueItemRules) -> ColumnElement[date]:
    """The earliest day within the span before an item's own on which another one of the customer is due, that the step
    is about and that is neither settled nor booked."""
    other, known, car = aliased(DueItem), aliased(DueItemDay), aliased(Vehicle)
    day = func.coalesce(known.due_on, other.ends_on)
    today = facts.c.today
    beside = _Item(
        other.id, other.customer_id, other.vehicle_id, other.item, day, other.issued_on, other.works, today
    )  # fmt: skip
    status = case((other.status_on > today, _OPEN), else_=other.status)
    left_out = [
        refused
        for condition, refused in (
            (NOT_RENEWED, or_(status != DueItemStatus.OPEN, _done(beside), _followed(beside))),
            (NOT_BOOKED, func.coalesce(_booked(beside, _now(facts)), False)),
            (VEHICLE_KEPT, func.coalesce(car.disposed_on <= today, False)),
        )
        if condition in step.conditions
    ]
    return (
        select(func.min(day))
        .select_from(other)
        .outerjoin(known, and_(known.due_item_id == other.id, known.known_from <= today, today < known.known_until))
        .outerjoin(car, car.id == other.vehicle_id)
        .where(
            other.customer_id == facts.c.customer_id,
            other.id != facts.c.subject_id,
            other.item == any_(literal(_kinds(step, rules), ARRAY(Text))),
            day.between(facts.c.day - rules.together_days, facts.c.day - 1),
            func.coalesce(other.issued_on <= today, True),
            *(~refused for refused in left_out),
        )
        .correlate(facts)
        .scalar_subquery()
    )


def _now(facts: Subquery) -> ColumnElement[datetime]:
    """The beginning of the store's day."""
    return midnight(facts.c.today, facts.c.time_zone)


def _kinds(step: Step, rules: DueItemRules) -> list[str]:
    """The kinds of items that a step is about."""
    first = set(rules.first_items)
    return [
        item
        for item in rules.items
        if not (FIRST_ITEM in step.conditions and item not in first)
        and not (LATER_ITEM in step.conditions and item in first)
    ]


def _items(scope: Scope) -> Subquery:
    """The items in scope, those with a mileage with each day that was ever known of them.

    They are two selects, because each has an index of its own. OFFSET 0 keeps PostgreSQL from pairing each item with
    each store before it asks which store the item is of.
    """
    own = (
        DueItem.id.label("subject_id"), DueItem.store_id, DueItem.customer_id, DueItem.vehicle_id, DueItem.item,
        DueItem.provider, DueItem.issued_on, DueItem.works, DueItem.limit_kilometres, DueItem.status, DueItem.status_on,
    )  # fmt: skip
    by_date = select(
        *own,
        DueItem.ends_on.label("day"),
        DueItem.call_on.label("call_on"),
        cast(null(), Text).label("basis"),
        cast(null(), JSONB).label("figures"),
        cast(null(), Date).label("known_from"),
        cast(null(), Date).label("known_until"),
    ).where(DueItem.limit_kilometres.is_(None), _in_scope(scope, DueItem.ends_on, DueItem.call_on))
    by_mileage = (
        select(
            *own,
            DueItemDay.due_on,
            DueItemDay.call_on,
            cast(DueItemDay.basis, Text),
            DueItemDay.figures,
            DueItemDay.known_from,
            DueItemDay.known_until,
        )
        .join_from(DueItemDay, DueItem, DueItem.id == DueItemDay.due_item_id)
        .where(_in_scope(scope, DueItemDay.due_on, DueItemDay.call_on))
    )
    every = union_all(by_date, by_mileage).subquery("either_way")
    return select(every).offset(0).subquery("items")


def _in_scope(scope: Scope, day: Any, call_on: Any) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            sought = [(day, _windows(scope.steps, call=False)), (call_on, _windows(scope.steps, call=True))]
            near = [within(column, windows) for column, windows in sought if windows]
            return and_(or_(*near), DueItem.store_id.in_(scope.stores))
        case Those():
            return DueItem.id.in_(scope.ids)
        case OfCustomer():
            return DueItem.customer_id == scope.customer_id


def _windows(steps: Sequence[tuple[Step, Window]], *, call: bool) -> list[tuple[date, date]]:
    """The days of the steps that count from the call, or of all others."""
    found = []
    for step, window in steps:
        if step.subject == KIND and (step.counts_from == CALL_DUE) is call:
            since, until = local_days(window)
            found.append((since, until + timedelta(days=MOST_TOGETHER if _may_go_together(step) else 0)))
    return found


SUBJECT = DueItems()
