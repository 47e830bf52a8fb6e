"""Sentences of ours that hold figures: the English of it, and what it was made of, so that others can say it too."""

import re
import string
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from models.messages.letters import write_day

ENGLISH = "en"

APPROVED = "approved by {name}"
APPROVED_WITH = "approved by {name}: {note}"
REFUSED = "refused by {name}: {note}"
SETTLED_DELIVERED = "delivered by {name}: {note}"
SETTLED_AGAIN = "again by {name}: {note}"
SETTLED_GIVEN_UP = "given-up by {name}: {note}"
CALL_AGAIN = "to be called again: {outcome}"
EXHAUSTED = "the channel could not be reached in {attempts} attempts; last: {reason}"
NO_SUCH_STORE = "{setting} is set for a store that is not on record, so nothing goes by it; the stores are {stores}."
THEN_PASSED = "{reason}, and then its time has passed"


class Sentence(str):
    """A sentence in English, made of a template and its figures. It reads, is kept and is compared as the text."""

    template: str
    figures: Mapping[str, Any]

    def __new__(cls, template: str, **figures: Any) -> "Sentence":
        """Make it; days are written in English."""
        said = {name: write_day(one, ENGLISH) if isinstance(one, date) else one for name, one in figures.items()}
        sentence = super().__new__(cls, template.format(**said) if figures else template)
        sentence.template, sentence.figures = template, figures
        return sentence

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=core_schema.to_string_ser_schema())


class InBoth(str):
    """A figure in English that is there in Chinese, too."""

    chinese: str

    def __new__(cls, english: str, chinese: str) -> "InBoth":
        """Make it."""
        figure = super().__new__(cls, english)
        figure.chinese = chinese
        return figure


def read_back(text: str, template: str) -> dict[str, str] | None:
    """The figures of a text that a template made; None: it made another."""
    found = _pattern(template).fullmatch(text)
    return found.groupdict() if found else None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = string.Formatter().parse(template)
    return re.compile(
        "".join(re.escape(said) + (f"(?P<{name}>.*?)" if name else "") for said, name, _, _ in parts), re.DOTALL
    )
