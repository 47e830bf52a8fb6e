"""Taking, handing over, answering and matching an inbound; deadlines that pass, and facts that answer."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from models.core.words import (
    AppointmentStatus,
    CaseKind,
    ChannelName,
    Gate,
    LeadState,
    ProcessName,
    Purpose,
    Role,
    StepKind,
    TouchState,
)
from models.inbound.tables import Inbound
from models.inbound.words import AnswerWay, InboundKind, InboundState, InboundWay
from models.ledger.tables import AuditEntry, Case, Reply, Touch
from models.people.tables import Consent, ContactPoint, Customer
from models.subjects.account import Promise
from models.subjects.appointment import Appointment, AppointmentChange
from models.subjects.lead import Lead
from tasks.customers.consent import read_switches
from tasks.inbound.answering import (
    Answer,
    MessageTooLong,
    MessageWithdrawn,
    NeedsTime,
    NoAddressForMessage,
    TimePassed,
    answer_inbound,
)
from tasks.inbound.handling import (
    AlreadyAnswered,
    HandedToOneself,
    InboundChanged,
    NeedsCustomer,
    NeedsWord,
    TakenByAnother,
    UnknownInbound,
    hand_over,
    take,
)
from tasks.inbound.listing import InboxView, Wanted, page_of_inbound, read_inbound, read_standing
from tasks.inbound.matching import MatchedAlready, match_inbound
from tasks.inbound.suggesting import NeedsPromisedDay, NoAccountToPromise, NothingSuggested, confirm, refuse
from tasks.inbound.sweeping import escalate_overdue, settle_by_facts
from tasks.self_service.booking import ask_for_another_time, ask_for_visit, days_for_a_visit
from tasks.self_service.replies import record_reply
from tasks.stores.staff import InactiveStaff, UnknownStaff
from tests.support.desk import audited, dispatched
from tests.support.inbox import all_inbound, code_of, inbound_of, said
from tests.support.office import Office
from tests.support.world import World, at

NOW = at("2026-03-11 10:00")
LATER = at("2026-03-11 10:05")
NUMBER = "+8613800138000"


def reply(world: World, text: str, sender: str = NUMBER, now: datetime = NOW) -> int:
    record_reply(world.connection, sender, text, ChannelName.SMS, now)
    return int(all_inbound(world)[-1].id)


def answer(world: World, inbound: int, how: AnswerWay, words: str | None = None, by: str = "A1", **more: Any) -> None:
    seen = more.pop("seen", None)
    answer_inbound(world.connection, inbound, Answer(how, words, **more), LATER, by, seen=seen)


@pytest.fixture
def desk(world: World) -> World:
    """A store with an agent A1, an agent A2 and a manager M1."""
    for code, role in (("A1", Role.AGENT), ("A2", Role.AGENT), ("M1", Role.MANAGER)):
        world.staff(role, code=code, name=f"Name of {code}")
    return world


def test_who_takes_it_is_responsible_and_the_second_is_told(desk: World) -> None:
    inbound = said(desk, "hello", NOW)
    take(desk.connection, inbound, LATER, "A2")
    found = inbound_of(desk, inbound)
    assert (found.state, code_of(desk, found.responsible_id), found.taken_at) == (InboundState.TAKEN, "A2", LATER)
    take(desk.connection, inbound, LATER, "A2")  # a second click
    with pytest.raises(TakenByAnother) as told:
        take(desk.connection, inbound, LATER, "A1")
    assert told.value.name == "Name of A2"
    with pytest.raises(TakenByAnother):
        answer(desk, inbound, AnswerWay.CALL)
    assert audited(desk) == [("A2", "inbound.taken", "inbound")]


def test_two_people_who_take_it_at_the_same_moment(engine: Engine) -> None:
    with engine.begin() as connection:
        world = World(connection)
        agents = {code: world.staff(Role.AGENT, code=code, name=code) for code in ("A1", "A2")}
        inbound = said(world, "hello", NOW)
    start, told = Barrier(2), []

    def try_it(code: str) -> None:
        start.wait()
        try:
            with engine.begin() as connection:
                take(connection, inbound, LATER, code)
        except TakenByAnother as problem:
            told.append((code, problem.name))

    both = [Thread(target=try_it, args=(code,)) for code in agents]
    for one in both:
        one.start()
    for one in both:
        one.join()
    ((second, first),) = told
    with engine.connect() as connection:
        assert connection.scalar(select(Inbound.responsible_id)) == agents[first]
    assert {first, second} == {"A1", "A2"}


def test_two_people_who_match_two_of_one_sender_at_the_same_moment(engine: Engine) -> None:
    with engine.begin() as connection:
        world = World(connection)
        agents = {code: world.staff(Role.AGENT, code=code, name=code) for code in ("A1", "A2")}
        both = (reply(world, "hello"), reply(world, "hello?", now=LATER))
        customers = (world.customer(), world.customer())
    start, told = Barrier(2), []

    def try_it(code: str, inbound: int, customer: int) -> None:
        start.wait()
        try:
            with engine.begin() as connection:
                match_inbound(connection, inbound, customer, LATER, code)
        except MatchedAlready as problem:
            told.append(problem)

    threads = [Thread(target=try_it, args=one) for one in zip(agents, both, customers, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(told) == 1
    with engine.connect() as connection:
        (customer,) = set(connection.scalars(select(Inbound.customer_id)))
    assert customer in customers


def test_a_change_on_an_older_version_is_refused(desk: World) -> None:
    inbound = said(desk, "hello", NOW)
    hand_over(desk.connection, inbound, LATER, "A1", "A2", "knows the car")
    with pytest.raises(InboundChanged):
        take(desk.connection, inbound, LATER, "A1", seen=1)


def test_a_hand_over_needs_a_word_and_another_active_person(desk: World) -> None:
    desk.staff(Role.AGENT, code="GONE", active=False)
    desk.staff(Role.AGENT, code="FAR", store_id=desk.store())
    inbound = said(desk, "hello", NOW)
    take(desk.connection, inbound, NOW, "A1")
    for to, word, error in (
        ("A2", " ", NeedsWord),
        ("A1", "x", HandedToOneself),
        ("GONE", "x", InactiveStaff),
        ("FAR", "x", UnknownStaff),
    ):
        with pytest.raises(error):
            hand_over(desk.connection, inbound, LATER, "A1", to, word)
    hand_over(desk.connection, inbound, LATER, "A1", "A2", "she knows the car")
    found = inbound_of(desk, inbound)
    assert (found.state, code_of(desk, found.responsible_id), found.word) == ("open", "A2", "she knows the car")
    take(desk.connection, inbound, LATER, "A2")
    with pytest.raises(TakenByAnother):
        hand_over(desk.connection, inbound, LATER, "A1", "M1", "please")
    hand_over(desk.connection, inbound, LATER, "M1", "A1", "A2 is ill")
    assert code_of(desk, inbound_of(desk, inbound).responsible_id) == "A1"


def test_what_is_answered_stays_answered(desk: World) -> None:
    inbound = said(desk, "hello", NOW)
    with pytest.raises(NeedsWord):
        answer(desk, inbound, AnswerWay.NONE)
    answer(desk, inbound, AnswerWay.CALL, "told them the hours")
    found = inbound_of(desk, inbound)
    assert (found.state, found.answered_how, found.answer) == ("answered", "by-call", "told them the hours")
    assert (found.answered_at, code_of(desk, found.answered_by)) == (LATER, "A1")
    with pytest.raises(AlreadyAnswered):
        take(desk.connection, inbound, LATER, "A1")
    with pytest.raises(AlreadyAnswered):
        hand_over(desk.connection, inbound, LATER, "A1", "A2", "x")
    with pytest.raises(AlreadyAnswered):
        answer(desk, inbound, AnswerWay.CALL)
    with pytest.raises(UnknownInbound):
        take(desk.connection, 10**6, LATER, "A1")


def test_an_answer_by_message_goes_through_the_ledger_and_its_gates(office: Office) -> None:
    with office.open() as world:
        world.staff(Role.AGENT, code="A1")
        world.customer(phone=NUMBER, name="Li Wei")
        inbound = reply(world, "when do you open?")
        answer(world, inbound, AnswerWay.MESSAGE, "we open at 8:30 on Saturday.")
        (touch,) = world.touches()
        assert (touch.process, touch.purpose, touch.channels) == ("inbox-answers", Purpose.SERVICE, ["sms"])
        assert (touch.kind, touch.subject_id, touch.state) == (StepKind.MESSAGE, inbound, TouchState.PLANNED)
    office.dispatch("2026-03-11 10:06")
    (sent,) = office.outbox()
    assert sent["to"] == NUMBER
    assert sent["text"] == "Test Motors: Dear Li Wei, we open at 8:30 on Saturday."
    office.dispatch("2026-03-11 10:07")
    assert len(office.outbox()) == 1


def test_it_is_answered_by_the_channel_that_it_came_by(desk: World) -> None:
    customer = desk.customer(phone=NUMBER, email="li@example.com")
    inbound = said(desk, "hello", NOW, way=InboundWay.EMAIL, sender="Li@Example.com")
    assert inbound_of(desk, inbound).customer_id == customer
    answer(desk, inbound, AnswerWay.MESSAGE, "hello to you")
    (touch,) = desk.touches()
    assert touch.channels == ["email"]


def test_a_message_to_somebody_who_withdrew_is_refused_with_the_consent_that_says_so(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    inbound = said(desk, "where is my car?", NOW, customer_id=customer)
    desk.consent(customer, granted=False, given_at=at("2026-02-01 09:00"), channel=ChannelName.SMS)
    with pytest.raises(MessageWithdrawn, match="withdrew service messages by sms on 2026-02-01 \\(test\\)"):
        answer(desk, inbound, AnswerWay.MESSAGE, "it is ready")
    assert inbound_of(desk, inbound).state is InboundState.OPEN
    assert desk.touches() == []


def test_a_message_that_cannot_be_is_refused(desk: World) -> None:
    mute = said(desk, "hello", NOW, customer_id=desk.customer(phone=None))
    nobody = said(desk, "hello", NOW)
    known = said(desk, "hello", NOW, customer_id=desk.customer())
    for inbound, words, error in (
        (mute, "hi", NoAddressForMessage),
        (nobody, "hi", NeedsCustomer),
        (known, " ", NeedsWord),
        (known, "x" * 501, MessageTooLong),
    ):
        with pytest.raises(error):
            answer(desk, inbound, AnswerWay.MESSAGE, words)
    assert {row.state for row in all_inbound(desk)} == {InboundState.OPEN}


def test_a_requested_visit_is_agreed_at_the_time_asked_for_and_confirmed(desk: World) -> None:
    customer = desk.customer()
    start = next(iter(days_for_a_visit(desk.connection, desk.store_id, NOW).values()))[0]
    asked = ask_for_visit(desk.connection, desk.store_id, customer, "k", start, "Spring", NOW)
    inbound = all_inbound(desk)[0].id
    with pytest.raises(TimePassed):
        answer(desk, inbound, AnswerWay.APPOINTMENT, at=NOW - timedelta(hours=1))
    answer(desk, inbound, AnswerWay.APPOINTMENT)
    row = desk.connection.execute(select(Appointment.__table__).where(Appointment.id == asked)).one()
    assert (row.status, row.starts_at, row.booked_at) == (AppointmentStatus.BOOKED, start, LATER)
    desk.plan(ProcessName("appointment-reminders"), "2026-03-11 10:06")
    assert "confirmation" in desk.steps(state="planned")


def test_another_time_moves_the_visit_and_departments_hear_of_it(desk: World) -> None:
    appointment = desk.appointment(desk.customer(), "2026-03-12 14:00")
    ask_for_another_time(desk.connection, appointment, at("2026-03-12 14:00"), NOW)
    inbound = all_inbound(desk)[0].id
    with pytest.raises(NeedsTime):
        answer(desk, inbound, AnswerWay.APPOINTMENT)
    answer(desk, inbound, AnswerWay.APPOINTMENT, at=at("2026-03-13 09:00"))
    row = desk.connection.execute(select(Appointment.__table__).where(Appointment.id == appointment)).one()
    assert (row.starts_at, row.other_time_asked_at, row.moved_at) == (at("2026-03-13 09:00"), None, LATER)
    (change,) = desk.connection.execute(select(AppointmentChange.kind, AppointmentChange.from_starts_at)).all()
    assert tuple(change) == ("moved", at("2026-03-12 14:00"))


def test_a_case_and_a_lead(desk: World) -> None:
    customer = desk.customer()
    complaint = said(desk, "it rattles again", NOW, customer_id=customer)
    interest = said(desk, "what does the new one cost?", NOW, customer_id=customer)
    answer(desk, complaint, AnswerWay.CASE, "second time")
    answer(desk, interest, AnswerWay.LEAD)
    case = desk.connection.execute(select(Case.__table__)).one()
    assert (case.kind, case.note, case.customer_id) == (CaseKind.COMPLAINT, "it rattles again\nsecond time", customer)
    assert (code_of(desk, case.owner_id), inbound_of(desk, complaint).case_id) == ("A1", case.id)
    lead = desk.connection.execute(select(Lead.__table__)).one()
    assert (lead.customer_id, lead.state, str(lead.created_on)) == (customer, LeadState.OPEN, "2026-03-11")


def test_an_unknown_sender_is_matched_once_and_remembered(desk: World) -> None:
    first = reply(desk, "hello")
    second = reply(desk, "anybody there?", now=at("2026-03-11 10:01"))
    customer = desk.customer(phone="+8613900000001")
    assert match_inbound(desk.connection, first, customer, LATER, "A1") == 2
    assert {inbound_of(desk, one).customer_id for one in (first, second)} == {customer}
    assert set(desk.connection.scalars(select(Reply.customer_id))) == {customer}
    points = desk.connection.execute(
        select(ContactPoint.value, ContactPoint.rank).where(ContactPoint.customer_id == customer)
    )
    assert {tuple(point) for point in points} == {("+8613900000001", 1), (NUMBER, 2)}
    third = reply(desk, "and now?", now=at("2026-03-11 10:10"))
    assert inbound_of(desk, third).customer_id == customer
    with pytest.raises(MatchedAlready):
        match_inbound(desk.connection, first, desk.customer(), LATER, "A1")


def test_of_a_shared_number_only_this_one_is_decided(desk: World) -> None:
    wife, husband = desk.customer(phone=NUMBER), desk.customer(phone=NUMBER)
    first, second = reply(desk, "hello"), reply(desk, "hello?", now=at("2026-03-11 10:01"))
    seen = read_inbound(desk.connection, desk.store_id, first, NOW)
    assert [one.id for one in seen.sharing] == [wife, husband]
    assert match_inbound(desk.connection, first, husband, LATER, "A1") == 1
    assert (inbound_of(desk, first).customer_id, inbound_of(desk, second).customer_id) == (husband, None)


def test_an_opt_out_of_an_unknown_sender_is_honoured_as_soon_as_they_are_known(desk: World) -> None:
    inbound = reply(desk, "STOP")
    customer = desk.customer()
    assert inbound_of(desk, inbound).acted_on is False
    match_inbound(desk.connection, inbound, customer, LATER, "A1")
    switch = read_switches(desk.connection, None, customer, LATER).of(Purpose.SERVICE, ChannelName.SMS)
    assert (switch.allowed, switch.since) == (False, NOW - timedelta(seconds=1))
    assert inbound_of(desk, inbound).acted_on is True


def test_who_is_matched_to_another_store_is_answered_there(desk: World) -> None:
    inbound = reply(desk, "hello")
    other = desk.store()
    there = desk.staff(Role.AGENT, store_id=other)
    match_inbound(desk.connection, inbound, desk.customer(store_id=other), LATER, "A1")
    found = inbound_of(desk, inbound)
    assert (found.store_id, found.responsible_id, found.state) == (other, there, InboundState.OPEN)


def test_a_confirmed_revocation_is_done_and_a_refused_one_is_taken_back(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    desk.consent(customer, granted=False, given_at=at("2026-01-01 09:00"), purpose=Purpose.SURVEY)
    desk.handover(customer, "2026-03-10")
    desk.plan(ProcessName("post-delivery-followup"), "2026-03-11 09:59")
    desk.connection.execute(update(Touch).where(Touch.step == "thanks").values(channels=["sms"]))
    inbound = reply(desk, "please stop texting me")
    (ended,) = (one for one in desk.touches() if one.state == TouchState.CANCELLED)
    assert ended.gate == Gate.CONSENT
    refuse(desk.connection, inbound, LATER, "A1")
    switches = read_switches(desk.connection, None, customer, LATER)
    allowed = {purpose: switches.of(purpose, ChannelName.SMS).allowed for purpose in Purpose}
    assert allowed == {
        Purpose.SERVICE: True,
        Purpose.FOLLOW_UP: True,
        Purpose.DUNNING: True,
        Purpose.SURVEY: False,  # withdrawn before, and not by this
        Purpose.MARKETING: False,  # never given
    }
    again = next(one for one in desk.touches() if one.id == ended.id)
    assert (again.state, again.gate, again.reason) == (TouchState.PLANNED, None, None)
    found = inbound_of(desk, inbound)
    assert (found.state, found.kind, found.confirmed) == (InboundState.TAKEN, InboundKind.OTHER, False)
    with pytest.raises(NothingSuggested):
        refuse(desk.connection, inbound, LATER, "A1")


def test_a_confirmed_revocation_needs_no_more(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    clear, unclear = (
        reply(desk, "please stop texting me"),
        reply(desk, "stop texting me about the old car, ok? I sold it"),
    )
    for inbound in (clear, unclear):
        confirm(desk.connection, inbound, LATER, "A1")
        found = inbound_of(desk, inbound)
        assert (found.state, found.confirmed, found.answered_how) == ("answered", True, "no-answer-needed")
    assert set(desk.connection.scalars(select(Consent.customer_id))) == {customer}


def test_what_another_said_since_is_not_taken_back(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    inbound = reply(desk, "please stop texting me")
    desk.consent(customer, granted=False, given_at=at("2026-03-11 10:02"), purpose=Purpose.SERVICE)
    refuse(desk.connection, inbound, LATER, "A1")
    switches = read_switches(desk.connection, None, customer, LATER)
    assert switches.of(Purpose.SERVICE, ChannelName.SMS).allowed is False
    assert switches.of(Purpose.FOLLOW_UP, ChannelName.SMS).allowed is True


def test_a_confirmed_promise_pauses_the_chasing(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    account = desk.account(customer)
    desk.invoice(account, "2026-02-01", "900.00")
    inbound = reply(desk, "I will pay on Friday")
    confirm(desk.connection, inbound, LATER, "A1")
    promise = desk.connection.execute(select(Promise.__table__)).one()
    assert (promise.account_id, str(promise.promised_for)) == (account, "2026-03-13")
    assert inbound_of(desk, inbound).answer == "2026-03-13"


def test_a_promise_without_a_day_or_an_account_is_refused(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    inbound = reply(desk, "I will pay soon, promised")
    with pytest.raises(NoAccountToPromise):
        confirm(desk.connection, inbound, LATER, "A1")
    account = desk.account(customer)
    desk.invoice(account, "2026-02-01", "900.00")
    with pytest.raises(NeedsPromisedDay):
        confirm(desk.connection, inbound, LATER, "A1")
    confirm(desk.connection, inbound, LATER, "A1", day=at("2026-03-16 00:00").date())
    assert inbound_of(desk, inbound).state is InboundState.ANSWERED


def test_a_confirmed_other_time_holds_the_reminders_and_keeps_the_customers_words(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    appointment = desk.appointment(customer, "2026-03-12 14:00")
    inbound = reply(desk, "I can't make it tomorrow")
    confirm(desk.connection, inbound, LATER, "A1")
    asked = desk.connection.scalar(select(Appointment.other_time_asked_at).where(Appointment.id == appointment))
    found = inbound_of(desk, inbound)
    assert asked == LATER
    assert (found.state, found.kind, found.appointment_id, found.text) == (
        "taken",
        "booking",
        appointment,
        "I can't make it tomorrow",
    )
    assert len(all_inbound(desk)) == 1


def test_a_confirmed_complaint_is_a_case_and_an_absence_is_nothing(desk: World) -> None:
    customer = desk.customer(phone=NUMBER)
    complaint, absence = reply(desk, "This is unacceptable"), reply(desk, "Automatic reply: I am out of office")
    for inbound in (complaint, absence):
        confirm(desk.connection, inbound, LATER, "A1")
    (case,) = desk.connection.execute(select(Case.customer_id, Case.kind)).all()
    assert tuple(case) == (customer, CaseKind.COMPLAINT)
    assert [inbound_of(desk, one).answered_how for one in (complaint, absence)] == ["by-case", "no-answer-needed"]


def test_what_is_overdue_goes_to_the_manager_once(desk: World) -> None:
    inbound, answered = said(desk, "hello", NOW), said(desk, "bye", NOW)
    answer(desk, answered, AnswerWay.CALL)
    take(desk.connection, inbound, NOW, "A1")
    assert escalate_overdue(desk.connection, at("2026-03-12 10:00")) == 0
    late = at("2026-03-12 10:01")
    assert escalate_overdue(desk.connection, late) == 1
    found = inbound_of(desk, inbound)
    assert (code_of(desk, found.responsible_id), found.state, found.escalated_at) == ("M1", InboundState.OPEN, late)
    assert escalate_overdue(desk.connection, at("2026-03-12 11:00")) == 0
    trail = desk.connection.execute(select(AuditEntry.entity_id).where(AuditEntry.action == "inbound.escalated"))
    assert list(trail.scalars()) == [str(inbound)]


def test_a_store_without_a_manager_keeps_it_on_the_list_of_nobody(world: World) -> None:
    world.staff(Role.AGENT)
    inbound = said(world, "hello", NOW)
    assert escalate_overdue(world.connection, at("2026-03-13 10:00")) == 1
    assert inbound_of(world, inbound).responsible_id is None
    page = page_of_inbound(world.connection, Wanted(InboxView.NOBODY), at("2026-03-13 10:00"))
    assert [item.id for item in page.rows] == [inbound]


def test_a_request_that_the_store_has_booked_is_answered_by_that(desk: World) -> None:
    customer = desk.customer()
    start = next(iter(days_for_a_visit(desk.connection, desk.store_id, NOW).values()))[0]
    asked = ask_for_visit(desk.connection, desk.store_id, customer, "k", start, "Spring", NOW)
    assert settle_by_facts(desk.connection, LATER) == 0
    booked = {"status": AppointmentStatus.BOOKED, "booked_at": LATER}
    desk.connection.execute(update(Appointment).where(Appointment.id == asked).values(**booked))
    assert settle_by_facts(desk.connection, LATER) == 1
    (found,) = all_inbound(desk)
    assert (found.state, found.answered_how, found.answered_by) == ("answered", "by-appointment", None)


def test_who_was_erased_is_owed_no_answer(desk: World) -> None:
    customer = desk.customer()
    said(desk, "hello", NOW, customer_id=customer)
    other = said(desk, "hello", NOW, customer_id=desk.customer())
    desk.connection.execute(update(Customer).where(Customer.id == customer).values(erased_at=LATER))
    assert settle_by_facts(desk.connection, LATER) == 1
    assert [row.id for row in all_inbound(desk) if row.state is InboundState.OPEN] == [other]


def test_a_call_that_reached_the_customer_answers_another_time(desk: World) -> None:
    appointment = desk.appointment(desk.customer(), "2026-03-13 14:00")
    ask_for_another_time(desk.connection, appointment, at("2026-03-13 14:00"), NOW)
    desk.plan(ProcessName("appointment-reminders"), "2026-03-11 10:01")
    dispatched(desk, "other-time-call", TouchState.DONE, LATER, outcome="no-answer")
    assert settle_by_facts(desk.connection, LATER) == 0
    desk.connection.execute(update(Touch).where(Touch.step == "other-time-call").values(outcome="reached"))
    assert settle_by_facts(desk.connection, LATER) == 1


def test_the_list_is_by_deadline_and_whose_it_is(desk: World) -> None:
    other = desk.store()
    early = said(desk, "booking", NOW, kind=InboundKind.BOOKING)
    late = said(desk, "question", NOW)
    far = said(desk, "far", NOW, store_id=other)
    take(desk.connection, late, NOW, "A2")
    done = said(desk, "done", NOW)
    answer(desk, done, AnswerWay.CALL)
    store = desk.connection.scalar(select(Inbound.store_id).where(Inbound.id == early))
    assert store == desk.store_id

    def listed(view: InboxView, store: str | None = None, staff: str | None = None) -> list[int]:
        wanted = Wanted(view, store, staff)
        first = page_of_inbound(desk.connection, wanted, NOW, 1)
        rows, cursor = list(first.rows), first.next
        while cursor is not None:
            page = page_of_inbound(desk.connection, wanted, NOW, 1, cursor)
            rows, cursor = [*rows, *page.rows], page.next
        return [row.id for row in rows]

    code = read_inbound(desk.connection, None, early, NOW).item.store
    assert listed(InboxView.STORE, code) == [early, late]
    assert sorted(listed(InboxView.STORE)) == sorted([early, late, far])
    assert late in listed(InboxView.MINE, code, "A2")
    assert listed(InboxView.NOBODY) == [far]
    assert listed(InboxView.ANSWERED, code) == [done]
    standing = read_standing(desk.connection, desk.store_id, "A2", at("2026-03-11 15:00"))
    assert (standing.open, standing.overdue) == (2, 1)
