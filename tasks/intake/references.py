"""What the rows refer to: customers, vehicles and staff, found by what sources call them."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.types import Text

from models.core.reasons import declare, give
from models.core.rows import AnySelect
from models.core.words import ContactKind
from models.people.tables import ContactPoint, Customer, CustomerKey, StaffMember
from models.subjects.vehicle import Vehicle
from tasks.intake.merging import AMBIGUOUS, look_up, reject, table_of
from tasks.intake.staging import DISPUTED_KEYS, Staged, analyze

NFKC: ColumnElement[Any] = literal_column("NFKC")
"""The normal form that takes full-width signs for plain ones; a keyword of SQL."""
ERASED = declare("erased-not-taken-in")
UNKNOWN_CUSTOMER = declare("unknown-customer-key")
KEY_OF_OTHER_STORES = declare("customer-key-of-other-stores")
UNKNOWN_PHONE, SHARED_PHONE = declare("unknown-customer-phone"), declare("shared-customer-phone")
UNKNOWN_VEHICLE, SEVERAL_VEHICLES = declare("unknown-vehicle"), declare("several-vehicles")
UNKNOWN_STAFF = declare("unknown-staff")
NOBODYS_ROW = declare("no-customer-and-no-owner")
NAMES_NO_CUSTOMER = declare("names-no-customer")
"""Said by the kinds whose rows need a customer."""
SIGNS_IN_NAMES = r"[[:space:][:punct:]·•]+"
SIGNS_ON_PLATES = r"[[:space:]·•.-]+"


def folded_name(name: ColumnElement[str]) -> ColumnElement[str]:
    """A name as it is compared: without case, width, spaces and punctuation."""
    plain = func.lower(func.normalize(name, NFKC))
    return func.regexp_replace(plain, SIGNS_IN_NAMES, "", "g", type_=Text)


def bare_plate(plate: ColumnElement[Any]) -> ColumnElement[str]:
    """A plate or VIN as it is compared: capitals, without spaces, points and dashes."""
    return func.upper(func.regexp_replace(plate, SIGNS_ON_PLATES, "", "g"), type_=Text)


def is_erased(customer_id: object) -> ColumnElement[bool]:
    """Whether a customer was erased on request. Their keys are kept for this: the sources still have their data."""
    customers = table_of(Customer)
    return exists().where(customers.c.id == customer_id, customers.c.erased_at.is_not(None))


def is_disputed(staged: Staged, column: str) -> ColumnElement[bool]:
    """Whether the customer whom a row names is one of those that were kept out."""
    return exists().where(_is_key(staged, column))


def why_disputed(staged: Staged, column: str) -> ColumnElement[str]:
    """Why they were."""
    reason = select(func.min(DISPUTED_KEYS.c.reason)).where(_is_key(staged, column))
    return reason.correlate(staged.table).scalar_subquery()


def _is_key(staged: Staged, column: str) -> ColumnElement[bool]:
    return and_(DISPUTED_KEYS.c.store_id == staged.table.c.store_id, DISPUTED_KEYS.c.key == staged.table.c[column])


def find_customers(connection: Connection, staged: Staged) -> None:
    """Set `customer_id` of the rows that name a customer, and reject those whose customer is not known."""
    rows = staged.table
    by_phone = rows.c.customer.is_(None) & rows.c.customer_phone.is_not(None)
    reject(connection, staged, "customer", why_disputed(staged, "customer"), is_disputed(staged, "customer"))
    for same_store in staged.reaches:
        look_up(connection, staged, "customer_id", _customers_by_key(staged, same_store=same_store))
    look_up(connection, staged, "customer_id", _customers_by_phone(staged))
    analyze(connection, rows)
    found = rows.c.customer_id
    reject(
        connection,
        staged,
        "customer",
        give(UNKNOWN_CUSTOMER),
        rows.c.customer.is_not(None) & found.is_(None),
    )
    reject(
        connection,
        staged,
        "customer",
        give(KEY_OF_OTHER_STORES),
        rows.c.customer.is_not(None) & (found == AMBIGUOUS),
    )
    reject(connection, staged, "customer_phone", give(UNKNOWN_PHONE), by_phone & found.is_(None))
    reject(
        connection,
        staged,
        "customer_phone",
        give(SHARED_PHONE),
        by_phone & (found == AMBIGUOUS),
    )


def _customers_by_key(staged: Staged, *, same_store: bool) -> AnySelect:
    rows, keys = staged.table, table_of(CustomerKey)
    store = keys.c.store_id == rows.c.store_id if same_store else keys.c.store_id != rows.c.store_id
    return select(rows.c.entry, keys.c.customer_id.label("id"), literal(0).label("rank")).where(
        rows.c.customer_id.is_(None), keys.c.key == rows.c.customer, store
    )


def _customers_by_phone(staged: Staged) -> AnySelect:
    rows, points, customers = staged.table, table_of(ContactPoint), table_of(Customer)
    named = folded_name(customers.c.name) == folded_name(rows.c.customer_name)
    return select(rows.c.entry, customers.c.id, case((func.coalesce(named, False), 0), else_=1).label("rank")).where(
        rows.c.customer_id.is_(None),
        rows.c.customer.is_(None),
        points.c.kind == ContactKind.PHONE,
        points.c.value == rows.c.customer_phone,
        customers.c.id == points.c.customer_id,
        customers.c.store_id == rows.c.store_id,
    )


def find_vehicles(connection: Connection, staged: Staged, *, needed: bool) -> None:
    """Set `vehicle_id` of the rows that name a vehicle.

    Rows whose vehicle is not known are rejected when it is `needed`, else they go in without one: a customer is
    reminded of an appointment whatever car they come with.
    """
    rows = staged.table
    for rank, (named, wanted) in enumerate(_ways_to_name_a_vehicle(staged)):
        for same_store in staged.reaches:
            look_up(connection, staged, "vehicle_id", _vehicles(staged, named, wanted, rank, same_store=same_store))
    analyze(connection, rows)
    named_one = rows.c.vehicle.is_not(None)
    found = rows.c.vehicle_id
    for code, where in ((UNKNOWN_VEHICLE, found.is_(None)), (SEVERAL_VEHICLES, found == AMBIGUOUS)):
        reject(connection, staged, "vehicle", give(code), named_one & where, whole=needed)
    connection.execute(update(rows).values(vehicle_id=null()).where(rows.c.vehicle_id == AMBIGUOUS))


def _ways_to_name_a_vehicle(staged: Staged) -> list[tuple[ColumnElement[Any], ColumnElement[Any]]]:
    vehicles, said = table_of(Vehicle), staged.table.c.vehicle
    return [
        (vehicles.c.key, said),
        (vehicles.c.vin, func.upper(said)),
        (bare_plate(vehicles.c.plate), bare_plate(said)),
    ]


def _vehicles(
    staged: Staged, named: ColumnElement[Any], wanted: ColumnElement[Any], rank: int, *, same_store: bool
) -> AnySelect:
    """Vehicles by one of their names; those of the row's own customer, and those not disposed of, come first."""
    rows, vehicles = staged.table, table_of(Vehicle)
    store = vehicles.c.store_id == rows.c.store_id if same_store else vehicles.c.store_id != rows.c.store_id
    owned = vehicles.c.customer_id.is_not_distinct_from(rows.c.customer_id) & rows.c.customer_id.is_not(None)
    nearness = case((owned, 0), (vehicles.c.disposed_on.is_(None), 1), else_=2)
    return select(rows.c.entry, vehicles.c.id, (nearness + rank * 10).label("rank")).where(
        rows.c.vehicle_id.is_(None), rows.c.vehicle.is_not(None), named == wanted, store
    )


