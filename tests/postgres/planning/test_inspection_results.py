"""What inspections found is told, claimed in time and looked at again: against an oracle, and by hand (R3)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from models.calls.outcomes import REACHED
from models.core.words import AppointmentStatus, ProcessName, Role, TouchState, WorkKind
from models.ledger.tables import CallAttempt, Touch
from models.subjects.inspection import POINTS, Finding, Inspection
from tasks.overview.inspection_results import read_results
from tasks.subjects.inspection.recording import (
    ClaimBeforeInspection,
    ClaimWithoutFault,
    NoSuchCar,
    NoSuchInspection,
    PointsLeft,
    file_claim,
    find_cars,
    list_inspections,
    read_inspection,
    write_down,
)
from tests.support.world import World, at, day

RESULTS = ProcessName("inspection-results")
TODAY = date(2026, 3, 10)
NOON = "2026-03-10 12:00"
NOW = at(NOON)


def ago(days: int) -> str:
    """A day before today; of a negative number, after it."""
    return (TODAY - timedelta(days)).isoformat()


@dataclass(frozen=True)
class Inspected:
    """An inspection, in days before today."""

    days: int
    fault: bool
    watch: bool
    claimed: int | None
    """Days before today; negative: later."""
    warranty_left: int | None
    """Days from today to its end."""
    sold: bool
    again: bool
    """The car was inspected again, today."""


def oracle(one: Inspected) -> set[str]:
    """The steps that a sweep at noon plans, one day ahead."""
    found = set()
    if 0 <= one.days <= 7:
        found.add("findings")
    in_force = one.warranty_left is not None and one.warranty_left >= max(-one.days, 0)
    filed = one.claimed is not None and one.claimed >= 0
    if one.fault and not filed and in_force:
        if 0 <= one.days <= 1:
            found.add("claim-file")
        if 1 <= one.days <= 61:
            found.add("claim-late")
    near = one.warranty_left is not None and 2 <= one.warranty_left <= 15
    if one.watch and in_force and near and not one.sold and not one.again:
        found.add("watch-again")
    return found


INSPECTED = st.builds(
    Inspected,
    days=st.integers(0, 70),
    fault=st.booleans(),
    watch=st.booleans(),
    claimed=st.none() | st.integers(-3, 0),
    warranty_left=st.none() | st.integers(-5, 30),
    sold=st.booleans(),
    again=st.booleans(),
)


def put(world: World, one: Inspected) -> int:
    """Put an inspection on record; its customer."""
    customer = world.customer()
    car = world.vehicle(customer, disposed_on=TODAY if one.sold else None)
    if one.warranty_left is not None:
        world.warranty(customer, ago(-one.warranty_left), car)
    found = {"engine": "fault" if one.fault else "ok", "tyres": "watch" if one.watch else "ok"}
    made = world.inspection(customer, car, ago(one.days), **found)
    if one.claimed is not None:
        filed = {"claim_filed_on": TODAY - timedelta(one.claimed)}
        world.connection.execute(update(Inspection).where(Inspection.id == made).values(filed))
    if one.again and one.days:
        world.inspection(customer, car, ago(0))
    return customer


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(INSPECTED, min_size=1, max_size=12))
def test_what_follows_from_an_inspection(world: World, some: list[Inspected]) -> None:
    owners = {put(world, one): one for one in some}
    world.plan(RESULTS, NOON)
    told = {customer: world.steps(customer) for customer in owners}
    for customer, one in owners.items():
        again = one.again and one.days
        # The second inspection, of today, found nothing: it brings its own word to the customer.
        alone = replace(one, again=bool(again))
        steps = [*oracle(alone), *(["findings"] if again else [])]
        assert sorted(told[customer]) == sorted(steps), one


def test_who_a_claim_is_for_and_by_when(world: World) -> None:
    put(world, Inspected(0, True, False, None, 30, False, False))
    world.plan(RESULTS, NOON)
    claim = next(touch for touch in world.touches() if touch.step == "claim-file")
    assert (claim.role, claim.due_at, claim.valid_until) == (
        Role.ADVISOR, at("2026-03-10 09:00"), at("2026-03-12 09:00"),
    )  # fmt: skip


def test_a_claim_that_was_filed_ends_the_task(world: World) -> None:
    customer = put(world, Inspected(0, True, False, None, 30, False, False))
    world.plan(RESULTS, NOON)
    world.connection.execute(update(Inspection).values(claim_filed_on=TODAY))
    world.plan(RESULTS, "2026-03-10 13:00")
    assert world.steps(customer, TouchState.PLANNED) == ["findings"]


FOUND = dict.fromkeys(POINTS, (Finding.OK, ""))


def test_the_workshop_writes_down_what_it_found_and_corrects_it_the_same_day(world: World) -> None:
    customer = world.customer(name="Li Lei")
    car = world.vehicle(customer, plate="沪A·12345")
    (seen,) = find_cars(world.connection, "a12345", world.store_id)
    assert (seen.id, seen.plate) == (car, "沪A·12345")
    first = write_down(
        world.connection, car, FOUND | {"brakes": (Finding.FAULT, "disc ")}, TODAY, NOW, "lin", world.store_id
    )
    second = write_down(
        world.connection, car, FOUND | {"tyres": (Finding.WATCH, "3 mm")}, TODAY, NOW, "lin", world.store_id
    )
    assert first == second
    kept = read_inspection(world.connection, first, world.store_id)
    assert (kept.faults, kept.found["tyres"], kept.found["brakes"]) == ([], (Finding.WATCH, "3 mm"), (Finding.OK, ""))
    assert [one.id for one in list_inspections(world.connection, world.store_id)] == [first]


def test_what_cannot_be_written_down_says_why(world: World) -> None:
    car = world.vehicle(world.customer())
    other = world.store()
    with pytest.raises(PointsLeft, match="left are engine, gearbox"):
        write_down(world.connection, car, {"locks": (Finding.OK, "")}, TODAY, NOW, "lin", None)
    with pytest.raises(NoSuchCar):
        write_down(world.connection, car, FOUND, TODAY, NOW, "lin", other)
    sound = write_down(world.connection, car, FOUND, TODAY, NOW, "lin", None)
    with pytest.raises(NoSuchInspection):
        read_inspection(world.connection, sound, other)
    with pytest.raises(ClaimWithoutFault):
        file_claim(world.connection, sound, TODAY, None, "CNY", TODAY, NOW, "lin", None)
    write_down(world.connection, car, FOUND | {"engine": (Finding.FAULT, "")}, TODAY, NOW, "lin", None)
    for wrong in (-1, 1):
        with pytest.raises(ClaimBeforeInspection):
            file_claim(world.connection, sound, TODAY + timedelta(wrong), None, "CNY", TODAY, NOW, "lin", None)
    file_claim(world.connection, sound, TODAY, Decimal("1280.00"), "CNY", TODAY, NOW, "lin", None)
    kept = read_inspection(world.connection, sound, None)
    assert (kept.claim_filed_on, kept.claim_amount, kept.claim_currency) == (TODAY, Decimal("1280.00"), "CNY")


def test_what_came_of_the_invitations_of_a_month(world: World) -> None:
    """Five were invited in February: one was only called, one booked, two came, one of them with a claim."""
    cars = {}
    for name in ("told", "called", "booked", "came", "claimed", "in-march"):
        customer = world.customer()
        car = world.vehicle(customer)
        cars[name] = (customer, car, world.warranty(customer, "2026-04-10", car))
    world.plan(ProcessName("warranty-expiry"), "2026-02-10 12:00")
    contacted = update(Touch).where(Touch.subject_id != cars["in-march"][2])
    world.connection.execute(contacted.values(contacted_at=at("2026-02-10 12:00")))
    world.connection.execute(
        update(Touch).where(Touch.subject_id == cars["in-march"][2]).values(contacted_at=at("2026-03-01 00:00"))
    )
    touch = world.connection.execute(select(Touch.id).where(Touch.subject_id == cars["called"][2])).scalars().first()
    world.connection.execute(insert(CallAttempt).values(touch_id=touch, attempted_at=NOW, outcome=REACHED.name))
    customer, car, _ = cars["booked"]
    world.appointment(customer, "2026-03-20 10:00", vehicle_id=car, work_kind=WorkKind.INSPECTION)
    customer, car, _ = cars["came"]
    world.appointment(
        customer, "2026-03-02 10:00", vehicle_id=car, work_kind=WorkKind.INSPECTION, status=AppointmentStatus.COMPLETED
    )
    customer, car, _ = cars["claimed"]
    found = world.inspection(customer, car, "2026-03-02", brakes="fault")
    claim = {"claim_filed_on": day("2026-03-03"), "claim_amount": 1280, "claim_currency": "CNY"}
    world.connection.execute(update(Inspection).where(Inspection.id == found).values(claim))
    march, february = read_results(world.connection, date(2026, 2, 15), date(2026, 3, 10))
    assert (march.month, march.invited, march.reached) == (date(2026, 3, 1), 1, 0)
    assert february.month == date(2026, 2, 1)
    counts = (february.invited, february.reached, february.booked, february.came, february.with_faults)
    assert counts == (5, 4, 3, 2, 1)
    assert february.claimed == {"CNY": Decimal(1280)}
