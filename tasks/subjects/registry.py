"""Finding what tasks know of a kind of subject, by name of the module: `SUBJECT` in `tasks/subjects/<kind>/facts.py`,
`REPLIES` in `replies.py` beside it, and `ACTIONS`, which carry out the effects that its kit offers, in `actions.py`."""

from functools import cache
from importlib.util import find_spec

from models.calls.outcomes import all_outcomes
from models.core.saying import read_sentences, read_words
from models.core.words import SubjectKind
from models.kits.effects import name_of
from models.kits.links import offers
from models.kits.registry import BrokenKit, all_traits, load_module, traits_of
from tasks.subjects.contract import Action, Subject
from tasks.subjects.replies import Replies


@cache
def subject_of(kind: SubjectKind) -> Subject:
    """The subject of a kind. Raises `BrokenKit`."""
    place = f"tasks.subjects.{kind.replace('-', '_')}.facts"
    subject = getattr(load_module(place), "SUBJECT", None)
    if not isinstance(subject, Subject) or subject.kind != kind:
        raise BrokenKit(place.replace(".", "/"), f"it has no SUBJECT of the kind '{kind}'")
    return subject


@cache
def replies_of(kind: SubjectKind) -> Replies | None:
    """What a kind of subject makes of replies; None: it takes none. Raises `BrokenKit`."""
    place = f"tasks.subjects.{kind.replace('-', '_')}.replies"
    if find_spec(place) is None:
        return None
    replies = getattr(load_module(place), "REPLIES", None)
    if not isinstance(replies, Replies) or replies.kind != kind:
        raise BrokenKit(place.replace(".", "/"), f"it has no REPLIES of the kind '{kind}'")
    return replies


def all_replies() -> list[Replies]:
    """What the kits that take replies make of them. Raises `BrokenKit`."""
    return [replies for kind in all_traits() if (replies := replies_of(kind)) is not None]


def check_kits() -> None:
    """Load every kit whole, so that nothing starts with half of them. Raises `BrokenKit` or `BadWording`."""
    all_subjects()
    all_replies()
    all_outcomes()
    offers()
    read_sentences()
    read_words()


def all_subjects() -> list[Subject]:
    """The subjects of every kind that a kit is for. Raises `BrokenKit`."""
    return [subject_of(kind) for kind in all_traits()]


@cache
def actions_of(kind: SubjectKind) -> dict[str, Action]:
    """What carries out each effect that the kit of a kind offers, by the effect's name. Raises `BrokenKit`."""
    offered = traits_of(kind).effects
    if not offered:
        return {}
    place = f"tasks.subjects.{kind.replace('-', '_')}.actions"
    actions = getattr(load_module(place), "ACTIONS", {})
    missing = [name_of(effect) for effect in offered if effect not in actions]
    if missing:
        raise BrokenKit(place.replace(".", "/"), f"nothing carries out the effect '{missing[0]}'")
    return {name_of(effect): actions[effect] for effect in offered}


def action_of(kind: SubjectKind, effect: str) -> Action:
    """What carries out one effect of tasks about a kind of subject. Raises `BrokenKit`, KeyError."""
    return actions_of(kind)[effect]
