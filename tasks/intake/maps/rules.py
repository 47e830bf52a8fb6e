"""The rules of a map as functions of a row. A row is the list of its cells, as long as the header."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from models.core.reasons import NUMBER, REASON, TEXT, declare, give
from tasks.intake.files.reading import KEYS, Holds, Notation
from tasks.intake.maps.column_map import Condition, Rule, Scalar, Span, as_text
from tasks.intake.maps.patterns import compile_pattern
from tasks.intake.values.amounts import read_figure
from tasks.intake.values.cells import PlainNumber, Unusable, bare, clean, whole_digits
from tasks.intake.values.dates import NO_DAYS, is_no_date, read_date, read_local

Row = list[str]
Get = Callable[[Row], str]
"""The text of a value in a row; empty when there is none. Raises `Unusable` where a step cannot be done."""
Test = Callable[[Row], bool]
Locate = Callable[[str], int]
"""The position of a source's column by its name."""
FALLBACK = "*"
IN_COLUMN = declare("unusable-in-column", column=TEXT, text=TEXT, why=REASON)
JOINED_TOO_LONG = declare("joined-too-long", most=NUMBER)
NO_SPAN_IN = declare("no-span-in-column", column=TEXT, text=TEXT)
NO_NUMBER_OF = declare("no-number-of-units", column=TEXT, text=TEXT, unit=TEXT)
OUT_OF_CALENDAR = declare("out-of-calendar", text=TEXT)
Day = TypeVar("Day", date, datetime)


def notation_of(rule: Rule, notation: Notation) -> Notation:
    """How the source writes the values of one rule."""
    formats = tuple(rule.formats) if rule.formats else ()
    return replace(
        notation,
        decimal=rule.decimal or notation.decimal,
        date_formats=formats or notation.date_formats,
        moment_formats=formats or notation.moment_formats,
        zone=ZoneInfo(rule.time_zone) if rule.time_zone else notation.zone,
    )


def compile_rule(rule: Rule, holds: Holds, notation: Notation, locate: Locate) -> Get:
    """The function that a rule is, for a column that holds `holds`."""
    own = notation_of(rule, notation)
    get = _source(rule, holds, own, locate)
    for step in (_pattern, _split, _values, _absolute):
        get = step(get, rule)
    for span in rule.plus or []:
        get = _plus(get, span, holds, own, locate)
    if rule.default_from is not None:
        fallback = compile_rule(rule.default_from, holds, notation, locate)
        get = _otherwise(_normal(get, holds, own), _normal(fallback, holds, notation_of(rule.default_from, notation)))
    if rule.default is not None:
        get = _otherwise(get, compile_constant(rule.default))
    return get


def compile_raw(rule: Rule, locate: Locate) -> Get:
    """What the file holds where a rule reads, as it stands."""
    if rule.constant is not None:
        return compile_constant(rule.constant)
    positions = [locate(name) for name in dict.fromkeys(rule.source_columns)]
    return lambda row: " ".join(row[position] for position in positions if row[position].strip())


def compile_constant(value: Scalar) -> Get:
    """The same text for every row."""
    text = as_text(value)
    return lambda _row: text


def _source(rule: Rule, holds: Holds, notation: Notation, locate: Locate) -> Get:
    if rule.column is not None:
        return _cell(locate(rule.column), translated=rule.values is not None)
    if rule.columns is not None:
        return _joined(rule.columns, rule.join, holds, notation, locate)
    if rule.first_of is not None:
        return _first(
            [_normal(compile_rule(r, holds, notation, locate), holds, notation_of(r, notation)) for r in rule.first_of]
        )
    if rule.constant is not None:
        return compile_constant(rule.constant)
    return _computed(rule.difference, rule.sum, notation, locate)


