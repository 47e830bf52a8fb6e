"""SMS segments of a text: GSM 03.38 if its alphabet suffices, UCS-2 otherwise."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One septet each."""
EXTENSION = frozenset("\f^{}\\[~]|€")
"""An escape and a septet each: they count twice and are never split."""
LAST_OF_ONE_UNIT = 0xFFFF
"""Characters beyond this take two units of UCS-2, which are never split either."""


class Alphabet(StrEnum):
    """The units in which an SMS is measured."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


CAPACITY = {Alphabet.GSM_7: (160, 153), Alphabet.UCS_2: (70, 67)}
"""The capacity of a single message, and of each segment of a longer one."""


class TextLength(NamedTuple):
    """A text as it is sent and charged."""

    alphabet: Alphabet
    units: int
    segments: int
    capacity: int
    """The capacity of a number of segments, in units."""


def fits_gsm_7(text: str) -> bool:
    """Whether all characters are in GSM 03.38."""
    return set(text) <= BASIC | EXTENSION


def units_in(text: str, alphabet: Alphabet) -> int:
    """The length of a text in units of an alphabet. A character missing from GSM-7 counts as one there."""
    return sum(_width(character, alphabet) for character in text)


def measure(text: str) -> TextLength:
    """The length of a text in units of its alphabet and in segments. An empty text has no segments."""
    alphabet = Alphabet.GSM_7 if fits_gsm_7(text) else Alphabet.UCS_2
    widths = [_width(character, alphabet) for character in text]
    units = sum(widths)
    alone, part = CAPACITY[alphabet]
    if units <= alone:
        return TextLength(alphabet, units, 1 if units else 0, alone)
    segments = _parts(widths, part)
    return TextLength(alphabet, units, segments, segments * part)


def _width(character: str, alphabet: Alphabet) -> int:
    twice = character in EXTENSION if alphabet is Alphabet.GSM_7 else ord(character) > LAST_OF_ONE_UNIT
    return 2 if twice else 1


def _parts(widths: Iterable[int], part: int) -> int:
    """The number of segments. A character of two units starts the next segment if only one unit is left."""
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
