"""What an import kind is, and how kinds are found: by being declared in a drawer's module `intake`."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from sqlalchemy import Table
from sqlalchemy.types import TypeEngine

from tasks.intake.columns import Column, KindName
from tasks.intake.errors import KindsInCircle, KindTwice, NoSuchKindBefore, UnusableDrawer
from tasks.intake.load import Load
from tasks.intake.maps.row_rules import Checked, House
from tasks.intake.samples import Sample
from tasks.intake.staging import Staged

PLACES = ("tasks.stores", "tasks.customers", "tasks.subjects")
"""Where drawers are: their modules `intake`, and those of the folders in them."""
MODULE = "intake"


@dataclass(frozen=True, eq=False)
class Consequence:
    """What follows from the facts of one or several kinds, worked out once when all rows of an import are in."""

    tables: tuple[Table, ...]
    """Temporary tables, in which loaders note what it is to be worked out for."""
    work_out: Callable[[Load], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Kind:
    """A kind of fact: its columns, what makes two rows the same fact, and how rows are checked and loaded."""

    name: KindName
    meaning: str
    """What one row is, as a sentence of the documentation."""
    columns: tuple[Column, ...]
    identity: str
    """The rule by which a row is known again, for the documentation."""
    example: Mapping[str, str]
    """A row as it may stand in a file, for the documentation."""
    load: Callable[[Load, Staged], None]
    """Merges the staged rows into the shared database."""
    one_of: tuple[tuple[str, ...], ...] = ()
    """Of each of these groups of columns, a file must have at least one."""
    after: tuple[str, ...] = ()
    """The kinds that come before this one: those that its rows refer to, and those that lists name first."""
    check: Callable[[Checked, House], None] | None = None
    """What must be right about a row beyond each single cell, and what follows from its cells."""
    made: Mapping[str, TypeEngine[Any]] = field(default_factory=dict)
    """Staged columns that `check` makes of others."""
    remade: frozenset[str] = frozenset()
    """Columns that are not staged: `check` takes them out of the row."""
    looks_up: tuple[str, ...] = ()
    """Ids that `load` looks up, beside those of `staging.FOUND`."""
    not_from_constants: frozenset[str] = frozenset()
    """Columns that the map's constants do not fill: `load` knows better."""
    makes_stores: bool = False
    """Loaded in a pass of its own, before the rows of other kinds are read in the time zones of its stores."""
    consequences: tuple[Consequence, ...] = ()
    api_scope: str | None = None
    """What a key needs for a program to write this kind; None: only files hold it."""
    sample: Sample | None = None
    """Its rows in the sample dealership, where the sample has no others of this kind."""

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def needs(self) -> Iterator[tuple[str, ...]]:
        """Groups of columns; without one of each a file cannot be this kind."""
        yield from ((column.name,) for column in self.columns if column.required)
        yield from self.one_of

    @cached_property
    def staged(self) -> dict[str, TypeEngine[Any]]:
        """What is staged of a row, with its types."""
        said = (column for column in self.columns if column.name != "store" and column.name not in self.remade)
        return {column.name: column.holds.staged_as for column in said} | dict(self.made)


@cache
def find_kinds() -> Mapping[KindName, Kind]:
    """All kinds, in the order in which those of one file are loaded: what is referred to comes before what refers.

    Raises `UnusableDrawer`, `KindTwice`, `NoSuchKindBefore` and `KindsInCircle`.
    """
    found: dict[KindName, Kind] = {}
    places: dict[KindName, Path] = {}
    for module in _drawers():
        place = Path(module.__file__ or module.__name__)
        for kind in _declared_in(module):
            if kind is found.get(kind.name):
                continue  # it is only named here
            if kind.name in found:
                raise KindTwice(kind.name, places[kind.name], place)
            found[kind.name], places[kind.name] = kind, place
    return {kind.name: kind for kind in _in_order(found, places)}


def _drawers() -> Iterator[ModuleType]:
    """The modules that may declare kinds, place after place, each place by name."""
    for place in PLACES:
        path = import_module(place).__path__
        folders = sorted(module.name for module in iter_modules(path) if module.ispkg)
        for folder in (place, *(f"{place}.{name}" for name in folders)):
            yield from _drawer(folder)


def _drawer(folder: str) -> Iterator[ModuleType]:
    """The module `intake` of a folder, if it has one."""
    name = f"{folder}.{MODULE}"
    try:
        if find_spec(name):
            yield import_module(name)
    except Exception as error:
        raise UnusableDrawer(_path_of(folder, name), error) from error


def _path_of(folder: str, name: str) -> str:
    """Where a module that cannot be imported stands."""
    package = sys.modules.get(folder)
    return str(Path(package.__path__[0]) / f"{MODULE}.py") if package else name


def _declared_in(module: ModuleType) -> list[Kind]:
    return [value for value in vars(module).values() if isinstance(value, Kind)]


def _in_order(kinds: Mapping[KindName, Kind], places: Mapping[KindName, Path]) -> Iterator[Kind]:
    """Each kind after those it is to come after; among those that may come next, the one that was found first."""
    waiting = list(kinds.values())
    for kind in waiting:
        for name in kind.after:
            if name not in kinds:
                raise NoSuchKindBefore(kind.name, places[kind.name], name)
    try:
        TopologicalSorter({kind.name: kind.after for kind in waiting}).prepare()
    except CycleError as error:
        raise KindsInCircle(error.args[1]) from error
    done: set[str] = set()
    while waiting:
        following = next(kind for kind in waiting if done.issuperset(kind.after))
        waiting.remove(following)
        done.add(following.name)
        yield following


class Kinds(Mapping[KindName, Kind]):
    """The kinds by name, in order. They are looked for when they are first asked for, for they import the engine."""

    def __getitem__(self, name: KindName) -> Kind:
        return find_kinds()[name]

    def __iter__(self) -> Iterator[KindName]:
        return iter(find_kinds())

    def __len__(self) -> int:
        return len(find_kinds())


KINDS = Kinds()


def consequences_of(kinds: Iterable[Kind]) -> list[Consequence]:
    """What follows from the facts of these kinds, each once."""
    return list(dict.fromkeys(consequence for kind in kinds for consequence in kind.consequences))
