"""What falls due on a car: against an oracle in plain Python, and what ends or silences it (R5)."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from models.core.words import AppointmentStatus, ProcessName, WorkKind
from models.subjects.due_item import DueItem, DueItemStatus
from models.subjects.handover import Handover
from models.subjects.service_interval import ServiceInterval
from models.subjects.vehicle import Vehicle
from tasks.subjects.due_item.outcomes import settle
from tasks.subjects.due_item.services import derive_services
from tests.support.world import World, day

SERVICE_DUE = ProcessName("service-due")
TODAY = date(2026, 3, 10)
NOON = "2026-03-10 12:00"
SERVICED = (WorkKind.MAINTENANCE, WorkKind.FIRST_SERVICE, WorkKind.SECOND_SERVICE)


def ago(days: int) -> str:
    """A day before today; of a negative number, after it."""
    return (TODAY - timedelta(days)).isoformat()


def derive(world: World) -> None:
    """Work out what falls due, as an import does."""
    derive_services(world.connection, select(Vehicle.id))


def planned(world: World, customer: int, now: str = NOON) -> list[str]:
    """The steps that are planned, after everything was worked out."""
    derive(world)
    world.plan(SERVICE_DUE, now)
    return world.steps(customer)


@dataclass(frozen=True)
class Car:
    """A car with what is on record of it, in days before today."""

    handed_over: int
    services: tuple[int, ...]
    readings: tuple[tuple[int, int], ...]
    """Days before today, and kilometres; they go up."""


@dataclass(frozen=True)
class Due:
    """What falls due, by the oracle."""

    item: str
    on: date
    call_on: date | None
    settled: bool


def months_later(since: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(since.month - 1 + months, 12)
    last = calendar.monthrange(since.year + years, month + 1)[1]
    return since.replace(year=since.year + years, month=month + 1, day=min(since.day, last))


def oracle(car: Car) -> list[Due]:
    """The shipped intervals in plain Python: item by item, counted from each handover and service."""
    read = sorted((TODAY - timedelta(days), km) for days, km in car.readings)
    begun, serviced = TODAY - timedelta(car.handed_over), [TODAY - timedelta(days) for days in car.services]
    found = []
    for item, kilometres, starts in (
        ("first-service", 3_000, [begun]),
        ("service", 10_000, [begun, *serviced]),
        ("tyres", 8_000, [begun]),
    ):
        for start in starts:
            at_start = [km for on, km in read if on == start]
            is_handover = start == begun
            fresh = is_handover and not [on for on, _ in read if on < begun]
            base = at_start[0] if at_start else 0 if fresh else None
            if item == "first-service" and not (fresh and base is not None and base <= 1_000):
                continue
            on = start + timedelta(60) if item == "first-service" else months_later(start, 12)
            call_on = start + timedelta(90) if item == "first-service" else None
            if base is not None:
                on = min(on, reached(base + kilometres, read, on) or on)
                if call_on:
                    call_on = min(call_on, reached(base + 4_500, read, start + timedelta(90)) or call_on)
            settled = item != "tyres" and any(start < done <= TODAY for done in serviced)
            found.append(Due(item, on, call_on, settled))
    return found


def reached(limit: int, read: list[tuple[date, int]], until: date) -> date | None:
    """When the odometer reaches a limit, by what is known today or was known when the item was due by date."""
    known = [(on, km) for on, km in read if on <= min(TODAY, until)]
    if len(known) < 2:
        return None
    last_on, last_km = known[-1]
    recent = next(one for one in known if (last_on - one[0]).days <= 180)
    older = [one for one in known if (last_on - one[0]).days >= 30]
    first_on, first_km = recent if (last_on - recent[0]).days >= 30 or not older else older[-1]
    if last_km == first_km:
        return None
    left = (limit - last_km) / Fraction(last_km - first_km, (last_on - first_on).days)
    return last_on + timedelta(max(left.numerator // left.denominator, 0))


def steps_of(car: Car) -> set[str]:
    """The steps that a sweep at noon plans, one day ahead."""
    found = set()
    due = oracle(car)
    for one in due:
        others = [
            other.on for other in due
            if other is not one and not other.settled and other.item != "first-service"
            and one.on - timedelta(21) <= other.on < one.on
        ]  # fmt: skip
        if one.settled:
            continue
        if one.item == "first-service":
            if -19 <= (one.on - TODAY).days <= 1:
                found.add("first-service-invite")
            if one.call_on and -14 < (one.call_on - TODAY).days <= 1:
                found.add("first-service-call")
            continue
        invited = min([one.on, *others]) - timedelta(14)
        if -19 <= (invited - TODAY).days <= 1:
            found.add("service-invite")
        if -14 < (one.on + timedelta(7) - TODAY).days <= 1:
            found.add("service-call")
    return found


@st.composite
def cars(draw: st.DrawFn) -> Car:
    handed_over = draw(st.integers(1, 420))
    services = draw(st.lists(st.integers(0, handed_over - 1), max_size=2, unique=True))
    days = sorted(draw(st.lists(st.integers(0, handed_over), max_size=4, unique=True)), reverse=True)
    read, at = [], 0
    for number, on in enumerate(days):
        since = (days[number - 1] if number else handed_over) - on
        at += draw(st.integers(0, 60)) * since
        read.append((on, at))
    return Car(handed_over, tuple(services), tuple(read))


def make(world: World, car: Car) -> int:
    """Put a car on record; its owner's id."""
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.handover(customer, ago(car.handed_over), vehicle_id=vehicle)
    for days in car.services:
        world.repair_order(customer, ago(days), vehicle_id=vehicle, work_kind=WorkKind.MAINTENANCE)
    world.readings(vehicle, *((ago(days), km) for days, km in car.readings))
    return customer


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(cars(), min_size=1, max_size=12))
def test_who_is_invited_and_called(world: World, some: list[Car]) -> None:
    owners = {make(world, car): car for car in some}
    derive(world)
    world.plan(SERVICE_DUE, NOON)
    told = {customer: set(world.steps(customer)) for customer in owners}
    assert told == {customer: steps_of(car) for customer, car in owners.items()}


