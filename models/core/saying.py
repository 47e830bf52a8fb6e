"""Reasons and words of the business in the reader's language.

The engine's are in the files under `models/wording/`. What is said of one kind of subject stands beside its kit, in
`models/subjects/<subject>.toml`: see `SECTIONS`.
"""

import re
import string
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from models.core.errors import AftercareError
from models.core.shown import show_day, show_moment
from models.messages.letters import write_price

ENGLISH, CHINESE = "en", "zh-CN"
WORDING = Path(__file__).parents[1] / "wording"
PROCESSES = WORDING.with_name("processes")
SENTENCES = ("reasons", "validation", "imports")
"""The files whose keys are codes; the others hold words."""
KITS = ("models.subjects",)
"""The packages in which files of wording stand beside what they are about. Named, not imported: this is below them."""
Said = Mapping[str, Mapping[str, str]]
"""By key and language."""
WORDS, REASONS, CONDITIONS, MOMENTS, FIGURES = "words", "reasons", "conditions", "moments", "figures"
TIMELINE = "timeline"
SECTIONS = (WORDS, REASONS, CONDITIONS, MOMENTS, FIGURES, TIMELINE)
"""What a file of a kit may hold: words of the business, sentences of reason codes, the names of conditions, of moments
that steps count from, of figures that rules saw, and what its entries say on a customer's timeline. What the anchor is
stands before them, as `anchor`."""
ANCHOR = "anchor"
AGREES = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
"""Two forms of a word, for one and for several of the figure that stands before them."""
COMMAS = {"en": ", ", "zh-CN": "、"}
OR = {"en": " or ", "zh-CN": "或"}
QUOTED = {"en": "'{}'", "zh-CN": "“{}”"}
AND_MORE = {"en": " and {:,} more", "zh-CN": "等，另有 {:,} 个"}
MOST_NAMES = 40
"""How many names a sentence lists at most."""


class FigureType(StrEnum):
    """The type of a figure, which determines how it is formatted."""

    TEXT = "text"
    """A name, or a text as somebody wrote it. Never translated."""
    WORD = "word"
    """A word of the business (a state, a role, an outcome), or several of them: translated."""
    KEY = "key"
    """A key of a policy: in English as in its file, in other languages its translated name."""
    NUMBER = "number"
    MONEY = "money"
    """Amounts by currency: `{"CNY": "12.50"}`. Amounts are texts, so that no digit is lost."""
    DAY = "day"
    """ISO 8601."""
    MOMENT = "moment"
    """ISO 8601 with its offset; shown in the reader's time zone."""
    REASON = "reason"
    """Another reason: its code, or `{"code": …, "figures": …}`."""
    INVOICES = "invoices"
    """A list of `{"number", "amount", "currency"}`."""
    TOUCHES = "touches"
    """A list of `{"touch", "process", "step", "at"}`: contacts with the customer, and when they were made."""
    NAMES = "names"
    """Names as somebody wrote them, in quotation marks; of very many the first ones."""
    EITHER = "either"
    """Several texts, one of which is meant or expected."""
    CONTRADICTIONS = "contradictions"
    """A list of `{"key", "rows", "values"}`: what a file says of one fact, by column, in which rows."""
    PHRASE = "phrase"
    """A text in each language: `{"en": …, "zh-CN": …}`."""


class UnsaidReason(AftercareError):
    """A code without a sentence in a language."""

    def __init__(self, code: str, language: str) -> None:
        self.code, self.language = code, language
        super().__init__(f"The reason '{code}' has no sentence in {language}.")


