"""What was wrong with single rows, and the file that says so."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from models.core.reasons import READER, REASON, TEXT, GivenReason, declare, give
from models.core.spreadsheet_cells import defuse
from tasks.intake.columns import KindName
from tasks.intake.errors import UnusableFile

COLUMNS = ("row", "kind", "column", "value", "reason")
OF_ROW = declare("wrong-with-row", reason=REASON)
OF_COLUMN = declare("wrong-with-column", column=TEXT, reason=REASON)
BUT_ACCEPTED = declare("wrong-with-value-alone", column=TEXT, reason=REASON)
CANNOT_WRITE = declare("rejects-unwritable", why=TEXT)


class Reject(NamedTuple):
    """One thing wrong with one row.

    `row` counts as a spreadsheet does, the header included. `column` is the file's, or ours where the file has none.
    `whole`: nothing of the row went in for this kind; else only this value was left out. `ours` is our own column;
    empty where the row is wrong as a whole.
    """

    row: int
    kind: KindName
    column: str
    value: str
    reason: GivenReason
    whole: bool = True
    ours: str = ""

    @property
    def told(self) -> GivenReason:
        """The reason, with our column and what it meant for the row, as a whole sentence."""
        if not self.ours:
            return give(OF_ROW, reason=self.reason.as_figure)
        return give(OF_COLUMN if self.whole else BUT_ACCEPTED, column=self.ours, reason=self.reason.as_figure)

    @property
    def sentence(self) -> str:
        """It in the language of `READER`."""
        return self.told.say(READER.get())


def rejects_path(path: Path) -> Path:
    """Where the rejects of a file are written: beside it."""
    return path.with_name(f"{path.name}.rejects.csv")


def write_rejects(path: Path, rejects: Iterable[Reject]) -> Path | None:
    """Write the rejects of the file at `path` beside it, or remove those of an earlier run when there are none.

    Returns where they are. The file carries a byte order mark, by which Excel knows it for UTF-8, and no cell of it
    can act as a formula.
    """
    target = rejects_path(path)
    unfinished = target.with_name(f"{target.name}.part")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            for reject in rejects:
                writer.writerow((reject.row, reject.kind, defuse(reject.column), defuse(reject.value), reject.sentence))
                count += 1
        if count:
            unfinished.replace(target)
            return target
        unfinished.unlink()
        target.unlink(missing_ok=True)
    except OSError as error:
        raise UnusableFile(target, give(CANNOT_WRITE, why=str(error.strerror))) from error
    return None
