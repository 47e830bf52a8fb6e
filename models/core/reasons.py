"""Why something was done or not: a code with typed figures, declared beside the rule that gives it.

What is kept and handed to programs is the code and its figures. The sentence is made for the reader, in their language
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


@dataclass(frozen=True, slots=True)
class Reason:
    """A declared reason: its code, and the names and types of its figures."""

    code: ReasonCode
    figures: Mapping[str, FigureType]


class BadReason(Exception):
    """A mistake of ours: a code that is declared twice or ill-formed, or figures that were not declared."""


_DECLARED: dict[ReasonCode, Reason] = {}


def declare(code: str, **figures: FigureType) -> ReasonCode:
    """Declare a reason beside the rule that gives it; its code. Raises `BadReason`."""
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
    """Every reason declared by the modules that are imported, by code."""
    return dict(sorted(_DECLARED.items()))


READER: ContextVar[str] = ContextVar("READER", default=ENGLISH)
"""The language of whoever reads the JSON: of the command's settings, of the request to the API."""


class SaidReason(BaseModel):
    """A reason as programs read it, with the sentence for people."""

    code: str
    figures: dict[str, Any]
    sentence: str


class GivenReason(BaseModel):
    """A reason that was given, with its figures. As JSON it has its sentence beside it: in the language of `READER`,
    its moments by the clock of the `zone` of the serialization's context."""

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
    def as_figure(self) -> dict[str, Any]:
        """How it stands among the figures of another reason."""
        return {"code": self.code, "figures": self.figures}

    @property
    def columns(self) -> dict[str, Any]:
        """How it is kept in a row that has a reason."""
        return {"reason": self.code, "reason_figures": self.figures or None}


def give(code: ReasonCode, **figures: Any) -> GivenReason:
    """A reason with its figures. Raises `BadReason` unless they are those that were declared."""
    declared = _DECLARED[code].figures
    if declared.keys() != figures.keys():
        message = f"The reason '{code}' has the figures {sorted(declared)}, not {sorted(figures)}"
        raise BadReason(message)
    return GivenReason(code=code, figures=figures)


def kept(code: str | None, figures: Mapping[str, Any] | None) -> GivenReason | None:
    """The reason that two columns of a row hold; None where they hold none."""
    return GivenReason(code=ReasonCode(code), figures=dict(figures or {})) if code is not None else None


NO_REASON: dict[str, None] = {"reason": None, "reason_figures": None}
"""The columns of a row that has none any more."""
AS_WRITTEN = declare("as-written", text=TEXT)
"""What somebody wrote, or a source says: it is nobody's to translate."""


def as_written(text: str) -> GivenReason:
    """A reason in somebody's own words."""
    return give(AS_WRITTEN, text=text)


def read_reason(kept: str) -> GivenReason:
    """What a column holds that both our rules and people's own words fill: one of our codes, or a text as written."""
    said = read_sentences().get(kept)  # whether or not this program has imported the rule that declares it
    plain = said is not None and not any(placeholders(said[ENGLISH]))
    return GivenReason(code=ReasonCode(kept)) if plain else as_written(kept)
