"""Dates and moments as sources write them."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from models.core.reasons import EITHER, TEXT, GivenReason, declare, give
from tasks.intake.values.cells import MacNumber, PlainNumber, Unusable, narrow
from tasks.intake.values.date_forms import read_form

NO_DAYS = frozenset(
    {
        date.min,
        date(1601, 1, 1),
        date(1753, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(1904, 1, 1),
        date(1970, 1, 1),
        date(2079, 6, 6),
        date(2099, 12, 31),
        date(2999, 12, 31),
        date(4712, 12, 31),
        date(9999, 12, 31),
    }
)
"""The zeros and the ends of the calendars of programs: in a cell they say that there is no date."""
LONGEST = 200
"""No date or moment has more characters."""
YEARS = range(1900, 2200)
YEARS_IN_SECONDS = range(1990, 2060)
"""Ten digits that would be another year in seconds are a number of something else."""
SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a local calendar's zero
MAC_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001  that of workbooks whose days count from 1904
SPREADSHEET_DAYS = range(1, 110_000)
NUMERIC = (
    re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
)
WITH_MONTH_NAMES = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
NO_DATE = re.compile(r"0{4}[-/.]0{2}[-/.]0{2}.*|0{2}[-/.]0{2}[-/.]0{4}.*|0+")
WEEKDAY = re.compile(
    r"[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?|\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|rsday|urday)?\b[.,]?",
    re.IGNORECASE,
)
MORNING = frozenset({"上午", "早上", "凌晨", "am", "a.m."})
AFTERNOON = frozenset({"下午", "晚上", "中午", "傍晚", "pm", "p.m."})
TIME_OF_DAY = re.compile(
    r"(?:^|[\sT,]+|(?<=[日号]))(?P<before>上午|早上|凌晨|中午|下午|傍晚|晚上)?\s*"
    r"(?P<hour>\d{1,2})(?:[:点时h]\s*(?P<minute>\d{2}|半)?)?(?:[:分]\s*(?P<second>\d{2})?(?:\.\d+)?)?秒?"
    r"\s*(?P<after>am|pm|a\.m\.|p\.m\.)?(?:\s*uhr)?$",
    re.IGNORECASE,
)
SPAN = re.compile(
    r"(?:^|(?<=[\s,日号午上]))(?P<begin>\d{1,2}:\d{2})\s*(?P<half>[ap]\.?m\.?)?\s*[-~–—至到]\s*"
    r"(?P<day_half>上午|中午|下午|晚上)?(?P<end>\d{1,2}:\d{2})\s*(?P<end_half>[ap]\.?m\.?)?$",
    re.IGNORECASE,
)
FILLER_TIME = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?(?=\s)")
FILLER_DATE = re.compile(r"\b(?:1899-12-3[01]|1900-01-0[01])[ T]")
INTERVAL = re.compile(
    r"\s*(?P<sign>[+-]?)\s*(?P<amount>\d+)\s*(?:(?P<day>days?|tage?|天|日)|(?P<week>weeks?|wochen?|个?(?:星期|周))"
    r"|(?P<month>months?|monate?|个?月)|(?P<year>years?|jahre?|年)|(?P<hour>hours?|stunden?|个?小时)"
    r"|(?P<minute>minutes?|minuten?|分钟))(?![a-zäöü])",
    re.IGNORECASE,
)
UNITS = ("day", "week", "month", "year", "hour", "minute")
COMPACT = re.compile(r"(\d{8})T?(\d{2})(\d{2})(\d{2})?")
EPOCH = re.compile(r"\d{10}|\d{13}")
SERIAL = "serial"
"""Stands among the formats of a map for a spreadsheet's day numbers where they are text, as in a CSV file."""
SERIAL_AS_TEXT = re.compile(r"[2-7]\d{4}(?P<fraction>[.,]\d+)?")
ZONE_AT_END = re.compile(
    r"(?<=[\dm.])(?:\s*(?:UTC|GMT|Z)|\s*(?:UTC|GMT)\s*(?P<named>[+-]\d{2}:?\d{2})|\s+(?P<bare>[+-]\d{2}:?\d{2}))$",
    re.IGNORECASE,
)

SOME_DAY = datetime(2026, 12, 31, 14, 30)  # noqa: DTZ001  an example in a sentence
TIME_EXPECTED = declare("time-expected")
DATE_EXPECTED = declare("date-expected")
DATE_IN_FORM_EXPECTED = declare("date-in-form-expected", forms=EITHER)
MOMENT_EXPECTED = declare("moment-expected")
MOMENT_IN_FORM_EXPECTED = declare("moment-in-form-expected", forms=EITHER)
NO_SUCH_DAY = declare("no-such-day")
YEAR_NOT_MEANT = declare("year-not-meant", year=TEXT)


