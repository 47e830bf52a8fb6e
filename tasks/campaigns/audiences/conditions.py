"""The conditions of an audience as SQL: whether each holds for a customer.

Facts outside the customer's row become a set of customers, computed once and joined by id, wherever the condition is
in the tree. PostgreSQL hashes a joined set even under "any" or "not", and never looks it
up per customer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, assert_never

from sqlalchemy import (
    Integer,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    cast,
    extract,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from models.campaigns.audiences import (
    AllOf,
    AnyOf,
    AudienceRule,
    Bought,
    Condition,
    HasBirthday,
    HasBooked,
    HasCar,
    HasComplaint,
    HasContract,
    HasLead,
    HasSaid,
    IsHeld,
    LastVisit,
    LivesIn,
    Not,
    OfAge,
    OfContact,
    OfCustomer,
    OfHistory,
    OfLevel,
    OfMoney,
    OfStore,
    OnList,
    OwesOverdue,
    Reachable,
    Speaks,
    Spent,
    Visited,
    WasInCampaign,
)
from models.core.cadence import Now
from models.core.words import ChannelName
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.bounds import Yes, between, days_between, in_years, lowered, one_of
from tasks.campaigns.audiences.customer_sets import (
    buyers,
    complaining,
    days_here,
    debtors,
    last_days_here,
    latest_said,
    listed,
    on_hold,
    recipients,
    spending,
    with_appointment_ahead,
    with_contact_point,
    with_lead,
)
from tasks.campaigns.audiences.owners import owners


@dataclass
class AudienceQuery:
    """The customers that a rule is applied to, and the sets joined so far."""

    now: Now
    stores: Subquery
    """`stores_today`, joined to the customers."""
    sets: dict[Any, Subquery] = field(default_factory=dict)

    @property
    def today(self) -> SQLColumnExpression[Any]:
        """The current day in the customer's store."""
        today: SQLColumnExpression[Any] = self.stores.c.today
        return today

    def joined(self, name: Any, made: Callable[[], Select[Any]]) -> Subquery:
        """A set of customers with one row each. Equal sets are built only once."""
        if name not in self.sets:
            self.sets[name] = made().subquery(f"set_{len(self.sets) + 1}")
        return self.sets[name]

    def among(self, name: Any, made: Callable[[], Select[Any]]) -> Yes:
        """Whether the customer is in a set."""
        return self.joined(name, made).c.customer_id.is_not(None)


def holds(rule: AudienceRule, query: AudienceQuery) -> Yes:
    """Whether a rule holds for a customer: true or false, never null."""
    match rule:
        case AllOf():
            return and_(true(), *(holds(part, query) for part in rule.of))
        case AnyOf():
            return or_(false(), *(holds(part, query) for part in rule.of))
        case Not():
            return not_(holds(rule.of, query))
        case _:
            return func.coalesce(_holds(rule, query), false())


def _holds(condition: Condition, query: AudienceQuery) -> Yes:
    """Whether a condition holds; null if the fact is unknown."""
    match condition:
        case HasCar():
            return query.among(condition, lambda: owners(condition, query.now))
        case LastVisit() | Visited() | HasBooked() | Bought() | HasLead():
            return _of_history(condition, query)
        case Spent() | OwesOverdue() | IsHeld():
            return _of_money(condition, query)
        case HasSaid() | Reachable() | HasComplaint() | WasInCampaign() | OnList():
            return _of_contact(condition, query)
        case _:
            return _of_customer(condition, query)


def _of_customer(condition: OfCustomer, query: AudienceQuery) -> Yes:
    match condition:
        case OfLevel():
            return one_of(Customer.level, condition.levels)
        case Speaks():
            return func.coalesce(Customer.language, query.stores.c.language) == condition.language
        case OfStore():
            return Customer.store_id.in_(select(Store.id).where(one_of(Store.code, condition.stores)))
        case HasContract():
            return Customer.has_contract.is_(condition.yes)
        case OfAge():
            return _of_age(condition, query)
        case HasBirthday():
            return _has_birthday(condition, query)
        case LivesIn():
            return or_(*(func.starts_with(func.lower(Customer.area), lowered(area)) for area in condition.areas))
        case _:
            assert_never(condition)


def _of_history(condition: OfHistory, query: AudienceQuery) -> Yes:
    match condition:
        case LastVisit():
            return _was_last_here(condition, query)
        case Visited():
            those = ("visits", condition.within_days, condition.work_kinds)
            here = query.joined(those, lambda: days_here(condition, query.now))
            return between(func.coalesce(here.c.visits, 0), condition.least, condition.most)
        case HasBooked():
            name = ("booked", condition.within_days)
            return query.among(name, lambda: with_appointment_ahead(condition, query.now)).is_(condition.yes)
        case Bought():
            return query.among(condition, lambda: buyers(condition, query.now))
        case HasLead():
            return query.among(condition, lambda: with_lead(condition, query.now))
        case _:
            assert_never(condition)


def _of_money(condition: OfMoney, query: AudienceQuery) -> Yes:
    match condition:
        case Spent():
            name = ("spent", condition.currency, condition.within_days, condition.since, condition.until)
            spent = query.joined(name, lambda: spending(condition, query.now))
            return between(func.coalesce(spent.c.total, 0), condition.least, condition.most)
        case OwesOverdue():
            return query.among("overdue", lambda: debtors(query.now)).is_(condition.yes)
        case IsHeld():
            return query.among("held", lambda: on_hold(query.now)).is_(condition.yes)
        case _:
            assert_never(condition)


def _of_contact(condition: OfContact, query: AudienceQuery) -> Yes:
    match condition:
        case HasSaid():
            name = ("consent", condition.purpose, condition.channel)
            return query.joined(name, lambda: latest_said(condition, query.now)).c.granted.is_(condition.granted)
        case Reachable():
            return or_(*(_reachable(channel, query) for channel in condition.channels))
        case HasComplaint():
            return query.among("complaint", lambda: complaining(query.now)).is_(condition.yes)
        case WasInCampaign():
            return query.among(condition, lambda: recipients(condition, query.now))
        case OnList():
            return query.among(condition, lambda: listed(condition))
        case _:
            assert_never(condition)


def _of_age(condition: OfAge, query: AudienceQuery) -> Yes:
    born = Customer.birth_on
    old_enough = [in_years(born, condition.least) <= query.today] if condition.least is not None else []
    young_enough = [in_years(born, condition.most + 1) > query.today] if condition.most is not None else []
    return and_(born <= query.today, *old_enough, *young_enough)


def _has_birthday(condition: HasBirthday, query: AudienceQuery) -> Yes:
    born = Customer.birth_on
    years = cast(extract("year", query.today) - extract("year", born), Integer)
    last = query.today + condition.within_days
    coming = [in_years(born, years + more).between(query.today, last) for more in (0, 1)]
    return and_(born <= query.today, or_(*coming))


def _was_last_here(condition: LastVisit, query: AudienceQuery) -> Yes:
    last = query.joined("last visit", lambda: last_days_here(query.now)).c.day
    bounds = (condition.least_days, condition.most_days, condition.since, condition.until)
    never = last.is_(None) if condition.or_never else false()
    if all(bound is None for bound in bounds):
        return never
    return or_(never, func.coalesce(days_between(last, query.today, condition), false()))


def _reachable(channel: ChannelName, query: AudienceQuery) -> Yes:
    """The customer has a usable number or address for the channel, and the store uses it."""
    used = Customer.store_id.in_(select(Store.id).where(literal(channel.value) == func.any(Store.channels)))
    return and_(used, query.among(("reachable", channel), lambda: with_contact_point(channel, query.now)))
