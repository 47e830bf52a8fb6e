"""What customers do at the page of what falls due: ask for a visit, or say that it was done or is not wanted."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, select

from models.core.cadence import local_day, moment
from models.core.words import AppointmentStatus, WorkKind
from models.people.tables import Store
from models.subjects.appointment import Appointment
from models.subjects.due_item import DueItem, DueItemDay, DueItemStatus, name_item
from models.subjects.vehicle import Vehicle
from tasks.ledger import audit
from tasks.self_service.booking import AppointmentChanged, ask_for_visit
from tasks.subjects.customers import vehicle_name
from tasks.subjects.due_item.outcomes import settle

KEY = "due-item:"
"""What the keys of appointments begin with that were asked for so; the item's number follows."""
LONGEST_REASON = 200
EXPECTED = (AppointmentStatus.REQUESTED, AppointmentStatus.BOOKED)


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """What falls due, as the customer sees it."""

    id: int
    store_id: int
    customer_id: int
    vehicle_id: int | None
    item: str
    day: date
    vehicle: str | None
    address: str | None
    status: DueItemStatus
    works: list[str] | None
    visit_at: datetime | None
    """When the visit begins that was asked for or booked; None: there is none to come."""
    booked: bool
    """The store has agreed on it."""

    @property
    def open(self) -> bool:
        """The customer can ask for a visit."""
        return self.status is DueItemStatus.OPEN and not self.booked


def see_item(connection: Connection, item_id: int, now: datetime) -> ItemSeen:
    """The item as it stands."""
    today = local_day(moment(now), Store.time_zone)
    known = and_(DueItemDay.due_item_id == DueItem.id, DueItemDay.known_from <= today, today < DueItemDay.known_until)
    row = connection.execute(
        select(
            DueItem.id,
            DueItem.store_id,
            DueItem.customer_id,
            DueItem.vehicle_id,
            DueItem.item,
            func.coalesce(DueItemDay.due_on, DueItem.ends_on).label("day"),
            vehicle_name().label("vehicle"),
            Store.address,
            DueItem.status,
            DueItem.works,
        )
        .join(Store, Store.id == DueItem.store_id)
        .outerjoin(DueItemDay, known)
        .outerjoin(Vehicle, Vehicle.id == DueItem.vehicle_id)
        .where(DueItem.id == item_id)
    ).one()
    visit = connection.execute(
        select(Appointment.starts_at, Appointment.status)
        .where(
            Appointment.customer_id == row.customer_id,
            Appointment.vehicle_id.is_not_distinct_from(row.vehicle_id),
            Appointment.work_kind.in_([WorkKind(work) for work in row.works or ()]),
            Appointment.status.in_(EXPECTED),
            Appointment.starts_at > moment(now),
        )
        .order_by((Appointment.status == AppointmentStatus.BOOKED).desc(), Appointment.starts_at)
        .limit(1)
    ).one_or_none()
    booked = visit is not None and visit.status == AppointmentStatus.BOOKED
    return ItemSeen(**row._asdict(), visit_at=visit.starts_at if visit else None, booked=booked)


def ask_for_service(connection: Connection, item_id: int, start: datetime, language: str, now: datetime) -> None:
    """Ask for a visit for it at a free start of the store's. Raises `SlotTaken`, `AppointmentChanged`."""
    seen = see_item(connection, item_id, now)
    if not seen.open or not seen.works:
        raise AppointmentChanged(item_id)
    ask_for_visit(
        connection,
        seen.store_id,
        seen.customer_id,
        f"{KEY}{item_id}",
        start,
        name_item(seen.item, language),
        now,
        vehicle_id=seen.vehicle_id,
        kind=WorkKind(seen.works[0]),
    )


def say_settled(connection: Connection, item_id: int, status: DueItemStatus, because: str, now: datetime) -> None:
    """It was done elsewhere, or is not wanted any more, says the customer. Saying so twice changes nothing more."""
    seen = see_item(connection, item_id, now)
    if seen.status is status:
        return
    zone = select(local_day(moment(now), Store.time_zone)).where(Store.id == seen.store_id)
    today = connection.execute(zone).scalar_one()
    settle(connection, item_id, status, today, because.strip()[:LONGEST_REASON] or None)
    audit.record(
        connection, now, f"customer:{seen.customer_id}", "due-item.settled", "due-item", item_id,
        {"status": seen.status}, {"status": status},
    )  # fmt: skip
