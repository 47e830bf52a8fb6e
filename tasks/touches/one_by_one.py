"""One person's decision on many touches, each in a savepoint, so that one failure does not stop the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from models.core.errors import AftercareError
from models.core.ids import TouchId


@dataclass(frozen=True, slots=True)
class Decided:
    """The result of a decision on one touch."""

    touch_id: TouchId
    problem: AftercareError | None
    """Why it failed; None: it succeeded."""


def decide_each(
    connection: Connection, touch_ids: Iterable[TouchId], decide: Callable[[TouchId], object]
) -> list[Decided]:
    """Decide on each touch in its own savepoint.

    They are processed in the order of their ids, so that two people who decide on the same ones cannot
    deadlock.
    """
    return [Decided(touch_id, _problem(connection, touch_id, decide)) for touch_id in sorted(set(touch_ids))]


def _problem(connection: Connection, touch_id: TouchId, decide: Callable[[TouchId], object]) -> AftercareError | None:
    try:
        with connection.begin_nested():
            decide(touch_id)
    except AftercareError as problem:
        return problem
    return None
