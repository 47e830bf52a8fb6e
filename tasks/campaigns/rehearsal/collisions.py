"""Collisions: customers of an audience whom other processes contact in the same days, by ledger and forecast."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, not_, select

from models.campaigns.rehearsals import Collision
from models.core.cadence import moment
from models.core.words import CAMPAIGNS, ProcessName, StepKind, TouchState
from models.ledger.tables import Touch
from models.ledger.touch_states import OPEN
from tasks.campaigns.rehearsal.would_be_touches import ASSIGNED
from tasks.planning.forecasting import by_time_zone, in_ledger, stores_of, unforeseeable_steps
from tasks.planning.population import Span, population
from tasks.policies.catalogue import PolicyInForce, policies_in_force
from tasks.policies.processes import standing_processes

COLLISION_DAYS = 3


def find_collisions(connection: Connection, at: datetime) -> list[Collision]:
    """For each process that contacts some of `ASSIGNED` within three days after `at`: the number of customers."""
    until = at + timedelta(days=COLLISION_DAYS)
    planned = _planned(connection, at, until)
    to_come: dict[ProcessName, int] = {
        process: _to_come(connection, process, at, until) for process in standing_processes(connection)
    }
    return [
        Collision(process=process, planned=planned.get(process, 0), to_come=to_come.get(process, 0))
        for process in (*to_come, CAMPAIGNS)
        if planned.get(process) or to_come.get(process)
    ]


def _planned(connection: Connection, at: datetime, until: datetime) -> Mapping[ProcessName, int]:
    """By process, including other campaigns: the number of customers with an open touch."""
    rows = connection.execute(
        select(Touch.process, func.count(Touch.customer_id.distinct()))
        .join(ASSIGNED, ASSIGNED.c.customer_id == Touch.customer_id)
        .where(
            Touch.state.in_(OPEN),
            Touch.kind != StepKind.TASK,
            Touch.not_before < moment(until),
            Touch.valid_until > moment(at),
        )
        .group_by(Touch.process)
    )
    return {ProcessName(process): customers for process, customers in rows}


def _to_come(connection: Connection, process: ProcessName, at: datetime, until: datetime) -> int:
    """The number of customers for whom the process' sweeps would plan a touch not yet in the ledger."""
    policies = by_time_zone(policies_in_force(connection, process), stores_of(connection))
    return sum(connection.execute(_foreseen(in_force, at, until)).scalar_one() for in_force in policies)


def _foreseen(in_force: PolicyInForce, at: datetime, until: datetime) -> Select[tuple[int]]:
    rows = population(in_force, Span(at, until, at)).subquery("foreseen")
    return (
        select(func.count(rows.c.customer_id.distinct()))
        .join(ASSIGNED, ASSIGNED.c.customer_id == rows.c.customer_id)
        .where(
            rows.c.due_at < moment(until),
            rows.c.reason.is_(None),
            rows.c.kind != StepKind.TASK,
            rows.c.state != TouchState.SKIPPED,
            rows.c.step.not_in(unforeseeable_steps(in_force)),
            not_(in_ledger(rows)),
        )
    )
