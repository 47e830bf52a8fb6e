"""Touches and runs page by page, for programs that follow along: each page begins where the one before it ended."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from models.cadence import moment
from models.errors import AftercareError
from models.ledger import Run, Touch
from models.people import CustomerKey, Store
from models.words import ProcessName, RunState, TouchState

PATIENCE = "5s"
"""How long a page may be looked for."""


class UnusableCursor(AftercareError):
    """A place to go on from that no page has named."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text[:80]}' is no place to go on from: pass what a page gave as 'next'.")


@dataclass(frozen=True, slots=True)
class TouchesWanted:
    """Which touches; None: whatever it is."""

    store: str | None = None
    process: ProcessName | None = None
    state: TouchState | None = None
    customer_id: int | None = None
    customer: str | None = None
    """A key by which a source knows the customer."""
    due_from: datetime | None = None
    due_until: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class RunsWanted:
    """Which runs; None: whatever it is."""

    process: str | None = None
    state: RunState | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and where to go on; None: these were the last."""

    rows: Sequence[Row[Any]]
    next: str | None


def page_of_touches(connection: Connection, wanted: TouchesWanted, after: str | None, limit: int) -> Page:
    """Touches by the moment they are due, each with its store's code and the keys of its customer.

    Raises `UnusableCursor`.
    """
    _be_patient(connection)
    keys = (
        select(func.array_agg(CustomerKey.key.distinct(), type_=ARRAY(Text)))
        .where(CustomerKey.customer_id == Touch.customer_id)
        .scalar_subquery()
    )
    statement = select(Touch.__table__, Store.code.label("store"), Store.time_zone, keys.label("customer_keys")).join(
        Store, Store.id == Touch.store_id
    )
    if wanted.store is not None:
        statement = statement.where(Touch.store_id == select(Store.id).where(_is_store(wanted.store)).scalar_subquery())
    if wanted.process is not None:
        statement = statement.where(Touch.process == wanted.process.value)
    if wanted.state is not None:
        statement = statement.where(Touch.state == wanted.state)
    if wanted.customer_id is not None:
        statement = statement.where(Touch.customer_id == wanted.customer_id)
    if wanted.customer is not None:
        known = select(CustomerKey.customer_id).where(CustomerKey.key == wanted.customer)
        statement = statement.where(Touch.customer_id.in_(known))
    if wanted.due_from is not None:
        statement = statement.where(Touch.due_at >= moment(wanted.due_from))
    if wanted.due_until is not None:
        statement = statement.where(Touch.due_at < moment(wanted.due_until))
    if after is not None:
        statement = statement.where(tuple_(Touch.due_at, Touch.id) > tuple_(*_read_cursor(after)))
    rows = connection.execute(statement.order_by(Touch.due_at, Touch.id).limit(limit + 1)).all()
    return _page(rows, limit, "due_at")


def _is_store(code: str) -> Any:
    return func.lower(Store.code) == code.lower()


def page_of_runs(connection: Connection, wanted: RunsWanted, after: str | None, limit: int) -> Page:
    """Runs, the latest first. Raises `UnusableCursor`."""
    _be_patient(connection)
    statement = select(Run.__table__)
    if wanted.process is not None:
        statement = statement.where(Run.process == wanted.process)
    if wanted.state is not None:
        statement = statement.where(Run.state == wanted.state)
    if after is not None:
        statement = statement.where(tuple_(Run.started_at, Run.id) < tuple_(*_read_cursor(after)))
    rows = connection.execute(statement.order_by(Run.started_at.desc(), Run.id.desc()).limit(limit + 1)).all()
    return _page(rows, limit, "started_at")


def find_run(connection: Connection, run_id: UUID) -> Row[Any] | None:
    """One run with its account; None: there is none of this id."""
    return connection.execute(select(Run.__table__).where(Run.id == run_id)).one_or_none()


def _page(rows: Sequence[Row[Any]], limit: int, by: str) -> Page:
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(shown, _write_cursor(getattr(shown[-1], by), shown[-1].id) if more else None)


def _write_cursor(at: datetime, row_id: UUID) -> str:
    return urlsafe_b64encode(f"{at.isoformat()} {row_id}".encode()).decode()


def _read_cursor(text: str) -> tuple[Any, Any]:
    try:
        at, row_id = urlsafe_b64decode(text.encode()).decode().split(" ")
        return moment(datetime.fromisoformat(at)), literal(UUID(row_id))
    except ValueError as error:
        raise UnusableCursor(text) from error


def _be_patient(connection: Connection) -> None:
    connection.execute(select(func.set_config("statement_timeout", PATIENCE, True)))