def _example(form: str) -> str:
    return "46387.604167" if form == SERIAL else SOME_DAY.strftime(form)


def _date_expected(formats: tuple[str, ...]) -> GivenReason:
    return give(DATE_IN_FORM_EXPECTED, forms=_with_examples(formats)) if formats else give(DATE_EXPECTED)


def _moment_expected(formats: tuple[str, ...]) -> GivenReason:
    return give(MOMENT_IN_FORM_EXPECTED, forms=_with_examples(formats)) if formats else give(MOMENT_EXPECTED)


def _with_examples(formats: tuple[str, ...]) -> list[str]:
    return [f"{form} ({_example(form)})" for form in formats]


def _within_reason(day: date) -> date:
    if day.year not in YEARS and day not in NO_DAYS:
        raise Unusable(give(YEAR_NOT_MEANT, year=str(day.year)))
    return day


def _by_formats(text: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats:
        if (moment := read_form(text, form)) is not None:
            return moment
    return None


def _by_serial(text: str, formats: tuple[str, ...]) -> datetime | None:
    """A spreadsheet's own number for a day, with its time as the fraction.

    Where it is text, as in a CSV file, only one with a fraction is known for it by itself: 31226 may be 3 December.
    """
    if not isinstance(text, PlainNumber):
        found = SERIAL_AS_TEXT.fullmatch(text)
        if not found or not (found["fraction"] or SERIAL in formats):
            return None
    days = float(text.replace(",", "."))
    if int(days) not in SPREADSHEET_DAYS:
        return None
    epoch = MAC_EPOCH if isinstance(text, MacNumber) else SPREADSHEET_EPOCH
    moment = epoch + timedelta(days=days)
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _by_epoch(text: str) -> datetime | None:
    """The moment so many seconds, or milliseconds, after the start of 1970 in UTC."""
    if not EPOCH.fullmatch(text):
        return None
    moment = datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
    return moment if moment.year in YEARS_IN_SECONDS else None


def _by_figures(text: str) -> date | None:
    for pattern in NUMERIC:
        if found := pattern.fullmatch(text):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError as error:
                raise Unusable(give(NO_SUCH_DAY)) from error
    named = _by_formats(re.sub(r"[-,/.\s]+", " ", text).strip(), WITH_MONTH_NAMES) if text[:1].isalnum() else None
    return named.date() if named else None


def _plain_date(text: str, formats: tuple[str, ...]) -> date | None:
    """The date that the whole text is, by the map's formats first."""
    named = _by_formats(text, formats)
    if named:
        return named.date()
    undecorated = WEEKDAY.sub(" ", text).strip(" ,")
    return _by_figures(undecorated) if undecorated else None


def is_no_date(text: str) -> bool:
    """Whether a source wrote zeros because it has no date."""
    return NO_DATE.fullmatch(text) is not None


@lru_cache(maxsize=16_384)
def _read_text_date(text: str, formats: tuple[str, ...], zone: ZoneInfo | None) -> date:
    plain = narrow(text)
    day = _plain_date(plain, formats)
    if day is None:
        before, clock = _split_time(plain)
        day = _plain_date(before, formats) if clock else None
    if day is None:
        day = _day_in_zone(plain, formats, zone)
    if day is None:
        raise Unusable(_date_expected(formats))
    return _within_reason(day)


def _day_in_zone(text: str, formats: tuple[str, ...], zone: ZoneInfo | None) -> date | None:
    """The day in `zone` of a moment with a zone of its own."""
    try:
        moment, _ = read_local(text, formats, formats)
    except Unusable:
        return None
    return moment.astimezone(zone).date() if moment.tzinfo and zone else None


def read_date(text: str, formats: tuple[str, ...] = (), zone: ZoneInfo | None = None) -> date:
    """The day that a cell names; a time of day beside it is left out. Raises `Unusable`.

    A moment with a zone of its own stands for its day in `zone`.
    """
    if len(text) > LONGEST:
        raise Unusable(_date_expected(formats))
    serial = _by_formats(text, formats) is None and _by_serial(text, formats)
    return serial.date() if serial else _read_text_date(text, formats, zone)


def _by_iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _split_zone(text: str) -> tuple[str, timezone | None]:
    """The text before a zone such as `UTC`, `GMT+0800` or ` -0500` at its end, and that zone."""
    found = ZONE_AT_END.search(text)
    if not found or _start_of_span(text) != text:
        return text, None
    offset = found["named"] or found["bare"] or "+0000"
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    if ahead >= timedelta(days=1):
        return text, None
    return text[: found.start()], timezone(-ahead if offset[0] == "-" else ahead)


def _split_time(text: str) -> tuple[str, time | None]:
    """The text before a time of day at its end, and that time."""
    found = TIME_OF_DAY.search(text)
    if not found or not (found["minute"] or found["before"] or found["after"] or _hour_mark(found[0])):
        return text, None
    try:
        return text[: found.start()].rstrip("T").strip(" ,"), _clock(found)
    except ValueError:
        return text, None


def _hour_mark(text: str) -> bool:
    return any(mark in text.casefold() for mark in ("点", "时", "h"))  # also that of `10 Uhr`


def _clock(found: re.Match[str]) -> time:
    hour = int(found["hour"])
    half = (found["before"] or found["after"] or "").casefold()
    if half in AFTERNOON and hour < 12:
        hour += 12
    if half in MORNING and hour == 12:
        hour = 0
    minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
    return time(hour, minute, int(found["second"] or 0))


def _start_of_span(text: str) -> str:
    """The text with a span such as 10:00-11:00 as its start alone.

    Of `2:00-3:30 PM`, both are of the afternoon; of `11:00-1:00 PM`, only the end. What ends before it begins and names
    no half of the day is an offset, such as 10:00-05:00.
    """
    found = SPAN.search(text)
    if not found:
        return text
    begin, end = found["begin"].zfill(5), found["end"].zfill(5)
    half = found["half"] or _half_of_begin(begin, end, found["end_half"])
    if begin >= end and not (half or found["day_half"]):
        return text
    return f"{text[: found.start()]}{begin} {half}".rstrip()


def _half_of_begin(begin: str, end: str, end_half: str | None) -> str:
    """The half of the day in which a span begins, where only its end names one."""
    if not end_half:
        return ""
    noon_is_zero = [time.replace("12:", "00:") for time in (begin, end)]
    return end_half if noon_is_zero[0] < noon_is_zero[1] else {"a": "pm", "p": "am"}[end_half[0].casefold()]


def read_local(text: str, formats: tuple[str, ...] = (), date_formats: tuple[str, ...] = ()) -> tuple[datetime, bool]:
    """The moment that a cell names, without a zone unless the cell has one, and whether it named a time of day.

    A day without a time is its first minute. Raises `Unusable`.
    """
    if len(text) > LONGEST:
        raise Unusable(_moment_expected(formats or date_formats))
    plain = narrow(text)
    named = _by_formats(plain, formats)
    before, zone = (plain, None) if named else _split_zone(plain)
    named = named or _by_formats(_start_of_span(before), formats)
    if named:
        has_time = any("%H" in form or "%I" in form or "%X" in form for form in formats) or named.time() != time.min
    else:
        named, has_time = _read_unnamed(before, formats, date_formats)
    return (named.replace(tzinfo=zone) if zone and has_time else named), has_time


def _read_unnamed(text: str, formats: tuple[str, ...], date_formats: tuple[str, ...]) -> tuple[datetime, bool]:
    """A moment that is in none of the map's forms, and whether it names a time of day."""
    serial = _by_serial(text, (*formats, *date_formats))
    if serial:
        return serial, serial.time() != time.min
    whole = _start_of_span(FILLER_DATE.sub("", FILLER_TIME.sub("", text)))
    aware = _by_epoch(whole) or _by_iso(whole)
    if aware:
        return aware, True
    if found := COMPACT.fullmatch(whole):
        whole = f"{found[1]} {found[2]}:{found[3]}:{found[4] or '00'}"
    before, clock = _split_time(whole)
    day = _plain_date(before, date_formats) if before else None
    if day is None:
        raise Unusable(_moment_expected(formats or date_formats))
    return datetime.combine(_within_reason(day), clock or time.min), clock is not None


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC; without a zone of its own it is in `zone`.

    A time that a change of clocks leaves out moves forward by as much; of a time that occurs twice the first is meant.
    """
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def read_time(text: str) -> time:
    """A time of day. Raises `Unusable`."""
    before, clock = _split_time(narrow(text)) if len(text) <= LONGEST else (text, None)
    if clock is None or before:
        raise Unusable(give(TIME_EXPECTED))
    return clock


def span_of(amount: int, unit: str) -> relativedelta:
    """So many days, weeks, months, years, hours or minutes."""
    return relativedelta(**{f"{unit}s": amount})


@lru_cache(maxsize=1024)
def read_interval(text: str) -> relativedelta:
    """An interval such as `2 years`, `60 days`, `2 years - 1 day`, `24个月`. Raises `ValueError` with a sentence."""
    total, rest = relativedelta(), narrow(text) if len(text) <= LONGEST else text
    while len(rest) <= LONGEST and (found := INTERVAL.match(rest)):
        unit = next(unit for unit in UNITS if found[unit])
        total += span_of(int(found["sign"] + found["amount"]), unit)
        rest = rest[found.end() :]
    if rest.strip() or not text.strip():
        clause = (
            f"'{text[:LONGEST]}' is not an interval; expected a form such as '2 years', '60 days' or '2 years - 1 day'"
        )
        raise ValueError(clause)
    return total
