"""What pydantic has against data that somebody gave, by place, and as one sentence after the other."""

from collections.abc import Mapping

from pydantic import ValidationError


def complaints_by_place(error: ValidationError) -> dict[str, str]:
    """Each complaint by the place that it is about, such as `variants.0.share`; the empty place is the whole."""
    return {
        ".".join(str(part) for part in problem["loc"]): problem["msg"].removeprefix("Value error, ")
        for problem in error.errors(include_input=False)
    }


def all_of(complaints: Mapping[str, str]) -> str:
    """The complaints as sentences."""
    return " ".join(f"{place}: {reason}." if place else f"{reason}." for place, reason in complaints.items())
