"""Signing in: with the right password, with wrong ones, and out again."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import expect

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.core.words import Role
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


def test_a_new_password_is_given_when_it_is_meant(console: Console, visit: Visit) -> None:
    forgetful = console.add_user("forgetful", Role.ADMIN, None)
    page = visit("/users", console.add_user("keeper-of-users", Role.ADMIN, None))
    page.get_by_role("row", name=forgetful).get_by_role("button", name="New password").click()
    asked = page.get_by_role("dialog", name=f"Give “{forgetful}” a new password?")
    asked.get_by_role("button", name="Close").click()
    expect(asked).to_have_count(0)
    page.get_by_role("row", name=forgetful).get_by_role("button", name="New password").click()
    asked.get_by_role("button", name="New password").click()
    expect(page.locator("[data-password]")).to_be_visible()


def test_signing_out_ends_the_session(console: Console, visit: Visit) -> None:
    page = visit("/users", console.add_user("leaver", Role.ADMIN, None))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(console.address + "/users")
    assert "/sign-in" in page.url


@contextmanager
def without_its_database(console: Console, postgres: Cluster) -> Iterator[None]:
    """As at night, when somebody stops it under everybody's hands."""
    name = console.engine.url.database
    with connect(postgres) as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        console.engine.dispose()
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def test_without_its_database_the_console_says_so_and_goes_on_afterwards(
    console: Console, visit: Visit, postgres: Cluster
) -> None:
    page = visit("/runs", console.add_user("night", Role.OPERATOR, None))
    pause = page.get_by_role("button", name="Pause: Warranty expiry")
    expect(pause).to_be_visible()
    hours = visit("/policies/contact-rules?store=SH01", console.add_user("awake", Role.MANAGER))
    hours.get_by_role("button", name="Change the contact hours of SH01").click()
    confirm = hours.get_by_role("dialog").get_by_role("button", name="Confirm")
    expect(confirm).to_be_visible()
    asked = httpx.Client(base_url=console.address, headers={"Accept": "text/html", "Accept-Language": "zh"})
    signing_in = {"login": "night", "password": PASSWORD, "next": "/health"}
    asked.post("/sign-in", data=signing_in)
    with without_its_database(console, postgres):
        pause.click()
        expect(page.get_by_text("The database does not answer; nothing was saved")).to_be_visible()
        expect(page.get_by_text("so this may be out of date")).to_be_visible()
        confirm.click()
        expect(hours.get_by_text("The database does not answer; nothing was saved")).to_be_visible()
        for answer in (asked.get("/health"), asked.get("/health"), asked.post("/sign-in", data=signing_in)):
            assert answer.status_code == 503
            assert "数据库暂时没有响应" in answer.text
            assert answer.headers["refresh"].startswith("10")
    assert asked.get("/health").status_code == 200
    expect(page.get_by_text("so this may be out of date")).to_be_hidden()
    pause.click()
    expect(page.get_by_role("button", name="Resume: Warranty expiry")).to_be_visible()
