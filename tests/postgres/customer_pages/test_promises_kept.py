"""No page promises an answer that nobody owes (invariant 11): each sentence that promises one has its step."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from console.shared.words import read_wording
from models.core.words import ChannelName, ProcessName, Role, SurveySource, TouchState
from models.inbound.tables import Inbound
from models.policies.shipped import shipped_templates
from models.subjects.handover import KIND as HANDOVER
from tasks.self_service.booking import ask_for_another_time, ask_for_visit, days_for_a_visit
from tasks.self_service.replies import record_reply
from tasks.self_service.surveys import Answer, answer_survey
from tests.support.desk import dispatched
from tests.support.world import World, at

NOW = at("2026-03-11 10:00")
NUMBER = "+8613800138000"
PROMISES = re.compile(r"\b(will call|get back|will be in touch|will answer|read every)\b", re.IGNORECASE)


def another_time(world: World) -> None:
    appointment = world.appointment(world.customer(), "2026-03-12 14:00")
    ask_for_another_time(world.connection, appointment, at("2026-03-12 14:00"), NOW)


def a_visit(world: World) -> None:
    start = next(iter(days_for_a_visit(world.connection, world.store_id, NOW).values()))[0]
    ask_for_visit(world.connection, world.store_id, world.customer(), "k", start, "Spring", NOW)


def words_beside_marks(world: World) -> None:
    customer = world.customer()
    whose = (HANDOVER, world.handover(customer, "2026-03-10"), world.store_id, customer)
    answer_survey(world.connection, Answer(*whose, {"recommends": 5}, "more coffee", SurveySource.LINK), NOW)


def a_two_after_a_missed_visit(world: World) -> None:
    world.appointment(world.customer(phone=NUMBER), "2026-03-11 09:00", booked_at=at("2026-03-01 09:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-11 09:30")
    dispatched(world, "no-show-message", TouchState.SENT, at("2026-03-11 09:31"), channel=ChannelName.SMS)
    record_reply(world.connection, NUMBER, "2", ChannelName.SMS, NOW)


KEPT_BY: dict[str, Callable[[World], None]] = {
    "customer_pages.none_suits": another_time,
    "customer_pages.will_call": another_time,
    "customer_pages.is_requested": a_visit,
    "customer_pages.thanks_text": words_beside_marks,
    "no-show-message": a_two_after_a_missed_visit,
}
"""What a customer does who reads the sentence."""


def promising() -> set[str]:
    """The sentences of the customers' pages and the templates that promise an answer."""
    pages = {key: said["en"] for key, said in read_wording().items() if key.startswith("customer_pages.")}
    letters = {
        one.key: one.text for one in shipped_templates() if one.language == "en" and not one.key.endswith("call")
    }
    return {key for key, said in (pages | letters).items() if PROMISES.search(said)}


def test_every_promise_is_known() -> None:
    assert promising() == KEPT_BY.keys()


@pytest.mark.parametrize("sentence", KEPT_BY)
def test_every_promise_is_somebodys(world: World, sentence: str) -> None:
    advisor = world.staff(Role.ADVISOR)
    KEPT_BY[sentence](world)
    (owed,) = world.connection.execute(select(Inbound.__table__)).all()
    assert (owed.state, owed.responsible_id) == ("open", advisor)
    assert owed.due_at > NOW
