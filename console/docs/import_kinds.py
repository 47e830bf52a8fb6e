"""The import kinds, for the pages about importing and about the API."""

import csv
from collections.abc import Iterator
from io import StringIO

from tasks.access.api_scopes import kinds_by_scope
from tasks.intake.columns import Column
from tasks.intake.kinds import KINDS, Kind


def columns_of_kinds() -> str:
    """A section for each kind: what a row is, what identifies it, an example, and its columns."""
    return "\n\n".join("\n".join(_section(kind)) for kind in KINDS.values())


def dates_that_can_be_meant() -> str:
    """The columns of dates of all kinds, with the days that each may hold."""
    rows = (
        f"| {kind.name} | `{column.name}` | {column.plausible.sentence} |"
        for kind in KINDS.values()
        for column in kind.columns
        if column.plausible
    )
    return "\n".join(("| kind | column | may hold |", "|---|---|---|", *rows))


def scopes_of_kinds() -> str:
    """The kinds that programs may write, by the scope that their keys need."""
    rows = (f"| `{scope}` | {', '.join(f'`{kind}`' for kind in kinds)} |" for scope, kinds in kinds_by_scope().items())
    return "\n".join(("| scope | writes |", "|---|---|", *rows))


def _section(kind: Kind) -> Iterator[str]:
    yield from (f"### {kind.name}", "", kind.meaning, f"Identified by {kind.identity}.")
    yield from (_need(group) for group in kind.one_of)
    yield from ("", "```", *_as_file(kind), "```", "")
    yield from ("| column | holds | meaning |", "|---|---|---|", *(_row(column) for column in kind.columns))


def _need(group: tuple[str, ...]) -> str:
    names = ", ".join(f"`{name}`" for name in group)
    return f"At least one of {names}." if len(group) > 1 else f"{names} is needed."


def _as_file(kind: Kind) -> list[str]:
    """The example as a small file."""
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows((kind.example.keys(), kind.example.values()))
    return written.getvalue().splitlines()


def _row(column: Column) -> str:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    return f"| {name} | {column.holds} | {column.meaning.replace('|', '/')} |"
