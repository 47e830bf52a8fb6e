"""Today: the due contacts of each process, and their results."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, func, select

from models.core.words import ProcessName
from models.ledger.standings import ContactStanding, ProcessDay, standing_of
from models.ledger.tables import Touch
from tasks.overview.days import bounds_of, calendar, of_store, read_zones
from tasks.policies.processes import list_processes


def read_day(connection: Connection, now: datetime, store_id: int | None) -> list[ProcessDay]:
    """Each process with its due contacts on the stores' current day, for one store or all (None)."""
    zones = read_zones(connection, store_id)
    if not zones:
        return [ProcessDay(process) for process in list_processes(connection)]
    bounds, stores, held = bounds_of(zones, now, 1), calendar(now, 1, store_id), Touch.gate.is_not(None)
    statement = (
        select(Touch.process, Touch.state, held.label("held"), func.count().label("touches"))
        .join(stores, stores.c.id == Touch.store_id)
        .where(Touch.due_at >= bounds.first, Touch.due_at < bounds.end)
        .where(Touch.due_at >= stores.c.first, Touch.due_at < stores.c.end)
        .group_by(Touch.process, Touch.state, held)
    )
    counted: dict[str, Counter[ContactStanding]] = {process: Counter() for process in list_processes(connection)}
    for row in connection.execute(of_store(statement, Touch.store_id, store_id)):
        counted[row.process][standing_of(row.state, held=row.held)] += row.touches
    return [ProcessDay(ProcessName(process), count) for process, count in counted.items()]
