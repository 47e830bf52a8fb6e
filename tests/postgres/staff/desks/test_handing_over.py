"""A desk goes to others in one step: all of it or by parts, told of, taken back, and nothing of it is lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select, update

from models.core.errors import AftercareError
from models.core.words import CaseState, ProcessName, Role, StepKind, TouchState
from models.inbound.tables import Inbound
from models.inbound.words import InboundState
from models.ledger.tables import AuditEntry, Case, Touch
from models.people.owners import DeskHandover, DeskPart
from models.people.tables import Customer, StaffMember
from models.subjects.account import Promise
from models.subjects.lead import Lead
from tasks.inbound.handling import take
from tasks.staff.desks.desks import PARTS, count_left_behind, list_desks
from tasks.staff.desks.handing_over import (
    DeskToOneself,
    NobodyNamed,
    NothingOnDesk,
    TakenBackAlready,
    UnknownHandover,
    hand_over_desk,
    list_handovers,
    take_back,
)
from tasks.staff.desks.members import CannotOwn, HasLeft, WorksElsewhere
from tasks.stores.staff import UnknownStaff
from tests.postgres.staff.desks.conftest import NAMES, House
from tests.support.inbox import said
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
LATER = NOW + timedelta(hours=1)
WHOLE = {
    DeskPart.CUSTOMERS: 2, DeskPart.DEPUTIES: 1, DeskPart.CALLS: 1, DeskPart.TASKS: 1, DeskPart.CASES: 1,
    DeskPart.INBOUND: 1, DeskPart.PROMISES: 1, DeskPart.LEADS: 1,
}  # fmt: skip


def furnish(house: House, code: str = "A1") -> None:
    """Put one of everything on a desk, and beside it what is over or somebody else's."""
    world, whose = house.world, house[code]
    first = world.customer(owner_id=whose, deputy_id=house["S1"])
    world.customer(owner_id=whose)
    world.customer(owner_id=house["S1"], deputy_id=whose)
    world.customer(owner_id=house["C1"])
    world.customer(erased_at=NOW, owner_id=whose)
    for handed_over_on in ("2026-03-07", "2026-03-03", "2026-02-08"):
        world.handover(first, handed_over_on)
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 09:31")
    calls = world.connection.scalars(select(Touch.id).where(Touch.kind == StepKind.CALL).order_by(Touch.id)).all()
    ready = {"state": TouchState.READY, "assigned_to": whose, "held_by": whose, "held_until": LATER}
    for touch, kind, state in zip(
        calls, (StepKind.CALL, StepKind.TASK, StepKind.CALL), (None, None, TouchState.DONE), strict=False
    ):
        values = ready | {"kind": kind} | ({"state": state} if state else {})
        world.connection.execute(update(Touch).where(Touch.id == touch).values(**values))
    world.complaint(first, "2026-03-09 10:00", owner_id=whose)
    world.complaint(first, "2026-03-01 10:00", "2026-03-02 10:00", owner_id=whose)
    open_one = said(world, "And now?", NOW, customer_id=first)
    world.connection.execute(update(Inbound).where(Inbound.id == open_one).values(responsible_id=whose))
    account = world.account(first)
    world.promise(account, "2026-03-09", "2026-03-12", follower_id=whose)
    world.promise(account, "2026-02-01", "2026-02-02", follower_id=whose)
    world.lead(first, "2026-03-01", salesperson_id=whose)


def on_desk(house: House, code: str) -> Mapping[DeskPart, int]:
    (desk,) = list_desks(house.world.connection, NOW, of=house[code])
    return desk.counts


def hand_over(house: House, to: Any, code: str = "A1", **values: Any) -> Any:
    return hand_over_desk(house.world.connection, house.world.store_id, code, to, NOW, "lin", **values)


def leave(house: House, code: str) -> None:
    house.world.connection.execute(update(StaffMember).where(StaffMember.code == code).values(active=False))


