"""Touches that are unknown or failed, worked off by people."""

from typing import Any

import pytest
from sqlalchemy import update

from models.core.ids import TouchId
from models.core.reasons import as_written, kept
from models.core.words import ProcessName, Role, TouchState
from models.ledger.tables import Touch
from tasks.access.reach import NotYours
from tasks.touches.picking import NoLongerTrue, WrongState
from tasks.touches.settling import (
    AsSeen,
    SettledMeanwhile,
    Settlement,
    WentWithAnother,
    list_unsettled,
    settle,
    settle_each,
)
from tests.support.desk import audited, dispatched, staff_id, touch_of
from tests.support.users import signed_in
from tests.support.world import World, at

NOW = at("2026-03-17 11:00")


@pytest.fixture(autouse=True)
def wang_fang(world: World) -> int:
    return world.staff(code="W1", name="Wang Fang")


def reminder(world: World, state: TouchState, **values: Any) -> TouchId:
    """A reminder of money that was sent into the unknown, or failed."""
    world.invoice(world.account(world.customer()), "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-17 10:00")
    return dispatched(world, "reminder-7", state, at("2026-03-17 10:05"), **as_written("it broke").columns, **values)


@pytest.mark.parametrize("state", [TouchState.UNKNOWN, TouchState.FAILED])
def test_it_waits_until_someone_decides(world: World, state: TouchState) -> None:
    touch = reminder(world, state)
    (waiting,) = list_unsettled(world.connection)
    assert (waiting.id, waiting.state, waiting.reason) == (touch, state, as_written("it broke"))
    assert list_unsettled(world.connection, store="nowhere") == []
    assert (
        settle(world.connection, touch, Settlement.GIVEN_UP, "number is dead", NOW, staff_id(world.connection, "W1"))
        is TouchState.FAILED
    )
    settled = touch_of(world, touch)
    assert str(kept(settled.reason, settled.reason_figures)) == "given-up by Wang Fang: number is dead"
    assert audited(world) == [("W1", "touch.given-up", "touch")]
    assert list_unsettled(world.connection) == []


def test_what_arrived_is_sent(world: World) -> None:
    touch = reminder(world, TouchState.UNKNOWN)
    assert (
        settle(world.connection, touch, Settlement.DELIVERED, "customer rang", NOW, staff_id(world.connection, "W1"))
        is TouchState.SENT
    )
    assert (touch_of(world, touch).state, touch_of(world, touch).state_at) == (TouchState.SENT, NOW)
    with pytest.raises(WrongState, match="is not unknown or failed: it is sent"):
        settle(world.connection, touch, Settlement.AGAIN, "once more", NOW, staff_id(world.connection, "W1"))


def test_what_was_rejected_has_not_arrived(world: World) -> None:
    touch = reminder(world, TouchState.FAILED)
    with pytest.raises(WrongState, match="is not unknown: it is failed"):
        settle(world.connection, touch, Settlement.DELIVERED, "surely", NOW, staff_id(world.connection, "W1"))


def test_what_is_sent_again_begins_afresh(world: World) -> None:
    touch = reminder(world, TouchState.FAILED, attempts=4, channel="sms", message_id="m1", body="Dear …")
    settle(world.connection, touch, Settlement.AGAIN, "gateway is back", NOW, staff_id(world.connection, "W1"))
    again = touch_of(world, touch)
    assert (again.state, again.not_before, again.attempts) == (TouchState.PLANNED, NOW, 0)
    assert (again.contacted_at, again.channel, again.message_id, again.reason) == (None, None, None, None)
    assert again.body is None
    assert audited(world) == [("W1", "touch.sent-again", "touch")]
    dispatched(world, "reminder-7", TouchState.FAILED, at("2026-03-17 12:00"))
    assert [waiting.id for waiting in list_unsettled(world.connection)] == [touch]


def test_what_was_paid_is_not_sent_again(world: World) -> None:
    touch = reminder(world, TouchState.UNKNOWN)
    world.payment(touch_of(world, touch).subject_id, "2026-03-17", "1000.00")
    with pytest.raises(NoLongerTrue):
        settle(world.connection, touch, Settlement.AGAIN, "gateway is back", NOW, staff_id(world.connection, "W1"))
    assert touch_of(world, touch).state == TouchState.UNKNOWN


