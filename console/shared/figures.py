"""Figures behind a decision, formatted for people: money with its currency, days, times on the store's clock."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from models.messages.letters import write_day, write_money

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


def describe_figures(figures: Mapping[str, Any], zone: ZoneInfo) -> str:
    """All figures that are present, in one line."""
    return "; ".join(
        f"{NAMES.get(name, name.replace('_', ' '))}: {describe(value, zone)}"
        for name, value in figures.items()
        if value not in (None, [], {})
    )


def describe(value: Any, zone: ZoneInfo, language: str = ENGLISH) -> str:
    """One figure. Days are written as the language writes them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _mapping(value, zone, language)
    if isinstance(value, list):
        return ", ".join(describe(item, zone, language) for item in value)
    return (
        _text(value, zone, language)
        if isinstance(value, str)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


def _mapping(value: Mapping[str, Any], zone: ZoneInfo, language: str) -> str:
    if {"number", "open", "currency", "due_on"} <= value.keys():
        due = write_day(date.fromisoformat(value["due_on"]), language)
        amount = write_money(Decimal(value["open"]), value["currency"])
        return (
            f"{value['number']} {amount} due {due}" if language == ENGLISH else f"{value['number']} {amount} {due}到期"
        )
    if all(len(key) == len("CNY") and key.isupper() for key in value):
        return " + ".join(write_money(Decimal(amount), currency) for currency, amount in sorted(value.items()))
    return describe_figures(value, zone)


def _text(value: str, zone: ZoneInfo, language: str) -> str:
    """A text, which may be a day or a moment in JSON."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) == len("2026-03-10"):
        return write_day(moment.date(), language)
    if moment.tzinfo is None:
        return value
    return clock(moment, zone, language)


def clock(moment: datetime, zone: ZoneInfo, language: str = ENGLISH) -> str:
    """A moment on the store's clock."""
    local = moment.astimezone(zone)
    return f"{write_day(local.date(), language)} {local:%H:%M}"
