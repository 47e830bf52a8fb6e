"""Words are tried on a real customer while they are written, refused when they ask for too much, and kept."""

from playwright.sync_api import expect
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import TemplateVersion
from tests.web.conftest import Console, Visit

INVITATION = "/templates/warranty-invitation"


def test_the_preview_follows_what_is_typed_and_counts_it(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("writer", Role.MARKETING))
    preview = page.locator("[data-preview=en]")
    page.get_by_label("Text (English)").fill("Your warranty ends in {{ days }} days [soon].")
    expect(preview.get_by_text("days [soon].")).to_contain_text("Your warranty ends in ")
    expect(preview).to_contain_text("GSM-7")
    expect(preview).to_contain_text("1 text message")
    page.get_by_label("Text (English)").fill("您" * 71)
    expect(preview).to_contain_text("UCS-2, 71 of 134 characters, 2 text messages")


def test_an_unknown_variable_is_refused_beside_the_field_and_nothing_is_saved(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("careless", Role.ADMIN, None))
    page.get_by_label("Text (English)").fill("Dear {{ customer }}, your {{ colour }} car")
    field = page.locator("label.q-field", has=page.get_by_label("Text (English)"))
    expect(field.get_by_role("alert")).to_contain_text("uses colour, which it is not given; it may use customer, date")
    page.get_by_role("button", name="Save and activate").click()
    expect(page.locator(".bad[role=alert]")).to_contain_text("uses colour")
    page.get_by_label("Text (English)").fill("{{ customer.__class__ }}")
    expect(field.get_by_role("alert").last).to_contain_text("'.__class__' is not allowed")
    with console.engine.connect() as connection:
        authors = connection.scalars(select(TemplateVersion.created_by).distinct()).all()
    assert "careless" not in authors


def test_words_are_saved_as_the_stores_own_and_the_second_writer_is_told(console: Console, visit: Visit) -> None:
    first, second = (visit("/templates/warranty-call", console.add_user(login, Role.MANAGER)) for login in ("li", "wu"))
    first.get_by_label("Text (English)").fill("Ring {{ customer }} today.")
    first.get_by_role("button", name="Save and activate").click()
    expect(first.get_by_role("row").filter(has_text="SH01").filter(has_text="li")).to_be_visible()
    second.get_by_label("Text (English)").fill("Ring {{ customer }} tomorrow.")
    second.get_by_role("button", name="Save and activate").click()
    expect(second.get_by_text("was changed meanwhile")).to_be_visible()
    with console.engine.connect() as connection:
        rows = connection.execute(
            select(TemplateVersion.text, TemplateVersion.created_by).where(TemplateVersion.store_id.is_not(None))
        ).all()
    assert [tuple(row) for row in rows] == [("Ring {{ customer }} today.", "li")]


def test_another_customer_can_be_found_and_a_phone_is_wide_enough(console: Console, visit: Visit) -> None:
    page = visit("/templates/appointment-day-before", console.add_user("seeker", Role.ADMIN, None), phone=True)
    expect(page.locator("[data-preview=zh-CN] .letter").first).to_be_visible()
    page.get_by_label("Find a customer").fill("nobody-of-that-name")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("There is no such customer whom this template could be about.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_store_begins_a_template_and_ends_its_own_words(console: Console, visit: Visit) -> None:
    page = visit("/templates", console.add_user("sun", Role.MANAGER))
    page.get_by_label("Name of a new template").fill("Winter check")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Only lower-case letters, digits and hyphens")).to_be_visible()
    page.get_by_label("Name of a new template").fill("winter-check")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Text (English)").fill("{{ customer }}, winter is near.")
    page.get_by_label("Text (Chinese)").fill("{{ customer }}，冬天快到了。")
    page.get_by_role("button", name="Save and activate").click()
    expect(page.get_by_role("row").filter(has_text="SH01").filter(has_text="sun").first).to_be_visible()
    page = visit("/templates/warranty-reminder", console.add_user("qian", Role.MANAGER))
    page.get_by_label("Text (English)").fill("Dear {{ customer }}.")
    page.get_by_role("button", name="Save and activate").click()
    page.get_by_role("button", name="Remove the store's own").click()
    page.get_by_label("Reason").fill("the shared words are better")
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("These are the texts for all stores")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the store's own")).to_have_count(0)
