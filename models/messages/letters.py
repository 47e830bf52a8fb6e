"""Variables of every template, and how letters format days, amounts, cars and people in the customer's language."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

FactsRow = Mapping[Any, Any]
Variables = dict[str, str]

COMMON = {
    "customer": "the customer's name, with the salutation where there is one",
    "store": "the store's name",
    "store_phone": "the store's phone number",
}
CHINESE = "zh-CN"
SALUTATIONS = {
    CHINESE: {"Mr": "先生", "Ms": "女士", "Mrs": "女士", "Miss": "女士"},
    "en": {"先生": "Mr", "女士": "Ms", "小姐": "Ms"},
}
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
OTHER_DECIMALS = dict.fromkeys(NO_DECIMALS.split(), 0) | dict.fromkeys(THREE_DECIMALS.split(), 3)
"""The currencies that do not have two decimals."""
WORDS = {
    CHINESE: {"your car": "您的爱车", "service": "保养维修", "advisor": "服务顾问"},
    "en": {"your car": "your car", "service": "service", "advisor": "your service advisor"},
}
RELATIVE = {
    "when": "the day as it is called on the day the letter goes: today, tomorrow, yesterday, or its date",
    "in_days": "how far away it is then: in 15 days, tomorrow, today, yesterday, 3 days ago",
    "span": "how many days lie between then and the day: 15 days, 1 day",
}
"""Words of relative time. They are made when a letter is written, so they are true however long it was held."""
NEAR: Mapping[str, Mapping[int, str]] = {
    CHINESE: {-1: "昨天", 0: "今天", 1: "明天"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
ON = {CHINESE: "{day}", "en": "on {day}"}
AHEAD = {CHINESE: "{span}后", "en": "in {span}"}
AGO = {CHINESE: "{span}前", "en": "{span} ago"}
LINKS = "links"
"""The variable that holds the links, as in `{{ links.survey }}`."""


def write_common(language: str, facts: FactsRow) -> Variables:
    """The values of `COMMON`, for any letter."""
    return {
        "customer": write_name(language, facts["customer"], facts.get("salutation")),
        "store": facts["store"],
        "store_phone": facts.get("store_phone") or "",
    }


def write_name(language: str, name: str, salutation: str | None) -> str:
    """The name with the salutation where the reader's language has it."""
    fitting = write_salutation(language, salutation)
    return f"{name}{fitting}" if language == CHINESE else f"{fitting} {name}".strip()


def write_salutation(language: str, salutation: str | None) -> str:
    """The salutation in the reader's language, even if the source uses another one."""
    given = salutation or ""
    return SALUTATIONS[language].get(given.strip().rstrip("."), given)


def write_dated(language: str, facts: FactsRow, days: int) -> Variables:
    """The day of a subject, its car, the number of days between that day and today, and `RELATIVE`."""
    return {
        "date": write_day(facts["day"], language),
        "vehicle": write_vehicle(language, facts),
        "days": str(days),
    } | write_relative(facts["day"], facts["today"], language)


def write_relative(day: date, today: date, language: str) -> Variables:
    """The values of `RELATIVE`: a day as seen on the store-local day on which the letter goes."""
    apart = (day - today).days
    near = NEAR[language].get(apart)
    span = write_span(abs(apart), language)
    return {
        "when": near or ON[language].format(day=write_day(day, language)),
        "in_days": near or (AHEAD if apart > 0 else AGO)[language].format(span=span),
        "span": span,
    }


def write_span(days: int, language: str) -> str:
    """A number of days with its word: `15 days`, `1 day`."""
    if language == CHINESE:
        return f"{days}天"
    return f"{days} day" if days == 1 else f"{days} days"


def write_vehicle(language: str, facts: FactsRow) -> str:
    """The car as named in a letter."""
    return facts.get("vehicle") or WORDS[language]["your car"]


def write_work(language: str, facts: FactsRow) -> str:
    """The work as named in a letter."""
    return facts.get("work") or WORDS[language]["service"]


def write_advisor(language: str, facts: FactsRow) -> str:
    """The service advisor as named in a letter."""
    return facts.get("advisor") or WORDS[language]["advisor"]


def write_day(day: date, language: str) -> str:
    """A date in the format of the language."""
    return f"{day.month}月{day.day}日" if language == CHINESE else f"{day.day} {day:%b %Y}"


def write_money(amount: Decimal, currency: str) -> str:
    """An amount with its currency and that currency's decimals, such as `CNY 1,234.50` or `JPY 1,235`."""
    return f"{currency} {amount:,.{decimals_of(currency)}f}"


def write_price(amount: Decimal, currency: str) -> str:
    """The price of one thing: with the currency's decimals, and more where it is finer, such as `CNY 0.045`."""
    if amount == round(amount, decimals_of(currency)):
        return write_money(amount, currency)
    return f"{currency} {amount.normalize():,f}"


def decimals_of(currency: str) -> int:
    """How many decimals a currency has (ISO 4217)."""
    return OTHER_DECIMALS.get(currency, 2)
