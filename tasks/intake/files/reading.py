"""How the text of a cell becomes a value, by what its column holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS

from models.people.tables import LONGEST_VISIT, SHORTEST_VISIT
from tasks.intake.kinds import Holds
from tasks.intake.values import choices
from tasks.intake.values.amounts import DecimalMark, is_unlimited, read_amount, read_currency, read_kilometres
from tasks.intake.values.cells import Unusable, narrow
from tasks.intake.values.dates import in_zone, is_no_date, read_date, read_local, read_time
from tasks.intake.values.phones import parts, read_phone

Reader = Callable[[str, ZoneInfo], Any]
"""Reads a text that is not empty, in the store's zone. Raises `Unusable`."""

HOURS = re.compile(r"(.+?)\s*[-~–—至到]\s*(.+)")
WHOLE = re.compile(r"(\d{1,4})(?:\.0)?")
MOST_PLACES = 1000
CLOSED = frozenset({"closed", "关", "休息", "不营业", "geschlossen"})


@dataclass(frozen=True)
class Notation:
    """How a source writes what can be written in several ways."""

    country: str
    decimal: DecimalMark | None = None
    date_formats: tuple[str, ...] = ()
    moment_formats: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    """The zone of moments that have none of their own; that of the store where it says nothing."""


def reader_for(holds: Holds, notation: Notation) -> Reader:
    """The reader of a column that holds `holds`, in a source that writes like `notation`."""
    by_notation: dict[Holds, Reader] = {
        Holds.PHONE: lambda text, _zone: read_phone(text, notation.country).number,
        Holds.EMAILS: lambda text, _zone: parts(text),
        Holds.DATE: partial(_date, notation),
        Holds.MOMENT: partial(_moment, notation),
        Holds.START: partial(_start, notation),
        Holds.AMOUNT: lambda text, _zone: read_amount(text, notation.decimal),
        Holds.KILOMETRES: lambda text, _zone: None if is_unlimited(text) else read_kilometres(text, notation.decimal),
    }
    return by_notation.get(holds) or PLAIN_READERS[holds]


def _date(notation: Notation, text: str, zone: ZoneInfo) -> Any:
    if is_no_date(text):
        return None
    day = read_date(text, notation.date_formats, zone)
    return _day_of_store(text, notation, zone, day) if notation.zone else day


def _day_of_store(text: str, notation: Notation, zone: ZoneInfo, day: date) -> date:
    """The store's day of a moment that the source writes in another zone; midnight stands for the day itself."""
    try:
        moment, has_time = read_local(text, notation.moment_formats, notation.date_formats)
    except Unusable:
        return day
    if not has_time or moment.time() == time.min:
        return day
    return in_zone(moment, notation.zone or zone).astimezone(zone).date()


def _moment(notation: Notation, text: str, zone: ZoneInfo) -> Any:
    if is_no_date(text):
        return None
    return in_zone(read_local(text, notation.moment_formats, notation.date_formats)[0], notation.zone or zone)


def _start(notation: Notation, text: str, zone: ZoneInfo) -> Any:
    moment, has_time = read_local(text, notation.moment_formats, notation.date_formats)
    if not has_time:
        clause = (
            "the time of day is missing; a time in a column of its own is joined by the map, such as "
            'starts_at = { columns = ["Date", "Time"] }'
        )
        raise Unusable(clause)
    return in_zone(moment, notation.zone or zone)


def _text(text: str, _zone: ZoneInfo) -> str:
    if "\x00" in text:
        clause = "expected text, without the character zero"
        raise Unusable(clause)
    return text


def _key(text: str, zone: ZoneInfo) -> str:
    """A key, so that it is found again whatever width a source writes it in."""
    return narrow(_text(text, zone)).strip()


