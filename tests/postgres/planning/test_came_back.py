"""The same kind of work on the same car within thirty days: a call, and the first-time-fix rate (R24)."""

from datetime import date

import pytest

from models.core.words import ProcessName, Role, WorkKind
from tasks.subjects.repair_order.coming_back import read_fix_rates
from tests.support.world import World, at, day

PROCESS = ProcessName("came-back")


def twice(world: World, first: str, came: str, closed: str, kind: WorkKind = WorkKind.REPAIR) -> int:
    """Two repair orders of one car; the customer."""
    customer = world.customer()
    car = world.vehicle(customer)
    world.repair_order(customer, first, vehicle_id=car, work_kind=kind, opened_on=day(first))
    world.repair_order(customer, closed, vehicle_id=car, work_kind=kind, opened_on=day(came))
    return customer


def test_the_advisor_calls_who_came_back_within_thirty_days(world: World) -> None:
    back = twice(world, "2026-02-10", "2026-03-09", "2026-03-10")
    late = twice(world, "2026-02-06", "2026-03-09", "2026-03-10")
    unknown = twice(world, "2026-02-10", "2026-03-09", "2026-03-10", WorkKind.OTHER)
    account = world.plan(PROCESS, "2026-03-11 08:30")
    assert world.steps(back) == ["came-back-call"]
    (call,) = world.touches(back)
    assert (call.role, call.due_at) == (Role.ADVISOR, at("2026-03-11 09:30"))
    assert [world.steps(one) for one in (late, unknown)] == [[], []]
    assert account.suppressed["did-not-come-back"] == 2


@pytest.mark.parametrize(("came", "counted"), [("2026-03-12", 1), ("2026-03-13", 0)])
def test_the_thirtieth_day_counts(world: World, came: str, counted: int) -> None:
    customer = twice(world, "2026-02-10", came, came)
    world.plan(PROCESS, f"{came} 23:00")
    assert len(world.steps(customer)) == counted


def test_other_work_and_another_car_are_not_the_same(world: World) -> None:
    customer = world.customer()
    one, other = world.vehicle(customer), world.vehicle(customer)
    for car, kind in ((one, WorkKind.REPAIR), (one, WorkKind.MAINTENANCE), (other, WorkKind.REPAIR)):
        world.repair_order(customer, "2026-03-10", vehicle_id=car, work_kind=kind, opened_on=day("2026-03-10"))
    world.plan(PROCESS, "2026-03-11 08:30")
    assert world.steps(customer) == []


def test_the_rate_is_of_those_that_are_known(world: World) -> None:
    twice(world, "2026-01-10", "2026-02-01", "2026-02-02")
    twice(world, "2026-01-10", "2026-03-20", "2026-03-21", WorkKind.MAINTENANCE)
    twice(world, "2025-08-31", "2025-12-20", "2025-12-21")
    rates = {rate.month: rate for rate in read_fix_rates(world.connection, at("2026-02-20 10:00"))}
    january, february = rates[date(2026, 1, 1)], rates[date(2026, 2, 1)]
    assert (january.orders, january.came_back, january.pending, january.rate) == (2, 1, 0, 50.0)
    assert (february.orders, february.came_back, february.pending, february.rate) == (1, 0, 1, None)
    assert set(rates) == {date(2026, 1, 1), date(2026, 2, 1), date(2025, 12, 1)}
    assert read_fix_rates(world.connection, at("2026-02-20 10:00"), "nowhere") == []
