"""Slow reads: read-only, with a timeout and cancellation."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import OperationalError

from models.core.errors import AftercareError

TIMED_OUT = "57014"
"""PostgreSQL's error code for a statement that timed out or was cancelled."""
STOPPING_SECONDS = 5


class Stoppable:
    """A read that another thread may cancel, because nobody waits for it any more."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._changing = Lock()

    @contextmanager
    def running(self, connection: Connection) -> Iterator[None]:
        """A context in which a cancelled statement fails like one that timed out."""
        self._becomes(connection.connection.driver_connection)
        try:
            yield
        finally:
            self._becomes(None)

    def _becomes(self, connection: object) -> None:
        with self._changing:
            self._connection = connection

    def stop(self) -> None:
        """Cancel it if it is running; later use of the connection is not affected."""
        with self._changing:
            if self._connection is not None:
                self._connection.cancel_safe(timeout=STOPPING_SECONDS)


@contextmanager
def reading_within(connection: Connection, seconds: int, too_long: AftercareError) -> Iterator[None]:
    """A read-only context in which a statement that takes longer than `seconds` raises `too_long`."""
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
