"""The kits of all kinds of subjects, found by being there: every module of `models/subjects` that holds `TRAITS`."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from models.core.errors import AftercareError, NotFound
from models.core.words import SubjectKind
from models.kits.contract import SubjectTraits

SUBJECTS = "models.subjects"
"""Named, not imported: the kits stand on what is here."""


class BrokenKit(AftercareError):
    """A kit that cannot be used. Nothing starts with half of the subjects."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"The kit {place} cannot be used: {reason}.")


class UnknownSubject(NotFound):
    """A kind of subject that no kit is for."""

    def __init__(self, kind: str, known: Iterable[str]) -> None:
        self.kind, self.known = kind, tuple(known)
        super().__init__(f"There is no subject '{kind}'; expected one of {', '.join(self.known)}.")


@cache
def all_traits() -> dict[SubjectKind, SubjectTraits]:
    """The traits of every kind of subject, by its name. Raises `BrokenKit`."""
    found: dict[SubjectKind, SubjectTraits] = {}
    for module in load_subjects():
        traits = getattr(module, "TRAITS", None)
        if traits is None:
            continue
        if not isinstance(traits, SubjectTraits):
            raise BrokenKit(module.__name__.replace(".", "/"), "its TRAITS are no SubjectTraits")
        if traits.kind in found:
            raise BrokenKit(module.__name__.replace(".", "/"), f"there is another kit of the name '{traits.kind}'")
        found[traits.kind] = traits
    return found


def load_module(name: str) -> ModuleType:
    """A module of a kit. Raises `BrokenKit` with its name and what is wrong."""
    try:
        return import_module(name)
    except Exception as error:
        raise BrokenKit(name.replace(".", "/"), f"{type(error).__name__}: {error}".rstrip(".")) from error


def load_subjects() -> list[ModuleType]:
    """Every module of `models/subjects`, so that their tables are there, too. Raises `BrokenKit`."""
    names = sorted(module.name for module in iter_modules(import_module(SUBJECTS).__path__))
    return [load_module(f"{SUBJECTS}.{name}") for name in names]


def traits_of(kind: SubjectKind) -> SubjectTraits:
    """The traits of one kind of subject. Raises `UnknownSubject`."""
    try:
        return all_traits()[kind]
    except KeyError as error:
        raise UnknownSubject(kind, all_traits()) from error
