"""Appointments: what is agreed with a customer for a day and an hour (R1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from models.core.base import Base, Key, enumeration, growing, table_info
from models.core.frozen import Slug
from models.core.personal import customers, kept
from models.core.reasons import declare
from models.core.retention import ForEver
from models.core.words import (
    AppointmentStatus,
    ChangeKind,
    Condition,
    LinkPurpose,
    Moment,
    PartsState,
    SubjectKind,
    WorkKind,
)
from models.kits.contract import FactsRow, LinkOffer, Rules, SubjectTraits, Variables
from models.messages.letters import (
    RELATIVE,
    write_advisor,
    write_day,
    write_relative,
    write_vehicle,
    write_work,
)
from models.subjects.keeping import OF_THE_CAR, OF_THE_SOURCE, WORK_DONE
from models.subjects.work import OF_WORK

KIND = SubjectKind("appointment")

STILL_BOOKED = Condition("still-booked")
BOOKED_BEFORE_DUE = Condition("booked-before-due")
NO_OTHER_TIME_ASKED = Condition("no-other-time-asked")
PARTS_MISSING = Condition("parts-missing")
PARTS_UNKNOWN = Condition("parts-unknown")
PARTS_ON_ORDER = Condition("parts-on-order")
"""Ordered, and not there yet."""
NOT_ARRIVED = Condition("not-arrived")
REQUEST_UNANSWERED = Condition("request-unanswered")
CONTRACT_CUSTOMER = Condition("contract-customer")

BOOKING = Moment("booking")
"""The appointment was booked, or moved."""
REQUEST = Moment("request")
"""The customer asked for an appointment."""
OTHER_TIME_ASKED = Moment("other-time-asked")
"""The customer asked for another time."""

PAGE = LinkPurpose("appointment")


class Appointment(Base):
    """An agreed or requested visit. A status without its date counts as having always been so."""

    __tablename__ = "appointments"

    id: Mapped[Key]
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    key: Mapped[str] = mapped_column(info=kept(OF_THE_SOURCE))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"), index=True)
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime]
    status: Mapped[AppointmentStatus] = mapped_column(enumeration(AppointmentStatus))
    work: Mapped[str | None] = mapped_column(info=kept(WORK_DONE))
    work_kind: Mapped[WorkKind] = mapped_column(growing(WorkKind), server_default="other")
    requested_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    other_time_asked_at: Mapped[datetime | None]
    """When the customer asked for another time (reply `2`)."""
    arrived_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    """When the start was last changed."""
    parts_state: Mapped[PartsState] = mapped_column(enumeration(PartsState), server_default="unknown")
    departments: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """Who must be told of a change; null: the departments that the policy names."""

    __table_args__ = (
        UniqueConstraint("store_id", "key"),
        Index("ix_appointments_starts_at", "starts_at"),
        Index("ix_appointments_requests", "requested_at", postgresql_where=text("status = 'requested'")),
        Index(
            "ix_appointments_other_time_asked_at",
            "other_time_asked_at",
            postgresql_where=text("other_time_asked_at is not null"),
        ),
        Index("ix_appointments_came_at", func.coalesce(text("arrived_at"), text("starts_at")), "customer_id"),
        Index("ix_appointments_booked_at", "booked_at"),
        Index("ix_appointments_moved_at", "moved_at", postgresql_where=text("moved_at is not null")),
        Index("ix_appointments_inspections", "vehicle_id", postgresql_where=text("work_kind = 'inspection'")),
        Index(
            "ix_appointments_inspections_unnamed",
            "customer_id",
            postgresql_where=text("work_kind = 'inspection' and vehicle_id is null"),
        ),
        table_info(
            customers(
                "customer_id",
                "starts_at status work_kind requested_at booked_at confirmed_at other_time_asked_at arrived_at "
                "cancelled_at moved_at parts_state departments",
            ),
            ForEver("one row per visit", OF_THE_CAR),
        ),
    )


class AppointmentChange(Base):
    """An appointment was moved or cancelled."""

    __tablename__ = "appointment_changes"

    id: Mapped[Key]
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enumeration(ChangeKind))
    from_starts_at: Mapped[datetime]
    to_starts_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    by_customer: Mapped[bool] = mapped_column(server_default="false")
    """The customer did it here: the source learns of it from the departments, and may say the old start until then."""

    __table_args__ = (
        table_info(
            customers("appointment_id", "kind from_starts_at to_starts_at changed_at by_customer"),
            ForEver("one row per appointment moved or cancelled", "it is what the departments were told"),
        ),
    )


class DepartmentNotice(Base):
    """A department was told of a change, and acknowledged it (R1)."""

    __tablename__ = "department_notices"

    id: Mapped[Key]
    change_id: Mapped[int] = mapped_column(ForeignKey("appointment_changes.id", ondelete="CASCADE"))
    department: Mapped[str]
    told_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        UniqueConstraint("change_id", "department"),
        Index("ix_department_notices_waiting", "told_at", postgresql_where=text("acknowledged_at is null")),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged_by_someone"),
        table_info(
            customers("change_id", "department told_at acknowledged_at"),
            ForEver("three rows per change of an appointment", "it proves who was told, when, and who acknowledged it"),
        ),
    )


class AppointmentRules(Rules):
    """What a process about appointments goes by."""

    departments: tuple[Slug, ...] = ("workshop", "parts")
    """Who is told of a moved or cancelled appointment that names no departments itself."""


def _write(language: str, facts: FactsRow) -> Variables:
    start: datetime = facts["starts_at"].astimezone(ZoneInfo(facts["time_zone"]))
    return {
        "date": write_day(start.date(), language),
        "time": f"{start:%H:%M}",
        "work": write_work(language, facts),
        "vehicle": write_vehicle(language, facts),
        "advisor": write_advisor(language, facts),
    } | write_relative(start.date(), facts["today"], language)


TRAITS = SubjectTraits(
    kind=KIND,
    table=Appointment,
    conditions=(
        STILL_BOOKED,
        BOOKED_BEFORE_DUE,
        NO_OTHER_TIME_ASKED,
        PARTS_MISSING,
        PARTS_UNKNOWN,
        PARTS_ON_ORDER,
        NOT_ARRIVED,
        REQUEST_UNANSWERED,
        CONTRACT_CUSTOMER,
        *OF_WORK.values(),
    ),
    moments={
        BOOKING: declare("no-booking-date"),
        REQUEST: declare("no-request"),
        OTHER_TIME_ASKED: declare("no-other-time-asked"),
    },
    absent=declare("no-appointment"),
    rules=AppointmentRules,
    variables={
        "date": "the day of the appointment",
        "time": "its start, store-local",
        "work": "the work agreed on",
        "vehicle": "the car",
        "advisor": "the service advisor",
        **RELATIVE,
    },
    write=_write,
    links=(LinkOffer(PAGE, "a", "the page where the appointment is confirmed or moved", None),),
    of_vehicle=True,
)
