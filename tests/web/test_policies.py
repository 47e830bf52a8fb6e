"""A change to a policy is seen before it is activated, then activated, then taken back."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import PolicyVersion
from tests.web.conftest import Console, Visit

INVITATION = "/policies/warranty-expiry"
COMPARED = 60_000
"""Milliseconds in which 14 days are compared on a busy machine."""


def offset(console: Console) -> str:
    """When the active version for all stores has the invitation go out."""
    with console.engine.connect() as connection:
        body = connection.scalars(
            select(PolicyVersion.body).where(
                PolicyVersion.name == "warranty-expiry", PolicyVersion.active, PolicyVersion.store_id.is_(None)
            )
        ).one()
    return str(body["steps"][0]["after"])


def look(page: Page) -> None:
    page.get_by_role("button", name="See what would change").click()


def test_a_change_is_seen_then_activated_then_taken_back(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("chief", Role.ADMIN, None))
    expect(page.get_by_label("Offset")).to_have_value("-60d")
    expect(page.get_by_role("button", name="Activate")).to_have_count(0)
    page.get_by_label("Offset").fill("-75d")
    look(page)
    changed = page.get_by_role("group", name="What is different")
    expect(changed.get_by_role("row", name="invitation 60 days before the end · Offset -60d -75d")).to_be_visible()
    expect(page.get_by_role("heading", name="The next 14 days")).to_be_visible(timeout=COMPARED)
    foreseen = page.get_by_role("group", name="The next 14 days")
    expect(foreseen.get_by_role("row", name="2026-03-13 invitation 60 days before the end 0 1 +1")).to_be_visible()
    assert offset(console) == "-60d", "nothing is changed by looking"
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Version 2, activated by chief")).to_be_visible()
    assert offset(console) == "-75d"
    page.get_by_role("button", name="Take version 1 back").click()
    page.get_by_role("button", name="Activate").click(timeout=COMPARED)
    expect(page.get_by_text("Version 3, activated by chief")).to_be_visible()
    assert offset(console) == "-60d"


def test_what_is_wrong_is_said_beside_the_field_and_cannot_be_activated(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("hasty", Role.ADMIN, None))
    page.get_by_label("Offset").fill("soon")
    look(page)
    field = page.locator("label.q-field", has=page.get_by_label("Offset"))
    expect(field.get_by_role("alert")).to_contain_text("'soon' is not a span of time")
    expect(page.get_by_text("To put right:")).to_be_visible()
    expect(page.get_by_role("button", name="Activate")).to_have_count(0)


def test_the_second_of_two_editors_is_told(console: Console, visit: Visit) -> None:
    pages = [visit("/policies/contact-rules", console.add_user(login, Role.MANAGER)) for login in ("ann", "ben")]
    for page, most in zip(pages, ("4", "5"), strict=True):
        page.get_by_label("At most a week").fill(most)
        look(page)
        expect(page.get_by_role("button", name="Activate")).to_be_visible()
    pages[0].get_by_role("button", name="Activate").click()
    expect(pages[0].get_by_text("activated by ann")).to_be_visible()
    pages[1].get_by_role("button", name="Activate").click()
    expect(pages[1].get_by_text("was changed meanwhile")).to_be_visible()
    with console.engine.connect() as connection:
        rules = select(PolicyVersion.created_by, PolicyVersion.store_id, PolicyVersion.body)
        kept = connection.execute(rules.where(PolicyVersion.name == "contact-rules", PolicyVersion.version == 1)).all()
    own = [(row.created_by, row.body["per_week"]) for row in kept if row.store_id is not None]
    assert own == [("ann", 4)], "a manager's change is the store's own, and the first one's"


def test_whoever_may_only_look_has_nothing_to_press_and_a_phone_is_wide_enough(console: Console, visit: Visit) -> None:
    page = visit("/policies/overdue-accounts", console.add_user("fin", Role.FINANCE), phone=True)
    expect(page.get_by_text("1. reminder before the due date")).to_be_visible()
    expect(page.get_by_role("button", name="See what would change")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove reminder before the due date")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_manager_changes_the_contact_hours_and_is_told_what_cannot_be(console: Console, visit: Visit) -> None:
    page = visit("/policies/contact-rules?store=SH01", console.add_user("hours", Role.MANAGER))
    other = visit("/policies/contact-rules?store=SH01", console.add_user("later", Role.MANAGER))
    other.get_by_role("button", name="Change the contact hours of SH01").click()
    page.get_by_role("button", name="Change the contact hours of SH01").click()
    dialog = page.get_by_role("dialog", name="Change the contact hours of SH01")
    dialog.get_by_label("Until").fill("07:00")
    dialog.get_by_role("button", name="Confirm", exact=True).click()
    expect(dialog.get_by_text("which is not after they begin")).to_be_visible()
    dialog.get_by_label("Until").fill("19:15")
    dialog.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="SH01").filter(has_text="-19:15")).to_be_visible()
    other.get_by_role("dialog").get_by_label("Until").fill("18:00")
    other.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(other.get_by_text("meanwhile")).to_be_visible()
    expect(other.get_by_role("row").filter(has_text="SH01").filter(has_text="-19:15")).to_be_visible()
