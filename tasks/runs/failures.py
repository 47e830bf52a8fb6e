"""Why a run failed: one sentence with what to do, and details for whoever maintains the program.

Neither holds values: no parameters of statements, no data of customers. An error of ours says its own sentence.
"""

import re
import traceback
from asyncio import CancelledError
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from models.core.errors import AftercareError
from models.core.masking import mask
from models.core.reasons import GivenReason, ReasonCode, as_written, declare, give
from models.core.saying import ENGLISH

INTERRUPTED = declare("run-interrupted")
DIED = declare("run-process-died")
DATABASE_AWAY = declare("run-database-away")
DATABASE_REFUSED = declare("run-database-refused")
UNEXPECTED = declare("run-failed-unexpectedly")
OURS = Path(__file__).parents[2]
FRAMES = 5
"""How many places of our program the details name, the innermost last."""
LONGEST = 300
"""A longer text is no sentence of ours."""
STATEMENT = ("[SQL:", "[parameters:", "\nDETAIL:", "\nLINE ")
"""What a text holds that quotes a statement or its values."""
CLASS_NAME = re.compile(r"\(?((?:psycopg|sqlalchemy)[\w.]*\.\w+)\)?")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed."""

    reason: GivenReason
    details: str
    """For whoever maintains the program; empty if the sentence says all."""


def describe_failure(error: BaseException) -> str:
    """What is kept of an error: the English sentence, and details in the lines below it."""
    match error:
        case CancelledError() | KeyboardInterrupt():
            return sentence(INTERRUPTED)
        case AftercareError():
            return " ".join(mask(str(error)).split())
        case OperationalError() | InterfaceError():
            code = DATABASE_AWAY
        case DBAPIError():
            code = DATABASE_REFUSED
        case _:
            code = UNEXPECTED
    return "\n".join([sentence(code), *_details(error)])


def sentence(code: ReasonCode) -> str:
    """The sentence that is kept for a code."""
    return give(code).say(ENGLISH)


def read_failure(kept: str) -> Failure:
    """What a page says of what was kept, also by older versions, which kept whatever the error said."""
    first, _, details = kept.partition("\n")
    for code in (INTERRUPTED, DIED, DATABASE_AWAY, DATABASE_REFUSED, UNEXPECTED):
        if first == sentence(code):
            return Failure(give(code), details)
    if not any(sign in kept for sign in STATEMENT) and "\n" not in kept and len(kept) <= LONGEST:
        return Failure(as_written(mask(kept)), "")
    named = CLASS_NAME.search(kept)
    away = named is not None and named[1].endswith(("OperationalError", "InterfaceError", "AdminShutdown"))
    code = DATABASE_AWAY if away else DATABASE_REFUSED if named else UNEXPECTED
    return Failure(give(code), named[1] if named else "")


def _details(error: BaseException) -> list[str]:
    """The class of an error, the database's code and names, and where it came from; nothing that it quotes."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    named = [f"{type(cause).__module__}.{type(cause).__qualname__}"]
    diagnosis = getattr(cause, "diag", None)
    for name in ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name"):
        told = getattr(diagnosis, name, None)
        if told:
            named.append(f"{name}: {told}")
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(str(OURS))]
    places = [f"{Path(one.filename).relative_to(OURS)}:{one.lineno} in {one.name}" for one in frames]
    return named + [place for place in places if "site-packages" not in place][-FRAMES:]
