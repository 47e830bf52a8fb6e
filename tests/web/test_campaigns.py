"""Campaigns in a real browser: from a recipe to its results, by an author and an approver, and what is refused."""

import csv
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import func, insert, select, text, update

from models.campaigns.course import BUDGET_USED_UP
from models.campaigns.plans import CampaignPlan
from models.campaigns.tables import Audience, Campaign, CampaignRecipient
from models.core.settings import Settings
from models.core.words import CampaignState, Purpose, Role, Wave
from models.ledger.tables import AuditEntry
from models.people.tables import Consent, Customer, CustomerKey, Store
from tasks.campaigns.authors import Author
from tasks.campaigns.drafting import create_campaign
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.support.campaigning import CampaignOffice, plan
from tests.web.conftest import PASSWORD, STORE, Console, Visit

SCRIPT = "<script>document.title='broken into'</script>"
NAME = f"Trade-in {SCRIPT}"
SLOW = 30_000
"""Milliseconds for what a busy machine takes its time over."""
REFUSED = "Your role may not do this."
LATER = (timedelta(0), timedelta(hours=3), *(timedelta(days=days) for days in (2, 12, 13, 24)))
"""The first wave, the trial, its measuring, the rest, whose numbers are shared, and the follow-up to everybody."""
"""When the campaign is carried on: its beginning, after the first wave, after the trial, and at its end."""


@pytest.fixture(scope="module")
def agreed(console: Console) -> Console:
    """Everybody has agreed to marketing, and whatever its size a campaign takes another person's approval."""
    with console.engine.begin() as connection:
        for customer_id in connection.scalars(select(Customer.id)).all():
            connection.execute(
                insert(Consent).values(
                    customer_id=customer_id, purpose=Purpose.MARKETING, granted=True, source="form",
                    given_at=SAMPLE_MOMENT - timedelta(days=1),
                )
            )  # fmt: skip
        connection.execute(
            text(
                "update policy_versions set body = body || '{\"campaign_by_manager\": 0}'::jsonb "
                "where name = 'contact-rules'"
            )
        )
    return console


@pytest.fixture(scope="module")
def carrying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadPoolExecutor]:
    """Somewhere for the event loop of the dispatch: this thread has Playwright's."""
    with ThreadPoolExecutor(1) as threads:
        yield threads


def carry_on(console: Console, threads: ThreadPoolExecutor, campaign_id: int, now: datetime, home: Path) -> None:
    """What the flow of every minute does."""
    office = CampaignOffice.__new__(CampaignOffice)
    office.engine, office.settings = console.engine, Settings(home=home)
    threads.submit(office.carry_on, campaign_id, now).result()


def a_draft(
    console: Console, login: str, store: str | None = STORE, name: str = "Spring", wanted: CampaignPlan | None = None
) -> int:
    """A campaign to everybody of a store."""
    with console.engine.begin() as connection:
        store_id = connection.scalar(select(Store.id).where(Store.code == store)) if store else None
        author = Author(login, Role.MARKETING, store_id)
        return create_campaign(connection, author, name, wanted or plan(), SAMPLE_MOMENT)


