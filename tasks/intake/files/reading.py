"""How the text of a cell becomes a value, by what its column holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache, partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Boolean, Date, DateTime, Integer, Numeric, Text, Time, TypeEngine

from models.core.reasons import NUMBER, declare, give
from tasks.intake.values import choices
from tasks.intake.values.amounts import DecimalMark, is_unlimited, read_amount, read_currency, read_kilometres
from tasks.intake.values.cells import RoundedNumber, Unusable, narrow, whole_digits
from tasks.intake.values.dates import NO_DAYS, in_zone, is_no_date, read_date, read_local, read_time
from tasks.intake.values.phones import parts, read_phone
from tasks.intake.values.placeholders import refuse_code, refuse_key, refuse_vehicle

Reader = Callable[[str, ZoneInfo], Any]
"""Reads a text that is not empty, in the store's zone. Raises `Unusable`."""

PLAIN_KEY = re.compile(r"[0-9A-DF-Za-df-z_/-]*[1-9][0-9A-DF-Za-df-z_/-]*")
"""A key with a figure, and without what is found in keys that lost digits: most of them, read without further ado."""
WHOLE = re.compile(r"(\d{1,4})(?:\.0)?")
NO_TIME_OF_DAY = declare("time-of-day-missing")
CHARACTER_ZERO = declare("character-zero")
ZONE_EXPECTED = declare("zone-expected")
COUNTRY_EXPECTED = declare("country-expected")
YEAR_EXPECTED = declare("year-expected")
WHOLE_NUMBER_EXPECTED = declare("whole-number-expected", least=NUMBER, most=NUMBER)


@dataclass(frozen=True)
class Notation:
    """How a source writes what can be written in several ways."""

    country: str
    decimal: DecimalMark | None = None
    date_formats: tuple[str, ...] = ()
    moment_formats: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    """The zone of moments that have none of their own; that of the store where it says nothing."""
    no_day: Callable[[date], bool] = NO_DAYS.__contains__
    """Whether a day stands for no date at all."""


@dataclass(frozen=True, eq=False)
class Holds:
    """What a column holds: how its text is read, how it is staged, and what the documentation calls it.

    What columns of any kind may hold are the attributes of this class. A kind that needs another choice, or a whole
    number within limits of its own, makes it where it declares its columns: by `choice`, `choices_of`,
    `choice_or_every` and `whole_number`, or from a reader of its own.
    """

    name: str
    reader: Callable[[Notation], Reader]
    """The reader of such columns, in a source that writes like the notation."""
    staged_as: TypeEngine[Any] = field(default_factory=Text)
    """What PostgreSQL keeps it as until it is merged."""
    longest: int = 200
    """How many characters of a cell are looked at."""
    several: bool = False
    """Whether a program may give a list of values for one column."""
    example: object = None
    """A value as a program gives it, for the description of the API."""

    TEXT: ClassVar["Holds"]
    NAME: ClassVar["Holds"]
    KEY: ClassVar["Holds"]
    CODE: ClassVar["Holds"]
    NAMES: ClassVar["Holds"]
    REFERENCE: ClassVar["Holds"]
    STAFF: ClassVar["Holds"]
    VEHICLE: ClassVar["Holds"]
    PLATE: ClassVar["Holds"]
    PHONE: ClassVar["Holds"]
    PHONES: ClassVar["Holds"]
    EMAILS: ClassVar["Holds"]
    DATE: ClassVar["Holds"]
    MOMENT: ClassVar["Holds"]
    START: ClassVar["Holds"]
    TIME: ClassVar["Holds"]
    YES_NO: ClassVar["Holds"]
    KILOMETRES: ClassVar["Holds"]
    YEAR: ClassVar["Holds"]
    AMOUNT: ClassVar["Holds"]
    CURRENCY: ClassVar["Holds"]
    ZONE: ClassVar["Holds"]
    COUNTRY: ClassVar["Holds"]
    LANGUAGE: ClassVar["Holds"]
    CHANNELS: ClassVar["Holds"]
    WORK_KIND: ClassVar["Holds"]

    def __str__(self) -> str:
        return self.name


def reader_for(holds: Holds, notation: Notation) -> Reader:
    """The reader of a column that holds `holds`, in a source that writes like `notation`."""
    return holds.reader(notation)


def alike(reader: Reader) -> Callable[[Notation], Reader]:
    """What is read by `reader` however a source writes."""
    return lambda _notation: reader


def choice(name: str, words: choices.Words[choices.Choice]) -> Holds:
    """One of the words of a choice, or what sources say for it."""
    return Holds(name, alike(lambda text, _zone: choices.choose(text, words)))


def choice_or_every(name: str, words: choices.Words[choices.Choice]) -> Holds:
    """One of the words of a choice; nothing where the source means all of them."""
    return Holds(name, alike(lambda text, _zone: choices.choose_or_every(text, words)))


def choices_of(name: str, words: choices.Words[choices.Choice]) -> Holds:
    """Several of the words of a choice, separated as in a list."""
    read = alike(lambda text, _zone: [choices.choose(part, words) for part in parts(text)])
    return Holds(name, read, ARRAY(Text), several=True)


def whole_number(name: str, least: int, most: int) -> Holds:
    """A whole number within limits."""
    return Holds(name, alike(partial(_whole, least, most)), Integer())


def _date(notation: Notation, text: str, zone: ZoneInfo) -> object:
    if is_no_date(text):
        return None
    day = read_date(text, notation.date_formats, zone)
    if notation.no_day(day):
        return None
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


def _moment(notation: Notation, text: str, zone: ZoneInfo) -> object:
    if is_no_date(text):
        return None
    moment, _ = read_local(text, notation.moment_formats, notation.date_formats)
    return None if notation.no_day(moment.date()) else in_zone(moment, notation.zone or zone)


