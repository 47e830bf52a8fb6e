"""Signing in: with the right password, with wrong ones, and out again."""

from playwright.sync_api import expect

from models.words import Role
from tests.web.conftest import PASSWORD, Console, Visit


def test_nobody_sees_a_page_without_signing_in(console: Console, visit: Visit) -> None:
    page = visit("/users")
    assert page.url.startswith(f"{console.address}/sign-in?next=")


def test_an_admin_signs_in_and_adds_an_agent_who_must_choose_a_password(console: Console, visit: Visit) -> None:
    admin = console.add_user("chief", Role.ADMIN, None)
    page = visit("/users", admin)
    form = page.get_by_label("Add a user")
    form.get_by_label("Login").fill("mei")
    form.get_by_label("Store").click()
    page.get_by_role("option", name="SH01").click()
    form.get_by_role("button", name="Add a user").click()
    password = page.locator("[data-password]").inner_text()
    other = visit("/sign-in")
    other.fill("#login", "mei")
    other.fill("#password", password)
    other.click("button[type=submit]")
    expect(other).to_have_url(f"{console.address}/password")
    other.fill("#old", password)
    other.fill("#new", PASSWORD)
    other.fill("#again", PASSWORD)
    other.click("button[type=submit]")
    expect(other.get_by_role("navigation")).to_be_visible()


def test_signing_out_ends_the_session(console: Console, visit: Visit) -> None:
    page = visit("/users", console.add_user("leaver", Role.ADMIN, None))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(console.address + "/users")
    assert "/sign-in" in page.url
