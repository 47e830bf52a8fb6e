"""What a new version would change is seen before it is activated, and nothing is written by looking."""

from typing import Any

import pytest
from sqlalchemy import func, select, text

from models.core.words import ProcessName, WorkKind
from models.ledger.tables import Touch
from models.policies.policy import Policy
from models.policies.shipped import read_policy, shipped_policy, shipped_processes
from tasks.planning import comparing as policy_comparing
from tasks.planning.comparing import Change, Comparison, ComparisonTooLong, compare, foresee_both
from tasks.policies.changing import change_policy
from tests.support.world import World, at

WARRANTY = ProcessName("warranty-expiry")
NOW = at("2026-03-10 10:00")
IN_60, IN_30 = "2026-05-09", "2026-04-09"


def draft(**steps: dict[str, Any] | None) -> Policy:
    """The shipped policy with some fields of some steps changed; None takes a step away."""
    body = shipped_policy(WARRANTY).model_dump(mode="json")
    changed = [step | (steps.get(step["key"].replace("-", "_"), {}) or {}) for step in body["steps"]]
    kept = [step for step in changed if steps.get(step["key"].replace("-", "_"), {}) is not None]
    return read_policy(WARRANTY, body | {"steps": kept})


def changes(found: Comparison) -> dict[tuple[str, Change], int]:
    return {(one.step, one.change): one.touches for one in found.steps if one.change is not Change.SAME}


