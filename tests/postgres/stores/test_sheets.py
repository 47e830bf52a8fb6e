"""The sheet of the coming day, and its acknowledgement."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from models.core.settings import Settings
from models.core.words import AppointmentStatus, ChangeKind, PartsState, Role
from models.people.notifications.tables import StaffNotice
from models.people.notifications.words import Topic
from models.subjects.appointment import Appointment, AppointmentChange
from tasks.staff.notifications.choosing import list_members
from tasks.staff.notifications.collecting import collect
from tasks.staff.notifications.ways import Ways
from tasks.stores.sheets import (
    SheetAcknowledged,
    StoreClock,
    UnknownSheet,
    acknowledge_sheet,
    days_due,
    list_sheets,
    make_sheets,
    store_of_sheet,
)
from tests.support.desk import audited
from tests.support.world import SHANGHAI, World, at, day

EVENING = at("2026-03-10 18:00")


def clock(world: World) -> list[StoreClock]:
    return [StoreClock(world.store_id, SHANGHAI, time(18))]


def make(world: World, now: str) -> int:
    return make_sheets(world.connection, clock(world), at(now))


def test_a_sheet_is_due_from_the_evening_before_until_noon() -> None:
    store = StoreClock(1, SHANGHAI, time(18))
    assert days_due(store, at("2026-03-10 11:59")) == [day("2026-03-10")]
    assert days_due(store, at("2026-03-10 12:00")) == []
    assert days_due(store, at("2026-03-10 17:59")) == []
    assert days_due(store, EVENING) == [day("2026-03-11")]


def test_the_hour_is_the_store_s_across_a_change_of_the_clock() -> None:
    berlin = StoreClock(1, ZoneInfo("Europe/Berlin"), time(18))
    before = at("2026-03-28 18:00", ZoneInfo("Europe/Berlin"))  # the night on which the clock goes forward
    assert days_due(berlin, before) == [day("2026-03-29")]
    assert days_due(berlin, before - timedelta(minutes=1)) == []


def test_each_department_gets_the_visits_of_tomorrow_once(world: World) -> None:
    car = world.vehicle(world.customer(name="Li Lei"), plate="A12345", model="Aurora")
    world.appointment(
        world.customer(), "2026-03-11 09:00", departments=["parts", "wash"], vehicle_id=car, work="brakes",
        parts_state=PartsState.ORDERED,
    )  # fmt: skip
    world.appointment(world.customer(), "2026-03-11 14:00")
    world.appointment(world.customer(), "2026-03-12 09:00")
    world.appointment(world.customer(), "2026-03-11 10:00", status=AppointmentStatus.CANCELLED)
    assert make(world, "2026-03-10 17:59") == 0
    assert make(world, "2026-03-10 18:00") == 3  # parts, wash, workshop
    assert make(world, "2026-03-10 18:01") == 0
    by_department = {sheet.department: sheet for sheet in list_sheets(world.connection)}
    assert {name: len(sheet.visits) for name, sheet in by_department.items()} == {"parts": 2, "wash": 1, "workshop": 1}
    (visit,) = by_department["wash"].visits
    assert (visit.plate, visit.model, visit.work, visit.parts_state) == (
        "A12345",
        "Aurora",
        "brakes",
        PartsState.ORDERED,
    )
    assert (visit.starts_at, visit.moved, visit.added) == (at("2026-03-11 09:00"), False, False)


def test_what_is_booked_after_the_sheet_is_added_and_acknowledged_again(world: World) -> None:
    parts = world.staff(Role.PARTS, code="P1")
    world.appointment(world.customer(), "2026-03-11 09:00", departments=["parts"])
    make(world, "2026-03-10 18:00")
    (sheet,) = list_sheets(world.connection)
    acknowledge_sheet(world.connection, sheet.id, at("2026-03-10 18:10"), "P1")
    assert list_sheets(world.connection) == []
    world.appointment(world.customer(), "2026-03-11 08:30", departments=["parts"])
    assert make(world, "2026-03-10 18:30") == 1
    (again,) = list_sheets(world.connection)
    assert (again.id, again.told_at, [visit.added for visit in again.visits]) == (
        sheet.id, at("2026-03-10 18:30"), [True, False],
    )  # fmt: skip
    assert parts


def test_what_was_moved_onto_the_day_has_its_own_notice(world: World) -> None:
    world.appointment(world.customer(), "2026-03-11 09:00", departments=["parts"])
    make(world, "2026-03-10 18:00")
    moved = world.appointment(world.customer(), "2026-03-11 10:00", departments=["parts"])
    world.connection.execute(
        insert(AppointmentChange).values(
            appointment_id=moved, kind=ChangeKind.MOVED, from_starts_at=at("2026-03-13 09:00"),
            to_starts_at=at("2026-03-11 10:00"), changed_at=at("2026-03-10 18:20"),
        )
    )  # fmt: skip
    assert make(world, "2026-03-10 18:30") == 0


def test_the_sheet_shows_what_became_of_a_visit(world: World) -> None:
    appointment = world.appointment(world.customer(), "2026-03-11 09:00", departments=["parts"])
    make(world, "2026-03-10 18:00")
    world.connection.execute(
        update(Appointment).where(Appointment.id == appointment).values(starts_at=at("2026-03-11 11:00"))
    )
    (sheet,) = list_sheets(world.connection)
    assert (sheet.visits[0].starts_at, sheet.visits[0].moved) == (at("2026-03-11 11:00"), True)


def test_a_sheet_is_acknowledged_once_by_somebody_known(world: World) -> None:
    world.staff(Role.PARTS, code="P1", name="Zhao Min")
    world.appointment(world.customer(), "2026-03-11 09:00", departments=["parts"])
    make(world, "2026-03-10 18:00")
    (sheet,) = list_sheets(world.connection)
    acknowledge_sheet(world.connection, sheet.id, EVENING, "P1")
    with pytest.raises(SheetAcknowledged, match="Zhao Min has acknowledged"):
        acknowledge_sheet(world.connection, sheet.id, EVENING, "P1")
    with pytest.raises(UnknownSheet):
        acknowledge_sheet(world.connection, 999999, EVENING, "P1")
    with pytest.raises(UnknownSheet):
        store_of_sheet(world.connection, sheet.id, world.store())
    assert audited(world) == [("P1", "sheet.acknowledged", "department-sheet")]


def test_what_is_not_acknowledged_in_30_minutes_is_told_the_manager_once(world: World) -> None:
    manager = world.staff(Role.MANAGER, code="M1")
    parts = world.staff(Role.AGENT, code="P1", department="parts")
    world.appointment(world.customer(), "2026-03-11 09:00", departments=["parts"])
    make(world, "2026-03-10 18:00")

    def told(now: str) -> set[tuple[int, Topic]]:
        collect(world.connection, list_members(world.connection, Ways(Settings())), at(now))
        rows = world.connection.execute(StaffNotice.__table__.select()).all()
        assert len(rows) == len({(row.staff_id, row.topic) for row in rows})
        return {(row.staff_id, Topic(row.topic)) for row in rows}

    assert told("2026-03-10 18:29") == {(parts, Topic.SHEET)}
    assert told("2026-03-10 18:30") == {(parts, Topic.SHEET), (manager, Topic.SHEET_IGNORED)}
    assert told("2026-03-10 18:31") == {(parts, Topic.SHEET), (manager, Topic.SHEET_IGNORED)}
