"""A touch that ended because its reason had gone is due again when the reason is back and nothing was said."""

from sqlalchemy import update

from models.core.words import AppointmentStatus, ProcessName, TouchState
from models.ledger.touch_states import may_follow
from models.subjects.appointment import Appointment
from tests.support.world import World, at

APPOINTMENTS = ProcessName("appointment-reminders")


def test_a_visit_that_is_moved_back_is_reminded_at_its_old_time(world: World) -> None:
    visit = world.appointment(world.customer(), "2026-03-12 14:00", booked_at=at("2026-03-01 09:00"))
    world.plan(APPOINTMENTS, "2026-03-11 10:00")
    world.move(visit, "2026-03-20 14:00", "2026-03-11 11:00")
    world.plan(APPOINTMENTS, "2026-03-11 11:00")
    assert "day-before" in world.steps(state="superseded")
    world.move(visit, "2026-03-12 14:00", "2026-03-11 12:00")
    world.plan(APPOINTMENTS, "2026-03-11 12:00")
    assert "day-before" in world.steps(state="planned")
    assert may_follow(TouchState.SUPERSEDED, TouchState.PLANNED)


def test_a_visit_that_is_called_off_by_mistake_is_reminded_after_all(world: World) -> None:
    visit = world.appointment(world.customer(), "2026-03-12 14:00", booked_at=at("2026-03-01 09:00"))
    world.plan(APPOINTMENTS, "2026-03-11 10:00")
    for status in (AppointmentStatus.CANCELLED, AppointmentStatus.BOOKED):
        changed = update(Appointment).where(Appointment.id == visit).values(status=status)
        world.connection.execute(changed)
        world.plan(APPOINTMENTS, "2026-03-11 11:00")
    assert world.steps(state="planned") == ["day-before"]
    assert may_follow(TouchState.CANCELLED, TouchState.PLANNED)


def test_what_was_said_is_never_due_again() -> None:
    ended = (TouchState.DONE, TouchState.SKIPPED)
    assert not [(before, after) for before in ended for after in TouchState if may_follow(before, after)]
    assert [after for after in TouchState if may_follow(TouchState.SENT, after)] == [TouchState.FAILED]
