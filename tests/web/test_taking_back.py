"""What was done is said, also on a page that is read anew, and is taken back from there."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import TemplateVersion
from models.people.tables import Store
from tests.web.conftest import STORE, Console, Visit
from tests.web.test_customers import most_told
from tests.web.test_policies import COMPARED, INVITATION, look, offset

BACK = "Take it back"


def take_back(page: Page, said: str, then: str) -> None:
    expect(page.get_by_text(said)).to_be_visible()
    page.get_by_role("button", name=BACK).click()
    expect(page.get_by_text(then)).to_be_visible()
    expect(page.get_by_role("button", name=BACK)).to_have_count(0)


def test_activating_a_policy(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("back-policy", Role.ADMIN, None))
    before = offset(console)
    page.get_by_label("Offset").fill("-75d")
    look(page)
    page.get_by_role("button", name="Activate").click(timeout=COMPARED)
    take_back(page, "Version 2 is active", "What held before is in force again, as version 3.")
    assert offset(console) == before


def test_saving_texts_for_all_and_for_one_store(console: Console, visit: Visit) -> None:
    for login, store, then in (
        ("back-all", None, "The texts of before are in force again, as a new version."),
        ("back-own", STORE, "The store goes by the texts for all stores again."),
    ):
        page = visit("/templates/warranty-call", console.add_user(login, Role.ADMIN, store))
        before = page.get_by_label("Text (English)").input_value()
        page.get_by_label("Text (English)").fill("Ring {{ customer }} today.")
        page.get_by_role("button", name="Save and activate").click()
        take_back(page, "Saved", then)
        expect(page.get_by_label("Text (English)")).to_have_value(before)
    with console.engine.connect() as connection:
        own = select(TemplateVersion.id).where(TemplateVersion.store_id.is_not(None), TemplateVersion.active)
        assert connection.scalars(own).all() == []


def test_stopping_all_contact(console: Console, visit: Visit) -> None:
    page = visit(f"/customers/{most_told(console)}", console.add_user("back-stop", Role.MANAGER))
    before = page.get_by_role("switch").evaluate_all("all => all.map((one) => one.ariaLabel)")
    page.get_by_role("button", name="Stop all contact").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("a slip of the hand")
    page.get_by_role("dialog").get_by_role("button", name="Stop all contact").click()
    take_back(page, "All contact is stopped", "The consent is as before")
    expect(page.get_by_role("switch", name="allowed").first).to_be_visible()
    assert page.get_by_role("switch").evaluate_all("all => all.map((one) => one.ariaLabel)") == before


def test_changing_the_hours_of_a_store(console: Console, visit: Visit) -> None:
    page = visit("/policies/contact-rules", console.add_user("back-hours", Role.MANAGER))
    page.get_by_role("button", name=f"Change the contact hours of {STORE}").click()
    page.get_by_role("dialog").get_by_label("From").fill("10:30")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    take_back(page, f"The contact hours and channels of {STORE} are changed", "are as before")
    with console.engine.connect() as connection:
        since = connection.scalar(select(Store.contact_from).where(Store.code == STORE))
    assert f"{since:%H:%M}" != "10:30"


def test_switching_a_process_off(console: Console, visit: Visit) -> None:
    page = visit("/runs", console.add_user("back-off", Role.ADMIN, None))
    page.get_by_role("button", name="Pause: Appointment reminders").click()
    take_back(page, "Appointment reminders is paused", "Appointment reminders is resumed")


def test_words_do_not_pile_up(console: Console, visit: Visit) -> None:
    page = visit("/runs", console.add_user("piler", Role.ADMIN, None))
    for _ in range(2):
        page.get_by_role("button", name="Pause: Appointment reminders").click()
        page.get_by_role("button", name="Resume: Appointment reminders").click()
        expect(page.get_by_role("button", name="Pause: Appointment reminders")).to_be_visible()
    expect(page.locator("[data-told]")).to_have_count(1)
