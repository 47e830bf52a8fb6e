"""What still calls for a contact when its last step is over leaves a trace, in the account of each run and in `why`."""

from datetime import datetime

import pytest
from sqlalchemy import update

from models.core.words import ProcessName
from models.ledger.explanations import SubjectStory
from models.people.tables import Store
from tasks.explaining.story import explain
from tests.support.world import World, at

OVERDUE = ProcessName("overdue-accounts")
FOLLOWUP = ProcessName("post-delivery-followup")
WARRANTY = ProcessName("warranty-expiry")
NOW = "2026-03-10 10:30"
PAST = "past-last-step"


def owing_since(world: World, due_on: str, amount: str = "1000.00") -> int:
    customer = world.customer()
    world.invoice(world.account(customer), due_on, amount)
    return customer


def subjects_of(world: World, customer: int, process: ProcessName) -> list[SubjectStory]:
    told = explain(world.connection, customer, at(NOW), [process], lambda *_: at(NOW))
    return told.processes[0].subjects


@pytest.mark.parametrize("more", [None, "2026-03-03"])
def test_an_account_that_owes_since_before_the_last_step_is_counted_and_told(world: World, more: str | None) -> None:
    """An item open since 2015 sets the level of the whole account, whatever came after it."""
    customer = world.customer()
    account = world.account(customer)
    for due_on in filter(None, ("2015-05-01", more)):
        world.invoice(account, due_on, "1000.00")
    counted = world.plan(OVERDUE, NOW)
    assert (counted.eligible, counted.suppressed) == (1, {PAST: 1})
    assert world.touches() == []
    (subject,) = subjects_of(world, customer, OVERDUE)
    (remark,) = (remark for remark in subject.remarks if remark.code == PAST)
    assert (remark.figures["step"], datetime.fromisoformat(remark.figures["ended"])) == (
        "finance-60",
        at("2025-06-27 10:00"),
    )


def test_it_is_counted_in_each_run_until_it_owes_nothing(world: World) -> None:
    owing_since(world, "2015-05-01", "40.00")
    paid = world.account(world.customer())
    world.payment(paid, "2026-03-01", "1000.00", world.invoice(paid, "2015-05-01", "1000.00"))
    owing_since(world, "2015-05-01")
    for now in (NOW, "2026-03-11 08:30"):
        assert world.plan(OVERDUE, now).suppressed == {PAST: 1}


@pytest.mark.parametrize(
    ("due_on", "suppressed"),
    [
        ("2016-01-15", {}),
        ("2016-01-12", {"time-passed": 1}),
        ("2016-01-10", {"time-passed": 1}),
        ("2016-01-09", {PAST: 1}),
    ],
)
def test_between_the_last_step_and_the_end_of_its_record_each_is_counted_once(
    world: World, due_on: str, suppressed: dict[str, int]
) -> None:
    """The last step is valid for 3,650 days from day 60 on, and for three days more it is recorded as skipped."""
    owing_since(world, due_on)
    counted = world.plan(OVERDUE, NOW)
    assert (counted.eligible, counted.suppressed) == (1, suppressed)


def test_why_names_each_subject_whose_reason_still_holds(world: World) -> None:
    """A car handed over years ago has nothing to come; one that was sold on would not be asked about at all."""
    customer = world.customer()
    world.handover(customer, "2020-03-01")
    world.handover(customer, "2021-03-01")
    subjects = subjects_of(world, customer, FOLLOWUP)
    assert [[remark.code for remark in subject.remarks] for subject in subjects] == [[PAST], [PAST]]
    assert "the last one, day-90, ended on 2020-06-13" in str(subjects[0].remarks[0])


def test_a_store_of_another_policy_keeps_its_own_last_step(world: World) -> None:
    world.connection.execute(update(Store).values(time_zone="America/New_York"))
    owing_since(world, "2015-05-01")
    assert world.plan(OVERDUE, NOW).suppressed == {PAST: 1}
