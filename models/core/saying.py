"""Reasons and business words in the reader's language, from the files under `models/wording/`."""

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from models.core.errors import AftercareError
from models.messages.letters import write_day

ENGLISH, CHINESE = "en", "zh-CN"
WORDING = Path(__file__).parents[1] / "wording"
SENTENCES = ("reasons", "validation")
"""The files whose keys are reason codes; the others hold words."""
CENT = Decimal("0.01")
COMMAS = {"en": ", ", "zh-CN": "、"}


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
    PHRASE = "phrase"
    """A text in each language: `{"en": …, "zh-CN": …}`."""


class UnsaidReason(AftercareError):
    """A code without a sentence in a language."""

    def __init__(self, code: str, language: str) -> None:
        self.code, self.language = code, language
        super().__init__(f"The reason '{code}' has no sentence in {language}.")


@cache
def read_sentences() -> Mapping[str, Mapping[str, str]]:
    """Every sentence, by code and language."""
    return {code: said for name in SENTENCES for code, said in _read(name).items()}


@cache
def read_words() -> Mapping[str, Mapping[str, str]]:
    """The business words, by word and language."""
    return _read("business")


def _read(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((WORDING / f"{name}.toml").read_text(encoding="utf-8"))


def placeholders(sentence: str) -> Iterator[tuple[str, FigureType]]:
    """The placeholders of a sentence, `{name:type}`, with their types. Raises `ValueError` for an unknown type."""
    for _, name, kind, _ in string.Formatter().parse(sentence):
        if name is not None:
            yield name, FigureType(kind or "")


def say_reason(language: str, code: str, figures: Mapping[str, Any], zone: tzinfo | None = None) -> str:
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


def _filled(sentence: str, language: str, figures: Mapping[str, Any], zone: tzinfo | None) -> Iterator[str]:
    for said, name, kind, _ in string.Formatter().parse(sentence):
        yield said
        if name is not None:
            yield say_typed(language, FigureType(kind or ""), figures[name], zone)


def say_typed(language: str, kind: FigureType, figure: Any, zone: tzinfo | None) -> str:
    """Format a figure for a sentence in a language."""
    match kind:
        case FigureType.REASON:
            inner: Mapping[str, Any] = {"code": figure} if isinstance(figure, str) else figure
            return say_reason(language, inner["code"], inner.get("figures", {}), zone)
        case FigureType.MOMENT:
            local = datetime.fromisoformat(figure).astimezone(zone or UTC)
            return f"{_day(language, local.date())} {local:%H:%M}"
        case _:
            return WRITERS[kind](language, figure)


def _words(language: str, figure: Any) -> str:
    words = figure if isinstance(figure, list | tuple) else [figure]
    return COMMAS[language].join(say_word(language, str(word)) for word in words)


def _invoices(language: str, figure: Any) -> str:
    return COMMAS[language].join(f"{one['number']} {_amount(one['amount'], one['currency'])}" for one in figure)


def _day(language: str, day: date) -> str:
    return write_day(day, language) if language == ENGLISH else day.isoformat()


def _amount(amount: str, currency: str) -> str:
    """With at least two decimals, and more if needed: a message may cost less than a cent."""
    exact = Decimal(amount)
    digits = f"{exact:,.2f}" if exact == exact.quantize(CENT) else f"{exact.normalize():f}"
    return f"{currency} {digits}"


def say_word(language: str, word: str) -> str:
    """A business word (a state, a process, a step, an outcome) in a language; unknown words are returned unchanged."""
    found = read_words().get(word)
    return found[language] if found else word


WRITERS: Mapping[FigureType, Callable[[str, Any], str]] = {
    FigureType.TEXT: lambda _, figure: str(figure),
    FigureType.WORD: _words,
    FigureType.KEY: lambda language, figure: str(figure) if language == ENGLISH else say_word(language, str(figure)),
    FigureType.NUMBER: lambda _, figure: f"{figure:,}" if isinstance(figure, int) else f"{figure:g}",
    FigureType.MONEY: lambda _, figure: " + ".join(_amount(amount, code) for code, amount in sorted(figure.items())),
    FigureType.DAY: lambda language, figure: _day(language, date.fromisoformat(figure)),
    FigureType.INVOICES: _invoices,
    FigureType.PHRASE: lambda language, figure: str(figure[language]),
}
"""The formatters of figures that contain no other reason and need no time zone."""
