"""The page of runs: the list, one run, a dry run by hand, and pausing a process. Without Prefect."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert, select

from models.core.words import Role, RunState
from models.ledger.accounts_of_runs import RunAccount
from models.ledger.tables import AuditEntry, Process, Run
from tasks.runs.history import PAGE
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import Console, Visit


@pytest.fixture(scope="module")
def operator(console: Console) -> str:
    """Someone who runs the installation, and sees no customers."""
    return console.add_user("ops", Role.OPERATOR, None)


@pytest.fixture(scope="module", autouse=True)
def history(console: Console) -> None:
    """More runs than a page holds, one of which failed."""
    account = RunAccount(eligible=5, planned=2, already_planned=2, suppressed={"booked already": 1})
    common = {
        "prefect_run_id": uuid4(), "dry_run": False, "as_of": SAMPLE_MOMENT, "started_by": "schedule",
        "policy_versions": {"*": 1}, "account": account.model_dump(mode="json"),
    }  # fmt: skip
    with console.engine.begin() as connection:
        for number in range(PAGE + 1):
            started = SAMPLE_MOMENT - timedelta(minutes=5 * number + 5)
            times = {"started_at": started, "finished_at": started + timedelta(seconds=75)}
            completed = {"process": "appointment-reminders", "state": RunState.COMPLETED, "error": None}
            connection.execute(insert(Run).values(**common, **times, **completed))
        failed = {"process": "warranty-expiry", "state": RunState.FAILED, "error": "no such number +8613800138000"}
        started = SAMPLE_MOMENT - timedelta(days=1)
        connection.execute(insert(Run).values(**common, **failed, started_at=started, finished_at=started))


def test_runs_are_listed_a_page_at_a_time_and_one_is_opened(console: Console, visit: Visit, operator: str) -> None:
    page = visit("/runs", operator)
    processes = page.locator('[aria-label="Processes"]')
    expect(processes.get_by_role("row", name="All processes")).to_be_visible()
    expect(processes.get_by_role("row", name="campaign", exact=True)).to_have_count(0)
    listed = page.locator('[aria-label="Runs"]').locator("tbody tr")
    expect(listed).to_have_count(PAGE)
    expect(listed.first).to_contain_text("1 min 15 s")
    expect(listed.first).to_contain_text("v1")
    page.get_by_role("link", name="Older runs").click()
    expect(listed).to_have_count(2)
    listed.filter(has_text="Warranty expiry").get_by_role("link").click()
    expect(page.locator("[data-error]")).to_have_text("no such number +86***00")
    expect(page.get_by_text("The run did not come to its end")).to_be_visible()
    expect(page.get_by_text("The account balances")).to_have_count(0)
    expect(page.get_by_role("region", name="Looked at, and planned")).to_contain_text("booked already")
    expect(page.get_by_text("This console has no Prefect")).to_be_visible()


def test_the_list_is_narrowed_by_process_and_state(visit: Visit, operator: str) -> None:
    page = visit("/runs", operator)
    page.get_by_label("Process", exact=True).click()
    page.get_by_role("option", name="Warranty expiry").click()
    page.wait_for_url("**/runs?process=warranty-expiry")
    page.get_by_label("State", exact=True).click()
    page.get_by_role("option", name="failed").click()
    page.wait_for_url("**state=failed*")
    expect(page.locator('[aria-label="Runs"]').locator("tbody tr")).to_have_count(1)


def test_a_dry_run_shows_masked_contacts_page_by_page_and_is_kept(
    console: Console, visit: Visit, operator: str
) -> None:
    page = visit("/runs", operator)
    page.get_by_role("button", name="Dry run: Appointment reminders").click()
    page.get_by_label("As of").fill("tomorrow")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("Give a moment such as")).to_be_visible()
    page.get_by_label("As of").fill("2026-03-11 10:00")
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_role("heading", name="contacts would be made as of 2026-03-11 10:00")).to_be_visible()
    contacts = page.locator('[aria-label="Who would be contacted"]')
    expect(contacts.locator("tbody tr").filter(has_text="SMS").first).to_contain_text("***")
    page.get_by_role("link", name="This dry run in the list of runs").click()
    expect(page.get_by_role("heading", name="Appointment reminders (dry run)")).to_be_visible()
    with console.engine.connect() as connection:
        kept = connection.execute(select(Run.started_by, Run.state).where(Run.dry_run)).one()
    assert tuple(kept) == ("ops", RunState.COMPLETED)


def test_an_operator_pauses_and_resumes_a_process(console: Console, visit: Visit, operator: str) -> None:
    def enabled() -> bool:
        with console.engine.connect() as connection:
            return bool(connection.scalar(select(Process.enabled).where(Process.name == "overdue-accounts")))

    page = visit("/runs", operator)
    row = page.locator('[aria-label="Processes"]').get_by_role("row", name="Overdue accounts")
    row.get_by_role("button", name="Pause").click()
    expect(row.get_by_text("paused")).to_be_visible()
    assert not enabled()
    row.get_by_role("button", name="Resume").click()
    expect(row.get_by_role("button", name="Pause")).to_be_visible()
    assert enabled()
    with console.engine.connect() as connection:
        actions = connection.scalars(select(AuditEntry.action).where(AuditEntry.actor == "ops")).all()
    assert {"process.disabled", "process.enabled"} <= set(actions)


def test_someone_of_one_store_sees_no_account_of_all_and_steers_nothing(console: Console, visit: Visit) -> None:
    page = visit("/runs", console.add_user("chef", Role.MANAGER), phone=True)
    expect(page.get_by_text("you work for SH01")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.locator('[aria-label="Runs"]').locator("tbody tr").first.get_by_role("link").click()
    expect(page.get_by_text("not shown to somebody who works for SH01 alone")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_run_that_is_not_there_is_told_so(visit: Visit, operator: str) -> None:
    page = visit("/runs/nonsense", operator)
    expect(page.get_by_role("alert").filter(has_text="There is no run nonsense")).to_be_visible()
