"""Takes the pictures of the console that the README shows: `make pictures`, wherever there is a Chromium.

They show the sample dealership, so that they can be taken again after every change of a page.
"""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, ViewportSize, sync_playwright
from sqlalchemy import Engine, create_engine, select

from deployments.embedded import OUR_DATABASE, open_embedded
from deployments.next_runs import next_run
from deployments.schedules import shipped_flows
from models.campaigns.plans import read_plan
from models.campaigns.recipes import recipe
from models.core.words import CAMPAIGNS, ProcessName, Role
from models.database.schema import upgrade
from models.ledger.accounts_of_runs import RunAccount
from models.people.tables import Store
from models.policies.shipped import shipped_processes
from tasks.campaigns.drafting import create_campaign
from tasks.planning.sweep import plan
from tasks.runs.recording import close_run, open_run
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.support.campaigning import MEI, CampaignOffice
from tests.web.conftest import CHROMIUM, FLAGS, STORE, Console, fill_sample, sign_in, start_console

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
ZONE = ZoneInfo("Asia/Shanghai")
DESKTOP, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
PICTURES = (
    ("today", "/", DESKTOP, Role.MANAGER, "en"),
    ("calls", "/calls", DESKTOP, Role.AGENT, "en"),
    ("approvals", "/approvals", DESKTOP, Role.MANAGER, "en"),
    ("campaign", "/campaigns/1", DESKTOP, Role.MANAGER, "en"),
    ("campaign-plan", "/campaigns/2/plan", DESKTOP, Role.MANAGER, "en"),
    ("today-phone", "/", PHONE, Role.MANAGER, "zh-CN"),
    ("calls-phone", "/calls", PHONE, Role.AGENT, "zh-CN"),
)
"""Name, page, size, as whom, language."""


def main(names: Sequence[str]) -> None:
    """Take those that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="aftercare-pictures-") as folder, open_embedded(Path(folder) / "home") as cluster:
        url = cluster.url(OUR_DATABASE)
        upgrade(url.render_as_string(hide_password=False))
        fill_sample(url, Path(folder) / "sample", customers=2000)
        engine = create_engine(url)
        _run_on_time(engine)
        _make_campaigns(engine, Path(folder) / "campaigns")
        address, process = start_console(url, Path(folder))
        try:
            _take(Console(address, engine), names)
        finally:
            process.terminate()
            process.communicate()
            engine.dispose()


def _run_on_time(engine: Engine) -> None:
    """A run of each flow at the last moment of its schedule, as on a day on which nothing went wrong."""
    for served in shipped_flows():
        if not served.slots:
            continue
        begun = coming = next_run(served, SAMPLE_MOMENT - timedelta(days=1), ZONE, ZONE)
        while coming <= SAMPLE_MOMENT:
            begun, coming = coming, next_run(served, coming + timedelta(minutes=1), ZONE, ZONE)
        with engine.begin() as connection:
            run_id = open_run(
                connection, served.name, begun, begun, dry_run=False, prefect_run_id=None, started_by="schedule"
            )
            process = served.name in (*shipped_processes(), CAMPAIGNS)
            account = plan(connection, ProcessName(served.name), SAMPLE_MOMENT, run_id) if process else RunAccount()
            close_run(connection, run_id, account, begun + timedelta(seconds=3))


def _make_campaigns(engine: Engine, home: Path) -> None:
    """One whose first wave was told an hour before the sample's moment, and a draft."""
    office, begun = CampaignOffice(engine, home), SAMPLE_MOMENT - timedelta(hours=1)
    inspection, trade_in = recipe("warranty-inspection"), recipe("trade-in")
    with engine.connect() as connection:
        store_id = connection.execute(select(Store.id).where(Store.code == STORE)).scalar_one()
    campaign_id = office.launched(read_plan(inspection.plan_data()), begun, inspection.name["en"], store_id)
    office.carry_on(campaign_id, begun)
    with engine.begin() as connection:
        plan, name = read_plan(trade_in.plan_data()), trade_in.name["en"]
        create_campaign(connection, MEI, name, plan, begun, store_id=store_id, recipe=trade_in.key)


def _take(console: Console, names: Sequence[str]) -> None:
    for language in ("en", "zh-CN"):
        for role in (Role.MANAGER, Role.AGENT):
            console.add_user(f"{role}-{language.lower()}", role, language=language)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name, path, size, role, language in PICTURES:
            if names and name not in names:
                continue
            page = browser.new_context(viewport=size).new_page()
            sign_in(page, console, f"{role}-{language.lower()}")
            page.goto(console.address + path)
            _settle(page)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


def _settle(page: Page) -> None:
    """Until nothing is fetched any more and the charts stand still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    main(sys.argv[1:])
