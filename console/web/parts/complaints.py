"""What is wrong with a policy that someone is writing, at the fields where it is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

Place = tuple[str | int, ...]
"""Such as `("priority",)`, `("rules", "tolerance")` or `("steps", 2, "after")`."""
NAMED_FIELD = re.compile(r"(?P<field>[a-z_]+): (?P<reason>.+)", re.DOTALL)
NAMED_STEP = re.compile(r"steps\[(?P<number>\d+)\](?P<reason>.+)", re.DOTALL)
QUOTED = re.compile(r"'(?P<key>[^']*)'")
FIELDS_DEEP = {"steps": 3, "rules": 2}
"""How long the path to a field is."""


class Complaint(NamedTuple):
    """A sentence, and the field that it is about."""

    place: Place
    reason: str


def complaints_of(
    error: ValidationError, data: Mapping[str, Any], reason_of: Callable[[Mapping[str, Any]], str]
) -> list[Complaint]:
    """Every complaint once per field; `data` is what was refused, `reason_of` words what pydantic has against it."""
    reasons: dict[Place, list[str]] = {}
    for problem in error.errors(include_input=False, include_url=False):
        path = problem["loc"]
        place, reason = _placed(path, problem["msg"].removeprefix("Value error, "), data)
        reasons.setdefault(place, []).append(reason_of({**problem, "msg": reason}))
    return [Complaint(place, "; ".join(dict.fromkeys(found))) for place, found in reasons.items()]


def _placed(path: Place, reason: str, data: Mapping[str, Any]) -> tuple[Place, str]:
    """What a check of several fields at once says begins with the field that it means."""
    if path and len(path) >= FIELDS_DEEP.get(str(path[0]), 1):
        return path[: FIELDS_DEEP.get(str(path[0]), 1)], reason
    step = NAMED_STEP.fullmatch(reason)
    if step:
        field = "valid_for" if "valid_for" in reason else "after"
        return ("steps", int(step["number"]), field), step["reason"].strip()
    named = NAMED_FIELD.fullmatch(reason)
    if not named:
        return path, reason
    if named["field"] == "steps":
        return _of_a_key(named["reason"], data.get("steps", ())), named["reason"]
    return (*path, named["field"]), named["reason"]


def _of_a_key(reason: str, steps: Sequence[Mapping[str, Any]]) -> Place:
    """The last step of the key that a sentence about all steps names."""
    quoted = QUOTED.search(reason)
    numbers = [number for number, step in enumerate(steps) if quoted and step.get("key") == quoted["key"]]
    if not numbers:
        return ("steps",)
    return ("steps", numbers[-1], "subject" if "is about" in reason else "key")