def test_every_part_is_found_and_goes_to_one_person(house: House) -> None:
    furnish(house)
    assert set(PARTS) == set(DeskPart)
    assert on_desk(house, "A1") == WHOLE
    leave(house, "A1")
    assert count_left_behind(house.world.connection, NOW, None) == 1
    done = hand_over(house, "A2", word="has left")
    assert done.counts == WHOLE
    assert (done.name, done.total) == ("Jana", 9)
    assert on_desk(house, "A1") == {}
    assert on_desk(house, "A2") == WHOLE
    assert count_left_behind(house.world.connection, NOW, house.world.store_id) == 0
    (past,) = list_handovers(house.world.connection, house.world.store_id)
    assert (past.code, past.word, past.parts[DeskPart.CUSTOMERS]) == ("A1", "has left", ("A2", 2))


def test_what_goes_over_is_not_on_a_screen_and_not_taken_any_more_and_each_row_is_audited(house: House) -> None:
    furnish(house)
    hand_over(house, "M1")
    touches = house.world.connection.execute(select(Touch.held_by, Touch.owner_until).where(Touch.state == "ready"))
    assert set(touches) == {(None, None)}
    row = house.world.connection.execute(select(Inbound.state, Inbound.role, Inbound.version)).one()
    assert row == (InboundState.OPEN, Role.MANAGER, 2)
    told = house.world.connection.execute(
        select(AuditEntry.action, func.count()).where(AuditEntry.actor == "lin").group_by(AuditEntry.action)
    )
    assert dict(told.tuples().all()) == {
        "customer.owner-changed": 2, "customer.deputy-changed": 1, "call.assigned": 2, "case.given": 1,
        "inbound.handed-over": 1, "promise.handed-over": 1, "lead.handed-over": 1, "staff.desk-handed-over": 1,
    }  # fmt: skip


def test_parts_go_to_different_people_and_the_rest_stays(house: House) -> None:
    furnish(house)
    done = hand_over(house, {DeskPart.CUSTOMERS: "A2", DeskPart.CALLS: "C1", DeskPart.CASES: "M1"})
    assert done.counts == {DeskPart.CUSTOMERS: 2, DeskPart.CALLS: 1, DeskPart.CASES: 1}
    assert on_desk(house, "C1")[DeskPart.CALLS] == 1
    assert set(on_desk(house, "A1")) == set(DeskPart) - set(done.counts)


def test_nobody_becomes_owner_and_deputy_of_the_same_customer_and_it_can_be_taken_back(house: House) -> None:
    furnish(house)
    before = pairs(house)
    done = hand_over(house, "S1")
    assert all(owner != deputy for owner, deputy in pairs(house) if owner is not None)
    back = take_back(house.world.connection, done.id, LATER, "lin")
    assert (back.counts, back.stayed) == (WHOLE, 0)
    assert pairs(house) == before
    assert on_desk(house, "A1") == WHOLE
    with pytest.raises(TakenBackAlready):
        take_back(house.world.connection, done.id, LATER, "lin")


def pairs(house: House) -> list[tuple[int | None, int | None]]:
    rows = house.world.connection.execute(select(Customer.owner_id, Customer.deputy_id).order_by(Customer.id))
    return [tuple(row) for row in rows]


def test_what_was_settled_taken_up_or_passed_on_meanwhile_stays_when_it_is_taken_back(house: House) -> None:
    furnish(house)
    done = hand_over(house, "A2")
    connection = house.world.connection
    take(connection, connection.scalar(select(Inbound.id)) or 0, LATER, "A2")
    connection.execute(update(Touch).where(Touch.kind == StepKind.CALL).values(state=TouchState.DONE))
    connection.execute(
        update(Case).where(Case.state != CaseState.CLOSED).values(state=CaseState.CLOSED, closed_at=LATER)
    )
    connection.execute(update(Customer).where(Customer.deputy_id == house["S1"]).values(owner_id=house["C1"]))
    back = take_back(connection, done.id, LATER, "lin")
    assert back.counts == {
        DeskPart.CUSTOMERS: 1, DeskPart.DEPUTIES: 1, DeskPart.TASKS: 1, DeskPart.PROMISES: 1, DeskPart.LEADS: 1,
    }  # fmt: skip
    assert back.stayed == 4


