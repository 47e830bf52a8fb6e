"""The map from a source's columns to ours: a TOML file, validated as a whole before any row is read."""

import codecs
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta
from phonenumbers import SUPPORTED_REGIONS
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails

from models.core.reasons import NAMES, NUMBER, PHRASE, REASON, TEXT, GivenReason, declare, give
from models.core.validation import refused
from tasks.intake.columns import KindName
from tasks.intake.errors import UnusableMap, closest
from tasks.intake.files.reading import Notation
from tasks.intake.kinds import KINDS, Kind
from tasks.intake.maps.patterns import compile_pattern
from tasks.intake.values.amounts import DecimalMark
from tasks.intake.values.cells import PlainNumber
from tasks.intake.values.date_forms import names_year
from tasks.intake.values.dates import SERIAL, SOME_DAY, read_interval, span_of

Scalar = str | int | float | bool | date | datetime | time
WHOLE_NUMBER = re.compile(r"(-?\d{1,5})(?:\.0+)?")
LONGEST_FORM = 100
LARGEST_MAP = 1 << 20
DEEPEST = 20
"""How many rules may stand in each other."""
MOST_LISTED = 100
MOST_MISTAKES = 20
"""How many mistakes are told at once."""
LOWEST_HEADER = 1_000
NO_ENCODINGS_OF_FILES = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
DOTTED = re.compile(r"(?:[\w-]{1,40}\.){30}")
TOO_DEEP = declare("map-too-deep", most=NUMBER)
MAP_NO_FILE, MAP_NOT_UTF8 = declare("map-no-file"), declare("map-not-unicode")
MAP_TOO_LARGE = declare("map-too-large", most=NUMBER)
MAP_NOT_TOML = declare("map-not-toml", why=TEXT)
MAP_UNREADABLE = declare("map-unreadable", why=TEXT)
MISTAKE = declare("mistake-in-map", place=TEXT, mistake=REASON)
NOT_KNOWN_HERE = declare("not-known-in-map", name=TEXT, known=NAMES, meant=PHRASE)
RULE_EXPECTED = declare("rule-expected", name=TEXT)
MAP_VALUE = declare("map-value-unusable", said=PHRASE)
NO_COUNTRY = declare("map-no-country", text=TEXT)
LONG_FORM = declare("map-date-format-too-long", most=NUMBER)
NO_ZONE_TOLD = declare("map-date-format-without-zone", text=TEXT)
NO_DATE_FORMAT = declare("map-no-date-format", text=TEXT)
NO_YEAR = declare("map-date-format-without-year", text=TEXT)
NO_TIME_ZONE = declare("map-no-time-zone", text=TEXT)
NO_ENCODING = declare("map-no-encoding", text=TEXT)
NO_FILE_ENCODING = declare("map-no-encoding-of-files", text=TEXT)
NO_WINDOW = declare("map-from-or-until")
ONE_SOURCE = declare("map-one-source", sources=TEXT, given=PHRASE)
SPLIT_AND_PART, PART_FROM_ONE = declare("map-split-and-part"), declare("map-part-from-one")
SPAN_NOT_MOVED, NO_INTERVAL = declare("map-span-not-moved"), declare("map-no-interval", text=TEXT)
CONDITION_COLUMN, CONDITION_TEST = declare("map-condition-column"), declare("map-condition-test")
BAD_PATTERN = declare("map-bad-pattern", why=TEXT)
SOURCES = ("column", "columns", "first_of", "constant", "difference", "sum")


