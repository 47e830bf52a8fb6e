"""What touches say, from the facts as they stand at the moment of asking."""

import pytest
from sqlalchemy import event, update

from models.core.words import CAMPAIGNS, ProcessName, TouchState
from models.people.tables import Store
from models.policies.shipped import shipped_processes
from tasks.messages.letters import letters_of
from tests.support.world import World, at


def test_a_message_speaks_the_customers_language_and_the_script_the_stores(world: World) -> None:
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(language="en", phone="+862100"))
    customer = world.customer(language="zh-CN", name="王芳", salutation="女士")
    world.handover(customer, "2026-03-09")
    world.handover(customer, "2026-03-07")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    touches = {touch.step: touch.id for touch in world.touches()}
    letters = letters_of(world.connection, list(touches.values()), at("2026-03-10 10:00"))
    assert letters[touches["thanks"]].language == "zh-CN"
    assert letters[touches["thanks"]].text.startswith("【Test Motors】王芳女士您好，感谢您选择您的爱车")
    assert letters[touches["day-3-call"]].language == "en"
    assert "Call Ms 王芳 (your car, handed over on 7 Mar 2026)" in letters[touches["day-3-call"]].text


def test_every_process_has_something_to_say(world: World) -> None:
    customer = world.customer(name="Li Lei")
    world.appointment(customer, "2026-03-11 09:30", work="brake pads", booked_at=at("2026-03-01 09:00"))
    world.repair_order(customer, "2026-03-07", work="oil change")
    world.warranty(customer, "2026-05-08")
    world.invoice(world.account(customer), "2026-03-03", "1234.50")
    world.complaint(customer, "2026-03-06 10:00", "2026-03-09 15:00", id=17)
    for process in (*shipped_processes(), CAMPAIGNS):
        world.plan(process, "2026-03-10 19:00")
    touches = {touch.step: touch.id for touch in world.touches()}
    letters = letters_of(world.connection, list(touches.values()), at("2026-03-10 19:00"))
    texts = {step: letters[touch].text for step, touch in touches.items()}
    assert "at 09:30 with your car (brake pads)" in texts["day-before"]
    assert "oil change, 7 Mar 2026" in texts["repair-day-3-call"]
    assert "ends on 8 May 2026" in texts["invitation-60"]
    assert "(case 17, complained on 6 Mar 2026, closed on 9 Mar 2026)" in texts["closed-call"]
    assert "CNY 1,234.50 overdue for 7 days (" in texts["reminder-7"]


def test_an_account_that_paid_a_minute_ago_has_nothing_to_say(world: World) -> None:
    account = world.account(world.customer())
    invoice = world.invoice(account, "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-17 10:00")
    (touch,) = (touch for touch in world.touches() if touch.state == "planned")
    assert letters_of(world.connection, [touch.id], at("2026-03-17 10:00"))
    world.payment(account, "2026-03-17", "400.00", invoice)
    (letter,) = letters_of(world.connection, [touch.id], at("2026-03-17 10:00")).values()
    assert letter.variables["total"] == "CNY 600.00"
    world.payment(account, "2026-03-17", "600.00", invoice)
    assert letters_of(world.connection, [touch.id], at("2026-03-17 10:00")) == {}


def test_an_invoice_that_is_not_due_is_never_called_overdue(world: World) -> None:
    """Nor due: the level of an account is its oldest invoice's, and the others are told apart."""
    account = world.account(world.customer())
    world.invoice(account, "2026-02-08", "1000.00", key="OLD")
    world.invoice(account, "2026-03-13", "1280.00", key="NEW")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    (touch,) = (touch for touch in world.touches() if touch.step == "formal-30")
    (letter,) = letters_of(world.connection, [touch.id], at("2026-03-10 10:00")).values()
    owed = (
        "CNY 1,000.00 overdue for 30 days (OLD CNY 1,000.00); "
        "CNY 1,280.00 not due yet (NEW CNY 1,280.00 due 13 Mar 2026)"
    )
    assert owed in letter.text
    assert letter.variables["total"] == "CNY 1,000.00 (and CNY 1,280.00 not due yet)"


@pytest.mark.parametrize(
    ("goes_at", "when"),
    [("2026-03-10 19:00", "tomorrow"), ("2026-03-11 08:00", "today"), ("2026-03-12 08:00", "yesterday")],
)
def test_a_letter_that_was_held_calls_the_day_by_the_day_on_which_it_goes(
    world: World, goes_at: str, when: str
) -> None:
    world.appointment(world.customer(), "2026-03-11 15:30", booked_at=at("2026-03-01 09:00"))
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 18:00")
    (touch,) = (touch for touch in world.touches() if touch.step == "day-before")
    (letter,) = letters_of(world.connection, [touch.id], at(goes_at)).values()
    assert letter.subject == f"Reminder: your visit {when} at 15:30"


@pytest.mark.parametrize("customers", [1, 20])
def test_the_number_of_statements_does_not_grow_with_the_touches(world: World, customers: int) -> None:
    for _ in range(customers):
        customer = world.customer()
        world.handover(customer, "2026-03-09")
        world.warranty(customer, "2026-05-08")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-10 10:00")
    world.plan(ProcessName("warranty-expiry"), "2026-03-10 10:00")
    touches = [touch.id for touch in world.touches() if touch.state == TouchState.PLANNED]
    statements: list[str] = []
    event.listen(world.connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert len(letters_of(world.connection, touches, at("2026-03-10 10:00"))) == 2 * customers
    assert len(statements) == 3


def test_nothing_asked_nothing_said(world: World) -> None:
    assert letters_of(world.connection, [], at("2026-03-10 10:00")) == {}
