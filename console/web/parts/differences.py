"""The differences between two versions of a policy or a template, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Body = Mapping[str, Any]
STEPS = "steps"


class Difference(NamedTuple):
    """One field that differs. `None` before: added; `None` after: removed."""

    place: tuple[str, ...]
    """Such as `("rules", "inspection_days")` or `("steps", "reminder-30", "after")`."""
    before: object
    after: object


def differences(before: Body, after: Body) -> list[Difference]:
    """Every field that differs, in the order of the newer version. Steps are matched by key."""
    found = list(_of_fields((), _but_steps(before), _but_steps(after)))
    return found + list(_of_steps(before.get(STEPS, ()), after.get(STEPS, ())))


def _but_steps(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != STEPS}


def _of_fields(place: tuple[str, ...], before: Body, after: Body) -> Iterator[Difference]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            yield from _of_fields((*place, name), old or {}, new or {})
        elif old != new and (old or new or None not in (old, new)):
            yield Difference((*place, name), old, new)


def _of_steps(before: Sequence[Body], after: Sequence[Body]) -> Iterator[Difference]:
    old, new = {step["key"]: step for step in before}, {step["key"]: step for step in after}
    ranks = [key for key in old if key in new], [key for key in new if key in old]
    if ranks[0] != ranks[1]:
        yield Difference((STEPS,), list(old), list(new))
    for key in dict.fromkeys([*new, *old]):
        yield from _of_fields((STEPS, key), old.get(key, {}), new.get(key, {}))
