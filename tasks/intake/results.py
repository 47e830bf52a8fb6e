"""What an import did, for people and for programs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tasks.intake.columns import KindName
from tasks.intake.files.rejects import Reject
from tasks.intake.staging import Counts


@dataclass(frozen=True)
class ImportResult:
    """The balanced account of an import: for each kind, `read` is the sum of what became of the rows."""

    path: Path
    counts: dict[KindName, Counts]
    notices: tuple[str, ...]
    first_rejects: tuple[Reject, ...]
    rejects_path: Path | None

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

    def as_json(self) -> dict[str, Any]:
        """The result in the documented shape of `--json`."""
        return {
            "file": str(self.path),
            "accepted": self.accepted,
            "kinds": {kind: asdict(count) for kind, count in self.counts.items()},
            "rejects": str(self.rejects_path) if self.rejects_path else None,
            "first_rejects": [
                {"row": each.row, "kind": each.kind, "column": each.column, "value": each.value}
                | {"reason": each.sentence}
                for each in self.first_rejects
            ],
            "notices": list(self.notices),
        }