@pytest.mark.parametrize(
    ("code", "to", "error", "said_so"),
    [
        ("A1", "A1", DeskToOneself, "Jana has this desk already"),
        ("A1", "C1", HasLeft, "Hannah .C1. is no longer active"),
        ("A1", "B1", WorksElsewhere, "B1 works for OTHER and not for K1"),
        ("A1", "X1", UnknownStaff, "Nobody of store 'K1' has the staff code 'X1'"),
        ("B1", "A2", WorksElsewhere, "B1 works for OTHER"),
        ("A1", "W1", CannotOwn, "Uwe is workshop"),
        ("A1", {}, NobodyNamed, "Say who takes over"),
        ("A1", {DeskPart.CALLS: "A2", DeskPart.CASES: "C1"}, HasLeft, "Hannah"),
        ("A2", "A1", NothingOnDesk, "Nothing is on the desk of Oliver"),
    ],
)
def test_what_is_refused_moves_nothing(
    house: House, code: str, to: Any, error: type[AftercareError], said_so: str
) -> None:
    furnish(house)
    leave(house, "C1")
    with pytest.raises(error, match=said_so):
        hand_over(house, to, code)
    assert on_desk(house, "A1") == WHOLE
    assert house.world.connection.scalar(select(func.count()).select_from(DeskHandover)) == 0


def test_a_hand_over_of_another_store_is_not_taken_back(house: House) -> None:
    furnish(house)
    done = hand_over(house, "A2")
    for one, store in ((done.id, house.world.store_id + 1), (done.id + 100, None)):
        with pytest.raises(UnknownHandover):
            take_back(house.world.connection, one, LATER, "lin", store)


def test_somebody_without_customers_hands_over_to_the_workshop(house: House) -> None:
    furnish(house)
    hand_over(house, {DeskPart.CUSTOMERS: "A2", DeskPart.DEPUTIES: "A2"})
    assert hand_over(house, "W1").counts[DeskPart.TASKS] == 1


def responsible(connection: Connection) -> list[tuple[str, str, bool]]:
    """Each open item: what, which, and whether an active person or a role answers for it."""
    found = []
    sources: tuple[tuple[DeskPart, Any, Any], ...] = (
        (DeskPart.CALLS, Touch, Touch.assigned_to), (DeskPart.TASKS, Touch, Touch.assigned_to),
        (DeskPart.CASES, Case, Case.owner_id), (DeskPart.INBOUND, Inbound, Inbound.responsible_id),
        (DeskPart.PROMISES, Promise, Promise.follower_id), (DeskPart.LEADS, Lead, Lead.salesperson_id),
        (DeskPart.CUSTOMERS, Customer, Customer.owner_id),
    )  # fmt: skip
    for part, table, column in sources:
        rows = connection.execute(
            select(table.id, column, StaffMember.active)
            .outerjoin(StaffMember, StaffMember.id == column)
            .where(PARTS[part].open(NOW))
        )
        found += [(part.value, str(one), whose is None or bool(active)) for one, whose, active in rows]
    return sorted(found)


CODES = [code for code in NAMES if code != "W1"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(CODES) | st.dictionaries(st.sampled_from(list(DeskPart)), st.sampled_from(CODES), min_size=1),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_handed_over_and_taken_back_nobody_s_open_work_is_lost(engine: Engine, steps: Any) -> None:
    """Everything that was open stays open, and is with somebody active, or on the desk of a leaver that is told of."""
    with engine.connect() as connection:
        world = World(connection)
        staff = {code: world.staff(role, code=code, name=name) for code, (name, role) in NAMES.items()}
        house = House(world, staff)
        furnish(house)
        before = [(part, one) for part, one, _ in responsible(connection)]
        for code, to, leaves, taken_back in steps:
            if leaves:
                leave(house, code)
            try:
                with connection.begin_nested():
                    done = hand_over(house, to, code)
            except AftercareError:
                pass
            else:
                if taken_back:
                    take_back(connection, done.id, NOW, "lin")
            after = responsible(connection)
            assert [(part, one) for part, one, _ in after] == before
            nobodys = [item for item in after if not item[2]]
            assert bool(nobodys) <= (count_left_behind(connection, NOW, None) > 0)
            assert all(owner != deputy for owner, deputy in pairs(house) if owner is not None)
        connection.rollback()
