"""Where commands print: as wide as the terminal, or wide enough for a table in a file."""

import os
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

WIDE = 160
"""Columns if standard output is not a terminal."""


def printer() -> Console:
    """A printer to standard output."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=WIDE)


def warn(sentences: Iterable[str]) -> None:
    """Print warnings that must not be overlooked."""
    for sentence in sentences:
        printer().print(Text(sentence, style="bold red"))
