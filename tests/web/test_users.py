"""The page of users: errors beside their fields, editing, and what can be taken back."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.core.words import Role
from models.people.access import User
from tests.web.conftest import STORE, Console, Visit


@pytest.fixture
def page(console: Console, visit: Visit, request: pytest.FixtureRequest) -> Page:
    return visit("/users", console.add_user(f"admin-{request.node.name[-30:].strip('-_')}", Role.ADMIN, None))


def test_a_login_with_a_space_is_refused_beside_its_field(page: Page, console: Console) -> None:
    form = page.get_by_role("region", name="Add a user")
    form.get_by_label("Login").fill("li na")
    form.get_by_role("button", name="Add a user").click()
    expect(form.get_by_text("'li na' is no login")).to_be_visible()
    expect(form.get_by_label("Login")).to_be_focused()
    with console.engine.connect() as connection:
        assert connection.scalar(select(User.id).where(User.login.like("li%na"))) is None


def test_an_unknown_staff_code_is_refused_beside_its_field(page: Page) -> None:
    form = page.get_by_role("region", name="Add a user")
    form.get_by_label("Login").fill("lina")
    form.get_by_label("Store").click()
    page.get_by_role("option", name=STORE).click()
    form.get_by_label("Staff code").fill("A77")
    form.get_by_role("button", name="Add a user").click()
    expect(form.get_by_text(f"Nobody of store '{STORE}' has the staff code 'A77'")).to_be_visible()


def test_a_user_is_edited_and_the_change_is_taken_back(page: Page, console: Console) -> None:
    console.add_user("to-edit", Role.AGENT)
    page.reload()
    page.get_by_role("button", name="Edit the user “to-edit”").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Li Na")
    dialog.get_by_label("Role").click()
    page.get_by_role("option", name="advisor").click()
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("group", name="Users").get_by_role("row").filter(has_text="to-edit")
    expect(row.get_by_text("Li Na")).to_be_visible()
    expect(row.get_by_text("advisor")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The user “to-edit” is as before.")).to_be_visible()
    expect(row.get_by_text("agent")).to_be_visible()


def test_disabling_a_user_says_so_and_is_taken_back(page: Page, console: Console) -> None:
    console.add_user("to-stop", Role.AGENT)
    page.reload()
    row = page.get_by_role("group", name="Users").get_by_role("row").filter(has_text="to-stop")
    row.get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text("“to-stop” may no longer sign in")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("“to-stop” may sign in again.")).to_be_visible()
    expect(row.get_by_role("button", name="Disable", exact=True)).to_be_visible()
