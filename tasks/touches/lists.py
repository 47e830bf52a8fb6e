"""Lists of touches: filtered, newest first, in a window of days; and the details of one touch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Date, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.cadence import local_day, midnight, moment
from models.core.errors import InvalidInput
from models.core.ids import TouchId
from models.core.masking import mask_contact
from models.core.reasons import GivenReason
from models.core.rows import AnyRow, AnySelect
from models.core.words import ChannelName, ProcessName, StepKind, TouchState
from models.ledger.explanations import AttemptSeen, VerdictSeen
from models.ledger.tables import AuditEntry, Touch, given_reason
from models.people.tables import ContactPoint, Customer, CustomerKey, StaffMember, Store
from tasks.access.reach import check_touch
from tasks.database.paging import Cursor, Order, Page, read_page
from tasks.messages.letters import letters_of
from tasks.stores.actors import actor_name
from tasks.touches.recorded import read_attempts, read_verdicts
from tasks.touches.settling import UNSETTLED, AsSeen, waits_for_a_person

USUAL_DAYS = 7
MOST_DAYS = 31
"""The longest window in days; a longer one could read millions of touches."""
FURTHEST_ZONE = timedelta(hours=14)
"""The maximum distance of a store's time zone from UTC."""
DOWNLOADED = 10_000
FETCHED = 500
AS_DUE = Order(Touch.due_at, Touch.id)
LATEST_DUE = Order(Touch.due_at, Touch.id, latest_first=True)
LATEST_CHANGED = Order(Touch.state_at, Touch.id, latest_first=True)


class WindowTooLong(InvalidInput):
    """The window has too many days."""

    def __init__(self, days: int) -> None:
        self.days = days
        super().__init__(f"These are {days} days; choose at most {MOST_DAYS}.")


class WindowBackwards(InvalidInput):
    """The window ends before it begins."""

    def __init__(self, since: date, until: date) -> None:
        self.since, self.until = since, until
        super().__init__(f"The last day, {until}, is before the first, {since}.")


class Unsettled(StrEnum):
    """Groups of states to filter by."""

    TO_SETTLE = "to-settle"
    """Unknown, or failed and not given up."""


@dataclass(frozen=True, slots=True)
class DueDays:
    """Store-local due days, both inclusive."""

    since: date
    until: date

    def __post_init__(self) -> None:
        days = (self.until - self.since).days + 1
        if days < 1:
            raise WindowBackwards(self.since, self.until)
        if days > MOST_DAYS:
            raise WindowTooLong(days)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter for touches; None: any value."""

    process: ProcessName | None = None
    state: TouchState | Unsettled | None = None
    channel: ChannelName | None = None
    store: str | None = None
    """A store's code, case-insensitive."""
    window: DueDays | None = None
    """None for touches that people must settle: there are few, and none may be overlooked."""
    customer_id: int | None = None
    customer: str | None = None
    """One of the customer's source keys."""
    due_from: datetime | None = None
    due_until: datetime | None = None
    """Exclusive."""


@dataclass(frozen=True, slots=True)
class TouchLine:
    """A touch as shown in the list."""

    id: TouchId
    process: str
    step: str
    kind: StepKind
    store: str
    time_zone: str
    customer_id: int
    customer: str
    due_at: datetime
    state: TouchState
    state_at: datetime
    channel: ChannelName | None
    recipient: str | None
    """Masked."""
    reason: GivenReason | None
    merged_into: UUID | None

    @property
    def as_seen(self) -> AsSeen:
        """The version that a settlement is based on."""
        return AsSeen(self.state, self.state_at, self.reason)

    @property
    def is_unsettled(self) -> bool:
        """Whether it can be settled."""
        return self.state in UNSETTLED and self.merged_into is None


@dataclass(frozen=True, slots=True)
class Deed:
    """An action by a person on a touch."""

    at: datetime
    actor: str
    action: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class TouchOpened:
    """A touch with all its details."""

    line: TouchLine
    planned_at: datetime
    not_before: datetime
    valid_until: datetime
    contacted_at: datetime | None
    delivered_at: datetime | None
    approved_at: datetime | None
    approver: str | None
    carrier: str | None
    """The step whose message included its line."""
    figures: dict[str, object]
    text: str | None
    text_is_final: bool
    """Whether this is the text as sent; otherwise it is rendered from the current facts."""
    verdicts: list[VerdictSeen]
    attempts: list[AttemptSeen]
    deeds: list[Deed]


