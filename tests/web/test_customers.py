"""Customers in the browser: found, read, their consent switched, all contact stopped, erased."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, text

from models.core.words import ContactKind, Role
from models.people.tables import Consent, ContactPoint, Customer, Store
from tests.web.conftest import STORE, Console, Visit

SCRIPT = "<img src=x onerror=\"document.title='run'\"><b>Wang</b>"


@pytest.fixture(scope="module")
def manager(console: Console) -> str:
    return console.add_user("lin", Role.MANAGER)


def add_customer(console: Console, name: str, phone: str, store: str = STORE) -> int:
    """A customer of their own for one test."""
    with console.engine.begin() as connection:
        store_id = connection.execute(select(Store.id).where(Store.code == store)).scalar_one()
        return int(
            connection.execute(
                text(
                    "with made as (insert into customers (store_id, name, created_at)"
                    " values (:store, :name, timestamptz '2025-01-01Z') returning id)"
                    " insert into contact_points (customer_id, kind, value) select id, 'phone', :phone from made"
                    " returning customer_id"
                ),
                {"store": store_id, "name": name, "phone": phone},
            ).scalar_one()
        )


def most_told(console: Console) -> int:
    """The customer of the store with the longest line."""
    with console.engine.begin() as connection:
        return int(
            connection.execute(
                text(
                    "select customer_id from touches join stores on stores.id = store_id where code = :store"
                    " and state = 'planned' group by customer_id order by count(*) desc, 1 limit 1"
                ),
                {"store": STORE},
            ).scalar_one()
        )


def find(page: Page, wanted: str) -> None:
    page.get_by_label("Name, phone").fill(wanted)
    page.get_by_label("Name, phone").press("Enter")


def test_a_phone_number_opens_its_customer_and_a_name_lists_namesakes(
    console: Console, visit: Visit, manager: str
) -> None:
    customer_id = add_customer(console, "Zhou Qiang", "+8613900139001")
    add_customer(console, "Zhou Qiaoling", "+8613900139002")
    page = visit("/customers", manager)
    find(page, "zhou")
    expect(page.get_by_role("link", name="Zhou Qiaoling")).to_be_visible()
    expect(page.get_by_role("link", name="Zhou Qiang")).to_be_visible()
    find(page, "139 0013 9001")
    expect(page).to_have_url(f"{console.address}/customers/{customer_id}")
    expect(page.get_by_role("heading", name="Zhou Qiang")).to_be_visible()
    expect(page.get_by_text("+8613900139001")).to_be_visible()


def test_another_stores_customer_is_neither_found_nor_shown(console: Console, visit: Visit, manager: str) -> None:
    with console.engine.begin() as connection:
        other = connection.execute(select(Store.code).where(Store.code != STORE).limit(1)).scalar_one()
    customer_id = add_customer(console, "Elsewhere Li", "+8613900139003", other)
    page = visit("/customers", manager)
    find(page, "elsewhere")
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    page.goto(f"{console.address}/customers/{customer_id}")
    expect(page.get_by_text("There is no such customer, or they belong to another store.")).to_be_visible()
    expect(page.get_by_text("Elsewhere Li")).to_have_count(0)


def test_the_page_of_one_tells_the_line_and_the_reasons(console: Console, visit: Visit, manager: str) -> None:
    page = visit(f"/customers/{most_told(console)}", manager)
    line = page.locator(".timeline > li")
    expect(line.first).to_be_visible()
    expect(page.locator(".timeline").get_by_text("Touch", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_role("heading", name="Appointment reminders")).to_be_visible()


def test_consent_is_switched_and_marketing_asks_how_the_customer_agreed(
    console: Console, visit: Visit, manager: str
) -> None:
    customer_id = add_customer(console, "Switch Chen", "+8613900139004")
    page = visit(f"/customers/{customer_id}", manager)
    page.get_by_role("switch", name="service, SMS: allowed").click()
    expect(page.get_by_role("switch", name="service, SMS: refused")).to_be_visible()
    page.get_by_role("switch", name="marketing, SMS: refused").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Allow").click()
    expect(dialog.get_by_role("alert")).to_have_text("Marketing needs a note of how and when the customer agreed.")
    dialog.get_by_label("How the customer agreed").fill("double opt-in by SMS on 9 March")
    dialog.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("switch", name="marketing, SMS: allowed")).to_be_visible()
    with console.engine.begin() as connection:
        said = connection.execute(
            select(Consent.granted, Consent.reason).where(Consent.customer_id == customer_id).order_by(Consent.id)
        ).all()
    assert [tuple(row) for row in said] == [(False, None), (True, "double opt-in by SMS on 9 March")]


def test_the_second_of_two_who_switch_is_told(console: Console, visit: Visit, manager: str) -> None:
    customer_id = add_customer(console, "Both Wu", "+8613900139005")
    first, second = (visit(f"/customers/{customer_id}", manager) for _ in range(2))
    first.get_by_role("switch", name="survey, e-mail: allowed").click()
    expect(first.get_by_role("switch", name="survey, e-mail: refused")).to_be_visible()
    second.get_by_role("switch", name="service, SMS: allowed").click()
    expect(second.get_by_text("The consent was changed meanwhile")).to_be_visible()
    expect(second.get_by_role("switch", name="survey, e-mail: refused")).to_be_visible()
    expect(second.get_by_role("switch", name="service, SMS: allowed")).to_be_visible()


def test_all_contact_is_stopped_with_a_reason(console: Console, visit: Visit, manager: str) -> None:
    customer_id = most_told(console)
    page = visit(f"/customers/{customer_id}", manager)
    page.get_by_role("button", name="Stop all contact").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stop all contact").click()
    expect(dialog.get_by_role("alert")).to_have_text("Please give a reason.")
    dialog.get_by_label("Reason").fill("asked us on the phone")
    dialog.get_by_role("button", name="Stop all contact").click()
    expect(page.get_by_role("switch", name="service, phone: refused")).to_be_visible()
    with console.engine.begin() as connection:
        left = connection.execute(
            text("select count(*) from touches where customer_id = :id and state = 'planned'"), {"id": customer_id}
        ).scalar_one()
    assert left == 0


def test_a_script_in_a_name_is_shown_as_text(console: Console, visit: Visit, manager: str) -> None:
    customer_id = add_customer(console, SCRIPT, "+8613900139006")
    page = visit("/customers?q=%3Cimg", manager)
    expect(page.get_by_role("link", name=SCRIPT)).to_be_visible()
    page.goto(f"{console.address}/customers/{customer_id}")
    expect(page.get_by_role("heading", name=SCRIPT)).to_be_visible()
    page.get_by_role("button", name="Erase the customer").click()
    expect(page.get_by_role("dialog").get_by_text(SCRIPT)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert "run" not in page.title()


def test_data_is_given_out_and_then_erased(console: Console, visit: Visit, manager: str) -> None:
    customer_id = add_customer(console, "Gone Zhao", "+8613900139007")
    page = visit(f"/customers/{customer_id}", manager)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as JSON").click()
    export = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert export["records"]["customers"][0]["name"] == "Gone Zhao"
    page.get_by_role("button", name="Erase the customer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The customer's name").fill("Gone")
    dialog.get_by_label("Reason").fill("asked for it by letter")
    dialog.get_by_role("button", name="Erase the customer").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Type the customer's name exactly")
    dialog.get_by_label("The customer's name").fill("Gone Zhao")
    dialog.get_by_role("button", name="Erase the customer").click()
    expect(page.get_by_text("This customer's data was erased on request")).to_be_visible()
    with console.engine.begin() as connection:
        name = connection.execute(select(Customer.name).where(Customer.id == customer_id)).scalar_one()
        points = connection.execute(select(ContactPoint.kind).where(ContactPoint.customer_id == customer_id)).scalars()
    assert name == f"erased {customer_id}"
    assert ContactKind.PHONE not in points


def test_an_agent_may_neither_export_nor_erase(console: Console, visit: Visit) -> None:
    customer_id = add_customer(console, "Kept Sun", "+8613900139008")
    page = visit(f"/customers/{customer_id}", console.add_user("agent", Role.AGENT))
    expect(page.get_by_role("button", name="Stop all contact")).to_be_visible()
    expect(page.get_by_role("button", name="Export as JSON")).to_have_count(0)
    expect(page.get_by_role("button", name="Erase the customer")).to_have_count(0)


def test_the_pages_fit_a_phone_in_chinese(console: Console, visit: Visit) -> None:
    login = console.add_user("wu", Role.AGENT, language="zh-CN")
    page = visit(f"/customers/{most_told(console)}", login, phone=True)
    expect(page.get_by_role("heading", name="往来记录")).to_be_visible()
    page.get_by_role("button", name="说明原因").click()
    expect(page.get_by_role("heading", name="预约提醒")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
