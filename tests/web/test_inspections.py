"""Inspections in the console: the form on the workshop's tablet, and the claim that follows."""

from playwright.sync_api import expect
from sqlalchemy import select

from models.core.words import Role
from models.people.tables import Store
from models.subjects.vehicle import Vehicle
from tests.web.conftest import STORE, Console, Visit


def test_the_workshop_writes_down_an_inspection_and_its_claim(console: Console, visit: Visit) -> None:
    with console.engine.connect() as connection:
        plate = connection.scalars(
            select(Vehicle.plate)
            .join(Store, Store.id == Vehicle.store_id)
            .where(Store.code == STORE, Vehicle.plate.is_not(None), Vehicle.customer_id.is_not(None))
            .order_by(Vehicle.id)
        ).first()
    assert plate
    page = visit("/inspections", console.add_user("workshop-inspects", Role.WORKSHOP), phone=True)
    page.get_by_label("Plate, VIN or number of the car").fill(plate)
    page.get_by_role("button", name="Find the car").click()
    page.get_by_role("link", name=plate).first.click()
    page.get_by_role("button", name="Save the inspection").click()
    expect(page.get_by_text("Say of every point what was found")).to_be_visible()
    page.get_by_role("group", name="brakes").get_by_role("button", name="fault").click()
    page.get_by_role("group", name="brakes").get_by_label("Note").fill("disc worn")
    page.get_by_role("group", name="tyres").get_by_role("button", name="to watch").click()
    page.get_by_role("button", name="The rest is in order").click()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Save the inspection").click()
    expect(page.get_by_text("disc worn")).to_be_visible()
    claim = page.get_by_role("region", name="Claim")
    claim.get_by_label("Amount").fill("a lot")
    claim.get_by_role("button", name="Save the claim").click()
    expect(claim.get_by_text("'a lot' is no day")).to_be_visible()
    claim.get_by_label("Amount").fill("1280.00")
    claim.get_by_role("button", name="Save the claim").click()
    expect(page.get_by_role("region", name="Claim").get_by_text("CNY 1,280.00")).to_be_visible()
    page.get_by_role("link", name="All inspections").click()
    expect(page.get_by_role("heading", name="Latest inspections")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