def _hours(text: str, _zone: ZoneInfo) -> list[str]:
    """Opening and closing time; an empty list on a day of rest."""
    if narrow(text).casefold() in CLOSED:
        return []
    span = HOURS.fullmatch(narrow(text))
    if not span:
        clause = "expected opening hours such as 08:30-18:00, or closed"
        raise Unusable(clause)
    opens, closes = (read_time(part) for part in span.groups())
    if opens >= closes:
        clause = "expected hours that open before they close"
        raise Unusable(clause)
    return [f"{opens:%H:%M}", f"{closes:%H:%M}"]


def _zone_name(text: str, _zone: ZoneInfo) -> str:
    if text not in available_timezones():
        clause = "expected an IANA time zone such as Asia/Shanghai"
        raise Unusable(clause)
    return text


def _country(text: str, _zone: ZoneInfo) -> str:
    code = text.upper()
    if code not in SUPPORTED_REGIONS:
        clause = "expected an ISO 3166 country code such as CN"
        raise Unusable(clause)
    return code


def _year(text: str, _zone: ZoneInfo) -> int:
    found = re.fullmatch(r"((?:19|20|21)\d\d)(?:款|年款?|\.0)?", narrow(text))
    if not found:
        clause = "expected a year such as 2024"
        raise Unusable(clause)
    return int(found[1])


def _whole(what: str, least: int, most: int, text: str, _zone: ZoneInfo) -> int:
    """A whole number within limits; a spreadsheet may write it as 30.0."""
    found = WHOLE.fullmatch(narrow(text))
    if not found or not least <= int(found[1]) <= most:
        clause = f"expected {what}, a whole number from {least} to {most:,}"
        raise Unusable(clause)
    return int(found[1])


PLAIN_READERS: dict[Holds, Reader] = {
    Holds.TEXT: _text,
    Holds.PHONES: _text,
    Holds.KEY: _key,
    Holds.REFERENCE: _key,
    Holds.NAMES: lambda text, _zone: parts(text),
    Holds.TIME: lambda text, _zone: read_time(text),
    Holds.HOURS: _hours,
    Holds.YES_NO: lambda text, _zone: choices.read_yes_no(text),
    Holds.YEAR: _year,
    Holds.MINUTES: partial(_whole, "minutes", SHORTEST_VISIT, LONGEST_VISIT),
    Holds.PLACES: partial(_whole, "places", 0, MOST_PLACES),
    Holds.CURRENCY: lambda text, _zone: read_currency(text),
    Holds.ZONE: _zone_name,
    Holds.COUNTRY: _country,
    Holds.LANGUAGE: lambda text, _zone: choices.read_language(text),
    Holds.DEADLINE_CLOCK: lambda text, _zone: choices.choose(text, choices.DEADLINE_CLOCKS),
    Holds.ROLE: lambda text, _zone: choices.choose(text, choices.ROLES),
    Holds.CHANNELS: lambda text, _zone: [choices.choose(part, choices.CHANNELS) for part in parts(text)],
    Holds.CHANNEL: lambda text, _zone: choices.choose_or_every(text, choices.CHANNELS),
    Holds.PURPOSE: lambda text, _zone: choices.choose_or_every(text, choices.PURPOSES),
    Holds.APPOINTMENT_STATUS: lambda text, _zone: choices.choose(text, choices.BOOKING),
    Holds.WORK_KIND: lambda text, _zone: choices.choose(text, choices.WORK),
    Holds.PARTS_STATE: lambda text, _zone: choices.choose(text, choices.PARTS),
    Holds.INVOICE_KIND: lambda text, _zone: choices.choose(text, choices.INVOICE_KINDS),
    Holds.INVOICE_STATUS: lambda text, _zone: choices.choose(text, choices.INVOICE_STATES),
    Holds.LEAD_URGENCY: lambda text, _zone: choices.choose(text, choices.LEAD_URGENCIES),
    Holds.LEAD_STATE: lambda text, _zone: choices.choose(text, choices.LEAD_STATES),
}
