"""Finding what tasks know of a kind of subject: `tasks/subjects/<kind>/facts.py` holds it as `SUBJECT`."""

from functools import cache

from models.calls.outcomes import all_outcomes
from models.core.saying import read_sentences, read_words
from models.core.words import SubjectKind
from models.kits.links import offers
from models.kits.registry import BrokenKit, all_traits, load_module
from tasks.subjects.contract import Subject


@cache
def subject_of(kind: SubjectKind) -> Subject:
    """The subject of a kind. Raises `BrokenKit`."""
    place = f"tasks.subjects.{kind.replace('-', '_')}.facts"
    subject = getattr(load_module(place), "SUBJECT", None)
    if not isinstance(subject, Subject) or subject.kind != kind:
        raise BrokenKit(place.replace(".", "/"), f"it has no SUBJECT of the kind '{kind}'")
    return subject


def check_kits() -> None:
    """Load every kit whole, so that nothing starts with half of them. Raises `BrokenKit` or `BadWording`."""
    all_subjects()
    all_outcomes()
    offers()
    read_sentences()
    read_words()


def all_subjects() -> list[Subject]:
    """The subjects of every kind that a kit is for. Raises `BrokenKit`."""
    return [subject_of(kind) for kind in all_traits()]
