"""The form of a policy edits what concerns the process as a whole: its times, what it is for, its tags."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.core.words import Role
from models.ledger.tables import PolicyVersion
from tests.web.conftest import Console, Visit
from tests.web.test_policies import COMPARED, INVITATION, look


def held(console: Console) -> dict[str, object]:
    with console.engine.connect() as connection:
        body = connection.scalars(
            select(PolicyVersion.body).where(
                PolicyVersion.name == "warranty-expiry", PolicyVersion.active, PolicyVersion.store_id.is_(None)
            )
        ).one()
    return {name: body.get(name) for name in ("schedule", "description", "tags")}


def fill(page: Page, schedule: str) -> None:
    page.get_by_label("When it runs").fill(schedule)
    page.get_by_label("What it is for, in a sentence (English)").fill("Invite before the warranty ends.")
    page.get_by_label("What it is for, in a sentence (Chinese)").fill("质保到期前邀请检测。")
    page.get_by_label("Tags").fill("service, warranty")


def test_times_purpose_and_tags_are_edited(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("planner", Role.ADMIN, None))
    fill(page, "7m")
    look(page)
    expect(page.get_by_text("To put right:")).to_be_visible()
    field = page.locator("label.q-field", has=page.get_by_label("When it runs"))
    expect(field.get_by_role("alert")).to_be_visible()
    page.get_by_label("When it runs").fill("07:15, 16:00")
    look(page)
    page.get_by_role("button", name="Activate").click(timeout=COMPARED)
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    assert held(console) == {
        "schedule": {"every": None, "at": ["07:15:00", "16:00:00"]},
        "description": {"en": "Invite before the warranty ends.", "zh-CN": "质保到期前邀请检测。"},
        "tags": ["service", "warranty"],
    }
    expect(page.get_by_label("When it runs")).to_have_value("07:15, 16:00")


def test_a_store_does_not_change_the_times_of_all(console: Console, visit: Visit) -> None:
    page = visit(INVITATION, console.add_user("local-planner", Role.ADMIN))
    expect(page.get_by_label("Offset")).to_be_visible()
    expect(page.get_by_label("When it runs")).to_have_count(0)
