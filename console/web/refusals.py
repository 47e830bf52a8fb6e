"""What a check says of a field that it refuses, in the viewer's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from console.web.words import say, say_reason


def problems_of(error: ValidationError) -> list[Mapping[str, Any]]:
    """What is wrong, once each: what has a part that is refused is also said to have too few, which it has not."""
    problems = error.errors(include_input=False, include_url=False)
    places = [problem["loc"] for problem in problems]
    return [
        problem
        for problem in problems
        if problem["type"] != "too_short" or not any(_is_within(place, problem["loc"]) for place in places)
    ]


def _is_within(place: Sequence[str | int], outer: Sequence[str | int]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def reason_of(language: str, problem: Mapping[str, Any]) -> str:
    """One problem that pydantic names, as a person would say it."""
    kind, context = problem["type"], problem.get("ctx") or {}
    match kind:
        case "value_error":
            return say_reason(language, problem["msg"].removeprefix("Value error, "))
        case "missing" | "too_short" | "string_too_short" | "string_type" | "int_type" | "enum" | "literal_error":
            return say(language, "checks.missing")
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            return say(language, f"checks.{kind}", limit=next(iter(context.values())))
        case "int_parsing" | "int_from_float" | "float_type" | "float_parsing":
            return say(language, "checks.number")
        case "decimal_parsing" | "decimal_type" | "decimal_max_places" | "decimal_max_digits":
            return say(language, "checks.amount")
        case "string_too_long" | "too_long":
            return say(language, "checks.too_long", limit=context["max_length"])
        case _:
            return str(problem["msg"])
