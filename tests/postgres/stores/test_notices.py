"""Departments told of changed appointments, and their acknowledgement."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models.core.words import CaseKind, ChangeKind, ProcessName, Role
from models.ledger.tables import Case
from models.policies.shipped import shipped_policy
from models.subjects.appointment import AppointmentChange
from tasks.cases.escalating import open_cases_for_ignored_notices
from tasks.policies.catalogue import add_policy
from tasks.stores.notices import (
    NoticeAcknowledged,
    UnknownNotice,
    acknowledge,
    list_notices,
    store_of_notice,
    tell_departments,
)
from tasks.stores.staff import UnknownStaff
from tests.support.desk import audited
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")


def moved(world: World, departments: list[str] | None = None, changed_at: str = "2026-03-10 09:00") -> int:
    """An appointment that was moved by a day."""
    appointment = world.appointment(world.customer(name="Li Lei"), "2026-03-13 09:00", departments=departments)
    world.connection.execute(
        insert(AppointmentChange).values(
            appointment_id=appointment, kind=ChangeKind.MOVED, from_starts_at=at("2026-03-12 09:00"),
            to_starts_at=at("2026-03-13 09:00"), changed_at=at(changed_at),
        )
    )  # fmt: skip
    return appointment


def told(world: World) -> list[str]:
    return [notice.department for notice in list_notices(world.connection)]


def test_the_appointments_own_departments_are_told_or_the_policys(world: World) -> None:
    moved(world, ["wash", "loan-cars"])
    moved(world)
    assert tell_departments(world.connection, NOW) == 4
    assert sorted(told(world)) == ["loan-cars", "parts", "wash", "workshop"]


def test_a_stores_own_policy_names_its_departments(world: World) -> None:
    policy = shipped_policy(ProcessName("appointment-reminders")).model_dump(mode="json")
    policy["rules"]["departments"] = ["reception"]
    add_policy(world.connection, ProcessName("appointment-reminders"), policy, world.store_id, "test", NOW)
    moved(world)
    tell_departments(world.connection, NOW)
    assert told(world) == ["reception"]


def test_a_change_is_told_once(world: World) -> None:
    moved(world)
    assert tell_departments(world.connection, NOW) == 2
    assert tell_departments(world.connection, at("2026-03-10 11:00")) == 0
    (notice, _) = list_notices(world.connection)
    assert (notice.told_at, notice.change, notice.customer) == (NOW, ChangeKind.MOVED, "Li Lei")
    assert (notice.from_starts_at, notice.to_starts_at) == (at("2026-03-12 09:00"), at("2026-03-13 09:00"))


def test_a_change_of_tomorrow_has_not_happened_yet(world: World) -> None:
    moved(world, changed_at="2026-03-11 09:00")
    assert tell_departments(world.connection, NOW) == 0


def test_each_department_acknowledges_for_itself(world: World) -> None:
    moved(world)
    tell_departments(world.connection, NOW)
    world.staff(Role.PARTS, code="P1", name="Zhao Min")
    first, second = list_notices(world.connection)
    acknowledge(world.connection, first.id, at("2026-03-10 10:05"), "P1")
    assert [notice.id for notice in list_notices(world.connection)] == [second.id]
    assert list_notices(world.connection, department=first.department) == []
    (kept,) = list_notices(world.connection, department=first.department, everything=True)
    assert (kept.acknowledged_at, kept.acknowledged_by) == (at("2026-03-10 10:05"), "P1")
    assert audited(world) == [("P1", "notice.acknowledged", "department-notice")]
    with pytest.raises(NoticeAcknowledged, match="Zhao Min has acknowledged"):
        acknowledge(world.connection, first.id, NOW, "P1")


def test_who_and_what_must_be_known(world: World) -> None:
    moved(world)
    tell_departments(world.connection, NOW)
    (notice, _) = list_notices(world.connection)
    with pytest.raises(UnknownNotice, match="There is no notice 999999"):
        acknowledge(world.connection, 999999, NOW, "P1")
    with pytest.raises(UnknownStaff):
        acknowledge(world.connection, notice.id, NOW, "P1")
    assert list_notices(world.connection, store="nowhere") == []


def test_what_a_department_does_not_acknowledge_in_time_goes_to_the_manager_once(world: World) -> None:
    manager = world.staff(Role.MANAGER, code="M1")
    world.staff(Role.PARTS, code="P1")
    moved(world, ["parts", "workshop"])
    tell_departments(world.connection, NOW)
    first, _ = list_notices(world.connection)
    acknowledge(world.connection, first.id, NOW + timedelta(minutes=5), "P1")
    assert open_cases_for_ignored_notices(world.connection, NOW + timedelta(minutes=29)) == 0
    assert open_cases_for_ignored_notices(world.connection, NOW + timedelta(minutes=30)) == 1
    assert open_cases_for_ignored_notices(world.connection, NOW + timedelta(minutes=40)) == 0
    (case,) = world.connection.execute(select(Case.kind, Case.owner_id)).all()
    assert case == (CaseKind.NOTICE_IGNORED, manager)


def test_a_notice_of_another_store_is_not_seen(world: World) -> None:
    moved(world)
    tell_departments(world.connection, NOW)
    notice = list_notices(world.connection)[0]
    assert store_of_notice(world.connection, notice.id, None) == world.store_id
    with pytest.raises(UnknownNotice):
        store_of_notice(world.connection, notice.id, world.store())
