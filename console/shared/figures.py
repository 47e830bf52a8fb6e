"""Figures behind a decision, formatted for people: money with its currency, days, times on the store's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.core.shown import show_day, show_moment
from models.messages.letters import write_money

ENGLISH = "en"
NAMES = {
    "totals": "open",
    "day": "day of the visit",
    "vehicle_sold": "car sold on",
    "ends_on": "ends on",
    "basis": "decided by",
    "starts_at": "starts",
    "booked_at": "booked",
    "opened_at": "opened",
    "closed_at": "closed",
}


def describe_figures(figures: Mapping[str, object], zone: ZoneInfo) -> str:
    """All figures that are present, in one line."""
    return "; ".join(
        f"{NAMES.get(name, name.replace('_', ' '))}: {describe(value, zone)}"
        for name, value in figures.items()
        if value not in (None, [], {})
    )


def describe(value: Any, zone: ZoneInfo, language: str = ENGLISH) -> str:
    """One figure."""
    return _Writer(zone, language).write(value)


@dataclass(frozen=True, slots=True)
class _Writer:
    zone: ZoneInfo
    language: str

    def write(self, value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list):
            return ", ".join(self.write(item) for item in value)
        if isinstance(value, str):
            return self._text(value)
        return f"{value:,}" if isinstance(value, int) else str(value)

    def _mapping(self, value: Mapping[str, Any]) -> str:
        if {"number", "open", "currency", "due_on"} <= value.keys():
            due = show_day(date.fromisoformat(value["due_on"]))
            invoice = f"{value['number']} {write_money(Decimal(value['open']), value['currency'])}"
            return f"{invoice} due {due}" if self.language == ENGLISH else f"{invoice} {due}到期"
        if all(len(key) == len("CNY") and key.isupper() for key in value):
            return " + ".join(write_money(Decimal(amount), currency) for currency, amount in sorted(value.items()))
        return describe_figures(value, self.zone)

    def _text(self, value: str) -> str:
        """A text, which may be a day or a moment in JSON."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        if len(value) == len("2026-03-10"):
            return show_day(moment.date())
        if moment.tzinfo is None:
            return value
        return show_moment(moment, self.zone)
