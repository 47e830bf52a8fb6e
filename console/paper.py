"""What commands print on: the terminal as wide as it is, and a file wide enough for a table."""

import os

from rich.console import Console

WIDE = 160
"""Columns of what is not a terminal."""


def paper() -> Console:
    """The console on standard output."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=WIDE)
