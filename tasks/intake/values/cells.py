"""Cells as text: what counts as empty, and how names are compared."""

import re
import unicodedata

SPACES = re.compile(r"\s+")
EMPTY_MARKS = frozenset(
    {"-", "--", "---", "–", "—", "null", "(null)", "\\n", "n/a", "#n/a", "nan", "nat", "#ref!", "#value!", "#name?"}
)
"""What sources write into a cell that holds nothing."""


class PlainNumber(str):
    """The text of a number that was a number in the source: digits and a point, whatever decimal mark the file uses."""

    __slots__ = ()


class Unusable(ValueError):
    """A cell that cannot be read. The text is a clause that says what was expected."""


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
