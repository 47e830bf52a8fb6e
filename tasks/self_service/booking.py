"""What customers do about an appointment: confirm it, move it to a free time, ask for another one, or for a first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, literal, select, update

from models.core.cadence import moment
from models.core.errors import Conflict
from models.core.rows import AnyRow, AnySelect
from models.core.words import AppointmentStatus, ChangeKind, WorkKind
from models.people.tables import StaffMember, Store
from models.stores.visit_slots import VisitRules, days_to_choose, free_starts
from models.subjects.appointment import Appointment, AppointmentChange
from models.subjects.vehicle import Vehicle
from tasks.inbound.recording import request_visit
from tasks.ledger import audit
from tasks.subjects.customers import newest_car_id, vehicle_name

TAKES_A_PLACE = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED)
RENEWABLE = (AppointmentStatus.REQUESTED, AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW)
"""What a customer who asks again asks for anew."""
A_DAY = timedelta(days=1)


class SlotTaken(Conflict):
    """The time is full by now, or the store does not offer it."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        super().__init__(f"The time {start:%Y-%m-%d %H:%M %Z} is not free any more.")


class AppointmentChanged(Conflict):
    """The appointment is no longer as the customer saw it."""

    def __init__(self, appointment_id: int) -> None:
        self.appointment_id = appointment_id
        super().__init__(f"The appointment {appointment_id} has changed meanwhile.")


@dataclass(frozen=True, slots=True)
class AppointmentSeen:
    """An appointment as its customer sees it."""

    id: int
    starts_at: datetime
    status: AppointmentStatus
    work: str | None
    vehicle: str | None
    advisor: str | None
    address: str | None
    confirmed: bool
    asked_for_another_time: bool
    stands: bool
    """It is agreed on and still to come, so that the customer can confirm or change it."""


def see_appointment(connection: Connection, appointment_id: int, now: datetime) -> AppointmentSeen:
    """The appointment as it stands."""
    row = connection.execute(
        select(
            Appointment.id,
            Appointment.starts_at,
            Appointment.status,
            Appointment.work,
            vehicle_name().label("vehicle"),
            StaffMember.name.label("advisor"),
            Store.address,
            Appointment.confirmed_at.is_not(None).label("confirmed"),
            Appointment.other_time_asked_at.is_not(None).label("asked_for_another_time"),
            Appointment.arrived_at,
        )
        .join(Store, Store.id == Appointment.store_id)
        .outerjoin(Vehicle, Vehicle.id == Appointment.vehicle_id)
        .outerjoin(StaffMember, StaffMember.id == Appointment.advisor_id)
        .where(Appointment.id == appointment_id)
    ).one()
    facts = {name: getattr(row, name) for name in AppointmentSeen.__dataclass_fields__ if name != "stands"}
    return AppointmentSeen(**facts, stands=_stands(row, now))


def _stands(appointment: Row[Any], now: datetime) -> bool:
    booked = appointment.status == AppointmentStatus.BOOKED and appointment.arrived_at is None
    return booked and appointment.starts_at > now


def confirm(connection: Connection, appointment_id: int, seen: datetime, now: datetime) -> None:
    """The customer will come at the start that they saw. Raises `AppointmentChanged`."""
    found = _lock(connection, appointment_id, (seen,), now)
    if found.confirmed_at is None:
        _change(connection, found, "appointment.confirmed", {"confirmed_at": now, "other_time_asked_at": None}, now)


def ask_for_another_time(connection: Connection, appointment_id: int, seen: datetime, now: datetime) -> None:
    """No time suits; the advisor is to call, and is responsible for it. Raises `AppointmentChanged`."""
    found = _lock(connection, appointment_id, (seen,), now)
    if found.other_time_asked_at is None:
        values = {"other_time_asked_at": now, "confirmed_at": None}
        _change(connection, found, "appointment.other-time-asked", values, now)
        request_visit(connection, found.id, found.store_id, found.customer_id, None, found.work or "", now)


def move(connection: Connection, appointment_id: int, seen: datetime, start: datetime, now: datetime) -> None:
    """Move an appointment to a free start of the store's; who chooses a time has confirmed it.

    Two customers who want the last place wait for each other, and the second finds it taken. Recorded as an import
    records a move, so that departments are told and what was planned for the old start is superseded.
    Raises `AppointmentChanged`, `SlotTaken`.
    """
    found = _lock(connection, appointment_id, (seen, start), now)
    if found.starts_at == start:
        return  # the same sent twice, by a second click
    # Held until the end of the transaction; a weaker lock than deleting takes, so that nobody else has to wait for it.
    rules = _rules(connection, found.store_id, lock=True)
    day = start.astimezone(rules.zone).date()
    if start not in free_starts(rules, day, now, _taken(connection, found.store_id, rules, [day], found.id)):
        raise SlotTaken(start.astimezone(rules.zone))
    connection.execute(
        insert(AppointmentChange).values(
            appointment_id=found.id,
            kind=ChangeKind.MOVED,
            from_starts_at=found.starts_at,
            to_starts_at=start,
            changed_at=now,
            by_customer=True,
        )
    )
    values = {"starts_at": start, "moved_at": now, "confirmed_at": now, "other_time_asked_at": None}
    _change(connection, found, "appointment.moved", values, now)