def as_text(value: Scalar) -> str:
    """A TOML value as the text that a cell would hold."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return PlainNumber(value)
    return value if isinstance(value, str) else value.isoformat()


def _pattern(text: str) -> str:
    try:
        compile_pattern(text)
    except ValueError as error:
        raise refused(give(BAD_PATTERN, why=str(error))) from error
    return text


def _region(text: str) -> str:
    if text not in SUPPORTED_REGIONS:
        raise refused(give(NO_COUNTRY, text=text))
    return text


def _date_format(text: str) -> str:
    if len(text) > LONGEST_FORM:
        raise refused(give(LONG_FORM, most=LONGEST_FORM))
    if "%Z" in text:
        raise refused(give(NO_ZONE_TOLD, text=text))
    if text != SERIAL and not _is_date_format(text):
        raise refused(give(NO_DATE_FORMAT, text=text))
    if text != SERIAL and not names_year(text):
        raise refused(give(NO_YEAR, text=text))
    return text


def _is_date_format(text: str) -> bool:
    """Whether what is written in this form can be read in it."""
    some_day = SOME_DAY.replace(tzinfo=UTC)
    try:
        datetime.strptime(some_day.strftime(text), text)  # noqa: DTZ007  only whether it can be read
    except ValueError:
        return False
    return "%" in text


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise refused(give(NO_TIME_ZONE, text=text))
    return text


def _encoding(text: str) -> str:
    try:
        found = codecs.lookup(text)
        "A".encode(text).decode(text)
    except (LookupError, UnicodeError, ValueError) as error:
        raise refused(give(NO_ENCODING, text=text)) from error
    if found.name in NO_ENCODINGS_OF_FILES:
        raise refused(give(NO_FILE_ENCODING, text=text))
    return text


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Pattern = Annotated[str, AfterValidator(_pattern)]
DateFormat = Annotated[str, AfterValidator(_date_format)]
Names = Annotated[list[str], Field(min_length=1, max_length=MOST_LISTED)]
Text = Annotated[str, BeforeValidator(lambda value: as_text(value) if isinstance(value, bool | int | float) else value)]


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


class MapPart(BaseModel):
    """A part of a map; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plausible(MapPart):
    """Which days a column may hold in this source, where they are others than usual, and why."""

    from_: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None
    reason: Annotated[str, Field(min_length=5, max_length=500)]

    @model_validator(mode="after")
    def _a_window(self) -> "Plausible":
        if self.from_ is None and self.until is None:
            raise refused(give(NO_WINDOW))
        return self


