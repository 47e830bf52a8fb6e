"""At the rehearsal moment every step of the processes has work, in both stores, by plain arithmetic on the rows."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from models.core.words import LeadState, LeadUrgency
from tasks.sample.dealership import SAMPLE_MOMENT, sample_rows
from tasks.sample.pieces.all_pieces import A_THOUSAND, PIECES, is_set_piece
from tasks.sample.rows import (
    AppointmentRow,
    CustomerRow,
    DeliveryRow,
    InvoiceRow,
    OdometerRow,
    PaymentRow,
    PromiseRow,
    RepairOrderRow,
    Row,
    StoreRow,
    VehicleRow,
    WarrantyRow,
)
from tasks.sample.stores import STORES
from tasks.subjects.lead.sample import LeadRow

TODAY = SAMPLE_MOMENT.date()
NOW = {store.code: store.now for store in STORES}
Customers = dict[str, list[Row]]
Finds = Callable[[Row], bool]


@pytest.fixture(scope="module", params=[1, 2026])
def sample(request: pytest.FixtureRequest) -> list[Row]:
    """The good rows of 2,000 customers."""
    return list(sample_rows(2000, request.param))


def _appointment(row: Row, status: str = "booked") -> AppointmentRow | None:
    return row if isinstance(row, AppointmentRow) and row.status == status else None


def _fresh_booking(row: Row) -> bool:
    booked = _appointment(row)
    return bool(booked and booked.booked_at and NOW[booked.store] - booked.booked_at < timedelta(days=1))


def _parts_missing(row: Row) -> bool:
    booked = _appointment(row)
    return bool(booked and booked.parts_state == "missing" and booked.starts_at.date() == TODAY + timedelta(2))


def _reminded_last_evening(row: Row) -> bool:
    booked = _appointment(row)
    return bool(booked and booked.starts_at.date() == TODAY and booked.starts_at.hour >= 13)


def _within_two_hours(row: Row) -> bool:
    """At the store's own ten o'clock, which in Berlin is later that day."""
    booked = _appointment(row)
    ten = datetime.combine(TODAY, SAMPLE_MOMENT.time())
    return bool(booked and timedelta(0) < booked.starts_at - ten <= timedelta(hours=2))


def _not_come(row: Row) -> bool:
    booked = _appointment(row)
    gone = booked and NOW[booked.store] - booked.starts_at
    return bool(gone and timedelta(minutes=30) <= gone < timedelta(days=1))


def _cancelled_ahead(row: Row) -> bool:
    cancelled = _appointment(row, "cancelled")
    return bool(cancelled and cancelled.starts_at > NOW[cancelled.store])


def _unanswered(row: Row) -> bool:
    asked = _appointment(row, "requested")
    return bool(asked and asked.requested_at and NOW[asked.store] - asked.requested_at >= timedelta(minutes=30))


def _handed_over(days: int) -> Finds:
    return lambda row: isinstance(row, DeliveryRow) and (TODAY - row.handed_over_on).days == days


def _repaired(row: Row) -> bool:
    return isinstance(row, RepairOrderRow) and row.closed_on == TODAY - timedelta(3)


def _warranty_ends(days: int) -> Finds:
    return lambda row: isinstance(row, WarrantyRow) and (row.ends_on - TODAY).days == days


STEPS: dict[str, Finds] = {
    "confirmation": _fresh_booking,
    "parts": _parts_missing,
    "day-before": _reminded_last_evening,
    "two-hours-before": _within_two_hours,
    "no-show": _not_come,
    "cancelled": _cancelled_ahead,
    "request": _unanswered,
    **{f"handover-{days}": _handed_over(days) for days in (1, 3, 7, 30, 90)},
    "repair-order-3": _repaired,
    **{f"warranty-{days}": _warranty_ends(days) for days in (60, 45, 30, 7)},
}


@pytest.mark.parametrize("step", STEPS)
def test_the_step_has_work_in_both_stores(sample: list[Row], step: str) -> None:
    found = [row for row in sample if STEPS[step](row)]
    assert {getattr(row, "store", None) for row in found if not isinstance(row, StoreRow)} == set(NOW)


def _oldest_open(sample: list[Row]) -> dict[tuple[str, str], int]:
    """By customer, the days that the oldest invoice with an open rest is late."""
    rest: dict[str, Decimal] = {
        row.key: row.amount
        for row in sample
        if isinstance(row, InvoiceRow) and row.kind == "invoice" and row.status == "open"
    }
    for row in sample:
        if isinstance(row, PaymentRow) and row.invoice in rest:
            rest[row.invoice] -= row.amount
    late: dict[tuple[str, str], int] = {}
    for row in sample:
        if isinstance(row, InvoiceRow) and rest.get(row.key, Decimal(0)) > 0:
            late[row.store, row.customer] = max(late.get((row.store, row.customer), -999), (TODAY - row.due_on).days)
    return late


@pytest.mark.parametrize("days", [-3, 0, 7, 15, 30, 60])
def test_the_dunning_level_has_accounts_in_both_stores(sample: list[Row], days: int) -> None:
    assert {store for (store, _), late in _oldest_open(sample).items() if late == days} == set(NOW)


def test_leads_are_of_every_urgency_and_state_and_the_lost_ones_say_why(sample: list[Row]) -> None:
    leads = [row for row in sample if isinstance(row, LeadRow)]
    assert {row.urgency for row in leads} == set(LeadUrgency)
    assert {row.state for row in leads} == set(LeadState) - {LeadState.EXPIRED}
    assert all((row.state == LeadState.LOST) == bool(row.lost_reason) for row in leads)
    assert any(row.contacted_on is None for row in leads)


def test_promises_are_active_kept_and_broken(sample: list[Row]) -> None:
    promises = [row for row in sample if isinstance(row, PromiseRow)]
    paid = {(row.customer, row.paid_on) for row in sample if isinstance(row, PaymentRow)}
    assert [row for row in promises if row.promised_for > TODAY]
    past = [row for row in promises if row.promised_for < TODAY]
    assert [row for row in past if (row.customer, row.promised_for) in paid]
    assert [row for row in past if (row.customer, row.promised_for) not in paid]


@pytest.mark.parametrize("days", [60, 45, 30, 7])
def test_a_mileage_limit_is_reached_exactly_on_the_day_of_a_step(sample: list[Row], days: int) -> None:
    readings: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for row in sample:
        if isinstance(row, OdometerRow):
            readings[row.vehicle].append((row.read_on, row.kilometres))
    found = 0
    for row in sample:
        if isinstance(row, WarrantyRow) and len(readings[row.vehicle]) > 1:
            (first, low), (last, high) = min(readings[row.vehicle]), max(readings[row.vehicle])
            ahead = (row.limit_kilometres - high) * (last - first).days
            reached = last + timedelta(-(-ahead // (high - low)))
            found += reached == TODAY + timedelta(days) < row.ends_on and ahead % (high - low) == 0
    assert found >= 2


def test_a_few_in_a_hundred_of_the_ordinary_customers_are_due_on_a_day(sample: list[Row]) -> None:
    due = {
        row.customer
        for row in sample
        if isinstance(row, AppointmentRow | DeliveryRow | RepairOrderRow) and any(find(row) for find in STEPS.values())
    }
    owner = {row.key: row.customer for row in sample if isinstance(row, VehicleRow)}
    due |= {
        owner[row.vehicle]
        for row in sample
        if isinstance(row, WarrantyRow) and any(find(row) for find in STEPS.values())
    }
    due |= {customer for (_, customer), late in _oldest_open(sample).items() if late in {-3, 0, 7, 15, 30, 60}}
    ordinary = {customer for customer in due if not is_set_piece(int(customer[1:]))}
    assert 0.02 <= len(ordinary) / (2000 - 2 * len(PIECES)) <= 0.04


def test_each_thousand_begins_with_the_set_pieces_at_the_next_store() -> None:
    customers = [row for row in sample_rows(A_THOUSAND + len(PIECES), 5) if isinstance(row, CustomerRow)]
    assert {row.store for row in customers[: len(PIECES)]} == {"SH01"}
    assert {row.store for row in customers[A_THOUSAND:]} == {"BE01"}


def test_each_set_piece_says_what_it_is() -> None:
    assert all(piece.__doc__ or piece.__qualname__.endswith(".rows") for piece in PIECES)
