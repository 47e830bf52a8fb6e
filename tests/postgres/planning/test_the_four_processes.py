"""Who is due, and when: hand-computed examples of the four shipped policies."""

from typing import Any

import pytest
from sqlalchemy import update

from models.core.words import AppointmentStatus, InvoiceStatus, PartsState, ProcessName, WorkKind
from models.policies.shipped import shipped_policy
from models.subjects.appointment import Appointment
from tasks.policies.changing import change_policy
from tests.support.world import World, at, day

APPOINTMENTS = ProcessName("appointment-reminders")
FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-10 10:00", ["invitation-60"]),  # 59 days before 8 May
        ("2026-03-24 10:00", ["call-45"]),
        ("2026-04-09 10:00", ["reminder-30"]),
        ("2026-05-01 10:00", ["last-reminder-7"]),
        ("2026-02-01 10:00", []),
        ("2026-05-08 10:00", []),
    ],
)
def test_a_warranty_is_announced_step_by_step(world: World, now: str, expected: list[str]) -> None:
    world.warranty(world.customer(), "2026-05-08")
    world.plan(WARRANTY, now)
    assert world.steps() == expected


def test_a_booked_inspection_stops_the_invitations(world: World) -> None:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.warranty(customer, "2026-05-08", vehicle)
    world.appointment(customer, "2026-03-20 10:00", vehicle_id=vehicle, work_kind=WorkKind.INSPECTION)
    account = world.plan(WARRANTY, "2026-03-10 10:00")
    assert world.steps() == []
    assert account.suppressed == {"inspection-booked": 1}


@pytest.mark.parametrize("kind", [kind for kind in WorkKind if kind is not WorkKind.INSPECTION])
def test_other_work_stops_no_invitations(world: World, kind: WorkKind) -> None:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.warranty(customer, "2026-05-08", vehicle)
    world.appointment(customer, "2026-03-20 10:00", vehicle_id=vehicle, work_kind=kind)
    world.repair_order(customer, "2026-03-01", vehicle_id=vehicle, work_kind=kind)
    world.plan(WARRANTY, "2026-03-10 10:00")
    assert "invitation-60" in world.steps()


def test_a_step_about_some_kinds_of_work_passes_over_the_rest(world: World) -> None:
    """Of several kinds, each; a broader kind has its parts in it."""
    body = shipped_policy(FOLLOWUP).model_dump(mode="json")
    (asked,) = [step for step in body["steps"] if step["key"] == "repair-day-3-call"]
    body["steps"] = [asked | {"conditions": ["of-maintenance", "of-accident"]}]
    change_policy(world.connection, at("2026-03-10 09:00"), body, None, "test")
    by_kind = {kind: world.customer() for kind in WorkKind}
    for kind, customer in by_kind.items():
        world.repair_order(customer, "2026-03-07", work_kind=kind)

    account = world.plan(FOLLOWUP, "2026-03-10 10:00")

    followed = {kind for kind, customer in by_kind.items() if world.steps(customer)}
    assert followed == {
        WorkKind.MAINTENANCE,
        WorkKind.FIRST_SERVICE,
        WorkKind.SECOND_SERVICE,
        WorkKind.TYRES,
        WorkKind.ACCIDENT,
    }
    assert account.suppressed == {"other-work": len(WorkKind) - len(followed)}


