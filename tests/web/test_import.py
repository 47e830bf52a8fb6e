"""Importing in the browser: a file is seen as understood, then imported, or stopped."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from models.core.words import Role
from models.ledger.tables import AuditEntry
from models.people.tables import Customer, CustomerKey
from tests.web.conftest import STORE, Console, Visit

GOOD = f"key,store,name,phone\nIMP-1,{STORE},Li Import,13800138777\nIMP-2,{STORE},Wu Import,12\n"


def check(page: Page, file: Path, kind: str = "customers") -> None:
    page.get_by_label("What its rows are").click()
    page.get_by_role("option", name=kind, exact=True).click()
    page.keyboard.press("Escape")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(file)
    expect(page.locator("#content").get_by_text(file.name, exact=True).last).to_be_visible()
    page.get_by_role("button", name="Check it").click()


def count(console: Console, key: str) -> int:
    with console.engine.connect() as connection:
        found = select(func.count()).select_from(CustomerKey).where(CustomerKey.key == key)
        return connection.scalar(found) or 0


def test_a_file_is_seen_as_understood_and_then_imported(console: Console, visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(GOOD, encoding="utf-8")
    page = visit("/import", console.add_user("importer", Role.ADMIN, None))
    check(page, file)
    first = page.get_by_role("group", name="Row 2 as customers")
    expect(first.get_by_role("row", name="phones +8613800138777")).to_be_visible()
    expect(page.get_by_role("heading", name="1 thing would be left out")).to_be_visible()
    expect(page.get_by_role("region", name="The file as a whole")).to_contain_text("Nothing about it is doubtful.")
    assert count(console, "IMP-1") == 0, "checking changes nothing"
    page.get_by_role("button", name="Import it", exact=True).click()
    expect(page.get_by_text("“people.csv” is imported.")).to_be_visible()
    expect(page.get_by_role("button", name="Download what was left out")).to_be_visible()
    assert count(console, "IMP-1") == 1
    with console.engine.connect() as connection:
        who = connection.execute(select(AuditEntry.actor).where(AuditEntry.action == "file.imported")).scalars().all()
        names = connection.scalars(select(Customer.name).where(Customer.name.endswith("Import"))).all()
    assert who == ["importer"]
    assert sorted(names) == ["Li Import", "Wu Import"]


def test_a_doubtful_file_is_stopped_unless_it_is_wanted_all_the_same(
    console: Console, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "odd.csv"
    rows = "".join(f"ODD-{number},{STORE},Somebody {number},,,extra,cells\n" for number in range(40))
    file.write_text(f"key,store,name,phone\nODD-X,{STORE},Right One,13800138778\n{rows}", encoding="utf-8")
    page = visit("/import", console.add_user("doubter", Role.ADMIN, None))
    check(page, file)
    expect(page.get_by_text("So much of it is odd")).to_be_visible()
    page.get_by_role("button", name="Import it all the same").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("It was not imported; nothing has changed.")).to_be_visible()
    assert count(console, "ODD-X") == 0


def test_what_is_no_file_of_the_kind_gets_a_sentence(console: Console, visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "nonsense.csv"
    file.write_text("colour,shape\nred,round\n", encoding="utf-8")
    page = visit("/import", console.add_user("nonsense", Role.ADMIN, None))
    check(page, file)
    expect(page.get_by_role("alert").filter(has_text="nonsense.csv")).to_be_visible()
    expect(page.get_by_role("button", name="Import it", exact=True)).to_have_count(0)


def test_who_works_for_one_store_cannot_import(console: Console, visit: Visit) -> None:
    page = visit("/import", console.add_user("confined", Role.ADMIN))
    expect(page.get_by_text(f"you work for {STORE} alone")).to_be_visible()
    expect(page.get_by_role("button", name="Choose a file")).to_have_count(0)
