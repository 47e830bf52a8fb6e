"""Cells as text: what counts as empty, and how names are compared."""

import re
import unicodedata

from models.core.reasons import GivenReason, declare, give

SPACES = re.compile(r"\s+")
SCIENTIFIC = re.compile(r"(?P<whole>[1-9])(?:[.,](?P<fraction>\d+)[eE]\+?|[eE]\+)(?P<power>\d{1,3})")
DIGITS_LOST = declare("digits-lost")
EMPTY_MARKS = frozenset(
    {
        "/",
        "//",
        "\\",
        "-",
        "--",
        "---",
        "–",
        "—",
        "null",
        "(null)",
        "\\n",
        "n/a",
        "#n/a",
        "nan",
        "nat",
        "#ref!",
        "#value!",
        "#name?",
    }
)
"""What sources write into a cell that holds nothing."""


class PlainNumber(str):
    """The text of a number that was a number in the source: digits and a point, whatever decimal mark the file uses."""

    __slots__ = ()


class RoundedNumber(PlainNumber):
    """A number that the source kept with fewer digits than it has: what stands behind the fifteenth is lost."""

    __slots__ = ()


class MacNumber(PlainNumber):
    """A number of a workbook whose days count from 1904."""

    __slots__ = ()


class RealDate(str):
    """The text of a date that was a date in the source, in ISO 8601."""

    __slots__ = ()


class Unusable(ValueError):
    """A cell that cannot be read, with the reason: a clause that says what was expected."""

    def __init__(self, reason: GivenReason) -> None:
        self.reason = reason
        super().__init__(reason)


class LeftOut(Unusable):
    """A cell without which its row goes in, unless the row cannot do without a value there."""


def clean(text: str) -> str:
    """The text without what surrounds it or stands for nothing; an empty cell is an empty text."""
    if text.isascii() and text.isalnum():
        return text if text.casefold() not in EMPTY_MARKS else ""
    trimmed = text.strip().strip("\ufeff\u200b\xa0")
    if trimmed.casefold() in EMPTY_MARKS:
        return ""
    return trimmed if trimmed != text else text


def narrow(text: str) -> str:
    """The text with full-width letters, digits and signs as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """The text as it is compared: without case, width, or runs of spaces."""
    return SPACES.sub(" ", narrow(text).replace("\ufeff", "")).strip().casefold()


def column_name(text: str) -> str:
    """A column's name as it is compared: `Due_Date`, `due date` and `DUE-DATE` are one."""
    return fold(text.replace("_", " ").replace("-", " "))


def bare(text: str) -> str:
    """The text as names of choices and places are compared: letters and digits only."""
    return "".join(character for character in narrow(text).casefold() if character.isalnum())


def whole_digits(text: str) -> str:
    """The text of a number or key with all its digits, also where a spreadsheet wrote it as `3.108207129E9`.

    Raises `Unusable` where digits are lost: `2.026E+11` is any of a thousand million numbers.
    """
    if isinstance(text, RoundedNumber):
        raise Unusable(give(DIGITS_LOST))
    if "e" not in text and "E" not in text:
        return text
    found = SCIENTIFIC.fullmatch(text.strip())
    if not found:
        return text
    digits, power = found["whole"] + (found["fraction"] or ""), int(found["power"])
    if len(digits) != power + 1:
        raise Unusable(give(DIGITS_LOST))
    return digits
