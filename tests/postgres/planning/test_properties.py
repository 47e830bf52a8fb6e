"""The set-based rules against plain ones, for any anchors, zones and books."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text, insert, literal, select, update

from models.core.cadence import later, local_day, midnight, moment, shift
from models.core.offsets import Offset
from models.core.words import (
    AppointmentStatus,
    InvoiceKind,
    InvoiceStatus,
    PartsState,
    ProcessName,
    StepKind,
    TouchState,
)
from models.ledger.tables import Touch
from models.ledger.touch_states import may_follow
from models.people.tables import Store
from models.policies.shipped import shipped_policy
from models.subjects.account import Account, Invoice, Payment
from models.subjects.appointment import Appointment
from tasks.ledger.transitions import change
from tasks.planning.sweep import plan
from tasks.policies.catalogue import add_policy
from tasks.subjects.account.facts import Accounts
from tasks.subjects.contract import Those
from tests.support.oracles import Books, Document, Paid, day_end, due_moment, instant, tolerances_of
from tests.support.steps_taken import steps_since, watch_steps
from tests.support.world import World, at

on_one_database = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
CHANGES = (
    "2026-03-29T01:00+00:00",  # Berlin, an hour is missing
    "2026-10-25T01:00+00:00",  # Berlin, an hour comes twice
    "2026-03-08T07:00+00:00",  # New York
    "2026-11-01T06:00+00:00",
    "2026-10-03T15:30+00:00",  # Lord Howe, half an hour
    "2026-04-04T15:00+00:00",
)

zones = st.sampled_from(ZONES)
near_a_change = st.builds(
    lambda change, minutes: datetime.fromisoformat(change) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)
any_time = st.integers(0, 25 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
anchors = st.one_of(near_a_change, any_time)
clocks = st.one_of(
    st.sampled_from([time(0), time(1, 30), time(2), time(2, 15), time(2, 30), time(3)]),
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
day_offsets = st.integers(-90, 90).map(lambda days: Offset(days, 0))
minute_offsets = st.integers(-3000, 3000).map(lambda minutes: Offset(0, minutes))


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Facts of one example, which the next one does not see."""
    with world.connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()


@on_one_database
@given(anchor=anchors, offset=st.one_of(day_offsets, minute_offsets), zone=zones)
def test_a_step_without_an_hour_keeps_the_hour_of_its_anchor(
    world: World, anchor: datetime, offset: Offset, zone: str
) -> None:
    found = world.connection.scalar(select(shift(moment(anchor), literal(zone, Text), offset)))
    assert found == due_moment(anchor, offset, None, ZoneInfo(zone))


@on_one_database
@given(anchor=anchors, offset=day_offsets, at=clocks, zone=zones)
@example(datetime(2026, 3, 28, 11, tzinfo=UTC), Offset(1, 0), time(2, 30), "Europe/Berlin")
@example(datetime(2026, 10, 24, 11, tzinfo=UTC), Offset(1, 0), time(2, 30), "Europe/Berlin")
@example(datetime(2026, 10, 3, 1, tzinfo=UTC), Offset(1, 0), time(2, 15), "Australia/Lord_Howe")
def test_a_step_with_an_hour_is_due_when_the_store_clock_shows_it(
    world: World, anchor: datetime, offset: Offset, at: time, zone: str
) -> None:
    found = world.connection.scalar(select(shift(moment(anchor), literal(zone, Text), offset, at)))
    assert found == due_moment(anchor, offset, at, ZoneInfo(zone))


@on_one_database
@given(anchor=anchors, zone=zones, span=st.integers(1, 10**5).map(lambda minutes: Offset(0, minutes)))
def test_days_begin_at_the_store_s_midnight_and_validity_is_elapsed_time(
    world: World, anchor: datetime, zone: str, span: Offset
) -> None:
    place = literal(zone, Text)
    day, began, ends = world.connection.execute(
        select(
            local_day(moment(anchor), place),
            midnight(local_day(moment(anchor), place), place),
            later(moment(anchor), span),
        )
    ).one()
    local = anchor.astimezone(ZoneInfo(zone))
    assert day == local.date()
    assert began == instant(datetime.combine(local.date(), time(0)), ZoneInfo(zone))
    assert ends == anchor + timedelta(minutes=span.minutes)