def test_what_went_out_in_one_message_is_settled_together(world: World) -> None:
    host = reminder(world, TouchState.UNKNOWN)
    world.handover(world.customer(), "2026-03-16")
    world.plan(ProcessName("post-delivery-followup"), "2026-03-17 10:00")
    rider = dispatched(world, "thanks", TouchState.UNKNOWN, at("2026-03-17 10:05"), merged_into=host)
    with pytest.raises(WentWithAnother, match="settle that one"):
        settle(world.connection, rider, Settlement.DELIVERED, "rang", NOW, staff_id(world.connection, "W1"))
    assert [waiting.id for waiting in list_unsettled(world.connection)] == [host]
    settle(world.connection, host, Settlement.AGAIN, "gateway is back", NOW, staff_id(world.connection, "W1"))
    states = {touch.step: (touch.state, touch.merged_into) for touch in world.touches() if touch.id in (host, rider)}
    assert states == {"reminder-7": (TouchState.PLANNED, None), "thanks": (TouchState.PLANNED, None)}


def test_what_is_on_its_way_is_left_alone(world: World) -> None:
    touch = reminder(world, TouchState.UNKNOWN)
    world.connection.execute(update(Touch).where(Touch.id == touch).values(state=TouchState.PLANNED))
    with pytest.raises(WrongState, match="it is planned"):
        settle(world.connection, touch, Settlement.DELIVERED, "rang", NOW, staff_id(world.connection, "W1"))


def as_seen(world: World, touch: TouchId) -> AsSeen:
    """What somebody has on the screen."""
    row = touch_of(world, touch)
    return AsSeen(row.state, row.state_at, kept(row.reason, row.reason_figures))


def unknown_reminders(world: World, count: int) -> list[TouchId]:
    """Several reminders of which nobody knows whether they arrived."""
    for _ in range(count):
        world.invoice(world.account(world.customer()), "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-17 10:00")
    planned = [touch.id for touch in world.touches() if touch.step == "reminder-7"]
    values = {"state": TouchState.UNKNOWN, "state_at": at("2026-03-17 10:05"), **as_written("it broke").columns}
    world.connection.execute(update(Touch).where(Touch.id.in_(planned)).values(**values))
    return planned


def test_many_are_settled_at_once_and_what_could_not_be_is_told(world: World) -> None:
    paid, open_one, gone_on = unknown_reminders(world, 3)
    seen = {touch: as_seen(world, touch) for touch in (paid, open_one, gone_on)}
    world.payment(touch_of(world, paid).subject_id, "2026-03-17", "1000.00")
    settle(world.connection, gone_on, Settlement.DELIVERED, "customer rang", NOW, staff_id(world.connection, "W1"))
    user = signed_in(world, Role.FINANCE, "W1")
    decided = settle_each(world.connection, user, seen, Settlement.AGAIN, "gateway is back", NOW)
    told = {one.touch_id: str(one.problem) if one.problem else None for one in decided}
    assert told[open_one] is None
    assert "is no longer valid" in str(told[paid])
    assert "is not unknown or failed: it is sent" in str(told[gone_on])
    assert [touch_of(world, touch).state for touch in (paid, open_one, gone_on)] == ["unknown", "planned", "sent"]


def test_whoever_comes_second_is_told_even_where_the_state_is_the_same(world: World) -> None:
    touch = reminder(world, TouchState.FAILED)
    seen = as_seen(world, touch)
    settle(
        world.connection, touch, Settlement.GIVEN_UP, "number is dead", NOW, staff_id(world.connection, "W1"), seen=seen
    )
    with pytest.raises(SettledMeanwhile, match="given-up by Wang Fang: number is dead"):
        settle(
            world.connection,
            touch,
            Settlement.AGAIN,
            "gateway is back",
            NOW,
            staff_id(world.connection, "W1"),
            seen=seen,
        )
    assert touch_of(world, touch).state == TouchState.FAILED


def test_another_stores_touches_are_not_settled(world: World) -> None:
    (touch,) = unknown_reminders(world, 1)
    stranger = signed_in(world, Role.MANAGER, "M9", world.store())
    seen = {touch: as_seen(world, touch)}
    (decided,) = settle_each(world.connection, stranger, seen, Settlement.DELIVERED, "surely", NOW)
    assert isinstance(decided.problem, NotYours)
    assert touch_of(world, touch).state == TouchState.UNKNOWN
