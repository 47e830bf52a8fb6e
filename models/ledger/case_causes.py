"""What a case says beside its state: how it was received, where it belongs, what caused it, and what was done (R10)."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from models.core.words import Language, Role
from models.stores.working_hours import WorkingHours, next_working_day, working_span

SHIPPED = Path(__file__).with_name("case_lists.toml")
REPEATED_WITHIN = timedelta(days=30)
"""A second complaint of a customer within this time goes to the manager (ours)."""
ALERT_WITHIN = timedelta(days=30)
ALERT_FROM = 3
"""So many complaints about one part and model within that time are a quality alert (ours)."""
FEEDBACK_DAYS = 2
"""Working days that a department has for its answer (ours)."""
LONGEST_LINE = 200
"""The maximum length of a part, a model, a cause or a measure, in characters."""


class Received(StrEnum):
    """How a matter came to the house."""

    COUNTER = "counter"
    PHONE = "phone-call"
    LETTER = "letter-received"
    EMAIL = "e-mail-received"
    WECHAT = "wechat-received"
    REPLY = "reply"
    """Written back to a message."""
    PAGE = "page-wish"
    """On a page of ours."""
    SURVEY = "survey"
    OUR_CALL = "call"
    """Said when the house called."""


class CompensationKind(StrEnum):
    """What the customer was given for it."""

    NONE = "no-compensation"
    MONEY = "money-back"
    DISCOUNT = "discount"
    GIFT = "gift"
    FREE_WORK = "free-work"
    OTHER = "other-compensation"


WITH_AMOUNT = frozenset({CompensationKind.MONEY, CompensationKind.DISCOUNT})
"""These need an amount with its currency."""


class Escalated(StrEnum):
    """Why a case went to the manager as soon as it was opened."""

    SECOND_COMPLAINT = "second-complaint"
    """The customer had complained within thirty days before."""
    OPENED_AGAIN = "opened-again"


ESCALATIONS: dict[Escalated, dict[str, str]] = {
    Escalated.SECOND_COMPLAINT: {
        "zh-CN": "客户 30 天内再次投诉，已直接转给经理 {name}。",
        "en": "The second complaint of this customer within 30 days: it went to {name} as the manager.",
    },
    Escalated.OPENED_AGAIN: {
        "zh-CN": "工单重新打开，已直接转给经理 {name}。",
        "en": "The case was opened again: it went to {name} as the manager.",
    },
}
"""What is noted on such a case, in the store's language."""
FEEDBACK_LATE = {
    "zh-CN": "{department}未在 {deadline} 前答复，已告知经理 {name}。",
    "en": "{department} has not answered by {deadline}: {name} was told as the manager.",
}
"""What is noted when a department is late with its answer, in the store's language."""


@dataclass(frozen=True, slots=True)
class Category:
    """What a case is about, as one store tells cases apart."""

    key: str
    names: dict[str, str]
    """By language. A store's own category has one name for both."""
    asks_cause: bool
    """A case of it is closed only with a cause and a measure."""

    def name(self, language: Language | str) -> str:
        """What it is called."""
        return self.names[language]


@cache
def shipped_categories() -> tuple[Category, ...]:
    """The categories that a store has unless it says otherwise, in order."""
    listed = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["categories"]
    return tuple(
        Category(key, {"zh-CN": one["zh-CN"], "en": one["en"]}, one["asks_cause"]) for key, one in listed.items()
    )


@cache
def shipped_departments() -> dict[str, dict[str, str]]:
    """The departments that a case may be about, with their names by language, in order."""
    listed: dict[str, dict[str, str]] = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["departments"]
    return listed


def departments_of(role: Role) -> list[str]:
    """The departments whose questions a role answers."""
    return [key for key, one in shipped_departments().items() if one["role"] == role]


def department_name(department: str, language: str) -> str:
    """What a department is called."""
    return shipped_departments().get(department, {}).get(language, department)


def lacks_at_closing(asks_cause: bool, cause: str | None, measure: str | None) -> list[str]:
    """What is missing before a case can be closed: `cause`, `measure`, or nothing."""
    if not asks_cause:
        return []
    return [name for name, given in (("cause", cause), ("measure", measure)) if not (given or "").strip()]


def feedback_due(hours: WorkingHours, asked_at: datetime) -> datetime:
    """When a department's answer is due: at the end of the second working day after the day it was asked."""
    moment = asked_at
    for _ in range(FEEDBACK_DAYS):
        moment = next_working_day(hours, moment, works_holidays=False)
    day = moment.astimezone(hours.contact.zone).date()
    span = working_span(hours, day, works_holidays=False)
    return span[1] if span else moment


def week_of(day: date) -> tuple[date, date]:
    """The Monday of a day's week, and that of the next."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)
