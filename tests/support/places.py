"""Where a test run keeps its files."""

import shutil
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
PLENTY = 8 << 30
"""Bytes; a run needs some of them at once."""


def place_for_tests() -> str | None:
    """The machine's memory where there is plenty of it, else pytest's own choice.

    Each test has a database of its own, of four hundred files: on some disks they take longer to make than to use.
    """
    try:
        free = shutil.disk_usage(IN_MEMORY).free
    except OSError:
        return None
    return str(IN_MEMORY) if free > PLENTY else None
