"""What pydantic has against data that somebody gave, by place, and as one sentence after the other."""

from collections.abc import Mapping

from pydantic import ValidationError


def complaints_by_place(error: ValidationError) -> dict[str, str]:
    """Each complaint by the place that it is about, such as `variants.0.share`; the empty place is the whole.

    What pydantic calls too short because it took the refused part out was not too short when it was given.
    """
    problems = error.errors(include_input=False)
    places = [problem["loc"] for problem in problems]
    return {
        ".".join(str(part) for part in problem["loc"]): problem["msg"].removeprefix("Value error, ")
        for problem in problems
        if problem["type"] != "too_short" or not any(_is_within(place, problem["loc"]) for place in places)
    }


def _is_within(place: tuple[int | str, ...], whole: tuple[int | str, ...]) -> bool:
    return len(place) > len(whole) and place[: len(whole)] == whole


def all_of(complaints: Mapping[str, str]) -> str:
    """The complaints as sentences."""
    return " ".join(f"{place}: {reason}." if place else f"{reason}." for place, reason in complaints.items())