def _computed(difference: list[str] | None, addends: list[str] | None, notation: Notation, locate: Locate) -> Get:
    names = difference or addends or []
    cells = [(name, _cell(locate(name))) for name in names]
    sign = -1 if difference else 1

    def compute(row: Row) -> str:
        figures = [(name, get(row)) for name, get in cells]
        if not any(text for _, text in figures):
            return ""
        values = [_figure(name, text, notation) for name, text in figures]
        return PlainNumber(f"{values[0] + sign * sum(values[1:], Decimal()):f}")

    return compute


def _figure(name: str, text: str, notation: Notation) -> Decimal:
    try:
        return read_figure(text, notation.decimal).value if text else Decimal()
    except Unusable as error:
        raise Unusable(give(IN_COLUMN, column=name, text=text, why=error.reason.as_figure)) from error


MOST_JOINED = 20_000
"""Characters of columns that are joined: joins of joins would multiply a long cell beyond all memory."""


def _cell(position: int, *, translated: bool = False) -> Get:
    if translated:
        return lambda row: row[position].strip()
    return lambda row: clean(row[position])


def _joined(parts: list[Rule], separator: str, holds: Holds, notation: Notation, locate: Locate) -> Get:
    """What the parts give, joined; constants alone, where all else is empty, join to nothing."""
    gets = [(compile_rule(part, Holds.TEXT, notation, locate), part.constant is None) for part in parts]
    if holds in KEYS:
        gets = [(_with_all_digits(get), of_the_row) for get, of_the_row in gets]

    def join(row: Row) -> str:
        texts: list[str] = []
        length, says_anything = 0, False
        for get, of_the_row in gets:
            text = get(row)
            if text:
                texts.append(text)
                length += len(text) + len(separator)
                says_anything |= of_the_row
                if length > MOST_JOINED:
                    raise Unusable(give(JOINED_TOO_LONG, most=MOST_JOINED))
        return separator.join(texts) if says_anything else ""

    return join


def _with_all_digits(get: Get) -> Get:
    return lambda row: whole_digits(get(row))


def _first(rules: list[Get]) -> Get:
    def first(row: Row) -> str:
        return next((text for text in (get(row) for get in rules) if text), "")

    return first


def _otherwise(get: Get, fallback: Get) -> Get:
    return lambda row: get(row) or fallback(row)


def _pattern(get: Get, rule: Rule) -> Get:
    if rule.pattern is None:
        return get
    pattern = compile_pattern(rule.pattern)
    return lambda row: clean(pattern.taken_from(get(row)))


def _split(get: Get, rule: Rule) -> Get:
    if rule.split is None or rule.part is None:
        return get
    separator, position = rule.split, rule.part - 1 if rule.part > 0 else rule.part

    def split(row: Row) -> str:
        parts = get(row).split(None if separator == " " else separator)
        return clean(parts[position]) if -len(parts) <= position < len(parts) else ""

    return split


def _values(get: Get, rule: Rule) -> Get:
    if rule.values is None:
        return get
    words = {_word(source): as_text(ours) for source, ours in rule.values.items() if source != FALLBACK}
    fallback = as_text(rule.values[FALLBACK]) if FALLBACK in rule.values else None

    def translate(row: Row) -> str:
        text = get(row)
        found = words.get(_word(text))
        if found is not None:
            return found
        text = clean(text)
        return fallback if fallback is not None and text else text

    return translate


def _word(text: str) -> str:
    """A source's word as it is looked up: by its letters and digits, or by its signs where it has none."""
    return bare(text) or text.strip()


def _absolute(get: Get, rule: Rule) -> Get:
    if not rule.absolute:
        return get

    def absolute(row: Row) -> str:
        text = get(row)
        return PlainNumber(f"{abs(read_figure(text, rule.decimal).value):f}") if text else ""

    return absolute


def _normal(get: Get, holds: Holds, notation: Notation) -> Get:
    """The rule's value in our own writing where rules with other formats stand beside it."""
    if holds not in {Holds.DATE, Holds.MOMENT, Holds.START} or not (
        notation.date_formats or notation.moment_formats or notation.zone
    ):
        return get

    def normal(row: Row) -> str:
        text = get(row)
        return _moved(text, relativedelta(), holds, notation) if text else ""

    return normal


