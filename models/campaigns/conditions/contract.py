"""What a condition of an audience is, and the types of its fields."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StringConstraints

from models.core.frozen import Frozen
from models.core.reasons import TEXT, WORD, declare, give
from models.core.validation import refuse, refused
from models.core.words import Language

LARGEST_KEY = 2**63 - 1
CONTROL_CHARACTERS = declare("control-characters")
NO_BOUND = declare("no-bound", name=WORD)
EMPTY_RANGE = declare("empty-range", name=WORD, least=TEXT, most=TEXT)
Said = dict[Language, str]


class Condition(Frozen):
    """One condition on a customer. Its docstring says when it holds; whoever it cannot be said of is left out."""

    kind: str
    said: ClassVar[Said]
    """How it begins in words."""
    said_no: ClassVar[Said | None] = None
    """The same where its answer is to be no; of a condition with the field `yes`."""
    further: ClassVar[dict[str, Said]] = {}
    """What its own fields say where they are filled in, each with a `{}` for the value."""
    labels: ClassVar[dict[str, Said]] = {}
    """What the form calls it and its fields, by `kind` and by their names, where no other condition has named them."""


def _readable(text: str) -> str:
    if not text.isprintable():
        raise refused(give(CONTROL_CHARACTERS))
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_readable)]
Names = Annotated[tuple[Name, ...], Field(max_length=500)]
SomeNames = Annotated[tuple[Name, ...], Field(min_length=1, max_length=500)]
"""Compared without regard to case."""
Days = Annotated[int, Field(ge=0, le=36_500)]
Span = Annotated[int, Field(ge=1, le=36_500)]
"""Days, today being the last of them."""
Years = Annotated[int, Field(ge=0, le=150)]
ModelYear = Annotated[int, Field(ge=1900, le=2199)]
Many = Annotated[int, Field(ge=0, le=1_000_000)]
Kilometres = Annotated[int, Field(ge=0, le=10_000_000)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""
Id = Annotated[int, Field(ge=1, le=LARGEST_KEY)]


def check_range(name: str, least: Any, most: Any) -> None:
    if least is not None and most is not None and least > most:
        refuse((), give(EMPTY_RANGE, name=name, least=str(least), most=str(most)))


def check_some(name: str, *bounds: object) -> None:
    if all(bound is None for bound in bounds):
        refuse((), give(NO_BOUND, name=name))
