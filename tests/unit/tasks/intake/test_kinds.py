"""How kinds are found and put in order, and what is told of drawers that cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.core.errors import AftercareError
from tasks.intake.errors import KindsInCircle, KindTwice, NoSuchKindBefore, UnusableDrawer
from tasks.intake.kinds import KINDS, find_kinds
from tests.support.scratch_kind import looked_into, write_drawer

PLAIN = """
from tasks.intake.columns import KindName
from tasks.intake.kinds import Kind


def load(load, staged):
    raise NotImplementedError


def kind(name, *after):
    return Kind(
        name=KindName(name), meaning="", columns=(), identity="", example={{}}, load=load, after=after
    )


{kinds}
"""


def found(folder: Path, **drawers: str) -> list[str]:
    """The kinds that are found when there are these drawers, too."""
    for name, kinds in drawers.items():
        write_drawer(folder, name, PLAIN.format(kinds=kinds))
    with looked_into(folder):
        return list(find_kinds())


def test_the_order_in_which_kinds_are_loaded() -> None:
    ours = [
        "stores",
        "staff",
        "customers",
        "consents",
        "vehicles",
        "appointments",
        "deliveries",
        "repair-orders",
        "service-intervals",
        "warranties",
        "inspections",
        "odometer-readings",
        "invoices",
        "payments",
        "promises",
        "arrangements",
        "leads",
        "due-items",
        "ends",
        "showroom-visits",
    ]
    assert [kind for kind in KINDS if kind in ours] == ours


def test_a_kind_comes_after_those_it_names_and_else_where_it_is_found(tmp_path: Path) -> None:
    order = found(
        tmp_path,
        a_scratch='ZEBRAS = kind("zebras", "yaks")\nXENOPS = kind("xenops", "customers")',
        b_scratch='YAKS = kind("yaks", "leads")',
    )
    assert order.index("xenops") == order.index("consents") + 1
    assert order.index("leads") < order.index("yaks") < order.index("zebras")
    assert [name for name in order if name in KINDS] == list(KINDS)


def test_a_kind_that_another_drawer_imports_is_one_kind(tmp_path: Path) -> None:
    order = found(
        tmp_path,
        a_scratch='from tasks.subjects.b_scratch.intake import YAKS\nZEBRAS = kind("zebras", "yaks")',
        b_scratch='YAKS = kind("yaks")',
    )
    assert order.count("yaks") == 1


@pytest.mark.parametrize(
    ("drawers", "error", "sentence"),
    [
        ({"a": "import nowhere"}, UnusableDrawer, "{}/a/intake.py cannot be loaded: ModuleNotFoundError: No module"),
        ({"a": "1 / 0"}, UnusableDrawer, "{}/a/intake.py cannot be loaded: ZeroDivisionError: division by zero"),
        (
            {"a": 'A = kind("yaks")', "b": 'B = kind("yaks")'},
            KindTwice,
            "{0}/b/intake.py: there is a kind 'yaks' already, in {0}/a/intake.py; each kind has a name of its own.",
        ),
        (
            {"a": 'A = kind("yaks", "zebras")'},
            NoSuchKindBefore,
            "{}/a/intake.py: 'yaks' is to come after 'zebras', and there is no such kind.",
        ),
        (
            {"a": 'A = kind("yaks", "zebras")', "b": 'B = kind("zebras", "yaks")'},
            KindsInCircle,
            "are to come after each other, so none of them can be the first.",
        ),
    ],
)
def test_drawers_that_cannot_be_used(
    tmp_path: Path, drawers: dict[str, str], error: type[AftercareError], sentence: str
) -> None:
    with pytest.raises(error) as told:
        found(tmp_path, **drawers)
    assert sentence.format(tmp_path) in str(told.value)


@pytest.mark.parametrize("command", [("up",), ("import", "customers", "customers.csv"), ("keys", "list")])
def test_a_drawer_that_cannot_be_loaded_stops_the_command_in_one_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    module = write_drawer(tmp_path, "broken", "import nowhere\n")
    script = (
        "import sys, tasks.subjects; tasks.subjects.__path__.append(sys.argv.pop(1)); "
        "from console.cli.command import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AFTERCARE_HOME": str(tmp_path / "home")},
    )
    assert (ended.returncode, ended.stderr) == (
        2,
        f"{module} cannot be loaded: ModuleNotFoundError: No module named 'nowhere'\n",
    )


def test_everything_that_a_kind_names_is_a_column_of_it() -> None:
    for kind in KINDS.values():
        names = {column.name for column in kind.columns}
        assert len(names) == len(kind.columns)
        named = {
            *kind.example,
            *kind.remade,
            *kind.not_from_constants,
            *(name for group in kind.needs for name in group),
        }
        assert named <= names, kind.name
        assert all(not names.isdisjoint(group) for group in kind.needs)
