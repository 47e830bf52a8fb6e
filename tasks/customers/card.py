"""The customer card: identity, contact points, cars and debts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, false, func, select, true
from sqlalchemy.orm import aliased

from models.core.cadence import NOW, moment
from models.core.reasons import GivenReason, read_reason
from models.core.rows import AnySelect
from models.core.words import ContactKind, CustomerClass, EndBasis
from models.people.tables import ContactPoint, Customer, CustomerKey, StaffMember, Store
from models.subjects.account import KIND as ACCOUNT
from models.subjects.owing import Owing, read_owing
from models.subjects.vehicle import OdometerReading, Vehicle
from models.subjects.warranty import Warranty, WarrantyEnd
from tasks.access.reach import check_customer
from tasks.customers.addresses import address_line
from tasks.subjects.account.ageing import accounts_of
from tasks.subjects.contract import CUSTOMER, OfCustomer
from tasks.subjects.customer.standing import read_class
from tasks.subjects.registry import subject_of


@dataclass(frozen=True, slots=True)
class PointOnCard:
    """A contact point of the customer."""

    kind: ContactKind
    value: str
    takes_text: bool
    invalid_since: datetime | None
    invalid_reason: GivenReason | None


@dataclass(frozen=True, slots=True)
class WarrantyOnCard:
    """A warranty and its end as known today."""

    name: str | None
    ends_on: date
    basis: EndBasis


@dataclass(frozen=True, slots=True)
class VehicleOnCard:
    """A car of the customer."""

    plate: str | None
    vin: str | None
    make: str | None
    model: str | None
    disposed_on: date | None
    kilometres: int | None
    read_on: date | None
    warranties: list[WarrantyOnCard]


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """One customer."""

    id: int
    name: str
    salutation: str | None
    store: str
    store_name: str
    time_zone: str
    language: str
    level: str | None
    birth_on: date | None
    area: str | None
    owner: str | None
    """The staff code of whose customer they are; None: nobody's."""
    owner_name: str | None
    owner_active: bool
    deputy: str | None
    deputy_name: str | None
    store_id: int
    standing: CustomerClass
    address: str | None
    """On one line."""
    has_contract: bool
    erased_at: datetime | None
    keys: list[str]
    points: list[PointOnCard]
    vehicles: list[VehicleOnCard]
    owing: Owing
    """The open invoices of all accounts, as overdue-accounts sees them."""
    accounts: list[tuple[int, str]]
    """Id and key of each."""


OWN = ("id", "store_id", "name", "salutation", "level", "birth_on", "area", "has_contract", "erased_at")


def read_card(connection: Connection, store_id: int | None, customer_id: int, now: datetime) -> CustomerCard:
    """One customer as known at `now`. Raises `NotYours`."""
    check_customer(connection, store_id, customer_id)
    owner, deputy = aliased(StaffMember), aliased(StaffMember)
    row = connection.execute(
        select(
            *(Customer.__table__.c[name] for name in OWN),
            address_line().label("address"),
            owner.code.label("owner"),
            owner.name.label("owner_name"),
            func.coalesce(owner.active, false()).label("owner_active"),
            deputy.code.label("deputy"),
            deputy.name.label("deputy_name"),
            Store.code.label("store"),
            Store.name.label("store_name"),
            Store.time_zone,
            func.coalesce(Customer.language, Store.language).label("language"),
        )
        .join(Store, Store.id == Customer.store_id)
        .outerjoin(owner, owner.id == Customer.owner_id)
        .outerjoin(deputy, deputy.id == Customer.deputy_id)
        .where(Customer.id == customer_id)
    ).mappings().one()  # fmt: skip
    keys = select(CustomerKey.key).where(CustomerKey.customer_id == customer_id).order_by(CustomerKey.key)
    return CustomerCard(
        **row,
        standing=read_class(connection, customer_id, now),
        keys=list(connection.scalars(keys)),
        points=_points(connection, customer_id),
        vehicles=_vehicles(connection, customer_id, now, row["time_zone"]),
        owing=_owing(connection, customer_id, now, row["time_zone"]),
        accounts=accounts_of(connection, customer_id),
    )


def _points(connection: Connection, customer_id: int) -> list[PointOnCard]:
    rows = connection.execute(
        select(*(ContactPoint.__table__.c[name] for name in PointOnCard.__slots__))
        .where(ContactPoint.customer_id == customer_id)
        .order_by(ContactPoint.kind.desc(), ContactPoint.rank, ContactPoint.id)
    ).mappings()
    return [PointOnCard(**(row | {"invalid_reason": _read(row["invalid_reason"])})) for row in map(dict, rows)]


def _read(written: str | None) -> GivenReason | None:
    return read_reason(written) if written else None


def _vehicles(connection: Connection, customer_id: int, now: datetime, time_zone: str) -> list[VehicleOnCard]:
    today = func.timezone(time_zone, moment(now)).cast(OdometerReading.read_on.type)
    latest = (
        select(OdometerReading.kilometres, OdometerReading.read_on)
        .where(OdometerReading.vehicle_id == Vehicle.id, OdometerReading.read_on <= today)
        .order_by(OdometerReading.read_on.desc())
        .limit(1)
        .lateral("latest")
    )
    columns = ("id", "plate", "vin", "make", "model", "disposed_on")
    rows = connection.execute(
        select(*(Vehicle.__table__.c[name] for name in columns), latest.c.kilometres, latest.c.read_on)
        .outerjoin(latest, true())
        .where(Vehicle.customer_id == customer_id)
        .order_by(Vehicle.disposed_on.desc().nulls_first(), Vehicle.id)
    ).mappings()
    found = {row["id"]: {name: value for name, value in row.items() if name != "id"} for row in rows}
    warranties = _warranties(connection, list(found), today)
    return [VehicleOnCard(**car, warranties=warranties.get(vehicle_id, [])) for vehicle_id, car in found.items()]


def _warranties(connection: Connection, vehicle_ids: list[int], today: object) -> Mapping[int, list[WarrantyOnCard]]:
    rows = connection.execute(
        select(Warranty.vehicle_id, Warranty.name, WarrantyEnd.ends_on, WarrantyEnd.basis)
        .join(WarrantyEnd, WarrantyEnd.warranty_id == Warranty.id)
        .where(Warranty.vehicle_id.in_(vehicle_ids), WarrantyEnd.known_from <= today, WarrantyEnd.known_until > today)
        .order_by(WarrantyEnd.ends_on)
    )
    found: dict[int, list[WarrantyOnCard]] = {}
    for row in rows:
        found.setdefault(row.vehicle_id, []).append(WarrantyOnCard(row.name, row.ends_on, row.basis))
    return found


def _owing(connection: Connection, customer_id: int, now: datetime, time_zone: str) -> Owing:
    """The open invoices over all accounts."""
    rows = connection.scalars(_invoices(), {"customer": customer_id, "now": now})
    return read_owing(chain.from_iterable(rows), now.astimezone(ZoneInfo(time_zone)).date())


@cache
def _invoices() -> AnySelect:
    """The open invoices of each account of a customer. Cached: building the statement takes longer than running it."""
    facts = subject_of(ACCOUNT).facts(NOW, OfCustomer(CUSTOMER)).subquery("facts")
    return select(facts.c.invoices).where(facts.c.invoices.is_not(None))
