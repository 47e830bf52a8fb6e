"""Leads in the console: a new one from the form, the board by keyboard, what is due today, and a loss."""

import pytest
from playwright.sync_api import expect

from models.core.words import Role
from tests.web.conftest import Console, Visit

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize("phone", [False, True])
def test_a_lead_goes_from_the_form_to_its_end(console: Console, visit: Visit, phone: bool) -> None:
    page = visit("/leads", console.add_user(f"seller{phone:d}", Role.SALES), phone=phone)
    page.get_by_role("link", name="New lead").first.click()
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("This is needed.")).to_be_visible()
    name = f"Ann Miller {phone:d}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Phone").fill(f"1380013800{phone:d}")
    page.get_by_label("Wants").fill("Aurora")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("First call by 2026-03-10")).to_be_visible()
    assert page.evaluate(FITS)
    page.get_by_role("region", name="Put it off").get_by_label("Not before").fill("2020-01-01")
    page.get_by_role("button", name="Put off").click()
    expect(page.get_by_text("2020-01-01 is not after today")).to_be_visible()
    page.get_by_role("button", name="Reached today").click()
    expect(page.get_by_text("Next call: 2026-03-17 09:30")).to_be_visible()
    page.goto(page.url.rsplit("/", 1)[0] + "?salesperson=")
    link = page.get_by_role("link", name=name)
    expect(link).to_be_visible()
    assert page.evaluate(FITS)
    link.focus()
    page.keyboard.press("Enter")
    lost = page.get_by_role("region", name="It is lost")
    lost.get_by_label("Reason").click()
    page.get_by_role("option", name="price").click()
    lost.get_by_role("button", name="Record the loss").click()
    expect(page.get_by_role("button", name="Take it up")).to_be_visible()
    page.goto(page.url.rsplit("/", 1)[0] + "?view=day&salesperson=")
    expect(page.get_by_role("heading", name="Overdue")).to_be_visible()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    assert page.evaluate(FITS)
