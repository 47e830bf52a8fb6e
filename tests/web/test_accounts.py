"""Accounts in the console: the ageing, a plan that does not sum up, a hold and its release."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.core.words import CaseKind, Role
from models.ledger.tables import Case
from models.people.tables import Store
from models.subjects.account import Account
from tests.web.conftest import STORE, Console, Visit


@pytest.mark.parametrize("phone", [False, True])
def test_finance_holds_an_account_and_releases_it(console: Console, visit: Visit, phone: bool) -> None:
    page = visit("/accounts", console.add_user(f"finance{phone:d}", Role.FINANCE), phone=phone)
    expect(page.get_by_role("heading", name="Ageing")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with console.engine.connect() as connection:
        account = connection.scalars(
            select(Account.id)
            .join(Store, Store.id == Account.store_id)
            .where(Store.code == STORE, Account.held_since.is_(None))
            .order_by(Account.id)
        ).first()
    page.goto(page.url.replace("/accounts", f"/accounts/{account}"))
    hold = page.get_by_role("region", name="Put it on hold")
    hold.get_by_role("button", name="Hold").click()
    expect(hold.get_by_text("Say why: a reason is needed.")).to_be_visible()
    hold.get_by_label("Reason").fill("cheque returned")
    hold.get_by_role("button", name="Hold").click()
    expect(page.get_by_text("cheque returned")).to_be_visible()
    block = page.get_by_role("region", name="Do not chase until a day")
    block.get_by_label("Last day").fill("2020-01-01")
    block.get_by_label("Reason").fill("on holiday")
    block.get_by_role("button", name="Block").click()
    expect(block.get_by_text("The day 2020-01-01 has passed")).to_be_visible()
    release = page.get_by_role("region", name="Take it off hold")
    release.get_by_label("Reason").fill("a new cheque came")
    release.get_by_role("button", name="Release").click()
    expect(page.get_by_role("region", name="Put it on hold")).to_be_visible()
    with console.engine.connect() as connection:
        notes = connection.scalars(select(Case.note).where(Case.kind == CaseKind.RESTORE_SERVICE)).all()
    assert any("a new cheque came" in (note or "") for note in notes)


def test_who_works_no_accounts_is_not_let_in(console: Console, visit: Visit) -> None:
    page = visit("/accounts", console.add_user("agent-no-accounts", Role.AGENT))
    expect(page.get_by_text("Your role may not do this.")).to_be_visible()
