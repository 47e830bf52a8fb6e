"""The first page: what each role sees of the day, on a desk and on a phone, and before there is anything."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import URL, create_engine, func, insert, select, update

from models.core.words import CaseKind, CaseState, ChannelName, ProcessName, Role, StepKind, TouchState
from models.ledger.tables import Case, ChannelPause, Touch
from models.people.tables import Customer, Store
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.web.conftest import STORE, Console, Visit, _end, start_console

OVERDUE = "Late Larry"


@pytest.fixture(scope="module")
def troubled(console: Console) -> Console:
    """With an overdue case in each store, and a paused channel."""
    with console.engine.begin() as connection:
        connection.execute(
            insert(ChannelPause).values(
                channel=ChannelName.SMS, paused_at=SAMPLE_MOMENT, reason="+8613800138000 is refused",
                probe_at=SAMPLE_MOMENT + timedelta(minutes=15),
            )
        )  # fmt: skip
        for store in connection.execute(select(Store.id, Store.code)).all():
            customer = insert(Customer).values(
                store_id=store.id, name=f"{OVERDUE} of {store.code}", created_at=SAMPLE_MOMENT
            )
            customer_id = connection.execute(customer.returning(Customer.id)).scalar_one()
            connection.execute(
                insert(Case).values(
                    store_id=store.id, customer_id=customer_id, kind=CaseKind.COMPLAINT, cause=f"test:{store.code}",
                    title="Not satisfied", state=CaseState.OPEN, opened_at=SAMPLE_MOMENT - timedelta(days=2),
                    answer_by=SAMPLE_MOMENT - timedelta(days=1), solve_by=SAMPLE_MOMENT,
                )
            )  # fmt: skip
    return console


def due_in(console: Console, process: ProcessName, store: str) -> int:
    """What is due on the sample's day, counted by itself."""
    begins = SAMPLE_MOMENT.replace(hour=0, minute=0)
    with console.engine.connect() as connection:
        found = connection.scalar(
            select(func.count())
            .select_from(Touch)
            .join(Store, Store.id == Touch.store_id)
            .where(Store.code == store, Touch.process == process)
            .where(Touch.due_at >= begins, Touch.due_at < begins + timedelta(days=1))
        )
    return found or 0


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def test_a_manager_sees_the_day_of_the_own_store_and_what_needs_somebody(troubled: Console, visit: Visit) -> None:
    page = visit("/", troubled.add_user("manager", Role.MANAGER))
    due = due_in(troubled, ProcessName("appointment-reminders"), STORE)
    assert due > 0
    expect(page.locator("[data-due=appointment-reminders]")).to_have_text(f"{due:,}")
    expect(page.get_by_text(f"{OVERDUE} of {STORE}")).to_be_visible()
    expect(page.get_by_text(OVERDUE)).to_have_count(1)
    expect(page.get_by_text("+86***00 is refused")).to_be_visible()
    heading(page, "Follow-up coverage")
    expect(page.get_by_text("Goal 100 %")).to_be_visible()


@pytest.fixture
def let_pass(troubled: Console) -> UUID:
    """A call of the own store that was due lately, and that nobody made."""
    missed = {"state": TouchState.MISSED, "state_at": SAMPLE_MOMENT, "kind": StepKind.CALL, "role": Role.AGENT}
    with troubled.engine.begin() as connection:
        theirs = select(Touch.id).join(Store, Store.id == Touch.store_id).where(Store.code == STORE)
        one = theirs.where(Touch.due_at <= SAMPLE_MOMENT, Touch.claimed_by.is_(None)).order_by(Touch.due_at.desc())
        touch_id = connection.execute(one.limit(1)).scalar_one()
        connection.execute(update(Touch).where(Touch.id == touch_id).values(**missed))
    return touch_id


def test_a_manager_is_told_of_what_was_missed_and_led_to_it(troubled: Console, visit: Visit, let_pass: UUID) -> None:
    page = visit("/", troubled.add_user("overseer", Role.MANAGER))
    card = page.get_by_role("region", name="Missed calls and tasks")
    expect(card.get_by_text("Missed in the last 7 days: 1 call, 0 tasks")).to_be_visible()
    expect(card.get_by_text("agent · ")).to_be_visible()
    card.get_by_role("link", name="Show what was missed").click()
    expect(page).to_have_url(re.compile(r"/touches\?state=missed&since="))
    with troubled.engine.connect() as connection:
        name = connection.scalar(
            select(Customer.name).join(Touch, Touch.customer_id == Customer.id).where(Touch.id == let_pass)
        )
    expect(page.get_by_text(name or "").first).to_be_visible()


def test_who_gives_out_no_calls_is_not_told_of_what_was_missed(troubled: Console, visit: Visit, let_pass: UUID) -> None:
    page = visit("/", troubled.add_user("caller", Role.AGENT))
    heading(page, "The processes today")
    expect(page.get_by_text("Missed calls and tasks")).to_have_count(0)


def test_the_chart_can_be_read_as_a_table_by_keyboard(troubled: Console, visit: Visit) -> None:
    page = visit("/", troubled.add_user("reader", Role.MANAGER))
    chart = page.get_by_role("img", name="What became of each day's contacts")
    summary = page.locator("summary").first
    expect(summary).to_be_visible()
    summary.focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("table").first
    expect(table.get_by_role("columnheader", name="sent")).to_be_visible()
    expect(table.get_by_role("rowheader", name="2026-03-10")).to_be_visible()
    expect(chart).to_be_visible()


def test_who_has_no_part_in_cases_or_runs_is_not_told_of_them(troubled: Console, visit: Visit) -> None:
    page = visit("/", troubled.add_user("parts", Role.PARTS))
    heading(page, "The processes today")
    heading(page, "Goals")
    expect(page.get_by_text(OVERDUE)).to_have_count(0)
    expect(page.get_by_text("is refused")).to_have_count(0)
    expect(page.get_by_role("heading", name="Needs attention")).to_have_count(0)


def test_on_a_phone_nothing_hangs_over_the_edge(troubled: Console, visit: Visit) -> None:
    page = visit("/", troubled.add_user("walker", Role.MANAGER, language="zh-CN"), phone=True)
    heading(page, "最近 30 天")
    page.get_by_text("以表格查看").first.click()
    expect(page.get_by_role("columnheader", name="已发送").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def nothing_yet(database_url: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console on an empty database."""
    engine = create_engine(database_url)
    address, process = start_console(database_url, tmp_path_factory.mktemp("empty"))
    yield Console(address, engine)
    _end(process)
    engine.dispose()


def test_before_there_is_a_store_the_page_says_how_to_begin(nothing_yet: Console, visit: Visit) -> None:
    page = visit("/sign-in")
    nothing_yet.add_user("first", Role.ADMIN, None)
    page.goto(f"{nothing_yet.address}/sign-in")
    page.fill("#login", "first")
    page.fill("#password", "correct horse battery")
    page.click("button[type=submit]")
    heading(page, "Where to begin")
    expect(page.get_by_text("aftercare import stores stores.csv")).to_be_visible()
    page.goto(f"{nothing_yet.address}/health")
    heading(page, "Runs against their schedules")
