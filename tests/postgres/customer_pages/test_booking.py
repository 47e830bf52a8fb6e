"""Customers confirm, move and ask; the last place goes to one of them, and departments are told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from models.core.words import AppointmentStatus, ChangeKind, ProcessName
from models.ledger.tables import AuditEntry
from models.people.tables import Store
from models.subjects.appointment import Appointment, AppointmentChange, DepartmentNotice
from tasks.self_service.booking import (
    AppointmentChanged,
    SlotTaken,
    ask_for_another_time,
    confirm,
    days_with_free_starts,
    move,
    see_appointment,
)
from tasks.stores.notices import tell_departments
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
START, LATER = at("2026-03-12 09:00"), at("2026-03-12 10:00")
AT_ONCE = 6


@pytest.fixture
def booked(world: World) -> int:
    """An appointment on Thursday at nine, of a store that takes one visit at a time."""
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(visits_at_once=1))
    return world.appointment(world.customer(), "2026-03-12 09:00", booked_at=at("2026-03-01 09:00"), work="oil")


def stands(world: World, appointment: int) -> Any:
    return world.connection.execute(select(Appointment.__table__).where(Appointment.id == appointment)).one()


def test_a_customer_confirms_and_the_wish_for_another_time_is_gone(world: World, booked: int) -> None:
    ask_for_another_time(world.connection, booked, START, NOW)
    assert stands(world, booked).other_time_asked_at == NOW
    confirm(world.connection, booked, START, NOW)
    row = stands(world, booked)
    assert (row.confirmed_at, row.other_time_asked_at) == (NOW, None)
    confirm(world.connection, booked, START, NOW + timedelta(hours=1))
    assert stands(world, booked).confirmed_at == NOW
    actors = world.connection.scalars(select(AuditEntry.actor).where(AuditEntry.entity == "appointment")).all()
    assert set(actors) == {f"customer:{row.customer_id}"}
    assert len(actors) == 2


def test_a_move_is_recorded_as_an_import_would_and_departments_are_told(world: World, booked: int) -> None:
    move(world.connection, booked, START, LATER, NOW)
    row = stands(world, booked)
    assert (row.starts_at, row.moved_at, row.confirmed_at) == (LATER, NOW, NOW)
    change = world.connection.execute(select(AppointmentChange.__table__)).one()
    assert (change.kind, change.from_starts_at, change.to_starts_at) == (ChangeKind.MOVED, START, LATER)
    tell_departments(world.connection, NOW)
    assert world.connection.scalar(select(func.count()).select_from(DepartmentNotice))


def test_what_was_planned_for_the_old_start_is_superseded(world: World, booked: int) -> None:
    world.plan(ProcessName("appointment-reminders"), "2026-03-11 19:00")
    assert "day-before" in world.steps(state="planned")
    move(world.connection, booked, START, at("2026-03-20 09:00"), at("2026-03-11 19:30"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-11 20:00")
    assert "day-before" in world.steps(state="superseded")
    assert "day-before" not in world.steps(state="planned")


def test_a_second_click_moves_nothing_a_second_time(world: World, booked: int) -> None:
    for _ in range(2):
        move(world.connection, booked, START, LATER, NOW)
    assert world.connection.scalar(select(func.count()).select_from(AppointmentChange)) == 1


def test_a_time_that_is_taken_or_none_of_the_stores_is_refused(world: World, booked: int) -> None:
    world.appointment(world.customer(), "2026-03-12 10:10")
    for wrong in (LATER, at("2026-03-12 10:31"), at("2026-03-12 03:00"), NOW, at("2026-06-12 09:00")):
        with pytest.raises(SlotTaken):
            move(world.connection, booked, START, wrong, NOW)
    assert stands(world, booked).starts_at == START


def test_visits_that_are_called_off_take_no_place(world: World, booked: int) -> None:
    world.appointment(world.customer(), "2026-03-12 10:00", status=AppointmentStatus.CANCELLED)
    move(world.connection, booked, START, LATER, NOW)
    assert stands(world, booked).starts_at == LATER


def test_what_has_changed_meanwhile_is_not_overwritten(world: World, booked: int) -> None:
    world.move(booked, "2026-03-13 14:00", "2026-03-10 09:59")
    for deed in (confirm, ask_for_another_time):
        with pytest.raises(AppointmentChanged):
            deed(world.connection, booked, START, NOW)
    with pytest.raises(AppointmentChanged):
        move(world.connection, booked, START, LATER, NOW)


@pytest.mark.parametrize("status", [one for one in AppointmentStatus if one is not AppointmentStatus.BOOKED])
def test_only_what_is_booked_can_be_changed(world: World, status: AppointmentStatus) -> None:
    appointment = world.appointment(world.customer(), "2026-03-12 09:00", status=status)
    assert not see_appointment(world.connection, appointment, NOW).stands
    with pytest.raises(AppointmentChanged):
        confirm(world.connection, appointment, START, NOW)


def test_what_has_begun_can_not_be_changed(world: World, booked: int) -> None:
    assert see_appointment(world.connection, booked, START - timedelta(minutes=1)).stands
    assert not see_appointment(world.connection, booked, START).stands


def test_free_times_are_the_stores_and_leave_out_its_own(world: World, booked: int) -> None:
    free = days_with_free_starts(world.connection, booked, NOW)
    thursday = [f"{start:%H:%M}" for start in free[date(2026, 3, 12)]]
    assert thursday[:3] == ["08:30", "09:30", "10:00"]


@pytest.fixture
def rivals(engine: Engine) -> list[int]:
    """Appointments that are committed, of a store with two places at a time."""
    with engine.begin() as connection:
        world = World(connection)
        starts = [f"2026-03-{13 + number} 09:00" for number in range(AT_ONCE)]
        return [world.appointment(world.customer(), start) for start in starts]


def test_of_many_who_want_the_last_places_as_many_get_one_as_there_are(engine: Engine, rivals: list[int]) -> None:
    together = Barrier(AT_ONCE)

    def one(number: int) -> bool:
        seen: datetime = at(f"2026-03-{13 + number} 09:00")
        with engine.connect() as connection:
            together.wait(timeout=30)
            try:
                with connection.begin():
                    move(connection, rivals[number], seen, LATER, NOW)
            except SlotTaken:
                return False
            return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert sum(threads.map(one, range(AT_ONCE))) == 2
    with engine.connect() as connection:
        there = select(func.count()).select_from(Appointment).where(Appointment.starts_at == LATER)
        assert connection.scalar(there) == 2
