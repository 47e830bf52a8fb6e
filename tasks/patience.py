"""Reading what may take long: nothing is written within it, and it is given up after a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from models.errors import AftercareError

TIMED_OUT = "57014"
"""PostgreSQL's code of a statement that took longer than its limit."""


@contextmanager
def reading_within(connection: Connection, seconds: int, too_long: AftercareError) -> Iterator[None]:
    """Within it nothing can be written, and a statement that takes longer than `seconds` raises `too_long`."""
    try:
        with connection.begin_nested():
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(select(func.set_config("statement_timeout", f"{seconds}s", True)))
            yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == TIMED_OUT:
            raise too_long from error
        raise
    connection.execute(select(func.set_config("statement_timeout", "0", True)))
