"""What conditions ask of the customer's own row."""

from sqlalchemy import Integer, and_, cast, extract, func, or_, select

from models.campaigns.conditions.customer import (
    HasBirthday,
    HasContract,
    LivesIn,
    OfAge,
    OfClass,
    OfLevel,
    OfStore,
    Speaks,
)
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.bounds import Yes, in_years, lowered, one_of
from tasks.campaigns.audiences.customer_sets import first_and_last_days_here
from tasks.campaigns.audiences.query import AudienceQuery
from tasks.subjects.customer.standing import class_by, referrals


def _of_level(condition: OfLevel, query: AudienceQuery) -> Yes:  # noqa: ARG001  the contract's
    return one_of(Customer.level, condition.levels)


def _of_class(condition: OfClass, query: AudienceQuery) -> Yes:
    here = query.joined("days here", lambda: first_and_last_days_here(query.now)).c
    sent = query.joined("referrals", lambda: referrals(query.now)).c
    found = class_by(Customer.level, sent.referrals, here.first, here.last, query.today)
    return found.in_([one.value for one in condition.classes])


def _speaks(condition: Speaks, query: AudienceQuery) -> Yes:
    return func.coalesce(Customer.language, query.stores.c.language) == condition.language


def _of_store(condition: OfStore, query: AudienceQuery) -> Yes:  # noqa: ARG001  the contract's
    return Customer.store_id.in_(select(Store.id).where(one_of(Store.code, condition.stores)))


def _has_contract(condition: HasContract, query: AudienceQuery) -> Yes:  # noqa: ARG001  the contract's
    return Customer.has_contract.is_(condition.yes)


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


def _lives_in(condition: LivesIn, query: AudienceQuery) -> Yes:  # noqa: ARG001  the contract's
    return or_(*(func.starts_with(func.lower(Customer.area), lowered(area)) for area in condition.areas))


HOLDS = {
    OfLevel: _of_level, OfClass: _of_class, Speaks: _speaks, OfStore: _of_store, HasContract: _has_contract,
    OfAge: _of_age, HasBirthday: _has_birthday, LivesIn: _lives_in,
}  # fmt: skip