class Rule(MapPart):
    """Where the value of one of our columns comes from, and what is done to it on the way.

    The steps happen in this order: source, pattern, split, values, absolute, plus, default.
    """

    column: str | None = None
    columns: Annotated[list["RuleOrName"], Field(min_length=1, max_length=MOST_LISTED)] | None = None
    join: str = " "
    first_of: Annotated[list["RuleOrName"], Field(min_length=1, max_length=MOST_LISTED)] | None = None
    constant: Scalar | None = None
    difference: Annotated[list[str], Field(min_length=2, max_length=MOST_LISTED)] | None = None
    sum: Names | None = None
    pattern: Pattern | None = None
    split: Annotated[str, Field(min_length=1)] | None = None
    part: int | None = None
    values: dict[str, Scalar] | None = None
    formats: list[DateFormat] | None = None
    decimal: DecimalMark | None = None
    time_zone: TimeZone | None = None
    absolute: bool = False
    plus: (
        Annotated[list["SpanOrText"], Field(min_length=1, max_length=MOST_LISTED), BeforeValidator(_as_list)] | None
    ) = None
    default: Scalar | None = None
    default_from: "RuleOrName | None" = None
    plausible: Plausible | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        given = [name for name in SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            said = {"en": f"has {' and '.join(given)}" if given else "has none of them"}
            said["zh-CN"] = f"写了 {'、'.join(given)}" if given else "一项也没有写"
            raise refused(give(ONE_SOURCE, sources=", ".join(SOURCES), given=said))
        if (self.split is None) != (self.part is None):
            raise refused(give(SPLIT_AND_PART))
        if self.part == 0:
            raise refused(give(PART_FROM_ONE))
        return self

    @property
    def source_columns(self) -> Iterator[str]:
        """Every column of the source that the rule reads."""
        yield from [self.column] if self.column is not None else []
        yield from self.difference or self.sum or []
        inner = [*(self.columns or []), *(self.first_of or []), *(self.plus or [])]
        for rule in [*inner, *([self.default_from] if self.default_from else [])]:
            yield from rule.source_columns

    @cached_property
    def label(self) -> str:
        """What the rule reads, in a few words: what a person looks at to put a value right."""
        if self.constant is not None:
            return "(constant)"
        between = " − " if self.difference else " + "
        return between.join(dict.fromkeys(self.source_columns))


def _rule_of(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


RuleOrName = Annotated[Rule, BeforeValidator(_rule_of)]


class Span(Rule):
    """How far a date is moved: so many of a unit, or a text that says its units itself, such as `2 years`."""

    unit: Literal["days", "weeks", "months", "years", "hours", "minutes"] | None = None

    @model_validator(mode="after")
    def _a_span(self) -> "Span":
        if self.plus is not None:
            raise refused(give(SPAN_NOT_MOVED))
        if isinstance(self.constant, str | int | float):
            text = as_text(self.constant)
            try:
                self.read(text)
            except ValueError as error:
                raise refused(give(NO_INTERVAL, text=text)) from error
        return self

    def read(self, text: str) -> relativedelta:
        """The span that a text stands for. Raises `ValueError` with a sentence."""
        count = WHOLE_NUMBER.fullmatch(text)
        return span_of(int(count[1]), self.unit[:-1]) if count and self.unit else read_interval(text)


def _span_of(value: object) -> object:
    return {"constant": value} if isinstance(value, str) else value


SpanOrText = Annotated[Span, BeforeValidator(_span_of)]
Rule.model_rebuild()
Span.model_rebuild()


class Condition(MapPart):
    """Which rows a table of the map speaks of."""

    column: str | None = None
    difference: Annotated[list[str], Field(min_length=2, max_length=MOST_LISTED)] | None = None
    sum: Names | None = None
    is_: Annotated[Literal["empty", "not empty", "zero", "not zero"] | None, Field(alias="is")] = None
    equals: Text | None = None
    not_: Annotated[Text | list[Text] | None, Field(alias="not")] = None
    in_: Annotated[list[Text] | None, Field(alias="in")] = None
    matches: Pattern | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "Condition":
        if sum(source is not None for source in (self.column, self.difference, self.sum)) != 1:
            raise refused(give(CONDITION_COLUMN))
        if sum(test is not None for test in (self.is_, self.equals, self.not_, self.in_, self.matches)) != 1:
            raise refused(give(CONDITION_TEST))
        return self

    @property
    def source_columns(self) -> list[str]:
        """The columns of the source that the condition reads."""
        return [self.column] if self.column is not None else list(self.difference or self.sum or [])


Conditions = Annotated[list[Condition], BeforeValidator(_as_list)]


class FileRules(MapPart):
    """How the file is to be read."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    sheet: str | int | None = None
    header_row: Annotated[int, Field(ge=1, le=LOWEST_HEADER)] | None = None
    skip_rows_where: Conditions = []
    fill_down: list[str] = []
    uneven_rows: Literal["reject", "allow"] = "reject"
    decimal: DecimalMark | None = None
    date_formats: list[DateFormat] = []
    datetime_formats: list[DateFormat] = []
    time_zone: TimeZone | None = None
    default_country: Annotated[str, AfterValidator(_region)] = "CN"
    negative_amounts: Literal["reject", "credit-notes"] = "reject"
    accept: Annotated[str, Field(min_length=5, max_length=500)] | None = None
    expected_every_days: Annotated[int, Field(ge=1, le=366)] | None = None
    """How often a file of this source is to come; without it as it came before."""


class KindTable(MapPart):
    """What every table of a map has beside the rules of its kind's columns."""

    only_where: Conditions = []
    latest_by: RuleOrName | None = None

    @property
    def rules(self) -> dict[str, Rule]:
        """The rules given, by our column's name."""
        given = ((name, getattr(self, name)) for name in type(self).model_fields if name not in KindTable.model_fields)
        return {name: rule for name, rule in given if rule is not None}


def _table_of(kind: Kind) -> Any:
    """The model of a kind's table, or of several when one row holds several facts of the kind."""
    rules: dict[str, Any] = {column.name: (RuleOrName | None, None) for column in kind.columns}
    table = create_model(f"{kind.name}-table", __base__=KindTable, **rules)
    return Annotated[list[table], BeforeValidator(_as_list)] | None


class Constants(MapPart):
    """Values for every kind that has the column, where the kind's own table gives none."""

    store: Text | None = None
    currency: Text | None = None
    language: Text | None = None


class Whole(MapPart):
    """A map as it is written. What is derived of it has a table for each kind."""

    file: FileRules = FileRules()
    constants: Constants = Constants()


@cache
def _whole_of(kinds: tuple[Kind, ...]) -> type[Whole]:
    """The model of a map for these kinds."""
    tables: dict[str, Any] = {kind.name: (_table_of(kind), None) for kind in kinds}
    return create_model("Whole", __base__=Whole, **tables)


class ColumnMap:
    """A map that is known to be well formed."""

    def __init__(self, whole: Whole, path: Path | None = None) -> None:
        self.path = path
        self.file = whole.file
        self.constants: dict[str, Rule] = {
            name: Rule(constant=value) for name, value in whole.constants if value is not None
        }
        self._whole = whole

    @property
    def notation(self) -> Notation:
        """How the file writes what can be written in several ways."""
        return Notation(
            country=self.file.default_country,
            decimal=self.file.decimal,
            date_formats=tuple(self.file.date_formats),
            moment_formats=tuple(self.file.datetime_formats),
            zone=ZoneInfo(self.file.time_zone) if self.file.time_zone else None,
        )

    def tables(self, kind: KindName) -> list[KindTable] | None:
        """The tables of a kind; none when the map does not speak of it, and its columns have our names."""
        tables: list[KindTable] | None = getattr(self._whole, kind, None)
        return tables


NO_MAP = ColumnMap(Whole())


def read_map(path: Path) -> ColumnMap:
    """The map in a TOML file. Raises `UnusableMap`."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise UnusableMap(path, [give(MAP_NO_FILE)])
        if path.is_file() and path.stat().st_size > LARGEST_MAP:
            raise UnusableMap(path, [give(MAP_TOO_LARGE, most=LARGEST_MAP >> 20)])
        text = path.read_text(encoding="utf-8-sig")
        if DOTTED.search(text):  # tomllib takes minutes for thousands of names in names
            raise UnusableMap(path, [give(TOO_DEEP, most=DEEPEST)])
        data = tomllib.loads(text)
    except RecursionError as error:
        raise UnusableMap(path, [give(TOO_DEEP, most=DEEPEST)]) from error
    except tomllib.TOMLDecodeError as error:
        raise UnusableMap(path, [give(MAP_NOT_TOML, why=str(error))]) from error
    except UnicodeDecodeError as error:
        raise UnusableMap(path, [give(MAP_NOT_UTF8)]) from error
    except OSError as error:
        raise UnusableMap(path, [give(MAP_UNREADABLE, why=str(error.strerror))]) from error
    return map_from(data, path)


def map_from(data: dict[str, object], path: Path) -> ColumnMap:
    """The map in parsed TOML. Raises `UnusableMap`."""
    if _depth(data) > DEEPEST:
        raise UnusableMap(path, [give(TOO_DEEP, most=DEEPEST)])
    try:
        return ColumnMap(_whole_of(tuple(KINDS.values())).model_validate(data), path)
    except ValidationError as error:
        problems = error.errors()[:MOST_MISTAKES]
        raise UnusableMap(path, [_mistake(problem, data) for problem in problems]) from error


def _depth(data: object) -> int:
    """How deep tables and lists stand in each other, as far as it matters."""
    level, depth = [data], 0
    while level and depth <= DEEPEST:
        depth += 1
        inner = [each for each in level if isinstance(each, dict | list)]
        level = [one for each in inner for one in (each.values() if isinstance(each, dict) else each)]
    return depth


def _mistake(problem: ErrorDetails, data: Mapping[str, object]) -> GivenReason:
    """One mistake with its path in the map."""
    location = _path(problem["loc"], data)
    return give(MISTAKE, place=".".join(location), mistake=_what_is_wrong(problem, location).as_figure)


def _what_is_wrong(problem: ErrorDetails, location: list[str]) -> GivenReason:
    ours: GivenReason | None = (problem.get("ctx") or {}).get("reason")
    if ours is not None:
        return ours
    if problem["type"] == "extra_forbidden":
        known = _known_at(location[:-1])
        near = closest(location[-1], known)
        meant = {"en": f". Did you mean '{near}'?", "zh-CN": f"。是否指“{near}”？"} if near else {"en": "", "zh-CN": ""}
        return give(NOT_KNOWN_HERE, name=location[-1], known=list(known), meant=meant)
    if problem["type"] in {"model_type", "dict_type"}:
        return give(RULE_EXPECTED, name=location[-1])
    said = problem["msg"].rstrip(".")
    expected = (problem.get("ctx") or {}).get("expected")
    in_chinese = f"应为 {expected}".replace(" or ", " 或 ") if expected else f"这个值不可用（{problem['type']}）"
    return give(MAP_VALUE, said={"en": f"{said[:1].lower()}{said[1:]}", "zh-CN": in_chinese})


def _path(parts: tuple[object, ...], data: object) -> list[str]:
    """The path as it stands in the TOML: list positions only where the map has a list."""
    path: list[str] = []
    for part in parts:
        if isinstance(part, int):
            if not isinstance(data, list):
                continue
            path.append(str(part + 1))
            data = data[part] if part < len(data) else None
        else:
            path.append(str(part))
            data = data.get(part) if isinstance(data, dict) else None
    return path


def _known_at(path: list[str]) -> list[str]:
    """The names that may stand at a place in a map."""
    if not path:
        return [*Whole.model_fields, *KINDS]
    named = [part for part in path if not part.isdigit()]
    if named == ["file"]:
        return list(FileRules.model_fields)
    if named == ["constants"]:
        return list(Constants.model_fields)
    if named[-1] in {"only_where", "skip_rows_where"}:
        return [field.alias or name for name, field in Condition.model_fields.items()]
    if len(named) == 1:
        return [*KindTable.model_fields, *(column.name for column in KINDS[KindName(named[0])].columns)]
    return list((Span if named[-1] == "plus" else Rule).model_fields)