def test_the_follow_up_is_due_by_calendar_days(world: World) -> None:
    on_day = {
        "2026-03-09": "thanks",
        "2026-03-07": "day-3-call",
        "2026-03-03": "day-7-call",
        "2026-02-08": "day-30-call",
        "2025-12-10": "day-90",
    }
    customers = {world.customer(): (handed, step) for handed, step in on_day.items()}
    for customer, (handed, _) in customers.items():
        world.handover(customer, handed)
    mended = world.customer()
    world.repair_order(mended, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    for customer, (_, step) in customers.items():
        assert world.steps(customer) == [step]
    assert world.steps(mended) == ["repair-day-3-call"]


def test_a_car_sold_on_ends_the_follow_up(world: World) -> None:
    first, second = world.customer(), world.customer()
    vehicle = world.vehicle(second)
    world.handover(first, "2026-03-03", vehicle_id=vehicle)
    world.handover(second, "2026-03-09", vehicle_id=vehicle)
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    assert world.steps(first) == []
    assert world.steps(second) == ["thanks"]


def test_an_appointment_is_confirmed_reminded_and_missed(world: World) -> None:
    customer = world.customer()
    world.appointment(customer, "2026-03-12 14:00", booked_at=at("2026-03-08 11:00"))
    world.plan(APPOINTMENTS, "2026-03-08 11:05")
    assert world.steps(state="planned") == ["confirmation"]
    world.plan(APPOINTMENTS, "2026-03-11 17:55")
    assert world.steps(state="planned") == ["day-before", "two-hours-before"]
    world.plan(APPOINTMENTS, "2026-03-12 14:30")
    assert world.steps(state="planned") == ["no-show-call", "no-show-message"]


def test_an_appointment_that_was_booked_later_was_not_there_yet(world: World) -> None:
    world.appointment(
        world.customer(), "2026-03-12 08:00", booked_at=at("2026-03-11 19:30"), parts_state=PartsState.MISSING
    )
    account = world.plan(APPOINTMENTS, "2026-03-11 18:00")
    assert world.steps() == []
    assert "appointment-not-booked" in account.suppressed
    world.plan(APPOINTMENTS, "2026-03-11 19:30")
    assert sorted(world.steps(state="planned")) == ["confirmation", "parts-call", "parts-order", "two-hours-before"]


def test_a_cancelled_appointment_says_nothing(world: World) -> None:
    customer = world.customer()
    world.appointment(
        customer, "2026-03-12 14:00", status=AppointmentStatus.CANCELLED, booked_at=at("2026-03-01 09:00")
    )
    account = world.plan(APPOINTMENTS, "2026-03-11 18:00")
    assert world.steps() == []
    assert "appointment-cancelled" in account.suppressed


def test_a_visit_booked_at_the_last_minute_is_not_reminded_at_once(world: World) -> None:
    world.appointment(world.customer(), "2026-03-12 14:00", booked_at=at("2026-03-12 09:00"))
    world.plan(APPOINTMENTS, "2026-03-12 09:05")
    assert "day-before" not in world.steps()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PartsState.UNKNOWN, {"parts-check": "2026-03-09 09:00"}),
        (PartsState.ORDERED, {"parts-late-call": "2026-03-11 09:00"}),
        (PartsState.MISSING, {"parts-call": "2026-03-10 09:00", "parts-order": "2026-03-10 09:00"}),
        (PartsState.READY, {}),
        (PartsState.NOT_NEEDED, {}),
    ],
)
def test_each_state_of_the_parts_gives_its_own_work(world: World, state: PartsState, expected: dict[str, str]) -> None:
    world.appointment(world.customer(), "2026-03-12 14:00", parts_state=state)
    for now in ("2026-03-09 08:59", "2026-03-09 09:00", "2026-03-10 09:00", "2026-03-11 09:00"):
        world.plan(APPOINTMENTS, now)
    found = {touch.step: touch.due_at for touch in world.touches() if touch.step.startswith("parts-")}
    assert found == {step: at(due) for step, due in expected.items()}


def test_parts_that_came_are_no_call(world: World) -> None:
    visit = world.appointment(world.customer(), "2026-03-12 14:00", parts_state=PartsState.ORDERED)
    world.plan(APPOINTMENTS, "2026-03-11 09:00")
    world.connection.execute(update(Appointment).where(Appointment.id == visit).values(parts_state=PartsState.READY))
    assert world.plan(APPOINTMENTS, "2026-03-11 09:05").ended == {"no-parts-on-order": 1}


def test_missing_parts_are_a_call_and_a_task(world: World) -> None:
    world.appointment(world.customer(), "2026-03-12 14:00", parts_state=PartsState.MISSING)
    world.plan(APPOINTMENTS, "2026-03-10 09:00")
    assert world.steps() == ["parts-call", "parts-order"]


def test_a_moved_appointment_supersedes_what_was_planned(world: World) -> None:
    customer = world.customer()
    appointment = world.appointment(customer, "2026-03-12 14:00", booked_at=at("2026-03-01 09:00"))
    world.plan(APPOINTMENTS, "2026-03-11 10:00")
    assert world.steps(state="planned") == ["day-before"]
    world.move(appointment, "2026-03-20 15:00", "2026-03-11 12:30")
    account = world.plan(APPOINTMENTS, "2026-03-11 12:30")
    assert account.ended == {"date-moved": 1}
    assert world.steps(state="superseded") == ["day-before"]
    assert world.steps(state="planned") == ["confirmation"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-07 10:00", ["before-due"]),
        ("2026-03-10 10:00", ["due-today"]),
        ("2026-03-17 10:00", ["reminder-7"]),
        ("2026-03-25 10:00", ["call-15"]),
        ("2026-04-09 10:00", ["formal-30"]),
        ("2026-05-09 10:00", ["finance-60"]),
        ("2027-05-09 10:00", ["finance-60"]),
        ("2026-03-01 10:00", []),
    ],
)
def test_the_oldest_invoice_sets_the_level(world: World, now: str, expected: list[str]) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-03-10", "1000.00")
    world.invoice(account, "2026-05-30", "500.00")
    world.plan(OVERDUE, now)
    assert world.steps() == expected