class BadWording(AftercareError):
    """A file of wording that cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"The wording in {path} cannot be used: {reason}.")


def word_files() -> Iterator[Path]:
    """The files that hold words: those of the whole business, and what each process calls its own."""
    yield WORDING / "business.toml"
    yield from sorted(PROCESSES.glob("*/wording.toml"))


@cache
def read_sentences() -> Said:
    """Every sentence by its code and language. Raises `BadWording`."""
    engine = {code: said for name in SENTENCES for code, said in _read(name).items()}
    return _together(engine, REASONS)


@cache
def read_words() -> Said:
    """The words of the business by word and language, as they are shipped. Raises `BadWording`."""
    return _together({word: said for path in word_files() for word, said in _read_file(path).items()}, WORDS)


@cache
def read_kit_words(section: str) -> Said:
    """What all kits say in one of their `SECTIONS`, by key and language. Raises `BadWording`."""
    return _together({}, section)


@cache
def read_anchors() -> Said:
    """What the anchor of each kind of subject is, by kind and language. Raises `BadWording`."""
    return {path.stem.replace("_", "-"): said[ANCHOR][ANCHOR] for path, said in _kit_files() if ANCHOR in said}


def forget_wording() -> None:
    """Read all files anew when they are next asked for."""
    for reading in (read_sentences, read_words, read_kit_words, read_anchors, _kit_files):
        reading.cache_clear()


_LEARNT: dict[str, Mapping[str, str]] = {}


def learn_words(words: Mapping[str, Mapping[str, str]]) -> None:
    """Say these words, too, from now on, and no others that were learnt before: what was added without code."""
    for word in _LEARNT.keys() - words.keys():
        _LEARNT.pop(word, None)
    _LEARNT.update(words)


def _read(name: str) -> dict[str, dict[str, str]]:
    return _read_file(WORDING / f"{name}.toml")


def _read_file(path: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _together(engine: Said, section: str) -> Said:
    said, places = dict(engine), dict.fromkeys(engine, WORDING)
    for path, sections in _kit_files():
        for key, languages in sections.get(section, {}).items():
            if key in said:
                raise BadWording(path, f"'{key}' in [{section}] is said in {places[key]}, too")
            said[key], places[key] = languages, path
    return said


@cache
def _kit_files() -> tuple[tuple[Path, Mapping[str, Said]], ...]:
    folders = [Path(folder) for package in KITS for folder in import_module(package).__path__]
    return tuple((path, _checked(path)) for folder in folders for path in sorted(folder.glob("*.toml")))


def _checked(path: Path) -> Mapping[str, Said]:
    """The sections of a file. What is said, is said in both languages."""
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadWording(path, str(error)) from error
    if ANCHOR in found:
        found[ANCHOR] = {ANCHOR: found[ANCHOR]}
    for section, entries in found.items():
        if section not in (ANCHOR, *SECTIONS):
            raise BadWording(path, f"there is no section '{section}'; expected {', '.join(SECTIONS)}")
        for key, said in entries.items():
            if not isinstance(said, dict) or {language for language, text in said.items() if text} != set(COMMAS):
                raise BadWording(path, f"'{key}' in [{section}] is to be said in {' and '.join(COMMAS)}")
    return found


def placeholders(sentence: str) -> Iterator[tuple[str, FigureType]]:
    """The placeholders of a sentence, `{name:type}`, with their types. Raises `ValueError` for an unknown type."""
    for _, name, kind, _ in string.Formatter().parse(sentence):
        if name is not None:
            yield name, FigureType(kind or "")


def say_reason(language: str, code: str, figures: Mapping[str, object], zone: tzinfo | None = None) -> str:
    """The sentence of a code in a language, with its figures. Moments are in `zone`, by default UTC.

    Raises `UnsaidReason`.
    """
    return "".join(_filled(_sentence(language, code), language, figures, zone))


def say_code(language: str, code: str) -> str:
    """The sentence of a code without particular figures: each is replaced by an ellipsis.

    Raises `UnsaidReason`.
    """
    parts = string.Formatter().parse(_sentence(language, code))
    return "".join(f"{said}…" if name is not None else said for said, name, _, _ in parts)


def _sentence(language: str, code: str) -> str:
    sentence = read_sentences().get(code, {}).get(language)
    if sentence is None:
        raise UnsaidReason(code, language)
    return sentence


def _filled(sentence: str, language: str, figures: Mapping[str, object], zone: tzinfo | None) -> Iterator[str]:
    counted = ""
    for said, name, kind, _ in string.Formatter().parse(sentence):
        yield agree(said, counted)
        if name is not None:
            counted = say_typed(language, FigureType(kind or ""), figures[name], zone)
            yield counted


def agree(said: str, counted: str) -> str:
    """A piece of a sentence, with the number of its words that of the figure before it: `[day|days]` after "1" is day.

    This is the only rule for plurals: English sentences write both forms, Chinese ones need none.
    """
    return AGREES.sub(lambda forms: forms[1] if counted == "1" else forms[2], said)


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """A sentence of the pages with its `{values}` filled in; words agree with the figure before them."""
    formatter, parts, counted = string.Formatter(), [], ""
    for said, name, kind, _ in formatter.parse(sentence):
        parts.append(agree(said, counted))
        if name is not None:
            counted = format(formatter.get_field(name, (), values)[0], kind or "")
            parts.append(counted)
    return "".join(parts)


def say_typed(language: str, kind: FigureType, figure: Any, zone: tzinfo | None) -> str:
    """Format a figure for a sentence in a language."""
    match kind:
        case FigureType.REASON:
            inner: Mapping[str, Any] = {"code": figure} if isinstance(figure, str) else figure
            return say_reason(language, inner["code"], inner.get("figures", {}), zone)
        case FigureType.MOMENT:
            return _moment(figure, zone)
        case FigureType.TOUCHES:
            return COMMAS[language].join(_touch(language, one, zone) for one in figure)
        case _:
            return WRITERS[kind](language, figure)


def _words(language: str, figure: object) -> str:
    words = figure if isinstance(figure, list | tuple) else [figure]
    return COMMAS[language].join(say_word(language, str(word)) for word in words)


def _moment(figure: str, zone: tzinfo | None) -> str:
    return show_moment(datetime.fromisoformat(figure), zone or UTC)


def _touch(language: str, figure: Mapping[str, str], zone: tzinfo | None) -> str:
    """In English by the keys of the policy, as in its file."""
    key = WRITERS[FigureType.KEY]
    process, step = key(language, figure["process"]), key(language, figure["step"])
    at = _moment(figure["at"], zone)
    return f"{step} of {process} on {at}" if language == ENGLISH else f"{process}“{step}”（{at}）"


def _invoices(language: str, figure: Any) -> str:
    return COMMAS[language].join(
        f"{one['number']} {write_price(Decimal(one['amount']), one['currency'])}" for one in figure
    )


def write_names(language: str, names: Iterable[str]) -> str:
    """Names in quotation marks, in their order; of very many the first ones."""
    quoted = [QUOTED[language].format(name) for name in names]
    rest = AND_MORE[language].format(len(quoted) - MOST_NAMES) if len(quoted) > MOST_NAMES else ""
    return COMMAS[language].join(quoted[:MOST_NAMES]) + rest


ROWS = {"en": "'{key}' (rows {rows}) {values}", "zh-CN": "“{key}”（第 {rows} 行）{values}"}
NOTHING = {"en": "nothing", "zh-CN": "空"}
COLON = {"en": ": ", "zh-CN": "："}
SEMICOLON = {"en": "; ", "zh-CN": "；"}


def _contradictions(language: str, figure: Any) -> str:
    return COMMAS[language].join(_contradiction(language, one) for one in figure)


def _contradiction(language: str, one: Mapping[str, Any]) -> str:
    values = SEMICOLON[language].join(
        f"{column}{COLON[language]}{OR[language].join(NOTHING[language] if one is None else one for one in said)}"
        for column, said in one["values"].items()
    )
    rows = COMMAS[language].join(map(str, one["rows"]))
    return ROWS[language].format(key=one["key"], rows=rows, values=values).rstrip()


def say_word(language: str, word: str) -> str:
    """A word of the business (a state, a process, a step, an outcome) in a language; unknown ones stay as they are."""
    found = read_words().get(word) or _LEARNT.get(word)
    return found[language] if found else word


def say_part(language: str, part: str) -> str:
    """A part of an account, which is counted by its reason code or by a word of the business."""
    return (
        say_code(language, part) if part in read_sentences() and part not in read_words() else say_word(language, part)
    )


WRITERS: Mapping[FigureType, Callable[[str, Any], str]] = {
    FigureType.TEXT: lambda _, figure: str(figure),
    FigureType.WORD: _words,
    FigureType.KEY: lambda language, figure: str(figure) if language == ENGLISH else say_word(language, str(figure)),
    FigureType.NUMBER: lambda _, figure: f"{figure:,}" if isinstance(figure, int) else f"{figure:g}",
    FigureType.MONEY: lambda _, figure: " + ".join(
        write_price(Decimal(amount), currency) for currency, amount in sorted(figure.items())
    ),
    FigureType.DAY: lambda _, figure: show_day(date.fromisoformat(figure)),
    FigureType.INVOICES: _invoices,
    FigureType.NAMES: write_names,
    FigureType.EITHER: lambda language, figure: OR[language].join(figure),
    FigureType.CONTRADICTIONS: _contradictions,
    FigureType.PHRASE: lambda language, figure: str(figure[language]),
}
"""The formatters of figures that contain no other reason and need no time zone."""
