"""Customers who are invited ask for a visit, once; or say that it is not for them."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, select, update

from models.campaigns.recipes import list_recipes, recipe
from models.campaigns.tables import CampaignRecipient
from models.core.settings import Settings
from models.core.words import AppointmentStatus, CampaignAnswer, LinkPurpose, ProcessName, Wave
from models.ledger.tables import Touch
from models.people.tables import Store
from models.subjects.appointment import Appointment
from tasks.messages.links import list_links
from tasks.self_service.booking import AppointmentChanged, SlotTaken, days_for_a_visit
from tasks.self_service.invitations import accept, ask, decline, see_invitation
from tests.support.campaigns import BEGAN, LaunchedCampaign, a_plan
from tests.support.desk import audited
from tests.support.world import World, at

NOW = at("2026-03-10 12:00")
START, LATER = at("2026-03-12 09:00"), at("2026-03-12 10:00")


@pytest.fixture
def campaign(world: World) -> LaunchedCampaign:
    """Of a store that takes one visit at a time."""
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(visits_at_once=1))
    return LaunchedCampaign(world)


def answered(world: World, recipient: int) -> CampaignAnswer | None:
    found = select(CampaignRecipient.answer).where(CampaignRecipient.id == recipient)
    return world.connection.execute(found).scalar_one()


def test_the_invitation_says_what_it_is_about(world: World, campaign: LaunchedCampaign) -> None:
    customer = world.customer()
    world.vehicle(customer, model="Aurora", plate="A1")
    recipient = campaign.told(customer)
    body = "Come and see us: https://x.example.com/c/i.AQ.AQ.AQ.sig Reply STOP to opt out."
    world.connection.execute(update(Touch).values(body=body))
    seen = see_invitation(world.connection, recipient, NOW)
    assert (seen.campaign, seen.text) == ("Spring check", "Come and see us:  Reply STOP to opt out.")
    assert (seen.vehicle, seen.answer, seen.visit_at, seen.open) == ("Aurora A1", None, None, True)


def test_asking_for_a_visit_makes_a_request_and_says_that_they_are_interested(
    world: World, campaign: LaunchedCampaign
) -> None:
    customer = world.customer(has_contract=True)
    car = world.vehicle(customer)
    recipient = campaign.told(customer)
    assert START in days_for_a_visit(world.connection, world.store_id, NOW)[START.date()]
    ask(world.connection, recipient, START, NOW)
    (made,) = world.connection.execute(select(Appointment.__table__)).all()
    assert (made.key, made.status, made.requested_at) == (f"invitation:{recipient}", AppointmentStatus.REQUESTED, NOW)
    assert (made.customer_id, made.vehicle_id, made.starts_at, made.work) == (customer, car, START, "Spring check")
    assert answered(world, recipient) is CampaignAnswer.INTERESTED
    assert START not in days_for_a_visit(world.connection, world.store_id, NOW)[START.date()]
    seen = see_invitation(world.connection, recipient, NOW)
    assert (seen.visit_at, seen.booked, seen.open) == (START, False, True)
    assert audited(world)[-2:] == [
        (f"customer:{customer}", "appointment.requested", "appointment"),
        (f"customer:{customer}", "campaign.answered", "campaign"),
    ]
    world.plan(ProcessName("appointment-reminders"), "2026-03-10 12:31")
    assert "request-escalation" in world.steps(customer, "planned")


def test_asking_twice_makes_one_visit_and_another_time_moves_it(world: World, campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    for start in (START, START, LATER):
        ask(world.connection, recipient, start, NOW)
    assert world.connection.execute(select(Appointment.starts_at)).scalar_one() == LATER


def test_what_the_store_has_agreed_on_is_not_asked_for_again(world: World, campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    ask(world.connection, recipient, START, NOW)
    world.connection.execute(update(Appointment).values(status=AppointmentStatus.BOOKED, booked_at=NOW))
    seen = see_invitation(world.connection, recipient, NOW)
    assert (seen.visit_at, seen.booked, seen.open) == (START, True, False)
    with pytest.raises(AppointmentChanged):
        ask(world.connection, recipient, LATER, NOW)


def test_what_was_called_off_is_asked_for_anew(world: World, campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    ask(world.connection, recipient, START, NOW)
    world.connection.execute(update(Appointment).values(status=AppointmentStatus.CANCELLED, cancelled_at=NOW))
    ask(world.connection, recipient, START, NOW + timedelta(hours=1))
    found = world.connection.execute(select(Appointment.__table__)).one()
    assert (found.status, found.cancelled_at, found.requested_at) == ("requested", None, NOW + timedelta(hours=1))


@pytest.mark.parametrize("start", ["2026-03-12 10:00", "2026-03-12 10:31", "2026-03-12 03:00", "2026-03-10 12:30"])
def test_a_time_that_is_taken_or_none_of_the_stores_is_refused(
    world: World, campaign: LaunchedCampaign, start: str
) -> None:
    world.appointment(world.customer(), "2026-03-12 10:10")
    recipient = campaign.told()
    with pytest.raises(SlotTaken):
        ask(world.connection, recipient, at(start), NOW)
    assert answered(world, recipient) is None


def test_a_visit_booked_by_phone_since_the_campaign_began_is_shown(world: World, campaign: LaunchedCampaign) -> None:
    customer = world.customer()
    recipient = campaign.told(customer)
    world.appointment(customer, "2026-03-20 09:00", booked_at=at("2026-03-01 09:00"))
    assert see_invitation(world.connection, recipient, NOW).visit_at is None
    world.appointment(customer, "2026-03-21 09:00", booked_at=at("2026-03-10 11:00"))
    seen = see_invitation(world.connection, recipient, NOW)
    assert (seen.visit_at, seen.open) == (at("2026-03-21 09:00"), False)


def test_not_for_them_and_yet_after_all(world: World, campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    for _ in range(2):
        decline(world.connection, recipient, NOW)
    assert see_invitation(world.connection, recipient, NOW).answer is CampaignAnswer.NOT_INTERESTED
    assert len(audited(world)) == 1
    ask(world.connection, recipient, START, NOW)
    assert answered(world, recipient) is CampaignAnswer.INTERESTED


def test_staff_read_out_the_invitations_that_reached_a_customer(world: World, campaign: LaunchedCampaign) -> None:
    customer = world.customer()
    campaign.told(customer)
    LaunchedCampaign(world).recipient(customer, Wave.CONTROL)
    LaunchedCampaign(world, BEGAN - timedelta(days=90)).told(customer)
    found = list_links(world.connection, Settings(public_url="https://service.example.com"), customer, NOW)
    assert [(one.purpose, one.about) for one in found if one.purpose == LinkPurpose("invitation")] == [
        (LinkPurpose("invitation"), "Spring check")
    ]
    assert world.connection.execute(select(func.count()).select_from(CampaignRecipient)).scalar_one() == 3


def test_an_event_has_a_time_of_its_own_and_offers_none_of_the_workshops(world: World) -> None:
    campaign = LaunchedCampaign(world, plan=a_plan(invites_to="event"))
    recipient = campaign.told()
    seen = see_invitation(world.connection, recipient, NOW)
    assert (seen.event, seen.open, seen.visit_at) == (True, True, None)
    with pytest.raises(AppointmentChanged):
        ask(world.connection, recipient, START, NOW)
    for _ in range(2):
        accept(world.connection, recipient, NOW)
    assert answered(world, recipient) is CampaignAnswer.INTERESTED
    assert world.connection.scalar(select(func.count()).select_from(Appointment)) == 0
    assert not see_invitation(world.connection, recipient, NOW).open
    assert len(audited(world)) == 1


def test_an_invitation_to_a_visit_is_not_said_yes_to_without_a_time(world: World, campaign: LaunchedCampaign) -> None:
    recipient = campaign.told()
    with pytest.raises(AppointmentChanged):
        accept(world.connection, recipient, NOW)
    assert answered(world, recipient) is None


def test_the_event_recipe_invites_to_an_event() -> None:
    assert recipe("event-invitation").plan["invites_to"] == "event"
    others = [one for one in list_recipes() if one.key != "event-invitation"]
    assert all("invites_to" not in one.plan for one in others)


def test_what_was_approved_before_there_were_events_is_still_approved() -> None:
    plan = a_plan()
    assert plan.fingerprint == sha256(plan.model_dump_json(exclude={"invites_to"}).encode()).hexdigest()
    assert plan.fingerprint != a_plan(invites_to="event").fingerprint
