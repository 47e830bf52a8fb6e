"""The maximum number of SMS segments of a campaign's text, by the alphabet it needs for any recipient."""

from collections.abc import Mapping
from typing import NamedTuple

from jinja2 import nodes

from models.messages.letters import LINKS
from models.messages.rendering import ENVIRONMENT
from models.messages.sms_segments import CAPACITY, Alphabet, fits_gsm_7, units_in


class Widths(NamedTuple):
    """The maximum length of a variable's values, in units of each alphabet."""

    gsm_7: int
    ucs_2: int
    only_gsm_7: bool
    """Whether all values fit GSM-7."""


NOTHING = Widths(0, 0, only_gsm_7=True)


def widths_of(text: str) -> Widths:
    """The bounds for a variable with a single value."""
    return Widths(units_in(text, Alphabet.GSM_7), units_in(text, Alphabet.UCS_2), fits_gsm_7(text))


def most_segments(text: str, widths: Mapping[str, Widths]) -> int:
    """The maximum number of SMS segments of a checked text. One UCS-2 character makes all of it UCS-2.

    Every branch of an {% if … %} counts, so no customer gets more. A character of two units may leave one
    unit of each segment unused.
    """
    parts = [widths_of(said) for said in _said(text)] + [widths.get(name, NOTHING) for name in variables_in(text)]
    alphabet = Alphabet.GSM_7 if all(part.only_gsm_7 for part in parts) else Alphabet.UCS_2
    units = sum(part.gsm_7 if alphabet is Alphabet.GSM_7 else part.ucs_2 for part in parts)
    alone, part = CAPACITY[alphabet]
    return 1 if units <= alone else -(-units // (part - 1))


def _said(text: str) -> list[str]:
    """The literal parts of a text."""
    template = ENVIRONMENT.parse(text)
    constants = [part.value for part in template.find_all(nodes.Const) if isinstance(part.value, str)]
    return [part.data for part in template.find_all(nodes.TemplateData)] + constants


def variables_in(text: str) -> list[str]:
    """The variables of a checked text, with repetitions; a link by its full name."""
    template = ENVIRONMENT.parse(text)
    links = [f"{LINKS}.{part.attr}" for part in template.find_all(nodes.Getattr)]
    return links + [part.name for part in template.find_all(nodes.Name) if part.name != LINKS]
