"""Word to staff: who is told of what, when, by which channel, and how little of the customer."""

import asyncio
import json
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from models.core.words import CaseKind, CaseState, ChangeKind, PartsState, Role
from models.inbound.words import AnswerWay
from models.ledger.tables import Case
from models.people.notifications.rules import SHIPPED, OwnChoice
from models.people.notifications.tables import StaffMessage, StaffNotice
from models.people.notifications.words import StaffChannel, WordState
from models.people.tables import StaffMember
from models.subjects.appointment import AppointmentChange, DepartmentNotice
from tasks.cases.escalating import escalate_cases
from tasks.inbound.handling import hold, settle, take
from tasks.inbound.sweeping import escalate_overdue
from tasks.staff.notifications.choosing import choose, find_member, set_house_rules
from tasks.staff.notifications.sending import tell_staff
from tasks.staff.notifications.ways import Ways
from tasks.stores.notices import tell_departments
from tests.support.inbox import said
from tests.support.office import Office
from tests.support.world import World, at

NOON = at("2026-03-10 12:00")
PHONE = "+8613800555111"


def tell(office: Office, now: datetime) -> dict[str, float]:
    return asyncio.run(tell_staff(office.engine, office.settings, lambda: now))


def outbox(office: Office) -> list[dict[str, Any]]:
    path = office.settings.staff_outbox
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def messages(office: Office) -> list[Row[Any]]:
    with office.engine.connect() as connection:
        return list(connection.execute(select(StaffMessage.__table__).order_by(StaffMessage.created_at)))


def overdue(world: World, count: int = 1, name: str = "Li Lei") -> None:
    """Customers asked something two days ago, and nobody answered: it went to the manager."""
    for _ in range(count):
        customer = world.customer(name=name, phone="")
        said(world, f"Call me on {PHONE}", NOON - timedelta(days=2), customer_id=customer)
    escalate_overdue(world.connection, NOON)


def test_an_escalation_is_told_at_once_and_only_once(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.AGENT, code="C1", email="c1@staff.example.com")
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        overdue(world)
    assert tell(office, NOON) == {"staff_sent": 1}
    assert tell(office, NOON + timedelta(minutes=1)) == {}
    (word,) = outbox(office)
    assert (word["to"], word["process"], word["store"]) == ("m1@staff.example.com", "staff", "K1")
    assert word["text"].startswith("Overdue and now yours: question from L., to be answered by 2026-03-")
    assert "/inbox/" in word["text"]
    (kept,) = messages(office)
    assert (kept.state, kept.text, kept.subject) == (WordState.SENT, None, None)