def _plus(get: Get, span: Span, holds: Holds, notation: Notation, locate: Locate) -> Get:
    """The date, later by a span; nothing where the row names no date or no span."""
    length = _length(span, notation, locate)

    def later(row: Row) -> str:
        text = get(row)
        delta = length(row) if text else None
        return "" if delta is None else _moved(text, delta, holds, notation)

    return later


def _length(span: Span, notation: Notation, locate: Locate) -> Callable[[Row], relativedelta | None]:
    """How long a span is in a row."""
    get = compile_rule(span, Holds.TEXT, notation, locate)

    def length(row: Row) -> relativedelta | None:
        text = get(row)
        try:
            return span.read(text) if text else None
        except ValueError as error:
            held = {"column": span.label, "text": text}
            reason = give(NO_NUMBER_OF, **held, unit=span.unit) if span.unit else give(NO_SPAN_IN, **held)
            raise Unusable(reason) from error

    return length


def _moved(text: str, delta: relativedelta, holds: Holds, notation: Notation) -> str:
    """The date or moment in our own writing, later by `delta`; what stands for no date is none later, either."""
    if is_no_date(text):
        return ""
    if holds is Holds.DATE:
        start = read_date(text, notation.date_formats)
        if start in NO_DAYS:
            return ""
        day: date = _within(text, start, delta)
        return day.isoformat()
    moment, has_time = read_local(text, notation.moment_formats, notation.date_formats)
    if moment.date() in NO_DAYS:
        return ""
    later: datetime = _within(text, moment, delta)
    if not has_time:
        return later.date().isoformat()
    return (later if later.tzinfo else later.replace(tzinfo=notation.zone)).isoformat()


def _within(text: str, start: Day, delta: relativedelta) -> Day:
    """The day or moment later by `delta`, within the calendar."""
    try:
        later: Day = start + delta
    except (ValueError, OverflowError) as error:
        raise Unusable(give(OUT_OF_CALENDAR, text=text)) from error
    return later


def compile_conditions(conditions: list[Condition], notation: Notation, locate: Locate) -> Test:
    """Whether all conditions hold of a row."""
    tests = [_condition(condition, notation, locate) for condition in conditions]
    return lambda row: all(test(row) for test in tests)


def _condition(condition: Condition, notation: Notation, locate: Locate) -> Test:
    if condition.column is not None:
        position = locate(condition.column)
        get, raw = _cell(position), _cell(position, translated=True)
    else:
        get = raw = _computed(condition.difference, condition.sum, notation, locate)
    return _test(condition, get, raw, notation)


def _test(condition: Condition, get: Get, raw: Get, notation: Notation) -> Test:
    match condition.is_:
        case "empty":
            return lambda row: not get(row)
        case "not empty":
            return lambda row: bool(get(row))
        case "zero":
            return lambda row: _is_zero(get(row), notation)
        case "not zero":
            return lambda row: not _is_zero(get(row), notation)
        case None:
            return _comparison(condition, get, raw)


def _comparison(condition: Condition, get: Get, raw: Get) -> Test:
    """A test of words. A mark for an empty cell can be meant as it stands: `not = "/"`."""
    if condition.matches is not None:
        pattern = compile_pattern(condition.matches)
        return lambda row: pattern.found_in(get(row))
    named = (
        condition.equals
        if condition.equals is not None
        else condition.in_
        if condition.in_ is not None
        else condition.not_
    )
    words = {_word(word) for word in ([named] if isinstance(named, str) else named or [])}
    excluded = condition.not_ is not None
    return lambda row: (_word(get(row)) in words or _word(raw(row)) in words) is not excluded


def _is_zero(text: str, notation: Notation) -> bool:
    """Whether a cell holds zero, or nothing. What is no figure is not zero, and is told of where it is used."""
    try:
        return not text or read_figure(text, notation.decimal).value == 0
    except Unusable:
        return False
