"""A process is made in the console, seen on real customers, saved switched off, and switched on."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import PolicyVersion, Process
from tests.web.conftest import Console, Visit

COUNTED = 120_000
"""Milliseconds in which 44 days are counted on a busy machine."""


def begin(page: Page, name: str, source: str) -> None:
    page.get_by_label("Key").fill(name)
    page.get_by_label("Begin with").click()
    page.get_by_role("option", name=source).click()
    page.get_by_role("button", name="Begin").click()


def is_on(console: Console, process: str) -> bool | None:
    with console.engine.connect() as connection:
        return connection.scalar(select(Process.enabled).where(Process.name == process))


def test_a_process_about_a_subject_is_seen_saved_and_switched_on(console: Console, visit: Visit) -> None:
    page = visit("/policies", console.add_user("maker", Role.ADMIN, None))
    page.get_by_role("link", name="New process").click()
    page.get_by_label("Key").fill("Tyre Storage")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("Use lower-case letters, digits and hyphens only")).to_be_visible()
    begin(page, "tyre-storage", "A step about: handover")

    page.get_by_role("button", name="See whom it would contact").click()
    refused = page.get_by_role("alert").filter(has_text="tyre-storage")
    expect(refused.first).to_contain_text("templates.toml, tyre-storage-text-1.zh-CN.text")
    assert is_on(console, "tyre-storage") is None

    for label, said in [
        ("What it is called (Chinese)", "轮胎保管"),
        ("What it is called (English)", "Tyre storage"),
        ("When it runs", "09:00, 14:00"),
        ("Text (Chinese)", "{{ customer }}您好，该换胎了。"),
        ("Text (English)", "Dear {{ customer }}, it is time to change the tyres."),
        ("tyre-storage-1 (Chinese)", "换胎提醒"),
        ("tyre-storage-1 (English)", "offer of tyres"),
        ("tyre-storage-text-1 (Chinese)", "换胎通知"),
        ("tyre-storage-text-1 (English)", "text about tyres"),
    ]:
        page.get_by_label(label, exact=True).fill(said)
    page.get_by_role("button", name="See whom it would contact").click()
    expect(page.get_by_text("In the last 30 days: ")).to_be_visible(timeout=COUNTED)
    expect(page.get_by_role("group", name="Day by day").get_by_role("row").nth(1)).to_contain_text("2026-")
    assert is_on(console, "tyre-storage") is None, "nothing is saved by looking"

    page.get_by_role("button", name="Save, switched off").click()
    expect(page.get_by_text("'Tyre storage' is saved as version 1.")).to_be_visible()
    assert is_on(console, "tyre-storage") is False
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("It is switched on and runs at its times.")).to_be_visible()
    assert is_on(console, "tyre-storage") is True
    with console.engine.connect() as connection:
        body = connection.scalars(select(PolicyVersion.body).where(PolicyVersion.name == "tyre-storage")).one()
    assert body["schedule"]["at"] == ["09:00:00", "14:00:00"]

    for address in ("/", "/runs", "/policies"):
        page.goto(f"{console.address}{address}")
        expect(page.get_by_text("Tyre storage").first).to_be_visible()
    page.goto(f"{console.address}/policies/tyre-storage")
    expect(page.get_by_text("1. offer of tyres")).to_be_visible()


def test_a_copy_of_a_process_is_saved_under_its_own_name(console: Console, visit: Visit) -> None:
    page = visit("/processes/new", console.add_user("copier", Role.ADMIN, None))
    begin(page, "second-warranty", "A copy of: Warranty expiry")
    page.get_by_label("What it is called (Chinese)", exact=True).fill("质保提醒二")
    page.get_by_label("What it is called (English)", exact=True).fill("Second warranty")
    page.get_by_role("button", name="Save, switched off").click()
    expect(page.get_by_text("'Second warranty' is saved as version 1.")).to_be_visible()
    assert is_on(console, "second-warranty") is False
    assert is_on(console, "warranty-expiry") is True


def test_whoever_works_for_one_store_makes_none(console: Console, visit: Visit) -> None:
    page = visit("/processes/new", console.add_user("local-chief", Role.MANAGER))
    expect(page.get_by_text("A process is for all stores")).to_be_visible()
    expect(page.get_by_role("button", name="Begin")).to_have_count(0)
