"""The typed cells of workbooks as texts, as they pass from the process that reads them."""

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from tasks.intake.values.cells import MacNumber, PlainNumber, RealDate, RoundedNumber

MOST_DIGITS = 10**15
"""From here on a spreadsheet's number has lost digits: it keeps fifteen."""
TAGS: dict[str, type[str]] = {"n": PlainNumber, "r": RoundedNumber, "d": RealDate, "m": MacNumber}
NAMES = {kind: tag for tag, kind in TAGS.items()}
Packed = str | list[str]
"""A text, or the tag of what kind of text it is and the text."""


def pack(cells: Iterable[object], *, from_1904: bool) -> list[Packed]:
    """The cells of a row as JSON takes them."""
    packed: list[Packed] = []
    for cell in cells:
        text = cell if type(cell) is str else text_of(cell, from_1904=from_1904)
        tag = NAMES.get(type(text))
        packed.append([tag, str(text)] if tag else text)
    return packed


def unpack(cells: list[Packed]) -> list[str]:
    """The cells of a row."""
    return [cell if isinstance(cell, str) else TAGS[cell[0]](cell[1]) for cell in cells]


def text_of(cell: object, *, from_1904: bool = False) -> str:
    """A typed cell as text: dates in ISO 8601, numbers plainly."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return _number(cell, MacNumber if from_1904 else PlainNumber)
        case datetime():
            return RealDate(cell.date() if cell.time() == time.min else cell.isoformat(" ", "seconds"))
        case date():
            return RealDate(cell)
        case time():
            return cell.isoformat()
        case timedelta():
            return (
                str(cell)
                if cell.days
                else f"{cell.seconds // 3600:02}:{cell.seconds // 60 % 60:02}:{cell.seconds % 60:02}"
            )
        case _:
            return str(cell)


def _number(cell: float, kind: type[str]) -> str:
    if not math.isfinite(cell):
        return str(cell)
    if abs(cell) >= MOST_DIGITS:
        return RoundedNumber(f"{cell:.0f}")
    return kind(f"{cell:.0f}" if cell == int(cell) else f"{cell:.6f}".rstrip("0"))