def test_the_same_policy_changes_nothing(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    found = compare(world.connection, NOW, draft(), None)
    assert (found.before, found.after, changes(found), found.sample) == (1, 1, {}, [])


def test_a_step_taken_away_loses_its_customers(world: World) -> None:
    world.warranty(world.customer(name="Li Lei"), IN_30)
    found = compare(world.connection, NOW, draft(reminder_30=None), None)
    assert changes(found) == {("reminder-30", Change.LOST): 1, ("call-45", Change.ADDED): 1}, "the call lasts longer"
    (lost,) = [one for one in found.sample if one.change is Change.LOST]
    assert (lost.customer, lost.before, lost.after) == ("L***", at("2026-03-10 10:00"), None)


def test_a_new_step_adds_those_who_are_due_for_it(world: World) -> None:
    world.warranty(world.customer(), "2026-03-25")
    body = draft().model_dump(mode="json")
    new = body["steps"][2] | {"key": "reminder-15", "after": "-15d", "valid_for": "3d"}
    found = compare(world.connection, NOW, read_policy(WARRANTY, body | {"steps": [*body["steps"], new]}), None)
    assert changes(found)["reminder-15", Change.ADDED] == 1
    (shown,) = [one for one in found.sample if one.step == "reminder-15"]
    assert (shown.before, shown.after) == (None, at("2026-03-10 10:00"))


def test_another_time_of_day_moves_them_and_shows_both_moments(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    found = compare(world.connection, NOW, draft(invitation_60={"at": "15:30"}), None)
    assert changes(found) == {("invitation-60", Change.MOVED): 1}
    (shown,) = found.sample
    assert (shown.before, shown.after) == (at("2026-03-10 10:00"), at("2026-03-10 15:30"))


def test_who_is_put_off_to_another_day_has_moved_and_is_not_lost(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    found = compare(world.connection, NOW, draft(invitation_60={"after": "-55d"}), None)
    assert changes(found) == {("invitation-60", Change.MOVED): 1}
    assert (found.before, found.after) == (1, 0)
    assert found.sample[0].after == at("2026-03-15 10:00")


def test_another_channel_at_the_same_moment_is_told_as_altered(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    found = compare(world.connection, NOW, draft(invitation_60={"channels": ["email"]}), None)
    assert changes(found) == {("invitation-60", Change.ALTERED): 1}


def test_a_rule_that_lets_fewer_through_gives_its_reason(world: World) -> None:
    invited = world.customer()
    car = world.vehicle(invited)
    world.warranty(invited, IN_60, car)
    world.appointment(invited, "2026-04-01 09:00", vehicle_id=car, work_kind=WorkKind.INSPECTION)
    careless = draft(invitation_60={"conditions": ["vehicle-kept"]}).model_dump(mode="json")
    change_policy(world.connection, NOW, careless, None, "Wang")
    found = compare(world.connection, NOW, draft(), None)
    assert changes(found) == {("invitation-60", Change.LOST): 1}
    assert str(found.sample[0].reason) == "an inspection is booked"


def test_what_is_in_the_ledger_stays_as_it_was_planned(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    world.plan(WARRANTY, "2026-03-10 10:00")
    world.warranty(world.customer(), IN_60)
    (found,) = compare(world.connection, NOW, draft(invitation_60={"at": "15:30"}), None).steps
    assert (found.change, found.touches, found.stay) == (Change.MOVED, 2, 1)


def test_looking_writes_nothing(world: World) -> None:
    world.warranty(world.customer(), IN_60)
    before = world.connection.scalar(select(func.count()).select_from(Touch))
    compare(world.connection, NOW, draft(invitation_60={"at": "15:30"}), None)
    foresee_both(world.connection, NOW, draft(invitation_60={"at": "15:30"}), None, 0)
    assert world.connection.scalar(select(func.count()).select_from(Touch)) == before
    assert world.connection.scalar(text("show transaction_read_only")) == "off"
    assert world.connection.scalar(text("show statement_timeout")) == "0"


def test_one_store_is_compared_by_itself_and_a_store_with_its_own_policy_is_left_out_of_all(world: World) -> None:
    other = world.store()
    world.warranty(world.customer(), IN_60)
    theirs = world.customer(store_id=other)
    world.warranty(theirs, IN_60, world.vehicle(theirs, store_id=other), store_id=other)
    later = draft(invitation_60={"at": "15:30"})
    assert changes(compare(world.connection, NOW, later, None)) == {("invitation-60", Change.MOVED): 2}
    alone = compare(world.connection, NOW, later, world.store_id)
    assert changes(alone) == {("invitation-60", Change.MOVED): 1}
    change_policy(world.connection, NOW, draft(call_45=None).model_dump(mode="json"), world.store_id, "Wang")
    assert changes(compare(world.connection, NOW, later, None)) == {("invitation-60", Change.MOVED): 1}


def test_the_next_days_are_foreseen_under_both_versions(world: World) -> None:
    world.warranty(world.customer(), "2026-05-14")
    put_off = draft(invitation_60={"after": "-58d"})
    seen = {
        ahead: [(one.step, one.before, one.after) for one in foresee_both(world.connection, NOW, put_off, None, ahead)]
        for ahead in range(9)
    }
    assert {ahead: rows for ahead, rows in seen.items() if rows} == {
        5: [("invitation-60", 1, 0)],
        7: [("invitation-60", 0, 1)],
    }


def test_a_comparison_that_takes_too_long_is_given_up_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_comparing, "_changes", lambda *_: text("select pg_sleep(5)"))
    monkeypatch.setattr(policy_comparing, "LONGEST_SECONDS", "0.05")
    with pytest.raises(ComparisonTooLong, match="nothing was changed"):
        compare(world.connection, NOW, draft(), None)
    assert world.connection.scalar(select(1)) == 1


@pytest.mark.parametrize("process", shipped_processes())
def test_every_process_can_be_compared(world: World, process: ProcessName) -> None:
    body = shipped_policy(process).model_dump(mode="json")
    changed = body | {"steps": [step | {"works_holidays": True} for step in body["steps"]]}
    found = compare(world.connection, NOW, read_policy(process, changed), None)
    assert (found.before, found.after, found.sample) == (0, 0, [])
    assert foresee_both(world.connection, NOW, read_policy(process, changed), None, 3) == []
