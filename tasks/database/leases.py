"""Advisory locks that say who is alive: each is held on a connection of its own for as long as its holder lives.

The lock ends with its connection: at once when the holder is killed, on whatever machine, and whatever the clock says.
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
    """One lock: its class says of what kind its holder is, its key which one."""

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
        """Take the lock again when the database was restarted under it. Raises while the database is away."""
        if not self._connection.closed:
            try:
                self._connection.execute(text("select 1"))
            except OperationalError:
                self._connection.close()
        if self._connection.closed:
            self._connection = self._hold()

    def end(self) -> None:
        """Give the lock up with its connection."""
        if not self._connection.closed:
            self._connection.invalidate()
            self._connection.close()


def is_held(lock_class: int, key: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> ColumnElement[bool]:
    """Whether somebody in this database holds the lock of a class under a key, which is not negative."""
    locks = table("pg_locks", *(column(name) for name in ("locktype", "classid", "objid", "objsubid", "database")))
    here = select(text("oid")).select_from(text("pg_database")).where(text("datname = current_database()"))
    return (
        select(literal(1))
        .select_from(locks)
        .where(
            locks.c.locktype == "advisory",
            locks.c.classid == lock_class,
            locks.c.objsubid == 2,  # two keys of four bytes
            locks.c.objid == key,
            locks.c.database == here.scalar_subquery(),
        )
        .exists()
    )
