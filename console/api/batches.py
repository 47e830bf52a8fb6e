"""Batches of which each entry is read by itself: what is wrong with one keeps no other out, and is told by its place.

A gateway repeats a call that was refused, word for word; one bad entry would keep the others out for ever.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import structlog
from pydantic import (
    AfterValidator,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from console.api.requests import JsonRequest
from models.core.errors import AftercareError

LOG = structlog.get_logger()
Taken = TypeVar("Taken")

UNKEPT = re.compile("[\x00\ud800-\udfff]")
"""The character zero and halves of pairs of surrogates, as a sign that was cut in two leaves them: no database keeps
them."""
MENDED = "\ufffd"
"""What stands for a character that is lost."""
MOST_DEEP = 20
"""No entry is a tree of more levels."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """What stands for an entry that could not be read."""

    problem: str
    """A sentence that begins with the place."""


NOT_TAKEN = "It could not be taken; the log of the console says why."
AWAY = (OperationalError, InterfaceError)
"""The database does not answer: nothing of the batch was taken, and the call may be made again."""


def take_alone(connection: Connection, take: Callable[[], Taken]) -> Taken | NotRead:
    """Take one entry in a savepoint, so that whatever goes wrong with it undoes nothing of the others."""
    try:
        with connection.begin_nested():
            return take()
    except AWAY:
        raise
    except AftercareError as error:
        return NotRead(str(error))
    except Exception:  # a gateway repeats a refused call for ever, and a STOP beside this one would never be heard
        LOG.exception("An entry of a batch could not be taken")
        return NotRead(NOT_TAKEN)


class BatchRequest(JsonRequest):
    """A request whose texts are mended rather than refused, so that one of them does not keep the batch out."""

    def check(self, parsed: object) -> object:
        """The body as it can be kept."""
        return mended(parsed)


def mended(value: object, depth: int = 0) -> object:
    """A value of JSON with a mark for each character that no database keeps, and nothing below the deepest level."""
    if isinstance(value, str):
        return UNKEPT.sub(MENDED, value)
    if depth == MOST_DEEP:
        return None
    if isinstance(value, list):
        return [mended(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {mended(name): mended(one, depth + 1) for name, one in value.items()}
    return value


def _unbroken(text: str) -> str:
    if MENDED in text:
        sentence = "expected a text without broken characters"
        raise ValueError(sentence)
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_unbroken)]
"""What something is known by: with a character lost it may be taken for another one."""


def _each_alone(value: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> list[object]:
    """The entries, with `NotRead` in place of those that cannot be read. Raises `ValidationError` when none can."""
    try:
        return list(read(value))
    except ValidationError as error:
        wrong: dict[int, str] = {}
        for problem in error.errors(include_url=False, include_input=False):
            place = next(iter(problem["loc"]), None)
            if not isinstance(place, int):
                raise  # it is no list, or too long a one
            where = ".".join(map(str, (info.field_name, *problem["loc"])))
            wrong.setdefault(place, f"{where}: {problem['msg'].removeprefix('Value error, ')}.")
        if len(wrong) == len(value):
            raise
        good = iter(read([one for place, one in enumerate(value) if place not in wrong]))
        return [NotRead(wrong[place]) if place in wrong else next(good) for place in range(len(value))]


EACH_ALONE = WrapValidator(_each_alone)
"""For a field that is a list: its entries are read one by one, and become `NotRead` where they cannot be."""