def test_a_first_service_comes_at_3000_kilometres_or_on_day_60(world: World) -> None:
    by_date = make(world, Car(60, (), ()))
    by_mileage = make(world, Car(30, (), ((30, 0), (0, 3_000))))
    too_early = make(world, Car(30, (), ((30, 0), (0, 1_200))))
    derive(world)
    world.plan(SERVICE_DUE, NOON)
    assert [world.steps(one) for one in (by_date, by_mileage, too_early)] == [["first-service-invite"]] * 2 + [[]]


@pytest.mark.parametrize(("days", "read"), [(90, ()), (45, ((45, 0), (0, 4_500)))])
def test_a_first_service_that_was_not_done_is_called_about(world: World, days: int, read: Any) -> None:
    assert "first-service-call" in planned(world, make(world, Car(days, (), read)))


def test_a_used_car_has_no_first_service(world: World) -> None:
    assert planned(world, make(world, Car(60, (), ((60, 48_000),)))) == []


@pytest.mark.parametrize("work", SERVICED)
def test_a_service_that_was_done_starts_the_next(world: World, work: WorkKind) -> None:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.handover(customer, ago(364), vehicle_id=vehicle)
    world.repair_order(customer, ago(10), vehicle_id=vehicle, work_kind=work)
    world.repair_order(customer, ago(9), vehicle_id=vehicle, work_kind=WorkKind.TYRES)
    assert planned(world, customer) == []
    found = world.connection.execute(
        select(DueItem.ends_on).where(DueItem.customer_id == customer, DueItem.item == "service").order_by("ends_on")
    )
    assert list(found.scalars()) == [TODAY + timedelta(1), date(2027, 2, 28)]


BOOKED = "2026-03-20 10:00"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"work_kind": WorkKind.MAINTENANCE}, []),
        ({"work_kind": WorkKind.MAINTENANCE, "status": AppointmentStatus.REQUESTED}, []),
        ({"work_kind": WorkKind.MAINTENANCE, "status": AppointmentStatus.CANCELLED}, ["service-invite"]),
        ({"work_kind": WorkKind.REPAIR}, ["service-invite"]),
    ],
)
def test_what_is_booked_is_not_reminded(world: World, values: dict[str, Any], told: list[str]) -> None:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.handover(customer, ago(355), vehicle_id=vehicle)
    world.repair_order(customer, ago(300), vehicle_id=vehicle, work_kind=WorkKind.TYRES)
    world.appointment(customer, BOOKED, vehicle_id=vehicle, **values)
    assert planned(world, customer) == told