def test_formal_levels_wait_for_a_person(world: World) -> None:
    world.invoice(world.account(world.customer()), "2026-03-10", "1000.00")
    world.plan(OVERDUE, "2026-04-09 10:00")
    assert world.steps(state="awaiting-approval") == ["formal-30"]


def test_what_is_paid_is_not_chased(world: World) -> None:
    paid, part, on_account, credited = (world.account(world.customer()) for _ in range(4))
    world.payment(paid, "2026-03-16", "1000.00", world.invoice(paid, "2026-03-10", "1000.00"))
    world.payment(part, "2026-03-16", "400.00", world.invoice(part, "2026-03-10", "1000.00"))
    world.invoice(on_account, "2026-03-10", "1000.00")
    world.payment(on_account, "2026-03-16", "980.00")
    world.invoice(credited, "2026-03-10", "300.00")
    world.invoice(credited, "2026-03-01", "300.00", kind="credit-note")
    account = world.plan(OVERDUE, "2026-03-17 10:00")
    (touch,) = (touch for touch in world.touches() if touch.state == "planned")
    assert touch.subject_id == part
    assert touch.figures["totals"] == {"CNY": "600.00"}
    assert account.suppressed["within-tolerance"] >= 1


def test_a_disputed_invoice_is_left_out(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-01-10", "1000.00", status=InvoiceStatus.DISPUTED, status_on=day("2026-01-05"))
    world.invoice(account, "2026-03-10", "700.00")
    world.plan(OVERDUE, "2026-03-17 10:00")
    assert world.steps() == ["reminder-7"]
    assert world.touches()[0].figures["totals"] == {"CNY": "700.00"}


def test_a_payment_of_next_week_has_not_happened_yet(world: World) -> None:
    account = world.account(world.customer())
    invoice = world.invoice(account, "2026-03-10", "1000.00", settled_on=day("2026-03-24"))
    world.payment(account, "2026-03-24", "1000.00", invoice)
    world.plan(OVERDUE, "2026-03-17 10:00")
    assert world.steps() == ["reminder-7"]


def test_an_undated_settlement_is_as_old_as_the_last_payment_for_it(world: World) -> None:
    account = world.account(world.customer())
    settled: dict[str, Any] = {"status": InvoiceStatus.SETTLED, "settled_on": day("2026-03-24")}
    invoice = world.invoice(account, "2026-03-10", "1000.00", **settled)
    world.payment(account, "2026-03-12", "300.00", invoice)
    world.payment(account, "2026-03-24", "680.00", invoice)
    world.plan(OVERDUE, "2026-03-17 10:00")
    assert world.steps() == ["reminder-7"]
    assert world.touches()[0].figures["totals"] == {"CNY": "700.00"}
    world.plan(OVERDUE, "2026-03-25 10:00")
    assert world.steps(state="planned") == []


def test_a_promise_pauses_and_a_broken_one_resumes_at_the_next_level(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-03-10", "1000.00")
    world.plan(OVERDUE, "2026-03-17 10:00")
    world.promise(account, "2026-03-18", "2026-04-02")
    paused = world.plan(OVERDUE, "2026-03-25 10:00")
    assert set(paused.suppressed) == {"promise-running"}
    world.plan(OVERDUE, "2026-04-03 10:00")
    assert world.steps(state="planned") == ["call-15"]
    world.plan(OVERDUE, "2026-04-09 10:00")
    assert world.steps(state="planned") == ["call-15"]
    world.plan(OVERDUE, "2026-04-18 10:00")
    assert world.steps(state="awaiting-approval") == ["formal-30"]


def test_after_a_broken_promise_no_earlier_level_comes(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-03-10", "1000.00")
    world.promise(account, "2026-03-18", "2026-04-02")
    world.plan(OVERDUE, "2026-04-03 09:30")
    assert world.steps() == ["call-15"]


def test_sweeping_again_plans_nothing_more(world: World) -> None:
    for _ in range(3):
        customer = world.customer()
        world.warranty(customer, "2026-05-08")
        world.handover(customer, "2026-03-09")
    for process, expected in ((WARRANTY, 3), (FOLLOWUP, 3)):
        assert world.plan(process, "2026-03-10 10:00").planned == expected
        again = world.plan(process, "2026-03-10 11:00")
        too_late = 3 if process == FOLLOWUP else 0  # the task of yesterday, the day of the handover, is on record
        assert (again.planned, again.already_planned) == (0, expected + too_late)
