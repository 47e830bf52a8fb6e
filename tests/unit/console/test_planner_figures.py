"""What the planner keeps of a touch has a name in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import tasks
from console.shared.words import read_wording
from tasks.subjects.vehicle.mileage import FIGURES

ROOT = Path(next(iter(tasks.__path__)))
OF_ONE_INVOICE = "netting"
"""What it makes stands inside the figure `invoices`, which is written as a whole."""
OF_REASONS = {"because", "code", "figures", "instead", "touch", "process", "step", "at", "on", "km"}
"""Said within the sentence of a reason."""


def names_kept() -> Iterator[str]:
    """The figures of every subject and of the gates, as the SQL names them."""
    for path in (*(ROOT / "subjects").rglob("*.py"), ROOT / "dispatch/gates.py"):
        if path.stem != OF_ONE_INVOICE:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "func.jsonb_build_object":
                    yield from (
                        text for one in node.args[::2] for name in ast.walk(one) if (text := _text(name)) is not None
                    )


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_figure_that_is_kept_has_a_name() -> None:
    kept = {*names_kept(), *FIGURES, "km_per_day"} - OF_REASONS
    assert kept >= {"starts_at", "totals", "contacts_today", "date_ends_on"}
    assert {f"calls.figure_{name}" for name in kept} - read_wording().keys() == set()
