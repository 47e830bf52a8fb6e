"""Following links: to what is there, to what is another's, to what is over; and the links that staff read out."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from models.core.settings import ChannelAddresses, Settings
from models.core.words import LinkPurpose, ProcessName, SubjectKind
from models.kits.links import make_link, offers
from models.messages.links import Link
from models.messages.rendering import render
from models.people.tables import Customer, Store
from models.subjects.appointment import Appointment
from tasks.messages.letters import letters_of
from tasks.messages.links import NoAddressForCustomers, find_reader, list_links, read_token, stores_to_call
from tests.support.campaigns import LaunchedCampaign
from tests.support.world import World, at

NOW = at("2026-03-10 10:00")
SETTINGS = Settings(public_url="https://service.example.com")


def appointment_link(world: World, customer: int, starts_at: str) -> Link:
    appointment = world.appointment(customer, starts_at)
    start = at(starts_at)
    return make_link(LinkPurpose("appointment"), SubjectKind("appointment"), appointment, customer, NOW, start)


def test_a_link_leads_its_customer_to_the_store(world: World) -> None:
    world.connection.execute(update(Store).where(Store.id == world.store_id).values(phone="+862155500000"))
    customer = world.customer(language="zh-CN")
    reader = find_reader(world.connection, appointment_link(world, customer, "2026-03-12 09:00"), NOW)
    assert reader
    assert (reader.customer_id, reader.store_phone, reader.language) == (customer, "+862155500000", "zh-CN")
    assert not reader.over
    assert stores_to_call(world.connection) == [("Test Motors", "+862155500000")]


@pytest.mark.parametrize("purpose", sorted({offer.purpose for offer, _ in offers().values()}))
def test_a_link_to_what_is_another_customers_leads_nowhere(world: World, purpose: LinkPurpose) -> None:
    ann, ben = world.customer(), world.customer()
    subjects = {
        LinkPurpose("appointment"): (SubjectKind("appointment"), world.appointment(ann, "2026-03-12 09:00")),
        LinkPurpose("survey"): (SubjectKind("repair-order"), world.repair_order(ann, "2026-03-07")),
        LinkPurpose("consent"): (None, ann),
        LinkPurpose("payment"): (SubjectKind("account"), world.account(ann)),
        LinkPurpose("statement"): (SubjectKind("statement"), world.statement(world.account(ann), ann)),
        LinkPurpose("due"): (SubjectKind("due-item"), world.due_item(ann, "2026-03-20", "service")),
        LinkPurpose("invitation"): (SubjectKind("recipient"), LaunchedCampaign(world).told(ann)),
    }
    kind, subject = subjects[purpose]
    letter = next(letter for letter, (offer, about) in offers().items() if (offer.purpose, about) == (purpose, kind))
    tomorrow = NOW + timedelta(days=1)
    assert find_reader(world.connection, Link(purpose, letter, kind, subject, ann, tomorrow), NOW)
    assert find_reader(world.connection, Link(purpose, letter, kind, subject, ben, tomorrow), NOW) is None


def test_a_link_of_a_customer_who_was_erased_leads_nowhere(world: World) -> None:
    customer = world.customer()
    link = appointment_link(world, customer, "2026-03-12 09:00")
    world.connection.execute(update(Customer).where(Customer.id == customer).values(erased_at=NOW))
    assert find_reader(world.connection, link, NOW) is None


def test_a_link_is_over_when_its_time_is(world: World) -> None:
    customer = world.customer()
    link = make_link(
        LinkPurpose("survey"), SubjectKind("handover"), world.handover(customer, "2026-03-09"), customer, NOW
    )
    for moment, over in ((link.until - timedelta(seconds=1), False), (link.until, True)):
        reader = find_reader(world.connection, link, moment)
        assert reader
        assert reader.over is over


def test_the_link_of_an_appointment_that_was_put_off_works_until_its_present_start(world: World) -> None:
    customer = world.customer()
    link = appointment_link(world, customer, "2026-03-12 09:00")
    moved = update(Appointment).where(Appointment.id == link.subject_id).values(starts_at=at("2026-03-20 09:00"))
    world.connection.execute(moved)
    for moment, over in (("2026-03-19 09:00", False), ("2026-03-20 09:00", True)):
        reader = find_reader(world.connection, link, at(moment))
        assert reader
        assert reader.over is over


def test_staff_read_out_the_links_that_work_now(world: World) -> None:
    customer = world.customer()
    for starts_at in ("2026-03-09 09:00", "2026-03-12 09:00"):
        world.appointment(customer, starts_at)
    for closed_on in ("2026-01-07", "2026-03-07"):
        world.repair_order(customer, closed_on)
    world.handover(customer, "2026-03-11")
    world.account(customer)
    world.account(world.customer())
    found = list_links(world.connection, SETTINGS, customer, NOW)
    assert [one.purpose for one in found] == ["appointment", "payment", "survey", "consent"]
    for one in found:
        link = read_token(SETTINGS, one.address.removeprefix("https://service.example.com/c/"))
        assert (link.customer_id, link.purpose) == (customer, one.purpose)
        reader = find_reader(world.connection, link, NOW)
        assert reader
        assert not reader.over


def test_no_links_are_read_out_that_nobody_could_open(world: World) -> None:
    sends = Settings(channels=ChannelAddresses(sms=SecretStr("gateways://sms.example.com/send")))
    with pytest.raises(NoAddressForCustomers, match="AFTERCARE_PUBLIC_URL"):
        list_links(world.connection, sends, world.customer(), NOW)


def test_a_letter_holds_the_link_of_its_own_subject(world: World) -> None:
    account = world.account(world.customer())
    world.invoice(account, "2026-03-03", "100.00")
    world.plan(ProcessName("overdue-accounts"), "2026-03-10 10:00")
    (touch,) = (touch for touch in world.touches() if touch.state == "planned")
    (letter,) = letters_of(world.connection, [touch.id], NOW).values()
    address = letter.variables["links"]["payment"]
    assert address in letter.text
    link = read_token(SETTINGS, address.rpartition("/")[2])
    assert (link.subject_id, link.customer_id) == (account, touch.customer_id)
    assert "links" not in render("{{ customer }}", letter.variables)