def readable(page: Page) -> None:
    """For those who see little or nothing, too."""
    page.locator("html[lang]").wait_for(state="attached")
    expect(page.locator(".q-notification")).to_have_count(0)  # one that fades is hard to read
    found = Axe().run(page, options={"rules": {"region": {"enabled": False}}})
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page) -> None:
    """Nothing hangs over the edge of a phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def chip(page: Page, word: str) -> None:
    """Where the campaign stands."""
    expect(page.locator(".chip").first).to_have_text(word, timeout=SLOW)


def test_from_a_recipe_to_its_results(
    agreed: Console, visit: Visit, carrying: ThreadPoolExecutor, tmp_path: Path
) -> None:
    author = visit("/campaigns", agreed.add_user("mei", Role.MARKETING))
    author.get_by_text("New campaign").click()
    author.get_by_role("link", name=re.compile("Trade-in for cars")).click()
    expect(author.get_by_text(re.compile(r"^\d+ customers$"))).to_be_visible()
    expect(author.locator("[data-preview=en]").get_by_text("trade in")).to_be_visible()
    author.get_by_role("textbox", name="Name", exact=True).first.fill(NAME)
    author.get_by_label("First wave, at least").fill("3")
    author.get_by_role("button", name="Save the draft").click()
    author.wait_for_url("**/plan")
    expect(author.get_by_role("heading", name=NAME)).to_be_visible()
    assert "broken into" not in author.title()
    campaign_id = int(author.url.split("/")[-2])
    author.get_by_role("link", name="Dry run").click()
    expect(author.get_by_role("region", name="would get it", exact=True)).to_be_visible(timeout=SLOW)
    author.get_by_role("link", name="Course").click()
    author.get_by_role("button", name="Submit").click()
    author.get_by_role("dialog").get_by_role("button", name="Submit").click()
    chip(author, "awaiting approval")
    expect(author.get_by_text("continues anyway, with the scheduled run of every minute")).to_be_visible()

    approver = visit("/approvals", agreed.add_user("li", Role.MANAGER, language="zh-CN"))
    approver.get_by_role("link", name=NAME).click()
    expect(approver.get_by_role("heading", name="审批")).to_be_visible(timeout=SLOW)
    expect(approver.get_by_role("heading", name="版本 A (20 %) · 短信 · 中文")).to_be_visible()
    expect(approver.get_by_role("heading", name="版本 A (20 %) · 短信 · 英文")).to_be_visible()
    readable(approver)
    approver.get_by_role("button", name="批准").click()
    approver.get_by_role("button", name="确认").click()
    chip(approver, "已启动")
    chip(author, "launched")

    carry_on(agreed, carrying, campaign_id, SAMPLE_MOMENT, tmp_path)
    expect(author.get_by_role("region", name="The campaign's account")).to_be_visible(timeout=SLOW)
    author.get_by_role("button", name="Pause").click()
    chip(approver, "已暂停")
    author.get_by_role("button", name="Resume").click()
    chip(approver, "首批发送中")
    readable(author)
    for later in LATER[1:]:
        carry_on(agreed, carrying, campaign_id, SAMPLE_MOMENT + later, tmp_path)
    chip(author, "finished")

    approver.get_by_role("link", name="结果").click()
    expect(approver.get_by_role("heading", name="与对照组比较")).to_be_visible()
    expect(approver.get_by_role("rowheader", name="对照组", exact=True)).to_be_visible()
    readable(approver)
    told_in_files(agreed, campaign_id, author, approver)
    told_to_customers(agreed, campaign_id, author)


def told_in_files(console: Console, campaign_id: int, author: Page, approver: Page) -> None:
    """A line each; the names are whole for whoever may export customers."""
    with console.engine.connect() as connection:
        count = connection.scalar(select(func.count()).where(CampaignRecipient.campaign_id == campaign_id))
    address = f"{console.address}/campaigns/{campaign_id}/recipients"
    masked, whole = (
        list(csv.DictReader(io.StringIO(page.request.get(f"{address}.csv").text().lstrip("\ufeff"))))
        for page in (author, approver)
    )
    assert len(masked) == len(whole) == count
    assert all("*" in row["name"] for row in masked)
    assert not any("*" in row["name"] for row in whole)
    book = openpyxl.load_workbook(io.BytesIO(approver.request.get(f"{address}.xlsx").body()))
    assert book.worksheets[0].max_row == len(whole) + 1


def told_to_customers(console: Console, campaign_id: int, page: Page) -> None:
    """On the line of whoever was told, and of whoever was held out."""
    with console.engine.connect() as connection:
        by_wave = {
            row.wave: row.customer_id
            for row in connection.execute(
                select(CampaignRecipient.wave, func.min(CampaignRecipient.customer_id).label("customer_id"))
                .where(CampaignRecipient.campaign_id == campaign_id)
                .group_by(CampaignRecipient.wave)
            )
        }
    page.goto(f"{console.address}/customers/{by_wave[Wave.CONTROL]}")
    expect(page.get_by_text("held out at random as its control group").first).to_be_visible()
    page.goto(f"{console.address}/customers/{by_wave[Wave.CANARY]}")
    expect(page.get_by_text(f"Campaigns · {NAME}").first).to_be_visible()


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(agreed: Console, visit: Visit) -> None:
    page = visit("/campaigns/new", agreed.add_user("hasty", Role.MARKETING))
    page.get_by_label("Add a condition").click()
    page.get_by_role("option", name="Age of the customer").click()
    expect(page.get_by_text("age: say from what, or up to what")).to_be_visible()
    page.get_by_role("textbox", name="Budget").fill("a lot")
    page.get_by_label("Share").count()
    page.get_by_role("textbox", name="Watched for").fill("soon")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Expected an amount with at most two decimals.")).to_be_visible()
    expect(page.get_by_text("'soon' is not a span of time")).to_be_visible()
    expect(page.get_by_text("Correct the marked fields: 3.")).to_be_visible()
    page.get_by_role("button", name="Remove: Age of the customer").click()
    page.get_by_role("textbox", name="Budget").fill("100")
    page.get_by_role("textbox", name="Watched for").fill("2h")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("A campaign needs a name")).to_be_visible()
    with agreed.engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(Campaign.author == "hasty")) == 0


def test_a_tree_of_conditions_is_made_and_counted(agreed: Console, visit: Visit) -> None:
    page = visit("/campaigns/new", agreed.add_user("picky", Role.MARKETING))
    with agreed.engine.connect() as connection:
        mine = select(func.count()).select_from(Customer).join(Store).where(Store.code == STORE)
        everybody = connection.scalar(mine.where(Customer.erased_at.is_(None))) or 0
        english = connection.scalar(mine.where(Customer.erased_at.is_(None), Customer.language == "en")) or 0
    expect(page.get_by_text(f"{everybody} customers")).to_be_visible()
    page.get_by_role("button", name="Add a group").click()
    group = page.get_by_role("region", name="any of these holds")
    group.get_by_label("Add a condition").click()
    page.get_by_role("option", name="Language").click()
    language = page.get_by_role("region", name="Language")
    language.get_by_role("combobox", name="Language").click()
    page.get_by_role("option", name="English").click()
    expect(page.get_by_text(f"{english} customers")).to_be_visible()
    page.get_by_role("region", name="any of these holds").get_by_role("checkbox", name="does not hold").first.click()
    expect(page.get_by_text(f"{everybody - english} customers")).to_be_visible()
    page.get_by_label("Name", exact=True).last.fill("Not in English")
    page.get_by_role("button", name="Keep under this name").click()
    expect(page.get_by_text("The audience is kept.")).to_be_visible()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The audience is deleted.")).to_be_visible()
    expect(page.get_by_role("button", name="Delete it")).to_have_count(0)
    with agreed.engine.connect() as connection:
        assert connection.scalar(select(func.count()).where(Audience.name == "Not in English")) == 0


def test_a_list_comes_as_a_file_and_narrows_the_audience(agreed: Console, visit: Visit, tmp_path: Path) -> None:
    with agreed.engine.connect() as connection:
        ours = select(CustomerKey.key).join(Customer).join(Store).where(Store.code == STORE)
        keys = connection.scalars(ours.order_by(CustomerKey.key).limit(3)).all()
    file = tmp_path / "guests.csv"
    file.write_text("\n".join(["customer", *keys, "no-such-customer"]))
    page = visit("/campaigns/new", agreed.add_user("lists", Role.MARKETING))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("4 rows were read; 3 customers are on the list.")).to_be_visible()
    expect(page.get_by_text("no customer is known by this key")).to_be_visible()
    expect(page.get_by_role("region", name="List from a file").get_by_text("guests")).to_be_visible()
    expect(page.get_by_text("3 customers", exact=True)).to_be_visible()


def test_a_test_goes_to_whoever_writes_it(agreed: Console, visit: Visit) -> None:
    campaign_id = a_draft(agreed, "tia")
    page = visit(f"/campaigns/{campaign_id}/plan", agreed.add_user("tia", Role.MARKETING))
    to = page.locator("[data-preview=en]").get_by_label("To (your own number or address)")
    to.fill("not a number")
    page.locator("[data-preview=en]").get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("expected a phone number with its country's code")).to_be_visible()
    to.fill("+8613800138000")
    page.locator("[data-preview=en]").get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test was sent.")).to_be_visible()
    with agreed.engine.connect() as connection:
        sent = select(AuditEntry.after).where(AuditEntry.action == "campaign.test-sent", AuditEntry.actor == "tia")
        (after,) = connection.scalars(sent).all()
    assert after is not None
    assert (after["to"], after["language"]) == ("+86***00", "en")


def test_the_second_message_can_be_tested_as_well(agreed: Console, visit: Visit) -> None:
    follow_up = {"words": {"en": {"sms": "{{ customer }}, still there? STOP"}}}
    campaign_id = a_draft(agreed, "tim", wanted=plan(follow_up=follow_up))
    page = visit(f"/campaigns/{campaign_id}/plan", agreed.add_user("tim", Role.MARKETING))
    letter = page.locator("[data-preview=en]")
    letter.get_by_label("To (your own number or address)").wait_for()
    page.get_by_role("combobox", name="Message").click()
    page.get_by_role("option", name="Follow-up").click()
    expect(letter.get_by_text("still there?")).to_be_visible()
    letter.get_by_label("To (your own number or address)").fill("+8613800138000")
    letter.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test was sent.")).to_be_visible()
    with agreed.engine.connect() as connection:
        sent = select(AuditEntry.after).where(AuditEntry.action == "campaign.test-sent", AuditEntry.actor == "tim")
        after = connection.scalars(sent).one()
        assert after is not None
        assert after["variant"] == "follow-up"


def test_whoever_leaves_with_unsaved_changes_is_asked(agreed: Console, visit: Visit) -> None:
    campaign_id = a_draft(agreed, "lea")
    page = visit(f"/campaigns/{campaign_id}/plan", agreed.add_user("lea", Role.MARKETING))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("textbox", name="Name", exact=True).first.fill("Summer")
    expect(page.get_by_text("There are changes that are not saved")).to_be_visible()
    for name in ("Campaigns", "Course"):
        with page.expect_event("dialog"):
            page.get_by_role("link", name=name, exact=True).click()
    assert asked == ["beforeunload", "beforeunload"]
    assert page.url.endswith("/plan")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    page.get_by_role("link", name="Course").click()
    expect(page.get_by_role("heading", name="Summer")).to_be_visible()
    assert len(asked) == 2


def test_what_is_held_is_seen_first_and_let_go_with_a_larger_budget(agreed: Console, visit: Visit) -> None:
    campaign_id = a_draft(agreed, "zoe", name="Out of money")
    with agreed.engine.begin() as connection:
        connection.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(
                state=CampaignState.REST, held_at=SAMPLE_MOMENT, budget=10, spent=10, dearest_message=1,
                held_reason=BUDGET_USED_UP,
                held_figures={"budget": {"CNY": "10"}, "spent": {"CNY": "10"}, "dearest": {"CNY": "1"}},
            )
        )  # fmt: skip
    page = visit("/", agreed.add_user("payer", Role.MANAGER, language="zh-CN"))
    page.get_by_role("link", name="Out of money").click()
    expect(page.get_by_text("预算 CNY 10.00 已用完")).to_be_visible()
    asked = page.get_by_role("dialog")
    for budgets, said in ((("ten", "10.5"), "继续至少需要"), (("20",), "活动继续。")):
        page.get_by_role("button", name="继续发送").click()
        for budget in budgets:
            asked.get_by_label("预算").fill(budget)
            asked.get_by_role("button", name="继续发送").click()
            if budget == "ten":
                expect(asked.get_by_text("请填写金额")).to_be_visible()
        expect(page.get_by_text(said).first).to_be_visible()
        expect(asked).to_have_count(0)
    with agreed.engine.connect() as connection:
        row = connection.execute(select(Campaign.budget, Campaign.held_at).where(Campaign.id == campaign_id)).one()
    assert (row.budget, row.held_at) == (20, None)


def test_the_second_of_two_writers_is_told_and_overwrites_nothing(agreed: Console, visit: Visit) -> None:
    campaign_id = a_draft(agreed, "ann")
    pages = [
        visit(f"/campaigns/{campaign_id}/plan", agreed.add_user(login, Role.MARKETING)) for login in ("ann", "ben")
    ]
    for page, name in zip(pages, ("Ann's", "Ben's"), strict=True):
        page.get_by_role("textbox", name="Name", exact=True).first.fill(name)
        page.get_by_role("button", name="Save the draft").click()
        expect(page.get_by_text("Saved as version 2." if name == "Ann's" else "was changed meanwhile")).to_be_visible()
    with agreed.engine.connect() as connection:
        assert connection.scalar(select(Campaign.name).where(Campaign.id == campaign_id)) == "Ann's"


def test_whoever_wrote_it_cannot_approve_it(agreed: Console, visit: Visit) -> None:
    login = agreed.add_user("boss", Role.MANAGER)
    campaign_id = a_draft(agreed, login)
    page = visit(f"/campaigns/{campaign_id}", login)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    expect(page.get_by_text("another person has to approve it")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    chip(page, "draft")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_label("Reason").fill("a misprint")
    page.get_by_role("button", name="Confirm", exact=True).click()
    chip(page, "cancelled")
    expect(page.get_by_text("Cancelled by boss: a misprint")).to_be_visible()


def signed_in(console: Console, login: str) -> httpx.Client:
    client = httpx.Client(base_url=console.address, headers={"Accept": "text/html"}, timeout=30)
    assert client.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/password"}).status_code == 303
    return client


ENDS = ("", "/plan", "/rehearsal", "/results", "/recipients.csv", "/recipients.xlsx")


def test_who_has_no_part_in_campaigns_opens_none(agreed: Console) -> None:
    campaign_id = a_draft(agreed, "zoe", name="Hidden one")
    with closing(signed_in(agreed, agreed.add_user("phone", Role.AGENT))) as agent:
        for path in ("/campaigns", "/campaigns/new", *(f"/campaigns/{campaign_id}{end}" for end in ENDS)):
            answer = agent.get(path)
            assert REFUSED in answer.text, path
            assert "Hidden one" not in answer.text


def test_another_store_s_campaign_is_not_told_by_its_number(agreed: Console) -> None:
    with agreed.engine.connect() as connection:
        other = connection.scalar(select(Store.code).where(Store.code != STORE))
    theirs = [a_draft(agreed, "zoe", other, "Theirs alone"), a_draft(agreed, "zoe", None, "Theirs alone")]
    with closing(signed_in(agreed, agreed.add_user("near", Role.MANAGER))) as manager:
        for number in (*theirs, 2**70, 0):
            for end in ENDS:
                answer = manager.get(f"/campaigns/{number}{end}")
                assert answer.status_code in (200, 404), (number, end)
                assert "Theirs alone" not in answer.text, (number, end)
        assert "Theirs alone" not in manager.get("/campaigns").text
        for nonsense in ("/campaigns?after=x", "/campaigns?state=x", "/campaigns/new?recipe=x", "/campaigns/x"):
            assert manager.get(nonsense).status_code < 500, nonsense


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_on_a_phone_everything_is_there_and_readable(agreed: Console, visit: Visit, language: str) -> None:
    login = agreed.add_user(f"walker-{language.lower()}", Role.MANAGER, language=language)
    campaign_id = a_draft(agreed, login)
    page = visit("/campaigns", login, phone=True)
    for path in ("", "/new", f"/{campaign_id}", f"/{campaign_id}/plan", f"/{campaign_id}/rehearsal"):
        page.goto(f"{agreed.address}/campaigns{path}")
        page.wait_for_load_state("networkidle")
        fits(page)
        readable(page)


def test_a_campaign_can_be_written_with_the_keyboard_alone(agreed: Console, visit: Visit) -> None:
    page = visit("/campaigns/new", agreed.add_user("keys", Role.MARKETING))
    name = page.get_by_role("textbox", name="Name", exact=True).first
    name.focus()
    page.keyboard.type("Written without a mouse")
    page.get_by_label("Add a condition").focus()
    page.keyboard.type("Complaint")
    expect(page.get_by_role("option")).to_have_text(["Complaint open"])  # the list follows what one types
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Complaint open")).to_be_visible()
    page.get_by_role("button", name="Save the draft").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan")
    with agreed.engine.connect() as connection:
        kept = connection.execute(select(Campaign.state, Campaign.plan).where(Campaign.author == "keys")).one()
    assert kept.state == CampaignState.DRAFT
    assert kept.plan["audience"]["of"] == [{"kind": "complaint", "yes": True}]
