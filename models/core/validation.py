"""Validation errors: what is wrong with data that somebody gave, each with its field, a code and figures.

Pydantic finds what a single field shows. What only several fields show is found by checks of ours, which raise
pydantic's own errors, so that each has its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from models.core.reasons import GivenReason

Place = tuple[str | int, ...]
"""Where in the data, such as `("priority",)`, `("rules", "tolerance")` or `("steps", 2, "after")`; () is the whole."""


class ValidationProblem(NamedTuple):
    """One thing that is wrong, and where."""

    place: Place
    code: str
    """One of ours, or the type of pydantic's error."""
    context: Mapping[str, Any]
    """What pydantic says beside the type, such as a limit."""
    message: str
    """In English."""

    @property
    def reason(self) -> GivenReason | None:
        """What a check of ours found; None: pydantic found it."""
        return self.context.get("reason")


def refused(reason: GivenReason) -> PydanticCustomError:
    """The error of a check of one value; raise it."""
    return PydanticCustomError(reason.code, "{sentence}", {"sentence": str(reason), "reason": reason})


def refuse(place: Place, reason: GivenReason) -> NoReturn:
    """Raise the error of a check of several fields: at a place within what is checked."""
    raise ValidationError.from_exception_data(
        "refused", [InitErrorDetails(type=refused(reason), loc=place, input=None)]
    )


def problems_of(error: ValidationError) -> Iterator[ValidationProblem]:
    """What is wrong, once each: what has a part that is refused is also said to have too few, which it has not."""
    problems = error.errors(include_input=False, include_url=False)
    places = [problem["loc"] for problem in problems]
    for problem in problems:
        if problem["type"] != "too_short" or not any(_is_within(place, problem["loc"]) for place in places):
            yield ValidationProblem(problem["loc"], problem["type"], problem.get("ctx") or {}, problem["msg"])


def _is_within(place: Place, whole: Place) -> bool:
    return len(place) > len(whole) and place[: len(whole)] == whole


def problems_by_place(error: ValidationError) -> dict[str, str]:
    """What is wrong, in English, by its place, such as `variants.0.share`; the empty place is the whole."""
    return {".".join(map(str, problem.place)): problem.message for problem in problems_of(error)}


def all_of(problems: Mapping[str, str]) -> str:
    """What is wrong as sentences."""
    return " ".join(f"{place}: {said}." if place else f"{said}." for place, said in problems.items())
