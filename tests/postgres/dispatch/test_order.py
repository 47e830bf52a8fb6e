"""A message never comes after a later one about the same: a confirmation never overtakes the reminder."""

from sqlalchemy import select, update

from models.core.words import ContactKind, ProcessName, TouchState
from models.ledger.tables import TemplateVersion, Touch, Verdict
from models.people.tables import ContactPoint
from models.subjects.appointment import Appointment
from tests.support.office import Office
from tests.support.world import World, at

APPOINTMENTS = ProcessName("appointment-reminders")
BOOKED = at("2026-03-10 17:58")
LATER_WENT = "later-message-went"


def book(world: World, planned: str) -> None:
    """Booked two minutes before the reminder of the day before is due."""
    world.appointment(world.customer(), "2026-03-11 12:00", booked_at=BOOKED)
    world.plan(APPOINTMENTS, planned)


def ends_of(world: World) -> dict[str, tuple[TouchState, str | None]]:
    return {touch.step: (touch.state, touch.reason) for touch in world.touches()}


def test_in_time_both_go_in_their_order(office: Office) -> None:
    with office.open() as world:
        book(world, "2026-03-10 17:59")
    assert office.dispatch("2026-03-10 17:59").sent == 1
    with office.open() as world:
        world.plan(APPOINTMENTS, "2026-03-10 18:00")
    assert office.dispatch("2026-03-10 18:00").sent == 1
    assert len(office.outbox()) == 2


def test_what_is_due_together_with_a_later_one_goes_inside_it(office: Office) -> None:
    with office.open() as world:
        book(world, "2026-03-10 18:05")
    assert office.dispatch("2026-03-10 18:05").of_which_merged == 1
    (message,) = office.outbox()
    assert "Also: a reminder of your visit" in message["text"]


def test_what_has_no_line_for_another_message_is_not_said_beside_a_later_one(office: Office) -> None:
    with office.open() as world:
        book(world, "2026-03-10 18:05")
        world.connection.execute(update(TemplateVersion).values(also=None))
    assert office.dispatch("2026-03-10 18:05").sent == 1
    with office.open() as world:
        ended = ends_of(world)
    assert ended["confirmation"] == (TouchState.SKIPPED, LATER_WENT)
    assert ended["day-before"] == (TouchState.SENT, None)


def test_what_is_tried_again_after_a_later_one_went_is_not_said(office: Office) -> None:
    with office.open() as world:
        book(world, "2026-03-10 18:05")
        again_at = at("2026-03-10 18:20")
        world.connection.execute(update(Touch).where(Touch.step == "confirmation").values(not_before=again_at))
    assert office.dispatch("2026-03-10 18:05").sent == 1
    account = office.dispatch("2026-03-10 18:20")
    assert (account.sent, account.cancelled) == (0, {LATER_WENT: 1})
    with office.open() as world:
        assert ends_of(world)["confirmation"] == (TouchState.SKIPPED, LATER_WENT)
        said = world.connection.scalars(select(Verdict.gate).where(Verdict.reason == LATER_WENT))
        assert list(said) == ["validity"]


def test_a_later_one_that_cannot_go_silences_nothing(office: Office) -> None:
    """The reminder goes by SMS alone here, and the customer has only an e-mail address."""
    with office.open() as world:
        book(world, "2026-03-10 18:05")
        world.connection.execute(update(ContactPoint).values(kind=ContactKind.EMAIL, value="li@example.org"))
        world.connection.execute(update(Touch).where(Touch.step == "day-before").values(channels=["sms"]))
    assert office.dispatch("2026-03-10 18:05").sent == 1
    with office.open() as world:
        assert ends_of(world)["confirmation"][0] == TouchState.SENT


def test_one_for_another_day_says_something_else(office: Office) -> None:
    """The visit was put off after its reminder had gone: the confirmation of the new time goes."""
    with office.open() as world:
        book(world, "2026-03-10 17:59")
    office.dispatch("2026-03-10 17:59")
    with office.open() as world:
        world.plan(APPOINTMENTS, "2026-03-10 18:00")
    office.dispatch("2026-03-10 18:00")
    with office.open() as world:
        appointment = world.connection.scalars(select(Appointment.id)).one()
        world.move(appointment, "2026-03-20 12:00", "2026-03-10 18:30")
        world.plan(APPOINTMENTS, "2026-03-10 18:30")
    assert office.dispatch("2026-03-10 18:30").sent == 1
