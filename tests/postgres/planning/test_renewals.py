"""Renewals: who is told of what ends, against an oracle in plain Python, and what ends it (R6)."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from models.core.words import ProcessName
from models.subjects.due_item import DueItem, DueItemStatus
from tests.support.world import World

RENEWALS = ProcessName("renewals")
TODAY = date(2026, 3, 10)
NOON = "2026-03-10 12:00"


@dataclass(frozen=True)
class Item:
    """An item that ends so many days from today."""

    item: str
    days: int
    status: DueItemStatus = DueItemStatus.OPEN
    status_days: int | None = None


def add(world: World, customer: int, item: Item, number: int = 0, vehicle: int | None = None) -> None:
    """Put an item on record."""
    since = None if item.status_days is None else TODAY + timedelta(item.status_days)
    world.connection.execute(
        insert(DueItem).values(
            store_id=world.store_id, key=f"{customer}-{number}", customer_id=customer, vehicle_id=vehicle,
            item=item.item, ends_on=TODAY + timedelta(item.days), status=item.status, status_on=since,
        )
    )  # fmt: skip


def expected(item: Item) -> set[str]:
    """The steps that a sweep at noon plans, one day ahead."""
    settled = item.status is not DueItemStatus.OPEN and (item.status_days is None or item.status_days <= 0)
    steps = set()
    if item.item == "maturity" and -9 <= item.days <= -2:
        steps.add("asked-after-3")
    if settled:
        return steps
    if 16 <= item.days <= 31:
        steps.add("notice-30")
    if 8 <= item.days <= 16:
        steps.add("reminder-15")
    if 1 <= item.days <= 8:
        steps.add("last-reminder-7")
    if item.item == "insurance" and 1 <= item.days <= 4:
        steps.add("call-3")
    return steps


ITEMS = st.builds(
    Item,
    st.sampled_from(["insurance", "driving-licence", "maturity"]),
    st.integers(-15, 40),
    st.sampled_from(DueItemStatus),
    st.none() | st.integers(-3, 3),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(ITEMS, min_size=1, max_size=12))
def test_who_is_told_of_what(world: World, items: list[Item]) -> None:
    owners = {world.customer(): item for item in items}
    for customer, item in owners.items():
        add(world, customer, item)
    world.plan(RENEWALS, NOON)
    told = {customer: set(world.steps(customer)) for customer in owners}
    assert told == {customer: expected(item) for customer, item in owners.items()}


def test_a_newer_item_of_the_kind_renews_the_old_one(world: World) -> None:
    customer = world.customer()
    add(world, customer, Item("insurance", 20))
    add(world, customer, Item("insurance", 20 + 365), 1)
    add(world, customer, Item("driving-licence", 20), 2)
    world.plan(RENEWALS, NOON)
    assert world.steps(customer) == ["notice-30"]


def test_the_insurance_of_another_car_renews_nothing(world: World) -> None:
    customer = world.customer()
    add(world, customer, Item("insurance", 20), 0, world.vehicle(customer))
    add(world, customer, Item("insurance", 385), 1, world.vehicle(customer))
    world.plan(RENEWALS, NOON)
    assert world.steps(customer) == ["notice-30"]


@pytest.mark.parametrize("days", [20, 3])
def test_nothing_is_said_of_a_car_that_was_sold(world: World, days: int) -> None:
    customer = world.customer()
    add(world, customer, Item("insurance", days), 0, world.vehicle(customer, disposed_on=TODAY))
    world.plan(RENEWALS, NOON)
    assert world.steps(customer) == []


def test_a_kind_that_the_process_is_not_about_is_left_alone(world: World) -> None:
    customer = world.customer()
    add(world, customer, Item("tyre-storage", 20))
    world.plan(RENEWALS, NOON)
    assert world.steps(customer) == []
