"""The forecast is what sweeping day by day really plans, and it changes nothing."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import InternalError

from models.core.words import CAMPAIGNS, AppointmentStatus, PartsState, ProcessName, TouchState, WorkKind
from models.ledger.tables import Touch, Verdict
from models.people.tables import Store
from models.policies.shipped import shipped_processes
from tasks.planning import forecasting
from tasks.planning.forecasting import forecast
from tests.support.world import SHANGHAI, World, at, day

FIRST = date(2026, 3, 10)
DAYS = 14
NO_SHOWS = ("no-show-call", "no-show-message")


def fill(world: World) -> None:
    """Seventeen customers with something to come, something in the way, or something already planned."""
    people = [world.customer() for _ in range(17)]
    promised = world.account(people[12])
    world.invoice(promised, "2026-03-04", "800.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-04 10:00")
    world.connection.execute(update(Touch).values(state=TouchState.SENT, contacted_at=at("2026-03-04 10:00")))
    world.promise(promised, "2026-03-06", "2026-03-14")
    world.warranty(people[0], "2026-05-15")
    world.warranty(people[1], "2026-04-27")
    world.warranty(people[2], "2026-04-20", world.vehicle(people[2], disposed_on=day("2026-03-15")))
    booked = world.vehicle(people[3])
    world.warranty(people[3], "2026-05-20", booked)
    world.appointment(people[3], "2026-03-16 09:00", vehicle_id=booked, work_kind=WorkKind.INSPECTION)
    world.handover(people[4], "2026-03-09")
    world.handover(people[5], "2026-03-12")  # a delivery entered ahead
    world.handover(people[6], "2026-02-12")
    world.repair_order(people[7], "2026-03-08")
    world.appointment(people[8], "2026-03-13 11:00", booked_at=at("2026-03-01 10:00"), parts_state=PartsState.MISSING)
    world.appointment(people[9], "2026-03-14 00:30", booked_at=at("2026-03-01 10:00"))
    world.appointment(people[10], "2026-03-18 10:00", status=AppointmentStatus.CANCELLED)
    for person, due_on in ((11, "2026-03-16"), (12, "2026-03-03"), (13, "2026-02-14"), (14, "2026-03-12")):
        world.invoice(world.account(people[person]), due_on, "1000.00")
    world.complaint(people[15], "2026-03-06 10:00", "2026-03-09 16:00")
    world.complaint(people[16], "2026-03-06 10:00", "2026-03-12 23:30")
    world.complaint(people[16], "2026-03-12 11:00")
    paying = world.account(people[14])
    world.payment(paying, "2026-03-15", "500.00", world.invoice(paying, "2026-03-11", "500.00"))


def really_planned(world: World, days: int) -> Counter[tuple[date, str]]:
    """Sweep every process every morning, and see on which day each touch that stood then was due."""
    for ahead in range(days):
        for process in (*shipped_processes(), CAMPAIGNS):
            world.plan(process, f"{FIRST + timedelta(days=ahead)} 00:00")
    last = FIRST + timedelta(days=days - 1)
    dated = [(touch.due_at.astimezone(SHANGHAI).date(), touch) for touch in world.touches()]
    return Counter(
        (max(due, FIRST), touch.step)
        for due, touch in dated
        if touch.step not in NO_SHOWS and touch.state != TouchState.SENT and due <= last and _was_to_go(touch, due)
    )


def _was_to_go(touch: Any, due: date) -> bool:
    """Not skipped as missed, and not ended before its day began: what ends later is what was not dispatched here."""
    if touch.state in (TouchState.CANCELLED, TouchState.SUPERSEDED):
        return bool(touch.state_at.astimezone(SHANGHAI).date() > due)
    return touch.state != TouchState.SKIPPED or touch.state_at >= touch.valid_until > touch.planned_at


def foreseen(world: World, now: str, days: int) -> Counter[tuple[date, str]]:
    rows = forecast(world.connection, at(now), days).rows
    counted: Counter[tuple[date, str]] = Counter()
    for row in rows:
        counted[(row.day, row.step)] += row.planned + row.to_come
    return counted


@pytest.mark.parametrize(("swept_before", "days"), [(False, DAYS), (True, 3)])
def test_the_forecast_is_what_sweeping_day_by_day_plans(world: World, swept_before: bool, days: int) -> None:
    fill(world)
    if swept_before:
        for process in (*shipped_processes(), CAMPAIGNS):
            world.plan(process, f"{FIRST} 00:00")
    expected = foreseen(world, f"{FIRST} 00:00", days)
    assert len(expected) > 2 * days
    assert expected == really_planned(world, days)


def ledger(world: World) -> list[Any]:
    return [
        world.connection.execute(select(table.__table__).order_by(table.id)).all() for table in (Touch, Verdict, Store)
    ]


def test_it_changes_nothing(world: World) -> None:
    fill(world)
    for process in (*shipped_processes(), CAMPAIGNS):
        world.plan(process, f"{FIRST} 08:30")
    before = ledger(world)
    assert forecast(world.connection, at(f"{FIRST} 08:30"), 5).rows
    assert ledger(world) == before


def test_it_could_not_change_anything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(connection: Any, *_: Any) -> Any:
        connection.execute(update(Store).values(name="changed"))

    monkeypatch.setattr(forecasting, "stores_of", write)
    with pytest.raises(InternalError, match="read-only transaction"):
        forecast(world.connection, at(f"{FIRST} 08:30"), DAYS)


def test_no_shows_are_left_out_and_said_so(world: World) -> None:
    world.appointment(world.customer(), "2026-03-12 14:00", booked_at=at("2026-03-01 10:00"))
    told = forecast(world.connection, at("2026-03-10 10:00"), 5)
    assert [row.step for row in told.rows] == ["day-before", "two-hours-before"]
    assert {left.step for left in told.left_out} == set(NO_SHOWS)


def test_one_store_alone(world: World) -> None:
    other = world.store(code="SH02")
    for store in (world.store_id, other):
        world.handover(world.customer(store_id=store), "2026-03-09", store_id=store)
    told = forecast(world.connection, at("2026-03-10 09:30"), 1, "SH02")
    assert [(row.store, row.step, row.to_come) for row in told.rows] == [("SH02", "thanks", 1)]


def test_days_are_those_of_each_store(world: World) -> None:
    """10:00 on the tenth in Auckland is still the ninth in Shanghai."""
    other = world.store(code="NZ01", time_zone="Pacific/Auckland")
    world.handover(world.customer(store_id=other), "2026-03-09", store_id=other)
    told = forecast(world.connection, at("2026-03-10 04:30"), 2)
    assert [(row.store, row.day) for row in told.rows] == [("NZ01", date(2026, 3, 10))]


def test_what_is_overdue_is_counted_today(world: World) -> None:
    world.warranty(world.customer(), "2026-05-08")
    told = forecast(world.connection, at("2026-03-12 10:00"), 3)
    assert [(row.day, row.step, row.to_come) for row in told.rows] == [(date(2026, 3, 12), "invitation-60", 1)]