def test_no_phone_no_name_and_no_text_of_the_customer_leaves_the_house(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        overdue(world, name="Li Lei")
        case = world.complaint(
            world.customer(name="Han Mei"), "2026-03-08 09:00", answer_by=at("2026-03-09 09:00"), note="owes CNY 9,000"
        )
        world.connection.execute(update(Case).where(Case.id == case).values(title="Han Mei screamed"))
        escalate_cases(world.connection, NOON)
    tell(office, NOON)
    said_to_staff = json.dumps(outbox(office))
    for secret in (PHONE, "Lei", "Han", "Mei", "9,000", "Call me", "screamed"):
        assert secret not in said_to_staff
    assert "complaint (H.)" in said_to_staff


def test_many_at_once_are_one_message(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        overdue(world, count=8)
    assert tell(office, NOON) == {"staff_sent": 1}
    (word,) = outbox(office)
    assert word["text"].count("Overdue and now yours") == 5
    assert word["text"].endswith("And 3 more.")


def test_what_is_answered_before_it_is_told_is_not_told(office: Office) -> None:
    with office.open() as world:
        manager = world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        overdue(world)
    night = at("2026-03-10 22:00")
    assert tell(office, night) == {}  # quiet hours: written down, and held
    with office.open() as world:
        inbound = world.connection.scalar(select(StaffNotice.about).where(StaffNotice.staff_id == manager))
        assert inbound is not None
        take(world.connection, inbound, night, "M1")
        settle(world.connection, hold(world.connection, inbound, "M1", None, night), AnswerWay.CALL, "done", night)
    assert tell(office, at("2026-03-11 07:00")) == {}
    with office.engine.connect() as connection:
        assert connection.scalars(select(StaffNotice.dropped)).all() == ["staff-word-over"]


def test_a_deadline_of_a_case_is_told_to_its_owner_and_then_to_the_manager(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        owner = world.staff(Role.ADVISOR, code="A1", email="a1@staff.example.com", name="Jana Kessler")
        customer = world.customer(name="Han Mei")
        world.complaint(customer, "2026-03-10 09:00", answer_by=at("2026-03-10 13:00"), owner_id=owner)
        escalate_cases(world.connection, NOON)
    tell(office, NOON)
    with office.open() as world:
        escalate_cases(world.connection, at("2026-03-10 13:05"))
    tell(office, at("2026-03-10 13:05"))
    first, second = outbox(office)
    assert (first["to"], second["to"]) == ("a1@staff.example.com", "m1@staff.example.com")
    assert "the deadline is 2026-03-10 13:00" in first["text"]
    assert "has passed; Jana Kessler owns it" in second["text"]


def test_a_digest_counts_all_that_is_open_at_the_hours_of_the_house(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.AGENT, code="C1", email="c1@staff.example.com")
        for text in ("one", "two"):
            said(world, text, at("2026-03-10 08:00"), customer_id=world.customer())
        owner = world.staff(Role.FINANCE, code="F1", email="f1@staff.example.com")
        world.complaint(
            world.customer(), "2026-03-09 09:00", kind=CaseKind.BROKEN_PROMISE, owner_id=owner,
            solve_by=at("2026-03-12 09:00"),
        )  # fmt: skip
    assert tell(office, at("2026-03-10 08:29")) == {}
    assert tell(office, at("2026-03-10 08:30")) == {"staff_sent": 2}
    assert tell(office, at("2026-03-10 08:31")) == {}
    by_whom = {word["to"]: word["text"] for word in outbox(office)}
    assert "2 to answer, 0 of them overdue, the first by 2026-03-10" in by_whom["c1@staff.example.com"]
    assert "1 case, 0 of them overdue, the first by 2026-03-12 09:00" in by_whom["f1@staff.example.com"]


def test_a_digest_with_nothing_in_it_is_not_sent_and_a_late_one_is_left_out(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.AGENT, code="C1", email="c1@staff.example.com")
    assert tell(office, at("2026-03-10 08:30")) == {}
    with office.open() as world:
        said(world, "one", at("2026-03-10 08:40"), customer_id=world.customer())
    assert tell(office, at("2026-03-10 10:30")) == {}  # two hours late: the next one says it
    assert tell(office, at("2026-03-10 13:30")) == {"staff_sent": 1}


def test_each_is_told_by_the_channel_that_they_chose_as_far_as_the_house_allows_it(office: Office) -> None:
    ways = Ways(office.settings)
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com", phone="+8613800000010")
        first = find_member(world.connection, ways, world.store_id, "M1")
        choose(world.connection, first, OwnChoice((StaffChannel.SMS,)), None, NOON, "M1")
        overdue(world)
    tell(office, NOON)
    (word,) = outbox(office)
    assert word["to"] == "+8613800000010"
    with office.open() as world:
        only_mail = SHIPPED.__class__((StaffChannel.EMAIL,), SHIPPED.digest_at, time(21), time(7), time(18))
        set_house_rules(world.connection, world.store_id, SHIPPED, only_mail, NOON, "boss")
        assert find_member(world.connection, ways, world.store_id, "M1").ways == ()


def test_who_has_no_channel_is_passed_over_and_on_record(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1")
        overdue(world)
    assert tell(office, NOON) == {}
    with office.engine.connect() as connection:
        assert connection.scalars(select(StaffNotice.dropped)).all() == ["staff-no-way"]


def test_whoever_has_left_is_told_nothing(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        overdue(world)
    tell(office, at("2026-03-10 22:00"))
    with office.open() as world:
        world.connection.execute(update(StaffMember).values(active=False))
    assert tell(office, at("2026-03-11 08:00")) == {}
    assert outbox(office) == []


@pytest.mark.parametrize("kind", [CaseKind.MISSED_CALL, CaseKind.NOTICE_IGNORED, CaseKind.BOOKING_REQUEST])
def test_what_nobody_did_is_told_to_its_owner_at_once(office: Office, kind: CaseKind) -> None:
    with office.open() as world:
        owner = world.staff(Role.MANAGER, code="M1", email="m1@staff.example.com")
        world.complaint(world.customer(name="Han"), "2026-03-10 11:59", kind=kind, owner_id=owner, state=CaseState.OPEN)
    assert tell(office, NOON) == {"staff_sent": 1}


def test_a_department_hears_of_a_change_at_once_with_a_link_of_its_own(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.PARTS, code="P1", email="p1@staff.example.com")
        world.staff(Role.AGENT, code="C1", email="c1@staff.example.com")
        vehicle = world.vehicle(world.customer(name="Li Lei"), plate="A12345", model="Aurora")
        appointment = world.appointment(
            world.customer(),
            "2026-03-13 09:00",
            departments=["parts"],
            vehicle_id=vehicle,
            parts_state=PartsState.READY,
        )
        world.connection.execute(
            insert(AppointmentChange).values(
                appointment_id=appointment, kind=ChangeKind.MOVED, from_starts_at=at("2026-03-12 09:00"),
                to_starts_at=at("2026-03-13 09:00"), changed_at=NOON,
            )
        )  # fmt: skip
        tell_departments(world.connection, NOON)
    assert tell(office, NOON) == {"staff_sent": 1}
    (word,) = outbox(office)
    assert word["to"] == "p1@staff.example.com"
    assert "parts: Aurora, 2026-03-12 09:00 moved to 2026-03-13 09:00." in word["text"]
    assert "A12345" not in word["text"]
    assert "/d/" in word["text"]
    with office.open() as world:
        world.connection.execute(
            update(DepartmentNotice).values(acknowledged_at=NOON, acknowledged_by=world.staff(code="P2"))
        )
    assert tell(office, NOON + timedelta(minutes=1)) == {}