def find_advisors(connection: Connection, staged: Staged) -> None:
    """Set `advisor_id` of the rows that name an advisor; the others go in without one."""
    find_staff(connection, staged, "advisor")


def find_staff(connection: Connection, staged: Staged, column: str) -> None:
    """Set the id of the member of staff whom a column names, by code or name; other rows go in without one.

    The id stands in the column of that name with `_id`, which the kind stages.
    """
    rows, staff = staged.table, table_of(StaffMember)
    code, name = func.lower(staff.c.code), folded_name(staff.c.name)
    said, target = rows.c[column], f"{column}_id"
    candidates = select(rows.c.entry, staff.c.id, case((code == func.lower(said), 0), else_=1).label("rank")).where(
        staff.c.store_id == rows.c.store_id, or_(code == func.lower(said), and_(name == folded_name(said), name != ""))
    )
    look_up(connection, staged, target, candidates)
    unknown = func.coalesce(rows.c[target], AMBIGUOUS) == AMBIGUOUS
    reject(connection, staged, column, give(UNKNOWN_STAFF), said.is_not(None) & unknown, whole=False)
    connection.execute(update(rows).values({target: null()}).where(rows.c[target] == AMBIGUOUS))


def take_owners(connection: Connection, staged: Staged) -> None:
    """Rows that name a vehicle and no customer are its owner's. Those that name neither are rejected."""
    rows, vehicles = staged.table, table_of(Vehicle)
    connection.execute(
        update(rows)
        .values(customer_id=vehicles.c.customer_id)
        .where(rows.c.customer_id.is_(None), vehicles.c.id == rows.c.vehicle_id)
    )
    reject(connection, staged, "customer", give(NOBODYS_ROW), rows.c.customer_id.is_(None))


def find_owners_and_cars(connection: Connection, staged: Staged) -> None:
    """Set `customer_id` and `vehicle_id` of rows that are a customer's, or else the owner's of the car they name."""
    find_customers(connection, staged)
    find_vehicles(connection, staged, needed=False)
    take_owners(connection, staged)
