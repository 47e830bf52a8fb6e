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
WORDS = {
    CHINESE: {"your car": "您的爱车", "service": "保养维修", "advisor": "服务顾问"},
    "en": {"your car": "your car", "service": "service", "advisor": "your service advisor"},
}
LINKS = "links"
"""The variable that holds the links, as in `{{ links.survey }}`."""


def write_common(language: str, facts: FactsRow) -> Variables:
    """The values of `COMMON`, for any letter."""
    return {
        "customer": _address(language, facts["customer"], facts.get("salutation") or ""),
        "store": facts["store"],
        "store_phone": facts.get("store_phone") or "",
    }


def _address(language: str, name: str, salutation: str) -> str:
    """The name with the salutation in the letter's language, even if the source uses another one."""
    fitting = SALUTATIONS[language].get(salutation.strip().rstrip("."), salutation)
    return f"{name}{fitting}" if language == CHINESE else f"{fitting} {name}".strip()


def write_dated(language: str, facts: FactsRow, days: int) -> Variables:
    """The day of a subject, its car, and the number of days between that day and today."""
    return {
        "date": write_day(facts["day"], language),
        "vehicle": write_vehicle(language, facts),
        "days": str(days),
    }


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
    """An amount with its currency, such as `CNY 1,234.50`."""
    return f"{currency} {amount:,.2f}"