@st.composite
def cadences(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Follow-up calls in order, none of which overlaps the next."""
    days = sorted(draw(st.sets(st.integers(0, 40), min_size=1, max_size=3)))
    gaps = [later - day for day, later in zip(days, [*days[1:], days[-1] + 10], strict=True)]
    return [
        {
            "key": f"day-{day}", "subject": "handover", "kind": "call", "after": f"{day}d",
            "at": draw(clocks).isoformat(), "valid_for": f"{draw(st.integers(1, max(gap - 1, 1)))}d",
            "template": "handover-day-3-call", "purpose": "follow-up", "role": "agent", "repeats": False,
            "only_on_its_day": draw(st.booleans()),
        }
        for day, gap in zip(days, gaps, strict=True)
        if gap > 1
    ]  # fmt: skip


@on_one_database
@given(
    steps=cadences().filter(bool),
    handed_over=st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True),
    now=anchors,
    zone=zones,
)
def test_a_sweep_plans_who_is_due_and_nobody_else(
    world: World, steps: list[dict[str, Any]], handed_over: list[int], now: datetime, zone: str
) -> None:
    """Due within a day and valid: planned. Its time passed within three days: recorded as missed. Else nothing."""
    place = ZoneInfo(zone)
    with undone(world):
        world.connection.execute(update(Store).values(time_zone=zone))
        body = {"process": "post-delivery-followup", "priority": 60, "steps": steps, "rules": {}}
        add_policy(world.connection, ProcessName("post-delivery-followup"), body, world.store_id, "test", now)
        expected = set()
        for ago in handed_over:
            day = now.astimezone(place).date() - timedelta(days=ago)
            handover = world.handover(world.customer(), day.isoformat())
            expected |= _expected(handover, day, steps, now, place)
        account = plan(world.connection, ProcessName("post-delivery-followup"), now, None)
        account.check()
        found = {
            (row.subject_id, row.step, row.due_at, row.valid_until, row.state)
            for row in world.connection.execute(select(Touch.__table__))
        }
    assert found == expected


def _expected(
    handover: int, day: date, steps: list[dict[str, Any]], now: datetime, place: ZoneInfo
) -> set[tuple[Any, ...]]:
    rows = set()
    for step in steps:
        days = int(step["after"].removesuffix("d"))
        due = instant(datetime.combine(day + timedelta(days=days), time.fromisoformat(step["at"])), place)
        ends = due + timedelta(days=int(step["valid_for"].removesuffix("d")))
        if step["only_on_its_day"]:
            ends = min(ends, day_end(due, place))
        if due <= now + timedelta(days=1) and ends > now - timedelta(days=3):
            rows.add((handover, step["key"], due, ends, TouchState.PLANNED if ends > now else TouchState.SKIPPED))
    return rows


HAPPENINGS = ("swept", "swept", "moved on", "moved back", "called off", "booked again", "handed to staff")


@on_one_database
@given(st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 96)), min_size=2, max_size=12))
@example([("swept", 0), ("handed to staff", 0), ("swept", 96)])
@example([("swept", 0), ("called off", 1), ("swept", 1), ("booked again", 1), ("swept", 1)])
def test_sweeps_at_any_times_take_lawful_steps_alone(world: World, happenings: list[tuple[str, int]]) -> None:
    """A visit with parts to be seen to, whatever becomes of it between sweeps, however far apart these are."""
    now = at("2026-03-10 09:00")
    with undone(world):
        watch_steps(world.connection)
        visit = world.appointment(world.customer(), "2026-03-14 09:00", booked_at=now, parts_state=PartsState.MISSING)
        for happening, hours in happenings:
            now += timedelta(hours=hours)
            _happen(world, happening, visit, now)
        taken = steps_since(world.connection)
    assert [step for step in taken if not may_follow(step.before, step.after)] == []


def _happen(world: World, happening: str, visit: int, now: datetime) -> None:
    shifted = timedelta(days=1 if happening == "moved on" else -1)
    changes: dict[str, dict[str, Any]] = {
        "moved on": {"starts_at": Appointment.starts_at + shifted, "moved_at": now},
        "moved back": {"starts_at": Appointment.starts_at + shifted, "moved_at": now},
        "called off": {"status": AppointmentStatus.CANCELLED, "cancelled_at": now},
        "booked again": {"status": AppointmentStatus.BOOKED, "cancelled_at": None},
    }
    if happening == "swept":
        plan(world.connection, ProcessName("appointment-reminders"), now, None).check()
    elif happening == "handed to staff":
        due = (Touch.kind != StepKind.MESSAGE, Touch.state == TouchState.PLANNED, Touch.due_at <= now)
        handed = change(TouchState.READY, (TouchState.PLANNED,), now).where(*due).values(contacted_at=now)
        world.connection.execute(handed)
    else:
        world.connection.execute(update(Appointment).where(Appointment.id == visit).values(**changes[happening]))


FIRST_DAY = date(2026, 3, 1)
currencies = st.sampled_from(["CNY", "EUR"])
march = st.integers(0, 60).map(lambda days: FIRST_DAY + timedelta(days=days))
amounts = st.integers(1, 400).map(lambda tens: Decimal(tens * 10)) | st.decimals("0.01", 3000, places=2)


@st.composite
def books(draw: st.DrawFn) -> Books:
    """Invoices and credit notes, some disputed, settled or void from a day on; payments for them and on account."""
    documents = [
        Document(
            kind=draw(st.sampled_from([InvoiceKind.INVOICE, InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE])),
            currency=draw(currencies),
            amount=draw(amounts),
            due_on=draw(march),
            issued_on=draw(st.none() | march),
            status=draw(st.sampled_from([InvoiceStatus.OPEN, InvoiceStatus.OPEN, *InvoiceStatus])),
            status_on=draw(st.none() | march),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    invoices = [place for place, one in enumerate(documents) if one.kind is InvoiceKind.INVOICE]
    payments = []
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.sampled_from([None, *invoices]))
        currency = draw(currencies) if place is None else documents[place].currency
        payments.append(Paid(currency, draw(amounts), draw(march), place))
    return Books(documents, payments)


def enter(world: World, account_id: int, papers: Books) -> list[int]:
    """Put the books into the database; the ids of the documents, in their order."""
    ids = []
    for place, document in enumerate(papers.documents):
        values = {name: getattr(document, name) for name in Document.__dataclass_fields__}
        values |= {"store_id": world.store_id, "account_id": account_id, "key": f"{account_id}-{place}"}
        ids.append(world.connection.scalar(insert(Invoice).values(**values).returning(Invoice.id)))
    for number, payment in enumerate(papers.payments):
        invoice_id = None if payment.document is None else ids[payment.document]
        world.connection.execute(
            insert(Payment).values(
                store_id=world.store_id, account_id=account_id, key=f"{account_id}-{number}", invoice_id=invoice_id,
                paid_on=payment.paid_on, amount=payment.amount, currency=payment.currency,
            )
        )  # fmt: skip
    return [id_ or 0 for id_ in ids]


@settings(on_one_database, max_examples=50)
@given(
    ledgers=st.lists(books(), min_size=1, max_size=3), as_of=st.lists(st.integers(0, 24 * 65), min_size=1, max_size=3)
)
def test_what_is_owed_is_netted_as_by_hand(world: World, ledgers: list[Books], as_of: list[int]) -> None:
    tolerances = tolerances_of(shipped_policy(ProcessName("overdue-accounts")))
    with undone(world):
        accounts = [world.account(world.customer()) for _ in ledgers]
        for account_id, papers in zip(accounts, ledgers, strict=True):
            enter(world, account_id, papers)
        for hours in as_of:
            now = datetime(2026, 3, 1, tzinfo=ZoneInfo(world.zone)) + timedelta(hours=hours)
            facts = Accounts().facts(now, Those(select(Account.id)))
            rows = {row.subject_id: row for row in world.connection.execute(facts)}
            for account_id, papers in zip(accounts, ledgers, strict=True):
                _compare(rows[account_id], account_id, papers, now.date(), tolerances)


def _compare(row: Any, account_id: int, papers: Books, today: date, tolerances: dict[str, Decimal]) -> None:
    expected = papers.statement(today, tolerances)
    assert (row.owes, row.oldest_due) == (expected.owes, expected.oldest_due)
    totals = {currency: Decimal(total) for currency, total in (row.totals or {}).items()}
    assert totals == expected.totals
    items = {invoice["number"]: Decimal(invoice["open"]) for invoice in row.invoices or []}
    assert items == {f"{account_id}-{place}": amount for place, amount in expected.items.items()}
    assert sum(totals.values(), Decimal(0)) == sum(items.values(), Decimal(0))
