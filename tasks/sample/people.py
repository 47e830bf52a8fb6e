"""The customers, their contact points and consents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.sample import names
from tasks.sample.dice import Dice
from tasks.sample.rows import ConsentRow, CustomerRow
from tasks.sample.stores import ADVISORS, BERLIN, SHANGHAI, TODAY, SampleStore


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """One customer being generated."""

    number: int
    """From 1."""
    store: SampleStore
    dice: Dice
    is_company: bool = False

    @property
    def key(self) -> str:
        """The store's own key of the customer."""
        return f"C{self.number:07d}"

    @property
    def today(self) -> date:
        """The day that everything is arranged around."""
        return TODAY

    def key_of(self, letter: str, count: int) -> str:
        """The key of something of this customer's: a car, an order, an invoice."""
        return f"{letter}{self.number:07d}-{count}"

    def a_model(self) -> str:
        """One of the models that the dealership sells."""
        return self.dice.pick(names.MODELS)


@dataclass(frozen=True, slots=True)
class Reach:
    """A customer's contact points."""

    mobile: bool = False
    landline: bool = False
    email: bool = False
    wechat: bool = False


TEXTABLE = Reach(mobile=True, email=True)
_REACH_SHANGHAI = (
    (Reach(mobile=True), 42),
    (Reach(mobile=True, wechat=True), 28),
    (TEXTABLE, 20),
    (Reach(landline=True), 3),
    (Reach(email=True), 3),
    (Reach(wechat=True), 2),
    (Reach(), 2),
)
_REACH_BERLIN = (
    (TEXTABLE, 58),
    (Reach(mobile=True), 26),
    (Reach(landline=True), 6),
    (Reach(email=True), 8),
    (Reach(), 2),
)
_LEVELS = ((None, 70), ("silver", 18), ("gold", 9), ("vip", 3))
_WITHDRAWALS: tuple[tuple[tuple[str | None, str | None] | None, int], ...] = (
    (None, 92),
    (("marketing", None), 3),
    (("marketing", "sms"), 1),
    (("survey", None), 1),
    (("follow-up", "phone"), 1),
    (("dunning", "sms"), 1),
    ((None, None), 1),
)
"""Withdrawn consents: purpose and channel; none means all."""


def an_ordinary_customer(seed: int, number: int) -> SampleCustomer:
    """Customer `number` from 1, at one of the stores."""
    dice = Dice(seed, number)
    store = SHANGHAI if dice.chance(0.65) else BERLIN
    return SampleCustomer(number, store, dice, is_company=dice.chance(0.06))


def reach_of(customer: SampleCustomer) -> Reach:
    """How an ordinary customer can be reached; a few cannot be texted, or not be reached at all."""
    return customer.dice.weigh(_REACH_SHANGHAI if customer.store is SHANGHAI else _REACH_BERLIN)


def customer_row(customer: SampleCustomer, reach: Reach, has_contract: bool | None = None) -> CustomerRow:
    """The customer's row."""
    dice, store, number = customer.dice, customer.store, customer.number
    name, salutation = _company_name(customer) if customer.is_company else _personal_name(customer)
    contract = dice.chance(0.5 if customer.is_company else 0.03) if has_contract is None else has_contract
    return CustomerRow(
        store=store.code,
        key=customer.key,
        name=name,
        salutation=salutation,
        language=_language(customer),
        level=dice.weigh(_LEVELS),
        birth_on=None if customer.is_company or dice.chance(0.3) else date(1950, 1, 1) + timedelta(dice.below(20000)),
        area=store.areas[number % len(store.areas)],
        has_contract="yes" if contract else "no",
        owner=owner_of(number),
        deputy=ADVISORS[(number + 1) % len(ADVISORS)] if owner_of(number) and number % 2 else None,
        phone=_phone(customer, reach),
        email=f"c{number:07d}@customers.example.com" if reach.email else None,
        wechat=f"wx-sample-{number:07d}" if reach.wechat else None,
    )


def owner_of(number: int) -> str | None:
    """Of ten customers nine have an advisor as their owner; the files give the tenth to nobody."""
    return ADVISORS[number % len(ADVISORS)] if number % 10 else None


def consent_rows(customer: SampleCustomer) -> Iterator[ConsentRow]:
    """What an ordinary customer agreed to and withdrew."""
    dice = customer.dice
    if dice.chance(0.35):
        channel = dice.pick(("sms", "email", None))
        yield consent_row(customer, "marketing", channel, granted=True, days_ago=dice.between(60, 900))
    withdrawn = dice.weigh(_WITHDRAWALS)
    if withdrawn:
        yield consent_row(customer, *withdrawn, granted=False, days_ago=dice.between(1, 50))


def consent_row(
    customer: SampleCustomer, purpose: str | None, channel: str | None, *, granted: bool, days_ago: int
) -> ConsentRow:
    """Consent given or withdrawn so many days before the rehearsal; without purpose or channel: for all."""
    given_at = datetime.combine(TODAY - timedelta(days_ago), time(9 + customer.dice.below(9), 30))
    reason = "sales contract" if granted else "STOP" if channel == "sms" else "asked by phone"
    return ConsentRow(customer.store.code, customer.key, purpose, channel, "yes" if granted else "no", given_at, reason)


def _phone(customer: SampleCustomer, reach: Reach) -> str | None:
    if reach.mobile:
        return f"{customer.store.mobile_prefix}{customer.number:07d}"
    if reach.landline:
        return f"{customer.store.landline_prefix}{customer.number % 990_000:06d}"
    return None


def _language(customer: SampleCustomer) -> str | None:
    """The language of the few who do not speak the store's."""
    if not customer.dice.chance(0.05):
        return None
    return "en" if customer.store is SHANGHAI else "zh-CN"


def _company_name(customer: SampleCustomer) -> tuple[str, str | None]:
    names_here = names.ZH_COMPANIES if customer.store is SHANGHAI else names.EN_COMPANIES
    return customer.dice.pick(names_here), None


def _personal_name(customer: SampleCustomer) -> tuple[str, str]:
    dice, woman = customer.dice, customer.dice.chance(0.48)
    if customer.store is SHANGHAI:
        given = dice.pick(names.ZH_WOMEN if woman else names.ZH_MEN)
        return dice.pick(names.ZH_FAMILY) + given, "女士" if woman else "先生"
    given = dice.pick(names.EN_WOMEN if woman else names.EN_MEN)
    return f"{given} {dice.pick(names.EN_FAMILY)}", "Ms" if woman else "Mr"
