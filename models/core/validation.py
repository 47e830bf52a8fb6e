"""Validation errors in submitted data, each with its field, a code and figures.

Pydantic checks single fields. Our own checks cover several fields together and raise pydantic's own errors, so that
each error has a place.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from models.core.reasons import GivenReason

Place = tuple[str | int, ...]
"""A path in the data, such as `("priority",)`, `("rules", "tolerance")` or `("steps", 2, "after")`; () is the root."""


class ValidationProblem(NamedTuple):
    """One validation error and its place."""

    place: Place
    code: str
    """One of our codes, or the type of pydantic's error."""
    context: Mapping[str, Any]
    """Pydantic's context of the error, such as a limit."""
    message: str
    """In English."""

    @property
    def reason(self) -> GivenReason | None:
        """The reason from one of our checks; None for pydantic's errors."""
        return self.context.get("reason")


def refused(reason: GivenReason) -> PydanticCustomError:
    """The error to raise from a check of one value."""
    return PydanticCustomError(reason.code, "{sentence}", {"sentence": str(reason), "reason": reason})


def refuse(place: Place, reason: GivenReason) -> NoReturn:
    """Raise an error at a place within the data, from a check of several fields."""
    raise ValidationError.from_exception_data(
        "refused", [InitErrorDetails(type=refused(reason), loc=place, input=None)]
    )


def problems_of(error: ValidationError) -> Iterator[ValidationProblem]:
    """The validation errors, without follow-up errors: a list with an invalid item also reports too few items."""
    problems = error.errors(include_input=False, include_url=False)
    places = [problem["loc"] for problem in problems]
    for problem in problems:
        if problem["type"] != "too_short" or not any(_is_within(place, problem["loc"]) for place in places):
            yield ValidationProblem(problem["loc"], problem["type"], problem.get("ctx") or {}, problem["msg"])


def _is_within(place: Place, whole: Place) -> bool:
    return len(place) > len(whole) and place[: len(whole)] == whole


def problems_by_place(error: ValidationError) -> dict[str, str]:
    """The English messages by place, such as `variants.0.share`; the empty place is the root."""
    return {".".join(map(str, problem.place)): problem.message for problem in problems_of(error)}


def all_of(problems: Mapping[str, str]) -> str:
    """The messages as sentences."""
    return " ".join(f"{place}: {said}." if place else f"{said}." for place, said in problems.items())