def _start(notation: Notation, text: str, zone: ZoneInfo) -> object:
    moment, has_time = read_local(text, notation.moment_formats, notation.date_formats)
    if notation.no_day(moment.date()):
        return None
    if not has_time:
        raise Unusable(give(NO_TIME_OF_DAY))
    return in_zone(moment, notation.zone or zone)


def _text(text: str, _zone: ZoneInfo) -> str:
    if "\x00" in text:
        raise Unusable(give(CHARACTER_ZERO))
    return text


def _key(text: str, zone: ZoneInfo) -> str:
    """A key, so that it is found again whatever width a source writes it in."""
    if PLAIN_KEY.fullmatch(text) and not isinstance(text, RoundedNumber):
        return text
    key = narrow(_text(whole_digits(text), zone)).strip()
    refuse_key(key)
    return key


def _code(text: str, zone: ZoneInfo) -> str:
    """A code that people give, of which nearly any word may be one."""
    code = narrow(_text(whole_digits(text), zone)).strip()
    refuse_code(code)
    return code


def _vehicle(text: str, zone: ZoneInfo) -> str:
    """What a vehicle is called: its key, VIN or plate."""
    name = narrow(_text(whole_digits(text), zone)).strip()
    refuse_vehicle(name)
    return name


def _plate(text: str, zone: ZoneInfo) -> str:
    """A VIN or a plate, as it is written."""
    refuse_vehicle(whole_digits(text))
    return _text(text, zone)


@cache
def _zone_names() -> frozenset[str]:
    """The names of all zones, looked for on the disk once."""
    return frozenset(available_timezones())


def _zone_name(text: str, _zone: ZoneInfo) -> str:
    if text not in _zone_names():
        raise Unusable(give(ZONE_EXPECTED))
    return text


def _country(text: str, _zone: ZoneInfo) -> str:
    code = text.upper()
    if code not in SUPPORTED_REGIONS:
        raise Unusable(give(COUNTRY_EXPECTED))
    return code


def _year(text: str, _zone: ZoneInfo) -> int:
    found = re.fullmatch(r"((?:19|20|21)\d\d)(?:款|年款?|\.0)?", narrow(text))
    if not found:
        raise Unusable(give(YEAR_EXPECTED))
    return int(found[1])


def _whole(least: int, most: int, text: str, _zone: ZoneInfo) -> int:
    """A whole number within limits; a spreadsheet may write it as 30.0."""
    found = WHOLE.fullmatch(narrow(text))
    if not found or not least <= int(found[1]) <= most:
        raise Unusable(give(WHOLE_NUMBER_EXPECTED, least=least, most=most))
    return int(found[1])


Holds.TEXT = Holds("text", alike(_text), longest=4_000)
Holds.NAME = Holds("text", alike(_text), longest=300)
"""A text by which something is found: an index does not take one of any length."""
Holds.KEY = Holds("key", alike(_key))
Holds.CODE = Holds("key", alike(_code))
"""A key that people gave, of which nearly any word may be one."""
Holds.NAMES = Holds("list", alike(lambda text, _zone: parts(text)), ARRAY(Text), longest=1_000, several=True)
Holds.REFERENCE = Holds("reference", alike(_key))
Holds.STAFF = Holds("reference", alike(_code))
Holds.VEHICLE = Holds("reference", alike(_vehicle))
Holds.PLATE = Holds("text", alike(_plate), longest=300)
Holds.PHONE = Holds(
    "phone",
    lambda notation: lambda text, _zone: read_phone(text, notation.country).number,
    example="13800138000",
)
Holds.PHONES = Holds("phones", alike(_text), longest=1_000, several=True, example="13800138000")
Holds.EMAILS = Holds(
    "e-mails", alike(lambda text, _zone: parts(text)), longest=1_000, several=True, example="li@example.com"
)
Holds.DATE = Holds("date", lambda notation: partial(_date, notation), Date(), example="2026-03-10")
Holds.MOMENT = Holds(
    "moment",
    lambda notation: partial(_moment, notation),
    DateTime(timezone=True),
    example="2026-03-10T10:00:00+08:00",
)
Holds.START = Holds(
    "date and time",
    lambda notation: partial(_start, notation),
    DateTime(timezone=True),
    example="2026-03-10T10:00:00+08:00",
)
Holds.TIME = Holds("time", alike(lambda text, _zone: read_time(text)), Time())
Holds.YES_NO = Holds("yes/no", alike(lambda text, _zone: choices.read_yes_no(text)), Boolean(), example=True)
Holds.KILOMETRES = Holds(
    "kilometres",
    lambda notation: lambda text, _zone: None if is_unlimited(text) else read_kilometres(text, notation.decimal),
    Integer(),
    example=85300,
)
Holds.YEAR = Holds("year", alike(_year), Integer(), example=2024)
Holds.AMOUNT = Holds(
    "amount",
    lambda notation: lambda text, _zone: read_amount(text, notation.decimal),
    Numeric(14, 2),
    example="1234.50",
)
Holds.CURRENCY = Holds("currency", alike(lambda text, _zone: read_currency(text)), example="CNY")
Holds.ZONE = Holds("time zone", alike(_zone_name))
Holds.COUNTRY = Holds("country", alike(_country))
Holds.LANGUAGE = Holds("language", alike(lambda text, _zone: choices.read_language(text)))
Holds.CHANNELS = choices_of("channels", choices.CHANNELS)
Holds.WORK_KIND = choice("kind of work", choices.WORK)
KEYS = frozenset({Holds.KEY, Holds.CODE, Holds.REFERENCE, Holds.STAFF, Holds.VEHICLE})
"""By these something is known, and a source may write them as numbers."""
