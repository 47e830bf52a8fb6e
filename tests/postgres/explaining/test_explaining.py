"""Why, and why not: one customer's story, from the planner and the ledger."""

from typing import Any

import pytest
from sqlalchemy import insert, update

from models.calls.outcomes import NO_ANSWER
from models.core.words import (
    AppointmentStatus,
    CaseKind,
    CaseState,
    Decision,
    Gate,
    InvoiceStatus,
    PartsState,
    ProcessName,
    TouchState,
    WorkKind,
)
from models.ledger.explanations import Explanation, StepStanding, StepStory
from models.ledger.tables import CallAttempt, Case, Process, Touch, Verdict
from models.people.tables import CustomerKey
from tasks.explaining.finding import AmbiguousCustomer, UnknownCustomer, find_customer
from tasks.explaining.story import explain
from tests.support.world import World, at, day

APPOINTMENTS = ProcessName("appointment-reminders")
FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
OVERDUE = ProcessName("overdue-accounts")
COMPLAINTS = ProcessName("complaint-followup")


def story(world: World, customer: int, now: str, process: ProcessName) -> Explanation:
    return explain(world.connection, customer, at(now), [process], lambda _process, after, _zone: after)


def step(explanation: Explanation, key: str) -> StepStory:
    (found,) = (
        step for process in explanation.processes for subject in process.subjects for step in subject.steps
        if step.step == key
    )  # fmt: skip
    return found


def touch_id(world: World, customer: int, key: str) -> Any:
    (found,) = (touch.id for touch in world.touches(customer) if touch.step == key)
    return found


@pytest.mark.parametrize(
    ("process", "remarks"),
    [
        (APPOINTMENTS, "There is no appointment on record."),
        (FOLLOWUP, "There is no handover on record. There is no repair order on record."),
        (WARRANTY, "There is no warranty on record."),
        (OVERDUE, "There is no account on record."),
        (COMPLAINTS, "There is no complaint on record."),
    ],
)
def test_a_customer_without_a_subject_is_told_so(world: World, process: ProcessName, remarks: str) -> None:
    (told,) = story(world, world.customer(), "2026-03-10 10:00", process).processes
    assert told.subjects == []
    assert " ".join(map(str, told.remarks)) == remarks


def test_a_step_to_come_says_from_when_it_is_looked_at(world: World) -> None:
    customer = world.customer()
    world.warranty(customer, "2026-05-08")
    invitation = step(story(world, customer, "2026-03-01 10:00", WARRANTY), "invitation-60")
    assert invitation.standing is StepStanding.TO_COME
    assert invitation.due_at == at("2026-03-09 10:00")
    assert invitation.next_look_at == at("2026-03-08 10:00")


def test_a_step_whose_time_has_come_is_due(world: World) -> None:
    customer = world.customer()
    world.warranty(customer, "2026-05-08")
    invitation = step(story(world, customer, "2026-03-09 08:00", WARRANTY), "invitation-60")
    assert (invitation.standing, invitation.next_look_at) == (StepStanding.DUE, at("2026-03-09 08:00"))


def test_a_step_that_was_never_planned_is_missed_and_then_forgotten(world: World) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-03")
    soon = story(world, customer, "2026-03-20 10:00", FOLLOWUP)
    assert step(soon, "day-3-call").standing is StepStanding.NEVER_PLANNED
    assert step(soon, "day-3-call").next_look_at is None
    (late,) = story(world, customer, "2026-12-20 10:00", FOLLOWUP).processes
    ((subject,), remarks) = (late.subjects, late.remarks)
    assert ([remark.code for remark in subject.remarks], subject.steps, remarks) == (["past-last-step"], [], [])


def test_of_what_gives_no_reason_any_more_the_number_is_told(world: World) -> None:
    customer = world.customer()
    sold = world.vehicle(customer, disposed_on=day("2026-03-09"))
    world.handover(customer, "2026-03-03", vehicle_id=sold)
    (late,) = story(world, customer, "2026-12-20 10:00", FOLLOWUP).processes
    assert late.subjects == []
    assert list(map(str, late.remarks)) == ["1 more on record, over for more than 30 days, and nothing was planned."]


def booked_inspection(world: World) -> tuple[int, str]:
    customer = world.customer()
    vehicle = world.vehicle(customer)
    world.warranty(customer, "2026-05-08", vehicle)
    world.appointment(customer, "2026-03-20 10:00", vehicle_id=vehicle, work_kind=WorkKind.INSPECTION)
    return customer, "invitation-60"