def test_the_visit_of_another_car_is_none_of_this_one(world: World) -> None:
    customer = make(world, Car(355, (), ()))
    world.appointment(customer, BOOKED, vehicle_id=world.vehicle(customer), work_kind=WorkKind.MAINTENANCE)
    assert set(planned(world, customer)) == {"service-invite"}


@pytest.mark.parametrize("status", [DueItemStatus.ELSEWHERE, DueItemStatus.DECLINED])
def test_what_the_customer_settled_is_left_alone_and_keeps_its_reason(world: World, status: DueItemStatus) -> None:
    customer = make(world, Car(355, (), ()))
    derive(world)
    item = world.connection.execute(
        select(DueItem.id).where(DueItem.customer_id == customer, DueItem.item == "service")
    ).scalar_one()
    settle(world.connection, item, status, TODAY, "the brother-in-law does it")
    assert planned(world, customer) == ["service-invite"]  # the tyres
    following = world.connection.execute(
        select(DueItem.ends_on).where(DueItem.item == "service", DueItem.issued_on == TODAY)
    ).scalars()
    assert list(following) == ([date(2027, 3, 10)] if status is DueItemStatus.ELSEWHERE else [])
    kept = world.connection.execute(select(DueItem.status_reason).where(DueItem.id == item)).scalar_one()
    assert kept == "the brother-in-law does it"


def test_items_within_the_span_are_written_about_together(world: World) -> None:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    for item, days in (("service", 14), ("tyres", 35), ("service", 36)):
        car = vehicle if days < 36 else world.vehicle(customer)
        world.due_item(customer, ago(-days), item, vehicle_id=car, works=["maintenance"], issued_on=day(ago(200)))
    world.plan(SERVICE_DUE, NOON)
    assert [touch.due_at for touch in world.touches(customer)] == [world.touches(customer)[0].due_at] * 2


def test_a_house_has_intervals_of_its_own(world: World) -> None:
    add = world.connection.execute
    common = {"store_id": world.store_id, "item": "service", "works": ["maintenance"]}
    for key, values in (
        ("all", {"months": 6}),
        ("nova", {"model": "Nova", "days": 100}),
        ("old", {"model": "Nova", "year_until": 2020, "days": 50}),
    ):
        add(insert(ServiceInterval).values(**common, key=key, **values))
    ends = {}
    for model, year in (("Aurora", 2022), ("Nova", 2022), ("Nova", 2020)):
        customer = world.customer()
        vehicle = world.vehicle(customer, model=model, model_year=year)
        world.repair_order(customer, "2025-08-31", vehicle_id=vehicle, work_kind=WorkKind.MAINTENANCE)
        derive(world)
        found = select(DueItem.ends_on).where(DueItem.vehicle_id == vehicle, DueItem.item == "service")
        ends[model, year] = add(found).scalar_one()
    assert ends == {
        ("Aurora", 2022): date(2026, 2, 28),
        ("Nova", 2022): date(2025, 12, 9),
        ("Nova", 2020): date(2025, 10, 20),
    }


def test_a_handover_that_was_a_mistake_takes_its_items_along(world: World) -> None:
    customer = make(world, Car(355, (), ()))
    derive(world)
    world.connection.execute(delete(Handover).where(Handover.customer_id == customer))
    assert planned(world, customer) == []
    assert not list(world.connection.execute(select(DueItem.id).where(DueItem.customer_id == customer)))


def test_working_it_out_again_changes_nothing(world: World) -> None:
    make(world, Car(300, (100,), ((300, 0), (200, 5_000), (100, 4_000), (10, 12_000))))
    derive(world)
    whole = select(DueItem.__table__).order_by(DueItem.id)
    before = world.connection.execute(whole).all()
    derive(world)
    assert world.connection.execute(whole).all() == before
