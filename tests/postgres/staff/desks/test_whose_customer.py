"""Whose customer somebody is, and that calls, tasks, inbound and cases go by it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import literal, select, update

from models.core.words import CaseKind, ProcessName, Role, TouchState
from models.inbound.words import InboundKind
from models.ledger.tables import Case, Touch
from models.people.owners import StaffAbsence
from models.people.tables import Customer, StaffMember, Store
from tasks.access.sessions import SignedIn
from tasks.calls.queue import caller_of, next_call
from tasks.cases.handling import NewCase, open_case
from tasks.dispatch.owners_first import give_to_owners
from tasks.ledger.whose_customer import whose
from tasks.staff.desks.absences import end_absence, record_absence
from tests.postgres.staff.desks.conftest import House
from tests.support.desk import handed_to_staff, touch_of
from tests.support.inbox import inbound_of, said
from tests.support.world import at, day

NOW = at("2026-03-10 10:00")
FOLLOW_UP = ProcessName("post-delivery-followup")


def owned(house: House, owner: str | None = "A1", deputy: str | None = None, **values: Any) -> int:
    ids: dict[str, Any] = {"owner_id": house[owner] if owner else None, "deputy_id": house[deputy] if deputy else None}
    return house.world.customer(**ids, **values)


def asked(house: House, customer_id: int, now: datetime = NOW, store_id: int | None = None) -> str | None:
    whom = whose(literal(customer_id), literal(store_id or house.world.store_id), now)
    return house.world.connection.scalar(select(StaffMember.code).where(StaffMember.id == whom))


def leave(house: House, code: str) -> None:
    house.world.connection.execute(update(StaffMember).where(StaffMember.id == house[code]).values(active=False))


def away(
    house: House, code: str, stand_in: str | None = None, since: str = "2026-03-09", until: str = "2026-03-11"
) -> int:
    connection, store = house.world.connection, house.world.store_id
    return record_absence(connection, store, code, day(since), day(until), stand_in, at("2026-03-09 08:00"), "lin")


def a_call(house: House, customer_id: int, role: Role = Role.AGENT) -> Any:
    """A call on the list of staff, as the claim leaves it."""
    house.world.handover(customer_id, "2026-03-07")
    house.world.plan(FOLLOW_UP, "2026-03-10 09:31")
    touch_id = handed_to_staff(house.world, "day-3-call", NOW, role=role, valid_until=NOW + timedelta(days=4))
    give_to_owners(house.world.connection, [touch_id], NOW)
    return touch_id


def got(house: House, code: str, now: datetime = NOW) -> Any:
    """The call that somebody is given."""
    name, role = house.world.connection.execute(
        select(StaffMember.name, StaffMember.role).where(StaffMember.id == house[code])
    ).one()
    user = SignedIn(1, code, name, role, house.world.store_id, "K1", code, "en", False, "")
    held = next_call(house.world.connection, caller_of(house.world.connection, user, now), now)
    return held.item.id if held else None


def test_the_owner_is_asked_first_then_who_stands_in_then_the_deputy_then_nobody(house: House) -> None:
    customer = owned(house, "A1", "A2")
    assert asked(house, customer) == "A1"
    absence = away(house, "A1", "S1")
    assert asked(house, customer) == "S1"
    leave(house, "S1")
    assert asked(house, customer) == "A2"
    away(house, "A2")
    assert asked(house, customer) is None
    end_absence(house.world.connection, None, absence, NOW, "lin")
    assert asked(house, customer) == "A1"
    leave(house, "A1")
    assert asked(house, customer) is None
    assert asked(house, owned(house, None)) is None


def test_an_absence_counts_from_its_first_day_to_the_end_of_its_last_by_the_clock_of_the_store(house: House) -> None:
    customer = owned(house, "A1", "A2")
    away(house, "A1", since="2026-03-10", until="2026-03-11")
    moments = ("2026-03-09 23:59", "2026-03-10 00:00", "2026-03-11 23:59", "2026-03-12 00:00")
    assert [asked(house, customer, at(moment)) for moment in moments] == ["A1", "A2", "A2", "A1"]


def test_nobody_is_asked_in_a_store_where_they_do_not_work(house: House) -> None:
    other = house.world.connection.scalar(select(Store.id).where(Store.code == "OTHER"))
    assert asked(house, owned(house), store_id=other) is None


def test_a_call_is_the_owner_s_alone_for_a_while_and_then_whoever_s_of_the_role(house: House) -> None:
    touch = a_call(house, owned(house))
    assert (got(house, "C1"), got(house, "A2")) == (None, None)
    assert got(house, "A1") == touch
    later = NOW + timedelta(hours=2)
    assert got(house, "A2", later) is None, "it is for agents"
    assert got(house, "C1", later) == touch


@pytest.mark.parametrize(("role", "first"), [(Role.FINANCE, "F1"), (Role.MARKETING, None), (Role.FRONT_DESK, "A1")])
def test_what_is_for_a_desk_of_its_own_does_not_come_to_the_owner(house: House, role: Role, first: str | None) -> None:
    touch = a_call(house, owned(house), role)
    assert got(house, "A1") == (touch if first == "A1" else None)
    assert got(house, "F1") == (touch if first == "F1" else None)


def test_a_store_may_let_whoever_comes_first_take_every_call(house: House) -> None:
    house.world.connection.execute(update(Store).values(owner_first_minutes=0))
    assert got(house, "C1") is None
    assert a_call(house, owned(house)) == got(house, "C1")


def test_a_call_that_ends_soon_is_the_owner_s_for_half_of_the_time_only(house: House) -> None:
    touch = a_call(house, owned(house))
    ends = update(Touch).values(valid_until=NOW + timedelta(hours=1), assigned_to=None, owner_until=None)
    house.world.connection.execute(ends)
    give_to_owners(house.world.connection, [touch], NOW)
    assert touch_of(house.world, touch).owner_until == NOW + timedelta(minutes=30)


def test_what_somebody_assigned_stays_theirs(house: House) -> None:
    touch = a_call(house, owned(house, None))
    house.world.connection.execute(update(Touch).values(assigned_to=house["A2"]))
    house.world.connection.execute(update(Customer).values(owner_id=house["A1"]))
    give_to_owners(house.world.connection, [touch], NOW)
    assert (touch_of(house.world, touch).assigned_to, touch_of(house.world, touch).owner_until) == (house["A2"], None)


def test_the_calls_of_who_is_away_are_of_who_stands_in_and_of_the_role_where_nobody_does(house: House) -> None:
    touch = a_call(house, owned(house))
    absence = away(house, "A1", "S1")
    assert got(house, "C1") is None
    assert got(house, "S1") == touch
    house.world.connection.execute(update(Touch).values(held_by=None, held_until=None))
    house.world.connection.execute(update(StaffAbsence).where(StaffAbsence.id == absence).values(stand_in_id=None))
    assert got(house, "C1") == touch


def test_the_calls_of_who_has_left_are_of_the_role(house: House) -> None:
    touch = a_call(house, owned(house))
    leave(house, "A1")
    assert got(house, "C1") == touch


@pytest.mark.parametrize("kind", list(InboundKind))
def test_whatever_a_customer_says_comes_to_the_owner(house: House, kind: InboundKind) -> None:
    inbound = said(house.world, "Something", NOW, kind=kind, customer_id=owned(house, "A2"))
    assert inbound_of(house.world, inbound).responsible_id == house["A2"]
    assert inbound_of(house.world, inbound).role == Role.ADVISOR


def test_the_advisor_of_the_visit_comes_before_the_owner_and_the_owner_before_the_advisor_of_another(
    house: House,
) -> None:
    customer = owned(house, "S1")
    house.world.appointment(customer, "2026-03-12 09:00", advisor_id=house["A1"])
    inbound = said(house.world, "When?", NOW, kind=InboundKind.BOOKING, customer_id=customer)
    assert inbound_of(house.world, inbound).responsible_id == house["S1"]


def test_nothing_that_comes_in_goes_to_somebody_who_is_away(house: House) -> None:
    away(house, "C1")
    inbound = said(house.world, "Hello?", NOW, customer_id=owned(house, None))
    assert inbound_of(house.world, inbound).responsible_id != house["C1"]


def test_a_complaint_is_the_owner_s_where_no_visit_names_an_advisor_and_the_manager_s_without_one(house: House) -> None:
    def owner_of(customer: int, cause: str, kind: CaseKind = CaseKind.COMPLAINT) -> int | None:
        case = open_case(house.world.connection, NewCase(house.world.store_id, customer, kind, cause), NOW)
        return house.world.connection.scalar(select(Case.owner_id).where(Case.id == case))

    assert owner_of(owned(house, "S1"), "a") == house["S1"]
    assert owner_of(owned(house, None), "b") == house["M1"]
    assert owner_of(owned(house, "S1"), "c", CaseKind.MISSED_CALL) == house["M1"]
    assert owner_of(owned(house, "S1"), "d", CaseKind.BROKEN_PROMISE) == house["F1"]


def test_a_desk_task_comes_to_an_owner_of_that_desk_and_to_nobody_else(house: House) -> None:
    """On the day of the handover sales introduces the service advisor, who may own the customer already."""
    customers = [owned(house, code) for code in ("A1", "S1")]
    for customer in customers:
        house.world.handover(customer, "2026-03-10")
    house.world.plan(FOLLOW_UP, "2026-03-10 09:31")
    tasks = [
        touch.id
        for customer in customers
        for touch in house.world.touches(customer)
        if touch.step == "introduce-advisor"
    ]
    house.world.connection.execute(update(Touch).where(Touch.id.in_(tasks)).values(state=TouchState.READY))
    give_to_owners(house.world.connection, tasks, NOW)
    assert [touch_of(house.world, task).role for task in tasks] == [Role.SALES, Role.SALES]
    assert [touch_of(house.world, task).assigned_to for task in tasks] == [None, house["S1"]]
