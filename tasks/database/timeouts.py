"""Reading what may take long: nothing is written within it, and it is given up after a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from models.core.errors import AftercareError

TIMED_OUT = "57014"
"""PostgreSQL's code of a statement that took longer than its limit, or was stopped."""
STOPPING_SECONDS = 5


class Stoppable:
    """A reading that another thread may stop, because nobody waits for it any more."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._changing = Lock()

    @contextmanager
    def running(self, connection: Connection) -> Iterator[None]:
        """A statement that is stopped within it fails as one that took too long does."""
        self._becomes(connection.connection.driver_connection)
        try:
            yield
        finally:
            self._becomes(None)

    def _becomes(self, connection: Any) -> None:
        with self._changing:
            self._connection = connection

    def stop(self) -> None:
        """Stop it if it runs; what the connection is used for afterwards is left alone."""
        with self._changing:
            if self._connection is not None:
                self._connection.cancel_safe(timeout=STOPPING_SECONDS)


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
