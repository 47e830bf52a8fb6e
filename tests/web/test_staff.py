"""The staff: a leaver's desk is handed over and taken back, and customers without an owner get one."""

from playwright.sync_api import expect
from sqlalchemy import func, select

from models.core.words import Role
from models.people.tables import Customer, StaffMember, Store
from tasks.sample.stores import LEAVER
from tests.web.conftest import STORE, Console, Visit


def count_of(console: Console, code: str | None) -> int:
    """How many customers of the store somebody owns, or nobody."""
    owner = select(StaffMember.id).join(Store).where(StaffMember.code == code, Store.code == STORE).scalar_subquery()
    whose = Customer.owner_id.is_(None) if code is None else Customer.owner_id == owner
    statement = select(func.count()).select_from(Customer).join(Store).where(Store.code == STORE, whose)
    with console.engine.connect() as connection:
        return connection.execute(statement).scalar_one()


def test_a_leaver_s_desk_is_handed_over_and_an_owner_given_to_many(console: Console, visit: Visit) -> None:
    left, before = count_of(console, LEAVER), count_of(console, "A2")
    page = visit("/", console.add_user("boss", Role.MANAGER))
    page.get_by_role("link", name="member of staff has left").click()
    page.get_by_role("region", name="郝军").get_by_role("button", name="Hand over").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Hand over").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say who takes over")
    dialog.get_by_role("combobox", name="To", exact=True).fill("薛宁")
    page.get_by_role("option", name="薛宁").click()
    dialog.get_by_role("textbox", name="A word").fill("has left")
    dialog.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status").filter(has_text="The desk of 郝军 is handed over")).to_be_visible()
    expect(page.get_by_role("region", name="郝军")).to_have_count(0)
    assert (count_of(console, LEAVER), count_of(console, "A2")) == (0, before + left)
    page.get_by_role("button", name="Take it back", exact=True).click()
    expect(page.get_by_role("region", name="郝军")).to_be_visible()
    assert (count_of(console, LEAVER), count_of(console, "A2")) == (left, before)
    page.get_by_role("link", name="Customers without an owner").click()
    expect(page.get_by_role("status").filter(has_text=f"Customers: {count_of(console, None)}")).to_be_visible()
    page.get_by_role("combobox", name="New owner").fill("程远")
    page.get_by_role("option", name="程远").click()
    page.get_by_role("button", name="Give them all").click()
    expect(page.get_by_text("Customers: 0")).to_be_visible()
    assert count_of(console, None) == 0
