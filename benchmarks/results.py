"""What a benchmark measured: a figure beside the baseline of the same run, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FILE = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, and what it is held against."""

    name: str
    value: float
    unit: str
    baseline: float
    baseline_name: str

    @property
    def ratio(self) -> float:
        """The figure over its baseline."""
        return round(self.value / self.baseline, 3) if self.baseline else 0.0


def write(figures: Sequence[Figure], *, whole: bool) -> None:
    """Write the figures where scripts look for them; those of a part take the place of the same ones of before."""
    rows = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    if not whole and FILE.exists():
        measured = {figure.name for figure in figures}
        rows = [row for row in json.loads(FILE.read_text(encoding="utf-8")) if row["name"] not in measured] + rows
    FILE.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def show(figures: Sequence[Figure]) -> None:
    """Print the figures."""
    table = Table("benchmark", title="Benchmarks", title_justify="left")
    for column in ("value", "unit", "baseline", "is", "ratio"):
        table.add_column(column, justify="right" if column != "is" else "left")
    for figure in figures:
        table.add_row(
            figure.name, f"{figure.value:,.2f}", figure.unit, f"{figure.baseline:,.2f}", figure.baseline_name,
            f"{figure.ratio:.2f}",
        )  # fmt: skip
    Console(width=160).print(table)
