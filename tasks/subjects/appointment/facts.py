"""Appointments as the subject of appointment-reminders (R1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text

from models.core.base import Facts
from models.core.cadence import ZONED, Now, moment
from models.core.reasons import declare
from models.core.rows import AnySelect
from models.core.words import ANCHOR, Moment, PartsState
from models.core.words import AppointmentStatus as Status
from models.people.tables import Customer, StaffMember
from models.policies.policy import Step
from models.subjects.appointment import (
    BOOKED_BEFORE_DUE,
    BOOKING,
    CONTRACT_CUSTOMER,
    KIND,
    NO_OTHER_TIME_ASKED,
    NOT_ARRIVED,
    OTHER_TIME_ASKED,
    PAGE,
    PARTS_MISSING,
    PARTS_ON_ORDER,
    PARTS_UNKNOWN,
    REQUEST,
    REQUEST_UNANSWERED,
    STILL_BOOKED,
    Appointment,
)
from models.subjects.vehicle import Vehicle
from tasks.subjects.contract import (
    DueWithin,
    OfCustomer,
    Scope,
    Subject,
    Those,
    Window,
    asked,
    first_reason,
    linked,
    within,
)
from tasks.subjects.customers import about_customer, own_languages, stores_today, vehicle_name
from tasks.subjects.work import OTHER_WORK, for_other_work

CANCELLED = declare("appointment-cancelled")
ARRIVED = declare("customer-arrived")
NOT_BOOKED = declare("appointment-not-booked")
NOT_BEGUN = declare("appointment-not-begun")
BEGUN = declare("appointment-begun")
OTHER_TIME = declare("other-time-asked")
BOOKED_LATE = declare("booked-after-due")
OF_PARTS = {
    PARTS_MISSING: (PartsState.MISSING, declare("no-parts-missing")),
    PARTS_UNKNOWN: (PartsState.UNKNOWN, declare("parts-known")),
    PARTS_ON_ORDER: (PartsState.ORDERED, declare("no-parts-on-order")),
}
"""What a step asks of the parts, and why it does not hold."""
ANSWERED = declare("request-answered")
NO_CONTRACT = declare("no-contract-customer")


class Appointments(Subject):
    """Anchored at their start."""

    kind = KIND

    def facts(self, now: Now, scope: Scope) -> AnySelect:
        """One row an appointment; a status counts from its date on, and an undated one always."""
        stores, languages = stores_today(now), own_languages()
        return (
            select(
                Appointment.id.label("subject_id"),
                Appointment.store_id,
                Appointment.customer_id,
                *about_customer(stores, languages),
                Appointment.starts_at.label("anchor_at"),
                Appointment.starts_at,
                _booked_at(now).label("booking"),
                case((_is_request(), _known(Appointment.requested_at, now))).label("request"),
                _known(Appointment.other_time_asked_at, now).label("other-time-asked"),
                is_cancelled(now).label("cancelled"),
                has_arrived(now).label("arrived"),
                _is_not_booked(now).label("unbooked"),
                Appointment.status,
                Appointment.parts_state,
                vehicle_name().label("vehicle"),
                Appointment.work,
                StaffMember.name.label("advisor"),
            )
            .join_from(Appointment, stores, stores.c.id == Appointment.store_id)
            .outerjoin(languages, languages.c.id == Appointment.customer_id)
            .outerjoin(Customer, Customer.id == Appointment.customer_id)
            .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
            .outerjoin(StaffMember, StaffMember.id == Appointment.advisor_id)
            .where(_in_scope(scope))
        )

    def reason(
        self,
        facts: Subquery,
        now: Now,
        conditions: ColumnElement[Sequence[str]],
        due_at: ColumnElement[datetime],
        rules: object,  # noqa: ARG002  the contract's
    ) -> ColumnElement[str | None]:
        """The first condition that does not hold."""
        row = facts.c
        booked = asked(STILL_BOOKED, conditions)
        awaited = or_(booked, asked(NOT_ARRIVED, conditions))
        unanswered = asked(REQUEST_UNANSWERED, conditions)
        return first_reason(
            (and_(or_(awaited, unanswered), row.cancelled), CANCELLED),
            (and_(awaited, row.arrived), ARRIVED),
            (and_(awaited, row.unbooked), NOT_BOOKED),
            (and_(asked(NOT_ARRIVED, conditions), row.starts_at > moment(now)), NOT_BEGUN),
            (and_(booked, row.starts_at <= moment(now)), BEGUN),
            (and_(asked(NO_OTHER_TIME_ASKED, conditions), row["other-time-asked"].is_not(None)), OTHER_TIME),
            (and_(asked(BOOKED_BEFORE_DUE, conditions), row.booking > due_at), BOOKED_LATE),
            *(
                (and_(asked(condition, conditions), row.parts_state != state), reason)
                for condition, (state, reason) in OF_PARTS.items()
            ),
            (and_(unanswered, ~row.unbooked), ANSWERED),
            (and_(asked(CONTRACT_CUSTOMER, conditions), ~_has_contract(facts)), NO_CONTRACT),
            (for_other_work(facts, Appointment, conditions), OTHER_WORK),
        )

    def figures(self, facts: Subquery) -> ColumnElement[Facts]:
        """Start, status, parts."""
        row = facts.c
        return func.jsonb_build_object(
            literal("starts_at", Text), row.starts_at,
            literal("status", Text), row.status,
            literal("booked_at", Text), row.booking,
            literal("parts", Text), row.parts_state,
            type_=JSONB,
        )  # fmt: skip

    def only_in_letters(self) -> frozenset[str]:
        """The car, the work, and who does it."""
        return frozenset({"vehicle", "work", "advisor"})

    def open_links(self, customer_id: int, now: datetime) -> AnySelect:
        """The visits that are to come."""
        expected = Appointment.status.in_((Status.BOOKED, Status.REQUESTED))
        return linked(PAGE, KIND, Appointment, Appointment.starts_at).where(
            Appointment.customer_id == customer_id, expected, Appointment.starts_at > moment(now)
        )

    def letter(self, facts: Subquery) -> list[ColumnElement[Any]]:
        """Start, work, car, advisor."""
        return [facts.c[name] for name in ("starts_at", "work", "vehicle", "advisor")]


SUBJECT = Appointments()


def _known(dated: InstrumentedAttribute[datetime | None], now: Now) -> ColumnElement[datetime | None]:
    """A moment, once it has come."""
    return case((dated <= moment(now), dated))


def _booked_at(now: Now) -> ColumnElement[datetime | None]:
    """When the present start was agreed on: at the booking, or when it was last moved."""
    return func.greatest(_known(Appointment.booked_at, now), _known(Appointment.moved_at, now), type_=ZONED)


def _has_contract(facts: Subquery) -> ColumnElement[bool]:
    """Asked of requests only, so a sweep looks at no other customer for it."""
    return select(Customer.has_contract).where(Customer.id == facts.c.customer_id).scalar_subquery()


def _is_request() -> ColumnElement[bool]:
    return Appointment.status == Status.REQUESTED


def _is_not_booked(now: Now) -> ColumnElement[bool]:
    """Whether it was only asked for, or not there at all: what was booked later was not known then."""
    return or_(_is_request(), func.coalesce(Appointment.booked_at > moment(now), False))


def is_cancelled(now: Now) -> ColumnElement[bool]:
    """Whether an appointment was called off by then; undated, it always was."""
    return and_(
        Appointment.status == Status.CANCELLED,
        or_(Appointment.cancelled_at.is_(None), Appointment.cancelled_at <= moment(now)),
    )


def has_arrived(now: Now) -> ColumnElement[bool]:
    """Nobody arrives before the day: an undated arrival is taken to be at the start."""
    came = Appointment.status.in_((Status.ARRIVED, Status.COMPLETED))
    return or_(
        and_(came, func.coalesce(Appointment.arrived_at, Appointment.starts_at) <= moment(now)),
        func.coalesce(Appointment.arrived_at <= moment(now), False),
    )


MOMENT_COLUMNS: dict[Moment, tuple[InstrumentedAttribute[Any], ...]] = {
    ANCHOR: (Appointment.starts_at,),
    BOOKING: (Appointment.booked_at, Appointment.moved_at),
    REQUEST: (Appointment.requested_at,),
    OTHER_TIME_ASKED: (Appointment.other_time_asked_at,),
}


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    match scope:
        case DueWithin():
            ranges = or_(*(_within(column, window) for step, window in scope.steps for column in _columns(step)))
            return and_(ranges, Appointment.store_id.in_(scope.stores))
        case Those():
            return Appointment.id.in_(scope.ids)
        case OfCustomer():
            return Appointment.customer_id == scope.customer_id


def _columns(step: Step) -> tuple[InstrumentedAttribute[Any], ...]:
    return MOMENT_COLUMNS[step.counts_from]


def _within(column: InstrumentedAttribute[Any], window: Window) -> ColumnElement[bool]:
    """A request is looked for among the open ones only: theirs is the index."""
    dated = within(column, [(moment(window.since), moment(window.until))])
    return and_(dated, _is_request()) if column is Appointment.requested_at else dated
