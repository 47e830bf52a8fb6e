"""Finding one's way: steps are added and opened where one looks, Back keeps the filter, and pages can be printed."""

import pytest
from playwright.sync_api import Page, expect

from models.core.words import Role
from tests.web.conftest import STORE, Console, Visit
from tests.web.test_policies import INVITATION, look

OPEN_STEP = "#step"


@pytest.fixture
def policy(console: Console, visit: Visit, request: pytest.FixtureRequest) -> Page:
    return visit(INVITATION, console.add_user(request.node.name[5:35].strip("_"), Role.ADMIN, None))


def field(page: Page, name: str) -> str:
    return page.locator(OPEN_STEP).get_by_label(name).input_value()


def test_an_added_step_is_fresh_and_is_opened(policy: Page) -> None:
    policy.get_by_role("button", name="Add a step").click()
    opened = policy.locator(OPEN_STEP)
    expect(opened.get_by_role("heading")).to_contain_text("new-step")
    assert [field(policy, name) for name in ("Key", "Offset")] == ["new-step", ""]
    below = "document.querySelector('.q-header').getBoundingClientRect().bottom"
    expect(opened).to_be_in_viewport()
    assert opened.evaluate(f"(one) => one.getBoundingClientRect().top >= {below}"), "it is not under the header"
    look(policy)
    expect(policy.get_by_text("To put right:")).to_be_visible()
    expect(opened.get_by_role("heading")).to_contain_text("new-step")


def test_a_copied_step_is_named_as_a_copy_and_is_opened(policy: Page) -> None:
    policy.get_by_role("button", name="Copy the step").nth(1).click()
    expect(policy.locator(OPEN_STEP).get_by_role("heading")).to_contain_text("-copy")
    expect(policy.locator(".steps > li").nth(2)).to_contain_text("-copy")


def test_an_overlap_opens_the_step_that_was_changed_and_is_told_at_both(policy: Page) -> None:
    policy.get_by_role("button", name="Copy the step").nth(1).click()
    opened = policy.locator(OPEN_STEP)
    expect(opened.get_by_role("heading")).to_contain_text("-copy")
    look(policy)
    expect(policy.get_by_text("overlaps").first).to_be_visible()
    expect(opened.get_by_role("heading")).to_contain_text("-copy")
    expect(opened.get_by_role("alert").filter(has_text="overlaps")).to_be_visible()
    expect(policy.locator(".steps > li").filter(has_text="⚠")).to_have_count(2)


@pytest.mark.parametrize(
    ("path", "label", "option", "away"),
    [
        ("/cases", "Kind", "complaint", "/cases"),
        ("/approvals", "Store", STORE, "/approvals"),
        ("/calls/team", "Role", "agent", "/calls/team"),
        ("/runs", "State", "failed", "/runs"),
    ],
)
def test_a_filter_survives_back(console: Console, visit: Visit, path: str, label: str, option: str, away: str) -> None:
    page = visit(path, console.add_user(f"back{path.replace('/', '-')}", Role.ADMIN, None))
    page.get_by_role("combobox", name=label, exact=True).last.click()
    page.get_by_role("option", name=option).first.click()
    page.wait_for_url(f"**{away}?**")
    page.goto(console.address + "/users")
    page.go_back()
    chosen = page.locator("label", has=page.get_by_role("combobox", name=label, exact=True))
    expect(chosen.last).to_contain_text(option)


def test_a_page_is_printed_without_menu_and_with_whole_tables(console: Console, visit: Visit) -> None:
    page = visit("/users", console.add_user("printer", Role.ADMIN, None))
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".q-header", ".q-drawer", ".rows button"):
        expect(page.locator(hidden).first).to_be_hidden()
    cut = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    page.set_viewport_size({"width": 794, "height": 1123})
    assert page.locator(".wide").evaluate_all(cut) == 0
    assert page.locator(".wide").first.evaluate("one => getComputedStyle(one).overflowX") == "visible"
    assert page.locator("#content").evaluate("one => one.getBoundingClientRect().left") < 40
