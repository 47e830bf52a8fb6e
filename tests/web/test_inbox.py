"""The inbox: a complaint at the counter, an answer by one key, an unknown sender, and two people at the same one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Row, select, update

from models.core.words import ChannelName, Role
from models.inbound.tables import Inbound
from models.inbound.words import InboundKind, InboundWay
from models.ledger.tables import Case
from models.people.tables import Consent, ContactPoint, Customer, StaffMember, Store
from models.subjects.vehicle import Vehicle
from tasks.inbound.by_hand import WrittenDown, write_down
from tasks.sample.dealership import SAMPLE_MOMENT
from tasks.self_service.replies import record_reply
from tests.web.conftest import STORE, Console, Visit

MARKUP = "<b>when</b> do you open?"


def customer_of(console: Console, place: int = 0) -> Row[Any]:
    """A customer of the store with a plate and a number that nobody shares."""
    with console.engine.connect() as connection:
        rows = connection.execute(
            select(Customer.id, Customer.name, Customer.store_id, Vehicle.plate, ContactPoint.value.label("phone"))
            .join(Store, Store.id == Customer.store_id)
            .join(Vehicle, Vehicle.customer_id == Customer.id)
            .join(ContactPoint, ContactPoint.customer_id == Customer.id)
            .where(Store.code == STORE, Vehicle.plate.is_not(None), ContactPoint.value.startswith("+861"))
            .order_by(Customer.id)
        ).all()
    return rows[place]


def said(console: Console, text: str, now: datetime = SAMPLE_MOMENT, **values: Any) -> int:
    """Something that was said by phone to the store."""
    customer = customer_of(console)
    whole: dict[str, Any] = {"kind": InboundKind.QUESTION, "customer_id": customer.id} | values
    written = WrittenDown(way=InboundWay.PHONE, text=text, **whole)
    with console.engine.begin() as connection:
        return write_down(connection, written, customer.store_id, now, staff_code=None).id


def replied(console: Console, text: str, sender: str) -> int:
    with console.engine.begin() as connection:
        record_reply(connection, sender, text, ChannelName.SMS, SAMPLE_MOMENT)
        inbound = int(connection.scalars(select(Inbound.id).order_by(Inbound.id.desc())).first() or 0)
        here = select(Store.id).where(Store.code == STORE).scalar_subquery()
        connection.execute(update(Inbound).where(Inbound.id == inbound).values(store_id=here, responsible_id=None))
        return inbound


def inbound_of(console: Console, inbound: int) -> Row[Any]:
    with console.engine.connect() as connection:
        return connection.execute(select(Inbound.__table__).where(Inbound.id == inbound)).one()


def owner_of(console: Console, inbound: int) -> str | None:
    with console.engine.connect() as connection:
        owner = inbound_of(console, inbound).responsible_id
        return connection.scalar(select(StaffMember.code).where(StaffMember.id == owner))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_complaint_at_the_counter_takes_at_most_six_clicks(console: Console, visit: Visit) -> None:
    customer = customer_of(console)
    page = visit("/", console.add_user("counter", Role.ADVISOR))
    page.get_by_role("link", name="New complaint").click()
    clicks = 1
    page.get_by_label("Name, phone or plate").press_sequentially(customer.plate)
    page.get_by_role("button", name=customer.name).click()
    clicks += 1
    expect(page.get_by_role("button", name="Somebody else")).to_be_visible()
    page.locator("#inbox-said").click()
    clicks += 1
    page.keyboard.type("the brakes squeal")
    press(page, "Open the case")
    clicks += 1
    expect(page.get_by_text("the brakes squeal")).to_be_visible()
    assert page.url.startswith(console.address + "/cases/")
    assert clicks <= 6
    with console.engine.connect() as connection:
        case = connection.execute(select(Case.__table__).where(Case.note == "the brakes squeal")).one()
        assert case.customer_id == customer.id
        assert connection.scalar(select(StaffMember.code).where(StaffMember.id == case.owner_id)) == "counter"


@pytest.mark.parametrize("phone", [False, True])
def test_a_question_is_found_taken_and_answered_by_keys(console: Console, visit: Visit, phone: bool) -> None:
    inbound = said(console, f"{MARKUP} {phone}", SAMPLE_MOMENT - timedelta(days=4))
    page = visit("/inbox?view=store", console.add_user(f"keys{phone:d}", Role.AGENT), phone=phone)
    expect(page.get_by_text("Overdue since").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto(f"{console.address}/inbox/{inbound}")
    expect(page.locator("[data-said]")).to_have_text(f"{MARKUP} {phone}")
    expect(page.locator("[data-customer]")).to_have_text(customer_of(console).name)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.keyboard.press("t")
    expect(page.get_by_text(f"keys{phone:d} · taken")).to_be_visible()
    page.wait_for_timeout(500)  # a key pressed twice by mistake does nothing
    page.keyboard.press("1")
    expect(page.get_by_text(f"by a call · keys{phone:d}")).to_be_visible()
    assert inbound_of(console, inbound).answered_how == "by-call"


def test_an_answer_without_words_is_refused_beside_its_field_and_with_them_is_planned(
    console: Console, visit: Visit
) -> None:
    inbound = said(console, "is it ready?")
    page = visit(f"/inbox/{inbound}", console.add_user("writer", Role.AGENT))
    page.get_by_role("button", name="by a message").click()
    expect(page.get_by_text("Write it first.")).to_be_visible()
    page.locator("#inbox-words").fill("it is ready from three o'clock")
    page.get_by_role("button", name="by a message").click()
    expect(page.get_by_text("by a message · writer")).to_be_visible()
    assert inbound_of(console, inbound).answer == "it is ready from three o'clock"


def test_whoever_comes_second_is_told(console: Console, visit: Visit) -> None:
    inbound = said(console, "two of us")
    first = visit(f"/inbox/{inbound}", console.add_user("early", Role.AGENT))
    second = visit(f"/inbox/{inbound}", console.add_user("tardy", Role.AGENT))
    expect(second.get_by_role("button", name="Take it")).to_be_visible()
    first.get_by_role("button", name="Take it").click()
    expect(first.get_by_text("early · taken")).to_be_visible()
    second.get_by_role("button", name="Take it").click()
    expect(second.get_by_text(f"early has taken inbound {inbound}")).to_be_visible()
    expect(second.get_by_text("early · taken")).to_be_visible()
    assert owner_of(console, inbound) == "early"


def test_it_is_handed_over_with_a_word(console: Console, visit: Visit) -> None:
    inbound = said(console, "about the invoice")
    console.add_user("taker", Role.AGENT)
    page = visit(f"/inbox/{inbound}", console.add_user("giver", Role.MANAGER))
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("giver · taken")).to_be_visible()
    press(page, "Hand over")
    expect(page.get_by_text("Say a word with it.")).to_be_visible()
    with console.engine.connect() as connection:
        other = connection.execute(
            select(StaffMember.code, StaffMember.name)
            .join(Store, Store.id == StaffMember.store_id)
            .where(Store.code == STORE, StaffMember.role == Role.FINANCE, StaffMember.active)
            .limit(1)
        ).one()
    page.get_by_label("To", exact=True).click()
    page.get_by_role("option", name=other.name).first.click()
    page.get_by_label("A word with it").fill("she asked for you")
    press(page, "Hand over")
    expect(page.get_by_text("she asked for you")).to_be_visible()
    assert inbound_of(console, inbound).word == "she asked for you"
    assert owner_of(console, inbound) != "giver"


def test_an_unknown_sender_is_matched_in_one_step_and_a_clear_revocation_confirmed_by_one_key(
    console: Console, visit: Visit
) -> None:
    inbound = replied(console, "please stop texting me", "+8613999999999")
    customer = customer_of(console, 3)
    page = visit(f"/inbox/{inbound}", console.add_user("matcher", Role.AGENT))
    expect(page.get_by_text("This may be an opt-out.")).to_be_visible()
    page.get_by_label("Name, phone or plate").press_sequentially(customer.phone)
    page.get_by_role("button", name=customer.name).click()
    expect(page.locator("[data-customer]")).to_have_text(customer.name)
    expect(page.get_by_text("This was read as an opt-out, which is done.")).to_be_visible()
    page.locator("#call").focus()
    page.keyboard.press("y")
    expect(page.get_by_text("no answer needed · matcher")).to_be_visible()
    with console.engine.connect() as connection:
        refused = select(Consent.granted).where(Consent.customer_id == customer.id, Consent.source == "reply")
        assert connection.scalars(refused).all() == [False]
        known = select(ContactPoint.customer_id).where(ContactPoint.value == "+8613999999999")
        assert connection.scalars(known).all() == [customer.id]


def test_a_new_contact_from_the_customers_page_is_its_writers(console: Console, visit: Visit) -> None:
    customer = customer_of(console, 5)
    page = visit(f"/customers/{customer.id}", console.add_user("listener", Role.ADVISOR))
    page.locator("#content").get_by_role("link", name="New contact").click()
    expect(page.get_by_text(customer.plate)).to_be_visible()
    press(page, "Save, and I answer it")
    expect(page.get_by_text("Write down what they say.")).to_be_visible()
    page.locator("#inbox-said").fill("wants winter tyres")
    press(page, "Save, and I answer it")
    expect(page.get_by_text("listener · taken")).to_be_visible()
    expect(page.locator("nav").get_by_text("1", exact=True)).to_be_visible()
    page.goto(f"{console.address}/customers/{customer.id}")
    expect(page.get_by_text("wants winter tyres")).to_be_visible()


def test_another_stores_inbound_is_not_told(console: Console, visit: Visit) -> None:
    with console.engine.begin() as connection:
        store = connection.scalar(select(Store.id).where(Store.code != STORE).limit(1))
        assert store is not None
        written = WrittenDown(way=InboundWay.LETTER, text="a secret of theirs")
        other = write_down(connection, written, store, SAMPLE_MOMENT, staff_code=None).id
    page = visit(f"/inbox/{other}", console.add_user("stranger", Role.MANAGER))
    expect(page.get_by_text("There is no such inbound")).to_be_visible()
    page.goto(f"{console.address}/inbox?view=store")
    expect(page.get_by_text("a secret of theirs")).to_have_count(0)
