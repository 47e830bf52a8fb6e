"""What customers say by themselves is recorded once, with a person responsible and a deadline."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Row, select

from models.core.words import ChannelName, ProcessName, Role, SurveySource, TouchState
from models.inbound.words import InboundKind, InboundState, InboundWay, Suggestion
from models.people.tables import Consent
from models.subjects.handover import KIND as HANDOVER
from tasks.inbound.by_hand import (
    NotByHand,
    NothingSaid,
    OfAnotherStore,
    SaidInFuture,
    WrittenDown,
    complain,
    write_down,
)
from tasks.inbound.matching import NoSuchCustomer
from tasks.self_service.booking import ask_for_another_time, ask_for_visit, days_for_a_visit
from tasks.self_service.replies import UnreadableSender, record_reply
from tasks.self_service.surveys import Answer, answer_survey
from tests.support.desk import dispatched
from tests.support.inbox import all_inbound, inbound_of, said
from tests.support.world import World, at

NOW = at("2026-03-11 10:00")  # a Wednesday, in the store's hours
NUMBER = "+8613800138000"
APPOINTMENTS = ProcessName("appointment-reminders")


def reply(world: World, text: str, sender: str = NUMBER, now: datetime = NOW) -> Row[Any] | None:
    """The inbound that a reply led to, if any."""
    before = {row.id for row in all_inbound(world)}
    record_reply(world.connection, sender, text, ChannelName.SMS, now)
    new = [row for row in all_inbound(world) if row.id not in before]
    assert len(new) <= 1
    return new[0] if new else None


def reminded(world: World, customer: int, **values: Any) -> int:
    appointment = world.appointment(customer, "2026-03-12 14:00", booked_at=at("2026-03-01 09:00"), **values)
    world.plan(APPOINTMENTS, "2026-03-11 18:00")
    dispatched(world, "day-before", TouchState.SENT, at("2026-03-11 09:00"), channel=ChannelName.SMS)
    return appointment


def test_a_reply_that_no_rule_reads_is_for_a_person_of_the_store(world: World) -> None:
    agent = world.staff(Role.AGENT)
    customer = world.customer(phone=NUMBER)
    found = reply(world, "when do you open on Sunday?")
    assert found is not None
    assert (found.customer_id, found.way, found.channel, found.kind) == (customer, "reply", "sms", "other")
    assert (found.state, found.role, found.responsible_id) == ("open", "agent", agent)
    assert found.due_at == at("2026-03-12 10:00")  # one working day


def test_a_confirmation_and_a_plain_opt_out_need_nobody(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    reminded(world, customer)
    assert reply(world, "1") is None
    assert reply(world, "STOP") is None


@pytest.mark.parametrize("text", ["QUIT", "REVOKE", "R", "回复R", "拒收", "UNSUBSCRIBE", "OPT OUT", "退订"])
def test_every_agreed_word_opts_out_and_needs_nobody(world: World, text: str) -> None:
    customer = world.customer(phone=NUMBER)
    assert reply(world, text) is None
    rows = world.connection.execute(select(Consent.customer_id, Consent.granted)).all()
    assert [tuple(row) for row in rows] == [(customer, False)]


@pytest.mark.parametrize("text", ["CANCEL", "end"])
def test_an_opt_out_that_may_have_been_meant_of_a_visit_is_shown_to_somebody(world: World, text: str) -> None:
    world.customer(phone=NUMBER)
    found = reply(world, text)
    assert found is not None
    assert (found.kind, found.suggested, found.acted_on) == ("revocation", "revocation", True)
    assert world.connection.execute(select(Consent.id)).all() != []


def test_another_time_goes_to_the_advisor_of_the_visit(world: World) -> None:
    world.staff(Role.ADVISOR)
    mine = world.staff(Role.ADVISOR)
    appointment = reminded(world, world.customer(phone=NUMBER), advisor_id=mine)
    found = reply(world, "2")
    assert found is not None
    assert (found.kind, found.appointment_id, found.responsible_id) == ("booking", appointment, mine)
    assert found.due_at == at("2026-03-11 14:00")  # four working hours


def test_an_advisor_who_has_left_is_not_asked(world: World) -> None:
    gone, here = world.staff(Role.ADVISOR, active=False), world.staff(Role.ADVISOR)
    reminded(world, world.customer(phone=NUMBER), advisor_id=gone)
    found = reply(world, "2")
    assert found is not None
    assert found.responsible_id == here


def test_a_clear_revocation_in_free_words_opts_out_at_once_and_is_shown(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    found = reply(world, "please stop texting me")
    assert found is not None
    assert (found.kind, found.suggested, found.acted_on, found.confirmed) == ("revocation", "revocation", True, None)
    consent = world.connection.execute(select(Consent.__table__)).one()
    assert (consent.customer_id, consent.channel, consent.granted) == (customer, "sms", False)


def test_an_unclear_one_does_nothing_yet(world: World) -> None:
    world.customer(phone=NUMBER)
    found = reply(world, "stop texting me about the insurance, I sold the car to my brother")
    assert found is not None
    assert (found.kind, found.acted_on) == ("revocation", False)
    assert world.connection.execute(select(Consent.id)).all() == []


def test_an_unknown_sender_is_on_the_list_too(world: World) -> None:
    found = reply(world, "please stop texting me", sender="+8613911111111")
    assert found is not None
    assert (found.customer_id, found.sender, found.store_id) == (None, "+8613911111111", world.store_id)
    assert (found.suggested, found.acted_on) == ("revocation", False)


def test_of_a_shared_number_it_is_not_certain_who_it_was(world: World) -> None:
    for _ in range(2):
        world.customer(phone=NUMBER)
    found = reply(world, "hello")
    assert found is not None
    assert found.customer_id is None


def test_one_message_is_recorded_once(world: World) -> None:
    world.customer(phone=NUMBER)
    for _ in range(2):
        record_reply(world.connection, NUMBER, "hello", ChannelName.SMS, NOW, "m1")
    assert len(all_inbound(world)) == 1


def test_a_requested_visit_is_for_the_store_whoever_asks(world: World) -> None:
    world.staff(Role.ADVISOR)
    for contract, due in ((True, "2026-03-11 10:30"), (False, "2026-03-11 14:00")):
        customer = world.customer(has_contract=contract)
        (start, other) = next(iter(days_for_a_visit(world.connection, world.store_id, NOW).values()))[:2]
        asked = ask_for_visit(world.connection, world.store_id, customer, f"k{contract}", start, "Spring", NOW)
        found = all_inbound(world)[-1]
        assert (found.way, found.kind, found.customer_id, found.appointment_id) == (
            InboundWay.PAGE_REQUEST,
            InboundKind.BOOKING,
            customer,
            asked,
        )
        assert (found.wanted_at, found.due_at) == (start, at(due))
        ask_for_visit(world.connection, world.store_id, customer, f"k{contract}", other, "Spring", NOW)
        assert all_inbound(world)[-1].id == found.id
        assert inbound_of(world, found.id).wanted_at == other


def test_another_time_asked_on_the_page_is_the_advisors(world: World) -> None:
    advisor = world.staff(Role.ADVISOR)
    appointment = world.appointment(world.customer(), "2026-03-12 14:00", advisor_id=advisor)
    for _ in range(2):
        ask_for_another_time(world.connection, appointment, at("2026-03-12 14:00"), NOW)
    (found,) = all_inbound(world)
    assert (found.appointment_id, found.responsible_id, found.kind) == (appointment, advisor, "booking")


def test_words_beside_good_marks_are_for_a_person_and_bad_marks_are_a_case_already(world: World) -> None:
    customer = world.customer()
    handover = world.handover(customer, "2026-03-10")
    good = Answer(HANDOVER, handover, world.store_id, customer, {"recommends": 5}, "Add a tow bar", SurveySource.LINK)
    for _ in range(2):
        assert answer_survey(world.connection, good, NOW) is None
    (found,) = all_inbound(world)
    assert (found.way, found.kind, found.text) == ("page-wish", "wish", "Add a tow bar")
    bad = Answer(HANDOVER, handover, world.store_id, customer, {"recommends": 1}, "Rude", SurveySource.LINK)
    assert answer_survey(world.connection, bad, NOW) is not None
    assert len(all_inbound(world)) == 1


def test_who_has_fewest_open_is_asked(world: World) -> None:
    first, second = world.staff(Role.AGENT), world.staff(Role.AGENT)
    ids = [said(world, "hello", NOW) for _ in range(4)]
    assert [inbound_of(world, one).responsible_id for one in ids] == [first, second, first, second]


def test_without_staff_it_is_nobodys_but_has_a_deadline(world: World) -> None:
    found = inbound_of(world, said(world, "hello", NOW))
    assert (found.responsible_id, found.role, found.state) == (None, Role.MANAGER, InboundState.OPEN)
    assert found.due_at is not None


def test_a_promise_goes_to_finance(world: World) -> None:
    world.staff(Role.AGENT)
    finance = world.staff(Role.FINANCE)
    found = inbound_of(world, said(world, "I will pay on Friday", NOW, kind=None))
    assert (found.suggested, found.responsible_id) == (Suggestion.PROMISE, finance)


@pytest.mark.parametrize(
    ("kind", "clock", "due"),
    [
        (InboundKind.COMPLAINT, "around-the-clock", "2026-03-14 17:00"),
        (InboundKind.COMPLAINT, "working-hours", "2026-03-18 14:30"),
        (InboundKind.INTEREST, "around-the-clock", "2026-03-16 09:30"),
        (InboundKind.QUESTION, "around-the-clock", "2026-03-16 17:00"),
    ],
)
def test_deadlines_by_the_hours_of_the_store(world: World, kind: InboundKind, clock: str, due: str) -> None:
    """From a Friday at 17:00, half an hour before closing; the weekend is closed."""
    closed = {"saturday": None, "sunday": None}
    store = world.store(deadline_clock=clock, opening_hours={"friday": ["08:30", "17:30"]} | closed)
    friday = at("2026-03-13 17:00")
    found = inbound_of(world, said(world, "hello", friday, kind=kind, store_id=store))
    assert found.due_at == at(due)


def test_a_number_that_one_customer_has_is_recognised(world: World) -> None:
    customer = world.customer(phone=NUMBER)
    found = inbound_of(world, said(world, "hello", NOW, sender="138 0013 8000"))
    assert (found.customer_id, found.sender) == (customer, NUMBER)


def test_the_same_key_is_written_down_once(world: World) -> None:
    assert said(world, "hello", NOW, key="k") == said(world, "hello again", NOW, key="k")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"text": "  "}, NothingSaid),
        ({"way": InboundWay.REPLY}, NotByHand),
        ({"received_at": at("2026-03-12 10:00")}, SaidInFuture),
        ({"customer_id": 999}, NoSuchCustomer),
        ({"sender": "nonsense"}, UnreadableSender),
    ],
)
def test_what_cannot_be_is_refused(world: World, values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        said(world, values.pop("text", "hello"), NOW, **values)
    assert all_inbound(world) == []


def test_a_customer_of_another_store_is_refused(world: World) -> None:
    customer = world.customer(store_id=world.store())
    with pytest.raises(OfAnotherStore):
        said(world, "hello", NOW, customer_id=customer)


def test_a_complaint_at_the_counter_is_a_case_of_its_writer_at_once(world: World) -> None:
    agent = world.staff(Role.AGENT, code="A1")
    customer = world.customer()
    written = WrittenDown(
        way=InboundWay.COUNTER, text="the brakes squeal", kind=InboundKind.COMPLAINT, customer_id=customer, key="f1"
    )
    first, case_id = complain(world.connection, written, world.store_id, NOW, "A1")
    again, same = complain(world.connection, written, world.store_id, NOW, "A1")
    assert (first.id, again.again, same) == (again.id, True, case_id)
    found = inbound_of(world, first.id)
    assert (found.state, found.answered_how, found.case_id) == ("answered", "by-case", case_id)
    assert found.responsible_id == agent


def test_a_complaint_of_nobody_we_know_waits_to_be_matched(world: World) -> None:
    world.staff(Role.AGENT, code="A1")
    written = WrittenDown(way=InboundWay.COUNTER, text="the brakes squeal", kind=InboundKind.COMPLAINT)
    recorded, case_id = complain(world.connection, written, world.store_id, NOW, "A1")
    assert (case_id, inbound_of(world, recorded.id).state) == (None, InboundState.OPEN)


def test_write_down_names_its_writer(world: World) -> None:
    agent = world.staff(Role.AGENT, code="A1")
    written = WrittenDown(way=InboundWay.LETTER, text="Dear Sirs")
    recorded = write_down(world.connection, written, world.store_id, NOW, staff_code="A1")
    assert inbound_of(world, recorded.id).recorded_by == agent
