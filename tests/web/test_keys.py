"""The keys of programs, as an admin makes and revokes them; and the page that describes the API."""

from playwright.sync_api import expect
from sqlalchemy import text

from models.core.words import Role
from tests.web.conftest import Console, Visit


def test_a_key_is_shown_once_works_and_ends(console: Console, visit: Visit) -> None:
    page = visit("/users", console.add_user("keeper", Role.ADMIN, store=None))
    section = page.get_by_role("region", name="Keys of programs")
    section.get_by_label("Program").fill("workshop system")
    section.get_by_role("combobox", name="Scopes").click()
    page.get_by_role("option", name="touches:read").click()
    page.keyboard.press("Escape")
    section.get_by_role("button", name="Make a key").click()
    key = page.locator("[data-key]").inner_text()
    page.get_by_role("button", name="Close").click()
    headers = {"Authorization": f"Bearer {key}"}
    answer = page.request.get(f"{console.address}/api/v1/touches?limit=1", headers=headers)
    assert (answer.status, len(answer.json()["touches"])) == (200, 1)
    section.get_by_role("button", name="Revoke the key of workshop system").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(section.get_by_text("revoked on")).to_be_visible()
    assert page.request.get(f"{console.address}/api/v1/touches", headers=headers).status == 401
    with console.engine.connect() as connection:
        assert key not in str(connection.execute(text("select * from api_keys")).all())


def test_the_description_of_the_api_fits_a_phone(console: Console, visit: Visit) -> None:
    page = visit("/api/docs", phone=True)
    expect(page.get_by_role("heading", name="Aftercare API")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
