"""What would come in the next days: the planner's own population on a moved clock. It changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    func,
    literal,
    not_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from models.core.cadence import moment
from models.core.reasons import declare, give
from models.core.rows import AnySelect
from models.core.words import Gate, ProcessName, StepKind, TouchState
from models.ledger.forecasts import Forecast, ForecastRow, LeftOut
from models.ledger.tables import Touch
from models.ledger.touch_states import OPEN
from models.people.tables import Store
from models.subjects.appointment import NOT_ARRIVED
from tasks.planning.population import Span, population
from tasks.planning.sweep import REVIVABLE
from tasks.policies.catalogue import PolicyInForce, policies_in_force
from tasks.policies.processes import list_processes

UNFORESEEABLE = declare("arrival-unforeseeable")

Cell = tuple[date, int, ProcessName, str, StepKind]
"""Day, store, process, step, kind."""


@dataclass(frozen=True, slots=True)
class Day:
    """A store-local day, or what is left of it."""

    date: date
    begins: datetime
    ends: datetime
    is_first: bool


def forecast(connection: Connection, now: datetime, days: int, store: str | None = None) -> Forecast:
    """Touches per day and step for `days` store-local days, today being the first; of one store or of all."""
    with connection.begin_nested():
        connection.execute(text("SET TRANSACTION READ ONLY"))
        stores = stores_of(connection, store)
        planned: Counter[Cell] = Counter()
        to_come: Counter[Cell] = Counter()
        left_out: set[tuple[ProcessName, str]] = set()
        for process in list_processes(connection):
            for in_force in by_time_zone(policies_in_force(connection, process), stores):
                hidden = unforeseeable_steps(in_force)
                left_out |= {(process, step) for step in hidden}
                zone = ZoneInfo(stores[in_force.stores[0]].time_zone)
                for day in coming_days(now, days, zone):
                    to_come += count_to_come(connection, in_force, day, hidden)
                    planned += count_planned(connection, in_force, day)
    codes = {store_id: row.code for store_id, row in stores.items()}
    return Forecast(
        as_of=now,
        days=days,
        rows=_rows(planned, to_come, codes),
        left_out=[
            LeftOut(process=process, step=step, reason=give(UNFORESEEABLE)) for process, step in sorted(left_out)
        ],
    )


def coming_days(now: datetime, days: int, zone: ZoneInfo) -> Iterator[Day]:
    """The rest of today and the days after it, on the clock of a zone; a day is as long as it is there."""
    today = now.astimezone(zone).date()
    for ahead in range(days):
        day = today + timedelta(days=ahead)
        begins = datetime.combine(day, time(0), zone) if ahead else now
        yield Day(day, begins, datetime.combine(day + timedelta(days=1), time(0), zone), ahead == 0)


def stores_of(connection: Connection, code: str | None = None) -> dict[int, Any]:
    """The store of a code, or every store, with its time zone."""
    statement = select(Store.id, Store.code, Store.time_zone)
    return {row.id: row for row in connection.execute(statement.where(Store.code == code) if code else statement)}


def by_time_zone(policies: Iterable[PolicyInForce], stores: dict[int, Any]) -> Iterator[PolicyInForce]:
    """Each policy for the wanted stores of one time zone at a time: their days are the same."""
    for in_force in policies:
        wanted = [store_id for store_id in in_force.stores if store_id in stores]
        for zone in sorted({stores[store_id].time_zone for store_id in wanted}):
            same = tuple(store_id for store_id in wanted if stores[store_id].time_zone == zone)
            yield replace(in_force, stores=same)


def unforeseeable_steps(in_force: PolicyInForce) -> frozenset[str]:
    """The steps that depend on what nobody can know beforehand."""
    return frozenset(step.key for step in in_force.policy.steps if NOT_ARRIVED in step.conditions)


def count_to_come(connection: Connection, in_force: PolicyInForce, day: Day, hidden: frozenset[str]) -> Counter[Cell]:
    """What sweeps up to that day would add to the ledger, seen from where the day begins.

    Today also brings what fell due before and is still valid.
    """
    rows = due_on(in_force, day, hidden).subquery("to_come")
    by_step = (rows.c.store_id, rows.c.step, rows.c.kind)
    return _counted(connection, select(*by_step, func.count().label("touches")).group_by(*by_step), in_force, day)


def due_on(in_force: PolicyInForce, day: Day, hidden: frozenset[str]) -> AnySelect:
    """The touches that sweeps up to that day would add to the ledger, but those of the hidden steps."""
    rows = population(in_force, Span(day.begins, day.ends, day.begins)).subquery("foreseen")
    return select(rows.c.store_id, rows.c.customer_id, rows.c.step, rows.c.kind, rows.c.due_at).where(
        _within(rows.c.due_at, day),
        rows.c.reason.is_(None),
        rows.c.state != TouchState.SKIPPED,
        rows.c.step.not_in(hidden),
        not_(in_ledger(rows)),
    )


def _within(at: SQLColumnExpression[datetime], day: Day) -> ColumnElement[bool]:
    """Whether a moment falls on the day; today also takes what came before."""
    not_after = at < moment(day.ends)
    return not_after if day.is_first else and_(not_after, at >= moment(day.begins))


def in_ledger(rows: Subquery) -> Exists:
    """Whether the ledger has the touch, and the sweep would leave it as it is."""
    revivable = and_(
        Touch.state.in_(REVIVABLE), Touch.gate.in_((Gate.FACTS, Gate.ANCHOR)), Touch.contacted_at.is_(None)
    )
    return (
        select(literal(1))
        .where(
            Touch.process == rows.c.process,
            Touch.subject_kind == rows.c.subject_kind,
            Touch.subject_id == rows.c.subject_id,
            Touch.anchor_at == rows.c.anchor_at,
            Touch.step == rows.c.step,
            not_(func.coalesce(revivable, False)),
        )
        .exists()
    )


def count_planned(connection: Connection, in_force: PolicyInForce, day: Day) -> Counter[Cell]:
    """What the ledger holds open for that day; today also what it still holds from before."""
    statement = (
        select(Touch.store_id, Touch.step, Touch.kind, func.count().label("touches"))
        .where(
            Touch.process == in_force.policy.process,
            Touch.store_id == any_(literal(list(in_force.stores), ARRAY(BigInteger))),
            Touch.state.in_(OPEN),
            Touch.valid_until > moment(day.begins),
            _within(Touch.not_before, day),
        )
        .group_by(Touch.store_id, Touch.step, Touch.kind)
    )
    return _counted(connection, statement, in_force, day)


def _counted(
    connection: Connection, statement: Select[tuple[int, str, StepKind, int]], in_force: PolicyInForce, day: Day
) -> Counter[Cell]:
    process = in_force.policy.process
    return Counter(
        {
            (day.date, row.store_id, process, row.step, StepKind(row.kind)): row.touches
            for row in connection.execute(statement)
        }
    )


def _rows(planned: Counter[Cell], to_come: Counter[Cell], codes: dict[int, str]) -> list[ForecastRow]:
    cells = sorted(planned.keys() | to_come.keys(), key=lambda cell: (cell[0], codes[cell[1]], *cell[2:]))
    return [
        ForecastRow(
            day=cell[0],
            store=codes[cell[1]],
            process=cell[2],
            step=cell[3],
            kind=cell[4],
            planned=planned[cell],
            to_come=to_come[cell],
        )
        for cell in cells
    ]