def usual_window(today: date) -> DueDays:
    """The last days including today."""
    return DueDays(today - timedelta(days=USUAL_DAYS - 1), today)


def needs_window(state: TouchState | Unsettled | None) -> bool:
    """Whether a state may have too many touches to search them all."""
    match state:
        case Unsettled.TO_SETTLE | TouchState.UNKNOWN | TouchState.FAILED:
            return False
        case None | TouchState():
            return True
        case _:
            assert_never(state)


def read_touch_page(connection: Connection, wanted: Wanted, limit: int, after: Cursor | None = None) -> Page[TouchLine]:
    """The next page after a cursor, latest due first; for touches to settle, latest failure first."""
    page = read_page(connection, _all_lines().where(*_fits(wanted)), _order(wanted), limit, after)
    return Page([_line(row) for row in page.rows], page.next)


def stream_touches(connection: Connection, wanted: Wanted) -> Iterator[TouchLine]:
    """The first rows of the same list for a download, streamed in batches."""
    streamed = connection.execution_options(yield_per=FETCHED)
    for row in streamed.execute(_order(wanted).sort(_all_lines().where(*_fits(wanted))).limit(DOWNLOADED)):
        yield _line(row)


def page_of_touches(connection: Connection, wanted: Wanted, limit: int, after: Cursor | None) -> Page[AnyRow]:
    """The next touches after a place by the moment they are due, for programs that follow along: whole, each with its
    store's code and the keys of its customer."""
    keys = (
        select(func.array_agg(CustomerKey.key.distinct(), type_=ARRAY(Text)))
        .where(CustomerKey.customer_id == Touch.customer_id)
        .scalar_subquery()
    )
    statement = (
        select(
            Touch.__table__,
            given_reason(Touch).label("given_reason"),
            Store.code.label("store"),
            Store.time_zone,
            keys.label("customer_keys"),
        )
        .join(Store, Store.id == Touch.store_id)
        .where(*_fits(wanted))
    )
    return read_page(connection, statement, AS_DUE, limit, after)


def open_touch(connection: Connection, store_id: int | None, touch_id: UUID, now: datetime) -> TouchOpened:
    """One touch, for a user with access to its store. Raises `NotYours`."""
    check_touch(connection, store_id, touch_id)
    approver, carrier = aliased(StaffMember, name="approver"), aliased(Touch, name="carrier")
    row = connection.execute(
        _all_lines()
        .add_columns(
            Touch.planned_at, Touch.not_before, Touch.valid_until, Touch.contacted_at, Touch.delivered_at,
            Touch.approved_at, Touch.figures, Touch.body,
            approver.name.label("approver"), carrier.step.label("carrier"),
        )
        .outerjoin(approver, approver.id == Touch.approved_by)
        .outerjoin(carrier, carrier.id == Touch.merged_into)
        .where(Touch.id == touch_id)
    ).one()  # fmt: skip
    return TouchOpened(
        line=_line(row),
        planned_at=row.planned_at,
        not_before=row.not_before,
        valid_until=row.valid_until,
        contacted_at=row.contacted_at,
        delivered_at=row.delivered_at,
        approved_at=row.approved_at,
        approver=row.approver,
        carrier=row.carrier,
        figures=row.figures,
        text=row.body or _text_now(connection, touch_id, now),
        text_is_final=row.body is not None,
        verdicts=read_verdicts(connection, [touch_id]).get(touch_id, []),
        attempts=read_attempts(connection, [touch_id]).get(touch_id, []),
        deeds=_deeds(connection, touch_id),
    )


def _text_now(connection: Connection, touch_id: UUID, now: datetime) -> str | None:
    letter = letters_of(connection, [touch_id], now).get(touch_id)
    return "\n\n".join(part for part in (letter.subject, letter.text) if part) if letter else None


