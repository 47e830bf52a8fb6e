"""The ledger page by page: filters, store-local days, one touch opened."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from models.core.ids import TouchId
from models.core.words import ChannelName, ProcessName, TouchState
from models.ledger.tables import Touch
from models.people.tables import ContactPoint, Store
from tasks.access.reach import NotYours
from tasks.touches.lists import (
    MOST_DAYS,
    DueDays,
    Unsettled,
    Wanted,
    WindowBackwards,
    WindowTooLong,
    open_touch,
    read_touch_page,
    stream_touches,
    usual_window,
)
from tasks.touches.settling import Settlement, settle
from tests.support.desk import dispatched, staff_id
from tests.support.world import World, at, day

NOW = at("2026-03-17 11:00")
TODAY = date(2026, 3, 17)


def reminders(world: World, count: int) -> list[TouchId]:
    """As many reminders that are due on the same moment."""
    for _ in range(count):
        world.invoice(world.account(world.customer()), "2026-03-10", "1000.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-17 10:00")
    return [touch.id for touch in world.touches() if touch.step == "reminder-7"]


def everything(world: World, wanted: Wanted, at_a_time: int = 2) -> list[TouchId]:
    """All pages of a list, one after the other."""
    page = read_touch_page(world.connection, wanted, at_a_time)
    found = [line.id for line in page.rows]
    while page.next:
        assert len(page.rows) == at_a_time
        page = read_touch_page(world.connection, wanted, at_a_time, page.next)
        found += [line.id for line in page.rows]
    return found


def test_the_pages_together_are_the_list(world: World) -> None:
    planned = reminders(world, 7)
    wanted = Wanted(state=TouchState.PLANNED, window=usual_window(TODAY))
    found = everything(world, wanted)
    assert sorted(found) == sorted(planned)
    assert found == [line.id for line in stream_touches(world.connection, wanted)]
    assert found == everything(world, wanted, 7)


def test_each_filter_picks(world: World) -> None:
    (touch,) = reminders(world, 1)
    world.connection.execute(update(Touch).where(Touch.id == touch).values(channel=ChannelName.EMAIL))
    store = world.connection.scalar(select(Store.code).where(Store.id == world.store_id))
    window = usual_window(TODAY)
    picked = Wanted(ProcessName("overdue-accounts"), TouchState.PLANNED, ChannelName.EMAIL, store, window)
    assert everything(world, picked) == [touch]
    for other in (
        Wanted(ProcessName("warranty-expiry"), window=window),
        Wanted(state=TouchState.SENT, window=window),
        Wanted(channel=ChannelName.SMS, window=window),
        Wanted(store="elsewhere", window=window),
    ):
        assert everything(world, other) == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_day_is_the_stores(world: World, zone: str) -> None:
    (touch,) = reminders(world, 1)
    world.connection.execute(update(Store).values(time_zone=zone))
    for moment in ("00:00", "23:59"):
        due = at(f"2026-03-17 {moment}", ZoneInfo(zone))
        values = {"due_at": due, "valid_until": at("2027-01-01 00:00")}
        world.connection.execute(update(Touch).where(Touch.id == touch).values(**values))
        planned = TouchState.PLANNED
        assert everything(world, Wanted(state=planned, window=DueDays(day("2026-03-17"), day("2026-03-17")))) == [touch]
        assert everything(world, Wanted(state=planned, window=DueDays(day("2026-03-16"), day("2026-03-16")))) == []
        assert everything(world, Wanted(state=planned, window=DueDays(day("2026-03-18"), day("2026-03-18")))) == []


def test_a_window_has_its_limits() -> None:
    with pytest.raises(WindowBackwards):
        DueDays(day("2026-03-17"), day("2026-03-16"))
    with pytest.raises(WindowTooLong, match=f"These are 32 days; choose at most {MOST_DAYS}"):
        DueDays(day("2026-03-01"), day("2026-04-01"))
    assert usual_window(TODAY) == DueDays(day("2026-03-11"), TODAY)


def test_what_is_to_be_settled_is_found_however_old_it_is(world: World) -> None:
    first, second = reminders(world, 2)
    for touch, state in ((first, TouchState.UNKNOWN), (second, TouchState.FAILED)):
        values = {"state": state, "state_at": at("2020-01-01 10:00"), "due_at": at("2020-01-01 10:00")}
        world.connection.execute(update(Touch).where(Touch.id == touch).values(**values))
    to_settle = Wanted(state=Unsettled.TO_SETTLE)
    assert sorted(everything(world, to_settle, 1)) == sorted([first, second])
    world.staff(code="W1")
    settle(world.connection, second, Settlement.GIVEN_UP, "number is dead", NOW, staff_id(world.connection, "W1"))
    assert everything(world, to_settle) == [first]
    assert everything(world, Wanted(state=TouchState.FAILED)) == [second]


def test_a_touch_is_opened_with_its_text_and_its_history(world: World) -> None:
    world.staff(code="W1", name="Wang Fang")
    (touch,) = reminders(world, 1)
    opened = open_touch(world.connection, world.store_id, touch, NOW)
    assert (opened.text_is_final, opened.deeds, opened.line.is_unsettled) == (False, [], False)
    assert opened.text is not None
    assert "CNY 1,000.00" in opened.text
    dispatched(world, "reminder-7", TouchState.UNKNOWN, NOW, body="As it went out.")
    settle(world.connection, touch, Settlement.DELIVERED, "customer rang", NOW, staff_id(world.connection, "W1"))
    opened = open_touch(world.connection, None, touch, NOW)
    assert (opened.text, opened.text_is_final) == ("As it went out.", True)
    assert [(deed.actor, deed.action, deed.reason) for deed in opened.deeds] == [
        ("Wang Fang", "touch.delivered", "customer rang")
    ]


def test_another_stores_touch_is_not_opened(world: World) -> None:
    (touch,) = reminders(world, 1)
    with pytest.raises(NotYours):
        open_touch(world.connection, world.store(), touch, NOW)


def test_recipients_are_masked(world: World) -> None:
    (touch,) = reminders(world, 1)
    number = world.connection.execute(select(ContactPoint.id, ContactPoint.value)).one()
    world.connection.execute(update(Touch).where(Touch.id == touch).values(contact_point_id=number.id))
    (line,) = read_touch_page(world.connection, Wanted(window=usual_window(TODAY), state=TouchState.PLANNED), 9).rows
    assert line.recipient == f"{number.value[:3]}***{number.value[-2:]}"