def sold_car(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.handover(customer, "2026-03-09", vehicle_id=world.vehicle(customer, disposed_on=day("2026-03-09")))
    return customer, "thanks"


def cancelled_appointment(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.appointment(customer, "2026-03-11 14:00", status=AppointmentStatus.CANCELLED)
    return customer, "day-before"


def parts_there(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.appointment(customer, "2026-03-12 14:00", parts_state=PartsState.READY)
    return customer, "parts-call"


def no_show_to_come(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.appointment(customer, "2026-03-11 14:00")
    return customer, "no-show-call"


def running_promise(world: World) -> tuple[int, str]:
    customer = world.customer()
    account = world.account(customer)
    world.invoice(account, "2026-03-03", "1000.00")
    world.promise(account, "2026-03-04", "2026-03-20")
    return customer, "reminder-7"


def small_balance(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "49.00")
    return customer, "reminder-7"


def complains_again(world: World) -> tuple[int, str]:
    customer = world.customer()
    world.complaint(customer, "2026-03-06 10:00", "2026-03-09 15:00")
    world.complaint(customer, "2026-03-09 18:00")
    return customer, "closed-call"


@pytest.mark.parametrize(
    ("make", "process", "reason"),
    [
        (booked_inspection, WARRANTY, "an inspection is booked"),
        (sold_car, FOLLOWUP, "the vehicle was sold on"),
        (cancelled_appointment, APPOINTMENTS, "the appointment is cancelled"),
        (parts_there, APPOINTMENTS, "no parts are missing"),
        (no_show_to_come, APPOINTMENTS, "the appointment has not begun"),
        (running_promise, OVERDUE, "a promise to pay is running"),
        (small_balance, OVERDUE, "the balance is within the tolerance"),
        (complains_again, COMPLAINTS, "a newer complaint is open"),
    ],
)
def test_what_stops_a_step_is_named_with_its_figures(
    world: World, make: Any, process: ProcessName, reason: str
) -> None:
    customer, key = make(world)
    stopped = step(story(world, customer, "2026-03-10 10:00", process), key)
    assert (stopped.standing, str(stopped.reason)) == (StepStanding.STOPPED, reason)
    assert stopped.figures
    assert stopped.next_look_at is not None


def test_a_step_that_nothing_leads_to_says_what_is_missing(world: World) -> None:
    customer = world.customer()
    world.appointment(customer, "2026-03-12 14:00")
    explanation = story(world, customer, "2026-03-10 10:00", APPOINTMENTS)
    assert str(step(explanation, "confirmation").reason) == "no booking date is on record"
    assert str(step(explanation, "other-time-call").reason) == "the customer asked for no other time"
    assert step(explanation, "request-escalation").standing is StepStanding.NOT_COUNTED


def test_a_complaint_that_is_not_closed_says_so(world: World) -> None:
    customer = world.customer()
    case = world.complaint(customer, "2026-03-06 10:00")
    (told,) = story(world, customer, "2026-03-10 10:00", COMPLAINTS).processes
    (subject,) = told.subjects
    assert (subject.key, subject.steps) == (str(case), [])
    assert list(map(str, subject.remarks)) == ["The complaint is not closed yet."]


def test_an_account_tells_its_balance_its_promise_and_its_disputes(world: World) -> None:
    customer = world.customer()
    account = world.account(customer, held_since=day("2026-03-01"), hold_reason="by finance")
    world.invoice(account, "2026-03-03", "1000.00")
    world.invoice(account, "2026-02-03", "70.00", key="INV-9", status=InvoiceStatus.DISPUTED)
    world.promise(account, "2026-03-04", "2026-03-20")
    ((subject,),) = (told.subjects for told in story(world, customer, "2026-03-10 10:00", OVERDUE).processes)
    assert list(map(str, subject.remarks)) == [
        "Overdue: CNY 1,000.00, the oldest due on 2026-03-03.",
        "A promise to pay by 2026-03-20 is running.",
        "Disputed and left out: INV-9 CNY 70.00.",
        "On hold since 2026-03-01: by finance.",
    ]


def test_an_account_that_owes_nothing_says_so(world: World) -> None:
    customer = world.customer()
    account = world.account(customer)
    world.payment(account, "2026-03-05", "100.00", world.invoice(account, "2026-03-03", "100.00"))
    ((subject,),) = (told.subjects for told in story(world, customer, "2026-03-10 10:00", OVERDUE).processes)
    assert list(map(str, subject.remarks)) == ["Nothing is owed: no open invoice."]
    assert subject.steps == []


def test_a_planned_touch_is_told_from_the_ledger_with_its_verdicts(world: World) -> None:
    customer = world.customer()
    world.warranty(customer, "2026-05-08")
    world.plan(WARRANTY, "2026-03-09 21:00")
    touch = touch_id(world, customer, "invitation-60")
    world.connection.execute(
        insert(Verdict).values(
            touch_id=touch, gate=Gate.QUIET_HOURS, decision=Decision.HOLD, reason="quiet hours", figures={},
            decided_at=at("2026-03-09 21:01"), until=at("2026-03-10 09:00"),
        )
    )  # fmt: skip
    world.connection.execute(update(Touch).where(Touch.id == touch).values(not_before=at("2026-03-10 09:00")))
    planned = step(story(world, customer, "2026-03-09 22:00", WARRANTY), "invitation-60")
    assert planned.standing is StepStanding.IN_LEDGER
    assert planned.touch is not None
    assert planned.touch.state is TouchState.PLANNED
    assert [(verdict.gate, verdict.until) for verdict in planned.touch.verdicts] == [
        (Gate.QUIET_HOURS, at("2026-03-10 09:00"))
    ]
    assert planned.next_look_at == at("2026-03-10 09:00")


def test_what_waits_for_approval_is_looked_at_by_nobody_but_a_person(world: World) -> None:
    customer = world.customer()
    world.invoice(world.account(customer), "2026-03-03", "1000.00")
    world.plan(OVERDUE, "2026-04-03 10:00")
    formal = step(story(world, customer, "2026-04-05 10:00", OVERDUE), "formal-30")
    assert formal.touch is not None
    assert (formal.touch.state, formal.touch.approval) == (TouchState.AWAITING_APPROVAL, ["finance", "manager"])
    assert formal.next_look_at is None


def test_no_step_is_looked_at_again_in_the_past(world: World) -> None:
    customer = world.customer()
    world.handover(customer, "2026-03-07")
    world.warranty(customer, "2026-05-08")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    world.plan(WARRANTY, "2026-03-10 10:00")
    calls = update(Touch).where(Touch.step == "day-3-call")
    world.connection.execute(calls.values(state=TouchState.READY))
    told = story(world, customer, "2026-03-10 11:00", FOLLOWUP)
    assert step(told, "day-3-call").next_look_at is None
    waiting = step(story(world, customer, "2026-03-10 11:00", WARRANTY), "invitation-60")
    assert waiting.next_look_at == at("2026-03-10 11:00")
    world.connection.execute(calls.values(not_before=at("2026-03-10 15:30")))
    told = story(world, customer, "2026-03-10 11:00", FOLLOWUP)
    assert step(told, "day-3-call").next_look_at == at("2026-03-10 15:30")


def test_a_call_is_told_with_its_tries(world: World) -> None:
    customer, caller = world.customer(), world.staff(name="Li Na")
    world.handover(customer, "2026-03-07")
    world.plan(FOLLOWUP, "2026-03-10 10:00")
    touch = touch_id(world, customer, "day-3-call")
    world.connection.execute(
        insert(CallAttempt).values(
            touch_id=touch, attempted_at=at("2026-03-10 10:30"), staff_id=caller, outcome=NO_ANSWER.name,
            again_at=at("2026-03-10 15:30"),
        )
    )  # fmt: skip
    told = step(story(world, customer, "2026-03-10 11:00", FOLLOWUP), "day-3-call")
    assert told.touch is not None
    assert [(attempt.by, attempt.outcome) for attempt in told.touch.attempts] == [("Li Na", NO_ANSWER.name)]


def test_an_earlier_owners_touch_shows_no_more_than_that_it_is_there(world: World) -> None:
    former, owner = world.customer(), world.customer()
    vehicle = world.vehicle(former)
    world.warranty(former, "2026-05-08", vehicle)
    world.plan(WARRANTY, "2026-03-10 10:00")
    world.connection.execute(
        update(Touch).where(Touch.customer_id == former).values(body="Dear former owner", state=TouchState.SENT)
    )
    vehicles = world.connection.execute(update_owner(vehicle, owner))
    assert vehicles.rowcount == 1
    told = step(story(world, owner, "2026-03-11 10:00", WARRANTY), "invitation-60")
    assert (told.standing, told.touch) == (StepStanding.OF_ANOTHER_CUSTOMER, None)
    (before,) = story(world, former, "2026-03-11 10:00", WARRANTY).processes
    (remarks,) = (subject.remarks for subject in before.subjects)
    assert list(map(str, remarks)) == ["It is on record for this customer no longer."]
    assert before.subjects[0].steps[0].touch is not None


def update_owner(vehicle: int, owner: int) -> Any:
    from models.subjects.vehicle import Vehicle

    return update(Vehicle).where(Vehicle.id == vehicle).values(customer_id=owner)


def test_a_store_of_its_own_policy_is_told_its_own_steps_once(world: World) -> None:
    """The planner's population of a customer spans all stores; each policy tells only of its own."""
    from tasks.policies.catalogue import add_policy, policies_in_force

    body = policies_in_force(world.connection, WARRANTY)[0].policy.model_dump(mode="json")
    body["steps"] = body["steps"][1:]
    other = world.store()
    add_policy(world.connection, WARRANTY, body, other, "Wang", at("2026-01-01 00:00"))
    customer = world.customer()
    world.warranty(customer, "2026-05-08", store_id=other)
    (told,) = story(world, customer, "2026-03-01 10:00", WARRANTY).processes
    assert [step.step for step in told.subjects[0].steps] == ["call-45", "reminder-30", "last-reminder-7"]


def test_the_customer_comes_with_contacts_consents_and_open_cases(world: World) -> None:
    customer = world.customer(phone="+8613912345678", email="an@example.com")
    world.consent(customer, granted=True, given_at=at("2026-01-01 10:00"))
    world.consent(customer, granted=False, given_at=at("2026-02-01 10:00"))
    world.consent(customer, granted=True, given_at=at("2026-04-01 10:00"))
    for cause, state in (("a", CaseState.OPEN), ("b", CaseState.SOLVED)):
        world.connection.execute(
            insert(Case).values(
                store_id=world.store_id, customer_id=customer, kind=CaseKind.COMPLAINT, cause=cause, title="Noise",
                state=state, opened_at=at("2026-03-01 10:00"),
            )
        )  # fmt: skip
    told = story(world, customer, "2026-03-10 10:00", WARRANTY).customer
    assert [point.value for point in told.contact_points] == ["an@example.com", "+8613912345678"]
    assert [(consent.granted, consent.given_at) for consent in told.consents] == [(False, at("2026-02-01 10:00"))]
    assert [case.title for case in told.open_cases] == ["Noise"]


def test_a_process_that_is_switched_off_says_so(world: World) -> None:
    world.connection.execute(update(Process).where(Process.name == WARRANTY).values(enabled=False))
    customer = world.customer()
    world.warranty(customer, "2026-05-08")
    (told,) = story(world, customer, "2026-03-01 10:00", WARRANTY).processes
    assert list(map(str, told.remarks)) == ["The process is switched off: nothing is planned until it is enabled."]


@pytest.mark.parametrize(
    "text",
    [
        "C-77",
        "c-77",
        "13912345678",
        "+86 139 1234 5678",
        "an@example.com",
        "An Ning",
        "an ning",
        "沪A77777",
        "LSVAA4187C2184841",
    ],
)
def test_a_customer_is_found_by_whatever_they_are_known_by(world: World, text: str) -> None:
    customer = world.customer(phone="+8613912345678", email="an@example.com", name="An Ning")
    world.connection.execute(insert(CustomerKey).values(store_id=world.store_id, key="C-77", customer_id=customer))
    world.vehicle(customer, plate="沪A77777", vin="LSVAA4187C2184841")
    assert find_customer(world.connection, text) == customer


def test_namesakes_are_listed_with_their_numbers_masked(world: World) -> None:
    world.customer(name="Li Wei", phone="+8613912345678")
    world.customer(name="Li Wei", phone="+8613787654321")
    with pytest.raises(AmbiguousCustomer) as refused:
        find_customer(world.connection, "Li Wei")
    assert "may be any of 2 customers" in str(refused.value)
    assert "+86***78" in str(refused.value)
    assert "13912345678" not in str(refused.value)


def test_nobody_is_not_guessed(world: World) -> None:
    with pytest.raises(UnknownCustomer, match="No customer is known by 'Nobody'"):
        find_customer(world.connection, "Nobody")
