"""The customers of an owner, and those without one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select
from sqlalchemy.orm import aliased

from models.core.rows import AnySelect
from models.people.owners import OwnerBy
from models.people.tables import Customer, StaffMember, Store
from tasks.staff.desks.setting import Chosen, those

PAGE = 50
COUNTED = 1000
"""So many without an owner are counted at most: more is told as so many."""


@dataclass(frozen=True, slots=True)
class Owned:
    """A customer with whose they are."""

    id: int
    store_id: int
    store: str
    name: str
    salutation: str | None
    level: str | None
    area: str | None
    has_contract: bool
    owner: str | None
    """A staff code; null: nobody."""
    owner_name: str | None
    owner_active: bool
    deputy: str | None
    deputy_name: str | None
    owner_by: OwnerBy | None
    erased: bool


@dataclass(frozen=True, slots=True)
class OwnedPage:
    """A page of customers."""

    customers: list[Owned]
    next: int | None
    """The number of its last customer, where there are more; None: there are not."""


def page_of_owned(
    connection: Connection,
    store_id: int | None,
    owner: str | None = None,
    *,
    unowned: bool = False,
    limit: int = PAGE,
    after: int = 0,
) -> OwnedPage:
    """One page of a store's customers, or of all stores': those of an owner or deputy, those without an owner, or all.

    `after`: the number of the last customer of the page before.
    """
    statement = _owned().where(*_which(store_id, owner, unowned=unowned), Customer.id > after)
    return _page(connection, statement, limit)


def _page(connection: Connection, statement: AnySelect, limit: int) -> OwnedPage:
    rows = connection.execute(statement.order_by(Customer.id).limit(limit + 1)).all()
    return OwnedPage([_read(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None)


def page_of_chosen(connection: Connection, chosen: Chosen, *, limit: int = PAGE, after: int = 0) -> OwnedPage:
    """One page of the customers that a choice means."""
    return _page(connection, _owned().where(those(chosen), Customer.id > after), limit)


def read_owned(connection: Connection, customer_id: int) -> Owned | None:
    """One customer; None: there is none."""
    row = connection.execute(_owned().where(Customer.id == customer_id)).one_or_none()
    return _read(row) if row is not None else None


def count_without_owner(connection: Connection, store_id: int | None) -> int:
    """How many customers have no owner, up to `COUNTED`, in the stores whose customers have owners at all.

    A store that has begun with owners has a rule for them, or has given somebody one.
    """
    owned = aliased(Customer)
    begun = select(owned.id).where(owned.store_id == Store.id, owned.owner_id.is_not(None))
    in_use = or_(Store.owner_rule != "by-hand", begun.exists())
    stores = select(Store.id).where(in_use)
    if store_id is not None:
        stores = stores.where(Store.id == store_id)
    missing = Customer.owner_id.is_(None), Customer.erased_at.is_(None), Customer.store_id.in_(stores)
    some = select(literal(1)).select_from(Customer).where(*missing).limit(COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _which(store_id: int | None, owner: str | None, *, unowned: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Customer.erased_at.is_(None)]
    if store_id is not None:
        found.append(Customer.store_id == store_id)
    if unowned:
        found.append(Customer.owner_id.is_(None))
    elif owner is not None:
        one = aliased(StaffMember)
        of_code = select(one.id).where(one.code == owner, one.store_id == Customer.store_id).correlate(Customer)
        found.append(or_(Customer.owner_id.in_(of_code), Customer.deputy_id.in_(of_code)))
    return found


def _owned() -> AnySelect:
    owner, deputy = aliased(StaffMember), aliased(StaffMember)
    return (
        select(
            Customer.id, Customer.store_id, Store.code.label("store"), Customer.name, Customer.salutation,
            Customer.level, Customer.area, Customer.has_contract, owner.code.label("owner"),
            owner.name.label("owner_name"), func.coalesce(owner.active, literal(False)).label("owner_active"),
            deputy.code.label("deputy"), deputy.name.label("deputy_name"), Customer.owner_by,
            Customer.erased_at.is_not(None).label("erased"),
        )
        .join(Store, Store.id == Customer.store_id)
        .outerjoin(owner, owner.id == Customer.owner_id)
        .outerjoin(deputy, deputy.id == Customer.deputy_id)
    )  # fmt: skip


def _read(row: Any) -> Owned:
    return Owned(**{name: getattr(row, name) for name in Owned.__dataclass_fields__})
