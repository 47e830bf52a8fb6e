"""Advisory locks that show who is alive: each is held on its own connection while its holder lives.

The lock ends with its connection: immediately when the holder is killed, on any machine, independent of clocks.
"""

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    SQLColumnExpression,
    column,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.exc import OperationalError


class Lease:
    """One lock: its class is the kind of holder, its key identifies the holder."""

    def __init__(self, engine: Engine, lock_class: int, key: int) -> None:
        self.engine, self.lock_class, self.key = engine, lock_class, key
        self._connection = self._hold()

    def _hold(self) -> Connection:
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            connection.execute(select(func.pg_advisory_lock(self.lock_class, self.key)))
        except OperationalError:
            connection.close()
            raise
        return connection

    def renew(self) -> None:
        """Reacquire the lock after a database restart. Raises while the database is unavailable."""
        if not self._connection.closed:
            try:
                self._connection.execute(text("select 1"))
            except OperationalError:
                self._connection.close()
        if self._connection.closed:
            self._connection = self._hold()

    def end(self) -> None:
        """Release the lock and its connection."""
        if not self._connection.closed:
            self._connection.invalidate()
            self._connection.close()


def is_held(lock_class: int, key: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> ColumnElement[bool]:
    """Whether the lock of a class and a non-negative key is held in this database."""
    locks = table("pg_locks", *(column(name) for name in ("locktype", "classid", "objid", "objsubid", "database")))
    here = select(text("oid")).select_from(text("pg_database")).where(text("datname = current_database()"))
    return (
        select(literal(1))
        .select_from(locks)
        .where(
            locks.c.locktype == "advisory",
            locks.c.classid == lock_class,
            locks.c.objsubid == 2,  # two four-byte keys
            locks.c.objid == key,
            locks.c.database == here.scalar_subquery(),
        )
        .exists()
    )
