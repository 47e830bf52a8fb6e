"""What an account owes on a day: what is overdue, what is due today, and what is not due yet.

Everything that says what is owed goes by this: letters, call scripts, approvals, the customer's own page, the card of a
customer, and `why`. The invoices come from the statement that `tasks/subjects/account/netting.py` makes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.messages.letters import CHINESE, write_day, write_money, write_span

MOST_INVOICES = 5
"""A letter names so many invoices one by one, the rest by their number."""
MORE_INVOICES = {CHINESE: "等{count}笔", "en": "and {count} more"}
COMMAS = {CHINESE: "，", "en": ", "}
STOPS = {CHINESE: "；", "en": "; "}
DUE = {CHINESE: "{invoice} {day}到期", "en": "{invoice} due {day}"}
FURTHER = {CHINESE: "{total}（另有{more}未到期）", "en": "{total} (and {more} not due yet)"}
OVERDUE = {CHINESE: "已逾期{days}：{total}（{invoices}）", "en": "{total} overdue for {days} ({invoices})"}
OVERDUE_SINCE_SEVERAL = {
    CHINESE: "已逾期，最早一笔{days}：{total}（{invoices}）",
    "en": "{total} overdue, the oldest for {days} ({invoices})",
}
DUE_TODAY = {CHINESE: "今日到期：{total}（{invoices}）", "en": "{total} due today ({invoices})"}
NOT_DUE = {CHINESE: "未到期：{total}（{invoices}）", "en": "{total} not due yet ({invoices})"}


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that is not paid in full."""

    number: str
    due_on: date
    open: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Owing:
    """The open invoices of an account on a store-local day, the oldest due date first."""

    today: date
    invoices: Sequence[OpenInvoice]

    @property
    def overdue(self) -> list[OpenInvoice]:
        """The last day to pay has passed."""
        return [one for one in self.invoices if one.due_on < self.today]

    @property
    def due_today(self) -> list[OpenInvoice]:
        """Today is the last day to pay."""
        return [one for one in self.invoices if one.due_on == self.today]

    @property
    def not_due(self) -> list[OpenInvoice]:
        """The last day to pay is still to come."""
        return [one for one in self.invoices if one.due_on > self.today]

    @property
    def days_overdue(self) -> int:
        """Days since the due date of the oldest invoice; 0 if nothing is overdue."""
        return max(((self.today - one.due_on).days for one in self.overdue), default=0)


def read_owing(invoices: Iterable[Mapping[str, Any]] | None, today: date) -> Owing:
    """What the `invoices` of an account's facts come to on a day; none: nothing is owed."""
    read = [
        OpenInvoice(row["number"], date.fromisoformat(row["due_on"]), Decimal(row["open"]), row["currency"])
        for row in invoices or []
    ]
    return Owing(today, sorted(read, key=lambda one: (one.due_on, one.number)))


def total_of(invoices: Iterable[OpenInvoice]) -> dict[str, Decimal]:
    """What is open of some invoices, by currency."""
    totals: dict[str, Decimal] = {}
    for one in invoices:
        totals[one.currency] = totals.get(one.currency, Decimal(0)) + one.open
    return dict(sorted(totals.items()))


def write_totals(totals: Mapping[str, Decimal]) -> str:
    """Amounts in several currencies, such as `CNY 1,234.50 + EUR 20.00`; empty if there are none."""
    return " + ".join(write_money(amount, currency) for currency, amount in totals.items())


def write_owing(owing: Owing, language: str) -> dict[str, str]:
    """What a letter may say of what is owed. Each is empty where there is none of it."""
    overdue, due_today, not_due = (
        write_totals(total_of(part)) for part in (owing.overdue, owing.due_today, owing.not_due)
    )
    return {
        "total": _write_total(owing, language),
        "invoices": _write_invoices(owing, owing.invoices, language),
        "statement": _write_statement(owing, language),
        "days_overdue": str(owing.days_overdue),
        "overdue_for": write_span(owing.days_overdue, language) if overdue else "",
        "overdue": overdue,
        "overdue_invoices": _write_invoices(owing, owing.overdue, language),
        "due_today": due_today,
        "due_today_invoices": _write_invoices(owing, owing.due_today, language),
        "not_due": not_due,
        "not_due_invoices": _write_invoices(owing, owing.not_due, language),
    }


def _write_total(owing: Owing, language: str) -> str:
    """What is to be paid by today, with what is not due yet told apart; all of it if nothing is due."""
    due = write_totals(total_of([*owing.overdue, *owing.due_today]))
    later = write_totals(total_of(owing.not_due))
    return FURTHER[language].format(total=due, more=later) if due and later else due or later


def _write_statement(owing: Owing, language: str) -> str:
    days = {one.due_on for one in owing.overdue}
    parts = (
        (OVERDUE if len(days) == 1 else OVERDUE_SINCE_SEVERAL, owing.overdue),
        (DUE_TODAY, owing.due_today),
        (NOT_DUE, owing.not_due),
    )
    return STOPS[language].join(
        said[language].format(
            total=write_totals(total_of(invoices)),
            invoices=_write_invoices(owing, invoices, language),
            days=write_span(owing.days_overdue, language),
        )
        for said, invoices in parts
        if invoices
    )


def _write_invoices(owing: Owing, invoices: Sequence[OpenInvoice], language: str) -> str:
    """Some invoices with what is open of each; one that is not due yet with its day."""
    named = [_write_invoice(owing, one, language) for one in invoices[:MOST_INVOICES]]
    rest = len(invoices) - MOST_INVOICES
    return COMMAS[language].join(named + ([MORE_INVOICES[language].format(count=rest)] if rest > 0 else []))


def _write_invoice(owing: Owing, one: OpenInvoice, language: str) -> str:
    said = f"{one.number} {write_money(one.open, one.currency)}"
    if one.due_on <= owing.today:
        return said
    return DUE[language].format(invoice=said, day=write_day(one.due_on, language))
