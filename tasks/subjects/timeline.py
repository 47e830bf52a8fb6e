"""What a subject's drawer adds to the timeline of a customer: its entries, and how each is put into words.

`tasks/subjects/<subject>/timeline.py` holds them as `ENTRIES`; they are found by being there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NewType

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from models.core.cadence import LOCAL, ZONED
from models.core.rows import AnySelect
from models.kits.registry import load_module

EntryKind = NewType("EntryKind", str)
"""What an entry tells of."""
ZONE = bindparam("zone", type_=Text)
"""The time zone of the customer's store."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A fact as it is."""

    fact: str


@dataclass(frozen=True, slots=True)
class Worded:
    """A word of the business, such as a status, by the wording `<group>_<word>`."""

    fact: str
    group: str


@dataclass(frozen=True, slots=True)
class Whether:
    """One sentence where a fact is there and true, another or none where it is not."""

    fact: str
    yes: str
    no: str | None = None


@dataclass(frozen=True, slots=True)
class OnDay:
    """A sentence with the day that a fact is, such as "due on {day}"."""

    fact: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Amount:
    """The facts `amount` and `currency` as money; a sentence where there is no amount."""

    otherwise: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who did it: the fact `by`."""


@dataclass(frozen=True, slots=True)
class Because:
    """The fact `reason`."""


Part = Plain | Worded | Whether | OnDay | Amount | Person | Because


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One kind of entry: the select of a customer's, and the parts of its title and details after the source's key."""

    kind: EntryKind
    select: Callable[[], AnySelect]
    """Columns as `entry` gives them, of the customer that the parameter `CUSTOMER` names."""
    title: tuple[Part, ...]
    details: tuple[Part, ...] = ()
    to_the_day: bool = False
    """It is known to the day only, which the fact `day` says."""


def entry(kind: EntryKind, at: Any, ref: Any, **facts: Any) -> AnySelect:
    """The columns of an entry: when it was, what it tells of, how it is called, and its facts."""
    named = [part for name, value in facts.items() for part in (literal(name, Text), value)]
    return select(
        at.label("at"),
        literal(kind, Text).label("kind"),
        cast(ref, Text).label("ref"),
        func.jsonb_strip_nulls(func.jsonb_build_object(*named), type_=JSONB).label("facts"),
    )


def day_begins(day: object) -> ColumnElement[datetime]:
    """The beginning of a day on the store's clock."""
    return func.timezone(ZONE, cast(day, LOCAL), type_=ZONED)


@cache
def entries_of_subjects() -> dict[EntryKind, TimelineEntry]:
    """The entries of all subjects, by kind. Raises `BrokenKit`."""
    package = import_module("tasks.subjects")
    found: dict[EntryKind, TimelineEntry] = {}
    for folder in sorted(module.name for module in iter_modules(package.__path__) if module.ispkg):
        place = f"{package.__name__}.{folder}.timeline"
        if Path(package.__path__[0], folder, "timeline.py").is_file():
            found |= {one.kind: one for one in load_module(place).ENTRIES}
    return found
