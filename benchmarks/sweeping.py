"""A sweep of each process over everyone, against the bare INSERT … SELECT of the rows that it writes."""

import statistics
import time
from collections.abc import Callable

from sqlalchemy import Engine

from benchmarks.crowd import NOON
from benchmarks.results import Figure
from models.core.words import ProcessName
from models.database.tables import metadata
from models.ledger.tables import Touch, Verdict
from models.policies.shipped import shipped_processes
from tasks.planning.sweep import plan

ROUNDS = 3
CASES_TO_TOUCHES = "fk_cases_touch_id_touches"
"""Along it, emptying the ledger would take the cases with it, which one of the processes is about."""
WRITTEN = {Touch.__tablename__: "kept_touches", Verdict.__tablename__: "kept_verdicts"}
"""What a sweep writes, in the order in which it can be written again, and where the bare insert takes it from."""


def measure(engine: Engine, customers: int) -> list[Figure]:
    """Seconds a sweep of each process takes: the first, and one that finds all planned."""
    _run(engine, f"alter table cases drop constraint if exists {CASES_TO_TOUCHES}")
    return [figure for process in shipped_processes() for figure in _of_process(engine, process, customers)]


def _of_process(engine: Engine, process: ProcessName, customers: int) -> list[Figure]:
    _clear(engine)
    planned = _sweep(engine, process)
    for table, kept in WRITTEN.items():
        _run(engine, f"drop table if exists {kept}", f"create table {kept} as select * from {table}", f"analyze {kept}")
    bare, swept, again = [], [], []
    for _ in range(ROUNDS):
        _clear(engine)
        bare.append(_timed(lambda: _bare(engine)))
        _clear(engine)
        swept.append(_timed(lambda: _sweep(engine, process)))
        again.append(_timed(lambda: _sweep(engine, process)))
    name = f"{process}: sweep of {customers:,} customers, {planned:,} due"
    first = statistics.median(swept)
    return [
        Figure(name, first, "s", statistics.median(bare), "bare INSERT … SELECT of the same rows"),
        Figure(f"{process}: sweep again, nothing to plan", statistics.median(again), "s", first, "the first sweep"),
    ]


def _sweep(engine: Engine, process: ProcessName) -> int:
    with engine.begin() as connection:
        return plan(connection, process, NOON, None).planned


def _bare(engine: Engine) -> None:
    with engine.begin() as connection:
        for table, kept in WRITTEN.items():
            columns = ", ".join(column.name for column in metadata.tables[table].columns)
            connection.exec_driver_sql(
                f"insert into {table} ({columns}) overriding system value select {columns} from {kept}"
            )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _clear(engine: Engine) -> None:
    """An empty ledger, and nothing of the round before left to pay for."""
    _run(engine, "truncate touches cascade", "vacuum analyze touches", "checkpoint")


def _run(engine: Engine, *statements: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