def days_with_free_starts(connection: Connection, appointment_id: int, now: datetime) -> dict[date, list[datetime]]:
    """The days on which an appointment can be moved to, each with the free starts, in the store's zone."""
    found = connection.execute(select(Appointment.__table__).where(Appointment.id == appointment_id)).one()
    rules = _rules(connection, found.store_id)
    days = _free(connection, found.store_id, rules, now, found.id)
    offered = {day: [start for start in starts if start != found.starts_at] for day, starts in days.items()}
    return {day: starts for day, starts in offered.items() if starts}


def days_for_a_visit(connection: Connection, store_id: int, now: datetime) -> dict[date, list[datetime]]:
    """The days on which a store takes another visit, each with the free starts, in its zone."""
    return _free(connection, store_id, _rules(connection, store_id), now)


def ask_for_visit(
    connection: Connection,
    store_id: int,
    customer_id: int,
    key: str,
    start: datetime,
    work: str,
    now: datetime,
    *,
    vehicle_id: int | None = None,
    kind: WorkKind = WorkKind.OTHER,
) -> int:
    """Ask for a visit at a free start of the store's; the appointment, `requested` until the store agrees. Without a
    vehicle it is for the newest of the customer's.

    Somebody of the store is responsible for the answer, whoever the customer is.

    Asking again under the same key moves the request, or renews one that was called off. Raises `SlotTaken`, and
    `AppointmentChanged` when the store has agreed on it meanwhile.
    """
    rules = _rules(connection, store_id, lock=True)
    wanted = select(Appointment.__table__).where(Appointment.store_id == store_id, Appointment.key == key)
    found = connection.execute(wanted.with_for_update()).one_or_none()
    if found is not None and found.status not in RENEWABLE:
        raise AppointmentChanged(found.id)
    if found is not None and found.status == AppointmentStatus.REQUESTED and found.starts_at == start:
        return int(found.id)  # the same sent twice, by a second click
    day = start.astimezone(rules.zone).date()
    if start not in free_starts(
        rules, day, now, _taken(connection, store_id, rules, [day], found.id if found else None)
    ):
        raise SlotTaken(start.astimezone(rules.zone))
    values = {
        "starts_at": start, "status": AppointmentStatus.REQUESTED, "requested_at": now, "cancelled_at": None,
        "confirmed_at": None, "other_time_asked_at": None,
    }  # fmt: skip
    if found is None:
        car = newest_car_id(literal(customer_id)) if vehicle_id is None else vehicle_id
        whose = {"store_id": store_id, "key": key, "customer_id": customer_id, "vehicle_id": car}
        own = {**whose, "work": work, "work_kind": kind}
        made = connection.execute(insert(Appointment).values(**own, **values).returning(Appointment.id)).scalar_one()
    else:
        connection.execute(update(Appointment).where(Appointment.id == found.id).values(**values))
        made = found.id
    after = {"starts_at": _plain(start), "key": key}
    before = {"starts_at": _plain(found.starts_at), "status": found.status} if found is not None else None
    actor = f"customer:{customer_id}"
    audit.record(connection, now, actor, "appointment.requested", "appointment", made, before, after)
    request_visit(connection, made, store_id, customer_id, start, work, now)
    return int(made)


def _lock(connection: Connection, appointment_id: int, starts: Sequence[datetime], now: datetime) -> AnyRow:
    """The appointment, held until the transaction ends, if it stands and begins at one of `starts`."""
    statement = select(Appointment.__table__).where(Appointment.id == appointment_id).with_for_update()
    found = connection.execute(statement).one()
    if not _stands(found, now) or found.starts_at not in starts:
        raise AppointmentChanged(appointment_id)
    return found


def _rules(connection: Connection, store_id: int, *, lock: bool = False) -> VisitRules:
    statement: AnySelect = select(Store.__table__).where(Store.id == store_id)
    store = connection.execute(statement.with_for_update(key_share=True) if lock else statement).one()
    return VisitRules(
        ZoneInfo(store.time_zone), store.opening_hours, store.holiday_country, store.visit_minutes, store.visits_at_once
    )


def _free(
    connection: Connection, store_id: int, rules: VisitRules, now: datetime, but: int | None = None
) -> dict[date, list[datetime]]:
    """The days with a free start; the visits of one appointment are not counted."""
    days = days_to_choose(rules, now)
    taken = _taken(connection, store_id, rules, days, but)
    free = {day: [start.astimezone(rules.zone) for start in free_starts(rules, day, now, taken)] for day in days}
    return {day: starts for day, starts in free.items() if starts}


def _taken(
    connection: Connection, store_id: int, rules: VisitRules, days: Sequence[date], but: int | None
) -> Sequence[datetime]:
    """The starts of the store's visits on these days, except those of one appointment."""
    if not days:
        return []
    first = datetime.combine(min(days), time(0), rules.zone)
    last = datetime.combine(max(days) + A_DAY, time(0), rules.zone)
    return connection.scalars(
        select(Appointment.starts_at).where(
            Appointment.store_id == store_id,
            Appointment.id.is_distinct_from(but),
            Appointment.status.in_(TAKES_A_PLACE),
            Appointment.starts_at >= moment(first),
            Appointment.starts_at < moment(last),
        )
    ).all()


def _change(
    connection: Connection, found: AnyRow, action: str, values: dict[str, datetime | None], now: datetime
) -> None:
    connection.execute(update(Appointment).where(Appointment.id == found.id).values(**values))
    before = {name: _plain(getattr(found, name)) for name in values}
    after = {name: _plain(value) for name, value in values.items()}
    audit.record(connection, now, f"customer:{found.customer_id}", action, "appointment", found.id, before, after)


def _plain(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
