"""On the page of what falls due and on the phone customers book, or say that it was done or is not wanted any more."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from models.core.ids import TouchId
from models.core.settings import Settings
from models.core.words import AppointmentStatus, EndBasis, LinkPurpose, ProcessName, StepKind, WorkKind
from models.kits.outcomes import CallReport, IncompleteOutcome
from models.ledger.tables import Touch
from models.subjects.appointment import Appointment
from models.subjects.due_item import ELSEWHERE, NOT_ANY_MORE, DueItem, DueItemDay, DueItemStatus
from tasks.calls import list_calls, record_outcome
from tasks.messages import links
from tasks.messages.letters import letters_of
from tasks.messages.links import list_links
from tasks.self_service.booking import AppointmentChanged
from tasks.self_service.due_items import ask_for_service, say_settled, see_item
from tests.support.desk import audited, handed_to_staff, staff_id
from tests.support.world import World, at, day

NOW = at("2026-03-10 12:00")
START = at("2026-03-12 09:00")
SERVICE_DUE = ProcessName("service-due")


@pytest.fixture
def item(world: World) -> int:
    """A service that is due soon, of the older of the customer's two cars."""
    customer = world.customer(phone="+8613900000001", name="Li Lei")
    car = world.vehicle(customer, model="Aurora", plate="A1", model_year=2020)
    world.vehicle(customer, model="Nova", model_year=2025)
    return world.due_item(
        customer, "2026-03-20", "service", vehicle_id=car, works=["maintenance"], issued_on=day("2025-03-20")
    )


def of(world: World, item: int) -> tuple[DueItemStatus, date | None, str | None]:
    """What is on record of an item."""
    found = select(DueItem.status, DueItem.status_on, DueItem.status_reason).where(DueItem.id == item)
    status, on, because = world.connection.execute(found).one()
    return status, on, because


def test_asking_for_a_visit_makes_a_request_for_that_car_and_ends_the_reminders(world: World, item: int) -> None:
    customer = see_item(world.connection, item, NOW).customer_id
    world.plan(SERVICE_DUE, "2026-03-10 12:00")
    assert world.steps(customer, "planned") == ["service-invite"]
    ask_for_service(world.connection, item, START, "en", NOW)
    (made,) = world.connection.execute(select(Appointment.__table__)).all()
    seen = see_item(world.connection, item, NOW)
    assert (made.key, made.status, made.work_kind) == (
        f"due-item:{item}", AppointmentStatus.REQUESTED, WorkKind.MAINTENANCE,
    )  # fmt: skip
    assert (made.vehicle_id, made.work) == (seen.vehicle_id, "service")
    assert (seen.visit_at, seen.booked, seen.open, seen.vehicle) == (START, False, True, "Aurora A1")
    world.plan(SERVICE_DUE, "2026-03-10 12:10")
    assert world.steps(customer, "planned") == []


def test_what_is_booked_or_settled_is_not_asked_for(world: World, item: int) -> None:
    ask_for_service(world.connection, item, START, "en", NOW)
    world.connection.execute(update(Appointment).values(status=AppointmentStatus.BOOKED, booked_at=NOW))
    with pytest.raises(AppointmentChanged):
        ask_for_service(world.connection, item, START, "en", NOW)
    world.connection.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED))
    say_settled(world.connection, item, DueItemStatus.DECLINED, "", NOW)
    with pytest.raises(AppointmentChanged):
        ask_for_service(world.connection, item, START, "en", NOW)


@pytest.mark.parametrize("status", [DueItemStatus.ELSEWHERE, DueItemStatus.DECLINED])
def test_what_a_customer_says_is_kept_with_the_reason(world: World, item: int, status: DueItemStatus) -> None:
    for because in ("  my brother did it ", "said twice"):
        say_settled(world.connection, item, status, because, NOW)
    assert of(world, item) == (status, NOW.date(), "my brother did it")
    customer = see_item(world.connection, item, NOW).customer_id
    assert audited(world) == [(f"customer:{customer}", "due-item.settled", "due-item")]
    world.plan(SERVICE_DUE, "2026-03-10 12:10")
    assert world.steps(customer) == []


def test_the_page_says_the_day_that_the_mileage_gives(world: World, item: int) -> None:
    world.connection.execute(
        insert(DueItemDay).values(
            due_item_id=item, known_from=day("2026-01-01"), known_until=day("9999-12-31"), due_on=day("2026-03-15"),
            basis=EndBasis.MILEAGE, figures={},
        )
    )  # fmt: skip
    assert see_item(world.connection, item, NOW).day == day("2026-03-15")


def call(world: World, item: int) -> TouchId:
    """The call about an item that was due a week ago."""
    world.staff(code="W1")
    world.connection.execute(update(DueItem).where(DueItem.id == item).values(ends_on=day("2026-03-03")))
    world.plan(SERVICE_DUE, "2026-03-10 12:00")
    return handed_to_staff(world, "service-call", NOW)


def test_on_the_phone_the_reason_is_asked_and_kept(world: World, item: int) -> None:
    touch, wang = call(world, item), staff_id(world.connection, "W1")
    (listed,) = list_calls(world.connection, NOW)
    assert listed.script.startswith("Call Li Lei: the service of Aurora A1 was due on 3 Mar 2026")
    with pytest.raises(IncompleteOutcome):
        record_outcome(world.connection, touch, CallReport(NOT_ANY_MORE.name), NOW, wang)
    report = CallReport(NOT_ANY_MORE.name, answers={"because": "sells the car"})
    record_outcome(world.connection, touch, report, NOW, wang)
    assert of(world, item) == (DueItemStatus.DECLINED, NOW.date(), "sells the car")


@pytest.mark.parametrize(("said", "kept"), [("2026-03-01", "2026-03-01"), ("2026-04-01", "2026-03-10")])
def test_what_was_done_elsewhere_counts_from_that_day(world: World, item: int, said: str, kept: str) -> None:
    touch, wang = call(world, item), staff_id(world.connection, "W1")
    record_outcome(world.connection, touch, CallReport(ELSEWHERE.name, answers={"done_on": said}), NOW, wang)
    assert of(world, item) == (DueItemStatus.ELSEWHERE, day(kept), None)
    following = select(DueItem.issued_on, DueItem.ends_on).where(DueItem.id != item, DueItem.item == "service")
    assert world.connection.execute(following).all() == [(day(kept), day(kept.replace("2026", "2027")))]


def test_the_invitation_has_the_link(world: World, item: int, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = see_item(world.connection, item, NOW).customer_id
    (link,) = [
        one for one in list_links(world.connection, Settings(public_url="https://s.example.com"), customer, NOW)
        if one.purpose == LinkPurpose("due")
    ]  # fmt: skip
    assert link.address.startswith("https://s.example.com/c/d.")
    monkeypatch.setattr(links, "read_settings", lambda: Settings(public_url="https://s.example.com"))
    world.plan(SERVICE_DUE, "2026-03-10 12:00")
    ids = world.connection.execute(select(Touch.id).where(Touch.kind == StepKind.MESSAGE)).scalars().all()
    (letter,) = letters_of(world.connection, [TouchId(one) for one in ids], NOW).values()
    assert "https://s.example.com/c/d." in letter.text
