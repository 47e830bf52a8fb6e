"""How much of anything is read: what is longer is told, and never looked at."""

from models.core.reasons import NUMBER, declare, give
from tasks.intake.values.cells import Unusable

LARGEST_FILE = 1 << 30
LONGEST_LINE = 1 << 22
"""Of a text file, in characters."""
MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""
MOST_UNPACKED = 1 << 30
PACKED_TIGHTER = 100
"""So many times its size a workbook may be unpacked, once it is large: a spreadsheet packs ten to thirty times."""
LARGE_ENOUGH = 64 << 20
MOST_PARTS = 5_000
"""Of the archive that a workbook is."""
READER_MEMORY = 2 << 30
"""Bytes of the process that reads a workbook."""
READER_SECONDS = 15
"""Of its processor time, beside a second for each MiB that it unpacks."""
TOO_LONG = declare("too-long", most=NUMBER, length=NUMBER)


def too_long(text: str, most: int) -> Unusable:
    """What is said of a cell that is too long."""
    return Unusable(give(TOO_LONG, most=most, length=len(text)))
