"""Two processes about one account, each with its own tolerance: each goes by its own, from the sweep to the letter."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.core.words import ProcessName, TouchState
from models.ledger.explanations import StepStanding, StepStory
from models.ledger.tables import PolicyVersion, Process
from models.policies.shipped import shipped_policy
from tasks.explaining.story import explain
from tasks.messages.letters import letters_of
from tasks.policies.catalogue import add_policy
from tests.support.stepwise import StepwiseDispatcher
from tests.support.world import World, at

LENIENT, STRICT = ProcessName("overdue-accounts"), ProcessName("small-debts")
TUESDAY = "2026-03-10 10:30"
NOW = at(TUESDAY)
DUE_ON = "2026-03-03"
"""Seven days before: `reminder-7` of either process is due on Tuesday."""


@pytest.fixture
def debts(world: World) -> World:
    """A store with a second process on accounts, which chases whatever is above five yuan. The shipped one lets fifty
    pass, and is the more important of the two."""
    body: dict[str, Any] = shipped_policy(LENIENT).model_dump(mode="json")
    alone = {"valid_for": "5d", "when_late": "send"}
    steps = [step | alone for step in body["steps"] if step["key"] == "reminder-7"]
    body |= {"process": STRICT, "priority": 10, "steps": steps, "rules": {"tolerance": {"CNY": "5.00"}}}
    world.connection.execute(insert(Process).values(name=STRICT))
    add_policy(world.connection, STRICT, body, None, "test", NOW)
    return world


def owing(world: World, *amounts: tuple[str, str]) -> tuple[int, int]:
    """A customer and an account with invoices of these amounts and currencies."""
    customer = world.customer()
    account = world.account(customer)
    for amount, currency in amounts:
        world.invoice(account, DUE_ON, amount, currency)
    return customer, account


def sweep(world: World) -> None:
    for process in (LENIENT, STRICT):
        world.plan(process, TUESDAY)


def waiting(world: World, customer: int) -> set[str]:
    """The processes that have a touch of the customer planned, claimed or being sent."""
    going = (TouchState.PLANNED, TouchState.CLAIMED, TouchState.SENDING)
    return {touch.process for touch in world.touches(customer) if touch.state in going}


def told(world: World, customer: int, process: ProcessName) -> StepStory:
    """What `why` says of the step."""
    (story,) = explain(world.connection, customer, NOW, [process], lambda _process, after, _zone: after).processes
    (found,) = (step for subject in story.subjects for step in subject.steps if step.step == "reminder-7")
    return found


@pytest.mark.parametrize(
    ("amount", "chased_by"),
    [("5.00", set()), ("5.01", {STRICT}), ("50.00", {STRICT}), ("50.01", {LENIENT, STRICT})],
)
def test_each_sweep_goes_by_its_own_tolerance(debts: World, amount: str, chased_by: set[ProcessName]) -> None:
    customer, _ = owing(debts, (amount, "CNY"))
    for _ in range(2):  # the second sweep ends nothing that the first has planned
        sweep(debts)
        assert waiting(debts, customer) == chased_by


def test_why_tells_each(debts: World) -> None:
    customer, _ = owing(debts, ("30.00", "CNY"))
    lenient, strict = told(debts, customer, LENIENT), told(debts, customer, STRICT)
    assert (lenient.standing, lenient.reason and lenient.reason.code) == (StepStanding.STOPPED, "within-tolerance")
    assert (strict.standing, strict.reason) == (StepStanding.DUE, None)
    sweep(debts)
    assert told(debts, customer, LENIENT).touch is None
    assert told(debts, customer, STRICT).standing is StepStanding.IN_LEDGER


@pytest.mark.parametrize(
    ("paid", "left"),
    [("10.00", "CNY 20.00"), ("24.99", "CNY 5.01"), ("25.00", None)],
)
def test_a_payment_between_claim_and_send_is_judged_by_the_touchs_own_policy(
    debts: World, paid: str, left: str | None
) -> None:
    customer, account = owing(debts, ("30.00", "CNY"))
    sweep(debts)
    dispatcher = StepwiseDispatcher(debts.connection, NOW)
    dispatcher.claim(NOW)
    debts.payment(account, "2026-03-10", paid)
    released = dispatcher.release(NOW).released
    if left is None:
        assert released == []
        assert dispatcher.record(NOW).cancelled == {"within-tolerance": 1}
        (touch,) = debts.touches(customer)
        assert (touch.process, touch.state, touch.reason) == (STRICT, TouchState.CANCELLED, "within-tolerance")
        seen = told(debts, customer, STRICT).touch
        assert seen is not None
        assert seen.reason is not None
        assert seen.reason.code == "within-tolerance"
    else:
        (one,) = released
        assert left in one.message.text


def test_of_both_claimed_the_payment_stops_the_lenient_one_alone(debts: World) -> None:
    customer, account = owing(debts, ("100.00", "CNY"))
    sweep(debts)
    assert waiting(debts, customer) == {LENIENT, STRICT}
    debts.payment(account, "2026-03-10", "60.00")
    dispatcher = StepwiseDispatcher(debts.connection, NOW)
    dispatcher.claim(NOW)
    states = {touch.process: (touch.state, touch.reason) for touch in debts.touches(customer)}
    assert states == {LENIENT: (TouchState.CANCELLED, "within-tolerance"), STRICT: (TouchState.CLAIMED, None)}
    (released,) = dispatcher.release(NOW).released
    assert "CNY 40.00" in released.message.text


def test_each_letter_names_what_its_own_policy_chases(debts: World) -> None:
    customer, _ = owing(debts, ("30.00", "CNY"), ("100.00", "EUR"))
    sweep(debts)
    by_process = {touch.process: touch.id for touch in debts.touches(customer)}
    letters = letters_of(debts.connection, list(by_process.values()), NOW)
    lenient, strict = letters[by_process[LENIENT]].text, letters[by_process[STRICT]].text
    assert "EUR 100.00" in lenient
    assert "CNY" not in lenient
    assert "CNY 30.00 + EUR 100.00" in strict


def test_a_touch_keeps_the_tolerance_that_it_was_planned_under(debts: World) -> None:
    customer, _ = owing(debts, ("30.00", "CNY"))
    sweep(debts)
    body = debts.connection.scalar(select(PolicyVersion.body).where(PolicyVersion.name == STRICT, PolicyVersion.active))
    assert body is not None
    add_policy(debts.connection, STRICT, body | {"rules": {"tolerance": {"CNY": "40.00"}}}, None, "test", NOW)
    sweep(debts)
    dispatcher = StepwiseDispatcher(debts.connection, NOW)
    dispatcher.claim(NOW)
    assert len(dispatcher.release(NOW).released) == 1
    other, _ = owing(debts, ("30.00", "CNY"))
    sweep(debts)
    assert (waiting(debts, customer), waiting(debts, other)) == ({STRICT}, set())


def test_the_second_process_keeps_its_tolerance_when_the_first_is_gone(debts: World) -> None:
    customer, _ = owing(debts, ("30.00", "CNY"))
    off = update(PolicyVersion).where(PolicyVersion.name == LENIENT).values(active=False)
    debts.connection.execute(off)
    debts.plan(STRICT, TUESDAY)
    assert waiting(debts, customer) == {STRICT}
