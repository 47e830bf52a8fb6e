"""What a template may say: the variables of each subject, made from the facts in the customer's language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from models.core.words import SubjectKind
from models.messages.links import LINKS_OF_SUBJECT, MEANINGS

Facts = Mapping[Any, Any]
Variables = dict[str, str]

COMMON = {
    "customer": "the customer's name, with the salutation where there is one",
    "store": "the store's name",
    "store_phone": "the store's phone number",
}
OF_SUBJECT: dict[SubjectKind, dict[str, str]] = {
    SubjectKind.APPOINTMENT: {
        "date": "the day of the appointment",
        "time": "its start, store-local",
        "work": "the work agreed on",
        "vehicle": "the car",
        "advisor": "the service advisor",
    },
    SubjectKind.HANDOVER: {"date": "the day of the handover", "vehicle": "the car", "days": "days since then"},
    SubjectKind.REPAIR_ORDER: {"date": "the day the car was given back", "vehicle": "the car", "work": "the work done"},
    SubjectKind.WARRANTY: {"date": "the day the warranty ends", "vehicle": "the car", "days": "days until then"},
    SubjectKind.ACCOUNT: {
        "account": "the account's key",
        "total": "what is owed, per currency",
        "oldest_due": "the due date of the oldest open invoice",
        "days_overdue": "days since then",
        "invoices": "the open invoices with what is open of each",
    },
    SubjectKind.CASE: {
        "case": "the number of the complaint's case",
        "opened": "the day of the complaint",
        "date": "the day it was closed",
        "days": "days since then",
    },
    SubjectKind.RECIPIENT: {"campaign": "the campaign's name", "vehicle": "the car"},
}
MOST_INVOICES = 5
"""A statement names so many invoices one by one, the rest by their number."""
CHINESE = "zh-CN"
SALUTATIONS = {
    CHINESE: {"Mr": "先生", "Ms": "女士", "Mrs": "女士", "Miss": "女士"},
    "en": {"先生": "Mr", "女士": "Ms", "小姐": "Ms"},
}
WORDS = {
    CHINESE: {"your car": "您的爱车", "service": "保养维修", "and": "等{count}笔", "advisor": "服务顾问"},
    "en": {"your car": "your car", "service": "service", "and": "and {count} more", "advisor": "your service advisor"},
}


LINKS = "links"
"""What the links stand under, as in `{{ links.survey }}`."""


def variables_of(subject: SubjectKind) -> dict[str, str]:
    """The variables that a template about `subject` may use, each with its meaning."""
    links = {f"{LINKS}.{purpose}": MEANINGS[purpose] for purpose in LINKS_OF_SUBJECT[subject]}
    return COMMON | OF_SUBJECT[subject] | links


def write_variables(subject: SubjectKind, language: str, facts: Facts) -> Variables:
    """The values of `variables_of(subject)` but the links, in `language`, from the facts that its select gave."""
    return _common(language, facts) | _of_subject(subject, language, facts)


def _of_subject(subject: SubjectKind, language: str, facts: Facts) -> Variables:
    match subject:
        case SubjectKind.APPOINTMENT:
            return _appointment(language, facts)
        case SubjectKind.HANDOVER:
            return _dated(language, facts, facts["today"] - facts["day"])
        case SubjectKind.REPAIR_ORDER:
            return _dated(language, facts, facts["today"] - facts["day"]) | {"work": _work(language, facts)}
        case SubjectKind.WARRANTY:
            return _dated(language, facts, facts["day"] - facts["today"])
        case SubjectKind.ACCOUNT:
            return _account(language, facts)
        case SubjectKind.CASE:
            return _case(language, facts)
        case SubjectKind.RECIPIENT:
            return {"campaign": facts["campaign"], "vehicle": _vehicle(language, facts)}
        case _:
            assert_never(subject)


def _common(language: str, facts: Facts) -> Variables:
    return {
        "customer": _address(language, facts["customer"], facts.get("salutation") or ""),
        "store": facts["store"],
        "store_phone": facts.get("store_phone") or "",
    }


def _address(language: str, name: str, salutation: str) -> str:
    """The name with the salutation, in the letter's language whatever language the source gave it in."""
    fitting = SALUTATIONS[language].get(salutation.strip().rstrip("."), salutation)
    return f"{name}{fitting}" if language == CHINESE else f"{fitting} {name}".strip()


def _appointment(language: str, facts: Facts) -> Variables:
    start: datetime = facts["starts_at"].astimezone(ZoneInfo(facts["time_zone"]))
    return {
        "date": write_day(start.date(), language),
        "time": f"{start:%H:%M}",
        "work": _work(language, facts),
        "vehicle": _vehicle(language, facts),
        "advisor": facts.get("advisor") or WORDS[language]["advisor"],
    }


def _dated(language: str, facts: Facts, span: Any) -> Variables:
    return {
        "date": write_day(facts["day"], language),
        "vehicle": _vehicle(language, facts),
        "days": str(span.days),
    }


def _account(language: str, facts: Facts) -> Variables:
    totals = [write_money(Decimal(amount), currency) for currency, amount in sorted(facts["totals"].items())]
    oldest: date = facts["oldest_due"]
    return {
        "account": facts["account"],
        "total": " + ".join(totals),
        "oldest_due": write_day(oldest, language),
        "days_overdue": str(max((facts["today"] - oldest).days, 0)),
        "invoices": _invoices(language, facts["invoices"]),
    }


def _case(language: str, facts: Facts) -> Variables:
    return {
        "case": str(facts["case"]),
        "opened": write_day(facts["opened_on"], language),
        "date": write_day(facts["day"], language),
        "days": str((facts["today"] - facts["day"]).days),
    }


def _invoices(language: str, invoices: list[Facts]) -> str:
    named = [
        f"{row['number']} {write_money(Decimal(row['open']), row['currency'])}" for row in invoices[:MOST_INVOICES]
    ]
    rest = len(invoices) - MOST_INVOICES
    comma = "，" if language == CHINESE else ", "
    return comma.join(named + ([WORDS[language]["and"].format(count=rest)] if rest > 0 else []))


def _vehicle(language: str, facts: Facts) -> str:
    return facts.get("vehicle") or WORDS[language]["your car"]


def _work(language: str, facts: Facts) -> str:
    return facts.get("work") or WORDS[language]["service"]


def write_day(day: date, language: str) -> str:
    """A date as people of that language write it."""
    return f"{day.month}月{day.day}日" if language == CHINESE else f"{day.day} {day:%b %Y}"


def write_money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, such as `CNY 1,234.50`."""
    return f"{currency} {amount:,.2f}"