def _deeds(connection: Connection, touch_id: UUID) -> list[Deed]:
    rows = connection.execute(
        select(
            AuditEntry.at,
            actor_name(AuditEntry.actor, Touch.store_id),
            AuditEntry.action,
            AuditEntry.after["reason"].astext.label("reason"),
        )
        .join(Touch, Touch.id == touch_id)
        .where(AuditEntry.entity == "touch", AuditEntry.entity_id == str(touch_id))
        .order_by(AuditEntry.id)
    )
    return [Deed(*row) for row in rows]


def _order(wanted: Wanted) -> Order:
    return LATEST_DUE if needs_window(wanted.state) else LATEST_CHANGED


def _fits(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The conditions of a filter."""
    exact = (
        (Touch.process, wanted.process),
        (Touch.channel, wanted.channel),
        (Touch.customer_id, wanted.customer_id),
    )
    yield from (known == value for known, value in exact if value is not None)
    if wanted.store is not None:
        named = select(Store.id).where(func.lower(Store.code) == wanted.store.lower())
        yield Touch.store_id == named.scalar_subquery()
    if wanted.customer is not None:
        yield Touch.customer_id.in_(select(CustomerKey.customer_id).where(CustomerKey.key == wanted.customer))
    if wanted.due_from is not None:
        yield Touch.due_at >= moment(wanted.due_from)
    if wanted.due_until is not None:
        yield Touch.due_at < moment(wanted.due_until)
    yield from _in_state(wanted.state)
    yield from _in_window(wanted.window)


def _all_lines() -> AnySelect:
    return (
        select(
            Touch.id, Touch.process, Touch.step, Touch.kind, Store.code.label("store"), Store.time_zone,
            Touch.customer_id, Customer.name.label("customer"), Touch.due_at, Touch.state, Touch.state_at,
            Touch.channel, ContactPoint.value.label("recipient"), given_reason(Touch).label("reason"),
            Touch.merged_into,
        )
        .join(Store, Store.id == Touch.store_id)
        .join(Customer, Customer.id == Touch.customer_id)
        .outerjoin(ContactPoint, ContactPoint.id == Touch.contact_point_id)
    )  # fmt: skip


def _in_state(state: TouchState | Unsettled | None) -> list[ColumnElement[bool]]:
    match state:
        case None:
            return []
        case Unsettled.TO_SETTLE:
            return [waits_for_a_person()]
        case TouchState():
            # Literals, because PostgreSQL uses the partial indexes of single states only then.
            return [Touch.state == literal(state, enumeration(TouchState), literal_execute=True)]
        case _:
            assert_never(state)


def _in_window(window: DueDays | None) -> list[ColumnElement[bool]]:
    """Store-local days, within an index range of moments.

    The range covers the stores' actual zones, so that today's page does not read tomorrow's touches;
    and the range of all zones is there for PostgreSQL's row estimate.
    """
    if window is None:
        return []
    after = window.until + timedelta(days=1)
    first = select(func.min(midnight(literal(window.since, Date), Store.time_zone))).scalar_subquery()
    end = select(func.max(midnight(literal(after, Date), Store.time_zone))).scalar_subquery()
    return [
        Touch.due_at >= moment(datetime.combine(window.since, time(0), UTC) - FURTHEST_ZONE),
        Touch.due_at < moment(datetime.combine(after, time(0), UTC) + FURTHEST_ZONE),
        Touch.due_at >= first,
        Touch.due_at < end,
        local_day(Touch.due_at, Store.time_zone).between(window.since, window.until),
    ]


def _line(row: Any) -> TouchLine:
    return TouchLine(
        id=row.id,
        process=row.process,
        step=row.step,
        kind=row.kind,
        store=row.store,
        time_zone=row.time_zone,
        customer_id=row.customer_id,
        customer=row.customer,
        due_at=row.due_at,
        state=row.state,
        state_at=row.state_at,
        channel=row.channel,
        recipient=mask_contact(row.recipient) if row.recipient else None,
        reason=row.reason,
        merged_into=row.merged_into,
    )
