"""A campaign decided on in the browser, before a real Prefect: the flow run that waited with it goes on at once."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from deployments.postgres import Cluster
from models.campaigns.tables import Campaign
from models.core.settings import Settings
from models.core.words import Role
from tasks.campaigns.authors import Author
from tasks.campaigns.drafting import create_campaign
from tasks.campaigns.launch.approving import submit
from tasks.sample.dealership import SAMPLE_MOMENT
from tests.support.campaigning import plan
from tests.support.waiting import until
from tests.web.conftest import Console, Program, Visit, run_console

MARKETING = Author("mei", Role.MARKETING, None)


@pytest.fixture(scope="module")
def program(
    prefect_api: str, sample_database: str, postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """A console that knows of a Prefect."""
    home = tmp_path_factory.mktemp("console")
    with run_console(sample_database, postgres, home, PREFECT_API_URL=prefect_api) as program:
        yield program


@pytest.fixture(scope="module")
def everybody_asks(console: Console) -> Console:
    """Whatever its size, a campaign takes another person's approval."""
    with console.engine.begin() as connection:
        connection.exec_driver_sql(
            "update policy_versions set body = body || '{\"campaign_by_marketing\": 0}'::jsonb "
            "where name = 'contact-rules'"
        )
    return console


def waiting(console: Console, run_id: UUID | None) -> int:
    """A campaign that waits for its approval, and the flow run that waits with it; the campaign's number."""
    with console.engine.begin() as connection:
        campaign_id = create_campaign(connection, MARKETING, "Spring", plan(), SAMPLE_MOMENT)
        submit(connection, MARKETING, campaign_id, Settings(), SAMPLE_MOMENT, launch=True)
        connection.execute(update(Campaign).where(Campaign.id == campaign_id).values(prefect_run_id=run_id))
    return campaign_id


def suspended_run(api: str) -> UUID:
    """A flow run as `suspend_flow_run` leaves it, of a deployment that no other test of this server knows."""
    with httpx.Client(base_url=api) as client:
        flow = client.post("/flows/", json={"name": "campaign"}).raise_for_status().json()["id"]
        wanted = {"name": f"waits-{uuid4().hex[:8]}", "flow_id": flow}
        deployment = client.post("/deployments/", json=wanted).raise_for_status().json()
        made = client.post(f"/deployments/{deployment['id']}/create_flow_run", json={}).raise_for_status().json()
        until = (SAMPLE_MOMENT + timedelta(days=36_500)).isoformat()
        state = {
            "type": "PAUSED", "name": "Suspended",
            "state_details": {"pause_reschedule": True, "pause_timeout": until, "pause_key": "approval"},
        }  # fmt: skip
        forced = {"state": state, "force": True}
        client.post(f"/flow_runs/{made['id']}/set_state", json=forced).raise_for_status()
    return UUID(made["id"])


def state_of(api: str, run_id: UUID) -> str:
    return str(httpx.get(f"{api}/flow_runs/{run_id}").raise_for_status().json()["state"]["name"])


def confirm(page: Page, button: str, reason: str = "") -> None:
    page.get_by_role("button", name=button).click()
    if reason:
        page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Confirm", exact=True).click()


@pytest.mark.parametrize(
    ("button", "reason", "then"),
    [("Approve", "", "launched"), ("Refuse", "too dear", "draft"), ("Cancel", "a misprint", "cancelled")],
)
def test_the_run_that_waited_goes_on_at_once(
    prefect_api: str, everybody_asks: Console, visit: Visit, button: str, reason: str, then: str
) -> None:
    run_id = suspended_run(prefect_api)
    campaign_id = waiting(everybody_asks, run_id)
    assert state_of(prefect_api, run_id) == "Suspended"
    page = visit(f"/campaigns/{campaign_id}", everybody_asks.add_user(f"li-{button}", Role.MANAGER, None))
    confirm(page, button, reason)
    expect(page.locator(".chip").first).to_have_text(then)
    until(lambda: state_of(prefect_api, run_id) == "Resuming")
