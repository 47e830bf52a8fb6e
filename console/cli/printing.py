"""What commands print on: the terminal as wide as it is, and a file wide enough for a table."""

import os
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

WIDE = 160
"""Columns of what is not a terminal."""


def printer() -> Console:
    """The console on standard output."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=WIDE)


def warn(sentences: Iterable[str]) -> None:
    """Print what somebody should put right, so that it is not overlooked."""
    for sentence in sentences:
        printer().print(Text(sentence, style="bold red"))
