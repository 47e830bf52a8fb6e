"""The status of an installation: processes, runs, open touches, stores and paused channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from models.core.cadence import local_day
from models.core.masking import mask_contact
from models.core.reasons import read_reason
from models.core.rows import AnySelect
from models.core.words import ProcessName, TouchState
from models.database.schema import read_version
from models.ledger.reports import PauseSeen, ProcessStatus, RunSeen, Status, StoreRow, TouchRow
from models.ledger.tables import ChannelPause, Process, Run, Touch, given_reason
from models.people.tables import ContactPoint, Customer, CustomerKey, Store
from tasks.policies.processes import list_processes

UNSETTLED = (
    TouchState.PLANNED,
    TouchState.AWAITING_APPROVAL,
    TouchState.READY,
    TouchState.CLAIMED,
    TouchState.SENDING,
    TouchState.UNKNOWN,
    TouchState.FAILED,
)
"""The states of touches that are not settled."""


@dataclass(frozen=True, slots=True)
class TouchFilter:
    """Which touches are listed; None: whatever it is. `store` and `customer_id` name one, `day` is that of the due
    moment on the store's calendar."""

    process: ProcessName | None = None
    state: TouchState | None = None
    step: str | None = None
    store: str | None = None
    customer_id: int | None = None
    day: date | None = None
    limit: int = 100


def read_status(connection: Connection, now: datetime) -> Status:
    """The status of everything."""
    url = connection.engine.url
    known = list_processes(connection)
    processes = connection.execute(select(Process.name, Process.enabled)).all()
    enabled = {row.name: row.enabled for row in processes}
    runs = {run.process: run for run in _last_runs(connection)}
    touches = _touches_by_state(connection)
    due = _next_due(connection)
    return Status(
        as_of=now,
        database=f"{url.database} at {url.query.get('host') or url.host or 'the local socket'}",
        schema_version=read_version(connection),
        stores=connection.scalar(select(func.count()).select_from(Store)) or 0,
        processes=[
            ProcessStatus(
                process=process,
                enabled=enabled.get(process, True),
                last_run=runs.get(process),
                touches=touches.get(process, {}),
                next_due=due.get(process),
            )
            for process in known
        ],
        other_runs=[run for name, run in sorted(runs.items()) if name not in known],
        paused=read_pauses(connection),
    )


def _last_runs(connection: Connection) -> list[RunSeen]:
    rows = connection.execute(
        select(Run.__table__)
        .where(Run.dry_run.is_(False))
        .distinct(Run.process)
        .order_by(Run.process, Run.started_at.desc())
    )
    return [RunSeen.model_validate(dict(row)) for row in rows.mappings()]


def _touches_by_state(connection: Connection) -> dict[str, dict[TouchState, int]]:
    rows = connection.execute(
        select(Touch.process, Touch.state, func.count().label("touches"))
        .where(Touch.state.in_(UNSETTLED))
        .group_by(Touch.process, Touch.state)
    )
    found: dict[str, dict[TouchState, int]] = {}
    for row in rows:
        found.setdefault(row.process, {})[TouchState(row.state)] = row.touches
    return found


def _next_due(connection: Connection) -> dict[str, datetime]:
    rows = connection.execute(
        select(Touch.process, func.min(Touch.not_before).label("next_due"))
        .where(Touch.state == TouchState.PLANNED)
        .group_by(Touch.process)
    )
    return {row.process: row.next_due for row in rows}


def read_pauses(connection: Connection) -> list[PauseSeen]:
    """The channels that are paused now."""
    rows = connection.execute(
        select(
            ChannelPause.channel,
            Store.code.label("store"),
            ChannelPause.paused_at,
            ChannelPause.reason,
            ChannelPause.probe_at,
        )
        .outerjoin(Store, Store.id == ChannelPause.store_id)
        .where(ChannelPause.resumed_at.is_(None))
        .order_by(ChannelPause.channel, Store.code.nulls_first())
    )
    return [PauseSeen.model_validate(dict(row) | {"reason": read_reason(row["reason"])}) for row in rows.mappings()]


def list_stores(connection: Connection) -> list[StoreRow]:
    """The stores by code, with their numbers of customers."""
    customers = select(func.count(Customer.id)).where(Customer.store_id == Store.id).scalar_subquery()
    rows = connection.execute(
        select(
            Store.code,
            Store.name,
            Store.time_zone,
            Store.language,
            func.to_char(Store.contact_from, "HH24:MI").label("contact_from"),
            func.to_char(Store.contact_until, "HH24:MI").label("contact_until"),
            Store.holiday_country,
            Store.channels,
            customers.label("customers"),
        ).order_by(Store.code)
    )
    return [StoreRow.model_validate(dict(row)) for row in rows.mappings()]


def list_touches(connection: Connection, wanted: TouchFilter, *, reveal: bool) -> Sequence[TouchRow]:
    """The touches that match a filter, in due order. Recipients are masked unless revealed."""
    rows = [TouchRow.model_validate(dict(row)) for row in connection.execute(_touches(wanted)).mappings()]
    if reveal:
        return rows
    return [row.model_copy(update={"recipient": mask_contact(row.recipient)}) if row.recipient else row for row in rows]


def _touches(wanted: TouchFilter) -> AnySelect:
    key = (
        select(func.min(CustomerKey.key))
        .where(CustomerKey.customer_id == Touch.customer_id)
        .correlate(Touch)
        .scalar_subquery()
    )
    own = [getattr(Touch, name) for name in TouchRow.model_fields if hasattr(Touch, name) and name != "reason"]
    statement = (
        select(
            *own,
            given_reason(Touch).label("reason"),
            Store.code.label("store"),
            Store.time_zone,
            Customer.name.label("customer"),
            key.label("customer_key"),
            ContactPoint.value.label("recipient"),
        )
        .join(Store, Store.id == Touch.store_id)
        .join(Customer, Customer.id == Touch.customer_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
        .order_by(Touch.due_at, Touch.priority.desc(), Touch.id)
        .limit(wanted.limit)
    )
    exact = (
        (Touch.process, wanted.process),
        (Touch.state, wanted.state),
        (Touch.step, wanted.step),
        (Store.code, wanted.store),
        (Touch.customer_id, wanted.customer_id),
        (local_day(Touch.due_at, Store.time_zone), wanted.day),
    )
    return statement.where(*(known == value for known, value in exact if value is not None))
