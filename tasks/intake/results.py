"""What an import did, for people and for programs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from models.core.reasons import GivenReason
from tasks.intake.columns import KindName
from tasks.intake.files.rejects import Reject
from tasks.intake.staging import Counts


class UnderstoodCell(NamedTuple):
    """One cell beside what was made of it."""

    column: str
    """The file's name of it."""
    text: str
    ours: str
    value: str


@dataclass(frozen=True)
class UnderstoodRow:
    """One of the first rows, as it was understood for a kind."""

    row: int
    kind: KindName
    cells: tuple[UnderstoodCell, ...]
    problems: tuple[GivenReason, ...]


@dataclass(frozen=True)
class Check:
    """What a check of a file shows beside the account of an import."""

    understood: tuple[UnderstoodRow, ...]
    rejects: tuple[Reject, ...]
    """All of them, in the order of the file."""

    def as_json(self, doubts: tuple[GivenReason, ...]) -> dict[str, object]:
        """The part of the result that only a check has."""
        return {
            "checked": True,
            "doubts": _as_json(doubts),
            "understood": [
                {"row": each.row, "kind": each.kind, "cells": [cell._asdict() for cell in each.cells]}
                | {"problems": _as_json(each.problems)}
                for each in self.understood
            ],
        }


@dataclass(frozen=True)
class ImportResult:
    """The balanced account of an import: for each kind, `read` is the sum of what became of the rows."""

    path: Path
    counts: dict[KindName, Counts]
    notices: tuple[GivenReason, ...]
    first_rejects: tuple[Reject, ...]
    rejects_path: Path | None
    doubts: tuple[GivenReason, ...] = ()
    """Why the file should be looked at; it went in all the same, unless it was only checked."""
    check: "Check | None" = None
    """What a check shows. Then nothing has changed."""

    @property
    def accepted(self) -> bool:
        """Whether any row went in, or was on record already."""
        return any(count.inserted + count.changed + count.unchanged for count in self.counts.values())

    @property
    def rejected(self) -> int:
        """How many rows stayed out, over all kinds."""
        return sum(count.rejected for count in self.counts.values())

    @property
    def warnings(self) -> int:
        """How many values were left out of rows that went in."""
        return sum(count.warnings for count in self.counts.values())

    def as_json(self) -> dict[str, object]:
        """The result in the documented shape of `--json`."""
        return {
            "file": str(self.path),
            "accepted": self.accepted,
            "kinds": {kind: asdict(count) for kind, count in self.counts.items()},
            "rejects": str(self.rejects_path) if self.rejects_path else None,
            "first_rejects": [
                {"row": each.row, "kind": each.kind, "column": each.column, "field": each.ours, "value": each.value}
                | {"reason": each.reason.model_dump(), "whole": each.whole}
                for each in self.first_rejects
            ],
            "notices": _as_json(self.notices),
        } | (self.check.as_json(self.doubts) if self.check else {})


def _as_json(reasons: tuple[GivenReason, ...]) -> list[dict[str, object]]:
    """Reasons as codes with figures, and a sentence beside them."""
    return [reason.model_dump() for reason in reasons]
