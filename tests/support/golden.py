"""Golden files: what a test found, kept beside it and compared byte for byte. `--write-golden` writes them anew."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

WIDTH = 120
BREAKS_BEFORE = re.compile(
    r"(?<!OUTER)\s+(?=(?:SELECT|FROM|WHERE|(?:LEFT OUTER )?JOIN|GROUP BY|ORDER BY|LIMIT|FOR UPDATE|UNION ALL|"
    r"AND|OR|WHEN|ELSE|SET|RETURNING|VALUES|ON CONFLICT)\b)"
)
"""Where a statement that is too long for a line may be broken, beside after a comma."""
TOKENS = re.compile(r"'(?:[^']|'')*'|/\*.*?\*/|[()]|,\s*|[^'(),/]+|/", re.DOTALL)
PLACEHOLDER = re.compile(r"%\((\w+?)\)s(?:::[A-Z]+(?: WITH(?:OUT)? TIME ZONE)?(?:\(\d+(?:, \d+)?\))?(?:\[\])*)?")


def compare_or_write(file: Path, found: str, *, write: bool) -> None:
    """Fail where the file says something else, or write it. Raises `FileNotFoundError` where there is none."""
    if write:
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == found, f"{file.name} differs: look at the change, then --write-golden"


@contextmanager
def statements_of(connection: Connection) -> Iterator[list[str]]:
    """What the block sends to the database, laid out for reading."""
    sent: list[str] = []

    def keep(_: Connection, __: Any, statement: str, parameters: Mapping[str, Any], *___: Any) -> None:
        sent.append(lay_out(with_values(statement, parameters)))

    event.listen(connection, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", keep)


def with_values(statement: str, parameters: Mapping[str, Any]) -> str:
    """The statement with the values that the code gives it; what the database or the clock gave keeps its name.

    SQLAlchemy numbers parameters of one name; the number says nothing and would change with each new one.
    """

    def value_of(found: "re.Match[str]") -> str:
        written = _written(parameters[found[1]])
        return ":" + re.sub(r"_\d+$", "", found[1]) if written is None else written

    return PLACEHOLDER.sub(value_of, statement).replace("%%", "%")


def _written(value: object) -> str | None:
    match value:
        case None | bool():
            return str(value).upper().replace("NONE", "NULL")
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return None
        case date() | time() | timedelta():
            return f"'{value}'"
        case Decimal():
            return str(value)
        case list() if all(isinstance(one, str) for one in value):
            return f"'{{{','.join(value)}}}'"
        case _:
            return None


def lay_out(statement: str) -> str:
    """The same statement, one clause or item a line wherever it is longer than a line; a comment before its CTE."""
    return _laid_out(_nested(iter(TOKENS.findall(re.sub(r"\s+", " ", statement.strip())))), 0) + "\n"


Nested = list["str | Nested"]


def _nested(tokens: Iterator[str]) -> Nested:
    """Text, and a list for what stands in brackets."""
    found: Nested = []
    for token in tokens:
        if token == ")":
            break
        found.append(_nested(tokens) if token == "(" else token)
    return found


def _flat(parts: Nested) -> str:
    return "".join(part if isinstance(part, str) else f"({_flat(part)})" for part in parts)


def _laid_out(parts: Nested, depth: int) -> str:
    """Broken where it does not fit; what stands in brackets is indented."""
    here, inside = "\n" + "  " * depth, "\n" + "  " * (depth + 1)
    if len(_flat(parts)) + 2 * depth <= WIDTH:
        return _flat(parts)
    written = ""
    for part in parts:
        if isinstance(part, str) and part.startswith(","):
            written += f",{here}"
        elif isinstance(part, str):
            written += part if part.startswith(("'", "/*")) else BREAKS_BEFORE.sub(here, part)
        elif len(_flat(part)) + 2 * depth <= WIDTH - 40:
            written += f"({_flat(part)})"
        else:
            written += f"({inside}{_laid_out(part, depth + 1)}{here})"
    return re.sub(r" +\n", "\n", written)
