"""Finding what tasks know of a kind of subject: `tasks/subjects/<kind>/facts.py` holds it as `SUBJECT`, and
`actions.py`, where its kit offers effects, what carries them out as `ACTIONS`."""

from functools import cache

from models.core.words import SubjectKind
from models.kits.effects import name_of
from models.kits.registry import BrokenKit, all_traits, load_module, traits_of
from tasks.subjects.contract import Action, Subject


@cache
def subject_of(kind: SubjectKind) -> Subject:
    """The subject of a kind. Raises `BrokenKit`."""
    place = f"tasks.subjects.{kind.replace('-', '_')}.facts"
    subject = getattr(load_module(place), "SUBJECT", None)
    if not isinstance(subject, Subject) or subject.kind != kind:
        raise BrokenKit(place.replace(".", "/"), f"it has no SUBJECT of the kind '{kind}'")
    return subject


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
