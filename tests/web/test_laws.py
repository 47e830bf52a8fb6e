"""A store's law pack is chosen on the page of the contact rules, and taken back; each rule shows its source."""

from playwright.sync_api import expect
from sqlalchemy import select

from models.core.words import Role
from models.people.tables import Store
from tests.web.conftest import Console, Visit


def law(console: Console) -> str | None:
    with console.engine.connect() as connection:
        return connection.scalar(select(Store.law).where(Store.code == "SH01"))


def test_a_manager_chooses_a_law_pack_and_takes_it_back(console: Console, visit: Visit) -> None:
    page = visit("/policies/contact-rules?store=SH01", console.add_user("counsel", Role.MANAGER))
    page.get_by_label("Law pack of SH01").click()
    page.get_by_role("option", name="Mainland China").click()
    expect(page.get_by_text("The law pack of SH01 is “Mainland China” now.")).to_be_visible()
    assert law(console) == "cn"
    page.get_by_role("button", name="United States").click()
    rule = page.get_by_role("row").filter(has_text="us-solicitation-hours")
    expect(rule.get_by_text("47 CFR 64.1200(c)(1)", exact=True)).to_be_visible()
    expect(page.get_by_text("Stricter hours and counts of states other than Texas and Florida.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The law pack of SH01 is “The house's own rules” now.")).to_be_visible()
    assert law(console) == "house"
    login = console.add_user("lawzh", Role.MANAGER, language="zh-CN")
    phone = visit("/policies/contact-rules?store=SH01", login, phone=True, language="zh-CN")
    expect(phone.get_by_text("法规包", exact=True).first).to_be_visible()
    phone.get_by_role("button", name="中国大陆").click()
    expect(phone.get_by_text("cn-way-out")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
