"""Who owns which customers, set by hand for one or for many."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from models.core.base import growing
from models.core.cadence import moment
from models.core.errors import InvalidInput, NotFound
from models.core.rows import AnySelect
from models.ledger.tables import AuditEntry
from models.people.owners import OwnerBy
from models.people.tables import Customer, StaffMember
from tasks.staff.desks.members import find_owner
from tasks.stores.owners_in_files import OWNER_CHANGED, codes_of


class DeputyIsOwner(InvalidInput):
    """The deputy must be somebody else."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is the owner already; the deputy has to be somebody else.")


class DeputyWithoutOwner(InvalidInput):
    """A deputy needs an owner to stand in for."""

    def __init__(self) -> None:
        super().__init__("Name the owner, too: a deputy stands in for one.")


class NoCustomer(NotFound):
    """There is no such customer, or they were erased."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(f"There is no customer {customer_id} who could have an owner.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which customers of a store are meant; what is None does not matter."""

    store_id: int
    owner: str | None = None
    """The staff code of their present owner."""
    unowned: bool = False
    """Those without an owner."""
    area: str | None = None
    level: str | None = None
    contract: bool | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything but the store is said."""
        return self.unowned or any(part is not None for part in (self.owner, self.area, self.level, self.contract))


class ChooseSome(InvalidInput):
    """All customers of a store are not given to one person by leaving the choice empty."""

    def __init__(self) -> None:
        super().__init__("Say which customers: those without an owner, of an owner, an area, a level or a contract.")


def set_owner(
    connection: Connection, customer_id: int, owner: str | None, deputy: str | None, now: datetime, actor: str
) -> None:
    """Set a customer's owner and deputy, by the codes of their store; None: none.

    Raises `NoCustomer`, `DeputyIsOwner`, `DeputyWithoutOwner` and what `find_owner` raises.
    """
    found = select(Customer.store_id).where(Customer.id == customer_id, Customer.erased_at.is_(None))
    store_id = connection.scalar(found.with_for_update())
    if store_id is None:
        raise NoCustomer(customer_id)
    owner_id, deputy_id = _both(connection, store_id, owner, deputy)
    wanted = _rows(Customer.id == customer_id, owner_id, literal(deputy_id, BigInteger))
    change_owners(connection, wanted, OwnerBy.HAND, now, actor)


def _both(
    connection: Connection, store_id: int, owner: str | None, deputy: str | None
) -> tuple[int | None, int | None]:
    if owner is None and deputy is not None:
        raise DeputyWithoutOwner
    first = find_owner(connection, owner, store_id) if owner is not None else None
    second = find_owner(connection, deputy, store_id) if deputy is not None else None
    if first is not None and second is not None and first.id == second.id:
        raise DeputyIsOwner(first.name)
    return first.id if first else None, second.id if second else None


def count_chosen(connection: Connection, chosen: Chosen) -> int:
    """How many customers a choice means."""
    return connection.execute(select(func.count()).select_from(Customer).where(those(chosen))).scalar_one()


def give_all(connection: Connection, chosen: Chosen, owner: str, deputy: str | None, now: datetime, actor: str) -> int:
    """Give all customers of a choice an owner; how many have changed. Without a deputy they keep theirs.

    Raises `ChooseSome`, `DeputyIsOwner` and what `find_owner` raises.
    """
    if not chosen.narrows:
        raise ChooseSome
    owner_id, deputy_id = _both(connection, chosen.store_id, owner, deputy)
    kept = func.nullif(Customer.deputy_id, owner_id)
    wanted = _rows(those(chosen), owner_id, literal(deputy_id, BigInteger) if deputy is not None else kept)
    return change_owners(connection, wanted, OwnerBy.HAND, now, actor)


def _rows(which: ColumnElement[bool], owner_id: int | None, deputy_id: ColumnElement[Any]) -> AnySelect:
    return select(Customer.id, literal(owner_id, BigInteger).label("owner_id"), deputy_id.label("deputy_id")).where(
        which
    )


def those(chosen: Chosen) -> ColumnElement[bool]:
    """The condition for the customers that a choice means."""
    theirs = [Customer.store_id == chosen.store_id, Customer.erased_at.is_(None)]
    if chosen.unowned:
        theirs.append(Customer.owner_id.is_(None))
    if chosen.owner is not None:
        of_owner = select(StaffMember.id).where(
            StaffMember.store_id == chosen.store_id, func.lower(StaffMember.code) == chosen.owner.strip().lower()
        )
        theirs.append(Customer.owner_id.in_(of_owner))
    if chosen.area is not None:
        theirs.append(func.lower(Customer.area) == chosen.area.strip().lower())
    if chosen.level is not None:
        theirs.append(func.lower(Customer.level) == chosen.level.strip().lower())
    if chosen.contract is not None:
        theirs.append(Customer.has_contract.is_(chosen.contract))
    return and_(*theirs)


def change_owners(connection: Connection, wanted: AnySelect, by: OwnerBy, now: datetime, actor: str) -> int:
    """Set owners and deputies, with an audit entry for each customer that changes; how many do.

    `wanted`: rows of customers with the columns `id`, `owner_id` and `deputy_id`.
    """
    new = wanted.subquery("new")
    differs = or_(
        Customer.owner_id.is_distinct_from(new.c.owner_id), Customer.deputy_id.is_distinct_from(new.c.deputy_id)
    )
    before = (
        select(
            Customer.id,
            Customer.owner_id,
            Customer.deputy_id,
            new.c.owner_id.label("to"),
            new.c.deputy_id.label("then"),
        )
        .join(new, new.c.id == Customer.id)
        .where(differs)
        .with_for_update(of=Customer)
        .cte("before")
    )
    changed = (
        update(Customer)
        .where(Customer.id == before.c.id)
        .values(
            owner_id=before.c.to,
            deputy_id=before.c["then"],
            owner_by=case((before.c.to.is_not(None), literal(by, growing(OwnerBy)))),
        )
        .returning(Customer.id, before.c.owner_id, before.c.deputy_id, before.c.to, before.c["then"])
        .cte("changed")
    )
    told = insert(AuditEntry).from_select(
        ["at", "actor", "action", "entity", "entity_id", "before", "after"],
        select(
            moment(now),
            literal(actor),
            literal(OWNER_CHANGED),
            literal("customer"),
            cast(changed.c.id, Text),
            codes_of(changed.c.owner_id, changed.c.deputy_id),
            codes_of(changed.c.to, changed.c["then"]),
        ),
    )
    counted = select(func.count()).select_from(changed).add_cte(told.cte("told"))
    return connection.execute(counted).scalar_one()
