"""What a customer is to the house, derived from their visits, their level and whom they sent (R12, R9)."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    SQLColumnExpression,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    true,
)

from models.core.cadence import Now
from models.core.words import CustomerClass
from models.people.tables import Customer
from models.subjects.customer import (
    LOST_MONTHS,
    NEW_DAYS,
    REFERRAL_MONTHS,
    SLEEPING_MONTHS,
    VIP_LEVEL,
    VIP_REFERRALS,
)
from models.subjects.lead import Lead
from tasks.subjects.customer.visits import days_of
from tasks.subjects.customers import stores_today


def months_later(day: SQLColumnExpression[object], months: int) -> ColumnElement[Any]:
    """The day so many calendar months later; the last of the month where it has no such day."""
    return cast(day + func.make_interval(0, months), Date)


def class_by(
    level: SQLColumnExpression[object],
    referrals: SQLColumnExpression[object],
    first: SQLColumnExpression[object],
    last: SQLColumnExpression[object],
    today: SQLColumnExpression[object],
) -> ColumnElement[str]:
    """The class of a customer, who is of a level, sent so many others within twelve months, and was here for the first
    and the last time on these days (null: never)."""
    return case(
        (is_vip(level, referrals), CustomerClass.VIP.value),
        (last.is_(None), CustomerClass.POTENTIAL.value),
        (months_later(last, LOST_MONTHS) <= today, CustomerClass.LOST.value),
        (months_later(last, SLEEPING_MONTHS) <= today, CustomerClass.SLEEPING.value),
        (first + NEW_DAYS > today, CustomerClass.NEW.value),
        else_=CustomerClass.ACTIVE.value,
    )


def is_vip(level: SQLColumnExpression[object], referrals: SQLColumnExpression[object]) -> ColumnElement[bool]:
    """Whether a customer is a VIP by level, or by whom they sent within twelve months."""
    by_level = func.starts_with(func.lower(func.trim(level)), VIP_LEVEL)
    return or_(func.coalesce(by_level, False), func.coalesce(referrals, 0) >= VIP_REFERRALS)


def referrals(now: Now) -> Select[tuple[int | None, int]]:
    """Who sent customers within the last twelve months, and how many, as `referrals`."""
    stores = stores_today(now)
    return (
        select(Lead.referred_by_id.label("customer_id"), func.count().label("referrals"))
        .join(stores, stores.c.id == Lead.store_id)
        .where(
            Lead.referred_by_id.is_not(None),
            and_(Lead.created_on <= stores.c.today, months_later(Lead.created_on, REFERRAL_MONTHS) > stores.c.today),
        )
        .group_by(Lead.referred_by_id)
    )


def read_class(connection: Connection, customer_id: int, now: Now) -> CustomerClass:
    """The class of one customer as known at `now`."""
    stores, here = stores_today(now), days_of(Customer, now)
    sent = referrals(now).where(Lead.referred_by_id == customer_id).subquery("sent")
    found = (
        select(class_by(Customer.level, sent.c.referrals, here.c.first, here.c.last, stores.c.today))
        .join_from(Customer, stores, stores.c.id == Customer.store_id)
        .join(here, true())
        .outerjoin(sent, sent.c.customer_id == Customer.id)
        .where(Customer.id == customer_id)
    )
    return CustomerClass(connection.execute(found).scalar_one())
