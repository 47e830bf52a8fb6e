"""An inspection as the workshop writes it down: point by point, and later the claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.core.errors import InvalidInput, NotFound
from models.core.masking import mask_name
from models.core.rows import AnyRow
from models.people.tables import Customer, Store
from models.subjects.inspection import POINTS, Finding, Inspection, InspectionPoint
from models.subjects.vehicle import Vehicle
from tasks.intake.references import bare_plate
from tasks.ledger import audit

BY_HAND = "form:"
"""What the keys of inspections begin with that were written down here; car and day follow."""
MOST_FOUND = 10
LEAST_SOUGHT = 3


class NoSuchCar(NotFound):
    """A car that is not there, or not of a store that the user may see, or that nobody owns."""

    def __init__(self, vehicle_id: int) -> None:
        self.vehicle_id = vehicle_id
        super().__init__(f"There is no car {vehicle_id} of a customer.")


class NoSuchInspection(NotFound):
    """An inspection that is not there, or not of a store that the user may see."""

    def __init__(self, inspection_id: int) -> None:
        self.inspection_id = inspection_id
        super().__init__(f"There is no inspection {inspection_id}.")


class PointsLeft(InvalidInput):
    """Points of an inspection of which nothing was said."""

    def __init__(self, points: list[str]) -> None:
        self.points = points
        super().__init__(f"Say of every point what was found; left are {', '.join(points)}.")


class ClaimWithoutFault(InvalidInput):
    """A claim for an inspection that found no fault."""

    def __init__(self) -> None:
        super().__init__("No fault was found at this inspection, so there is nothing to claim.")


class ClaimBeforeInspection(InvalidInput):
    """A claim filed before the inspection, or in the future."""

    def __init__(self, filed_on: date) -> None:
        self.filed_on = filed_on
        super().__init__(f"A claim cannot have been filed on {filed_on}: expected a day from the inspection to today.")


@dataclass(frozen=True, slots=True)
class CarFound:
    """A car that a plate, VIN or key fits."""

    id: int
    plate: str | None
    model: str | None
    vin: str | None
    owner: str
    store: str


@dataclass(frozen=True, slots=True)
class InspectionSeen:
    """An inspection as the workshop sees it."""

    id: int
    vehicle_id: int
    plate: str | None
    model: str | None
    inspected_on: date
    found: dict[str, tuple[Finding, str]]
    claim_filed_on: date | None
    claim_amount: Decimal | None
    claim_currency: str | None

    @property
    def faults(self) -> list[str]:
        """The points with a fault."""
        return [point for point in POINTS if self.found.get(point, (Finding.OK, ""))[0] is Finding.FAULT]


def find_cars(connection: Connection, text: str, store_id: int | None) -> list[CarFound]:
    """The cars of a store (None: of all) whose plate or VIN has these letters in it, or whose key is this."""
    bare = "".join(letter for letter in text.upper() if letter.isalnum())
    if len(bare) < LEAST_SOUGHT:
        return []
    fits = or_(
        _spelled(Vehicle.plate).contains(bare, autoescape=True),
        _spelled(Vehicle.vin).contains(bare, autoescape=True),
        func.upper(Vehicle.key) == text.strip().upper(),
    )
    rows = connection.execute(
        select(Vehicle.id, Vehicle.plate, Vehicle.model, Vehicle.vin, Customer.name, Store.code)
        .join(Customer, Customer.id == Vehicle.customer_id)
        .join(Store, Store.id == Vehicle.store_id)
        .where(fits, _reached(Vehicle.store_id, store_id))
        .order_by(Vehicle.plate, Vehicle.id)
        .limit(MOST_FOUND)
    )
    return [CarFound(row.id, row.plate, row.model, row.vin, mask_name(row.name), row.code) for row in rows]


def read_car(connection: Connection, vehicle_id: int, store_id: int | None) -> CarFound:
    """A car with an owner. Raises `NoSuchCar`."""
    row = connection.execute(
        select(Vehicle.id, Vehicle.plate, Vehicle.model, Vehicle.vin, Customer.name, Store.code)
        .join(Customer, Customer.id == Vehicle.customer_id)
        .join(Store, Store.id == Vehicle.store_id)
        .where(Vehicle.id == vehicle_id, _reached(Vehicle.store_id, store_id))
    ).one_or_none()
    if row is None:
        raise NoSuchCar(vehicle_id)
    return CarFound(row.id, row.plate, row.model, row.vin, mask_name(row.name), row.code)


def write_down(
    connection: Connection,
    vehicle_id: int,
    found: Mapping[str, tuple[Finding, str]],
    today: date,
    now: datetime,
    actor: str,
    store_id: int | None,
) -> int:
    """Write down today's inspection of a car; the inspection. Doing it again the same day corrects it.

    Raises `NoSuchCar` and `PointsLeft`.
    """
    left = [point for point in POINTS if point not in found]
    if left:
        raise PointsLeft(left)
    read_car(connection, vehicle_id, store_id)
    car = connection.execute(select(Vehicle.store_id, Vehicle.customer_id).where(Vehicle.id == vehicle_id)).one()
    own = {"store_id": car.store_id, "key": f"{BY_HAND}{vehicle_id}:{today}", "customer_id": car.customer_id}
    made = upsert(Inspection).values(**own, vehicle_id=vehicle_id, inspected_on=today)
    inspection_id: int = connection.execute(
        made.on_conflict_do_update(
            index_elements=["store_id", "key"], set_={"customer_id": made.excluded.customer_id}
        ).returning(Inspection.id)
    ).scalar_one()
    rows = [
        {"inspection_id": inspection_id, "point": point, "finding": finding, "note": note.strip() or None}
        for point, (finding, note) in found.items()
    ]
    points = upsert(InspectionPoint)
    connection.execute(
        points.on_conflict_do_update(
            index_elements=["inspection_id", "point"],
            set_={"finding": points.excluded.finding, "note": points.excluded.note},
        ),
        rows,
    )
    faults = [point for point, (finding, _) in found.items() if finding is Finding.FAULT]
    audit.record(
        connection, now, actor, "inspection.written", "inspection", inspection_id, None, {"state": ", ".join(faults)}
    )
    return inspection_id


def read_inspection(connection: Connection, inspection_id: int, store_id: int | None) -> InspectionSeen:
    """One inspection. Raises `NoSuchInspection`."""
    row = _inspection(connection, inspection_id, store_id)
    points = connection.execute(
        select(InspectionPoint.point, InspectionPoint.finding, InspectionPoint.note).where(
            InspectionPoint.inspection_id == inspection_id
        )
    )
    found = {one.point: (one.finding, one.note or "") for one in points}
    return InspectionSeen(
        row.id, row.vehicle_id, row.plate, row.model, row.inspected_on, found, row.claim_filed_on, row.claim_amount,
        row.claim_currency,
    )  # fmt: skip


def _inspection(connection: Connection, inspection_id: int, store_id: int | None) -> AnyRow:
    found = connection.execute(
        select(Inspection.__table__, Vehicle.plate, Vehicle.model)
        .join(Vehicle, Vehicle.id == Inspection.vehicle_id)
        .where(Inspection.id == inspection_id, _reached(Inspection.store_id, store_id))
    ).one_or_none()
    if found is None:
        raise NoSuchInspection(inspection_id)
    return found


def file_claim(
    connection: Connection,
    inspection_id: int,
    filed_on: date,
    amount: Decimal | None,
    currency: str,
    today: date,
    now: datetime,
    actor: str,
    store_id: int | None,
) -> None:
    """The claim for the faults of an inspection went to the maker. To say so again corrects it.

    Raises `NoSuchInspection`, `ClaimWithoutFault` and `ClaimBeforeInspection`.
    """
    seen = read_inspection(connection, inspection_id, store_id)
    if not seen.faults:
        raise ClaimWithoutFault
    if not seen.inspected_on <= filed_on <= today:
        raise ClaimBeforeInspection(filed_on)
    values = {
        "claim_filed_on": filed_on, "claim_amount": amount, "claim_currency": currency if amount is not None else None,
    }  # fmt: skip
    connection.execute(update(Inspection).where(Inspection.id == inspection_id).values(values))
    audit.record(
        connection, now, actor, "inspection.claimed", "inspection", inspection_id,
        {"made_on": seen.claim_filed_on.isoformat() if seen.claim_filed_on else None},
        {"made_on": filed_on.isoformat()},
    )  # fmt: skip


def list_inspections(connection: Connection, store_id: int | None, most: int = 50) -> list[InspectionSeen]:
    """The latest inspections of a store (None: of all), without their notes."""
    rows = connection.execute(
        select(Inspection.__table__, Vehicle.plate, Vehicle.model)
        .join(Vehicle, Vehicle.id == Inspection.vehicle_id)
        .where(_reached(Inspection.store_id, store_id))
        .order_by(Inspection.inspected_on.desc(), Inspection.id.desc())
        .limit(most)
    ).all()
    found: dict[int, dict[str, tuple[Finding, str]]] = {row.id: {} for row in rows}
    points = select(InspectionPoint.__table__).where(InspectionPoint.inspection_id.in_(list(found)))
    for one in connection.execute(points):
        found[one.inspection_id][one.point] = (one.finding, "")
    return [
        InspectionSeen(
            row.id, row.vehicle_id, row.plate, row.model, row.inspected_on, found[row.id], row.claim_filed_on,
            row.claim_amount, row.claim_currency,
        )
        for row in rows
    ]  # fmt: skip


def _spelled(column: Any) -> ColumnElement[str]:
    return bare_plate(column)


def _reached(column: Any, store_id: int | None) -> ColumnElement[bool]:
    return true() if store_id is None else column == store_id
