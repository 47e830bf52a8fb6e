"""Visits by staff, and letters by post: who gets one, how it is planned or printed, and how it is done."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from models.calls.outcomes import REACHED
from models.core.words import CaseKind, CaseState, ProcessName, Purpose, Role, StepKind, TouchState
from models.kits.outcomes import CallReport
from models.ledger.tables import AuditEntry, Case, Touch
from models.ledger.visits_and_letters import LetterBatch, StaffVisit
from models.people.tables import Customer, StaffMember, Store
from tasks.calls import finish_task, list_calls, record_outcome
from tasks.calls.posting import AlreadyPosted, UnknownBatch, list_letters, mark_posted, print_again, print_letters
from tasks.calls.queue import caller_of, next_call
from tasks.calls.recording import NotOfThatKind
from tasks.calls.visit_reports import VisitReport
from tasks.calls.visits import NoDayForIt, finish_visit, list_visits, plan_visit
from tasks.dispatch.gates import NO_CONSENT, NO_POSTAL_ADDRESS
from tasks.policies.catalogue import add_policy
from tests.postgres.calls.test_queue import someone
from tests.support.desk import staff_id
from tests.support.office import Office
from tests.support.world import World, at

PROCESS = ProcessName("post-delivery-followup")
TUESDAY = "2026-03-10 10:00"
NOW = at(TUESDAY)
MEI = "mei"
ADDRESS = {"street": "Nanjing Rd 1", "postcode": "200001", "city": "Shanghai"}


def policy(world: World, kind: StepKind, **changes: Any) -> None:
    """One step of a kind, a day after the handover, valid for a week."""
    step = {
        "key": "by-hand", "subject": "handover", "kind": kind, "after": "1d", "at": "09:30", "valid_for": "7d",
        "template": "handover-thanks", "purpose": "follow-up", "role": "agent",
    } | changes  # fmt: skip
    body = {"process": PROCESS, "priority": 60, "steps": [step]}
    add_policy(world.connection, PROCESS, body, world.store_id, "test", at("2026-01-01 00:00"))


def ready(office: Office, kind: StepKind, customer: dict[str, Any], now: str = TUESDAY, **changes: Any) -> int:
    """A customer whose step was dispatched."""
    with office.open() as world:
        policy(world, kind, **changes)
        if world.connection.scalar(select(StaffMember.id).where(StaffMember.code == MEI)) is None:
            world.staff(code=MEI)
        customer_id = world.customer(**customer)
        world.handover(customer_id, "2026-03-09")
        world.plan(PROCESS, "2026-03-10 09:40")
    office.dispatch(now)
    return customer_id


def touch_of(office: Office, customer: int) -> Row[Any]:
    with office.open() as world:
        (touch,) = world.touches(customer)
        return touch


def store_code(world: World) -> str:
    return world.connection.execute(select(Store.code).where(Store.id == world.store_id)).scalar_one()


def test_a_visit_needs_no_phone_and_waits_on_the_list(office: Office) -> None:
    customer = ready(office, StepKind.VISIT, {"phone": None})
    touch = touch_of(office, customer)
    assert (touch.state, touch.channel, touch.contacted_at) == (TouchState.READY, None, NOW)
    with office.open() as world:
        (visit,) = list_visits(world.connection, NOW)
        assert (visit.item.customer_id, visit.planned_for, visit.address) == (customer, None, None)
        assert [item.kind for item in list_calls(world.connection, NOW)] == [StepKind.VISIT]


def test_a_letter_without_an_address_is_not_sent_and_says_why(office: Office) -> None:
    touch = touch_of(office, ready(office, StepKind.LETTER, {"street": "Nanjing Rd 1"}))
    assert (touch.state, touch.reason) == (TouchState.CANCELLED, NO_POSTAL_ADDRESS)


@pytest.mark.parametrize("kind", [StepKind.VISIT, StepKind.LETTER])
@pytest.mark.parametrize(
    ("purpose", "consent", "state", "reason"),
    [
        ("follow-up", None, TouchState.READY, None),
        ("marketing", None, TouchState.CANCELLED, NO_CONSENT),
        ("marketing", True, TouchState.READY, None),
        ("follow-up", False, TouchState.CANCELLED, NO_CONSENT),
    ],
)
def test_consent_is_asked_for_the_purpose_whatever_the_way(
    office: Office, kind: StepKind, purpose: str, consent: bool | None, state: TouchState, reason: str | None
) -> None:
    with office.open() as world:
        policy(world, kind, purpose=purpose)
        customer = world.customer(**ADDRESS)
        world.handover(customer, "2026-03-09")
        if consent is not None:
            world.consent(customer, granted=consent, given_at=at("2026-03-01 09:00"), purpose=Purpose(purpose))
        world.plan(PROCESS, "2026-03-10 09:40")
    office.dispatch(TUESDAY)
    touch = touch_of(office, customer)
    assert (touch.state, touch.reason) == (state, reason)


@pytest.mark.parametrize("kind", [StepKind.VISIT, StepKind.LETTER])
def test_both_count_as_contacts_and_are_held_by_the_cap(office: Office, kind: StepKind) -> None:
    customer = ready(office, kind, ADDRESS)
    with office.open() as world:
        world.handover(customer, "2026-03-09")
        world.plan(PROCESS, "2026-03-10 10:10")
    office.dispatch("2026-03-10 10:20")
    with office.open() as world:
        assert sorted(touch.state for touch in world.touches(customer)) == [TouchState.PLANNED, TouchState.READY]


@pytest.mark.parametrize("kind", [StepKind.VISIT, StepKind.LETTER])
def test_an_open_complaint_holds_them_where_it_holds_the_purpose(office: Office, kind: StepKind) -> None:
    with office.open() as world:
        policy(world, kind, purpose="survey")
        customer = world.customer(**ADDRESS)
        world.handover(customer, "2026-03-09")
        world.connection.execute(
            insert(Case).values(
                store_id=world.store_id, customer_id=customer, kind=CaseKind.COMPLAINT, cause="test", title="test",
                state=CaseState.OPEN, opened_at=at("2026-03-09 12:00"),
            )
        )  # fmt: skip
        world.plan(PROCESS, "2026-03-10 09:40")
    office.dispatch(TUESDAY)
    assert touch_of(office, customer).gate == "complaint"


def test_they_reach_the_list_at_night_for_nobody_is_disturbed(office: Office) -> None:
    customer = ready(office, StepKind.VISIT, {}, now="2026-03-10 23:30")
    assert touch_of(office, customer).state == TouchState.READY


def test_a_visit_is_planned_moved_and_done(office: Office) -> None:
    touch = touch_of(office, ready(office, StepKind.VISIT, ADDRESS))
    with office.open() as world:
        for day in (date(2026, 3, 12), date(2026, 3, 13)):
            plan_visit(world.connection, touch.id, day, NOW, staff_id(world.connection, MEI))
        assert list_calls(world.connection, NOW) == [], "not today's any more"
        (visit,) = list_visits(world.connection, NOW)
        assert (visit.planned_for, visit.address) == (date(2026, 3, 13), "Nanjing Rd 1, 200001 Shanghai")
        report = VisitReport(date(2026, 3, 13), "happy", "call in May")
        finish_visit(world.connection, touch.id, report, at("2026-03-14 09:00"), staff_id(world.connection, MEI))
        kept = world.connection.execute(select(StaffVisit.__table__)).one()
        assert (kept.planned_for, kept.done_on, kept.result, kept.next) == (
            date(2026, 3, 13), date(2026, 3, 13), "happy", "call in May",
        )  # fmt: skip
        actions = world.connection.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions[-3:] == ["visit.planned", "visit.planned", "visit.done"]
    assert touch_of(office, touch.customer_id).state == TouchState.DONE


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 3, 18)])
def test_a_visit_is_not_planned_outside_its_validity(office: Office, day: date) -> None:
    touch = touch_of(office, ready(office, StepKind.VISIT, {}))
    with office.open() as world, pytest.raises(NoDayForIt, match="expected a day from 2026-03-10 to 2026-03-17"):
        plan_visit(world.connection, touch.id, day, NOW, staff_id(world.connection, MEI))


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 3, 11)])
def test_a_visit_was_not_made_before_it_was_due_or_in_the_future(office: Office, day: date) -> None:
    touch = touch_of(office, ready(office, StepKind.VISIT, {}))
    with office.open() as world, pytest.raises(NoDayForIt):
        finish_visit(world.connection, touch.id, VisitReport(day), NOW, staff_id(world.connection, MEI))


@pytest.mark.parametrize("kind", [StepKind.VISIT, StepKind.LETTER])
def test_both_come_up_where_calls_do_and_are_done_there(office: Office, kind: StepKind) -> None:
    touch = touch_of(office, ready(office, kind, ADDRESS))
    with office.open() as world:
        held = next_call(world.connection, caller_of(world.connection, someone(world, role=Role.AGENT), NOW), NOW)
        assert held is not None
        assert held.item.kind is kind
        with pytest.raises(NotOfThatKind):
            record_outcome(world.connection, touch.id, CallReport(REACHED.name), NOW, staff_id(world.connection, MEI))
        finish_task(world.connection, touch.id, NOW, staff_id(world.connection, MEI), "all well")
        result = world.connection.scalar(select(StaffVisit.result))
        assert result == ("all well" if kind is StepKind.VISIT else None)
    assert touch_of(office, touch.customer_id).state == TouchState.DONE


def test_what_staff_let_pass_is_missed(office: Office) -> None:
    customer = ready(office, StepKind.VISIT, {})
    with office.open() as world:
        world.plan(PROCESS, "2026-03-20 09:00")
    assert touch_of(office, customer).state == TouchState.MISSED


def test_letters_are_printed_once_in_the_customers_language_and_posted(office: Office) -> None:
    first = ready(office, StepKind.LETTER, ADDRESS | {"name": "王芳", "language": "zh-CN", "salutation": "女士"})
    with office.open() as world:
        code = store_code(world)
        printed = print_letters(world.connection, code, NOW, MEI)
        (letter,) = printed.letters
        assert (letter.name, letter.street, letter.postcode, letter.city) == (
            "王芳", "Nanjing Rd 1", "200001", "Shanghai",
        )  # fmt: skip
        assert "您" in letter.text, "the store's language is English"
        assert print_letters(world.connection, code, NOW, MEI).batch is None
        assert printed.batch is not None
        assert [one.touch_id for one in print_again(world.connection, printed.batch, NOW).letters] == [letter.touch_id]
    second = ready(office, StepKind.LETTER, ADDRESS)
    with office.open() as world:
        assert [one.batch for one in list_letters(world.connection, NOW)].count(printed.batch) == 1
        later = print_letters(world.connection, code, NOW, MEI)
        assert later.batch is not None
        assert len(later.letters) == 1
        posted = mark_posted(world.connection, printed.batch, NOW, MEI)
        assert (posted.posted, posted.ended_before) == (1, 0)
        with pytest.raises(AlreadyPosted):
            mark_posted(world.connection, printed.batch, NOW, MEI)
        assert world.connection.scalar(select(LetterBatch.posted_at).where(LetterBatch.id == printed.batch)) == NOW
    assert touch_of(office, first).state == TouchState.DONE
    assert touch_of(office, second).state == TouchState.READY


def test_a_letter_that_lost_its_reason_is_neither_printed_nor_counted_as_posted(office: Office) -> None:
    customers = [ready(office, StepKind.LETTER, ADDRESS) for _ in range(2)]
    with office.open() as world:
        code = store_code(world)
        world.consent(customers[0], granted=False, given_at=at("2026-03-10 10:05"))
        now = at("2026-03-10 10:10")
        printed = print_letters(world.connection, code, now, MEI)
        assert [one.name for one in printed.letters] == [
            world.connection.scalar(select(Customer.name).where(Customer.id == customers[1]))
        ]
        ended = update(Touch).where(Touch.customer_id == customers[1]).values(state=TouchState.CANCELLED)
        world.connection.execute(ended)
        assert printed.batch is not None
        posted = mark_posted(world.connection, printed.batch, now, MEI)
        assert (posted.posted, posted.ended_before) == (0, 1)


def test_a_batch_that_there_is_not_is_told(office: Office) -> None:
    with office.open() as world, pytest.raises(UnknownBatch):
        mark_posted(world.connection, 99, NOW, MEI)
