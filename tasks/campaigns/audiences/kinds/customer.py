"""What conditions ask of the customer's own row."""

from sqlalchemy import Integer, and_, cast, extract, func, or_, select

from models.campaigns.conditions.customer import HasBirthday, HasContract, LivesIn, OfAge, OfLevel, OfStore, Speaks
from models.people.tables import Customer, Store
from tasks.campaigns.audiences.asked import Asked
from tasks.campaigns.audiences.bounds import Yes, in_years, lowered, one_of


def _of_level(condition: OfLevel, asked: Asked) -> Yes:  # noqa: ARG001  the contract's
    return one_of(Customer.level, condition.levels)


def _speaks(condition: Speaks, asked: Asked) -> Yes:
    return func.coalesce(Customer.language, asked.stores.c.language) == condition.language


def _of_store(condition: OfStore, asked: Asked) -> Yes:  # noqa: ARG001  the contract's
    return Customer.store_id.in_(select(Store.id).where(one_of(Store.code, condition.stores)))


def _has_contract(condition: HasContract, asked: Asked) -> Yes:  # noqa: ARG001  the contract's
    return Customer.has_contract.is_(condition.yes)


def _of_age(condition: OfAge, asked: Asked) -> Yes:
    born = Customer.birth_on
    old_enough = [in_years(born, condition.least) <= asked.today] if condition.least is not None else []
    young_enough = [in_years(born, condition.most + 1) > asked.today] if condition.most is not None else []
    return and_(born <= asked.today, *old_enough, *young_enough)


def _has_birthday(condition: HasBirthday, asked: Asked) -> Yes:
    born = Customer.birth_on
    years = cast(extract("year", asked.today) - extract("year", born), Integer)
    last = asked.today + condition.within_days
    coming = [in_years(born, years + more).between(asked.today, last) for more in (0, 1)]
    return and_(born <= asked.today, or_(*coming))


def _lives_in(condition: LivesIn, asked: Asked) -> Yes:  # noqa: ARG001  the contract's
    return or_(*(func.starts_with(func.lower(Customer.area), lowered(area)) for area in condition.areas))


HOLDS = {
    OfLevel: _of_level, Speaks: _speaks, OfStore: _of_store, HasContract: _has_contract, OfAge: _of_age,
    HasBirthday: _has_birthday, LivesIn: _lives_in,
}  # fmt: skip
