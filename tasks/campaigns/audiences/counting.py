"""The members of an audience: a rule compiled to one statement with bound values, counted and sampled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Connection, Select, any_, cast, false, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from models.campaigns.audiences import AudienceRule
from models.core.cadence import Now
from models.core.errors import Unavailable
from models.people.tables import Customer, CustomerKey, Store
from tasks.campaigns.audiences.conditions import holds
from tasks.campaigns.audiences.query import AudienceQuery
from tasks.database.timeouts import reading_within
from tasks.subjects.customer.visits import visits
from tasks.subjects.customers import newest_car_of, stores_today

LONGEST_SECONDS = 10
WORK_MEMORY = "64MB"


class AudienceTooSlow(Unavailable):
    """An audience whose query takes too long."""

    def __init__(self) -> None:
        super().__init__(
            f"The audience was not found within {LONGEST_SECONDS} seconds, and the search was given up. "
            "Ask for fewer conditions, or try again when the system is less busy."
        )


@dataclass(frozen=True, slots=True)
class AudienceMember:
    """One customer of an audience, as shown on the page."""

    customer_id: int
    key: str | None
    """One of their source keys."""
    name: str
    store: str
    """Its code."""
    car: str | None
    """The newest car that they still own."""
    last_visit: date | None


@dataclass(frozen=True, slots=True)
class AudienceSeen:
    """The size of an audience, with some of its customers."""

    size: int
    some: list[AudienceMember]


def audience_of(rule: AudienceRule, now: Now, store_id: int | None) -> Select[tuple[int, int]]:
    """The customers of one store, or of all, who match the rule: `customer_id` and `store_id`.

    As known at `now`: later facts do not count. Erased customers are excluded.
    """
    stores = stores_today(now)
    query = AudienceQuery(now, stores)
    wanted = holds(rule, query)
    found = select(Customer.id.label("customer_id"), Customer.store_id).join(stores, stores.c.id == Customer.store_id)
    for each in query.sets.values():
        found = found.outerjoin(each, each.c.customer_id == Customer.id)
    # Coalesced, so that PostgreSQL estimates half of the customers for any number of conditions. It multiplies its
    # estimates; with an estimate of one customer, it would scan a set of a million again for each of them.
    found = found.where(Customer.erased_at.is_(None), func.coalesce(wanted, false()))
    return found if store_id is None else found.where(Customer.store_id == store_id)


def truths_of(
    connection: Connection, customer_id: int, rules: Sequence[AudienceRule], now: datetime
) -> dict[AudienceRule, bool]:
    """For each rule, whether it holds for one customer."""
    stores = stores_today(now)
    query = AudienceQuery(now, stores)
    answers = [func.coalesce(holds(rule, query), false()).label(f"part_{place}") for place, rule in enumerate(rules)]
    statement = select(*answers).join_from(Customer, stores, stores.c.id == Customer.store_id)
    for each in query.sets.values():
        statement = statement.outerjoin(each, each.c.customer_id == Customer.id)
    row = connection.execute(statement.where(Customer.id == customer_id)).one()
    return dict(zip(rules, row, strict=True))


def count_audience(connection: Connection, rule: AudienceRule, now: datetime, store_id: int | None) -> int:
    """The size of an audience. Raises `AudienceTooSlow`."""
    members = audience_of(rule, now, store_id).subquery("members")
    with reading_within(connection, LONGEST_SECONDS, AudienceTooSlow()):
        _hurry(connection)
        return connection.execute(select(func.count()).select_from(members)).scalar_one()


def sample_audience(
    connection: Connection, rule: AudienceRule, now: datetime, store_id: int | None, limit: int
) -> list[AudienceMember]:
    """A sample of an audience, the same each time. Raises `AudienceTooSlow`."""
    return see_audience(connection, rule, now, store_id, limit).some


def see_audience(
    connection: Connection, rule: AudienceRule, now: datetime, store_id: int | None, limit: int
) -> AudienceSeen:
    """Size and sample with a single query. Raises `AudienceTooSlow`."""
    members = audience_of(rule, now, store_id).subquery("members")
    lot = func.hashint8extended(cast(members.c.customer_id, BigInteger), literal(0, BigInteger))
    some = select(members.c.customer_id, func.count().over().label("size")).order_by(lot).limit(limit)
    with reading_within(connection, LONGEST_SECONDS, AudienceTooSlow()):
        _hurry(connection)
        drawn = connection.execute(some).all()
        size = drawn[0].size if drawn else 0
        return AudienceSeen(size, _members(connection, [row.customer_id for row in drawn], now))


def _hurry(connection: Connection) -> None:
    """Turn off JIT, which takes longer than the query, and let a set be hashed in memory."""
    connection.execute(select(func.set_config("jit", "off", True), func.set_config("work_mem", WORK_MEMORY, True)))


def _members(connection: Connection, customer_ids: Sequence[int], now: Now) -> list[AudienceMember]:
    ids = literal(list(customer_ids), ARRAY(BigInteger))
    here = union_all(*visits(now)).subquery("here")
    last = (
        select(here.c.customer_id, func.max(here.c.day).label("day"))
        .where(here.c.customer_id == any_(ids))
        .group_by(here.c.customer_id)
        .subquery("last")
    )
    key = select(func.min(CustomerKey.key)).where(CustomerKey.customer_id == Customer.id).scalar_subquery()
    rows = connection.execute(
        select(Customer.id, key, Customer.name, Store.code, newest_car_of(Customer.id), last.c.day)
        .join(Store, Store.id == Customer.store_id)
        .outerjoin(last, last.c.customer_id == Customer.id)
        .where(Customer.id == any_(ids))
        .order_by(func.array_position(ids, Customer.id))
    )
    return [AudienceMember(*row) for row in rows]
