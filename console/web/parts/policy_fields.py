"""How each field of a policy is edited: the kind of input, derived from the models."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from models.core.errors import AftercareError
from models.core.offsets import Offset
from models.core.recurrence import Recurrence
from models.core.words import ANCHOR, SubjectKind, Validity
from models.kits.effects import choices_of, word_of
from models.kits.registry import traits_of
from models.policies.policy import ContactRules, Policy, Step, rules_of


class Look(StrEnum):
    """The kind of input."""

    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    TIME = "time"
    DATE = "date"
    AMOUNT = "amount"
    SPAN = "span"
    """Such as `-1d`, `2h`, or how often: `2w`; a field that may also be one of some words has them as its choices."""
    CHOICE = "choice"
    CHOICES = "choices"
    """Several values, in order."""
    NAMES = "names"
    """A list of lower-case names."""
    AMOUNTS = "amounts"
    """An amount per currency."""
    EFFECTS = "effects"
    """What a task does; each choice is one of them, as a word."""


class PolicyField(NamedTuple):
    """One field."""

    name: str
    look: Look
    choices: tuple[str, ...]
    optional: bool


class Unfillable(AftercareError):
    """No input fits the field's type."""

    def __init__(self, name: str, annotation: object) -> None:
        super().__init__(f"No form input fits '{name}' ({annotation}).")


SIMPLE: dict[Any, Look] = {
    str: Look.TEXT, int: Look.NUMBER, float: Look.NUMBER, bool: Look.SWITCH, time: Look.TIME, date: Look.DATE,
    Offset: Look.SPAN, Recurrence: Look.SPAN, Decimal: Look.AMOUNT,
}  # fmt: skip
OF_KITS = {"subject": Look.CHOICE, "conditions": Look.CHOICES, "counts_from": Look.CHOICE, "effects": Look.EFFECTS}
"""The fields of a step whose choices come from its subject's kit."""


def subjects_in(body: Mapping[str, Any]) -> list[SubjectKind]:
    """The subjects of a draft, in the order of its steps."""
    return list(dict.fromkeys(SubjectKind(str(step.get("subject"))) for step in body.get("steps", ())))


def fields_of_step(subjects: Iterable[SubjectKind]) -> list[PolicyField]:
    """The fields of a step. Choices are limited to what these subjects offer."""
    kits = [traits_of(subject) for subject in subjects]
    choices = {
        "subject": tuple(kit.kind for kit in kits),
        "conditions": tuple(sorted({condition for kit in kits for condition in kit.conditions})),
        "effects": tuple(word_of(effect) for effect in choices_of(effect for kit in kits for effect in kit.effects)),
        "counts_from": (ANCHOR, *dict.fromkeys(moment for kit in kits for moment in kit.moments)),
    }
    return [
        PolicyField(name, OF_KITS[name], choices[name], optional=False) if name in OF_KITS else _field(name, annotation)
        for name, annotation in ((name, field.annotation) for name, field in Step.model_fields.items())
    ]


def fields_of_rules(subjects: Iterable[SubjectKind]) -> list[PolicyField]:
    """The fields of the rules of a process about these subjects."""
    return list(fields_of(rules_of(subjects)))


def fields_of_contact_rules() -> list[PolicyField]:
    """The fields of the rules across processes."""
    return list(fields_of(ContactRules))


def fields_of_process() -> list[PolicyField]:
    """The fields of a policy itself, without its steps and rules."""
    return list(fields_of(Policy, ("priority",)))


def fields_of(model: type[BaseModel], only: tuple[str, ...] | None = None) -> Iterator[PolicyField]:
    """The fields of any model of ours, or some of them."""
    for name, field in model.model_fields.items():
        if only is None or name in only:
            yield _field(name, field.annotation)


def _field(name: str, annotation: object) -> PolicyField:
    kinds = [_bare(kind) for kind in _alternatives(annotation)]
    optional = NoneType in kinds
    named = [kind for kind in kinds if kind is not NoneType]
    look, choices = _look(name, named)
    return PolicyField(name, look, choices, optional)


def _look(name: str, kinds: list[Any]) -> tuple[Look, tuple[str, ...]]:
    if kinds == [Offset, Validity]:
        return Look.SPAN, tuple(Validity)
    (kind,) = kinds
    if kind in SIMPLE:
        return SIMPLE[kind], ()
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Look.CHOICE, tuple(kind)
    if get_origin(kind) is Literal:
        return Look.CHOICE, tuple(map(str, get_args(kind)))
    inner = [_bare(part) for part in get_args(kind)]
    if get_origin(kind) is tuple and inner[0] is str:
        return Look.NAMES, ()
    if get_origin(kind) is tuple and issubclass(inner[0], StrEnum):
        return Look.CHOICES, tuple(inner[0])
    if get_origin(kind) is dict and inner == [str, Decimal]:
        return Look.AMOUNTS, ()
    raise Unfillable(name, kind)


def _alternatives(annotation: object) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _bare(annotation: object) -> Any:
    """The bare type, without validators or aliases."""
    bare = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return getattr(bare, "__supertype__", bare)
