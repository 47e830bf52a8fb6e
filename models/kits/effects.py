"""What a task does when it reaches the desk that it is for: typed actions, of which a step lists those it wants.

Opening a case is the engine's. The others are offered by the kits of the subjects that they are about
(`TRAITS.effects`), and carried out by `tasks/subjects/<kind>/actions.py`. Each is idempotent: to carry it out twice
changes nothing more.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, reduce
from itertools import product
from operator import or_
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter

from models.core.frozen import Frozen
from models.core.reasons import KEY, TEXT, declare, give
from models.core.validation import refuse
from models.core.words import CaseKind, SubjectKind

NO_SUCH_EFFECT = declare("no-such-effect", subject=KEY, effect=TEXT, known=TEXT)


class Effect(Frozen):
    """One action. Subclasses say in `do` how it is called, and have a field for each thing that it needs to know."""

    do: str


class OpenCase(Effect):
    """A case of a kind opens, for a person to settle by its deadlines."""

    do: Literal["open-case"]
    kind: CaseKind


OPEN_CASE = "open-case"


def name_of(effect: type[Effect]) -> str:
    """How an effect is called."""
    (name,) = get_args(effect.model_fields["do"].annotation)
    return str(name)


@cache
def _reader(offered: tuple[type[Effect], ...]) -> TypeAdapter[tuple[Effect, ...]]:
    if len(offered) == 1:
        return TypeAdapter(tuple[offered[0], ...])  # type: ignore[valid-type]  # it is made here
    any_of_them: Any = reduce(or_, offered)
    return TypeAdapter(tuple[Annotated[any_of_them, Field(discriminator="do")], ...])


def read_effects(value: object, kind: SubjectKind, offered: Iterable[type[Effect]]) -> tuple[Effect, ...]:
    """The effects that a step about a kind of subject lists. Raises pydantic's `ValidationError`."""
    every: tuple[type[Effect], ...] = (OpenCase, *offered)
    known = {name_of(effect): effect for effect in every}
    for number, one in enumerate(value if isinstance(value, list | tuple) else ()):
        name = one.get("do") if isinstance(one, Mapping) else getattr(one, "do", None)
        if name not in known:
            figures = {"subject": kind, "effect": str(name or ""), "known": ", ".join(known)}
            refuse((number, "do"), give(NO_SUCH_EFFECT, **figures))
    return _reader(tuple(known.values())).validate_python(value)


def word_of(effect: Mapping[str, Any]) -> str:
    """An effect as one word, such as `open-case_complaint`: as forms choose it and the wording names it."""
    return "_".join([effect["do"], *(str(value) for name, value in sorted(effect.items()) if name != "do")])


def choices_of(offered: Iterable[type[Effect]]) -> Iterator[dict[str, object]]:
    """Every effect that can be chosen from a list: those whose fields are all words of a set."""
    every: tuple[type[Effect], ...] = (OpenCase, *offered)
    for effect in every:
        fields = {name: field.annotation for name, field in effect.model_fields.items() if name != "do"}
        sets = [kind for kind in fields.values() if isinstance(kind, type) and issubclass(kind, StrEnum)]
        if len(sets) == len(fields):
            for values in product(*sets):
                yield {"do": name_of(effect), **{name: str(word) for name, word in zip(fields, values, strict=True)}}
