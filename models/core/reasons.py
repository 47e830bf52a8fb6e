"""Why something was done or not: a code with typed figures, declared next to the rule that gives it.

The code and its figures are stored and passed to programs. The sentence is made for the reader, in their language
(`models.core.saying`).
"""

import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, NewType

from pydantic import BaseModel, ConfigDict, SerializationInfo, model_serializer

from models.core.saying import ENGLISH, FigureType, placeholders, read_sentences, say_reason

ReasonCode = NewType("ReasonCode", str)
"""In kebab case, such as `nothing-owed`."""
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
TEXT, WORD, KEY, NUMBER = FigureType.TEXT, FigureType.WORD, FigureType.KEY, FigureType.NUMBER
DAY, MOMENT, REASON = FigureType.DAY, FigureType.MOMENT, FigureType.REASON
MONEY, INVOICES, PHRASE = FigureType.MONEY, FigureType.INVOICES, FigureType.PHRASE
TOUCHES, NAMES, EITHER = FigureType.TOUCHES, FigureType.NAMES, FigureType.EITHER
CONTRADICTIONS = FigureType.CONTRADICTIONS


@dataclass(frozen=True, slots=True)
class Reason:
    """A declared reason: its code, and the names and types of its figures."""

    code: ReasonCode
    figures: Mapping[str, FigureType]


class BadReason(Exception):
    """A programming error: a code that is malformed or declared twice, or undeclared figures."""


_DECLARED: dict[ReasonCode, Reason] = {}


def declare(code: str, **figures: FigureType) -> ReasonCode:
    """Declare a reason and return its code. Raises `BadReason`."""
    if not CODE.fullmatch(code):
        message = f"'{code}' is no code; expected kebab case, such as nothing-owed"
        raise BadReason(message)
    known = ReasonCode(code)
    if known in _DECLARED:
        message = f"The reason '{code}' is declared twice"
        raise BadReason(message)
    _DECLARED[known] = Reason(known, figures)
    return known


def all_reasons() -> Mapping[ReasonCode, Reason]:
    """Every reason declared by imported modules, by code."""
    return dict(sorted(_DECLARED.items()))


READER: ContextVar[str] = ContextVar("READER", default=ENGLISH)
"""The language of sentences in JSON: from the command's settings or the API request."""


class SaidReason(BaseModel):
    """A reason as JSON: code and figures for programs, a sentence for people."""

    code: str
    figures: dict[str, Any]
    sentence: str


class GivenReason(BaseModel):
    """A reason with its figures. Its JSON includes the sentence: in the language of `READER`,
    with moments in the `zone` of the serialization context."""

    model_config = ConfigDict(frozen=True)

    code: ReasonCode
    figures: dict[str, Any] = {}

    def say(self, language: str, zone: tzinfo | None = None) -> str:
        """The sentence. Raises `UnsaidReason`."""
        return say_reason(language, self.code, self.figures, zone)

    def __str__(self) -> str:
        return self.say(ENGLISH)

    def __hash__(self) -> int:
        return hash((self.code, json.dumps(self.figures, sort_keys=True)))

    @model_serializer
    def _with_sentence(self, info: SerializationInfo) -> SaidReason:
        zone = info.context["zone"] if info.context else None
        return SaidReason(code=self.code, figures=self.figures, sentence=self.say(READER.get(), zone))

    @property
    def as_figure(self) -> dict[str, object]:
        """Its form as a figure of another reason."""
        return {"code": self.code, "figures": self.figures}

    @property
    def columns(self) -> dict[str, Any]:
        """Its form in the columns of a row."""
        return {"reason": self.code, "reason_figures": self.figures or None}


def give(code: ReasonCode, **figures: object) -> GivenReason:
    """Make a reason with its figures. Raises `BadReason` if they differ from the declared ones."""
    declared = _DECLARED[code].figures
    if declared.keys() != figures.keys():
        message = f"The reason '{code}' has the figures {sorted(declared)}, not {sorted(figures)}"
        raise BadReason(message)
    return GivenReason(code=code, figures=figures)


def kept(code: str | None, figures: Mapping[str, object] | None) -> GivenReason | None:
    """The reason stored in two columns of a row; None if there is none."""
    return GivenReason(code=ReasonCode(code), figures=dict(figures or {})) if code is not None else None


NO_REASON: dict[str, None] = {"reason": None, "reason_figures": None}
"""The columns of a row whose reason is removed."""
AS_WRITTEN = declare("as-written", text=TEXT)
"""A text by a person or a source, which is never translated."""


def as_written(text: str) -> GivenReason:
    """A reason in somebody's own words."""
    return give(AS_WRITTEN, text=text)


def read_reason(kept: str) -> GivenReason:
    """Read a column that holds either one of our codes or a text as somebody wrote it."""
    said = read_sentences().get(kept)  # works even if the declaring module is not imported
    plain = said is not None and not any(placeholders(said[ENGLISH]))
    return GivenReason(code=ReasonCode(kept)) if plain else as_written(kept)
